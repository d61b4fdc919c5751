"""Tokenizers and many texts at once: each entry of an Arrow column, and each text of a flat batch, as `encode` has it."""

from __future__ import annotations

import gc
import itertools
import sys
from array import array
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest
from bpe_texts import BOOK, SPECIAL, TRICKY, of_bytes, plain_texts, texts_with_names, trained
from hypothesis import given
from hypothesis import strategies as st
from test_allocation import failing_allocation, is_still_ahead

from text_processor import InvalidDocumentError, Tokenizer, UntrainedTokenizerWarning, get_memory_stats
from text_processor._common import progress
from text_processor._documents import arrow
from text_processor._native import bpe as native_bpe
from text_processor.bpe import _columns, _model, _training
from text_processor.bpe._model import Model
from text_processor.bpe._stages import utf8
from text_processor.bpe._stages.added_tokens import AddedToken

pa = pytest.importorskip("pyarrow")
test_arrow = pytest.importorskip("test_arrow")
TYPES, SOURCES, array_of, unchecked, packed = (
    getattr(test_arrow, name) for name in ("TYPES", "SOURCES", "array_of", "unchecked", "packed")
)

VALUES = [
    *("The quick brown fox", None, "", " \u2003\t", "ΟΔΟΣ İ over two\nlines and\n more", "\n", "x", None, "exactly 12 b"),
    *("exactly 13 by", "long " * 60 + "ä" * 100, "a<|end|>b<|endoftext|>", None, "the end", "<|pad|>", ""),
]
BOTH = [{"allowed_special": "all"}, {"disallowed_special": ()}]


def small_batches(nbytes: int = 64, measured: int = 7) -> ExitStack:
    """Batches so small that a few words go every way there is."""
    patches = ExitStack()
    for module, name, value in (
        (_model, "BATCH_NBYTES", nbytes),
        (_training, "GROUP_CHARACTERS", nbytes),
        (arrow, "MEASURED_ENTRIES", measured),
        (utf8, "STEP_NBYTES", 2 * nbytes),
    ):
        patches.enter_context(mock.patch.object(module, name, value))
    return patches


def assert_encodes(column: Any, values: list[str | None], tokenizer: Tokenizer | None = None, **options: Any) -> None:
    """``column``, a function if it can be read only once, has the ids that its values have one by one."""
    tokenizer = tokenizer or trained()
    names = {name: value for name, value in options.items() if name != "threads"} or {"disallowed_special": ()}
    options |= names
    expected = [None if value is None else tokenizer.encode(value, **names) for value in values]
    make = column if callable(column) else lambda: column
    ids = tokenizer.encode_arrow(make(), **options)
    ids.validate(full=True)
    assert ids.type == pa.list_(pa.uint32())
    assert ids.to_pylist() == expected
    counts = tokenizer.count_arrow(make(), **options)
    counts.validate(full=True)
    assert counts.type == pa.int32()
    assert counts.to_pylist() == [None if each is None else len(each) for each in expected]


# ---- Columns to ids --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", BOTH, ids=["special", "ordinary"])
@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_every_type_of_text_is_encoded(kind: Any, options: dict[str, Any]) -> None:
    assert_encodes(array_of(VALUES, kind), VALUES, **options)


@pytest.mark.parametrize("kind", TYPES[::5], ids=str)
def test_every_slice_is_encoded(kind: Any) -> None:
    """The validity of a slice begins anywhere in a byte."""
    entries = array_of(VALUES, kind)
    with small_batches():
        for start, stop in itertools.combinations(range(len(VALUES) + 1), 2):
            assert_encodes(entries.slice(start, stop - start), VALUES[start:stop], threads=1 + start % 3)


@given(st.data())
def test_columns_are_encoded_as_their_values_are(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(TYPES))
    value = st.one_of(texts_with_names, texts_with_names, st.none())
    chunks = data.draw(st.lists(st.lists(value, max_size=12), max_size=5))
    bounds = [data.draw(st.tuples(st.integers(0, len(chunk)), st.integers(0, len(chunk)))) for chunk in chunks]
    cut = [slice(min(pair), max(pair)) for pair in bounds]
    column = pa.chunked_array([array_of(chunk, kind)[part] for chunk, part in zip(chunks, cut, strict=True)], kind)
    values = [text for chunk, part in zip(chunks, cut, strict=True) for text in chunk[part]]
    names = data.draw(st.sets(st.sampled_from(SPECIAL)))
    options = data.draw(st.sampled_from([{"allowed_special": names, "disallowed_special": ()}, *BOTH]))
    tokenizer = trained(data.draw(st.sampled_from(["gpt4", "o200k", "[a-z]+|."])))
    with small_batches(data.draw(st.integers(1, 100))):
        assert_encodes(column, values, tokenizer, threads=data.draw(st.integers(1, 4)), **options)
        assert_encodes(lambda: pa.table({"one": column}).to_reader(), values, tokenizer, **options)


STAGES: dict[str, dict[str, Any]] = {
    "normal form": {"normalizer": ("NFKC",)},
    "normal forms": {"normalizer": ("NFD", "NFC"), "prefix_space": True},
    "blank": {"prefix_space": True},
    "not special": {"added": {"lo": AddedToken(600, special=False), "<s>": AddedToken(601)}},
    "normalized": {"normalizer": ("NFKC",), "added": {"ﬁ": AddedToken(600, special=False, normalized=True)}},
    "with white space": {"added": {"<s>": AddedToken(600, lstrip=True, rstrip=True), "an": AddedToken(601, single_word=True)}},
}


@pytest.mark.parametrize("options", STAGES.values(), ids=STAGES.keys())
@given(st.data())
def test_columns_go_through_every_stage(options: dict[str, Any], data: st.DataObject) -> None:
    options = {"added": (), **options}
    plain = trained()._model
    tokenizer = Tokenizer._of(Model(plain.splitter, plain.vocabulary, options.pop("added"), **options))
    value = st.lists(st.one_of(plain_texts, st.sampled_from(["<s>", " <s> ", "an", "lo", "ﬁ", "e\u0301"])), max_size=4).map(
        "".join
    )
    values = data.draw(st.lists(st.one_of(value, st.none()), max_size=10))
    with small_batches(data.draw(st.integers(1, 100))):
        assert_encodes(pa.array(values, pa.string()), values, tokenizer, **data.draw(st.sampled_from(BOTH)))


def test_a_null_takes_no_ids_at_any_stage() -> None:
    plain = trained()._model
    ids = Tokenizer._of(Model(plain.splitter, plain.vocabulary, prefix_space=True)).encode_arrow(pa.array([None, "a", None]))
    assert (len(ids.values), ids.offsets[1].as_py(), ids.offsets[2].as_py()) == (ids.offsets[3].as_py(), 0, len(ids.values))


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES.keys())
def test_whatever_speaks_the_protocol_is_encoded(make: Any) -> None:
    assert_encodes(make, test_arrow.VALUES)


@pytest.mark.parametrize("dtype", ["String", "Categorical"])
def test_polars_is_encoded(dtype: str) -> None:
    pl = pytest.importorskip("polars")
    series = pl.Series("text", VALUES, dtype=getattr(pl, dtype))
    assert_encodes(series, VALUES)
    assert_encodes(pl.concat([series[3:9], series[2:]], rechunk=False), VALUES[3:9] + VALUES[2:])
    back = pl.from_arrow(trained().encode_arrow(series, disallowed_special=()))
    assert back.to_list() == trained().encode_arrow(series, disallowed_special=()).to_pylist()


@pytest.mark.parametrize("dtype", ["object", "string[pyarrow]", "category"])
def test_pandas_is_encoded(dtype: str) -> None:
    pd = pytest.importorskip("pandas")
    series = pd.Series(VALUES, dtype=dtype, name="text")
    if not hasattr(series, "__arrow_c_stream__"):
        pytest.skip("this pandas gives only frames to Arrow")
    assert_encodes(series, VALUES)
    assert_encodes(series[3:9].reset_index(drop=True), VALUES[3:9])


def test_duckdb_is_encoded() -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.execute(
            "create table texts as select case when i % 7 > 0 then 'text ' || i end as text from range(5000) t(i)"
        )
        values = [f"text {i}" if i % 7 else None for i in range(5000)]
        assert_encodes(lambda: connection.sql("select text from texts order by rowid"), values, threads=2)


@pytest.mark.parametrize("column", [pa.nulls(9), pa.array([], pa.string()), pa.chunked_array([], pa.string()), pa.nulls(0)])
def test_nothing_has_no_ids(column: Any) -> None:
    assert_encodes(column, column.to_pylist())
    assert_encodes(pa.nulls(5, pa.large_string()), [None] * 5)


def test_neither_threads_nor_the_sizes_of_batches_matter() -> None:
    values = [line or None for line in BOOK[:400_000].split("\n")]
    expected = trained().encode_arrow(pa.array(values), threads=1)
    for threads, nbytes in ((2, 10_000), (3, 1 << 20), (8, 1000)):
        with small_batches(nbytes):
            assert trained().encode_arrow(pa.array(values), threads=threads).equals(expected)


def test_an_untrained_tokenizer_warns() -> None:
    with pytest.warns(UntrainedTokenizerWarning):
        assert Tokenizer().encode_arrow(pa.array(["a"])).to_pylist() == [[97]]


def test_ids_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Any] = []
    make = _columns.lists

    def keeping(flat: Any, has_value: bytearray) -> Any:
        taken.append(flat)
        return make(flat, has_value)

    monkeypatch.setattr(_columns, "lists", keeping)
    ids = of_bytes().encode_arrow(pa.array(["text " * 1000]))
    assert ids.values.buffers()[1].address == taken[0].ids.buffer_info()[0]
    del taken[:]
    gc.collect()
    assert ids.to_pylist() == [list(b"text " * 1000)]


def test_many_ids_make_a_large_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_columns, "MOST_LIST_IDS", 3)
    assert of_bytes().encode_arrow(pa.array(["abc", None])).type == pa.list_(pa.uint32())
    ids = of_bytes().encode_arrow(pa.array(["abc", None, "", "d"]))
    ids.validate(full=True)
    assert ids.type == pa.large_list(pa.uint32())
    assert ids.to_pylist() == [[97, 98, 99], None, [], [100]]


# ---- What is refused -------------------------------------------------------------------------------------------------

METHODS = ["encode_arrow", "count_arrow", "train_from_iterator"]


def call(method: str, column: Any, tokenizer: Tokenizer | None = None, **options: Any) -> Any:
    size = (300,) if method == "train_from_iterator" else ()
    return getattr(tokenizer or of_bytes(special_tokens=["<|end|>"]), method)(column, *size, **options)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("nbytes", [4, 64])
@pytest.mark.parametrize("chunks", [lambda column: column, lambda column: pa.table({"text": column}).to_reader(2)])
def test_a_text_that_is_not_utf8_is_named(method: str, nbytes: int, chunks: Any) -> None:
    column = pa.chunked_array([[None, b"a", b""], [b" ", b"longer \xff text"]], pa.binary())
    with (
        small_batches(nbytes),
        pytest.raises(InvalidDocumentError, match=r"^text 4\b.* is not valid UTF-8 at byte 7") as caught,
    ):
        call(method, chunks(column))
    assert (caught.value.index, caught.value.offset) == (4, 7)


@pytest.mark.parametrize("method", METHODS[:2])
@pytest.mark.parametrize("text", ["ä<|end|>", "long " * 100 + "ä<|end|>"])
def test_a_disallowed_name_is_named_with_its_text(method: str, text: str) -> None:
    place = len(text) - len("<|end|>")
    with (
        small_batches(),
        pytest.raises(ValueError, match=rf"^text 2: the text holds '<\|end\|>' at character {place}, which is"),
    ):
        call(method, pa.array(["fine", None, text]))
    with small_batches(), pytest.raises(ValueError, match=r"^text 0: the text holds '<\|end\|>' at character 0"):
        call(method, pa.array(["<|end|>"]), allowed_special=set(), disallowed_special={"<|end|>", "\nb"})


def test_names_do_not_cross_from_one_text_into_the_next() -> None:
    tokenizer = of_bytes(special_tokens=["a\nb"])
    assert_encodes(pa.array(["a", "b", "a\nb"]), ["a", "b", "a\nb"], tokenizer, allowed_special="all")
    assert_encodes(pa.array(["a", "b"]), ["a", "b"], tokenizer, allowed_special=())


@pytest.mark.parametrize("method", METHODS)
def test_other_columns_are_refused(method: str) -> None:
    with pytest.raises(TypeError, match=r"column must hold text .*, not int64"):
        call(method, pa.array([1]))
    with pytest.raises(ValueError, match="there must be one column, not 2: 'a', 'b'"):
        call(method, pa.table({"a": ["x"], "b": ["y"]}))
    with pytest.raises(ValueError, match="entry 1 of the column is damaged"):
        call(method, unchecked(pa.string(), 2, packed("i", [0, 1, 99]), b"abc"))


@pytest.mark.parametrize("method", METHODS[:2])
def test_what_is_no_column_is_refused(method: str) -> None:
    for wrong in (["a"], "a", None, {"text": ["a"]}):
        with pytest.raises(TypeError, match=f"column must be an Arrow array, column or stream .* not {type(wrong).__name__}"):
            call(method, wrong)
    with pytest.raises(TypeError, match="progress must be callable"):
        call(method, ["a"], progress=5)
    with pytest.raises(ValueError, match="threads must be from 1 to"):
        call(method, pa.array(["a"]), threads=0)
    with pytest.raises(TypeError, match="allowed_special must be"):
        call(method, pa.array(["a"]), allowed_special="some")


@pytest.mark.parametrize("method", METHODS[:2])
def test_pyarrow_is_named_where_it_is_missing(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=rf"^{method} needs pyarrow, which is not installed"):
        call(method, STRINGS)


STRINGS = pa.array(["a"])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("pattern", ["gpt4", "[a-z]+|."])
def test_what_the_stream_raises_passes_through(method: str, pattern: str) -> None:
    def records() -> Any:
        yield pa.record_batch({"text": ["a"]})
        raise LookupError("mine")

    tokenizer = of_bytes(pattern)
    with pytest.raises(LookupError, match="mine"):
        call(method, pa.RecordBatchReader.from_batches(pa.schema({"text": pa.string()}), records()), tokenizer)
    assert tokenizer == of_bytes(pattern)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("threads", [1, 2])
def test_every_refused_allocation_leaves_nothing(method: str, threads: int) -> None:
    gc.collect()
    before = get_memory_stats()["live_allocations"]
    column, n_failed = pa.array(["some words " * 5, None, "more <|end|>" * 9]), 0
    for nth in itertools.count(1):
        tokenizer = of_bytes(special_tokens=["<|end|>"])
        options = {} if method == "train_from_iterator" else {"allowed_special": "all"}
        with small_batches(), failing_allocation(nth):
            try:
                call(method, column, tokenizer, threads=threads, **options)
            except MemoryError:
                n_failed += 1
                assert tokenizer == of_bytes(special_tokens=["<|end|>"])
                continue
            if is_still_ahead(nth):
                break
    assert n_failed > 3
    del tokenizer
    gc.collect()
    assert get_memory_stats()["live_allocations"] <= before


# ---- Progress, and Ctrl-C between steps ------------------------------------------------------------------------------

COLUMN = pa.chunked_array([VALUES, [None, "long text " * 300]])
N_BYTES = sum(len(value.encode()) for value in COLUMN.to_pylist() if value is not None)


@pytest.mark.parametrize("pattern", ["gpt4", "[a-z]+|[^a-z]"])
@pytest.mark.parametrize("method", METHODS)
def test_progress_is_in_bytes(method: str, pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL_SECONDS", -1)
    options = {} if method == "train_from_iterator" else {"allowed_special": "all"}
    for column, total in ((COLUMN, N_BYTES), (pa.table({"text": COLUMN}).to_reader(), None)):
        told: list[tuple[int, int | None]] = []
        with small_batches():
            tokenizer = of_bytes(pattern, special_tokens=SPECIAL)
            call(method, column, tokenizer, threads=2, progress=lambda *step: told.append(step), **options)  # noqa: B023
        n_merges = len(tokenizer.merges)
        done = [done for done, known in told if known == total and not (n_merges and known == 44)]
        assert done == sorted(done)
        assert len(set(done)) >= 5
        assert done[-1] == N_BYTES


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, InvalidDocumentError])
def test_what_progress_raises_passes_through(method: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL_SECONDS", -1)

    def cancel(done: int, total: int | None) -> None:
        raise error("mine")

    for column in (COLUMN, pa.array(["a"])):
        with small_batches(), pytest.raises(error, match=r"^mine$"):
            call(method, column, of_bytes(), progress=cancel)


@pytest.mark.parametrize("threads", [1, 3])
def test_ctrl_c_waits_for_no_more_than_a_step(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets through between two calls of the core."""
    steps: list[int] = []
    for kind, name, nbytes in (
        (native_bpe.Encoder, "feed", len),
        (native_bpe.Encoder, "feed_batch", lambda batch: len(batch.text)),
        (native_bpe.Pieces, "add", lambda _, text: len(text)),
        (native_bpe.Pieces, "add_documents", lambda _, batch: len(batch.text)),
    ):
        do = getattr(kind, name)

        def counting(
            self: Any, *given: Any, do: Any = do, nbytes: Any = nbytes, is_piece: bool = kind is native_bpe.Pieces, **rest: Any
        ) -> Any:
            steps.append(nbytes(*given[: 1 + is_piece]))
            return do(self, *given, **rest)

        monkeypatch.setattr(kind, name, counting)
    column = pa.array(["a", "long text " * 1000, None, *["short"] * 1000, "très long " * 1000, "b <|end|>" * 500])
    for method in METHODS:
        options: dict[str, Any] = {} if method == "train_from_iterator" else {"allowed_special": "all"}
        del steps[:]
        with small_batches(500):
            call(method, column, threads=threads, **options)
        assert len(steps) > 10
        assert max(steps) <= 1000 * threads


# ---- Training --------------------------------------------------------------------------------------------------------


def assert_trains(column: Any, values: list[str | None], pattern: str = "gpt4", threads: int | None = None) -> None:
    ours, theirs = Tokenizer(pattern), Tokenizer(pattern)
    ours.train_from_iterator(column, 300, threads=threads)
    theirs.train_from_iterator([value for value in values if value is not None], 300)
    assert ours == theirs


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_every_type_of_text_trains(kind: Any) -> None:
    assert_trains(array_of(VALUES, kind), VALUES)


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES.keys())
def test_whatever_speaks_the_protocol_trains(make: Any) -> None:
    assert_trains(make(), test_arrow.VALUES)


@given(st.lists(st.lists(st.one_of(plain_texts, st.none()), max_size=8), max_size=4), st.integers(1, 80), st.data())
def test_columns_train_as_their_values_do(chunks: list[list[str | None]], nbytes: int, data: st.DataObject) -> None:
    values, pattern = list(itertools.chain(*chunks)), data.draw(st.sampled_from(["gpt2", "o200k", "[a-z]+|."]))
    with small_batches(nbytes):
        assert_trains(pa.chunked_array(chunks, pa.string()), values, pattern, data.draw(st.integers(1, 3)))


def test_columns_of_other_libraries_train() -> None:
    pl, pd, duckdb = (pytest.importorskip(name) for name in ("polars", "pandas", "duckdb"))
    assert_trains(pl.Series(VALUES), VALUES)
    assert_trains(pd.Series(["a b", "a c"]), ["a b", "a c"])
    assert_trains(duckdb.sql("select 'text ' || i as text from range(100) t(i)"), [f"text {i}" for i in range(100)])


def test_a_series_trains_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop over it gives texts, so pyarrow is not needed."""
    pl = pytest.importorskip("polars")
    monkeypatch.setattr(arrow, "find_spec", lambda name: None)
    assert_trains(pl.Series(["a b", "a c"]), ["a b", "a c"])
    with pytest.raises(TypeError, match="a missing value"):
        Tokenizer().train_from_iterator(pl.Series(["a", None]), 300)


# ---- Flat batches ----------------------------------------------------------------------------------------------------


@given(
    st.lists(st.one_of(texts_with_names, plain_texts.map(str.encode)), max_size=10),
    st.integers(1, 3),
    st.integers(1, 200),
    st.sampled_from(BOTH),
    st.sampled_from(["gpt4", "[a-z]+|."]),
)
def test_flat_batches_have_the_ids_of_lists(
    texts: list[str | bytes], threads: int, nbytes: int, options: dict[str, Any], pattern: str
) -> None:
    tokenizer = trained(pattern)
    with small_batches(nbytes):
        lists = tokenizer.encode_batch(texts, threads, **options)
        ids, offsets = tokenizer.encode_batch(iter(texts), threads, output="flat", **options)
        counts = tokenizer.count_batch(tuple(texts), threads, **options)
    assert lists == [tokenizer.encode(text, **options) for text in texts]
    assert (ids.typecode, offsets.typecode) == ("I", "Q")
    assert ids == array("I", itertools.chain(*lists))
    assert [ids[start:end].tolist() for start, end in itertools.pairwise(offsets)] == lists
    assert counts == list(map(len, lists))


def test_no_texts_have_no_ids() -> None:
    assert of_bytes().encode_batch([], output="flat") == (array("I"), array("Q", [0]))
    assert of_bytes().count_batch(()) == []


def test_surrogates_in_flat_batches() -> None:
    texts = ["\ud800", "\ud83d\ude00", *TRICKY]
    ids, offsets = trained().encode_batch(texts, output="flat")
    assert [ids[start:end].tolist() for start, end in itertools.pairwise(offsets)] == list(map(trained().encode, texts))
    assert trained().count_batch(texts) == list(map(trained().count, texts))


def test_wrong_outputs_are_named() -> None:
    with pytest.raises(ValueError, match="output must be 'lists' or 'flat', not 'array'"):
        of_bytes().encode_batch(["a"], output="array")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"^text 1: text must be str"):
        of_bytes().count_batch(["a", None])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"whose items are Arrow's; encode_arrow encodes it$"):
        of_bytes().encode_batch(STRINGS)
    with pytest.raises(TypeError, match=r"whose items are Arrow's; count_arrow counts its ids$"):
        of_bytes().count_batch(STRINGS)
