"""The exceptions that the package raises by itself, and its warning."""

from __future__ import annotations

__all__ = [
    "EmptyAnalyzerError",
    "InvalidDocumentError",
    "InvalidSnapshotError",
    "InvalidTokenizerError",
    "TextProcessorError",
    "UntrainedTokenizerWarning",
]


def __dir__() -> list[str]:
    return sorted(__all__)


class TextProcessorError(Exception):
    """The base of all exceptions of this package."""


class InvalidDocumentError(TextProcessorError, ValueError):
    """A document that is blank or is not text, or a file or stream of which no text can be made.

    Attributes:
        index: which of the documents given, counted from 0: where lines are documents, the number of the line, blank ones
            included; ``None`` where there was but one, and where the whole of a file, stream or buffer is at fault.
        offset: where in the document the fault lies; ``None`` where it is the whole. In characters for a ``str``; otherwise,
            and wherever documents come from a file, a stream or a buffer, in bytes of UTF-8.
        position: where in a file, stream or buffer that is, in bytes; ``None`` for documents that were given one by one. For
            compressed data that is cut short it is its length; for other faults in it, the byte of the text, or ``None``.
        added: how many of the documents given were added before it; 0 where all are added or none.
    """

    index: int | None
    offset: int | None
    position: int | None
    added: int

    def __init__(
        self,
        message: str,
        *,
        index: int | None = None,
        offset: int | None = None,
        position: int | None = None,
        added: int = 0,
    ) -> None:
        super().__init__(message)
        self.index = index
        self.offset = offset
        self.position = position
        self.added = added


class EmptyAnalyzerError(TextProcessorError):
    """A question that only an analyzer with documents can answer."""


class InvalidSnapshotError(TextProcessorError, ValueError):
    """Bytes that are not a snapshot of this package, or one that was damaged.

    Attributes:
        offset: the byte at which that shows; ``None`` where it cannot be told.
    """

    offset: int | None

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


class InvalidTokenizerError(TextProcessorError, ValueError):
    """A file, or bytes, that hold no tokenizer, a damaged one, or one that cannot be represented exactly.

    Attributes:
        offset: the byte at which that shows; ``None`` where it is not a byte that is at fault but what the file says.
    """

    offset: int | None

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


class UntrainedTokenizerWarning(UserWarning):
    """Text or ids are given to a tokenizer that has been neither trained nor loaded, to which each byte is a token.

    It comes once for each tokenizer. Where bytes are wanted as tokens, `Tokenizer.from_mergeable_ranks` makes one of the 256
    bytes that does not warn.
    """
