"""The binding's own C: what it gives equals the long way, and it withstands objects that misbehave."""

import gc
import json
import sys
import tempfile
import threading
from array import array
from pathlib import Path

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
    numbers = tuple(range(n_ready))
    ready = binding.addresses_of(numbers)
    assert binding.list_of_ids(array("I", ids), ready) == ids
    ends = array("Q", [2, 2, 5, 50])
    lists = [ids[0:2], [], ids[2:5], ids[5:]]
    assert binding.lists_of_ids(array("I", ids), ends, ready) == lists


def test_many_ids_become_a_list_in_slices(monkeypatch):
    monkeypatch.setattr(_outputs, "SLICE_IDS", 3)
    for n in (0, 2, 3, 4, 10):
        assert _outputs.as_list(array("I", range(n)), TRAINED._model.vocabulary) == list(range(n))


def test_ends_that_are_out_of_order_or_too_large_are_those_nearest():
    assert binding.lists_of_ids(array("I", [1, 2, 3]), array("Q", [2, 1, 2**63, 3]), b"") == [[1, 2], [], [3], []]


@given(st.lists(st.integers(0, 2**40)), st.integers(0, 2**40))
def test_numbers_are_shifted_and_subtracted(numbers, by):
    ends = array("Q", numbers)
    assert array("Q", binding.shifted(ends, by)).tolist() == [number + by for number in numbers]
    steps = [(number - before) % 2**64 for before, number in zip([0, *numbers], numbers, strict=False)]
    assert array("Q", binding.differences(ends)).tolist() == steps


@pytest.mark.parametrize("given", [None, "text", 5, [1]], ids=repr)
def test_what_has_no_bytes_is_no_buffer_of_ids(given):
    with pytest.raises(TypeError):
        binding.list_of_ids(given, b"")
    with pytest.raises(TypeError):
        binding.lists_of_ids(array("I"), given, b"")
    with pytest.raises(TypeError):
        binding.differences(given)
    with pytest.raises(TypeError):
        binding.shifted(given, 1)
    with pytest.raises(TypeError):
        binding.shifted(array("Q"), "1")


@pytest.mark.parametrize("name", ["list_of_ids", "lists_of_ids"])
def test_too_few_arguments_are_left_to_the_long_way(name):
    assert getattr(binding, name)() is None
    assert TRAINED._model.short.decode() is None


@pytest.mark.parametrize("ready", [(), None, "a", bytearray(8)], ids=repr)
def test_ints_that_are_ready_are_bytes(ready):
    with pytest.raises(TypeError):
        binding.list_of_ids(array("I", [1]), ready)
    assert binding.addresses_of(list(ready or ())) is None


@pytest.mark.parametrize("content", [b"", bytes(8), bytes(64), bytes(65), None], ids=repr)
def test_a_way_without_a_vocabulary_leads_nowhere(content):
    way = binding.short_way(content)
    assert way.encode("a") is way.encode_bytes("a") is way.count("a") is way.decode([1], "strict") is None


@pytest.mark.parametrize(
    "text", [None, 5, ["a"], bytearray(b"a"), "\ud800", OddText("a")], ids=lambda text: type(text).__name__
)
def test_what_is_neither_str_nor_bytes_is_left_to_the_long_way(text):
    way = TRAINED._model.short
    assert way.encode(text) is way.encode_bytes(text) is way.count(text) is None


def normalizing():
    """The same vocabulary as a file of Hugging Face that composes letters first, and has a token to be found in any text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tokenizer.json")
        tokenizer(special_tokens=["<|end|>"]).save_huggingface(path)
        file = json.loads(path.read_text(encoding="utf-8"))
    file["normalizer"] = {"type": "NFC"}
    [end] = file["added_tokens"]
    file["added_tokens"].append({**end, "id": end["id"] + 1, "content": "ae", "special": False})
    return Tokenizer.load(json.dumps(file))


NORMALIZING = normalizing()
NAMED = tokenizer(special_tokens=["<|end|>", "<|begin|>", "語語"])
SAME_BEGINNING = tokenizer(special_tokens=["<|end|>", "<|begin|>"])


@pytest.mark.parametrize("named", [NAMED, SAME_BEGINNING])
@given(st.lists(st.sampled_from(["<", "<|end|>", "<|begin|>", "語", "low", " ", "|>", "é"])).map("".join))
def test_special_tokens_of_short_texts_are_those_of_long_ones(named, text):
    def outcome(act):
        try:
            return act()
        except ValueError as error:
            return str(error)

    long = text.encode()
    for allowed in ((), "all", {"<|end|>"}):
        for disallowed in ("all", (), {"<|begin|>"}):
            options = {"allowed_special": allowed, "disallowed_special": disallowed}
            expected = outcome(lambda options=options: named.encode(long, **options))
            assert outcome(lambda options=options: named.encode(text, **options)) == expected
            assert outcome(lambda options=options: named.encode_array(text, **options).tolist()) == expected
            n_ids = len(expected) if isinstance(expected, list) else expected
            assert outcome(lambda options=options: named.count(text, **options)) == n_ids
    assert named.encode_ordinary(text) == named.encode_ordinary(long)


@given(st.text("ae\u0301é Å\u212b<|end|>"))
def test_short_texts_of_a_tokenizer_that_normalizes_are_those_of_long_ones(text):
    assert NORMALIZING.encode(text, allowed_special="all") == NORMALIZING.encode(text.encode(), allowed_special="all")
    assert NORMALIZING.count(text, disallowed_special=()) == len(NORMALIZING.encode_ordinary(text.encode()))


@pytest.mark.parametrize("name", ["encode_short", "count_short"])
def test_too_few_arguments_for_a_text_are_left_to_the_long_way(name):
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


@pytest.fixture
def no_collections():
    """What other tests have left refers to None, too, so it is freed before references are counted."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collections")
@pytest.mark.skipif(
    not hasattr(sys, "getrefcount") or not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="counts of references differ"
)
def test_no_reference_is_lost_or_kept():
    text, texts, ids = "low lower" + str(id(gc)), ("lowest", "語"), [5, 300 - 10, 1000]
    numbers = tuple(range(1000, 2000))
    immortal = binding.addresses_of(tuple(range(6)))
    ready = binding.addresses_of(numbers)
    counts = [sys.getrefcount(each) for each in (text, *texts, *ids, ready, *numbers, None)]
    for _ in range(200):
        TRAINED.encode(text), TRAINED.count(text), TRAINED.encode_array(text)
        WITH_NAMES.encode(text + "<|a|>", allowed_special="all"), WITH_NAMES.count("<|a|>" * 50 + text, allowed_special="all")
        TRAINED._model.short.decode(ids, "replace")
        binding.join_texts(texts), binding.has_blank(texts), binding.has_blank((1,))
        binding.list_of_ids(array("I", [5, 2**31] + [7] * 40), ready)
        binding.list_of_ids(array("I", [5, 5]), immortal)  # from 3.12 on
        binding.lists_of_ids(array("I", [5, 2**31]), array("Q", [1, 2]), ready)
    after = [sys.getrefcount(each) for each in (text, *texts, *ids, ready, *numbers, None)]
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
