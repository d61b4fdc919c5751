"""A tokenizer that was neither trained nor loaded: its tokens are the bytes, which its first use says."""

from __future__ import annotations

import copy
import pickle
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bpe_texts import of_bytes, trained

import text_processor
from text_processor import Tokenizer, UntrainedTokenizerWarning


def encode_file(tokenizer: Tokenizer) -> int:
    Path("text").write_bytes(b"text")
    return tokenizer.encode_file("text", "ids")


USES: dict[str, Callable[[Tokenizer], Any]] = {
    "count": lambda tokenizer: tokenizer.count("text"),
    "encode": lambda tokenizer: tokenizer.encode("text"),
    "encode of bytes": lambda tokenizer: tokenizer.encode(b"text"),
    "encode_ordinary": lambda tokenizer: tokenizer.encode_ordinary("text"),
    "encode_array": lambda tokenizer: tokenizer.encode_array("text"),
    "encode_with_offsets": lambda tokenizer: tokenizer.encode_with_offsets("text"),
    "tokenize": lambda tokenizer: tokenizer.tokenize("text"),
    "encode_batch": lambda tokenizer: tokenizer.encode_batch(["text"]),
    "encode_file": encode_file,
    "encode_corpus": lambda tokenizer: tokenizer.encode_corpus(iter(["text"]), tempfile.mkdtemp(dir="."), format="raw"),
    "decode": lambda tokenizer: tokenizer.decode([116]),
    "decode_bytes": lambda tokenizer: tokenizer.decode_bytes([116]),
    "decode_batch": lambda tokenizer: tokenizer.decode_batch([[116]]),
    "decode_tokens_bytes": lambda tokenizer: tokenizer.decode_tokens_bytes([116]),
    "decode_with_offsets": lambda tokenizer: tokenizer.decode_with_offsets([116]),
    "decoder": lambda tokenizer: tokenizer.decoder().decode(116),
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def warnings_of(act: Callable[[], object]) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        act()
    return caught


@pytest.mark.parametrize("make", [Tokenizer, lambda: Tokenizer(special_tokens=["<|end|>"]), lambda: Tokenizer("[a-z]+")])
@pytest.mark.parametrize("use", USES)
def test_the_first_use_warns_once(use: str, make: Callable[[], Tokenizer]) -> None:
    tokenizer = make()
    (caught,) = warnings_of(lambda: USES[use](tokenizer))
    assert caught.category is UntrainedTokenizerWarning
    assert "each byte is a token" in str(caught.message)
    assert "from_tiktoken" in str(caught.message)
    for again in USES.values():
        assert warnings_of(lambda again=again: again(tokenizer)) == []
    assert len(warnings_of(lambda: USES[use](make()))) == 1  # another one


@pytest.mark.parametrize("use", USES)
def test_the_warning_names_the_line_that_uses_it(use: str) -> None:
    (caught,) = warnings_of(lambda: USES[use](Tokenizer()))
    assert caught.filename == __file__


def test_a_caller_without_a_name_is_warned_too() -> None:
    (caught,) = warnings_of(lambda: exec("use(make())", {"use": USES["count"], "make": Tokenizer}))
    assert caught.category is UntrainedTokenizerWarning
    code = compile("make().count('text')", "a notebook", "exec")
    (caught,) = warnings_of(lambda: exec(code, {"make": Tokenizer}))
    assert caught.filename == "a notebook"


def test_the_answer_is_that_of_the_bytes() -> None:
    with pytest.warns(UntrainedTokenizerWarning):
        assert Tokenizer("gpt4").count("hello world") == 11
    with pytest.warns(UntrainedTokenizerWarning):
        assert Tokenizer("gpt4").encode("hello", disallowed_special=()) == list(b"hello")


def loaded(way: str) -> Tokenizer:
    getattr(Tokenizer(), f"save{way}")("file")
    if way == "_tiktoken":
        return Tokenizer.from_tiktoken("file", "gpt4")
    return Tokenizer.from_huggingface("file") if way else Tokenizer.load("file")


def trained_on(*texts: str) -> Tokenizer:
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(texts, 300)
    return tokenizer


TRAINED: list[Callable[[], Tokenizer]] = [
    trained,
    of_bytes,
    trained_on,  # from nothing no merges come, but it was asked for
    lambda: trained_on("some text"),
    *(lambda way=way: loaded(way) for way in ("", "_tiktoken", "_huggingface")),
]


@pytest.mark.parametrize("make", TRAINED)
@pytest.mark.parametrize("use", USES)
def test_what_was_trained_or_loaded_never_warns(use: str, make: Callable[[], Tokenizer]) -> None:
    for tokenizer in (make(), copy.copy(make()), copy.deepcopy(make()), pickle.loads(pickle.dumps(make()))):
        USES[use](tokenizer)
        assert "trained=False" not in repr(tokenizer)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda tokenizer: pickle.loads(pickle.dumps(tokenizer))])
def test_copies_and_pickles_are_untrained_too(copied: Callable[[Tokenizer], Tokenizer]) -> None:
    tokenizer = copied(Tokenizer("gpt2", special_tokens=["<|end|>"]))
    assert repr(tokenizer) == "Tokenizer(pattern='gpt2', vocab_size=257, special_tokens=1, trained=False)"
    with pytest.warns(UntrainedTokenizerWarning):
        tokenizer.count("text")
    tokenizer.train("some text", 300)
    tokenizer.count("text")
    assert "trained" not in repr(tokenizer)


def test_a_training_that_fails_leaves_it_untrained() -> None:
    tokenizer = Tokenizer()
    with pytest.raises(TypeError):
        tokenizer.train_from_iterator([5], 300)
    with pytest.warns(UntrainedTokenizerWarning):
        tokenizer.count("text")


def test_asking_what_it_is_does_not_warn() -> None:
    tokenizer = Tokenizer(special_tokens=["<|end|>"])
    assert tokenizer.token_bytes(65) == b"A"
    assert (tokenizer.vocab_size, tokenizer.merges, tokenizer.special_tokens) == (257, {}, {"<|end|>": 256})
    assert tokenizer == copy.copy(tokenizer)
    assert len(tokenizer.mergeable_ranks()) == 256


def test_a_warning_that_is_an_error_leaves_nothing_behind() -> None:
    with pytest.raises(UntrainedTokenizerWarning):  # as pytest is told to make errors of warnings
        encode_file(Tokenizer())
    assert [path.name for path in Path().iterdir()] == ["text"]


def test_the_class_is_public() -> None:
    assert issubclass(UntrainedTokenizerWarning, UserWarning)
    assert text_processor.UntrainedTokenizerWarning is text_processor.errors.UntrainedTokenizerWarning
