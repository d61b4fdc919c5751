"""The files of a shard: what stands before the ids, where documents end, and how a shard that is full gets its names.

A shard is written into two files that only grow: ids, after room for a header, and 64-bit ends of documents, after a 0. When
it is full these become its files. Each step can be done again, so it does not matter after which one the process was killed.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import accumulate
from operator import sub
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from text_processor._common import files
from text_processor._common.messages import needs
from text_processor.bpe._model import little_endian

# Numbers that are converted, or documents that are written, in one step.
STEP = 1 << 16

# Ids of a row group of Parquet, after which it ends with the document: 4 MB, as its readers hold one in memory.
ROW_GROUP_IDS = 1 << 20

# The column of ids in a Parquet file, as Hugging Face's trainers name it.
PARQUET_COLUMN = "input_ids"

# Length of a header of NumPy here, whatever the number of ids; data begin at a multiple of 64.
NUMPY_HEADER_NBYTES = 128

# The magic number and the version by the bytes of an id, as llm.c writes them for GPT-2 and for Llama 3.
LLMC_KINDS = {2: (20240520, 1), 4: (20240801, 7)}
LLMC_HEADER_NBYTES = 1024

# Megatron's codes of types.
MEGATRON_CODES = {2: 8, 4: 4}

_UNSIGNED = {2: "uint16", 4: "uint32"}


class Format(NamedTuple):
    """A kind of file for ids."""

    suffix: str
    header: Callable[[int, int], bytes]
    """Takes the number of ids and the bytes of one; the length depends on neither."""
    side: str | None = ".offsets"
    """The suffix of the file that says where documents end, if it is one of its own."""
    dtypes: dict[int, str] = _UNSIGNED


def _no_header(_n_ids: int, _id_nbytes: int) -> bytes:
    return b""


def _llmc_header(n_ids: int, id_nbytes: int) -> bytes:
    return struct.pack("<3i", *LLMC_KINDS[id_nbytes], n_ids).ljust(LLMC_HEADER_NBYTES, b"\0")


def _numpy_header(n_ids: int, id_nbytes: int) -> bytes:
    described = f"{{'descr': '<u{id_nbytes}', 'fortran_order': False, 'shape': ({n_ids},), }}"
    text = described.ljust(NUMPY_HEADER_NBYTES - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


FORMATS = {
    "raw": Format(".bin", _no_header),
    "llmc": Format(".bin", _llmc_header),
    "megatron": Format(".bin", _no_header, ".idx", {2: "uint16", 4: "int32"}),
    "npy": Format(".npy", _numpy_header),
    "parquet": Format(".parquet", _no_header, None),
}


class Names(NamedTuple):
    """The files of a shard: where it is written, and what it becomes."""

    ids: Path
    ends: Path
    made: Path
    side: Path | None


def names(folder: Path, name: str, a_format: Format) -> Names:
    """Return the files of a shard with this name."""
    side = None if a_format.side is None else folder / f"{name}{a_format.side}"
    return Names(folder / f".{name}.ids.part", folder / f".{name}.ends.part", folder / f"{name}{a_format.suffix}", side)


# ---- Numbers in files ------------------------------------------------------------------------------------------------


def read_ends(path: Path) -> array[int]:
    """Return a 0 and the ends of the documents of a shard."""
    ends = array("Q")
    ends.frombytes(path.read_bytes())
    if sys.byteorder == "big":
        ends.byteswap()
    return ends


def _steps(n: int) -> Iterator[range]:
    for start in range(0, n, STEP):
        yield range(start, min(start + STEP, n))


def megatron_index(ends: array[int], id_nbytes: int) -> Iterator[bytes]:
    """Give the index of a shard: each document is a sequence."""
    n = len(ends) - 1
    yield b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, MEGATRON_CODES[id_nbytes], n, n + 1)
    for some in _steps(n):
        yield little_endian(array("i", map(sub, ends[some.start + 1 : some.stop + 1], ends[some.start : some.stop])))
    for some in _steps(n):
        yield little_endian(array("q", map(id_nbytes.__mul__, ends[some.start : some.stop])))
    for some in _steps(n + 1):
        yield little_endian(array("q", some))


# ---- A shard that is full --------------------------------------------------------------------------------------------


def shuffled(n: int, seed: int, name: str) -> list[int]:
    """Return the numbers below n in an order that depends on the seed and the name of the shard alone.

    Python promises the numbers of `random.Random.random` to be the same in all its versions.
    """
    random = Random(f"{seed}/{name}")
    keys = [random.random() for _ in range(n)]
    return sorted(range(n), key=keys.__getitem__)


class Shard(NamedTuple):
    """A shard that is full."""

    name: str
    n_ids: int
    a_format: str
    id_nbytes: int
    shuffle_seed: int | None


def settle(folder: Path, shard: Shard) -> None:
    """Give a shard its files, unless it has them; what it was written into is gone then."""
    a_format = FORMATS[shard.a_format]
    paths = names(folder, shard.name, a_format)
    if not paths.ends.exists():
        return
    ends = read_ends(paths.ends)
    order = None if shard.shuffle_seed is None else shuffled(len(ends) - 1, shard.shuffle_seed, shard.name)
    if paths.ids.exists():
        _settle_ids(paths, shard, ends, order)
    if order is not None:
        ends = array("Q", accumulate((ends[i + 1] - ends[i] for i in order), initial=0))
    if shard.a_format == "megatron" and paths.side is not None:
        files.write_file(str(paths.side), megatron_index(ends, shard.id_nbytes))
    elif order is not None and paths.side is not None:
        files.write_file(str(paths.side), [little_endian(ends)])
    elif paths.side is not None:
        paths.ends.replace(paths.side)
    paths.ends.unlink(missing_ok=True)
    files.sync_folder(folder)


def _settle_ids(paths: Names, shard: Shard, ends: array[int], order: Sequence[int] | None) -> None:
    header = FORMATS[shard.a_format].header(shard.n_ids, shard.id_nbytes)
    if order is None and shard.a_format != "parquet":
        paths.ids.replace(paths.made)
        return
    with paths.ids.open("rb") as file, _mapped(file, len(header)) as ids:
        if shard.a_format == "parquet":
            _write_parquet(paths.made, ids, ends, order or range(len(ends) - 1), shard.id_nbytes)
        else:
            files.write_file(str(paths.made), _in_order(header, ids, ends, order or (), shard.id_nbytes))
    paths.ids.unlink()


def _mapped(file: Any, header_nbytes: int) -> memoryview:
    """Return the ids of a file of ours, which nobody else changes, without reading them all."""
    if os.fstat(file.fileno()).st_size == header_nbytes:
        return memoryview(b"")
    return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))[header_nbytes:]


def _in_order(header: bytes, ids: memoryview, ends: array[int], order: Sequence[int], id_nbytes: int) -> Iterator[bytes]:
    yield header
    for some in _steps(len(order)):
        yield b"".join(ids[ends[i] * id_nbytes : ends[i + 1] * id_nbytes] for i in order[some.start : some.stop])


def _row_groups(ends: array[int], order: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut documents into runs of about as many ids as a row group has."""
    start = n_ids = 0
    for place, i in enumerate(order, 1):
        n_ids += ends[i + 1] - ends[i]
        if n_ids >= ROW_GROUP_IDS:
            yield order[start:place]
            start, n_ids = place, 0
    if start < len(order):
        yield order[start:]


def import_parquet() -> tuple[Any, Any]:
    """Return pyarrow and its module for Parquet."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise ImportError(needs('format="parquet"', "pyarrow", "arrow")) from error


def _write_parquet(path: Path, ids: memoryview, ends: array[int], order: Sequence[int], id_nbytes: int) -> None:
    pa, parquet = import_parquet()
    kind = pa.uint16() if id_nbytes == 2 else pa.uint32()
    schema = pa.schema([pa.field(PARQUET_COLUMN, pa.list_(pa.field("element", kind, nullable=False)), nullable=False)])
    new = path.with_name(f".{path.name}.part")
    with new.open("wb") as file:
        with parquet.ParquetWriter(file, schema) as writer:
            for group in _row_groups(ends, order):
                values = b"".join(ids[ends[i] * id_nbytes : ends[i + 1] * id_nbytes] for i in group)
                offsets = array("i", accumulate((ends[i + 1] - ends[i] for i in group), initial=0))
                flat = pa.Array.from_buffers(kind, offsets[-1], [None, pa.py_buffer(values)])
                lists = pa.Array.from_buffers(schema.field(0).type, len(group), [None, pa.py_buffer(offsets)], children=[flat])
                writer.write_table(pa.table([lists], schema), row_group_size=len(group))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
