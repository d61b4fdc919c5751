"""The table of words as notebooks show it: the totals and the most frequent words."""

from __future__ import annotations

import html

from text_processor._common.visible import as_html
from text_processor._native.corpus import Corpus

# So many words fit below a cell without scrolling.
MOST_WORDS = 10


def table(corpus: Corpus, title: str) -> str:
    """Return a short table as HTML, in the style of the notebook; all words are escaped. O(distinct words)."""
    totals = corpus.totals()
    ids, counts = corpus.top(MOST_WORDS)
    rows = "".join(
        f'<tr><td style="text-align:left">{as_html(word)}</td><td>{count:,}</td></tr>'
        for word, count in zip(corpus.pick_terms(ids), counts, strict=True)
    )
    more = totals.terms - len(ids)
    rest = f'<tr><td style="text-align:left">… {more:,} more</td><td></td></tr>' if more else ""
    pruned = "" if totals.words == totals.kept_words else "; rare words were pruned"
    return (
        f"<div><b>{html.escape(title)}</b>: {totals.words:,} words, {totals.terms:,} distinct, "
        f"in {totals.documents:,} document{'' if totals.documents == 1 else 's'}{pruned}"
        '<table><thead><tr><th style="text-align:left">word</th><th>count</th></tr></thead>'
        f"<tbody>{rows}{rest}</tbody></table></div>"
    )
