"""Count batches of documents by a rule; what the core has no rule for is changed in Python on its way."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from text_processor._documents import sources
from text_processor._native import corpus as native_corpus
from text_processor._native import text as native_text
from text_processor._native.corpus import Corpus
from text_processor._native.process import check_kept_nbytes
from text_processor._native.text import Batch
from text_processor._words.options import Rule


class Sink:
    """Takes the batches of one shard, and counts them into a corpus."""

    def __init__(self, corpus: Corpus, rule: Rule, *, are_lines: bool = False) -> None:
        self.corpus = corpus
        self._rule = rule
        self._cuts_blank_lines = are_lines and (rule.takes_space or rule.change is not None)
        self._open = bytearray()  # the beginning of a document that Python is to change
        self._holds_blanks = are_lines and rule.takes_blanks
        self._blanks = b""  # with which a line begins that may have no text
        self._is_open = False  # whether the last line is known to have text

    def prepared(self, batch: Batch) -> Batch:
        """Return a batch of the documents that end in a batch, as the core is to count them."""
        if self._holds_blanks:
            return self._without_blank_end(batch)
        if self._rule.change is None and not self._cuts_blank_lines:
            return batch
        text, start = memoryview(batch.text), 0
        documents: list[bytes] = []
        for i in range(batch.n_ends):
            end = batch.ends[i]
            documents.append(self._changed(bytes(self._open) + bytes(text[start:end])))
            self._open.clear()
            start = end + 1
        self._open += text[start:]
        check_kept_nbytes(len(self._open))
        if not documents:
            return native_text.open_batch(b"")
        return native_text.batch_of_lengths(b"\n".join(documents), array("Q", map(len, documents)))

    def count(self, batch: Batch) -> None:
        """Count a batch."""
        native_corpus.count_batches([self.corpus], [self.prepared(batch)], self._rule.native)

    def count_each(self, batch: Batch, tell: Callable[[int, int], object]) -> BaseException | None:
        """Count whole documents and call ``tell`` with each; return the exception if ``tell`` raised one."""
        return self.corpus.count_each(self.prepared(batch), tell, self._rule.native)

    def _without_blank_end(self, batch: Batch) -> Batch:
        """Hold back the white space at the end of a batch, which may be no document, and put it before the next batch."""
        held = len(self._blanks)
        if held:
            shifted = array("Q", [held + batch.ends[i] for i in range(batch.n_ends)])
            batch = native_text.batch_of_ends(self._blanks + bytes(batch.text), shifted)
        if batch.n_ends:
            self._is_open = False
        text = memoryview(batch.text)
        closed = batch.ends[batch.n_ends - 1] + 1 if batch.n_ends else 0
        self._is_open = self._is_open or not native_text.is_blank(text[closed:])
        self._blanks = b"" if self._is_open else bytes(text[closed:]).rpartition(b"\n")[2]
        return batch if self._is_open else batch._replace(text=text[:closed])

    def _changed(self, document: bytes) -> bytes:
        if self._cuts_blank_lines:  # which come with the line behind them
            document = document[document.rfind(b"\n") + 1 :]
        if self._rule.change is None:
            return document
        try:
            text = document.decode()
        except UnicodeDecodeError as error:
            raise sources.changed("what was to be counted") from error
        return self._rule.change(text)
