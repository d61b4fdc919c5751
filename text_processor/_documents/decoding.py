"""Read a file or a stream as UTF-8; its first bytes tell whether it is decompressed and decoded.

All readers of text use `opened`, so all follow the same rules: compressed data is recognised by its first bytes, and a
byte-order mark gives the encoding. Without a mark the text is UTF-8, unless another encoding is given. UTF-16 and UTF-32
without a mark are recognised and raise; many of these texts would be valid UTF-8 with NULs.
"""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Callable
from typing import Any, NamedTuple

from text_processor._common.messages import quoted
from text_processor._documents import compressed
from text_processor._documents.compressed import Decompressed
from text_processor.errors import InvalidDocumentError

# The bytes of a text that are examined: some lines.
SAMPLE_NBYTES = 1 << 12

# The marks of UTF-32 come before those of UTF-16, because one of them begins with a mark of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# UTF-16 is recognised from this many characters of ASCII or Latin-1 on. Fewer may be a list of single letters that end in
# NULs, as find -print0 writes it.
LEAST_NULS = 6

_CONTROLS = bytes(range(0x20))
_CONTROLS_THAT_ARE_NOT_BLANK = bytes(i for i in _CONTROLS if not chr(i).isspace())


class Reading(NamedTuple):
    """How a text is to be read."""

    encoding: str | None = None
    """The encoding, as `checked_encoding` returns it; None means the encoding of the mark, or UTF-8."""
    errors: str = "strict"
    suffix: str = ""
    """The suffix of the name of the file."""


class Opened(NamedTuple):
    """A reader of a text: it gives bytes of UTF-8, or ``str`` if the stream does."""

    read: Callable[[int], Any]
    is_plain: bool
    """Whether these are the bytes of the file, neither decompressed nor decoded."""


def checked_encoding(encoding: object) -> str | None:
    """Return the name of an encoding as `codecs` has it, or raise `ValueError` for one that Python cannot decode text from."""
    if encoding is None:
        return None
    if not isinstance(encoding, str):
        raise TypeError(f"encoding must be str or None, not {type(encoding).__name__}")
    try:
        name = codecs.lookup(encoding).name
        io.TextIOWrapper(io.BytesIO(), encoding=name).close()  # raises for an encoding that is not for text, such as hex
    except (LookupError, ValueError) as error:
        raise ValueError(f"encoding must be the name of a text encoding that Python knows, not {quoted(encoding)}") from error
    return name


def decoder(encoding: str | None, errors: str) -> Callable[[bytes], str] | None:
    """Return a function that decodes one text, a byte-order mark included; None for valid UTF-8, which needs none."""
    if encoding in (None, "utf-8") and errors == "strict":
        return None

    def decode(data: bytes) -> str:
        marked = _marked(data)
        return data.decode(marked or encoding or "utf-8", errors).removeprefix("\ufeff" if marked else "")

    return decode


def suffix_of(path: str | bytes | os.PathLike[Any]) -> str:
    """Return the suffix of the name of a file; it may say that the file is compressed."""
    return os.path.splitext(os.fsdecode(path))[1]  # noqa: PTH122 - of any name, which need not be a path


def opened(read: Callable[[int], Any], nbytes: int, reading: Reading) -> Opened:
    """Return a reader for the text that ``read`` gives in any form, read in blocks of ``nbytes`` bytes.

    Raises:
        InvalidDocumentError: the first bytes show that it cannot be read as text. Later faults raise when they are read.
    """
    ahead = _Ahead(read, nbytes)
    a_format = compressed.recognised(ahead.head)
    if a_format is not None:
        ahead = _Ahead(Decompressed(ahead.read, a_format).read, nbytes)
    elif not ahead.is_text:
        compressed.check_name(reading.suffix, ahead.head)
    encoding = "utf-8" if ahead.is_text else _encoding(ahead.head, reading.encoding)
    if encoding != "utf-8":
        return Opened(_Decoded(ahead.read, encoding, reading.errors).read, is_plain=False)
    return Opened(ahead.read, is_plain=a_format is None)


def opened_bytes(read: Callable[[int], bytes], nbytes: int, suffix: str) -> Callable[[int], bytes]:
    """Return a reader for bytes that are not text; it decompresses them if they are compressed."""
    ahead = _Ahead(read, nbytes)
    if (a_format := compressed.recognised(ahead.head)) is not None:
        return Decompressed(ahead.read, a_format).read
    compressed.check_name(suffix, ahead.head)
    return ahead.read


def check_buffer(view: memoryview) -> None:
    """Raise if a buffer is compressed, or in UTF-16 or UTF-32: a buffer must be UTF-8, because it is counted in place."""
    if (found := look_of(view)) is not None:
        raise InvalidDocumentError(
            f"the buffer looks like {found}, which is not UTF-8; add_stream(io.BytesIO(data)) reads other forms of text",
            position=0,
        )


def look_of(data: bytes | memoryview) -> str | None:
    """Return the name of what the bytes look like: a compressed format, UTF-16 or UTF-32; None for anything else."""
    head = bytes(data[:SAMPLE_NBYTES])
    if (a_format := compressed.recognised(head)) is not None:
        return f"{a_format.name} data"
    encoding = _marked(head) or _unmarked(head)
    return None if encoding in (None, "utf-8") else encoding.upper()


def hint_at(data: bytes | memoryview) -> str:
    """Return the end of a message about bytes that are not UTF-8: what they look like, if that is known."""
    look = look_of(data)
    return "" if look is None else f"; it looks like {look}"


# ---- Looking ahead ---------------------------------------------------------------------------------------------------


class _Ahead:
    """Reads from another reader, after examining how its data begins."""

    def __init__(self, read: Callable[[int], Any], nbytes: int) -> None:
        self._read = read
        self._blocks: list[Any] = []  # in order, with the end: in a terminal the end would have to be typed twice
        self.head = b""
        self.is_text = False
        while len(self.head) < SAMPLE_NBYTES and not _tells_enough(self.head):
            block = read(nbytes)
            self.is_text = isinstance(block, str)
            self._blocks.append(block if self.is_text else bytes(block))
            if self.is_text or not block:
                break
            self.head += self._blocks[-1]
        self._blocks.reverse()

    def read(self, nbytes: int, /) -> Any:
        return self._blocks.pop() if self._blocks else self._read(nbytes)


def _tells_enough(head: bytes) -> bool:
    """Whether it is an ordinary line, so that a terminal or socket need not send more before reading goes on."""
    return len(head) >= 4 and b"\n" in head and not _count(head, _CONTROLS_THAT_ARE_NOT_BLANK)


# ---- Encodings -------------------------------------------------------------------------------------------------------


def _encoding(head: bytes, given: str | None) -> str:
    """Return the encoding of a text that begins with ``head``; a mark has priority over the given encoding."""
    if (marked := _marked(head)) is not None:
        return marked
    if given is not None:
        return given
    if (found := _unmarked(head)) is not None:
        raise InvalidDocumentError(
            f"the text looks like {found.upper()} without a byte-order mark; say which encoding it is, {found!r}, "
            "or 'utf-8' if it is UTF-8 with NULs: by encoding=, or by --encoding on the command line",
            position=0,
        )
    return "utf-8"


def _marked(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def _unmarked(head: bytes) -> str | None:
    """Return the encoding of a UTF-16 or UTF-32 text without a mark that begins with ``head``; None for anything else.

    A text is UTF-32 if it decodes and no character is U+0000: then every fourth byte is zero, and the one next to it is below
    17.

    A text is UTF-16 if three in four of the higher bytes of its pairs are below 0x20, one in sixteen is below 0x20 and not
    white space, at least `LEAST_NULS` are zero, and nearly none of the lower bytes is zero. This holds for all alphabets below
    U+2000; their blanks and line ends have a zero byte too. A UTF-8 text would need a control character, often NUL, after each
    single character to look like this.

    A text is UTF-16 of another script if at least `LEAST_NULS` of the higher bytes are zero, each next to a space or a line
    end, at most half as many of the lower bytes are zero, and the text is not valid UTF-8 or one in 32 of the lower bytes is a
    control character.
    """
    sample = head[:SAMPLE_NBYTES]
    for encoding in ("utf-32-le", "utf-32-be"):
        if _is_utf32(sample[: len(sample) // 4 * 4], encoding):
            return encoding
    n_pairs = len(sample) // 2
    first, second = sample[: 2 * n_pairs : 2], sample[1 : 2 * n_pairs : 2]
    if _are_higher(second, first) or _has_wide_blanks(sample, second, first):
        return "utf-16-le"
    return "utf-16-be" if _are_higher(first, second) or _has_wide_blanks(sample, first, second) else None


def _is_utf32(sample: bytes, encoding: str) -> bool:
    if sample.count(0) < len(sample) / 4:
        return False
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return len(text) > 1 and "\0" not in text


def _are_higher(higher: bytes, lower: bytes) -> bool:
    n, n_nuls = len(higher), higher.count(0)
    return (
        n_nuls >= LEAST_NULS
        and lower.count(0) <= n_nuls // 16
        and _count(higher, _CONTROLS) >= n * 3 / 4
        and _count(higher, _CONTROLS_THAT_ARE_NOT_BLANK) >= n / 16
    )


def _has_wide_blanks(sample: bytes, higher: bytes, lower: bytes) -> bool:
    n_nuls = higher.count(0)
    if n_nuls < LEAST_NULS or lower.count(0) > n_nuls // 2:
        return False
    if any(high == 0 and low not in b" \t\r\n" for high, low in zip(higher, lower, strict=True)):
        return False
    return not _is_utf8(sample) or _count(lower, _CONTROLS_THAT_ARE_NOT_BLANK) >= len(lower) / 32


def _is_utf8(sample: bytes) -> bool:
    """Whether this is UTF-8, of which the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _count(data: bytes, which: bytes) -> int:
    return len(data) - len(data.translate(None, which))


class _Decoded:
    """A text in another encoding, as UTF-8."""

    def __init__(self, read: Callable[[int], Any], encoding: str, errors: str) -> None:
        self._read = read
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._n_read = 0
        self._is_at_start = True

    def read(self, nbytes: int, /) -> bytes:
        """Return some text; none at the end."""
        while True:
            data = bytes(self._read(nbytes))
            self._n_read += len(data)
            text = self._decode(data)
            if text and self._is_at_start:
                self._is_at_start = False
                text = text.removeprefix("\ufeff")
            if text or not data:
                return text.encode("utf-8", "surrogatepass")  # some encodings allow surrogates; the caller raises

    def _decode(self, data: bytes) -> str:
        try:
            return self._decoder.decode(data, final=not data)
        except UnicodeError as error:
            place, reason = self._n_read - len(data), str(error)
            if isinstance(error, UnicodeDecodeError):  # its object has the rest of the last block too
                place, reason = self._n_read - len(error.object) + error.start, error.reason
            raise InvalidDocumentError(
                f"the text is not valid {self._encoding.upper()} at byte {place}: {reason}", position=place
            ) from error
