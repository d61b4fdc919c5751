"""Who frees what C has made."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from text_processor._textproc_cffi import CData, Pointer


# The garbage collector runs the destructors that ffi.gc attaches together with Python's finalizers, in any order: an object's
# __del__ could use a corpus that is freed already. So what owns C's memory is kept here, where no garbage reaches it, and let
# go when its place dies, which is after all finalizers: a place is plain memory, which the collector knows nothing of. The
# callback is a method of dict, so no signal can interrupt it.

_owners: dict[weakref.ref[CData], CData] = {}


def own(place: CData, owner: CData) -> None:
    """Keep the owner of what will be at a place: before there is anything, so that Ctrl-C cannot come between."""
    _owners[weakref.ref(place, _owners.pop)] = owner


def check_alive(place: Pointer[Any]) -> None:
    if not place[0]:  # only when the interpreter ends, and with it _owners
        raise ReferenceError("the interpreter is shutting down, and what this object held has been freed")
