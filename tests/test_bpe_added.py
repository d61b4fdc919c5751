"""The way of a text to the ids, compared with Hugging Face's tokenizers: added tokens, normal forms, a blank before, marks."""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from typing import Any

import pytest
import tokenizers
from bpe_texts import BYTES
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tokenizers import decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE

from text_processor import Tokenizer
from text_processor._documents.decoding import Reading
from text_processor.bpe import _text
from text_processor.bpe._added import AddedToken
from text_processor.bpe._model import Model

# A blank, white space that is not ASCII, letters that are composed or not, marks, and names that meet each other.
PARTS = [
    *(
        "a",
        "b",
        "ab",
        " ",
        "  ",
        "\n",
        "\u3000",
        "\x1c",
        "_",
        "1",
        ".",
        "<m>",
        "<m",
        "m>",
        "<mask>",
        "<s>",
        "x<m>",
        "é",
        "e\u0301",
    ),
    *(
        "\u0301",
        "\u0323",
        "ﬁ",
        "Å",
        "\u1100\u1161",
        "\u11a8",
        "가",
        "日本",
        "²",
        "\u200d",
        "😀",
        "<|é|>",
        "<|e\u0301|>",
        "'s",
        "de",
    ),
]
names = st.one_of(
    st.sampled_from([*PARTS, "<m><m>", " <m>", "<m> ", "a b"]),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("".join),
)
some_texts = st.lists(st.one_of(st.sampled_from(PARTS), names), max_size=10).map("".join)
flags = st.fixed_dictionaries({flag: st.booleans() for flag in ("special", "normalized", "lstrip", "rstrip", "single_word")})
some_added = st.dictionaries(names, flags, max_size=5)
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
    peer.add_tokens([tokenizers.AddedToken(name, **flags) for name, flags in added.items()])
    return peer


def of_added(added: dict[str, dict[str, bool]], form: tuple[str, ...] = (), **options: Any) -> Tokenizer:
    """The same tokenizer."""
    pattern = options.pop("pattern", "gpt2")
    numbers = {name: 256 + i for i, name in enumerate(name for name in added if name not in byte_characters().values())}
    numbers |= {character: byte for byte, character in byte_characters().items() if character in added}
    tokens = {name: AddedToken(numbers[name], **flags) for name, flags in added.items()}
    vocabulary = Tokenizer.from_mergeable_ranks(BYTES, "gpt2")._model.vocabulary
    return Tokenizer._of(Model(_text.splitter_for(pattern), vocabulary, tokens, normalizer=form, **options))


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
    normal = [normalized(name, form) for name, flags in added.items() if flags["normalized"]]
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
    in_blocks = tokenizer._model.encode_stream(stream.read, "stream", Reading(None, suffix=""), *names)
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
def test_ids_are_those_of_tokenizers(added, form, prefix_space, text):
    flags = dict.fromkeys(("special", "normalized", "lstrip", "rstrip", "single_word"), False)
    added = {name: flags | given for name, given in added.items()}
    assume(not have_one_form(added, form))
    expected = ids_of_peer(peer_of(added, form, prefix_space=prefix_space), text)
    tokenizer = of_added(added, form, prefix_space=prefix_space)
    for ids in every_way(tokenizer, text, **ALL):
        assert ids == expected
    assert tokenizer.count(text, **ALL) == len(expected)
    by_regex = of_added(added, form, prefix_space=prefix_space, pattern=r"[\s\S]")
    assert by_regex.encode(text, **ALL) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
@given(some_added, forms, st.booleans(), some_texts)
def test_texts_in_steps_have_the_same_ids(size, added, form, prefix_space, text):
    assume(not have_one_form(added, form))
    tokenizer = of_added(added, form, prefix_space=prefix_space)
    expected = tokenizer.encode(text, **ALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_text, "STEP_NBYTES", size)
        patch.setattr("text_processor._documents.batches.BATCH_CHARACTERS", size)
        patch.setattr("text_processor.bpe._model.BATCH_NBYTES", size)
        for ids in every_way(tokenizer, text, **ALL)[1:]:
            assert ids == expected
        assert tokenizer.count(text, **ALL) == len(expected)
