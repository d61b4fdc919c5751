"""Bindings of the core's folder ``bpe``: splitting, training, vocabularies, encoding and decoding."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate, chain, compress
from operator import sub
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from text_processor._native import binding, caches
from text_processor._native.binding import ShortWay
from text_processor._native.callbacks import while_uninterrupted
from text_processor._native.handles import Handle
from text_processor._native.status import TOO_SMALL, check, new_error, new_uninitialized, numbers_of, read_array
from text_processor._native.text import Batch
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import Array, CBuffer, Pointer, Size, TpError, TpMerge, TpNamedPlace, TpPieces, Uint8


class Pieces(Handle):
    """A handle to a ``tp_pieces``: distinct pieces of text and their counts."""

    __slots__ = ()

    TYPE = "tp_pieces **"
    FREE_AT = lib.tp_pieces_free_at

    def __init__(self) -> None:
        super().__init__(lib.tp_pieces_new)

    def add(self, splitter: AnySplitter, text: bytes | memoryview, *, is_final: bool, threads: int = 1) -> int:
        """Count the pieces of UTF-8 text and return their number of bytes; the caller gives the rest with the next text."""
        used, error = ffi.new("size_t *"), new_error()
        with ffi.from_buffer("uint8_t[]", text) as data:
            status = lib.tp_pieces_add(self.pointer, splitter.pointer, data, len(data), is_final, threads, used, error)
        check(status, error)
        return int(used[0])

    def add_documents(self, splitter: AnySplitter, documents: Batch, *, threads: int = 1) -> None:
        """Count the pieces of the documents that end in a batch; each document is split separately."""
        error = new_error()
        with ffi.from_buffer("uint8_t[]", documents.text) as data:
            status = lib.tp_pieces_add_documents(
                self.pointer, splitter.pointer, data, len(data), documents.ends, documents.n_ends, threads, error
            )
        check(status, error)

    def add_split(self, pieces: Sequence[bytes]) -> None:
        """Count pieces that are already split."""
        ends = array("Q", accumulate(map(len, pieces)))
        text, error = b"".join(pieces), new_error()
        with ffi.from_buffer("uint64_t[]", ends) as c_ends:
            status = lib.tp_pieces_add_split(self.pointer, text, len(text), c_ends, len(ends), error)
        check(status, error)

    def merge(self, other: Pieces, times: int = 1) -> None:
        """Add the counts of others, which stay as they are, ``times`` times."""
        error = new_error()
        check(lib.tp_pieces_merge(self.pointer, other.pointer, times, error), error)

    def split(self, n: int, salt: int) -> list[Pieces]:
        """Return ``n`` sets with the pieces shared out among them."""
        parts, error = [Pieces() for _ in range(n)], new_error()
        pointers = ffi.new("tp_pieces *[]", [part.pointer for part in parts])
        check(lib.tp_pieces_split(self.pointer, salt, pointers, n, error), error)
        return parts

    def totals(self) -> PieceTotals:
        totals = ffi.new("tp_pieces_totals *")
        lib.tp_pieces_get_totals(self.pointer, totals)
        return PieceTotals(totals.pieces, totals.occurrences, totals.nbytes)

    def snapshot(self) -> memoryview:
        """Return a snapshot: versioned, checksummed, the same on every machine."""
        nbytes = ffi.new("size_t *")
        snapshot = read_array("uint8_t", nbytes, partial(lib.tp_pieces_write, self.pointer))
        return memoryview(ffi.buffer(snapshot, nbytes[0]))

    @classmethod
    def of_snapshot(cls, snapshot: memoryview, origin: int) -> Pieces:
        """Read an untrusted snapshot. In errors, ``origin`` is the place of its first byte in the input of the user."""

        def read(place: Pointer[Pointer[TpPieces]], error: TpError) -> int:
            with ffi.from_buffer("uint8_t[]", snapshot) as data:
                status = lib.tp_pieces_read(data, len(data), place, error)
            error.offset += origin
            return status

        return cls.made(read)


# The most parts of a set.
MOST_PARTS = 1 << 16


class PieceTotals(NamedTuple):
    """What is in a set of pieces, at one instant."""

    pieces: int
    occurrences: int
    nbytes: int


# What stands for no limit of the length of tokens.
NO_LIMIT = (1 << 8 * ffi.sizeof("size_t")) - 1


class Trainer(Handle):
    """A handle to a ``tp_trainer``, which makes merges one after the other from the current pieces."""

    __slots__ = ("_made",)

    TYPE = "tp_trainer **"
    FREE_AT = lib.tp_trainer_free_at

    def __init__(self, pieces: Pieces, tie_break: int) -> None:
        self._made = array("I")  # the merges that a failed call had made
        super().__init__(lib.tp_trainer_new, pieces.pointer, tie_break)

    def limit(self, least_count: int, most_nbytes: int | None) -> None:
        """Leave out pairs that occur less often, and those that would become a longer token."""
        lib.tp_trainer_set_limits(self.pointer, least_count, NO_LIMIT if most_nbytes is None else min(most_nbytes, NO_LIMIT))

    def replay(self, merges: array[int]) -> None:
        """Make merges that are given as `step` returns them; a failure leaves the trainer useless."""
        n_made, error = ffi.new("size_t *"), new_error()
        with _c_merges(merges) as c_merges:
            status = lib.tp_trainer_replay(self.pointer, c_merges, len(c_merges), n_made, error)
        check(status, error)

    def step(self, n: int) -> array[int]:
        """Make up to ``n`` more merges; return the left and the right token of each in turn. Fewer mean that there are no more.

        A call that fails loses nothing: the next call returns the merges that it had made.
        """
        room = max(n - len(self._made) // 2, 0)
        made, n_made, error = new_uninitialized("tp_merge[]", room), ffi.new("size_t *"), new_error()
        status = lib.tp_trainer_step(self.pointer, made, room, n_made, error)
        self._made.frombytes(ffi.buffer(made, n_made[0] * ffi.sizeof("tp_merge")))
        check(status, error)
        merges = self._made[: 2 * n]
        del self._made[: 2 * n]
        return merges


# The patterns with a splitter in C, by name; the number 0 means that there is none.
PATTERNS: dict[str, int] = {
    "gpt2": lib.TP_PATTERN_GPT2,
    "r50k": lib.TP_PATTERN_R50K,
    "gpt4": lib.TP_PATTERN_GPT4,
    "cl100k": lib.TP_PATTERN_CL100K,
    "cl100k_tiktoken": lib.TP_PATTERN_CL100K_TIKTOKEN,
    "nanochat": lib.TP_PATTERN_NANOCHAT,
    "o200k": lib.TP_PATTERN_O200K,
    "qwen2": lib.TP_PATTERN_QWEN2,
    "tekken": lib.TP_PATTERN_TEKKEN,
    "qwen35": lib.TP_PATTERN_QWEN35,
    "kimi": lib.TP_PATTERN_KIMI,
    "deepseek3": lib.TP_PATTERN_DEEPSEEK3,
}


def pattern_text(pattern: int) -> str:
    """Return the regular expression of a pattern of `PATTERNS`."""
    return ffi.string(lib.tp_pattern_text(pattern)).decode()


def find_pattern(text: str) -> int:
    """Return the pattern with exactly this text, or 0."""
    encoded = text.encode(errors="surrogatepass")
    return lib.tp_pattern_find(encoded, len(encoded))


# What becomes of the matches of a pattern and of the text between them, by Hugging Face's names.
BEHAVIORS: dict[str, int] = {
    "Isolated": lib.TP_SPLIT_ISOLATED,
    "Removed": lib.TP_SPLIT_REMOVED,
    "MergedWithPrevious": lib.TP_SPLIT_MERGED_WITH_PREVIOUS,
    "MergedWithNext": lib.TP_SPLIT_MERGED_WITH_NEXT,
    "Contiguous": lib.TP_SPLIT_CONTIGUOUS,
}

# The end of text that is no piece has this bit.
LEFT_OUT: int = lib.TP_LEFT_OUT

MOST_STEPS: int = lib.TP_MOST_SPLIT_STEPS


class NativeStep(NamedTuple):
    """A step of splitting, as the core takes it; see ``tp_split_step``."""

    pattern: int  # a pattern of `PATTERNS`, or 0 if there is a program
    program: array[int]  # 32-bit numbers
    behavior: int
    is_inverted: bool
    is_over_bytes: bool


class NativeSplitter(Handle):
    """A handle to a ``tp_splitter``, immutable."""

    __slots__ = ("address",)

    TYPE = "tp_splitter **"
    FREE_AT = lib.tp_splitter_free_at

    def __init__(self, steps: Sequence[NativeStep]) -> None:
        """Compile the programs; raise `InvalidArgumentError` or `TooLargeError` if that cannot be done."""
        c_steps = ffi.new("tp_split_step[]", len(steps))
        kept = []
        for c_step, step in zip(c_steps, steps, strict=True):
            kept.append(ffi.from_buffer("uint32_t[]", step.program))
            c_step.pattern, c_step.program, c_step.n_words = step.pattern, kept[-1], len(step.program)
            c_step.behavior, c_step.is_inverted, c_step.is_over_bytes = step.behavior, step.is_inverted, step.is_over_bytes
        super().__init__(lib.tp_splitter_new, c_steps, len(steps))
        self.address = int(ffi.cast("uintptr_t", self.place))


class NamedSplitter:
    """The core's own splitter of a pattern of `PATTERNS`, which is never freed."""

    __slots__ = ("_place", "address", "pattern", "pointer")

    def __init__(self, pattern: int) -> None:
        self.pattern = pattern
        self.pointer = lib.tp_splitter_of(pattern)
        self._place = ffi.new("const tp_splitter **", self.pointer)
        self.address = int(ffi.cast("uintptr_t", self._place))


AnySplitter = NativeSplitter | NamedSplitter

NAMED: dict[int, NamedSplitter] = {pattern: NamedSplitter(pattern) for pattern in PATTERNS.values()}


def split(splitter: AnySplitter | int, text: bytes | memoryview, *, is_final: bool = True) -> list[int]:
    """Return where the pieces of valid UTF-8 end; see ``tp_split``. Text that is no piece has an end with `LEFT_OUT`."""
    pointer = lib.tp_splitter_of(splitter) if isinstance(splitter, int) else splitter.pointer
    with ffi.from_buffer("uint8_t[]", text) as data:
        ends = new_uninitialized("uint64_t[]", len(data))
        return ffi.unpack(ends, lib.tp_split(pointer, data, len(data), is_final, ends, len(data)))


def find_cut(splitter: AnySplitter | int, text: bytes | memoryview, start: int) -> int:
    """Return the first place from `start` on where a piece ends for any surrounding text, or the length of the text."""
    pointer = lib.tp_splitter_of(splitter) if isinstance(splitter, int) else splitter.pointer
    with ffi.from_buffer("uint8_t[]", text) as data:
        return lib.tp_split_find_cut(pointer, data, len(data), start)


# The rules by which training chooses among equally frequent pairs.
TIE_BREAKS: dict[str, int] = {"rustbpe": lib.TP_TIE_RUSTBPE, "hf": lib.TP_TIE_HF}

_NO_ENDS = array("Q")

# Ids that one step returns: they stay in the second-level cache until they are copied to their place.
STEP_IDS = 1 << 16

# A longer text that is given as a whole is nearly all one piece. It gets room for all ids, so that it is not encoded twice.
LONG_PIECE_NBYTES = 1 << 20


class Tokens(NamedTuple):
    """The bytes of tokens one after the other, the end of each token (64-bit), and their ids (32-bit)."""

    text: bytes
    ends: array[int]
    ids: array[int]

    def each(self) -> Iterator[bytes]:
        """Give the bytes of each token."""
        start = 0
        for end in self.ends:
            yield self.text[start:end]
            start = end

    def single_bytes(self) -> set[int]:
        """Return the bytes that are tokens alone."""
        lengths = map(sub, self.ends, chain([0], self.ends))
        return {self.text[end - 1] for end in compress(self.ends, map((1).__eq__, lengths))}


def read_ranks(text: bytes | memoryview) -> Tokens:
    """Return the tokens of the lines of a file of tiktoken; raise `InvalidArgumentError` if a line is not as expected."""
    capacity = bytes(text).count(b"\n") + 1
    tokens, ends, ids = (
        new_uninitialized("uint8_t[]", len(text) // 4 * 3 + 3),
        array("Q", bytes(8 * capacity)),
        array("I", bytes(4 * capacity)),
    )
    n_tokens, error = ffi.new("size_t *"), new_error()
    with (
        ffi.from_buffer("uint8_t[]", text) as data,
        ffi.from_buffer("uint64_t[]", ends) as c_ends,
        ffi.from_buffer("uint32_t[]", ids) as c_ids,
    ):
        status = lib.tp_ranks_read(data, len(data), tokens, c_ends, c_ids, capacity, n_tokens, error)
    check(status, error)
    n = n_tokens[0]
    return Tokens(bytes(ffi.buffer(tokens, ends[n - 1] if n else 0)), ends[:n], ids[:n])


class OtherName(NamedTuple):
    """A token whose name has a character that stands for no byte: its index, and where the name stands in a text."""

    token: int
    start: int
    end: int


# A token and its id take so many bytes at least, and so does a merge.
LEAST_ENTRY_NBYTES = 5


def read_json_tokens(text: bytes | memoryview) -> tuple[Tokens, list[OtherName], int]:
    """Return the tokens of an object of a tokenizer.json with which a text begins, and where the object ends.

    Tokens of other characters than those that stand for bytes have no bytes. `InvalidArgumentError` if it is written in
    another way than usual.
    """
    capacity = len(text) // LEAST_ENTRY_NBYTES + 1
    room, c_ends = new_uninitialized("uint8_t[]", len(text)), new_uninitialized("uint64_t[]", capacity)
    c_ids, c_others = new_uninitialized("uint32_t[]", capacity), new_uninitialized("tp_other_name[]", capacity)
    n_tokens, n_others, used, error = ffi.new("size_t *"), ffi.new("size_t *"), ffi.new("size_t *"), new_error()
    with ffi.from_buffer("uint8_t[]", text) as data:
        status = lib.tp_json_read_tokens(
            data, len(data), room, c_ends, c_ids, c_others, capacity, n_tokens, n_others, used, error
        )
    check(status, error)
    n = n_tokens[0]
    ends, ids = array("Q"), array("I")
    ends.frombytes(ffi.buffer(c_ends, 8 * n))
    ids.frombytes(ffi.buffer(c_ids, 4 * n))
    others = [OtherName(each.token, each.start, each.end) for each in map(c_others.__getitem__, range(n_others[0]))]
    return Tokens(bytes(ffi.buffer(room, ends[n - 1])), ends, ids), others, used[0]


# Up to so many characters a text is encoded in one call that keeps the GIL: it needs no steps for Ctrl-C, and no growing cache.
SHORT_TEXT = 1 << 12

N_BYTES = 256

# The tables of pieces that a vocabulary keeps, one for each thread that encodes: up to 2 MB each, so 32 MB in all.
KEPT_TABLES = 16


class PieceCache(Handle):
    """A handle to a ``tp_piece_cache``: what a vocabulary has encoded recently. Any number of threads may use it."""

    __slots__ = ("__weakref__",)

    TYPE = "tp_piece_cache **"
    FREE_AT = lib.tp_piece_cache_free_at

    def __init__(self) -> None:
        super().__init__(lib.tp_piece_cache_new, KEPT_TABLES)
        caches.KEPT.add(self)

    def clear(self) -> None:
        lib.tp_piece_cache_clear(self.pointer)


# What the short ways of encoding do besides: the address of the names that become ids (0: of none), their ids, and the number
# of the normal form that a text must have (-1: any).
Way = tuple[int, bytes, int]

PLAIN_WAY: Way = (0, b"", -1)


class Vocabulary(Handle):
    """A handle to a ``tp_vocabulary``, immutable, and the cache of its pieces."""

    __slots__ = ("_address", "_cache_address", "cache", "n_ints")

    TYPE = "tp_vocabulary **"
    FREE_AT = lib.tp_vocabulary_free_at

    def __init__(self, make: Callable[..., int], *arguments: Any) -> None:
        super().__init__(make, *arguments)
        self.cache = PieceCache()
        self._address = int(ffi.cast("uintptr_t", self.place))
        found = ffi.new("tp_vocabulary_tokens *")
        lib.tp_vocabulary_get_tokens(self.pointer, found)
        # Ids below this have ints of their own: all of them, if they follow each other nearly without gaps.
        self.n_ints: int = min(found.ids[found.n_tokens - 1] + 1, 2 * found.n_tokens)
        self._cache_address = int(ffi.cast("uintptr_t", self.cache.place))

    @classmethod
    def of_merges(cls, merges: array[int]) -> Vocabulary:
        """Make a trained vocabulary from the two ids of each merge, one after the other."""
        with _c_merges(merges) as c_merges:
            return cls(lib.tp_vocabulary_from_merges, c_merges, len(c_merges))

    @classmethod
    def of_tokens(
        cls, tokens: Tokens, merges: array[int] | None = None, *, whole_pieces: bool = False, may_lack_bytes: bool = False
    ) -> Vocabulary:
        """Make a vocabulary with tiktoken's merge rule, or with Hugging Face's if merges are given."""
        with (
            ffi.from_buffer("uint64_t[]", tokens.ends) as c_ends,
            ffi.from_buffer("uint32_t[]", tokens.ids) as c_ids,
            _c_merges(merges or array("I")) as c_merges,
        ):
            given = (tokens.text, len(tokens.text), c_ends, c_ids, len(c_ids), may_lack_bytes)
            if merges is None:
                return cls(lib.tp_vocabulary_from_tokens, *given)
            rule = (c_merges, len(c_merges), whole_pieces)
            return cls(lib.tp_vocabulary_from_tokens_and_merges, *given, *rule)

    def tokens(self) -> Tokens:
        """Return all tokens, by ascending id."""
        found = ffi.new("tp_vocabulary_tokens *")
        lib.tp_vocabulary_get_tokens(self.pointer, found)
        ends, ids = array("Q"), array("I")
        ends.frombytes(ffi.buffer(found.ends, 8 * found.n_tokens))
        ids.frombytes(ffi.buffer(found.ids, 4 * found.n_tokens))
        return Tokens(bytes(ffi.buffer(found.tokens, found.tokens_nbytes)), ends, ids)

    def merges(self) -> array[int]:
        """Return the two ids of each merge, in order; raise `InvalidArgumentError` with the id if no merge makes a token."""
        return self._list(lib.tp_vocabulary_get_merges)

    def pairs(self) -> array[int]:
        """Return the two ids of each pair that merging ever joins, in order; a token that no pair makes has none."""
        return self._list(lib.tp_vocabulary_get_pairs)

    def _list(self, get: Callable[..., int]) -> array[int]:
        n_merges = ffi.new("size_t *")
        found = read_array("tp_merge", n_merges, partial(get, self.pointer))
        merges = array("I")
        merges.frombytes(ffi.buffer(found, n_merges[0] * ffi.sizeof("tp_merge")))
        return merges

    def short_way(
        self,
        splitter: AnySplitter | None,
        special: SpecialTokens | None,
        names: Names | None = None,
        first: int | None = None,
        *,
        is_ascii: bool = False,
    ) -> ShortWay:
        """Return what encodes short texts and decodes few ids. The caller keeps the arguments as long as it uses that.

        A text that has one of the names goes the long way; ``first`` is the byte with which all of these begin. So does one
        that is not ASCII if ``is_ascii``, and each text if there is no splitter.
        """
        engine = 0 if splitter is None else splitter.address
        places = (self._address, self._cache_address, engine, 0 if names is None else names.address)
        numbers = (0 if special is None else special.address, N_BYTES if first is None else first, SHORT_TEXT, is_ascii)
        return binding.short_way(array("Q", (*places, *numbers)).tobytes())

    def make_ints(self) -> None:
        """Make the ints for lists of ids now: a few milliseconds, which many short lists pay for as one long list does."""
        binding.ready_for(binding.LONG_LIST, self.n_ints)

    def read_json_merges(self, text: bytes | memoryview) -> tuple[array[int], int]:
        """Return the two ids of each merge of a list of a tokenizer.json, with which a text begins, and where the list ends.

        The vocabulary must have tiktoken's rule. `InvalidArgumentError` if the list is written in another way than usual, or
        if a merge takes or makes what is no token.
        """
        capacity = len(text) // LEAST_ENTRY_NBYTES + 1
        room, n_pairs, used = new_uninitialized("tp_merge[]", capacity), ffi.new("size_t *"), ffi.new("size_t *")
        error = new_error()
        with ffi.from_buffer("uint8_t[]", text) as data:
            status = lib.tp_json_read_merges(self.pointer, data, len(data), room, capacity, n_pairs, used, error)
        check(status, error)
        merges = array("I")
        merges.frombytes(ffi.buffer(room, n_pairs[0] * ffi.sizeof("tp_merge")))
        return merges, used[0]

    def find_tokens(self, texts: Sequence[bytes]) -> list[int | None]:
        """Return for each text the id of the token with its bytes, or None; the vocabulary must have tiktoken's rule."""
        text, ends, ids = b"".join(texts), array("Q", accumulate(map(len, texts))), array("I", bytes(4 * len(texts)))
        error = new_error()
        with ffi.from_buffer("uint64_t[]", ends) as c_ends, ffi.from_buffer("uint32_t[]", ids) as c_ids:
            status = lib.tp_vocabulary_find_tokens(self.pointer, text, len(text), c_ends, len(c_ends), c_ids, error)
        check(status, error)
        return [None if token == lib.TP_NO_ID else token for token in ids]

    # The short ways of binding.c, for exact str of few characters and short lists of ints. They return None where they do not
    # apply; only the long way has messages.

    def encode_short(self, splitter: AnySplitter, way: Way, text: str | bytes) -> list[int] | None:
        """Return the ids of a text."""
        ids: list[int] | None = binding.encode_short(
            self._address, self._cache_address, splitter.address, *way, text, binding.ready()
        )
        return ids

    def encode_short_bytes(self, splitter: AnySplitter, way: Way, text: str | bytes) -> bytes | None:
        """Return the ids of a text, with four bytes for each."""
        ids: bytes | None = binding.encode_short(self._address, self._cache_address, splitter.address, *way, text, None)
        return ids

    def count_short(self, splitter: AnySplitter, way: Way, text: str | bytes) -> int | None:
        """Return the number of ids of a text."""
        n_ids: int | None = binding.count_short(self._address, self._cache_address, splitter.address, *way, text)
        return n_ids

    def as_list(self, ids: array[int] | memoryview) -> list[int]:
        """Return ids as a list."""
        made: list[int] = binding.list_of_ids(ids, binding.ready_for(len(ids), self.n_ints))
        return made

    def as_lists(self, ids: array[int], ends: array[int] | memoryview[int]) -> list[list[int]]:
        """Return ids as a list for each end."""
        made: list[list[int]] = binding.lists_of_ids(ids, ends, binding.ready_for(len(ids), self.n_ints))
        return made

    def decode(
        self, ids: array[int] | memoryview, ends: array[int] | None = None, special: SpecialTokens | None = None
    ) -> memoryview:
        """Return the bytes of tokens one after the other, and store the end of each token in ``ends``.

        Raise `InvalidArgumentError`, with the index of the id, if neither a token nor a special token has an id.
        """
        c_special = ffi.NULL if special is None else special.pointer
        nbytes = ffi.new("size_t *")
        with ffi.from_buffer("uint32_t[]", ids) as c_ids, ffi.from_buffer("uint64_t[]", ends or _NO_ENDS) as found_ends:
            c_ends = ffi.NULL if ends is None else found_ends

            def get(room: Array[Uint8], capacity: int, nbytes: Pointer[Size], error: TpError) -> int:
                return lib.tp_vocabulary_decode(
                    self.pointer, c_special, c_ids, len(c_ids), room, capacity, nbytes, c_ends, error
                )

            found = read_array("uint8_t", nbytes, get)
        return memoryview(ffi.buffer(found, nbytes[0]))


class SpecialTokens:
    """Special tokens in the form that the core takes for decoding: their names in UTF-8, by ascending id."""

    __slots__ = ("_ends", "_ids", "_text", "address", "pointer")

    def __init__(self, names: Mapping[int, bytes]) -> None:
        ids = sorted(names)
        self._text, self._ids = b"".join(map(names.__getitem__, ids)), ffi.new("uint32_t[]", ids)
        self._ends = ffi.new("uint64_t[]", list(accumulate(len(names[token]) for token in ids)))
        self.pointer = ffi.new("tp_vocabulary_tokens *")
        self.pointer.tokens, self.pointer.tokens_nbytes = ffi.from_buffer("uint8_t[]", self._text), len(self._text)
        self.pointer.ends, self.pointer.ids, self.pointer.n_tokens = self._ends, self._ids, len(ids)
        self.address = int(ffi.cast("uintptr_t", self.pointer))


class Names(Handle):
    """A handle to a ``tp_names``, immutable: names to search for in texts."""

    __slots__ = ("address",)

    TYPE = "tp_names **"
    FREE_AT = lib.tp_names_free_at

    # The initial room for the places that are found.
    PLACES = 1 << 6

    def __init__(self, names: Sequence[bytes]) -> None:
        text, ends = b"".join(names), array("Q", accumulate(map(len, names)))
        with ffi.from_buffer("uint64_t[]", ends) as c_ends:
            super().__init__(lib.tp_names_new, text, len(text), c_ends, len(c_ends))
        self.address = int(ffi.cast("uintptr_t", self.place))

    def occur_in(self, text: bytes | memoryview | CBuffer) -> bool:
        """Whether a text contains any of the names."""
        with ffi.from_buffer("uint8_t[]", text) as data:
            return bool(lib.tp_names_occur(self.pointer, data, len(data)))

    def find(self, text: bytes | memoryview, *, is_final: bool) -> tuple[list[int], int]:
        """Return the start, the end and the number of each name found, and the number of certain bytes of the text."""
        found, n_certain = self.places(text, is_final=is_final)
        return found.tolist(), n_certain

    def places(self, text: bytes | memoryview, *, is_final: bool) -> tuple[memoryview[int], int]:
        """Return the same as numbers of 64 bits, in the form that `Encoder.feed_between` takes."""
        n_places, n_certain = ffi.new("size_t *"), ffi.new("size_t *")
        with ffi.from_buffer("uint8_t[]", text) as data:

            def get(room: Array[TpNamedPlace], capacity: int, n_places: Pointer[Size], error: TpError) -> int:
                return lib.tp_names_find(self.pointer, data, len(data), is_final, room, capacity, n_places, n_certain, error)

            places = read_array("tp_named_place", n_places, get, self.PLACES)
        found = memoryview(ffi.buffer(places, n_places[0] * ffi.sizeof("tp_named_place")))
        return found.cast("Q"), n_certain[0]


def _c_merges(merges: array[int]) -> Array[TpMerge]:
    return cast("Array[TpMerge]", ffi.from_buffer("tp_merge[]", merges))


class Encoder:
    """The state of one call that encodes text: a vocabulary and room for ids.

    The ids are appended to ``ids``, or only counted if that is None; ``n_ids`` is their number so far.
    """

    __slots__ = ("_capacity", "_n_ids", "_room", "_used", "_vocabulary", "ids", "n_ids", "splitter", "threads")

    def __init__(self, vocabulary: Vocabulary, splitter: AnySplitter | None, ids: array[int] | None, threads: int = 1) -> None:
        self.ids = ids
        self.n_ids = 0
        self.splitter = splitter
        self.threads = threads
        self._vocabulary = vocabulary
        self._n_ids, self._used = ffi.new("size_t *"), ffi.new("size_t *")
        self._capacity, self._room = 0, ffi.NULL

    def add(self, token: int) -> None:
        """Append the id of a special token."""
        self.n_ids += 1
        if self.ids is not None:
            self.ids.append(token)

    def extend(self, ids: bytes) -> None:
        """Append ids, four bytes for each."""
        self.n_ids += len(ids) // 4
        if self.ids is not None:
            self.ids.frombytes(ids)

    def feed(self, text: bytes | memoryview, is_final: bool) -> int:
        """Encode a text, or a part of one that continues; return how many bytes are done."""
        is_shared = self.threads > 1  # several threads need room for as many ids as there are bytes
        self._make_room(len(text) if is_shared or len(text) > LONG_PIECE_NBYTES else min(len(text), STEP_IDS))
        while True:
            status, error = self._encode_some(text, is_final)
            if status != TOO_SMALL:
                break
            self._make_room(self._n_ids[0])
        check(status, error)
        self._take()
        return self._used[0]

    def _encode_some(self, text: bytes | memoryview, is_final: bool) -> tuple[int, TpError]:
        """Encode as much of a text as there is room for: a short one by several threads, or one that Ctrl-C can stop."""
        error, splitter = new_error(), ffi.NULL if self.splitter is None else self.splitter.pointer
        way = (self._vocabulary.pointer, self._vocabulary.cache.pointer, splitter)
        room = (self._room, self._capacity, self._n_ids, self._used)
        by_threads: Callable[..., int] = lib.tp_vocabulary_encode
        with_ctrl_c: Callable[..., int] = lib.tp_vocabulary_encode_while
        with ffi.from_buffer("uint8_t[]", text) as data:
            if self.threads > 1 and len(data) <= self.threads * LONG_PIECE_NBYTES:
                return by_threads(*way, data, len(data), is_final, self.threads, *room, error), error
            encode = partial(with_ctrl_c, *way, data, len(data), is_final, *room)
            return while_uninterrupted(lambda go_on, user: encode(go_on, user, error)), error

    def feed_between(self, text: memoryview, first: int, places: memoryview[int], name_ids: array[int]) -> None:
        """Encode the text before each place, from the byte `first` on, and append the id of each name."""
        self._make_room(len(text))
        error = new_error()
        with (
            ffi.from_buffer("uint8_t[]", text) as data,
            cast("Array[TpNamedPlace]", ffi.from_buffer("tp_named_place[]", places)) as c_places,
            ffi.from_buffer("uint32_t[]", name_ids) as c_ids,
        ):
            status = lib.tp_vocabulary_encode_between(
                self._vocabulary.pointer,
                self._vocabulary.cache.pointer,
                ffi.NULL if self.splitter is None else self.splitter.pointer,
                data,
                len(data),
                first,
                c_places,
                len(c_places),
                c_ids,
                len(c_ids),
                self._room,
                self._capacity,
                self._n_ids,
                error,
            )
        check(status, error)
        self._take()

    def feed_split(self, pieces: Sequence[bytes]) -> None:
        """Encode pieces that are already split."""
        ends, text = array("Q", accumulate(map(len, pieces))), b"".join(pieces)
        self._make_room(len(text))  # no piece has more ids than bytes
        error = new_error()
        with ffi.from_buffer("uint64_t[]", ends) as c_ends:
            status = lib.tp_vocabulary_encode_split(
                self._vocabulary.pointer,
                self._vocabulary.cache.pointer,
                text,
                len(text),
                c_ends,
                len(c_ends),
                self._room,
                self._capacity,
                self._n_ids,
                self._used,
                error,
            )
        check(status, error)
        self._take()

    def feed_batch(self, batch: Batch) -> memoryview[int]:
        """Encode the documents of a batch separately; return where the ids of each document end among those of the batch."""
        error, id_ends = new_error(), new_uninitialized("uint64_t[]", batch.n_ends)
        with ffi.from_buffer("uint8_t[]", batch.text) as text:
            self._make_room(len(text))
            status = lib.tp_vocabulary_encode_batch(
                self._vocabulary.pointer,
                self._vocabulary.cache.pointer,
                ffi.NULL if self.splitter is None else self.splitter.pointer,
                text,
                len(text),
                batch.ends,
                batch.n_ends,
                self.threads,
                self._room,
                self._capacity,
                id_ends,
                self._n_ids,
                error,
            )
        check(status, error)
        self._take()
        return numbers_of(id_ends, batch.n_ends)

    def _make_room(self, n: int) -> None:
        if self.ids is not None and n > self._capacity:
            self._capacity, self._room = n, new_uninitialized("uint32_t[]", n)

    def _take(self) -> None:
        n = self._n_ids[0]
        self.n_ids += n
        if self.ids is not None and n:
            self.ids.frombytes(ffi.buffer(self._room, 4 * n))


# ---- Ids for files -----------------------------------------------------------------------------------------------------


class Packing(NamedTuple):
    """How ids stand in a file; see ``tp_packing``."""

    id_nbytes: int
    first: int | None
    last: int | None


class Packed(NamedTuple):
    """Documents as they stand in a file."""

    n_read: int
    ids: memoryview
    ends: memoryview[int]


def pack(
    packing: Packing,
    ids: array[int],
    ends: array[int] | memoryview[int],
    parts: bytes | bytearray,
    *,
    part: int,
    n_read: int,
    enough: int,
) -> Packed:
    """Return the ids of the documents of a part, from document ``n_read`` on; stop with the one that makes it enough."""
    n_documents, n_marks = len(ends) - n_read, (packing.first is not None) + (packing.last is not None)
    start = ends[n_read - 1] if n_read else 0
    nbytes = packing.id_nbytes * (len(ids) - start + n_marks * n_documents)
    room, c_packed_ends = new_uninitialized("uint8_t[]", nbytes), new_uninitialized("uint64_t[]", n_documents)
    how, packed, error = ffi.new("tp_packing *"), ffi.new("tp_packed *"), new_error()
    how.id_nbytes, how.part, how.enough = packing.id_nbytes, part, enough
    how.has_first, how.first = packing.first is not None, packing.first or 0
    how.has_last, how.last = packing.last is not None, packing.last or 0
    packed.n_read = n_read
    with (
        ffi.from_buffer("uint32_t[]", ids) as c_ids,
        ffi.from_buffer("uint64_t[]", ends) as c_ends,
        ffi.from_buffer("uint8_t[]", parts) as c_parts,
    ):
        status = lib.tp_ids_pack(how, c_ids, len(c_ids), c_ends, len(ends), c_parts, room, nbytes, c_packed_ends, packed, error)
    check(status, error)
    stored = memoryview(ffi.buffer(room, packed.n_ids * packing.id_nbytes))
    return Packed(packed.n_read, stored, numbers_of(c_packed_ends, packed.n_documents))
