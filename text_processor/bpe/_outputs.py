"""What becomes of the ids of many texts: lists, one array, or their numbers."""

from __future__ import annotations

import operator
from array import array
from collections.abc import Sequence
from typing import Protocol

from text_processor._native import status as native_status


class Output(Protocol):
    """Takes the ids of texts in order."""

    @property
    def ids(self) -> array[int] | None:
        """The array to which the encoder appends ids; it only counts them if this is None."""
        ...

    def take(self, ends: Sequence[int]) -> None:
        """Take further texts: where the ids of each end, counted from the end of those that were taken before."""
        ...


class Lists:
    """A list of ids for each text."""

    def __init__(self) -> None:
        self.ids = array("I")
        self.lists: list[list[int]] = []

    def take(self, ends: Sequence[int]) -> None:
        ids = as_list(self.ids)
        del self.ids[:]
        if len(ends) == 1:
            self.lists.append(ids)
            return
        start = 0
        for end in ends:
            self.lists.append(ids[start:end])
            start = end


class Flat:
    """The ids of all texts in one array; those of text ``i`` are ``ids[offsets[i]:offsets[i + 1]]``."""

    def __init__(self) -> None:
        self.ids = array("I")
        self.offsets = array("Q", [0])

    def take(self, ends: Sequence[int]) -> None:
        start = self.offsets[-1]
        self.offsets.extend(map(start.__add__, ends) if start else ends)


class Counts:
    """The number of ids of each text."""

    ids = None

    def __init__(self) -> None:
        self.counts = array("Q")

    def take(self, ends: Sequence[int]) -> None:
        self.counts.extend(map(operator.sub, ends, (0, *ends)))


def as_list(ids: array[int]) -> list[int]:
    """Return ids as a list, made in slices, so that Ctrl-C takes effect."""
    if len(ids) <= native_status.SLICE_ENTRIES:
        return ids.tolist()
    numbers: list[int] = []
    for start, end in native_status.slices(len(ids)):
        numbers += ids[start:end].tolist()
    return numbers
