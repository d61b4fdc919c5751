"""The normal form into which a tokenizer brings text."""

from __future__ import annotations

from text_processor._native.unicode import normalize

__all__ = ["FORMS", "form_of", "normalize", "normalized"]

FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def form_of(normalizer: tuple[str, ...]) -> str | None:
    """Return the one normal form that several in order give: the last one decides whether characters are composed.

    >>> form_of(("NFKD", "NFC"))
    'NFKC'
    """
    if not normalizer:
        return None
    is_compatible = any("K" in form for form in normalizer)
    return f"NF{'K' if is_compatible else ''}{normalizer[-1][-1]}"


def normalized(text: str, form: str | None) -> str:
    """Return a text in a normal form."""
    return text if form is None else str(normalize(text.encode(), form), "utf-8")
