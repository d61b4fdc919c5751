"""Encode a corpus into shards."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import zlib
from array import array
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from text_processor._common.progress import Progress, reporting
from text_processor._documents.sources import Shard
from text_processor._native import text as native_text
from text_processor._native.process import CORE_VERSION
from text_processor._native.text import Batch
from text_processor.bpe._model import Model, little_endian
from text_processor.bpe._shards import formats, manifest, plan, sources, writing
from text_processor.bpe._shards.manifest import Manifest, Place
from text_processor.bpe._shards.plan import TRAIN, VALIDATION, Plan
from text_processor.bpe._shards.sources import Documents, Long, Reader
from text_processor.bpe._shards.writing import DONE, MISSING, Writer
from text_processor.errors import InvalidDocumentError, TextProcessorError

# What a run that was killed may leave: shards that are being written, and files that are not complete.
_LEFT = re.compile(r"\.(?:train|val)(?:_[0-9]+)?(?:\.ids|\.ends|\.parquet)\.part|\.text-processor-[0-9a-f]{32}\.tmp")


def encode(
    model: Model,
    given: Any,
    out: str | os.PathLike[str],
    chosen: Plan,
    *,
    threads: int,
    progress: Progress | bool | None,
) -> None:
    """Encode all documents of the sources, or those that an earlier run has left."""
    if chosen.format == "parquet":
        formats.import_parquet()
    readers = sources.readers_of(given, chosen, threads)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "text_processor": CORE_VERSION,
        "tokenizer": plan.describe(model),
        "options": chosen.described,
        "sources": [reader.describe() for reader in readers],
    }
    with _locked(folder):
        begun = _begun(folder, about)
        _tidy(folder, begun)
        for entry in begun.shards:
            writing.settle(folder, chosen, entry)
        if begun.place is not None:
            _Run(model, chosen, folder, begun, threads).work(readers, progress)


@contextmanager
def _locked(folder: Path) -> Generator[None, None, None]:
    """Keep other runs away from a folder; where its file system knows no locks, nobody is kept away."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TextProcessorError(
                f"another run is writing to {str(folder)!r}: wait for its end, or use another folder"
            ) from error
        except OSError:
            pass
        yield
    finally:
        os.close(descriptor)


def _begun(folder: Path, about: dict[str, Any]) -> Manifest:
    """Return the manifest of a run that is to go on, or that of a new one."""
    path = folder / manifest.NAME
    if not path.exists():
        if others := sorted(each.name for each in folder.iterdir() if not _LEFT.fullmatch(each.name)):
            message = f"it has other files, such as {others[0]!r}, so shards need a folder of their own"
            raise FileExistsError(errno.EEXIST, message, str(folder))
        found = Manifest(path, about)
        found.save()
        return found
    found = Manifest.read(path)
    for key in ("tokenizer", "options"):
        if (difference := plan.same(found.about[key], about[key])) is not None:
            raise ValueError(
                f"{str(folder)!r} has shards of another run, of its {key}: {difference}; use that again, or a new folder"
            )
    if found.about["sources"] != about["sources"]:
        difference = _changed(found.about["sources"], about["sources"])
        raise ValueError(f"{str(folder)!r} has shards of other sources: {difference}; use a new folder")
    return found


def _changed(old: list[Any], new: list[Any]) -> str:
    """Say what differs between the sources of two runs."""
    old_files, new_files = ([each for some in given for each in some.get("files", [some])] for given in (old, new))
    for before, now in zip(old_files, new_files, strict=False):
        if before != now:
            name = before.get("path", before.get("kind"))
            return (
                f"{name!r} was changed" if before.get("path") == now.get("path") else f"{name!r} stood in the place of {now!r}"
            )
    return f"there were {len(old_files)}, and are {len(new_files)}"


def _tidy(folder: Path, begun: Manifest) -> None:
    """Remove what a run has left that was killed, but what the manifest tells of."""
    kept: set[str] = set()
    for entry in [*begun.shards, *begun.open]:
        paths = formats.names(folder, entry.name, formats.FORMATS[begun.options["format"]])
        kept |= {paths.ids.name, paths.ends.name}
    for each in list(folder.iterdir()):
        if _LEFT.fullmatch(each.name) and each.name not in kept:
            with suppress(FileNotFoundError):
                each.unlink()


class _Run:
    """One run over all sources, or over the rest of them."""

    def __init__(self, model: Model, chosen: Plan, folder: Path, begun: Manifest, threads: int) -> None:
        self._model = model
        self._plan = chosen
        self._threads = threads
        self._reader: Reader | None = None
        self._n_before = 0  # bytes of the sources that are done
        self._report: Any = None
        self._long: Long | None = None
        self._is_checked = False
        self._digest = 0  # of the documents that come first, as many as an earlier run has stored
        self._writer = Writer(folder, chosen, begun, self._tell)

    def work(self, readers: list[Reader], progress: Progress | bool | None) -> None:
        sizes = [reader.nbytes for reader in readers]
        total = None if None in sizes else sum(size or 0 for size in sizes)
        writer = self._writer
        with closing(writer), reporting(progress, total) as self._report:
            for number, reader in enumerate(readers):
                if number >= writer.place.source:
                    writer.begin(number)
                    self._reader = reader
                    with _naming(reader):
                        self._encode(reader)
                self._n_before += reader.nbytes or 0
            self._reader = None
            self._tell()
            writer.finish()

    def _tell(self) -> None:
        self._report(self._n_before + (self._reader.n_read if self._reader is not None else 0))

    def _encode(self, reader: Reader) -> None:
        done = self._writer.place
        self._digest, self._is_checked = 0, reader.is_named
        with closing(reader.documents(done.documents)) as documents:
            while True:
                self._model.encode_entries(
                    self._entries(documents, reader, done),
                    self._writer,
                    threads=self._threads,
                    allowed=self._plan.allowed,
                    disallowed=self._plan.disallowed,
                    report=_ignore,
                )
                if (text := self._taken_long()) is None:
                    break
                self._writer.take_long(TRAIN, self._model.encode_stream(text, self._plan.allowed, self._plan.disallowed))
        self._check(done)

    def _taken_long(self) -> Shard | None:
        """Return the text of the document before which the entries have ended, if there is one."""
        long, self._long = self._long, None
        return None if long is None else long.text

    def _entries(
        self, documents: Iterator[Documents | Long], reader: Reader, done: Place
    ) -> Iterator[tuple[int, Batch | memoryview]]:
        """Give documents to the encoder, up to one that comes in blocks, and tell the writer what becomes of them."""
        for some in documents:
            if isinstance(some, Long):
                self._long = some
                return
            n_done = max(0, min(some.n, done.documents - some.first))
            hashes = None if reader.is_named and self._plan.validation is None else _hashes(some)
            if not reader.is_named and hashes is not None:
                self._digest = zlib.crc32(little_endian(hashes[:n_done]), self._digest)
            if n_done == some.n:
                continue
            self._check(done)
            parts = self._parts(some, hashes)
            parts[:n_done] = bytes([DONE]) * n_done
            self._writer.expect(parts, None if reader.is_named or hashes is None else hashes[n_done:])
            yield some.first, some.texts

    def _check(self, done: Place) -> None:
        """Compare the documents that an earlier run has stored with those that have come now."""
        if self._is_checked:
            return
        self._is_checked = True
        if self._digest != done.digest:
            n = done.documents
            raise ValueError(
                f"the first {n} documents are not those of the run that goes on: give the same, or use a new folder"
            )

    def _parts(self, some: Documents, hashes: array[int] | None) -> bytearray:
        threshold = self._plan.validation
        if threshold is None or hashes is None:
            parts = bytearray([TRAIN]) * some.n
        else:
            parts = bytearray(VALIDATION if each < threshold else TRAIN for each in hashes)
        if some.has_value is not None:
            for index, has_value in enumerate(some.has_value):
                if not has_value:
                    parts[index] = MISSING
        return parts


def _ignore(_done: int, /) -> None:
    """Progress is told of by what has been written."""


def _hashes(some: Documents) -> array[int]:
    texts = some.texts
    return native_text.hashes_of(native_text.closing_batch(texts) if isinstance(texts, memoryview) else texts)


@contextmanager
def _naming(reader: Reader) -> Generator[None, None, None]:
    """Put the name of a source into errors of its documents; of several files, that of the one that is read."""
    try:
        yield
    except ValueError as error:
        if reader.name in str(error):
            raise
        message = f"{reader.name}: {error}"
        if isinstance(error, InvalidDocumentError):
            raise InvalidDocumentError(message, index=error.index, offset=error.offset, position=error.position) from error
        raise ValueError(message) from error
