"""The quick reader of the large members of tokenizer.json: what it reads means what the reader of all JSON reads.

Both read files that Hugging Face's library has written and files that are changed in one or more places. The quick one may
leave a file to the other, but not one that is written as their library writes it.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import tokenizers
from bpe_texts import BOOK
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import decoders, models, pre_tokenizers, trainers

from text_processor._common import json as common_json
from text_processor.bpe._files import alphabet, forms, huggingface
from text_processor.errors import InvalidTokenizerError

SPECIAL = ["<|end|>", "<pad>", "中文", "a b"]


@cache
def trained() -> dict[str, Any]:
    """The value of a file with added tokens in the vocabulary, as tokenizers writes it."""
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet_of_bytes = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=330, special_tokens=SPECIAL, initial_alphabet=alphabet_of_bytes, show_progress=False
    )
    made.train_from_iterator([BOOK[:20_000]], trainer)
    made.add_special_tokens(["<|after|>"])
    return json.loads(made.to_str())


def text_of(**changes: Any) -> str:
    """The file with other values for keys of the section ``model``."""
    return json.dumps(trained() | {"model": trained()["model"] | changes}, ensure_ascii=False)


def outcome(read: Any) -> Any:
    """The tokenizer that is read, or the message."""
    try:
        model = read()
    except InvalidTokenizerError as error:
        return str(error)
    return (model.state(), model.kept, list(model.added))


def both(data: bytes) -> tuple[Any, Any]:
    """What is read by way of the quick reader, and what the reader of all JSON alone reads."""
    whole = outcome(lambda: forms._named("file", lambda: huggingface.model_of(common_json.loads(data))))
    return outcome(lambda: forms.read_huggingface(data, "file")), whole


MERGES = trained()["model"]["merges"]
VOCAB = trained()["model"]["vocab"]
AS_TEXTS = [" ".join(merge) for merge in MERGES]


def never_applies() -> list[str]:
    """Two tokens that make a third one, which others make first."""
    return next(
        [token[:i], token[i:]]
        for token in VOCAB
        for i in range(1, len(token))
        if token[:i] in VOCAB and token[i:] in VOCAB and token not in SPECIAL and [token[:i], token[i:]] not in MERGES
    )


USUAL = {
    "lists": text_of(),
    "texts": text_of(merges=AS_TEXTS),
    "indented": json.dumps(trained(), indent=2, ensure_ascii=False),
    "escapes": json.dumps(trained()),
    "ignore_merges": text_of(ignore_merges=True),
    "in another order": text_of(merges=MERGES[::-1]),
    "one that never applies": text_of(merges=[*MERGES, never_applies()]),
    "without one": text_of(merges=MERGES[:-1]),
    "merges first": json.dumps(trained() | {"model": {"type": "BPE", "merges": MERGES, "vocab": VOCAB}}),
    "ids in another order": text_of(vocab=dict(sorted(VOCAB.items()))),
    "model first": json.dumps({"model": {"type": "BPE", "vocab": VOCAB, "merges": MERGES}, "version": "1.0"} | trained()),
}


@pytest.mark.parametrize("name", USUAL)
def test_what_is_usual_is_read_quickly(name):
    data = USUAL[name].encode()
    quick, whole = both(data)
    assert quick == whole
    if name != "model first":  # other sections after it have brackets
        assert huggingface.read_quickly(data) is not None


UNUSUAL = {
    "twice": text_of().replace('"!": ', '"\\u0021": 7, "!": '),
    "added twice": text_of().replace('"<pad>": 1', '"<pad>": 1, "<pad>": 1'),
    "added, another id": text_of(vocab=VOCAB | {"<pad>": 999}),
    "added token in merges": text_of(vocab=VOCAB | {"<p": 900, "ad>": 901}, merges=[*AS_TEXTS, "<p ad>"]),
    "added token of a merge": text_of(vocab=VOCAB | {"<pad>!": 900}, merges=[*AS_TEXTS, "<pad> !"]),
    "no token": text_of(merges=[*AS_TEXTS, "中 文"]),
    "makes no token": text_of(merges=[*AS_TEXTS, "! !"]),
    "twice a merge": text_of(merges=[*AS_TEXTS, AS_TEXTS[0]]),
    "other characters": text_of(vocab=VOCAB | {"中": 900}),
    "an empty token": text_of(vocab=VOCAB | {"": 900}),
    "an id twice": text_of(vocab=VOCAB | {"!!": 40}),
    "an id too large": text_of(vocab=VOCAB | {"!!": 1 << 32}),
    "no id": text_of(vocab=VOCAB | {"!!": 1.0}),
    "no object": text_of(vocab=[]),
    "empty": text_of(vocab={}),
    "no merges": text_of(merges=[]),
    "a fault elsewhere": text_of(dropout=0.5),
    "a constant": text_of(dropout=float("inf")),
    "constants alone": json.dumps(trained() | {"model": {"vocab": float("inf"), "merges": -float("inf")}}),
    "two sections": text_of() + text_of(),
    "cut short": text_of()[:-3],
    "a lone surrogate": text_of(vocab=VOCAB | {"x\\y": 900}).replace("x\\\\y", "\\ud800"),
    "a byte is missing": text_of(vocab={token: number for token, number in VOCAB.items() if token != "q"}),
    "key in a name": text_of(vocab={'"vocab": {': 900, '"merges": [': 901} | VOCAB),
    "tekken": text_of()[:-1] + ', "config": {}}',
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_has_the_same_meaning_or_message(name):
    quick, whole = both(UNUSUAL[name].encode())
    assert quick == whole


def test_damaged_utf8_has_the_same_message():
    data = text_of(vocab=VOCAB | {"中": 900}).encode()
    for wrong in (data.replace("中".encode(), b"\xff"), data.replace("中文".encode(), b"\xe4\xb8")):
        quick, whole = both(wrong)
        assert quick == whole
        assert "not UTF-8" in quick


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1 << 20),
        st.integers(0, 3),
        st.sampled_from(
            ['"', " ", "\\", ",", ":", "{", "}", "[", "]", "0", "1", "a", "Ġ", "中", "\\u0061", '"a": 5, ', '"a b", ', ""]
        ),
    ),
    min_size=1,
    max_size=3,
)


@given(st.sampled_from(sorted(USUAL)), CHANGES)
def test_changed_files_have_the_same_meaning_or_message(name, changes):
    text = USUAL[name]
    for number, length, put in changes:
        place = number % len(text)
        text = text[:place] + put + text[place + length :]
    quick, whole = both(text.encode())
    assert quick == whole


@given(
    st.lists(st.text(st.sampled_from(sorted(alphabet.ALPHABET)), min_size=2, max_size=4), unique=True, max_size=9), st.data()
)
def test_random_members_have_the_same_meaning_or_message(names, data):
    """Vocabularies with any tokens and merges among them."""
    vocab = {token: number for token, number in VOCAB.items() if len(token) == 1 or token in SPECIAL}
    vocab |= {name: 500 + number for number, name in enumerate(names)}
    parts = st.sampled_from(sorted({*names, *(name[:1] for name in names), *(name[1:] for name in names)} or {"a"}))
    merges = [[name[:1], name[1:]] for name in names] + data.draw(st.lists(st.tuples(parts, parts).map(list), max_size=3))
    changed = text_of(vocab=vocab, merges=merges, ignore_merges=data.draw(st.booleans()))
    quick, whole = both(changed.encode())
    assert quick == whole
