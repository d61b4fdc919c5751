"""Write a file atomically: at every moment, even after a crash of the machine, it is the whole old or the whole new file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

# The names of open descriptors, in this process or in another one. Opening such a name opens the same file again.
_OPEN = re.compile(r"(?:/dev|(/proc/[0-9]+)(?:/task/[0-9]+)?)/fd/([0-9]+)")

# The limit of consecutive symbolic links on Linux.
_MOST_LINKS = 40


def write_file(name: str, chunks: Iterable[bytes | memoryview]) -> None:
    """Write the chunks into a new file, which then replaces the old one and gets its permissions.

    Any failure, Ctrl-C included, removes the new file and leaves the old one unchanged. For a symbolic link the target of the
    link is replaced. A pipe or a device is written to directly, and so is any open descriptor such as /dev/stdout, because
    others write to it too, before and after.
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
    """Return the match for an open descriptor, if a path leads to one, by links or directly."""
    for _ in range(_MOST_LINKS):
        folder = path.parent.resolve()
        if found := _OPEN.fullmatch(str(folder / path.name)):
            return found
        try:
            path = folder / (folder / path.name).readlink()
        except OSError:  # not a link
            return None
    return None


def _open_again(name: re.Match[str]) -> IO[bytes]:
    """Open a descriptor that is already open for writing, without truncating its file."""
    process, descriptor = name.groups()
    if process in (None, str(Path("/proc/self").resolve())):
        return open(int(descriptor), "wb", closefd=False)
    return Path(name[0]).open("ab")  # the position of another process in it is not known


def _replace_file(path: Path, chunks: Iterable[bytes | memoryview], permissions: int | None) -> None:
    target = path.resolve()
    # In the folder of the target, because a file can replace another one only within a file system. The name is random, so
    # nobody else uses it, and it is known before the file is made, so that an interrupt cannot leave an unknown file.
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
            error.filename = str(path)  # the name that the caller knows
            del error.filename2  # deleted, because the message would show None
        raise
    sync_folder(target.parent)


def _open_private(path: Path) -> IO[bytes]:
    """Open a new file that nobody else may read until its permissions are set."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))  # Path.open takes no opener


def sync_folder(folder: Path) -> None:
    """Make the new name of the file survive a crash, if the system supports that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
