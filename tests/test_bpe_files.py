"""Files of tokenizers: what is written here opens in tiktoken and in Hugging Face's tokenizers, and theirs open here."""

from __future__ import annotations

import base64
import codecs
import copy
import gzip
import hashlib
import json
import lzma
import os
import pickle
import random
import struct
import zlib
from array import array
from pathlib import Path
from typing import Any

import pytest
import regex
import tiktoken
import tiktoken.load
import tokenizers
from bpe_texts import BOOK, BYTES, SPECIAL, TRICKY, of_bytes, plain_texts, random_ranks, texts_with_names, trained
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import AddedToken, decoders, models, pre_tokenizers, trainers

from text_processor import InvalidDocumentError, InvalidTokenizerError, TextProcessorError, Tokenizer
from text_processor._documents import sources
from text_processor._native import bpe as native_bpe
from text_processor.bpe._stages import utf8

NAMES = list(native_bpe.PATTERNS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


# ---- Our own ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tokenizer", [of_bytes(), trained(), of_bytes("[a-z]+|é", ["\n☃"])], ids=repr)
def test_what_is_saved_is_loaded(path, tokenizer):
    tokenizer.save(path)
    loaded = Tokenizer.load(str(path))
    assert loaded == tokenizer
    assert loaded.encode(BOOK[:1000]) == tokenizer.encode(BOOK[:1000])
    first = path.read_bytes()
    loaded.save(os.fsencode(path))
    assert path.read_bytes() == first


def test_ids_are_kept_as_they_are(path):
    tokenizer = Tokenizer.from_mergeable_ranks(random_ranks(3), "gpt2", {"<|end|>": 2**32 - 2})
    tokenizer.save(path)
    assert Tokenizer.load(path).mergeable_ranks() == random_ranks(3)
    assert Tokenizer.load(path).vocab_size == 2**32 - 1


def test_the_format_stays_what_it_is(path):
    """Such files were written by version 1; whatever comes later must read them, and version 1 must write them again."""
    Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 256, b"abc": 300}, "gpt4", {"<|end|>": 400}).save(path)
    expected = "598b32fb940fe33a9c6358d281a4cef26eb35242c56d320b7f372867af7a9a18"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == expected


def test_every_byte_of_a_file_counts(path):
    tokenizer = Tokenizer(special_tokens=["<|end|>"])
    tokenizer.save(path)
    data = path.read_bytes()
    for place in [*range(60), *range(60, len(data), 31), len(data) - 1]:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(InvalidTokenizerError, match=rf"^{path}: .*\(at byte \d+\)$") as caught:
            Tokenizer.load(path)
        assert caught.value.offset is not None
    for end in (0, 5, 8, 20, 100, len(data) - 1):
        path.write_bytes(data[:end])
        with pytest.raises(InvalidTokenizerError):
            Tokenizer.load(path)
    path.write_bytes(data + b"\0")
    with pytest.raises(InvalidTokenizerError, match="goes on behind"):
        Tokenizer.load(path)


def test_an_unknown_version_is_named(path):
    Tokenizer().save(path)
    data = path.read_bytes()
    path.write_bytes(data[:8] + struct.pack("<Q", 3) + data[16:])
    with pytest.raises(InvalidTokenizerError, match="the tokenizer has version 3; known here: 1, 2"):
        Tokenizer.load(path)


def sections_of(data: bytes) -> list[bytes]:
    lengths = struct.unpack_from("<5Q", data, 16)
    sections, start = [], 56
    for length in lengths:
        sections.append(data[start : start + length])
        start += length
    return sections


def sealed(sections: list[bytes]) -> bytes:
    """A file of these sections, with lengths and a checksum that fit."""
    body = struct.pack("<8sQ5Q", b"\x89TPB\r\n\x1a\n", 1, *map(len, sections)) + b"".join(sections)
    return body + struct.pack("<I", zlib.crc32(body))


edits = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 3), st.binary(max_size=9)), max_size=3)


def edited(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, n_taken, put in changes:
        start = place % (len(data) + 1)
        data = data[:start] + put + data[start + n_taken :]
    return data


def is_refused_or_sound(load: Any, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        tokenizer = load(path)
    except InvalidTokenizerError as error:
        assert str(path) in str(error)  # noqa: PT017
        assert error.offset is None or 0 <= error.offset <= len(data)  # noqa: PT017
    else:
        text = "the lord said: é☃ aaab\n"
        matched = "".join(found[0] for found in regex.finditer(tokenizer.pattern, text))
        assert tokenizer.decode(tokenizer.encode(text, disallowed_special=())) == matched
        assert tokenizer.count(text, disallowed_special=()) == len(tokenizer.encode(text, disallowed_special=()))


@given(st.lists(edits, min_size=5, max_size=5))
def test_forged_files_are_refused_or_sound(tmp_path_factory, changes):
    path = tmp_path_factory.mktemp("forged") / "file"
    Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 256, b"abc": 300}, "gpt4", {"<|end|>": 400}).save(path)
    sections = sections_of(path.read_bytes())
    assert sealed(sections) == path.read_bytes()
    forged = [edited(section, of_section) for section, of_section in zip(sections, changes, strict=True)]
    is_refused_or_sound(Tokenizer.load, path, sealed(forged))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pattern", 5),
        ("pattern", "("),
        ("pattern", "(" * 3000),
        ("pattern", "(?:a{60000}){60000}"),
        ("has_merges", 1),
        ("special_tokens", []),
        ("special_tokens", {"a": 97}),
        ("special_tokens", {"a": "b"}),
        ("special_tokens", {"": 999}),
        (None, None),
    ],
)
def test_forged_descriptions_are_refused(path, key, value):
    trained().save(path)
    description, *others = sections_of(path.read_bytes())
    forged = json.loads(description) | {key: value} if key else []
    path.write_bytes(sealed([json.dumps(forged).encode(), *others]))
    with pytest.raises(InvalidTokenizerError, match="damaged"):
        Tokenizer.load(path)


def test_forged_merges_are_refused(path):
    trained().save(path)
    *sections, _ = sections_of(path.read_bytes())
    path.write_bytes(sealed([*sections, struct.pack("<2I", 97, 98)]))
    with pytest.raises(InvalidTokenizerError, match="there are 1 merges, but has_merges is false"):
        Tokenizer.load(path)
    path.write_bytes(sealed([*sections[:1], sections[1][:-4], *sections[2:], b""]))
    with pytest.raises(InvalidTokenizerError, match="do not fit"):
        Tokenizer.load(path)


# ---- tiktoken's ------------------------------------------------------------------------------------------------------


def test_tiktoken_reads_our_file_and_we_theirs(path):
    trained().save_tiktoken(path)
    assert tiktoken.load.load_tiktoken_bpe(str(path)) == trained().mergeable_ranks()
    assert Tokenizer.from_tiktoken(path, "gpt4", trained().special_tokens) == trained()
    path.write_bytes(b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in random_ranks(5).items()))
    assert Tokenizer.from_tiktoken(path, "gpt2").mergeable_ranks() == random_ranks(5)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"YWI=", "not a token in base64, a blank and its id: b'YWI='"),
        (b"YWI= x", "not a token in base64"),
        (b"YWI= -1", "not a token in base64"),
        (b"YWI 256", "padding"),
        (b"Y!I= 256", "not a token"),
        (b"YWI= 4294967295", "the id 4294967295 is above"),
        (b"YQ== 256", "the token b'a' is there already"),
        (b"YWI= 97", "the id 97 is that of an earlier token"),
    ],
)
def test_damaged_tiktoken_files_are_refused(path, line, message):
    Tokenizer().save_tiktoken(path)
    data = path.read_bytes()
    path.write_bytes(data + b"\r\n" + line + b"\n")
    with pytest.raises(InvalidTokenizerError, match=rf"^{path}: line 258 \(at byte {len(data) + 2}\): .*{message}") as caught:
        Tokenizer.from_tiktoken(path, "gpt4")
    assert caught.value.offset == len(data) + 2


def test_tiktoken_files_without_all_bytes_are_refused(path):
    path.write_bytes(b"YQ== 0\n")
    with pytest.raises(InvalidTokenizerError, match=r"each single byte must be a token: b'.x00' is missing"):
        Tokenizer.from_tiktoken(path, "gpt4")


@given(edits)
def test_any_tiktoken_file_is_refused_or_sound(tmp_path_factory, changes):
    path = tmp_path_factory.mktemp("forged") / "file"
    Tokenizer().save_tiktoken(path)
    is_refused_or_sound(lambda name: Tokenizer.from_tiktoken(name, "gpt4"), path, edited(path.read_bytes(), changes))


# ---- Hugging Face's --------------------------------------------------------------------------------------------------


def hugging_face_tokenizer(vocab_size: int = 700, **settings: Any) -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer(models.BPE(**settings))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|end|>", "<|pad|>"],
        show_progress=False,
    )
    tokenizer.train_from_iterator([BOOK[:100_000], "".join(TRICKY)], trainer)
    return tokenizer


THEIRS = hugging_face_tokenizer()


@pytest.mark.parametrize("name", NAMES)
def test_hugging_face_reads_our_file(path, name):
    ours = trained(name)
    ours.save_huggingface(path)
    theirs = tokenizers.Tokenizer.from_file(str(path))
    for text in (BOOK[:20_000], "a<|end|>b<|endoftext|> é☃<|end", *TRICKY, "a \n  b\n\n c  ", "12345 it's IT'S ſ'ſ"):
        assert theirs.encode(text).ids == ours.encode(text, allowed_special="all"), text
    assert theirs.get_vocab_size() == ours.vocab_size
    assert Tokenizer.from_huggingface(path) == ours


def test_other_patterns_are_written_where_they_mean_the_same(path):
    ours = Tokenizer(r"[a-z]+|[0-9]{1,3}|\s+(?!\S)|(?i:qu)")
    ours.train("abc abc 123 xyz  abc", 270)
    ours.save_huggingface(path)
    theirs = tokenizers.Tokenizer.from_file(str(path))
    for text in ("abc1234 XYZ  abc", "ÜQUx"):
        assert theirs.encode(text).ids == ours.encode(text)
    assert Tokenizer.from_huggingface(path) == ours


@pytest.mark.parametrize(
    "pattern",
    [
        r"^a|.$",
        r"(?i:[a-z]+)",
        r"(?i:ss)|.|\n",  # which is also U+00DF there, but not here
        r"(?i:[sz]t|\p{Lu})",
        r"a{2}?|[^a]",  # there a{2} or nothing
        r"[\s-z]+|[^z]",  # which they do not read
        r"a*|b",  # empty matches are pieces there
        r"(?=a)b*|[^a]",
    ],
)
def test_patterns_that_may_mean_something_else_are_neither_written_nor_read(path, pattern):
    with pytest.raises(ValueError, match="do not read alike"):
        Tokenizer(pattern).save_huggingface(path)
    file = minimal_file()
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    file["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [split, file["pre_tokenizer"] | {"use_regex": False}]}
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(InvalidTokenizerError, match="do not read alike"):
        Tokenizer.from_huggingface(path)


@given(plain_texts)
@example("".join(TRICKY))
def test_their_tokenizer_gives_the_same_ids_here(tmp_path_factory, text):
    assert read_theirs(tmp_path_factory).encode(text, allowed_special="all") == THEIRS.encode(text).ids


@given(texts_with_names)
def test_their_special_tokens_are_found_here(tmp_path_factory, text):
    assert read_theirs(tmp_path_factory).encode(text, allowed_special="all") == THEIRS.encode(text).ids


def read_theirs(factory: pytest.TempPathFactory) -> Tokenizer:
    if not READ:
        path = factory.mktemp("theirs") / "tokenizer.json"
        THEIRS.save(str(path))
        READ.append(Tokenizer.from_huggingface(path))
    return READ[0]


READ: list[Tokenizer] = []


def test_training_as_they_do_gives_their_tokens(tmp_path_factory):
    ours = Tokenizer("gpt2")
    ours.train_from_iterator([BOOK[:100_000], "".join(TRICKY)], 256 + 700 - 258, tie_break="hf")
    theirs = read_theirs(tmp_path_factory).mergeable_ranks()
    by_id = sorted((token for token in theirs if len(token) > 1), key=theirs.__getitem__)
    assert [token for token in ours.mergeable_ranks() if len(token) > 1] == by_id


@pytest.mark.parametrize("whole_pieces", [False, True])
@given(seed=st.integers(0, 20), text=plain_texts)
def test_merges_in_any_order_give_their_ids(tmp_path_factory, whole_pieces, seed, text):
    path = tmp_path_factory.mktemp("odd") / "tokenizer.json"
    path.write_text(json.dumps(odd_file(seed, whole_pieces)), encoding="utf-8")
    theirs, ours = tokenizers.Tokenizer.from_file(str(path)), Tokenizer.from_huggingface(path)
    assert ours.encode(text) == theirs.encode(text).ids
    ours.save(path)
    assert Tokenizer.load(path) == ours
    ours.save_huggingface(path)
    assert Tokenizer.from_huggingface(path) == ours
    assert all(ours.token_bytes(a) + ours.token_bytes(b) == ours.token_bytes(c) for (a, b), c in ours.merges.items())


def odd_file(seed: int, whole_pieces: bool) -> dict[str, Any]:
    """A file whose merges come in an order, and make tokens in ways, that no training has."""
    chance = random.Random(seed)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens, merges = list(alphabet), []
    for _ in range(40):
        pair = chance.choice([*"abĠ't", *tokens[256:]]), chance.choice([*"abĠst", *tokens[256:]])
        if list(pair) not in merges and len("".join(pair)) < 12:
            merges.append(list(pair))
            if "".join(pair) not in tokens:
                tokens.append("".join(pair))
    tokens.append("unreachable")
    chance.shuffle(merges)
    file = minimal_file()
    file["model"] |= {
        "vocab": {token: 2 * i for i, token in enumerate(tokens)},
        "merges": merges,
        "ignore_merges": whole_pieces,
    }
    return file


def minimal_file() -> dict[str, Any]:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    return {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": {c: i for i, c in enumerate(alphabet)} | {"ab": 256}, "merges": ["a b"]},
    }


def test_a_vocabulary_by_their_rule_is_not_for_tiktoken(path):
    path.write_text(json.dumps(odd_file(1, False)), encoding="utf-8")
    tokenizer = Tokenizer.from_huggingface(path)
    for refuse in (tokenizer.to_tiktoken, lambda: tokenizer.save_tiktoken(path)):
        with pytest.raises(ValueError, match="tiktoken's rule"):
            refuse()


def test_unnamed_patterns_keep_what_they_do_not_match(path):
    """As Isolated does; Removed with invert is what Python's findall gives."""
    theirs = tokenizers.Tokenizer.from_file(str(saved_theirs(path)))
    for pattern in (r"[a-z]+|\p{N}", r"\p{Lu}|[^\s\p{L}]+[\r\n]*", "gpt4"):  # the last one is a name here, and none there
        for behavior, invert in (("isolated", False), ("removed", True)):
            theirs.pre_tokenizer = pre_tokenizers.Sequence([
                pre_tokenizers.Split(tokenizers.Regex(pattern), behavior, invert),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ])  # fmt: skip
            theirs.save(str(path))
            ours = Tokenizer.from_huggingface(path)
            for text in ("the LORD said 12", "as gpt4 says, gpt4", *TRICKY):
                assert ours.encode(text) == theirs.encode(text).ids


def saved_theirs(path: Path) -> Path:
    THEIRS.save(str(path))
    return path


ELSEWHERE = r"^added_tokens\[\d\].id: it is \d+, but not being in model.vocab the token would get 25\d there"

REFUSED: dict[str, tuple[list[str | int], Any, str]] = {
    "normalizer": (["normalizer"], {"type": "Lowercase"}, "^normalizer: 'Lowercase' cannot be represented, only NFC"),
    "truncation": (["truncation"], 5, "^truncation: it must be an object"),
    "padding": (["padding"], [], "^padding: it must be an object"),
    "post-processor": (["post_processor"], {"type": "TemplateProcessing"}, "^post_processor.special_tokens: it must be"),
    "decoder": (["decoder"], None, "^decoder: it must be an object, not "),
    "no pre-tokenizer": (["pre_tokenizer"], None, "^pre_tokenizer: without one the tokens are characters"),
    "pre-tokenizer": (["pre_tokenizer"], {"type": "Metaspace", "split": True}, "^pre_tokenizer: 'Metaspace' cannot be"),
    "prefix space": (["pre_tokenizer", "add_prefix_space"], 1, "^pre_tokenizer.add_prefix_space: it must be true or false"),
    "sequence": (["pre_tokenizer"], {"type": "Sequence", "pretokenizers": []}, "^pre_tokenizer: without ByteLevel"),
    "unknown section": (["more"], 1, "^the file: what 'more' means is not known here"),
    "unknown setting": (["model", "more"], 1, "^model: what 'more' means"),
    "model type": (["model"], {"type": "Unigram", "unk_id": 0}, '^model.type: only "BPE"'),
    "no model": (["model"], [], "^model: it must be an object, not "),
    "dropout": (["model", "dropout"], 0.1, "^model.dropout: only null or 0.0"),
    "prefix": (["model", "continuing_subword_prefix"], "##", "^model.continuing_subword_prefix: only null"),
    "suffix": (["model", "end_of_word_suffix"], "</w>", "^model.end_of_word_suffix: tokens that end words .* CLIP"),
    "ignore_merges": (["model", "ignore_merges"], 1, "^model.ignore_merges: only null or false or true"),
    "vocab": (["model", "vocab"], [], "^model.vocab: it must be an object, not "),
    "vocab id": (["model", "vocab", "ab"], -1, r"^model.vocab\['ab'\]: it must be a number from 0 to 4294967294, not -1$"),
    "vocab key": (["model", "vocab", "a b"], 999, r"^model.vocab\['a b'\]: it is neither"),
    "vocab twice": (["model", "vocab", "ab"], 5, "with the id 5"),
    "merges": (["model", "merges"], {}, "^model.merges: it must be a list, not "),
    "merge": (["model", "merges", 0], "a b c", r"^model.merges\[0\]: it is not two tokens"),
    "merge of unknown": (["model", "merges", 0], ["a", "xyz"], r"^model.merges\[0\]: it is not two"),
    "merge to unknown": (["model", "merges", 0], "a c", r"^model.merges\[0\]: what it makes, 'ac'"),
    "merge twice": (["model", "merges"], ["a b", "a b"], "merge 1, of the ids"),
    "added": (["added_tokens"], {}, "^added_tokens: it must be a list, not "),
    "added content": (["added_tokens"], [{"id": 5, "content": 5}], r"^added_tokens\[0\].content: it must be a text, not 5"),
    "added id": (
        ["added_tokens"],
        [{"id": "5", "content": "x"}],
        r"^added_tokens\[0\].id: it must be a number from 0 to 4294967294, not '5'",
    ),
    "added twice": (["added_tokens"], [{"id": 900, "content": "xx"}, {"id": 901, "content": "xx"}], "is there already"),
    "added lstrip": (["added_tokens"], [{"id": 257, "content": "xx", "lstrip": 1}], "lstrip: it must be true or false"),
    "added empty": (["added_tokens"], [{"id": 900, "content": ""}], "cannot be empty"),
    "added id differs": (["added_tokens"], [{"id": 900, "content": "ab"}], "as an added token it has the id 900"),
    "added id taken": (["added_tokens"], [{"id": 256, "content": "xx"}], "would get 257 there"),
    "added elsewhere": (["added_tokens"], [{"id": 257, "content": "x1"}, {"id": 900, "content": "x2"}], ELSEWHERE),
    "added in another order": (["added_tokens"], [{"id": 258, "content": "x1"}, {"id": 257, "content": "x2"}], ELSEWHERE),
    "version": (["version"], "2.0", '^version: only "1.0"'),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_represented_is_refused(path, kind):
    place, value, message = REFUSED[kind]
    section: Any = minimal_file()
    file = section
    for key in place[:-1]:
        section = section[key]
    section[place[-1]] = value
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(InvalidTokenizerError) as caught:
        Tokenizer.from_huggingface(path)
    assert str(caught.value).startswith(f"{path}: ")
    with pytest.raises(ValueError, match=message):
        raise ValueError(str(caught.value).removeprefix(f"{path}: ")) from None


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ({"type": "Split", "pattern": {"Regex": 5}, "behavior": "Isolated", "invert": False}, "must be a text, not 5"),
        ({"type": "Split", "pattern": {"Regex": ""}, "behavior": "Isolated", "invert": False}, "an empty pattern"),
        ({"type": "Split", "pattern": {}, "behavior": "Isolated", "invert": False}, "either Regex or String"),
        ({"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Merged", "invert": False}, "behavior: it must be one of"),
        ({"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Removed", "invert": 5}, "invert: it must be true or false"),
        ({"type": "Digits", "individual_digits": 5}, "must be true or false"),
        (
            {"type": "Split", "pattern": {"Regex": "(?:" * 3000}, "behavior": "Isolated", "invert": False},
            "nested too deeply",
        ),
        (
            {"type": "Split", "pattern": {"Regex": "(?:a{60000}){60000}"}, "behavior": "Isolated", "invert": False},
            "may have 4000 states once its repeats are written out",
        ),
    ],
)
def test_other_splits_are_refused(path, split, message):
    file = minimal_file()
    byte_level = file["pre_tokenizer"] | {"use_regex": False}
    file["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [split, byte_level]}
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(InvalidTokenizerError, match=rf"pre_tokenizer.*{message}"):
        Tokenizer.from_huggingface(path)


@pytest.mark.parametrize(
    ("data", "message", "offset"),
    [
        (b"{", r"no JSON: .*\(at byte 1\)", 1),
        (b'"\xff"', "not UTF-8 at byte 1", 1),
        ("[é,]".encode(), "no JSON", 1),
        (b"[" * 100_000, "nested too deeply", None),
        (b"[]", "the file: it must be an object, not ", None),
        (b"9" * 5000, "limit", None),
        (b'{"a": 1, "b": 2, "a": 1}', "an object has the key 'a' twice", None),
        (b'{"a": -Infinity}', "-Infinity is no number of JSON", None),
        (b'{"a": -1e999}', "'-1e999' is no number of 64 bits", None),
    ],
)
def test_what_is_no_json_is_refused(path, data, message, offset):
    path.write_bytes(data)
    with pytest.raises(InvalidTokenizerError, match=message) as caught:
        Tokenizer.from_huggingface(path)
    assert caught.value.offset == offset


@pytest.mark.parametrize("save", [Tokenizer.save_huggingface, Tokenizer.save_tiktoken, Tokenizer.save])
def test_a_file_in_another_form_is_named(path, save):
    save(of_bytes(), path)
    data = path.read_bytes()
    forms = {"gzip data": gzip.compress(data), "xz data": lzma.compress(data)}
    if save is not Tokenizer.save:
        forms |= {"UTF-16-LE": data.decode().encode("utf-16"), "UTF-16-BE": data.decode().encode("utf-16-be")}
    for look, other in forms.items():
        path.write_bytes(other)
        doors = [Tokenizer.load, Tokenizer.from_huggingface, lambda name: Tokenizer.from_tiktoken(name, "gpt2")]
        for read in doors if save is not Tokenizer.save else doors[:1]:
            with pytest.raises(
                InvalidTokenizerError, match=rf"file: it looks like {look}; the file of a tokenizer must be UTF-8"
            ):
                read(path)


@given(edits)
def test_any_json_is_refused_or_sound(tmp_path_factory, changes):
    path = tmp_path_factory.mktemp("forged") / "file"
    data = json.dumps(minimal_file(), ensure_ascii=False).encode()
    is_refused_or_sound(Tokenizer.from_huggingface, path, edited(data, changes))


def test_special_tokens_that_cannot_be_told_apart_there_are_refused(path):
    tokenizer = Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 256}, "gpt4", ["ab"])
    with pytest.raises(ValueError, match="'ab' would be taken for a token of the vocabulary"):
        tokenizer.save_huggingface(path)
    assert not path.exists()


def test_added_tokens_need_not_be_special_there(path):
    THEIRS.save(str(path))
    theirs = tokenizers.Tokenizer.from_file(str(path))
    theirs.add_tokens([AddedToken("<tool>", normalized=False)])
    theirs.save(str(path))
    text = "call <tool> now<|end|>"
    assert Tokenizer.from_huggingface(path).encode(text, allowed_special="all") == theirs.encode(text).ids


def with_text_and_mark(path: Path) -> Tokenizer:
    """Read from a file with two added tokens, as those of phi-2: one is text, the other a mark."""
    file = minimal_file()
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    file["added_tokens"] = [
        {"id": 257, "content": "     ", "special": False, **flags},
        {"id": 258, "content": "<|end|>", "special": True, **flags},
    ]
    path.write_text(json.dumps(file), encoding="utf-8")
    return Tokenizer.from_huggingface(path)


def saved_and_loaded(tokenizer: Tokenizer, path: Path) -> Tokenizer:
    tokenizer.save(path)
    return Tokenizer.load(path)


@pytest.mark.parametrize(
    "way",
    [
        lambda tokenizer, path: tokenizer,
        lambda tokenizer, path: copy.copy(tokenizer),
        lambda tokenizer, path: copy.deepcopy(tokenizer),
        lambda tokenizer, path: pickle.loads(pickle.dumps(tokenizer)),
        saved_and_loaded,
    ],
    ids=["itself", "copy", "deepcopy", "pickle", "own file"],
)
def test_an_added_token_that_is_text_stays_text(path, way):
    """Their decode leaves out those that are special, and would leave out the blanks."""
    tokenizer = way(with_text_and_mark(path), path)
    tokenizer.save_huggingface(path)
    theirs = tokenizers.Tokenizer.from_file(str(path))
    ids = tokenizer.encode("a     b<|end|>", allowed_special="all")
    assert theirs.encode("a     b<|end|>").ids == ids
    assert theirs.decode(ids) == "a     b"
    assert Tokenizer.from_huggingface(path) == tokenizer
    assert [each["special"] for each in json.loads(path.read_text(encoding="utf-8"))["added_tokens"]] == [False, True]


def test_it_stays_text_when_the_vocabulary_is_trained_anew(path):
    tokenizer = with_text_and_mark(path)
    tokenizer.train("abc abc", 258)
    tokenizer.save_huggingface(path)
    assert [each["special"] for each in json.loads(path.read_text(encoding="utf-8"))["added_tokens"]] == [False, True]


def test_text_and_mark_are_not_equal(path):
    tokenizer = with_text_and_mark(path)
    special = Tokenizer.from_mergeable_ranks(tokenizer.mergeable_ranks(), tokenizer.pattern, tokenizer.special_tokens)
    assert special.special_tokens == tokenizer.special_tokens
    assert special != tokenizer
    special.save_huggingface(path)
    assert Tokenizer.from_huggingface(path) == special


def test_own_files_without_the_flag_are_read(path):
    """As they were written before; a file says nothing of it where all added tokens are special."""
    trained().save(path)
    described, *_ = sections_of(path.read_bytes())
    assert "not_special" not in json.loads(described)
    assert Tokenizer.load(path) == trained()


# ---- All that is wrong -----------------------------------------------------------------------------------------------


def test_every_reason_is_told(path):
    file = minimal_file()
    file["normalizer"] = {"type": "Lowercase"}
    file["post_processor"] = {"type": "TemplateProcessing", "single": []}
    byte_level = {"type": "ByteLevel", "add_prefix_space": True, "use_regex": 5}
    file["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [byte_level, {"type": "BertPreTokenizer"}]}
    file["added_tokens"] = [
        {"id": 900 + i, "content": f"<mask{i}>", "lstrip": 5, "rstrip": 5 if i == 0 else False} for i in range(5)
    ]
    file["model"] |= {"dropout": 0.1, "continuing_subword_prefix": "##"}
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(InvalidTokenizerError) as caught:
        Tokenizer.from_huggingface(path)
    told = str(caught.value).removeprefix(f"{path}: ").split("; ")
    assert [each.partition(":")[0] for each in told] == [
        *("normalizer", "pre_tokenizer.pretokenizers[0].use_regex", "pre_tokenizer.pretokenizers[1]"),
        *("added_tokens[0].lstrip", "added_tokens[0].rstrip", "model.dropout", "model.continuing_subword_prefix"),
        "post_processor.special_tokens",
    ]
    assert told[3].endswith("(and so in 4 more places)")


def test_so_many_reasons_are_told_shortly(path):
    file = minimal_file()
    file["added_tokens"] = [{"id": -1, "content": i, "lstrip": 1, "more": 2} for i in range(10_000)]
    file["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": "a$"}, "behavior": "Merged", "invert": 5},
            {"type": "Digits", "more": 1},
        ],
    }
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(InvalidTokenizerError, match="and so in 9999 more places") as caught:
        Tokenizer.from_huggingface(path)
    assert len(str(caught.value)) < 2000
    assert str(caught.value).count("; ") == 6


# ---- Ids on disk -----------------------------------------------------------------------------------------------------


def ids_in(path: Path) -> list[int]:
    data = path.read_bytes()
    return list(struct.unpack(f"<{len(data) // 4}I", data))


@given(text=texts_with_names, size=st.integers(1, 40), allowed=st.sampled_from(["all", (), ("<|end|>", "é☃")]))
def test_a_file_is_encoded_as_its_text(tmp_path_factory, text, size, allowed):
    folder = tmp_path_factory.mktemp("ids")
    source, out = folder / "text", folder / "ids"
    source.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utf8, "STEP_NBYTES", size)
        patch.setattr(sources, "BLOCK_NBYTES", 4 + size)
        n_ids = trained().encode_file(source, out, allowed_special=allowed, disallowed_special=())
    assert ids_in(out) == trained().encode(text, allowed_special=allowed, disallowed_special=())
    assert n_ids == len(ids_in(out))


@given(text=texts_with_names, size=st.integers(1, 40))
def test_what_is_disallowed_is_found_over_cuts(tmp_path_factory, text, size):
    folder = tmp_path_factory.mktemp("ids")
    (folder / "text").write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utf8, "STEP_NBYTES", size)
        patch.setattr(sources, "BLOCK_NBYTES", 4 + size)
        try:
            expected = trained().encode(text)
        except ValueError:
            with pytest.raises(ValueError, match=r"at byte \d+, which is disallowed"):
                trained().encode_file(folder / "text", folder / "ids")
            assert [each.name for each in folder.iterdir()] == ["text"]
        else:
            trained().encode_file(folder / "text", folder / "ids")
            assert ids_in(folder / "ids") == expected


def test_other_patterns_encode_files_too(tmp_path):
    (tmp_path / "text").write_text("abc ABC 12", encoding="utf-8")
    of_bytes("[a-z]+").encode_file(tmp_path / "text", tmp_path / "ids")
    assert ids_in(tmp_path / "ids") == [97, 98, 99]


def test_a_file_that_is_not_utf8_leaves_the_old_ids(tmp_path):
    (tmp_path / "text").write_bytes(b"abc\xff")
    (tmp_path / "ids").write_bytes(b"old")
    with pytest.raises(InvalidDocumentError, match="text' is not valid UTF-8 at byte 3") as caught:
        trained().encode_file(tmp_path / "text", tmp_path / "ids")
    assert (caught.value.position, (tmp_path / "ids").read_bytes()) == (3, b"old")
    with pytest.raises(FileNotFoundError):
        trained().encode_file(tmp_path / "none", tmp_path / "ids")


def test_a_file_that_is_changed_meanwhile_leaves_the_old_ids(tmp_path):
    text, ids = tmp_path / "text", tmp_path / "ids"
    text.write_bytes(b"abc")
    ids.write_bytes(b"old")

    def change(done: int, total: int | None) -> None:
        text.write_bytes(b"more than that")

    with pytest.raises(TextProcessorError, match="text' was changed while it was read; nothing of it was used"):
        trained().encode_file(text, ids, progress=change)
    assert ids.read_bytes() == b"old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ids", "text"]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, b""])
def test_a_mark_of_utf8_is_encoded_too(tmp_path, mark):
    (tmp_path / "text").write_bytes(mark + b"abc")
    (tmp_path / "text.gz").write_bytes(gzip.compress(mark + b"abc"))
    for name in ("text", "text.gz"):
        of_bytes().encode_file(tmp_path / name, tmp_path / "ids")
        assert bytes(ids_in(tmp_path / "ids")) == mark + b"abc"
    (tmp_path / "text").write_bytes("abc".encode("utf-16"))
    of_bytes().encode_file(tmp_path / "text", tmp_path / "ids")
    assert bytes(ids_in(tmp_path / "ids")) == b"abc"


def test_encoding_a_file_tells_how_far_it_is(tmp_path):
    (tmp_path / "text").write_text(BOOK[:50_000], encoding="utf-8")
    told: list[tuple[int, int | None]] = []
    trained().encode_file(tmp_path / "text", tmp_path / "ids", progress=lambda *args: told.append(args))
    nbytes = len(BOOK[:50_000].encode())
    assert told[-1] == (nbytes, nbytes)
    assert trained().decode(array("I", ids_in(tmp_path / "ids"))) == BOOK[:50_000]
    with pytest.raises(TypeError, match="progress must be"):
        trained().encode_file(tmp_path / "text", tmp_path / "ids", progress=1)


def test_special_names_are_those_of_the_tests():
    assert list(trained().special_tokens) == SPECIAL
