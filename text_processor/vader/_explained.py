"""Why a text has its scores: for a person to read, in the REPL and in notebooks."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from text_processor._native.sentiment import NAMES, Account


class Change(NamedTuple):
    """A rule that changed the value of a token: the token that is the cause, the value before it and after it."""

    rule: str
    cause: str
    before: float
    after: float


class Token(NamedTuple):
    """A token of the text, as the rules see it: without the punctuation around it, after emoji became words.

    ``base`` is its value in the lexicon, None if it has none there or counts as a booster. ``value`` is what the rules made of
    that, 0.0 for a token without one.
    """

    text: str
    start: int
    base: float | None
    value: float
    changes: tuple[Change, ...]


class Explanation:
    """The scores of a text, and how they came about."""

    __slots__ = ("_account", "_tokens")

    def __init__(self, account: Account) -> None:
        self._account = account
        self._tokens: list[Token] = _tokens(account)

    @property
    def scores(self) -> dict[str, float]:
        """What `SentimentIntensityAnalyzer.polarity_scores` returns."""
        return dict(zip(NAMES, self._account.scores, strict=True))

    @property
    def text(self) -> str:
        """The text, with descriptions in place of emoji; the ``start`` of tokens counts its characters."""
        return self._account.expanded.decode(errors="surrogatepass")

    @property
    def tokens(self) -> list[Token]:
        """The tokens, in order."""
        return self._tokens.copy()

    @property
    def sum(self) -> float:
        """The sum of the values of all tokens."""
        return self._account.sum

    @property
    def punctuation(self) -> float:
        """What ``!`` and ``?`` add to the sum, away from zero."""
        return self._account.punctuation

    def __repr__(self) -> str:
        """Return a line for each token with a value: base, changes, value; then the sum."""
        width = max((len(token.text) for token in self._tokens if token.changes or token.base is not None), default=0)
        lines = [_line(token, width) for token in self._tokens if token.base is not None]
        rest = f" {self.punctuation:+.3g} for punctuation" if self.punctuation and self.sum else ""
        return "\n".join([*lines, f"sum {self.sum:.4g}{rest}: compound {self.scores['compound']}"])

    def _repr_html_(self) -> str:
        """Return the text with coloured words; pointing at one shows its changes."""
        parts: list[str] = []
        done, text = 0, self.text
        for token in self._tokens:
            parts.append(escape(text[done : token.start]))
            done = token.start + len(token.text)
            parts.append(_span(token) if token.base is not None else escape(token.text))
        parts.append(escape(text[done:]))
        scores = ", ".join(f"{name} {value}" for name, value in self.scores.items())
        return f'<div><p style="white-space: pre-wrap">{"".join(parts)}</p><p><b>{scores}</b></p></div>'


def _tokens(account: Account) -> list[Token]:
    texts = [account.expanded[start:end].decode(errors="surrogatepass") for start, end in account.spans]
    changes: list[list[Change]] = [[] for _ in texts]
    for word, cause, before, after, reason in account.steps:
        changes[word].append(Change(reason, texts[cause], before, after))
    tokens: list[Token] = []
    n_characters, done = 0, 0
    for text, made, (start, _) in zip(texts, changes, account.spans, strict=True):
        n_characters += len(account.expanded[done:start].decode(errors="surrogatepass"))
        done = start
        is_known = bool(made) and made[0].rule in ("lexicon", "first occurrence")
        base = made[0].after if is_known else None
        tokens.append(Token(text, n_characters, base, made[-1].after if made else 0.0, tuple(made[is_known:])))
    return tokens


def _line(token: Token, width: int) -> str:
    base = 0.0 if token.base is None else token.base
    changes = "".join(
        f"; {change.rule}{f' ({change.cause})' if change.cause not in (token.text, change.rule) else ''} "
        f"{change.after - change.before:+.3g}"
        for change in token.changes
    )
    return f"{token.text:<{width}}  {base:g}{changes}{f' = {token.value:.4g}' if token.changes else ''}"


def _span(token: Token) -> str:
    """A word on green if it is positive, on red if it is negative: the stronger, the farther it is from zero."""
    hue = 120 if token.value > 0 else 0
    strength = min(abs(token.value) / 4, 1.0)
    colour = f"hsla({hue}, 70%, 50%, {0.15 + 0.6 * strength:.2f})" if token.value else "hsla(0, 0%, 50%, 0.2)"
    return f'<span style="background: {colour}" title="{escape(_line(token, 0).strip())}">{escape(token.text)}</span>'
