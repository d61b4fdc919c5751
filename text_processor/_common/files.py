"""Writing a file so that at every moment, a crash of the machine included, it is the old one or the new one, whole."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

# The names of what is open, in this process or in another one. To open such a name is to open what is behind it anew.
_OPEN = re.compile(r"(?:/dev|(/proc/[0-9]+)(?:/task/[0-9]+)?)/fd/([0-9]+)")

# As many links may stand behind one another on Linux.
_MOST_LINKS = 40


def write_file(name: str, chunks: Iterable[bytes | memoryview]) -> None:
    """Write the chunks into a new file, which then takes the place of the old one and has its permissions.

    Whatever comes between, Ctrl-C included, removes the new file and leaves the old one as it was. Behind a symbolic link it is
    the link's target that is replaced. What is no file, such as a pipe or a device, is written to, and so is what is open
    already, such as /dev/stdout, whatever it is: others write to it too, before and after.
    """
    path = Path(name)
    try:
        old = path.stat()
    except FileNotFoundError:
        old = None
    already_open = None if old is None else _find_open(path)
    if already_open is None and (old is None or stat.S_ISREG(old.st_mode)):
        _replace_file(path, chunks, None if old is None else stat.S_IMODE(old.st_mode))
    else:
        with path.open("wb") if already_open is None else _open_again(already_open) as file:
            file.writelines(chunks)


def _find_open(path: Path) -> re.Match[str] | None:
    """Return the name of something that is open, if a path leads to one, by links or directly."""
    for _ in range(_MOST_LINKS):
        folder = path.parent.resolve()
        if found := _OPEN.fullmatch(str(folder / path.name)):
            return found
        try:
            path = folder / (folder / path.name).readlink()
        except OSError:  # it is no link
            return None
    return None


def _open_again(name: re.Match[str]) -> IO[bytes]:
    """Write to something that is open where it is, without cutting it off."""
    process, descriptor = name.groups()
    if process in (None, str(Path("/proc/self").resolve())):
        return open(int(descriptor), "wb", closefd=False)
    return Path(name[0]).open("ab")  # where another process is in it cannot be known


def _replace_file(path: Path, chunks: Iterable[bytes | memoryview], permissions: int | None) -> None:
    target = path.resolve()
    # Beside the target, since only within one file system can a file take the place of another one. The name, which nobody
    # else comes to choose, is known before the file is made: nothing can come between making it and removing it.
    new = target.with_name(f".text-processor-{os.urandom(16).hex()}.tmp")
    try:
        with new.open("xb") if permissions is None else _open_private(new) as file:
            if permissions is not None:
                new.chmod(permissions)
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
    except BaseException as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(new):
            error.filename = str(path)  # what the caller knows
            del error.filename2  # not None, which the message would show
        raise
    _sync_folder(target.parent)


def _open_private(path: Path) -> IO[bytes]:
    """A new file that nobody else may read until it is told who may."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))  # which Path.open does not take


def _sync_folder(folder: Path) -> None:
    """Have the new name of the file outlive a crash too, where the system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
