"""Arrow columns in, and the table of words out, against plain Python over the same values."""

from __future__ import annotations

import gc
import itertools
import struct
import threading
from contextlib import nullcontext, suppress
from types import SimpleNamespace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_analyzer import PythonAnalyzer
from test_allocation import failing_allocation, is_still_ahead
from texts import SPACES, characters, texts

from text_processor import InvalidDocumentError, TextAnalyzer, TextProcessorError, get_memory_stats
from text_processor._documents import arrow
from text_processor._native import arrow as native_arrow
from text_processor._native import corpus as native_corpus
from text_processor._native import status as native_status
from text_processor._words import table as words_table

pa = pytest.importorskip("pyarrow")

TEXT_TYPES = [pa.string(), pa.large_string(), pa.string_view()]
BINARY_TYPES = [pa.binary(), pa.large_binary(), pa.binary_view()]
PLAIN_TYPES = TEXT_TYPES + BINARY_TYPES
INDEX_TYPES = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()]
TYPES = (
    PLAIN_TYPES
    + [pa.dictionary(pa.int8(), kind) for kind in PLAIN_TYPES]
    + [pa.dictionary(i, pa.string()) for i in INDEX_TYPES]
)

VALUES = [
    "The quick brown fox",
    None,
    "",
    "ΟΔΟΣ İ over two\nlines and\n more",
    "x",
    " \u2003\t",
    "exactly 12 b",
    "exactly 13 by",
    None,
    "ends with space ",
    "\n",
    "long " * 60 + "ä" * 100,
    None,
    "the end",
    "the end",
]


def is_document(value):
    return value is not None and value.strip() != ""


def expected(values):
    analyzer = PythonAnalyzer()
    analyzer.add_documents(filter(is_document, values))
    return analyzer


def array_of(values, kind):
    """An array of any type of text. Those that pyarrow cannot make of Python values are put together by hand."""
    if pa.types.is_dictionary(kind):
        distinct = list(dict.fromkeys(values))  # None too: a null in the dictionary
        indices = pa.array([distinct.index(value) for value in values], kind.index_type)
        return pa.DictionaryArray.from_arrays(indices, array_of(distinct, kind.value_type))
    is_binary = kind in BINARY_TYPES
    return pa.array([value.encode() if is_binary and value is not None else value for value in values], kind)


def packed(code, numbers):
    return struct.pack(f"={len(numbers)}{code}", *numbers)


def unchecked(kind, n, slots, *data, validity=None):
    """An array of which pyarrow, which checks new ones, has seen nothing but zeros."""
    place = bytearray(len(slots))
    buffers = [validity if validity is None else pa.py_buffer(validity), pa.py_buffer(place), *map(pa.py_buffer, data)]
    array = pa.Array.from_buffers(kind, n, buffers)
    place[:] = slots
    return array


def small_limits(batch=64, piece=16, per_thread=40, measured=7):
    """Limits so small that a few words go every way there is."""
    return mock.patch.multiple(
        arrow, BATCH_NBYTES=batch, SLICE_NBYTES=piece, NBYTES_PER_THREAD=per_thread, MEASURED_ENTRIES=measured
    )


def assert_counts(column, values, *, threads=1, **options):
    analyzer, oracle = TextAnalyzer(threads=threads), expected(values)
    assert analyzer.add_arrow(column, **options) == len(oracle.documents)
    assert list(analyzer.word_frequency().items()) == list(oracle.word_frequency().items())
    assert list(analyzer.document_frequency().items()) == list(oracle.document_frequency().items())
    assert analyzer.get_statistics() == oracle.get_statistics()


# ---- Layouts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_every_type_of_text_counts(kind):
    assert_counts(array_of(VALUES, kind), VALUES)


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_every_slice_counts(kind):
    """The validity of a slice begins anywhere in a byte."""
    array = array_of(VALUES, kind)
    with small_limits():
        for start, stop in itertools.combinations(range(len(VALUES) + 1), 2):
            assert_counts(array.slice(start, stop - start), VALUES[start:stop], threads=1 + start % 3)


@given(st.data())
def test_columns_count_as_their_values_do(data):
    kind = data.draw(st.sampled_from(TYPES))
    value = st.one_of(texts, texts, st.none(), st.text(st.sampled_from(SPACES), max_size=3))
    chunks = data.draw(st.lists(st.lists(value, max_size=12), max_size=5))
    bounds = [data.draw(st.tuples(st.integers(0, len(chunk)), st.integers(0, len(chunk)))) for chunk in chunks]
    cut = [slice(min(pair), max(pair)) for pair in bounds]
    arrays = [array_of(chunk, kind)[part] for chunk, part in zip(chunks, cut, strict=True)]
    values = [text for chunk, part in zip(chunks, cut, strict=True) for text in chunk[part]]
    column = pa.chunked_array(arrays, kind)
    with small_limits(data.draw(st.integers(0, 100)), data.draw(st.integers(4, 20)), data.draw(st.integers(1, 60))):
        assert_counts(column, values, threads=data.draw(st.integers(1, 8)))
        assert_counts(pa.table({"one": column}).to_reader(), values, threads=data.draw(st.integers(1, 8)))


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_nothing_is_nothing(kind):
    for values in ([], [None], [None] * 100):
        assert_counts(array_of(values, kind), values)
        assert_counts(pa.chunked_array([array_of(values, kind)] * 3), values * 3)
    assert_counts(pa.chunked_array([], kind), [])


def test_array_without_entries_need_not_have_offsets():
    array = pa.Array.from_buffers(pa.string(), 0, [None, pa.py_buffer(b""), pa.py_buffer(b"")])
    assert_counts(array, [])


def test_nulls_without_a_type_are_nulls():
    assert_counts(pa.nulls(7), [])
    assert_counts(pa.chunked_array([], pa.null()), [])


def test_null_entries_may_hold_anything():
    offsets = packed("i", [0, 1, 99, 100, 102])
    array = unchecked(pa.string(), 4, offsets, b"ab", validity=b"\x01")
    assert_counts(array, ["a", None, None, None])


def test_views_into_many_buffers_count():
    """Arrays of views that are concatenated keep all the buffers of each."""
    values = [f"document {i} is longer than a view" for i in range(50)]
    array = pa.concat_arrays([pa.array([value], pa.string_view()) for value in values])
    assert len(array.buffers()) > 10
    assert_counts(array, values)


def test_long_documents_are_cut_between_characters():
    for shift in range(8):
        values = ["a" * shift + "äø我😀 " * 40, "short", "x" * 1000, "😀" * 300]
        for piece in range(4, 12):
            with small_limits(batch=32, piece=piece):
                assert_counts(pa.array(values), values)


def test_columns_of_many_batches_count():
    values = [f"document {i} of many {i % 1000}" * (1 + i % 20) for i in range(3000)]
    values[777] = "a long one " * 150_000
    with mock.patch.object(arrow, "NBYTES_PER_THREAD", 1 << 17):
        for threads in (1, 3, 8):
            assert_counts(pa.chunked_array([values[:500], values[500:]]), values, threads=threads)


# ---- Who hands them out ----------------------------------------------------------------------------------------------


class Handing:
    """An object that hands out a stream, and nothing else."""

    def __init__(self, column):
        self._column = column

    def __arrow_c_stream__(self, requested_schema=None):
        return self._column.__arrow_c_stream__(requested_schema)


class HandingArray:
    """An object that hands out an array, and nothing else."""

    def __init__(self, array):
        self._array = array

    def __arrow_c_array__(self, requested_schema=None):
        return self._array.__arrow_c_array__(requested_schema)


STRINGS = pa.array(VALUES)
CHUNKED = pa.chunked_array([VALUES[:5], [], VALUES[5:]])
RECORDS = pa.record_batch({"text": VALUES})
TABLE = pa.table({"text": CHUNKED})
SOURCES = {
    "Array": lambda: STRINGS,
    "ChunkedArray": lambda: CHUNKED,
    "RecordBatch": lambda: RECORDS,
    "Table": lambda: TABLE,
    "RecordBatchReader": TABLE.to_reader,
    "StructArray": lambda: pa.StructArray.from_arrays([STRINGS], ["text"]),
    "ChunkedArray of structs": lambda: TABLE.to_struct_array(),
    "stream of arrays": lambda: Handing(CHUNKED),
    "stream of records": lambda: Handing(TABLE),
    "array": lambda: HandingArray(STRINGS),
    "array of structs": lambda: HandingArray(RECORDS),
}


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES.keys())
def test_whatever_speaks_the_protocol_counts(make):
    assert_counts(make(), VALUES)


def test_null_of_a_struct_is_a_null():
    structs = pa.array([{"text": "one"}, None, {"text": "three"}], pa.struct({"text": pa.string()}))
    assert_counts(structs, ["one", None, "three"])
    assert_counts(structs[1:], [None, "three"])


@pytest.mark.parametrize("dtype", ["String", "Categorical"])
def test_polars_counts(dtype):
    pl = pytest.importorskip("polars")
    series = pl.Series("text", VALUES, dtype=getattr(pl, dtype))
    assert_counts(series, VALUES)
    assert_counts(series[3:9], VALUES[3:9])
    assert_counts(pl.concat([series, series[2:]], rechunk=False), VALUES + VALUES[2:])
    assert_counts(series.to_frame(), VALUES)


@pytest.mark.parametrize("dtype", ["object", "string[pyarrow]", "category"])
def test_pandas_counts(dtype):
    pd = pytest.importorskip("pandas")
    series = pd.Series(VALUES, dtype=dtype, name="text")
    assert_counts(series.to_frame(), VALUES)
    assert_counts(series[3:9].to_frame().reset_index(drop=True), VALUES[3:9])
    if hasattr(series, "__arrow_c_stream__"):
        assert_counts(series, VALUES)


def test_duckdb_counts():
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.execute("create table documents as select 'document ' || i as text from range(10000) t(i)")
        values = [f"document {i}" for i in range(10_000)]
        assert_counts(connection.sql("select text from documents order by rowid"), values, threads=2)


def test_stream_is_not_held():
    n_alive = []

    def batches():
        for i in range(50):
            yield pa.record_batch({"text": [f"{i} " * 10_000]})
            n_alive.append(pa.total_allocated_bytes())

    before = pa.total_allocated_bytes()
    analyzer = TextAnalyzer()
    assert analyzer.add_arrow(pa.RecordBatchReader.from_batches(RECORDS.schema, batches())) == 50
    assert analyzer.total_words() == 500_000
    assert max(n_alive) - before < 200_000


def test_values_are_not_copied():
    array = pa.array(["a word " * 100_000] * 10)
    before = pa.total_allocated_bytes()
    allocated = []
    TextAnalyzer(threads=1).add_arrow(
        Handing(pa.chunked_array([array])), progress=lambda *_: allocated.append(pa.total_allocated_bytes())
    )
    assert max(allocated) <= before + 1000


# ---- What is refused -------------------------------------------------------------------------------------------------


def assert_nothing_was_added(analyzer):
    assert analyzer.get_documents() == ["kept"]
    assert analyzer.word_frequency() == {"kept": 1}


@pytest.fixture
def analyzer():
    made = TextAnalyzer()
    made.add_document("kept")
    yield made
    assert_nothing_was_added(made)


@pytest.mark.parametrize(
    ("column", "name"),
    [
        (pa.array([1]), "int64"),
        (pa.array([["a"]]), "list"),
        (pa.array([1.5]).dictionary_encode(), "dictionary<values=double"),
        (pa.array([b"ab"], pa.binary(2)), r"fixed_size_binary\[2\]"),
        (pa.chunked_array([pa.array([True])]), "bool"),
        (pa.table({"n": [1]}), "int64"),
        (pa.table({"n": [1]}).to_reader(), "int64"),
        (pa.array([{"n": 1}]), "int64"),
        (Handing(pa.table({"n": [1]})), "int64"),
        (Handing(pa.chunked_array([[1]])), "int64"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_columns_of_other_types_are_refused(analyzer, column, name):
    with pytest.raises(TypeError, match=f"column must hold text .*, not {name}"):
        analyzer.add_arrow(column)


@pytest.mark.parametrize("column", ["text", ["a", "list"], None, b"bytes", 7, SimpleNamespace(__arrow_c_schema__=0)], ids=repr)
def test_what_is_not_arrow_is_refused(analyzer, column):
    with pytest.raises(TypeError, match=f"column must be an Arrow array, .*, not {type(column).__name__}"):
        analyzer.add_arrow(column)


@pytest.mark.parametrize(
    "make", [lambda table: table, lambda table: table.to_reader(), Handing, lambda table: table.to_struct_array()]
)
def test_there_must_be_one_column(analyzer, make):
    with pytest.raises(ValueError, match=r"there must be one column, not 2: 'title', 'body'"):
        analyzer.add_arrow(make(pa.table({"title": ["a"], "body": ["b"]})))
    with pytest.raises(ValueError, match=r"there must be one column, not 0: none"):
        analyzer.add_arrow(make(pa.table({"title": ["a"]}).select([])))


@pytest.mark.parametrize("blank", ["Skip", "", None, True])
def test_blank_is_one_of_two(analyzer, blank):
    with pytest.raises(ValueError, match=f"blank must be 'skip' or 'raise', not {blank!r}"):
        analyzer.add_arrow(STRINGS, blank=blank)


def test_progress_is_checked_first(analyzer):
    with pytest.raises(TypeError, match="progress must be callable"):
        analyzer.add_arrow(STRINGS, progress="yes")


@pytest.mark.parametrize("kind", TYPES, ids=str)
@pytest.mark.parametrize("blank", ["", " ", "\n", "\u2003\x1c\u00a0"], ids=ascii)
@pytest.mark.parametrize("threads", [1, 4])
def test_blank_documents_can_be_refused(analyzer, kind, blank, threads):
    values = [*(f"document {i}" for i in range(10)), None, blank, "behind", blank]
    analyzer._threads = threads
    with small_limits(), pytest.raises(InvalidDocumentError, match=r"^Document 14 cannot be empty$") as caught:
        analyzer.add_arrow(pa.chunked_array([array_of([None, "ä", None], kind), array_of(values, kind)]), blank="raise")
    assert (caught.value.index, caught.value.offset, caught.value.added) == (14, None, 0)


ILL_FORMED = [
    b"\xff",
    b"ab\xc3",
    b"\xed\xa0\x80",
    b"a\nb \xf0\x9f\x98",
    b"words " * 30 + b"\x80",
    b"\xf0\x90\x80\x80" * 20 + b"\x80" * 50,
]


def offset_of_fault(text):
    with pytest.raises(UnicodeDecodeError) as caught:
        text.decode()
    return caught.value.start


@pytest.mark.parametrize("kind", BINARY_TYPES, ids=str)
@pytest.mark.parametrize("text", ILL_FORMED, ids=ascii)
@pytest.mark.parametrize("threads", [1, 4])
def test_ill_formed_utf_8_is_refused(analyzer, kind, text, threads):
    analyzer._threads = threads
    column = pa.chunked_array([pa.array([b"a", None, b" "] * 7, kind), pa.array([b"b", b"", None, b"c", text, b"\xff"], kind)])
    for limits in (small_limits(), small_limits(piece=4), small_limits(batch=1000)):
        with limits, pytest.raises(InvalidDocumentError, match=r"^Document 25 is not valid UTF-8 at byte") as caught:
            analyzer.add_arrow(column)
        assert (caught.value.index, caught.value.offset) == (25, offset_of_fault(text))


def test_strings_are_not_trusted_to_be_utf_8(analyzer):
    array = pa.Array.from_buffers(pa.string(), 2, pa.array([b"fine", b"not \xc0 fine"]).buffers())
    with pytest.raises(InvalidDocumentError, match=r"^Document 1 is not valid UTF-8 at byte 4$"):
        analyzer.add_arrow(array)


@given(
    st.lists(st.sampled_from([b"good", b"fine words", None, b"", b"a long document " * 9, b"\xff", b"bad\x80"]), max_size=40)
)
def test_first_fault_is_told_of_whatever_the_number_of_threads(values):
    faults = [i for i, value in enumerate(values) if value == b"" or (value and not value.isascii())]
    for threads in (1, 2, 3, 8):
        with small_limits(per_thread=10):
            analyzer = TextAnalyzer(threads=threads)
            with pytest.raises(InvalidDocumentError) if faults else nullcontext() as caught:
                analyzer.add_arrow(pa.array(values, pa.binary()), blank="raise")
            if faults:
                assert caught.value.index == faults[0]
                assert len(analyzer) == 0


def test_buffers_must_be_in_main_memory():
    with pytest.raises(ValueError, match="must be in main memory"):
        arrow._region(SimpleNamespace(is_cpu=False, address=1, size=1))


# ---- Damaged buffers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "code"), [(pa.string(), "i"), (pa.large_string(), "q")], ids=["32", "64"])
@pytest.mark.parametrize(
    ("offsets", "index"),
    [
        ([0, 2, 99], 1),
        ([0, 2, 1], 1),
        ([-1, 2, 3], 0),
        ([0, -2, 3], 0),
        ([7, 8, 8], 0),
        ([0, 2**31 - 1, 4], 0),
        ([-(2**31), 2**31 - 1, 4], 0),
    ],
    ids=str,
)
def test_offsets_outside_are_refused(analyzer, kind, code, offsets, index):
    array = unchecked(kind, 2, packed(code, offsets), b"abcd")
    with pytest.raises(ValueError, match=f"^entry {index} of the column is damaged: it points to outside"):
        analyzer.add_arrow(array)
    with pytest.raises(ValueError, match=f"^entry {index + 3} of the column is damaged"):
        analyzer.add_arrow(pa.chunked_array([pa.array(["x", None, "y"], kind), array]), progress=lambda *_: None)


def view(length, buffer, offset):
    return struct.pack("=i4sii", length, b"abcd", buffer, offset)


@pytest.mark.parametrize(
    "damaged",
    [
        view(-1, 0, 0),
        view(13, 1, 0),
        view(13, -1, 0),
        view(13, 0, -1),
        view(13, 0, 3),
        view(2**31 - 1, 0, 2**31 - 1),
        view(-(2**31), 0, 0),
    ],
)
def test_views_outside_are_refused(analyzer, damaged):
    views = view(3, 0, 0) + view(13, 0, 2) + damaged
    array = unchecked(pa.string_view(), 3, views, b"0123456789ABCDE")
    with pytest.raises(ValueError, match=r"^entry 2 of the column is damaged: it points to outside"):
        analyzer.add_arrow(array)
    assert_counts(array[:2], ["abc", "23456789ABCDE"])


@pytest.mark.parametrize("index_type", INDEX_TYPES, ids=str)
def test_indices_outside_are_refused(analyzer, index_type):
    signed = pa.types.is_signed_integer(index_type)
    dictionary = pa.array([f"word{i}" for i in range(300)])
    most = min(300, 2 ** (index_type.bit_width - signed)) - 1
    numbers = [0, most, -1 if signed else most]
    indices = pa.array(numbers, index_type)
    column = pa.DictionaryArray.from_arrays(indices, dictionary, safe=False)
    if signed:
        with pytest.raises(ValueError, match=r"^entry 2 of the column is damaged: it points to outside"):
            analyzer.add_arrow(column)
    assert_counts(column[:2], ["word0", f"word{most}"])
    if index_type.bit_width > 8:
        too_large = pa.DictionaryArray.from_arrays(pa.array([300], index_type), dictionary, safe=False)
        with pytest.raises(ValueError, match=r"^entry 0 of the column is damaged"):
            analyzer.add_arrow(too_large)


@pytest.mark.parametrize(
    ("layout", "slots_nbytes", "validity_nbytes"),
    [
        (native_arrow.ARROW_OFFSETS_32, 4 * 10 - 1, 2),
        (native_arrow.ARROW_OFFSETS_64, 8 * 10 - 1, 2),
        (native_arrow.ARROW_VIEWS, 16 * 9 - 1, 2),
        (native_arrow.ARROW_VIEWS, 16 * 9, 1),
    ],
)
def test_buffers_that_are_too_small_are_refused(layout, slots_nbytes, validity_nbytes):
    """pyarrow refuses to make such arrays."""
    memory = pa.py_buffer(bytes(200))
    validity, slots = (native_arrow.Region(memory.address, nbytes) for nbytes in (validity_nbytes, slots_nbytes))
    array = native_arrow.ArrowArray(memory, layout=layout, validity=validity, slots=slots, data=[], offset=2, length=7)
    column = native_arrow.ArrowColumn(array, None, 100)
    with pytest.raises(ValueError, match=r"^entry 100 of the column is damaged: a buffer of the array is too small"):
        column.measure(0, 7, 1)
    with pytest.raises(ValueError, match=r"^entry 100 of the column is damaged: a buffer of the array is too small"):
        native_arrow.ArrowBatch(100).read(column, 0, 7, refuse_blank=False)


def text_at(data, start, stop):
    """What an entry is that lies there: text, None where it cannot be."""
    return data[start:stop] if 0 <= start <= stop and (stop <= len(data) or start == stop) else None


@given(st.lists(st.integers(-3, 40), min_size=1, max_size=10), st.integers(0, 40), st.integers(1, 4))
def test_any_offsets_are_read_or_refused(offsets, nbytes, threads):
    data = (b"some words of a text, which go on " * 2)[:nbytes]
    array = unchecked(pa.string(), len(offsets) - 1, packed("i", offsets), data)
    entries = [text_at(data, *pair) for pair in itertools.pairwise(offsets)]
    with small_limits(batch=20, per_thread=5):
        if None in entries:
            with pytest.raises(ValueError, match=f"^entry {entries.index(None)} of the column is damaged"):
                TextAnalyzer(threads=threads).add_arrow(array)
        else:
            assert_counts(array, [entry.decode() for entry in entries], threads=threads)


@given(st.binary(min_size=16, max_size=160), st.lists(st.binary(max_size=40), max_size=3))
def test_any_views_are_read_or_refused(views, data):
    n = len(views) // 16
    array = unchecked(pa.binary_view(), n, views, *data)
    with suppress(ValueError):
        assert TextAnalyzer().add_arrow(array) <= n


# ---- Adding ----------------------------------------------------------------------------------------------------------


def test_column_counts_behind_what_is_there():
    analyzer, oracle = TextAnalyzer(), expected(["before it", *VALUES, *VALUES, "after it"])
    analyzer.add_document("before it")
    analyzer.add_arrow(STRINGS)
    analyzer.add_arrow(CHUNKED)
    analyzer.add_document("after it")
    assert analyzer.get_statistics() == oracle.get_statistics()
    assert list(analyzer.word_frequency().items()) == list(oracle.word_frequency().items())
    assert list(analyzer.document_frequency().items()) == list(oracle.document_frequency().items())


def test_documents_are_not_kept():
    analyzer = TextAnalyzer()
    analyzer.add_arrow(pa.array([None, " "]))
    assert analyzer.get_documents() == []
    analyzer.add_arrow(pa.array(["one"]))
    with pytest.raises(TextProcessorError, match="not kept"):
        analyzer.get_documents()


def test_too_many_words_are_refused(analyzer, monkeypatch):
    monkeypatch.setattr(native_corpus, "MOST_WORDS", 5)
    with pytest.raises(OverflowError, match="6 words; the limit is 5"):
        analyzer.add_arrow(pa.array(["one two three four five"]))
    TextAnalyzer().add_arrow(pa.array(["one two three four five"]))


def test_callback_is_told_of_each_document_before_they_are_added():
    told, lengths = [], []
    analyzer = TextAnalyzer()
    analyzer.add_document("first")

    def callback(info):
        told.append(info)
        lengths.append(len(analyzer))

    analyzer.set_callback(callback)
    documents = [value for value in VALUES if is_document(value)]
    for kind in TYPES:
        with small_limits():
            analyzer.add_arrow(pa.chunked_array([array_of(VALUES[:6], kind), array_of(VALUES[6:], kind)]))
    assert [info["text"] for info in told] == documents * len(TYPES)
    assert [info["word_count"] for info in told] == [len(text.split()) for text in documents] * len(TYPES)
    assert [info["total_documents"] for info in told] == list(range(2, len(told) + 2))
    assert lengths == [1 + i // len(documents) * len(documents) for i in range(len(told))]
    assert list(analyzer.word_frequency().items()) == list(expected(["first", *VALUES * len(TYPES)]).word_frequency().items())


class TroubleError(Exception):
    pass


@pytest.mark.parametrize("error", [TroubleError, KeyboardInterrupt])
@pytest.mark.parametrize("nth", range(1, 9))
def test_callback_that_raises_leaves_nothing_added(analyzer, error, nth):
    told = []

    def callback(info):
        told.append(info["text"])
        if len(told) == nth:
            raise error

    analyzer.set_callback(callback)
    with small_limits(), pytest.raises(error):
        analyzer.add_arrow(CHUNKED)
    assert told == [value for value in VALUES if is_document(value)][:nth]


def test_callback_may_use_the_analyzer():
    analyzer, other = TextAnalyzer(), []

    def callback(info):
        if info["text"] == "clear":
            analyzer.clear()
        elif info["text"] == "add":
            analyzer.set_callback(other.append)
            analyzer.add_document("within")
            analyzer.add_arrow(pa.array(["within too"]))

    analyzer.add_document("cleared")
    analyzer.set_callback(callback)
    assert analyzer.add_arrow(pa.array(["clear", "add", "then"])) == 3
    assert [info["text"] for info in other] == ["within", "within too", "then"]
    assert analyzer.word_frequency() == {"within": 2, "too": 1, "clear": 1, "add": 1, "then": 1}


def test_progress_counts_bytes_of_text():
    nbytes = sum(len(value.encode()) for value in VALUES if value is not None)
    for kind, threads in itertools.product(TYPES, [1, 3]):
        told = []
        with small_limits(), mock.patch("text_processor._common.progress.INTERVAL_SECONDS", -1):
            TextAnalyzer(threads=threads).add_arrow(array_of(VALUES, kind), progress=lambda *call, told=told: told.append(call))
        assert told[-1] == (nbytes, nbytes)
        assert told == sorted(told)
        assert len(told) > 4
        assert {total for _, total in told} == {nbytes}


def test_progress_of_a_stream_has_no_total():
    told = []
    TextAnalyzer().add_arrow(pa.table({"text": ["one", "two"]}).to_reader(), progress=lambda *call: told.append(call))
    assert told[-1] == (6, None)


@pytest.mark.parametrize("make", [lambda: CHUNKED, TABLE.to_reader, lambda: Handing(TABLE)], ids=["memory", "reader", "stream"])
@pytest.mark.parametrize("threads", [1, 3])
def test_progress_that_raises_leaves_nothing_added(analyzer, make, threads):
    def progress(done, total):
        if done > 300:
            raise KeyboardInterrupt

    analyzer._threads = threads
    with small_limits(), mock.patch("text_processor._common.progress.INTERVAL_SECONDS", -1), pytest.raises(KeyboardInterrupt):
        analyzer.add_arrow(make(), progress=progress)


def test_stream_that_fails_leaves_nothing_added(analyzer):
    def batches():
        yield RECORDS
        raise TroubleError("the source is gone")

    with pytest.raises(Exception, match="the source is gone"):
        analyzer.add_arrow(pa.RecordBatchReader.from_batches(RECORDS.schema, batches()))


@pytest.mark.parametrize("table", [TABLE, pa.table({"a": ["x"], "b": ["y"]})], ids=["read", "refused"])
@pytest.mark.parametrize("is_own", [True, False])
def test_own_readers_are_closed_and_those_of_others_are_not(table, is_own):
    reader = mock.MagicMock(wraps=table.to_reader(), schema=table.schema)
    reader.__iter__.side_effect = table.to_batches().__iter__
    column = SimpleNamespace() if is_own else reader
    with mock.patch.object(arrow, "_open_reader", return_value=reader), suppress(ValueError):
        TextAnalyzer().add_arrow(column)
    assert reader.__exit__.called == is_own


# ---- Refused memory --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("told", [False, True])
def test_every_refused_allocation_leaves_nothing_added(threads, told):
    gc.collect()
    before = get_memory_stats()["live_allocations"]
    values = [" ".join(f"word{i}-{j}" for j in range(20)) for i in range(20)]
    n_failed, is_over = 0, False
    for nth in itertools.count(1):
        analyzer = TextAnalyzer(threads=threads)
        analyzer.add_document("kept")
        analyzer.total_words()
        if told:
            analyzer.set_callback(lambda info: None)
        with failing_allocation(nth), small_limits(batch=300, per_thread=500):
            try:
                n_added = analyzer.add_arrow(pa.array(values))
            except MemoryError:
                n_added = 0
            is_over = n_added > 0 and is_still_ahead(nth)
        if n_added == 0:
            n_failed += 1
            assert_nothing_was_added(analyzer)
        else:
            assert analyzer.word_frequency() == expected(["kept", *values]).word_frequency()
        if is_over:
            break
    assert n_failed > 10
    del analyzer
    gc.collect()
    assert get_memory_stats()["live_allocations"] <= before


# ---- The table of words ----------------------------------------------------------------------------------------------


def assert_table_is_right(analyzer):
    frequency, document_frequency = analyzer.word_frequency(), analyzer.document_frequency()
    table = analyzer.word_table()
    table.validate(full=True)
    assert table.to_pydict() == {
        "term": list(frequency),
        "count": list(frequency.values()),
        "document_frequency": list(document_frequency.values()),
    }


@pytest.mark.parametrize("slice_entries", [1, 2, 3, 100_000])
@pytest.mark.parametrize("most_string_nbytes", [10, 2**31 - 1])
def test_table_has_what_the_dicts_have(monkeypatch, slice_entries, most_string_nbytes):
    monkeypatch.setattr(native_status, "SLICE_ENTRIES", slice_entries)
    monkeypatch.setattr(words_table, "MOST_STRING_NBYTES", most_string_nbytes)
    analyzer = TextAnalyzer()
    assert_table_is_right(analyzer)
    analyzer.add_document("one")
    assert_table_is_right(analyzer)
    analyzer.add_arrow(STRINGS)
    assert_table_is_right(analyzer)
    kind = pa.string() if most_string_nbytes > 10 else pa.large_string()
    assert analyzer.word_table().schema == pa.schema({"term": kind, "count": pa.int64(), "document_frequency": pa.int64()})


@given(st.lists(st.text(characters, max_size=30)))
def test_table_of_any_words_is_right(documents):
    analyzer = TextAnalyzer()
    analyzer.add_documents(document for document in documents if is_document(document))
    assert_table_is_right(analyzer)


def test_table_makes_no_python_strings_and_keeps_no_analyzer():
    analyzer = TextAnalyzer()
    analyzer.add_document(" ".join(f"word{i}" for i in range(250_000)))
    table = analyzer.word_table()
    assert table.nbytes < 250_000 * (8 + 8 + 4 + 10) + 1000
    del analyzer
    gc.collect()
    assert table["term"][249_999].as_py() == "word249999"


def test_table_is_of_one_instant():
    """Every word is twice in each document, so each count is twice its document frequency."""
    analyzer, is_over = TextAnalyzer(keep_documents=False), threading.Event()

    def add():
        for i in itertools.count():
            if is_over.is_set():
                break
            analyzer.add_document(" ".join(f"w{j % 500} w{j % 500}" for j in range(i % 7 * 100, i % 7 * 100 + 400)))
            analyzer.total_words()

    thread = threading.Thread(target=add)
    thread.start()
    try:
        for _ in range(100):
            table = analyzer.word_table().to_pydict()
            assert table["count"] == [2 * n for n in table["document_frequency"]]
    finally:
        is_over.set()
        thread.join()


def test_table_grows_while_it_is_measured(monkeypatch):
    """Terms that come between asking how many there are and copying their counts have it ask again."""
    analyzer = TextAnalyzer()
    analyzer.add_document("one two")
    first = iter([True])

    def allocate(nbytes):
        if next(first, False):
            analyzer.add_document("three")
            analyzer.total_words()
        return pa.allocate_buffer(nbytes)

    monkeypatch.setattr(words_table, "import_pyarrow", lambda method: mock.Mock(wraps=pa, allocate_buffer=allocate))
    assert analyzer.word_table()["term"].to_pylist() == ["one", "two", "three"]


def test_table_goes_back_in_as_a_column():
    analyzer = TextAnalyzer()
    analyzer.add_arrow(STRINGS)
    words = TextAnalyzer()
    words.add_arrow(analyzer.word_table()["term"])
    assert list(words.word_frequency()) == [word.lower() for word in analyzer.word_frequency()]
