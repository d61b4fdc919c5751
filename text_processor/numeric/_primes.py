"""`sieve_of_eratosthenes`: all primes up to a limit."""

from __future__ import annotations

import operator
from array import array

from text_processor._common.messages import shown
from text_processor._common.progress import Progress, check_progress, reporting
from text_processor._native import numeric as native_numeric
from text_processor.numeric._work import n_threads

__all__ = ["sieve_of_eratosthenes"]

# The largest number that fits into the result.
MOST = (1 << 32) - 1


def sieve_of_eratosthenes(n: int, *, threads: int | None = None, progress: Progress | bool | None = None) -> array[int]:
    """Return the primes up to and including ``n``, in order, as an array of 32-bit numbers.

    Args:
        n: the limit, up to 2³² - 1. Below 2 there are no primes.
        threads: how many threads may work. ``None`` means one for each processor, 1 means only the calling thread.
        progress: a function that is called with the count of numbers from 0 to ``n`` that are checked, and with the count of
            all of them, at most 20 times a second. True shows a bar on standard error, if that is a terminal. An exception of
            the function ends the call.

    Raises:
        ValueError: ``n`` or ``threads`` is out of range.
        TypeError: an argument has the wrong type.
        MemoryError: there is no memory for the primes, about 5 n / ln n bytes. Nothing has been computed then.

    It takes O(n log log n) time, and up to 8 MB besides the result, for any n.

    >>> from text_processor.numeric import sieve_of_eratosthenes
    >>> sieve_of_eratosthenes(30).tolist()
    [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    """
    check_progress(progress)
    n_workers = n_threads(threads)
    if isinstance(n, bool) or not hasattr(type(n), "__index__"):
        raise TypeError(f"n must be an int, not {type(n).__name__}")
    limit = operator.index(n)
    if limit > MOST:
        raise ValueError(f"n must be at most {MOST}, the largest 32-bit number, not {shown(limit)}")
    primes = array("I")
    if limit < 2:
        return primes
    sieve = native_numeric.Sieve(limit, n_workers)
    with reporting(progress, limit + 1, "numbers") as report:
        while sieve.n_done <= limit:
            primes.frombytes(sieve.step())
            report(sieve.n_done)
    return primes
