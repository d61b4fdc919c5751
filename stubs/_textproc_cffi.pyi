# What cffi makes of csrc/textproc.h. Only `ffi` and `lib` exist at run time; the classes name what C's values are in Python.

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Final, Generic, Literal, ParamSpec, Protocol, Self, TypeVar, overload, type_check_only

from typing_extensions import Buffer

_P = ParamSpec("_P")
_R_co = TypeVar("_R_co", covariant=True)
_Item_co = TypeVar("_Item_co", covariant=True)
_AnyCData = TypeVar("_AnyCData", bound=CData)

# A value of C's that is neither a number nor a byte. Any pointer is a `void *`.
@type_check_only
class CData:
    def __bool__(self) -> bool: ...

# A number that is pointed to is an int or a float in Python, but of a type of its own: `uint64_t *` is no `size_t *`.
@type_check_only
class Pointer(CData, Generic[_Item_co]):
    def __getitem__(self, index: int, /) -> _Item_co: ...
    def __setitem__(self, index: int, value: Any, /) -> None: ...
    def __add__(self, n: int, /) -> Pointer[_Item_co]: ...

@type_check_only
class Array(Pointer[_Item_co]):
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[_Item_co]: ...
    def __enter__(self) -> Self: ...  # of what from_buffer gives: lets go of the buffer at the end
    def __exit__(self, *_: object) -> None: ...

@type_check_only
class FunctionPointer(CData, Generic[_P, _R_co]):
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co: ...

@type_check_only
class CBuffer:
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __len__(self) -> int: ...

@type_check_only
class FFI:
    NULL: Any  # it converts to every type of pointer
    new: New
    from_buffer: FromBuffer

    def new_allocator(self, alloc: None = None, free: None = None, should_clear_after_alloc: bool = True) -> New: ...
    def buffer(self, cdata: CData, size: int = -1) -> CBuffer: ...
    def string(self, cdata: Pointer[bytes], maxlen: int = -1) -> bytes: ...
    @overload
    def unpack(self, cdata: Pointer[bytes], length: int) -> bytes: ...
    @overload
    def unpack(self, cdata: Pointer[int], length: int) -> list[int]: ...
    def memmove(self, dest: CData | Buffer, src: CData | Buffer, n: int) -> None: ...
    def sizeof(self, cdecl: str | CData, /) -> int: ...
    @overload
    def cast(self, cdecl: Literal["uint8_t *"], source: int) -> Pointer[Uint8]: ...
    @overload
    def cast(self, cdecl: Literal["double *"], source: CData) -> Pointer[Double]: ...
    @overload
    def cast(self, cdecl: Literal["int64_t *"], source: CData) -> Pointer[Int64]: ...
    @overload
    def cast(self, cdecl: Literal["uintptr_t"], source: CData) -> int: ...
    @overload
    def cast(self, cdecl: str, source: CData) -> Any: ...
    @overload
    def addressof(self, cdata: TpStats, field: Literal["float_sum"], /) -> TpFloatSum: ...
    @overload
    def addressof(self, cdata: Lib, function: Literal["tp_go_on_unless"], /) -> FunctionPointer[[CData], int]: ...
    def gc(self, cdata: _AnyCData, destructor: Callable[[_AnyCData], object], size: int = 0) -> _AnyCData: ...
    def release(self, cdata: CData, /) -> None: ...
    def new_handle(self, x: object, /) -> CData: ...
    def from_handle(self, x: CData, /) -> Any: ...
    def def_extern(
        self,
        name: str = ...,
        error: int = ...,
        onerror: Callable[[type[BaseException] | None, BaseException | None, TracebackType | None], object] = ...,
    ) -> Callable[[_Trampoline], _Trampoline]: ...

ffi: FFI
lib: Lib

# ---- Made from csrc/textproc.h by tools/check_stubs.py --write

@type_check_only
class Char(bytes): ...

@type_check_only
class Double(float): ...

@type_check_only
class Int32(int): ...

@type_check_only
class Int64(int): ...

@type_check_only
class Size(int): ...

@type_check_only
class Uint32(int): ...

@type_check_only
class Uint64(int): ...

@type_check_only
class Uint8(int): ...

@type_check_only
class TpError(Pointer[TpError]):
    status: int
    offset: int
    message: Pointer[Char]

@type_check_only
class TpMemoryUse(Pointer[TpMemoryUse]):
    bytes: int
    allocations: int
    objects: int

@type_check_only
class TpMemoryStats(Pointer[TpMemoryStats]):
    current_bytes: int
    peak_bytes: int
    live_allocations: int
    limit_bytes: int
    kinds: Array[TpMemoryUse]

@type_check_only
class TpMemoryRefusal(Pointer[TpMemoryRefusal]):
    asked_bytes: int
    held_bytes: int
    limit_bytes: int

@type_check_only
class TpRange(Pointer[TpRange]):
    first: int
    last: int

@type_check_only
class TpSegmentsPlace(Pointer[TpSegmentsPlace]):
    nbytes: int
    n_characters: int

@type_check_only
class TpLines(Pointer[TpLines]):
    nbytes: int
    n_ended: int
    n_blank: int
    first_blank: int
    open_start: int
    open_has_text: bool

@type_check_only
class TpArrowBuffer(Pointer[TpArrowBuffer]):
    bytes: Pointer[Uint8]
    nbytes: int

@type_check_only
class TpArrowArray(Pointer[TpArrowArray]):
    layout: int
    validity: TpArrowBuffer
    slots: TpArrowBuffer
    data: Pointer[TpArrowBuffer]
    n_data: int
    offset: int
    length: int

@type_check_only
class TpArrowBatch(Pointer[TpArrowBatch]):
    text: Pointer[Uint8]
    text_capacity: int
    ends: Pointer[Uint64]
    ends_capacity: int
    next: int
    stop: int
    stops_at_blank: bool
    has_value: Pointer[Uint8]
    text_nbytes: int
    n_ends: int
    read_nbytes: int
    long_text: Pointer[Uint8]
    long_nbytes: int
    is_at_blank: bool

@type_check_only
class TpJsonField(Pointer[TpJsonField]):
    names: Pointer[Uint8]
    names_nbytes: int
    name_ends: Pointer[Uint64]
    n_names: int

@type_check_only
class TpJsonRows(Pointer[TpJsonRows]):
    text: Pointer[Uint8]
    text_capacity: int
    ends: Pointer[Uint64]
    has_value: Pointer[Uint8]
    capacity: int
    enough: int
    separates: bool
    text_nbytes: int
    n_rows: int
    n_values: int
    n_lines: int
    is_at_other: bool

@type_check_only
class TpCorpus: ...

@type_check_only
class TpWordsOptions(Pointer[TpWordsOptions]):
    rule: int
    members: Pointer[TpRange]
    n_members: int
    letters: Pointer[TpRange]
    n_letters: int
    starts_at_boundary: bool
    ends_at_boundary: bool
    normalizes: bool
    form: int
    letter_case: int
    strips_accents: bool
    unicode_version: int
    min_length: int
    least_ngram: int
    most_ngram: int
    stop_words: Pointer[Uint8]
    stop_words_nbytes: int
    stop_word_ends: Pointer[Uint64]
    n_stop_words: int

@type_check_only
class TpWords: ...

@type_check_only
class TpBatch(Pointer[TpBatch]):
    corpus: Pointer[TpCorpus]
    text: Pointer[Uint8]
    text_nbytes: int
    ends: Pointer[Uint64]
    n_ends: int
    words: Pointer[TpWords]
    unicode_version: int

@type_check_only
class TpRows(Pointer[TpRows]):
    text: Pointer[Uint8]
    text_nbytes: int
    offsets: Pointer[Uint64]
    counts: Pointer[Uint64]
    document_frequencies: Pointer[Uint64]
    n: int

@type_check_only
class TpTotals(Pointer[TpTotals]):
    documents: int
    words: int
    terms: int
    position: int
    kept_words: int

@type_check_only
class TpVectorsOptions(Pointer[TpVectorsOptions]):
    terms: int
    words: Pointer[TpWords]
    least: int
    most: int
    letter_case: int
    accents: int
    unicode_version: int
    n_columns: int
    alternates_sign: bool

@type_check_only
class TpVectors: ...

@type_check_only
class TpDocument(Pointer[TpDocument]):
    text: Pointer[Uint8]
    nbytes: int

@type_check_only
class TpVectorsSizes(Pointer[TpVectorsSizes]):
    n_rows: int
    n_entries: int
    n_terms: int
    terms_nbytes: int

@type_check_only
class TpRowsForm(Pointer[TpRowsForm]):
    numbers: Pointer[Uint32]
    renumbered: Pointer[Int32]
    weights: Pointer[Double]
    values: int
    norm: int
    n_threads: int

@type_check_only
class TpFrequenciesJob(Pointer[TpFrequenciesJob]):
    vectors: Pointer[TpVectors]
    frequencies: Pointer[Int64]

@type_check_only
class TpLexicon: ...

@type_check_only
class TpLexiconEntries(Pointer[TpLexiconEntries]):
    words: Pointer[Uint8]
    words_nbytes: int
    ends: Pointer[Uint64]
    weights: Pointer[Double]
    n_words: int

@type_check_only
class TpVaderRules(Pointer[TpVaderRules]):
    dialect: int
    summing: int
    unicode_version: int
    words: Pointer[Uint8]
    words_nbytes: int
    word_ends: Pointer[Uint64]
    word_values: Pointer[Double]
    word_boosts: Pointer[Double]
    word_roles: Pointer[Uint32]
    n_words: int
    phrase_words: Pointer[Uint32]
    n_phrase_words: int
    phrase_ends: Pointer[Uint64]
    phrase_values: Pointer[Double]
    phrase_boosts: Pointer[Double]
    phrase_unit_values: Pointer[Double]
    phrase_kinds: Pointer[Uint32]
    n_phrases: int
    emojis: Pointer[Uint32]
    descriptions: Pointer[Uint8]
    descriptions_nbytes: int
    description_ends: Pointer[Uint64]
    n_emojis: int

@type_check_only
class TpVader: ...

@type_check_only
class TpVaderScores(Pointer[TpVaderScores]):
    neg: float
    neu: float
    pos: float
    compound: float

@type_check_only
class TpVaderStep(Pointer[TpVaderStep]):
    word: int
    cause: int
    before: float
    after: float
    reason: int

@type_check_only
class TpVaderExplanation(Pointer[TpVaderExplanation]):
    scores: TpVaderScores
    sum: float
    punctuation: float
    expanded: Pointer[Uint8]
    expanded_nbytes: int
    starts: Pointer[Uint64]
    word_ends: Pointer[Uint64]
    n_words: int
    steps: Pointer[TpVaderStep]
    n_steps: int

@type_check_only
class TpVaderAccount: ...

@type_check_only
class TpSplitStep(Pointer[TpSplitStep]):
    pattern: int
    program: Pointer[Uint32]
    n_words: int
    behavior: int
    is_inverted: bool
    is_over_bytes: bool

@type_check_only
class TpSplitter: ...

@type_check_only
class TpPieces: ...

@type_check_only
class TpPiecesTotals(Pointer[TpPiecesTotals]):
    pieces: int
    occurrences: int
    nbytes: int

@type_check_only
class TpMerge(Pointer[TpMerge]):
    left: int
    right: int

@type_check_only
class TpTrainer: ...

@type_check_only
class TpVocabulary: ...

@type_check_only
class TpOtherName(Pointer[TpOtherName]):
    token: int
    start: int
    end: int

@type_check_only
class TpVocabularyTokens(Pointer[TpVocabularyTokens]):
    tokens: Pointer[Uint8]
    tokens_nbytes: int
    ends: Pointer[Uint64]
    ids: Pointer[Uint32]
    n_tokens: int

@type_check_only
class TpPieceCache: ...

@type_check_only
class TpNames: ...

@type_check_only
class TpNamedPlace(Pointer[TpNamedPlace]):
    start: int
    end: int
    name: int

@type_check_only
class TpPacking(Pointer[TpPacking]):
    id_nbytes: int
    has_first: bool
    has_last: bool
    first: int
    last: int
    part: int
    enough: int

@type_check_only
class TpPacked(Pointer[TpPacked]):
    n_read: int
    n_documents: int
    n_ids: int

@type_check_only
class TpChunking(Pointer[TpChunking]):
    size: int
    overlap: int
    boundaries: Pointer[int]
    n_boundaries: int
    in_characters: bool

@type_check_only
class TpChunk(Pointer[TpChunk]):
    text: int
    start: int
    end: int
    n_ids: int

@type_check_only
class TpChunksPlace(Pointer[TpChunksPlace]):
    text: int
    start: int
    end: int
    n_characters: int
    known: Array[Uint64]

@type_check_only
class TpIntSum(Pointer[TpIntSum]):
    high: int
    low: int

@type_check_only
class TpFloatSum(Pointer[TpFloatSum]):
    digits: Array[Int64]
    n_uncarried: int
    bound: float
    specials: int

@type_check_only
class TpStats(Pointer[TpStats]):
    n: int
    int_sum: TpIntSum
    float_sum: TpFloatSum
    mean_high: float
    mean_low: float
    squares_high: float
    squares_low: float
    least: float
    greatest: float
    int_least: int
    int_greatest: int

@type_check_only
class TpMatrix(Pointer[TpMatrix]):
    items: Pointer[Double]
    n_rows: int
    n_columns: int
    row_stride: int
    column_stride: int

@type_check_only
class TpProduct: ...

@type_check_only
class TpSieve: ...

@type_check_only
class TpWindow: ...

@type_check_only
class TpWindowState(Pointer[TpWindowState]):
    capacity: int
    count: int
    latest: float
    average: float
    version: int

@type_check_only
class New(Protocol):
    @overload
    def __call__(self, cdecl: Literal["char *"], init: bytes = ...) -> Pointer[Char]: ...
    @overload
    def __call__(self, cdecl: Literal["char[]", "char[1]"], init: int | list[bytes] = ...) -> Array[Char]: ...
    @overload
    def __call__(self, cdecl: Literal["const uint32_t **"], init: Pointer[Uint32] = ...) -> Pointer[Pointer[Uint32]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["const uint32_t *[]", "const uint32_t *[1]"], init: int | list[Pointer[Uint32]] = ...
    ) -> Array[Pointer[Uint32]]: ...
    @overload
    def __call__(self, cdecl: Literal["double *"], init: float = ...) -> Pointer[Double]: ...
    @overload
    def __call__(self, cdecl: Literal["double[]", "double[1]"], init: int | list[float] = ...) -> Array[Double]: ...
    @overload
    def __call__(self, cdecl: Literal["int32_t *"], init: int = ...) -> Pointer[Int32]: ...
    @overload
    def __call__(self, cdecl: Literal["int32_t[]", "int32_t[1]"], init: int | list[int] = ...) -> Array[Int32]: ...
    @overload
    def __call__(self, cdecl: Literal["int64_t *"], init: int = ...) -> Pointer[Int64]: ...
    @overload
    def __call__(self, cdecl: Literal["int64_t[]", "int64_t[1]"], init: int | list[int] = ...) -> Array[Int64]: ...
    @overload
    def __call__(self, cdecl: Literal["size_t *"], init: int = ...) -> Pointer[Size]: ...
    @overload
    def __call__(self, cdecl: Literal["size_t[]", "size_t[1]"], init: int | list[int] = ...) -> Array[Size]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_arrow_array *"], init: dict[str, Any] = ...) -> TpArrowArray: ...
    @overload
    def __call__(self, cdecl: Literal["tp_arrow_array[]", "tp_arrow_array[1]"], init: int = ...) -> Array[TpArrowArray]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_arrow_batch *"], init: dict[str, Any] = ...) -> TpArrowBatch: ...
    @overload
    def __call__(self, cdecl: Literal["tp_arrow_batch[]", "tp_arrow_batch[1]"], init: int = ...) -> Array[TpArrowBatch]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_arrow_buffer *"], init: dict[str, Any] = ...) -> TpArrowBuffer: ...
    @overload
    def __call__(self, cdecl: Literal["tp_arrow_buffer[]", "tp_arrow_buffer[1]"], init: int = ...) -> Array[TpArrowBuffer]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_batch *"], init: dict[str, Any] = ...) -> TpBatch: ...
    @overload
    def __call__(self, cdecl: Literal["tp_batch[]", "tp_batch[1]"], init: int = ...) -> Array[TpBatch]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_chunk *"], init: dict[str, Any] = ...) -> TpChunk: ...
    @overload
    def __call__(self, cdecl: Literal["tp_chunk[]", "tp_chunk[1]"], init: int = ...) -> Array[TpChunk]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_chunking *"], init: dict[str, Any] = ...) -> TpChunking: ...
    @overload
    def __call__(self, cdecl: Literal["tp_chunking[]", "tp_chunking[1]"], init: int = ...) -> Array[TpChunking]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_chunks_place *"], init: dict[str, Any] = ...) -> TpChunksPlace: ...
    @overload
    def __call__(self, cdecl: Literal["tp_chunks_place[]", "tp_chunks_place[1]"], init: int = ...) -> Array[TpChunksPlace]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_corpus **"], init: Pointer[TpCorpus] = ...) -> Pointer[Pointer[TpCorpus]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_corpus *[]", "tp_corpus *[1]"], init: int | list[Pointer[TpCorpus]] = ...
    ) -> Array[Pointer[TpCorpus]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_document *"], init: dict[str, Any] = ...) -> TpDocument: ...
    @overload
    def __call__(self, cdecl: Literal["tp_document[]", "tp_document[1]"], init: int = ...) -> Array[TpDocument]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_error *"], init: dict[str, Any] = ...) -> TpError: ...
    @overload
    def __call__(self, cdecl: Literal["tp_error[]", "tp_error[1]"], init: int = ...) -> Array[TpError]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_float_sum *"], init: dict[str, Any] = ...) -> TpFloatSum: ...
    @overload
    def __call__(self, cdecl: Literal["tp_float_sum[]", "tp_float_sum[1]"], init: int = ...) -> Array[TpFloatSum]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_frequencies_job *"], init: dict[str, Any] = ...) -> TpFrequenciesJob: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_frequencies_job[]", "tp_frequencies_job[1]"], init: int = ...
    ) -> Array[TpFrequenciesJob]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_int_sum *"], init: dict[str, Any] = ...) -> TpIntSum: ...
    @overload
    def __call__(self, cdecl: Literal["tp_int_sum[]", "tp_int_sum[1]"], init: int = ...) -> Array[TpIntSum]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_json_field *"], init: dict[str, Any] = ...) -> TpJsonField: ...
    @overload
    def __call__(self, cdecl: Literal["tp_json_field[]", "tp_json_field[1]"], init: int = ...) -> Array[TpJsonField]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_json_rows *"], init: dict[str, Any] = ...) -> TpJsonRows: ...
    @overload
    def __call__(self, cdecl: Literal["tp_json_rows[]", "tp_json_rows[1]"], init: int = ...) -> Array[TpJsonRows]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_lexicon **"], init: Pointer[TpLexicon] = ...) -> Pointer[Pointer[TpLexicon]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_lexicon *[]", "tp_lexicon *[1]"], init: int | list[Pointer[TpLexicon]] = ...
    ) -> Array[Pointer[TpLexicon]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_lexicon_entries *"], init: dict[str, Any] = ...) -> TpLexiconEntries: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_lexicon_entries[]", "tp_lexicon_entries[1]"], init: int = ...
    ) -> Array[TpLexiconEntries]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_lines *"], init: dict[str, Any] = ...) -> TpLines: ...
    @overload
    def __call__(self, cdecl: Literal["tp_lines[]", "tp_lines[1]"], init: int = ...) -> Array[TpLines]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_matrix *"], init: dict[str, Any] = ...) -> TpMatrix: ...
    @overload
    def __call__(self, cdecl: Literal["tp_matrix[]", "tp_matrix[1]"], init: int = ...) -> Array[TpMatrix]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_memory_refusal *"], init: dict[str, Any] = ...) -> TpMemoryRefusal: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_memory_refusal[]", "tp_memory_refusal[1]"], init: int = ...
    ) -> Array[TpMemoryRefusal]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_memory_stats *"], init: dict[str, Any] = ...) -> TpMemoryStats: ...
    @overload
    def __call__(self, cdecl: Literal["tp_memory_stats[]", "tp_memory_stats[1]"], init: int = ...) -> Array[TpMemoryStats]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_memory_use *"], init: dict[str, Any] = ...) -> TpMemoryUse: ...
    @overload
    def __call__(self, cdecl: Literal["tp_memory_use[]", "tp_memory_use[1]"], init: int = ...) -> Array[TpMemoryUse]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_merge *"], init: dict[str, Any] = ...) -> TpMerge: ...
    @overload
    def __call__(self, cdecl: Literal["tp_merge[]", "tp_merge[1]"], init: int = ...) -> Array[TpMerge]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_named_place *"], init: dict[str, Any] = ...) -> TpNamedPlace: ...
    @overload
    def __call__(self, cdecl: Literal["tp_named_place[]", "tp_named_place[1]"], init: int = ...) -> Array[TpNamedPlace]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_names **"], init: Pointer[TpNames] = ...) -> Pointer[Pointer[TpNames]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_names *[]", "tp_names *[1]"], init: int | list[Pointer[TpNames]] = ...
    ) -> Array[Pointer[TpNames]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_other_name *"], init: dict[str, Any] = ...) -> TpOtherName: ...
    @overload
    def __call__(self, cdecl: Literal["tp_other_name[]", "tp_other_name[1]"], init: int = ...) -> Array[TpOtherName]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_packed *"], init: dict[str, Any] = ...) -> TpPacked: ...
    @overload
    def __call__(self, cdecl: Literal["tp_packed[]", "tp_packed[1]"], init: int = ...) -> Array[TpPacked]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_packing *"], init: dict[str, Any] = ...) -> TpPacking: ...
    @overload
    def __call__(self, cdecl: Literal["tp_packing[]", "tp_packing[1]"], init: int = ...) -> Array[TpPacking]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_piece_cache **"], init: Pointer[TpPieceCache] = ...
    ) -> Pointer[Pointer[TpPieceCache]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_piece_cache *[]", "tp_piece_cache *[1]"], init: int | list[Pointer[TpPieceCache]] = ...
    ) -> Array[Pointer[TpPieceCache]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_pieces **"], init: Pointer[TpPieces] = ...) -> Pointer[Pointer[TpPieces]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_pieces *[]", "tp_pieces *[1]"], init: int | list[Pointer[TpPieces]] = ...
    ) -> Array[Pointer[TpPieces]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_pieces_totals *"], init: dict[str, Any] = ...) -> TpPiecesTotals: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_pieces_totals[]", "tp_pieces_totals[1]"], init: int = ...
    ) -> Array[TpPiecesTotals]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_product **"], init: Pointer[TpProduct] = ...) -> Pointer[Pointer[TpProduct]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_product *[]", "tp_product *[1]"], init: int | list[Pointer[TpProduct]] = ...
    ) -> Array[Pointer[TpProduct]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_range *"], init: dict[str, Any] = ...) -> TpRange: ...
    @overload
    def __call__(self, cdecl: Literal["tp_range[]", "tp_range[1]"], init: int = ...) -> Array[TpRange]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_rows *"], init: dict[str, Any] = ...) -> TpRows: ...
    @overload
    def __call__(self, cdecl: Literal["tp_rows[]", "tp_rows[1]"], init: int = ...) -> Array[TpRows]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_rows_form *"], init: dict[str, Any] = ...) -> TpRowsForm: ...
    @overload
    def __call__(self, cdecl: Literal["tp_rows_form[]", "tp_rows_form[1]"], init: int = ...) -> Array[TpRowsForm]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_segments_place *"], init: dict[str, Any] = ...) -> TpSegmentsPlace: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_segments_place[]", "tp_segments_place[1]"], init: int = ...
    ) -> Array[TpSegmentsPlace]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_sieve **"], init: Pointer[TpSieve] = ...) -> Pointer[Pointer[TpSieve]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_sieve *[]", "tp_sieve *[1]"], init: int | list[Pointer[TpSieve]] = ...
    ) -> Array[Pointer[TpSieve]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_split_step *"], init: dict[str, Any] = ...) -> TpSplitStep: ...
    @overload
    def __call__(self, cdecl: Literal["tp_split_step[]", "tp_split_step[1]"], init: int = ...) -> Array[TpSplitStep]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_splitter **"], init: Pointer[TpSplitter] = ...) -> Pointer[Pointer[TpSplitter]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_splitter *[]", "tp_splitter *[1]"], init: int | list[Pointer[TpSplitter]] = ...
    ) -> Array[Pointer[TpSplitter]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_stats *"], init: dict[str, Any] = ...) -> TpStats: ...
    @overload
    def __call__(self, cdecl: Literal["tp_stats[]", "tp_stats[1]"], init: int = ...) -> Array[TpStats]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_totals *"], init: dict[str, Any] = ...) -> TpTotals: ...
    @overload
    def __call__(self, cdecl: Literal["tp_totals[]", "tp_totals[1]"], init: int = ...) -> Array[TpTotals]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_trainer **"], init: Pointer[TpTrainer] = ...) -> Pointer[Pointer[TpTrainer]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_trainer *[]", "tp_trainer *[1]"], init: int | list[Pointer[TpTrainer]] = ...
    ) -> Array[Pointer[TpTrainer]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vader **"], init: Pointer[TpVader] = ...) -> Pointer[Pointer[TpVader]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vader *[]", "tp_vader *[1]"], init: int | list[Pointer[TpVader]] = ...
    ) -> Array[Pointer[TpVader]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vader_account **"], init: Pointer[TpVaderAccount] = ...
    ) -> Pointer[Pointer[TpVaderAccount]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vader_account *[]", "tp_vader_account *[1]"], init: int | list[Pointer[TpVaderAccount]] = ...
    ) -> Array[Pointer[TpVaderAccount]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vader_explanation *"], init: dict[str, Any] = ...) -> TpVaderExplanation: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vader_explanation[]", "tp_vader_explanation[1]"], init: int = ...
    ) -> Array[TpVaderExplanation]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vader_rules *"], init: dict[str, Any] = ...) -> TpVaderRules: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vader_rules[]", "tp_vader_rules[1]"], init: int = ...) -> Array[TpVaderRules]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vader_scores *"], init: dict[str, Any] = ...) -> TpVaderScores: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vader_scores[]", "tp_vader_scores[1]"], init: int = ...) -> Array[TpVaderScores]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vader_step *"], init: dict[str, Any] = ...) -> TpVaderStep: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vader_step[]", "tp_vader_step[1]"], init: int = ...) -> Array[TpVaderStep]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vectors **"], init: Pointer[TpVectors] = ...) -> Pointer[Pointer[TpVectors]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vectors *[]", "tp_vectors *[1]"], init: int | list[Pointer[TpVectors]] = ...
    ) -> Array[Pointer[TpVectors]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vectors_options *"], init: dict[str, Any] = ...) -> TpVectorsOptions: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vectors_options[]", "tp_vectors_options[1]"], init: int = ...
    ) -> Array[TpVectorsOptions]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vectors_sizes *"], init: dict[str, Any] = ...) -> TpVectorsSizes: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vectors_sizes[]", "tp_vectors_sizes[1]"], init: int = ...
    ) -> Array[TpVectorsSizes]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vocabulary **"], init: Pointer[TpVocabulary] = ...
    ) -> Pointer[Pointer[TpVocabulary]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vocabulary *[]", "tp_vocabulary *[1]"], init: int | list[Pointer[TpVocabulary]] = ...
    ) -> Array[Pointer[TpVocabulary]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_vocabulary_tokens *"], init: dict[str, Any] = ...) -> TpVocabularyTokens: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_vocabulary_tokens[]", "tp_vocabulary_tokens[1]"], init: int = ...
    ) -> Array[TpVocabularyTokens]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_window **"], init: Pointer[TpWindow] = ...) -> Pointer[Pointer[TpWindow]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_window *[]", "tp_window *[1]"], init: int | list[Pointer[TpWindow]] = ...
    ) -> Array[Pointer[TpWindow]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_window_state *"], init: dict[str, Any] = ...) -> TpWindowState: ...
    @overload
    def __call__(self, cdecl: Literal["tp_window_state[]", "tp_window_state[1]"], init: int = ...) -> Array[TpWindowState]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_words **"], init: Pointer[TpWords] = ...) -> Pointer[Pointer[TpWords]]: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_words *[]", "tp_words *[1]"], init: int | list[Pointer[TpWords]] = ...
    ) -> Array[Pointer[TpWords]]: ...
    @overload
    def __call__(self, cdecl: Literal["tp_words_options *"], init: dict[str, Any] = ...) -> TpWordsOptions: ...
    @overload
    def __call__(
        self, cdecl: Literal["tp_words_options[]", "tp_words_options[1]"], init: int = ...
    ) -> Array[TpWordsOptions]: ...
    @overload
    def __call__(self, cdecl: Literal["uint32_t *"], init: int = ...) -> Pointer[Uint32]: ...
    @overload
    def __call__(self, cdecl: Literal["uint32_t[]", "uint32_t[1]"], init: int | list[int] = ...) -> Array[Uint32]: ...
    @overload
    def __call__(self, cdecl: Literal["uint64_t *"], init: int = ...) -> Pointer[Uint64]: ...
    @overload
    def __call__(self, cdecl: Literal["uint64_t[]", "uint64_t[1]"], init: int | list[int] = ...) -> Array[Uint64]: ...
    @overload
    def __call__(self, cdecl: Literal["uint8_t *"], init: int = ...) -> Pointer[Uint8]: ...
    @overload
    def __call__(self, cdecl: Literal["uint8_t[]", "uint8_t[1]"], init: int | list[int] = ...) -> Array[Uint8]: ...
    @overload
    def __call__(self, cdecl: str, init: object = ...) -> CData: ...

@type_check_only
class FromBuffer(Protocol):
    @overload
    def __call__(self, cdecl: Literal["char[]"], python_buffer: Buffer, require_writable: bool = False) -> Array[Char]: ...
    @overload
    def __call__(self, cdecl: Literal["double[]"], python_buffer: Buffer, require_writable: bool = False) -> Array[Double]: ...
    @overload
    def __call__(self, cdecl: Literal["int32_t[]"], python_buffer: Buffer, require_writable: bool = False) -> Array[Int32]: ...
    @overload
    def __call__(self, cdecl: Literal["int64_t[]"], python_buffer: Buffer, require_writable: bool = False) -> Array[Int64]: ...
    @overload
    def __call__(self, cdecl: Literal["size_t[]"], python_buffer: Buffer, require_writable: bool = False) -> Array[Size]: ...
    @overload
    def __call__(
        self, cdecl: Literal["uint32_t[]"], python_buffer: Buffer, require_writable: bool = False
    ) -> Array[Uint32]: ...
    @overload
    def __call__(
        self, cdecl: Literal["uint64_t[]"], python_buffer: Buffer, require_writable: bool = False
    ) -> Array[Uint64]: ...
    @overload
    def __call__(self, cdecl: Literal["uint8_t[]"], python_buffer: Buffer, require_writable: bool = False) -> Array[Uint8]: ...
    @overload
    def __call__(self, cdecl: str, python_buffer: Buffer, require_writable: bool = False) -> CData: ...

@type_check_only
class Lib:
    TP_VERSION_MAJOR: Final = 0
    TP_VERSION_MINOR: Final = 1
    TP_VERSION_PATCH: Final = 0
    TP_N_MEMORY_KINDS: Final = 11
    TP_NO_LIMIT: Final = 18446744073709551615
    TP_UNICODE_NEWEST: Final = 0
    TP_UNICODE_OLDEST: Final = 1025
    TP_UNICODE_OF_TOKENIZERS: Final = 2304
    TP_MAX_COLUMNS: Final = 2147483647
    TP_MOST_SHARES: Final = 256
    TP_VADER_PACKAGE: Final = 0
    TP_VADER_NLTK: Final = 1
    TP_VADER_SUM_PLAIN: Final = 0
    TP_VADER_SUM_FLOATS: Final = 1
    TP_VADER_SUM_COMPENSATED: Final = 2
    TP_VADER_IN_LEXICON: Final = 1
    TP_VADER_INT: Final = 2
    TP_VADER_BOOSTER: Final = 4
    TP_VADER_NEGATION: Final = 8
    TP_VADER_NO: Final = 16
    TP_VADER_OR: Final = 32
    TP_VADER_KIND: Final = 64
    TP_VADER_OF: Final = 128
    TP_VADER_NEVER: Final = 256
    TP_VADER_SO: Final = 512
    TP_VADER_WITHOUT: Final = 1024
    TP_VADER_DOUBT: Final = 2048
    TP_VADER_LEAST: Final = 4096
    TP_VADER_AT: Final = 8192
    TP_VADER_BUT: Final = 16384
    TP_VADER_ALL_ROLES: Final = 32767
    TP_VADER_IDIOM: Final = 1
    TP_VADER_IDIOM_INT: Final = 2
    TP_VADER_PHRASE_BOOST: Final = 4
    TP_VADER_UNIT: Final = 8
    TP_VADER_UNIT_INT: Final = 16
    TP_VADER_MOST_PHRASE_WORDS: Final = 16
    TP_MOST_SPLIT_STEPS: Final = 8
    TP_LEFT_OUT: Final = 9223372036854775808
    TP_NO_ID: Final = 4294967295
    TP_N_BOUNDARIES: Final = 5
    TP_FILTER_BLOCK: Final = 4096
    TP_OK: Final = 0
    TP_NO_MEMORY: Final = 1
    TP_INVALID_ARGUMENT: Final = 2
    TP_INVALID_UTF8: Final = 3
    TP_CANCELLED: Final = 4
    TP_STALE: Final = 5
    TP_TOO_SMALL: Final = 6
    TP_TOO_LARGE: Final = 7
    TP_DAMAGED: Final = 8
    TP_UNKNOWN_VERSION: Final = 9
    TP_FOR_WORK: Final = 0
    TP_FOR_CORPUS: Final = 1
    TP_FOR_TABLE: Final = 2
    TP_FOR_LEXICON: Final = 3
    TP_FOR_TRAINING: Final = 4
    TP_FOR_VOCABULARY: Final = 5
    TP_FOR_PIECE_CACHE: Final = 6
    TP_FOR_PRODUCT: Final = 7
    TP_FOR_SIEVE: Final = 8
    TP_FOR_WINDOW: Final = 9
    TP_FOR_VECTORS: Final = 10
    TP_NFC: Final = 0
    TP_NFD: Final = 1
    TP_NFKC: Final = 2
    TP_NFKD: Final = 3
    TP_WORDS: Final = 0
    TP_WORD_SEGMENTS: Final = 1
    TP_SENTENCES: Final = 2
    TP_GRAPHEMES: Final = 3
    TP_ARROW_OFFSETS_32: Final = 0
    TP_ARROW_OFFSETS_64: Final = 1
    TP_ARROW_VIEWS: Final = 2
    TP_ARROW_INDICES_8: Final = 3
    TP_ARROW_INDICES_16: Final = 4
    TP_ARROW_INDICES_32: Final = 5
    TP_ARROW_INDICES_64: Final = 6
    TP_WORDS_OF_CLASS: Final = 0
    TP_WORDS_OF_UAX29: Final = 2
    TP_WORDS_ON_LINES: Final = 1
    TP_CASE_KEEP: Final = 0
    TP_CASE_LOWER: Final = 1
    TP_CASE_FOLD: Final = 2
    TP_COUNT: Final = 0
    TP_DOCUMENT_FREQUENCY: Final = 1
    TP_TERMS_OF_WORDS: Final = 0
    TP_TERMS_OF_CHARACTERS: Final = 1
    TP_TERMS_IN_WORDS: Final = 2
    TP_ACCENTS_KEEP: Final = 0
    TP_ACCENTS_STRIP: Final = 1
    TP_ACCENTS_ASCII: Final = 2
    TP_VALUES_INT32: Final = 0
    TP_VALUES_INT64: Final = 1
    TP_VALUES_FLOAT32: Final = 2
    TP_VALUES_FLOAT64: Final = 3
    TP_NORM_NONE: Final = 0
    TP_NORM_L1: Final = 1
    TP_NORM_L2: Final = 2
    TP_VADER_BY_LEXICON: Final = 0
    TP_VADER_BY_NO_BEFORE: Final = 1
    TP_VADER_BY_NO: Final = 2
    TP_VADER_BY_CAPITALS: Final = 3
    TP_VADER_BY_BOOSTER: Final = 4
    TP_VADER_BY_NEGATION: Final = 5
    TP_VADER_BY_NEVER_SO: Final = 6
    TP_VADER_BY_IDIOM: Final = 7
    TP_VADER_BY_PHRASE_BOOST: Final = 8
    TP_VADER_BY_LEAST: Final = 9
    TP_VADER_BY_BUT: Final = 10
    TP_VADER_BY_FIRST: Final = 11
    TP_PATTERN_NONE: Final = 0
    TP_PATTERN_GPT2: Final = 1
    TP_PATTERN_R50K: Final = 2
    TP_PATTERN_GPT4: Final = 3
    TP_PATTERN_CL100K: Final = 4
    TP_PATTERN_CL100K_TIKTOKEN: Final = 5
    TP_PATTERN_NANOCHAT: Final = 6
    TP_PATTERN_O200K: Final = 7
    TP_PATTERN_QWEN2: Final = 8
    TP_PATTERN_TEKKEN: Final = 9
    TP_PATTERN_QWEN35: Final = 10
    TP_PATTERN_KIMI: Final = 11
    TP_PATTERN_DEEPSEEK3: Final = 12
    TP_SPLIT_ISOLATED: Final = 0
    TP_SPLIT_REMOVED: Final = 1
    TP_SPLIT_MERGED_WITH_PREVIOUS: Final = 2
    TP_SPLIT_MERGED_WITH_NEXT: Final = 3
    TP_SPLIT_CONTIGUOUS: Final = 4
    TP_TIE_RUSTBPE: Final = 0
    TP_TIE_HF: Final = 1
    TP_BOUNDARY_PARAGRAPH: Final = 0
    TP_BOUNDARY_LINE: Final = 1
    TP_BOUNDARY_SENTENCE: Final = 2
    TP_BOUNDARY_WORD: Final = 3
    TP_BOUNDARY_GRAPHEME: Final = 4
    TP_INT8: Final = 0
    TP_UINT8: Final = 1
    TP_INT16: Final = 2
    TP_UINT16: Final = 3
    TP_INT32: Final = 4
    TP_UINT32: Final = 5
    TP_INT64: Final = 6
    TP_UINT64: Final = 7
    TP_FLOAT32: Final = 8
    TP_FLOAT64: Final = 9
    TP_HAS_POSITIVE_INFINITY: Final = 1
    TP_HAS_NEGATIVE_INFINITY: Final = 2
    TP_HAS_NAN: Final = 4
    textproc_go_on: FunctionPointer[[CData], int]
    textproc_on_document: FunctionPointer[[CData, int, int], int]
    def tp_version(self) -> Pointer[Char]: ...
    def tp_memory_get_stats(self, stats: Pointer[TpMemoryStats], /) -> None: ...
    def tp_memory_set_limit(self, nbytes: int, /) -> None: ...
    def tp_memory_take_refusal(self, refusal: Pointer[TpMemoryRefusal], /) -> None: ...
    def tp_memory_set_hook(
        self, resize: FunctionPointer[[CData, CData, int, int], CData], user: CData, error: Pointer[TpError], /
    ) -> int: ...
    def tp_memory_fail_at(self, nth: int, /) -> None: ...
    def tp_simd_name(self) -> Pointer[Char]: ...
    def tp_simd_is_available(self, name: bytes | Pointer[Char], /) -> bool: ...
    def tp_simd_select(self, name: bytes | Pointer[Char], error: Pointer[TpError], /) -> int: ...
    def tp_before_fork(self) -> None: ...
    def tp_after_fork_in_parent(self) -> None: ...
    def tp_after_fork_in_child(self) -> None: ...
    def tp_hash_set_key(self, first: int, second: int, /) -> None: ...
    def tp_unicode_version(self) -> Pointer[Char]: ...
    def tp_utf8_validate(self, text: bytes | Pointer[Uint8], text_nbytes: int, error: Pointer[TpError], /) -> int: ...
    def tp_lower_word(
        self, word: bytes | Pointer[Uint8], word_nbytes: int, unicode_version: int, lowered: Pointer[Uint8], /
    ) -> int: ...
    def tp_fold(
        self, text: bytes | Pointer[Uint8], text_nbytes: int, unicode_version: int, folded: Pointer[Uint8], /
    ) -> int: ...
    def tp_strip_marks(
        self, text: bytes | Pointer[Uint8], text_nbytes: int, unicode_version: int, stripped: Pointer[Uint8], /
    ) -> int: ...
    def tp_utf8_find_ends(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        lengths: Pointer[Uint64],
        ends: Pointer[Uint64],
        n: int,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_utf8_complete_nbytes(self, text: bytes | Pointer[Uint8], text_nbytes: int, /) -> int: ...
    def tp_normal_unicode_version(self) -> Pointer[Char]: ...
    def tp_find_unnormalized(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        form: int,
        unicode_version: int,
        offset: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_normalize(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        form: int,
        unicode_version: int,
        normalized: Pointer[Uint8],
        origins: Pointer[Uint64],
        capacity: int,
        nbytes: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_find_normal_cut(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        form: int,
        unicode_version: int,
        offset: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_segments_unicode_version(self) -> Pointer[Char]: ...
    def tp_find_segments(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        kind: int,
        in_characters: bool,
        place: Pointer[TpSegmentsPlace],
        bounds: Pointer[Uint64],
        capacity: int,
        n_segments: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_count_segments(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_texts: int,
        kind: int,
        counts: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_find_segments_of_texts(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_texts: int,
        kind: int,
        in_characters: bool,
        bounds: Pointer[Uint64],
        copied: Pointer[Uint8],
        copied_ends: Pointer[Uint64],
        capacity: int,
        n_segments: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_find_lines(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        capacity: int,
        n_lines: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_has_blank_line(self, text: bytes | Pointer[Uint8], text_nbytes: int, /) -> bool: ...
    def tp_is_blank(self, text: bytes | Pointer[Uint8], text_nbytes: int, /) -> bool: ...
    def tp_find_text_lines(
        self,
        lines: Pointer[TpLines],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        capacity: int,
        n_ends: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_arrow_join(
        self,
        array: Pointer[TpArrowArray],
        dictionary: Pointer[TpArrowArray],
        batch: Pointer[TpArrowBatch],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_arrow_measure(
        self,
        array: Pointer[TpArrowArray],
        dictionary: Pointer[TpArrowArray],
        first: int,
        stop: int,
        enough: int,
        following: Pointer[Uint64],
        nbytes: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_arrow_split(
        self,
        text: Pointer[Uint8],
        text_nbytes: int,
        n: int,
        start: int,
        layout: int,
        offsets: CData,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_json_read_rows(
        self,
        field: Pointer[TpJsonField],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        rows: Pointer[TpJsonRows],
        used: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_hash_documents(
        self,
        salt: int,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_documents: int,
        hashes: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_new(self, corpus: Pointer[Pointer[TpCorpus]], error: Pointer[TpError], /) -> int: ...
    def tp_corpus_free(self, corpus: Pointer[TpCorpus], /) -> None: ...
    def tp_corpus_free_at(self, corpus: Pointer[Pointer[TpCorpus]], /) -> None: ...
    def tp_corpus_copy(
        self, source: Pointer[TpCorpus], copy: Pointer[Pointer[TpCorpus]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_words_new(
        self, options: Pointer[TpWordsOptions], words: Pointer[Pointer[TpWords]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_words_free(self, words: Pointer[TpWords], /) -> None: ...
    def tp_words_free_at(self, words: Pointer[Pointer[TpWords]], /) -> None: ...
    def tp_words_can_be_cut(self, words: Pointer[TpWords], /) -> bool: ...
    def tp_corpus_count(self, batches: Pointer[TpBatch], n_batches: int, error: Pointer[TpError], /) -> int: ...
    def tp_corpus_count_each(
        self,
        batch: Pointer[TpBatch],
        on_document: FunctionPointer[[CData, int, int], int],
        user: CData,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_append(
        self,
        corpus: Pointer[TpCorpus],
        part: Pointer[TpCorpus],
        from_position: int,
        to_position: int,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_join(self, corpora: Pointer[Pointer[TpCorpus]], n_corpora: int, error: Pointer[TpError], /) -> int: ...
    def tp_corpus_split(
        self, corpus: Pointer[TpCorpus], salt: int, parts: Pointer[Pointer[TpCorpus]], n_parts: int, error: Pointer[TpError], /
    ) -> int: ...
    def tp_corpus_from_rows(
        self,
        rows: Pointer[TpRows],
        of_any_rule: bool,
        documents: int,
        go_on: FunctionPointer[[CData], int],
        user: CData,
        corpus: Pointer[Pointer[TpCorpus]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_prune(
        self,
        corpus: Pointer[TpCorpus],
        min_count: int,
        position: int,
        n_terms: Pointer[Uint64],
        n_words: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_get_totals(self, corpus: Pointer[TpCorpus], totals: Pointer[TpTotals], /) -> None: ...
    def tp_corpus_get_frequencies(
        self,
        corpus: Pointer[TpCorpus],
        kind: int,
        values: Pointer[Uint64],
        capacity: int,
        n_terms: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_get_all_frequencies(
        self,
        corpus: Pointer[TpCorpus],
        counts: Pointer[Uint64],
        document_frequencies: Pointer[Uint64],
        capacity: int,
        n_terms: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_get_counts(
        self, corpus: Pointer[TpCorpus], first: int, n: int, counts: Pointer[Uint64], error: Pointer[TpError], /
    ) -> int: ...
    def tp_corpus_get_count(self, corpus: Pointer[TpCorpus], word: bytes | Pointer[Uint8], word_nbytes: int, /) -> int: ...
    def tp_corpus_get_terms(
        self,
        corpus: Pointer[TpCorpus],
        first: int,
        n: int,
        text: Pointer[Uint8],
        capacity: int,
        nbytes: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_pick_terms(
        self,
        corpus: Pointer[TpCorpus],
        ids: Pointer[Uint64],
        n: int,
        text: Pointer[Uint8],
        capacity: int,
        nbytes: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_get_top(
        self,
        corpus: Pointer[TpCorpus],
        n: int,
        ids: Pointer[Uint64],
        counts: Pointer[Uint64],
        n_given: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_look_up(
        self,
        corpus: Pointer[TpCorpus],
        words: bytes | Pointer[Uint8],
        words_nbytes: int,
        ends: Pointer[Uint64],
        n_words: int,
        counts: Pointer[Uint64],
        documents: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_has_words(self, corpus: Pointer[TpCorpus], first: int, n: int, /) -> bool: ...
    def tp_corpus_has_terms(self, corpus: Pointer[TpCorpus], first: int, n: int, /) -> bool: ...
    def tp_corpus_write(
        self,
        corpus: Pointer[TpCorpus],
        snapshot: Pointer[Uint8],
        capacity: int,
        nbytes: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_read(
        self,
        snapshot: bytes | Pointer[Uint8],
        snapshot_nbytes: int,
        go_on: FunctionPointer[[CData], int],
        user: CData,
        corpus: Pointer[Pointer[TpCorpus]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_corpus_read_terms(
        self,
        snapshot: bytes | Pointer[Uint8],
        snapshot_nbytes: int,
        go_on: FunctionPointer[[CData], int],
        user: CData,
        corpus: Pointer[Pointer[TpCorpus]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vectors_new(
        self, options: Pointer[TpVectorsOptions], vectors: Pointer[Pointer[TpVectors]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_vectors_free(self, vectors: Pointer[TpVectors], /) -> None: ...
    def tp_vectors_free_at(self, vectors: Pointer[Pointer[TpVectors]], /) -> None: ...
    def tp_vectors_fix(
        self,
        vectors: Pointer[TpVectors],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_terms: int,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vectors_add(
        self,
        vectors: Pointer[TpVectors],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_documents: int,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vectors_add_documents(
        self,
        vectors: Pointer[TpVectors],
        documents: Pointer[TpDocument],
        n_documents: int,
        go_on: FunctionPointer[[CData], int],
        user: CData,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_go_on_unless(self, is_stopped: CData, /) -> int: ...
    def tp_stop(self, is_stopped: Pointer[Uint64], /) -> None: ...
    def tp_vectors_append_terms(
        self,
        vectors: Pointer[TpVectors],
        other: Pointer[TpVectors],
        first: int,
        n_terms: int,
        n_threads: int,
        columns: Pointer[Uint32],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vectors_get_sizes(self, vectors: Pointer[TpVectors], sizes: Pointer[TpVectorsSizes], /) -> None: ...
    def tp_vectors_take_rows(
        self,
        vectors: Pointer[TpVectors],
        form: Pointer[TpRowsForm],
        columns: Pointer[Int32],
        values: CData,
        row_starts: Pointer[Int64],
        n_left: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vectors_add_frequencies(self, jobs: Pointer[TpFrequenciesJob], n_jobs: int, /) -> None: ...
    def tp_vectors_clear_rows(self, vectors: Pointer[TpVectors], /) -> None: ...
    def tp_vectors_get_terms(self, vectors: Pointer[TpVectors], text: Pointer[Uint8], /) -> None: ...
    def tp_vectors_rank_terms(
        self,
        vectors: Pointer[TpVectors],
        n_threads: int,
        ranks: Pointer[Int32],
        go_on: FunctionPointer[[CData], int],
        user: CData,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_lexicon_new(
        self,
        words: bytes | Pointer[Uint8],
        words_nbytes: int,
        ends: Pointer[Uint64],
        weights: Pointer[Double],
        n_words: int,
        unicode_version: int,
        lexicon: Pointer[Pointer[TpLexicon]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_lexicon_free(self, lexicon: Pointer[TpLexicon], /) -> None: ...
    def tp_lexicon_free_at(self, lexicon: Pointer[Pointer[TpLexicon]], /) -> None: ...
    def tp_lexicon_get_entries(self, lexicon: Pointer[TpLexicon], entries: Pointer[TpLexiconEntries], /) -> None: ...
    def tp_vader_new(
        self, rules: Pointer[TpVaderRules], vader: Pointer[Pointer[TpVader]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_vader_free(self, vader: Pointer[TpVader], /) -> None: ...
    def tp_vader_free_at(self, vader: Pointer[Pointer[TpVader]], /) -> None: ...
    def tp_vader_score(
        self,
        vader: Pointer[TpVader],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n: int,
        threads: int,
        scores: Pointer[TpVaderScores],
        compounds: Pointer[Double],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vader_explain(
        self,
        vader: Pointer[TpVader],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        account: Pointer[Pointer[TpVaderAccount]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vader_account_free(self, account: Pointer[TpVaderAccount], /) -> None: ...
    def tp_vader_account_free_at(self, account: Pointer[Pointer[TpVaderAccount]], /) -> None: ...
    def tp_vader_account_get(self, account: Pointer[TpVaderAccount], explanation: Pointer[TpVaderExplanation], /) -> None: ...
    def tp_pattern_text(self, pattern: int, /) -> Pointer[Char]: ...
    def tp_pattern_find(self, text: bytes | Pointer[Uint8], text_nbytes: int, /) -> int: ...
    def tp_splitter_new(
        self, steps: Pointer[TpSplitStep], n_steps: int, splitter: Pointer[Pointer[TpSplitter]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_splitter_free(self, splitter: Pointer[TpSplitter], /) -> None: ...
    def tp_splitter_free_at(self, splitter: Pointer[Pointer[TpSplitter]], /) -> None: ...
    def tp_splitter_of(self, pattern: int, /) -> Pointer[TpSplitter]: ...
    def tp_split(
        self,
        splitter: Pointer[TpSplitter],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        is_final: bool,
        ends: Pointer[Uint64],
        capacity: int,
        /,
    ) -> int: ...
    def tp_split_find_cut(
        self, splitter: Pointer[TpSplitter], text: bytes | Pointer[Uint8], text_nbytes: int, from_: int, /
    ) -> int: ...
    def tp_pieces_new(self, pieces: Pointer[Pointer[TpPieces]], error: Pointer[TpError], /) -> int: ...
    def tp_pieces_free(self, pieces: Pointer[TpPieces], /) -> None: ...
    def tp_pieces_free_at(self, pieces: Pointer[Pointer[TpPieces]], /) -> None: ...
    def tp_pieces_add(
        self,
        pieces: Pointer[TpPieces],
        splitter: Pointer[TpSplitter],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        is_final: bool,
        threads: int,
        used: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_pieces_add_documents(
        self,
        pieces: Pointer[TpPieces],
        splitter: Pointer[TpSplitter],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_documents: int,
        threads: int,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_pieces_add_split(
        self,
        pieces: Pointer[TpPieces],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_pieces: int,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_pieces_get_totals(self, pieces: Pointer[TpPieces], totals: Pointer[TpPiecesTotals], /) -> None: ...
    def tp_pieces_merge(
        self, pieces: Pointer[TpPieces], other: Pointer[TpPieces], times: int, error: Pointer[TpError], /
    ) -> int: ...
    def tp_pieces_split(
        self, pieces: Pointer[TpPieces], salt: int, parts: Pointer[Pointer[TpPieces]], n_parts: int, error: Pointer[TpError], /
    ) -> int: ...
    def tp_pieces_write(
        self,
        pieces: Pointer[TpPieces],
        snapshot: Pointer[Uint8],
        capacity: int,
        nbytes: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_pieces_read(
        self,
        snapshot: bytes | Pointer[Uint8],
        snapshot_nbytes: int,
        pieces: Pointer[Pointer[TpPieces]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_trainer_new(
        self, pieces: Pointer[TpPieces], tie_break: int, trainer: Pointer[Pointer[TpTrainer]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_trainer_free(self, trainer: Pointer[TpTrainer], /) -> None: ...
    def tp_trainer_free_at(self, trainer: Pointer[Pointer[TpTrainer]], /) -> None: ...
    def tp_trainer_set_limits(self, trainer: Pointer[TpTrainer], least_count: int, most_nbytes: int, /) -> None: ...
    def tp_trainer_replay(
        self, trainer: Pointer[TpTrainer], merges: Pointer[TpMerge], n: int, n_made: Pointer[Size], error: Pointer[TpError], /
    ) -> int: ...
    def tp_trainer_step(
        self, trainer: Pointer[TpTrainer], merges: Pointer[TpMerge], n: int, n_made: Pointer[Size], error: Pointer[TpError], /
    ) -> int: ...
    def tp_vocabulary_from_merges(
        self, merges: Pointer[TpMerge], n_merges: int, vocabulary: Pointer[Pointer[TpVocabulary]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_vocabulary_from_tokens(
        self,
        tokens: bytes | Pointer[Uint8],
        tokens_nbytes: int,
        ends: Pointer[Uint64],
        ids: Pointer[Uint32],
        n_tokens: int,
        may_lack_bytes: bool,
        vocabulary: Pointer[Pointer[TpVocabulary]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_from_tokens_and_merges(
        self,
        tokens: bytes | Pointer[Uint8],
        tokens_nbytes: int,
        ends: Pointer[Uint64],
        ids: Pointer[Uint32],
        n_tokens: int,
        may_lack_bytes: bool,
        merges: Pointer[TpMerge],
        n_merges: int,
        whole_pieces: bool,
        vocabulary: Pointer[Pointer[TpVocabulary]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_ranks_read(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        tokens: Pointer[Uint8],
        ends: Pointer[Uint64],
        ids: Pointer[Uint32],
        capacity: int,
        n_tokens: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_json_read_tokens(
        self,
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        bytes: Pointer[Uint8],
        ends: Pointer[Uint64],
        ids: Pointer[Uint32],
        others: Pointer[TpOtherName],
        capacity: int,
        n_tokens: Pointer[Size],
        n_others: Pointer[Size],
        used: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_json_read_merges(
        self,
        vocabulary: Pointer[TpVocabulary],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        pairs: Pointer[TpMerge],
        capacity: int,
        n_pairs: Pointer[Size],
        used: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_find_tokens(
        self,
        vocabulary: Pointer[TpVocabulary],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_texts: int,
        ids: Pointer[Uint32],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_free(self, vocabulary: Pointer[TpVocabulary], /) -> None: ...
    def tp_vocabulary_free_at(self, vocabulary: Pointer[Pointer[TpVocabulary]], /) -> None: ...
    def tp_vocabulary_get_tokens(self, vocabulary: Pointer[TpVocabulary], tokens: Pointer[TpVocabularyTokens], /) -> None: ...
    def tp_vocabulary_get_merges(
        self,
        vocabulary: Pointer[TpVocabulary],
        merges: Pointer[TpMerge],
        capacity: int,
        n_merges: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_get_pairs(
        self,
        vocabulary: Pointer[TpVocabulary],
        pairs: Pointer[TpMerge],
        capacity: int,
        n_pairs: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_piece_cache_new(
        self, most_tables: int, cache: Pointer[Pointer[TpPieceCache]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_piece_cache_clear(self, cache: Pointer[TpPieceCache], /) -> None: ...
    def tp_piece_cache_free(self, cache: Pointer[TpPieceCache], /) -> None: ...
    def tp_piece_cache_free_at(self, cache: Pointer[Pointer[TpPieceCache]], /) -> None: ...
    def tp_vocabulary_encode(
        self,
        vocabulary: Pointer[TpVocabulary],
        cache: Pointer[TpPieceCache],
        splitter: Pointer[TpSplitter],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        is_final: bool,
        threads: int,
        ids: Pointer[Uint32],
        capacity: int,
        n_ids: Pointer[Size],
        used: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_encode_while(
        self,
        vocabulary: Pointer[TpVocabulary],
        cache: Pointer[TpPieceCache],
        splitter: Pointer[TpSplitter],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        is_final: bool,
        ids: Pointer[Uint32],
        capacity: int,
        n_ids: Pointer[Size],
        used: Pointer[Size],
        go_on: FunctionPointer[[CData], int],
        user: CData,
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_encode_split(
        self,
        vocabulary: Pointer[TpVocabulary],
        cache: Pointer[TpPieceCache],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_pieces: int,
        ids: Pointer[Uint32],
        capacity: int,
        n_ids: Pointer[Size],
        n_used: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_encode_batch(
        self,
        vocabulary: Pointer[TpVocabulary],
        cache: Pointer[TpPieceCache],
        splitter: Pointer[TpSplitter],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_documents: int,
        threads: int,
        ids: Pointer[Uint32],
        capacity: int,
        id_ends: Pointer[Uint64],
        n_ids: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_decode(
        self,
        vocabulary: Pointer[TpVocabulary],
        special: Pointer[TpVocabularyTokens],
        ids: Pointer[Uint32],
        n_ids: int,
        bytes: Pointer[Uint8],
        capacity: int,
        nbytes: Pointer[Size],
        ends: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_names_new(
        self,
        names: bytes | Pointer[Uint8],
        names_nbytes: int,
        ends: Pointer[Uint64],
        n_names: int,
        made: Pointer[Pointer[TpNames]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_names_free(self, names: Pointer[TpNames], /) -> None: ...
    def tp_names_free_at(self, names: Pointer[Pointer[TpNames]], /) -> None: ...
    def tp_names_occur(self, names: Pointer[TpNames], text: bytes | Pointer[Uint8], text_nbytes: int, /) -> bool: ...
    def tp_names_find(
        self,
        names: Pointer[TpNames],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        is_final: bool,
        places: Pointer[TpNamedPlace],
        capacity: int,
        n_places: Pointer[Size],
        used: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_encode_between(
        self,
        vocabulary: Pointer[TpVocabulary],
        cache: Pointer[TpPieceCache],
        splitter: Pointer[TpSplitter],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        first: int,
        places: Pointer[TpNamedPlace],
        n_places: int,
        name_ids: Pointer[Uint32],
        n_names: int,
        ids: Pointer[Uint32],
        capacity: int,
        n_ids: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_ids_pack(
        self,
        packing: Pointer[TpPacking],
        ids: Pointer[Uint32],
        n_ids: int,
        ends: Pointer[Uint64],
        n_documents: int,
        parts: bytes | Pointer[Uint8],
        bytes: Pointer[Uint8],
        capacity: int,
        packed_ends: Pointer[Uint64],
        packed: Pointer[TpPacked],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_vocabulary_find_chunks(
        self,
        vocabulary: Pointer[TpVocabulary],
        cache: Pointer[TpPieceCache],
        splitter: Pointer[TpSplitter],
        text: bytes | Pointer[Uint8],
        text_nbytes: int,
        ends: Pointer[Uint64],
        n_texts: int,
        how: Pointer[TpChunking],
        place: Pointer[TpChunksPlace],
        chunks: Pointer[TpChunk],
        capacity: int,
        n_chunks: Pointer[Size],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_sum_ints(
        self, numbers: CData, type: int, n: int, threads: int, sum: Pointer[TpIntSum], error: Pointer[TpError], /
    ) -> int: ...
    def tp_sum_floats(
        self,
        numbers: CData,
        type: int,
        n: int,
        is_exact: bool,
        threads: int,
        sum: Pointer[TpFloatSum],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_float_sum_get(self, sum: Pointer[TpFloatSum], exponent: int, value: Pointer[Double], /) -> bool: ...
    def tp_filter_count(
        self, numbers: CData, type: int, n: int, least: CData, threads: int, counts: Pointer[Uint64], error: Pointer[TpError], /
    ) -> int: ...
    def tp_filter_double(
        self, numbers: CData, type: int, n: int, least: CData, threads: int, counts: Pointer[Uint64], kept: CData, /
    ) -> bool: ...
    def tp_multiply(
        self, a: CData, b: CData, type: int, n: int, threads: int, products: CData, error: Pointer[TpError], /
    ) -> int: ...
    def tp_stats_add(
        self, stats: Pointer[TpStats], numbers: CData, type: int, n: int, scale: float, threads: int, error: Pointer[TpError], /
    ) -> int: ...
    def tp_chunk_means(
        self, numbers: Pointer[Double], chunk: int, n_chunks: int, threads: int, means: Pointer[Double], /
    ) -> None: ...
    def tp_to_float64(
        self, type: int, numbers: CData, n: int, exactly: bool, items: Pointer[Double], error: Pointer[TpError], /
    ) -> int: ...
    def tp_to_int64(self, type: int, numbers: CData, n: int, items: Pointer[Int64], error: Pointer[TpError], /) -> int: ...
    def tp_product_new(
        self,
        left: Pointer[TpMatrix],
        right: Pointer[TpMatrix],
        items: Pointer[Double],
        threads: int,
        product: Pointer[Pointer[TpProduct]],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_product_step(self, product: Pointer[TpProduct], n: int, n_done: Pointer[Uint64], /) -> bool: ...
    def tp_product_free(self, product: Pointer[TpProduct], /) -> None: ...
    def tp_product_free_at(self, product: Pointer[Pointer[TpProduct]], /) -> None: ...
    def tp_count_points_in_circle(self, key: int, first: int, n: int, threads: int, /) -> int: ...
    def tp_sieve_new(self, limit: int, threads: int, sieve: Pointer[Pointer[TpSieve]], error: Pointer[TpError], /) -> int: ...
    def tp_sieve_step(
        self,
        sieve: Pointer[TpSieve],
        primes: Pointer[Pointer[Uint32]],
        n_primes: Pointer[Size],
        n_done: Pointer[Uint64],
        error: Pointer[TpError],
        /,
    ) -> int: ...
    def tp_sieve_free(self, sieve: Pointer[TpSieve], /) -> None: ...
    def tp_sieve_free_at(self, sieve: Pointer[Pointer[TpSieve]], /) -> None: ...
    def tp_window_new(
        self, capacity: int, sums: bool, window: Pointer[Pointer[TpWindow]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_window_copy(
        self, window: Pointer[TpWindow], copy: Pointer[Pointer[TpWindow]], error: Pointer[TpError], /
    ) -> int: ...
    def tp_window_free(self, window: Pointer[TpWindow], /) -> None: ...
    def tp_window_free_at(self, window: Pointer[Pointer[TpWindow]], /) -> None: ...
    def tp_window_push(
        self, window: Pointer[TpWindow], numbers: Pointer[Double], n: int, averages: Pointer[Double], /
    ) -> None: ...
    def tp_window_push_one(self, window: Pointer[TpWindow], number: float, /) -> float: ...
    def tp_window_get_state(self, window: Pointer[TpWindow], state: Pointer[TpWindowState], /) -> None: ...
    def tp_window_get_numbers(
        self, window: Pointer[TpWindow], numbers: Pointer[Double], capacity: int, n: Pointer[Size], error: Pointer[TpError], /
    ) -> int: ...
    def tp_window_clear(self, window: Pointer[TpWindow], /) -> None: ...
    def tp_window_exchange(
        self, window: Pointer[TpWindow], other: Pointer[TpWindow], expected_version: int, error: Pointer[TpError], /
    ) -> int: ...
    def tpb_give_functions(self, functions: int, /) -> None: ...

_Trampoline = TypeVar("_Trampoline", bound=Callable[[CData], int] | Callable[[CData, int, int], int])
