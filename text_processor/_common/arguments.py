"""Checks of arguments, written once: options, numbers of threads, buffers."""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from typing import Any, Protocol, SupportsIndex, cast, overload

from text_processor._common.messages import quoted, shown

# Every buffer is released before an exception can keep the frame that uses it: CPython 3.11 crashes if the garbage collector
# finds a memoryview that is still in use. So each `ffi.from_buffer` has its own `with`, and checks come after it.


# The types that may wait to be counted, because they are immutable.
Document = str | bytes


@overload
def plain(document: str) -> str: ...
@overload
def plain(document: bytes) -> bytes: ...
@overload
def plain(document: Document) -> Document: ...
def plain(document: Document) -> Document:
    """Return the text of a document as a plain ``str`` or ``bytes``: a subclass may override any method."""
    if type(document) is str or type(document) is bytes:
        return document
    return bytes.__getitem__(document, slice(None)) if isinstance(document, bytes) else str.__str__(document)


def view_of(data: Any) -> memoryview:
    """Return a view of a buffer; for a subclass of bytes, a view of its bytes, whatever its ``__buffer__`` returns."""
    return memoryview(plain(data) if isinstance(data, bytes) else data)


# A larger number of threads is a mistake: no machine has so many processors.
MOST_THREADS = 1024


def available_threads() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def checked_threads(threads: int | None) -> int | None:
    """Check the ``threads`` argument of a user."""
    if threads is None:
        return None
    if isinstance(threads, bool) or not hasattr(type(threads), "__index__"):
        raise TypeError(f"threads must be an int or None, not {type(threads).__name__}")
    threads = operator.index(threads)
    if not 1 <= threads <= MOST_THREADS:
        raise ValueError(f"threads must be from 1 to {MOST_THREADS}, or None for all processors, not {shown(threads)}")
    return threads


def threads_or_all(threads: int | None) -> int:
    """Return the checked ``threads`` argument of a user, or the number of processors for None."""
    return checked_threads(threads) or available_threads()


_NOTHING = memoryview(b"")


class Buffer(Protocol):
    """An object with the buffer protocol, such as ``bytes``, ``bytearray``, ``memoryview``, ``mmap`` or a NumPy array."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


class Readable(Protocol):
    """An object that can be read: it returns bytes or text, and an empty one at the end."""

    def read(self, size: int, /) -> Any: ...


def checked_whole(name: str, value: object, least: int, most: int) -> int:
    """Check an argument that is a whole number within bounds."""
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    number = operator.index(cast(SupportsIndex, value))
    if not least <= number <= most:
        raise ValueError(f"{name} must be from {least} to {most}, not {quoted(number)}")
    return number


def check_option(name: str, value: object, allowed: Sequence[str]) -> None:
    """Raise `ValueError` unless the value is one of the allowed values."""
    if value not in allowed:
        raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, not {quoted(value)}")


def byte_view(data: Any, name: str, allowed: str = "bytes or another buffer of bytes") -> memoryview:
    """Return a view of the bytes of a buffer, without a copy.

    Raises:
        TypeError: the object is not a buffer of bytes.
        BufferError: it is not C-contiguous.
    """
    try:
        view = view_of(data)
    except TypeError as error:
        raise TypeError(f"{name} must be {allowed}, not {type(data).__name__}") from error
    if not _is_of_bytes(view):
        raise TypeError(f"{name} must be {allowed}, not {type(data).__name__} of items of the format {view.format!r}")
    if not view.c_contiguous:
        raise BufferError(f"{name} must be C-contiguous, which this {type(data).__name__} is not; a copy of it is")
    return view.cast("B") if view.nbytes else _NOTHING


def is_byte_buffer(data: object) -> bool:
    """Whether an object is a buffer of bytes: that is one document, although it is iterable."""
    try:
        return isinstance(data, bytes) or _is_of_bytes(memoryview(data))  # type: ignore[arg-type]
    except (TypeError, BufferError, ValueError):  # ValueError: it has been closed
        return False


def _is_of_bytes(view: memoryview) -> bool:
    return view.format in ("B", "b", "c")


def is_a(value: Any, *kinds: type) -> bool:
    """`isinstance`, without making type checkers treat the parts of a user's argument as unknown."""
    return isinstance(value, kinds)
