"""The direct way of a text to the splitter: nothing in it changes, and one search finds all added tokens. Most take it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from itertools import chain, pairwise

from text_processor._documents import batches
from text_processor._native import unicode
from text_processor._native.bpe import PLAIN_WAY, Way
from text_processor.bpe._stages import normalizing, pipeline, utf8
from text_processor.bpe._stages.added_tokens import AddedToken
from text_processor.bpe._stages.special_names import Search


class Direct:
    """Which texts take it, with the added tokens that a call looks for.

    ``search`` finds them; None if there are none. ``form`` is the normal form that a text must have, or None. Texts with a name
    do not take it if ``has_places`` is false: a token takes white space beside it, or must be a word, or one search does not
    find what two do. No text takes it if ``is_open`` is false.
    """

    __slots__ = ("_way", "_way_with_names", "form", "has_places", "ids", "is_open", "search")

    def __init__(
        self,
        search: Search | None,
        tokens: Mapping[str, AddedToken],
        form: str | None,
        *,
        is_open: bool,
        has_places: bool,
    ) -> None:
        self.search = search
        self.ids = array("I", [] if search is None else [tokens[name].id for name in search.names])
        self.form, self.is_open, self.has_places = form, is_open, has_places
        self._way: Way = PLAIN_WAY if form is None else (0, b"", unicode.FORMS[form])
        address = 0 if self.search is None else self.search.address
        self._way_with_names: Way = (address, self.ids.tobytes(), self._way[2])

    @property
    def is_for_blocks(self) -> bool:
        """Whether every text takes it, so that its blocks can."""
        return self.is_open and self.form is None and (self.has_places or self.search is None)

    def way_of(self, text: str) -> Way | None:
        """Return the short way of a text; None if it has none. The way itself checks the normal form, and finds surrogates."""
        if not self.is_open:
            return None
        if self.search is None or not self.search.may_occur(text):
            return self._way
        return self._way_with_names if self.has_places else None

    def may_have_names(self, text: str | memoryview) -> bool:
        """Whether a name may be in a text, also once its surrogates are joined or replaced."""
        if self.search is None:
            return False
        if self.search.may_occur(text):
            return True
        return isinstance(text, str) and not text.isascii() and batches.find_surrogate(text) is not None

    def taken_by(self, text: str | memoryview) -> str | memoryview | None:
        """Return a text in the form in which it takes this way, or None if it does not."""
        if not self.is_open or (not self.has_places and self.may_have_names(text)):
            return None
        if self.form is None or (isinstance(text, str) and text.isascii()):
            return text
        data = utf8.as_utf8(text)
        return data if normalizing.is_normalized(data, self.form) else None


def new(
    search_for: Callable[[frozenset[str]], Search],
    added: Mapping[str, AddedToken],
    form: str | None,
    prefix_space: bool,
    chosen: frozenset[str],
) -> Direct:
    """Return the direct way for the chosen special tokens and all tokens that are not special.

    ``search_for`` gives a search, the same one for the same names.
    """
    before, after = pipeline.looked_for_by(added, form, chosen)
    tokens = before | after
    has_places = all(token.is_exact for token in tokens.values()) and _are_apart(before, after)
    search = search_for(chosen if tokens.keys() == chosen else frozenset(tokens)) if tokens else None
    return Direct(search, tokens, form, is_open=not prefix_space, has_places=has_places)


def _are_apart(before: Mapping[str, AddedToken], after: Mapping[str, AddedToken]) -> bool:
    """Whether one search for all names finds what the search for some and then, in what is left, for the others do.

    It does if no two names can overlap: no name begins with another one, nor with a character that is further on in a name.
    """
    if not before or not after:
        return True
    names = sorted([*before, *after])
    starts = {name[0] for name in names}
    if not starts.isdisjoint(chain.from_iterable(name[1:] for name in names)):
        return False
    return not any(longer.startswith(shorter) for shorter, longer in pairwise(names))
