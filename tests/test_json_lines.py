"""A field of JSON lines, as Python's json and pyarrow read it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_processor._documents import json_lines

# Fields as a user names them, and a text that no UTF-8 has.
FIELDS = ("text", "a.b", "é", "", "a..b", "\ud800")

Values = list["str | None"]


def read(data: bytes, field: str, *, nbytes: int, enough: int, separates: bool) -> Values:
    """What is found in blocks of at least so many bytes that are read from a stream of blocks of 7 bytes."""
    stream = io.BytesIO(data)
    blocks = json_lines.line_blocks(iter(lambda: stream.read(7), b""), nbytes)
    values: Values = []
    for found in json_lines.rows(blocks, field, "column=", enough=enough, separates=separates):
        values += found if isinstance(found, list) else as_values(found, separates=separates)
    return values


def as_values(found: Any, *, separates: bool) -> Iterator[str | None]:
    start, text = 0, memoryview(found.texts.text)
    assert found.n_values == sum(found.has_value)
    for end, has_value in zip(found.texts.ends[0 : found.texts.n_ends], found.has_value, strict=True):
        assert has_value or start == end
        yield str(text[start:end], "utf-8") if has_value else None
        start = end + separates
        assert not separates or text[end] == ord("\n")
    assert start == len(text)


def read_by_json(data: bytes, field: str) -> Values:
    """What json finds, line by line; raises the words of an error."""
    values: Values = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number} is not JSON: {error}") from None
        if not isinstance(value, dict):
            raise ValueError(f"line {number} must be a JSON object, not ")
        for name in field.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, str):
            raise ValueError(f"line {number}: the field ")
        values.append(value)
    if values and not any(value is not None for value in values):
        raise ValueError("no line has the field ")
    return values


def texts() -> st.SearchStrategy[str]:
    """Some shorter than a register and some longer, with what is escaped and what is not."""
    pieces = st.sampled_from(
        ["word ", "\n", '"', "\\", "/", "é", "日本", "\U0001f600", "\x00", "\x1f", "\x7f", "plain text " * 7, ""]
    )
    return st.lists(pieces, max_size=8).map("".join)


def members() -> st.SearchStrategy[Any]:
    simple = st.none() | st.booleans() | st.integers() | st.floats() | texts()
    nested = st.recursive(
        simple, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3), max_leaves=5
    )
    inner = st.fixed_dictionaries(
        {}, optional={"b": texts() | st.none(), "": st.fixed_dictionaries({"b": texts()}), "c": nested}
    )
    fields = {"text": texts() | st.none(), "a": inner | simple, "é": texts(), "": texts(), "n": nested}
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Lines as the writers of JSON make them, of which some characters may have been changed."""
    made = []
    for row in draw(st.lists(members(), max_size=4)):
        separators = draw(st.sampled_from([None, (",", ":"), (" ,\t", " : ")]))
        line = json.dumps(row, ensure_ascii=draw(st.booleans()), separators=separators)
        made.append(line + draw(st.sampled_from(["\n", "\r\n", " \n\n", "\n \t\n"])))
    data = "".join(made)
    for place in draw(st.lists(st.floats(0, 1), max_size=2)):
        at = int(place * len(data))
        data = data[:at] + draw(CHANGES) + data[at + draw(st.integers(0, 2)) :]
    return data.encode()


CHANGES = st.sampled_from(
    ["", '"', "\\", "}", "{", "]", ",", "\n", "0", "\\ud800", "\x00", "\v", '"a":', "null", "-", "\ufeff"]
)


@given(lines(), st.sampled_from(FIELDS), st.integers(1, 300), st.integers(1, 40), st.booleans())
def test_a_field_is_read_as_json_reads_it(data: bytes, field: str, nbytes: int, enough: int, separates: bool) -> None:
    try:
        expected: Values | str = read_by_json(data, field)
    except ValueError as error:
        expected = str(error)
    if isinstance(expected, list):
        assert read(data, field, nbytes=nbytes, enough=enough, separates=separates) == expected
        return
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - compared
        read(data, field, nbytes=nbytes, enough=enough, separates=separates)
    assert str(raised.value).startswith(expected)


@given(st.lists(st.fixed_dictionaries({"text": texts() | st.none()}, optional={"n": st.integers() | texts()}), min_size=1))
def test_arrays_are_those_of_pyarrow(rows: list[Any]) -> None:
    pa, reading = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.json")
    data = "\n".join(map(json.dumps, [*rows, {"text": "at least one"}])).encode()
    parsing = reading.ParseOptions(explicit_schema=pa.schema([("text", pa.large_string())]), unexpected_field_behavior="ignore")
    expected = reading.read_json(pa.BufferReader(data), parse_options=parsing).column(0)
    found = pa.chunked_array(json_lines.arrays(json_lines.line_blocks([data], 50), "text", "column=", pa))
    assert found.type == expected.type
    assert found.to_pylist() == expected.to_pylist()
    for chunk in found.chunks:
        chunk.validate(full=True)


@pytest.mark.parametrize("depth", [200, 500, 5000, 50_000])
def test_what_nobody_wants_may_be_nested(depth: int) -> None:
    """As deep as json reads it, on every Python."""
    data = b'{"n":' + b"[" * depth + b"]" * depth + b',"text":"x"}'
    try:
        json.loads(data)
    except RecursionError:
        is_read = False
    else:
        is_read = True
    assert is_read or depth > 200
    if is_read:
        assert read(data, "text", nbytes=1, enough=1, separates=True) == ["x"]
    else:
        with pytest.raises(ValueError, match=r"line 1 is not JSON: .*recursion"):
            read(data, "text", nbytes=1, enough=1, separates=True)


@pytest.mark.parametrize("line", [b'{"n":"\xff","text":"x"}', b'{"text":"\xc3"}', b'{"\x80":1,"text":"x"}'])
def test_what_is_not_utf_8_is_no_json_wherever_it_stands(line: bytes) -> None:
    for data, number in ((line, 1), (b'{"text":"a"}\n' + line, 2)):
        with pytest.raises(ValueError, match=rf"^line {number} is not JSON: .*utf-8"):
            read(data, "text", nbytes=1, enough=1, separates=True)
