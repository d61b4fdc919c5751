"""All reasons why a file cannot be read, with the place of each in the file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, ParamSpec, TypeVar, cast

from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted

_Made = TypeVar("_Made")
_Parameters = ParamSpec("_Parameters")


class RefusedError(ValueError):
    """A setting that is not supported, and its place."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.kind = re.sub(r"\[\d+\]", "[]", place)


class Reasons:
    """All faults of a file; for a fault in many entries of a list, the first one and the number of others."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._n_more: Counter[str] = Counter()

    def attempt(
        self, check: Callable[_Parameters, _Made], *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> _Made | None:
        """Return the result of a check; if it raises, keep the reason and return None."""
        try:
            return check(*args, **kwargs)
        except (ValueError, OverflowError) as error:
            kind = error.kind if isinstance(error, RefusedError) else str(error)
            if kind in self._first:
                self._n_more[kind] += 1
            else:
                self._first[kind] = str(error)
            return None

    def __str__(self) -> str:
        return "; ".join(
            f"{first} (and so in {self._n_more[kind]} more places)" if self._n_more[kind] else first
            for kind, first in self._first.items()
        )

    def __bool__(self) -> bool:
        return bool(self._first)


def check_object(place: str, section: Any) -> dict[str, Any]:
    """Return a section after checking that it is an object."""
    if not is_a(section, dict):
        raise RefusedError(place, f"it must be an object, not {quoted(section)}")
    return cast("dict[str, Any]", section)


def check_keys(place: str, section: Any, known: Collection[str], *, kind: str | None = None) -> dict[str, Any]:
    """Return an object after checking that it has only known keys and, if given, this type."""
    checked = check_object(place, section)
    if kind is not None and checked.get("type") != kind:
        raise RefusedError(place, f"the type {quoted(checked.get('type'))} cannot be represented, only {kind}")
    if unknown := sorted(set(checked) - set(known)):
        names = " and ".join(map(quoted, unknown[:9]))
        mean = "means" if len(unknown) == 1 else "mean"
        raise RefusedError(place, f"what {names} {mean} is not known here, only {', '.join(sorted(known))}")
    return checked


def check_value(place: str, value: Any, allowed: tuple[Any, ...]) -> None:
    """Raise unless a value is one of those allowed; 0, 0.0 and false differ."""
    if not any(type(value) is type(each) and value == each for each in allowed):
        wanted = " or ".join(json.dumps(each) for each in allowed)
        raise RefusedError(place, f"only {wanted} can be represented, not {quoted(value)}")


def check_list(place: str, section: Any) -> list[Any]:
    """Return a section after checking that it is a list."""
    if not is_a(section, list):
        raise RefusedError(place, f"it must be a list, not {quoted(section)}")
    return cast("list[Any]", section)


def check_text(place: str, value: Any) -> str:
    """Return a value after checking that it is a text."""
    if not isinstance(value, str):
        raise RefusedError(place, f"it must be a text, not {quoted(value)}")
    return value


def check_flag(place: str, value: Any) -> bool:
    """Return a value after checking that it is true or false."""
    if type(value) is not bool:
        raise RefusedError(place, f"it must be true or false, not {quoted(value)}")
    return value
