"""Turn the status of a call of the core into an exception; no other module does this."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from text_processor._textproc_cffi import ffi, lib
from text_processor.errors import InvalidDocumentError, InvalidSnapshotError, TextProcessorError

if TYPE_CHECKING:
    from text_processor._textproc_cffi import Pointer, TpError, Uint64


# A dict of this many entries takes CPython some 20 ms: often enough for Ctrl-C to get through, seldom enough to cost nothing.
SLICE_ENTRIES = 100_000

OK: int = lib.TP_OK
STALE: int = lib.TP_STALE
CANCELLED: int = lib.TP_CANCELLED
TOO_SMALL: int = lib.TP_TOO_SMALL

new_uninitialized = ffi.new_allocator(should_clear_after_alloc=False)


def read_array(item: str, n: Pointer[Any], get: Callable[..., int], capacity: int = 0) -> Any:
    """Have the core fill an array of items, of which there are ``n[0]`` then.

    ``get`` is called with room for so many, how many that are, ``n`` and a place for an error; again, with more, where the room
    was too small.
    """
    error = new_error()
    while True:
        items: Any = new_uninitialized(f"{item}[]", capacity)
        status = get(items, capacity, n, error)
        if status != TOO_SMALL:
            check(status, error)
            return items
        capacity = int(n[0])


def check(status: int, error: TpError) -> None:
    """Raise the exception for a status: the only place where an error of the core becomes a Python exception."""
    if status == OK:
        return
    message = ffi.string(error.message).decode()
    offset = int(error.offset)
    if status == lib.TP_NO_MEMORY:
        raise MemoryError(_explain_refusal(message))
    if status == lib.TP_TOO_LARGE:
        raise TooLargeError(message, offset)
    if status == lib.TP_INVALID_UTF8:
        raise InvalidDocumentError(f"{message} at byte {offset}", offset=offset)
    if status in (lib.TP_DAMAGED, lib.TP_UNKNOWN_VERSION):
        raise InvalidSnapshotError(f"{message} (at byte {offset})", offset=offset)
    if status == lib.TP_INVALID_ARGUMENT:
        raise InvalidArgumentError(message, offset)
    raise TextProcessorError(f"{message} (status {status}, offset {offset})")


class InvalidArgumentError(ValueError):
    """The core rejected an argument; the caller knows its name and adds it."""

    def __init__(self, message: str, item: int) -> None:
        super().__init__(message)
        self.item = item


class TooLargeError(OverflowError):
    """A count or a number is too large; the caller names the number if there are several."""

    def __init__(self, message: str, item: int) -> None:
        super().__init__(message)
        self.item = item


def new_error() -> TpError:
    return ffi.new("tp_error *")


NO_LIMIT: int = lib.TP_NO_LIMIT

# As large as an object in memory can be.
MOST_BYTES = (1 << 63) - 1


def _explain_refusal(message: str) -> str:
    """Return the message about the allocation that failed in this thread."""
    refusal = ffi.new("tp_memory_refusal *")
    lib.tp_memory_take_refusal(refusal)
    asked, held, limit = int(refusal.asked_bytes), int(refusal.held_bytes), int(refusal.limit_bytes)
    if not asked:
        return message
    if limit == NO_LIMIT:
        return f"{message}: {asked} bytes were asked for, while {held} were held"
    return f"{message}: {asked} bytes were asked for, while {held} were held and the limit is {limit} (set_memory_limit)"


def numbers_of(array: Pointer[Uint64], n: int) -> memoryview[int]:
    return memoryview(ffi.buffer(array, 8 * n)).cast("Q")


def slices(n: int) -> Iterator[tuple[int, int]]:
    """Cut 0 … n into slices, small enough that Ctrl-C takes effect between two of them."""
    for first in range(0, n, SLICE_ENTRIES):
        yield first, min(first + SLICE_ENTRIES, n)
