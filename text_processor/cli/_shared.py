"""What the commands of the shell share: options, limits of memory, the bar for all files together, and messages."""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from time import monotonic

from text_processor._common import progress
from text_processor._common.arguments import MOST_THREADS
from text_processor._common.messages import quoted
from text_processor._common.progress import Progress, Report
from text_processor._documents import compressed, decoding
from text_processor._native import process as native_process
from text_processor._native import status as native_status

PROGRAM = "text-processor"

# After that long one wants to know how long it will take. Less is not worth a bar, nor the time that it takes to load one.
SECONDS_WITHOUT_BAR = 1.0

# What could move the cursor, change colours, set a window's title or turn the text around: control characters and those
# that override the direction of writing. Lone surrogates stand in names of files that are not UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class FileError(Exception):
    """Why a file cannot be read or written, in one line for the user."""


# ---- Options ---------------------------------------------------------------------------------------------------------


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Let a command be told how many threads to use."""
    parser.add_argument(
        "--threads",
        type=_number_of_threads,
        metavar="N",
        help="how many threads may count (default: as many as there are processors); no answer depends on it",
    )


def add_progress(parser: argparse.ArgumentParser) -> None:
    """Let a command be told to show no bar."""
    parser.add_argument(
        "--no-progress",
        dest="progress",
        action="store_false",
        help="show no bar; otherwise there is one after a second if standard error is a terminal",
    )


def add_skip_errors(parser: argparse.ArgumentParser) -> None:
    """Let a command be told to go on where a file has a fault."""
    parser.add_argument(
        "--skip-errors",
        action="store_true",
        help="leave out each file that cannot be read or is at fault, say so, and end with status 1 when the others are done; "
        "otherwise the first one ends the command",
    )


def _number_of_threads(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= MOST_THREADS):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number from 1 to {MOST_THREADS}")
    return int(text)


# ---- Standard input ----------------------------------------------------------------------------------------------------


def standard_input() -> io.FileIO:
    """Open standard input unbuffered: a block is asked for once, so an end of input that is typed in a terminal is met once.

    If it was closed when Python started, descriptor 0 may belong to a file of some library: libffi keeps its own one open.
    """
    if sys.__stdin__ is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return io.FileIO(0, closefd=False)


# ---- Encodings and memory --------------------------------------------------------------------------------------------


_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def add_encoding(parser: argparse.ArgumentParser) -> None:
    """Let a command be told the encoding of its files."""
    parser.add_argument(
        "--encoding",
        type=_encoding,
        metavar="NAME",
        help="the encoding of the files (default: what their byte-order marks say, otherwise UTF-8)",
    )


def _encoding(text: str) -> str | None:
    try:
        return decoding.checked_encoding(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is no text encoding that Python knows") from error


def add_max_memory(parser: argparse.ArgumentParser) -> None:
    """Let a command be told how much memory to use."""
    parser.add_argument(
        "--max-memory",
        type=_number_of_bytes,
        metavar="SIZE",
        help="end rather than use more memory for what is counted, or for decompressing a file, such as 500M or 2G "
        f"(default: no limit for the one, {compressed.MOST_MEMORY >> 20}M for the other)",
    )


def _number_of_bytes(text: str) -> int:
    digits, unit = (text[:-1], text[-1:].upper()) if text[-1:].upper() in _UNITS else (text, "")
    if not (
        digits.isascii() and digits.isdecimal() and len(digits) < 19 and int(digits) << _UNITS[unit] <= native_status.MOST_BYTES
    ):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a size such as 500M or 2G")
    return int(digits) << _UNITS[unit]


@contextlib.contextmanager
def memory_limited(n_bytes: int | None) -> Generator[None, None, None]:
    """Let the core and decompressors have so many bytes at most; None changes nothing."""
    before = native_process.get_memory_stats()["limit_bytes"]
    if n_bytes is not None:
        native_process.set_memory_limit(n_bytes)
    try:
        yield
    except MemoryError as error:
        limit = "" if n_bytes is None else f" within --max-memory, {n_bytes:,} bytes"
        raise FileError(f"not enough memory{limit}") from error
    finally:
        native_process.set_memory_limit(before)


# ---- Files with faults -----------------------------------------------------------------------------------------------

# What a file becomes is kept until it is known to have no fault: up to so much in memory, more of it in a temporary file.
_MOST_KEPT_NBYTES = 1 << 24

# And so much of that is given at once.
_KEPT_NBYTES = 1 << 20


class Faults:
    """Files with faults: the first one ends the command, or with ``--skip-errors`` each is told of and left out."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.n = 0
        self.are_skipped: bool = arguments.skip_errors
        self._hint = "; --skip-errors leaves such files out" if len(arguments.files) > 1 else ""

    @property
    def status(self) -> int:
        """With which the command ends."""
        return 1 if self.n else 0

    @contextlib.contextmanager
    def left_out(self) -> Generator[None, None, None]:
        """Work on one file, in which a fault may show."""
        try:
            yield
        except FileError as error:
            if not self.are_skipped:
                raise FileError(f"{error}{self._hint}") from error
            say(f"{PROGRAM}: {error}")
            self.n += 1

    def whole(self, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Give what the file becomes; where faults are skipped, not before all of it is there."""
        if not self.are_skipped:
            yield from chunks
            return
        import tempfile  # noqa: PLC0415 - it loads more than the rest of the command

        with tempfile.SpooledTemporaryFile(_MOST_KEPT_NBYTES) as kept:
            try:
                kept.writelines(chunks)
            except OSError as error:
                raise FileError(printable(f"{name}: {error.strerror}, in a temporary file")) from error
            kept.seek(0)
            while chunk := kept.read(_KEPT_NBYTES):
                yield chunk


# ---- Progress --------------------------------------------------------------------------------------------------------


class Work(contextlib.ExitStack):
    """How far all files together are, shown by a bar in the terminal once it takes so long that one wants to know.

    Of a compressed file it is what was read of it that counts, as that is what its size tells.
    """

    def __init__(self, names: Sequence[str], *, shows_bar: bool) -> None:
        super().__init__()
        self._is_shown = shows_bar and progress._is_terminal()
        self._sizes = {name: _size(name) for name in names} if self._is_shown else {}
        sizes = [self._sizes[name] for name in names] if self._is_shown else []
        self._total = sum(size for size in sizes if size is not None) if None not in sizes else None
        self._start = monotonic()
        self._n_before = 0  # bytes of the files that are done
        self._n_done = 0
        self._report: Report | None = None

    def hook(self, position: Callable[[], int] | None = None) -> Progress | None:
        """Return what is to be told of the progress within the next file; ``position`` says it instead, where it is given."""
        if not self._is_shown:
            return None
        return lambda done, _: self._tell(done if position is None else position())

    def has_done(self, name: str) -> None:
        """The file with this name has been counted."""
        if self._is_shown:
            size = self._sizes[name]
            self._n_before += self._n_done if size is None else size
            self._n_done = 0

    def _tell(self, n_done: int) -> None:
        self._n_done = n_done
        if self._report is None and monotonic() - self._start >= SECONDS_WITHOUT_BAR:
            self._report = self.enter_context(progress.reporting(True, self._total))
        if self._report is not None:
            self._report(self._n_before + n_done)


def _size(name: str) -> int | None:
    """The length of a file; None where it cannot be known."""
    try:
        status = os.fstat(0) if name == "-" else os.stat(name)  # noqa: PTH116 - a name that is wrong is told of when it is opened
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


# ---- Messages --------------------------------------------------------------------------------------------------------


def printable(text: str) -> str:
    """Escape what a terminal would obey rather than show."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(line: str) -> None:
    """Write a line to standard error, if there is one that can be written to."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{line}\n")
