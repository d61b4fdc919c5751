"""A book in parts, as files and as documents, and what one process counts in it: for the tests of all engines."""

from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path
from typing import Any

from text_processor import TextAnalyzer

LINES = (Path(__file__).parent.parent / "examples" / "kjv.txt").read_text(encoding="utf-8").splitlines()[:6000]
CUTS = [0, 1, 900, 901, 3500, 6000]

# What is in the files, in the order of their names.
TEXTS = [*("".join(f"{line}\n" for line in LINES[start:stop]) for start, stop in pairwise(CUTS)), "\n\n"]


def files_in(folder: Path) -> Path:
    """Write the texts as files of this folder, some compressed; return the folder."""
    for i, text in enumerate(TEXTS):
        (folder / f"{i}.txt").write_bytes(gzip.compress(text.encode(), 1) if i % 2 else text.encode())
    return folder


def analyzer_of(documents: list[str], **options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(**options)
    analyzer.add_documents(documents, blank="skip")
    return analyzer


def assert_same(found: TextAnalyzer, expected: TextAnalyzer, *, in_order: bool = True) -> None:
    assert found.get_statistics() == expected.get_statistics()
    assert found.document_frequency() == expected.document_frequency()
    assert found.word_frequency() == expected.word_frequency()
    if in_order:
        assert list(found.words) == list(expected.words)
