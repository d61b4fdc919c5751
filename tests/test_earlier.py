"""What people stored with earlier revisions still opens: pickles, files, and the paths that programs import by."""

from __future__ import annotations

import importlib
import pickle
from pathlib import Path
from typing import Any

import pytest

from text_processor import TextAnalyzer, Tokenizer
from text_processor.bpe import AddedToken

EARLIER = Path(__file__).parent / "earlier"
SENTENCE = "the cat sat on the mat<|end|>"
IDS = [268, 262, 256, 265, 256, 269, 259, 260, 263, 256, 270]


def unpickled(name: str) -> Any:
    return pickle.loads((EARLIER / f"{name}.pickle").read_bytes())


def test_analyzers():
    kept = unpickled("analyzer")
    assert kept.get_documents() == ["The cat sat.", "to be or not to be", "naïve café".encode()]
    assert kept.most_common(2) == [("to", 2), ("be", 2)]
    assert kept.analyze_sentiment() == pytest.approx(2 / 3)
    unkept = unpickled("unkept")
    assert unkept.word_frequency() == {"the": 1, "cat": 1, "sat.": 1, "to": 2, "be": 2, "or": 1, "not": 1}
    loaded = TextAnalyzer.load(EARLIER / "analyzer.counts")
    assert loaded.word_frequency() == kept.word_frequency()
    assert loaded.document_count() == 3


def test_tokenizers():
    pickled = unpickled("trained")
    assert pickled.special_tokens == {"<|end|>": 270}
    assert len(pickled.merges) == 14
    for tokenizer in (
        pickled,
        Tokenizer.load(EARLIER / "trained.bpe"),
        Tokenizer.from_huggingface(EARLIER / "trained.json"),
        Tokenizer.from_tiktoken(EARLIER / "trained.tiktoken", "gpt2", {"<|end|>": 270}),
    ):
        assert tokenizer.encode(SENTENCE, allowed_special="all") == IDS
        assert tokenizer.decode(IDS) == SENTENCE
    for tokenizer in (Tokenizer.load(EARLIER / "by_regex.bpe"), unpickled("by_regex")):
        assert tokenizer.encode("the cat sat") == [260, 32, 261, 32, 266]


def test_a_tokenizer_of_the_second_version_of_the_format():
    """With what only that holds; the ids were those of Hugging Face's tokenizers."""
    tokenizer = Tokenizer.load(EARLIER / "stages.bpe")
    assert tokenizer.added_tokens == {
        "<s>": AddedToken(258),
        "<mask>": AddedToken(259, special=False, normalized=True, lstrip=True),
    }
    ids = [258, 220, 257, 220, 16, 17, 259, 220, 127, 102, 258]
    assert tokenizer.encode("the 12 <mask>e\u0301<s>", allowed_special="all", add_special_tokens=True) == ids
    assert tokenizer._model.kept["truncation"]["max_length"] == 512


def test_numbers():
    assert unpickled("processor").get_statistics()[0] == 3
    assert unpickled("average").average() == pytest.approx(14 / 3)
    assert unpickled("ring").to_list() == [2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    "path",
    [
        "text_processor.analyzer.TextAnalyzer",
        "text_processor.analyzer.DocumentInfo",
        "text_processor.analyzer.Statistics",
        "text_processor.analyzer.word_count",
        "text_processor.bpe.IncrementalDecoder",
        "text_processor.bpe.Tokenizer",
        "text_processor.cli.main",
        "text_processor.errors.TextProcessorError",
        "text_processor.numeric._stats._restored",
        "text_processor.numeric._windows._restored",
        "text_processor.words.Words",
    ],
)
def test_paths_that_pickles_and_programs_hold(path):
    module, _, name = path.rpartition(".")
    assert hasattr(importlib.import_module(module), name)
