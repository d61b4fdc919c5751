"""Arrow columns of text, whose documents are read where they lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from text_processor._native.vectors import Views

# Bytes of documents in a batch: some milliseconds of work.
BATCH_NBYTES = 1 << 21

_DICTIONARY = re.compile("dictionary<values=(large_)?string(_view)?,")

_PLACE = np.dtype([("address", np.uint64), ("nbytes", np.uint64)])


def column_of(documents: Any) -> Column | None:
    """Return a pyarrow or polars column of text; None for anything else."""
    kind = documents.__class__
    library = kind.__module__.partition(".")[0]
    if library == "polars" and hasattr(kind, "to_arrow"):
        documents = documents.to_arrow()
    elif library != "pyarrow" or not hasattr(kind, "to_pylist"):
        return None
    if str(documents.type) == "string_view" or _DICTIONARY.match(str(documents.type)):
        documents = documents.cast("large_string")
    chunks = documents.chunks if hasattr(documents, "chunks") else [documents]
    return Column(chunks) if str(documents.type) in {"string", "large_string"} else None


class Column:
    """A column of text without nulls."""

    def __init__(self, chunks: list[Any]) -> None:
        self._chunks = [chunk for chunk in chunks if len(chunk)]
        self._n = 0
        for chunk in self._chunks:
            if chunk.null_count:
                row = self._n + chunk.is_null().index(True).as_py()
                raise ValueError(f"document {row} of the column is null; drop_null() leaves such documents out")
            chunk.validate(full=True)
            self._n += len(chunk)

    def __len__(self) -> int:
        return self._n

    def lengths(self) -> Any:
        """Return the number of bytes of each document."""
        return np.concatenate([_places_of(chunk)["nbytes"] for chunk in self._chunks] or [np.empty(0)]).astype(np.int64)

    def to_list(self) -> list[str]:
        return [text for chunk in self._chunks for text in chunk.to_pylist()]

    def views(self, start: int, stop: int) -> Iterator[Views]:
        """Give the documents of a range, batch by batch."""
        first = 0
        for chunk in self._chunks:
            low, high = max(start - first, 0), min(stop - first, len(chunk))
            first += len(chunk)
            if low >= high:
                continue
            places = _places_of(chunk)[low:high]
            ends = np.cumsum(places["nbytes"])
            at = 0
            while at < len(places):
                done = int(ends[at - 1]) if at else 0
                following = max(at + 1, int(np.searchsorted(ends, done + BATCH_NBYTES)))
                batch = places[at:following]
                yield Views((chunk,), batch.tobytes(), int(ends[at + len(batch) - 1]) - done, len(batch))
                at += len(batch)


def _places_of(chunk: Any) -> Any:
    """Return where the documents of a chunk lie: their addresses and lengths."""
    _, offsets, data = chunk.buffers()
    n = len(chunk)
    kind = np.int32 if str(chunk.type) == "string" else np.int64
    bounds = np.frombuffer(offsets, kind, n + 1, chunk.offset * np.dtype(kind).itemsize).astype(np.uint64)
    places = np.empty(n, _PLACE)
    places["address"] = bounds[:-1] + np.uint64(data.address if data is not None else 0)
    places["nbytes"] = np.diff(bounds)
    return places
