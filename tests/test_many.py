"""Where many things are meant: a container whose loop gives something else is refused, and the message names the way."""

from __future__ import annotations

import math
from collections import ChainMap, Counter, OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from bpe_texts import BYTES, trained

from text_processor import PieceCounts, TextAnalyzer, Tokenizer, numeric
from text_processor.vader import SentimentIntensityAnalyzer


def none_of(done: int, total: int | None) -> None:
    """Show no progress."""


def analyzer() -> TextAnalyzer:
    return TextAnalyzer()


TEXTS: dict[str, Callable[[Any], Any]] = {
    "add_documents": lambda many: analyzer().add_documents(many),
    "add_documents that skips": lambda many: analyzer().add_documents(many, blank="skip"),
    "add_documents that reports": lambda many: analyzer().add_documents(many, progress=none_of),
    "train_from_iterator": lambda many: Tokenizer().train_from_iterator(many, 300),
    "encode_batch": lambda many: trained().encode_batch(many),
    "count_batch": lambda many: trained().count_batch(many),
    "special_tokens": lambda many: Tokenizer(special_tokens=many),
    "special_tokens of ranks": lambda many: Tokenizer.from_mergeable_ranks(BYTES, "gpt4", many),
}
IDS: dict[str, Callable[[Any], Any]] = {
    "decode": lambda many: trained().decode(many),
    "decode_bytes": lambda many: trained().decode_bytes(many),
    "decode_tokens_bytes": lambda many: trained().decode_tokens_bytes(many),
    "decode_with_offsets": lambda many: trained().decode_with_offsets(many),
    "decode_batch": lambda many: trained().decode_batch(many),
    "IncrementalDecoder.decode": lambda many: trained().decoder().decode(many),
}
NUMBERS: dict[str, Callable[[Any], Any]] = {
    "parallel_sum": numeric.parallel_sum,
    "process_numbers": lambda many: numeric.process_numbers(many, 0),
    "compute_stats": numeric.compute_stats,
    "array_multiply": lambda many: numeric.array_multiply(many, many),
    "matrix_multiply": lambda many: numeric.matrix_multiply(many, many),
    "MovingAverage.extend": lambda many: numeric.MovingAverage(2).extend(many),
    "RingBuffer.extend": lambda many: numeric.RingBuffer(2).extend(many),
    "DataProcessor.add_data": lambda many: numeric.DataProcessor(2).add_data(many),
}
SPECIAL = ("special_tokens", "special_tokens of ranks")
WITHOUT_ORDER = ("train_from_iterator", "parallel_sum", "compute_stats")
ALL = TEXTS | IDS | NUMBERS
KEY: dict[str, Any] = {**dict.fromkeys(TEXTS, "text"), **dict.fromkeys(IDS, 65), **dict.fromkeys(NUMBERS, 65)}


class Frame:
    """Has columns, as data frames have that speak no protocol; a loop over it gives their names."""

    columns = dtypes = property(lambda self: [65, "text"])

    def __iter__(self) -> Any:
        return iter([65])


class ExchangedFrame:
    """Has the protocol of data frames."""

    def __dataframe__(self) -> Any: ...

    def __iter__(self) -> Any:
        return iter(["text"])


class Column:
    """A column as those of pandas and polars are, with a label that is called like an attribute of a data frame."""

    def __init__(self, *items: Any) -> None:
        self.items, self.columns, self.dtypes, self.schema = items, 1, 2, 3

    def __arrow_c_stream__(self) -> Any: ...

    def __iter__(self) -> Any:
        return iter(self.items)


@pytest.mark.parametrize("make", [lambda key: {key: 1}, lambda key: OrderedDict({key: 1}), lambda key: Counter([key])])
@pytest.mark.parametrize("door", ALL)
def test_mappings_are_refused(door: str, make: Any) -> None:
    ways = {"special_tokens": "from_mergeable_ranks", "train_from_iterator": "train_from_counts"}
    way = ways.get(door, r"keys\(\)")
    if door == "special_tokens of ranks":
        return  # there they are names with ids
    with pytest.raises(TypeError, match=rf"^\w+ must be .*, not \w+; .*{way}"):
        ALL[door](make(KEY[door]))


@pytest.mark.parametrize("make", [MappingProxyType, ChainMap])
def test_so_are_mappings_that_are_no_dicts(make: Any) -> None:
    with pytest.raises(TypeError, match=r"its keys\(\)"):
        analyzer().add_documents(make({"text": 1}))


def test_a_counter_has_a_way_of_its_own() -> None:
    counter = Counter({"ab": 2, "cd": 3})
    with pytest.raises(TypeError, match=r"not Counter; train_from_counts takes texts with their counts$"):
        Tokenizer().train_from_iterator(counter, 257)
    tokenizer = Tokenizer()
    tokenizer.train_from_counts(counter, 257)
    assert tokenizer.merges == {(99, 100): 256}


@pytest.mark.parametrize("make", [Frame, ExchangedFrame])
@pytest.mark.parametrize("door", ALL)
def test_data_frames_are_refused(door: str, make: Any) -> None:
    with pytest.raises(TypeError, match=r"^\w+ must be .*, not (Exchanged)?Frame; .*df\["):
        ALL[door](make())


def frames() -> list[Any]:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"text": ["a"], "n": [1]}
    table = pyarrow.table(columns)
    frame = polars.DataFrame(columns)
    return [pandas.DataFrame(columns), frame, frame.lazy(), table, table.to_batches()[0], table.to_reader()]


def test_data_frames_of_libraries_are_refused() -> None:
    for frame in frames():
        for door in (
            analyzer().add_documents,
            trained().encode_batch,
            trained().count_batch,
            trained().decode,
            numeric.parallel_sum,
        ):
            with pytest.raises(TypeError, match=rf"not {type(frame).__name__}; .*df\["):
                door(frame)


@pytest.mark.parametrize("argument", ["allowed_special", "disallowed_special", "stop_words"])
def test_data_frames_are_no_names_nor_words(argument: str) -> None:
    for frame in [Frame(), *frames()]:
        with pytest.raises(TypeError, match=rf'{argument} must be .*, not \w+; give one column of it, as in df\["text"\]'):
            TextAnalyzer(stop_words=frame) if argument == "stop_words" else trained().encode("a", **{argument: frame})
    series = pytest.importorskip("pandas").Series(["text"])
    without = TextAnalyzer(stop_words=series)
    without.add_document("a text")
    assert dict(without.words) == {"a": 1}


def test_relations_of_duckdb_are_refused() -> None:
    relation = pytest.importorskip("duckdb").sql("select 'a' as text")
    with pytest.raises(TypeError, match=r"not DuckDBPyRelation; add_arrow\(df\["):
        analyzer().add_documents(relation)


@pytest.mark.parametrize("make", [set, frozenset, type("Subclass", (set,), {})])
@pytest.mark.parametrize("door", ALL)
def test_sets_are_refused_where_order_makes_a_difference(door: str, make: Any) -> None:
    given = make([KEY[door]])
    if door in WITHOUT_ORDER:
        ALL[door](given)
    else:
        with pytest.raises(TypeError, match=r"^\w+ must be .*, not \w+, which has no order; sorted\(\) gives it one$"):
            ALL[door](given)


@pytest.mark.parametrize("door", ALL)
def test_a_str_is_refused(door: str) -> None:
    with pytest.raises(TypeError, match=r"^\w+ must be .*, not one str; "):
        ALL[door]("65")


@pytest.mark.parametrize("one", [b"text", bytearray(b"text"), memoryview(b"text")])
@pytest.mark.parametrize("door", TEXTS)
def test_bytes_are_refused_where_texts_are_meant(door: str, one: Any) -> None:
    with pytest.raises(TypeError, match=rf"^\w+ must be .*, not one {type(one).__name__}; "):
        TEXTS[door](one)


@pytest.mark.parametrize("one", [b"text", bytearray(b"text")])
@pytest.mark.parametrize("door", IDS)
def test_bytes_are_refused_where_ids_are_meant(door: str, one: Any) -> None:
    with pytest.raises(TypeError, match=rf"^\w+ must be .*, not one {type(one).__name__}; encode makes ids"):
        IDS[door](one)


@pytest.mark.parametrize("door", ALL)
def test_what_no_loop_can_go_over_is_refused_by_name(door: str) -> None:
    if door.startswith("special"):
        return  # None is no names
    for nothing in (None, 2.5):
        with pytest.raises(TypeError, match=rf"^\w+ must be .*, not {type(nothing).__name__}$"):
            ALL[door](nothing)


WAYS = {
    "add_documents": "add_arrow adds it",
    "encode_batch": "encode_arrow encodes it",
    "count_batch": "count_arrow counts its ids",
}


@pytest.mark.parametrize("door", [door for door in (TEXTS | IDS) if door not in SPECIAL and door != "train_from_iterator"])
def test_arrays_of_arrow_are_refused(door: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    way = WAYS.get(door.partition(" ")[0], r"its to_pylist\(\) is one")
    array = pyarrow.array([KEY[door]])
    for given in (array, pyarrow.chunked_array([array])):
        with pytest.raises(TypeError, match=rf"^\w+ must be .*, not \w+Array, whose items are Arrow's; {way}$"):
            ALL[door](given)


ITERABLES: list[Callable[[list[Any]], Any]] = [
    list,
    tuple,
    iter,
    deque,
    lambda items: (item for item in items),
    lambda items: dict.fromkeys(items).keys(),
    lambda items: dict(enumerate(items)).values(),
    lambda items: Column(*items),
    type("List", (list,), {}),
    lambda items: type("Sequence", (), {"__getitem__": lambda self, index: items[index]})(),
]


@pytest.mark.parametrize("make", ITERABLES)
def test_all_else_that_can_be_looped_over_is_taken(make: Any) -> None:
    assert analyzer().add_documents(make(["a b", "c"])) == 2
    assert Tokenizer(special_tokens=make(["<a>", "<b>"])).special_tokens == {"<a>": 256, "<b>": 257}
    assert trained().encode_batch(make(["x", "y"])) == [[120], [121]]
    assert trained().decode(make([104, 105])) == "hi"
    assert trained().decode_batch(make([(104,), (105,)])) == ["h", "i"]


@pytest.mark.parametrize("make", ITERABLES[:-1])  # no sequence in the sense of collections.abc
def test_numbers_come_in_any_of_them_too(make: Any) -> None:
    assert numeric.parallel_sum(make([1, 2])) == 3
    assert numeric.process_numbers(make([1, 2]), 0) == [2, 4]


def columns() -> list[Any]:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    numpy = pytest.importorskip("numpy")
    made = [pandas.DataFrame({"text": ["a", "b"]})["text"], pandas.Series(["a", "b"], ["columns", "dtypes"])]
    return [
        *made,
        pandas.Index(["a", "b"]),
        polars.Series(["a", "b"]),
        numpy.array(["a", "b"]),
        numpy.array(["a", "b"], object),
    ]


def test_columns_of_text_are_taken() -> None:
    for column in columns():
        assert analyzer().add_documents(column) == 2
        assert trained().encode_batch(column) == [[97], [98]]
        Tokenizer().train_from_iterator(column, 300)


# ---- What is missing -------------------------------------------------------------------------------------------------


def missing_values() -> list[Any]:
    pandas = pytest.importorskip("pandas")
    return [None, math.nan, pandas.NA, pandas.NaT, pytest.importorskip("numpy").float64("nan")]


def test_missing_values_are_refused_by_their_index() -> None:
    for value in missing_values():
        for given in (["a", "b", value], iter(["a", "b", value])):
            made = analyzer()
            with pytest.raises(TypeError, match=r"^Document 2 must .*, a missing value: leave .* add_arrow .* kept: 2\)$"):
                made.add_documents(given)
            assert made.get_documents() == ["a", "b"]
        for door in (trained().encode_batch, lambda texts: Tokenizer().train_from_iterator(texts, 300)):
            with pytest.raises(TypeError, match=r"^text 1\b.*, a missing value: leave it out$"):
                door(["a", value])
        with pytest.raises(TypeError, match=r"^the id at index 1 must .*, a missing value: leave it out$"):
            trained().decode([65, value])


MISSING: dict[str, Callable[[Any], Any]] = {
    "text 1: ": lambda value: trained().chunks_batch(["a", value], 3),
    "text 1 ": lambda value: PieceCounts().add_texts(["a", value]),
    "text 0 ": lambda value: Tokenizer().train_from_counts(Counter([value]), 300),
    "text 1 must": lambda value: SentimentIntensityAnalyzer().compound(["a", value]),
    "document 1 ": lambda value: trained().encode_corpus(["a", value], Path("shards"), format="raw"),
    "document 0 ": lambda value: trained().encode_corpus(iter([value]), Path("more"), format="raw", split=(0.5, 0.5)),
    "list 1: the id at index 0 ": lambda value: trained().decode_batch([[65], [value]]),
    "list 1: ids ": lambda value: trained().decode_batch([[65], value]),
    "the name of a special token ": lambda value: Tokenizer(special_tokens=["<a>", value]),
    "a stop word ": lambda value: TextAnalyzer(stop_words=["a", value]),
}


@pytest.mark.parametrize("place", MISSING)
def test_a_missing_value_is_called_so_by_every_door(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for value in (None, math.nan):
        with pytest.raises(TypeError, match=rf"^{place}.*, a missing value: leave it out$"):
            MISSING[place](value)


def test_a_missing_number_is_refused_unless_it_is_a_number() -> None:
    with pytest.raises(TypeError, match=r"^numbers\[1\] must .* not NoneType, a missing value: leave it out$"):
        numeric.parallel_sum([1, None])
    assert math.isnan(numeric.parallel_sum([1, math.nan]))


def test_other_items_are_not_called_missing() -> None:
    with pytest.raises(TypeError, match=r"not float$"):
        analyzer().add_documents([2.5])


# ---- What stays ------------------------------------------------------------------------------------------------------

FAULTY: list[Any] = ["", b" ", "a\ud800", b"\xff", 5, None, memoryview(b"abcd")[::2]]


@pytest.mark.parametrize("fault", FAULTY)
@pytest.mark.parametrize("collect", [list, iter])
@pytest.mark.parametrize("options", [{}, {"progress": none_of}])
def test_a_refusal_tells_how_many_documents_stay(fault: Any, collect: Any, options: dict[str, Any]) -> None:
    for n in (0, 1, 3):
        made = analyzer()
        with pytest.raises((TypeError, ValueError, BufferError)) as caught:
            made.add_documents(collect([*["word"] * n, fault, "more"]), **options)
        assert len(made) == n
        assert str(caught.value).endswith(f" (added before it, and kept: {n})") == (n > 0)
        assert getattr(caught.value, "added", n) == n


def test_a_refused_blank_names_the_way_to_skip_it() -> None:
    with pytest.raises(ValueError, match=r'^Document 0 cannot be empty; blank="skip" leaves blank ones out$'):
        analyzer().add_documents([" "])


@pytest.mark.parametrize("way", ["add_document", "add_documents", "add_file", "add_stream", "add_buffer", "add_arrow"])
def test_the_first_line_says_what_becomes_of_blank_documents(way: str) -> None:
    first_line = (getattr(TextAnalyzer, way).__doc__ or "").splitlines()[0]
    assert "blank" in first_line
    assert ("refused" if way in ("add_document", "add_documents") else "skipped") in first_line
