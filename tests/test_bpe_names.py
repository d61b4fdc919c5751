"""The names that people know from tiktoken, tokenizers and transformers: they answer as there."""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import subprocess
import sys
from abc import ABC
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import tiktoken
import tokenizers
from bpe_texts import BOOK, BYTES, SPECIAL, TRICKY, of_bytes, plain_texts, random_ranks, texts_with_names, trained
from hypothesis import example, given
from hypothesis import strategies as st

from text_processor import InvalidTokenizerError, Tokenizer, UnknownTokenError, bpe
from text_processor._native.bpe import PATTERNS
from text_processor.bpe._peers import hints, unstable

# ---- tiktoken --------------------------------------------------------------------------------------------------------


def tiktoken_of(tokenizer: Tokenizer) -> tiktoken.Encoding:
    """tiktoken's encoding; the special tokens of which one begins another depend on chance there."""
    special = {name: token for name, token in tokenizer.special_tokens.items() if name != "<|end"}
    return tiktoken.Encoding(
        "test", pat_str=tokenizer.pattern, mergeable_ranks=tokenizer.mergeable_ranks(), special_tokens=special
    )


@cache
def pair(key: int | str) -> tuple[Tokenizer, tiktoken.Encoding]:
    """A trained tokenizer by its pattern, or one with a random vocabulary by its number, and tiktoken's."""
    if isinstance(key, str):
        tokenizer = trained(key)
    else:
        ranks = random_ranks(key)
        pattern = list(PATTERNS)[key % len(PATTERNS)] if key % 3 else r"[a-z]+|\s+"
        first = max(ranks.values()) + 1
        tokenizer = Tokenizer.from_mergeable_ranks(ranks, pattern, {"<|endoftext|>": first, "ab": first + 3})
    return tokenizer, tiktoken_of(tokenizer)


keys = st.one_of(st.sampled_from(["gpt2", "cl100k", "o200k", "gpt4"]), st.integers(0, 20))


def outcome(call: Any, *arguments: Any, **options: Any) -> Any:
    """What a call returns, or the kind of its exception: a `KeyError` is one in both libraries."""
    try:
        return call(*arguments, **options)
    except KeyError:
        return KeyError
    except (TypeError, UnicodeEncodeError) as error:
        return type(error)


@given(keys, st.data())
def test_single_tokens_are_tiktokens(key, data):
    ours, theirs = pair(key)
    token = data.draw(
        st.one_of(
            st.sampled_from(theirs.token_byte_values()),
            st.sampled_from([*SPECIAL, "<|endoftext|>", "ab", "a\ud800", "", "the"]),
            st.binary(max_size=4),
            st.text(max_size=3),
            st.just(5),
        )
    )
    if token != "<|end":
        assert outcome(ours.encode_single_token, token) == outcome(theirs.encode_single_token, token)
    number = data.draw(st.integers(0, theirs.n_vocab + 3))
    if number != ours.special_tokens.get("<|end"):
        assert outcome(ours.decode_single_token_bytes, number) == outcome(theirs.decode_single_token_bytes, number)
        assert ours.is_special_token(number) == theirs.is_special_token(number)


@given(keys, st.data())
def test_ids_decode_as_in_tiktoken(key, data):
    ours, theirs = pair(key)
    number = st.integers(0, theirs.n_vocab + 3).filter(lambda number: number != ours.special_tokens.get("<|end"))
    lists = data.draw(st.lists(st.lists(number, max_size=4), max_size=4))
    assert outcome(ours.decode_bytes_batch, lists) == outcome(theirs.decode_bytes_batch, lists, num_threads=1)
    for ids in lists:
        assert outcome(ours.decode_bytes, ids) == outcome(theirs.decode_bytes, ids)
        assert outcome(ours.decode_tokens_bytes, ids) == outcome(theirs.decode_tokens_bytes, ids)


@pytest.mark.parametrize("key", ["gpt2", "o200k", 3, 4])
def test_what_there_is_is_tiktokens(key):
    ours, theirs = pair(key)
    assert ours.token_byte_values() == theirs.token_byte_values()
    assert ours.n_vocab == theirs.n_vocab == ours.vocab_size
    assert ours.max_token_value == theirs.max_token_value
    assert ours.special_tokens_set - {"<|end"} == theirs.special_tokens_set
    assert ours.eot_token == theirs.eot_token


def test_token_byte_values_are_a_new_list():
    tokenizer = of_bytes()
    tokenizer.token_byte_values().clear()
    assert len(tokenizer.token_byte_values()) == 256


def test_an_end_of_text_that_is_missing_is_a_key_error_and_lets_hasattr_work():
    with pytest.raises(KeyError):
        _ = tiktoken_of(of_bytes()).eot_token
    with pytest.raises(KeyError, match=r"no special token '<\|endoftext\|>'"):
        _ = of_bytes().eot_token
    assert not hasattr(of_bytes(), "eot_token")
    assert getattr(of_bytes(), "eot_token", None) is None


@pytest.mark.parametrize("number", [-1, 1 << 32, 1 << 70, 999])
def test_an_id_that_does_not_exist_is_no_token(number):
    """tiktoken and tokenizers raise `OverflowError` for numbers that no id can be."""
    with pytest.raises(UnknownTokenError):
        of_bytes().decode_single_token_bytes(number)
    assert of_bytes().id_to_token(number) is None
    assert not of_bytes().is_special_token(number)


def test_an_unknown_token_is_a_key_error_and_a_value_error():
    with pytest.raises(KeyError, match=r"^list 1: the id 999, at index 0, does not exist$"):
        of_bytes().decode_bytes_batch([[97], [999]])
    with pytest.raises(ValueError, match=r"^list 1: the id 999, at index 0, does not exist$"):
        of_bytes().decode_batch([[97], [999]])


# ---- encode_with_unstable --------------------------------------------------------------------------------------------


def check_unstable(key: int | str, text: str, allowed: Any = ()) -> None:
    ours, theirs = pair(key)
    options = {"allowed_special": set(allowed) if allowed != "all" else theirs.special_tokens_set, "disallowed_special": ()}
    stable, completions = theirs.encode_with_unstable(text, **options)
    our_stable, our_completions = ours.encode_with_unstable(text, **options)
    assert our_stable == stable
    assert sorted(our_completions) == sorted(map(list, completions))


@given(keys, st.one_of(plain_texts, st.text("ab 't1\n\té", max_size=12)).filter(lambda text: len(text) < 200))
@example("gpt2", "the lord\n\n")
@example("cl100k", "a \n \n")
@example("o200k", "\u3000\u3000")
@example("gpt4", "a\x1c\x1c")
@example(0, "12 ab")
@example(3, "")
def test_what_may_change_is_tiktokens(key, text):
    check_unstable(key, text)


@given(keys, texts_with_names.filter(lambda text: len(text) < 200), st.sampled_from(["all", (), ("<|endoftext|>", "é☃", "ab")]))
@example("gpt2", "the<|endoftext|>", "all")
@example("gpt2", "<|endoftext|> ", "all")
def test_what_may_change_after_special_tokens_is_tiktokens(key, text, allowed):
    check_unstable(key, text, allowed)


@given(st.binary(min_size=1, max_size=150), st.integers(0, 20))
def test_merging_alone_is_tiktokens(piece, key):
    """Which matters for tokens that do not encode to themselves."""
    ours, theirs = pair(key)
    letters = bytes(b"ab 't1\n\xc3\xa9"[byte % 9] for byte in piece)
    pieces = [letters, *(token for token in theirs.token_byte_values() if len(token) > 1)]
    expected = [theirs._core_bpe.encode_single_piece(piece) for piece in pieces if piece not in ours.mergeable_ranks()]
    finder = unstable.Unstable(ours._model)
    assert [
        ids for piece, ids in zip(pieces, finder._merge_pieces(pieces), strict=True) if piece not in ours.mergeable_ranks()
    ] == expected
    # By the Python code too, for pieces whose ids the core gives.
    assert finder._merge(letters) == [number for ids in finder._merge_pieces([letters]) for number in ids]


def test_a_text_may_be_bytes_or_have_surrogates():
    ours, _ = pair("gpt2")
    assert ours.encode_with_unstable(b"the lo") == ours.encode_with_unstable("the lo")
    assert ours.encode_with_unstable("lo\ud800") == ours.encode_with_unstable("lo\ufffd")


def test_special_tokens_are_disallowed_as_in_encode():
    with pytest.raises(ValueError, match=r"the text holds '<\|pad\|>' at character 2, which is disallowed"):
        trained().encode_with_unstable("a <|pad|>")


def test_the_promise_of_tiktoken_holds():
    """The stable bytes begin the text, and every completion goes on to it."""
    tokenizer = trained()
    for text in (*TRICKY, BOOK[:100]):
        if len(text) < 70:
            stable, completions = tokenizer.encode_with_unstable(text)
            assert text.encode().startswith(tokenizer.decode_bytes(stable))
            assert all(tokenizer.decode_bytes(stable + ids).startswith(text.encode()) for ids in completions)


def test_completions_come_in_the_same_order_in_each_process():
    code = "from bpe_texts import trained; print(trained().encode_with_unstable('the  l'))"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_too_many_completions_are_refused():
    ranks = BYTES | {b" %d" % i: 1000 + i for i in range(10_000)}
    tokenizer = Tokenizer.from_mergeable_ranks(ranks, "gpt2")
    tokenizer.encode_with_unstable(" " * 100)
    with pytest.raises(ValueError, match=r"the last 100000 bytes of the text, b' .*may go on in too many ways: to try them"):
        tokenizer.encode_with_unstable(" " * 100_000)


# ---- tokenizers ------------------------------------------------------------------------------------------------------


@cache
def tokenizers_pair() -> tuple[Tokenizer, tokenizers.Tokenizer]:
    """A tokenizer with tokens of all kinds of bytes, and what tokenizers reads from its file."""
    tokenizer = Tokenizer("gpt2", special_tokens=["<s>", "</s>", "é☃"])
    tokenizer.train(BOOK[:50_000] + "".join(TRICKY) * 3, 600)
    return tokenizer, read_by_tokenizers(tokenizer)


def read_by_tokenizers(tokenizer: Tokenizer) -> tokenizers.Tokenizer:
    """Without the special tokens in the vocabulary, as in published files: they are among the added tokens alone."""
    described = json.loads(json_of(tokenizer))
    for name in tokenizer.special_tokens:
        described["model"]["vocab"].pop(name, None)
    return tokenizers.Tokenizer.from_str(json.dumps(described))


def json_of(tokenizer: Tokenizer) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder, "tokenizer.json")
        tokenizer.save_huggingface(path)
        return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("with_added_tokens", [True, False])
def test_get_vocab_is_that_of_tokenizers(with_added_tokens):
    ours, theirs = tokenizers_pair()
    assert ours.get_vocab(with_added_tokens) == theirs.get_vocab(with_added_tokens=with_added_tokens)
    assert ours.get_vocab() == theirs.get_vocab()
    assert list(ours.get_vocab().values()) == sorted(ours.get_vocab().values())
    assert len(ours) == theirs.get_vocab_size() == len(ours.get_vocab())


@given(st.integers(0, 610))
def test_id_to_token_is_that_of_tokenizers(number):
    ours, theirs = tokenizers_pair()
    name = theirs.id_to_token(number)
    assert ours.id_to_token(number) == name
    assert name is None or ours.token_to_id(name) == theirs.token_to_id(name)


@given(st.one_of(st.text(max_size=4), st.text(st.characters(max_codepoint=0x150), max_size=3), st.just("<s>")))
@example("\xad")
@example(" ")
@example("Ġ")
@example("")
def test_token_to_id_is_that_of_tokenizers(name):
    ours, theirs = tokenizers_pair()
    assert ours.token_to_id(name) == theirs.token_to_id(name)


def test_a_name_with_a_lone_surrogate_is_no_token():
    """tokenizers raises `UnicodeEncodeError`."""
    assert of_bytes().token_to_id("\ud800") is None


def test_the_number_of_tokens_counts_names_that_are_there_twice_once():
    tokenizer = Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 900}, "gpt2", ["ab", "<s>"])
    assert (len(tokenizer), len(tokenizer.get_vocab()), tokenizer.n_vocab) == (258, 258, 903)
    assert tokenizer.token_to_id("ab") == tokenizer.get_vocab()["ab"] == 901
    assert tokenizer.encode_single_token("ab") == 900


def test_files_open_by_the_names_of_tokenizers(tmp_path):
    ours, _ = tokenizers_pair()
    text = json_of(ours)
    (tmp_path / "tokenizer.json").write_text(text, encoding="utf-8")
    assert Tokenizer.from_file(tmp_path / "tokenizer.json") == ours
    assert (
        Tokenizer.from_str(text)
        == Tokenizer.from_buffer(text.encode())
        == Tokenizer.from_buffer(bytearray(text.encode()))
        == ours
    )
    with pytest.raises(InvalidTokenizerError, match="no JSON"):
        Tokenizer.from_str("{")


def test_load_finds_out_what_a_file_is(tmp_path):
    ours, _ = tokenizers_pair()
    ours.save_huggingface(tmp_path / "tokenizer.json")
    (tmp_path / "any.name").write_bytes(b"\n " + (tmp_path / "tokenizer.json").read_bytes())
    ours.save(tmp_path / "own.json")
    for path in (tmp_path, tmp_path / "tokenizer.json", tmp_path / "any.name", tmp_path / "own.json"):
        assert Tokenizer.load(path) == ours
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidTokenizerError, match=r"empty: the folder has no file of a tokenizer"):
        Tokenizer.load(tmp_path / "empty")


# ---- The name --------------------------------------------------------------------------------------------------------


class Named(Tokenizer):
    """A subclass with attributes."""

    author = "somebody"


def test_the_name_is_what_was_given(tmp_path):
    tokenizer = Tokenizer.from_mergeable_ranks(BYTES, "gpt2", name="mine")
    assert tokenizer.name == tokenizer.to_tiktoken().name == "mine"
    assert tokenizer.to_tiktoken("other").name == "other"
    assert Tokenizer().name is None
    assert Tokenizer().to_tiktoken().name == "text_processor"
    tokenizer.save_tiktoken(tmp_path / "tokens")
    assert Tokenizer.from_tiktoken(tmp_path / "tokens", "gpt2", name="its").name == "its"


def test_the_name_is_copied_and_pickled_but_is_no_part_of_equality():
    tokenizer = Named.from_mergeable_ranks(BYTES, "gpt2", {"<s>": 300}, name="mine")
    for other in (copy.copy(tokenizer), copy.deepcopy(tokenizer), pickle.loads(pickle.dumps(tokenizer))):
        assert other.name == "mine"
        assert other == tokenizer == of_bytes("gpt2", []) or other == tokenizer
    assert Tokenizer.from_mergeable_ranks(BYTES, "gpt2") == Tokenizer.from_mergeable_ranks(BYTES, "gpt2", name="mine")


# ---- Names that are missing ------------------------------------------------------------------------------------------

HINTS = sorted({**hints._DOORS, **hints._OF_TOKENIZERS})


@pytest.mark.parametrize("name", HINTS)
def test_a_name_of_another_library_says_where_to_go(name):
    for owner in (of_bytes(), Tokenizer, Named):
        with pytest.raises(AttributeError, match=rf"has no attribute '{name}': .{{10,}}"):
            getattr(owner, name)
        assert not hasattr(owner, name)
        assert name not in dir(owner)


@pytest.mark.parametrize("name", ["get_encoding", "encoding_for_model", "from_pretrained", "AutoTokenizer"])
def test_so_does_the_module(name):
    with pytest.raises(AttributeError, match=rf"module 'text_processor.bpe' has no attribute '{name}': no vocabulary is down"):
        getattr(bpe, name)
    assert name not in dir(bpe)


@pytest.mark.parametrize("owner", [of_bytes(), Tokenizer, bpe], ids=["instance", "class", "module"])
def test_any_other_name_is_missing_as_always(owner):
    with pytest.raises(AttributeError, match=r"has no attribute 'vocab_sise'$"):
        _ = owner.vocab_sise


def test_hints_name_what_there_is():
    """Each word of a hint that looks like a method is one."""
    for hint in {**hints._DOORS, **hints._OF_TOKENIZERS}.values():
        for word in re.findall(r"\b([a-z]+(?:_[a-z]+)+)\b", hint):
            assert hasattr(Tokenizer, word) or word in ("disallowed_special", "special_tokens"), word


def test_a_tokenizer_can_be_one_part_of_an_abstract_class():
    class Mixed(Tokenizer, ABC):
        pass

    assert Mixed().vocab_size == 256


def test_an_unfinished_tokenizer_does_not_search_for_ever():
    with pytest.raises(AttributeError, match="vocab_size"):
        _ = Tokenizer.__new__(Tokenizer).vocab_size
