"""Attributes that subclasses add to their instances, so that copies and pickles include them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def attributes_of(instance: object, base: type) -> dict[str, Any]:
    """Return the attributes that a subclass of ``base`` has added, in its dict or in its slots."""
    own: set[str] = set(vars(base)["__slots__"])
    slots = {name for kind in type(instance).__mro__ for name in _slots_of(kind)} - own - {"__dict__"}
    in_slots = {name: getattr(instance, name) for name in sorted(slots) if hasattr(instance, name)}
    return in_slots | getattr(instance, "__dict__", {})


def _slots_of(kind: type) -> list[str]:
    """Return the names of the slots of a class; private names are mangled, as in its instances."""
    slots = vars(kind).get("__slots__", ())
    names = [slots] if isinstance(slots, str) else list(slots)
    private = "_" + kind.__name__.lstrip("_")
    return [private + name if name.startswith("__") and not name.endswith("__") else name for name in names]


def set_attributes(instance: object, attributes: Mapping[str, Any]) -> None:
    """Set the attributes that `attributes_of` returned for another instance."""
    for name, value in attributes.items():
        object.__setattr__(instance, name, value)
