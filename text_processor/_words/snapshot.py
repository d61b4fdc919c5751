"""Write an analyzer as bytes, and read it.

The bytes are a container of three sections:

- a JSON object with the options, the lexicon, the lengths of the documents, in version 2 and 3 their types, and in version 3
  the options that say what a word is,
- the core's snapshot of the corpus,
- the kept documents, in UTF-8, one after the other.

Version 3 is written if words are not those between white space in lower case, version 2 if a document is ``bytes``, otherwise
version 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from text_processor._common import container
from text_processor._common.arguments import Document
from text_processor._common.container import Container
from text_processor._common.messages import quoted, shown
from text_processor._native import text as native_text
from text_processor._native.corpus import Corpus
from text_processor._words.options import DEFAULT, Split, WordOptions
from text_processor.errors import InvalidSnapshotError

_ALL_TEXT, _WITH_BYTES, _WITH_OPTIONS = 1, 2, 3

CONTAINER = Container(
    container.SNAPSHOT,
    (_ALL_TEXT, _WITH_BYTES, _WITH_OPTIONS),
    3,
    name="the snapshot",
    what="a snapshot of a TextAnalyzer",
    error=InvalidSnapshotError,
)


class Snapshot(NamedTuple):
    """The parts of an analyzer; ``documents`` is None if they are not kept."""

    corpus: Corpus
    documents: list[Document] | None
    lexicon: dict[str, float] | None
    keep_documents: bool
    threads: int | None
    options: WordOptions


def chunks(snapshot: Snapshot) -> Iterator[bytes | memoryview]:
    """Give the bytes of a snapshot in chunks; Ctrl-C takes effect between two chunks."""
    documents = snapshot.documents
    encoded = None if documents is None else list(map(native_text.encoded, documents))
    description: dict[str, Any] = {
        "keep_documents": snapshot.keep_documents,
        "threads": snapshot.threads,
        "lexicon": snapshot.lexicon,
        "documents": None if encoded is None else list(map(len, encoded)),
    }
    version = _ALL_TEXT
    if not snapshot.options.are_default:
        version = _WITH_OPTIONS
        description["words"] = snapshot.options.described()
    if documents is not None and (version == _WITH_OPTIONS or any(isinstance(each, bytes) for each in documents)):
        version = max(version, _WITH_BYTES)
        description["kinds"] = "".join("b" if isinstance(each, bytes) else "s" for each in documents)
    sections = (
        json.dumps(description, ensure_ascii=False).encode(),
        snapshot.corpus.snapshot(),
        b"".join(encoded or ()),
    )
    return CONTAINER.chunks(version, sections)


def to_bytes(snapshot: Snapshot) -> bytes:
    """Write a snapshot."""
    return b"".join(chunks(snapshot))


def from_bytes(data: bytes | bytearray | memoryview, function: Split | None = None) -> Snapshot:
    """Read a snapshot, or raise `InvalidSnapshotError`; ``function`` is what finds the words, if a function does."""
    version, (described, counted, text) = CONTAINER.sections(data)
    description = CONTAINER.description(described, lambda found: _checked(found, version, function))
    counts_start = CONTAINER.head.size + len(described)
    options: WordOptions = description["options"]
    corpus = Corpus.of_snapshot(counted, counts_start, of_any_rule=not options.are_default)
    totals = corpus.totals()
    documents = None
    if description["documents"] is not None:
        documents = _cut(text, description["documents"], description["kinds"], counts_start + len(counted))
    has_no_share = totals.documents or not totals.words  # what has another's words, or none of its documents, keeps none
    if documents is not None and not (has_no_share and len(documents) == totals.documents):
        why = f"the snapshot holds {len(documents)} documents but counts {totals.words} words of {totals.documents}"
        raise CONTAINER.invalid(why, CONTAINER.head.size)
    return Snapshot(corpus, documents, description["lexicon"], description["keep_documents"], description["threads"], options)


def _is_a(value: Any, kind: type) -> bool:
    """Whether a value has exactly this type: a bool is not an int here."""
    return type(value) is kind


def _checked(description: Mapping[str, Any], version: int, function: Split | None) -> dict[str, Any]:
    """Check every value of a description; the result has ``kinds`` in every version, with one letter for each document."""
    lexicon, threads, lengths = description["lexicon"], description["threads"], description["documents"]
    if type(description["keep_documents"]) is not bool:
        raise ValueError(f"keep_documents must be true or false, not {quoted(description['keep_documents'])}")
    if threads is not None and type(threads) is not int:
        raise ValueError(f"threads must be a whole number or null, not {quoted(threads)}")
    if lexicon is not None:
        _check_lexicon(lexicon)
    if lengths is not None:
        _check_lengths(lengths)
    has_kinds = version == _WITH_BYTES or (version == _WITH_OPTIONS and lengths is not None)
    kinds = _checked_kinds(description["kinds"], lengths) if has_kinds else "s" * len(lengths or ())
    options = WordOptions.of_description(description["words"], function) if version == _WITH_OPTIONS else DEFAULT
    return {**description, "kinds": kinds, "options": options}


def _check_lexicon(lexicon: Any) -> None:
    if not _is_a(lexicon, dict):
        raise ValueError(f"lexicon must be an object or null, not {quoted(lexicon)}")
    for word, weight in lexicon.items():
        if not _is_a(weight, float):
            raise ValueError(f"the lexicon's weight of {quoted(word)} must be a float, not {quoted(weight)}")


def _check_lengths(lengths: Any) -> None:
    if not _is_a(lengths, list):
        raise ValueError(f"documents must be a list of lengths or null, not {quoted(lengths)}")
    for index, length in enumerate(lengths):
        if not (_is_a(length, int) and length >= 0):
            raise ValueError(f"the length of document {index} must be a whole number from 0 on, not {quoted(length)}")


def _checked_kinds(kinds: object, lengths: list[int] | None) -> str:
    if not isinstance(kinds, str) or lengths is None or len(kinds) != len(lengths) or not set(kinds) <= {"b", "s"}:
        n = "no" if lengths is None else len(lengths)
        raise ValueError(f"kinds must be a text of the letters b and s, one for each of {n} documents, not {quoted(kinds)}")
    return kinds


def _cut(text: memoryview, lengths: list[int], kinds: str, origin: int) -> list[Document]:
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    if ends[-1] != len(text):
        raise CONTAINER.invalid(f"the documents' lengths add up to {shown(ends[-1])} of {len(text)} bytes", CONTAINER.head.size)
    documents = [bytes(text[start:end]) for start, end in pairwise(ends)]
    try:
        return [_restored(document, kind) for document, kind in zip(documents, kinds, strict=True)]
    except UnicodeDecodeError as error:
        raise CONTAINER.invalid(f"a document of the snapshot is not UTF-8: {error}", origin) from error


def _restored(document: bytes, kind: str) -> Document:
    is_kept_as_it_is = kind == "b" and native_text.find_invalid(document) is None
    return document if is_kept_as_it_is else document.decode()
