"""Numbers in lists and arrays: exact sums, filters, products and statistics from native code, with or without NumPy."""

from __future__ import annotations

from text_processor.numeric._sums import parallel_sum

__all__ = ["parallel_sum"]
