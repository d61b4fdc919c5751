"""The exceptions and the warning that this package defines."""

from __future__ import annotations

__all__ = [
    "EmptyAnalyzerError",
    "InvalidDocumentError",
    "InvalidSnapshotError",
    "InvalidTokenizerError",
    "PartError",
    "TextProcessorError",
    "UnknownTokenError",
    "UntrainedTokenizerWarning",
]


def __dir__() -> list[str]:
    return sorted(__all__)


class TextProcessorError(Exception):
    """The base of all exceptions of this package."""


class InvalidDocumentError(TextProcessorError, ValueError):
    """A document is blank or is not valid text, or a file or stream cannot be read as text.

    Attributes:
        index: the index of the document among those given, counted from 0. If each line is a document, it is the number of
            the line; blank lines count. ``None`` if only one document was given, or if the fault concerns the whole file,
            stream or buffer.
        offset: where in the document the fault is; ``None`` if it is the whole document. It counts characters for a ``str``.
            It counts bytes of UTF-8 for bytes, and for documents from a file, a stream or a buffer.
        position: where in the file, stream or buffer the fault is, in bytes; ``None`` for documents that were given one by
            one. For compressed data that is cut short, it is the length of that data. For other faults in compressed data, it
            is the byte of the decompressed text, or ``None``.
        added: how many of the documents given were added before this one; 0 if the call adds either all or none.
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


class PartError(TextProcessorError, ValueError):
    """A part of a source that a cluster works on cannot be read, is damaged or is not text.

    Attributes:
        part: the name of the file, or what kind of partition it is.
    """

    part: str

    def __init__(self, message: str, part: str = "") -> None:
        super().__init__(message)
        self.part = part


class EmptyAnalyzerError(TextProcessorError):
    """The method needs at least one document, and the analyzer has none."""


class InvalidSnapshotError(TextProcessorError, ValueError):
    """The bytes are not a snapshot of this package, or the snapshot is damaged.

    Attributes:
        offset: the byte at which the fault was found; ``None`` if the place is not known.
    """

    offset: int | None

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


class InvalidTokenizerError(TextProcessorError, ValueError):
    """A file, or bytes, hold no tokenizer, a damaged one, or one that cannot be represented exactly.

    Attributes:
        offset: the byte at which the fault was found; ``None`` if the content of the file is at fault and not one byte.
    """

    offset: int | None

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


class UnknownTokenError(TextProcessorError, ValueError, KeyError):
    """The tokenizer has no such token: no such id, or no token with these bytes or this name.

    It is a ``KeyError``, as in tiktoken, and a ``ValueError``.
    """

    def __str__(self) -> str:
        return ValueError.__str__(self)  # that of a KeyError puts the message in quotes


class UntrainedTokenizerWarning(UserWarning):
    """A tokenizer that is neither trained nor loaded was used; each byte is one token to it.

    The warning comes once for each tokenizer. If you want bytes as tokens, make the tokenizer from the 256 bytes by
    `Tokenizer.from_mergeable_ranks`; that one does not warn.
    """
