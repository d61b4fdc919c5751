"""`Tokenizer`: byte-level BPE with the same results as rustbpe (training), tiktoken and Hugging Face's ``tokenizers``."""

from __future__ import annotations

import operator
import os
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self, cast, overload

from text_processor._common import arguments, files, many, signatures
from text_processor._common import progress as common_progress
from text_processor._common.arguments import Buffer
from text_processor._common.messages import quoted, shown
from text_processor._common.progress import Progress
from text_processor._common.subclasses import attributes_of, set_attributes
from text_processor._documents import arrow, batches, sources
from text_processor._documents.sources import Options
from text_processor._native.bpe import SHORT_TEXT, Pieces, Vocabulary
from text_processor.bpe import _chunks, _columns, _extending, _limits, _model, _show, _training
from text_processor.bpe._cutting import Chunk
from text_processor.bpe._decoder import IncrementalDecoder
from text_processor.bpe._files import own, writing
from text_processor.bpe._files.stored import Stored, StrOrBytesPath
from text_processor.bpe._model import Model, Untrained, little_endian
from text_processor.bpe._outputs import Counts, Flat, Lists, Output, as_list
from text_processor.bpe._peers import hints
from text_processor.bpe._peers.names import NamesOfPeers
from text_processor.bpe._piece_counts import PieceCounts
from text_processor.bpe._shards import encoding as corpus_encoding
from text_processor.bpe._shards import plan as corpus_plan
from text_processor.bpe._shards.reading import Shard, Shards, read_shards
from text_processor.bpe._show import TokenView
from text_processor.bpe._split.splitter import PATTERNS, checked_pattern
from text_processor.bpe._stages import post_processing, special_names, utf8
from text_processor.bpe._stages.added_tokens import AddedToken
from text_processor.errors import InvalidTokenizerError, UnknownTokenError

__all__ = [
    "CL100K_PATTERN",
    "CL100K_TIKTOKEN_PATTERN",
    "DEEPSEEK3_PATTERN",
    "GPT2_PATTERN",
    "GPT4_PATTERN",
    "KIMI_PATTERN",
    "NANOCHAT_PATTERN",
    "O200K_PATTERN",
    "QWEN2_PATTERN",
    "QWEN35_PATTERN",
    "R50K_PATTERN",
    "TEKKEN_PATTERN",
    "AddedToken",
    "Chunk",
    "IncrementalDecoder",
    "PieceCounts",
    "Shard",
    "Shards",
    "TokenView",
    "Tokenizer",
    "read_shards",
]


def __dir__() -> list[str]:
    return sorted(__all__)


if not TYPE_CHECKING:  # a type checker would take any name for an attribute of the module

    def __getattr__(name: str) -> Any:
        raise hints.module_error(__name__, name)


GPT2_PATTERN = PATTERNS["gpt2"]
R50K_PATTERN = PATTERNS["r50k"]
GPT4_PATTERN = PATTERNS["gpt4"]
CL100K_PATTERN = PATTERNS["cl100k"]
CL100K_TIKTOKEN_PATTERN = PATTERNS["cl100k_tiktoken"]
NANOCHAT_PATTERN = PATTERNS["nanochat"]
O200K_PATTERN = PATTERNS["o200k"]
QWEN2_PATTERN = PATTERNS["qwen2"]
TEKKEN_PATTERN = PATTERNS["tekken"]
QWEN35_PATTERN = PATTERNS["qwen35"]
KIMI_PATTERN = PATTERNS["kimi"]
DEEPSEEK3_PATTERN = PATTERNS["deepseek3"]

# The usual values of allowed_special and disallowed_special, known by identity: the first thing that a short call looks at.
NO_NAMES: tuple[str, ...] = ()
ALL = "all"


class Tokenizer(NamesOfPeers):
    """A byte-level BPE tokenizer: it is trained or made from a vocabulary, and turns text into token ids and back.

    A regular expression splits a text into pieces. In a trained vocabulary the single bytes are the tokens 0 to 255, and each
    further token merges two earlier ones. Native code splits, in time linear in the text, by all patterns of classes, repeats,
    alternatives and a look at the next character, which mean what they mean in tiktoken. The package ``regex`` (the extra
    ``regex``) splits by the others, with look-behind for example; it is slower, and the pattern must mean the same there. A
    training replaces the vocabulary as a whole when it ends, so any number of threads may use a tokenizer at the same time.

    A name such as ``gpt4`` selects a pattern only; it brings no vocabulary. A tokenizer that is neither trained nor loaded has
    only the bytes as tokens; its first use gives an `UntrainedTokenizerWarning`.

    Args:
        pattern: the regular expression, or one of the names ``gpt2``, ``r50k``, ``gpt4``, ``cl100k``, ``cl100k_tiktoken``,
            ``nanochat``, ``o200k``, ``qwen2``, ``tekken``, ``qwen35``, ``kimi``, ``deepseek3``. ``gpt4`` is the expression of
            rustbpe.
        special_tokens: names that get the ids after those of the vocabulary, in this order, also after each training.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: ``pattern`` is not a regular expression, may mean something else in another library, is too large, or is a
            word that is not a known name; the name of a special token is empty, given twice or has a lone surrogate.
        ImportError: the pattern needs ``regex``, which is not installed.

    >>> from text_processor import Tokenizer
    >>> tokenizer = Tokenizer(special_tokens=["<|end|>"])
    >>> tokenizer.train("aaabdaaabac", 259)
    >>> tokenizer
    Tokenizer(pattern='gpt4', vocab_size=260, special_tokens=1)
    >>> tokenizer.encode("aaabdaaabac")
    [258, 100, 258, 97, 99]
    >>> tokenizer.decode([258, 100, 259])
    'aaabd<|end|>'
    """

    __slots__ = ("__weakref__", "_model")

    def __init__(self, pattern: str = "gpt4", *, special_tokens: Iterable[str] | None = None) -> None:
        splitter = checked_pattern(pattern)
        self._model: Model = Untrained(splitter, Vocabulary.of_merges(array("I")), special_names.checked_names(special_tokens))

    @classmethod
    def _of(cls, model: Model) -> Self:
        self = cls.__new__(cls)
        self._model = model
        return self

    # ---- Training ----------------------------------------------------------------------------------------------------

    def train(
        self,
        text: str | Buffer,
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        min_frequency: int = 0,
        max_token_length: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        threads: int | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        """Train a vocabulary on one text; the same as `train_from_iterator` with that text alone.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.merges
        {(108, 111): 256, (256, 119): 257}
        """
        plan = _training.checked_plan(
            vocab_size, tie_break, threads, progress, min_frequency=min_frequency, max_token_length=max_token_length
        )
        cut = self._model.cut_for(allowed_special)
        splitter = self._model.splitter
        self._use_merges(
            _training.merge(_training.count_text(utf8.checked_text(text), splitter, plan.threads, plan.progress, cut=cut), plan)
        )

    def train_from_iterator(
        self,
        iterator: Iterable[Any],
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        min_frequency: int = 0,
        max_token_length: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        threads: int | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        """Train a vocabulary on texts; it replaces the current vocabulary.

        Training merges the most frequent pair of adjacent tokens, again and again. Only the distinct pieces of the texts and
        their counts are kept. The result depends neither on the order of the texts nor on ``threads``.

        Args:
            iterator: texts, as ``str`` or as buffers of UTF-8, or an Arrow column of text (see `encode_arrow`), whose nulls are
                skipped. No piece crosses from one text into the next. Surrogates are joined or replaced as in `encode`.
            vocab_size: the number of tokens, without special ones: 256 bytes plus the wanted number of merges. The vocabulary
                is smaller if there are not that many pairs.
            tie_break: the rule for equally frequent pairs. ``"rustbpe"`` merges the pair with the smallest ids first. ``"hf"``
                follows Hugging Face's rule, which orders the bytes by the characters that their files write for them. The
                merges are then those of Hugging Face; the ids of the bytes are still 0 to 255.
            min_frequency: training stops when the most frequent pair occurs less often than this, as in Hugging Face.
            max_token_length: pairs that would become a token of more bytes are skipped; None means any length. Hugging
                Face's ``max_token_length=n`` makes tokens of up to n - 1 bytes (of 2 for n up to 3), so it is n - 1 here.
                Its ``limit_alphabet`` and ``initial_alphabet`` do not apply: each byte is a token.
            allowed_special: the names of special tokens that stand for these tokens in the texts, as in `encode`, or ``"all"``.
                They are cut out: no piece extends across one. Other names are ordinary text, and so may become tokens; in
                Hugging Face's training all do.
            threads: how many threads may count. ``None`` means one for each processor, 1 means only the calling thread.
            progress: called as ``progress(done, total)``, up to 20 times a second: first with bytes of text, where ``total``
                is None unless the texts are an Arrow column in memory, then with merges. True shows bars.

        Raises:
            TypeError: an argument, or a text, has the wrong type; ``iterator`` is one text, a mapping, or a column of
                something else.
            ValueError: ``vocab_size`` is below 256, another argument is not one of the allowed values, or there is more than
                one column.
            InvalidDocumentError: a buffer is not UTF-8.

        An exception of the iterator or ``progress`` passes through. After any exception the tokenizer is unchanged.

        Counting takes O(length of the texts) time, merging about O(length of the distinct pieces × log vocab_size).

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer("gpt2")
        >>> tokenizer.train_from_iterator(["to be", "or not to be"], 300)
        >>> tokenizer.vocab_size
        264
        >>> tokenizer.train_from_iterator(["too small"], 255)
        Traceback (most recent call last):
        ValueError: vocab_size must be at least 256, as each byte is a token, not 255
        """
        is_column = arrow.is_column(iterator)
        if not is_column:
            many.check(iterator, "iterator", many.TRAINING_TEXTS, in_order=False)
        plan = _training.checked_plan(
            vocab_size, tie_break, threads, progress, min_frequency=min_frequency, max_token_length=max_token_length
        )
        cut = self._model.cut_for(allowed_special)
        count = partial(_training.count_column, method="train_from_iterator") if is_column else _training.count_texts
        self._use_merges(_training.merge(count(iterator, self._model.splitter, plan.threads, plan.progress, cut=cut), plan))

    def train_from_counts(
        self,
        counts: PieceCounts | Mapping[Any, int],
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        min_frequency: int = 0,
        max_token_length: int | None = None,
        threads: int | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        """Train a vocabulary on counted pieces, or on texts with their counts; it replaces the current vocabulary.

        The result is exactly that of `train_from_iterator` with all the texts that were counted, wherever and in whatever order
        they were counted and merged. The counts stay unchanged.

        Args:
            counts: the counts, of the same pattern as this tokenizer; or a mapping of texts, as for `train_from_iterator`, to
                how often each one occurs, such as a ``Counter``. A text that occurs 0 times is left out.
            vocab_size: as for `train_from_iterator`.
            tie_break: as for `train_from_iterator`.
            min_frequency: as for `train_from_iterator`.
            max_token_length: as for `train_from_iterator`.
            threads: as for `train_from_iterator`; for a mapping.
            progress: called as ``progress(done, total)``, in merges; first with bytes of the distinct texts of a mapping.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: the counts are of another pattern, a count is negative, or an argument is not one of the allowed values.
            InvalidDocumentError: a buffer is not UTF-8.
            OverflowError: the distinct pieces have more than about two thousand million bytes, or all texts together 2**48.

        >>> from text_processor import PieceCounts, Tokenizer
        >>> monday, tuesday = PieceCounts(), PieceCounts()
        >>> monday.add("low lower"), tuesday.add(" lowest")
        (None, None)
        >>> tuesday.merge(monday)
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train_from_counts(tuesday, 258)
        >>> tokenizer.merges
        {(108, 111): 256, (256, 119): 257}
        >>> tokenizer.train_from_counts({"low": 5, "own": 4}, 258)
        >>> tokenizer.merges
        {(111, 119): 256, (108, 256): 257}
        """
        plan = _training.checked_plan(
            vocab_size, tie_break, threads, progress, min_frequency=min_frequency, max_token_length=max_token_length
        )
        self._use_merges(_training.merge(self._counted(counts, plan), plan))

    def _counted(self, counts: object, plan: _training.Plan) -> Pieces:
        """Return the pieces of `PieceCounts`, or of texts with their counts."""
        splitter = self._model.splitter
        if isinstance(counts, PieceCounts):
            counts._check_same(splitter, "this tokenizer")
            return counts._pieces
        if arguments.is_a(counts, Mapping):
            return _training.count_mapping(cast("Mapping[Any, Any]", counts), splitter, plan.threads, plan.progress)
        raise TypeError(f"counts must be a PieceCounts, or a mapping of texts to their counts, not {type(counts).__name__}")

    def extend(
        self,
        text: str | Buffer | PieceCounts,
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        min_frequency: int = 0,
        max_token_length: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        threads: int | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        """Train on from the current vocabulary: new merges come after the old ones, and each token keeps its id.

        The new merges are those that training would make next if the old merges had been made on this text. Special tokens
        and other added tokens keep their ids too, so that the rows of a model stay valid: new tokens get the ids from
        `vocab_size` on. A tokenizer that is neither trained nor loaded is trained.

        Args:
            text: one text, as for `train`; or `PieceCounts`, which take many texts, files and columns.
            vocab_size: the number of tokens, without added ones, as for `train`: those that are there and the new ones.
            tie_break: as for `train_from_iterator`; the ids of its rule are those of the training: the bytes, then the old
                merges in their order, then the new ones.
            min_frequency: as for `train_from_iterator`.
            max_token_length: as for `train_from_iterator`. Longer tokens that are there stay.
            allowed_special: as for `train_from_iterator`; `PieceCounts` have cut out names already.
            threads: as for `train_from_iterator`.
            progress: as for `train`.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: ``vocab_size`` is less than the number of tokens; an argument is not one of the allowed values; the
                counts are of another pattern; or no training can have made the vocabulary, which then lacks a byte, or has a
                token that merging does not make of its bytes. The message names the token.
            InvalidDocumentError: a buffer is not UTF-8.

        After any exception the tokenizer is unchanged. It takes O(length of the text + vocabulary) time and the time of the
        new merges.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer(special_tokens=["<|end|>"])
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.extend("low slow slowly", 259)
        >>> tokenizer.merges
        {(108, 111): 256, (256, 119): 257, (32, 115): 259}
        >>> tokenizer.special_tokens
        {'<|end|>': 258}
        """
        plan = _training.checked_plan(
            vocab_size, tie_break, threads, progress, min_frequency=min_frequency, max_token_length=max_token_length
        )
        model, cut = self._model, self._model.cut_for(allowed_special)
        earlier = None if isinstance(model, Untrained) else _extending.Earlier(model)
        if earlier is not None:
            plan = _extending.plan_for(model, plan)
        if arguments.is_a(text, PieceCounts):
            pieces = self._counted(text, plan)
        else:
            pieces = _training.count_text(utf8.checked_text(text), model.splitter, plan.threads, plan.progress, cut=cut)
        self._train_on(model, pieces, plan, earlier)

    def _train_on(self, model: Model, pieces: Pieces, plan: _training.Plan, earlier: _extending.Earlier | None) -> None:
        """Train on counted pieces, after the earlier merges of a model if there are any."""
        if earlier is None:
            self._use_merges(_training.merge(pieces, plan))
        else:
            self._model = _extending.extended(model, earlier, pieces, plan)

    def _use_merges(self, merges: array[int]) -> None:
        """Replace the vocabulary by a trained one."""
        model = self._model
        self._model = model.trained(Vocabulary.of_merges(merges))

    # ---- Encoding ----------------------------------------------------------------------------------------------------

    def encode(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        max_tokens: int | None = None,
    ) -> list[int]:
        """Return the token ids of a text, as tiktoken gives them.

        Args:
            text: a ``str``, or a buffer of UTF-8. Surrogates that make a pair are joined, others become U+FFFD.
            allowed_special: the names that become special tokens, or ``"all"``. If several begin at the same place, the longest
                one is used.
            disallowed_special: names that must not occur in the text; ``"all"`` means all special tokens that are not allowed.
                A special token in neither argument is ordinary text.
            add_special_tokens: whether to put around the ids what the post-processor of a ``tokenizer.json`` does, such as
                the mark of the beginning. Without one it changes nothing. Hugging Face's default is True.
            max_tokens: return only so many of the first ids: ``encode(text)[:max_tokens]``, at a cost that grows with these
                and not with the text, unless ``regex`` splits. What is further on is not looked at, for disallowed names
                either. What ``add_special_tokens`` adds counts too, and is never cut off.

        Added tokens that are not special are always found; see `added_tokens`.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: a disallowed name occurs; the message says where. Or ``max_tokens`` is negative.
            InvalidDocumentError: a buffer is not UTF-8.

        For any text it takes O(length × log of the longest piece) time.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer(special_tokens=["<|end|>"])
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.encode("low<|end|>", allowed_special="all")
        [257, 258]
        >>> tokenizer.encode("low lower lowest", max_tokens=3)
        [257, 32, 257]
        >>> tokenizer.encode("<|end|>", disallowed_special=())
        [60, 124, 101, 110, 100, 124, 62]
        >>> tokenizer.encode("low<|end|>")
        Traceback (most recent call last):
        ValueError: the text holds '<|end|>' at character 3, which is disallowed: it is the name of a special token. ...
        """
        if max_tokens is not None:
            limit = _limits.checked_limit("max_tokens", max_tokens)
            first = _limits.first_ids(
                self._model, text, limit, (allowed_special, disallowed_special), has_marks=add_special_tokens
            )
            return as_list(first, self._model.vocabulary)
        if type(text) is str:
            is_usual = (disallowed_special is ALL or disallowed_special is NO_NAMES) and (
                allowed_special is NO_NAMES or allowed_special is ALL
            )
            ids = self._model.short.encode(text) if is_usual else None
            if ids is None and len(text) <= SHORT_TEXT:
                ids = self._model.encode_short(text, allowed_special, disallowed_special)
            if ids is not None:
                return post_processing.applied(self._model.marks, ids) if add_special_tokens else ids
        found = array("I")
        self._model.encode(text, allowed_special, disallowed_special, found)
        if add_special_tokens:
            found = post_processing.applied(self._model.marks, found)
        return as_list(found, self._model.vocabulary)

    def encode_ordinary(self, text: str | Buffer) -> list[int]:
        """Return the ids of a text without special tokens: ``encode(text, disallowed_special=())``.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.encode_ordinary("lowé")
        [257, 195, 169]
        """
        ids = self._model.short_ordinary.encode(text) if type(text) is str else None
        return self.encode(text, disallowed_special=()) if ids is None else ids

    def encode_array(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
    ) -> array[int]:
        """Return the ids as an ``array.array`` of the type ``"I"``, with four bytes for each id; otherwise as `encode`.

        An array owns its memory, and can be changed, pickled and written to files. It is a buffer, so
        ``numpy.frombuffer(ids, "uint32")`` and ``torch.frombuffer`` share its memory. It costs a fraction of a list of ids.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> ids = tokenizer.encode_array("lower")
        >>> ids, ids.itemsize
        (array('I', [257, 101, 114]), 4)
        """
        if type(text) is str:
            is_usual = (disallowed_special is ALL or disallowed_special is NO_NAMES) and (
                allowed_special is NO_NAMES or allowed_special is ALL
            )
            short = self._model.short.encode_bytes(text) if is_usual else None
            if short is None and len(text) <= SHORT_TEXT:
                short = self._model.encode_short_bytes(text, allowed_special, disallowed_special)
            if short is not None:
                made = array("I", short)
                return post_processing.applied(self._model.marks, made) if add_special_tokens else made
        ids = array("I")
        self._model.encode(text, allowed_special, disallowed_special, ids)
        return post_processing.applied(self._model.marks, ids) if add_special_tokens else ids

    @overload
    def encode_batch(
        self,
        texts: Iterable[str | Buffer],
        threads: int | None = None,
        *,
        output: Literal["lists"] = "lists",
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Progress | bool | None = None,
    ) -> list[list[int]]: ...
    @overload
    def encode_batch(
        self,
        texts: Iterable[str | Buffer],
        threads: int | None = None,
        *,
        output: Literal["flat"],
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Progress | bool | None = None,
    ) -> tuple[array[int], array[int]]: ...
    def encode_batch(
        self,
        texts: Iterable[str | Buffer],
        threads: int | None = None,
        *,
        output: Literal["lists", "flat"] = "lists",
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Progress | bool | None = None,
    ) -> list[list[int]] | tuple[array[int], array[int]]:
        """Return the ids of each text, as `encode` does; ``threads`` limits the threads (``None``: one for each processor).

        With ``output="flat"`` it returns two arrays instead of lists, in a fraction of the time: the ids of all texts (of the
        type ``"I"``), and offsets (of the type ``"Q"``, one more than there are texts). The ids of text ``i`` are
        ``ids[offsets[i]:offsets[i + 1]]``.

        ``progress`` is called as ``progress(done, total)``, in bytes of UTF-8, up to 20 times a second. ``total`` is None
        unless ``texts`` is a list or tuple that has only ``bytes`` and ASCII ``str``. True shows a bar.

        It raises the exceptions of `encode`; the message gives the index of the text, counted from 0. It also raises
        `TypeError` if ``texts`` is one text, a mapping, a data frame, a set (its order is not known), or an Arrow array. An
        exception of ``texts`` or ``progress`` passes through.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.encode_batch(["a", "", "lower"])
        [[97], [], [257, 101, 114]]
        >>> tokenizer.encode_batch(["a", "", "lower"], output="flat")
        (array('I', [97, 257, 101, 114]), array('Q', [0, 1, 1, 4]))
        """
        many.check(texts, "texts", many.TEXTS)
        arguments.check_option("output", output, ("lists", "flat"))
        made: Lists | Flat = Lists(self._model.vocabulary) if output == "lists" else Flat()
        self._encode_many(
            texts, made, threads=threads, allowed=allowed_special, disallowed=disallowed_special, progress=progress
        )
        if add_special_tokens:
            made.mark(self._model.marks)
        return made.lists if isinstance(made, Lists) else (made.ids, made.offsets)

    def _encode_many(
        self,
        texts: Iterable[str | Buffer],
        output: Output,
        *,
        threads: int | None,
        allowed: object,
        disallowed: object,
        progress: Progress | bool | None,
    ) -> None:
        total = None
        if progress is not None and progress is not False and isinstance(texts, list | tuple):
            total = batches.known_nbytes(texts)
        with common_progress.reporting(progress, total) as report:
            self._model.encode_batch(
                texts, output, threads=arguments.threads_or_all(threads), allowed=allowed, disallowed=disallowed, report=report
            )

    def encode_arrow(
        self,
        column: object,
        *,
        threads: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Progress | bool | None = None,
    ) -> Any:
        """Return the ids of each entry of an Arrow column, as a ``pyarrow.Array`` of lists of ``uint32``; nulls stay null.

        The result is one array of the type ``list``, or ``large_list`` if there are more than 2³¹ - 1 ids; it shares the memory
        that the ids were written to.

        Args:
            column: an object of Arrow's PyCapsule protocol that holds one column of text: an array or a column of pyarrow,
                polars or pandas, a ``RecordBatchReader``, a relation of DuckDB. Its texts may be of any string type, of any
                binary type if they are UTF-8, or in a dictionary. A stream is held one batch at a time.
            threads: the limit of threads; None means one for each processor.
            allowed_special: as in `encode`.
            disallowed_special: as in `encode`.
            add_special_tokens: as in `encode`; nulls have no marks.
            progress: called as ``progress(done, total)``, in bytes of text, up to 20 times a second. ``total`` is None for a
                stream. True shows a bar.

        Raises:
            TypeError: the column does not hold text, or an argument has the wrong type.
            ValueError: there is more than one column, its buffers are damaged, or a disallowed name occurs. The message gives
                the index of the text, counted from 0, nulls included.
            InvalidDocumentError: a text is not UTF-8.
            ImportError: pyarrow is not installed.

        >>> import pyarrow as pa
        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> ids = tokenizer.encode_arrow(pa.array(["a", None, "", "lower"]))
        >>> str(ids.type), ids.to_pylist()
        ('list<item: uint32>', [[97], None, [], [257, 101, 114]])
        """
        flat = Flat()
        has_value = self._encode_column(
            "encode_arrow",
            column,
            flat,
            threads=threads,
            allowed=allowed_special,
            disallowed=disallowed_special,
            progress=progress,
        )
        if add_special_tokens:
            flat.mark(self._model.marks, has_value)
        return _columns.lists(flat, has_value)

    def _encode_column(
        self,
        method: str,
        column: object,
        output: Output,
        *,
        threads: int | None,
        allowed: object,
        disallowed: object,
        progress: Progress | bool | None,
    ) -> bytearray:
        """Encode a column; return a byte for each entry: 1, or 0 for a null."""
        common_progress.check_progress(progress)
        n_threads = arguments.threads_or_all(threads)
        with (
            arrow.opened_texts(column, method, _model.BATCH_NBYTES * n_threads, is_measured=bool(progress)) as texts,
            common_progress.reporting(progress, texts.nbytes) as report,
        ):
            self._model.encode_column(texts, output, threads=n_threads, allowed=allowed, disallowed=disallowed, report=report)
        return texts.has_value

    def count(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
    ) -> int:
        """Return how many ids `encode` would return, without making them.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.count("lower")
        3
        """
        model = self._model
        if type(text) is str:
            is_usual = (disallowed_special is ALL or disallowed_special is NO_NAMES) and (
                allowed_special is NO_NAMES or allowed_special is ALL
            )
            n_ids = model.short.count(text) if is_usual else None
            if n_ids is None and len(text) <= SHORT_TEXT:
                n_ids = model.count_short(text, allowed_special, disallowed_special)
            if n_ids is not None:
                return post_processing.count(model.marks, n_ids) if add_special_tokens else n_ids
        n_ids = model.encode(text, allowed_special, disallowed_special, None)
        return post_processing.count(model.marks, n_ids) if add_special_tokens else n_ids

    def exceeds(
        self,
        text: str | Buffer,
        n: int,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
    ) -> bool:
        """Whether a text has more than ``n`` ids; it stops when that is known, so its cost grows with ``n`` at most.

        The rest is not examined, not even for disallowed names. Otherwise it is ``count(text, …) > n``, in arguments
        and exceptions too; if ``regex`` splits, in its cost too.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.exceeds("lower", 3), tokenizer.exceeds("low " * 1_000_000, 1000)
        (False, True)
        """
        limit = _limits.checked_limit("n", n)
        return _limits.exceeds(self._model, text, limit, (allowed_special, disallowed_special), has_marks=add_special_tokens)

    @overload
    def truncate(
        self,
        text: str,
        max_tokens: int,
        side: Literal["right", "left"] = "right",
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> str: ...
    @overload
    def truncate(
        self,
        text: Buffer,
        max_tokens: int,
        side: Literal["right", "left"] = "right",
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> bytes: ...
    def truncate(
        self,
        text: str | Buffer,
        max_tokens: int,
        side: Literal["right", "left"] = "right",
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> str | bytes:
        """Cut a text to at most ``max_tokens`` tokens, counted in the result alone, and return its beginning or its end.

        A text that has no more is returned as a whole. Otherwise it is cut where its first ``max_tokens`` tokens end, or where
        its last ones begin. No character is cut: one that is only in part in these tokens is left out. Where a cut would
        change how the text is split, so that there would be more tokens, it is further in, at the next token that will do.

        Args:
            text: as in `encode`; of a buffer, bytes are returned.
            max_tokens: the limit.
            side: ``"right"`` cuts off the end of the text, ``"left"`` its beginning.
            allowed_special: as in `encode`.
            disallowed_special: as in `encode`; what is cut off is not looked at.

        It raises the exceptions of `encode`. Its cost grows with ``max_tokens`` and not with the text, unless ``regex`` splits,
        or text that is normalized or has added tokens is cut on the left. Where added tokens, a normal form or a blank before
        the text take part, it is cut about there, and the part may have fewer tokens than it could.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.truncate("low lower lowest", 4), tokenizer.truncate("low lower lowest", 4, "left")
        ('low lowe', 'lowest')
        >>> tokenizer.truncate("é", 1)
        ''
        """
        arguments.check_option("side", side, ("right", "left"))
        limit = _limits.checked_limit("max_tokens", max_tokens)
        return _limits.truncated(self._model, text, limit, side, (allowed_special, disallowed_special))

    def chunks(
        self,
        text: str | Buffer,
        size: int,
        *,
        overlap: int = 0,
        boundaries: Sequence[Literal["paragraph", "line", "sentence", "word", "grapheme"]] = ("paragraph", "sentence", "word"),
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> list[Chunk]:
        r"""Cut a text into chunks of at most ``size`` tokens, each as a text of its own; nothing of the text is lost.

        A `Chunk` is a named tuple ``(start, end, n_tokens)``, where ``n_tokens == count(text[start:end])``. It ends at the last
        boundary of the first kind in ``boundaries`` that has one within the first ``size`` tokens of the rest; if there is
        none of any kind, with the last of these tokens, but never within a character. Where a cut changes how the text before
        is split, so that there would be more tokens, the boundary before is taken.

        Args:
            text: as in `encode`. Starts and ends are in characters of a ``str``, and in bytes of a buffer.
            size: the most tokens of a chunk.
            overlap: a chunk begins within the last ``overlap`` tokens of the one before, at the first boundary of the first
                kind of which there is one there, or at a token. With 0 it begins where that one ends; so it does if no more
                than the overlap would have room, or if the last character alone has more tokens.
            boundaries: the kinds of places where chunks should begin and end, the preferred one first: ``"paragraph"``: behind
                lines with nothing but white space; ``"line"``: behind a line feed; ``"sentence"``, ``"word"`` and
                ``"grapheme"``: by Unicode Standard Annex #29, as in `text_processor.segment`, with the white space behind
                sentences. ``()``: anywhere between tokens.
            allowed_special: as in `encode`.
            disallowed_special: as in `encode`.

        Raises:
            ValueError: a character alone has more than ``size`` tokens. Or an argument is not one of the allowed values, or a
                disallowed name occurs.
            TypeError: an argument has the wrong type.
            InvalidDocumentError: a buffer is not UTF-8.

        It takes O(length × size / (size - overlap)) time. Where added tokens, a normal form, a blank before the text or
        ``regex`` take part, the text is cut about where the tokens end, and some ten times slower; counts are exact there too.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> text = "Low. Lower.\n\nThe lowest."
        >>> [text[start:end] for start, end, _ in tokenizer.chunks(text, 10)]
        ['Low. ', 'Lower.\n\n', 'The lowest.']
        >>> tokenizer.chunks(text, 10)[0]
        Chunk(start=0, end=5, n_tokens=5)
        >>> tokenizer.chunks("low lower", 4, overlap=2, boundaries=())
        [Chunk(start=0, end=8, n_tokens=4), Chunk(start=4, end=9, n_tokens=3)]
        """
        how = _chunks.checked_how(size, overlap, boundaries)
        return _chunks.Chunking(self._model, how, allowed_special, disallowed_special).of(text)

    def chunks_batch(
        self,
        texts: Iterable[str | Buffer],
        size: int,
        *,
        overlap: int = 0,
        boundaries: Sequence[Literal["paragraph", "line", "sentence", "word", "grapheme"]] = ("paragraph", "sentence", "word"),
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        progress: Progress | bool | None = None,
    ) -> list[list[Chunk]]:
        """Return the `chunks` of each text; ``texts`` and ``progress`` are those of `encode_batch`.

        It raises the exceptions of `chunks`; the message gives the index of the text, counted from 0.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.chunks_batch(["low low", "", "a"], 2)
        [[Chunk(start=0, end=4, n_tokens=2), Chunk(start=4, end=7, n_tokens=1)], [], [Chunk(start=0, end=1, n_tokens=1)]]
        """
        many.check(texts, "texts", many.CUT_TEXTS)
        chunking = _chunks.Chunking(
            self._model, _chunks.checked_how(size, overlap, boundaries), allowed_special, disallowed_special
        )
        with common_progress.reporting(progress, None) as report:
            return chunking.of_each(texts, report)

    def chunks_arrow(
        self,
        column: object,
        size: int,
        *,
        overlap: int = 0,
        boundaries: Sequence[Literal["paragraph", "line", "sentence", "word", "grapheme"]] = ("paragraph", "sentence", "word"),
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        progress: Progress | bool | None = None,
    ) -> Any:
        """Return the `chunks` of each entry of an Arrow column, as a ``pyarrow.Array``; nulls stay null.

        It is of the type ``list`` (``large_list`` if there are more than 2³¹ - 1 chunks) of structs ``start``, ``end``,
        ``n_tokens``, all ``uint64``. Starts and ends are in characters. ``column`` and ``progress`` are as in `encode_arrow`;
        so are the exceptions, beside those of `chunks`.

        >>> import pyarrow as pa
        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.chunks_arrow(pa.array(["low low", None, ""]), 3).to_pylist()
        [[{'start': 0, 'end': 7, 'n_tokens': 3}], None, []]
        """
        common_progress.check_progress(progress)
        chunking = _chunks.Chunking(
            self._model, _chunks.checked_how(size, overlap, boundaries), allowed_special, disallowed_special
        )
        with (
            arrow.opened_texts(column, "chunks_arrow", _model.BATCH_NBYTES, is_measured=bool(progress)) as texts,
            common_progress.reporting(progress, texts.nbytes) as report,
        ):
            columns = chunking.of_column(texts, report)
        return _columns.chunks(columns, texts.has_value)

    def encode_with_offsets(
        self,
        text: str | Buffer,
        *,
        unit: Literal["characters", "bytes"] = "characters",
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
    ) -> tuple[array[int], array[int], array[int]]:
        """Return the ids of a text, and where each token begins and where it ends in the text that was given.

        The three arrays have one entry for each id: the ids with four bytes (type ``"I"``), the starts and the ends with eight
        (type ``"Q"``). Token i comes from ``text[starts[i] : ends[i]]``.

        The offsets are those of Hugging Face's ``Encoding.offsets`` with ``trim_offsets=False``: a blank before a word belongs
        to its token. A token that has only some bytes of a character has the offsets of the whole character. What normalizing
        composes has those of the first of its characters; marks that it puts in another order have those of their new places.
        A blank that the tokenizer puts before a text has the offsets of the first character. What ``add_special_tokens`` adds
        has 0 and 0. Bytes that the vocabulary lacks are in no token, and do not move the offsets of those after them, as they
        do there.

        Args:
            text: as in `encode`. For a ``str`` with surrogates, offsets refer to the text after these are joined or replaced.
            unit: ``"characters"`` (code points), or ``"bytes"`` of UTF-8.
            allowed_special: as in `encode`.
            disallowed_special: as in `encode`.
            add_special_tokens: as in `encode`.

        It raises the exceptions of `encode`, and `ValueError` if ``regex`` splits, and leaves out some of the text or the
        vocabulary lacks some of its bytes. It takes O(length) time, and holds the whole text in memory.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer("gpt2")
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.encode_with_offsets("é low")
        (array('I', [195, 169, 32, 257]), array('Q', [0, 0, 1, 2]), array('Q', [1, 1, 2, 5]))
        """
        arguments.check_option("unit", unit, ("characters", "bytes"))
        model = self._model
        arrays = model.encode_with_offsets(text, unit, allowed_special, disallowed_special)
        if not add_special_tokens:
            return arrays
        ids, starts, ends = arrays
        zeros = tuple(None if part is None else (0,) * len(part) for part in model.marks)
        return (
            post_processing.applied(model.marks, ids),
            post_processing.applied(zeros, starts),
            post_processing.applied(zeros, ends),
        )

    def tokenize(self, text: str | Buffer) -> list[str]:
        r"""Return the tokens of `encode_ordinary` as text, for example as the ``analyzer`` of a vectorizer of scikit-learn.

        A token is its bytes as UTF-8, with its blank. Bytes that are not UTF-8, such as a part of a character, are written as
        ``\x`` and two digits. An added token is its name.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer("gpt2")
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.tokenize("a lowé")
        ['a', ' ', 'low', '\\xc3', '\\xa9']
        """
        return [token.decode("utf-8", "backslashreplace") for token in self._model.decode_tokens(self.encode_ordinary(text))]

    def count_batch(
        self,
        texts: Iterable[str | Buffer],
        threads: int | None = None,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Progress | bool | None = None,
    ) -> list[int]:
        """Return how many ids each text has, without making them; otherwise as `encode_batch`.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.count_batch(["a", "", "lower"])
        [1, 0, 3]
        """
        many.check(texts, "texts", many.COUNTED_TEXTS)
        counts = Counts()
        self._encode_many(
            texts, counts, threads=threads, allowed=allowed_special, disallowed=disallowed_special, progress=progress
        )
        if add_special_tokens:
            counts.mark(self._model.marks)
        return counts.counts.tolist()

    def count_arrow(
        self,
        column: object,
        *,
        threads: int | None = None,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        add_special_tokens: bool = False,
        progress: Progress | bool | None = None,
    ) -> Any:
        """Return how many ids each entry of an Arrow column has, as a ``pyarrow.Array`` of ``int32``; nulls stay null.

        The arguments and exceptions are those of `encode_arrow`; it also raises ``pyarrow.ArrowInvalid``, a `ValueError`, if a
        text has more than 2³¹ - 1 ids.

        >>> import pyarrow as pa
        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.count_arrow(pa.array(["a", None, "", "lower"])).to_pylist()
        [1, None, 0, 3]
        """
        counts = Counts()
        has_value = self._encode_column(
            "count_arrow",
            column,
            counts,
            threads=threads,
            allowed=allowed_special,
            disallowed=disallowed_special,
            progress=progress,
        )
        if add_special_tokens:
            counts.mark(self._model.marks, has_value)
        return _columns.numbers(counts, has_value)

    def encode_file(
        self,
        path: StrOrBytesPath,
        out: StrOrBytesPath,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
        progress: Progress | bool | None = None,
    ) -> int:
        r"""Write the ids of the text of a file to another file, as little-endian unsigned 32-bit numbers; return how many.

        The ids are those of the text as a whole; a byte-order mark of UTF-8 is encoded too. The file may be compressed, or in
        another encoding, as for `TextAnalyzer.add_file`. It is read and encoded in blocks, so memory does not grow with the
        file, unless the pattern needs ``regex``. The new file replaces the old one when it is complete. After any failure,
        Ctrl-C included, the old file is unchanged.

        Args:
            path: the file with the text.
            out: the file for the ids.
            allowed_special: as in `encode`.
            disallowed_special: as in `encode`.
            encoding: the encoding of the text; None means UTF-8. A byte-order mark has priority over both.
            errors: ``"strict"`` raises at bytes that are not in the encoding, ``"replace"`` replaces them by U+FFFD.
            progress: called as ``progress(done, total)``, in bytes of the file, up to 20 times a second. True shows a bar.

        Raises:
            OSError: a file cannot be read or written.
            InvalidDocumentError: the text is not UTF-8, or not in the given encoding; the message and ``position`` give the
                byte. Or the file is damaged or cut short.
            TextProcessorError: the file was changed while it was read.
            ValueError: a disallowed name occurs.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     text, ids = Path(folder, "text"), Path(folder, "ids")
        ...     _ = text.write_bytes(b"a low")
        ...     tokenizer.encode_file(text, ids), ids.read_bytes()[:8]
        (3, b'a\x00\x00\x00 \x00\x00\x00')
        """
        common_progress.check_progress(progress)
        model, n_ids = self._model, 0
        options = Options("whole", "skip", errors, encoding).checked()

        def pieces() -> Iterator[bytes]:
            nonlocal n_ids
            # It ends with the check whether the file was changed, so before the new file replaces the old one.
            with sources.opened_file(path, options) as given, common_progress.reporting(progress, given.nbytes) as report:
                text = given.text(repr(os.fsdecode(path)), errors)
                for ids in model.encode_stream(text, allowed_special, disallowed_special):
                    n_ids += len(ids)
                    report(text.source.n_read)
                    yield little_endian(ids)

        files.write_file(os.fsdecode(out), pieces())
        return n_ids

    def encode_corpus(
        self,
        sources: object,
        out: str | os.PathLike[str],
        *,
        format: Literal["raw", "llmc", "megatron", "npy", "parquet"],  # noqa: A002 - what it is
        bos: int | str | None = None,
        eos: int | str | None = None,
        shard_tokens: int | None = 100_000_000,
        dtype: Literal["auto", "uint16", "uint32"] = "auto",
        split: tuple[float, float] | None = None,
        shuffle_seed: int | None = None,
        column: str | None = None,
        documents: Literal["file", "line"] = "file",
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = (),
        threads: int | None = None,
        progress: Progress | bool | None = None,
    ) -> Shards:
        """Write the ids of the documents of a corpus to files for training, and return these as `read_shards` does.

        A document is a file of text, or with ``documents="line"`` a line of it that is not blank, without its line end; the
        field of a line of JSON, or an entry of a column; an item of an iterable. Its ids are those of `encode`. Missing values
        (nulls, lines without the field) are no documents; empty ones are.

        A run that was stopped by an error, Ctrl-C, a full disk or the end of its process resumes where it stopped if it is
        started again with the same arguments; the files are then, byte by byte, those of a run without a stop. If the folder is
        complete, nothing is done. Each file gets its name when it is complete. ``manifest.json`` holds the hash of the
        tokenizer, the options, the sources, and the shards with their tokens and documents.

        A shard ends with the document that makes it have ``shard_tokens``. Files are ``train_000000.bin``, ``val_000000.bin``
        and so on, or ``train.bin`` and ``val.bin`` without a limit; beside them a file says where documents end, as 64-bit
        numbers, for formats that do not (``train_000000.offsets``).

        Args:
            sources: a path or a glob, or a list or tuple of them: files of text, JSON lines (by the suffix ``.jsonl`` or
                ``.ndjson``, or if ``column`` is given) and Parquet (by content); all but Parquet may be compressed. Or Arrow
                data: a column, table or stream, as for `encode_arrow`. Or an iterable of texts; a list of texts is given as
                ``iter(texts)``.
            out: a folder, made if need be, for this corpus alone.
            format: ``"raw"`` is ids alone, as for nanoGPT; ``"llmc"`` has the header of llm.c; ``"megatron"`` is a ``.bin``
                with an ``.idx``; ``"npy"`` is NumPy's; ``"parquet"`` has a column ``input_ids`` of lists.
            bos: an id, or the name of an added token, before each document.
            eos: the same after each document.
            shard_tokens: see above; None means one shard for each part.
            dtype: the type of an id. ``"auto"`` is ``uint16`` if it holds all ids of the tokenizer and the format is not
                Parquet. Megatron has ``int32`` for ``uint32``.
            split: two shares, for training and validation, such as ``(0.99, 0.01)``. The XXH64 of a document decides, so it
                is in the same part in every run, and so are its copies.
            shuffle_seed: a seed that puts the documents of each shard in an order of its own; None keeps the order.
            column: the column, or the field of JSON lines; ``a.b`` is the field b of a. None means ``"text"`` for files, and
                the only column of Arrow data.
            documents: what a document is in a file of text.
            encoding: as in `TextAnalyzer.add_file`, for files of text and JSON lines.
            errors: how to handle bytes there that are not UTF-8, ``"strict"`` or ``"replace"``.
            allowed_special: as in `encode`.
            disallowed_special: as in `encode`, but none by default: names in documents are ordinary text.
            threads: as in `encode_batch`; the files do not depend on it.
            progress: called as ``progress(done, total)``, in bytes of the files or of text, up to 20 times a second;
                ``total`` is None unless all sources are files. True shows a bar.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: an argument is not one of the allowed values; an id does not fit into ``dtype``; ``out`` has shards of
                another tokenizer, of other options or sources; a source has no such column, or is damaged.
            InvalidDocumentError: a text is not UTF-8.
            FileExistsError: ``out`` has other files.
            OSError: a file cannot be read or written.
            TextProcessorError: a file was changed while it was read, or another run is writing to ``out``.
            ImportError: pyarrow is not installed, for Parquet and Arrow data.

        It takes O(length of the documents) time. Memory holds a batch, or a document if that is longer (but large files of text
        are read in blocks, unless ``split`` is given), and the places of the documents of a shard.

        >>> import tempfile
        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer(special_tokens=["<|end|>"])
        >>> tokenizer.train("low lower lowest", 258)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     shards = tokenizer.encode_corpus(iter(["low", "lower"]), folder, format="raw", eos="<|end|>")
        ...     shards, shards[0].ids.tolist()
        (<1 shard: 6 ids, 2 documents>, [257, 258, 257, 101, 114, 258])
        """
        common_progress.check_progress(progress)
        n_threads = arguments.threads_or_all(threads)
        plan = corpus_plan.checked(
            self._model,
            format=format,
            dtype=dtype,
            bos=bos,
            eos=eos,
            shard_tokens=shard_tokens,
            split=split,
            shuffle_seed=shuffle_seed,
            column=column,
            documents=documents,
            encoding=encoding,
            errors=errors,
            allowed=allowed_special,
            disallowed=disallowed_special,
        )
        corpus_encoding.encode(self._model, sources, out, plan, threads=n_threads, progress=progress)
        return read_shards(out)

    # ---- Decoding ----------------------------------------------------------------------------------------------------

    def decode(self, ids: Iterable[int], errors: str = "replace", *, skip_special_tokens: bool = False) -> str:
        """Return the text of ids; the text of an added token is its name.

        Args:
            ids: any iterable of int; a list, or a buffer of unsigned 32-bit numbers, is fastest.
            errors: how to handle bytes that are not UTF-8, as in ``bytes.decode``.
            skip_special_tokens: whether to leave out special tokens. Hugging Face's default is True.

        Raises:
            TypeError: ``ids`` is not an iterable of int.
            UnknownTokenError: an id does not exist; the message names it and its index.
            UnicodeDecodeError: with ``errors="strict"``, the bytes are not UTF-8.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.decode([257, 101, 114])
        'lower'
        >>> tokenizer.decode([257, 258])
        Traceback (most recent call last):
        text_processor.errors.UnknownTokenError: the id 258, at index 1, does not exist
        """
        given: object = ids
        is_list = type(given) is list and not skip_special_tokens
        text = self._model.short_whole.decode(cast("list[int]", given), errors) if is_list else None
        if text is not None:
            return text
        return self.decode_bytes(ids, skip_special_tokens=skip_special_tokens).decode("utf-8", errors)

    def decode_bytes(self, ids: Iterable[int], *, skip_special_tokens: bool = False) -> bytes:
        r"""Return the bytes of ids; they need not be UTF-8. It raises the exceptions of `decode`.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.decode_bytes([257, 255])
        b'low\xff'
        """
        return self._model.decode(ids, skip_special=skip_special_tokens)

    def decode_batch(
        self,
        batch: Iterable[Iterable[int]],
        errors: str = "replace",
        *,
        skip_special_tokens: bool = False,
        progress: Progress | bool | None = None,
    ) -> list[str]:
        """Return the text of each list of ids.

        It raises the exceptions of `decode`; the message gives the index of the list, counted from 0. ``progress`` is called
        as ``progress(done, total)``, in lists, up to 20 times a second. ``total`` is None if ``batch`` is neither a list nor a
        tuple. True shows a bar. An exception of ``progress`` passes through.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.decode_batch([[97], [257, 101, 114]])
        ['a', 'lower']
        >>> tokenizer.decode_batch([[97], [98, 300]])
        Traceback (most recent call last):
        text_processor.errors.UnknownTokenError: list 1: the id 300, at index 1, does not exist
        """
        many.check(batch, "batch", many.LISTS_OF_IDS)
        texts: list[str] = []
        with common_progress.reporting(progress, len(batch) if isinstance(batch, list | tuple) else None, "lists") as report:
            for index, ids in enumerate(batch):
                try:
                    texts.append(self.decode(ids, errors, skip_special_tokens=skip_special_tokens))
                except UnicodeDecodeError as error:
                    error.reason += f", in list {index}"
                    raise
                except TypeError as error:
                    raise TypeError(f"list {index}: {error}{many.advice(ids)}") from error
                except UnknownTokenError as error:
                    raise UnknownTokenError(f"list {index}: {error}") from error
                report(len(texts))
        return texts

    def decode_tokens_bytes(self, ids: Iterable[int]) -> list[bytes]:
        r"""Return the bytes of each id. It raises the exceptions of `decode`.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.decode_tokens_bytes([257, 195, 169])
        [b'low', b'\xc3', b'\xa9']
        """
        return self._model.decode_tokens(ids)

    def decode_with_offsets(self, ids: Iterable[int]) -> tuple[str, list[int]]:
        """Return the text of ids, and the character at which each token begins, as tiktoken does.

        A token that begins within a character begins at that character.

        Raises:
            UnknownTokenError: an id does not exist.
            UnicodeDecodeError: the bytes are not UTF-8.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.decode_with_offsets([257, 195, 169, 98])
        ('lowéb', [0, 3, 3, 4])
        """
        tokens = self._model.decode_tokens(ids)
        offsets: list[int] = []
        n_characters = 0
        for token in tokens:
            is_within = bool(token) and 0x80 <= token[0] < 0xC0
            offsets.append(max(0, n_characters - is_within))
            n_characters += sum(not 0x80 <= byte < 0xC0 for byte in token)
        return b"".join(tokens).decode(), offsets

    def decoder(self, errors: str = "replace", *, skip_special_tokens: bool = False) -> IncrementalDecoder:
        """Return a decoder for ids that come one after the other, as from a model; it keeps the current vocabulary.

        The arguments are those of `decode`.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> decoder = tokenizer.decoder()
        >>> [decoder.decode(each) for each in (257, 195, [169, 98])]
        ['low', '', 'éb']
        """
        return IncrementalDecoder(self, errors, skip_special_tokens=skip_special_tokens)

    # ---- Asking ------------------------------------------------------------------------------------------------------

    @property
    def pattern(self) -> str:
        """The regular expression that splits text; never its name."""
        return self._model.splitter.pattern

    @property
    def vocab_size(self) -> int:
        """The highest id plus one, special tokens included; tiktoken calls this ``n_vocab``."""
        return self._model.n_vocab

    @property
    def special_tokens(self) -> dict[str, int]:
        """The special tokens with their ids; a copy. An added token that is not special is only in `added_tokens`."""
        return dict(self._model.special_ids)

    @property
    def added_tokens(self) -> dict[str, AddedToken]:
        """All added tokens, special or not, by name; a copy.

        An `AddedToken` is a named tuple: its ``id``, and the flags ``special``, ``normalized``, ``lstrip``, ``rstrip`` and
        ``single_word``, which mean what they mean in Hugging Face's ``tokenizers``. One that is not special is always found in
        a text, and never disallowed.

        >>> from text_processor import Tokenizer
        >>> Tokenizer(special_tokens=["<|end|>"]).added_tokens["<|end|>"].id
        256
        """
        return dict(self._model.added)

    @property
    def merges(self) -> dict[tuple[int, int], int]:
        """The merged pairs of ids, in order, with the id that each pair becomes; a new dict. O(vocabulary).

        If the vocabulary was not trained here, the pairs are found by encoding each token.

        Raises:
            ValueError: no pair makes one of the tokens.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().merges
        {}
        """
        model = self._model
        pairs = writing.merges_of(model)
        left, right = pairs[::2], pairs[1::2]
        if model.merges is None:
            made_by_pairs = (
                number for number, token in zip(model.tokens.ids, model.tokens.each(), strict=True) if len(token) > 1
            )
            return dict(zip(zip(left, right, strict=True), made_by_pairs, strict=True))
        texts = dict(zip(model.tokens.ids, model.tokens.each(), strict=True))
        made = {token: number for number, token in texts.items()}
        return {pair: made[texts[pair[0]] + texts[pair[1]]] for pair in zip(left, right, strict=True)}

    def mergeable_ranks(self) -> dict[bytes, int]:
        """Return the bytes of all tokens except special ones, with their ids; the name is tiktoken's. O(vocabulary).

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("aaaa", 257)
        >>> tokenizer.mergeable_ranks()[b"aa"]
        256
        """
        tokens = self._model.tokens
        return dict(zip(tokens.each(), tokens.ids, strict=True))

    def token_bytes(self, id: int) -> bytes:  # noqa: A002 - what it is
        """Return the bytes of one token; for a special token, its name in UTF-8.

        Raises:
            TypeError: ``id`` is not an int.
            UnknownTokenError: there is no such id.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().token_bytes(65)
        b'A'
        """
        number = operator.index(id)
        try:
            return Model.decode(self._model, [number])  # Model's own, because this look-up does not warn if untrained
        except ValueError as error:
            raise UnknownTokenError(f"the id {shown(number)} does not exist") from error

    def show(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = "all",
        disallowed_special: Literal["all"] | Collection[str] = (),
    ) -> TokenView:
        r"""Return a view of the tokens of a text: in colours in a notebook, with ids and bytes on hover; readable as text.

        ``show(text).print()`` writes it to a terminal, in colours if rich is installed (the extra ``cli``). Blanks, line feeds
        and tabs are ``·``, ``⏎`` and ``→``, and bytes that are a part of a character are shown as digits.

        Args:
            text: as for `encode`.
            allowed_special: as for `encode`, but by default names of special tokens are shown as special tokens.
            disallowed_special: as for `encode`, but by default nothing is refused.

        It raises the exceptions of `encode`, and takes as long as that, and as `decode_tokens_bytes`.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer("gpt2", special_tokens=["<|end|>"])
        >>> tokenizer.train("low lower lowest", 258)
        >>> view = tokenizer.show("a lowé<|end|>")
        >>> view
        a   ·   low  ⟨C3⟩  ⟨A9⟩  <|end|>
        97  32  257  195   169   258
        6 tokens
        >>> view.ids[:3], view.tokens[3]
        ([97, 32, 257], b'\xc3')
        """
        ids = self.encode(text, allowed_special=allowed_special, disallowed_special=disallowed_special)
        return TokenView(ids, self._model.decode_tokens(ids), self._model.special_ids.values())

    def _repr_html_(self) -> str:
        return _show.of_tokenizer(self)

    def __repr__(self) -> str:
        model = self._model
        special = f", special_tokens={len(model.special_ids)}" if model.special_ids else ""
        untrained = ", trained=False" if isinstance(model, Untrained) else ""
        return f"{type(self).__name__}(pattern={model.splitter.name!r}, vocab_size={model.n_vocab}{special}{untrained})"

    def __eq__(self, other: object) -> bool:
        """Whether both have the same pattern, tokens, ids, special tokens and merge rule, and so give the same results."""
        if not isinstance(other, Tokenizer):
            return NotImplemented
        return self._model is other._model or self._model.state() == other._model.state()

    __hash__ = None  # type: ignore[assignment]  # training changes what it is equal to

    # ---- Copies ------------------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        """Return a tokenizer that may be trained separately. O(1): the immutable vocabulary is shared."""
        copy = self._of(self._model)
        set_attributes(copy, attributes_of(self, Tokenizer))
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy as ``copy.copy`` does; only attributes of a subclass are copied deeply."""
        copied = self._of(self._model)
        memo[id(self)] = copied
        set_attributes(copied, deepcopy(attributes_of(self, Tokenizer), memo))
        return copied

    def __getstate__(self) -> tuple[bytes, dict[str, Any]] | tuple[bytes, dict[str, Any], Literal["untrained"]]:
        data, attributes = b"".join(own.chunks(self._model)), attributes_of(self, Tokenizer)
        return (data, attributes, "untrained") if isinstance(self._model, Untrained) else (data, attributes)

    def __setstate__(self, state: tuple[bytes, dict[str, Any]] | tuple[bytes, dict[str, Any], Literal["untrained"]]) -> None:
        match state:
            case (bytes(data), dict(attributes)):
                self._model = own.from_bytes(data)
            case (bytes(data), dict(attributes), "untrained"):
                model = own.from_bytes(data)
                self._model = Untrained(model.splitter, model.vocabulary, model.added)
            case _:
                raise InvalidTokenizerError(f"the state of a Tokenizer must be bytes and a dict, not {quoted(state)}")
        set_attributes(self, attributes)


signatures.unquote(
    (NamesOfPeers, Stored, Tokenizer, IncrementalDecoder, AddedToken, Chunk, PieceCounts, Shard, Shards, read_shards)
)
