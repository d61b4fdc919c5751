"""Work of every kind on the book that lies here, to look at with a debugger or a profiler.

    python examples/book.py [ROUNDS]

Each round counts the words of the book as documents, trains a tokenizer on part of it, encodes all of it, and takes the mean
length of its lines.
"""

from __future__ import annotations

import sys
from array import array
from pathlib import Path

from text_processor import TextAnalyzer, Tokenizer
from text_processor.numeric import compute_stats

BOOK = Path(__file__).with_name("kjv.txt")


def count_words(lines: list[str]) -> int:
    analyzer = TextAnalyzer()
    analyzer.add_documents(lines)
    return len(analyzer.word_frequency())


def train_and_encode(text: str) -> int:
    tokenizer = Tokenizer("gpt4")
    tokenizer.train(text[:200_000], 1_000)
    return tokenizer.count(text)


def mean_length(lines: list[str]) -> float:
    return compute_stats(array("d", map(len, lines)))["mean"]


def main(rounds: int) -> None:
    text = BOOK.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip()]
    for _ in range(rounds):
        n_words, n_tokens, length = count_words(lines), train_and_encode(text), mean_length(lines)
    print(f"{len(lines)} lines of {length:.1f} characters, {n_words} distinct words, {n_tokens} tokens")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
