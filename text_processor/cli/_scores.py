"""``text-processor sentiment``: score each line of files, or each text of a column, as vaderSentiment does."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from text_processor._documents import sources, tables
from text_processor._documents.sources import Options
from text_processor.cli._bpe import _naming, _opened, _reading, _shown, _write
from text_processor.cli._shared import (
    PROGRAM,
    Faults,
    Work,
    add_encoding,
    add_errors,
    add_max_memory,
    add_progress,
    add_skip_errors,
    add_threads,
    standard_input,
)

_DESCRIPTION = """\
Score each line of text files by the rules of vaderSentiment 3.3.2 (or NLTK):
how negative, neutral and positive it is, and "compound", its sentiment from
-1 to 1. Blank lines are scored too, so that lines stay aligned."""

_EPILOG = f"""\
output, a line for each text:
  --format tsv   neg, neu, pos, compound and the text, with tabs between them;
                 no header; tabs and line ends in a text of a column are blanks
  --format csv   the same with a header, quoted as CSV
  --format json  an object with these names

examples:
  {PROGRAM} sentiment reviews.txt | sort -k4 -n | head
  {PROGRAM} sentiment --column text --format csv reviews.csv > scored.csv
  zcat posts.gz | {PROGRAM} sentiment --format json"""

_NAMES = ("neg", "neu", "pos", "compound", "text")

# Rows of a table that are scored together.
_ROWS = 1 << 12

Row = tuple[float, float, float, float, str]


def add_command(commands: Any) -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "sentiment",
        help="score the sentiment of lines of text",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_score, refuse=parser.error)
    parser.add_argument("files", nargs="*", metavar="FILE", help="a text file, compressed or not; - is standard input")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--column",
        metavar="NAME",
        help="the files are CSV, TSV or Parquet: score this column, each row as a text",
    )
    where.add_argument(
        "--field",
        metavar="NAME",
        help="the files are JSON lines: score this field, each line as a text; a.b is the field b of the object a",
    )
    parser.add_argument("--format", choices=[*_FORMATS], default="tsv", help="how scores are written (default: tsv)")
    parser.add_argument(
        "--rules", choices=["vaderSentiment", "nltk"], default="vaderSentiment", help="whose rules (default: vaderSentiment)"
    )
    add_encoding(parser)
    add_errors(parser)
    add_skip_errors(parser)
    add_threads(parser)
    add_max_memory(parser)
    add_progress(parser)


def _score(arguments: argparse.Namespace) -> int:
    faults = Faults(arguments)
    _write(None, _scored(arguments, faults))
    return faults.status


def _scored(arguments: argparse.Namespace, faults: Faults) -> Iterator[bytes]:
    write = _FORMATS[arguments.format]
    if arguments.format == "csv":
        yield write([_NAMES])
    with Work(arguments.files, shows_bar=arguments.progress) as work:
        for name in arguments.files:
            with faults.left_out():
                yield from faults.whole(_shown(name), map(write, _rows(name, arguments, work)))
            work.has_done(name)


def _rows(name: str, arguments: argparse.Namespace, work: Work) -> Iterator[list[Row]]:
    """Give the scored texts of a file, some at a time."""
    from text_processor.vader import SentimentIntensityAnalyzer  # noqa: PLC0415 - not everybody needs it
    from text_processor.vader._many import Scorer  # noqa: PLC0415

    vader = SentimentIntensityAnalyzer(rules=arguments.rules)._vader()
    is_table = arguments.column is not None or arguments.field is not None
    iterator = (_column if is_table else _of_file)(name, arguments, work)
    while some := list(islice(iterator, _ROWS)):
        scorer = Scorer(vader, arguments.threads, compound_only=False)
        scorer.add(some, "sentiment", None)
        numbers = iter(scorer.numbers())
        yield list(zip(numbers, numbers, numbers, numbers, some, strict=True))


def _of_file(name: str, arguments: argparse.Namespace, work: Work) -> Iterator[str]:
    """Give the lines of a file."""
    options = Options("lines", "skip", arguments.errors, arguments.encoding)
    with _opened(name) as (read, position):
        hook = work.hook(position)
        shard = sources.of_reader(read, "the file", _reading(name, arguments)).shards(options, 1)[0]
        for lines in shard.whole_lines():
            if hook is not None:
                hook(0, None)
            yield from lines.decode().split("\n")


def _column(name: str, arguments: argparse.Namespace, _work: Work) -> Iterator[str]:
    """Give the texts of a column of a table, or of a field of JSON lines; one without a value is an empty text."""
    is_field = arguments.field is not None
    wanted = tables.Wanted(arguments.field if is_field else arguments.column, is_field)
    with (
        _naming(_shown(name)),
        standard_input() if name == "-" else io.FileIO(name) as file,
        tables.opened_texts(file, wanted, _reading(name, arguments), name) as column,
    ):
        for batch in column:
            texts = batch.column(0)
            if texts.null_count < len(texts) and not str(texts.type).endswith(("string", "string_view")):
                raise ValueError(f"{wanted.option} {wanted.name} must be text, not {texts.type}")
            yield from (text or "" for text in texts.to_pylist())


# ---- Formats ---------------------------------------------------------------------------------------------------------


def _as_tsv(rows: Iterable[Iterable[Any]]) -> bytes:
    return "".join(
        "\t".join(" ".join(str(each).splitlines()).replace("\t", " ") for each in row) + "\n" for row in rows
    ).encode()


def _as_csv(rows: Iterable[Iterable[Any]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().encode()


def _as_json(rows: Iterable[Iterable[Any]]) -> bytes:
    return "".join(json.dumps(dict(zip(_NAMES, row, strict=True)), ensure_ascii=False) + "\n" for row in rows).encode()


_FORMATS: dict[str, Callable[[Iterable[Iterable[Any]]], bytes]] = {"tsv": _as_tsv, "csv": _as_csv, "json": _as_json}
