"""What all callbacks of the core have in common: an exception waits until C has returned. ``corpus`` tells of the steps."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from text_processor._native.status import CANCELLED
from text_processor._textproc_cffi import ffi, lib
from text_processor.errors import TextProcessorError

if TYPE_CHECKING:
    from text_processor._textproc_cffi import CData


class Call:
    """A call of the core that may call back, and the exception that must wait until C has returned."""

    __slots__ = ("error",)

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def take_error(self) -> BaseException | None:
        """Return the exception and drop it here. Its traceback holds the frames of this call, so none of them may hold it."""
        try:
            return self.error
        finally:
            self.error = None


class CallsOfThread(threading.local):
    """The running calls of a thread, innermost last: for ``onerror``, which does not get the handle."""

    def __init__(self) -> None:
        self.stack: list[Call] = []


calls = CallsOfThread()


def keep_error(_kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
    """Keep an exception that came before the ``try`` of a trampoline, such as that of a signal."""
    if error is not None:
        calls.stack[-1].error = error.with_traceback(traceback)


def run(call: Call, function: Callable[[], int]) -> int:
    """Return the status of a function of the core that gets the handle of a call."""
    stack = calls.stack
    depth = len(stack)
    try:
        stack.append(call)
        status = function()
    finally:
        del stack[depth:]
    if status == CANCELLED and call.error is None:
        call.error = TextProcessorError("the callback could not be called")
    return status


@ffi.def_extern(error=0, onerror=keep_error)
def textproc_go_on(user: CData) -> int:
    """Trampoline of ``tp_go_on``: Python's handlers of signals run here, and an exception of theirs stops the call."""
    try:
        ffi.from_handle(user)
    except BaseException as error:  # noqa: BLE001 - it is raised again as soon as C has returned
        keep_error(None, error, error.__traceback__)
        return 0
    return 1


def while_uninterrupted(function: Callable[[Any, CData], int]) -> int:
    """Return the status of a function of the core that gets a ``tp_go_on`` and its argument; raise what a signal raises."""
    call = Call()
    handle = ffi.new_handle(call)
    status = run(call, lambda: function(lib.textproc_go_on, handle))
    if call.error is not None:
        error = call.take_error()
        if error is not None:
            raise error
    return status
