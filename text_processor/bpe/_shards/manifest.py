"""The manifest of a folder of shards: what is in it, of what it was made, and how far a run has come.

It is replaced as a whole, after what it tells of has reached the disk. So whatever stops a run, what the last manifest tells of
is there, and what goes beyond is cut off when the run goes on.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple, cast

from text_processor._common import files
from text_processor._common.arguments import is_a
from text_processor.bpe._shards.formats import FORMATS

NAME = "manifest.json"

_NAME = re.compile(r"(?:train|val)(?:_[0-9]{6,18})?")

# The version of the manifest and of the names and forms of the files.
VERSION = 1


class Entry(NamedTuple):
    """A shard in a manifest."""

    name: str
    split: str
    tokens: int
    documents: int


class Place(NamedTuple):
    """How far a run has come."""

    source: int = 0
    """The number of the source that is being read."""
    documents: int = 0
    """How many documents of it are done."""
    digest: int = 0
    """What was read of documents that can't be told from others by a name."""
    skipped: int = 0
    """Missing values among all that is done."""


def _are_dicts(items: Any) -> bool:
    return is_a(items, list) and all(is_a(item, dict) for item in items)


class Manifest:
    """What a folder has."""

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        self.path = path
        self.about = about
        self.shards: list[Entry] = []
        self.place: Place | None = Place()
        """None means that all is done."""
        self.open: list[Entry] = []
        """The shards that are being written."""
        self.skipped = 0

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read a manifest.

        Raises:
            FileNotFoundError: there is none.
            ValueError: it is not one of this version.
        """
        data = path.read_bytes()
        try:
            found = json.loads(data)
            is_known = found.pop("manifest_version") == VERSION
            progress = found.pop("progress", None)
            made = cls(path, found)
            made.shards = [Entry(**each) for each in found.pop("shards")]
            made.skipped = found.pop("skipped")
            made.open = [Entry(**each) for each in progress.pop("open")] if progress else []
            made.place = Place(**progress) if progress else None
            for total in ("complete", "tokens", "documents"):
                found.pop(total)
            if not (is_known and made.is_sound()):
                raise KeyError(VERSION)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(
                f"{str(path)!r} is no manifest that this version of Tokenizer.encode_corpus has written"
            ) from error
        return made

    def is_sound(self) -> bool:
        """Whether all has the types that it should have, and every shard is in the folder."""
        numbers = [self.skipped, *(self.place or ())]
        for entry in [*self.shards, *self.open]:
            if not (_NAME.fullmatch(entry.name) and entry.name.startswith(entry.split)):
                return False
            numbers += [entry.tokens, entry.documents]
        format_, dtype = self.options["format"], self.options["dtype"]
        return (
            all(type(number) is int and 0 <= number < 1 << 63 for number in numbers)
            and dtype in FORMATS[format_].dtypes.values()
            and _are_dicts(self.about["sources"])
            and all(_are_dicts(source.get("files", [])) for source in self.about["sources"])
            and isinstance(self.about["tokenizer"], dict)
        )

    def save(self) -> None:
        """Replace the file."""
        everything: dict[str, Any] = {
            "manifest_version": VERSION,
            "complete": self.place is None,
            "tokens": sum(entry.tokens for entry in self.shards),
            "documents": sum(entry.documents for entry in self.shards),
            "skipped": self.skipped,
            **self.about,
            # In the order in which they became full, they would depend on how documents were joined to batches.
            "shards": [
                entry._asdict() for entry in sorted(self.shards, key=lambda each: (each.split, len(each.name), each.name))
            ],
        }
        if self.place is not None:
            everything["progress"] = {**self.place._asdict(), "open": [entry._asdict() for entry in self.open]}
        files.write_file(str(self.path), [json.dumps(everything, indent=1).encode() + b"\n"])

    @property
    def options(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.about["options"])
