"""Documents of every type, blank ones left out, and progress: beside a loop of `add_document` over plain Python."""

from __future__ import annotations

import copy
import io
import itertools
import mmap
import pickle
from array import array
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from bpe_texts import BYTES, trained
from hypothesis import given
from hypothesis import strategies as st
from python_analyzer import PythonAnalyzer
from texts import any_texts, documents, texts

from text_processor import InvalidDocumentError, TextAnalyzer, TextProcessorError, Tokenizer, numeric, word_count
from text_processor import analyzer as analyzer_module
from text_processor._common import progress as common_progress
from text_processor._documents import batches
from text_processor._native import process as native_process


class Bytes(bytes):
    """Bytes that lie about themselves; what they hold counts."""

    def __len__(self) -> int:
        return 1

    def decode(self, *_: Any, **__: Any) -> str:
        return "something else"

    def __getitem__(self, _: Any) -> Any:
        return b"else"

    def __buffer__(self, _: int) -> memoryview:  # which CPython asks from 3.12 on
        return memoryview(b"fine text")


def numpy_array(data: bytes) -> Any:
    numpy = pytest.importorskip("numpy")
    return numpy.frombuffer(data, dtype="uint8")


def mapping(data: bytes) -> Any:
    if not data:
        return b""
    mapped = mmap.mmap(-1, len(data))
    mapped[:] = data
    return mapped


MUTABLE: list[Any] = [bytearray, lambda data: memoryview(bytearray(data)), lambda data: array("B", data), mapping, numpy_array]
MAKERS: list[Any] = [bytes, Bytes, *MUTABLE]


def text_of(document: Any) -> str:
    """The text of a document, or an error if it has none."""
    if isinstance(document, str):
        document.encode()
        return document
    held = bytes.__getitem__(document, slice(None)) if isinstance(document, bytes) else bytes(memoryview(document))
    return str(held, "utf-8")


def expected_of(given: list[Any], blank: str) -> tuple[PythonAnalyzer, tuple[int, int] | None]:
    """What a loop adds, and where it fails: the index, and how many were added."""
    oracle = PythonAnalyzer()
    for index, document in enumerate(given):
        try:
            text = text_of(document)
        except UnicodeError:
            return oracle, (index, len(oracle.documents))
        if text.strip():
            oracle.add_document(text)
        elif blank == "raise":
            return oracle, (index, len(oracle.documents))
    return oracle, None


def answers(of: Any) -> dict[str, Any]:
    return {
        "statistics": of.get_statistics(),
        "frequency": list(of.word_frequency().items()),
        "document frequency": list(of.document_frequency().items()),
        "most common": of.most_common(3),
    }


invalid_bytes = st.builds(
    lambda a, b, c: a.encode() + b + c.encode(), texts, st.sampled_from([b"\xff", b"\xe4\xb8", b"\xed\xa0\x80"]), texts
)
any_documents = st.one_of(
    any_texts,
    texts.map(str.encode),
    st.builds(lambda text, make: make(text.encode()), texts, st.sampled_from(MAKERS)),
    st.builds(lambda data, make: make(data), invalid_bytes, st.sampled_from([bytes, bytearray])),
)
valid_documents = st.one_of(documents, st.builds(lambda text, make: make(text.encode()), documents, st.sampled_from(MAKERS)))
lists = st.one_of(
    st.lists(any_documents, max_size=8), st.lists(valid_documents, max_size=8), st.lists(documents.map(str.encode), max_size=8)
)


def ignore(*_: Any) -> None:
    pass


# ---- What may be given -----------------------------------------------------------------------------------------------


@given(
    lists,
    st.fixed_dictionaries(
        {"blank": st.sampled_from(["raise", "skip"]), "progress": st.sampled_from([None, False, lambda done, total: None])}
    ),
    st.fixed_dictionaries({"keep_documents": st.booleans(), "threads": st.sampled_from([1, 3])}),
    st.sampled_from([list, tuple, iter]),
    st.booleans(),
)
def test_documents_of_any_type_are_those_of_a_loop(
    given: list[Any], how: dict[str, Any], options: dict[str, Any], collect: Any, told_of: bool
) -> None:
    oracle, fault = expected_of(given, how["blank"])
    analyzer, told = TextAnalyzer(**options), []
    if told_of:
        analyzer.set_callback(told.append)
    if fault is None:
        assert analyzer.add_documents(collect(given), **how) == len(oracle.documents)
    else:
        with pytest.raises(InvalidDocumentError) as caught:
            analyzer.add_documents(collect(given), **how)
        assert (caught.value.index, caught.value.added) == fault
    assert len(analyzer) == len(oracle.documents)
    assert answers(analyzer) == answers(oracle)
    if told_of:
        texts = [(text, len(text.split()), index) for index, text in enumerate(oracle.documents, 1)]
        assert [(info["text"], info["word_count"], info["total_documents"]) for info in told] == texts
    if options["keep_documents"]:
        assert list(map(text_of, analyzer.get_documents())) == oracle.documents
        assert all(isinstance(document, (str, bytes)) for document in analyzer.get_documents())


@given(any_documents)
def test_a_document_of_any_type(document: Any) -> None:
    oracle, fault = expected_of([document], "raise")
    for keep, told_of in itertools.product([True, False], repeat=2):
        analyzer, told = TextAnalyzer(keep_documents=keep), []
        if told_of:
            analyzer.set_callback(told.append)
        if fault is None:
            analyzer.add_document(document)
        else:
            with pytest.raises(InvalidDocumentError) as caught:
                analyzer.add_document(document)
            assert (caught.value.index, caught.value.added) == (None, 0)
        assert answers(analyzer) == answers(oracle)
        assert [info["text"] for info in told] == (oracle.documents if told_of else [])


def test_bytes_come_back_as_the_very_objects() -> None:
    one, loud = b"one \xe4\xb8\xad", Bytes(b"be quiet")
    analyzer = TextAnalyzer(threads=2)
    analyzer.add_document(one)
    analyzer.add_documents([loud, "text"])
    kept = analyzer.get_documents()
    assert (kept[0] is one, kept[1] is loud, kept[2]) == (True, True, "text")
    assert analyzer.word_frequency() == {"one": 1, "中": 1, "be": 1, "quiet": 1, "text": 1}


def add(*documents: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer()
    analyzer.add_documents(documents)
    return analyzer


def blocks(*blocks: bytes) -> Any:
    remaining = iter(blocks)
    return SimpleNamespace(read=lambda size: next(remaining))


def tokenizer_of(data: bytes) -> Tokenizer:
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator([data, "text"], 300)
    return tokenizer


@pytest.mark.parametrize(
    "use",
    [
        lambda data: add(data).word_frequency(),
        lambda data: add(data, "an", b"end").word_frequency(),
        lambda data: pickle.loads(pickle.dumps(add(data, "an"))).get_documents(),
        lambda data: TextAnalyzer().add_buffer(data),
        lambda data: TextAnalyzer().add_stream(blocks(data, b" and ", data, b"")),
        lambda data: trained().encode(data),
        lambda data: trained().encode(data, allowed_special="all", disallowed_special=()),
        lambda data: trained().encode_batch([data, "text", data]),
        lambda data: trained().count(data),
        lambda data: tokenizer_of(data).merges,
        lambda data: Tokenizer.from_mergeable_ranks(BYTES | {data: 256}, "gpt4").encode(b"low lower"),
        lambda data: numeric.parallel_sum(data),
    ],
)
@pytest.mark.parametrize("held", [b"low lower", "größer 中".encode(), b"\xff\xff no text", b" \n", b"", b"a\nb\nc" * 50_000])
def test_bytes_count_as_what_they_hold_wherever_they_are_given(use: Any, held: bytes) -> None:
    assert outcome(use, Bytes(held)) == outcome(use, held)


def outcome(use: Any, data: bytes) -> Any:
    try:
        return use(data)
    except Exception as error:
        return type(error), str(error).replace("Bytes", "bytes")


@pytest.mark.parametrize("make", MUTABLE)
@pytest.mark.parametrize("length", [3, 200_000])
@pytest.mark.parametrize("keep", [True, False])
def test_what_a_buffer_becomes_later_does_not_matter(make: Any, length: int, keep: bool) -> None:
    data = make(b"ab " * length)
    analyzer = TextAnalyzer(keep_documents=keep)
    analyzer.add_document(data)
    analyzer.add_documents([data, "x"])
    view = memoryview(data)
    if not view.readonly:
        view.cast("B")[:] = b"\xff" * len(view)
    if keep:
        assert analyzer.get_documents() == [b"ab " * length, b"ab " * length, "x"]
    assert analyzer.word_frequency() == {"ab": 2 * length, "x": 1}
    del view
    if isinstance(data, bytearray):
        data.clear()  # nothing holds on to it


def test_buffers_of_more_than_one_dimension_are_their_bytes_in_order() -> None:
    numpy = pytest.importorskip("numpy")
    square = numpy.frombuffer(b"ab cd ef ", dtype="uint8").reshape(3, 3)
    analyzer = TextAnalyzer()
    analyzer.add_document(square)
    assert list(analyzer.word_frequency()) == ["ab", "cd", "ef"]
    for wrong in (square.T, square[:, ::2]):
        with pytest.raises(BufferError, match=r"^Document must be C-contiguous, which this ndarray is not"):
            analyzer.add_document(wrong)
    with pytest.raises(TypeError, match=r"^Document 1 must be str, bytes or .*, not ndarray of items of the format 'd'"):
        analyzer.add_documents(["one", numpy.zeros(3)])
    assert analyzer.add_documents(numpy.array(["one", "two"])) == 2  # strings of NumPy's own are str


@pytest.mark.parametrize("one", ["text", b"x", bytearray(b"x"), memoryview(b"x"), array("B", b"x"), mmap.mmap(-1, 4)])
def test_one_document_is_not_an_iterable_of_documents(one: Any) -> None:
    with pytest.raises(TypeError, match=f"not one {type(one).__name__}; for a single document there is add_document"):
        TextAnalyzer().add_documents(one)


def test_faults_are_named() -> None:
    analyzer = TextAnalyzer()
    with pytest.raises(InvalidDocumentError, match=r"^Document is not valid UTF-8 at byte 200000$") as caught:
        analyzer.add_document(b"x" * 200_000 + b"\xe4\xb8")
    assert (caught.value.index, caught.value.offset) == (None, 200_000)
    with pytest.raises(InvalidDocumentError, match=r"^Document 2 is not valid UTF-8 at byte 1 \(added .* kept: 1\)$") as caught:
        analyzer.add_documents([b"one", b" ", b"x\xff"], blank="skip")
    assert (caught.value.index, caught.value.offset, caught.value.added) == (2, 1, 1)
    with pytest.raises(InvalidDocumentError, match=r'^Document 1 cannot be empty; blank="skip" leaves .* kept: 1\)$'):
        analyzer.add_documents([b"one", "\u3000\x1c".encode()])
    with pytest.raises(ValueError, match=r"^blank must be 'raise' or 'skip', not 'keep'$"):
        analyzer.add_documents(["one"], blank="keep")  # type: ignore[arg-type]
    assert analyzer.get_documents() == [b"one", b"one"]


def test_long_documents_are_cut_between_characters() -> None:
    for text in ("a中😀é " * 40_000, "中" * 100_000, "😀" * 40_000 + " x"):
        for threads in (1, 4):
            analyzer = TextAnalyzer(threads=threads)
            analyzer.add_documents([text, text.encode()])
            assert set(analyzer.word_frequency().values()) == {2 * count for count in word_count(text).values()}


@given(lists, st.sampled_from([1, 2, 5]), st.sampled_from([4, 7, 64]))
def test_long_bytes_by_any_number_of_threads(given: list[Any], threads: int, length: int) -> None:
    oracle, _ = expected_of(given, "skip")
    analyzer = TextAnalyzer(threads=threads)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batches, "CHARACTERS_PER_THREAD", 5)
        patched.setattr(batches, "BATCH_CHARACTERS", length)
        analyzer.add_documents([text.encode() if i % 2 else text for i, text in enumerate(oracle.documents)])
        assert answers(analyzer) == answers(oracle)


@pytest.mark.parametrize("way", ["add_document", "add_documents"])
def test_long_text_beyond_ascii_is_encoded_but_once(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Über " * 50_000
    assert len(text) > batches.BATCH_CHARACTERS
    monkeypatch.setattr(analyzer_module, "_check_document", None)  # it would encode it to see whether it can be
    analyzer = TextAnalyzer()
    if way == "add_document":
        analyzer.add_document(text)
    else:
        analyzer.add_documents(iter([text]))
    assert analyzer.word_frequency() == {"über": 50_000}


# ---- Copies ----------------------------------------------------------------------------------------------------------


@given(st.lists(valid_documents, max_size=6))
def test_copies_and_pickles_keep_bytes_as_they_are(given: list[Any]) -> None:
    analyzer = TextAnalyzer()
    analyzer.add_documents(given)
    for twin in (copy.copy(analyzer), pickle.loads(pickle.dumps(analyzer))):
        kept = analyzer.get_documents()
        assert twin.get_documents() == kept
        assert [isinstance(each, bytes) for each in twin.get_documents()] == [isinstance(each, bytes) for each in kept]
        assert answers(twin) == answers(analyzer)


@pytest.mark.parametrize("claimed", [0, 1, 1 << 40])
@pytest.mark.parametrize("text", [b" 0", b"0 0", "\N{EM SPACE}ä".encode()])
def test_bytes_that_lie_about_their_length(text: bytes, claimed: int) -> None:
    class Liar(bytes):
        def __len__(self) -> int:
            return claimed

    analyzer = TextAnalyzer(keep_documents=False)
    analyzer.add_document(Liar(text))
    assert analyzer.add_documents([Liar(text)]) == 1
    assert analyzer.add_documents([Liar(text), text], blank="skip") == 2
    with pytest.raises(InvalidDocumentError, match="cannot be empty"):
        analyzer.add_document(Liar(b"  "))
    with pytest.raises(InvalidDocumentError, match="not valid UTF-8 at byte 2"):
        analyzer.add_document(Liar(b" 0\xff"))
    assert analyzer.word_frequency() == {word: 4 * n for word, n in Counter(text.decode().split()).items()}


# ---- A list that changes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", ["raise", "skip"])
@pytest.mark.parametrize("progress", [None, ignore])
def test_list_that_the_callback_changes(blank: Any, progress: Any) -> None:
    given: list[Any] = [b"one", bytearray(b"two"), "three"]
    analyzer = TextAnalyzer()

    def callback(info: Any) -> None:
        if len(given) < 6:
            given.append(info["text"].encode())

    analyzer.set_callback(callback)
    assert analyzer.add_documents(given, blank=blank, progress=progress) == 6
    assert analyzer.get_documents() == [b"one", b"two", "three", b"one", b"two", b"three"]


# ---- Progress --------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common_progress, "INTERVAL_SECONDS", -1)
    monkeypatch.setattr(analyzer_module, "CHARACTERS_AT_ONCE", 50)
    monkeypatch.setattr(analyzer_module, "BYTES_AT_ONCE", 50)
    monkeypatch.setattr(batches, "GROUP_DOCUMENTS", 3)


GIVEN = ["ten bytes.", b"ten bytes.", "", "ten bytes."] * 10


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(
    ("given", "collect", "total"),
    [
        (GIVEN, list, 300),
        (GIVEN, tuple, 300),
        (GIVEN, iter, None),
        ([*GIVEN, "é"], list, None),
        ([*GIVEN, bytearray(b"12")], list, None),
    ],
    ids=["list", "tuple", "iterator", "not ASCII", "buffer"],
)
def test_progress_counts_bytes(given: list[Any], collect: Any, total: int | None, keep: bool) -> None:
    calls: list[Any] = []
    analyzer = TextAnalyzer(keep_documents=keep)
    analyzer.add_documents(collect(given), blank="skip", progress=lambda *call: calls.append(call))
    assert {seen for _, seen in calls} == {total}
    dones = [done for done, _ in calls]
    assert dones == sorted(dones)
    assert dones[-1] == sum(len(each.encode() if isinstance(each, str) else each) for each in given)
    assert len(set(dones)) > 5
    assert len(analyzer) == len([each for each in given if each])


def test_progress_of_nothing() -> None:
    calls: list[Any] = []
    assert TextAnalyzer().add_documents([], progress=lambda *call: calls.append(call)) == 0
    assert calls == [(0, 0)]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("collect", [list, iter])
@pytest.mark.parametrize("keep", [True, False])
def test_exception_of_the_hook_leaves_what_was_added(collect: Any, keep: bool) -> None:
    class StopError(Exception):
        pass

    given = [f"document {i}" for i in range(30)]
    for nth in itertools.count(1):
        analyzer, n_calls = TextAnalyzer(keep_documents=keep), itertools.count(1)

        def hook(done: int, total: int | None, nth: int = nth, n_calls: Any = n_calls) -> None:
            if next(n_calls) == nth:
                raise StopError

        try:
            analyzer.add_documents(collect(given), progress=hook)
            break
        except StopError:
            oracle = PythonAnalyzer()
            oracle.add_documents(given[: len(analyzer)])
            assert answers(analyzer) == answers(oracle)
            if keep:
                assert analyzer.get_documents() == oracle.documents
    assert nth > 3


@pytest.mark.usefixtures("no_waiting")
def test_hook_may_use_the_analyzer() -> None:
    analyzer, seen = TextAnalyzer(), []

    def hook(done: int, total: int | None) -> None:
        seen.append(len(analyzer))
        if len(seen) == 2:
            analyzer.add_document("added by the hook")

    analyzer.add_documents(["one two three four"] * 20, progress=hook)
    assert len(analyzer) == 21
    assert analyzer.word_frequency()["one"] == 20
    assert analyzer.word_frequency()["hook"] == 1


@pytest.mark.parametrize("collect", [list, iter])
@pytest.mark.parametrize("keep", [True, False])
def test_every_failing_allocation_with_progress(collect: Any, keep: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyzer_module, "CHARACTERS_AT_ONCE", 50)
    monkeypatch.setattr(analyzer_module, "BYTES_AT_ONCE", 50)
    monkeypatch.setattr(batches, "GROUP_DOCUMENTS", 3)
    given = [b"some words", "and others", bytearray(b"a buffer"), *(f"word{i}" for i in range(40))]
    for nth in range(1, 60):
        analyzer = TextAnalyzer(keep_documents=keep, threads=1)
        native_process.fail_allocation(nth)
        try:
            analyzer.add_documents(collect(given), progress=ignore)
        except MemoryError:
            pass
        finally:
            native_process.fail_allocation(0)
        oracle, _ = expected_of(given[: len(analyzer)], "raise")
        assert answers(analyzer) == answers(oracle)


def test_large_buffers_are_counted_before_the_call_returns() -> None:
    analyzer = TextAnalyzer(keep_documents=False)
    for i in range(5):
        analyzer.add_document(bytearray(b"word%d " % i * 50_000))
    with pytest.raises(InvalidDocumentError, match="at byte 200000"):
        analyzer.add_document(bytearray(b"x" * 200_000 + b"\xff"))
    assert len(analyzer) == 5
    assert set(analyzer.word_frequency().values()) == {50_000}
    with pytest.raises(TextProcessorError, match="keep_documents=False"):
        analyzer.get_documents()
    assert analyzer.add_stream(io.BytesIO(b"one")) == 1
