"""Write the ids of documents into shards, and note from time to time how far that has come."""

from __future__ import annotations

import io
import os
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from text_processor._native import binding
from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import Packed, Packing
from text_processor.bpe._model import little_endian
from text_processor.bpe._outputs import Ends
from text_processor.bpe._shards import formats
from text_processor.bpe._shards.formats import FORMATS, Names
from text_processor.bpe._shards.manifest import Entry, Manifest, Place
from text_processor.bpe._shards.plan import SPLITS, Plan
from text_processor.errors import TextProcessorError

# What is lost at most when a run is stopped; what it costs to have all reach the disk so often is not to be measured.
SECONDS_BETWEEN_NOTES = 5.0

# Full shards wait for a note until they are one in so many, as a note tells of all: so many short ones take linear time.
MOST_FULL = 8

# What stands for the part of a document that is missing, and of one that is stored already.
MISSING, DONE = 255, 254

# More than any shard has, for those without a limit.
NO_LIMIT = (1 << 63) - 1

# The most ids of a file of llm.c, which counts them by an int32.
MOST_LLMC_IDS = (1 << 31) - 1


class Scratch:
    """The two files of a shard that is being written."""

    def __init__(self, paths: Names, entry: Entry, header_nbytes: int, id_nbytes: int) -> None:
        """Begin a shard, or go on with one that has ids or documents: what its files have beyond these is cut off."""
        self.name = entry.name
        self.n_ids = entry.tokens
        self.n_documents = entry.documents
        self._id_nbytes = id_nbytes
        self._ids = _opened(paths.ids, bytes(header_nbytes), entry.tokens * id_nbytes)
        self._ends = _opened(paths.ends, bytes(8), entry.documents * 8)

    def add(self, packed: Packed) -> None:
        """Append documents."""
        if packed.ends:
            ends = array("Q")
            ends.frombytes(binding.shifted(packed.ends, self.n_ids))
            write_all(self._ends, little_endian(ends))
            self.add_ids(packed)
            self.n_documents += len(packed.ends)

    def add_ids(self, packed: Packed) -> None:
        """Append ids of a document that is not at its end."""
        write_all(self._ids, packed.ids)
        self.n_ids += len(packed.ids) // self._id_nbytes

    def end_document(self) -> None:
        write_all(self._ends, self.n_ids.to_bytes(8, "little"))
        self.n_documents += 1

    def entry(self, part: Part) -> Entry:
        """Return how it stands in a manifest."""
        return Entry(self.name, SPLITS[part.number], self.n_ids, self.n_documents)

    def put_header(self, header: bytes) -> None:
        self._ids.seek(0)
        write_all(self._ids, header)
        self._ids.seek(0, os.SEEK_END)

    def sync(self) -> None:
        """Return when all has reached the disk."""
        os.fsync(self._ids.fileno())
        os.fsync(self._ends.fileno())

    def close(self) -> None:
        self._ids.close()
        self._ends.close()


def _opened(path: Path, head: bytes, nbytes: int) -> io.FileIO:
    """Open a file that has so many bytes after its head."""
    if nbytes == 0:
        file = io.FileIO(path, "w")
        write_all(file, head)
        return file
    file = io.FileIO(path, "r+")
    if file.seek(0, os.SEEK_END) < len(head) + nbytes:
        file.close()
        raise TextProcessorError(f"{str(path)!r} is shorter than its manifest says, so the run cannot go on: use a new folder")
    file.truncate(len(head) + nbytes)
    file.seek(0, os.SEEK_END)
    return file


def write_all(file: io.FileIO, data: bytes | memoryview) -> None:
    """Write all of some bytes: a call of the system may write less."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


class Part:
    """The training or the validation part of a corpus, and its shard that is being written."""

    def __init__(self, number: int, n_shards: int) -> None:
        self.number = number
        self.n_shards = n_shards
        self.scratch: Scratch | None = None


class Writer:
    """Takes the ids of documents in order, as an `Output` of the encoder."""

    def __init__(self, folder: Path, plan: Plan, manifest: Manifest, tell: Callable[[], object]) -> None:
        """Go on where a manifest ends."""
        self.ids = array("I")
        self._folder = folder
        self._plan = plan
        self._manifest = manifest
        self._tell = tell
        self._format = FORMATS[plan.format]
        self._header_nbytes = len(self._format.header(0, plan.packing.id_nbytes))
        self._limit = plan.shard_tokens or NO_LIMIT
        self._expected = bytearray()  # the part of each document that the encoder has got, but not given back
        self._hashes = array("Q")
        self._full: list[Entry] = []
        self.place: Place = manifest.place or Place()
        self._parts = [
            Part(number, sum(entry.split == split for entry in manifest.shards))
            for number, split in SPLITS.items()
            if number == 1 or plan.validation is not None
        ]
        for part in self._parts:
            for entry in manifest.open:
                if entry.split == SPLITS[part.number]:
                    part.scratch = self._scratch(entry)
        self._due = monotonic() + SECONDS_BETWEEN_NOTES

    # ---- Documents ---------------------------------------------------------------------------------------------------

    def begin(self, source: int) -> None:
        """Begin a source, unless that is where the manifest ends."""
        if source != self.place.source:
            self.place = Place(source, skipped=self.place.skipped)

    def expect(self, parts: bytes | bytearray, hashes: array[int] | None) -> None:
        """Note what becomes of documents that the encoder gets now."""
        self._expected += parts
        if hashes is not None:
            self._hashes.extend(hashes)

    def take(self, ends: Ends) -> None:
        """Take the ids of further documents."""
        n = len(ends)
        parts = bytes(self._expected[:n])
        del self._expected[:n]
        for part in self._parts:
            if part.number in parts:
                self._store(part, ends, parts)
        del self.ids[:]
        self._has_taken(n - parts.count(DONE), n_skipped=parts.count(MISSING))

    def take_long(self, part_number: int, pieces: Iterator[array[int]]) -> None:
        """Take the ids of one document, which come in pieces."""
        (part,) = [part for part in self._parts if part.number == part_number]
        scratch, packing = self._open(part), self._plan.packing
        inside = packing._replace(first=None, last=None)
        head, tail = (packing.first is not None, packing.last is not None)
        if head:
            scratch.add_ids(self._packed(array("I", [packing.first or 0]), inside))
        for ids in pieces:
            scratch.add_ids(self._packed(ids, inside))
            self._tell()
        if tail:
            scratch.add_ids(self._packed(array("I", [packing.last or 0]), inside))
        scratch.end_document()
        self._close_if_full(part)
        self._has_taken(1)

    def _packed(self, ids: array[int], packing: Packing) -> Packed:
        return native_bpe.pack(packing, ids, array("Q", [len(ids)]), b"\1", part=1, n_read=0, enough=NO_LIMIT)

    def _store(self, part: Part, ends: Ends, parts: bytes) -> None:
        n_read = 0
        while parts.find(part.number, n_read) >= 0:
            scratch = self._open(part)
            enough = self._limit - scratch.n_ids
            packed = native_bpe.pack(self._plan.packing, self.ids, ends, parts, part=part.number, n_read=n_read, enough=enough)
            scratch.add(packed)
            n_read = packed.n_read
            self._close_if_full(part)

    def _has_taken(self, n: int, *, n_skipped: int = 0) -> None:
        place = self.place
        digest = place.digest
        if self._hashes:
            digest = zlib.crc32(little_endian(self._hashes[:n]), digest)
            del self._hashes[:n]
        self.place = Place(place.source, place.documents + n, digest, place.skipped + n_skipped)
        self._tell()
        if monotonic() >= self._due or len(self._full) * MOST_FULL > len(self._manifest.shards):
            self.note()

    # ---- Shards ------------------------------------------------------------------------------------------------------

    def _scratch(self, entry: Entry) -> Scratch:
        paths = formats.names(self._folder, entry.name, self._format)
        return Scratch(paths, entry, self._header_nbytes, self._plan.packing.id_nbytes)

    def _open(self, part: Part) -> Scratch:
        if part.scratch is None:
            name = self._plan.name(part.number, part.n_shards)
            part.scratch = self._scratch(Entry(name, SPLITS[part.number], 0, 0))
        return part.scratch

    def _close_if_full(self, part: Part) -> None:
        scratch = part.scratch
        if scratch is not None and scratch.n_ids >= self._limit:
            self._close(part, scratch)

    def _close(self, part: Part, scratch: Scratch) -> None:
        """End a shard; it gets its files when the manifest tells of it."""
        if self._plan.format == "llmc" and scratch.n_ids > MOST_LLMC_IDS:
            raise ValueError(
                f"llm.c counts up to 2147483647 ids in a file, not {scratch.n_ids}: a smaller shard_tokens cuts earlier"
            )
        if self._plan.shuffle_seed is None:
            scratch.put_header(self._format.header(scratch.n_ids, self._plan.packing.id_nbytes))
        scratch.sync()
        scratch.close()
        self._full.append(scratch.entry(part))
        self._manifest.shards.append(self._full[-1])
        part.scratch, part.n_shards = None, part.n_shards + 1

    # ---- How far it has come -----------------------------------------------------------------------------------------

    def note(self) -> None:
        """Have all that was written reach the disk, note it, and give full shards their files."""
        manifest = self._manifest
        for part in self._parts:
            if part.scratch is not None:
                part.scratch.sync()
        manifest.place, manifest.skipped = self.place, self.place.skipped
        manifest.open = [part.scratch.entry(part) for part in self._parts if part.scratch is not None]
        manifest.save()
        for entry in self._full:
            settle(self._folder, self._plan, entry)
        self._full = []
        self._due = monotonic() + SECONDS_BETWEEN_NOTES

    def finish(self) -> None:
        """End the last shards, and note that all is done."""
        for part in self._parts:
            if part.scratch is not None:
                self._close(part, part.scratch)
        self.note()
        self._manifest.place = None
        self._manifest.save()

    def close(self) -> None:
        """Close the files, whatever has happened."""
        for part in self._parts:
            if part.scratch is not None:
                part.scratch.close()


def settle(folder: Path, plan: Plan, entry: Entry) -> None:
    """Give a shard of a manifest its files, unless it has them."""
    shard = formats.Shard(entry.name, entry.tokens, plan.format, plan.packing.id_nbytes, plan.shuffle_seed)
    formats.settle(folder, shard)
