"""The normal form into which a tokenizer brings text: Hugging Face's normalizers of Unicode, at the version they have."""

from __future__ import annotations

from functools import partial

from text_processor._native import unicode
from text_processor._native.unicode import VERSION_OF_TOKENIZERS

FORMS = tuple(unicode.FORMS)


def form_of(normalizer: tuple[str, ...]) -> str | None:
    """Return the one normal form that several in order give: the last one decides whether characters are composed.

    >>> form_of(("NFKD", "NFC"))
    'NFKC'
    """
    if not normalizer:
        return None
    is_compatible = any("K" in form for form in normalizer)
    return f"NF{'K' if is_compatible else ''}{normalizer[-1][-1]}"


normalize = partial(unicode.normalize, unicode_version=VERSION_OF_TOKENIZERS)
is_normalized = partial(unicode.is_normalized, unicode_version=VERSION_OF_TOKENIZERS)
normalize_with_offsets = partial(unicode.normalize_with_offsets, unicode_version=VERSION_OF_TOKENIZERS)
find_cut = partial(unicode.find_cut, unicode_version=VERSION_OF_TOKENIZERS)


def normalized(text: str, form: str | None) -> str:
    """Return a text in a normal form."""
    return text if form is None else str(normalize(text.encode(), form), "utf-8")
