"""Compressed data: recognise the format by the first bytes, and read the text block by block.

One loop reads all formats, so all follow the same rules: consecutive members (gzip and bzip2), streams (xz) or frames (zstd)
are one text; zeros after the last one are padding; anything else after it is an error, and so is an end within a member.
"""

from __future__ import annotations

import importlib
import re
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from text_processor._common.messages import quoted
from text_processor._native import process as native_process
from text_processor.errors import InvalidDocumentError

# The memory limit of a decompressor if set_memory_limit sets none. Decoders take what the header of a file claims: up to
# 65 MB for the presets of xz, 128 MB for those of zstd, --long included, and 4 GB for a malicious file.
MOST_MEMORY = 256 << 20

# Compressed bytes that a decompressor gets at once. The unused rest is copied for each member, and a member may have 10 bytes.
INPUT_NBYTES = 1 << 13

# The same for the package zstandard, which cannot limit its output: 4 bytes may become 128 KB, so 512 bytes may become 16 MB.
ZSTANDARD_INPUT_NBYTES = 1 << 9

# The length of the longest magic number, that of bzip2.
_MAGIC_NBYTES = 10

# The messages of lzma and of the modules for zstd about a memory limit.
_TOO_MUCH_MEMORY = re.compile("Memory usage limit exceeded|too much memory")


class _Member(Protocol):
    """Decompresses one member, as `bz2.BZ2Decompressor` does."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Format(NamedTuple):
    """A format of compressed data."""

    name: str
    suffix: str
    magic: re.Pattern[bytes]
    modules: tuple[str, ...]
    """The modules that can read it; the first one that is installed is used."""
    open: Callable[[Any, int], _Member]
    """Begins a member, with that module and a memory limit in bytes."""


class _GzipMember:
    """A member of gzip data. `zlib` has all that `bz2.BZ2Decompressor` has, under other names."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        text = self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)
        self.needs_input = not self._inflate.unconsumed_tail and len(text) < max_length
        return text


class _ZstandardFrame:
    """A frame of zstd data, read by the package zstandard."""

    def __init__(self, module: Any, most_memory: int) -> None:
        self._frame = module.ZstdDecompressor(max_window_size=_largest_window(most_memory)).decompressobj()
        self._waiting = b""

    @property
    def eof(self) -> bool:
        is_done: bool = self._frame.eof
        return is_done

    @property
    def needs_input(self) -> bool:
        return not self._waiting

    @property
    def unused_data(self) -> bytes:
        unused: bytes = self._frame.unused_data
        return unused + self._waiting

    def decompress(self, data: bytes, _max_length: int) -> bytes:
        data = self._waiting + data
        self._waiting = data[ZSTANDARD_INPUT_NBYTES:]
        text: bytes = self._frame.decompress(data[:ZSTANDARD_INPUT_NBYTES])
        return text


def _largest_window(most_memory: int) -> int:
    """Return the largest power of two that leaves memory for the rest of a zstd decoder; 1 KB is the format's minimum."""
    return 1 << max(10, most_memory.bit_length() - 1)


def _open_gzip(_module: Any, _most_memory: int) -> _Member:
    return _GzipMember()


def _open_bzip2(module: Any, _most_memory: int) -> _Member:
    member: _Member = module.BZ2Decompressor()
    return member


def _open_xz(module: Any, most_memory: int) -> _Member:
    member: _Member = module.LZMADecompressor(module.FORMAT_XZ, max(1, most_memory))
    return member


def _open_zstd(module: Any, most_memory: int) -> _Member:
    if not hasattr(module, "DecompressionParameter"):
        return _ZstandardFrame(module, most_memory)
    window_log = min(_largest_window(most_memory).bit_length() - 1, module.DecompressionParameter.window_log_max.bounds()[1])
    member: _Member = module.ZstdDecompressor(options={module.DecompressionParameter.window_log_max: window_log})
    return member


FORMATS = (
    # The third byte is the only method that exists. The first two bytes alone may be the start of a file of token ids.
    Format("gzip", ".gz", re.compile(rb"\x1f\x8b\x08"), ("zlib",), _open_gzip),
    # After the size of its blocks comes the first block or the end. The first four bytes alone may be the start of a text.
    Format(
        "bzip2",
        ".bz2",
        re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"),
        ("bz2",),
        _open_bzip2,
    ),
    Format("xz", ".xz", re.compile(rb"\xfd7zXZ\0"), ("lzma",), _open_xz),
    # A frame, or a skippable frame, which may come before and after others.
    Format(
        "zstd",
        ".zst",
        re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        ("compression.zstd", "backports.zstd", "zstandard"),
        _open_zstd,
    ),
)


def recognised(head: bytes) -> Format | None:
    """Return the format of data that begins so; None if it is not compressed."""
    return next((a_format for a_format in FORMATS if a_format.magic.match(head)), None)


def check_name(suffix: str, head: bytes) -> None:
    """Raise if data is not compressed although the name of its file says so: most likely the file was cut short."""
    a_format = next((a_format for a_format in FORMATS if a_format.suffix == suffix.lower()), None)
    if a_format is None:
        return
    found = f"begins with {quoted(head[:_MAGIC_NBYTES])}" if head else "is empty"
    raise InvalidDocumentError(
        f"damaged {a_format.name} data: what is called {a_format.suffix} {found}; text needs a name without that ending",
        position=0,
    )


class Decompressed:
    """The text of compressed data, to be read once."""

    def __init__(self, read: Callable[[int], bytes], a_format: Format) -> None:
        self._read = read
        self._format = a_format
        self._module = _module(a_format)
        limit = native_process.get_memory_stats()["limit_bytes"]
        self._most_memory = MOST_MEMORY if limit is None else limit
        self._member = a_format.open(self._module, self._most_memory)
        self._unused = b""  # the rest after the last member
        self._block = memoryview(b"")  # the bytes that were read after that rest
        self._n_read = 0
        self._is_at_end = False

    def read(self, nbytes: int, /) -> bytes:
        """Return ``nbytes`` bytes of text; fewer at the end, and none after it."""
        parts: list[bytes] = []
        n_missing = nbytes
        while n_missing > 0 and not self._is_at_end:
            part = self._decompress(self._input() if self._member.needs_input else b"", n_missing)
            parts.append(part)
            n_missing -= len(part)
            if self._member.eof:
                self._begin_member()
        return b"".join(parts)

    def _decompress(self, data: bytes, nbytes: int) -> bytes:
        try:
            return self._member.decompress(data, nbytes)
        except MemoryError:
            raise
        except Exception as error:  # each module has its own exception classes
            name = self._format.name
            if _TOO_MUCH_MEMORY.search(str(error)):
                raise InvalidDocumentError(
                    f"{name} data that takes more than {self._most_memory:,} bytes of memory to decompress; "
                    "set_memory_limit, or --max-memory on the command line, allows more"
                ) from error
            raise InvalidDocumentError(f"damaged {name} data: {error}") from error

    def _input(self) -> bytes:
        """Return the next bytes; raise if there are none."""
        data = self._next()
        if not data:
            raise InvalidDocumentError(
                f"damaged {self._format.name} data: it ends too soon, after {self._n_read:,} bytes; it was cut short",
                position=self._n_read,
            )
        return data

    def _next(self) -> bytes:
        if self._unused:
            data, self._unused = self._unused, b""
            return data
        if not self._block:
            self._block = memoryview(self._read(INPUT_NBYTES))
            self._n_read += len(self._block)
        data, self._block = bytes(self._block[:INPUT_NBYTES]), self._block[INPUT_NBYTES:]
        return data

    def _begin_member(self) -> None:
        """Begin the member after one that has ended, unless only zeros follow."""
        rest = self._member.unused_data.lstrip(b"\0")
        while len(rest) < _MAGIC_NBYTES and (data := self._next()):
            rest = (rest + data).lstrip(b"\0")
        if not rest:
            self._is_at_end = True
            return
        if not self._format.magic.match(rest):
            place = self._n_read - len(self._block) - len(rest)
            raise InvalidDocumentError(
                f"damaged {self._format.name} data: behind its end, at byte {place}, comes {quoted(rest[:_MAGIC_NBYTES])}, "
                f"which is neither more {self._format.name} data nor zeros",
                position=place,
            )
        self._member = self._format.open(self._module, self._most_memory)
        self._unused = rest


def _module(a_format: Format) -> Any:
    for name in a_format.modules:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    modules = " or ".join(a_format.modules)
    raise InvalidDocumentError(
        f"{a_format.name} data cannot be read without the module {modules}; install it, or decompress the data first"
    )
