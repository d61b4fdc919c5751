"""Numbers in lists and arrays: exact sums, filters, products and statistics in native code, with or without NumPy.

The input is a list, any other iterable of numbers, or a buffer such as an `array.array` or a NumPy array, which is read in
place. The result has the form of the input: a list for an iterable, a NumPy array for a NumPy array, an `array.array` for any
other buffer. Lists are for convenience: converting a list costs several times as much as the computation.

>>> from array import array
>>> from text_processor.numeric import compute_stats, parallel_sum, process_numbers
>>> parallel_sum([2**63, 2**63]), parallel_sum([0.1] * 10)
(18446744073709551616, 1.0)
>>> process_numbers(array("i", [4, -2, 9]), 3.5)
array('i', [8, 18])
>>> compute_stats(array("d", [1.0, 2.0, 3.0]))
{'mean': 2.0, 'std': 1.0, 'min': 1.0, 'max': 3.0}
"""

from __future__ import annotations

from text_processor._common import signatures
from text_processor.numeric._matrix import matrix_multiply
from text_processor.numeric._pi import monte_carlo_pi
from text_processor.numeric._primes import sieve_of_eratosthenes
from text_processor.numeric._stats import DataProcessor, Stats, compute_stats
from text_processor.numeric._sums import array_multiply, parallel_sum, process_numbers
from text_processor.numeric._windows import MovingAverage, RingBuffer

__all__ = [
    "DataProcessor",
    "MovingAverage",
    "RingBuffer",
    "Stats",
    "array_multiply",
    "compute_stats",
    "matrix_multiply",
    "monte_carlo_pi",
    "parallel_sum",
    "process_numbers",
    "sieve_of_eratosthenes",
]


def __dir__() -> list[str]:
    return sorted(__all__)


signatures.unquote(map(globals().get, __all__))
