"""Sentiment beside vaderSentiment and NLTK, checked in the same run.

    python benchmarks/vader.py [--texts FOLDER] [--n N] [--rounds N]

FOLDER is what `hutto_ICWSM_2014.tar.gz` in the sources of vaderSentiment unpacks to; without it, N texts are made up. One
thread each. Time is processor time of this process, the least of the rounds. The last lines are single texts of growing length.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from vader_texts import Maker, icwsm, originals

from text_processor.vader import SentimentIntensityAnalyzer, _shared

SENTENCE = "It was not a VERY good movie, but the actors were great! I love :) them, kind of. "

# Beyond this the original takes minutes.
MOST_OF_PEER = 1 << 16


def least(call: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """The least time of some rounds, in seconds, and the answer."""
    times, answer = [], None
    for _ in range(rounds):
        start = time.process_time()
        answer = call()
        times.append(time.process_time() - start)
    return min(times), answer


def compare(rules: str, texts: list[str], rounds: int) -> None:
    ours, theirs = SentimentIntensityAnalyzer(rules=rules), originals()[rules]
    column = pa.array(texts)
    ours.polarity_scores("first use")
    peer, expected = least(lambda: [theirs.polarity_scores(text) for text in texts], max(rounds // 3, 1))
    print(f"{rules}: {len(texts)} texts, {len(texts) / peer:,.0f} a second")

    def of_array(found: Any) -> list[dict[str, float]]:
        return [dict(zip(expected[0], row, strict=True)) for row in found.tolist()]

    ways: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
        "scores(list)": (lambda: ours.scores(texts, 1), of_array),
        "scores(column)": (lambda: ours.scores(column, 1), lambda found: found.to_pylist()),
        "one by one": (lambda: [ours.polarity_scores(text) for text in texts], lambda found: found),
    }
    for name, (call, as_dicts) in ways.items():
        seconds, found = least(call, rounds)
        n_different = sum(one != other for one, other in zip(expected, as_dicts(found), strict=True))
        print(f"  {name:<15} {len(texts) / seconds:>11,.0f} a second, {peer / seconds:6.1f} times; {n_different} differ")


def compare_lengths(rounds: int) -> None:
    ours, theirs = SentimentIntensityAnalyzer(), originals()["vaderSentiment"]
    for bits in range(10, 25, 2):
        text = (SENTENCE * ((1 << bits) // len(SENTENCE) + 1))[: 1 << bits]
        seconds, found = least(lambda text=text: ours.polarity_scores(text), rounds)  # type: ignore[misc]
        line = f"  {1 << bits:>10,} characters: {1000 * seconds:9.3f} ms"
        if len(text) <= MOST_OF_PEER:
            peer, expected = least(lambda text=text: theirs.polarity_scores(text), 1)  # type: ignore[misc]
            line += f", {peer / seconds:8,.0f} times; {'same' if expected == found else 'DIFFERENT'}"
        print(line)


def load_anew() -> None:
    _shared.clear()
    SentimentIntensityAnalyzer().polarity_scores("good")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, metavar="FOLDER", help="texts of the sources of vaderSentiment")
    parser.add_argument("--n", type=int, default=20_000, help="how many texts are made up otherwise")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    texts = icwsm(arguments.texts) if arguments.texts else Maker(1).texts(arguments.n)
    for rules in originals():
        compare(rules, texts, arguments.rounds)
    print("one text")
    compare_lengths(arguments.rounds)
    print(f"loading the lexicon: {1000 * least(load_anew, arguments.rounds)[0]:.2f} ms")


if __name__ == "__main__":
    main()
