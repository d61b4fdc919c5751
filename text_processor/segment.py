r"""Split text into words, sentences and graphemes by Unicode Standard Annex #29, or count them.

A text is a ``str``, or bytes of UTF-8: then segments are bytes, too, and offsets are those of bytes. A column of pyarrow,
polars, pandas or any other library with the Arrow PyCapsule protocol gives Arrow arrays with an entry for each text.

>>> from text_processor.segment import count_graphemes, graphemes, sentences, words
>>> list(words("Don't panic: e-mail me 3.14 times, U.S.A.!"))
["Don't", 'panic', 'e', 'mail', 'me', '3.14', 'times', 'U.S.A']
>>> list(sentences("Mr. Smith paid $3.50. He left."))
['Mr. ', 'Smith paid $3.50. ', 'He left.']
>>> list(map(len, graphemes("e\u0301👩\u200d👧🇩🇪!")))
[2, 3, 2, 1]

The rules know no dictionary. Thai, Lao, Khmer, Burmese, Chinese and Japanese have no blanks between words, and are split
into single characters with their marks (katakana into runs). ``Mr.`` ends a sentence where a capital letter follows.

The tables and rules are those of `UNICODE_VERSION`, whatever Python runs.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, overload

from text_processor._common import arguments, signatures
from text_processor._common.arguments import Buffer
from text_processor._documents import arrow, batches, sources
from text_processor._native import segment as native
from text_processor._native import text as native_text
from text_processor.errors import InvalidDocumentError

__all__ = [
    "UNICODE_VERSION",
    "Offsets",
    "count_graphemes",
    "count_sentences",
    "count_words",
    "graphemes",
    "sentences",
    "words",
]

UNICODE_VERSION: str = native.UNICODE_VERSION
"""The version of the Unicode Standard by whose rules text is split."""

Rules = Literal["uax29", "uax29-all"]

_KINDS = {"uax29": "words", "uax29-all": "word segments"}

# Bytes of a column that are split in one step: some milliseconds, so that Ctrl-C takes effect.
_BATCH_NBYTES = 1 << 20


def __dir__() -> list[str]:
    return sorted(__all__)


class Offsets(NamedTuple):
    """Where segments begin and where they end: two arrays of as many numbers as there are segments."""

    starts: array[int]
    ends: array[int]


@overload
def words(text: str, rules: Rules = ..., offsets: Literal[False] = ...) -> Iterator[str]: ...
@overload
def words(text: Buffer, rules: Rules = ..., offsets: Literal[False] = ...) -> Iterator[bytes]: ...
@overload
def words(text: str | Buffer, rules: Rules = ..., *, offsets: Literal[True]) -> Offsets: ...
@overload
def words(text: Any, rules: Rules = ..., offsets: bool = ...) -> Any: ...
def words(text: Any, rules: Rules = "uax29", offsets: bool = False) -> Any:
    r"""Find the words of a text.

    Args:
        text: a ``str``, bytes or another buffer of UTF-8, or an Arrow column.
        rules: ``"uax29"``: the segments between word boundaries that hold a letter or a number (property Alphabetic or general
            category N). ``"uax29-all"``: all segments, which joined are the text: white space, punctuation and emoji, too.
        offsets: whether to return where the words are instead of the words.

    Returns:
        An iterator of words, ``str`` or ``bytes`` as the text. With ``offsets``, `Offsets`, in characters of a ``str`` and in
        bytes of bytes. For a column, a ``pyarrow.LargeListArray`` with an entry for each text, null where the column is: of
        words, or of structs ``start``, ``end``, in characters.

    Raises:
        InvalidDocumentError: the text is not valid UTF-8, or has a lone surrogate.
        TypeError: ``text`` is something else.
        ValueError: there are no such rules.

    Takes O(length) time. An iterator holds a copy of the text as UTF-8.

    >>> list(words("The cat's 9 lives"))
    ['The', "cat's", '9', 'lives']
    >>> list(words("Yes, we can", "uax29-all"))
    ['Yes', ',', ' ', 'we', ' ', 'can']
    >>> words("ça va", offsets=True)
    Offsets(starts=array('Q', [0, 3]), ends=array('Q', [2, 5]))
    >>> list(words("ça va".encode()))
    [b'\xc3\xa7a', b'va']
    """
    return _find(text, _kind_of(rules), offsets, "words")


@overload
def sentences(text: str, offsets: Literal[False] = ...) -> Iterator[str]: ...
@overload
def sentences(text: Buffer, offsets: Literal[False] = ...) -> Iterator[bytes]: ...
@overload
def sentences(text: str | Buffer, offsets: Literal[True]) -> Offsets: ...
@overload
def sentences(text: Any, offsets: bool = ...) -> Any: ...
def sentences(text: Any, offsets: bool = False) -> Any:
    """Find the sentences of a text, with the white space behind each: joined, they are the text.

    The arguments, results and errors are those of `words`.

    >>> list(sentences("Is it? It is (really). Done"))
    ['Is it? ', 'It is (really). ', 'Done']
    >>> sentences("One. Two.", offsets=True)
    Offsets(starts=array('Q', [0, 5]), ends=array('Q', [5, 9]))
    """
    return _find(text, "sentences", offsets, "sentences")


@overload
def graphemes(text: str, offsets: Literal[False] = ...) -> Iterator[str]: ...
@overload
def graphemes(text: Buffer, offsets: Literal[False] = ...) -> Iterator[bytes]: ...
@overload
def graphemes(text: str | Buffer, offsets: Literal[True]) -> Offsets: ...
@overload
def graphemes(text: Any, offsets: bool = ...) -> Any: ...
def graphemes(text: Any, offsets: bool = False) -> Any:
    """Find the graphemes of a text, extended grapheme clusters: what people take for one character. Joined, they are the text.

    The arguments, results and errors are those of `words`.

    >>> list(graphemes("नमस्ते"))
    ['न', 'म', 'स्ते']
    >>> graphemes("a🇫🇷", offsets=True)
    Offsets(starts=array('Q', [0, 1]), ends=array('Q', [1, 3]))
    """
    return _find(text, "graphemes", offsets, "graphemes")


@overload
def count_words(text: str | Buffer, rules: Rules = ...) -> int: ...
@overload
def count_words(text: Any, rules: Rules = ...) -> Any: ...
def count_words(text: Any, rules: Rules = "uax29") -> Any:
    """Return how many `words` a text has; for a column a ``pyarrow.UInt64Array``, null where the column is.

    The arguments and errors are those of `words`. Takes O(length) time, and memory for a copy of a ``str``.

    >>> count_words("3.14 is not 22/7"), count_words("3.14 is not 22/7", "uax29-all")
    (5, 9)
    """
    return _count(text, _kind_of(rules), "count_words")


@overload
def count_sentences(text: str | Buffer) -> int: ...
@overload
def count_sentences(text: Any) -> Any: ...
def count_sentences(text: Any) -> Any:
    """Return how many `sentences` a text has, as `count_words` does.

    >>> count_sentences("One. Two! Three?")
    3
    """
    return _count(text, "sentences", "count_sentences")


@overload
def count_graphemes(text: str | Buffer) -> int: ...
@overload
def count_graphemes(text: Any) -> Any: ...
def count_graphemes(text: Any) -> Any:
    """Return how many `graphemes` a text has, as `count_words` does.

    >>> count_graphemes("👩‍👩‍👧!"), len("👩‍👩‍👧!")
    (2, 6)
    """
    return _count(text, "graphemes", "count_graphemes")


def _kind_of(rules: object) -> str:
    arguments.check_option("rules", rules, tuple(_KINDS))
    return _KINDS[str(rules)]


def _utf8_of(text: object) -> bytes:
    """Return a checked text as UTF-8 that nobody changes."""
    if isinstance(text, str):
        plain = arguments.plain(text)
        if (place := batches.find_surrogate(plain)) is not None:
            what = f"text has a lone surrogate at character {place}, {plain[place]!r}, which UTF-8 cannot hold"
            raise InvalidDocumentError(what, offset=place)
        return plain.encode()
    view = arguments.byte_view(text, "text", "str, bytes or another buffer of bytes, or an Arrow column")
    return bytes(sources.checked_buffer(text if type(text) is bytes else bytes(view), "text", "bytes"))


# ---- One text --------------------------------------------------------------------------------------------------------


def _find(text: Any, kind: str, offsets: bool, name: str) -> Any:
    if arrow.is_column(text):
        return _Column(text, name).offsets(kind) if offsets else _Column(text, name).copies(kind)
    utf8 = _utf8_of(text)
    if offsets:
        return _offsets(utf8, kind, in_characters=isinstance(text, str))
    return _slices(arguments.plain(text) if isinstance(text, str) else utf8, utf8, kind)


def _offsets(utf8: bytes, kind: str, *, in_characters: bool) -> Offsets:
    found = Offsets(array("Q"), array("Q"))
    for bounds in native.find(utf8, kind, in_characters=in_characters):
        found.starts.extend(bounds[::2])
        found.ends.extend(bounds[1::2])
    return found


def _slices(text: str | bytes, utf8: bytes, kind: str) -> Iterator[str | bytes]:
    for bounds in native.find(utf8, kind, in_characters=isinstance(text, str)):
        yield from map(text.__getitem__, map(slice, bounds[::2], bounds[1::2]))


def _count(text: Any, kind: str, name: str) -> Any:
    return _Column(text, name).counts(kind) if arrow.is_column(text) else native.count_in(_utf8_of(text), kind)


# ---- A column --------------------------------------------------------------------------------------------------------


class _Column:
    """A column of texts, from which arrays with as many entries are made."""

    def __init__(self, column: Any, name: str) -> None:
        self._column, self._name = column, name
        self._pa = arrow.import_pyarrow(name)
        self._counts = array("Q")
        self._validity: Any = None

    def counts(self, kind: str) -> Any:
        for _ in self._counted(kind):
            pass
        return self._array(self._pa.uint64(), self._counts, self._validity)

    def offsets(self, kind: str) -> Any:
        pa, starts, ends = self._pa, array("Q"), array("Q")
        for batch, n_segments in self._counted(kind):
            bounds = native.find_in_each(batch, kind, n_segments, in_characters=True)
            starts.extend(bounds[::2])
            ends.extend(bounds[1::2])
        children = [self._array(pa.uint64(), numbers, None) for numbers in (starts, ends)]
        return self._lists(pa.StructArray.from_arrays(children, names=["start", "end"]))

    def copies(self, kind: str) -> Any:
        pa, text, ends = self._pa, bytearray(), array("q", [0])
        for batch, n_segments in self._counted(kind):
            copied, copied_ends = native.copy_of_each(batch, kind, n_segments)
            before = len(text)
            ends.extend(before + end for end in copied_ends)
            text += copied
        buffers = [None, pa.py_buffer(ends), pa.py_buffer(text)]
        return self._lists(pa.Array.from_buffers(pa.large_string(), len(ends) - 1, buffers))

    def _counted(self, kind: str) -> Iterator[tuple[native_text.Batch, int]]:
        """Give the texts of the column batch by batch, each counted, and how many segments the batch has."""
        with arrow.opened_texts(self._column, self._name, _BATCH_NBYTES, is_measured=False) as texts:
            for index, batch in texts:
                checked = batch if isinstance(batch, native_text.Batch) else arrow.batch_of_long(batch, index)
                counts = native.count(checked, kind)
                self._counts.extend(counts)
                yield checked, sum(counts)
            self._validity = self._validity_of(bytes(texts.has_value))

    def _validity_of(self, has_value: bytes) -> Any:
        if 0 not in has_value:
            return None
        pa = self._pa
        return self._array(pa.uint8(), has_value, None).cast(pa.bool_()).buffers()[1]

    def _array(self, kind: Any, numbers: array[int] | bytes, validity: Any) -> Any:
        return self._pa.Array.from_buffers(kind, len(numbers), [validity, self._pa.py_buffer(numbers)])

    def _lists(self, values: Any) -> Any:
        places = array("q", [0])
        for count in self._counts:
            places.append(places[-1] + count)
        pa, n_lists = self._pa, len(self._counts)
        buffers = [self._validity, pa.py_buffer(places)]
        return pa.Array.from_buffers(pa.large_list(values.type), n_lists, buffers, children=[values])


signatures.unquote(map(globals().get, (name for name in __all__ if name != "UNICODE_VERSION")))
