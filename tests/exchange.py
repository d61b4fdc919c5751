"""Usage: exchange.py write|read FOLDER

Writes a file of every format, or reads such files and holds what is in them against what this machine makes of the same text.
tools/cross_files.py has machines of different kinds exchange them. Needs nothing but the package.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

from text_processor import TextAnalyzer, Tokenizer
from text_processor.numeric import DataProcessor, MovingAverage

BOOK = Path(__file__).resolve().parent.parent / "examples" / "kjv.txt"
LINES = BOOK.read_text(encoding="utf-8").splitlines()[:1000]
TEXT = "\n".join([*LINES, "ΟΔΟΣ İstanbul naïve 中文 😀 \0"])


def made_analyzer() -> TextAnalyzer:
    analyzer = TextAnalyzer(lexicon={"god": 1.5, "σ": -0.1}, threads=2)
    analyzer.add_documents(TEXT.split("\n"))
    return analyzer


def made_tokenizer(tie_break: str) -> Tokenizer:
    tokenizer = Tokenizer()
    tokenizer.train(TEXT, 600, tie_break=tie_break)
    return tokenizer


def made_numbers() -> list[Any]:
    average, processor = MovingAverage(3), DataProcessor(4)
    for number in (0.1, 1e300, -2.5, 1 / 3):
        average.add(number)
    processor.add_data([0.1, 2.5, -1e-9])
    return [average, processor]


def write(folder: Path) -> None:
    folder.mkdir(parents=True)
    analyzer, tokenizer, by_merges = made_analyzer(), made_tokenizer("rustbpe"), made_tokenizer("hf")
    analyzer.save(folder / "counts")
    (folder / "analyzer.pickle").write_bytes(pickle.dumps(analyzer, protocol=4))
    tokenizer.save(folder / "tokenizer")
    by_merges.save(folder / "tokenizer-of-merges")
    (folder / "tokenizer.pickle").write_bytes(pickle.dumps(tokenizer, protocol=4))
    tokenizer.save_tiktoken(folder / "ranks.tiktoken")
    tokenizer.save_huggingface(folder / "tokenizer.json")
    (folder / "numbers.pickle").write_bytes(pickle.dumps(made_numbers(), protocol=4))
    (folder / "text").write_text(TEXT, encoding="utf-8")
    tokenizer.encode_file(folder / "text", folder / "ids")


def read(folder: Path) -> None:
    expected = made_analyzer()
    for analyzer in (TextAnalyzer.load(folder / "counts"), pickle.loads((folder / "analyzer.pickle").read_bytes())):
        assert list(analyzer.word_frequency().items()) == list(expected.word_frequency().items())
        assert analyzer.document_frequency() == expected.document_frequency()
        assert analyzer.analyze_sentiment() == expected.analyze_sentiment()
    tokenizer = made_tokenizer("rustbpe")
    ids = tokenizer.encode(TEXT)
    for again in (
        Tokenizer.load(folder / "tokenizer"),
        pickle.loads((folder / "tokenizer.pickle").read_bytes()),
        Tokenizer.from_tiktoken(folder / "ranks.tiktoken", tokenizer.pattern),
        Tokenizer.from_huggingface(folder / "tokenizer.json"),
    ):
        assert again.encode(TEXT) == ids
    by_merges = made_tokenizer("hf")
    assert Tokenizer.load(folder / "tokenizer-of-merges") == by_merges
    assert b"".join(token.to_bytes(4, "little") for token in ids) == (folder / "ids").read_bytes()
    average, processor = pickle.loads((folder / "numbers.pickle").read_bytes())
    expected_average, expected_processor = made_numbers()
    assert average.average() == expected_average.average()
    assert processor.get_statistics() == expected_processor.get_statistics()


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
    print(f"{sys.byteorder}-endian: all well")
