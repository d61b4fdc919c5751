"""Look-ups of single tokens: by their bytes, their ids and their names. They are made on first use and kept with the model."""

from __future__ import annotations

from functools import cached_property
from weakref import WeakKeyDictionary

from text_processor.bpe._model import Model


class Lookup:
    """The tokens of a vocabulary by their bytes and by their ids, and the added tokens by their ids; it holds no model."""

    def __init__(self, model: Model) -> None:
        self.ids: dict[bytes, int] = dict(zip(model.tokens.each(), model.tokens.ids, strict=True))
        self.added_names: dict[int, str] = {number: name for name, number in model.special_ids.items()}
        self.special_ids = frozenset(number for name, number in model.special_ids.items() if name not in model.not_special)

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
