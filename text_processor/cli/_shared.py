"""Code that the shell commands share: options, memory limits, the progress bar for all files together, and messages."""

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
from text_processor.errors import InvalidDocumentError

PROGRAM = "text-processor"

# A bar appears after this time. Shorter work does not need one, and loading the bar takes time too.
SECONDS_WITHOUT_BAR = 1.0

# Characters that could move the cursor, change colours, set the title of a window or reverse the text: control characters and
# direction overrides. Lone surrogates occur in names of files that are not UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class FileError(Exception):
    """Why a file cannot be read or written, in one line for the user."""


# ---- Options ---------------------------------------------------------------------------------------------------------


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add the option for the number of threads."""
    parser.add_argument(
        "--threads",
        type=_number_of_threads,
        metavar="N",
        help="how many threads may count (default: one for each processor); the result does not depend on it",
    )


def add_progress(parser: argparse.ArgumentParser) -> None:
    """Add the option to show no bar."""
    parser.add_argument(
        "--no-progress",
        dest="progress",
        action="store_false",
        help="show no progress bar; by default a bar appears after one second if standard error is a terminal",
    )


def add_skip_errors(parser: argparse.ArgumentParser) -> None:
    """Add the option to continue after a file with a fault."""
    parser.add_argument(
        "--skip-errors",
        action="store_true",
        help="leave out each file that cannot be read or has a fault, report it, and end with status 1 after the other files; "
        "by default the first such file ends the command",
    )


def _number_of_threads(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= MOST_THREADS):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number from 1 to {MOST_THREADS}")
    return int(text)


# ---- Standard input ----------------------------------------------------------------------------------------------------


def standard_input() -> io.FileIO:
    """Open standard input unbuffered: each block is read once, so an end of input typed in a terminal is needed only once.

    If it was closed when Python started, descriptor 0 may belong to a file of a library; libffi, for example, keeps one open.
    """
    if sys.__stdin__ is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return io.FileIO(0, closefd=False)


# ---- Encodings and memory --------------------------------------------------------------------------------------------


_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def add_encoding(parser: argparse.ArgumentParser) -> None:
    """Add the option for the encoding of the files."""
    parser.add_argument(
        "--encoding",
        type=_encoding,
        metavar="NAME",
        help="the encoding of the files (default: as their byte-order mark says, otherwise UTF-8)",
    )


def add_errors(parser: argparse.ArgumentParser) -> None:
    """Add the option for bytes that are not in that encoding."""
    parser.add_argument(
        "--errors",
        choices=["strict", "replace"],
        default="strict",
        help="at bytes that are not UTF-8, end the command (the default), or replace them by U+FFFD as Python's decoder does",
    )


# What says how to open a tokenizer.
TOKENIZER = "the file or folder of a tokenizer; its content tells the format"


def add_pattern(parser: argparse.ArgumentParser) -> None:
    """Add the option for the pattern of a tokenizer that is read."""
    parser.add_argument("--pattern", help="the pattern, or its name, for a format without one, such as a .tiktoken file")


def way_round(error: BaseException) -> str:
    """Return the end of a message about a file that is no valid text: the options that read it; nothing for another fault."""
    if not isinstance(error, InvalidDocumentError) or error.position is None:
        return ""
    is_invalid = error.offset is not None or isinstance(error.__cause__, UnicodeError)
    return "; --errors replace reads it as U+FFFD, --encoding in another encoding" if is_invalid else ""


def _encoding(text: str) -> str | None:
    try:
        return decoding.checked_encoding(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is no text encoding that Python knows") from error


def add_max_memory(parser: argparse.ArgumentParser) -> None:
    """Add the option for the memory limit."""
    parser.add_argument(
        "--max-memory",
        type=_number_of_bytes,
        metavar="SIZE",
        help="end the command if the counts, or decompressing a file, need more memory than this, such as 500M or 2G "
        f"(default: no limit for the counts, {compressed.MOST_MEMORY >> 20}M for decompressing)",
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
    """Limit the memory of the core and of decompressors to so many bytes; None changes nothing."""
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

# The output for a file is kept until the file is known to have no fault: up to this size in memory, beyond it in a temporary
# file.
_MOST_KEPT_NBYTES = 1 << 24

# The kept output is given in blocks of this size.
_KEPT_NBYTES = 1 << 20


class Faults:
    """Files with faults: the first one ends the command, or with ``--skip-errors`` each is reported and left out."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.n = 0
        self.are_skipped: bool = arguments.skip_errors
        self._hint = "; --skip-errors leaves such files out" if len(arguments.files) > 1 else ""

    @property
    def status(self) -> int:
        """The exit status of the command."""
        return 1 if self.n else 0

    @contextlib.contextmanager
    def left_out(self) -> Generator[None, None, None]:
        """Wrap the work on one file that may have a fault."""
        try:
            yield
        except FileError as error:
            if not self.are_skipped:
                raise FileError(f"{error}{self._hint}") from error
            say(f"{PROGRAM}: {error}")
            self.n += 1

    def whole(self, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Give the output for a file; with ``--skip-errors``, only after all of it was made without a fault."""
        if not self.are_skipped:
            yield from chunks
            return
        import tempfile  # noqa: PLC0415 - it loads more than the rest of the command

        with tempfile.SpooledTemporaryFile(_MOST_KEPT_NBYTES) as kept:
            try:
                for chunk in chunks:  # writelines would look at the length only once all are written
                    kept.write(chunk)
            except OSError as error:
                raise FileError(printable(f"{name}: {error.strerror}, in a temporary file")) from error
            kept.seek(0)
            while chunk := kept.read(_KEPT_NBYTES):
                yield chunk


# ---- Progress --------------------------------------------------------------------------------------------------------


class Work(contextlib.ExitStack):
    """The progress of all files together, shown by a bar in the terminal if the work takes longer than a second.

    For a compressed file the bytes read from the file count, because its size is in these bytes.
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
        """Return the progress hook for the next file; if ``position`` is given, it replaces the reported position."""
        if not self._is_shown:
            return None
        return lambda done, _: self._tell(done if position is None else position())

    def has_done(self, name: str) -> None:
        """Report that the file with this name is done."""
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
    """Return the length of a file; None if it is not known."""
    try:
        status = os.fstat(0) if name == "-" else os.stat(name)  # noqa: PTH116 - opening it reports a wrong name
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


# ---- Messages --------------------------------------------------------------------------------------------------------


def printable(text: str) -> str:
    """Escape the characters that a terminal would execute instead of show."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(line: str) -> None:
    """Write a line to standard error, if that is open and writable."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{line}\n")
