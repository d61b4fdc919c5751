"""Read a regular expression as its library does, and turn it into the program that the core compiles.

Dialects are that of Rust's crates regex and fancy-regex, which tiktoken uses, and that of Oniguruma with the syntax of Ruby,
which a tokenizer.json has. What is read here means exactly what it means there. For everything else, which may be valid there,
`BeyondError` is raised: look-behind, back references, look-ahead over more than a character, atomic groups that are not plain.

The program is described at ``tp_split_step`` in the header of the core.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, NoReturn

from text_processor._documents import batches
from text_processor.bpe._split import sets
from text_processor.bpe._split.sets import Set

# As in the core, which also bounds what comes of them. Groups are read by recursion.
MOST_CHARACTERS = 10_000
MOST_INSTRUCTIONS = 1 << 12
MOST_NESTED = 50
# The ranges that are looked at while sets are built: a tenth of a second.
MOST_RANGES = 400_000


class BeyondError(Exception):
    """The expression has something that the core's machine cannot do."""


def _beyond(what: str) -> NoReturn:
    raise BeyondError(what)


# ---- What an expression consists of ----------------------------------------------------------------------------------


class Take(NamedTuple):
    """A character of a set."""

    members: Set


class Look(NamedTuple):
    """Nothing, if the next character is in a set, or at the end of the text if that may be."""

    members: Set
    at_end: bool


class Sequence(NamedTuple):
    """One thing after the other."""

    parts: tuple[Node, ...]


class Choice(NamedTuple):
    """One of several, the first preferred."""

    ways: tuple[Node, ...]


class Repeat(NamedTuple):
    """Something several times; ``most`` is None without a limit. A possessive repeat gives nothing back."""

    node: Node
    least: int
    most: int | None
    is_lazy: bool = False
    is_possessive: bool = False


Node = Take | Look | Sequence | Choice | Repeat

_NOTHING = Sequence(())
_END = Look((), at_end=True)


def _in_sequence(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _one_of(ways: list[Node]) -> Node:
    """Return a choice; of sets alone it is their union."""
    if all(isinstance(way, Take) for way in ways):
        return Take(sets.union(*(way.members for way in ways if isinstance(way, Take))))
    return ways[0] if len(ways) == 1 else Choice(tuple(ways))


def _may_be_empty(node: Node) -> bool:
    match node:
        case Take():
            return False
        case Look():
            return True
        case Sequence(parts):
            return all(map(_may_be_empty, parts))
        case Choice(ways):
            return any(map(_may_be_empty, ways))
        case Repeat(inner, least):
            return least == 0 or _may_be_empty(inner)


def _atomic(node: Node) -> Node:
    """Return a node that gives nothing back once it has matched."""
    match node:
        case Take() | Look():
            return node
        case Sequence(parts) if all(isinstance(part, Take | Look) for part in parts):
            return node
        case Repeat(Take(), _, _, is_lazy=False):
            return node._replace(is_possessive=True)
        case _:
            _beyond("an atomic group of more than a repeated set")


def _looked_at(node: Node) -> Look:
    """Return what a look-ahead says of the next character alone."""
    match node:
        case Take(members):
            return Look(members, at_end=False)
        case Look():
            return node
        case Sequence(()):
            return Look(sets.EVERYTHING, at_end=True)
        case Choice(ways):
            looks = [_looked_at(way) for way in ways]
            return Look(sets.union(*(each.members for each in looks)), any(each.at_end for each in looks))
        case Repeat(Take(members), least, most) if most != 0:
            return Look(members, at_end=False) if least == 1 else _looked_at_nothing(least)
        case _:
            _beyond("a look-ahead over more than one character")


def _looked_at_nothing(least: int) -> Look:
    if least > 0:
        _beyond("a look-ahead over more than one character")
    return Look(sets.EVERYTHING, at_end=True)


# ---- The program -----------------------------------------------------------------------------------------------------

_MATCH, _TAKE, _FORK, _IF_NEXT, _IF_NEXT_OR_END = range(5)


class _Program:
    """Instructions, made from the last to the first: each one is given what comes next."""

    def __init__(self) -> None:
        self.sets: dict[Set, int] = {}
        self.instructions: list[tuple[int, int, int]] = []

    def words(self, node: Node) -> array[int]:
        self._add(_MATCH, 0, 0)  # replaced by the first one
        start = self._made(node, self._add(_MATCH, 0, 0))
        self.instructions[0] = self.instructions[start]
        words = array("I", [len(self.sets), len(self.instructions)])
        for members in self.sets:
            words.append(len(members))
            words.extend(code for both in members for code in both)
        words.extend(number for each in self.instructions for number in each)
        return words

    def _add(self, operation: int, argument: int, following: int) -> int:
        if len(self.instructions) == MOST_INSTRUCTIONS:
            _beyond("too many instructions")
        self.instructions.append((operation, argument, following))
        return len(self.instructions) - 1

    def _add_set(self, operation: int, members: Set, following: int) -> int:
        return self._add(operation, self.sets.setdefault(members, len(self.sets)), following)

    def _made(self, node: Node, following: int) -> int:
        """Make the instructions of a node, and return the first one."""
        match node:
            case Take(members):
                return self._add_set(_TAKE, members, following)
            case Look(members, at_end):
                return self._add_set(_IF_NEXT_OR_END if at_end else _IF_NEXT, members, following)
            case Sequence(parts):
                for part in reversed(parts):
                    following = self._made(part, following)
                return following
            case Choice(ways):
                starts = [self._made(way, following) for way in ways]
                start = starts[-1]
                for other in reversed(starts[:-1]):
                    start = self._add(_FORK, start, other)
                return start
            case Repeat():
                return self._repeated(node, following)

    def _repeated(self, node: Repeat, following: int) -> int:
        if node.most is None and node.least == 0:
            return self._loop(node, following)[0]
        if node.most is None:
            following = self._loop(node, following)[1]
            n_required = node.least - 1
        else:
            stop = following
            for _ in range(node.most - node.least):
                following = self._choose(node, self._made(node.node, following), stop)
            n_required = node.least
        for _ in range(n_required):
            following = self._made(node.node, following)
        return following

    def _loop(self, node: Repeat, following: int) -> tuple[int, int]:
        """Make a loop, and return its start for no round or more, and for one or more."""
        start = self._add(_FORK, 0, 0)
        inner = self._made(node.node, start)
        end = self._ended(node, following)
        self.instructions[start] = (_FORK, inner, end) if node.is_lazy else (_FORK, end, inner)
        return start, inner

    def _choose(self, node: Repeat, inner: int, following: int) -> int:
        """Make the choice between another round and the end."""
        end = self._ended(node, following)
        return self._add(_FORK, inner, end) if node.is_lazy else self._add(_FORK, end, inner)

    def _ended(self, node: Repeat, following: int) -> int:
        """A possessive repeat of a set ends only where it cannot go on."""
        if not node.is_possessive:
            return following
        assert isinstance(node.node, Take)
        return self._add_set(_IF_NEXT_OR_END, sets.complement(node.node.members), following)


# ---- Reading ---------------------------------------------------------------------------------------------------------

_CONTROLS = {"n": 0x0A, "r": 0x0D, "t": 0x09, "f": 0x0C, "v": 0x0B, "a": 0x07}
_PUNCTUATION = frozenset(r"""!"#$%&'()*+,-./:;=?@[\]^_`{|}~ """)
_HEX_DIGITS = sets.union(((0x30, 0x39),), ((0x41, 0x46),), ((0x61, 0x66),))
_NEWLINE = sets.of("\n")

# With case ignored, these letters together fold like one character in Oniguruma: ß, ﬅ, ﬀ, ﬁ, ﬂ.
_LIGATURES = frozenset({"ss", "st", "ff", "fi", "fl"})

# Rust's classes of ASCII, which Oniguruma takes for those of Unicode.
_POSIX = {
    "alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "ascii": ((0x00, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "digit": ((0x30, 0x39),),
    "graph": ((0x21, 0x7E),),
    "lower": ((0x61, 0x7A),),
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": ((0x41, 0x5A),),
    "word": ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
    "xdigit": _HEX_DIGITS,
}
_POSIX_IN_UNICODE = {"alpha": "Alphabetic", "lower": "Lowercase", "upper": "Uppercase", "space": "White_Space", "digit": "Nd"}

_REPEAT = re.compile(r"([?*+])([?+]?)|\{([0-9]{1,9})(?:(,)([0-9]{0,9}))?\}([?+]?)|\{,([0-9]{1,9})\}([?+]?)")
_HEX = re.compile(r"x([0-7][0-9A-Fa-f])|x\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|U([0-9A-Fa-f]{8})")
_PROPERTY = re.compile(r"([pP])(?:\{(\^?)([A-Za-z0-9_ -]+)(?:(=)([A-Za-z_ -]+))?\}|([LMNPSZC]))")
_NAMED_GROUP = re.compile(r"\(\?(P?)<[A-Za-z_][A-Za-z0-9_]*>")
_FLAGS = re.compile(r"\(\?([ims]*)(?:-([ims]+))?([:)])")


@dataclass(frozen=True, slots=True)
class _Flags:
    ignores_case: bool = False
    dot_is_all: bool = False
    dollar_is_line: bool = False


def program_of(pattern: str, dialect: str) -> array[int]:
    """Return the program of an expression, or raise `BeyondError`."""
    if len(pattern) > MOST_CHARACTERS or batches.find_surrogate(pattern) is not None:
        _beyond("too long, or no text")
    reader = _OnigurumaReader(pattern) if dialect == "oniguruma" else _Reader(pattern)
    return _Program().words(reader.read())


class _Reader:
    """One pass over an expression, in Rust's dialect."""

    is_oniguruma = False

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.n_nested = 0
        self.n_ranges = 0  # that were looked at

    def read(self) -> Node:
        node = self._choice(_Flags())
        if self.at < len(self.pattern):
            self._beyond()
        return node

    def _beyond(self) -> NoReturn:
        _beyond(f"what is at character {self.at}")

    def _counted(self, members: Set) -> Set:
        self.n_ranges += len(members) + 1
        if self.n_ranges > MOST_RANGES:
            _beyond("too large sets")
        return members

    def _begins(self, *tokens: str) -> bool:
        return self.pattern.startswith(tokens, self.at)

    # ---- Groups ----

    def _choice(self, flags: _Flags) -> Node:
        """Read up to the end of the group."""
        self.n_nested += 1
        if self.n_nested > MOST_NESTED:
            _beyond("too deeply nested")
        ways, parts = list[Node](), list[Node]()
        while self.at < len(self.pattern) and not self._begins(")"):
            if self._begins("|"):
                self.at += 1
                ways.append(_in_sequence(parts))
                parts = []
            elif found := self._bare_flags():
                flags = self._with_flags(flags, found)
            else:
                parts.append(self._repeated(self._atom(flags)))
        ways.append(_in_sequence(parts))
        self.n_nested -= 1
        return _one_of(ways)

    def _bare_flags(self) -> re.Match[str] | None:
        found = _FLAGS.match(self.pattern, self.at)
        if found is None or found[3] == ":" or not (found[1] or found[2]):
            return None
        if self.is_oniguruma and self.at > 0:  # there the rest, with its alternatives, becomes a group
            self._beyond()
        self.at = found.end()
        return found

    def _with_flags(self, flags: _Flags, found: re.Match[str]) -> _Flags:
        for letters, value in ((found[1], True), (found[2] or "", False)):
            if "i" in letters:
                flags = replace(flags, ignores_case=value)
            if ("m" if self.is_oniguruma else "s") in letters:
                flags = replace(flags, dot_is_all=value)
            if not self.is_oniguruma and "m" in letters:
                flags = replace(flags, dollar_is_line=value)
            if self.is_oniguruma and "s" in letters:
                self._beyond()
        return flags

    def _group(self, flags: _Flags) -> Node:
        finish: Callable[[Node], Node] = lambda node: node  # noqa: E731
        if self._begins("(?="):
            finish, width = _looked_at, 3
        elif self._begins("(?!"):
            finish, width = _not_looked_at, 3
        elif self._begins("(?>"):
            finish, width = _atomic, 3
        elif (found := _NAMED_GROUP.match(self.pattern, self.at)) and not (self.is_oniguruma and found[1]):
            width = found.end() - self.at
        elif (found := _FLAGS.match(self.pattern, self.at)) and found[3] == ":":
            flags, width = self._with_flags(flags, found), found.end() - self.at
        elif self._begins("(?", "(*"):
            self._beyond()
        else:
            width = 1
        self.at += width
        node = self._choice(flags)
        if not self._begins(")"):
            self._beyond()
        self.at += 1
        if finish in (_looked_at, _not_looked_at) and self._begins("?", "*", "+", "{"):
            self._beyond()
        return finish(node)

    # ---- Repeats ----

    def _repeated(self, node: Node) -> Node:
        found = _REPEAT.match(self.pattern, self.at)
        if found is None:
            return node
        if isinstance(node, Look):
            self._beyond()
        least, most, suffix = self._limits(found)
        self.at = found.end()
        if most != 1 and _may_be_empty(node):
            _beyond("a repeat of what may be empty")
        if (most is not None and (least > most or most > MOST_INSTRUCTIONS)) or least > MOST_INSTRUCTIONS:
            _beyond("too many repeats")
        made = Repeat(node, least, most, is_lazy=suffix == "?")
        if suffix == "+" and found[1] is None and self.is_oniguruma:  # there a{1,3}+ is (?:a{1,3})+
            if least == 0:
                _beyond("a repeat of what may be empty")
            made = Repeat(made, 1, None)
        elif suffix == "+":
            if not isinstance(node, Take):
                _beyond("a possessive repeat of more than a set")
            made = made._replace(is_possessive=True)
        if self._begins("?", "*", "+", "{"):
            self._beyond()
        return made

    def _limits(self, found: re.Match[str]) -> tuple[int, int | None, str]:
        if found[1]:
            least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}[found[1]]
            return least, most, found[2]
        if found[7]:  # which is another repeat only in Oniguruma
            if not self.is_oniguruma:
                self._beyond()
            return 0, int(found[7]), found[8]
        least = int(found[3])
        if not found[4]:
            if found[6] == "?" and self.is_oniguruma:  # there a{2}? is (?:a{2})?
                self._beyond()
            return least, least, found[6]
        return least, int(found[5]) if found[5] else None, found[6]

    # ---- Characters ----

    def _atom(self, flags: _Flags) -> Node:
        character = self.pattern[self.at]
        if character in "?*+{^":
            self._beyond()
        match character:
            case "(":
                return self._group(flags)
            case "[":
                return Take(self._counted(self._set(flags)))
            case ".":
                self.at += 1
                return Take(sets.EVERYTHING if flags.dot_is_all else sets.complement(_NEWLINE))
            case "$":
                self.at += 1
                return Look(_NEWLINE, at_end=True) if self._dollar_is_line(flags) else _END
            case "\\":
                return self._escape(flags)
            case _:
                self.at += 1
                return self._literal(ord(character), flags)

    def _dollar_is_line(self, flags: _Flags) -> bool:
        return self.is_oniguruma or flags.dollar_is_line

    def _literal(self, code: int, flags: _Flags) -> Node:
        one = ((code, code),)
        return Take(self._counted(sets.without_case(one)) if flags.ignores_case else one)

    def _escape(self, flags: _Flags) -> Node:
        if self._begins(r"\z"):
            self.at += 2
            return _END
        code = self._escaped_character()
        if code is not None:
            return self._literal(code, flags)
        return Take(self._counted(self._class(flags)))

    def _escaped_character(self) -> int | None:
        """Read an escape for one character; None if it is none."""
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter in _CONTROLS:
            self.at += 2
            return _CONTROLS[letter]
        if letter and letter in _PUNCTUATION:
            self.at += 2
            return ord(letter)
        found = _HEX.match(self.pattern, self.at + 1)
        if found is None:
            return None
        if self.is_oniguruma and (found[4] or found[5]):
            self._beyond()
        code = int(next(filter(None, found.groups())), 16)
        if code > sets.LAST or 0xD800 <= code < 0xE000:
            self._beyond()
        self.at = found.end()
        return code

    def _class(self, flags: _Flags) -> Set:
        r"""Read a class such as \s or \p{L}."""
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter in ("p", "P"):
            return self._property(flags)
        members = self._named_class(letter.lower())
        self.at += 2
        return sets.complement(members) if letter.isupper() else members

    def _named_class(self, letter: str) -> Set:
        if letter == "w":
            return self._word()
        if letter == "h":
            return _HEX_DIGITS
        if letter not in ("s", "d"):
            self._beyond()
        return sets.property_of("White_Space" if letter == "s" else "Nd")

    def _word(self) -> Set:
        return sets.union(*map(sets.property_of, ("Alphabetic", "M", "Nd", "Pc", "Join_Control")))

    def _property(self, flags: _Flags) -> Set:
        found = _PROPERTY.match(self.pattern, self.at + 1)
        if found is None or (self.is_oniguruma and (found[4] or found[6])):
            self._beyond()
        name = sets.name_of(found[6] or found[5] or found[3])
        if name is None or (found[4] and not self._is_value(found[3], name)):
            self._beyond()
        members = self._counted(sets.property_of(name))
        if flags.ignores_case:
            members = self._counted(sets.without_case(members))
        self.at = found.end()
        return sets.complement(members) if (found[1] == "P") != (found[2] == "^") else members

    @staticmethod
    def _is_value(key: str, name: str) -> bool:
        """Whether a property's name is one of a value of script or of general category."""
        wanted = key.lower().replace("_", "").replace(" ", "").replace("-", "")
        if wanted in ("script", "sc"):
            return name in sets.SCRIPTS
        return wanted in ("generalcategory", "gc") and name in sets.CATEGORIES

    # ---- Sets ----

    def _set(self, flags: _Flags) -> Set:
        """Read a set in brackets: members, or operations on several lists of them, which have no precedence."""
        self.n_nested += 1
        if self.n_nested > MOST_NESTED:
            _beyond("too deeply nested")
        is_negated = self._begins("[^")
        self.at += 2 if is_negated else 1
        found = self._members(flags, is_first=True)
        while not self._begins("]"):
            operation = self.pattern[self.at : self.at + 2]
            self.at += 2
            other = self._members(flags, is_first=False)
            found = self._combined(found, operation, other)
        self.at += 1
        self.n_nested -= 1
        if flags.ignores_case:
            found = self._counted(sets.without_case(found))
        return self._counted(sets.complement(found)) if is_negated else found

    def _combined(self, one: Set, operation: str, other: Set) -> Set:
        match operation:
            case "&&":
                return self._counted(sets.intersection(one, other))
            case "--":
                return self._counted(sets.intersection(one, sets.complement(other)))
            case _:
                both = sets.intersection(one, other)
                return self._counted(sets.intersection(sets.union(one, other), sets.complement(both)))

    def _is_operation(self) -> bool:
        return self._is_operator() or (not self.is_oniguruma and self._begins("--"))

    def _is_operator(self) -> bool:
        """Whether characters follow that are no members, wherever they stand."""
        return self._begins("&&") or (not self.is_oniguruma and self._begins("~~"))

    def _members(self, flags: _Flags, *, is_first: bool) -> Set:
        found, single, start = list[Set](), list[int](), self.at
        while True:
            if self.at >= len(self.pattern):
                self._beyond()
            if self._begins("]") and not (is_first and self.at == start):
                break
            if self.at > start and self._is_operation():
                break
            self._member(flags, found, single, is_first=is_first and self.at == start)
        if self.at == start:
            self._beyond()
        members = self._counted(sets.union(*found, sets.of(single)))
        return self._counted(sets.without_case(members)) if flags.ignores_case else members

    def _member(self, flags: _Flags, found: list[Set], single: list[int], *, is_first: bool) -> None:
        if self._begins("[:"):
            found.append(self._posix())
        elif self._begins("["):
            found.append(self._set(flags))
        elif (code := self._member_character(is_first=is_first)) is None:
            found.append(self._counted(self._class(flags)))
        elif self._begins("-") and not self._begins("-]", "--"):
            self.at += 1
            last = None if self._begins("[") else self._member_character(is_first=False)
            if last is None or last < code:
                self._beyond()
            found.append(((code, last),))
        else:
            single.append(code)

    def _member_character(self, *, is_first: bool) -> int | None:
        """Read a character in a set; None if a class begins here."""
        character = self.pattern[self.at : self.at + 1]
        if character == "\\":
            return self._escaped_character()
        # A hyphen alone is one at the start or at the end; elsewhere the dialects differ.
        if not character or (character == "-" and not (self._begins("-]") or (is_first and not self._begins("--")))):
            self._beyond()
        if self._is_operator() or (character == "]" and self._begins("]-")):
            self._beyond()
        self.at += 1
        if character == "-" and self._begins("-"):
            self._beyond()
        return ord(character)

    def _posix(self) -> Set:
        end = self.pattern.find(":]", self.at)
        if end < 0:
            self._beyond()
        name = self.pattern[self.at + 2 : end]
        members = self._posix_class(name.removeprefix("^"))
        self.at = end + 2
        return sets.complement(members) if name.startswith("^") else members

    def _posix_class(self, name: str) -> Set:
        if name not in _POSIX:
            self._beyond()
        return _POSIX[name]


def _not_looked_at(node: Node) -> Look:
    look = _looked_at(node)
    return Look(sets.complement(look.members), not look.at_end)


class _OnigurumaReader(_Reader):
    """The same in Oniguruma's dialect, with the syntax of Ruby."""

    is_oniguruma = True

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._start = 0  # of the present item
        self._letter, self._letter_end = "", -1  # the last one whose case is ignored, and where it ends

    def _atom(self, flags: _Flags) -> Node:
        self._start = self.at
        return super()._atom(flags)

    def _literal(self, code: int, flags: _Flags) -> Node:
        if flags.ignores_case:
            letter = chr(code).lower()
            before = self._letter if self._letter_end == self._start else ""
            if code >= 0x80 or before + letter in _LIGATURES:
                self._beyond()
            self._letter, self._letter_end = letter, self.at
        return super()._literal(code, flags)

    def _class(self, flags: _Flags) -> Set:
        if flags.ignores_case:
            self._beyond()
        return super()._class(flags)

    def _set(self, flags: _Flags) -> Set:
        if flags.ignores_case:
            self._beyond()
        return super()._set(flags)

    def _word(self) -> Set:
        r"""Return the class of \w, which in Latin-1 has all numbers, and elsewhere only the decimal ones."""
        return sets.union(*map(sets.property_of, ("Alphabetic", "M", "Nd", "Pc")), sets.of("²³¹¼½¾"))

    def _posix_class(self, name: str) -> Set:
        if name not in _POSIX_IN_UNICODE:
            self._beyond()
        return sets.property_of(_POSIX_IN_UNICODE[name])
