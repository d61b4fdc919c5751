"""Makes the pickles and files of this folder, by the package as it is now: python tests/earlier/make.py FOLDER

What is kept here was made at revision 565cad3, before modules moved; stages.bpe, of the second version of the format, at
c757562. Never make it anew: tests/test_earlier.py shows that what people have stored still opens.
"""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path
from typing import Any

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
    Tokenizer.load(json.dumps(of_stages())).save(folder / "stages.bpe")
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


def of_stages() -> dict[str, Any]:
    """A tokenizer.json with all that only the second version of the format holds."""
    letters = map(chr, [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x144)])
    vocab = {letter: number for number, letter in enumerate(letters)} | {"th": 256, "the": 257}
    flags = {"special": False, "normalized": False, "lstrip": False, "rstrip": False, "single_word": False}
    added = [
        {"id": 258, "content": "<s>", **flags, "special": True},
        {"id": 259, "content": "<mask>", **flags, "lstrip": True, "normalized": True},
    ]
    byte_level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    digits = {"type": "Digits", "individual_digits": True}
    first = {"id": "<s>", "ids": [258], "tokens": ["<s>"]}
    template = [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    return {
        "version": "1.0",
        "truncation": {"max_length": 512, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
        "padding": None,
        "added_tokens": added,
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [byte_level, digits]},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": template,
            "pair": [*template, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": first},
        },
        "decoder": byte_level,
        "model": {"type": "BPE", "vocab": vocab, "merges": ["t h", "th e"]},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
