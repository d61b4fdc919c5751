"""Sentiment that knows *not*: the twin of vaderSentiment 3.3.2 and of NLTK's copy of it, with the same scores to the last bit.

>>> from text_processor.vader import SentimentIntensityAnalyzer
>>> analyzer = SentimentIntensityAnalyzer()
>>> analyzer.polarity_scores("VADER is smart, handsome, and funny!")
{'neg': 0.0, 'neu': 0.248, 'pos': 0.752, 'compound': 0.8439}
>>> analyzer.compound(["The plot was not good.", "I LOVE it :)"])
array([-0.3412,  0.8374])
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from text_processor._common import arguments, signatures
from text_processor._common.messages import quoted
from text_processor._common.progress import Progress
from text_processor._documents import sources
from text_processor._native.sentiment import DIALECTS, Vader
from text_processor._native.text import closing_batch
from text_processor.vader import _lexicons, _model
from text_processor.vader._explained import Change, Explanation, Token
from text_processor.vader._lexicons import Seen, Watched
from text_processor.vader._many import Scorer

__all__ = ["Change", "Explanation", "SentimentIntensityAnalyzer", "Token"]


def __dir__() -> list[str]:
    return sorted(__all__)


_LEXICON_FILE = "vader_lexicon.txt"
_EMOJI_FILE = "emoji_utf8_lexicon.txt"
_NAMES = ("neg", "neu", "pos", "compound")

# What analyzers that have changed nothing share: made at first use, then never changed.
_shared: dict[str, Vader] = {}


class SentimentIntensityAnalyzer:
    """Scores texts as the class of that name in vaderSentiment does, and many at once.

    The lexicon is read when it is needed first. Each analyzer has dicts of its own, which may be changed at any time: a change
    takes effect at the next call. Threads may use one analyzer at the same time while nobody changes its dicts.

    Args:
        lexicon_file: a file of the form of ``vader_lexicon.txt``: a token, a tab, its value. That name itself means the lexicon
            of vaderSentiment 3.3.2, which comes with this package. As in vaderSentiment, a token with a blank is never found.
        emoji_lexicon: a file of the form of ``emoji_utf8_lexicon.txt``: an emoji, a tab, its description. That name itself
            means the one of vaderSentiment. NLTK's rules do not look at emoji.
        rules: ``"vaderSentiment"`` (3.3.2) or ``"nltk"`` (3.10): whose rules, and words of rules, are followed.
        lexicon: words of one's own instead of ``lexicon_file``: a mapping of words to values, or the path of a file. A phrase,
            several words with a blank between each two, counts as one word, for which ``phrases`` has its value.
        boosters: a mapping of words and phrases to what they add to the value of a word behind them, negative if they weaken
            it, instead of those of English.
        negations: words that turn the value of a word behind them around, instead of those of English.
        idioms: a mapping of phrases of two or three words to the values that they have, instead of those of English.
        words: a mapping of roles in the rules to the words with the role, instead of those of English: ``"but"``, ``"no"``,
            ``"or"`` (or, nor), ``"never"``, ``"so"`` (so, this), ``"without"``, ``"doubt"``, ``"least"``, ``"at"`` (at, very),
            ``"kind"``, ``"of"``. In another language most have none: ``words={"but": ["aber"], "no": []}``.

    Raises:
        ValueError: there are no such rules, or a value is not finite, or a word of rules is not in lower case; the message
            names it. Or a line of a file has no tab, or no number.
        TypeError: an argument has the wrong type.
        OSError: a file cannot be read.

    Attributes:
        lexicon: a dict of tokens to values.
        emojis: a dict of emoji to descriptions; only single characters are found.
        phrases: a dict of phrases to values, each of which counts as one token; empty unless ``lexicon`` has some.

    >>> from text_processor.vader import SentimentIntensityAnalyzer
    >>> analyzer = SentimentIntensityAnalyzer()
    >>> analyzer.polarity_scores("The zeitgeist is bullish")["compound"]
    0.0
    >>> analyzer.lexicon.update({"bullish": 2.9})
    >>> analyzer.polarity_scores("The zeitgeist is bullish")["compound"]
    0.5994
    """

    __slots__ = ("__dict__", "_built", "_emojis", "_files", "_lexicon", "_phrases", "_rules", "_seen")

    def __init__(
        self,
        lexicon_file: str | os.PathLike[str] = _LEXICON_FILE,
        emoji_lexicon: str | os.PathLike[str] = _EMOJI_FILE,
        *,
        rules: str = "vaderSentiment",
        lexicon: Mapping[str, float] | str | os.PathLike[str] | None = None,
        boosters: Mapping[str, float] | None = None,
        negations: Iterable[str] | None = None,
        idioms: Mapping[str, float] | None = None,
        words: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        arguments.check_option("rules", rules, tuple(DIALECTS))
        english = _lexicons.english(rules)
        self._rules = _model.Rules(
            rules,
            english.boosters if boosters is None else _model.checked_numbers(boosters, "boosters"),
            english.negations if negations is None else _model.checked_words(negations, "negations"),
            english.idioms if idioms is None else _model.checked_numbers(idioms, "idioms"),
            _model.ROLES if words is None else _model.checked_roles(words),
        )
        self._files = (lexicon_file, emoji_lexicon)
        self._phrases = Watched()
        if lexicon is None:
            self._lexicon: dict[str, Any] = Watched(self.make_lex_dict())
        else:
            self._lexicon = Watched(_own_lexicon(lexicon))
            self._phrases.update((text, self._lexicon.pop(text)) for text in [*filter(_model.is_phrase, self._lexicon)])
        self._emojis: dict[str, Any] = Watched(self.make_emoji_dict())
        self._built: Vader | None = None
        is_english = all(own is None for own in (lexicon, boosters, negations, idioms, words))
        if is_english and self._files == (_LEXICON_FILE, _EMOJI_FILE) and type(self) is SentimentIntensityAnalyzer:
            self._built = _shared_vader(self._rules, self._lexicon, self._emojis)
        self._seen = self._look()

    # ---- Lexicons ----------------------------------------------------------------------------------------------------

    @property
    def lexicon(self) -> dict[str, Any]:
        """Tokens and their values. Another dict may be set; one that is not of this class is compared at each call."""
        return self._lexicon

    @lexicon.setter
    def lexicon(self, given: dict[str, Any]) -> None:
        self._lexicon = _checked_dict(given, "lexicon")

    @property
    def emojis(self) -> dict[str, Any]:
        """Emoji and their descriptions."""
        return self._emojis

    @emojis.setter
    def emojis(self, given: dict[str, Any]) -> None:
        self._emojis = _checked_dict(given, "emojis")

    @property
    def phrases(self) -> dict[str, Any]:
        """Phrases that count as one token, and their values."""
        return self._phrases

    @property
    def rules(self) -> str:
        """The name of the rules that are followed."""
        return self._rules.dialect

    @property
    def boosters(self) -> Mapping[str, float]:
        """What words and phrases add to the value of a word behind them."""
        return MappingProxyType(dict(self._rules.boosters))

    @property
    def negations(self) -> frozenset[str]:
        """Words that turn the value of a word behind them around."""
        return frozenset(self._rules.negations)

    @property
    def idioms(self) -> Mapping[str, float]:
        """Phrases and the values that they have."""
        return MappingProxyType(dict(self._rules.idioms))

    def make_lex_dict(self) -> dict[str, float]:
        """Return the tokens and values of the lexicon file as a new dict."""
        name = self._files[0]
        return _lexicons.english_lexicon() if name == _LEXICON_FILE else _lexicons.read_lexicon(name)

    def make_emoji_dict(self) -> dict[str, str]:
        """Return the emoji and descriptions of the emoji file as a new dict."""
        name = self._files[1]
        return _lexicons.english_emojis() if name == _EMOJI_FILE else _lexicons.read_emojis(name)

    def _look(self) -> tuple[Seen, Seen, Seen]:
        return Seen(self._lexicon), Seen(self._emojis), Seen(self._phrases)

    def _vader(self) -> Vader:
        """Return the object of the core for the dicts as they are now."""
        lexicon, emojis, phrases = self._seen
        if (
            self._built is None
            or not lexicon.is_still(self._lexicon)
            or not emojis.is_still(self._emojis)
            or not phrases.is_still(self._phrases)
        ):
            seen = self._look()  # before the dicts are read: a change meanwhile is then seen at the next call
            for text in self._phrases:
                _model.checked_phrase(text, "phrases")
            self._built = _model.built(self._rules, self._lexicon, self._phrases, self._emojis)
            self._seen = seen
        return self._built

    # ---- Scores ------------------------------------------------------------------------------------------------------

    def polarity_scores(self, text: str | bytes) -> dict[str, float]:
        """Return the shares of negative, neutral and positive words, and ``compound``, the sentiment from -1 to 1.

        It takes time in proportion to the length of the text. ``bytes`` are UTF-8.

        Raises:
            TypeError: ``text`` is neither ``str`` nor ``bytes``, or a value of the lexicon is no number.
            ValueError: a value of the lexicon is not finite.
            InvalidDocumentError: ``bytes`` are not UTF-8.

        >>> from text_processor.vader import SentimentIntensityAnalyzer
        >>> SentimentIntensityAnalyzer().polarity_scores("The plot was good, but the characters are uncompelling.")
        {'neg': 0.208, 'neu': 0.619, 'pos': 0.173, 'compound': -0.1027}
        """
        vader = self._vader()
        if isinstance(text, str) and (scores := vader.polarity_short(text)) is not None:
            return scores
        found = vader.score(closing_batch(_encoded(text)), 1).cast("d")
        return dict(zip(_NAMES, found, strict=True))

    def scores(self, texts: Any, threads: int | None = None, progress: Progress | bool | None = None) -> Any:
        """Return the scores of many texts: a structured array of NumPy with the fields ``neg``, ``neu``, ``pos``, ``compound``.

        Args:
            texts: an iterable of ``str`` and ``bytes``; or a `pathlib.Path` of a file, compressed or not, of which each line is
                a text; or a column of Arrow, polars or pandas, for which the answer is an Arrow array of structs with these
                fields, null where the column has no value.
            threads: the limit of threads; None means one for each processor.
            progress: called as ``progress(done, total)``, in bytes, up to 20 times a second; True shows a bar.

        Raises:
            TypeError: ``texts`` is one text, a mapping or a data frame, or an item is no text; the message gives its index.
            InvalidDocumentError: ``bytes`` are not UTF-8.
            ImportError: NumPy is not installed, or pyarrow for a column.

        >>> from text_processor.vader import SentimentIntensityAnalyzer
        >>> scores = SentimentIntensityAnalyzer().scores(["good", "not good", ""])
        >>> scores["compound"]
        array([ 0.4404, -0.3412,  0.    ])
        >>> scores.dtype.names
        ('neg', 'neu', 'pos', 'compound')
        """
        scorer = Scorer(self._vader(), threads, compound_only=False)
        scorer.add(texts, "scores", progress)
        return scorer.array("scores")

    def compound(self, texts: Any, threads: int | None = None, progress: Progress | bool | None = None) -> Any:
        """Return only ``compound`` of many texts, given as for `scores`: an array of floats, or an Arrow array for a column.

        It raises what `scores` raises.
        """
        scorer = Scorer(self._vader(), threads, compound_only=True)
        scorer.add(texts, "compound", progress)
        return scorer.array("compound")

    def explain(self, text: str | bytes) -> Explanation:
        """Return why a text has its scores: for each token its value and each rule that changed it.

        It raises what `polarity_scores` raises.

        >>> from text_processor.vader import SentimentIntensityAnalyzer
        >>> SentimentIntensityAnalyzer().explain("The food is really GOOD, but not cheap!")
        GOOD  1.9; capitals +0.733; booster (really) +0.293; but -1.46 = 1.463
        sum 1.463 +0.292 for punctuation: compound 0.4127
        """
        return Explanation(self._vader().explain(_encoded(text)))

    # ---- As an object ------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self._lexicon)} words, {len(self._emojis)} emoji, rules of {self.rules}>"

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the object of the core, which is made again at first use."""
        names = ("_emojis", "_files", "_lexicon", "_phrases", "_rules")
        return {**self.__dict__, **{name: getattr(self, name) for name in names}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self._built = None
        self._seen = self._look()


def _shared_vader(rules: _model.Rules, lexicon: Mapping[str, Any], emojis: Mapping[str, Any]) -> Vader:
    vader = _shared.get(rules.dialect)
    if vader is None:
        vader = _shared[rules.dialect] = _model.built(rules, lexicon, {}, emojis)
    return vader


def _own_lexicon(given: Mapping[str, float] | str | os.PathLike[str]) -> Mapping[str, float]:
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, str | os.PathLike):
        raise TypeError(f"lexicon must be a mapping of words to values or the path of a file, not {type(given).__name__}")
    return _lexicons.read_lexicon(Path(given))


def _checked_dict(given: Any, name: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise TypeError(f"{name} must be a dict, not {quoted(given)}")
    return cast(dict[str, Any], given)


def _encoded(text: Any) -> bytes:
    """Return a text as UTF-8, lone surrogates as characters of three bytes."""
    if isinstance(text, str):
        return arguments.plain(text).encode(errors="surrogatepass")
    return bytes(sources.checked_buffer(text, "text", "str or bytes"))


signatures.unquote(map(globals().get, __all__))
