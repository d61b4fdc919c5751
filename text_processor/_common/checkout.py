"""Detect a compiled core that is older than the C sources next to it, in a checkout that is used in place.

It is imported before the rest of the package, because a core that does not fit may fail in ways that are hard to explain. An
installed package has no C sources next to it; then only one look-up of a file happens.
"""

from __future__ import annotations

import warnings
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path


def newer_source(package: Path) -> Path | None:
    """Return a source that was changed after the core was built, as a path in the checkout; None if there is none."""
    root = package.parent
    if not (root / "csrc" / "textproc.h").exists():
        return None
    # The build gives the extension the time at which it began to read the sources.
    built = max(_modified(package / f"_textproc_cffi{suffix}") for suffix in EXTENSION_SUFFIXES)
    sources = [root / "build_ffi.py", *root.glob("csrc/**/*.[ch]")]
    newest = max(sources, key=_modified)
    return newest.relative_to(root) if built and _modified(newest) > built else None


def _modified(path: Path) -> float:
    """Return the time at which a file was written; 0 if there is no file."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


if _newer := newer_source(Path(__file__).absolute().parent.parent):
    warnings.warn(
        f"{_newer} was changed after text_processor's C core was built, so an older core is in use: run `make build`",
        RuntimeWarning,
        stacklevel=3,
    )
