"""The manifest of a folder of shards: what is in it, of what it was made, and how far a run has come.

It is replaced as a whole, after what it tells of has reached the disk. So whatever stops a run, what the last manifest tells of
is there, and what goes beyond is cut off when the run goes on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, cast

from text_processor._common import files

NAME = "manifest.json"

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
            if found.pop("manifest_version") != VERSION:
                raise KeyError("manifest_version")
            progress = found.pop("progress", None)
            made = cls(path, found)
            made.shards = [Entry(**each) for each in found.pop("shards")]
            made.skipped = found.pop("skipped")
            made.open = [Entry(**each) for each in progress.pop("open")] if progress else []
            made.place = Place(**progress) if progress else None
            for total in ("complete", "tokens", "documents"):
                found.pop(total)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(
                f"{str(path)!r} is no manifest that this version of Tokenizer.encode_corpus has written"
            ) from error
        return made

    def save(self) -> None:
        """Replace the file."""
        everything: dict[str, Any] = {
            "manifest_version": VERSION,
            "complete": self.place is None,
            "tokens": sum(entry.tokens for entry in self.shards),
            "documents": sum(entry.documents for entry in self.shards),
            "skipped": self.skipped,
            **self.about,
            "shards": [entry._asdict() for entry in self.shards],
        }
        if self.place is not None:
            everything["progress"] = {**self.place._asdict(), "open": [entry._asdict() for entry in self.open]}
        files.write_file(str(self.path), [json.dumps(everything, indent=1).encode() + b"\n"])

    @property
    def options(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.about["options"])
