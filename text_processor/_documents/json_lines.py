"""A field of JSON lines: read by the core, and by Python's json where the core does not know what is meant.

Each line that is not blank is an object, a row. What a line means, and what is wrong with it, is what json says.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted
from text_processor._documents.arrow import validity
from text_processor._native.json_lines import Field, Rows
from text_processor._native.process import check_kept_nbytes
from text_processor._native.status import numbers_of
from text_processor._native.text import find_invalid

# Lines that are read together: they and their texts stay in the second-level cache.
NBYTES = 1 << 18


def line_blocks(blocks: Iterable[bytes | memoryview], nbytes: int) -> Iterator[memoryview]:
    """Give whole lines of a text, of at least so many bytes together; the last block may not end with a line end."""
    kept: list[bytes] = []
    n_kept, least = 0, nbytes
    for block in blocks:
        n_kept += len(block)
        if n_kept > nbytes:
            check_kept_nbytes(n_kept)
        if n_kept < least:
            kept.append(bytes(block))
            continue
        joined = b"".join([*kept, block])
        cut = joined.rfind(b"\n") + 1
        kept = [joined[cut:]]
        n_kept = len(kept[0])
        least = max(nbytes, 2 * n_kept)
        if cut:
            yield memoryview(joined)[:cut]
    if n_kept:
        yield memoryview(b"".join(kept))


def rows(
    blocks: Iterable[memoryview], name: str, option: str, *, enough: int = NBYTES, separates: bool = True
) -> Iterator[Rows | list[str | None]]:
    """Give the texts of a field, of about so many bytes together; a list where json has read the lines.

    Args:
        blocks: whole lines, as `line_blocks` gives them.
        name: the field; ``a.b`` is the field b of the object a.
        option: what a user names the field by.
        enough: a text that is longer is alone.
        separates: whether a byte follows each text.

    Raises:
        ValueError: a line is no JSON object, its field is not text, or no line has the field.
    """
    field = _field(name, separates=separates)
    n_lines, has_rows, has_value = 0, False, False
    for block in blocks:
        rest = block
        known = field if find_invalid(block) is None else None  # json says what is wrong
        while rest:
            found = None if known is None else known.read(rest, enough)
            if found is not None:
                rest, n_lines = rest[found.used :], n_lines + found.n_lines
                if found.texts.n_ends:
                    has_rows, has_value = True, has_value or found.n_values > 0
                    yield found
                if not found.is_at_other:
                    continue
            lines = bytes(rest)
            values = _by_json(lines, name, n_lines)
            rest, n_lines = rest[:0], n_lines + lines.count(b"\n")
            if values:
                has_rows, has_value = True, has_value or values.count(None) < len(values)
                yield values
    if has_rows and not has_value:
        raise ValueError(f"no line has the field {quoted(name)}; {option} names another, and a.b is the field b of a")


def arrays(blocks: Iterable[memoryview], name: str, option: str, pa: Any) -> Generator[Any, None, None]:
    """Give what `rows` gives as Arrow arrays; lone surrogates, which UTF-8 cannot hold, are replaced."""
    for found in rows(blocks, name, option, separates=False):
        yield _array(found, pa) if isinstance(found, Rows) else pa.array(map(_plain, found), pa.large_string())


def _array(found: Rows, pa: Any) -> Any:
    text, ends, n = found.texts
    offsets = array("q", [0])
    offsets.frombytes(numbers_of(ends, n).cast("B"))
    buffers = [validity(bytearray(found.has_value), pa), pa.py_buffer(offsets), pa.py_buffer(memoryview(text))]
    return pa.Array.from_buffers(pa.large_string(), n, buffers)


def _plain(text: str | None) -> str | None:
    try:
        str.encode(text or "")
    except UnicodeEncodeError:
        return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _field(name: str, *, separates: bool) -> Field | None:
    """Return what reads a field; None if no text in UTF-8 has its name."""
    try:
        return Field(name.split("."), separates=separates)
    except UnicodeEncodeError:
        return None


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
