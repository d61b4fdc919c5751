"""Look-ups of single tokens: by their bytes, their ids and their names. They are made on first use and kept with the model."""

from __future__ import annotations

from functools import cached_property
from weakref import WeakKeyDictionary

from text_processor.bpe._files import alphabet
from text_processor.bpe._model import Model


class Lookup:
    """The tokens of a vocabulary and the added tokens, by their bytes, ids and names; it holds no model."""

    def __init__(self, model: Model) -> None:
        self.ids: dict[bytes, int] = dict(zip(model.tokens.each(), model.tokens.ids, strict=True))
        self.added_ids: dict[str, int] = {name: token.id for name, token in model.added.items()}
        self.special_ids = frozenset(model.special_ids.values())

    @cached_property
    def added_names(self) -> dict[int, str]:
        """The names by their ids; of several with one id the first, as in decoding."""
        return {number: name for name, number in reversed(self.added_ids.items())}

    def id_of(self, name: str) -> int | None:
        """Return the id of the token of the vocabulary with a name in the byte-level alphabet, or None."""
        try:
            return self.ids.get(alphabet.to_bytes(name))
        except UnicodeEncodeError:
            return None

    @cached_property
    def tokens(self) -> dict[int, bytes]:
        return {number: token for token, number in self.ids.items()}

    @cached_property
    def in_order(self) -> list[bytes]:
        """All tokens, sorted by their bytes."""
        return sorted(self.ids)

    @cached_property
    def longest(self) -> int:
        """The number of bytes of the longest token."""
        return max(map(len, self.ids))


_lookups: WeakKeyDictionary[Model, Lookup] = WeakKeyDictionary()


def lookup_of(model: Model) -> Lookup:
    """Return the look-ups of a model, which live as long as the model. The first call takes O(vocabulary) time."""
    lookup = _lookups.get(model)
    if lookup is None:
        lookup = _lookups[model] = Lookup(model)  # two threads may both make one: they are equal
    return lookup
