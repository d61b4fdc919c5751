"""A random share of the lines of a text, as a stream."""

from __future__ import annotations

import io
from random import Random

from text_processor._documents import decoding
from text_processor._documents.decoding import Reading
from text_processor._documents.sources import BLOCK_NBYTES


class Sampled:
    """Reads a file, decompressed and decoded, and gives each line with a probability; the choice is the same each time."""

    def __init__(self, file: io.RawIOBase, share: float, reading: Reading) -> None:
        self._read = decoding.opened(file.read, BLOCK_NBYTES, reading).read
        self._share = share
        self._random = Random(0)
        self._is_kept = self._draw()

    def _draw(self) -> bool:
        return self._random.random() < self._share

    def read(self, nbytes: int, /) -> bytes:
        """Return some of the lines that are kept, cut anywhere; none at the end."""
        while block := bytes(self._read(nbytes)):
            kept: list[bytes] = []
            for line in _lines(block):
                if self._is_kept:
                    kept.append(line)
                if line.endswith(b"\n"):
                    self._is_kept = self._draw()
            if kept:
                return b"".join(kept)
        return b""


def _lines(block: bytes) -> list[bytes]:
    """Cut a block behind each line feed; `bytes.splitlines` would also cut at carriage returns."""
    parts = block.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
