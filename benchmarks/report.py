"""Makes plots and tables of what words.py, bpe.py and cluster.py have measured.

    python benchmarks/report.py FOUND PAGE

FOUND is words.json, bpe.json, published.json or cluster.json; plots are drawn anew beside it. In PAGE, a Markdown file, what
stands between the comments `begin NAME` and `end NAME` is replaced by the table, and the plot, of that name; so documentation
holds no number that a hand has typed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import plot

Record = dict[str, Any]

# What the contestants' names that are ours begin with; see contestants.py.
OURS = ("to the dict", "to most_common", "to len(words)", "C alone", "add_documents")


def is_ours(record: Record) -> bool:
    return record["contestant"].startswith(OURS)


def measured(found: Record, name: str) -> list[Record]:
    return [record for record in found["results"].get(name, []) if "seconds" in record or "each" in record]


def times(record: Record) -> float:
    return record["times_baseline"]["median"]


def by_text(records: Sequence[Record]) -> Iterator[tuple[str, list[Record]]]:
    for text, group in groupby(records, lambda record: record["text"]):
        yield text, list(group)


def describe(text: str, record: Record) -> str:
    return f"{text}: {record['bytes'] / 1e6:.1f} MB, {record['distinct']:,} distinct words"


# ---- Plots -----------------------------------------------------------------------------------------------------------


def bars_of_texts(records: Sequence[Record]) -> dict[str, list[plot.Bar]]:
    """Bars by text, without the baseline, whose ratio is 1."""
    return {
        describe(text, group[0]): [(r["contestant"], times(r), f"{times(r):.1f}×") for r in group[1:]]
        for text, group in by_text(records)
    }


def curves(records: Sequence[Record], key: str) -> dict[str, list[tuple[float, float]]]:
    """For each contestant, MB/s over a parameter."""
    found: dict[str, list[tuple[float, float]]] = {}
    for record in records:
        found.setdefault(record["contestant"], []).append((record[key], record["mb_per_second"]))
    return found


def draw_corpora(records: Sequence[Record]) -> str:
    return plot.bars("By text", "times as fast as Counter, word by word; one core", bars_of_texts(records))


def draw_simd(records: Sequence[Record]) -> str:
    return plot.bars("By instruction set", "times as fast as Counter, word by word; one core", bars_of_texts(records))


def draw_threads(records: Sequence[Record]) -> str:
    return plot.bars("By threads", "times as fast as Counter, word by word, on one core", bars_of_texts(records))


def draw_distinct(records: Sequence[Record]) -> str:
    return plot.lines("By number of distinct words", "MB/s, one core", "distinct words", curves(records, "distinct"))


def draw_lengths(records: Sequence[Record]) -> str:
    return plot.lines("By length of documents", "MB/s, one core", "characters in a document", curves(records, "characters"))


def draw_short(records: Sequence[Record]) -> str:
    groups: dict[str, list[plot.Bar]] = {}
    for record in records:
        bar = (record["contestant"], times(record), f"{times(record):.1f}×")
        groups.setdefault(f"{record['asked']} of {record['documents']:,} documents", []).append(bar)
    return plot.bars("Many short documents", "times as fast as the plain Python class; one core", groups)


def draw_published(records: Sequence[Record]) -> str:
    """The arrays of the first vocabulary, by text."""
    first = [r for r in records if r["vocabulary"] == records[0]["vocabulary"] and r["row"] == "array"]
    groups: dict[str, list[plot.Bar]] = {}
    for record in first:
        mb_per_second = 1e-6 / record["each"]["median"]
        groups.setdefault(record["text"], []).append((record["contestant"], mb_per_second, f"{mb_per_second:.0f}"))
    return plot.bars(f"{records[0]['vocabulary']}, new text to an array", "MB/s of one thread, equal ids", groups)


def draw_calls(records: Sequence[Record]) -> str:
    groups: dict[str, list[plot.Bar]] = {}
    for record in records:
        if record["row"].startswith(("2 ", "100 ", "86 ")):
            micros = 1e6 * record["each"]["median"]
            groups.setdefault(record["row"], []).append((record["contestant"], micros, f"{micros:.2f}"))
    return plot.bars("One short text", "microseconds a call, equal ids", groups)


DRAWN: dict[str, Callable[[Sequence[Record]], str]] = {
    "published-text": draw_published,
    "published-calls": draw_calls,
    "corpora": draw_corpora,
    "simd": draw_simd,
    "threads": draw_threads,
    "distinct": draw_distinct,
    "lengths": draw_lengths,
    "short": draw_short,
}


# The picture of README.md: a group of bars for each twin. Of each bar: its label, the file, the part of it, the text, what was
# asked, and the contestant.
OVERVIEW: dict[str, list[tuple[str, str, str, dict[str, Any]]]] = {
    "Word counts, beside Counter over str.split": [
        ("word_count of a book", "words", "corpora", {"text": "kjv10", "contestant": "to the dict"}),
        ("its 100 most common words", "words", "corpora", {"text": "kjv10", "contestant": "to most_common(100)"}),
        ("a million short documents", "words", "short", {"asked": "frequency", "contestant": "add_documents"}),
    ],
    "Encoding a book, beside tiktoken": [
        ("encode, a list", "bpe", "encode", {"text": "kjv", "contestant": "encode"}),
        ("encode_array", "bpe", "encode", {"text": "kjv", "contestant": "encode_array"}),
        ("count", "bpe", "encode", {"text": "kjv", "contestant": "count"}),
    ],
    "Training a tokenizer on a book": [
        ("beside rustbpe", "bpe", "train", {"text": "kjv", "contestant": "Tokenizer"}),
        ("beside Hugging Face", "bpe", "train", {"text": "kjv", "contestant": "Tokenizer, as tokenizers"}),
    ],
}


def draw_overview(found: dict[str, Record]) -> str:
    groups: dict[str, list[plot.Bar]] = {}
    for group, parts in OVERVIEW.items():
        for label, file, name, wanted in parts:
            record = next(r for r in measured(found[file], name) if wanted.items() <= r.items())
            groups.setdefault(group, []).append((label, times(record), f"{times(record):.1f}×"))
    return plot.bars("text_processor beside what it is the twin of", "times as fast, equal answers; one core", groups)


def write_plots(found: Record, folder: Path) -> None:
    """Draw what was measured; a plot of something else stays as it is."""
    for name, draw in DRAWN.items():
        if records := measured(found, name):
            (folder / f"{name}.svg").write_text(draw(records), encoding="utf-8")
    files = {file: folder / f"{file}.json" for parts in OVERVIEW.values() for _, file, *_ in parts}
    if all(path.exists() for path in files.values()):
        overview = draw_overview({name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items()})
        (folder / "overview.svg").write_text(overview, encoding="utf-8")


# ---- Tables ----------------------------------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def ratio(record: Record) -> str:
    """The median of the rounds, and the extremes."""
    if "failed" in record:
        return "failed"
    spread = record["times_baseline"]
    return f"{spread['median']:.1f} ({spread['min']:.1f}–{spread['max']:.1f})"


def across(records: Sequence[Record], column: Callable[[Record], str], cell: Callable[[Record], str]) -> str:
    """A row for each contestant, a column for each text or size."""
    columns = list(dict.fromkeys(map(column, records)))
    cells: dict[str, dict[str, str]] = {}
    for record in records:
        cells.setdefault(record["contestant"], {})[column(record)] = cell(record)
    return table(["", *columns], [[name, *(row.get(head, "") for head in columns)] for name, row in cells.items()])


def speed(record: Record) -> str:
    return "failed" if "failed" in record else f"{record['mb_per_second']:.0f} MB/s, {times(record):.1f}×"


def notes(records: Sequence[Record]) -> str:
    """Whose answers differ, and why."""
    lines = [
        f"- {record['contestant']}, {record['text']}: {record['differing']:,} terms differ from Counter's; {record['note']}."
        for record in records
        if record.get("differing") and "note" in record
    ]
    return "\n\n" + "\n".join(lines) if lines else ""


def tell_texts(records: Sequence[Record]) -> str:
    return across(records, lambda record: describe(record["text"], record), speed) + notes(records)


def in_ms(record: Record) -> str:
    spread = record["seconds"]
    return f"{1e3 * spread['median']:.1f} ms"


def tell_repeats(records: Sequence[Record]) -> str:
    """A row for each character, a column for each length."""

    def cell(record: Record) -> str:
        return f"{1e9 * record['seconds']['min'] / record['characters']:.1f}"

    rows = [{**record, "contestant": f"`{record['unit']!r}`"} for record in records]
    return across(rows, lambda record: f"{record['characters']:,}", cell)


def tell_memory(records: Sequence[Record]) -> str:
    return across(records, lambda record: record["text"], lambda record: f"{record['peak_bytes_more'] / 1e6:.0f} MB")


# ---- Published vocabularies -------------------------------------------------------------------------------------------

OWN = "Tokenizer"


def tell_published(records: Sequence[Record], column: Callable[[Record], str], cell: Callable[[Record], str], unit: str) -> str:
    """A row for each contestant, and one for how many times we are as fast as the best other one that is equal."""
    able = [record for record in records if "each" in record]
    rows = [{**record, "told": cell(record) + (" (differs)" if record["differing"] else "")} for record in able]
    for name in dict.fromkeys(map(column, able)):
        each = {record["contestant"]: record["each"]["median"] for record in able if column(record) == name}
        equal = {r["contestant"] for r in able if column(r) == name and not r["differing"]}
        others = [cost for who, cost in each.items() if who != OWN and who in equal]
        told = f"{min(others) / each[OWN]:.2f}×" if others and OWN in each else ""
        [first, *_] = [record for record in able if column(record) == name]
        rows.append({**first, "contestant": "Tokenizer / the best other", "told": told})
    unable = dict.fromkeys(f"- {record['contestant']}: {record['unable']}" for record in records if "unable" in record)
    return across(rows, column, lambda record: record["told"]) + f"\n\n{unit}" + "".join(f"\n{why}" for why in unable)


def in_mb(record: Record) -> str:
    return f"{1e-6 / record['each']['median']:.0f}"


def in_micros(record: Record) -> str:
    return f"{1e6 * record['each']['median']:.2f}"


ROWS = {
    "first": "The first call of a process, lists",
    "list": "Later calls, lists",
    "array": "Later calls, arrays",
    "count": "Later calls, numbers of ids",
}


def tell_published_text(records: Sequence[Record]) -> str:
    parts = []
    for row, title in ROWS.items():
        for vocabulary in dict.fromkeys(record["vocabulary"] for record in records):
            chosen = [r for r in records if r["vocabulary"] == vocabulary and r["row"] == row]
            if chosen:
                parts.append(f"### {title}: {vocabulary}\n\n{tell_published(chosen, lambda r: r['text'], in_mb, 'MB/s.')}")
    return "\n\n".join(parts)


def by_text_and_row(record: Record) -> str:
    return f"{record['text']}, {record['row']}"


def tell_resident(records: Sequence[Record]) -> str:
    return tell_published(records, lambda r: r["vocabulary"], lambda r: f"{r['each']['median'] / 1e6:.0f}", "MB.")


def by_vocabulary(record: Record) -> str:
    return f"{record['text']}: {record['bytes'] / 1e6:.1f} MB, {record['vocab_size']:,} tokens"


def by_foreign_vocabulary(record: Record) -> str:
    return f"{record['text']}, with the {record['vocab_size']:,} tokens of {record['vocabulary']}"


def by_instruction_set(record: Record) -> str:
    return f"{record['text']}, {record['simd']}"


# ---- Clusters --------------------------------------------------------------------------------------------------------


def tell_cluster_speed(records: Sequence[Record]) -> str:
    heads = [
        "",
        "one process, two threads",
        "text_processor",
        "the engine's own way",
        "beside its own way",
        "beside one process",
    ]
    rows = [
        [
            f"{record['engine']}, {time}",
            *(f"{record[name + by]:.0f} MB/s" for name in ("local", "ours")),
            f"{record['own' + by]:.1f} MB/s",
            f"{record['ours' + by] / record['own' + by]:.0f}×",
            f"{record['ours' + by] / record['local' + by]:.0%}",
        ]
        for record in records
        for time, by in (("by the clock", ""), ("by processor time", "_by_cpu"))
    ]
    first = records[0]
    loads = ", ".join(f"{record['load_average']:.1f}" for record in records)
    told = f"{first['megabytes']:.0f} MB, the engine's own way {first['part']:.0f} MB. Load of the machine at the end: {loads}."
    return f"{table(heads, rows)}\n\n{told}"


def tell_cluster_equality(records: Sequence[Record]) -> str:
    rows = [
        [name, f"{first['distinct']:,}", ", ".join(record["engine"] for record in alike)]
        for name in dict.fromkeys(record["options"] for record in records)
        for alike in [[record for record in records if record["options"] == name]]
        for first in alike[:1]
    ]
    told = f"{records[0]['bytes'] / 1e6:.0f} MB in {records[0]['parts']} parts."
    return f"{table(['options', 'distinct words', 'equal'], rows)}\n\n{told}"


def tell_cluster_size(records: Sequence[Record]) -> str:
    rows = [
        [
            record["engine"],
            f"{record['distinct']:,}",
            ", ".join(f"{nbytes / 1e6:.0f} MB" for nbytes in record["peaks"]),
            f"{record['seconds']:.0f} s",
            f"{record['one_process']:.0f} s",
        ]
        for record in records
    ]
    first = records[0]
    told = f"{first['megabytes']:.0f} MB in {first['parts']} files, to a table of {first['shares']} shares."
    return f"{table(['', 'distinct words', 'peak of each worker', 'time', 'one process'], rows)}\n\n{told}"


Teller = Callable[[Sequence[Record]], str]

# By the name of the file that has the records, and what they are of.
TOLD: dict[str, dict[str, Teller]] = {
    "words": {
        "corpora": tell_texts,
        "simd": lambda records: across(records, lambda record: record["text"], ratio),
        "threads": lambda records: across(records, lambda record: record["text"], ratio),
        "distinct": lambda records: across(records, lambda record: f"{record['distinct']:,}", speed),
        "lengths": lambda records: across(records, lambda record: f"{record['characters']:,}", speed),
        "short": lambda records: across(records, lambda record: record["asked"], ratio),
    },
    "bpe": {
        "train": lambda records: across(records, by_vocabulary, speed),
        "encode": lambda records: across(records, by_instruction_set, speed),
        "foreign": lambda records: across(records, by_foreign_vocabulary, speed),
        "batch": lambda records: across(records, lambda record: f"{record['texts']:,} texts", speed),
        "long": lambda records: across(records, lambda record: f"{record['letters']:,} letters", speed),
        "repeats": tell_repeats,
        "memory": tell_memory,
        "loading": lambda records: across(records, lambda record: f"{record['tokens']:,} tokens", in_ms),
    },
    "published": {
        "published-text": tell_published_text,
        "published-messages": lambda records: tell_published(records, by_text_and_row, in_mb, "MB/s."),
        "published-calls": lambda records: tell_published(records, lambda r: r["row"], in_micros, "Microseconds a call."),
        "published-special": lambda records: tell_published(records, lambda r: r["text"], in_mb, "MB/s."),
        "published-memory": tell_resident,
    },
    "cluster": {
        "cluster-speed": tell_cluster_speed,
        "cluster-equal": tell_cluster_equality,
        "cluster-size": tell_cluster_size,
    },
}


def tell_about(found: Record) -> str:
    about = found["about"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items() if number)
    lines = [
        ["command", f"`{about['command']}`"],
        ["rounds", str(about["rounds"])],
        ["processor", f"{about['cpu']}; {about['processors']} of them; instruction set in use: {about['simd']}"],
        ["system", about["system"]],
        ["Python", about["python"]],
        *([["compiler", about["compiler"]]] if "compiler" in about else []),
        ["versions", versions],
        ["revision", str(about["revision"])],
    ]
    return table(["", ""], lines)


def fill(page: str, name: str, content: str) -> str:
    """Put something between the marks of that name."""
    marks = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if marks.search(page) is None:
        sys.exit(f"the page has no marks `begin {name}` and `end {name}`")
    return marks.sub(lambda found: f"{found[1]}{content}\n{found[2]}", page)


def fill_page(page: str, found: Record, told: dict[str, Teller], folder: str) -> str:
    """Put the tables and plots of what was measured into a page, which finds the plots in a folder."""
    page = fill(page, "about", tell_about(found))
    for name, tell in told.items():
        if records := found["results"].get(name, []):
            plotted = f"![{name}]({folder}/{name}.svg)\n\n" if name in DRAWN else ""
            page = fill(page, name, plotted + tell(records))
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("found", type=Path)
    parser.add_argument("page", type=Path)
    arguments = parser.parse_args()
    path: Path = arguments.found
    if path.stem not in TOLD:
        sys.exit(f"{path.name} is none of {', '.join(f'{name}.json' for name in TOLD)}")
    if not path.exists():
        sys.exit(f"{path} is not there: benchmarks/{path.stem}.py --output {path.parent} makes it")
    found = json.loads(path.read_text(encoding="utf-8"))
    write_plots(found, path.parent)
    folder = Path(os.path.relpath(path.parent, arguments.page.parent)).as_posix()
    page = fill_page(arguments.page.read_text(encoding="utf-8"), found, TOLD[path.stem], folder)
    arguments.page.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
