"""Long work in slices; after each slice the progress hook is called and Ctrl-C can take effect."""

from __future__ import annotations

from collections.abc import Iterator

from text_processor._common import arguments
from text_processor._common.progress import Report

# Numbers in one slice: they take some milliseconds, so starting threads costs little in comparison.
SLICE = 1 << 23


def n_threads(threads: int | None) -> int:
    """Return how many threads may work; None means one for each processor."""
    return arguments.threads_or_all(threads)


def slices(n: int, report: Report, n_before: int = 0, n_passes: int = 1) -> Iterator[tuple[int, int]]:
    """Cut n numbers into slices; give the start and the length of each.

    Progress is reported after each slice. With several passes, the earlier passes had ``n_before`` numbers together.
    """
    for start in range(0, n, SLICE):
        n_now = min(SLICE, n - start)
        yield start, n_now
        report((n_before + start + n_now) // n_passes)
