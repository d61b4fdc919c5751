"""The lines of files and streams as documents, without holding more than some megabytes of them."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

from text_processor._common import arguments
from text_processor._common.arguments import Readable, is_a
from text_processor._common.globs import files_of
from text_processor._common.messages import quoted
from text_processor._documents import sources
from text_processor._documents.sources import Options, Shard
from text_processor.errors import InvalidDocumentError

# Bytes whose lines are counted together: some tens of milliseconds of work, for which it pays to look at all terms so far.
PORTION_NBYTES = 1 << 22

Source = str | bytes | os.PathLike[Any] | Readable


class Lines:
    r"""The documents of files and streams, one a line, for any method of a vectorizer that takes documents.

    ``fit`` and ``partial_fit`` hold only some megabytes of text at once, and ``fit_transform`` and ``transform`` those and the
    matrix. It can be looped over, too, and then gives ``str``. scikit-learn's ``input="filename"`` is another thing: there
    each file is one document.

    A line ends at ``\n`` only, which is no part of it. Each line is a document, so that rows and lines correspond; ``blank``
    changes that. Files are read anew each time, a stream only once.

    Args:
        given: paths and globs of files, which are sorted then, and objects with a method ``read`` that returns bytes or text.
            They may be compressed by gzip, bzip2, xz or zstd. A byte-order mark is dropped.
        blank: ``"keep"``: a line without words is a document without terms; ``"skip"``: it is none, as in
            `text_processor.TextAnalyzer`.
        encoding: the encoding of the text, None means UTF-8; as in `text_processor.TextAnalyzer.add_file`.
        errors: ``"strict"`` raises at bytes that are not in the encoding, ``"replace"`` replaces them by U+FFFD.

    Raises:
        TypeError: something given is neither a path nor a stream.
        ValueError: an option has a value that is not listed here.
        FileNotFoundError: no file matches a glob.

    Reading them raises what `text_processor.TextAnalyzer.add_file` does, with a note of which file it is about; and
    `ValueError` where a stream has been read before.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from text_processor.sklearn import CountVectorizer, Lines
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = Path(folder, "reviews.txt").write_text("a red car\n\na red bike\n")
    ...     CountVectorizer().fit_transform(Lines(f"{folder}/*.txt")).toarray()
    array([[0, 1, 1],
           [0, 0, 0],
           [1, 0, 1]])
    """

    def __init__(
        self,
        *given: Source,
        blank: Literal["keep", "skip"] = "keep",
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
    ) -> None:
        arguments.check_option("blank", blank, ("keep", "skip"))
        self._skips_blank = blank == "skip"
        self._options = Options("lines", "skip", errors, encoding).checked()
        self._sources = [source for each in given for source in _sources_of(each)]
        self._is_read = False

    def __iter__(self) -> Iterator[str]:
        for texts, _ in self.portions():
            yield from texts

    @property
    def nbytes(self) -> int | None:
        """How many bytes all the files have; None if one is a stream, or has no size."""
        if not all(isinstance(each, str) and os.path.isfile(each) for each in self._sources):  # noqa: PTH113 - it is a str
            return None
        return sum(map(os.path.getsize, cast("list[str]", self._sources)))

    def portions(self) -> Iterator[tuple[list[str], int]]:
        """Give some thousands of documents at a time, and the number of bytes that have been read so far."""
        if self._is_read and not all(isinstance(each, str) for each in self._sources):
            raise ValueError("a stream gives its lines only once; make Lines of a new one, or of a file")
        self._is_read = True
        n_before = 0
        for each in self._sources:
            with _opened(each, self._options) as shard:
                for lines in shard.whole_lines(PORTION_NBYTES):
                    texts = lines.decode().split("\n")
                    if self._skips_blank:
                        texts = [text for text in texts if text and not text.isspace()]
                    yield texts, n_before + shard.source.n_read
                n_before += shard.source.n_read


def _sources_of(given: Any) -> list[Any]:
    """Return the files that a path or a glob stands for, sorted; or the stream that was given."""
    if callable(getattr(given, "read", None)):
        return [given]
    if not is_a(given, str, bytes, os.PathLike):
        raise TypeError(
            f"Lines are of paths, globs and objects with a method read, not of {type(given).__name__}; "
            "several of them are several arguments"
        )
    name = os.fsdecode(given)
    found = files_of(name)
    if not found:
        raise FileNotFoundError(f"no file matches {quoted(name)}")
    return found


@contextmanager
def _opened(source: Any, options: Options) -> Generator[Shard, None, None]:
    if not isinstance(source, str):
        yield sources.of_stream(source, options).shards(options, 1)[0]
        return
    try:
        with sources.opened_file(source, options) as given:
            yield given.shards(options, 1)[0]
    except InvalidDocumentError as error:
        error.add_note(f"This is about {source!r}.")
        raise
