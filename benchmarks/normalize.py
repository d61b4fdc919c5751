"""Normal forms of UTF-8 beside unicodedata and tokenizers, checked in the same run.

    python benchmarks/normalize.py [FILE …] [--runs N] [--quick]

Without files, the text is the first article of the Universal Declaration of Human Rights in several languages, many times. Each
text is given as NFC and as NFD has it. Contestants take turns on one core; what is printed is the speed of the best turn, in MB
of UTF-8 per second, and the median of the ratios of the turns. unicodedata and tokenizers are given a `str` that is made
beforehand, we are given bytes. Answers are compared first, by Python's version of Unicode and by that of tokenizers; the exit
status is 1 if one is wrong.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tokenizers
from contestants import timed

from text_processor import cpu_features
from text_processor._native.unicode import FORMS, VERSION_OF_TOKENIZERS, normalize

ARTICLE = {
    "English": "All human beings are born free and equal in dignity and rights. ",
    "German": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. ",
    "Vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. ",
    "Russian": "Все люди рождаются свободными и равными в своем достоинстве и правах. ",
    "Arabic": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. ",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। ",
    "Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ",
    "Japanese": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "Korean": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. ",
    "Chinese": "人人生而自由，在尊严和权利上一律平等。",
}

by_python: Callable[[str, str], str] = unicodedata.normalize  # type: ignore[assignment]  # which wants its forms as literals
PYTHONS_VERSION: Any = tuple(map(int, unicodedata.unidata_version.split(".")[:2]))


def by_tokenizers(form: str) -> Callable[[str], str]:
    normalizer: Any = getattr(tokenizers.normalizers, form)()
    return normalizer.normalize_str  # type: ignore[no-any-return]


def is_right(form: str, text: str) -> bool:
    encoded, theirs = text.encode(), by_tokenizers(form)
    return bytes(normalize(encoded, form, PYTHONS_VERSION)).decode() == by_python(form, text) and bytes(
        normalize(encoded, form, VERSION_OF_TOKENIZERS)
    ).decode() == theirs(text)


def measure(form: str, text: str, runs: int) -> str:
    """The part of a line that has the speeds."""
    encoded, theirs = text.encode(), by_tokenizers(form)
    contestants: list[Callable[[], Any]] = [
        lambda: normalize(encoded, form),
        lambda: by_python(form, text),
        lambda: theirs(text),
    ]
    turns = [[timed(contestant).seconds for contestant in contestants] for _ in range(runs)]
    ours, python, peer = (len(encoded) / min(times) / 1e6 for times in zip(*turns, strict=True))
    over_python, over_peer = (statistics.median(turn[i] / turn[0] for turn in turns) for i in (1, 2))
    # ASCII is known to be so by its str, and given back: that is no speed.
    pythons = f"{'–':>11} {'–':>8}" if text.isascii() else f"{python:11,.0f} {over_python:8.1f}"
    return f"{ours:9,.0f} {pythons} {peer:10,.0f} {over_peer:8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one run with little text: whether it works, not how fast")
    arguments = parser.parse_args()
    nbytes, runs = (10_000, 1) if arguments.quick else (1_000_000, arguments.runs)
    texts = {path.name: path.read_text(encoding="utf-8")[:nbytes] for path in arguments.files} or {
        name: text * (nbytes // len(text.encode())) for name, text in ARTICLE.items()
    }
    print(
        f"Python {platform.python_version()}, tokenizers {tokenizers.__version__}, {platform.machine()}, "
        f"{cpu_features()['in_use']}, {os.cpu_count()} processors"
    )
    print(f"{'':34} {'ours MB/s':>10} {'unicodedata':>11} {'×':>8} {'tokenizers':>10} {'×':>8}")
    wrong = 0
    for form in FORMS:
        for name, text in texts.items():
            for given_as in ("NFC", "NFD"):
                given = by_python(given_as, text)
                is_normal = normalize(encoded := given.encode(), form) is encoded
                told = f"{form:4} of {name[:16]:16} in {given_as}{' (same)' if is_normal else ''}"
                if is_right(form, given):
                    print(f"{told:34} {measure(form, given, runs):>10}", flush=True)
                else:
                    wrong += 1
                    print(f"{told:34} WRONG")
    if wrong:
        sys.exit("answers are wrong")


if __name__ == "__main__":
    main()
