"""Check arguments that should hold many items: an object whose loop gives other items raises, and the message says what to do.

A loop over a `str` gives its characters, over a `dict` its keys, over a data frame the names of its columns, and over a set
its items in an order that differs from run to run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from text_processor._common.arguments import is_byte_buffer


class Many(NamedTuple):
    """The kind of items that a function takes, and the alternatives that its messages name."""

    what: str
    is_one: Callable[[object], bool]
    for_one: str
    for_mapping: str
    for_frame: str
    for_arrow: str | None
    """None means that Arrow columns are allowed."""
    protocols: tuple[str, ...] = ("__iter__", "__getitem__")
    """The object must have one of these methods."""


def _is_text(given: object) -> bool:
    return isinstance(given, str) or is_byte_buffer(given)


def _is_text_of_ids(given: object) -> bool:
    """A buffer of small numbers may be ids, but ``bytes`` are text."""
    return isinstance(given, (str, bytes, bytearray))


def _is_str(given: object) -> bool:
    """Bytes are numbers too, so only ``str`` is text."""
    return isinstance(given, str)


_KEYS_OR_VALUES = "give its keys() or its values()"
_OF_COUNTER = "give its keys(), its values() or, of a Counter, its elements()"
_COLUMN = 'give one column of it, as in df["text"]'
_TO_PYLIST = "its to_pylist() is one"

DOCUMENTS = Many(
    "an iterable of documents",
    _is_text,
    "for a single document there is add_document",
    _OF_COUNTER,
    'add_arrow(df["text"]) adds a column of it',
    "add_arrow adds it",
)
TEXTS = Many(
    "an iterable of texts",
    _is_text,
    "[text] is a list of one",
    _OF_COUNTER,
    'encode_arrow(df["text"]) encodes a column of it',
    "encode_arrow encodes it",
)
COUNTED_TEXTS = TEXTS._replace(
    for_frame='count_arrow(df["text"]) counts the ids of a column of it', for_arrow="count_arrow counts its ids"
)
CUT_TEXTS = TEXTS._replace(
    for_one="for a single text there is chunks",
    for_frame='chunks_arrow(df["text"]) cuts the texts of a column of it',
    for_arrow="chunks_arrow cuts its texts",
)
TRAINING_TEXTS = TEXTS._replace(
    for_one="for a single text there is train",
    for_mapping="train_from_counts takes texts with their counts",
    for_frame=_COLUMN,
    for_arrow=_TO_PYLIST,
)
PIECE_TEXTS = TEXTS._replace(
    for_one="for a single text there is add",
    for_mapping="add_counts takes texts with their counts",
    for_frame='add_arrow(df["text"]) adds a column of it',
    for_arrow="add_arrow adds it",
)
IDS = Many("an iterable of int", _is_text_of_ids, "encode makes ids of a text", _KEYS_OR_VALUES, _COLUMN, _TO_PYLIST)
LISTS_OF_IDS = IDS._replace(what="an iterable of lists of ids")
NAMES = TEXTS._replace(
    what="names, which get the ids behind those of the vocabulary",
    for_one="[name] is a list of one",
    for_frame=_COLUMN,
    for_arrow=_TO_PYLIST,
    for_mapping="ids of their own are for from_mergeable_ranks",
)
NUMBERS = Many(
    "numbers, in a buffer or an iterable",
    _is_str,
    "float() makes a number of a text",
    _KEYS_OR_VALUES,
    'give one column of it, as in df["price"], or all as df.to_numpy()',
    None,
    ("__iter__", "__getitem__", "__arrow_c_array__", "__array__"),
)


def check(given: object, name: str, many: Many, *, in_order: bool = True) -> None:
    """Raise `TypeError` unless an object is iterable and its loop gives the expected items.

    Args:
        given: the argument, of any type; lists and tuples pass at once.
        name: the name of the argument.
        many: the kind of items that it must hold.
        in_order: whether the order of the items matters.
    """
    if type(given) is list or type(given) is tuple:
        return
    fault = _fault(given, many, in_order)
    if fault is not None:
        raise TypeError(f"{name} must be {many.what}, not {fault}")


def check_no_frame(given: object, name: str, what: str) -> None:
    """Raise `TypeError` for a data frame where names or words are meant; keys of mappings and items of sets are such."""
    kind = type(given)
    if _is_frame(kind):
        raise TypeError(f"{name} must be {what}, not {kind.__name__}; {_COLUMN}")


def _fault(given: object, many: Many, in_order: bool) -> str | None:
    kind = type(given)
    name = kind.__name__
    if many.is_one(given):
        return f"one {name}; {many.for_one}"
    if issubclass(kind, Mapping):
        return f"{name}; {many.for_mapping}"
    if _is_frame(kind):
        return f"{name}; {many.for_frame}"
    if in_order and issubclass(kind, (set, frozenset)):
        return f"{name}, which has no order; sorted() gives it one"
    if many.for_arrow is not None and _is_arrow_array(kind):
        return f"{name}, whose items are Arrow's; {many.for_arrow}"
    return None if any(hasattr(kind, protocol) for protocol in many.protocols) else name


# Libraries are recognised by attributes of their classes. So no library is imported, and no attribute is looked up in an
# instance, where a column may have that name.


def _is_frame(kind: type) -> bool:
    """Whether this is a class of data frames, tables, their readers, or relations."""
    return (
        hasattr(kind, "__dataframe__")
        or (hasattr(kind, "columns") and hasattr(kind, "dtypes"))
        or (hasattr(kind, "__arrow_c_stream__") and hasattr(kind, "schema"))
    )


def _is_arrow_array(kind: type) -> bool:
    """Whether a loop over the object gives Arrow scalars; this holds for pyarrow's arrays, but not for a Series."""
    return (hasattr(kind, "__arrow_c_array__") or hasattr(kind, "__arrow_c_stream__")) and hasattr(kind, "to_pylist")


def advice(item: Any, way: str = "leave it out") -> str:
    """Return the end of a message about an item that is a missing value; an empty ``str`` for any other item."""
    is_missing = item is None or (isinstance(item, float) and math.isnan(item)) or type(item).__name__ in _MISSING_OF_PANDAS
    return f", a missing value: {way}" if is_missing else ""


_MISSING_OF_PANDAS = ("NAType", "NaTType")
