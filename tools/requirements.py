"""Prints what pyproject.toml requires under the given names: `build`, or an extra, as in `requirements.py test dev`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

pyproject = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
lists = {"build": pyproject["build-system"]["requires"], **pyproject["project"]["optional-dependencies"]}
for name in sys.argv[1:]:
    print(*lists[name], sep="\n")
