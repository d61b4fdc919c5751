"""Words, sentences and graphemes by Unicode's rules beside StringZilla, PyICU and `re`, checked in the same run.

    python benchmarks/segment.py [FILE …] [--runs N] [--quick]

Without files, the text is the first article of the Universal Declaration of Human Rights in several languages, many times.
Contestants take turns on one core; what is printed is the best turn, in MB of UTF-8 per second, and the median of the ratios of
the turns. All begin with a `str`. Lines with `table` end with the dict of lower-cased words and their counts; the others count
segments. Answers are compared first; the exit status is 1 if one is wrong. PyICU's rules and tables are those of its ICU, which
differ, so its answers are not compared; without PyICU its column is empty.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import stringzilla
from contestants import timed
from normalize import ARTICLE

from text_processor import cpu_features, word_count
from text_processor.segment import count_graphemes, count_sentences, count_words

try:
    import icu
except ImportError:
    icu = None

# What CountVectorizer looks for.
TOKEN = re.compile(r"(?u)\b\w\w+\b")


def has_letter_or_number(word: str) -> bool:
    return word.isalnum() or any(map(str.isalnum, word))


def by_stringzilla(text: str) -> Counter[str]:
    return Counter(filter(has_letter_or_number, map(str, stringzilla.utf8_wordbreaks(text.lower()))))


def segments_of_icu(kind: str, text: str) -> Iterator[Any]:
    """Give the boundaries of a text as ICU counts them: in code units of UTF-16."""
    iterator = getattr(icu.BreakIterator, f"create{kind}Instance")(icu.Locale.getRoot())
    iterator.setText(icu.UnicodeString(text))
    return iter(iterator)


def by_icu(text: str) -> Counter[str]:
    """The words of a text whose boundaries' status says that they have letters or numbers."""
    lowered = icu.UnicodeString(text.lower())
    iterator = icu.BreakIterator.createWordInstance(icu.Locale.getRoot())
    iterator.setText(lowered)
    start, found = 0, Counter[str]()
    for end in iterator:
        if iterator.getRuleStatus() >= 100:  # UBRK_WORD_NUMBER and above
            found[str(lowered[start:end])] += 1
        start = end
    return found


def length(items: Iterator[Any]) -> int:
    return sum(1 for _ in items)


class Task(NamedTuple):
    ours: Callable[[str], Any]
    peer: Callable[[str], Any]
    of_icu: Callable[[str], Any] | None = None


TASKS = {
    "words, table": Task(lambda text: word_count(text, words="uax29", threads=1), by_stringzilla, by_icu),
    "sklearn, table (re)": Task(
        lambda text: word_count(text, words="sklearn", threads=1), lambda text: Counter(TOKEN.findall(text.lower()))
    ),
    "word segments": Task(
        lambda text: count_words(text, "uax29-all"),
        lambda text: length(stringzilla.utf8_wordbreaks(text)),
        lambda text: length(segments_of_icu("Word", text)),
    ),
    "sentences": Task(
        count_sentences,
        lambda text: length(stringzilla.utf8_sentences(text)),
        lambda text: length(segments_of_icu("Sentence", text)),
    ),
    "graphemes": Task(
        count_graphemes,
        lambda text: length(stringzilla.utf8_graphemes(text)),
        lambda text: length(segments_of_icu("Character", text)),
    ),
}


def measure(task: Task, text: str, runs: int) -> str:
    contestants = [each for each in task if each and (each is not task.of_icu or icu)]
    turns = [[timed(lambda each=each: each(text)).seconds for each in contestants] for _ in range(runs)]  # type: ignore[misc]
    shown = []
    for i, times in enumerate(zip(*turns, strict=True)):
        ratio = "" if i == 0 else f"{statistics.median(turn[i] / turn[0] for turn in turns):8.1f}"
        shown.append(f"{len(text.encode()) / min(times) / 1e6:10,.1f} {ratio}")
    return " ".join(shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one run with little text: whether it works, not how fast")
    arguments = parser.parse_args()
    nbytes, runs = (10_000, 1) if arguments.quick else (4_000_000, arguments.runs)
    texts = {path.name: path.read_text(encoding="utf-8")[:nbytes] for path in arguments.files} or {
        name: text * (nbytes // len(text.encode())) for name, text in ARTICLE.items()
    }
    print(
        f"Python {platform.python_version()}, StringZilla {stringzilla.__version__}, "
        f"{f'PyICU {icu.VERSION} with ICU {icu.ICU_VERSION}' if icu else 'no PyICU'}, {platform.machine()}, "
        f"{cpu_features()['in_use']}, {os.cpu_count()} processors"
    )
    print(f"{'':38} {'ours MB/s':>10}  {'peer MB/s':>10} {'×':>8} {'ICU MB/s':>10} {'×':>8}")
    wrong = 0
    for name, text in texts.items():
        for what, task in TASKS.items():
            told = f"{name[:16]:16} {what}"
            if task.ours(text) == task.peer(text):
                print(f"{told:38} {measure(task, text, runs)}", flush=True)
            else:
                wrong += 1
                print(f"{told:38} WRONG")
    if wrong:
        sys.exit("answers are wrong")


if __name__ == "__main__":
    main()
