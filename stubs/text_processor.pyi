import os
import re
from abc import ABCMeta
from array import array
from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn, Protocol, Self, TypedDict, overload

__all__ = [
    "UNICODE_VERSION",
    "AddedToken",
    "Buffer",
    "Chunk",
    "CpuFeatures",
    "DocumentInfo",
    "EmptyAnalyzerError",
    "IncrementalDecoder",
    "InvalidDocumentError",
    "InvalidSnapshotError",
    "InvalidTokenizerError",
    "MemoryStats",
    "MemoryUse",
    "PartError",
    "PieceCounts",
    "Pruned",
    "Readable",
    "Shard",
    "Shards",
    "Statistics",
    "TextAnalyzer",
    "TextProcessorError",
    "TokenView",
    "Tokenizer",
    "UnknownTokenError",
    "UntrainedTokenizerWarning",
    "Words",
    "__version__",
    "clear_caches",
    "cpu_features",
    "get_memory_stats",
    "hello",
    "read_shards",
    "set_memory_limit",
    "type_stub",
    "word_count",
]

__version__: str
UNICODE_VERSION: str

def hello(name: str) -> str: ...
def word_count(
    text: str | Buffer,
    *,
    words: str | re.Pattern[str] | Callable[[str], Iterable[str]] = "space",
    case: Literal["lower", "fold", "keep"] = "lower",
    normalize: Literal["NFC", "NFD", "NFKC", "NFKD"] | None = None,
    accents: Literal["keep", "strip"] = "keep",
    stop_words: Literal["english"] | Iterable[str] | None = None,
    min_length: int = 1,
    ngrams: int | tuple[int, int] = 1,
    encoding: str | None = None,
    errors: Literal["strict", "replace"] = "strict",
    threads: int | None = None,
) -> dict[str, int]: ...
def cpu_features() -> CpuFeatures: ...
def get_memory_stats() -> MemoryStats: ...
def clear_caches() -> None: ...
def set_memory_limit(bytes: int | None) -> None: ...
def type_stub() -> str: ...

class CpuFeatures(TypedDict):
    in_use: str
    available: list[str]

class MemoryUse(TypedDict):
    bytes: int
    allocations: int
    objects: int

class MemoryStats(TypedDict):
    current_bytes: int
    peak_bytes: int
    live_allocations: int
    limit_bytes: int | None
    kinds: dict[str, MemoryUse]

class Buffer(Protocol):
    def __buffer__(self, flags: int, /) -> memoryview: ...

class Readable(Protocol):
    def read(self, size: int, /) -> Any: ...

class DocumentInfo(TypedDict):
    text: str | None
    word_count: int
    total_documents: int

class Statistics(TypedDict):
    total_words: int
    document_count: int
    unique_words: int

class Pruned(NamedTuple):
    words: int
    occurrences: int

class TextAnalyzer:
    def __init__(
        self,
        *,
        lexicon: Mapping[str, float] | None = None,
        keep_documents: bool = True,
        words: str | re.Pattern[str] | Callable[[str], Iterable[str]] = "space",
        case: Literal["lower", "fold", "keep"] = "lower",
        normalize: Literal["NFC", "NFD", "NFKC", "NFKD"] | None = None,
        accents: Literal["keep", "strip"] = "keep",
        stop_words: Literal["english"] | Iterable[str] | None = None,
        min_length: int = 1,
        ngrams: int | tuple[int, int] = 1,
        threads: int | None = None,
        sentiment: Literal["vader"] | None = None,
    ) -> None: ...

    # Adding
    def add_document(self, text: str | Buffer) -> None: ...
    def add_documents(
        self,
        documents: Iterable[str | Buffer],
        *,
        blank: Literal["raise", "skip"] = "raise",
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> int: ...
    def add_buffer(
        self,
        data: Buffer,
        *,
        documents: Literal["lines", "whole"] = "lines",
        blank: Literal["skip", "raise"] = "skip",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> int: ...
    def add_file(
        self,
        path: str | bytes | os.PathLike[Any],
        *,
        documents: Literal["lines", "whole"] = "lines",
        blank: Literal["skip", "raise"] = "skip",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> int: ...
    def add_stream(
        self,
        stream: Readable,
        *,
        documents: Literal["lines", "whole"] = "lines",
        blank: Literal["skip", "raise"] = "skip",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> int: ...
    def merge(self, other: TextAnalyzer) -> None: ...
    def split(self, n: int, salt: int = 0) -> list[Self]: ...
    def add_arrow(
        self,
        column: object,
        *,
        blank: Literal["skip", "raise"] = "skip",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> int: ...
    def clear(self) -> None: ...
    def set_callback(self, callback: Callable[[DocumentInfo], object] | Callable[[dict[str, Any]], object]) -> None: ...
    def clear_callback(self) -> None: ...
    def prune(self, min_count: int) -> Pruned: ...
    @property
    def is_pruned(self) -> bool: ...

    # Asking
    def document_count(self) -> int: ...
    def total_words(self) -> int: ...
    def get_statistics(self) -> Statistics: ...
    def get_documents(self) -> list[str | bytes]: ...
    @property
    def words(self) -> Words: ...
    def word_frequency(self) -> dict[str, int]: ...
    def document_frequency(self) -> dict[str, int]: ...
    def most_common(self, n: int | None = None) -> list[tuple[str, int]]: ...
    def word_table(self) -> Any: ...  # a pyarrow.Table
    def word_batches(self, max_rows: int = 65_536) -> Iterator[Any]: ...  # of pyarrow.RecordBatch
    @classmethod
    def from_word_batches(cls, batches: Any, *, documents: int = 0, **options: Any) -> Self: ...
    def analyze_sentiment(self) -> float: ...
    def report(
        self,
        path: str | bytes | os.PathLike[Any],
        *,
        versus: TextAnalyzer | None = None,
        names: Sequence[str] | None = None,
        files: Iterable[str | bytes | os.PathLike[Any]] | None = None,
        versus_files: Iterable[str | bytes | os.PathLike[Any]] | None = None,
        documents: Literal["lines", "whole"] = "lines",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        title: str | None = None,
        ngram_bytes: int | None = 16_777_216,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    def __len__(self) -> int: ...

    # Copies
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: dict[int, Any]) -> Self: ...
    def __getstate__(self) -> tuple[Any, ...]: ...
    def __setstate__(self, state: tuple[Any, ...]) -> None: ...
    def save(self, path: str | bytes | os.PathLike[Any]) -> None: ...
    @classmethod
    def load(cls, path: str | bytes | os.PathLike[Any]) -> Self: ...
    def to_bytes(self) -> bytes: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...

class Words(Mapping[str, int]):
    def __init__(self, analyzer: Any) -> None: ...
    def __getitem__(self, word: str, /) -> int: ...
    def __contains__(self, word: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    def __reversed__(self) -> Iterator[str]: ...
    def __eq__(self, other: object) -> bool: ...
    def keys(self) -> KeysView[str]: ...
    def items(self) -> ItemsView[str, int]: ...
    def values(self) -> ValuesView[int]: ...
    def _repr_html_(self) -> str: ...
    def __reduce__(self) -> NoReturn: ...

class Tokenizer(metaclass=ABCMeta):
    def __init__(self, pattern: str = "gpt4", *, special_tokens: Iterable[str] | None = None) -> None: ...

    # Training
    def train(
        self,
        text: str | Buffer,
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        min_frequency: int = 0,
        max_token_length: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        threads: int | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> None: ...
    def train_from_iterator(
        self,
        iterator: Iterable[Any],
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        min_frequency: int = 0,
        max_token_length: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        threads: int | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> None: ...
    def train_from_counts(
        self,
        counts: PieceCounts | Mapping[Any, int],
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        min_frequency: int = 0,
        max_token_length: int | None = None,
        threads: int | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> None: ...
    def extend(
        self,
        text: str | Buffer | PieceCounts,
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        min_frequency: int = 0,
        max_token_length: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        threads: int | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> None: ...

    # Encoding
    def encode(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        max_tokens: int | None = None,
    ) -> list[int]: ...
    def encode_ordinary(self, text: str | Buffer) -> list[int]: ...
    def encode_array(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
    ) -> array[int]: ...
    @overload
    def encode_batch(
        self,
        texts: Iterable[str | Buffer],
        threads: int | None = None,
        *,
        output: Literal["lists"] = "lists",
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> list[list[int]]: ...
    @overload
    def encode_batch(
        self,
        texts: Iterable[str | Buffer],
        threads: int | None = None,
        *,
        output: Literal["flat"],
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> tuple[array[int], array[int]]: ...
    def encode_arrow(
        self,
        column: object,
        *,
        threads: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> Any: ...  # a pyarrow.Array
    def count(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
    ) -> int: ...
    def count_batch(
        self,
        texts: Iterable[str | Buffer],
        threads: int | None = None,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> list[int]: ...
    def count_arrow(
        self,
        column: object,
        *,
        threads: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> Any: ...  # a pyarrow.Array
    def exceeds(
        self,
        text: str | Buffer,
        n: int,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
    ) -> bool: ...
    @overload
    def truncate(
        self,
        text: str,
        max_tokens: int,
        side: Literal["right", "left"] = "right",
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> str: ...
    @overload
    def truncate(
        self,
        text: Buffer,
        max_tokens: int,
        side: Literal["right", "left"] = "right",
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> bytes: ...
    def chunks(
        self,
        text: str | Buffer,
        size: int,
        *,
        overlap: int = 0,
        boundaries: Sequence[Literal["paragraph", "line", "sentence", "word", "grapheme"]] = ("paragraph", "sentence", "word"),
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> list[Chunk]: ...
    def chunks_batch(
        self,
        texts: Iterable[str | Buffer],
        size: int,
        *,
        overlap: int = 0,
        boundaries: Sequence[Literal["paragraph", "line", "sentence", "word", "grapheme"]] = ("paragraph", "sentence", "word"),
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> list[list[Chunk]]: ...
    def chunks_arrow(
        self,
        column: object,
        size: int,
        *,
        overlap: int = 0,
        boundaries: Sequence[Literal["paragraph", "line", "sentence", "word", "grapheme"]] = ("paragraph", "sentence", "word"),
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> Any: ...  # a pyarrow.Array
    def encode_with_offsets(
        self,
        text: str | Buffer,
        *,
        unit: Literal["characters", "bytes"] = "characters",
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
    ) -> tuple[array[int], array[int], array[int]]: ...
    def tokenize(self, text: str | Buffer) -> list[str]: ...
    def show(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = "all",
        disallowed_special: Literal["all"] | Collection[str] = (),
    ) -> TokenView: ...
    def _repr_html_(self) -> str: ...
    def encode_file(
        self,
        path: str | bytes | os.PathLike[Any],
        out: str | bytes | os.PathLike[Any],
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> int: ...
    def encode_corpus(
        self,
        sources: object,
        out: str | os.PathLike[str],
        *,
        format: Literal["raw", "llmc", "megatron", "npy", "parquet"],
        bos: int | str | None = None,
        eos: int | str | None = None,
        shard_tokens: int | None = 100_000_000,
        dtype: Literal["auto", "uint16", "uint32"] = "auto",
        split: tuple[float, float] | None = None,
        shuffle_seed: int | None = None,
        column: str | None = None,
        documents: Literal["file", "line"] = "file",
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = (),
        threads: int | None = None,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> Shards: ...

    # Decoding
    def decode(self, ids: Iterable[int], errors: str = "replace", *, skip_special_tokens: bool = False) -> str: ...
    def decode_bytes(self, ids: Iterable[int], *, skip_special_tokens: bool = False) -> bytes: ...
    def decode_batch(
        self,
        batch: Iterable[Iterable[int]],
        errors: str = "replace",
        *,
        skip_special_tokens: bool = False,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> list[str]: ...
    def decode_tokens_bytes(self, ids: Iterable[int]) -> list[bytes]: ...
    def decode_with_offsets(self, ids: Iterable[int]) -> tuple[str, list[int]]: ...
    def decoder(self, errors: str = "replace", *, skip_special_tokens: bool = False) -> IncrementalDecoder: ...

    # Asking
    @property
    def pattern(self) -> str: ...
    @property
    def vocab_size(self) -> int: ...
    @property
    def special_tokens(self) -> dict[str, int]: ...
    @property
    def added_tokens(self) -> dict[str, AddedToken]: ...
    @property
    def merges(self) -> dict[tuple[int, int], int]: ...
    def mergeable_ranks(self) -> dict[bytes, int]: ...
    def token_bytes(self, id: int) -> bytes: ...
    def __eq__(self, other: object) -> bool: ...

    # Copies
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: dict[int, Any]) -> Self: ...
    def __getstate__(self) -> tuple[bytes, dict[str, Any]] | tuple[bytes, dict[str, Any], Literal["untrained"]]: ...
    def __setstate__(
        self, state: tuple[bytes, dict[str, Any]] | tuple[bytes, dict[str, Any], Literal["untrained"]]
    ) -> None: ...

    # Files
    def save(self, path: str | bytes | os.PathLike[Any]) -> None: ...
    @classmethod
    def load(
        cls,
        source: str | bytes | os.PathLike[Any] | Buffer,
        *,
        pattern: str | None = None,
        special_tokens: Mapping[str, int] | Iterable[str] | None = None,
    ) -> Self: ...
    @classmethod
    def from_mergeable_ranks(
        cls,
        ranks: Mapping[bytes, int],
        pattern: str,
        special_tokens: Mapping[str, int] | Iterable[str] | None = None,
        *,
        name: str | None = None,
    ) -> Self: ...
    @classmethod
    def from_tiktoken(
        cls,
        path: str | bytes | os.PathLike[Any],
        pattern: str,
        special_tokens: Mapping[str, int] | Iterable[str] | None = None,
        *,
        name: str | None = None,
    ) -> Self: ...
    def save_tiktoken(self, path: str | bytes | os.PathLike[Any]) -> None: ...
    def to_tiktoken(self, name: str | None = None) -> Any: ...  # a tiktoken.Encoding
    @classmethod
    def from_huggingface(cls, path: str | bytes | os.PathLike[Any]) -> Self: ...
    def save_huggingface(self, path: str | bytes | os.PathLike[Any]) -> None: ...
    def save_pretrained(
        self,
        folder: str | bytes | os.PathLike[Any],
        *,
        chat_template: str | None = None,
        bos_token: str | None = None,
        eos_token: str | None = None,
        pad_token: str | None = None,
        unk_token: str | None = None,
        sep_token: str | None = None,
        cls_token: str | None = None,
        mask_token: str | None = None,
    ) -> None: ...

    # Under the names of tiktoken, tokenizers and transformers
    @property
    def name(self) -> str | None: ...
    @property
    def n_vocab(self) -> int: ...
    @property
    def max_token_value(self) -> int: ...
    @property
    def special_tokens_set(self) -> set[str]: ...
    @property
    def eot_token(self) -> int: ...
    def is_special_token(self, id: int) -> bool: ...
    def encode_single_token(self, text_or_bytes: str | bytes) -> int: ...
    def decode_single_token_bytes(self, id: int) -> bytes: ...
    def decode_bytes_batch(self, batch: Iterable[Iterable[int]]) -> list[bytes]: ...
    def token_byte_values(self) -> list[bytes]: ...
    def encode_with_unstable(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> tuple[list[int], list[list[int]]]: ...
    def __len__(self) -> int: ...
    def get_vocab(self, with_added_tokens: bool = True) -> dict[str, int]: ...
    def token_to_id(self, token: str) -> int | None: ...
    def id_to_token(self, id: int) -> str | None: ...
    @classmethod
    def from_file(cls, path: str | bytes | os.PathLike[Any]) -> Self: ...
    @classmethod
    def from_str(cls, json: str) -> Self: ...
    @classmethod
    def from_buffer(cls, buffer: Buffer) -> Self: ...

class AddedToken(NamedTuple):
    id: int
    special: bool = True
    normalized: bool = False
    lstrip: bool = False
    rstrip: bool = False
    single_word: bool = False
    @property
    def is_exact(self) -> bool: ...

class Chunk(NamedTuple):
    start: int
    end: int
    n_tokens: int

class TokenView:
    @property
    def ids(self) -> list[int]: ...
    @property
    def tokens(self) -> list[bytes]: ...
    def __init__(self, ids: Sequence[int], tokens: Sequence[bytes], special: Iterable[int]) -> None: ...
    def __len__(self) -> int: ...
    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]: ...
    def print(self) -> None: ...
    def _repr_html_(self) -> str: ...

class IncrementalDecoder:
    def __init__(self, tokenizer: Tokenizer, errors: str = "replace", *, skip_special_tokens: bool = False) -> None: ...
    def decode(self, ids: int | Iterable[int], final: bool = False) -> str: ...
    def reset(self) -> None: ...

class PieceCounts:
    def __init__(
        self, pattern: str = "gpt4", *, special_tokens: Iterable[str] | None = None, threads: int | None = None
    ) -> None: ...
    @property
    def pattern(self) -> str: ...
    @property
    def special_tokens(self) -> tuple[str, ...]: ...

    # Adding
    def add(self, text: str | Buffer, *, progress: Callable[[int, int | None], object] | bool | None = None) -> None: ...
    def add_texts(
        self,
        texts: Iterable[str | Buffer],
        *,
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> None: ...
    def add_counts(
        self, counts: Mapping[Any, int], *, progress: Callable[[int, int | None], object] | bool | None = None
    ) -> None: ...
    def add_file(
        self,
        path: str | bytes | os.PathLike[Any],
        *,
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> None: ...
    def add_stream(
        self,
        stream: Readable,
        *,
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
        progress: Callable[[int, int | None], object] | bool | None = None,
    ) -> None: ...
    def add_arrow(self, column: object, *, progress: Callable[[int, int | None], object] | bool | None = None) -> None: ...

    # In parts
    def merge(self, other: PieceCounts) -> None: ...
    def split(self, n: int, salt: int = 0) -> list[Self]: ...

    # Asking
    def __len__(self) -> int: ...
    def total_pieces(self) -> int: ...
    def total_bytes(self) -> int: ...

    # Copies
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: dict[int, Any]) -> Self: ...
    def to_bytes(self) -> bytes: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    def __getstate__(self) -> tuple[bytes, dict[str, Any]]: ...
    def __setstate__(self, state: tuple[bytes, dict[str, Any]]) -> None: ...

class Shard(Sequence[Any]):
    name: str
    split: str
    tokens: int
    dtype: str
    @property
    def path(self) -> Path: ...
    @cached_property
    def ids(self) -> Any: ...  # a NumPy array
    @cached_property
    def offsets(self) -> Any: ...  # a NumPy array
    def check(self) -> None: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...

class Shards(Sequence[Shard]):
    manifest: dict[str, Any]
    skipped: int
    tokens: int
    documents: int
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> Shard: ...
    @overload
    def __getitem__(self, index: slice) -> list[Shard]: ...
    def __iter__(self) -> Iterator[Shard]: ...

def read_shards(path: str | os.PathLike[str], *, split: Literal["train", "val"] | None = None) -> Shards: ...

class TextProcessorError(Exception): ...

class InvalidDocumentError(TextProcessorError, ValueError):
    index: int | None
    offset: int | None
    position: int | None
    added: int
    def __init__(
        self,
        message: str,
        *,
        index: int | None = None,
        offset: int | None = None,
        position: int | None = None,
        added: int = 0,
    ) -> None: ...

class PartError(TextProcessorError, ValueError):
    part: str
    def __init__(self, message: str, part: str = "") -> None: ...

class EmptyAnalyzerError(TextProcessorError): ...

class InvalidSnapshotError(TextProcessorError, ValueError):
    offset: int | None
    def __init__(self, message: str, *, offset: int | None = None) -> None: ...

class InvalidTokenizerError(TextProcessorError, ValueError):
    offset: int | None
    def __init__(self, message: str, *, offset: int | None = None) -> None: ...

class UnknownTokenError(TextProcessorError, ValueError, KeyError):
    def __str__(self) -> str: ...

class UntrainedTokenizerWarning(UserWarning): ...
