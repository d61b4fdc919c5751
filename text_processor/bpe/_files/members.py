"""The two large members of a tokenizer.json, model.vocab and model.merges, read by the core.

No Python object is made for each of their hundreds of thousands of entries. Only what is written as these members usually are
is read. For everything else, and for every fault, there is the reader of all JSON, which has the messages; what is read here
means the same there.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise
from operator import sub
from typing import Any, NamedTuple, cast

from text_processor._common import json as common_json
from text_processor._common.arguments import is_a
from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import Tokens, Vocabulary
from text_processor.bpe._files import alphabet
from text_processor.bpe._files.vocabularies import new_vocabulary
from text_processor.bpe._stages.added_tokens import AddedToken


class UnusualError(ValueError):
    """The file is for the reader of all JSON."""


class Members(NamedTuple):
    """A tokenizer.json whose large members are taken out."""

    rest: dict[str, Any]  # the other members; instead of the two there is something else
    tokens: Tokens  # of model.vocab
    others: Mapping[int, str]  # names of characters that stand for no byte, by the index of the token, which has no bytes
    merges: memoryview  # the text of the list


_VOCAB = re.compile(rb'"vocab"[ \t\n\r]*:[ \t\n\r]*(?=\{)')
_MERGES = re.compile(rb'"merges"[ \t\n\r]*:[ \t\n\r]*(?=\[)')

# What stands in the text instead of the two members, as nothing else that is JSON can.
_INSTEAD = {"vocab": "Infinity", "merges": "-Infinity"}


def take_out(data: bytes) -> Members:
    """Take the two members out of a file, or raise `UnusualError` or another `ValueError`."""
    if (vocab := _VOCAB.search(data)) is None:
        raise UnusualError
    view = memoryview(data)
    tokens, others, nbytes = native_bpe.read_json_tokens(view[vocab.end() :])
    start, end = vocab.end(), vocab.end() + nbytes
    merges = _MERGES.search(data, end) or _MERGES.search(data, 0, start)
    if merges is None:
        raise UnusualError
    # The list ends with the last bracket, as a rule; where it does end is checked when it is read.
    first, last = merges.end(), data.rfind(b"]", merges.end(), start if merges.end() < start else len(data)) + 1
    rest = _value_without(view, {"vocab": (start, end), "merges": (first, last)})
    names = {each.token: json.loads(data[start + each.start : start + each.end].decode()) for each in others}
    return Members(rest, tokens, names, view[first:last])


def _value_without(data: memoryview, places: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """Return the value of a file without the members of ``model`` that stand at these places."""
    parts, done = list[bytes](), 0
    for key, (start, end) in sorted(places.items(), key=lambda item: item[1]):
        parts += (bytes(data[done:start]), _INSTEAD[key].encode())
        done = end
    found = list[str]()

    def note(constant: str) -> str:
        found.append(constant)
        return constant

    value = common_json.loads(b"".join((*parts, bytes(data[done:]))), note)
    model: Any = value.get("model") if is_a(value, dict) else None
    if sorted(found) != sorted(_INSTEAD.values()) or not is_a(model, dict) or "config" in value:  # tekken.json has a config
        raise UnusualError
    if any(model.get(key) != instead for key, instead in _INSTEAD.items()):
        raise UnusualError
    return cast("dict[str, Any]", value)


class Found(NamedTuple):
    """What the two members say."""

    vocabulary: Vocabulary
    merges: array[int] | None  # None: tiktoken's rule gives the same ids
    in_vocab: Mapping[str, int]  # the added tokens that model.vocab has, too


def vocabulary_of(members: Members, added: Mapping[str, AddedToken], *, whole_pieces: bool) -> Found:
    """Return the vocabulary of tokens and merges, or raise `UnusualError` or another `ValueError`."""
    places = _places_of(members, added)
    gone = {place for name, place in places.items() if len(name) > 1}
    if "" in added or not gone.issuperset(members.others):
        raise UnusualError
    tokens = _without(members.tokens, gone)
    vocabulary = new_vocabulary(tokens, may_lack_bytes=True)
    absent = [name for name in added if (name not in places or len(name) > 1) and alphabet.ALPHABET.issuperset(name)]
    if any(token is not None for token in vocabulary.find_tokens(list(map(alphabet.to_bytes, absent)))):
        raise UnusualError  # it is there with another id
    merges, nbytes = vocabulary.read_json_merges(members.merges)
    if nbytes != len(members.merges):
        raise UnusualError
    in_vocab = {name: added[name].id for name in places}
    if _are_needless(merges, vocabulary, tokens, whole_pieces=whole_pieces):
        return Found(vocabulary, None, in_vocab)
    return Found(new_vocabulary(tokens, merges, whole_pieces=whole_pieces, may_lack_bytes=True), merges, in_vocab)


def _places_of(members: Members, added: Mapping[str, AddedToken]) -> dict[str, int]:
    """Return the index of the token of each added token that is in the vocabulary with the same id."""
    ids, ends, text = members.tokens.ids, members.tokens.ends, members.tokens.text
    place_of = {number: place for place, number in enumerate(ids)} if added else {}
    places: dict[str, int] = {}
    for name, token in added.items():
        place = place_of.get(token.id)
        if place is None:
            continue
        known = members.others.get(place) or alphabet.to_text(text[ends[place - 1] if place else 0 : ends[place]])
        if known == name:
            places[name] = place
    return places


def _without(tokens: Tokens, gone: Iterable[int]) -> Tokens:
    """Return tokens without those at some places."""
    left = sorted(gone)
    text, ends, ids = list[bytes](), array("Q"), array("I")
    n_gone_bytes = 0
    for before, place in pairwise([-1, *left, len(tokens.ids)]):
        start = tokens.ends[before] if before >= 0 else 0
        n_gone_bytes += start - (tokens.ends[before - 1] if before > 0 else 0)
        kept = tokens.ends[before + 1 : place]
        ends.extend(kept if not n_gone_bytes else array("Q", map(n_gone_bytes.__rsub__, kept)))
        ids.extend(tokens.ids[before + 1 : place])
        text.append(tokens.text[start : kept[-1] if kept else start])
    return Tokens(b"".join(text), ends, ids)


def _are_needless(merges: array[int], vocabulary: Vocabulary, tokens: Tokens, *, whole_pieces: bool) -> bool:
    """Whether tiktoken's rule gives the same ids as merges; see `huggingface.assemble`."""
    needed = vocabulary.pairs()
    if needed != merges and not _are_among(needed, merges):
        return False
    lengths = map(sub, tokens.ends, chain([0], tokens.ends))
    return whole_pieces or len(needed) // 2 == sum(map((1).__lt__, lengths))


def _are_among(some: array[int], all_of_them: array[int]) -> bool:
    """Whether a list of pairs has some, in this order, with others between them, and none twice."""
    wanted, pairs = (memoryview(each).cast("B").cast("Q").tolist() for each in (some, all_of_them))
    rest = iter(pairs)
    return all(pair in rest for pair in wanted) and len(set(pairs)) == len(pairs)
