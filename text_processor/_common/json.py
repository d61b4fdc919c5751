"""Read untrusted JSON strictly: text that two readers could understand differently raises."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

from text_processor._common.messages import quoted


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _finite(number: str) -> float:
    """Return a number with a point or an exponent; one that is too large would come to be infinite."""
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{quoted(number)} is no number of 64 bits")
    return value


def loads(data: bytes, parse_constant: Callable[[str], Any] = _refuse_constant) -> Any:
    """Return the value of JSON in UTF-8; ``parse_constant`` gives the value of NaN and infinities, which are no JSON.

    Raises:
        ValueError: the bytes are not JSON, an object has a key twice, or a number is NaN, infinite or too large. A
            `json.JSONDecodeError` gives the place.
        RecursionError: the JSON is nested too deeply.
    """
    return json.loads(data.decode(), object_pairs_hook=_without_twins, parse_float=_finite, parse_constant=parse_constant)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twin, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"an object has the key {quoted(twin)} twice")
    return made
