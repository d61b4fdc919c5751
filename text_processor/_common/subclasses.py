"""What a subclass of ours keeps in its instances, so that copies and pickles carry it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def attributes_of(instance: object, base: type) -> dict[str, Any]:
    """Return what a subclass of ``base``, one of our classes, has added, in a dict or in slots of its own."""
    own: set[str] = set(vars(base)["__slots__"])
    slots = {name for kind in type(instance).__mro__ for name in _slots_of(kind)} - own - {"__dict__"}
    in_slots = {name: getattr(instance, name) for name in sorted(slots) if hasattr(instance, name)}
    return in_slots | getattr(instance, "__dict__", {})


def _slots_of(kind: type) -> list[str]:
    """The names of a class's slots, private ones as its instances have them."""
    slots = vars(kind).get("__slots__", ())
    names = [slots] if isinstance(slots, str) else list(slots)
    private = "_" + kind.__name__.lstrip("_")
    return [private + name if name.startswith("__") and not name.endswith("__") else name for name in names]


def set_attributes(instance: object, attributes: Mapping[str, Any]) -> None:
    """Give an instance what `attributes_of` found in another one."""
    for name, value in attributes.items():
        object.__setattr__(instance, name, value)
