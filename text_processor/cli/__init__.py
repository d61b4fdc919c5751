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
import os
import sys
from collections.abc import Generator, Sequence
from itertools import islice
from typing import Any

from text_processor import UNICODE_VERSION, __version__
from text_processor._common.messages import quoted
from text_processor._documents import decoding, tables
from text_processor._documents.sampling import Sampled
from text_processor.analyzer import Statistics, TextAnalyzer
from text_processor.cli import _bpe, _manual, _output, _report, _rule, _scores
from text_processor.cli._engines import ENGINES, counted_on_cluster
from text_processor.cli._output import FORMATS, Counts
from text_processor.cli._shared import (
    PROGRAM,
    Faults,
    FileError,
    Work,
    add_encoding,
    add_errors,
    add_max_memory,
    add_progress,
    add_skip_errors,
    add_threads,
    memory_limited,
    printable,
    say,
    standard_input,
    way_round,
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
Python's str.split and lower-cased as by str.lower, unless options say
otherwise. Text is UTF-8, unless a byte-order mark or --encoding tells
another encoding; the mark is not part of the text. The first bytes tell
whether a file is compressed."""

_COUNT_EPILOG = f"""\
output:
  on a terminal  a table of the first {TABLE_WORDS} words (or --top N), then the totals
  elsewhere      WORD<tab>COUNT, a line for each word and no header; the totals
                 are one line on standard error, so that cut, sort and awk see
                 words and nothing else. In words that a regular expression
                 finds, a tab is written \\t, a line feed \\n, and \\ \\\\
  with --percent the share of all words, in percent, follows each count
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
  {PROGRAM} count --words uax29 --stop-words english --ngrams 1-2 book.txt
  {PROGRAM} count --column review --words sklearn reviews.csv
  {PROGRAM} count --field message.text --percent log.jsonl.gz
  {PROGRAM} count --load monday.counts --load tuesday.counts wednesday.txt"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (``None``: the arguments of the process) and return its exit status.

    Raises:
        SystemExit: after ``--help`` and ``--version``, and with status 2 if the arguments are wrong.
    """
    try:
        arguments = _parse(argv)
        with memory_limited(vars(arguments).get("max_memory")):
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
        if "files" in arguments and not arguments.files and not vars(arguments).get("load"):
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
    _report.add_command(commands)
    _manual.add_commands(commands, parser)
    return parser


def _add_count(commands: Any) -> None:
    count = commands.add_parser(
        "count",
        help="count the words of text files",
        usage=f"{PROGRAM} count [-h] [--top N] [OPTION ...] [FILE ...]",
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
    count.add_argument(
        "--format",
        choices=FORMATS,
        help="what to write: table (the default on a terminal), tsv (the default elsewhere), csv (with a header), json, jsonl "
        "(an object for each word) or parquet (needs pyarrow)",
    )
    count.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    count.add_argument("--percent", action="store_true", help="also show the share of each word in all words")
    count.add_argument("--min-count", type=_rule.positive, metavar="N", help="leave out words that occur less than N times")
    _rule.add(count, words="space")
    _add_where(count)
    count.add_argument(
        "--engine",
        choices=ENGINES,
        help="count the files on a cluster: each is one part, so give many, also as URLs or globs in quotes",
    )
    count.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="the address of the cluster of --engine, such as tcp://host:8786 (dask), spark://host:7077 (spark) or "
        "ray://host:10001 (ray); without it, one is started on this machine",
    )
    count.add_argument(
        "--documents",
        choices=["lines", "whole"],
        default="lines",
        help="a document is each line that is not blank (the default), or each whole file that is not blank",
    )
    add_errors(count)
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


def _add_where(count: Any) -> None:
    """Add the options that say where in a file the text is."""
    where = count.add_mutually_exclusive_group()
    where.add_argument(
        "--column", metavar="NAME", help="the files are CSV, TSV or Parquet: count this column, each row as a document"
    )
    where.add_argument(
        "--field",
        metavar="NAME",
        help="the files are JSON lines: count this field, each line as a document; a.b is the field b of the object a",
    )
    count.add_argument(
        "--sample", type=_share, metavar="SHARE", help="count only about this share of the lines or rows, 0.01 for example"
    )


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a share such as 0.01 or 1%")
    return share


def _number_of_words(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of words")
    return min(int(text), sys.maxsize)  # a larger number cannot be an index


# ---- Reading ---------------------------------------------------------------------------------------------------------


def _count(arguments: argparse.Namespace) -> int:
    faults = Faults(arguments)
    if arguments.engine is not None:
        analyzer = _counted_on_cluster(arguments)
    else:
        analyzer = TextAnalyzer(keep_documents=False, threads=arguments.threads, **_rule.options(arguments))
    for name in arguments.load:  # a fault here always ends the command: without it counts are wrong, and --save may replace it
        with _naming(name):
            analyzer.merge(TextAnalyzer.load(name))
    files: list[str] = [] if arguments.engine else arguments.files
    with Work(files, shows_bar=arguments.progress) as work:
        for name in files:
            with faults.left_out():
                _add_file(analyzer, name, arguments, work)
            work.has_done(name)
    if arguments.min_count is not None:
        analyzer.prune(arguments.min_count)
    if arguments.save is not None:
        with _naming(arguments.save):
            analyzer.save(arguments.save)
    _show(analyzer, arguments)
    return faults.status


def _counted_on_cluster(arguments: argparse.Namespace) -> TextAnalyzer:
    """Count all files by an engine, which is connected to, or started on this machine, for as long as it takes."""
    if "-" in arguments.files:
        arguments.refuse("--engine reads files, not standard input: name them")
    if arguments.sample is not None or arguments.skip_errors:
        arguments.refuse("--engine counts all of all files: leave out --sample and --skip-errors")
    options = {name: getattr(arguments, name) for name in ("documents", "errors", "encoding")} | _rule.options(arguments)
    column = arguments.field if arguments.field is not None else arguments.column
    if column is not None:
        options = _rule.options(arguments)
    return counted_on_cluster(arguments.engine, arguments.cluster, arguments.files, {"column": column, **options})


def _add_file(analyzer: TextAnalyzer, name: str, arguments: argparse.Namespace, work: Work) -> None:
    options = {"documents": arguments.documents, "errors": arguments.errors, "encoding": arguments.encoding}
    with _naming("standard input" if name == "-" else name, arguments.documents):
        if arguments.column is not None or arguments.field is not None:
            _add_table(analyzer, name, arguments)
        elif arguments.sample is not None:
            with _raw(name) as file:
                sampled = Sampled(file, arguments.sample, _reading(name, arguments))
                analyzer.add_stream(sampled, documents=arguments.documents, errors=arguments.errors, encoding="utf-8")
        elif name == "-":
            with standard_input() as unbuffered:
                analyzer.add_stream(unbuffered, progress=work.hook(), **options)
        else:
            analyzer.add_file(name, progress=work.hook(), **options)


def _add_table(analyzer: TextAnalyzer, name: str, arguments: argparse.Namespace) -> None:
    is_field = arguments.field is not None
    wanted = tables.Wanted(arguments.field if is_field else arguments.column, is_field, arguments.sample)
    try:
        with _raw(name) as file, tables.opened_texts(file, wanted, _reading(name, arguments), name) as column:
            analyzer.add_arrow(column, errors=arguments.errors)
    except TypeError as error:  # the column has numbers, for example
        raise ValueError(str(error)) from error
    except ImportError as error:
        raise FileError(str(error)) from error


def _raw(name: str) -> io.FileIO:
    return standard_input() if name == "-" else io.FileIO(name)


def _reading(name: str, arguments: argparse.Namespace) -> decoding.Reading:
    suffix = "" if name == "-" else decoding.suffix_of(name)
    return decoding.Reading(arguments.encoding, arguments.errors, suffix)


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
    return f"not UTF-8{reason} at byte {error.position}{line}{way_round(error)}"


# ---- Writing ---------------------------------------------------------------------------------------------------------


def _show(analyzer: TextAnalyzer, arguments: argparse.Namespace) -> None:
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    form = arguments.format or ("table" if sys.stdout.isatty() else "tsv")
    top = TABLE_WORDS if form == "table" and arguments.top is None else arguments.top
    statistics, sentiment = analyzer.get_statistics(), _sentiment(analyzer)
    counts = Counts(_ordered_words(analyzer, arguments.by, top), statistics, sentiment, has_shares=arguments.percent)
    if form == "table":
        _output.write_table(counts)
        sys.stdout.write(f"{_summary(statistics, sentiment)}\n")
        return
    if form != "json":
        say(_summary(statistics, sentiment))
    _output.write(counts, form)


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
        f"in {statistics['document_count']:,} documents; 6-word sentiment {score}"
    )


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
