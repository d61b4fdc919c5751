"""Every allocation of the core is made to fail in turn: `MemoryError`, nothing changed, nothing lost, nothing leaked."""

import copy
import gc
import itertools
import pickle
from contextlib import contextmanager

import pytest
from python_analyzer import PythonAnalyzer

from text_processor import TextAnalyzer, Tokenizer, get_memory_stats, word_count
from text_processor._native import corpus as native_corpus
from text_processor._native import process as native_process
from text_processor._native import sentiment as native_sentiment

DOCUMENTS = [
    "The quick brown fox, a good one,",
    "jumps OVER the lazy dog. ΟΔΟΣ İ",
    " ".join(f"word{i}" for i in range(60)),
]

OPTIONS = [{"threads": 1}, {"threads": 2}, {"threads": 2, "keep_documents": False}]


pytestmark = pytest.mark.usefixtures("small_batches", "quick_collections")


@pytest.fixture(autouse=True)
def nothing_leaks():
    gc.collect()
    before = get_memory_stats()["live_allocations"]
    yield
    gc.collect()
    assert get_memory_stats()["live_allocations"] <= before  # less where an earlier test's failure held on to something


@contextmanager
def failing_allocation(nth):
    native_process.fail_allocation(nth)
    try:
        yield
    finally:
        native_process.fail_allocation(0)


def is_still_ahead(nth):
    """Whether the failure that was ordered has not happened yet."""
    try:
        for _ in range(nth):
            native_corpus.Corpus()
    except MemoryError:
        return True
    return False


def answers(analyzer):
    return {
        "documents": analyzer.get_documents() if analyzer.keeps_documents else None,
        "statistics": analyzer.get_statistics(),
        "frequency": list(analyzer.word_frequency().items()),
        "document frequency": list(analyzer.document_frequency().items()),
        "sentiment": analyzer.analyze_sentiment() if len(analyzer) else None,
    }


class Analyzer(TextAnalyzer):
    def __init__(self, *, keep_documents=True, **options):
        super().__init__(keep_documents=keep_documents, **options)
        self.keeps_documents = keep_documents


# ---- What an analyzer starts from ------------------------------------------------------------------------------------


def empty(**options):
    return Analyzer(**options)


def added(**options):
    analyzer = Analyzer(**options)
    analyzer.add_documents(DOCUMENTS)
    return analyzer


def counted(**options):
    analyzer = added(**options)
    analyzer.total_words()
    return analyzer


def counted_and_added(**options):
    analyzer = counted(**options)
    analyzer.add_documents(["new words, much longer than the old ones", *(f"another{i} the" for i in range(30))])
    return analyzer


def merged(**options):
    analyzer = counted(**options)
    analyzer.merge(counted_and_added())
    analyzer.add_document("behind the part")
    return analyzer


STATES = [empty, added, counted, counted_and_added, merged]

# ---- What it is asked to do, and what can be seen of that ------------------------------------------------------------

ACTIONS = {
    "add_document": lambda analyzer: analyzer.add_document("one more document"),
    "add_documents": lambda analyzer: analyzer.add_documents(DOCUMENTS),
    "total_words": lambda analyzer: analyzer.total_words(),
    "get_statistics": lambda analyzer: analyzer.get_statistics(),
    "word_frequency": lambda analyzer: analyzer.word_frequency(),
    "document_frequency": lambda analyzer: analyzer.document_frequency(),
    "words": lambda analyzer: list(analyzer.words.items()),
    "words.get": lambda analyzer: analyzer.words.get("the"),
    "in words": lambda analyzer: "bird" in analyzer.words,
    "len(words)": lambda analyzer: len(analyzer.words),
    "most_common": lambda analyzer: analyzer.most_common(),
    "most_common(3)": lambda analyzer: analyzer.most_common(3),
    "repr": repr,
    "len": len,
    "clear": lambda analyzer: analyzer.clear(),
    "merge": lambda analyzer: analyzer.merge(added()),
    "merge itself": lambda analyzer: analyzer.merge(analyzer),
    "copy": lambda analyzer: answers(copy.copy(analyzer)),
    "deepcopy": lambda analyzer: answers(copy.deepcopy(analyzer)),
    "pickle": lambda analyzer: answers(pickle.loads(pickle.dumps(analyzer))),
}


def assert_withstands_every_failure(prepare, act):
    """Try ``act`` with its first allocation failing, then with its second, and so on until none is left to fail."""
    before = answers(prepare())
    doing = prepare()
    result = act(doing)
    after = answers(doing)
    for nth in itertools.count(1):
        analyzer = prepare()
        has_failed = False
        with failing_allocation(nth):
            try:
                assert act(analyzer) == result
            except MemoryError:
                has_failed = True
            is_last = not has_failed and is_still_ahead(nth)
        if has_failed:
            assert answers(analyzer) == before
            assert act(analyzer) == result
        assert answers(analyzer) == after
        if is_last:
            break


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS.keys())
def test_failure_is_a_memory_error_and_changes_nothing(state, act, options):
    assert_withstands_every_failure(lambda: state(**options), act)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_sentiment_fails_and_changes_nothing(options):
    assert_withstands_every_failure(lambda: counted_and_added(**options), lambda each: each.analyze_sentiment())


def test_prepared_failure_comes_where_it_was_ordered():
    """The other tests say nothing unless this one holds."""
    with failing_allocation(2):
        kept = native_corpus.Corpus()
        with pytest.raises(MemoryError):
            native_corpus.Corpus()
        assert native_corpus.Corpus().totals() == kept.totals()


def test_counting_can_fail_in_many_places():
    for nth in range(1, 7):
        analyzer = added(threads=1)
        with failing_allocation(nth), pytest.raises(MemoryError):
            analyzer.total_words()


# ---- Making one ------------------------------------------------------------------------------------------------------


def assert_fails_or_equals(make, expected):
    for nth in itertools.count(1):
        with failing_allocation(nth):
            try:
                assert make() == expected
            except MemoryError:
                continue
            if is_still_ahead(nth):
                break


@pytest.mark.parametrize("lexicon", [None, {"good": 1.0, "Bad": -1.0, "ΟΔΟΣ": 0.5}, {}])
def test_construction_fails_cleanly(lexicon):
    assert_fails_or_equals(lambda: len(TextAnalyzer(lexicon=lexicon)), 0)


def test_lexicon_fails_cleanly():
    words = [f"Word{i}" for i in range(200)]
    expected = [f"word{i}" for i in range(200)]
    assert_fails_or_equals(lambda: native_sentiment.Lexicon(words, [1.0] * 200).words(), expected)


@pytest.mark.parametrize("threads", [1, 2])
def test_word_count_fails_cleanly(threads):
    text = " ".join(f"word{i}" for i in range(300))
    expected = word_count(text)
    assert_fails_or_equals(lambda: word_count(text, threads=threads), expected)


def test_unpickling_fails_cleanly():
    analyzer = counted_and_added()
    data, expected = pickle.dumps(analyzer), answers(analyzer)
    assert_fails_or_equals(lambda: answers(pickle.loads(data)), expected)


# ---- With a callback -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("keep_documents", [True, False])
def test_document_is_either_added_and_told_of_or_neither(state, keep_documents):
    text = " ".join(f"told{i}" for i in range(100))
    told = []

    def add(analyzer):
        told.clear()
        analyzer.set_callback(told.append)
        try:
            analyzer.add_document(text)
        except MemoryError:
            assert told == []
            raise
        assert len(told) == 1

    assert_withstands_every_failure(lambda: state(keep_documents=keep_documents), add)


@pytest.mark.parametrize("collect", [list, iter])
@pytest.mark.parametrize("state", STATES)
def test_documents_before_the_failure_stay_and_were_told_of(state, collect):
    new_documents = ["new one", *(" ".join(f"told{i}-{j}" for j in range(40)) for i in range(5))]
    told = []
    for nth in itertools.count(1):
        analyzer, expected = state(), PythonAnalyzer()
        expected.add_documents(analyzer.get_documents())
        told.clear()
        analyzer.set_callback(lambda info: told.append(info["text"]))
        has_failed = False
        with failing_allocation(nth):
            try:
                analyzer.add_documents(collect(new_documents))
            except MemoryError:
                has_failed = True
                assert len(told) < len(new_documents)
            is_last = not has_failed and is_still_ahead(nth)
        expected.add_documents(told)
        assert analyzer.get_documents() == expected.documents
        assert analyzer.get_statistics() == expected.get_statistics()
        assert analyzer.word_frequency() == expected.word_frequency()
        analyzer.add_documents(new_documents[len(told) :])
        assert told == new_documents
        if is_last:
            break


def test_exception_of_a_callback_is_not_lost_for_want_of_memory():
    class TroubleError(Exception):
        pass

    def callback(info):
        native_process.fail_allocation(1)
        raise TroubleError

    analyzer = counted()
    analyzer.set_callback(callback)
    with failing_allocation(0), pytest.raises(TroubleError):
        analyzer.add_document("several new words")
    assert analyzer.get_documents() == [*DOCUMENTS, "several new words"]
    assert analyzer.word_frequency()["several"] == 1


# ---- Tokenizers ------------------------------------------------------------------------------------------------------

TEXT = " ".join(DOCUMENTS)


def trained(tie_break="rustbpe", threads=1):
    tokenizer = Tokenizer(special_tokens=["<|end|>"])
    tokenizer.train(TEXT, 300, tie_break=tie_break, threads=threads)
    return tokenizer


TOKENIZER_ACTIONS = {
    "encode": lambda tokenizer: tokenizer.encode(TEXT),
    "encode special": lambda tokenizer: tokenizer.encode("<|end|>x<|end|>", allowed_special="all"),
    "encode_array": lambda tokenizer: tokenizer.encode_array(TEXT.encode()),
    "encode_batch": lambda tokenizer: tokenizer.encode_batch(DOCUMENTS * 3, 2),
    "count": lambda tokenizer: tokenizer.count("x" * 5000),
    "decode": lambda tokenizer: tokenizer.decode([72, 299, 300]),
    "decode_tokens_bytes": lambda tokenizer: tokenizer.decode_tokens_bytes([72, 299, 300]),
    "merges": lambda tokenizer: tokenizer.merges,
    "mergeable_ranks": lambda tokenizer: tokenizer.mergeable_ranks(),
    "from_mergeable_ranks": lambda tokenizer: Tokenizer.from_mergeable_ranks(tokenizer.mergeable_ranks(), "gpt4").vocab_size,
    "pickle": lambda tokenizer: pickle.loads(pickle.dumps(tokenizer)) == tokenizer,
}


@pytest.mark.parametrize("act", TOKENIZER_ACTIONS.values(), ids=TOKENIZER_ACTIONS.keys())
def test_tokenizer_fails_cleanly(act):
    tokenizer = trained()
    expected = act(tokenizer)
    assert_fails_or_equals(lambda: act(tokenizer), expected)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("tie_break", ["rustbpe", "hf"])
def test_training_that_fails_leaves_the_tokenizer_as_it_was(tie_break, threads):
    expected, before = trained(tie_break, threads), trained()
    for nth in itertools.count(1):
        tokenizer = copy.copy(before)
        with failing_allocation(nth):
            try:
                tokenizer.train(TEXT * 2, 300, tie_break=tie_break, threads=threads)
            except MemoryError:
                assert tokenizer == before
                continue
            if is_still_ahead(nth):
                break
    assert tokenizer.vocab_size == expected.vocab_size
