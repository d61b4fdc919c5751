"""The immutable state of a tokenizer: any number of threads may use it while another thread trains."""

from __future__ import annotations

import operator
import sys
import warnings
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from typing import Any, TypeVar, cast

from text_processor._common import arguments, many
from text_processor._common.arguments import is_a
from text_processor._common.messages import shown
from text_processor._common.progress import Report
from text_processor._documents import batches
from text_processor._documents.arrow import Texts
from text_processor._documents.sources import Shard
from text_processor._native.binding import NO_WAY, ShortWay
from text_processor._native.bpe import PLAIN_WAY, SHORT_TEXT, AnySplitter, Encoder, SpecialTokens, Tokens, Vocabulary, Way
from text_processor._native.status import InvalidArgumentError
from text_processor._native.text import Batch
from text_processor.bpe._outputs import Output
from text_processor.bpe._split.splitter import PATTERNS, Splitter
from text_processor.bpe._stages import (
    added_tokens,
    direct,
    locating,
    normalizing,
    pipeline,
    post_processing,
    special_names,
    utf8,
)
from text_processor.bpe._stages.added_tokens import AddedToken
from text_processor.bpe._stages.direct import Direct
from text_processor.bpe._stages.pipeline import Finders
from text_processor.bpe._stages.special_names import Names, Search
from text_processor.bpe._stages.utf8 import Consume
from text_processor.errors import InvalidDocumentError, UnknownTokenError, UntrainedTokenizerWarning

# Bytes of short texts in one batch, for each thread: some milliseconds of work, or some tens if all are long pieces.
BATCH_NBYTES = 1 << 19

# So many texts of a list, for each thread, are looked at together.
GROUP_TEXTS = 1 << 10

# A text that would be more than such a part of a batch is encoded alone, in steps.
PARTS_OF_BATCH = 4

# The number of sets of names whose search a tokenizer keeps: nearly all calls use the same sets.
MOST_SEARCHES = 8

# Ids that are converted to a list, or decoded, in one step.
SLICE_IDS = 1 << 20

# Patterns with the pieces of another one, which is written otherwise: those of tiktoken for r50k and cl100k.
SAME_SPLITS = {PATTERNS["r50k"]: PATTERNS["gpt2"], PATTERNS["cl100k"]: PATTERNS["gpt4"]}

# A stretch between special tokens that several threads may share.
LONG_STRETCH = 1 << 17

_Made = TypeVar("_Made")

# Texts in order, as `Texts` gives them.
Entries = Iterable[tuple[int, Batch | memoryview]]

# Takes the number of further bytes that are done.
Tell = Callable[[int], object]


def most_of_one() -> int:
    """Return how many characters a text may have that is given to the core together with others."""
    return BATCH_NBYTES // PARTS_OF_BATCH


class Model:
    """A splitter, a vocabulary and added tokens.

    ``added`` are the added tokens by name; names with ids, or names alone, are special tokens, and names alone get the ids
    after those of the vocabulary. ``merges`` and ``whole_pieces`` are Hugging Face's merge rule. Without merges the rule is
    tiktoken's, which gives the same ids as training does. ``normalizer`` are the names of normal forms, applied in order.
    ``prefix_space`` puts a blank before each stretch between added tokens that does not begin with one. ``post_processor`` is
    that section of a tokenizer.json, checked. ``kept`` are its sections that are only written back.
    """

    def __init__(
        self,
        splitter: Splitter,
        vocabulary: Vocabulary,
        added: Mapping[str, AddedToken] | Mapping[str, int] | Iterable[str] = (),
        *,
        merges: array[int] | None = None,
        whole_pieces: bool = False,
        normalizer: tuple[str, ...] = (),
        prefix_space: bool = False,
        post_processor: Mapping[str, Any] | None = None,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        self.splitter = splitter
        self.vocabulary = vocabulary
        self.merges = merges
        self.whole_pieces = whole_pieces
        self.normalizer = normalizer
        self.prefix_space = prefix_space
        self.post_processor = post_processor
        self.kept = dict(kept or {})
        self.tokens_ids = vocabulary.tokens().ids
        self.added = self._numbered(added)
        self.special_ids = {name: token.id for name, token in self.added.items() if token.special}
        self.resolve = special_names.resolver(frozenset(self.special_ids))
        self.form = normalizing.form_of(normalizer)
        self.search_for = lru_cache(MOST_SEARCHES)(Search)
        self.finders_for = lru_cache(MOST_SEARCHES)(partial(pipeline.new_finders, self.added, self.form))
        self.direct_for = lru_cache(MOST_SEARCHES)(partial(direct.new, self.search_for, self.added, self.form, prefix_space))
        self.is_plain = self._is_plain()
        names = self._added_texts()
        self.special_tokens = SpecialTokens(names) if names else None
        self.marks = post_processing.parts_of(post_processor)

    def _is_plain(self) -> bool:
        """Whether text goes to the splitter as it is, but for special tokens that are found wherever their names are."""
        added = self.added.values()
        is_simple = all(token.special and token.is_exact for token in added) and len({token.normalized for token in added}) <= 1
        return is_simple and self.form is None and not self.prefix_space

    def _added_texts(self) -> dict[int, bytes]:
        """Return what added tokens decode to, by id: of several with one id the first, and none that is in the vocabulary."""
        texts: dict[int, bytes] = {}
        for name, token in self.added.items():
            texts.setdefault(token.id, pipeline.looked_for(name, token, self.form).encode())
        for number in texts.keys() & set(self.tokens_ids):
            del texts[number]
        return texts

    def _numbered(self, added: Mapping[str, AddedToken] | Mapping[str, int] | Iterable[str]) -> dict[str, AddedToken]:
        """Return added tokens by name; names alone get the ids after the vocabulary."""
        if isinstance(added, Mapping):
            given = cast("Mapping[str, AddedToken | int]", added)
            return {name: AddedToken(token) if isinstance(token, int) else token for name, token in given.items()}
        return {
            name: AddedToken(added_tokens.checked_id(token, name)) for token, name in enumerate(added, self.tokens_ids[-1] + 1)
        }

    def trained(self, vocabulary: Vocabulary) -> Model:
        """Return this model with another vocabulary; the added tokens keep their order and get the ids after it."""
        in_order = sorted(self.added.items(), key=lambda item: item[1].id)
        first = vocabulary.tokens().ids[-1] + 1
        added = {
            name: token._replace(id=added_tokens.checked_id(number, name))
            for number, (name, token) in enumerate(in_order, first)
        }
        return Model(
            self.splitter,
            vocabulary,
            added,
            normalizer=self.normalizer,
            prefix_space=self.prefix_space,
        )

    def cut_for(self, allowed: object) -> Search | None:
        """Return what finds the special tokens that a training cuts out of its texts."""
        chosen, _ = self.resolve(allowed, ())
        return self.search_for(chosen) if chosen else None

    @property
    def n_vocab(self) -> int:
        """The highest id plus one."""
        return max([self.tokens_ids[-1], *(token.id for token in self.added.values())]) + 1

    @cached_property
    def tokens(self) -> Tokens:
        return self.vocabulary.tokens()

    def state(self) -> tuple[Any, ...]:
        """Return what two models have in common that give the same results, however they are written."""
        rule = None if self.merges is None else (self.merges, self.whole_pieces)
        steps = tuple(step._replace(pattern=SAME_SPLITS.get(step.pattern, step.pattern)) for step in self.splitter.steps)
        return (steps, self.form, self.prefix_space, self.marks, self._added_alike(), self.tokens, rule)

    def _added_alike(self) -> dict[str, AddedToken]:
        """Return the added tokens without the flag ``normalized`` where it makes no difference."""
        if self.form is not None or len({token.normalized for token in self.added.values()}) > 1:
            return self.added
        return {name: token._replace(normalized=False) for name, token in self.added.items()}

    # ---- Encoding ----------------------------------------------------------------------------------------------------

    @cached_property
    def short(self) -> ShortWay:
        """What encodes short texts as they are given, if no added token is in them, whatever is allowed and disallowed."""
        self.vocabulary.make_ints()
        if self.prefix_space:
            return NO_WAY
        spelled = {name: pipeline.looked_for(name, token, self.form) for name, token in self.added.items()}
        names = frozenset(self.special_ids) if self.is_plain else frozenset([*spelled, *spelled.values()])
        if not names and self.form is None:
            return self.short_whole
        search = self.search_for(names) if names else None
        way = (None, None) if search is None else (search.native, search.first_byte)
        return self.vocabulary.short_way(self.splitter.native, self.special_tokens, *way, is_ascii=self.form is not None)

    @cached_property
    def short_ordinary(self) -> ShortWay:
        """The same for texts in which special tokens are ordinary text."""
        self.vocabulary.make_ints()
        return self.short_whole if self.is_plain else self.short

    @cached_property
    def short_whole(self) -> ShortWay:
        """What encodes short texts in the form in which they go to the splitter, and decodes few ids."""
        return self.vocabulary.short_way(self.splitter.native, self.special_tokens)

    def encode_short(self, text: str, allowed: object, disallowed: object) -> list[int] | None:
        """Return the ids of a short text with as few calls of the core as possible; None if this fast path does not apply."""
        return self._short(self.vocabulary.encode_short, text, allowed, disallowed)

    def encode_short_bytes(self, text: str, allowed: object, disallowed: object) -> bytes | None:
        """Return the ids of a short text, with four bytes for each; None if this fast path does not apply."""
        return self._short(self.vocabulary.encode_short_bytes, text, allowed, disallowed)

    def count_short(self, text: str, allowed: object, disallowed: object) -> int | None:
        """Return the number of ids of a short text; None if this fast path does not apply."""
        return self._short(self.vocabulary.count_short, text, allowed, disallowed)

    def _short(
        self, take: Callable[[AnySplitter, Way, str | bytes], _Made | None], text: str, allowed: object, disallowed: object
    ) -> _Made | None:
        """Return what a short way of the vocabulary makes of a text; None if it has none, or ``regex`` splits."""
        native = self.splitter.native
        if native is None:
            return None
        chosen, forbidden = self.resolve(allowed, disallowed)
        if forbidden:
            self._check(text, forbidden)
        way = self.direct_for(chosen).way_of(text)
        made = None if way is None else take(native, way, text)
        if made is None and not self.is_plain and (whole := self._whole_short(text, chosen)) is not None:
            return take(native, PLAIN_WAY, whole)
        return made

    def _whole_short(self, text: str, chosen: frozenset[str]) -> bytes | None:
        """Return what goes to the splitter of a short text without added tokens; None if it may have some, or surrogates."""
        try:
            data = text.encode()
        except UnicodeEncodeError:
            return None
        whole = self._whole(data, self.finders_for(chosen))
        return None if whole is None else bytes(whole)

    def _whole(self, data: bytes, finders: Finders) -> pipeline.Text | None:
        """Return what goes to the splitter of a text without added tokens; None if it has some."""
        if finders.before is not None and finders.before.occur_in(data):
            return None
        text = data if self.form is None or data.isascii() else bytes(normalizing.normalize(data, self.form))
        if finders.after is not None and finders.after.occur_in(text):
            return None
        return pipeline.with_blank(text) if self.prefix_space else text

    def encode(self, text: object, allowed: object, disallowed: object, ids: array[int] | None) -> int:
        """Append the ids of a text to an array, or only count them if it is None; return their number."""
        chosen, forbidden = self.resolve(allowed, disallowed)
        encoder = self._new_encoder(ids)
        self._encode_checked(self._checked(text, forbidden), chosen, encoder)
        return encoder.n_ids

    def _checked(self, text: object, forbidden: frozenset[str]) -> str | memoryview:
        """Return a text after checking that it contains no disallowed name."""
        if isinstance(text, str):
            self._check(text, forbidden)
        checked = utf8.checked_text(text)
        if forbidden and isinstance(checked, memoryview):
            checked = utf8.as_str(checked)
            self._check(checked, forbidden)
        return checked

    def _encode_checked(
        self, text: str | memoryview, chosen: frozenset[str], encoder: Encoder, tell: Tell | None = None
    ) -> None:
        way = self.direct_for(chosen)
        taken = way.taken_by(text)
        if taken is None:
            sink = self._sink(encoder, chosen)
            utf8.feed(text, sink if tell is None else _telling(sink, tell), encoder.threads)
        elif way.search is not None and (isinstance(taken, memoryview) or way.may_have_names(taken)):
            self._feed_parts(encoder, taken, way, tell)
        else:
            self._feed(encoder, taken, tell)

    def _sink(self, encoder: Encoder, chosen: frozenset[str]) -> Consume:
        """Return what takes a text in chunks through all stages."""
        last = pipeline.Encoding(encoder, self._feed_chunk(encoder), self.prefix_space)
        first = self.finders_for(chosen).stages(self.form, last)

        def take(text: bytes | memoryview, is_final: bool) -> int:
            first.text(text, is_final)
            return len(text)

        return take

    def _feed_chunk(self, encoder: Encoder) -> Consume:
        """Return what encodes the certain part of a stretch; if ``regex`` splits, only a whole one is certain."""
        if self.splitter.native is not None:
            return encoder.feed

        def feed_whole(text: bytes | memoryview, is_final: bool) -> int:
            if not is_final:
                return 0
            self._feed(encoder, memoryview(text))
            return len(text)

        return feed_whole

    def _check(self, text: str, forbidden: frozenset[str]) -> None:
        """Raise `ValueError` if a text contains a disallowed name."""
        if forbidden and (name := self.search_for(forbidden).first(text)) is not None:
            raise special_names.disallowed(name, f"character {text.find(name)}")

    def _feed_parts(self, encoder: Encoder, text: str | memoryview, way: Direct, tell: Tell | None) -> None:
        """Encode a checked text in which some names become tokens."""
        data, done, name_ids = utf8.as_utf8(text), 0, way.ids
        for start, found in cast("Search", way.search).steps(data):
            places, n_before = found, done
            # A stretch goes alone if ``regex`` splits it, if it began in an earlier step, and if threads may share it.
            while places and (self.splitter.native is None or done < start or start + places[0] - done > LONG_STRETCH):
                self._feed(encoder, data[done : start + places[0]])
                encoder.add(name_ids[places[2]])
                done, places = start + places[1], places[3:]
            if places:
                end = start + places[-2]
                encoder.feed_between(data[start:end], done - start, places, name_ids)
                done = end
            if tell is not None:
                tell(done - n_before)
        self._feed(encoder, data[done:], tell)

    def _new_encoder(self, ids: array[int] | None, threads: int = 1) -> Encoder:
        return Encoder(self.vocabulary, self.splitter.native, ids, threads)

    def _feed(self, encoder: Encoder, text: str | memoryview, tell: Tell | None = None) -> None:
        if self.splitter.native is not None:
            utf8.feed(text, encoder.feed if tell is None else _telling(encoder.feed, tell), encoder.threads)
            return
        whole = utf8.as_str(text)
        n_left = 0 if tell is None else batches.utf8_nbytes(whole)
        for pieces in self.splitter.split(whole):
            encoder.feed_split(pieces)
            if tell is not None:
                nbytes = sum(map(len, pieces))
                n_left -= nbytes
                tell(nbytes)
        if tell is not None:
            tell(n_left)  # bytes that no match covers

    def encode_with_offsets(self, text: object, unit: str, allowed: object, disallowed: object) -> locating.Arrays:
        """Return the ids of a text and where each one begins and ends."""
        chosen, forbidden = self.resolve(allowed, disallowed)
        data = bytes(utf8.as_utf8(self._checked(text, forbidden)))
        way = (self.finders_for(chosen), self.normalizer, self.prefix_space, self.splitter)
        found = locating.Locator(*way, encode=self._encode_stretch, vocabulary=self.vocabulary).locate(data)
        return locating.in_bytes(data, found) if unit == "bytes" else locating.in_characters(data, found)

    def _encode_stretch(self, text: bytes) -> array[int]:
        encoder = self._new_encoder(array("I"))
        self._feed(encoder, memoryview(text))
        return cast("array[int]", encoder.ids)

    def encode_batch(
        self, texts: Iterable[object], output: Output, *, threads: int, allowed: object, disallowed: object, report: Report
    ) -> None:
        """Give the ids of each text to an output, and report the number of bytes done."""
        chosen, forbidden = self.resolve(allowed, disallowed)
        batch = _Batch(self, output, threads, report)
        searches = self._searches(chosen, forbidden)
        is_list = type(texts) in (list, tuple)
        groups = self._groups_of(texts, threads, self._goes_joined(chosen)) if is_list else [(0, texts, None)]
        for first, group, joined in groups:
            if joined is not None and not any(search.occur_in(joined) for search in searches):
                batch.add_joined(joined, len(joined.text) - joined.n_ends + 1)
                continue
            for index, text in enumerate(group, first):
                batch.add(self._checked_of_many(text, index, forbidden), chosen)
        batch.flush()

    def _searches(self, chosen: frozenset[str], forbidden: frozenset[str]) -> list[Search]:
        """Return what finds each name that keeps texts from being joined."""
        searches = [self.direct_for(chosen).search, self.search_for(forbidden) if forbidden else None]
        return [search for search in searches if search is not None]

    def _goes_joined(self, chosen: frozenset[str]) -> bool:
        """Whether texts without names go to the splitter together, as they are."""
        way = self.direct_for(chosen)
        return way.is_open and way.form is None and self.splitter.native is not None

    def _groups_of(self, texts: Any, threads: int, goes_joined: bool) -> Iterator[tuple[int, Iterable[object], Batch | None]]:
        """Cut a list or tuple into groups; give the index of the first text of each, and the joined texts if they are short."""
        n, most = GROUP_TEXTS * threads, BATCH_NBYTES * threads
        for first in range(0, len(texts), n):
            group = texts[first : first + n]
            is_short = {*map(type, group)} == {str} and sum(map(len, group)) <= most and max(map(len, group)) <= most_of_one()
            yield first, group, utf8.joined(group) if is_short and goes_joined else None

    def encode_column(
        self, texts: Texts, output: Output, *, threads: int, allowed: object, disallowed: object, report: Report
    ) -> None:
        """Give the ids of each entry of an Arrow column to an output, and report the number of bytes done."""
        entries = utf8.entries_of(texts)
        self.encode_entries(entries, output, threads=threads, allowed=allowed, disallowed=disallowed, report=report)

    def encode_entries(
        self, entries: Entries, output: Output, *, threads: int, allowed: object, disallowed: object, report: Report
    ) -> None:
        """Do the same for texts that come as those of a column do: joined, or one alone, with the index of the first."""
        chosen, forbidden = self.resolve(allowed, disallowed)
        searches, goes_joined = self._searches(chosen, forbidden), self._goes_joined(chosen)
        batch = _Batch(self, output, threads, report)
        for first, joined in entries:
            if goes_joined and isinstance(joined, Batch) and not any(search.occur_in(joined) for search in searches):
                batch.add_joined(joined, len(joined.text) - joined.n_ends)  # each is followed by one byte
                continue
            for index, text in enumerate(utf8.documents_of(joined), first):
                batch.add(self._checked_of_many(text, index, forbidden), chosen)
        batch.flush()

    def _checked_of_many(self, text: object, index: int, forbidden: frozenset[str]) -> str | memoryview:
        """Return one of many texts as `_checked` does; errors name its index."""
        if type(text) is str and not forbidden:
            return text
        try:
            return self._checked(text, forbidden)
        except InvalidDocumentError as error:
            raise InvalidDocumentError(f"text {index}: {error}", index=index, offset=error.offset) from error
        except TypeError as error:
            raise TypeError(f"text {index}: {error}{many.advice(text)}") from error
        except ValueError as error:
            raise ValueError(f"text {index}: {error}") from error

    def goes_to_core(self, text: str | memoryview, chosen: frozenset[str]) -> bool:
        """Whether a text goes to the splitter as it is, and no name in it becomes a token: so do its parts then."""
        way = self.direct_for(chosen)
        if self.splitter.native is None or not way.is_open:
            return False
        if way.search is not None and way.may_have_names(text) and way.search.native.occur_in(utf8.as_utf8(text)):
            return False
        is_form = way.form is None or (isinstance(text, str) and text.isascii())
        return is_form or normalizing.is_normalized(utf8.as_utf8(text), cast("str", way.form))

    def count(self, text: str | memoryview, chosen: frozenset[str]) -> int:
        """Return the number of ids of a checked text in which nothing is disallowed."""
        n = self.count_short(text, chosen, ()) if isinstance(text, str) and len(text) <= SHORT_TEXT else None
        return self.encode(text, chosen, (), None) if n is None else n

    def warn_if_untrained(self) -> None:
        """Called by what uses the vocabulary in another way than by the methods here; see `Untrained`."""

    # ---- Streams -----------------------------------------------------------------------------------------------------

    def encode_steps(
        self, text: str | memoryview, nbytes: int, ids: array[int] | None, allowed: object, disallowed: object
    ) -> Iterator[int]:
        """Append the first ids of a checked text to an array, in steps of about so many bytes; give their number after each.

        Only what a step needs of the text is looked at, for names too. ``regex`` takes one step for the whole text.
        """
        chosen, forbidden = self.resolve(allowed, disallowed)
        if self.splitter.native is None:
            yield self.encode(text, chosen, forbidden, ids)
            return
        encoder = self._new_encoder(ids)
        parts = self._stream(encoder, chosen, forbidden)
        stream = utf8.Stream(parts.consume)
        for block in utf8.parts(text, nbytes):
            stream.feed(block, is_final=False)
            yield encoder.n_ids
        stream.feed(memoryview(b""), is_final=True)
        parts.end()
        yield encoder.n_ids

    def _stream(self, encoder: Encoder, chosen: frozenset[str], forbidden: frozenset[str]) -> _Stream:
        goes_directly = self.direct_for(chosen).is_for_blocks
        return _Stream(self, encoder, chosen, forbidden) if goes_directly else _Stages(self, encoder, chosen, forbidden)

    def encode_stream(self, text: Shard, allowed: Names | str, disallowed: Names | str) -> Iterator[array[int]]:
        """Give the ids of a text that comes in blocks, an array for each block."""
        chosen, forbidden = self.resolve(allowed, disallowed)
        ids = array("I")
        encoder = self._new_encoder(ids)
        if self.splitter.native is None:  # regex needs the whole text at once
            self.encode(utf8.whole(text), chosen, forbidden, ids)
            yield ids
            return
        parts = self._stream(encoder, chosen, forbidden)
        for _ in utf8.Stream(parts.consume).feed_text(text):
            yield ids
            del ids[:]
        parts.end()
        yield ids

    # ---- Decoding ----------------------------------------------------------------------------------------------------

    def decode(self, ids: object, ends: array[int] | None = None, first: int = 0, *, skip_special: bool = False) -> bytes:
        """Return the bytes of tokens, and store the end of each token in ``ends``, which must be empty.

        In errors, ``first`` is the index of the first id. With ``skip_special``, special tokens have no bytes.
        """
        added = self.special_tokens
        if skip_special:
            added = self._silent_special_tokens
            if self._special_in_vocabulary:
                ids = array("I", _as_ids(ids))
                self.decode(ids, first=first)  # so that an error gives the index in what was given
                ids = array("I", (number for number in ids if number not in self._special_in_vocabulary))
        numbers = memoryview(_as_ids(ids))
        parts: list[memoryview] = []
        nbytes = 0
        for start in range(0, len(numbers), SLICE_IDS):
            part = numbers[start : start + SLICE_IDS]
            part_ends = None if ends is None else array("Q", bytes(8 * len(part)))
            try:
                found = self.vocabulary.decode(part, part_ends, added)
            except InvalidArgumentError:
                found = self._decode_copy(array("I", part.tobytes()), part_ends, added, first + start)
            parts.append(found)
            if ends is not None:
                ends.extend(nbytes + end for end in part_ends or ())
            nbytes += len(found)
        return b"".join(parts)

    @cached_property
    def _silent_special_tokens(self) -> SpecialTokens | None:
        """The added tokens for decoding, without the text of the special ones."""
        special = set(self.special_ids.values())
        texts = {number: b"" if number in special else text for number, text in self._added_texts().items()}
        return SpecialTokens(texts) if texts else None

    @cached_property
    def _special_in_vocabulary(self) -> set[int]:
        """The ids of special tokens that the vocabulary has too."""
        return set(self.special_ids.values()) & set(self.tokens_ids)

    def _decode_copy(self, ids: array[int], ends: array[int] | None, added: SpecialTokens | None, first: int) -> memoryview:
        """Decode ids that nobody else writes to, so that an error can name the wrong id; the first one is ids[``first``]."""
        try:
            return self.vocabulary.decode(ids, ends, added)
        except InvalidArgumentError as error:
            raise UnknownTokenError(f"the id {ids[error.item]}, at index {first + error.item}, does not exist") from error

    def decode_tokens(self, ids: object) -> list[bytes]:
        """Return the bytes of each token."""
        ends = array("Q")
        text = self.decode(ids, ends)
        return [text[start:end] for start, end in pairwise([0, *ends])]


class Untrained(Model):
    """The state of a tokenizer before training: bytes are its tokens. Its first use warns, because it is rarely intended.

    It is a separate class, so that trained models need not check whether they are trained.
    """

    _has_warned = False

    # All goes the long way, which warns. The values stand for properties of the base, and need not be computed.
    short = short_ordinary = short_whole = NO_WAY  # pyright: ignore[reportAssignmentType]

    def _short(self, *_: Any, **__: Any) -> None:
        """No text goes the short way."""

    def encode(self, *arguments: Any, **options: Any) -> int:
        self._warn()
        return super().encode(*arguments, **options)

    def encode_with_offsets(self, *arguments: Any, **options: Any) -> locating.Arrays:
        self._warn()
        return super().encode_with_offsets(*arguments, **options)

    def encode_batch(self, *arguments: Any, **options: Any) -> None:
        self._warn()
        super().encode_batch(*arguments, **options)

    def encode_entries(self, *arguments: Any, **options: Any) -> None:
        self._warn()
        super().encode_entries(*arguments, **options)

    def encode_stream(self, *arguments: Any, **options: Any) -> Iterator[array[int]]:
        self._warn()
        return super().encode_stream(*arguments, **options)

    def decode(self, *arguments: Any, **options: Any) -> bytes:
        self._warn()
        return super().decode(*arguments, **options)

    def encode_steps(self, *arguments: Any, **options: Any) -> Iterator[int]:
        self._warn()
        return super().encode_steps(*arguments, **options)

    def warn_if_untrained(self) -> None:
        self._warn()

    def _warn(self) -> None:
        if self._has_warned:
            return
        self._has_warned = True
        message = (
            "this tokenizer has been neither trained nor loaded, so each byte is a token; its pattern only says where text is "
            "split. Train it, or get a vocabulary by load, from_tiktoken, from_huggingface or from_mergeable_ranks"
        )
        warnings.warn(message, UntrainedTokenizerWarning, stacklevel=_level_of_caller())


def _level_of_caller() -> int:
    """Return the ``stacklevel`` for a `warnings.warn` in the calling function, so that it names the line of the user."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("text_processor."):
        level, frame = level + 1, frame.f_back
    return level


def _as_ids(ids: Any) -> array[int] | memoryview:
    """Return ids as 32-bit numbers; a buffer of such numbers is not copied."""
    if is_a(ids, array) and ids.typecode == "I":
        return cast("array[int]", ids)
    if not is_a(ids, list, tuple):
        try:
            view = arguments.view_of(ids)
        except TypeError:
            pass
        else:
            if view.format in ("I", "=I", "@I") and view.itemsize == 4 and view.ndim == 1 and view.c_contiguous:
                return view.cast("B").cast("I") if view.nbytes else array("I")
    many.check(ids, "ids", many.IDS)
    if is_a(ids, memoryview) and ids.ndim != 1:
        raise TypeError(f"ids must be an iterable of int, not a memoryview of {ids.ndim} dimensions")
    numbers: Sequence[Any] = ids if is_a(ids, list, tuple) else list(ids)
    try:
        return array("I", numbers)
    except (OverflowError, TypeError):
        return array("I", (_checked_number(number, index) for index, number in enumerate(numbers)))


def _checked_number(given: Any, index: int) -> int:
    """Return an id as an ``int`` of 32 bits, or raise if it is not one."""
    try:
        number = operator.index(given)
    except TypeError as error:  # also for an array of several numbers, whose ``__index__`` works only for one
        message = f"the id at index {index} must be an int, not {type(given).__name__}{many.advice(given)}"
        raise TypeError(message) from error
    if not 0 <= number < 1 << 32:
        raise UnknownTokenError(f"the id {shown(number)}, at index {index}, does not exist")
    return number


def _telling(consume: Consume, tell: Tell) -> Consume:
    """Return a function that consumes text and reports the number of bytes done."""

    def consume_and_tell(text: bytes | memoryview, is_final: bool) -> int:
        n_used = consume(text, is_final)
        tell(n_used)
        return n_used

    return consume_and_tell


def little_endian(numbers: array[int]) -> bytes:
    """Return numbers in the byte order of files, the same on every machine."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


class _Batch:
    """Encodes texts in order; short texts are given to the core together."""

    def __init__(self, model: Model, output: Output, threads: int, report: Report) -> None:
        self._model = model
        self._output = output
        self._report = report
        self._n_done = 0
        self._encoder = model._new_encoder(output.ids, threads)
        self._waiting: list[str] = []
        self._n_waiting = 0
        self._most = BATCH_NBYTES * threads

    def add(self, text: str | memoryview, chosen: frozenset[str]) -> None:
        """Add a checked text."""
        native = self._model.splitter.native
        if native is not None and isinstance(text, str) and len(text) <= most_of_one():
            whole = self._whole(text, chosen)
            if whole is not None:
                self._wait(whole)
                return
        self.flush()
        n_before = self._encoder.n_ids
        if not (type(text) is str and len(text) <= SHORT_TEXT and self._add_short(text, chosen)):
            self._model._encode_checked(text, chosen, self._encoder, self._has_done)
        self._output.take(array("Q", [self._encoder.n_ids - n_before]))

    def _add_short(self, text: str, chosen: frozenset[str]) -> bool:
        """Encode a short text in the short way; return false if it has none."""
        native, way = self._model.splitter.native, self._model.direct_for(chosen).way_of(text)
        ids = None if native is None or way is None else self._model.vocabulary.encode_short_bytes(native, way, text)
        if ids is None:
            return False
        self._encoder.extend(ids)
        self._has_done(len(text) if text.isascii() else len(text.encode()))
        return True

    def add_joined(self, batch: Batch, nbytes: int) -> None:
        """Add the texts of a batch, of so many bytes, in which no special token is to be found."""
        self.flush()
        self._feed(batch, nbytes)

    def _whole(self, text: str, chosen: frozenset[str]) -> str | None:
        """Return what goes to the splitter of a text without added tokens; None if it may have some."""
        way = self._model.direct_for(chosen)
        if way.is_open and way.form is None:
            return None if self._may_hold(text, way) else text
        whole = self._model._whole(utf8.encoded(text), self._model.finders_for(chosen))
        return None if whole is None else str(whole, "utf-8")

    def _may_hold(self, text: str, way: Direct) -> bool:
        """Whether a name is in a text, or may be once its surrogates are joined or replaced."""
        if way.search is None:
            return False
        return way.search.occur_in_text(text) or batches.find_surrogate(text) is not None

    def _wait(self, text: str) -> None:
        self._waiting.append(text)
        self._n_waiting += len(text)
        if self._n_waiting >= self._most:
            self.flush()

    def flush(self) -> None:
        """Encode the waiting texts."""
        texts, self._waiting, self._n_waiting = self._waiting, [], 0
        if texts:
            batch = utf8.batch_of(texts)
            self._feed(batch, len(batch.text) - batch.n_ends + 1)  # without the separators between texts

    def _feed(self, batch: Batch, nbytes: int) -> None:
        self._output.take(self._encoder.feed_batch(batch))
        self._has_done(nbytes)

    def _has_done(self, nbytes: int) -> None:
        self._n_done += nbytes
        self._report(self._n_done)


class _Stream:
    """Encodes text that comes in blocks; a special token may cross from one block into the next."""

    def __init__(self, model: Model, encoder: Encoder, chosen: frozenset[str], forbidden: frozenset[str]) -> None:
        self._encoder = encoder
        self._way = model.direct_for(chosen)
        self._forbidden = model.search_for(forbidden) if forbidden else None
        self._n_done = 0

    def consume(self, text: bytes | memoryview, is_final: bool) -> int:
        """Encode the certain part of a text, which continues the last one; return the number of bytes encoded."""
        certain = self._check(text, is_final)
        start = 0
        if self._way.search is not None:
            places, n = self._way.search.numbers(text, is_final=is_final)
            n_certain = bisect_right(places[1::3], certain)
            certain = min(certain, n, *places[3 * n_certain : 3 * n_certain + 1])
            if n_certain > 0:
                start = places[3 * n_certain - 2]
                self._encoder.feed_between(memoryview(text)[:start], 0, places[: 3 * n_certain], self._way.ids)
        if start < certain:
            start += utf8.feed_bytes(text[start:certain], self._encoder.feed, is_final=is_final)
        self._n_done += start
        return start

    def end(self) -> None:
        """Encode what only the end of the text makes certain: nothing is left here."""

    def _check(self, text: bytes | memoryview, is_final: bool) -> int:
        """Raise `ValueError` if the text contains a disallowed name; return the number of bytes that cannot begin one."""
        if self._forbidden is None:
            return len(text)
        places, n_certain = self._forbidden.places(text, is_final=is_final)
        if places:
            raise special_names.disallowed(places[0].name, f"byte {self._n_done + places[0].start}")
        return n_certain


class _Stages(_Stream):
    """Encodes text that comes in blocks, through all stages."""

    def __init__(self, model: Model, encoder: Encoder, chosen: frozenset[str], forbidden: frozenset[str]) -> None:
        super().__init__(model, encoder, chosen, forbidden)
        self._take = model._sink(encoder, chosen)

    def consume(self, text: bytes | memoryview, is_final: bool) -> int:
        """Give the part of a text that has no disallowed name to the first stage; return its number of bytes."""
        n_done = self._take(text[: self._check(text, is_final)], is_final)
        self._n_done += n_done
        return n_done

    def end(self) -> None:
        """Encode what the stages have kept."""
        self._take(b"", True)
