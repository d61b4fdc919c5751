"""Text of strangers as it can be shown: control characters are visible, nothing reverses what stands around it, and it ends."""

from __future__ import annotations

import html
import re

# Control characters; what sets the direction of text, of which an override reverses what follows; separators of lines; lone
# surrogates, which cannot be written; and what is invisible: zero-width characters, the byte-order mark, tags.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str, most: int = 60) -> str:
    r"""Return a text with each character that cannot be seen as its number, cut off after so many characters.

    Joiners between letters or emoji stay: without them other text would be shown.

    >>> visible("a\u202eb\n"), visible("x" * 100, 5)
    ('a⟨202E⟩b⟨A⟩', 'xxxxx…')
    """
    cut = text[:most] + "…" if len(text) > most else text
    return _UNSEEN.sub(_number, cut)


def _number(found: re.Match[str]) -> str:
    character = found[0]
    within = 0 < found.start() < len(found.string) - 1
    if character in "\u200c\u200d" and within:
        return character
    return f"⟨{ord(character):X}⟩"


def as_html(text: str, most: int = 60) -> str:
    r"""Return what `visible` does, escaped for HTML, inside an element or an attribute, and isolated from text around it.

    >>> as_html("<b>'\"")
    '<bdi>&lt;b&gt;&#x27;&quot;</bdi>'
    """
    return f"<bdi>{html.escape(visible(text, most))}</bdi>"
