"""Read the file tokenizer.json of Hugging Face's tokenizers, for byte-level BPE.

What such a file says and a `Tokenizer` does not do is refused, with the place in the file: ids would differ from theirs.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from itertools import accumulate
from operator import add, methodcaller
from typing import Any, NamedTuple, cast

from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted
from text_processor._native.bpe import Tokens, Vocabulary
from text_processor.bpe._files import alphabet, members, sections, vocabularies
from text_processor.bpe._files.members import Members
from text_processor.bpe._files.reasons import Reasons, RefusedError, check_keys, check_list, check_object, check_value
from text_processor.bpe._files.sections import PostProcessors, check_number
from text_processor.bpe._model import Model
from text_processor.bpe._split.splitter import Splitter, Step, splitter_of
from text_processor.bpe._stages.added_tokens import AddedToken
from text_processor.bpe._stages.special_names import MOST_ID

_SECTIONS = (
    *("version", "truncation", "padding", "added_tokens", "normalizer"),
    *("pre_tokenizer", "post_processor", "decoder", "model"),
)
# fuse_unk concerns unknown tokens, which do not occur here.
_MODEL_SETTINGS: dict[str, tuple[Any, ...]] = {
    "dropout": (None, 0.0, 0),
    "continuing_subword_prefix": (None, ""),
    "end_of_word_suffix": (None, ""),
    "fuse_unk": (None, False, True),
    "ignore_merges": (None, False, True),
}
# Settings that matter only for a character that is no token: here, for a byte that is none.
_FOR_UNKNOWN = ("unk_token", "byte_fallback")

# Sections that are written back as they were, and not applied.
KEPT = ("truncation", "padding", "normalizer", "pre_tokenizer", "decoder")


def read_quickly(data: bytes) -> Model | None:
    """Return the model of a tokenizer.json that is written as nearly all are; None if it is not, or has a fault."""
    try:
        large = members.take_out(data)
        return model_of(large.rest, large)
    except (ValueError, OverflowError, RecursionError):  # the other way has the messages
        return None


def model_of(file: Any, large: Members | None = None) -> Model:
    """Return the model that the value of a tokenizer.json describes, or raise a `ValueError` that lists all faults.

    ``large`` are the large members of the section ``model`` if the file has them no more.
    """
    reasons = Reasons()
    check_object("the file", file)
    reasons.attempt(check_keys, "the file", file, _SECTIONS)
    reasons.attempt(check_value, "version", file.get("version", "1.0"), ("1.0",))
    for key in ("truncation", "padding"):
        reasons.attempt(sections.check_kept, key, file.get(key))
    normalizer = reasons.attempt(sections.normalizer_of, "normalizer", file.get("normalizer"))
    pre_tokenizer = reasons.attempt(_pre_tokenizer, file, reasons)
    reasons.attempt(sections.check_decoder, "decoder", file.get("decoder"))
    added = reasons.attempt(sections.added_tokens_of, file.get("added_tokens", []), reasons)
    parts = reasons.attempt(_model_parts, file.get("model"), added, reasons, large)
    if parts is not None and added is not None:
        ids = frozenset(parts.vocabulary.tokens().ids) | {token.id for token in added.values()}
        reasons.attempt(PostProcessors(reasons, ids).check, "post_processor", file.get("post_processor"))
    # Last, so that no pattern is compiled for a file that has other faults.
    splitter = None if reasons or pre_tokenizer is None else reasons.attempt(_splitter_of, pre_tokenizer.steps)
    if reasons or splitter is None or added is None or parts is None or pre_tokenizer is None:
        raise ValueError(str(reasons))
    settings = {key: value for key, value in file["model"].items() if key in {*_MODEL_SETTINGS, *_FOR_UNKNOWN} and value}
    kept = {key: file[key] for key in KEPT if file.get(key) is not None} | ({"model": settings} if settings else {})
    return Model(
        splitter,
        parts.vocabulary,
        {name: token for name, token in added.items() if name},
        merges=parts.merges,
        whole_pieces=parts.whole_pieces,
        normalizer=normalizer or (),
        prefix_space=pre_tokenizer.prefix_space,
        post_processor=file.get("post_processor"),
        kept=kept,
    )


def _splitter_of(steps: tuple[Step, ...]) -> Splitter:
    try:
        return splitter_of(steps)
    except ValueError as error:
        raise RefusedError("pre_tokenizer", str(error)) from error


def _pre_tokenizer(file: Mapping[str, Any], reasons: Reasons) -> sections.PreTokenizer:
    model = file.get("model")
    if is_a(model, dict) and cast("dict[str, Any]", model).get("end_of_word_suffix"):
        why = "tokens that end words with a suffix, as CLIP's, cannot be represented"
        raise RefusedError("model.end_of_word_suffix", why)
    return sections.pre_tokenizer_of("pre_tokenizer", file.get("pre_tokenizer"), reasons)


# ---- Vocabulary and merges -------------------------------------------------------------------------------------------


class Parts(NamedTuple):
    """The content of the section ``model``."""

    vocabulary: Vocabulary
    merges: array[int] | None  # None: tiktoken's rule gives the same ids
    whole_pieces: bool


def _model_parts(section: Any, added: Mapping[str, AddedToken] | None, reasons: Reasons, large: Members | None) -> Parts | None:
    model = check_object("model", section)
    check_value("model.type", model.get("type", "BPE"), ("BPE",))
    reasons.attempt(check_keys, "model", model, {"type", *_MODEL_SETTINGS, *_FOR_UNKNOWN, "vocab", "merges"})
    for key, allowed in _MODEL_SETTINGS.items():
        if key != "end_of_word_suffix" or not model.get(key):
            reasons.attempt(check_value, f"model.{key}", model.get(key, allowed[0]), allowed)
    whole_pieces = model.get("ignore_merges") is True
    if large is None:
        parts = _parts_of(model, added, reasons, whole_pieces=whole_pieces)
    else:
        parts = None if added is None else _quick_parts(large, added, whole_pieces=whole_pieces)
    if parts is not None:
        reasons.attempt(_check_unknown, model, parts.vocabulary)
    return parts


def _quick_parts(large: Members, added: Mapping[str, AddedToken], *, whole_pieces: bool) -> Parts:
    found = members.vocabulary_of(large, added, whole_pieces=whole_pieces)
    sections.check_numbering(added, found.in_vocab, len(large.tokens.ids))
    return Parts(found.vocabulary, found.merges, whole_pieces and found.merges is not None)


def _parts_of(
    model: Mapping[str, Any], added: Mapping[str, AddedToken] | None, reasons: Reasons, *, whole_pieces: bool
) -> Parts | None:
    vocab = reasons.attempt(checked_vocab, model.get("vocab"))
    if vocab is None:
        return None
    merges = reasons.attempt(checked_merges, model.get("merges"))
    if merges is None or added is None:
        return None
    return assemble(vocab, merges, added, reasons, whole_pieces=whole_pieces)


def checked_vocab(section: Any) -> dict[str, int]:
    vocab = check_object("model.vocab", section)
    if not vocab:
        raise RefusedError("model.vocab", "it is empty")
    numbers = vocab.values()
    if set(map(type, numbers)) != {int} or min(numbers) < 0 or max(numbers) > MOST_ID:
        for token, number in vocab.items():
            check_number(f"model.vocab[{quoted(token)}]", number)
    return vocab


def checked_merges(section: Any) -> list[str]:
    """Return the merges, each as text with a blank between its two tokens; they may be written as lists of two."""
    merges = check_list("model.merges", section)
    try:
        if set(map(type, merges)) <= {str}:
            lines = merges
        elif set(map(len, merges)) == {2}:
            lines = list(map(" ".join, merges))
        else:
            lines = [merge if type(merge) is str else " ".join(merge) for merge in merges]
        if set(map(_count_blanks, lines)) <= {1}:
            return lines
    except TypeError:  # something else than texts
        pass
    raise next(_no_merge(i, merge) for i, merge in enumerate(merges) if not _is_merge(merge))


_count_blanks = methodcaller("count", " ")


def _is_merge(merge: Any) -> bool:
    parts: Any = merge.split(" ") if type(merge) is str else merge
    return is_a(parts, list) and len(parts) == 2 and all(type(part) is str and " " not in part for part in parts)


def _no_merge(i: int, merge: Any) -> RefusedError:
    return RefusedError(f"model.merges[{i}]", f"it is not two tokens of the vocabulary: {quoted(merge)}")


def _pairs_of(merges: list[str], vocab: Mapping[str, int]) -> array[int]:
    """Return the two ids of each merge, after checking that all tokens are there, also those that are made."""
    pairs = array("I")
    for i, merge in enumerate(merges):
        left, right = merge.split(" ")
        if left not in vocab or right not in vocab:
            raise _no_merge(i, merge)
        if left + right not in vocab:
            raise RefusedError(f"model.merges[{i}]", f"what it makes, {quoted(left + right)}, is not in the vocabulary")
        pairs.append(vocab[left])
        pairs.append(vocab[right])
    return pairs


def assemble(
    vocab: dict[str, int], merges: list[str], added: Mapping[str, AddedToken], reasons: Reasons, *, whole_pieces: bool
) -> Parts | None:
    """Return the vocabulary of checked tokens and merges; None, with reasons, if it cannot be represented."""
    reasons.attempt(sections.check_numbering, added, vocab, len(vocab))
    plain = _without_added(vocab, merges, added)
    try:
        text = alphabet.to_bytes("".join(plain))
    except UnicodeEncodeError as error:
        token = next(token for token in plain if not alphabet.ALPHABET.issuperset(token))
        why = "it is neither an added token nor made of the characters that stand for bytes"
        raise RefusedError(f"model.vocab[{quoted(token)}]", why) from error
    tokens = Tokens(text, array("Q", accumulate(map(len, plain))), array("I", plain.values()))
    found = _by_tokens_alone(tokens, list(plain), merges, whole_pieces=whole_pieces)
    if found is not None:
        return Parts(found, None, False)
    pairs = _pairs_of(merges, vocab)
    vocabulary = vocabularies.new_vocabulary(tokens, pairs, whole_pieces=whole_pieces, may_lack_bytes=True)
    return Parts(vocabulary, pairs, whole_pieces)


def _by_tokens_alone(tokens: Tokens, names: list[str], merges: list[str], *, whole_pieces: bool) -> Vocabulary | None:
    """Return a vocabulary with tiktoken's rule if it gives the same ids as the merges, else None. It is faster.

    At most one pair of tokens ever becomes a token by tiktoken's rule: the last two parts of its bytes. If the list of merges
    has these pairs in the order of the ids that they make, then whatever else is in it never applies. By tiktoken's rule a
    piece that is a token becomes it, which is what merging does too if there is a pair for each token.
    """
    try:
        vocabulary = vocabularies.new_vocabulary(tokens, may_lack_bytes=True)
    except ValueError:
        return None
    pairs = vocabulary.pairs()
    name_of = dict(zip(tokens.ids, names, strict=True)).__getitem__
    needed = list(map(" ".join, zip(map(name_of, pairs[::2]), map(name_of, pairs[1::2]), strict=True)))
    if needed != merges and not (_are_among(needed, merges) and len(set(merges)) == len(merges)):
        return None
    n_longer = sum(map((1).__lt__, map(len, names)))
    return vocabulary if whole_pieces or len(needed) == n_longer else None


def _are_among(some: list[str], all_of_them: list[str]) -> bool:
    """Whether a list has some texts, in this order, with others between them."""
    rest = iter(all_of_them)
    return all(text in rest for text in some)


# For so few names, each so short, searching the text of all merges is faster than making a set of all tokens in them. What
# is tried for a name is each place where it can be cut in two, so time would go with the square of its length.
_FEW, _SHORT = 16, 32


def _without_added(vocab: dict[str, int], merges: list[str], added: Mapping[str, AddedToken]) -> dict[str, int]:
    """Return the tokens that ordinary text can become: the vocabulary may also have added tokens, for their ids."""
    if "" in added and "" not in vocab:
        raise RefusedError("added_tokens", "the content of an added token cannot be empty")
    plain = dict(vocab)
    both = [name for name in added if name in vocab]
    is_used = _used_names(both, merges, vocab).__contains__
    for name in both:
        if vocab[name] != added[name].id:
            why = f"as an added token it has the id {added[name].id}"
            raise RefusedError(f"model.vocab[{quoted(name)}]", f"the id {vocab[name]}, but {why}")
        if len(name) > 1 and not is_used(name):
            del plain[name]
    return plain


def _used_names(names: list[str], merges: list[str], vocab: Mapping[str, int]) -> set[str]:
    """Return which of the names are in a merge, or made by one."""
    if len(names) > _FEW or any(len(name) > _SHORT for name in names):
        parts = " ".join(merges).split(" ")
        return {*parts, *map(add, parts[::2], parts[1::2])}
    text = f"\n{chr(10).join(merges)}\n" if names else ""
    used: set[str] = set()
    for name in names:
        halves = ((name[:i], name[i:]) for i in range(1, len(name)) if name[:i] in vocab and name[i:] in vocab)
        if f"\n{name} " in text or f" {name}\n" in text or any(f"\n{left} {right}\n" in text for left, right in halves):
            used.add(name)
    return used


def _check_unknown(model: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    """Check that no text has a byte that is no token if another token would stand for it."""
    if not any(model.get(key) for key in _FOR_UNKNOWN):
        return
    lacking = vocabularies.missing(vocabulary.tokens()) - vocabularies.NEVER_IN_UTF8
    if lacking:
        key = next(key for key in _FOR_UNKNOWN if model.get(key))
        why = f"{quoted(model[key])} cannot be represented, as the byte {min(lacking)!r} is no token"
        raise RefusedError(f"model.{key}", why)
