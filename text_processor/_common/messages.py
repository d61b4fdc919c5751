"""Format values for messages: the result is short, whatever the value."""

from __future__ import annotations

import reprlib

_MOST_CHARACTERS = 60


def shown(number: int) -> str:
    """Return an int as text for a message: Python raises for an int of more than 4300 digits.

    >>> shown(-1), shown(1 << 20_000)
    ('-1', 'an int of 20001 bits')
    """
    n_bits = number.bit_length()
    return int.__str__(number) if n_bits <= 256 else f"an int of {n_bits} bits"


def needs(what: str, package: str, extra: str) -> str:
    """Return the message of an `ImportError` for a missing package that an extra of this package installs.

    >>> needs("add_arrow", "pyarrow", "arrow")
    "add_arrow needs pyarrow, which is not installed: in a checkout of text_processor, pip install '.[arrow]'"
    """
    # text_processor is on no index, so its name means nothing to pip.
    return f"{what} needs {package}, which is not installed: in a checkout of text_processor, pip install '.[{extra}]'"


class _Short(reprlib.Repr):
    """As ``repr``, but long values are cut off; for a long text it adds the length."""

    def __init__(self) -> None:
        super().__init__()
        self.maxother = _MOST_CHARACTERS

    def repr_str(self, x: str, level: int) -> str:  # noqa: ARG002 - reprlib gives it
        n = str.__len__(x)
        return f"{str.__getitem__(x, slice(_MOST_CHARACTERS))!r}… ({n} characters)" if n > _MOST_CHARACTERS else str.__repr__(x)

    def repr_bytes(self, x: bytes, level: int) -> str:  # noqa: ARG002 - reprlib gives it
        n = bytes.__len__(x)
        return f"{bytes.__getitem__(x, slice(_MOST_CHARACTERS))!r}… ({n} bytes)" if n > _MOST_CHARACTERS else bytes.__repr__(x)

    def repr_int(self, x: int, level: int) -> str:  # noqa: ARG002 - reprlib gives it
        return shown(x)


_short = _Short()


def quoted(value: object) -> str:
    """Return a value as text for a message.

    >>> print(quoted("to be"), quoted(b"x" * 1000), quoted([1, {2: "3"}]))
    'to be' b'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'… (1000 bytes) [1, {2: '3'}]
    """
    if isinstance(value, str):
        return _short.repr_str(value, 0)
    if isinstance(value, bytes):
        return _short.repr_bytes(value, 0)
    return _short.repr(value)
