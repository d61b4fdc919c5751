"""The forms in which counts are written."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NamedTuple

from text_processor._documents.arrow import import_pyarrow
from text_processor.analyzer import Statistics
from text_processor.cli._shared import FileError, printable

FORMATS = ["table", "tsv", "csv", "json", "jsonl", "parquet"]


class Counts(NamedTuple):
    """What is to be written: the words in their order, and the totals."""

    words: Sequence[tuple[str, int]]
    statistics: Statistics
    sentiment: float | None
    has_shares: bool

    def share(self, count: int) -> list[str]:
        """The share of a count in all words, in percent, as a column; no column if none is wanted."""
        return [f"{100 * count / self.statistics['total_words']:.4f}"] if self.has_shares else []


def write(counts: Counts, form: str) -> None:
    """Write the counts to standard output."""
    if form == "parquet":
        _write_parquet(counts)
        return
    sys.stdout.writelines({"tsv": _tsv, "csv": _csv, "json": _json, "jsonl": _jsonl}[form](counts))


# What would end a field or a line; only words of a regular expression or a function have it.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _tsv(counts: Counts) -> Iterator[str]:
    for word, count in counts.words:
        shown = word.translate(_ESCAPES) if not word.isprintable() and {*word} & {*"\t\n\r"} else word
        yield "\t".join([shown, str(count), *counts.share(count)]) + "\n"


def _csv(counts: Counts) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    header = ["word", "count", "percent"] if counts.has_shares else ["word", "count"]
    for row in ([header], ([word, count, *counts.share(count)] for word, count in counts.words)):
        for each in row:
            writer.writerow(each)
            yield line.getvalue()
            line.seek(0)
            line.truncate()


def _object(counts: Counts, word: str, count: int) -> str:
    share = "".join(f', "percent": {share}' for share in counts.share(count))
    return f'{{"word": {json.dumps(word)}, "count": {count}{share}}}'


def _jsonl(counts: Counts) -> Iterator[str]:
    return (f"{_object(counts, word, count)}\n" for word, count in counts.words)


def _json(counts: Counts) -> Iterator[str]:
    """Give one object line by line: Ctrl-C takes effect between two lines, and grep finds each word on a separate line."""
    totals = json.dumps({**counts.statistics, "sentiment": counts.sentiment})
    yield f'{totals[:-1]}, "words": ['
    separator = "\n"
    for word, count in counts.words:
        yield f"{separator}{_object(counts, word, count)}"
        separator = ",\n"
    yield "\n]}\n"


def _write_parquet(counts: Counts) -> None:
    try:
        pa = import_pyarrow("--format parquet")
    except ImportError as error:
        raise FileError(str(error)) from error
    if sys.stdout.isatty():
        raise FileError("--format parquet is not for a terminal: redirect standard output to a file")
    parquet = import_module("pyarrow.parquet")

    words, numbers = [word for word, _ in counts.words], [count for _, count in counts.words]
    columns = {"word": pa.array(words, pa.large_string()), "count": pa.array(numbers, pa.int64())}
    if counts.has_shares:
        total = counts.statistics["total_words"]
        columns["percent"] = pa.array([100 * count / total for count in numbers], pa.float64())
    made = pa.BufferOutputStream()
    parquet.write_table(pa.table(columns), made)
    sys.stdout.flush()
    sys.stdout.buffer.write(made.getvalue())


def write_table(counts: Counts) -> None:
    """Write a table with the words in its last column, so that long or wide words move no other column."""
    heads = ["count", "percent"] if counts.has_shares else ["count"]
    rows = [([f"{count:,}", *counts.share(count)], printable(word)) for word, count in counts.words]
    try:
        _write_rich_table(heads, rows)
    except ImportError:
        _write_plain_table(heads, rows)


_Rows = Sequence[tuple[list[str], str]]


def _write_rich_table(heads: Sequence[str], rows: _Rows) -> None:
    # Imported only when it is used, because loading it takes longer than counting a book.
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("word", no_wrap=True, overflow="ellipsis")
    for numbers, word in rows:
        table.add_row(*numbers, Text(word))  # as Text, because in a str [bold] would be markup
    Console().print(table)


def _write_plain_table(heads: list[str], rows: _Rows) -> None:
    widths = [max(len(numbers[i]) for numbers in [heads, *(numbers for numbers, _ in rows)]) for i in range(len(heads))]
    room = max(shutil.get_terminal_size().columns - sum(widths) - 2 * len(widths), len("word"))
    for numbers, word in [(heads, "word"), *rows]:
        shown = word if len(word) <= room else f"{word[: room - 3]}..."
        padded = (f"{number:>{width}}  " for number, width in zip(numbers, widths, strict=True))
        sys.stdout.write(f"{''.join(padded)}{shown}\n")
