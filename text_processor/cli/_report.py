"""``text-processor report``: a page of HTML on the words of files, or on what distinguishes them from those of others."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from text_processor._words.options import REPORT_NGRAM_NBYTES
from text_processor.analyzer import TextAnalyzer
from text_processor.cli import _rule
from text_processor.cli._bpe import _LateBar, _naming
from text_processor.cli._shared import (
    PROGRAM,
    FileError,
    Work,
    _number_of_bytes,
    add_encoding,
    add_errors,
    add_max_memory,
    add_progress,
    add_threads,
    printable,
    say,
)
from text_processor.errors import EmptyAnalyzerError, TextProcessorError
from text_processor.report._page import check_packages

_DESCRIPTION = """\
Write a page of HTML on the words of text files; with --versus, first of all on
what distinguishes them from those of other files: words that are more frequent
here or there, how certainly and by how much, and lines with them. The page
is one file that loads nothing and runs no script."""

_EPILOG = f"""\
Words are those of the Unicode standard, unless --words says otherwise. Files
are read several times, so standard input cannot be one.

examples:
  {PROGRAM} report book.txt
  {PROGRAM} report mine/*.txt --versus theirs/*.txt -o difference.html
  {PROGRAM} report 2024.txt.gz --versus 2023.txt.gz --stop-words english"""


def add_command(commands: Any) -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "report",
        help="write a page of HTML on the words of files, or on what distinguishes them from others",
        usage=f"{PROGRAM} report [-h] [-o FILE] [OPTION ...] FILE [FILE ...] [--versus FILE ...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_report, refuse=parser.error)
    parser.add_argument("texts", nargs="+", metavar="FILE", help="a text file; it may be compressed by gzip, bzip2, xz or zstd")
    parser.add_argument("--versus", nargs="+", metavar="FILE", help="the files to compare them with; put it last")
    parser.add_argument(
        "-o", "--output", default="report.html", metavar="FILE", help="the file for the page (default: report.html)"
    )
    parser.add_argument(
        "--name", metavar="TEXT", help="what the files are called in the page (default: the name of the first one)"
    )
    parser.add_argument("--versus-name", metavar="TEXT", help="what the files of --versus are called")
    parser.add_argument("--title", metavar="TEXT", help="the title of the page")
    _rule.add(parser, words="uax29")
    parser.add_argument(
        "--documents",
        choices=["lines", "whole"],
        default="lines",
        help="a document is each line that is not blank (the default), or each whole file that is not blank",
    )
    add_errors(parser)
    parser.add_argument(
        "--ngram-bytes",
        type=_size_or_all,
        default=REPORT_NGRAM_NBYTES,
        metavar="SIZE",
        help="count runs of two and three words in this much of the beginning of the files, such as 500M, or in all "
        f"(default: {REPORT_NGRAM_NBYTES >> 20}M)",
    )
    add_encoding(parser)
    add_threads(parser)
    add_max_memory(parser)
    add_progress(parser)


def _size_or_all(text: str) -> int | None:
    if text == "all":
        return None
    size = _number_of_bytes(text)
    if size == 0:
        raise argparse.ArgumentTypeError("0 counts nothing; give a size such as 500M, or all")
    return size


def _report(arguments: argparse.Namespace) -> int:
    given: list[list[str]] = [arguments.texts] + ([arguments.versus] if arguments.versus else [])
    if any("-" in names for names in given):
        arguments.refuse("the files are read several times: name files, not standard input")
    options = _rule.options(arguments)
    try:
        check_packages()
    except ImportError as error:
        raise FileError(str(error)) from error
    with Work([name for names in given for name in names], shows_bar=arguments.progress) as work:
        analyzers = [_counted(names, options, arguments, work) for names in given]
    shown = [arguments.name, arguments.versus_name]
    try:
        with _LateBar(None, shows_bar=arguments.progress, unit="B") as bar:
            analyzers[0].report(
                arguments.output,
                versus=analyzers[1] if len(analyzers) > 1 else None,
                names=[shown[i] or _name_of(names) for i, names in enumerate(given)],
                files=given[0],
                versus_files=given[1] if len(given) > 1 else None,
                documents=arguments.documents,
                errors=arguments.errors,
                encoding=arguments.encoding,
                title=arguments.title,
                ngram_bytes=arguments.ngram_bytes,
                progress=bar.tell,
            )
    except EmptyAnalyzerError as error:
        raise FileError(f"{printable(' '.join(given['versus' in str(error)][:3]))}: there are no words") from error
    except OSError as error:
        raise FileError(printable(f"{error.filename or arguments.output}: {error.strerror}")) from error
    except (ValueError, TextProcessorError) as error:
        raise FileError(printable(str(error))) from error
    say(printable(f"{arguments.output}: {_size_of(arguments.output):,} bytes, a page for any browser"))
    return 0


def _counted(names: Sequence[str], options: dict[str, Any], arguments: argparse.Namespace, work: Work) -> TextAnalyzer:
    analyzer = TextAnalyzer(keep_documents=False, threads=arguments.threads, **options)
    for name in names:
        with _naming(name, has_options=True):
            analyzer.add_file(
                name,
                documents=arguments.documents,
                errors=arguments.errors,
                encoding=arguments.encoding,
                progress=work.hook(),
            )
        work.has_done(name)
    return analyzer


def _name_of(names: Sequence[str]) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{Path(names[0]).name}{more}"


def _size_of(name: str) -> int:
    return Path(name).stat().st_size
