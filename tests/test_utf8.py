"""Validation says what CPython's decoder says: well-formed or not, and where not, with each instruction set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from text_processor import cpu_features
from text_processor._native import corpus as native_corpus
from text_processor._native import process as native_process


@pytest.fixture(params=cpu_features()["available"], autouse=True, scope="module")
def simd(request: pytest.FixtureRequest) -> Iterator[str]:
    native_process.select_simd(request.param)
    yield request.param
    native_process.select_simd(None)


def first_invalid(text: bytes) -> int | None:
    error = native_corpus.ffi.new("tp_error *")
    status = native_corpus.lib.tp_utf8_validate(native_corpus.ffi.from_buffer("uint8_t[]", text), len(text), error)
    assert status in (native_corpus.lib.TP_OK, native_corpus.lib.TP_INVALID_UTF8)
    return error.offset if status else None


def python_first_invalid(text: bytes) -> int | None:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


# Blocks of 64 bytes are looked at together, so what is well-formed stands in front of what may not be.
fronts = st.integers(min_value=0, max_value=200).map(lambda n: "é中x😀"[n % 4] * n).map(str.encode)
characters = st.text(st.characters(exclude_categories=["Cs"])).map(str.encode)
nearly_utf8 = st.lists(
    st.sampled_from([b"x", b"\x7f", b"\x80", b"\x8f", b"\x90", b"\x9f", b"\xa0", b"\xbf", b"\xc0", b"\xc2", b"\xdf", b"\xe0"])
    | st.sampled_from([b"\xe4", b"\xed", b"\xef", b"\xf0", b"\xf1", b"\xf4", b"\xf5", b"\xff"])
    | st.sampled_from(["é".encode(), "中".encode(), "😀".encode()])
).map(b"".join)


@given(fronts, characters | nearly_utf8 | st.binary(), characters)
@example(b"", b"", b"")
@example(b"x" * 130, b"\xed\xa0\x80", b"")
@example(b"x" * 130, b"\xe4\xb8", b"")
def test_first_ill_formed_sequence_is_where_python_finds_it(front: bytes, middle: bytes, back: bytes) -> None:
    text = front + middle + back
    assert first_invalid(text) == python_first_invalid(text)


def test_every_character_and_every_surrogate() -> None:
    surrogates = range(0xD800, 0xE000)
    assert first_invalid("".join(chr(each) for each in range(0x110000) if each not in surrogates).encode()) is None
    for each in surrogates:
        assert first_invalid(b"x" * 130 + chr(each).encode(errors="surrogatepass")) == 130
