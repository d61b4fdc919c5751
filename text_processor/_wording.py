"""How messages write the values that they tell of: short, whatever these are."""

from __future__ import annotations


def shown(number: int) -> str:
    """Return an int as a message has it: Python refuses to write one of more than 4300 digits."""
    n_bits = number.bit_length()
    return str(number) if n_bits <= 256 else f"an int of {n_bits} bits"
