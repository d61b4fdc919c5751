"""Write the declarations of csrc/textproc.h and its parts, with their comments, as reStructuredText for the documentation.

The conventions of the header are the grammar: a banner `/* ---- Title --- */` begins a section; a comment belongs to the
declarations below it, up to the next empty line; a comment on the line of a declaration, a field or a constant belongs to that.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

HEADER = Path(__file__).resolve().parent.parent / "csrc" / "textproc.h"

_PART = re.compile(r'^#include "(textproc/.*)"\n', re.MULTILINE)
_DECLARED = re.compile(r"/\* CFFI-BEGIN \*/(.*?)/\* CFFI-END \*/", re.DOTALL)
_BANNER = re.compile(r"/\* -{4} (.+?) -+ \*/")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DECLARATION = re.compile(
    r"""(?P<define>^\#define[ ](?P<macro>\w+)[ ][^\n]*)
      | ^typedef[ ](?P<kind>struct|enum)[ ](?P<name>\w+)[ ]\{(?P<body>.*?)^\}[ ]\w+;
      | ^typedef[ ]struct[ ](?P<opaque>\w+)[ ]\w+;
      | ^(?P<callback>typedef[ ][^;{]*\(\*(?P<type>\w+)\)[^;]*);
      | ^(?P<function>(?!typedef)\w[^;{]*?\b(?P<called>\w+)\([^;]*\));""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)


class Member(NamedTuple):
    """A field, `uint64_t offset`, or a constant, `TP_OK = 0`."""

    text: str
    comment: str


class Declaration(NamedTuple):
    """One declaration; `directive` is that of Sphinx's C domain, `text` its argument."""

    directive: str
    name: str
    text: str
    comment: str  # the comment on its line
    members: list[Member]


class Group(NamedTuple):
    """Declarations without an empty line between them, and the comment above them."""

    comment: str
    declarations: list[Declaration]


class Section(NamedTuple):
    title: str
    groups: list[Group]


def comment_text(comment: str) -> str:
    """Return the text of a comment, with its lines and paragraphs."""
    inner = comment.strip()[2:-2]
    return textwrap.dedent("\n".join(re.sub(r"^ ?\* ?", "", line) for line in inner.strip().splitlines())).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _members(kind: str, body: str) -> list[Member]:
    """Return the fields of a struct, which end in `;`, or the constants of an enum, which end in `,`."""
    end = ";" if kind == "struct" else r"(?:,|(?=\s*(?:/\*|\Z)))"
    member = re.compile(rf"\s*(?P<text>\w[^;/]*?){end}[ ]*(?P<comment>/\*.*?\*/)?", re.DOTALL)
    members = []
    for match in member.finditer(body):
        first, *others = _one_line(match["text"]).split(", ")
        kind_of_field = first.rpartition(" ")[0]
        comment = comment_text(match["comment"] or "/**/")
        members += [Member(text, comment) for text in [first, *(f"{kind_of_field} {other}" for other in others)]]
    return members


def _declaration(match: re.Match[str], comment: str) -> Declaration:
    if match["macro"]:
        return Declaration("macro", match["macro"], match["define"].removeprefix("#define "), comment, [])
    if match["kind"]:
        return Declaration(match["kind"], match["name"], match["name"], comment, _members(match["kind"], match["body"]))
    if match["opaque"]:
        return Declaration("struct", match["opaque"], match["opaque"], comment, [])
    if match["callback"]:
        return Declaration("type", match["type"], _one_line(match["callback"]).removeprefix("typedef "), comment, [])
    return Declaration("function", match["called"], _one_line(match["function"]), comment, [])


def _group(paragraph: str) -> Group:
    """Return the group between two empty lines."""
    above = _COMMENT.match(paragraph)
    rest = paragraph[above.end() :] if above else paragraph
    declarations = []
    for match in _DECLARATION.finditer(rest):
        behind = re.compile(r"[ ]*(/\*.*?\*/)", re.DOTALL).match(rest, match.end())
        declarations.append(_declaration(match, comment_text(behind[1]) if behind else ""))
    return Group(comment_text(above[0]) if above else "", declarations)


def _paragraphs(text: str) -> Iterator[str]:
    """Return the parts between empty lines that are outside of comments and braces."""
    lines: list[str] = []
    depth = 0
    for line in text.splitlines():
        if not line.strip() and depth == 0:
            yield "\n".join(lines)
            lines = []
            continue
        lines.append(line)
        depth += line.count("/*") - line.count("*/") + line.count("{") - line.count("}")
    yield "\n".join(lines)


def read_header() -> str:
    """Return the header with its parts in place of their includes."""
    text = HEADER.read_text(encoding="utf-8")
    return _PART.sub(lambda match: (HEADER.parent / match[1]).read_text(encoding="utf-8"), text)


def purpose(header: str) -> str:
    """Return the comment at the top of the header."""
    first = _COMMENT.match(header)
    return comment_text(first[0]) if first else ""


def sections(header: str) -> list[Section]:
    declared = "".join(_DECLARED.findall(header))
    _, *parts = _BANNER.split(declared)
    return [
        Section(title, [group for paragraph in _paragraphs(text) if (group := _group(paragraph)).declarations])
        for title, text in zip(parts[::2], parts[1::2], strict=True)
    ]


def without_comment(header: str) -> list[str]:
    """Return the names without a comment: above, on the same line or, for structs and enums, at each member."""
    return [
        declaration.name
        for section in sections(header)
        for group in section.groups
        for declaration in group.declarations
        if not (group.comment or declaration.comment)
        and not (declaration.members and all(member.comment for member in declaration.members))
    ]


# ---- As reStructuredText ---------------------------------------------------------------------------------------------

# What is code in a comment: text in backticks, our names, names with an underscore, elements of arrays, what a pointer points
# to, characters.
_CODE = re.compile(
    r"""`[^`]+`
      | \btp_\w+…?
      | \bTP_\w+
      | \*?\b\w+\[(?:[^\[\]]|\[[^\[\]]*\])*(?:\]|\))
      | (?<!\w)\*\w+
      | '\\.'
      | \b[a-z]+(?:_[a-z0-9]+)+\b
      | \bNULL\b""",
    re.VERBOSE,
)
_ROLES = {"function": "func"}


def _marked_up(text: str, roles: dict[str, str]) -> str:
    """Return the text of a comment with links for the declared names."""
    parts: list[str] = []
    end = 0
    for match in _CODE.finditer(text):
        code = match[0].strip("`")
        parts += [
            _escaped(text[end : match.start()]),
            f"\\ :c:{roles[code]}:`{code}`\\ " if code in roles else f"\\ ``{code}``\\ ",
        ]
        end = match.end()
    return "".join([*parts, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return re.sub(r"([\\*`|_])", r"\\\1", text)


def _roles(all_sections: Iterable[Section]) -> dict[str, str]:
    """Return the role of each name in the C domain."""
    roles = {}
    for section in all_sections:
        for group in section.groups:
            for declaration in group.declarations:
                roles[declaration.name] = _ROLES.get(declaration.directive, declaration.directive)
                if declaration.directive == "enum":
                    roles |= {member.text.split()[0]: "enumerator" for member in declaration.members}
    return roles


def _entry(directive: str, signatures: list[str], body: str) -> str:
    indent = " " * len(f".. c:{directive}:: ")
    return f".. c:{directive}:: " + f"\n{indent}".join(signatures) + "\n\n" + textwrap.indent(body, "   ") + "\n"


def _declared(group: Group, roles: dict[str, str]) -> Iterator[str]:
    """Return the entries of a group: one for the functions that share its comment, one for each other declaration."""
    comment = group.comment
    rest = list(group.declarations)
    while rest:
        first = rest.pop(0)
        signatures = [first.name if first.directive == "macro" else first.text]
        while rest and rest[0].directive == first.directive == "function" and not (rest[0].comment or first.comment):
            signatures.append(rest.pop(0).text)
        body = [f"``#define {first.text}``"] if first.directive == "macro" else []
        body += [_marked_up(text, roles) for text in (comment, first.comment) if text]
        for member in first.members:
            kind = "member" if first.directive == "struct" else "enumerator"
            body.append(_entry(kind, [member.text], _marked_up(member.comment, roles)))
        yield _entry(first.directive, signatures, "\n\n".join(body))
        comment = ""


def reference(header: str) -> str:
    """Return the whole reference, with a section for each banner."""
    all_sections = sections(header)
    roles = _roles(all_sections)
    lines = [_marked_up(purpose(header), roles), ""]
    for section in all_sections:
        lines += [section.title, "-" * len(section.title), ""]
        for group in section.groups:
            lines += _declared(group, roles)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(reference(read_header()))
