"""What a file or a stream holds, as UTF-8: decompressed and decoded, as its first bytes tell.

Everything that reads a text goes through `opened`, so that all agree: compressed data is known by its first bytes; a byte-order
mark tells the encoding; without one it is UTF-8, unless another was given. UTF-16 and UTF-32 without a mark, many of whose
texts are valid UTF-8 with NULs, are recognised and refused.
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

# What is looked at of a text: some lines of it.
SAMPLE_NBYTES = 1 << 12

# Those of UTF-32 come first, since one of them begins with one of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# The shortest UTF-16 that is recognised has so many characters of ASCII or Latin-1. Fewer may be lists of single letters that
# end in NULs, as find -print0 writes them.
LEAST_NULS = 6

_CONTROLS = bytes(range(0x20))
_CONTROLS_THAT_ARE_NOT_BLANK = bytes(i for i in _CONTROLS if not chr(i).isspace())


class Reading(NamedTuple):
    """How a text is to be read."""

    encoding: str | None = None
    """Its encoding, as `checked_encoding` returns it; None for what its mark says, or UTF-8."""
    errors: str = "strict"
    suffix: str = ""
    """How the name of its file ends."""


class Opened(NamedTuple):
    """What reads a text: bytes of UTF-8, or ``str`` where the stream gives that."""

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
        io.TextIOWrapper(io.BytesIO(), encoding=name).close()  # which refuses those that are not of text, such as hex
    except (LookupError, ValueError) as error:
        raise ValueError(f"encoding must be the name of a text encoding that Python knows, not {quoted(encoding)}") from error
    return name


def suffix_of(path: str | bytes | os.PathLike[Any]) -> str:
    """Return how the name of a file ends, which may promise that it is compressed."""
    return os.path.splitext(os.fsdecode(path))[1]  # noqa: PTH122 - of any name, which need not be a path


def opened(read: Callable[[int], Any], nbytes: int, reading: Reading) -> Opened:
    """Return what reads the text that ``read`` gives in some form, of which blocks of so many bytes are asked for.

    Raises:
        InvalidDocumentError: what comes first shows that it is not to be read. Later faults are raised by the reading.
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
    """Return what reads bytes that are no text, decompressed if they are compressed."""
    ahead = _Ahead(read, nbytes)
    if (a_format := compressed.recognised(ahead.head)) is not None:
        return Decompressed(ahead.read, a_format).read
    compressed.check_name(suffix, ahead.head)
    return ahead.read


def check_buffer(view: memoryview) -> None:
    """Refuse a buffer that is compressed, or in UTF-16 or UTF-32; a buffer is UTF-8 and counted where it lies."""
    if (found := look_of(view)) is not None:
        raise InvalidDocumentError(
            f"the buffer looks like {found}, which is not UTF-8; add_stream(io.BytesIO(data)) reads other forms of text",
            position=0,
        )


def look_of(data: bytes | memoryview) -> str | None:
    """Return what bytes look like that should be UTF-8 and are compressed, or in UTF-16 or UTF-32; None for all else."""
    head = bytes(data[:SAMPLE_NBYTES])
    if (a_format := compressed.recognised(head)) is not None:
        return f"{a_format.name} data"
    encoding = _marked(head) or _unmarked(head)
    return None if encoding in (None, "utf-8") else encoding.upper()


def hint_at(data: bytes | memoryview) -> str:
    """Return what a message adds for bytes that are not UTF-8, if it can be told what they are."""
    look = look_of(data)
    return "" if look is None else f"; it looks like {look}"


# ---- Looking ahead ---------------------------------------------------------------------------------------------------


class _Ahead:
    """Reads what another reads, after a look at how it begins."""

    def __init__(self, read: Callable[[int], Any], nbytes: int) -> None:
        self._read = read
        self._blocks: list[Any] = []  # in order, with the end: a terminal would have to be told of it twice
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
    """Whether it is an ordinary line: who waits for what is typed, or comes from a socket, need not wait for more."""
    return len(head) >= 4 and b"\n" in head and not _count(head, _CONTROLS_THAT_ARE_NOT_BLANK)


# ---- Encodings -------------------------------------------------------------------------------------------------------


def _encoding(head: bytes, given: str | None) -> str:
    """Return the encoding of a text that begins so; a mark wins over what was given."""
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
    """Return which of UTF-32 and UTF-16 a text that begins so must be, without a mark; None for all else.

    UTF-32, if it decodes and no character is U+0000: every fourth byte is zero then, and the one beside it is below 17.

    UTF-16, if of the higher bytes of the pairs three in four are below 0x20, one in sixteen is no blank, and at least
    `LEAST_NULS` are zero, while of the lower ones nearly none are. So it is with all alphabets below U+2000, whose blanks and
    line ends have a zero too. UTF-8 would have to be of single characters with a control character, often NUL, behind each.

    UTF-16 of other scripts, if at least `LEAST_NULS` of the higher bytes are zero, each beside a blank or a line end, at most
    half as many of the lower ones are, and it is not valid UTF-8, or one in 32 of the lower ones is a control character.
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
                return text.encode("utf-8", "surrogatepass")  # what some encodings hold, and what reads this refuses

    def _decode(self, data: bytes) -> str:
        try:
            return self._decoder.decode(data, final=not data)
        except UnicodeError as error:
            place, reason = self._n_read - len(data), str(error)
            if isinstance(error, UnicodeDecodeError):  # which is of what was left before and this
                place, reason = self._n_read - len(error.object) + error.start, error.reason
            raise InvalidDocumentError(
                f"the text is not valid {self._encoding.upper()} at byte {place}: {reason}", position=place
            ) from error
