"""The oracle: what `TextAnalyzer` must equal, in plain Python."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from text_processor import EmptyAnalyzerError, InvalidDocumentError

DEFAULT_LEXICON = {"good": 1.0, "great": 1.0, "excellent": 1.0, "bad": -1.0, "terrible": -1.0, "awful": -1.0}


def words_of(document: str) -> list[str]:
    return [word.lower() for word in document.split()]


class PythonAnalyzer:
    """`collections.Counter` over `str.split`, and nothing else."""

    def __init__(self, lexicon: dict[str, float] | None = None) -> None:
        self.documents: list[str] = []
        self.lexicon = DEFAULT_LEXICON if lexicon is None else lexicon

    def add_document(self, text: str) -> None:
        if not text.strip():
            raise InvalidDocumentError("Document cannot be empty")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidDocumentError("lone surrogate") from error
        self.documents.append(text)

    def add_documents(self, documents: Iterable[str]) -> int:
        n_added = 0
        for document in documents:
            self.add_document(document)
            n_added += 1
        return n_added

    def merge(self, other: PythonAnalyzer) -> None:
        self.documents.extend(list(other.documents))

    def clear(self) -> None:
        self.documents.clear()

    def counter(self) -> Counter[str]:
        return Counter(word for document in self.documents for word in words_of(document))

    def word_frequency(self) -> dict[str, int]:
        return dict(self.counter())

    def document_frequency(self) -> dict[str, int]:
        return dict(Counter(word for document in self.documents for word in dict.fromkeys(words_of(document))))

    def most_common(self, n: int | None = None) -> list[tuple[str, int]]:
        return self.counter().most_common(n)

    def total_words(self) -> int:
        return sum(len(document.split()) for document in self.documents)

    def get_statistics(self) -> dict[str, int]:
        return {
            "total_words": self.total_words(),
            "document_count": len(self.documents),
            "unique_words": len(self.counter()),
        }

    def analyze_sentiment(self) -> float:
        if not self.documents:
            raise EmptyAnalyzerError("Cannot analyze sentiment of empty analyzer")
        counts = self.counter()
        return math.fsum(counts[word] * weight for word, weight in self.lexicon.items()) / len(self.documents)
