"""Unicode's normal forms of UTF-8, by any version that they are stable from."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from text_processor._native.status import TOO_SMALL, check, new_error, new_uninitialized
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import Array, Pointer, Uint8

Version = tuple[int, int]

FORMS: dict[str, int] = {"NFC": lib.TP_NFC, "NFD": lib.TP_NFD, "NFKC": lib.TP_NFKC, "NFKD": lib.TP_NFKD}

NEWEST_VERSION: str = ffi.string(lib.tp_normal_unicode_version()).decode()
"""The newest version of Unicode that text can be normalized by."""

OLDEST: Version = divmod(lib.TP_UNICODE_OLDEST, 256)
"""Normalization is stable from this version on."""

_NEWEST: Version = tuple(map(int, NEWEST_VERSION.split(".")[:2]))  # type: ignore[assignment]  # major and minor

VERSION_OF_TOKENIZERS: Version = divmod(lib.TP_UNICODE_OF_TOKENIZERS, 256)
"""The one by which the library tokenizers does it."""


# A call of the core takes as long as CPython needs to look at some thousand bytes of ASCII.
MOST_SHORT_BYTES = 4096


def normalize(text: bytes | memoryview, form: str, unicode_version: Version | None = None) -> bytes | memoryview:
    """Return the normal form of UTF-8; the very object that was given if it is normal already.

    Characters that are newer than the version, (major, minor), stay as they are, and so do ill-formed bytes.
    """
    asked = _number_of(form), _number_of_version(unicode_version)
    # Most short texts are of ASCII, and calling the core would take longer than looking.
    if len(text) < MOST_SHORT_BYTES and type(text) is bytes and text.isascii():
        return text
    with ffi.from_buffer("uint8_t[]", text) as data:
        if _find_unnormalized(data, *asked) == len(data):
            return text
        normalized, _, nbytes = _normalize(data, *asked, with_origins=False)
    return bytes(ffi.buffer(normalized, nbytes))


def is_normalized(text: bytes | memoryview, form: str, unicode_version: Version | None = None) -> bool:
    """Whether UTF-8 is in a normal form."""
    with ffi.from_buffer("uint8_t[]", text) as data:
        return _find_unnormalized(data, _number_of(form), _number_of_version(unicode_version)) == len(data)


def normalize_with_offsets(
    text: bytes | memoryview, form: str, unicode_version: Version | None = None
) -> tuple[bytes, array[int]]:
    """Return the normal form of UTF-8, and for each of its bytes where in the text the character begins that it comes from.

    What was composed comes from the first of its parts.
    """
    with ffi.from_buffer("uint8_t[]", text) as data:
        asked = _number_of(form), _number_of_version(unicode_version)
        normalized, origins, nbytes = _normalize(data, *asked, with_origins=True)
    offsets = array("Q")
    offsets.frombytes(ffi.buffer(origins, 8 * nbytes))
    return bytes(ffi.buffer(normalized, nbytes)), offsets


def strip_accents(text: bytes | memoryview, unicode_version: Version | None = None) -> bytes | memoryview:
    """Return UTF-8 in the form NFKD without marks, as scikit-learn's strip_accents_unicode does; what is of ASCII as it is."""
    form = normalize(text, "NFKD", unicode_version)
    with ffi.from_buffer("uint8_t[]", form) as data:
        stripped = new_uninitialized("uint8_t[]", len(data))
        nbytes = lib.tp_strip_marks(data, len(data), _number_of_version(unicode_version), stripped)
    return form if nbytes == len(form) else bytes(ffi.buffer(stripped, nbytes))


def find_cut(text: bytes | memoryview, form: str, unicode_version: Version | None = None) -> int:
    """Return the last offset at which a text that goes on can be cut, so that both parts can be normalized by themselves.

    0 if there is none yet.
    """
    offset, error = ffi.new("size_t *"), new_error()
    with ffi.from_buffer("uint8_t[]", text) as data:
        asked = _number_of(form), _number_of_version(unicode_version)
        check(lib.tp_find_normal_cut(data, len(data), *asked, offset, error), error)
    return int(offset[0])


def _find_unnormalized(data: Array[Uint8], form: int, version: int) -> int:
    offset, error = ffi.new("size_t *"), new_error()
    check(lib.tp_find_unnormalized(data, len(data), form, version, offset, error), error)
    return int(offset[0])


def _normalize(data: Array[Uint8], form: int, version: int, *, with_origins: bool) -> tuple[Pointer[Uint8], Any, int]:
    """Normalize with some room for growth, and once more where that was too little."""
    nbytes, error = ffi.new("size_t *"), new_error()
    # What is composed seldom grows; what is decomposed becomes three times as long at most, unless it was only compatible.
    capacity = len(data) + len(data) // 8 + 64 if form in (lib.TP_NFC, lib.TP_NFKC) else 3 * len(data)
    while True:
        normalized = new_uninitialized("uint8_t[]", capacity)
        origins = new_uninitialized("uint64_t[]", capacity) if with_origins else ffi.NULL
        status = lib.tp_normalize(data, len(data), form, version, normalized, origins, capacity, nbytes, error)
        if status != TOO_SMALL:
            check(status, error)
            return normalized, origins, int(nbytes[0])
        capacity = int(nbytes[0])


def _number_of(form: str) -> int:
    if form not in FORMS:
        raise ValueError(f"a normal form is one of {', '.join(FORMS)}, not {form!r}")
    return FORMS[form]


def _number_of_version(version: Version | None) -> int:
    if version is None:
        return lib.TP_UNICODE_NEWEST
    major, minor = version
    if not (0 < major < 256 and 0 <= minor < 256):
        raise ValueError(f"a version of Unicode is (major, minor) such as (15, 1), not {version!r}")
    if not OLDEST <= (major, minor) <= _NEWEST:
        allowed = f"{'.'.join(map(str, OLDEST))} to {NEWEST_VERSION}"
        raise ValueError(f"unicode_version must be from {allowed}, not {major}.{minor}")
    return major << 8 | minor
