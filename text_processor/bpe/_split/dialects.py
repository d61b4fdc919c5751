"""Check untrusted regular expressions before the package ``regex`` compiles them.

A pattern is written for one library and used by another. It is accepted only if every construct in it means the same in both:
in ``regex`` (its version 0) and in tiktoken, which uses the dialect of Rust's crates regex and fancy-regex; for a
tokenizer.json also in Oniguruma with the syntax of Ruby. The constructs that mean the same are listed; every other one raises.
The tests compare the engines. Differences between their versions of Unicode are ignored.

The same pass limits the cost of a pattern, before ``regex`` compiles it. It takes time linear in the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from text_processor._common.messages import quoted
from text_processor._documents import batches

# Published patterns have up to 1,000 characters and 200 states. regex copies repeated parts, and visits branches by recursion
# in C: (?:abc|d){3000} overflows a stack of 128 KB, which threads have under musl. Among patterns of the allowed size, twenty
# kinds and 6,000 random ones were tried; none took more than 1.2 MB, 40 ms, or that stack.
MOST_CHARACTERS = 10_000
MOST_STATES = 4_000
# regex parses groups by recursion, with about six calls for each; Python allows 1,000.
MOST_NESTED = 50
# The limit of Oniguruma. Optional repeats, unlike required ones, are not copied.
MOST_REPEATS = 100_000


_CATEGORIES = "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co Cn"
_SCRIPTS = (
    "Arabic Armenian Bengali Bopomofo Common Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew "
    "Hiragana Inherited Kannada Katakana Khmer Lao Latin Malayalam Mongolian Myanmar Sinhala Tamil Telugu Thai Tibetan"
)
_OTHER_PROPERTIES = (
    "Letter Mark Number Punctuation Symbol Separator Other Alphabetic Uppercase White_Space Emoji Ideographic Math Any ASCII"
)
PROPERTIES = frozenset(f"{_CATEGORIES} {_SCRIPTS} {_OTHER_PROPERTIES}".split())

_PUNCTUATION = r"""!"#$%&'()*+,\-./:;=?@\[\\\]^_`{|}~ """
_CHARACTER = rf"\\(?:[nrtfva{_PUNCTUATION}]|x[0-7][0-9A-Fa-f]|u(?![dD][89a-fA-F])[0-9A-Fa-f]{{4}})"
_CLASS = r"\\[sSdDwW]"
_PROPERTY = r"\\[pP](?:\{\^?(?P<name>\w+)\}|(?P<letter>[LMNPSZC]))"

# Constructs outside of sets.
_LEXEME = re.compile(
    rf"""
    (?P<character> [^\\\[(){{|?*+.^$] | {_CHARACTER} )
    | (?P<class> {_CLASS} | \. )
    | (?P<property> {_PROPERTY} )
    | (?P<set> \[ (?P<negated> \^? ) (?: \](?!-) | -(?!-) )? )
    | (?P<open> \( (?: \? (?: [:=!>] | <[=!] | i: ) | (?!\?) ) )
    | (?P<close> \) )
    | (?P<bar> \| )
    | (?P<repeat> (?: [?*+] | \{{ (?P<least> [0-9]+ ) (?P<comma> ,? ) (?P<most> [0-9]* ) \}} ) (?P<suffix> [?+]? ) )
    | (?P<anchor> \^ | \\[AzbB] )
    """,
    # The blank among the escapes is in brackets, so that VERBOSE does not ignore it.
    re.VERBOSE | re.DOTALL,
)

_IN_SET = rf"(?: [^\\\[\]&~|-] | &(?!&) | ~(?!~) | \|(?!\|) | {_CHARACTER} )"
_MEMBER = re.compile(
    rf"""
    (?P<range> (?P<first> {_IN_SET} ) - (?P<last> {_IN_SET} ) )
    | (?P<character> {_IN_SET} | -(?=\]) )
    | (?P<class> {_CLASS} )
    | (?P<property> {_PROPERTY} )
    """,
    re.VERBOSE | re.DOTALL,
)

# Properties that tell letters of different cases apart, and the long runs of characters without any, from Chinese radicals on.
_CASED = frozenset({"Lu", "Ll", "Lt", "Uppercase"})
_WITHOUT_CASE = (("\u2e80", "\ua63f"), ("\uac00", "\ud7ff"), ("\U00020000", "\U0010ffff"))

# With case ignored, i also matches U+0130 and U+0131 in regex, but in no other engine.
_DOTTED = "iIİı"
# Two letters that also match one character in Oniguruma, with case ignored: ß, ﬅ, ﬀ, ﬂ.
_LIGATURES = frozenset({"ss", "st", "ff", "fl"})
# Characters that certainly mean the same in Oniguruma, with case ignored.
_PLAIN = frozenset("abcdefghjklmnopqrstuvwxyzABCDEFGHJKLMNOPQRSTUVWXYZ' ")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a"}


_END = r"the end of the text is (?![\s\S])"
_PROPERTIES = r"write \p{…} with a general category, such as Lu, or a script, such as Han"
_SETS = r"what is in two sets is (?=[…])[…], what is only in the second (?![…])[…]; a bracket itself is \["

# The beginning of each construct, its name, and what to write instead.
_REFUSED = (
    (r"\$|\\Z", "", _END),
    (r"\\[1-9]\d*|\\[kg]", "the back reference ", "write out what is to come again"),
    (r"\\[<>]", "", "the character itself is written without the backslash"),
    (r"\\h", "", r"a blank or tab is [ \t], a hexadecimal digit [0-9A-Fa-f]"),
    (r"\\R", "", r"the end of a line is (?:\r\n|[\n\v\f\r])"),
    (r"\\N", "", r"what is no newline is [^\n]"),
    (r"\\[pP](?:\{[^}]{0,40}\}?)?", "the property ", _PROPERTIES),
    (r"\\.?", "the escape ", r"write the character itself, or \u and four hexadecimal digits"),
    (r"\(\?P?[<'][^=!>']{0,40}[>']?", "the named group ", "write (…), without a name"),
    (r"\(\?[abefiLmprsuwxV01-]+[:)]", "the flags ", r"(?i:…) is the only one, a dot for newlines too is [\s\S]"),
    (r"\(\?.?", "the group ", "there are (…), (?:…), (?>…), (?=…), (?!…), (?<=…), (?<!…) and (?i:…)"),
    (r"\{", "", r"the character itself is \{, and up to n times {0,n}"),
)
_REFUSED_IN_SETS = (
    (r"\[|&&|--|~~|\|\|", "", _SETS),
    (r"-", "", r"the character itself is \-"),
    *_REFUSED[6:8],
)


# ---- The check -------------------------------------------------------------------------------------------------------


def check(pattern: str, *, oniguruma: bool = False) -> None:
    """Raise `ValueError` if a pattern differs between the engines, or may take too much memory; it says what, where and why.

    With ``oniguruma``, the pattern must mean the same there too. Errors for all engines, such as the set [b-a], are left to
    ``regex``.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise ValueError(f"the pattern {quoted(pattern)} is too long: it may have {MOST_CHARACTERS} characters")
    if (at := batches.find_surrogate(pattern)) is not None:
        raise ValueError(f"the pattern {quoted(pattern)} has a lone surrogate at character {at}, which UTF-8 cannot hold")
    _Scan(pattern, oniguruma).run()


@dataclass(slots=True)
class _Group:
    """An open group, or the whole pattern."""

    at: int  # where it begins
    opening: str
    ignores_case: bool
    alternative_at: int  # where its present alternative begins
    n_states: int = 0
    is_empty: bool = True  # whether the present alternative may match nothing so far
    empty_at: int | None = None  # where an alternative begins that may match nothing
    # What a repeat repeats: its states (0: there is nothing), whether it may match nothing, and `is_empty` before it.
    last_states: int = 0
    last_is_empty: bool = False
    was_empty: bool = True
    # Characters that are all that a set leaves out, as in [^a]: of the alternatives before, of the present one, and those of
    # these that came with what a repeat repeats. Two tell as much as more.
    left_out_before: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    last_left_out: frozenset[str] = frozenset()

    def add(self, n_states: int, *, is_empty: bool = False, left_out: frozenset[str] = frozenset()) -> None:
        """Add an item that may be repeated."""
        self.n_states += n_states
        self.last_left_out = left_out - self.left_out if len(self.left_out) < 2 else frozenset()
        self.left_out |= self.last_left_out
        self.last_states, self.last_is_empty, self.was_empty = n_states, is_empty, self.is_empty
        self.is_empty = self.is_empty and is_empty

    def add_condition(self, n_states: int = 1) -> None:
        """Add an item that matches no text and cannot be repeated."""
        self.n_states += n_states
        self.last_states = 0

    def repeat(self, least: int, most: int | None) -> None:
        """Repeat the last item: regex copies it for each required repeat, and once more for the optional ones."""
        n_more = least if least > 0 and most != 1 else 0
        self.n_states += 1 + n_more * self.last_states
        if least == 0:
            self.is_empty = self.was_empty
        if (least, most) != (1, 1):
            self.left_out -= self.last_left_out
        self.last_states = 0

    def end_alternative(self, end: int) -> None:
        """End the present alternative; another one may begin at ``end``."""
        if self.is_empty and self.empty_at is None:
            self.empty_at = self.alternative_at
        self.n_states += 1
        self.left_out_before, self.left_out = self.left_out_before | self.left_out, frozenset()
        self.last_states, self.is_empty, self.alternative_at = 0, True, end


class _Scan:
    """One pass over a pattern, with the groups that are open."""

    def __init__(self, pattern: str, oniguruma: bool) -> None:
        self.pattern = pattern
        self.oniguruma = oniguruma
        self.at: int = 0
        self.groups = [_Group(0, "", False, 0)]
        self.letter = ""  # the one just before, where case is ignored
        self.has_ignored_case = False
        self.narrowed: tuple[str, int] | None = None  # the first of what may match less where case is ignored, and its place

    def run(self) -> None:
        while self.at < len(self.pattern):
            found = _LEXEME.match(self.pattern, self.at)
            if found is None:
                raise self._refused(_REFUSED)
            if found.lastgroup != "character":
                self.letter = ""
            self._take(found)
            if self.groups[-1].n_states > MOST_STATES:
                raise self._unfit(f"is too large: it may have {MOST_STATES} states once its repeats are written out")
            self._check_mixed_case()
            self.at = max(self.at, found.end())  # after a set this is its end
        if len(self.groups) > 1:
            raise self._unfit(f"is no regular expression: the group at character {self.groups[-1].at} is not closed")
        group = self.groups[0]
        self._end_alternative(self.at)
        if group.empty_at is not None:
            self.at = group.empty_at
            raise self._differs("an alternative that can match no text", "it must take a character at least")

    def _take(self, found: re.Match[str]) -> None:
        group = self.groups[-1]
        match found.lastgroup:
            case "character":
                self._take_character(found[0])
            case "class":
                self._check_class(found[0])
                group.add(1)
            case "property":
                self._take_property(found)
            case "set":
                self._take_set(found)
            case "open":
                self._open(found[0])
            case "close":
                self._close()
            case "bar":
                self._end_alternative(found.end())
            case "repeat":
                self._repeat(found)
            case _:
                if found[0] != r"\z":
                    self._only_regex_and_tiktoken(quoted(found[0]), "there is (?=…) and (?!…), for what follows")
                group.add_condition()

    def _take_character(self, written: str) -> None:
        group, character = self.groups[-1], _value(written)
        if group.ignores_case:
            self._check_case(character, character)
            pair = (self.letter + character).lower()
            if pair in _LIGATURES:
                self._only_regex_and_tiktoken(f"{quoted(pair)} in (?i:…)", "write a letter as a set: [sS]")
            self.letter = character
        group.add(1)

    def _check_class(self, written: str) -> None:
        if written in (r"\w", r"\W"):
            self._only_regex_and_tiktoken(quoted(written), r"write out what is meant, such as [\p{L}\p{M}\p{N}_]")
        if self.groups[-1].ignores_case:
            self._only_regex_and_tiktoken(f"{quoted(written)} in (?i:…)", "write it outside")

    def _take_property(self, found: re.Match[str]) -> None:
        self._check_property(found)
        if found["name"] in _CASED and _is_negated(found[0]):
            self._note_narrowed(found[0], self.at)
        self.groups[-1].add(1)

    def _check_property(self, found: re.Match[str]) -> None:
        if found["name"] and found["name"] not in PROPERTIES:
            raise self._differs(f"the property {quoted(found[0])}", _PROPERTIES)
        if found["letter"]:
            self._only_regex_and_tiktoken(quoted(found[0]), "write braces: \\p{" + found["letter"] + "}")
        if self.groups[-1].ignores_case:
            raise self._differs(f"{quoted(found[0])} in (?i:…)", "write it outside")

    def _note_narrowed(self, what: str, at: int) -> None:
        if self.narrowed is None:
            self.narrowed = what, at

    def _check_mixed_case(self) -> None:
        """Refuse what regex goes past where it looks for a beginning: there it ignores case in all, if in anything."""
        if self.has_ignored_case and self.narrowed is not None:
            what, self.at = self.narrowed
            raise self._differs(f"{quoted(what)} in a pattern with (?i:…)", r"all but … is also (?!…)[\s\S]")

    def _check_case(self, first: str, last: str) -> None:
        """Check a character, or a range, with case ignored."""
        if any(first <= each <= last for each in _DOTTED):
            raise self._differs("an i in (?i:…)", "write [iI] outside")
        if first != last or first not in _PLAIN:
            self._only_regex_and_tiktoken(f"{quoted(first)} in (?i:…)", "write both cases outside")

    # ---- Sets ----

    def _take_set(self, found: re.Match[str]) -> None:
        """Check a set, and continue after it."""
        begin = self.at
        self.at = found.end()
        n_members = int(self.pattern[self.at - 1] in "]-")
        characters = set(self.pattern[self.at - n_members : self.at])
        kinds: set[bool] = set()  # of classes: what they name, or all but that
        is_narrowed = False
        while not self.pattern.startswith("]", self.at):
            member = _MEMBER.match(self.pattern, self.at)
            if member is None:
                if self.at == len(self.pattern):
                    raise self._unfit(f"is no regular expression: the set at character {begin} is not closed")
                raise self._refused(_REFUSED_IN_SETS)
            first, last = self._check_member(member)
            characters |= {first, last}
            if member["class"] or member["property"]:
                kinds.add(_is_negated(member[0]))
            is_narrowed |= _is_narrowed(member, first, last, in_negated=bool(found["negated"]))
            n_members += 1
            self.at = member.end()
        if n_members == 0:
            self.at = begin
            raise self._differs("an empty set", r"the bracket itself is \]")
        self.at += 1
        if found["negated"] and len(kinds) == 2:  # regex takes [^\s\S] for [\s\S]
            what, self.at = quoted(self.pattern[begin : self.at]), begin
            raise self._differs(f"the set {what}, of what is neither in a class nor outside of one", "write (?!…)[…]")
        if self.groups[-1].ignores_case and (n_members == 1 or found["negated"] or found[0][-1] in "]-"):
            self._only_regex_and_tiktoken(f"{quoted(self.pattern[begin : self.at])} in (?i:…)", "write both cases outside")
        if is_narrowed and not self.groups[-1].ignores_case:
            self._note_narrowed(self.pattern[begin : self.at], begin)
        left_out = frozenset(characters) if found["negated"] and len(characters) == 1 else frozenset[str]()
        self.groups[-1].add(n_members, left_out=left_out)

    def _check_member(self, member: re.Match[str]) -> tuple[str, str]:
        """Check a member of a set, and return its first and last character; of a class two that differ."""
        match member.lastgroup:
            case "class":
                self._check_class(member[0])
            case "property":
                self._check_property(member)
            case _:
                first, last = _value(member["first"] or member[0]), _value(member["last"] or member[0])
                if self.groups[-1].ignores_case:
                    self._check_case(first, last)
                return first, last
        return "", member[0]

    # ---- Groups and repeats ----

    def _open(self, opening: str) -> None:
        ignores_case = self.groups[-1].ignores_case
        self.has_ignored_case |= opening == "(?i:"
        if opening in ("(?<=", "(?<!"):
            self._only_regex_and_tiktoken(quoted(opening), "there is (?=…) and (?!…), for what follows")
        if ignores_case:
            self._only_regex_and_tiktoken("a group in (?i:…)", "write it outside")
        if len(self.groups) > MOST_NESTED:
            raise self._unfit(f"is nested too deeply: groups may be {MOST_NESTED} deep")
        self.groups.append(_Group(self.at, opening, ignores_case or opening == "(?i:", self.at + len(opening)))

    def _close(self) -> None:
        if len(self.groups) == 1:
            raise self._unfit(f"is no regular expression: no group ends at character {self.at}")
        self._end_alternative(self.at)
        group = self.groups.pop()
        if group.opening in ("(?=", "(?!", "(?<=", "(?<!"):
            self.groups[-1].add_condition(group.n_states)
            return
        left_out = group.left_out_before if group.opening in ("(?:", "(?i:") else frozenset[str]()
        self.groups[-1].add(group.n_states, is_empty=group.empty_at is not None, left_out=left_out)

    def _end_alternative(self, end: int) -> None:
        group = self.groups[-1]
        # regex makes one set of such alternatives, of what none of them leaves out: [^a]|[^b] does not match ab in it.
        if group.left_out and group.left_out_before and len(together := group.left_out | group.left_out_before) > 1:
            sets = " and ".join(f"[^{each}]" for each in sorted(together)[:2])
            self.at = group.alternative_at
            raise self._differs(f"the alternatives {quoted(sets)}", r"all but one character is also (?!…)[\s\S]")
        group.end_alternative(end)

    def _repeat(self, found: re.Match[str]) -> None:
        group = self.groups[-1]
        least, most = _limits(found)
        if group.last_states == 0:
            raise self._differs(f"{quoted(found[0])} behind nothing that it could repeat", "(?:…) is around what is repeated")
        if max(least, most or 0) > MOST_REPEATS:
            raise self._unfit(f"has {quoted(found[0])} at character {self.at}: at most {MOST_REPEATS} repeats are allowed")
        if group.last_is_empty and most != 1:
            raise self._differs(f"{quoted(found[0])} behind what can match no text", "it must take a character at least")
        if found["least"] and found["suffix"] == "+":
            self._only_regex_and_tiktoken(quoted(found[0]), "without the last +, within (?>…), it means that")
        if found["least"] and found["suffix"] and not found["comma"]:
            self._only_regex_and_tiktoken(quoted(found[0]), "leave out the last ?")
        if group.ignores_case:
            self._only_regex_and_tiktoken(f"{quoted(found[0])} in (?i:…)", "write it outside")
        group.repeat(least, most)

    def _refused(self, kinds: Sequence[tuple[str, str, str]]) -> ValueError:
        """The error for what stands here, which is none of what is read alike."""
        matches = ((re.compile(begin, re.DOTALL).match(self.pattern, self.at), what, way) for begin, what, way in kinds)
        found, what, way = next((found[0], what, way) for found, what, way in matches if found)
        in_set = " in a set" if kinds is _REFUSED_IN_SETS else ""
        return self._differs(f"{what}{quoted(found)}{in_set}", way)

    def _differs(self, what: str, way: str, who: str = "regex, tiktoken and tokenizers") -> ValueError:
        return self._unfit(f"has {what} at character {self.at}, which {who} do not read alike: {way}")

    def _only_regex_and_tiktoken(self, what: str, way: str) -> None:
        """Refuse what Oniguruma reads otherwise, or may, if that must read it too."""
        if self.oniguruma:
            raise self._differs(what, way, who="regex and Oniguruma, the engine of tokenizer.json,")

    def _unfit(self, why: str) -> ValueError:
        return ValueError(f"the pattern {quoted(self.pattern)} {why}")


def _is_negated(written: str) -> bool:
    """Whether a class or property is all but what it names."""
    return written[1].isupper() != ("^" in written)


def _is_narrowed(member: re.Match[str], first: str, last: str, *, in_negated: bool) -> bool:
    """Whether a set with this member may match less if case is ignored."""
    if member["property"]:
        return member["name"] in _CASED and (in_negated or _is_negated(member[0]))
    return in_negated and not member["class"] and _has_case(first, last)


def _has_case(first: str, last: str) -> bool:
    """Whether there may be letters with a case in a range."""
    if first == last:
        return not first == first.lower() == first.upper() == first.casefold()
    return last >= "A" and not any(start <= first and last <= end for start, end in _WITHOUT_CASE)


def _value(written: str) -> str:
    """Return the character that stands for itself or behind a backslash."""
    if written[0] != "\\" or len(written) == 1:
        return written
    if written[1] in "xu":
        return chr(int(written[2:], 16))
    return _CONTROLS.get(written[1], written[1])


def _limits(found: re.Match[str]) -> tuple[int, int | None]:
    """Return how often a repeat repeats at least, and at most if there is a limit; a number that is too large may be cut."""
    if found["least"] is None:
        return {"?": (0, 1), "*": (0, None), "+": (1, None)}[found[0][0]]
    least = _number(found["least"])
    if not found["comma"]:
        return least, least
    return least, _number(found["most"]) if found["most"] else None


def _number(digits: str) -> int:
    return int(digits.lstrip("0")[: len(str(MOST_REPEATS)) + 1] or "0")
