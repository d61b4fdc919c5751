"""A field of JSON lines: block by block by pyarrow, if it is there, and line by line where pyarrow would not do.

Both give the same: each line that is not blank is an object, a row. pyarrow by itself takes a ``null`` for a row, or ends the
process if it is the first, and finds rows anywhere in a line, or across lines.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any

from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted

# Lines that are parsed together: some milliseconds for pyarrow.
NBYTES = 1 << 21

# What may stand around an object in its line, and between lines.
_BLANKS = b" \t\r\n"

# Returns the rows of a block that has so many lines, or None if it cannot read them.
Parse = Callable[[bytes, int], Any]


def line_blocks(blocks: Iterable[bytes | memoryview], nbytes: int) -> Iterator[bytes]:
    """Give whole lines of a text, of at least so many bytes together; the last block may not end with a line end."""
    kept, n_kept, least = [b""], 0, nbytes
    for block in blocks:
        kept.append(bytes(block))
        n_kept += len(block)
        if n_kept < least:
            continue
        joined = b"".join(kept)
        cut = joined.rfind(b"\n") + 1
        kept = [joined[cut:]]
        n_kept = len(kept[0])
        least = max(nbytes, 2 * n_kept)
        if cut:
            yield joined[:cut]
    if n_kept:
        yield b"".join(kept)


def values(blocks: Iterable[bytes], name: str, option: str) -> Iterator[Any]:
    """Give the values of a field, null where a line has none: Arrow arrays, or lists where pyarrow cannot read the lines.

    Args:
        blocks: whole lines, as `line_blocks` gives them.
        name: the field; ``a.b`` is the field b of the object a.
        option: what a user names the field by.

    Raises:
        ValueError: a line is no JSON object, its field is not text, or no line has the field.
    """
    parse = _parser(name.split("."))
    n_lines, has_rows, has_value = 0, False, False
    for block in blocks:
        if not block.isspace():
            array = None if parse is None else _parsed(parse, block)
            found = _by_json(block, name, n_lines) if array is None else array
            n_nulls = found.count(None) if array is None else array.null_count
            has_rows, has_value = True, has_value or n_nulls < len(found)
            yield found
        n_lines += block.count(b"\n")
    if has_rows and not has_value:
        raise ValueError(f"no line has the field {quoted(name)}; {option} names another, and a.b is the field b of a")


def arrays(blocks: Iterable[bytes], name: str, option: str, pa: Any) -> Iterator[Any]:
    """Give what `values` gives as Arrow arrays; lone surrogates, which UTF-8 cannot hold, are replaced."""
    for found in values(blocks, name, option):
        yield pa.array(map(_plain, found), pa.large_string()) if is_a(found, list) else found


def _plain(text: str | None) -> str | None:
    try:
        str.encode(text or "")
    except UnicodeEncodeError:
        return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


# ---- By pyarrow ------------------------------------------------------------------------------------------------------


def _parser(path: list[str]) -> Parse | None:
    """Return what parses lines with pyarrow; None if it is not installed."""
    try:
        pa, reading = import_module("pyarrow"), import_module("pyarrow.json")
    except ImportError:
        return None
    kind = pa.large_string()
    for field in reversed(path[1:]):
        kind = pa.struct([(field, kind)])
    parsing = reading.ParseOptions(
        explicit_schema=pa.schema([(path[0], kind)]), newlines_in_values=False, unexpected_field_behavior="ignore"
    )

    def parse(block: bytes, n_rows: int) -> Any:
        options = reading.ReadOptions(block_size=len(block) + 1, use_threads=False)
        try:
            column = reading.read_json(pa.BufferReader(block), read_options=options, parse_options=parsing).column(0)
        except pa.ArrowInvalid:
            return None
        if len(column) != n_rows:
            return None
        array = column.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0)
        for _ in path[1:]:
            array = array.flatten()[0]
        return array

    return parse


def _parsed(parse: Parse, block: bytes) -> Any:
    n_rows = _number_of_objects(block)
    return None if n_rows is None else parse(block, n_rows)


def _number_of_objects(block: bytes) -> int | None:
    """Return how many lines are not blank; None if one of them does not go from ``{`` to ``}``.

    A line end between ``}`` and ``{`` is between two values, never inside one. So if there are as many values as lines, each
    line is one.
    """
    text = block.strip(_BLANKS)
    n_ends = text.count(b"\n")
    if text[:1] == b"{" and text[-1:] == b"}" and text.count(b"}\n{") == n_ends:  # nearly always, and fast
        return n_ends + 1
    lines = [line for line in (line.strip(_BLANKS) for line in text.split(b"\n")) if line]
    return len(lines) if all(line[:1] == b"{" and line[-1:] == b"}" for line in lines) else None


# ---- By Python -------------------------------------------------------------------------------------------------------


def _by_json(block: bytes, column: str, n_lines: int) -> list[str | None]:
    """Return the values of lines; errors count lines from 1."""
    found: list[str | None] = []
    for number, line in enumerate(block.split(b"\n"), n_lines + 1):
        if not line.strip():
            continue
        try:
            value: Any = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number} is not JSON: {error}") from error
        if not is_a(value, dict):
            raise ValueError(f"line {number} must be a JSON object, not {quoted(value)}")
        for field in column.split("."):
            value = value.get(field) if is_a(value, dict) else None
        if value is not None and not is_a(value, str):
            raise ValueError(f"line {number}: the field {quoted(column)} must be text, not {quoted(value)}")
        found.append(value)
    return found
