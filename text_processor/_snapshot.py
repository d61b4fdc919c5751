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
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from text_processor import _native
from text_processor._native import Corpus, Document
from text_processor.errors import InvalidSnapshotError

_SIGNATURE = b"\x89TPA\r\n\x1a\n"
_ALL_TEXT, _WITH_BYTES = _VERSIONS = (1, 2)
_HEAD = struct.Struct("<8sQQQQ")
_CHECKSUM = struct.Struct("<I")


class Snapshot(NamedTuple):
    """What an analyzer consists of; ``documents`` is None if they are not kept."""

    corpus: Corpus
    documents: list[Document] | None
    lexicon: dict[str, float] | None
    keep_documents: bool
    threads: int | None


def to_bytes(snapshot: Snapshot) -> bytes:
    """Write a snapshot."""
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
        snapshot.corpus.to_bytes(),
        b"".join(encoded or ()),
    )
    body = _HEAD.pack(_SIGNATURE, version, *map(len, sections)) + b"".join(sections)
    return body + _CHECKSUM.pack(zlib.crc32(body))


def from_bytes(data: bytes) -> Snapshot:
    """Read a snapshot, or raise `InvalidSnapshotError`."""
    version, described, corpus_bytes, text = _sections(data)
    try:
        description = json.loads(described)
        lengths = _checked(description)
        kinds = _checked_kinds(description["kinds"], lengths) if version == _WITH_BYTES else "s" * len(lengths or ())
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidSnapshotError(f"the snapshot's description is damaged: {error}", offset=_HEAD.size) from error
    corpus = Corpus.from_bytes(corpus_bytes)
    documents = None if lengths is None else _cut(text, lengths, kinds)
    if documents is not None and len(documents) != corpus.totals().documents:
        raise InvalidSnapshotError(f"the snapshot holds {len(documents)} documents but counts of {corpus.totals().documents}")
    return Snapshot(corpus, documents, description["lexicon"], description["keep_documents"], description["threads"])


def _sections(data: bytes) -> tuple[int, bytes, bytes, bytes]:
    if data[: len(_SIGNATURE)] != _SIGNATURE:
        raise InvalidSnapshotError("these bytes are not a snapshot of a TextAnalyzer", offset=0)
    if len(data) < _HEAD.size + _CHECKSUM.size:
        raise InvalidSnapshotError(f"the snapshot ends after {len(data)} bytes, within its head", offset=len(data))
    _, version, *lengths = _HEAD.unpack_from(data)
    if version not in _VERSIONS:
        known = " and ".join(map(str, _VERSIONS))
        raise InvalidSnapshotError(
            f"the snapshot has version {version}; only versions {known} are known here", offset=len(_SIGNATURE)
        )
    expected = _HEAD.size + sum(lengths) + _CHECKSUM.size
    if len(data) != expected:
        raise InvalidSnapshotError(
            f"the snapshot has {len(data)} bytes where its head announces {expected}", offset=len(_SIGNATURE) + 8
        )
    (checksum,) = _CHECKSUM.unpack_from(data, expected - _CHECKSUM.size)
    if checksum != zlib.crc32(data[: -_CHECKSUM.size]):
        raise InvalidSnapshotError("the snapshot is damaged: its checksum does not match", offset=expected - 4)
    first, second = _HEAD.size + lengths[0], _HEAD.size + lengths[0] + lengths[1]
    return version, data[_HEAD.size : first], data[first:second], data[second : second + lengths[2]]


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


def _cut(text: bytes, lengths: list[int], kinds: str) -> list[Document]:
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    if ends[-1] != len(text):
        raise InvalidSnapshotError(f"the documents' lengths add up to {ends[-1]} of {len(text)} bytes")
    documents = [text[start:end] for start, end in pairwise(ends)]
    try:
        return [_restored(document, kind) for document, kind in zip(documents, kinds, strict=True)]
    except UnicodeDecodeError as error:
        raise InvalidSnapshotError(f"a document of the snapshot is not UTF-8: {error}") from error


def _restored(document: bytes, kind: str) -> Document:
    is_kept_as_it_is = kind == "b" and _native.find_invalid(document) is None
    return document if is_kept_as_it_is else document.decode()
