"""Readable signatures in `help()` and `inspect.signature`: types without quotes, as in the source."""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType


class _Written(str):
    """A type as text: code that reads annotations gets a `str`, and code that shows them shows no quotes."""

    __slots__ = ()
    __repr__ = str.__str__


def unquote(public: Iterable[object]) -> None:
    """Take the quotes from the types of functions, and of the methods of classes. No type is looked up, so it costs little."""
    for thing in public:
        members = vars(thing).values() if isinstance(thing, type) else (thing,)
        for member in members:
            function = getattr(
                member, "fget", getattr(member, "__func__", member)
            )  # of a property; of a class or static method
            if isinstance(function, FunctionType):
                written = {name: _Written(kind) for name, kind in function.__annotations__.items() if isinstance(kind, str)}
                function.__annotations__.update(written)
