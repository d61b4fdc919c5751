"""Post-processors of a tokenizer.json: the marks that they put around a single text."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, TypeVar

from text_processor._common.messages import quoted
from text_processor.bpe._stages import special_names

# The ids of the marks, in order; None stands for the text.
Parts = tuple["tuple[int, ...] | None", ...]

_Ids = TypeVar("_Ids", list[int], "array[int]")


def parts_of(section: Mapping[str, Any] | None) -> Parts:
    """Return what a checked section puts around a single text.

    Raises:
        ValueError: it is not as tokenizers writes it, its processors cannot be used one after the other, in tokenizers neither,
            or it has the text twice or not at all.

    >>> parts_of({"type": "BertProcessing", "sep": ["[SEP]", 102], "cls": ["[CLS]", 101]})
    ((101,), None, (102,))
    """
    if section is None:
        return (None,)
    try:
        parts = tuple(part for parts in _processed(section, [(None,)]) for part in parts)
    except (KeyError, TypeError, IndexError, RecursionError) as error:
        raise ValueError(f"post_processor: not what tokenizers writes: {error!r}") from error
    if (n := parts.count(None)) != 1:
        raise ValueError(f"post_processor: it has the text {n} times, even where no marks are added; only once is supported")
    return parts


def _processed(section: Mapping[str, Any], sequences: list[Parts]) -> list[Parts]:
    """Return the sequences that a processor makes of sequences; a template makes one of each of its pieces."""
    match section["type"]:
        case "Sequence":
            for each in section["processors"]:
                sequences = _processed(each, sequences)
        case "TemplateProcessing":
            sequences = _filled(section, sequences)
        case "BertProcessing" | "RobertaProcessing" as name:
            first, last = ((_checked(section[key][1]),) for key in ("cls", "sep"))
            between: Parts = (last,) if name == "RobertaProcessing" else ()
            sequences = [((first,) if i == 0 else between) + parts + (last,) for i, parts in enumerate(sequences)]
        case "ByteLevel":  # concerns offsets alone
            pass
        case other:
            raise ValueError(f"post_processor: the type {quoted(other)} is not known")
    return sequences


def _filled(section: Mapping[str, Any], sequences: list[Parts]) -> list[Parts]:
    """Fill sequences into a template, the one for pairs if an earlier template has made two."""
    if len(sequences) > 2:
        raise ValueError(f"post_processor: a template takes one or two sequences, not the {len(sequences)} of the one before")
    made: list[Parts] = []
    for piece in section["single" if len(sequences) == 1 else "pair"]:
        if "SpecialToken" in piece:
            made.append((tuple(map(_checked, section["special_tokens"][piece["SpecialToken"]["id"]]["ids"])),))
        elif (number := "AB".index(piece["Sequence"]["id"])) < len(sequences):
            made.append(sequences[number])
        else:
            raise ValueError("post_processor: the template for a single text has a second text, B")
    return made


def _checked(number: Any) -> int:
    return special_names.checked_id(number, "post_processor: the id of a mark")


def applied(parts: Parts, ids: _Ids) -> _Ids:
    """Return the ids of a text with the marks around it."""
    made: _Ids = ids[:0]
    for part in parts:
        made.extend(ids if part is None else part)
    return made


def count(parts: Parts, n: int) -> int:
    """Return how many ids there are with the marks around a text of ``n`` ids."""
    return sum(n if part is None else len(part) for part in parts)
