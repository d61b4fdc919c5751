"""Whole lives of analyzers, with callbacks, merges, copies and pickles, beside the oracle's."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule
from python_analyzer import PythonAnalyzer
from texts import any_texts, documents, texts

from text_processor import EmptyAnalyzerError, InvalidDocumentError, TextAnalyzer, TextProcessorError


def within_total(done: int, total: int | None) -> None:
    """A hook that sees to it that it is told the truth."""
    assert total is None or 0 <= done <= total


class Twins:
    """An analyzer and its oracle, and what the callbacks of both were told."""

    def __init__(self, analyzer: TextAnalyzer, oracle: PythonAnalyzer, keeps: bool) -> None:
        self.analyzer = analyzer
        self.oracle = oracle
        self.keeps = self.was_made_to_keep = keeps
        self.has_callback = False
        self.told: list[Any] = []
        self.expected: list[Any] = []

    def expect(self, text: str) -> None:
        self.oracle.add_document(text)
        if self.has_callback:
            n_words, n_documents = len(text.split()), len(self.oracle.documents)
            self.expected.append({"text": text, "word_count": n_words, "total_documents": n_documents})


def text_of(document: str | bytes) -> str:
    return document if isinstance(document, str) else document.decode()


KINDS: list[Any] = [str.encode, lambda text: bytearray(text.encode()), lambda text: text]


class Lives(RuleBasedStateMachine):
    twins = Bundle("twins")

    @rule(target=twins, keeps=st.booleans(), threads=st.sampled_from([None, 1, 2, 5]))
    def make(self, keeps: bool, threads: int | None) -> Twins:
        return Twins(TextAnalyzer(keep_documents=keeps, threads=threads), PythonAnalyzer(), keeps)

    @rule(twin=twins, text=any_texts)
    def add_document(self, twin: Twins, text: str) -> None:
        try:
            twin.expect(text)
        except InvalidDocumentError:
            with pytest.raises(InvalidDocumentError):
                twin.analyzer.add_document(text)
        else:
            twin.analyzer.add_document(text)

    @rule(twin=twins, texts=st.lists(any_texts, max_size=6), kind=st.sampled_from([list, tuple, iter]))
    def add_documents(self, twin: Twins, texts: list[str], kind: Any) -> None:
        n_added = 0
        try:
            for text in texts:
                twin.expect(text)
                n_added += 1
        except InvalidDocumentError:
            with pytest.raises(InvalidDocumentError) as caught:
                twin.analyzer.add_documents(kind(texts))
            assert caught.value.index == n_added
        else:
            assert twin.analyzer.add_documents(kind(texts)) == n_added

    @rule(
        twin=twins,
        texts=st.lists(texts, max_size=6),
        kind=st.sampled_from(KINDS),
        progress=st.sampled_from([None, within_total]),
    )
    def add_documents_of_any_type(self, twin: Twins, texts: list[str], kind: Any, progress: Any) -> None:
        filled = [text for text in texts if text.strip()]
        for text in filled:
            twin.expect(text)
        given = [kind(text) if i % 2 else text for i, text in enumerate(texts)]
        assert twin.analyzer.add_documents(given, blank="skip", progress=progress) == len(filled)

    @rule(twin=twins, text=texts, way=st.sampled_from(["buffer", "stream", "text stream"]), whole=st.booleans())
    def add_text(self, twin: Twins, text: str, way: str, whole: bool) -> None:
        text = text.removeprefix("\ufeff")
        expected = [each for each in ([text] if whole else text.split("\n")) if each.strip()]
        documents: Any = "whole" if whole else "lines"
        for each in expected:
            twin.expect(each)
        if way == "buffer":
            n_added = twin.analyzer.add_buffer(text.encode(), documents=documents)
        else:
            stream = io.BytesIO(text.encode()) if way == "stream" else io.StringIO(text, newline="")
            n_added = twin.analyzer.add_stream(stream, documents=documents)
        assert n_added == len(expected)
        twin.keeps = twin.keeps and not expected

    @rule(twin=twins, text=documents)
    def add_text_with_a_failing_callback(self, twin: Twins, text: str) -> None:
        def failing(_: object) -> None:
            raise KeyError(text)

        twin.analyzer.set_callback(failing)
        with pytest.raises(KeyError):
            twin.analyzer.add_buffer(text.encode(), documents="whole")
        twin.analyzer.clear_callback()
        if twin.has_callback:
            twin.analyzer.set_callback(twin.told.append)

    @rule(twin=twins)
    def set_callback(self, twin: Twins) -> None:
        twin.analyzer.set_callback(twin.told.append)
        twin.has_callback = True

    @rule(twin=twins)
    def clear_callback(self, twin: Twins) -> None:
        twin.analyzer.clear_callback()
        twin.has_callback = False

    @rule(twin=twins, text=documents)
    def add_with_a_failing_callback(self, twin: Twins, text: str) -> None:
        def failing(_: object) -> None:
            raise KeyError(text)

        before = twin.has_callback
        twin.analyzer.set_callback(failing)
        with pytest.raises(KeyError):
            twin.analyzer.add_documents([text, "never reached"])
        twin.oracle.add_document(text)
        twin.analyzer.clear_callback()
        if before:
            twin.analyzer.set_callback(twin.told.append)

    @rule(one=twins, other=twins)
    def merge(self, one: Twins, other: Twins) -> None:
        one.analyzer.merge(other.analyzer)
        if other.oracle.documents and not other.keeps:
            one.keeps = False
        one.oracle.merge(other.oracle)

    @rule(target=twins, twin=twins, how=st.sampled_from([copy.copy, copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))]))
    def copied(self, twin: Twins, how: Any) -> Twins:
        oracle = PythonAnalyzer()
        oracle.merge(twin.oracle)
        copied = Twins(how(twin.analyzer), oracle, twin.keeps)
        copied.was_made_to_keep = twin.was_made_to_keep
        return copied

    @rule(twin=twins)
    def ask_for_words(self, twin: Twins) -> None:
        assert list(twin.analyzer.word_frequency().items()) == list(twin.oracle.word_frequency().items())
        assert list(twin.analyzer.document_frequency().items()) == list(twin.oracle.document_frequency().items())
        assert twin.analyzer.most_common(4) == twin.oracle.most_common(4)

    @rule(twin=twins)
    def ask_for_totals(self, twin: Twins) -> None:
        assert len(twin.analyzer) == len(twin.oracle.documents)
        assert twin.analyzer.get_statistics() == twin.oracle.get_statistics()
        assert twin.told == twin.expected

    @rule(twin=twins)
    def ask_for_sentiment(self, twin: Twins) -> None:
        if twin.oracle.documents:
            assert twin.analyzer.analyze_sentiment() == twin.oracle.analyze_sentiment()
        else:
            with pytest.raises(EmptyAnalyzerError):
                twin.analyzer.analyze_sentiment()

    @rule(twin=twins)
    def ask_for_documents(self, twin: Twins) -> None:
        if twin.keeps:
            assert list(map(text_of, twin.analyzer.get_documents())) == twin.oracle.documents
        elif twin.oracle.documents:
            with pytest.raises(TextProcessorError):
                twin.analyzer.get_documents()

    @rule(twin=twins)
    def clear(self, twin: Twins) -> None:
        twin.analyzer.clear()
        twin.oracle.clear()
        twin.keeps = twin.was_made_to_keep


TestLives = Lives.TestCase
