"""The files that paths and globs stand for."""

from __future__ import annotations

import os
from glob import glob, has_magic


def files_of(name: str) -> list[str]:
    """Return the files that match a glob, sorted; the name itself if it is no glob, or if there is something of that name."""
    if not has_magic(name) or os.path.lexists(name):
        return [name]
    return [each for each in sorted(glob(name, recursive=True)) if os.path.isfile(each)]  # noqa: PTH113, PTH207 - may be absolute
