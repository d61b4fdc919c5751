"""A random share of the lines of a text, as a stream."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any


class Sampled:
    """Reads another reader of UTF-8 and gives each of its lines with a probability; the choice is the same each time."""

    def __init__(self, read: Callable[[int], Any], share: float) -> None:
        self._read = read
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
