"""Normal forms of Unicode."""

from __future__ import annotations

import unicodedata


def normalize(text: bytes | memoryview, form: str, unicode_version: tuple[int, int] | None = None) -> bytes | memoryview:
    """Return UTF-8 in a normal form; the very object that was given if it is normal already."""
    given = str(text, "utf-8")
    if unicodedata.is_normalized(form, given):
        return text
    return unicodedata.normalize(form, given).encode()
