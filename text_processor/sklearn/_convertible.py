"""What every vectorizer of ours has: ``threads``, words of UAX #29, and the way to scikit-learn's own class and back."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, Self, cast

from text_processor._native.segment import find

# The token pattern that stands for the words of Unicode Standard Annex #29.
UAX29 = "uax29"

# What is kept from one call to the next, and is no part of a fitted vectorizer.
KEPT_TO_OURSELVES = {"_kept"}

# What scikit-learn's own classes do not have.
_OURS = {*KEPT_TO_OURSELVES, "_seen", "threads"}


class Convertible:
    """What becomes scikit-learn's own class, and back."""

    _PEER: Any

    threads: int | None = 1  # of objects that were made without it

    def build_tokenizer(self) -> Any:
        """Return the function that finds the words of a text, as scikit-learn does."""
        vectorizer: Any = self
        if vectorizer.tokenizer is None and vectorizer.token_pattern == UAX29:
            return _uax29_words
        return cast(Any, super()).build_tokenizer()

    def to_sklearn(self) -> Any:
        """Return a vectorizer of scikit-learn's own class with the same parameters and all that was fitted.

        Its pickle opens where this package is not installed.

        >>> from text_processor.sklearn import CountVectorizer
        >>> type(CountVectorizer().fit(["a car"]).to_sklearn()).__module__
        'sklearn.feature_extraction.text'
        """
        if vars(self).get("token_pattern") == UAX29:
            raise ValueError(f"scikit-learn has no token_pattern {UAX29!r}")
        self._finish()
        vars(self).pop("_kept", None)  # what is made shares the vocabulary, and may change it
        made = self._PEER.__new__(self._PEER)
        vars(made).update((name, value) for name, value in vars(self).items() if name not in _OURS)
        return made

    def _finish(self) -> None:
        """Do what was put off."""

    @classmethod
    def from_sklearn(cls, vectorizer: Any) -> Self:
        """Return a vectorizer of this class with the parameters of scikit-learn's, and all that was fitted.

        Raises:
            TypeError: ``vectorizer`` is not of scikit-learn's class of the same name.
        """
        if type(cast(object, vectorizer)) is not cls._PEER:
            raise TypeError(f"from_sklearn takes scikit-learn's {cls._PEER.__name__}, not {told_apart(vectorizer, cls)}")
        made = cls.__new__(cls)
        vars(made).update(vars(cast(object, vectorizer)))
        return made


def init_of(peer: Any) -> Callable[..., None]:
    """Return the ``__init__`` of a class with the parameters of scikit-learn's, whatever its version has, and ours."""

    def __init__(self: Any, *, threads: int | None = 1, **parameters: Any) -> None:  # noqa: N807 - it becomes that
        peer.__init__(self, **parameters)
        self.threads = threads

    theirs = signature(peer.__init__)
    ours = Parameter("threads", Parameter.KEYWORD_ONLY, default=1)
    cast(Any, __init__).__signature__ = theirs.replace(parameters=[*theirs.parameters.values(), ours])
    return __init__


def told_apart(given: object, kind: type) -> str:
    """Return the name of a class; its module if only that differs from another."""
    name = type(given).__name__
    return f"one of {type(given).__module__}" if name == kind.__name__ else name


def _uax29_words(text: str) -> list[str]:
    """Return the words of Unicode Standard Annex #29."""
    encoded = text.encode(errors="replace")  # a lone surrogate is in no word
    bounds = (array for array in find(encoded, "words", in_characters=False))
    return [encoded[start:end].decode() for each in bounds for start, end in zip(each[::2], each[1::2], strict=True)]
