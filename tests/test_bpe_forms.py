"""Small files of every shape that published tokenizers have, made by the peers' own libraries: all open here with equal ids."""

from __future__ import annotations

import base64
import json
import os
import pickle
import random
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import tiktoken
import tokenizers
from bpe_texts import BOOK, BYTES, TRICKY, plain_texts, random_ranks
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers, trainers

from text_processor import InvalidTokenizerError, Tokenizer
from text_processor.bpe import CL100K_PATTERN, GPT2_PATTERN, O200K_PATTERN

# ---- Files of tokenizers ---------------------------------------------------------------------------------------------

QWEN = CL100K_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")
DEEPSEEK = (
    r"\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    (
        r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
        r"|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
)


@lru_cache
def learnt() -> dict[str, Any]:
    """The section ``model`` of a tokenizer that the peer has trained."""
    peer = tokenizers.Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.train_from_iterator(
        [BOOK[:30_000], "".join(TRICKY) * 3, "<mask> 1234 !!! ..."],
        trainers.BpeTrainer(
            vocab_size=500,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=["<s>", "</s>"],
            show_progress=False,
        ),
    )
    return json.loads(peer.to_str())["model"]


def byte_level(*, prefix: bool = False, regex: bool = False) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def split(pattern: str, behavior: str = "Isolated", *, invert: bool = False, kind: str = "Regex") -> dict[str, Any]:
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def chain(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "pretokenizers": list(steps)}


def template(*before: str) -> dict[str, Any]:
    tokens = [{"SpecialToken": {"id": name, "type_id": 0}} for name in before]
    pair = [*tokens, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]
    names = {"<s>": 0, "</s>": 1}
    special = {name: {"id": name, "ids": [names[name]], "tokens": [name]} for name in names}
    return {"type": "TemplateProcessing", "single": [*tokens, {"Sequence": {"id": "A", "type_id": 0}}], "pair": pair} | {
        "special_tokens": special
    }


def added(name: str, *flags: str) -> dict[str, Any]:
    return {"content": name} | {flag: flag in flags for flag in ("special", "normalized", "lstrip", "rstrip", "single_word")}


def file_of(
    pre_tokenizer: dict[str, Any],
    *more: dict[str, Any],
    absent: bytes = b"",
    model: dict[str, Any] | None = None,
    **sections: Any,
) -> dict[str, Any]:
    """A tokenizer.json; further added tokens get the ids after the vocabulary. Bytes may be absent, and tokens with these."""
    characters = dict(zip(range(256), learnt_characters(), strict=True))
    lacking = {characters[byte] for byte in absent}
    vocab = {token: n for token, n in learnt()["vocab"].items() if not lacking & set(token) or token in ("<s>", "</s>")}
    vocab = {token: i for i, token in enumerate(vocab)} | (model or {}).get("vocab", {})
    merges = [merge for merge in learnt()["merges"] if all(token in vocab for token in (*merge, "".join(merge)))]
    names = [added("<s>", "special"), added("</s>", "special"), *more]
    numbered = [{"id": vocab.get(token["content"], len(vocab) + i - 2), **token} for i, token in enumerate(names)]
    file = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": numbered, "normalizer": None}
    file |= {"pre_tokenizer": pre_tokenizer, "post_processor": None, "decoder": byte_level(regex=True)}
    return file | {"model": {**learnt(), **(model or {}), "vocab": vocab, "merges": merges}} | sections


@lru_cache
def learnt_characters() -> list[str]:
    """The characters that stand for the bytes 0 … 255."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]


NEVER = bytes([0xC0, 0xC1, *range(0xF5, 0x100)])

SHAPES: dict[str, Callable[[], dict[str, Any]]] = {
    "gpt2": lambda: file_of(byte_level(regex=True), post_processor=byte_level()),
    "gpt4o": lambda: file_of(chain(split(O200K_PATTERN, "Removed", invert=True), byte_level())),
    "llama3": lambda: file_of(
        chain(split(CL100K_PATTERN), byte_level()),
        added("<|begin|>", "special"),
        post_processor={"type": "Sequence", "processors": [byte_level(), template("<s>")]},
        model={"ignore_merges": True},
    ),
    "roberta": lambda: file_of(
        byte_level(regex=True),
        added("<mask>", "special", "lstrip"),
        post_processor={"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0], "trim_offsets": True}
        | {"add_prefix_space": False},
    ),
    "bart, a blank before": lambda: file_of(
        byte_level(prefix=True, regex=True),
        added("<mask>", "special", "lstrip"),
        post_processor={"type": "BertProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0]},
    ),
    "whisper": lambda: file_of(
        byte_level(regex=True),
        added("<|notimestamps|>", "special"),
        post_processor=template("<s>", "</s>"),
        model={"vocab": {"": 500}},
    ),
    "qwen": lambda: file_of(
        chain(split(QWEN), byte_level()),
        added("<|im_start|>", "special"),
        added("<tool_call>"),
        normalizer={"type": "NFC"},
        absent=NEVER,
        post_processor=byte_level(),
    ),
    "claude": lambda: file_of(byte_level(regex=True), normalizer={"type": "NFKC"}),
    "deepseek": lambda: file_of(
        chain(*map(split, DEEPSEEK), byte_level()),
        added("<｜fim▁hole｜>", "normalized"),
        added("<｜fim", "special"),
        added("hole｜><", "normalized"),
        normalizer={"type": "Sequence", "normalizers": []},
    ),
    "falcon": lambda: file_of(
        chain(
            {"type": "Punctuation", "behavior": "Contiguous"},
            byte_level(regex=True),
            {"type": "Digits", "individual_digits": False},
            split("[0-9][0-9][0-9]"),
        ),
        added(">>TITLE<<", "special"),
        absent=bytes([0, 1, 2, 0xC3]) + NEVER,
    ),
    "starcoder": lambda: file_of(chain({"type": "Digits", "individual_digits": True}, byte_level(regex=True))),
    "modernbert": lambda: file_of(
        byte_level(regex=True),
        added("|||IP_ADDRESS|||", "normalized"),
        *(added(" " * n, "normalized") for n in (4, 3, 2)),
        added("[MASK]", "special", "lstrip", "rstrip"),
        added("word", "single_word"),
        normalizer={"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "NFC"}]},
        absent=NEVER,
        post_processor=template("<s>"),
        truncation={"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0},
        padding={"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 1, "pad_type_id": 0}
        | {"pad_token": "</s>"},
    ),
    "no pattern": lambda: file_of(byte_level(), decoder={"type": "Sequence", "decoders": [byte_level()]}),
    "white space": lambda: file_of(chain({"type": "WhitespaceSplit"}, {"type": "Whitespace"}, byte_level())),
    "unknown": lambda: file_of(byte_level(regex=True), model={"unk_token": "<s>", "byte_fallback": True, "fuse_unk": True}),
    **{
        f"{behavior} {kind}{', inverted' * invert}": lambda behavior=behavior, kind=kind, invert=invert: file_of(
            chain(split({"Regex": "[a-m]+| ", "String": ". "}[kind], behavior, invert=invert, kind=kind), byte_level())
        )
        for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")
        for kind in ("Regex", "String")
        for invert in (False, True)
    },
}


@lru_cache(len(SHAPES))
def both(shape: str) -> tuple[Tokenizer, tokenizers.Tokenizer]:
    text = json.dumps(SHAPES[shape](), ensure_ascii=False)
    peer = tokenizers.Tokenizer.from_str(text)
    peer.no_truncation()
    peer.no_padding()
    return Tokenizer.load(text), peer


NAMES = [
    "<s>",
    "</s>",
    "<mask>",
    "<|begin|>",
    "<tool_call>",
    "<｜fim▁hole｜>",
    "<｜fim",
    "hole｜><",
    "    ",
    "[MASK]",
    "word",
    "''",
]
texts = st.lists(
    st.one_of(
        plain_texts, st.sampled_from([*NAMES, " word", "words", "e\u0301", "ﬁ", "가", "1234567", "!?...", "a. b. ", "²³"])
    ),
    max_size=6,
).map("".join)


def ids_of(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, allowed_special="all")


@pytest.mark.parametrize("shape", SHAPES)
@given(texts)
def test_ids_are_those_of_tokenizers(shape, text):
    ours, peer = both(shape)
    expected = peer.encode(text, add_special_tokens=False).ids
    assert ids_of(ours, text) == expected
    assert ours.decode(expected) == peer.decode(expected, skip_special_tokens=False)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_written_opens_there_and_here(shape, tmp_path):
    ours, peer = both(shape)
    ours.save_huggingface(tmp_path / "tokenizer.json")
    written = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    original = SHAPES[shape]()
    kept = ("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder")
    assert {key: written[key] for key in kept} == {key: original[key] for key in kept}
    assert sorted(written["added_tokens"], key=str) == sorted(original["added_tokens"], key=str)
    assert all(type(merge) is list for merge in written["model"]["merges"])
    again = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    again.no_truncation()
    again.no_padding()
    ours.save(tmp_path / "own")
    for same in (Tokenizer.load(tmp_path), Tokenizer.load(tmp_path / "own"), pickle.loads(pickle.dumps(ours))):
        assert same == ours
    for text in ["".join(NAMES), " ".join(TRICKY), BOOK[:3000]]:
        expected = peer.encode(text, add_special_tokens=False).ids
        assert again.encode(text, add_special_tokens=False).ids == expected
        assert ids_of(Tokenizer.load(tmp_path / "own"), text) == expected


@pytest.mark.parametrize("shape", ["llama3", "roberta", "whisper", "modernbert", "qwen"])
def test_marks_are_put_where_asked_for(shape):
    ours, peer = both(shape)
    expected = peer.encode("to be, or not").ids
    assert ours.encode("to be, or not", add_special_tokens=True) == expected


def test_a_vocabulary_with_merges_in_its_order_is_tiktokens():
    """Merges that never apply, as the file of Llama 3 has them, and tokens that no merge makes, make no difference."""
    ranks = random_ranks(5)
    plain = Tokenizer.from_mergeable_ranks(ranks, "cl100k")
    characters = learnt_characters()
    names = {token: "".join(characters[byte] for byte in token) for token in ranks}
    merges = [
        [names[token[:i]], names[token[i:]]]
        for token in sorted(ranks, key=ranks.__getitem__)
        for i in range(1, len(token))
        if token[:i] in ranks and token[i:] in ranks
    ]
    model = {"type": "BPE", "ignore_merges": True, "vocab": {names[token]: n for token, n in ranks.items()}, "merges": merges}
    file = {"pre_tokenizer": chain(split(CL100K_PATTERN), byte_level()), "decoder": byte_level(), "model": model}
    assert Tokenizer.load(json.dumps(file)) == plain
    assert Tokenizer.load(json.dumps(file)).to_tiktoken().encode("ab 't1") == plain.encode("ab 't1")


@pytest.mark.parametrize("seed", range(6))
def test_tokens_that_merging_does_not_make_are_written(seed, tmp_path):
    """By tiktoken's rule, with tokens in any order, written as Hugging Face's."""
    ranks = random_ranks(seed)
    encoding = tiktoken.Encoding("made", pat_str=CL100K_PATTERN, mergeable_ranks=ranks, special_tokens={})
    Tokenizer.from_mergeable_ranks(ranks, "cl100k").save_huggingface(tmp_path / "tokenizer.json")
    peer = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    chance = random.Random(seed)
    for _ in range(200):
        text = "".join(chance.choices("ab 't1\né", k=chance.randint(1, 12)))
        assert peer.encode(text).ids == encoding.encode(text)


def test_a_folder_opens_in_transformers(tmp_path):
    transformers = pytest.importorskip("transformers")
    ours, peer = both("qwen")
    ours.save_pretrained(tmp_path / "new", eos_token="</s>", pad_token="<s>", chat_template="{{ messages }}")
    opened = transformers.AutoTokenizer.from_pretrained(str(tmp_path / "new"))
    text = "to be <tool_call> or<|im_start|> not 123"
    assert opened.encode(text, add_special_tokens=False) == peer.encode(text, add_special_tokens=False).ids
    assert (opened.eos_token, opened.pad_token, opened.chat_template) == ("</s>", "<s>", "{{ messages }}")


def test_the_files_of_a_folder(tmp_path):
    both("qwen")[0].save_pretrained(os.fsencode(tmp_path), eos_token="</s>")
    config = json.loads((tmp_path / "tokenizer_config.json").read_text(encoding="utf-8"))
    assert config["eos_token"] == "</s>"
    assert config["added_tokens_decoder"]["0"] == added("<s>", "special")
    assert json.loads((tmp_path / "special_tokens_map.json").read_text(encoding="utf-8")) == {"eos_token": "</s>"}
    assert Tokenizer.load(tmp_path) == both("qwen")[0]


# ---- Other forms -----------------------------------------------------------------------------------------------------


def tiktoken_file(ranks: dict[bytes, int]) -> bytes:
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks.items())


def test_a_list_of_ranks_with_an_empty_token(tmp_path):
    ranks = BYTES | {b"to": 256, b" be": 258}
    data = tiktoken_file(ranks) + b"= 257\n"
    encoding = tiktoken.Encoding("m", pat_str=GPT2_PATTERN, mergeable_ranks=ranks | {b"": 257}, special_tokens={"<|end|>": 259})
    loaded = Tokenizer.load(data, pattern="gpt2", special_tokens=["<|end|>"])
    assert loaded.encode("to be<|end|>", allowed_special="all") == encoding.encode("to be<|end|>", allowed_special="all")
    assert loaded.decode([257, 256, 257]) == "to"
    assert loaded.vocab_size == encoding.n_vocab
    loaded.save_tiktoken(tmp_path / "file")
    assert sorted((tmp_path / "file").read_bytes().split(b"\n")) == sorted(data.split(b"\n"))
    assert loaded.to_tiktoken().decode([257, 256]) == "to"


def test_special_tokens_may_share_an_id():
    shared = {"<|a|>": 300, "<|b|>": 300}
    loaded = Tokenizer.load(tiktoken_file(BYTES), pattern="gpt2", special_tokens=shared)
    assert loaded.encode("<|b|>x<|a|>", allowed_special="all") == [300, 120, 300]
    assert loaded.decode([300]) == "<|a|>"
    assert pickle.loads(pickle.dumps(loaded)) == loaded


@pytest.mark.parametrize("has_names", [False, True])
def test_tekken(has_names, tmp_path):
    """Special tokens come first; what is beyond the size in the configuration is left out."""
    ranks = BYTES | {b"to": 256, b" be": 257, b"left out": 258}
    vocab = [{"rank": n, "token_bytes": base64.b64encode(token).decode(), "token_str": None} for token, n in ranks.items()]
    config = {"pattern": QWEN, "num_vocab_tokens": 259, "default_vocab_size": 278, "default_num_special_tokens": 20}
    file: dict[str, Any] = {"config": config, "vocab": vocab}
    if has_names:
        file["special_tokens"] = [{"rank": i, "token_str": f"[{i}]", "is_control": True} for i in range(3)]
    (tmp_path / "tekken.json").write_text(json.dumps(file), encoding="utf-8")
    loaded = Tokenizer.load(tmp_path)
    del ranks[b"left out"]
    encoding = tiktoken.Encoding("tekken", pat_str=QWEN, mergeable_ranks=ranks, special_tokens={})
    for text in TRICKY:
        assert loaded.encode(text) == [20 + token for token in encoding.encode(text)]
    name = "[2]" if has_names else "</s>"
    assert loaded.special_tokens[name] == 2
    assert loaded.special_tokens["<SPECIAL_19>" if has_names else "[TOOL_CONTENT]"] == 19
    assert loaded.vocab_size == 278


def tekken_token(token: bytes, rank: int) -> dict[str, Any]:
    return {"rank": rank, "token_bytes": base64.b64encode(token).decode()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file["config"].pop("pattern"), "config.pattern"),
        (lambda file: file["config"].update(default_vocab_size="many"), "config.default_vocab_size"),
        (
            lambda file: file["config"].update(default_vocab_size=999),
            "999 tokens, 3 of them special, do not fit",
        ),
        (lambda file: file.update(special_tokens=[{"rank": 3, "token_str": "x"}]), "1 of them do not fit the 3"),
        (
            lambda file: file.update(special_tokens=[{"rank": i, "token_str": "x"} for i in (0, 1)]),
            "two of them have the same name",
        ),
        (lambda file: file["vocab"].__setitem__(5, {"rank": 5}), r"vocab\[5\]: not a token in base64 and its rank"),
        (lambda file: file["vocab"].__setitem__(5, tekken_token(b"a", 97)), "the ranks must count from 0"),
    ],
)
def test_a_damaged_tekken_is_refused(change, message, tmp_path):
    vocab = [tekken_token(bytes([byte]), byte) for byte in range(256)]
    config = {"pattern": QWEN, "default_vocab_size": 259, "default_num_special_tokens": 3}
    file: dict[str, Any] = {"config": config, "vocab": vocab}
    file["special_tokens"] = [{"rank": i, "token_str": f"[{i}]", "is_control": True} for i in range(3)]
    path = tmp_path / "tekken.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    assert Tokenizer.load(path).encode("a") == [100]
    change(file)
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(InvalidTokenizerError, match=f"{re.escape(str(path))}: .*{message}"):
        Tokenizer.load(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocab.json", b"{", "vocab.json: no JSON"),
        ("vocab.json", b"[]", "model.vocab"),
        ("merges.txt", b"\xff", "merges.txt: not UTF-8 at byte 0"),
        ("tokenizer_config.json", b"[]", "tokenizer_config.json"),
        ("tokenizer_config.json", b'{"tokenizer_class": "NoSuch"}', "pattern"),
    ],
)
def test_a_damaged_folder_is_refused(name, content, message, tmp_path):
    pair_in(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidTokenizerError, match=message):
        Tokenizer.load(tmp_path, **({} if name == "tokenizer_config.json" else {"pattern": "gpt2"}))


def pair_in(folder: Path, names: tuple[str, str] = ("vocab.json", "merges.txt")) -> tokenizers.ByteLevelBPETokenizer:
    """A folder with a vocabulary and merges, which the peer has written."""
    model = learnt()
    merges = [tuple(merge) for merge in model["merges"]]
    models.BPE(vocab=model["vocab"], merges=merges).save(str(folder))
    peer = tokenizers.ByteLevelBPETokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
    for old, new in zip(("vocab.json", "merges.txt"), names, strict=True):
        (folder / old).rename(folder / new)
    return peer


@pytest.mark.parametrize("names", [("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe")])
def test_a_vocabulary_and_merges(names, tmp_path):
    peer = pair_in(tmp_path, names)
    given = {"pattern": "gpt2"} if names[0] == "vocab.json" else {}
    loaded = Tokenizer.load(tmp_path, special_tokens=["<s>"], **given)
    for text in TRICKY:
        assert loaded.encode(text) == peer.encode(text).ids
    assert loaded.special_tokens == {"<s>": 0}


@pytest.mark.parametrize("kind", ["GPT2Tokenizer", "Qwen2TokenizerFast"])
def test_the_configuration_beside_them_is_read(kind, tmp_path):
    pair_in(tmp_path)
    config = {"tokenizer_class": kind, "added_tokens_decoder": {"0": added("<s>", "special"), "500": added("<x>", "lstrip")}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    loaded = Tokenizer.load(tmp_path)
    pre_tokenizer = byte_level(regex=True) if kind == "GPT2Tokenizer" else chain(split(QWEN), byte_level())
    normalizer = None if kind == "GPT2Tokenizer" else {"type": "NFC"}
    file = file_of(pre_tokenizer, added("<x>", "lstrip"), normalizer=normalizer)
    file["added_tokens"] = [token for token in file["added_tokens"] if token["content"] != "</s>"]
    peer = tokenizers.Tokenizer.from_str(json.dumps(file))
    for text in [*TRICKY, "12345", "e\u0301", "a  <x>b<s>"]:
        assert ids_of(loaded, text) == peer.encode(text, add_special_tokens=False).ids


def test_the_content_tells_the_form(tmp_path):
    ours = both("llama3")[0]
    ours.save(tmp_path / "tokenizer.json")
    ours.save_huggingface(tmp_path / "own.bpe")
    data = (tmp_path / "own.bpe").read_bytes()
    sources = [tmp_path / "tokenizer.json", tmp_path / "own.bpe", os.fsencode(tmp_path / "own.bpe"), data, bytearray(data)]
    for source in [*sources, memoryview(data), data.decode(), "\n " + data.decode(), tmp_path, str(tmp_path)]:
        assert Tokenizer.load(source) == ours
    assert Tokenizer.load((tmp_path / "tokenizer.json").read_bytes()) == ours


# ---- What is refused -------------------------------------------------------------------------------------------------

SENTENCEPIECE = {
    "normalizer": {"type": "Prepend", "prepend": "▁"},
    "pre_tokenizer": {"type": "Metaspace", "replacement": "▁"},
    "model": {"type": "BPE", "vocab": {"▁a": 0}, "merges": []},
}


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        (tiktoken_file(BYTES), ["has no pattern", "pattern='cl100k' for Llama 3"]),
        (b"\n\x0e\n\x05<unk>\x15\x00\x00\x00\x00", ["SentencePiece", "characters, not bytes"]),
        (b"#version: 0.2\na b\n", ["merges without their vocabulary"]),
        (json.dumps({"a": 0, "b": 1}), ["a vocabulary without its merges"]),
        (json.dumps({"tokenizer_class": "X"}), ["the configuration of a tokenizer", "give the folder"]),
        (json.dumps(SENTENCEPIECE), ["normalizer: 'Prepend'", "SentencePiece", "pre_tokenizer: 'Metaspace'", "decoder"]),
        (b"nothing known", ["this is not a file"]),
    ],
    ids=["no pattern", "SentencePiece", "merges", "vocabulary", "configuration", "several reasons", "unknown"],
)
def test_what_cannot_be_read_is_named(source, messages, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    with pytest.raises(InvalidTokenizerError, match=f"^{path}: ") as caught:
        Tokenizer.load(path)
    assert [message for message in messages if message not in str(caught.value)] == []


def test_clip_is_refused_by_name():
    file = file_of(byte_level(regex=True), model={"end_of_word_suffix": "</w>"})
    with pytest.raises(InvalidTokenizerError, match="CLIP"):
        Tokenizer.load(json.dumps(file))


@pytest.mark.parametrize("shape", ["qwen", "deepseek", "roberta", "falcon", "bart, a blank before"])
def test_what_tiktoken_cannot_do_is_not_written_for_it(shape, tmp_path):
    with pytest.raises(ValueError, match="tiktoken cannot represent this tokenizer: "):
        both(shape)[0].save_tiktoken(tmp_path / "file")
    with pytest.raises(ValueError, match="tiktoken cannot represent this tokenizer: "):
        both(shape)[0].to_tiktoken()
