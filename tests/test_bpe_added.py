"""The way of a text to the ids, compared with Hugging Face's tokenizers: added tokens, normal forms, a blank before, marks."""

from __future__ import annotations

import copy
import io
import json
import pickle
import re
import unicodedata
from array import array
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

import pytest
import tiktoken
import tokenizers
from bpe_texts import BYTES, plain_texts, trained
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tokenizers import decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE

from text_processor import Tokenizer
from text_processor._documents import sources
from text_processor._documents.decoding import Reading
from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import Tokens, Vocabulary
from text_processor.bpe._files import own, vocabularies
from text_processor.bpe._model import Model
from text_processor.bpe._split import splitter
from text_processor.bpe._stages import utf8
from text_processor.bpe._stages.added_tokens import AddedToken

# A blank, white space that is not ASCII, letters that are composed or not, marks, and names that meet each other.
PARTS = [
    *" \n\u3000\x1cab_1.é\u0301\u0323ﬁÅ\u11a8가²\u200d😀",
    *("  ", "ab", "de", "'s", "e\u0301", "\u1100\u1161", "日本"),
    *("<m", "m>", "<m>", "x<m>", "<s>", "<mask>", "<|é|>", "<|e\u0301|>"),
]
names = st.one_of(
    st.sampled_from([*PARTS, "<m><m>", " <m>", "<m> ", "a b"]),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("".join),
)
some_texts = st.lists(st.one_of(st.sampled_from(PARTS), names), max_size=10).map("".join)
flags = st.fixed_dictionaries({flag: st.booleans() for flag in ("special", "normalized", "lstrip", "rstrip", "single_word")})
simple_flags = st.fixed_dictionaries({flag: st.booleans() for flag in ("special", "normalized")})
some_added = st.dictionaries(names, flags, max_size=5) | st.dictionaries(names, simple_flags, max_size=5)
forms = st.sampled_from([(), ("NFC",), ("NFD",), ("NFKC",), ("NFKD",), ("NFKD", "NFC"), ("NFC", "NFD")])

FORMS = {"NFC": normalizers.NFC, "NFD": normalizers.NFD, "NFKC": normalizers.NFKC, "NFKD": normalizers.NFKD}


@lru_cache
def byte_characters() -> dict[int, str]:
    """The characters by which the files of tokenizers write bytes."""
    first = iter(range(0x100, 0x200))
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    return {byte: chr(byte if byte in printable else next(first)) for byte in range(256)}


def peer_of(
    added: dict[str, dict[str, bool]], form: tuple[str, ...] = (), *, prefix_space: bool = False, post_processor: Any = None
) -> tokenizers.Tokenizer:
    """A tokenizer of the peer whose other tokens are the bytes."""
    vocab = {character: byte for byte, character in byte_characters().items()}
    peer = tokenizers.Tokenizer(BPE(vocab=vocab, merges=[]))
    if form:
        peer.normalizer = normalizers.Sequence([FORMS[each]() for each in form])
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    peer.decoder = decoders.ByteLevel()
    if post_processor is not None:
        peer.post_processor = post_processor
    plain = {"special": False, "normalized": False}
    peer.add_tokens([tokenizers.AddedToken(name, **(plain | flags)) for name, flags in added.items()])
    return peer


def of_added(added: dict[str, dict[str, bool]], form: tuple[str, ...] = (), **options: Any) -> Tokenizer:
    """The same tokenizer."""
    added = {name: {"special": False} | flags for name, flags in added.items()}
    pattern = options.pop("pattern", "gpt2")
    numbers = {name: 256 + i for i, name in enumerate(name for name in added if name not in byte_characters().values())}
    numbers |= {character: byte for byte, character in byte_characters().items() if character in added}
    tokens = {name: AddedToken(numbers[name], **flags) for name, flags in added.items()}
    return Tokenizer._of(Model(splitter.splitter_for(pattern), vocabulary_of_bytes(), tokens, normalizer=form, **options))


@lru_cache
def vocabulary_of_bytes() -> Vocabulary:
    return Tokenizer.from_mergeable_ranks(BYTES, "gpt2")._model.vocabulary


def ids_of_peer(peer: tokenizers.Tokenizer, text: str) -> list[int]:
    """The ids of the peer; it panics where white space is twice taken."""
    try:
        return peer.encode(text, add_special_tokens=False).ids
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        assume(False)
        raise


def have_one_form(added: dict[str, dict[str, bool]], form: tuple[str, ...]) -> bool:
    """Whether two normalized names become one, which the peer refuses."""
    normal = [normalized(name, form) for name, flags in added.items() if flags.get("normalized")]
    return len(normal) != len(set(normal))


def normalized(text: str, form: tuple[str, ...]) -> str:
    for each in form:
        text = unicodedata.normalize(each, text)
    return text


ALL: dict[str, Any] = {"allowed_special": "all"}


def every_way(tokenizer: Tokenizer, text: str, **options: Any) -> list[list[int]]:
    """The ids of a text by every way that gives them."""
    stream = io.BytesIO(text.encode())
    names = (options.get("allowed_special", ()), options.get("disallowed_special", "all"))
    in_blocks = tokenizer._model.encode_stream(sources.of_reader(stream.read, "stream", Reading()).text("stream"), *names)
    return [
        tokenizer.encode(text, **options),
        tokenizer.encode(text.encode(), **options),
        tokenizer.encode_array(text, **options).tolist(),
        *tokenizer.encode_batch([text, text.encode()], 1, **options),
        [number for block in in_blocks for number in block],
    ]


@given(some_added, forms, st.booleans(), some_texts)
@example({"<m>": {"rstrip": True}, " x": {}}, (), False, "<m> xa")
@example({"<m>": {"rstrip": True}, " ": {}}, (), True, "<m>   <m>b")
@example({"é": {"normalized": True, "special": True}, "e": {}}, ("NFD",), False, "aéb")
@example({"<m>": {"normalized": True}, "m>": {}, "<x>": {}}, (), False, "é<m>a<x>" * 30)
@example({"<m>": {"normalized": True}, "<s>": {"special": True}}, ("NFC",), False, "é<m>a<s>" * 30 + "e\u0301<m>")
@example({"<m>": {"normalized": True}, "<": {}}, (), False, "a<m>b")
def test_ids_are_those_of_tokenizers(added, form, prefix_space, text):
    assume(not have_one_form(added, form))
    expected = ids_of_peer(peer_of(added, form, prefix_space=prefix_space), text)
    tokenizer = of_added(added, form, prefix_space=prefix_space)
    for ids in every_way(tokenizer, text, **ALL):
        assert ids == expected
    assert tokenizer.count(text, **ALL) == len(expected)
    by_regex = of_added(added, form, prefix_space=prefix_space, pattern=r"[\s\S]")
    assert by_regex.encode(text, **ALL) == expected


@given(st.sampled_from([1, 2, 3, 7, 64]), some_added, forms, st.booleans(), some_texts)
def test_texts_in_steps_have_the_same_ids(size, added, form, prefix_space, text):
    assume(not have_one_form(added, form))
    tokenizer = of_added(added, form, prefix_space=prefix_space)
    expected = tokenizer.encode(text, **ALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utf8, "STEP_NBYTES", size)
        patch.setattr("text_processor._documents.batches.BATCH_CHARACTERS", size)
        patch.setattr("text_processor.bpe._model.BATCH_NBYTES", size)
        for ids in every_way(tokenizer, text, **ALL)[1:]:
            assert ids == expected
        assert tokenizer.count(text, **ALL) == len(expected)


# ---- Offsets ---------------------------------------------------------------------------------------------------------


def byte_offsets(text: str, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(len(text[:start].encode()), len(text[:end].encode())) for start, end in pairs]


@given(some_added, forms, st.booleans(), some_texts)
@example({"<m>": {"lstrip": True, "rstrip": True}}, (), True, "é  <m> b")
@example({}, ("NFD",), True, "é가 b")
@example({}, ("NFKC",), False, "ﬁ\u0301")
@example({}, ("NFC",), False, "e\u0316\u0301 e\u0344\u0316")
@example({}, ("NFD", "NFC"), False, "o\u0308\u0323")
def test_offsets_are_those_of_tokenizers(added, form, prefix_space, text):
    assume(not have_one_form(added, form))
    peer = peer_of(added, form, prefix_space=prefix_space)
    ids = ids_of_peer(peer, text)
    expected = peer.encode(text, add_special_tokens=False).offsets
    tokenizer = of_added(added, form, prefix_space=prefix_space)
    found = tokenizer.encode_with_offsets(text, **ALL)
    assert found[0].tolist() == ids
    assert list(zip(*found[1:], strict=True)) == expected
    in_bytes = tokenizer.encode_with_offsets(text.encode(), unit="bytes", **ALL)
    assert list(zip(*in_bytes[1:], strict=True)) == byte_offsets(text, expected)


def test_offsets_have_the_types_that_are_promised():
    ids, starts, ends = of_added({}).encode_with_offsets("aé")
    assert (ids.typecode, starts.typecode, ends.typecode) == ("I", "Q", "Q")
    assert [each.tolist() for each in of_added({}).encode_with_offsets("")] == [[], [], []]


@given(plain_texts)
@example("1ab  2éc")
def test_offsets_of_what_a_pattern_leaves_out_are_those_of_tokenizers(text):
    assume(texts_without_surrogates(text))
    peer = peer_of({})
    split = pre_tokenizers.Split(tokenizers.Regex("[a-zé]+"), "removed", invert=True)
    peer.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    expected = peer.encode(text)
    found = Tokenizer.from_mergeable_ranks(BYTES, "[a-zé]+").encode_with_offsets(text)
    assert list(zip(*found[1:], strict=True)) == expected.offsets


def texts_without_surrogates(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def test_offsets_of_what_regex_leaves_out_are_refused():
    tokenizer = Tokenizer.from_mergeable_ranks(BYTES, "(?<=a)b")
    assert tokenizer.encode("ab") == [98]
    with pytest.raises(
        ValueError, match=r"regex splits it and leaves out some of it, or the vocabulary lacks some of its bytes: it is"
    ):
        tokenizer.encode_with_offsets("ab")


def test_offsets_of_an_empty_token_in_decoding():
    tokenizer = of_ranks(BYTES | {b"": 300})
    assert tokenizer.decode_with_offsets([97, 300, 98]) == ("ab", [0, 1, 1])


# ---- Marks of a post-processor ---------------------------------------------------------------------------------------


def template(single: str, pair: str = "$A $B") -> Any:
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=[("<s>", 900), ("</s>", 901)])


BERT = processors.BertProcessing(("</s>", 901), ("<s>", 900))
ROBERTA = processors.RobertaProcessing(("</s>", 901), ("<s>", 900), trim_offsets=False, add_prefix_space=False)
BYTE_LEVEL = processors.ByteLevel(trim_offsets=False)
PROCESSORS = {
    "none": None,
    "byte level": BYTE_LEVEL,
    "template": template("<s> $A </s>"),
    "bert": BERT,
    "roberta": ROBERTA,
    "byte level, then template": processors.Sequence([BYTE_LEVEL, template("<s> $A")]),
    "template, then template": processors.Sequence([template("<s> $A"), template("$A </s>", "$B $A")]),
    "template, then bert": processors.Sequence([template("<s> $A"), BERT]),
    "template, then roberta": processors.Sequence([template("<s> $A </s>"), ROBERTA]),
    "bert, then roberta": processors.Sequence([BERT, ROBERTA]),
}


def test_added_tokens_where_regex_splits():
    """Only a whole stretch is certain there, so it comes to `regex` at once."""
    model = of_added({"<m>": {}, "<s>": {"special": True}})._model
    by_regex = Tokenizer._of(Model(splitter.splitter_for(r"(?<=a)b+|[^b]+|b"), model.vocabulary, model.added))
    alone = Tokenizer._of(Model(splitter.splitter_for(r"(?<=a)b+|[^b]+|b"), model.vocabulary))
    text = "abb a<m>é b<s>ab" * 3
    expected = []
    for part in re.split("(<m>|<s>)", text):
        expected += [model.added[part].id] if part in model.added else alone.encode(part)
    assert by_regex.encode(text, allowed_special="all") == expected
    assert by_regex.encode(text.encode(), allowed_special="all") == expected
    assert by_regex.encode_batch([text], allowed_special="all") == [expected]


@pytest.mark.parametrize("name", PROCESSORS)
@pytest.mark.parametrize("text", ["", "ab é"])
def test_marks_are_those_of_tokenizers(name, text):
    peer = peer_of({}, post_processor=PROCESSORS[name])
    expected = peer.encode(text)
    tokenizer = of_added({}, post_processor=json.loads(peer.to_str())["post_processor"])
    asked = {"add_special_tokens": True}
    ways = [
        tokenizer.encode(text, **asked),
        tokenizer.encode(text.encode(), **asked),
        tokenizer.encode_array(text, **asked).tolist(),
        *tokenizer.encode_batch([text], 1, **asked),
    ]
    assert ways == 4 * [expected.ids]
    ids, offsets = tokenizer.encode_batch([text, "", text], 1, output="flat", **asked)
    flat = [ids[start:end].tolist() for start, end in pairwise(offsets)]
    assert flat == [expected.ids, peer.encode("").ids, expected.ids]
    assert tokenizer.count(text, **asked) == len(expected.ids)
    n_empty = len(peer.encode("").ids)
    assert tokenizer.count_batch([text, ""], 1, **asked) == [len(expected.ids), n_empty]
    found = tokenizer.encode_with_offsets(text, **asked)
    assert found[0].tolist() == expected.ids
    assert list(zip(*found[1:], strict=True)) == expected.offsets
    assert tokenizer.encode(text) == peer.encode(text, add_special_tokens=False).ids


@pytest.mark.parametrize("name", PROCESSORS)
def test_marks_in_columns_are_those_of_tokenizers_and_nulls_have_none(name):
    pa = pytest.importorskip("pyarrow")
    peer = peer_of({}, post_processor=PROCESSORS[name])
    tokenizer = of_added({}, post_processor=json.loads(peer.to_str())["post_processor"])
    texts = ["ab é", None, "", "b"]
    expected = [None if text is None else peer.encode(text).ids for text in texts]
    for column in (pa.array(texts), pa.chunked_array([texts[:2], [], texts[2:]]), pa.array([*texts[::2], "b"])):
        wanted = expected if None in column.to_pylist() else [each for each in expected if each is not None]
        assert tokenizer.encode_arrow(column, add_special_tokens=True).to_pylist() == wanted
        numbers = [None if each is None else len(each) for each in wanted]
        assert tokenizer.count_arrow(column, add_special_tokens=True).to_pylist() == numbers


def test_marks_that_cannot_follow_each_other_are_refused():
    three = json.loads(peer_of({}, post_processor=template("<s> $A </s>")).to_str())["post_processor"]
    with pytest.raises(ValueError, match="takes one or two sequences, not the 3 of the one before"):
        of_added({}, post_processor={"type": "Sequence", "processors": [three, three]})
    with pytest.raises(ValueError, match="the template for a single text has a second text, B"):
        of_added({}, post_processor={**three, "single": three["pair"]})
    for single, n in (("$A <s> $A", 2), ("<s> </s>", 0)):
        section = json.loads(peer_of({}, post_processor=template(single)).to_str())["post_processor"]
        with pytest.raises(ValueError, match=f"it has the text {n} times, even where no marks are added"):
            of_added({}, post_processor=section)
    with pytest.raises(ValueError, match="the type 'Other' is not known"):
        of_added({}, post_processor={"type": "Other"})


# ---- Special or not --------------------------------------------------------------------------------------------------

TEXT_AND_MARK = {"<t>": {"special": False}, "<m>": {"special": True}}


def test_what_is_not_special_is_always_found():
    tokenizer = of_added(TEXT_AND_MARK)
    assert tokenizer.special_tokens == {"<m>": 257}
    assert tokenizer.added_tokens == {"<t>": AddedToken(256, special=False), "<m>": AddedToken(257)}
    for ids in every_way(tokenizer, "a<t>b"):
        assert ids == [97, 256, 98]
    for ids in every_way(tokenizer, "<t><m>", disallowed_special=()):
        assert ids == [256, *b"<m>"]
    assert tokenizer.encode_ordinary("<t><m>") == [256, *b"<m>"]
    with pytest.raises(ValueError, match="'<m>' at character 3, which is disallowed"):
        tokenizer.encode("<t><m>")


@given(some_added, forms, some_texts)
def test_ordinary_text_is_that_of_tokenizers(added, form, text):
    """Where no special token overlaps another one."""
    special = {name: flags for name, flags in added.items() if flags["special"]}
    others = {name: flags for name, flags in added.items() if not flags["special"]}
    assume(not have_one_form(added, form))
    expected = ids_of_peer(peer_of(others, form), text)
    tokenizer = of_added({**others, **special}, form)
    assert tokenizer.encode_ordinary(text) == expected


@given(some_added, forms, some_texts)
def test_special_tokens_are_left_out_as_by_tokenizers(added, form, text):
    tokenizer = of_added(added, form)
    assume(not any(set(name) <= set(byte_characters().values()) - set(map(chr, range(128))) for name in added))
    ids = tokenizer.encode(text, **ALL)
    special = {token.id for token in tokenizer.added_tokens.values() if token.special}
    rest = [number for number in ids if number not in special]
    assert tokenizer.decode(ids, skip_special_tokens=True) == tokenizer.decode(rest)
    assert tokenizer.decode_batch([ids], skip_special_tokens=True) == [tokenizer.decode(rest)]
    decoder = tokenizer.decoder(skip_special_tokens=True)
    assert "".join(map(decoder.decode, ids)) + decoder.decode([], final=True) == tokenizer.decode(rest)


def test_decoding_is_that_of_tokenizers():
    added = {"<é☃>": {"special": True, "normalized": True}, "<t>": {"special": False}, "b": {"special": True}}
    peer, tokenizer = peer_of(added, ("NFD",)), of_added(added, ("NFD",))
    ids = tokenizer.encode("a<é☃><t>b é", **ALL)
    assert tokenizer.decode(ids) == peer.decode(ids, skip_special_tokens=False)
    assert tokenizer.decode(ids, skip_special_tokens=True) == "a<t> e\u0301"
    with pytest.raises(ValueError, match="the id 999, at index 2, does not exist"):
        tokenizer.decode([98, 97, 999], skip_special_tokens=True)


def test_of_two_tokens_with_one_id_the_first_is_decoded():
    tokens = {"<a>": AddedToken(256), "<b>": AddedToken(256)}
    tokenizer = Tokenizer._of(Model(splitter.splitter_for("gpt2"), of_added({})._model.vocabulary, tokens))
    assert tokenizer.encode("<b><a>", **ALL) == [256, 256]
    assert tokenizer.decode([256]) == "<a>"


def test_tokens_as_text():
    tokenizer = of_added(TEXT_AND_MARK)
    assert tokenizer.tokenize("a é<t><m>") == ["a", " ", "\\xc3", "\\xa9", "<t>", "<", "m", ">"]


@given(some_added, forms, st.booleans(), some_texts)
def test_everything_survives_every_round_trip(added, form, prefix_space, text):
    post_processor = json.loads(peer_of({}, post_processor=template("<s> $A")).to_str())["post_processor"]
    kept = {"padding": None, "truncation": {"max_length": 5}}
    marks = {"<s>": {"special": True}, "</s>": {"special": True}}
    added = {name: flags for name, flags in added.items() if name not in marks} | marks
    ids = of_added(added).special_tokens
    for name, mark in post_processor["special_tokens"].items():
        mark["ids"] = [ids[name]]
    tokenizer = of_added(added, form, prefix_space=prefix_space, post_processor=post_processor, kept=kept)
    asked = {**ALL, "add_special_tokens": True}
    for way in (copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each)), as_a_file_is_read):
        again = way(tokenizer)
        assert again == tokenizer
        assert again.added_tokens == tokenizer.added_tokens
        assert (again._model.post_processor, again._model.kept) == (post_processor, kept)
        assert again.encode(text, **asked) == tokenizer.encode(text, **asked)


def as_a_file_is_read(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer by way of what `save` writes, without waiting for a disk."""
    return Tokenizer.load(b"".join(own.chunks(tokenizer._model)))


def test_what_save_writes_is_what_a_file_has(tmp_path):
    tokenizer = of_added(TEXT_AND_MARK, ("NFC",))
    tokenizer.save(tmp_path / "tokenizer")
    assert Tokenizer.load(tmp_path / "tokenizer") == tokenizer == as_a_file_is_read(tokenizer)
    assert (tmp_path / "tokenizer").read_bytes() == b"".join(own.chunks(tokenizer._model))


# ---- Bytes that are no tokens ----------------------------------------------------------------------------------------


@given(st.sets(st.sampled_from([*b"abx\x20", 0xC3, 0xA9, 0x81]), min_size=1), st.integers(0, 3), st.booleans(), some_texts)
def test_bytes_that_are_no_token_are_left_out_as_by_tokenizers(missing, n_merges, prefix_space, text):
    characters = byte_characters()
    present = [byte for byte in range(256) if byte not in missing]
    pairs = [pair for pair in (b"de", b"\xcc\x81", b"ab", b" a") if not missing & set(pair)][:n_merges]
    vocab = {characters[byte]: number for number, byte in enumerate(present)}
    vocab |= {"".join(map(characters.__getitem__, pair)): len(present) + i for i, pair in enumerate(pairs)}
    peer = tokenizers.Tokenizer(BPE(vocab=vocab, merges=[(characters[left], characters[right]) for left, right in pairs]))
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    tokens = [*(bytes([byte]) for byte in present), *pairs]
    laid_out = Tokens(b"".join(tokens), array("Q", accumulate(map(len, tokens))), array("I", range(len(tokens))))
    merges = array("I", (present.index(byte) for pair in pairs for byte in pair))
    for rule in (merges, None):  # here tiktoken's gives the same
        vocabulary = vocabularies.new_vocabulary(laid_out, rule, may_lack_bytes=True)
        model = Model(splitter.splitter_for("gpt2"), vocabulary, merges=rule, prefix_space=prefix_space)
        tokenizer = Tokenizer._of(model)
        expected = peer.encode(text).ids
        for ids in every_way(tokenizer, text):
            assert ids == expected
        assert tokenizer.count(text) == len(expected)
        assert as_a_file_is_read(tokenizer).encode(text) == expected


def test_offsets_where_bytes_are_no_token():
    """Those of the peer, but in a piece after such a byte: there the peer counts on as if the byte were not there."""
    characters = byte_characters()
    tokens = [*(bytes([byte]) for byte in range(256) if byte != ord("x")), b"ab"]
    vocab = {"".join(map(characters.__getitem__, token)): number for number, token in enumerate(tokens)}
    peer = tokenizers.Tokenizer(BPE(vocab=vocab, merges=[("a", "b")]))
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    laid_out = Tokens(b"".join(tokens), array("Q", accumulate(map(len, tokens))), array("I", range(len(tokens))))
    vocabulary = vocabularies.new_vocabulary(laid_out, may_lack_bytes=True)
    tokenizer = Tokenizer._of(Model(splitter.splitter_for("gpt2"), vocabulary))
    text = "axb ab xx é xab"
    ids, starts, ends = tokenizer.encode_with_offsets(text)
    theirs = peer.encode(text)
    assert ids.tolist() == theirs.ids
    ours = list(zip(starts, ends, strict=True))
    assert ours == [(0, 3), (3, 4), (4, 6), (6, 7), (9, 10), (10, 11), (10, 11), (11, 12), (13, 15)]
    assert [i for i, each in enumerate(theirs.offsets) if each != ours[i]] == [0, 8]
    assert tokenizer.encode_with_offsets("xx")[0].tolist() == []


def test_offsets_of_a_piece_that_is_a_token_with_bytes_that_are_none():
    tokens = [*(bytes([byte]) for byte in range(256) if byte != ord("x")), b"xx", b" ax"]
    laid_out = Tokens(b"".join(tokens), array("Q", accumulate(map(len, tokens))), array("I", range(len(tokens))))
    tokenizer = Tokenizer._of(Model(splitter.splitter_for("gpt2"), vocabularies.new_vocabulary(laid_out, may_lack_bytes=True)))
    ids, starts, ends = tokenizer.encode_with_offsets("xx ax xxx b")
    assert tokenizer.decode(ids) == "xx ax  b"
    assert list(zip(starts, ends, strict=True)) == [(0, 2), (2, 5), (5, 6), (9, 10), (10, 11)]


def test_bytes_that_no_text_has_may_be_missing():
    ranks = {bytes([byte]): byte for byte in range(256) if byte not in {0xC0, 0xC1, *range(0xF5, 0x100)}}
    tokenizer = Tokenizer.from_mergeable_ranks(ranks, "gpt2")
    text = "aé日😀\U0010ffff"
    assert tokenizer.encode(text) == list(text.encode())
    with pytest.raises(ValueError, match="the id 255, at index 0, does not exist"):
        tokenizer.decode([255])
    assert tokenizer.merges == {}
    assert as_a_file_is_read(tokenizer) == tokenizer
    del ranks[b"\x00"]
    with pytest.raises(ValueError, match=r"each single byte must be a token: b'.x00' is missing"):
        Tokenizer.from_mergeable_ranks(ranks, "gpt2")


def test_no_text_becomes_an_empty_token():
    ranks = {**BYTES, b"ab": 256, b"": 300}
    tokenizer, peer = (make(ranks) for make in (of_ranks, tiktoken_of))
    assert tokenizer.encode("ab b") == peer.encode("ab b") == [256, 32, 98]
    assert tokenizer.decode([97, 300, 98]) == peer.decode([97, 300, 98]) == "ab"
    assert tokenizer.mergeable_ranks() == ranks
    assert tokenizer.merges == {(97, 98): 256}
    assert as_a_file_is_read(tokenizer) == tokenizer


def of_ranks(ranks: dict[bytes, int]) -> Tokenizer:
    return Tokenizer.from_mergeable_ranks(ranks, "gpt2")


def tiktoken_of(ranks: dict[bytes, int]) -> tiktoken.Encoding:
    return tiktoken.Encoding("test", pat_str=Tokenizer("gpt2").pattern, mergeable_ranks=ranks, special_tokens={})


# ---- By whatever door ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [("r50k", "gpt2"), ("cl100k", "gpt4")])
@given(plain_texts)
@example("a\n  ")
def test_two_spellings_of_a_pattern_split_alike(one, other, text):
    """So tokenizers with them are equal."""
    by_one, by_other = (splitter.splitter_for(name).native for name in (one, other))
    assert by_one is not None
    assert by_other is not None
    data = utf8.encoded(text)
    assert native_bpe.split(by_one, data) == native_bpe.split(by_other, data)


def test_tokenizers_with_the_same_ids_are_equal_by_whatever_door_they_came(tmp_path):
    tokenizer = trained("r50k")
    tokenizer.save_tiktoken(tmp_path / "x.tiktoken")
    tokenizer.save_huggingface(tmp_path / "tokenizer.json")
    special = tokenizer.special_tokens
    by_ranks = Tokenizer.from_tiktoken(tmp_path / "x.tiktoken", "gpt2", special)
    by_json = Tokenizer.from_huggingface(tmp_path / "tokenizer.json")
    assert by_ranks == by_json == tokenizer == as_a_file_is_read(by_json)
    assert by_ranks != Tokenizer.from_tiktoken(tmp_path / "x.tiktoken", "gpt4", special)
    assert by_ranks != Tokenizer.from_tiktoken(tmp_path / "x.tiktoken", "gpt2")


def test_flags_and_forms_that_make_no_difference_are_no_difference():
    one, other = {"<m>": {"special": True, "normalized": True}}, {"<m>": {"special": True}}
    assert of_added(one) == of_added(other)
    assert of_added(one, ("NFC",)) != of_added(other, ("NFC",))
    assert of_added({}, ("NFKD", "NFC")) == of_added({}, ("NFKC",)) != of_added({}, ("NFC",))
    assert of_added({}, prefix_space=True) != of_added({})


# ---- In threads, and in a vectorizer ---------------------------------------------------------------------------------


def test_threads_share_a_tokenizer_from_its_first_use_on():
    added = {"<m>": {"lstrip": True}, "<s>": {"special": True}, "é": {"normalized": True, "single_word": True}}
    text = "a <m>e\u0301 b<s> é" * 50
    expected = of_added(added, ("NFC",)).encode(text, **ALL)
    for _ in range(5):
        tokenizer = of_added(added, ("NFC",))
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(lambda _, tokenizer=tokenizer: tokenizer.encode(text, **ALL), range(40))
            assert all(ids == expected for ids in found)


def test_tokenize_serves_as_an_analyzer():
    text_features = pytest.importorskip("sklearn.feature_extraction.text")
    tokenizer = of_added(TEXT_AND_MARK)
    vectorizer = text_features.CountVectorizer(analyzer=tokenizer.tokenize)
    counts = vectorizer.fit_transform(["ab<t>", "<m>b"])
    assert counts.sum() == 7
    assert "<t>" in pickle.loads(pickle.dumps(vectorizer)).vocabulary_
