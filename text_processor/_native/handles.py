"""Ownership of the objects of C: they are freed here."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from text_processor._native.status import check, new_error
from text_processor._textproc_cffi import ffi

if TYPE_CHECKING:
    from text_processor._textproc_cffi import CData


# The garbage collector runs the destructors that ffi.gc attaches together with Python's finalizers, in any order: an object's
# __del__ could use a corpus that is freed already. So what owns C's memory is kept here, where no garbage reaches it, and let
# go when its place dies, which is after all finalizers: a place is plain memory, which the collector knows nothing of. The
# callback is a method of dict, so no signal can interrupt it.

_owners: dict[weakref.ref[CData], CData] = {}


class Handle:
    """Owns an object of the core, which lives as long as this handle."""

    __slots__ = ("place",)

    TYPE: ClassVar[str]
    """The C type of a pointer to a pointer to the object."""

    FREE_AT: ClassVar[Any]
    """The function of the core that frees the object whose pointer is at such a place."""

    def __init__(self, make: Callable[..., int], *arguments: Any) -> None:
        """Have the core make the object: ``make`` takes the arguments, a place for the pointer and a place for an error."""
        self.place: Any = ffi.new(self.TYPE)
        # Registered before the object exists, so that Ctrl-C cannot come between making and registering it.
        _owners[weakref.ref(self.place, _owners.pop)] = ffi.gc(ffi.cast(self.TYPE, self.place), self.FREE_AT)
        error = new_error()
        check(make(*arguments, self.place, error), error)

    @classmethod
    def made(cls, make: Callable[..., int], *arguments: Any) -> Self:
        """Return a handle to an object that another function of the core makes."""
        handle = cls.__new__(cls)
        Handle.__init__(handle, make, *arguments)
        return handle

    @property
    def pointer(self) -> Any:
        if not self.place[0]:  # only when the interpreter ends, and with it _owners
            raise ReferenceError("the interpreter is shutting down, and what this object held has been freed")
        return self.place[0]
