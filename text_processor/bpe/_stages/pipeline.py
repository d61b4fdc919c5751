"""The way of a text to the splitter: added tokens are found, the rest is normalized, and gets a blank before it.

A text passes through stages, whole or in chunks. Each stage keeps what is not yet certain, and gives the rest to the next one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from text_processor._native.bpe import Encoder
from text_processor.bpe._stages import normalizing, utf8
from text_processor.bpe._stages.added_tokens import AddedToken, Context, Finder

Text = bytes | memoryview


class Sink(Protocol):
    """Takes the stretches of a text, each in chunks, and the added tokens between them."""

    def text(self, chunk: Text, is_final: bool) -> None:
        """Take the next chunk of a stretch, cut between characters; ``is_final`` ends the stretch."""

    def token(self, number: int) -> None:
        """Take an added token between two stretches."""


class Buffer:
    """Gives stretches of text to a consumer; a stretch that comes as a whole is not copied."""

    def __init__(self, consume: utf8.Consume, threads: int = 1) -> None:
        self._consume = consume
        self._threads = threads
        self._stream: utf8.Stream | None = None

    def feed(self, chunk: Text, is_final: bool) -> None:
        """Take the next chunk of a stretch."""
        if self._stream is None and is_final:
            n = self._consume(chunk, True) if len(chunk) <= utf8.STEP_NBYTES else 0
            if n < len(chunk):
                utf8.feed_bytes(memoryview(chunk)[n:], self._consume, threads=self._threads)
            return
        if self._stream is None:
            self._stream = utf8.Stream(self._consume, self._threads)
        self._stream.feed(memoryview(chunk), is_final)
        if is_final:
            self._stream = None


class _Stage(ABC):
    """A stage that gives text to the next one."""

    def __init__(self, after: Sink) -> None:
        self._after = after
        self._is_open = False  # whether the next stage waits for the end of a stretch
        self._buffer = Buffer(self._consume)

    def text(self, chunk: Text, is_final: bool) -> None:
        self._buffer.feed(chunk, is_final)
        if is_final:
            self._end()

    def token(self, number: int) -> None:
        self._after.token(number)

    def _give(self, chunk: Text, is_final: bool) -> None:
        if len(chunk) > 0 or (is_final and self._is_open):
            self._after.text(chunk, is_final)
            self._is_open = not is_final

    def _end(self) -> None:
        self._give(b"", True)

    @abstractmethod
    def _consume(self, text: Text, is_final: bool) -> int:
        """Give the certain part of a text to the next stage; return its number of bytes."""


class Finding(_Stage):
    """Finds added tokens."""

    def __init__(self, finder: Finder, after: Sink) -> None:
        super().__init__(after)
        self._finder = finder
        self._context = Context()

    def _consume(self, text: Text, is_final: bool) -> int:
        places, n_certain, context = self._finder.find(text, is_final, self._context)
        done = self._context.n_taken
        for place in places:
            self._give(text[done : max(place.start, done)], True)
            self._after.token(place.id)
            done = place.end
        self._give(text[done : max(n_certain, done)], is_final)
        self._context = context
        return n_certain

    def _end(self) -> None:
        super()._end()
        self._context = Context()


class Normalizing(_Stage):
    """Normalizes text, in parts that end where no later text changes what is before."""

    def __init__(self, form: str, after: Sink) -> None:
        super().__init__(after)
        self._form = form

    def _consume(self, text: Text, is_final: bool) -> int:
        n = len(text) if is_final else normalizing.find_cut(text, self._form)
        part = text[:n]
        self._give(part if bytes(part).isascii() else normalizing.normalize(part, self._form), is_final)
        return n


class Encoding:
    """The last stage: encodes stretches, with a blank before each one that begins with something else if that is wanted."""

    def __init__(self, encoder: Encoder, encode: Callable[[Text, bool], int], prefix_space: bool) -> None:
        self._encoder = encoder
        self._prefix_space = prefix_space
        self._is_inside = False
        self._buffer = Buffer(encode, encoder.threads)

    def text(self, chunk: Text, is_final: bool) -> None:
        if self._prefix_space and not self._is_inside:
            chunk = with_blank(chunk)
        self._is_inside = not is_final and (self._is_inside or len(chunk) > 0)
        self._buffer.feed(chunk, is_final)

    def token(self, number: int) -> None:
        self._encoder.add(number)


def with_blank(text: Text) -> Text:
    """Return a text with a blank before it, unless it begins with one or is empty."""
    return text if len(text) == 0 or text[0] == 0x20 else b" " + bytes(text)


class Finders(NamedTuple):
    """The added tokens that a call looks for, those that are found before the text is normalized and those after that."""

    before: Finder | None
    after: Finder | None

    def stages(self, form: str | None, last: Sink) -> Sink:
        """Return the first stage of those that lead to the last one."""
        first = last
        if self.after is not None:
            first = Finding(self.after, first)
        if form is not None:
            first = Normalizing(form, first)
        if self.before is not None:
            first = Finding(self.before, first)
        return first


def looked_for(name: str, token: AddedToken, form: str | None) -> str:
    """Return the text that an added token is looked for by, which is also what it decodes to, as in tokenizers."""
    return normalizing.normalized(name, form) if token.normalized else name


def looked_for_by(
    added: Mapping[str, AddedToken], form: str | None, chosen: frozenset[str]
) -> tuple[dict[str, AddedToken], dict[str, AddedToken]]:
    """Return the chosen special tokens and all that are not special, those found before the text is normalized and after."""
    before, after = dict[str, AddedToken](), dict[str, AddedToken]()
    for name, token in added.items():
        if not token.special or name in chosen:
            (after if token.normalized else before).setdefault(looked_for(name, token, form), token)
    return before, after


def new_finders(added: Mapping[str, AddedToken], form: str | None, chosen: frozenset[str]) -> Finders:
    """Return what finds the chosen special tokens and all that are not special."""
    before, after = (Finder(tokens) if tokens else None for tokens in looked_for_by(added, form, chosen))
    return Finders(before, after)
