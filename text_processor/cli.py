"""The command ``text-processor``: word counts of files, in the shell.

Nothing is written to standard output before all files were read, so a reader behind a pipe gets all of the answer or,
if a file is at fault, none of it.
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import errno
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from text_processor import UNICODE_VERSION, __version__
from text_processor.analyzer import Statistics, TextAnalyzer
from text_processor.errors import EmptyAnalyzerError

__all__ = ["main"]

PROGRAM = "text-processor"

# Bytes read at once: so many that the calls cost nothing, so few that their memory stays in the cache.
BLOCK_NBYTES = 1 << 20

# Words in a terminal's table: it still fits into the smallest usual window, 24 lines high.
TABLE_WORDS = 20

# 128 + the signal's number, which is what a shell says of a program that SIGINT or SIGPIPE ended.
INTERRUPTED = 130
PIPE_CLOSED = 141

# What could move the cursor, change colours, set a window's title or turn the text around: control characters and those
# that override the direction of writing. Lone surrogates stand in names of files that are not UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# ASCII alone, as whatever standard output may be told to be can hold it.
_COUNT_DESCRIPTION = """\
Count the words of UTF-8 text files, of all files together. A word is what
Python's str.split gives, lower-cased by str.lower. A byte-order mark at the
beginning of a file is dropped."""

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

  The sentiment score is the number of good, great, excellent less that of bad,
  terrible, awful, for each document. Control characters in words are shown
  escaped on a terminal and written as they are elsewhere. Characters that the
  encoding of standard output cannot hold are written escaped.

exit status:
  0    all files were counted
  1    a file cannot be read or is not UTF-8, and then no words are written; or
       the output cannot be written. Standard error says which and why
  2    the command line is wrong
  {INTERRUPTED}  Ctrl-C
  {PIPE_CLOSED}  the reader of the output went away, as head does

examples:
  {PROGRAM} count book.txt
  {PROGRAM} count --documents whole --top 100 --json *.txt > top.json
  zcat log.gz | {PROGRAM} count - | grep error"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with the given arguments (``None``: the process's own) and return its exit status.

    Raises:
        SystemExit: after ``--help`` and ``--version``, and with status 2 where the arguments are wrong.
    """
    try:
        arguments = _parse(argv)
        arguments.run(arguments)
        _flush_output()
    except _FileError as error:
        _say(f"{PROGRAM}: {error}")
        return 1
    except BrokenPipeError:
        _abandon_output()
        return PIPE_CLOSED
    except OSError as error:
        _abandon_output()
        _say(f"{PROGRAM}: standard output: {error.strerror}")
        return 1
    except MemoryError:
        _say(f"{PROGRAM}: not enough memory")
        return 1
    except KeyboardInterrupt:
        _abandon_output()
        return INTERRUPTED
    return 0


class _FileError(Exception):
    """Why a file cannot be counted, in one line for the user."""


# ---- Arguments -------------------------------------------------------------------------------------------------------


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    try:
        return _parser().parse_args(argv)
    finally:
        _flush_output()  # what --help and --version print


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Word statistics at memory speed.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__} (Unicode {UNICODE_VERSION})")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    count = commands.add_parser(
        "count",
        help="count the words of text files",
        description=_COUNT_DESCRIPTION,
        epilog=_COUNT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    count.set_defaults(run=_count)
    count.add_argument("files", nargs="+", metavar="FILE", help="a text file; - is standard input")
    count.add_argument(
        "--top",
        type=_number_of_words,
        metavar="N",
        help=f"only the first N words in the order chosen (default: {TABLE_WORDS} in a table, otherwise all)",
    )
    count.add_argument(
        "--by",
        choices=["count", "word", "seen"],
        default="count",
        help="order of the words: the most frequent first and of equals the first seen (the default), by code points, "
        "or as first seen",
    )
    count.add_argument("--json", action="store_true", help="write JSON")
    count.add_argument(
        "--documents",
        choices=["lines", "whole"],
        default="lines",
        help="what a document is: each line that is not blank (the default), or each file that is not blank, which is "
        "then held in memory",
    )
    count.add_argument(
        "--errors",
        choices=["strict", "replace"],
        default="strict",
        help="bytes that are not UTF-8 end the command (the default), or become U+FFFD as in Python's decoder",
    )
    return parser


def _number_of_words(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of words")
    return min(int(text), sys.maxsize)  # more than that is no index


# ---- Reading ---------------------------------------------------------------------------------------------------------


def _count(arguments: argparse.Namespace) -> None:
    analyzer = TextAnalyzer(keep_documents=False)
    for name in arguments.files:
        _add_file(analyzer, name, whole=arguments.documents == "whole", errors=arguments.errors)
    _show(analyzer, arguments)


def _add_file(analyzer: TextAnalyzer, name: str, *, whole: bool, errors: str) -> None:
    shown_name = "standard input" if name == "-" else _printable(name)
    try:
        # Unbuffered: a block is asked for once, so the end of input that is typed in a terminal is met but once too.
        with io.FileIO(0 if name == "-" else name, closefd=name != "-") as file:
            blocks = _decode(_read_blocks(file), errors, shown_name)
            for documents in _whole(blocks) if whole else _lines(blocks):
                analyzer.add_documents([text for text in documents if text and not text.isspace()])
    except OSError as error:
        raise _FileError(f"{shown_name}: {error.strerror}") from error
    except ValueError as error:  # a name with a NUL, which a shell cannot give but a program can
        raise _FileError(f"{shown_name}: {error}") from error


def _read_blocks(file: io.FileIO) -> Iterator[bytes]:
    """The blocks of a file and then an empty one."""
    block = None
    while block != b"":
        block = file.read(BLOCK_NBYTES)
        if block is None:  # somebody made standard input non-blocking
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        yield block


def _decode(blocks: Iterable[bytes], errors: str, shown_name: str) -> Iterator[str]:
    """Decode blocks, of which the last and only the last is empty; drop a byte-order mark."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    n_read, is_start = 0, True
    for block in blocks:
        carried = decoder.getstate()[0]  # the beginning of a character; the decoder counts from there
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            offset = n_read - len(carried) + error.start
            raise _FileError(f"{shown_name}: not UTF-8: {error.reason} at byte {offset}") from error
        n_read += len(block)
        if is_start and text:
            text, is_start = text.removeprefix("\ufeff"), False
        yield text


def _whole(blocks: Iterable[str]) -> Iterator[list[str]]:
    yield ["".join(blocks)]


def _lines(blocks: Iterable[str]) -> Iterator[list[str]]:
    """The lines that end in each block. Only a line feed ends one: str.splitlines would find ten more ends."""
    unfinished: list[str] = []
    for block in blocks:
        first, *others = block.split("\n")
        unfinished.append(first)
        if others:
            last = others.pop()
            yield ["".join(unfinished), *others]
            unfinished = [last]
    yield ["".join(unfinished)]


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
        _say(_summary(statistics, sentiment))
        sys.stdout.writelines(f"{word}\t{count}\n" for word, count in words)


def _ordered_words(analyzer: TextAnalyzer, order: str, top: int | None) -> list[tuple[str, int]]:
    if order == "count":
        return analyzer.most_common(top)
    frequency = analyzer.word_frequency()
    if order == "word":
        return [(word, frequency[word]) for word in sorted(frequency)[:top]]
    return list(islice(frequency.items(), top))


def _sentiment(analyzer: TextAnalyzer) -> float | None:
    try:
        return analyzer.analyze_sentiment()
    except EmptyAnalyzerError:
        return None


def _summary(statistics: Statistics, sentiment: float | None) -> str:
    score = "none" if sentiment is None else f"{sentiment:.6g}"
    return (
        f"{statistics['total_words']:,} words, {statistics['unique_words']:,} distinct, "
        f"in {statistics['document_count']:,} documents; sentiment {score}"
    )


def _json(words: Sequence[tuple[str, int]], statistics: Statistics, sentiment: float | None) -> Iterator[str]:
    """One object, in pieces: Ctrl-C gets through between them, and each word has a line of its own for grep."""
    totals = json.dumps({**statistics, "sentiment": sentiment})
    yield f'{totals[:-1]}, "words": ['
    separator = "\n"
    for word, count in words:
        yield f'{separator}{{"word": {json.dumps(word)}, "count": {count}}}'
        separator = ",\n"
    yield "\n]}\n"


def _write_table(words: Sequence[tuple[str, int]]) -> None:
    """Write a table with the words in its last column, where nothing stands behind one that is long or wide."""
    rows = [(f"{count:,}", _printable(word)) for word, count in words]
    try:
        _write_rich_table(rows)
    except ImportError:
        _write_plain_table(rows)


def _write_rich_table(rows: Sequence[tuple[str, str]]) -> None:
    # Imported only when it is used: it takes longer to load than a book takes to count.
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("count", justify="right", no_wrap=True)
    table.add_column("word", no_wrap=True, overflow="ellipsis")
    for count, word in rows:
        table.add_row(count, Text(word))  # as Text, in which [bold] is no markup
    Console().print(table)


def _write_plain_table(rows: Sequence[tuple[str, str]]) -> None:
    width = max((len(count) for count, _ in rows), default=0)
    width = max(width, len("count"))
    room = max(shutil.get_terminal_size().columns - width - 2, len("word"))
    for count, word in [("count", "word"), *rows]:
        shown = word if len(word) <= room else f"{word[: room - 3]}..."
        sys.stdout.write(f"{count:>{width}}  {shown}\n")


def _printable(text: str) -> str:
    """Escape what a terminal would obey rather than show."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


# Standard output and standard error are None in a process that was started with them closed.


def _say(line: str) -> None:
    """Write a line to standard error, if there is one that can be written to."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{line}\n")


def _flush_output() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _abandon_output() -> None:
    """Let what is still buffered go nowhere: the interpreter flushes it once more when it ends, and would complain."""
    if sys.stdout is not None:
        with contextlib.suppress(io.UnsupportedOperation):  # one in memory has no descriptor
            descriptor = sys.stdout.fileno()
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, descriptor)
            os.close(devnull)
