"""The binding's own C: what it gives equals the long way, and it withstands objects that misbehave."""

import gc
import sys
import threading
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_processor import TextAnalyzer, Tokenizer, clear_caches
from text_processor._native import binding
from text_processor._native import text as native_text
from text_processor.bpe import _outputs

TEXT = "low lower lowest, newer newest: naïve 語 \U0001f600 " * 3


def tokenizer(**options):
    made = Tokenizer(**options)
    made.train(TEXT, 290)
    return made


TRAINED = tokenizer()
WITH_NAMES = tokenizer(special_tokens=["<|a|>"])


class OddText(str):
    """A text that denies all it is asked."""

    __slots__ = ()

    def __len__(self):
        raise RuntimeError("asked for its length")

    def encode(self, *arguments):
        raise RuntimeError("asked for its bytes")

    def isascii(self):
        raise RuntimeError("asked for its characters")

    def __iter__(self):
        raise RuntimeError("asked for its characters")


class OddNumber(int):
    def __index__(self):
        raise RuntimeError("asked for its number")


def joined(texts):
    data, ends = binding.join_texts(tuple(texts))
    return data, array("Q", ends).tolist()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.binary()))
def test_texts_are_joined_with_a_newline_between_each_two(texts):
    data = [text.encode() if isinstance(text, str) else text for text in texts]
    ends = [len(b"\n".join(data[: i + 1])) for i in range(len(data))]
    assert joined(texts) == (b"\n".join(data), ends)


@pytest.mark.parametrize("texts", [["a"], ("a", None), ("a", bytearray(b"b")), ("a", "\ud800"), ("a", 1), None], ids=repr)
def test_what_is_no_tuple_of_texts_is_left_to_the_long_way(texts):
    assert binding.join_texts(texts) is None
    if texts not in (("a", "\ud800"),):
        assert binding.has_blank(texts) is None


def test_a_subclass_is_taken_for_its_characters():
    assert joined([OddText("é"), "b"]) == (b"\xc3\xa9\nb", [2, 4])
    analyzer = TextAnalyzer()
    analyzer.add_documents([OddText("low lower"), "low"])
    assert analyzer.word_frequency() == {"low": 2, "lower": 1}


@given(st.lists(st.sampled_from(["a", " ", "", "\n\t", "\x1c", " a ", "b\n"])))
def test_blank_texts_are_those_that_split_to_nothing(texts):
    assert binding.has_blank(tuple(texts)) is any(not text.split() for text in texts)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=50), st.integers(0, 300))
def test_ids_become_ints(ids, n_ready):
    ready = tuple(range(n_ready))
    assert binding.list_of_ids(array("I", ids), ready) == ids
    ends = array("Q", [2, 2, 5, 50])
    lists = [ids[0:2], [], ids[2:5], ids[5:]]
    assert binding.lists_of_ids(array("I", ids), ends, ready) == lists


def test_many_ids_become_a_list_in_slices(monkeypatch):
    monkeypatch.setattr(_outputs, "SLICE_IDS", 3)
    for n in (0, 2, 3, 4, 10):
        assert _outputs.as_list(array("I", range(n)), TRAINED._model.vocabulary) == list(range(n))


def test_ends_that_are_out_of_order_or_too_large_are_those_nearest():
    assert binding.lists_of_ids(array("I", [1, 2, 3]), array("Q", [2, 1, 2**63, 3]), ()) == [[1, 2], [], [3], []]


@pytest.mark.parametrize("given", [None, "text", 5, [1]], ids=repr)
def test_what_has_no_bytes_is_no_buffer_of_ids(given):
    with pytest.raises(TypeError):
        binding.list_of_ids(given, ())
    with pytest.raises(TypeError):
        binding.lists_of_ids(array("I"), given, ())


@pytest.mark.parametrize("name", ["list_of_ids", "lists_of_ids", "encode_short", "count_short", "decode_short"])
def test_too_few_arguments_are_left_to_the_long_way(name):
    assert getattr(binding, name)() is None


@pytest.mark.parametrize("wrong", range(7))
@pytest.mark.parametrize("given", [None, "text", 2**70, 1.5, [1]], ids=repr)
def test_wrong_arguments_are_left_to_the_long_way(wrong, given):
    vocabulary, splitter = TRAINED._model.vocabulary, TRAINED._model.splitter.native
    arguments = [vocabulary._address, vocabulary._cache_address, splitter.address, 0, b"", -1, "low"]
    assert binding.count_short(*arguments) == len(TRAINED.encode("low"))
    arguments[wrong] = given
    if wrong == 6 and given == "text":
        return
    assert binding.encode_short(*arguments, None) is None
    assert binding.count_short(*arguments) is None


@given(st.text())
def test_the_short_ways_equal_the_long_way(text):
    expected = TRAINED.encode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode())
    assert TRAINED.encode(text) == TRAINED.encode_array(text).tolist() == expected
    assert TRAINED.count(text) == len(expected)
    assert TRAINED.decode(expected) == TRAINED.decode_bytes(array("I", expected)).decode()


@given(st.lists(st.integers(-1, 300) | st.sampled_from([2**32, 2**64, True, OddNumber(5), "a", None]), max_size=9))
def test_decoding_in_short_refuses_what_decoding_refuses(ids):
    def outcome(act):
        try:
            return act()
        except (ValueError, TypeError, RuntimeError) as error:
            return type(error), str(error)

    assert outcome(lambda: TRAINED.decode(ids)) == outcome(lambda: TRAINED.decode_bytes(ids).decode("utf-8", "replace"))


@pytest.mark.parametrize("length", [1023, 1024, 1025, 4095, 4096, 4097])
def test_the_short_way_ends_where_the_long_one_begins(length):
    for text in ("a" * length, "語" * length, "ab " * length):
        ids = TRAINED.encode(text)
        assert ids == TRAINED.encode(text.encode())
        assert TRAINED.decode(ids) == text


def test_errors_are_those_of_decode():
    ids = [195, 40]
    assert TRAINED.decode(ids) == "\ufffd("
    assert TRAINED.decode(ids, "ignore") == "("
    with pytest.raises(UnicodeDecodeError, match="position 0"):
        TRAINED.decode(ids, "strict")
    with pytest.raises(LookupError, match="unknown error handler"):
        TRAINED.decode(ids, "no such handler")
    with pytest.raises(TypeError):
        TRAINED.decode(ids, None)


@pytest.mark.skipif(
    not hasattr(sys, "getrefcount") or not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="counts of references differ"
)
def test_no_reference_is_lost_or_kept():
    text, texts, ids = "low lower" + str(id(gc)), ("lowest", "語"), [5, 300 - 10, 1000]
    ready = tuple(range(1000, 2000))
    counts = [sys.getrefcount(each) for each in (text, *texts, *ids, ready, None)]
    for _ in range(200):
        TRAINED.encode(text), TRAINED.count(text), TRAINED.encode_array(text)
        WITH_NAMES.encode(text + "<|a|>", allowed_special="all"), WITH_NAMES.count("<|a|>" * 50 + text, allowed_special="all")
        TRAINED._model.vocabulary.decode_short(ids, None, "replace")
        binding.join_texts(texts), binding.has_blank(texts), binding.has_blank((1,))
        binding.list_of_ids(array("I", [5, 2**31]), ready)
        binding.list_of_ids(array("I", [5, 5]), tuple(range(6)))  # immortal from 3.12 on
        binding.lists_of_ids(array("I", [5, 2**31]), array("Q", [1, 2]), ready)
    after = [sys.getrefcount(each) for each in (text, *texts, *ids, ready, None)]
    assert all(abs(one - other) < 50 for one, other in zip(counts, after, strict=True))


def test_a_list_that_another_thread_changes_meanwhile():
    ids, texts, stop = list(TRAINED.encode(TEXT)), ["low", "lower"] * 50, threading.Event()

    def change():
        while not stop.is_set():
            ids.append(ids.pop(0))
            texts.append(texts.pop(0))

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(300):
            TRAINED.decode(ids)
            native_text.batch_of(texts)
            TRAINED.encode_batch(texts)
    finally:
        stop.set()
        thread.join()


def test_clearing_while_others_encode():
    expected, wrong = TRAINED.encode(TEXT), []

    def encode():
        wrong.extend(ids for ids in (TRAINED.encode(TEXT) for _ in range(300)) if ids != expected)

    threads = [threading.Thread(target=encode) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        clear_caches()
    assert not wrong
