"""`Tokenizer.encode_with_unstable`: the tokens that more text cannot change, and those that the rest may become.

The definition is tiktoken's, with its limits: it knows which bytes may change by the last piece and the white space before it,
not by the pattern.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from text_processor._common.messages import quoted
from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import Encoder
from text_processor.bpe._model import Model
from text_processor.bpe._outputs import Lists
from text_processor.bpe._peers.lookup import lookup_of
from text_processor.bpe._stages import utf8

# Bytes of possible continuations that one call encodes, at most: about two seconds of work.
MOST_NBYTES = 1 << 24

# What each continuation costs besides its bytes, in bytes.
_OVERHEAD = 64

_Ids = tuple[int, ...]


class Unstable:
    """A call of `Tokenizer.encode_with_unstable`."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._lookup = lookup_of(model)

    def encode(self, text: object, allowed: object, disallowed: object) -> tuple[list[int], list[list[int]]]:
        """Return the stable tokens, and the sequences of tokens that may follow them if more text comes."""
        found = array("I")
        self._model.encode(text, allowed, disallowed, found)
        ids = found.tolist()
        first = len(ids) - self._unstable_count(ids, self._last_piece(text, allowed, disallowed))
        unstable = b"".join(map(self._lookup.tokens.__getitem__, ids[first:]))
        return ids[:first], list(map(list, self._completions(unstable))) if unstable else []

    def _last_piece(self, text: object, allowed: object, disallowed: object) -> bytes:
        """Return the last piece after the last special token; it is empty if there is none."""
        chosen, _ = self._model.resolve(allowed, disallowed)
        data, start = utf8.as_utf8(utf8.checked_text(text)), 0
        if chosen:
            for place in self._model.search_for(chosen).all(data):
                start = place.end
        rest, splitter = data[start:], self._model.splitter
        if splitter.native is None:
            last = b""
            for pieces in splitter.split(str(rest, "utf-8")):
                last = pieces[-1]
            return last
        ends = native_bpe.split(splitter.native, rest)
        while ends and ends[-1] & native_bpe.LEFT_OUT:
            ends.pop()
        start = ends[-2] & ~native_bpe.LEFT_OUT if len(ends) > 1 else 0
        return bytes(rest[start : ends[-1]]) if ends else b""

    def _unstable_count(self, ids: Sequence[int], piece: bytes) -> int:
        """Return how many tokens at the end may change: those of the last piece, and of blanks before it if it begins so."""
        n = len(next(self._encode_pieces([piece])))
        if n and self._is_space(ids[-n]):
            while n < len(ids) and self._is_space(ids[-n - 1]):
                n += 1
        return n

    def _is_space(self, number: int) -> bool:
        token = self._lookup.tokens.get(number)
        return token is not None and not token.strip(b" \n\t")

    def _completions(self, unstable: bytes) -> dict[_Ids, None]:
        """Return the sequences of tokens, each once, in an order that is always the same."""
        n = len(unstable)
        found: dict[_Ids, None] = {(self._lookup.ids[token],): None for token in self._beginning_with(unstable)}
        texts: list[str] = []
        pieces: list[bytes] = []
        for continuation in self._continuations(unstable):
            if _is_utf8(continuation):
                texts.append(continuation.decode())
            else:
                pieces.append(continuation)
        encoded = Lists(self._model.vocabulary)
        self._model.encode_batch(texts, encoded, threads=1, allowed=(), disallowed=(), report=lambda _: None)
        found.update(dict.fromkeys(self._covering(ids, n) for ids in (*encoded.lists, *self._merge_pieces(pieces))))
        last = unstable.decode()[-1]
        # A pattern such as gpt2's may split white space when a letter follows it.
        if n > len(last.encode()) and _is_white_space(last):
            parts = [unstable[: -len(last.encode())], last.encode()]
            found[tuple(number for ids in self._merge_pieces(parts) for number in ids)] = None
        return found

    def _beginning_with(self, prefix: bytes) -> list[bytes]:
        tokens = self._lookup.in_order
        start = bisect_left(tokens, prefix)
        return tokens[start : bisect_right(tokens, prefix, start, key=lambda token: token[: len(prefix)])]

    def _continuations(self, unstable: bytes) -> dict[bytes, None]:
        """Return the unstable bytes with each token that may end them and go on, or raise `ValueError` if that is too much."""
        found: dict[bytes, None] = {}
        # Tokens that the pattern cannot split are merged here, which may take the square of their lengths.
        work = sum(len(token) ** 2 for token in self._beginning_with(unstable) if not _is_utf8(token))
        for start in range(max(1, len(unstable) - self._lookup.longest), len(unstable)):
            tokens = self._beginning_with(unstable[start:])
            work += len(unstable) - start + (start + _OVERHEAD) * len(tokens) + sum(map(len, tokens))
            if work > MOST_NBYTES:
                raise ValueError(
                    f"the last {len(unstable)} bytes of the text, {quoted(unstable)}, may go on in too many ways: to try them "
                    f"takes as much as to encode {work} bytes, and {MOST_NBYTES} are allowed. encode returns the ids alone"
                )
            found.update(dict.fromkeys(unstable[:start] + token for token in tokens))
        return found

    def _covering(self, ids: list[int], nbytes: int) -> _Ids:
        """Return the first tokens, as many as have so many bytes together."""
        tokens = self._lookup.tokens
        n, rest = len(ids), sum(map(len, map(tokens.__getitem__, ids))) - nbytes
        while n and (rest := rest - len(tokens[ids[n - 1]])) >= 0:
            n -= 1
        return tuple(ids[:n])

    # ---- Merging -----------------------------------------------------------------------------------------------------

    def _merge_pieces(self, pieces: list[bytes]) -> Iterator[list[int]]:
        """Give the ids of each piece by merges alone: a piece that is a token need not become it."""
        others = self._encode_pieces([piece for piece in pieces if piece not in self._lookup.ids])
        for piece in pieces:
            yield self._merge(piece) if piece in self._lookup.ids else next(others)

    def _encode_pieces(self, pieces: list[bytes]) -> Iterator[list[int]]:
        """Give the ids of each piece, as `encode` does."""
        ids = array("I")
        Encoder(self._model.vocabulary, None, ids).feed_split(pieces)
        numbers = iter(ids)
        for piece in pieces:
            nbytes, found = 0, []
            while nbytes < len(piece):
                found.append(next(numbers))
                nbytes += len(self._lookup.tokens[found[-1]])
            yield found

    def _merge(self, piece: bytes) -> list[int]:
        """Merge the pair that makes the token with the lowest id, the leftmost first, until none makes a token."""
        n = len(piece)
        ends = list(range(1, n + 1))  # of the part that begins at an index; 0 if none does
        starts = list(range(-1, n))  # of the part that ends at an index; -1 if none does
        pairs: list[tuple[int, int, int]] = []

        def offer(start: int) -> None:
            if start >= 0 and ends[start] < n:
                end = ends[ends[start]]
                if (number := self._lookup.ids.get(piece[start:end])) is not None:
                    heapq.heappush(pairs, (number, start, end))

        for start in range(n):
            offer(start)
        while pairs:
            _, start, end = heapq.heappop(pairs)
            middle = ends[start]
            if not 0 < middle < n or ends[middle] != end:
                continue  # one of the two has been merged since
            ends[start], ends[middle], starts[end] = end, 0, start
            offer(starts[start])
            offer(start)
        return list(self._ids_of_parts(piece, ends))

    def _ids_of_parts(self, piece: bytes, ends: list[int]) -> Iterable[int]:
        start = 0
        while start < len(piece):
            yield self._lookup.ids[piece[start : ends[start]]]
            start = ends[start]


def _is_utf8(token: bytes) -> bool:
    try:
        token.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_white_space(character: str) -> bool:
    """Whether a character has the Unicode property White_Space, unlike four separators that ``str.isspace`` includes."""
    return character.isspace() and not "\x1c" <= character <= "\x1f"
