"""What a tokenizer is at one moment: immutable, so that any number of threads may use it while another one trains."""

from __future__ import annotations

import operator
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, cast

from text_processor import _bpe_special, _bpe_text, _native, _pieces
from text_processor._bpe_special import Names, is_a
from text_processor._bpe_text import Splitter
from text_processor._native import Encoder, InvalidArgumentError, Tokens, Vocabulary
from text_processor._wording import quoted, shown
from text_processor.errors import InvalidDocumentError

# Bytes of short texts that cross together, for each thread: some milliseconds of work.
BATCH_NBYTES = 1 << 20

# Ids that are made a list, or decoded, in one step.
SLICE_IDS = 1 << 20


class Model:
    """A splitter, a vocabulary and special tokens.

    ``special_ids`` are all added tokens with their ids, or names that get the ids behind those of the vocabulary;
    ``not_special`` are those of them that Hugging Face's ``decode`` never leaves out. ``merges`` and ``whole_pieces`` are
    Hugging Face's rule; without merges the rule is tiktoken's, which for vocabularies that were trained is that of the
    training too.
    """

    def __init__(
        self,
        splitter: Splitter,
        vocabulary: Vocabulary,
        special_ids: Mapping[str, int] | Iterable[str] = (),
        *,
        not_special: Iterable[str] = (),
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
        self.not_special = frozenset(not_special)
        self.special_bytes = {token: name.encode() for name, token in self.special_ids.items()}

    @property
    def n_vocab(self) -> int:
        """One more than the highest id."""
        return max([self.tokens_ids[-1], *self.special_bytes]) + 1

    @cached_property
    def tokens(self) -> Tokens:
        return self.vocabulary.tokens()

    def state(self) -> tuple[Any, ...]:
        """All that answers depend on, here or where it is written to."""
        rule = None if self.merges is None else (self.merges, self.whole_pieces)
        return (self.splitter.pattern, self.special_ids, self.not_special, self.tokens, rule)

    # ---- Encoding ----------------------------------------------------------------------------------------------------

    def encode_short(self, text: str, allowed: object, disallowed: object) -> list[int] | None:
        """Return the ids of a short text by one call of the core; None where that is not all there is to do."""
        chosen, forbidden = _bpe_special.resolve(allowed, disallowed, self.special_names)
        if chosen or self.splitter.native is None:
            return None
        _bpe_special.check(text, forbidden)
        try:
            data = text.encode()
        except UnicodeEncodeError:
            return None
        return self.vocabulary.encode_short(self.splitter.native, data)

    def encode(self, text: object, allowed: object, disallowed: object, ids: array[int] | None) -> int:
        """Add the ids of a text to an array, or only count them if that is None; return how many there are."""
        chosen, forbidden = _bpe_special.resolve(allowed, disallowed, self.special_names)
        if isinstance(text, str):
            _bpe_special.check(text, forbidden)
        checked = _bpe_text.checked_text(text)
        if (chosen or forbidden) and not isinstance(text, str):
            checked = _bpe_text.as_str(checked)
            _bpe_special.check(checked, forbidden)
        encoder = self._new_encoder(ids)
        if not chosen:
            self._feed(encoder, checked)
            return encoder.n_ids
        for part in _bpe_special.parts(_bpe_text.as_str(checked), chosen, self.special_ids):
            self._feed(encoder, part.text)
            if part.special is not None:
                encoder.add(part.special)
        return encoder.n_ids

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
        stream = _Stream(encoder, chosen, forbidden, self.special_ids)
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
        parts: list[bytes | memoryview] = []
        nbytes = start = 0
        while start < len(numbers):
            stop = min(start + SLICE_IDS, len(numbers))
            special: bytes | None = None
            found, part_ends = memoryview(b""), array("Q")
            try:
                found, part_ends = self._decode_ordinary(numbers[start:stop], ends is not None)
            except InvalidArgumentError as error:
                stop = start + error.item
                special = self.special_bytes.get(numbers[stop])
                if special is None:
                    raise ValueError(f"the id {numbers[stop]}, at index {first + stop}, does not exist") from error
                found, part_ends = self._decode_ordinary(numbers[start:stop], ends is not None)
            parts.append(found)
            if ends is not None:
                ends.extend(nbytes + end for end in part_ends)
            nbytes += len(found)
            start = stop
            if special is not None:
                parts.append(special)
                nbytes += len(special)
                start += 1
                if ends is not None:
                    ends.append(nbytes)
        return b"".join(parts)

    def _decode_ordinary(self, ids: memoryview, has_ends: bool) -> tuple[memoryview, array[int]]:
        ends = array("Q", bytes(8 * len(ids) if has_ends else 0))
        return self.vocabulary.decode(ids, ends if has_ends else None), ends

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
            _bpe_special.check(text, forbidden)
            if self._model.splitter.native is not None and not (chosen and _may_hold(text, chosen)):
                self._wait(text)
                return
        self.flush()
        self._model.encode(text, chosen, forbidden, self._ids)
        self.lists.append(self._ids.tolist())
        del self._ids[:]

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


def _may_hold(text: str, names: frozenset[str]) -> bool:
    """Whether one of the names is in a text, or may be once its surrogates are joined or replaced."""
    return _bpe_special.search_for(names).first(text) is not None or _pieces.find_surrogate(text) is not None


class _Stream:
    """Text that comes in blocks, in which special tokens may lie across a cut."""

    def __init__(self, encoder: Encoder, chosen: frozenset[str], forbidden: frozenset[str], ids: Mapping[str, int]) -> None:
        self._encoder = encoder
        self._chosen = _bpe_special.search_for_bytes(chosen) if chosen else None
        self._forbidden = _bpe_special.search_for_bytes(forbidden) if forbidden else None
        self._ids = {name.encode(): token for name, token in ids.items()}
        # So many bytes at the end may be the beginning of a name.
        self._most_open = max((len(name.encode("utf-8", "surrogatepass")) - 1 for name in chosen | forbidden), default=0)
        self._rest = b""
        self._position = 0  # of the rest, in the stream

    def feed(self, block: memoryview, is_final: bool) -> None:
        text = self._rest + block
        self._check(text)
        certain = len(text) if is_final else _native.complete_nbytes(text[: max(len(text) - self._most_open, 0)])
        start = 0
        for found in self._chosen.all(text) if self._chosen else ():
            if found.start() >= certain:
                break
            _bpe_text.feed_bytes(text[start : found.start()], self._encoder.feed)
            self._encoder.add(self._ids[found[0]])
            start = found.end()
        if start < certain:
            start += _bpe_text.feed_bytes(memoryview(text)[start:certain], self._encoder.feed, is_final=is_final)
        self._rest = text[start:]
        self._position += start

    def _check(self, text: bytes) -> None:
        if self._forbidden and (found := self._forbidden.first(text)):
            raise _bpe_special.disallowed(found[0].decode(), f"byte {self._position + found.start()}")
