"""Long work in slices, between which a hook is told of it and Ctrl-C gets through."""

from __future__ import annotations

from collections.abc import Iterator

from text_processor._common import arguments
from text_processor._common.progress import Report

# Numbers at once: some milliseconds, against which starting threads costs little.
SLICE = 1 << 23


def n_threads(threads: int | None) -> int:
    """Return how many threads may work; None are as many as there are processors."""
    return arguments.checked_threads(threads) or arguments.available_threads()


def slices(n: int, report: Report, n_before: int = 0, n_passes: int = 1) -> Iterator[tuple[int, int]]:
    """Cut n numbers into slices: where each begins, and how many there are in it.

    What is done is reported after each, as a part of several passes, of which the earlier ones had ``n_before`` numbers.
    """
    for start in range(0, n, SLICE):
        n_now = min(SLICE, n - start)
        yield start, n_now
        report((n_before + start + n_now) // n_passes)
