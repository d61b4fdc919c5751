"""The table of words as an Arrow table."""

from __future__ import annotations

import re
from typing import Any

from text_processor._documents.arrow import import_pyarrow
from text_processor._native import arrow as native_arrow
from text_processor._native import status as native_status
from text_processor._native.corpus import Corpus

# The offsets of Arrow's string type are signed and have 32 bits.
MOST_STRING_NBYTES = (1 << 31) - 1


def word_table(corpus: Corpus) -> Any:
    """Return the terms with both measures, all as of one instant."""
    pa = import_pyarrow("word_table")
    n, counts, document_frequencies = _measures(corpus, pa)
    # Signed, as the counts of pyarrow are, so that differences do not wrap around. No count needs the 64th bit.
    columns = {
        "term": _terms(corpus, n, pa),
        "count": pa.Array.from_buffers(pa.int64(), n, [None, counts]),
        "document_frequency": pa.Array.from_buffers(pa.int64(), n, [None, document_frequencies]),
    }
    totals = corpus.totals()
    found = pa.table(columns)
    if totals.words == totals.kept_words:
        return found
    return found.replace_schema_metadata({"is_pruned": "true", "total_words": str(totals.words)})


def _measures(corpus: Corpus, pa: Any) -> tuple[int, Any, Any]:
    while True:
        capacity = corpus.totals().terms
        counts, document_frequencies = pa.allocate_buffer(8 * capacity), pa.allocate_buffer(8 * capacity)
        n = corpus.write_measures(memoryview(counts), memoryview(document_frequencies))
        if n <= capacity:  # otherwise terms were added meanwhile
            return n, counts, document_frequencies


def _terms(corpus: Corpus, n: int, pa: Any) -> Any:
    nbytes = corpus.joined_nbytes(n) - max(n - 1, 0)
    is_large = nbytes > MOST_STRING_NBYTES
    layout = native_arrow.ARROW_OFFSETS_64 if is_large else native_arrow.ARROW_OFFSETS_32
    offset_nbytes = 8 if is_large else 4
    # The core first writes one byte more for each term of a slice, and then removes these bytes.
    text, offsets = (
        pa.allocate_buffer(nbytes + min(n, native_status.SLICE_ENTRIES)),
        pa.allocate_buffer(offset_nbytes * (n + 1)),
    )
    text_place, offsets_place = memoryview(text).cast("B"), memoryview(offsets).cast("B")
    offsets_place[:offset_nbytes] = bytes(offset_nbytes)
    end = 0
    for first, stop in native_status.slices(n):
        ends = offsets_place[offset_nbytes * (first + 1) :]
        end = corpus.write_terms(first, stop - first, text=text_place, start=end, ends=ends, layout=layout)
    for hidden in re.finditer(b"\xff", text_place[:end]):  # what the core has for a line feed within a word
        text_place[hidden.start()] = ord("\n")
    return pa.Array.from_buffers(pa.large_string() if is_large else pa.string(), n, [None, offsets, text.slice(0, nbytes)])
