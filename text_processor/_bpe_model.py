"""What a tokenizer is at one moment: immutable, so that any number of threads may use it while another one trains."""

from __future__ import annotations

import operator
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, cast

from text_processor import _bpe_special, _bpe_text, _pieces
from text_processor._bpe_special import Names, Search, is_a
from text_processor._bpe_text import Splitter
from text_processor._native import Encoder, InvalidArgumentError, SpecialTokens, Tokens, Vocabulary
from text_processor._wording import quoted, shown
from text_processor.errors import InvalidDocumentError

# Bytes of short texts that cross together, for each thread: some milliseconds of work.
BATCH_NBYTES = 1 << 20

# Sets of names that a tokenizer keeps what finds them of: nearly always it is asked for the same ones.
MOST_SEARCHES = 8

# Ids that are made a list, or decoded, in one step.
SLICE_IDS = 1 << 20


class Model:
    """A splitter, a vocabulary and special tokens.

    ``names`` are special tokens that take the ids behind those of the vocabulary. ``merges`` and ``whole_pieces`` are Hugging
    Face's rule; without merges the rule is tiktoken's, which for vocabularies that were trained is that of the training too.
    """

    def __init__(
        self,
        splitter: Splitter,
        vocabulary: Vocabulary,
        special_ids: Mapping[str, int] | Iterable[str] = (),
        *,
        merges: array[int] | None = None,
        whole_pieces: bool = False,
    ) -> None:
        self.splitter = splitter
        self.vocabulary = vocabulary
        self.merges = merges
        self.whole_pieces = whole_pieces
        self.tokens_ids = vocabulary.tokens().ids
        if isinstance(special_ids, Mapping):
            self.special_ids: dict[str, int] = dict(cast(Mapping[str, int], special_ids))
        else:
            self.special_ids = {
                name: _bpe_special.checked_id(token, f"the id of the special token {quoted(name)}")
                for token, name in enumerate(special_ids, self.tokens_ids[-1] + 1)
            }
        self.special_names = frozenset(self.special_ids)
        self.search_for = lru_cache(MOST_SEARCHES)(Search)
        names = {token: name.encode() for name, token in self.special_ids.items()}
        self.special_tokens = SpecialTokens(names) if names else None

    @property
    def n_vocab(self) -> int:
        """One more than the highest id."""
        return max([self.tokens_ids[-1], *self.special_ids.values()]) + 1

    @cached_property
    def tokens(self) -> Tokens:
        return self.vocabulary.tokens()

    def state(self) -> tuple[Any, ...]:
        """All that answers depend on."""
        rule = None if self.merges is None else (self.merges, self.whole_pieces)
        return (self.splitter.pattern, self.special_ids, self.tokens, rule)

    # ---- Encoding ----------------------------------------------------------------------------------------------------

    def encode_short(self, text: str, allowed: object, disallowed: object) -> list[int] | None:
        """Return the ids of a short text by as few calls of the core as can be; None where that is not all there is to do."""
        chosen, forbidden = _bpe_special.resolve(allowed, disallowed, self.special_names)
        if self.splitter.native is None:
            return None
        self._check(text, forbidden)
        try:
            data = text.encode()
        except UnicodeEncodeError:
            return None
        if not chosen or not (search := self.search_for(chosen)).may_occur(text):
            return self.vocabulary.encode_short(self.splitter.native, data)
        ids: list[int] = []
        start = 0
        for place in search.places(data, is_final=True)[0]:
            ids += self.vocabulary.encode_short(self.splitter.native, data[start : place.start])
            ids.append(self.special_ids[place.name])
            start = place.end
        return ids + self.vocabulary.encode_short(self.splitter.native, data[start:])

    def encode(self, text: object, allowed: object, disallowed: object, ids: array[int] | None) -> int:
        """Add the ids of a text to an array, or only count them if that is None; return how many there are."""
        chosen, forbidden = _bpe_special.resolve(allowed, disallowed, self.special_names)
        if isinstance(text, str):
            self._check(text, forbidden)
        checked = _bpe_text.checked_text(text)
        if forbidden and isinstance(checked, memoryview):
            self._check(str(checked, "utf-8"), forbidden)
        encoder = self._new_encoder(ids)
        if chosen:
            self._feed_parts(encoder, checked, chosen)
        else:
            self._feed(encoder, checked)
        return encoder.n_ids

    def _check(self, text: str, forbidden: frozenset[str]) -> None:
        """Raise `ValueError` if a text holds a name that it must not hold."""
        if forbidden and (name := self.search_for(forbidden).first(text)) is not None:
            raise _bpe_special.disallowed(name, f"character {text.find(name)}")

    def _feed_parts(self, encoder: Encoder, text: str | memoryview, chosen: frozenset[str]) -> None:
        """Give a text that was checked, in which some names are special tokens."""
        data, start = _bpe_text.as_utf8(text), 0
        for place in self.search_for(chosen).all(data):
            self._feed(encoder, data[start : place.start])
            encoder.add(self.special_ids[place.name])
            start = place.end
        self._feed(encoder, data[start:])

    def _new_encoder(self, ids: array[int] | None, threads: int = 1) -> Encoder:
        return Encoder(self.vocabulary, self.splitter.native, ids, threads)

    def _feed(self, encoder: Encoder, text: str | memoryview) -> None:
        if self.splitter.native is not None:
            _bpe_text.feed(text, encoder.feed)
        else:
            for pieces in self.splitter.split(_bpe_text.as_str(text)):
                encoder.feed_split(pieces)

    def encode_batch(self, texts: Iterable[object], threads: int, allowed: object, disallowed: object) -> list[list[int]]:
        """Return the ids of each text."""
        chosen, forbidden = _bpe_special.resolve(allowed, disallowed, self.special_names)
        batch = _Batch(self, threads)
        for index, text in enumerate(texts):
            try:
                batch.add(text, chosen, forbidden)
            except InvalidDocumentError as error:
                raise InvalidDocumentError(f"text {index}: {error}", index=index, offset=error.offset) from error
            except TypeError as error:
                raise TypeError(f"text {index}: {error}") from error
            except ValueError as error:
                raise ValueError(f"text {index}: {error}") from error
        batch.flush()
        return batch.lists

    # ---- Streams -----------------------------------------------------------------------------------------------------

    def encode_stream(
        self, read: Callable[[int], Any], name: str, allowed: Names | str, disallowed: Names | str
    ) -> Iterator[array[int]]:
        """Give the ids of a stream of UTF-8, some for each block that is read."""
        chosen, forbidden = _bpe_special.resolve(allowed, disallowed, self.special_names)
        ids = array("I")
        encoder = self._new_encoder(ids)
        if self.splitter.native is None:  # which needs all of the text at once
            text = "".join(_bpe_text.as_str(block) for block, _ in _bpe_text.blocks(read, name))
            self.encode(text, chosen, forbidden, ids)
            yield ids
            return
        stream = _bpe_text.Stream(_Stream(self, encoder, chosen, forbidden).consume)
        for block, is_final in _bpe_text.blocks(read, name):
            stream.feed(block, is_final)
            yield ids
            del ids[:]

    # ---- Decoding ----------------------------------------------------------------------------------------------------

    def decode(self, ids: object, ends: array[int] | None = None, first: int = 0) -> bytes:
        """Return the bytes of tokens, and store in ``ends``, which is empty, where those of each end.

        Errors call the index of the first id ``first``.
        """
        numbers = memoryview(_as_ids(ids))
        parts: list[memoryview] = []
        nbytes = 0
        for start in range(0, len(numbers), SLICE_IDS):
            part = numbers[start : start + SLICE_IDS]
            part_ends = None if ends is None else array("Q", bytes(8 * len(part)))
            try:
                found = self.vocabulary.decode(part, part_ends, self.special_tokens)
            except InvalidArgumentError as error:
                index = start + error.item
                raise ValueError(f"the id {numbers[index]}, at index {first + index}, does not exist") from error
            parts.append(found)
            if ends is not None:
                ends.extend(nbytes + end for end in part_ends or ())
            nbytes += len(found)
        return b"".join(parts)

    def decode_tokens(self, ids: object) -> list[bytes]:
        """Return the bytes of each token."""
        ends = array("Q")
        text = self.decode(ids, ends)
        return [text[start:end] for start, end in pairwise([0, *ends])]


def _as_ids(ids: Any) -> array[int] | memoryview:
    """Return ids as 32-bit numbers, those of a buffer of such numbers where they lie."""
    if is_a(ids, array) and ids.typecode == "I":
        return cast("array[int]", ids)
    if not is_a(ids, list, tuple):
        try:
            view = memoryview(ids)
        except TypeError:
            pass
        else:
            if view.format in ("I", "=I", "@I") and view.itemsize == 4 and view.ndim == 1 and view.c_contiguous:
                return view.cast("B").cast("I") if view.nbytes else array("I")
    if is_a(ids, str, bytes) or not hasattr(ids, "__iter__"):
        raise TypeError(f"ids must be an iterable of int, not {type(ids).__name__}")
    if is_a(ids, memoryview) and ids.ndim != 1:
        raise TypeError(f"ids must be an iterable of int, not a memoryview of {ids.ndim} dimensions")
    numbers: Sequence[Any] = ids if is_a(ids, list, tuple) else list(ids)
    try:
        return array("I", numbers)
    except (OverflowError, TypeError):
        return array("I", (_checked_number(number, index) for index, number in enumerate(numbers)))


def _checked_number(given: Any, index: int) -> int:
    """Return an id as an ``int`` of 32 bits, or raise what is wrong with it."""
    try:
        number = operator.index(given)
    except TypeError as error:  # also an array of several numbers, which has the method for those of one
        raise TypeError(f"the id at index {index} must be an int, not {type(given).__name__}") from error
    if not 0 <= number < 1 << 32:
        raise ValueError(f"the id {shown(number)}, at index {index}, does not exist")
    return number


def little_endian(numbers: array[int]) -> bytes:
    """Return numbers as they are written to files, the same on every machine."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


class _Batch:
    """Short texts that cross to the core together."""

    def __init__(self, model: Model, threads: int) -> None:
        self.lists: list[list[int]] = []
        self._model = model
        self._ids = array("I")
        self._encoder = model._new_encoder(self._ids, threads)
        self._waiting: list[str] = []
        self._n_waiting = 0
        self._most = BATCH_NBYTES * threads

    def add(self, text: object, chosen: frozenset[str], forbidden: frozenset[str]) -> None:
        if type(text) is str:
            self._model._check(text, forbidden)
            if self._model.splitter.native is not None and not (chosen and self._may_hold(text, chosen)):
                self._wait(text)
                return
        self.flush()
        self._model.encode(text, chosen, forbidden, self._ids)
        self.lists.append(self._ids.tolist())
        del self._ids[:]

    def _may_hold(self, text: str, names: frozenset[str]) -> bool:
        """Whether one of the names is in a text, or may be once its surrogates are joined or replaced."""
        return self._model.search_for(names).first(text) is not None or _pieces.find_surrogate(text) is not None

    def _wait(self, text: str) -> None:
        self._waiting.append(text)
        self._n_waiting += len(text)
        if self._n_waiting >= self._most:
            self.flush()

    def flush(self) -> None:
        """Encode what waits."""
        texts, self._waiting, self._n_waiting = self._waiting, [], 0
        if not texts:
            return
        ends = self._encoder.feed_batch(_bpe_text.whole_piece(texts))
        ids = self._ids.tolist()
        del self._ids[:]
        start = 0
        for end in ends.tolist():
            self.lists.append(ids[start:end])
            start = end


class _Stream:
    """Text that comes in blocks, in which special tokens may lie across a cut."""

    def __init__(self, model: Model, encoder: Encoder, chosen: frozenset[str], forbidden: frozenset[str]) -> None:
        self._encoder = encoder
        self._chosen = model.search_for(chosen) if chosen else None
        self._forbidden = model.search_for(forbidden) if forbidden else None
        self._ids = model.special_ids
        self._n_done = 0

    def consume(self, text: bytes | memoryview, is_final: bool) -> int:
        """Encode what is certain of a text, which goes on where it ended last; return how many bytes that was."""
        certain = self._check(text, is_final)
        start = 0
        if self._chosen is not None:
            places, n = self._chosen.places(text, is_final=is_final)
            for place in places:
                if place.end > certain:
                    certain = place.start
                    break
                _bpe_text.feed_bytes(text[start : place.start], self._encoder.feed)
                self._encoder.add(self._ids[place.name])
                start = place.end
            certain = min(certain, n)
        if start < certain:
            start += _bpe_text.feed_bytes(text[start:certain], self._encoder.feed, is_final=is_final)
        self._n_done += start
        return start

    def _check(self, text: bytes | memoryview, is_final: bool) -> int:
        """Raise `ValueError` if a name is there that must not be, and return up to where none can be."""
        if self._forbidden is None:
            return len(text)
        places, n_certain = self._forbidden.places(text, is_final=is_final)
        if places:
            raise _bpe_special.disallowed(places[0].name, f"byte {self._n_done + places[0].start}")
        return n_certain
