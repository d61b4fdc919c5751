"""The command ``text-processor``: it counts words of files in the shell; ``text-processor bpe`` is in `_bpe`.

Files are counted as they are read, and only counts are kept, so memory grows with the distinct words and not with the files.
Nothing is written to standard output before all files were read, so a reader behind a pipe gets the whole result or, if a file
has a fault, nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import json
import os
import shutil
import sys
from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from typing import Any

from text_processor import UNICODE_VERSION, __version__
from text_processor._common.messages import quoted
from text_processor.analyzer import Statistics, TextAnalyzer
from text_processor.cli import _bpe, _scores
from text_processor.cli._shared import (
    PROGRAM,
    Faults,
    FileError,
    Work,
    add_encoding,
    add_max_memory,
    add_progress,
    add_skip_errors,
    add_threads,
    memory_limited,
    printable,
    say,
    standard_input,
)
from text_processor.errors import EmptyAnalyzerError, InvalidDocumentError, InvalidSnapshotError, TextProcessorError

__all__ = ["main"]


def __dir__() -> list[str]:
    return sorted(__all__)


# Words in a table on a terminal: the table fits into the smallest usual window, which has 24 lines.
TABLE_WORDS = 20

# 128 + the number of the signal: the exit status that a shell reports for a program that SIGINT or SIGPIPE ended.
INTERRUPTED = 130
PIPE_CLOSED = 141

# Only ASCII, because every encoding of standard output has it.
_COUNT_DESCRIPTION = """\
Count the words of text files, of all files together. Words are split as by
Python's str.split and lower-cased as by str.lower. Text is UTF-8, unless a
byte-order mark or --encoding says otherwise; the mark is not part of the text.
The first bytes tell whether a file is compressed."""

_COUNT_EPILOG = f"""\
output:
  on a terminal  a table of the first {TABLE_WORDS} words (or --top N), then the totals
  elsewhere      WORD<tab>COUNT, a line for each word and no header; the totals
                 are one line on standard error, so that cut, sort and awk see
                 words and nothing else
  with --json    one object: total_words, unique_words, document_count,
                 sentiment (null without documents) and words, a list of
                 objects with word and count, each on a line of its own;
                 ASCII only

  The sentiment score is the count of good, great, excellent minus the count of
  bad, terrible, awful, divided by the number of documents; {PROGRAM}
  sentiment scores lines by the rules of VADER instead. A terminal shows
  control characters in words escaped; elsewhere they are written unchanged.
  Characters that the encoding of standard output does not have are escaped.

exit status:
  0    all files were counted
  1    a file cannot be read, is damaged, cut short or not UTF-8; no words are
       written then, or with --skip-errors only those of the other files. Or
       the output cannot be written. Standard error says which file and why
  2    the command line is wrong
  {INTERRUPTED}  Ctrl-C
  {PIPE_CLOSED}  the reader of the output ended early, as head does

examples:
  {PROGRAM} count book.txt
  {PROGRAM} count --documents whole --top 100 --json *.txt > top.json
  {PROGRAM} count logs/*.gz | grep error
  curl https://example.org | {PROGRAM} count
  {PROGRAM} count monday.txt --save monday.counts
  {PROGRAM} count --load monday.counts --load tuesday.counts wednesday.txt"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (``None``: the arguments of the process) and return its exit status.

    Raises:
        SystemExit: after ``--help`` and ``--version``, and with status 2 if the arguments are wrong.
    """
    try:
        arguments = _parse(argv)
        with memory_limited(arguments.max_memory):
            status: int = arguments.run(arguments)
        _flush_output()
    except FileError as error:
        say(f"{PROGRAM}: {error}")
        return 1
    except BrokenPipeError:
        _abandon_output()
        return PIPE_CLOSED
    except OSError as error:
        _abandon_output()
        say(f"{PROGRAM}: standard output: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        _abandon_output()
        return INTERRUPTED
    return status


# ---- Arguments -------------------------------------------------------------------------------------------------------


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    try:
        arguments, unknown = _parser().parse_known_args(argv)
        if unknown:  # argparse would report these with the usage of the whole program
            arguments.refuse(f"unrecognized arguments: {' '.join(unknown)}")
        if not arguments.files and not vars(arguments).get("load"):
            if os.isatty(0):  # the command would wait there and seem to do nothing
                arguments.refuse(
                    "no FILE is given, and standard input is a terminal: name a file, pipe one in, or type it behind -"
                )
            arguments.files = ["-"]
        return arguments
    finally:
        _flush_output()  # what --help and --version print


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Word counts and sentiment of text files, and byte-level BPE tokenizers, at memory speed."
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__} (Unicode {UNICODE_VERSION})")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    _add_count(commands)
    _bpe.add_commands(commands)
    _scores.add_command(commands)
    return parser


def _add_count(commands: Any) -> None:
    count = commands.add_parser(
        "count",
        help="count the words of text files",
        description=_COUNT_DESCRIPTION,
        epilog=_COUNT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    count.set_defaults(run=_count, refuse=count.error)
    count.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="a text file; it may be compressed by gzip, bzip2, xz or zstd; - is standard input, "
        "which is also read if there is neither FILE nor --load",
    )
    count.add_argument(
        "--top",
        type=_number_of_words,
        metavar="N",
        help=f"show only the first N words in the chosen order (default: {TABLE_WORDS} in a table, otherwise all)",
    )
    count.add_argument(
        "--by",
        choices=["count", "word", "seen"],
        default="count",
        help="order of the words: count sorts by count, and equal counts as first seen (the default); word sorts by code "
        "points; seen keeps the order in which words were first seen",
    )
    count.add_argument("--json", action="store_true", help="write JSON")
    count.add_argument(
        "--documents",
        choices=["lines", "whole"],
        default="lines",
        help="a document is each line that is not blank (the default), or each whole file that is not blank",
    )
    count.add_argument(
        "--errors",
        choices=["strict", "replace"],
        default="strict",
        help="at bytes that are not UTF-8, end the command (the default), or replace them by U+FFFD as Python's decoder does",
    )
    add_encoding(count)
    add_skip_errors(count)
    add_threads(count)
    add_max_memory(count)
    count.add_argument(
        "--load",
        action="append",
        default=[],
        metavar="FILE",
        help="start with the counts that --save wrote to FILE; may be given more than once",
    )
    count.add_argument(
        "--save",
        metavar="FILE",
        help="also write the counts of all words to FILE, for --load and for TextAnalyzer.load",
    )
    add_progress(count)


def _number_of_words(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of words")
    return min(int(text), sys.maxsize)  # a larger number cannot be an index


# ---- Reading ---------------------------------------------------------------------------------------------------------


def _count(arguments: argparse.Namespace) -> int:
    faults = Faults(arguments)
    analyzer = TextAnalyzer(keep_documents=False, threads=arguments.threads)
    for name in arguments.load:  # a fault here always ends the command: without it counts are wrong, and --save may replace it
        with _naming(name):
            analyzer.merge(TextAnalyzer.load(name))
    with Work(arguments.files, shows_bar=arguments.progress) as work:
        for name in arguments.files:
            with faults.left_out():
                _add_file(analyzer, name, arguments, work)
            work.has_done(name)
    if arguments.save is not None:
        with _naming(arguments.save):
            analyzer.save(arguments.save)
    _show(analyzer, arguments)
    return faults.status


def _add_file(analyzer: TextAnalyzer, name: str, arguments: argparse.Namespace, work: Work) -> None:
    options = {"documents": arguments.documents, "errors": arguments.errors, "encoding": arguments.encoding}
    with _naming("standard input" if name == "-" else name, arguments.documents):
        if name == "-":
            with standard_input() as unbuffered:
                analyzer.add_stream(unbuffered, progress=work.hook(), **options)
        else:
            analyzer.add_file(name, progress=work.hook(), **options)


@contextlib.contextmanager
def _naming(name: str, documents: str = "lines") -> Generator[None, None, None]:
    """Turn the exceptions for a file into a `FileError` of one line."""
    try:
        yield
    except InvalidDocumentError as error:
        raise FileError(printable(f"{name}: {_fault(error, documents)}")) from error
    except InvalidSnapshotError as error:
        raise FileError(printable(str(error))) from error  # the message begins with the name
    except OSError as error:
        raise FileError(printable(f"{name}: {os.strerror(error.errno) if error.errno else error}")) from error
    # The name has a NUL (a shell cannot pass one, but a program can), compressed data is damaged, the file was changed while it
    # was read, or there are more words than can be counted.
    except (ValueError, TextProcessorError, OverflowError) as error:
        raise FileError(printable(f"{name}: {error}")) from error


def _fault(error: InvalidDocumentError, documents: str) -> str:
    if error.index is None:  # the fault concerns the whole file
        return str(error)
    reason = f": {error.__cause__.reason}" if isinstance(error.__cause__, UnicodeDecodeError) else ""
    line = f", in line {error.index + 1}" if documents == "lines" else ""
    return (
        f"not UTF-8{reason} at byte {error.position}{line}; --errors replace reads it as U+FFFD, --encoding in another encoding"
    )


# ---- Writing ---------------------------------------------------------------------------------------------------------


def _show(analyzer: TextAnalyzer, arguments: argparse.Namespace) -> None:
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    as_table = sys.stdout.isatty() and not arguments.json
    top = TABLE_WORDS if as_table and arguments.top is None else arguments.top
    words = _ordered_words(analyzer, arguments.by, top)
    statistics, sentiment = analyzer.get_statistics(), _sentiment(analyzer)
    if arguments.json:
        sys.stdout.writelines(_json(words, statistics, sentiment))
    elif as_table:
        _write_table(words)
        sys.stdout.write(f"{_summary(statistics, sentiment)}\n")
    else:
        say(_summary(statistics, sentiment))
        sys.stdout.writelines(f"{word}\t{count}\n" for word, count in words)


def _ordered_words(analyzer: TextAnalyzer, order: str, top: int | None) -> list[tuple[str, int]]:
    if order == "count":
        return analyzer.most_common(top)
    if order == "word":
        return sorted(analyzer.words.items())[:top]
    return list(islice(analyzer.words.items(), top))


def _sentiment(analyzer: TextAnalyzer) -> float | None:
    try:
        return analyzer.analyze_sentiment()
    except EmptyAnalyzerError:
        return None


def _summary(statistics: Statistics, sentiment: float | None) -> str:
    score = "none" if sentiment is None else f"{sentiment:.6g}"
    return (
        f"{statistics['total_words']:,} words, {statistics['unique_words']:,} distinct, "
        f"in {statistics['document_count']:,} documents; sentiment by 6 words {score}"
    )


def _json(words: Sequence[tuple[str, int]], statistics: Statistics, sentiment: float | None) -> Iterator[str]:
    """Give one object line by line: Ctrl-C takes effect between two lines, and grep finds each word on a separate line."""
    totals = json.dumps({**statistics, "sentiment": sentiment})
    yield f'{totals[:-1]}, "words": ['
    separator = "\n"
    for word, count in words:
        yield f'{separator}{{"word": {json.dumps(word)}, "count": {count}}}'
        separator = ",\n"
    yield "\n]}\n"


def _write_table(words: Sequence[tuple[str, int]]) -> None:
    """Write a table with the words in its last column, so that long or wide words move no other column."""
    rows = [(f"{count:,}", printable(word)) for word, count in words]
    try:
        _write_rich_table(rows)
    except ImportError:
        _write_plain_table(rows)


def _write_rich_table(rows: Sequence[tuple[str, str]]) -> None:
    # Imported only when it is used, because loading it takes longer than counting a book.
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("count", justify="right", no_wrap=True)
    table.add_column("word", no_wrap=True, overflow="ellipsis")
    for count, word in rows:
        table.add_row(count, Text(word))  # as Text, because in a str [bold] would be markup
    Console().print(table)


def _write_plain_table(rows: Sequence[tuple[str, str]]) -> None:
    width = max((len(count) for count, _ in rows), default=0)
    width = max(width, len("count"))
    room = max(shutil.get_terminal_size().columns - width - 2, len("word"))
    for count, word in [("count", "word"), *rows]:
        shown = word if len(word) <= room else f"{word[: room - 3]}..."
        sys.stdout.write(f"{count:>{width}}  {shown}\n")


# Standard output and standard error are None if they were closed when the process started.


def _flush_output() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _abandon_output() -> None:
    """Redirect buffered output to nowhere; otherwise the interpreter would flush it at its end and print an error."""
    if sys.stdout is not None:
        with contextlib.suppress(io.UnsupportedOperation):  # a stream in memory has no descriptor
            descriptor = sys.stdout.fileno()
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, descriptor)
            os.close(devnull)
