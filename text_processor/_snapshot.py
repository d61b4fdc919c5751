"""An analyzer as bytes: versioned, little-endian on every machine, checksummed.

Layout: signature (8 bytes), version, three lengths (unsigned 64-bit, little-endian), then as many bytes each of

- a JSON object with the options, the lexicon, how the documents are cut and, in version 2, what they are,
- the core's snapshot of the corpus,
- the kept documents, in UTF-8, one after the other,

and a CRC-32 of everything before it. Version 2 is written where a document is ``bytes``, otherwise version 1. The bytes may
come from anywhere: nothing is believed before it is checked.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from text_processor import _native
from text_processor._native import Corpus, Document
from text_processor.errors import InvalidSnapshotError

_SIGNATURE = b"\x89TPA\r\n\x1a\n"
_ALL_TEXT, _WITH_BYTES = _VERSIONS = (1, 2)
_HEAD = struct.Struct("<8sQQQQ")
_CHECKSUM = struct.Struct("<I")

# Bytes that are read, written and summed at once: a millisecond's work at most.
PIECE_NBYTES = 1 << 20


class Snapshot(NamedTuple):
    """What an analyzer consists of; ``documents`` is None if they are not kept."""

    corpus: Corpus
    documents: list[Document] | None
    lexicon: dict[str, float] | None
    keep_documents: bool
    threads: int | None


def pieces(snapshot: Snapshot) -> Iterator[bytes | memoryview]:
    """The bytes of a snapshot in pieces, between two of which Ctrl-C gets through."""
    documents = snapshot.documents
    encoded = None if documents is None else [each if isinstance(each, bytes) else str.encode(each) for each in documents]
    description: dict[str, Any] = {
        "keep_documents": snapshot.keep_documents,
        "threads": snapshot.threads,
        "lexicon": snapshot.lexicon,
        "documents": None if encoded is None else [bytes.__len__(each) for each in encoded],
    }
    version = _ALL_TEXT
    if documents is not None and any(isinstance(each, bytes) for each in documents):
        version = _WITH_BYTES
        description["kinds"] = "".join("b" if isinstance(each, bytes) else "s" for each in documents)
    sections = (
        json.dumps(description, ensure_ascii=False).encode(),
        snapshot.corpus.snapshot(),
        b"".join(encoded or ()),
    )
    checksum = 0
    for part in (_HEAD.pack(_SIGNATURE, version, *map(len, sections)), *sections):
        for piece in _cut_pieces(memoryview(part)):
            checksum = zlib.crc32(piece, checksum)
            yield piece
    yield _CHECKSUM.pack(checksum)


def to_bytes(snapshot: Snapshot) -> bytes:
    """Write a snapshot."""
    return b"".join(pieces(snapshot))


def read_file(name: str) -> Snapshot:
    """Read a snapshot from a file, or raise `InvalidSnapshotError`, which names it.

    Not more of it is read than its head announces, and no more memory taken than was read.
    """
    try:
        with Path(name).open("rb") as file:
            data = bytearray(file.read(_HEAD.size))
            expected = _check_head(data)
            while len(data) <= expected and (block := file.read(min(PIECE_NBYTES, expected + 1 - len(data)))):
                data += block
        return from_bytes(data)
    except InvalidSnapshotError as error:
        raise InvalidSnapshotError(f"{name}: {error}", offset=error.offset) from error.__cause__


def from_bytes(data: bytes | bytearray) -> Snapshot:
    """Read a snapshot, or raise `InvalidSnapshotError`."""
    version, described, counted, text = _sections(memoryview(data))
    try:
        description = json.loads(bytes(described))
        lengths = _checked(description)
        kinds = _checked_kinds(description["kinds"], lengths) if version == _WITH_BYTES else "s" * len(lengths or ())
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _invalid(f"the snapshot's description is damaged: {error}", _HEAD.size) from error
    counts_start = _HEAD.size + len(described)
    corpus = Corpus.of_snapshot(counted, counts_start)
    totals = corpus.totals()
    if totals.documents > totals.words:  # none is blank
        raise _invalid(f"the snapshot counts {totals.words} words of {totals.documents} documents", counts_start)
    documents = None if lengths is None else _cut(text, lengths, kinds, counts_start + len(counted))
    if documents is not None and len(documents) != totals.documents:
        raise _invalid(f"the snapshot holds {len(documents)} documents but counts of {totals.documents}", _HEAD.size)
    return Snapshot(corpus, documents, description["lexicon"], description["keep_documents"], description["threads"])


def _invalid(message: str, offset: int) -> InvalidSnapshotError:
    return InvalidSnapshotError(f"{message} (at byte {offset})", offset=offset)


def _check_head(data: bytes | bytearray | memoryview) -> int:
    """Return how many bytes the snapshot has by what its head says."""
    if data[: len(_SIGNATURE)] != _SIGNATURE:
        raise _invalid("this is not a snapshot of a TextAnalyzer", 0)
    if len(data) < _HEAD.size:
        raise _invalid(f"the snapshot ends after {len(data)} bytes, within its head", len(data))
    _, version, *lengths = _HEAD.unpack_from(data)
    if version not in _VERSIONS:
        known = " and ".join(map(str, _VERSIONS))
        raise _invalid(f"the snapshot has version {version}; only versions {known} are known here", len(_SIGNATURE))
    n_bytes: int = _HEAD.size + sum(lengths) + _CHECKSUM.size
    return n_bytes


def _sections(data: memoryview) -> tuple[int, memoryview, memoryview, memoryview]:
    expected = _check_head(data)
    if len(data) < expected:
        raise _invalid(f"the snapshot ends after {len(data)} of the {expected} bytes that its head announces", len(data))
    if len(data) > expected:
        raise _invalid(f"the snapshot goes on behind the {expected} bytes that its head announces", expected)
    end = expected - _CHECKSUM.size
    checksum = 0
    for piece in _cut_pieces(data[:end]):
        checksum = zlib.crc32(piece, checksum)
    if (checksum,) != _CHECKSUM.unpack_from(data, end):
        raise _invalid("the snapshot is damaged: its checksum does not match", end)
    _, version, first, _, third = _HEAD.unpack_from(data)
    counts, text = _HEAD.size + first, end - third
    return version, data[_HEAD.size : counts], data[counts:text], data[text:end]


def _cut_pieces(data: memoryview) -> Iterator[memoryview]:
    for start in range(0, len(data), PIECE_NBYTES):
        yield data[start : start + PIECE_NBYTES]


def _checked(description: Mapping[str, Any]) -> list[int] | None:
    """Check every value of the description; return the documents' lengths."""
    lexicon, threads, lengths = description["lexicon"], description["threads"], description["documents"]
    if type(description["keep_documents"]) is not bool:
        raise ValueError(f"keep_documents is {description['keep_documents']!r}")
    if threads is not None and type(threads) is not int:
        raise ValueError(f"threads is {threads!r}")
    if lexicon is not None and not all(type(weight) is float for weight in dict(lexicon).values()):
        raise ValueError("a weight of the lexicon is not a float")
    if lengths is not None and not all(type(length) is int and length >= 0 for length in lengths):
        raise ValueError("the length of a document is not a number")
    return lengths  # type: ignore[no-any-return]


def _checked_kinds(kinds: object, lengths: list[int] | None) -> str:
    if not isinstance(kinds, str) or lengths is None or len(kinds) != len(lengths) or not set(kinds) <= {"b", "s"}:
        raise ValueError("the kinds of the documents are not as many letters b and s as there are documents")
    return kinds


def _cut(text: memoryview, lengths: list[int], kinds: str, origin: int) -> list[Document]:
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    if ends[-1] != len(text):
        raise _invalid(f"the documents' lengths add up to {ends[-1]} of {len(text)} bytes", _HEAD.size)
    documents = [bytes(text[start:end]) for start, end in pairwise(ends)]
    try:
        return [_restored(document, kind) for document, kind in zip(documents, kinds, strict=True)]
    except UnicodeDecodeError as error:
        raise _invalid(f"a document of the snapshot is not UTF-8: {error}", origin) from error


def _restored(document: bytes, kind: str) -> Document:
    is_kept_as_it_is = kind == "b" and _native.find_invalid(document) is None
    return document if is_kept_as_it_is else document.decode()
