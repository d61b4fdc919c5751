"""What becomes of the ids of many texts: lists, one array, or their numbers."""

from __future__ import annotations

import operator
from array import array
from itertools import pairwise, repeat
from typing import Protocol, Union

from text_processor._native import binding
from text_processor._native.bpe import Vocabulary
from text_processor.bpe._stages import post_processing
from text_processor.bpe._stages.post_processing import Parts

# Ends of texts, of 64 bits.
Ends = Union["array[int]", "memoryview[int]"]

# Ids that are made a list in one step: some milliseconds.
SLICE_IDS = 1 << 20


class Output(Protocol):
    """Takes the ids of texts in order."""

    @property
    def ids(self) -> array[int] | None:
        """The array to which the encoder appends ids; it only counts them if this is None."""
        ...

    def take(self, ends: Ends) -> None:
        """Take further texts: where the ids of each end, counted from the end of those that were taken before."""
        ...


class Lists:
    """A list of ids for each text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.ids = array("I")
        self.lists: list[list[int]] = []
        self._vocabulary = vocabulary

    def take(self, ends: Ends) -> None:
        if len(ends) == 1:
            self.lists.append(as_list(self.ids, self._vocabulary))
        else:
            self.lists += self._vocabulary.as_lists(self.ids, ends)
        del self.ids[:]

    def mark(self, marks: Parts) -> None:
        """Put the marks of a post-processor around each text."""
        self.lists = [post_processing.applied(marks, ids) for ids in self.lists]


class Flat:
    """The ids of all texts in one array; those of text ``i`` are ``ids[offsets[i]:offsets[i + 1]]``."""

    def __init__(self) -> None:
        self.ids = array("I")
        self.offsets = array("Q", [0])

    def take(self, ends: Ends) -> None:
        self.offsets.frombytes(binding.shifted(ends, self.offsets[-1]))

    def mark(self, marks: Parts, has_value: bytearray | None = None) -> None:
        """Put the marks of a post-processor around each text; a 0 in ``has_value`` stands for what is none."""
        ids, offsets = array("I"), array("Q", [0])
        for (start, end), is_text in zip(pairwise(self.offsets), has_value or repeat(1), strict=False):
            if is_text:
                ids.extend(post_processing.applied(marks, self.ids[start:end]))
            offsets.append(len(ids))
        self.ids, self.offsets = ids, offsets


class Counts:
    """The number of ids of each text."""

    ids = None

    def __init__(self) -> None:
        self.counts = array("Q")

    def take(self, ends: Ends) -> None:
        self.counts.frombytes(binding.differences(ends))

    def mark(self, marks: Parts, has_value: bytearray | None = None) -> None:
        """Count the marks of a post-processor too, around each text; a 0 in ``has_value`` stands for what is none."""
        n_marks = post_processing.count(marks, 0)
        if has_value is None:
            self.counts = array("Q", map(n_marks.__add__, self.counts))
        else:
            self.counts = array("Q", map(operator.add, self.counts, map(n_marks.__mul__, has_value)))


def as_list(ids: array[int], vocabulary: Vocabulary) -> list[int]:
    """Return ids as a list, made in slices, so that Ctrl-C takes effect."""
    if len(ids) <= SLICE_IDS:
        return vocabulary.as_list(ids)
    numbers: list[int] = []
    for start in range(0, len(ids), SLICE_IDS):
        numbers += vocabulary.as_list(memoryview(ids)[start : start + SLICE_IDS])
    return numbers
