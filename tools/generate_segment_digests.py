#!/usr/bin/env python3
"""Generate tests/data/segments.json: digests of the segments that StringZilla finds around every character.

The core's segments are compared with them on every Python, also where StringZilla cannot be installed. It must be the
version whose tables are those of the core, which pyproject.toml names. With ``--check`` nothing is written; the exit status
says whether the committed file is what this script makes (0) or not (1).
"""

from __future__ import annotations

import argparse
import json
import sys
from array import array
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any

import stringzilla
from generate_unicode_tables import ROOT, write_or_check

sys.path.insert(0, str(ROOT / "tests"))
from every_character import CONTEXTS, digest, text_in

FUNCTIONS: dict[str, Callable[[str], Iterable[Any]]] = {
    "word segments": stringzilla.utf8_wordbreaks,
    "sentences": stringzilla.utf8_sentences,
    "graphemes": stringzilla.utf8_graphemes,
}


def render() -> str:
    found = {}
    for context in CONTEXTS:
        text = text_in(context)
        found[context] = {
            kind: digest([array("Q", accumulate(len(each) for each in find(text)))]) for kind, find in FUNCTIONS.items()
        }
    return json.dumps(found, indent=1) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the committed file differs")
    return int(write_or_check({ROOT / "tests" / "data" / "segments.json": render()}, parser.parse_args().check))


if __name__ == "__main__":
    sys.exit(main())
