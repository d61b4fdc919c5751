"""Arrow arrays of ids and of numbers of ids."""

from __future__ import annotations

from array import array
from typing import Any

from text_processor._documents.arrow import import_pyarrow, validity
from text_processor.bpe._chunks import Columns
from text_processor.bpe._outputs import Counts, Flat

# The offsets of Arrow's type list are signed and have 32 bits.
MOST_LIST_IDS = (1 << 31) - 1


def lists(flat: Flat, has_value: bytearray) -> Any:
    """Return an array of lists that shares the memory of the ids; entries without a value are null."""
    pa = import_pyarrow("encode_arrow")
    ids = pa.Array.from_buffers(pa.uint32(), len(flat.ids), [None, pa.py_buffer(flat.ids)])
    return _lists_of(ids, flat.offsets, has_value, pa)


def chunks(columns: Columns, has_value: bytearray) -> Any:
    """Return an array of lists of structs for chunks; entries without a value are null."""
    pa = import_pyarrow("chunks_arrow")
    each = (columns.starts, columns.ends, columns.counts)
    arrays = [pa.Array.from_buffers(pa.uint64(), len(values), [None, pa.py_buffer(values)]) for values in each]
    structs = pa.StructArray.from_arrays(arrays, names=["start", "end", "n_tokens"])
    return _lists_of(structs, columns.offsets, has_value, pa)


def _lists_of(values: Any, places: array[int], has_value: bytearray, pa: Any) -> Any:
    is_large = len(values) > MOST_LIST_IDS
    kind = (pa.large_list if is_large else pa.list_)(values.type)
    offsets = _signed(places, pa)
    if not is_large:
        offsets = offsets.cast(pa.int32())
    buffers = [validity(has_value, pa), offsets.buffers()[1]]
    return pa.Array.from_buffers(kind, len(has_value), buffers, children=[values])


def numbers(counts: Counts, has_value: bytearray) -> Any:
    """Return an array of the counts; entries without a value are null."""
    pa = import_pyarrow("count_arrow")
    found = _signed(counts.counts, pa).cast(pa.int32())
    return pa.Array.from_buffers(pa.int32(), len(has_value), [validity(has_value, pa), found.buffers()[1]])


def _signed(values: array[int], pa: Any) -> Any:
    """Return an array of signed numbers that shares the memory of unsigned ones, which need no 64th bit."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])
