"""Check whether names can overlap in a text: one inside another, or the end of one is the beginning of another."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

# A character takes about 200 bytes of memory here. All names of a published tokenizer have at most 50,000 characters.
MOST_CHARACTERS = 1_000_000


def first_overlap(ones: Sequence[str], others: Sequence[str]) -> tuple[str, str] | None:
    """Return one of ``ones`` and one of ``others`` that can occur in a text at overlapping places, or None.

    O(characters), by the automaton of Aho and Corasick.

    Raises:
        ValueError: there are names of both kinds, and too many or too long ones.
    """
    if not ones or not others:
        return None
    n_characters = sum(map(len, ones)) + sum(map(len, others))
    if n_characters > MOST_CHARACTERS:
        why = "of which some are normalized and some are not, may have"
        raise ValueError(f"the added tokens, {why} {MOST_CHARACTERS} characters together, not {n_characters}")
    found = _first_met(ones, others)
    if found is None and (turned := _first_met(others, ones)):
        found = turned[1], turned[0]
    return found


def _first_met(texts: Sequence[str], names: Sequence[str]) -> tuple[str, str] | None:
    """Return a text and a name that is in it, or that begins with its end."""
    prefixes = _Prefixes(names)
    for text in texts:
        node = 0
        for node in prefixes.walk(text):
            if (name := prefixes.ending[node]) is not None:
                return text, names[name]
        if node != 0:
            return text, names[prefixes.beginning[node]]
    return None


class _Prefixes:
    """The prefixes of some names, as the nodes of a tree; 0 is the empty one."""

    def __init__(self, names: Sequence[str]) -> None:
        self.beginning = array("I", [0])  # a name that begins with the prefix
        self.ending: list[int | None] = [None]  # a name that the prefix ends with
        self._lengths = array("I", [0])
        self._parents = array("I", [0])
        self._last = array("I", [0])  # the last character
        self._longer: dict[int, int] = {}  # the prefix that is one character longer, by node and that character
        for number, name in enumerate(names):
            self._add(name, number)
        # The longest other prefix that the prefix ends with.
        self._shorter = array("I", bytes(self._lengths.itemsize * len(self._lengths)))
        for node in sorted(range(1, len(self._lengths)), key=self._lengths.__getitem__):
            parent = self._parents[node]
            shorter = self._step(self._shorter[parent], self._last[node]) if parent != 0 else 0
            self._shorter[node] = shorter
            if self.ending[node] is None:
                self.ending[node] = self.ending[shorter]

    def _add(self, name: str, number: int) -> None:
        node = 0
        for length, character in enumerate(map(ord, name), 1):
            n_nodes = len(self._lengths)
            parent, node = node, self._longer.setdefault(node << 21 | character, n_nodes)
            if node == n_nodes:
                self.beginning.append(number)
                self.ending.append(None)
                self._lengths.append(length)
                self._parents.append(parent)
                self._last.append(character)
        self.ending[node] = number

    def _step(self, node: int, character: int) -> int:
        """Return the longest prefix that the text of a node and one more character end with."""
        while node != 0 and node << 21 | character not in self._longer:
            node = self._shorter[node]
        return self._longer.get(node << 21 | character, 0)

    def walk(self, text: str) -> Iterator[int]:
        """Give, for each character of a text, the longest prefix that the text up to there ends with."""
        node = 0
        for character in map(ord, text):
            node = self._step(node, character)
            yield node
