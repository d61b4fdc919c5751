"""The checkpoints of the seven milestones that the package was asked for, under the names they were given."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import text_processor

# Milestone 1: a module with a function


def test_hello() -> None:
    assert text_processor.hello("World") == "Hello, World!"


def test_hello_function() -> None:
    assert text_processor.hello("Python") == "Hello, Python!"


def test_hello_greets() -> None:
    assert text_processor.hello("\ud800") == "Hello, \ud800!"
    with pytest.raises(TypeError, match="int"):
        text_processor.hello(3)  # type: ignore[arg-type]


# Milestone 2: an analyzer with state


def test_analyzer_state() -> None:
    analyzer = text_processor.TextAnalyzer()
    analyzer.add_document("hello world")
    analyzer.add_document("foo bar baz")
    assert analyzer.document_count() == 2
    assert analyzer.total_words() == 5


def test_analyzer_tracks_counts() -> None:
    analyzer = text_processor.TextAnalyzer()
    analyzer.add_document("hello world")
    analyzer.add_document("foo bar baz")
    assert analyzer.get_statistics() == {"total_words": 5, "document_count": 2, "unique_words": 5}
    assert repr(analyzer) == "TextAnalyzer(documents=2, words=5)"


# Milestone 3: dicts and lists


def test_statistics() -> None:
    analyzer = text_processor.TextAnalyzer()
    analyzer.add_document("hello world hello")
    stats = analyzer.get_statistics()
    assert stats["total_words"] == 3
    assert stats["unique_words"] == 2

    freq = analyzer.word_frequency()
    assert freq["hello"] == 2
    assert freq["world"] == 1


def test_frequency_and_documents() -> None:
    analyzer = text_processor.TextAnalyzer()
    analyzer.add_document("hello world hello")
    assert analyzer.get_documents() == ["hello world hello"]
    assert analyzer.word_frequency() == {"hello": 2, "world": 1}


# Milestone 4: a callback


def test_callback() -> None:
    events: list[Any] = []

    def on_document(info: Any) -> None:
        events.append(info)

    analyzer = text_processor.TextAnalyzer()
    analyzer.set_callback(on_document)
    analyzer.add_document("test doc")

    assert len(events) == 1
    assert events[0]["text"] == "test doc"
    assert events[0]["word_count"] == 2


def test_callback_is_invoked() -> None:
    events: list[Any] = []
    analyzer = text_processor.TextAnalyzer()
    analyzer.set_callback(events.append)
    analyzer.add_document("test doc data")
    analyzer.clear_callback()
    analyzer.add_document("nobody is told")
    assert events == [{"text": "test doc data", "word_count": 3, "total_documents": 1}]


# Milestone 5: work without the GIL


@pytest.mark.timing
def test_parallelism() -> None:
    """Four threads that ask at once take less than four times as long as one: what one has counted is there for all."""

    def analyzer_with_documents() -> text_processor.TextAnalyzer:
        analyzer = text_processor.TextAnalyzer()
        for _ in range(1000):
            analyzer.add_document("word " * 100 + "good")
        return analyzer

    alone = analyzer_with_documents()
    start = time.perf_counter()
    assert alone.analyze_sentiment() == 1.0
    one = time.perf_counter() - start

    shared = analyzer_with_documents()
    scores: list[float] = []
    threads = [threading.Thread(target=lambda: scores.append(shared.analyze_sentiment())) for _ in range(4)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.perf_counter() - start < 4 * one + 0.05
    assert scores == [1.0] * 4


# Milestone 6: exceptions


def test_empty_analyzer_error() -> None:
    analyzer = text_processor.TextAnalyzer()
    with pytest.raises(text_processor.EmptyAnalyzerError, match=r"^Cannot analyze sentiment of empty analyzer$"):
        analyzer.analyze_sentiment()


def test_invalid_document_error() -> None:
    analyzer = text_processor.TextAnalyzer()
    with pytest.raises(text_processor.InvalidDocumentError, match=r"^Document cannot be empty$"):
        analyzer.add_document("")


def test_analyze_sentiment_errors() -> None:
    analyzer = text_processor.TextAnalyzer()
    with pytest.raises(text_processor.TextProcessorError):
        analyzer.analyze_sentiment()
    with pytest.raises(ValueError, match="empty"):
        analyzer.add_document(" \t\n")


def test_analyze_sentiment_scores() -> None:
    analyzer = text_processor.TextAnalyzer()
    analyzer.add_document("good good good")
    analyzer.add_document("bad bad")
    assert analyzer.analyze_sentiment() == 0.5


# Milestone 7: a package with a stub


def test_stub_contains_class() -> None:
    assert "class TextAnalyzer" in text_processor.type_stub()


class TestTextAnalyzer:
    def test_initial_state(self) -> None:
        analyzer = text_processor.TextAnalyzer()
        assert analyzer.document_count() == 0
        assert analyzer.total_words() == 0

    def test_add_documents(self) -> None:
        analyzer = text_processor.TextAnalyzer()
        analyzer.add_document("hello world")
        assert analyzer.document_count() == 1
        assert analyzer.total_words() == 2

    def test_word_frequency(self) -> None:
        analyzer = text_processor.TextAnalyzer()
        analyzer.add_document("hello world hello")
        freq = analyzer.word_frequency()
        assert freq["hello"] == 2
        assert freq["world"] == 1

    def test_empty_document_error(self) -> None:
        analyzer = text_processor.TextAnalyzer()
        with pytest.raises(text_processor.InvalidDocumentError):
            analyzer.add_document("")

    def test_callback_invocation(self) -> None:
        events: list[Any] = []
        analyzer = text_processor.TextAnalyzer()
        analyzer.set_callback(lambda info: events.append(info))
        analyzer.add_document("test")
        assert len(events) == 1
        assert events[0]["word_count"] == 1
