"""Makes the pickles and files of this folder, by the package as it is now: python tests/earlier/make.py FOLDER

What is kept here was made at revision 565cad3, before modules moved. Never make it anew: tests/test_earlier.py shows that what
people have stored still opens.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from text_processor import TextAnalyzer, Tokenizer, numeric

TEXT = "the cat sat on the mat\nto be or not to be\n" * 20


def main(folder: Path) -> None:
    analyzer = TextAnalyzer(lexicon={"cat": 2.0, "mat": -1.0})
    analyzer.add_documents(["The cat sat.", "to be or not to be", "naïve café".encode()])
    analyzer.save(folder / "analyzer.counts")

    unkept = TextAnalyzer(keep_documents=False, threads=2)
    unkept.add_documents(["The cat sat.", "to be or not to be"])

    trained = Tokenizer("gpt2", special_tokens=["<|end|>"])
    trained.train(TEXT, 270)
    trained.save(folder / "trained.bpe")
    trained.save_tiktoken(folder / "trained.tiktoken")
    trained.save_huggingface(folder / "trained.json")
    by_regex = Tokenizer(r"\w+|\s+|[^\w\s]+")
    by_regex.train(TEXT, 270)
    by_regex.save(folder / "by_regex.bpe")

    average = numeric.MovingAverage(3)
    for number in (1.0, 2.0, 4.0, 8.0):
        average.add(number)
    ring = numeric.RingBuffer(3)
    for number in (1.0, 2.0, 4.0, 8.0):
        ring.push(number)
    processor = numeric.DataProcessor(2)
    processor.add_data([1.0, 2.0, 4.0])
    things = {
        "analyzer": analyzer,
        "unkept": unkept,
        "trained": trained,
        "by_regex": by_regex,
        "processor": processor,
        "average": average,
        "ring": ring,
    }
    for name, thing in things.items():
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(thing))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
