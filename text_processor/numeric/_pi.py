"""`monte_carlo_pi`: an estimate of π from random points."""

from __future__ import annotations

import operator
import os
from hashlib import blake2b
from time import monotonic

from text_processor._common.messages import shown
from text_processor._common.progress import Progress, check_progress, reporting
from text_processor._native import numeric as native_numeric
from text_processor.numeric._work import n_threads

__all__ = ["monte_carlo_pi"]

# Points of the first step, and about how long a step should take: Ctrl-C takes effect between two steps.
FIRST_STEP = 1 << 22
STEP_SECONDS = 0.02

# The number of points in the sequence before it repeats.
MOST_SAMPLES = (1 << 64) - 1


def monte_carlo_pi(
    samples: int, seed: int | None = None, *, threads: int | None = None, progress: Progress | bool | None = None
) -> float:
    """Return an estimate of π: four times the share of random points of a square that lie in a quarter circle.

    The same seed gives the same result, on every machine and for any number of threads. The standard deviation of the error is
    √(π (4 - π) / samples), about 1.64 / √samples: a hundred times as many points give one more digit.

    Args:
        samples: the number of points, from 1 to 2⁶⁴ - 1.
        seed: any int; a 64-bit hash of it is used. ``None`` means a random seed.
        threads: how many threads may work. ``None`` means one for each processor, 1 means only the calling thread.
        progress: a function that is called with the number of points done and ``samples``, at most 20 times a second. True
            shows a bar on standard error, if that is a terminal. An exception of the function ends the call.

    Raises:
        ValueError: ``samples`` or ``threads`` is out of range.
        TypeError: an argument has the wrong type.

    It takes O(samples) time and no memory. The points are from SplitMix64 (G. Steele, D. Lea, C. Flood, *Fast Splittable
    Pseudorandom Number Generators*, 2014), with 31 bits for each coordinate.

    >>> from text_processor.numeric import monte_carlo_pi
    >>> monte_carlo_pi(1_000_000, seed=1)
    3.145828
    """
    check_progress(progress)
    total = _checked_samples(samples)
    key = _key(seed)
    n_workers = n_threads(threads)
    n_done, n_inside, step = 0, 0, FIRST_STEP
    with reporting(progress, total, "points") as report:
        while n_done < total:
            start = monotonic()
            n = min(step, total - n_done)
            n_inside += native_numeric.count_points_in_circle(key, n_done, n, n_workers)
            n_done += n
            report(n_done)
            if monotonic() - start < STEP_SECONDS / 2:
                step *= 2
            elif monotonic() - start > 2 * STEP_SECONDS:
                step = max(step // 2, 1)
    return 4 * n_inside / total


def _checked_samples(samples: object) -> int:
    if isinstance(samples, bool) or not hasattr(type(samples), "__index__"):
        raise TypeError(f"samples must be an int, not {type(samples).__name__}")
    n = operator.index(samples)  # type: ignore[arg-type]
    if not 1 <= n <= MOST_SAMPLES:
        raise ValueError(f"samples must be from 1 to {MOST_SAMPLES}, not {shown(n)}")
    return n


def _key(seed: object) -> int:
    """Return the 64-bit key for a seed; even neighbouring seeds get keys that are far apart."""
    if seed is None:
        return int.from_bytes(os.urandom(8), "little")
    if not hasattr(type(seed), "__index__"):
        raise TypeError(f"seed must be an int or None, not {type(seed).__name__}")
    number = operator.index(seed)  # type: ignore[arg-type]
    encoded = number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)
    return int.from_bytes(blake2b(encoded, digest_size=8).digest(), "little")
