"""Numbers in lists and arrays: exact sums, filters, products and statistics from native code, with or without NumPy."""

from __future__ import annotations
