"""`Tokenizer`: byte-level BPE, the exact twin of rustbpe's training, tiktoken's encoding and Hugging Face's ``tokenizers``."""

from __future__ import annotations

import codecs
import operator
import os
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from io import FileIO
from itertools import accumulate
from stat import S_ISREG
from typing import Any, Literal, Self, cast

from text_processor import (
    _atomic,
    _bpe_files,
    _bpe_huggingface,
    _bpe_special,
    _bpe_text,
    _bpe_train,
    _native,
    _pieces,
    _progress,
    _sources,
)
from text_processor._bpe_model import Model, little_endian
from text_processor._bpe_special import is_a
from text_processor._bpe_text import PATTERNS
from text_processor._bpe_train import Plan
from text_processor._native import Tokens, Vocabulary
from text_processor._progress import Progress
from text_processor._sources import Buffer
from text_processor._subclasses import attributes_of, set_attributes
from text_processor._wording import quoted, shown
from text_processor.errors import InvalidTokenizerError

__all__ = [
    "CL100K_PATTERN",
    "CL100K_TIKTOKEN_PATTERN",
    "GPT2_PATTERN",
    "GPT4_PATTERN",
    "NANOCHAT_PATTERN",
    "O200K_PATTERN",
    "R50K_PATTERN",
    "IncrementalDecoder",
    "Tokenizer",
]

GPT2_PATTERN = PATTERNS["gpt2"]
R50K_PATTERN = PATTERNS["r50k"]
GPT4_PATTERN = PATTERNS["gpt4"]
CL100K_PATTERN = PATTERNS["cl100k"]
CL100K_TIKTOKEN_PATTERN = PATTERNS["cl100k_tiktoken"]
NANOCHAT_PATTERN = PATTERNS["nanochat"]
O200K_PATTERN = PATTERNS["o200k"]

_Path = str | bytes | os.PathLike[Any]


# Characters of a text that need no steps between which Ctrl-C gets through, nor a cache that grows.
SHORT_TEXT = 1 << 12


class Tokenizer:
    """A byte-level BPE: made by training or from a vocabulary, it turns text into ids and back.

    A text is split into pieces by a regular expression. The pieces' bytes are tokens 0 to 255 of a vocabulary that was trained;
    each further token is two others merged. The patterns that have names are split by native code, any other by the package
    ``regex`` (the extra ``regex``), which is slower; it must mean the same there as in tiktoken. What a tokenizer knows is
    never changed but replaced as a whole when a training ends, so any number of threads may use it at the same time.

    Args:
        pattern: the regular expression, or one of the names ``gpt2``, ``r50k``, ``gpt4``, ``cl100k``, ``cl100k_tiktoken``,
            ``nanochat``, ``o200k``. ``gpt4`` is the expression of rustbpe.
        special_tokens: names that get the ids behind those of the vocabulary, in this order, also after each training.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: ``pattern`` is no regular expression, may be read otherwise by another library, is too large, or is a word
            that is the name of none; the name of a special token is empty, given twice or has a lone surrogate.
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
        splitter = _bpe_text.checked_pattern(pattern)
        self._model = Model(splitter, Vocabulary.of_merges(array("I")), _bpe_special.checked_names(special_tokens))

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
        threads: int | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        """Make a vocabulary of one text; `train_from_iterator` with that text alone.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.merges
        {(108, 111): 256, (256, 119): 257}
        """
        plan = _checked_plan(vocab_size, tie_break, threads, progress)
        self._use_merges(_bpe_train.train(_bpe_text.checked_text(text), self._model.splitter, plan))

    def train_from_iterator(
        self,
        iterator: Iterable[str | Buffer],
        vocab_size: int,
        *,
        tie_break: Literal["rustbpe", "hf"] = "rustbpe",
        threads: int | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        """Make a vocabulary of texts, which replaces the one that is there.

        The most frequent pair of adjacent tokens is merged, again and again. Of the texts only distinct pieces with their
        counts are kept. Neither the order of the texts nor ``threads`` makes a difference.

        Args:
            iterator: texts, as ``str`` or as buffers of UTF-8. No piece goes from one into the next. Surrogates are joined or
                replaced as in `encode`.
            vocab_size: how many tokens there will be, without special ones: 256 and as many merges as are wanted. If there are
                not so many pairs it ends earlier.
            tie_break: which of equally frequent pairs is merged first. ``"rustbpe"``: the one with the smallest ids.
                ``"hf"``: that of Hugging Face, to whom bytes are in the order of the characters that they write for them.
                The merges are theirs then; the ids of the bytes are still 0 to 255.
            threads: how many threads may count; ``None``: as many as there are processors, 1: only the calling one.
            progress: called as ``progress(done, total)``, up to 20 times a second: first with bytes of text, of which the total
                is None, then with merges. True shows bars.

        Raises:
            TypeError: an argument, or a text, has the wrong type.
            ValueError: ``vocab_size`` is below 256, or another argument is not one of those allowed.
            InvalidDocumentError: a buffer is not UTF-8.

        What the iterator or ``progress`` raises passes through. After any exception the tokenizer is as it was.

        O(length of the texts) to count, and about O(length of the distinct pieces × log vocab_size) to merge.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer("gpt2")
        >>> tokenizer.train_from_iterator(["to be", "or not to be"], 300)
        >>> tokenizer.vocab_size
        264
        >>> tokenizer.train_from_iterator(["too small"], 255)
        Traceback (most recent call last):
        ValueError: vocab_size must be at least 256, as each byte is a token, not 255
        """
        if isinstance(iterator, str) or _sources.is_byte_buffer(iterator):
            kind = type(iterator).__name__
            raise TypeError(f"iterator must give texts, and not be one {kind}; for a single text there is train")
        plan = _checked_plan(vocab_size, tie_break, threads, progress)
        self._use_merges(_bpe_train.train_from_iterator(iterator, self._model.splitter, plan))

    def _use_merges(self, merges: array[int]) -> None:
        """Replace the vocabulary by one that was trained."""
        model = self._model
        names = sorted(model.special_ids, key=model.special_ids.__getitem__)
        self._model = Model(model.splitter, Vocabulary.of_merges(merges), names, not_special=model.not_special)

    # ---- Encoding ----------------------------------------------------------------------------------------------------

    def encode(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> list[int]:
        """Return the ids of a text, as tiktoken gives them.

        Args:
            text: a ``str``, or a buffer of UTF-8. Surrogates that make a pair are joined, others become U+FFFD.
            allowed_special: the names that become special tokens, or ``"all"``. Of those that begin at one place the longest is
                taken.
            disallowed_special: names that must not occur in the text; ``"all"`` are those that are not allowed. What is neither
                is ordinary text.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: a name that is disallowed occurs. The message says where.
            InvalidDocumentError: a buffer is not UTF-8.

        O(length), whatever the text, times the logarithm of its longest piece.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer(special_tokens=["<|end|>"])
        >>> tokenizer.encode("Hi<|end|>", allowed_special="all")
        [72, 105, 256]
        >>> tokenizer.encode("<|end|>", disallowed_special=())
        [60, 124, 101, 110, 100, 124, 62]
        >>> tokenizer.encode("Hi<|end|>")
        Traceback (most recent call last):
        ValueError: the text holds '<|end|>' at character 2, which is disallowed: it is the name of a special token. ...
        """
        if type(text) is str and len(text) <= SHORT_TEXT:
            ids = self._model.encode_short(text, allowed_special, disallowed_special)
            if ids is not None:
                return ids
        return _as_list(self.encode_array(text, allowed_special=allowed_special, disallowed_special=disallowed_special))

    def encode_ordinary(self, text: str | Buffer) -> list[int]:
        """Return the ids of a text in which nothing is special: ``encode(text, disallowed_special=())``.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().encode_ordinary("é")
        [195, 169]
        """
        return self.encode(text, disallowed_special=())

    def encode_array(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> array[int]:
        """Return the ids as an ``array.array`` of the type ``"I"``, which is four bytes for each; otherwise as `encode`.

        An array owns its memory, can be changed, pickled and written to files, and is a buffer: ``numpy.frombuffer(ids,
        "uint32")`` and ``torch.frombuffer`` share it. It costs a fraction of a list of ids.

        >>> from text_processor import Tokenizer
        >>> ids = Tokenizer().encode_array("abc")
        >>> ids, ids.itemsize
        (array('I', [97, 98, 99]), 4)
        """
        ids = array("I")
        self._model.encode(text, allowed_special, disallowed_special, ids)
        return ids

    def encode_batch(
        self,
        texts: Iterable[str | Buffer],
        threads: int | None = None,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> list[list[int]]:
        """Return the ids of each text, as `encode` does; ``threads`` may work at it (``None``: one for each processor).

        Raises what `encode` raises; the message says which text, counted from 0.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().encode_batch(["a", "", "bc"])
        [[97], [], [98, 99]]
        """
        if isinstance(texts, str) or _sources.is_byte_buffer(texts):
            raise TypeError(f"texts must be an iterable of texts, not one {type(texts).__name__}")
        return self._model.encode_batch(texts, _n_threads(threads), allowed_special, disallowed_special)

    def count(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> int:
        """Return how many ids `encode` would give, without making them.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().count("four")
        4
        """
        return self._model.encode(text, allowed_special, disallowed_special, None)

    def encode_file(
        self,
        path: _Path,
        out: _Path,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
        progress: Progress | bool | None = None,
    ) -> int:
        r"""Write the ids of a file of UTF-8 to another one, as unsigned 32-bit numbers, little-endian; return how many.

        The ids are those of the text as a whole, a byte-order mark included. It is read and encoded in blocks, so memory does
        not grow with it, unless the pattern is one that needs ``regex``. The new file takes its place when it is complete:
        whatever goes wrong, Ctrl-C included, leaves the one that was there as it was.

        Args:
            path: the text.
            out: where the ids go.
            allowed_special: as in `encode`.
            disallowed_special: as in `encode`.
            progress: called as ``progress(done, total)``, in bytes of text, up to 20 times a second. True shows a bar.

        Raises:
            OSError: a file cannot be read or written.
            InvalidDocumentError: the file is not UTF-8. The message and ``position`` say at which byte.
            ValueError: a name that is disallowed occurs.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import Tokenizer
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     text, ids = Path(folder, "text"), Path(folder, "ids")
        ...     _ = text.write_bytes(b"ab")
        ...     Tokenizer().encode_file(text, ids), ids.read_bytes()
        (2, b'a\x00\x00\x00b\x00\x00\x00')
        """
        _progress.check_progress(progress)
        name, n_ids, n_read = repr(os.fsdecode(path)), 0, 0

        def pieces() -> Iterator[bytes]:
            nonlocal n_ids
            for ids in model.encode_stream(read, name, allowed_special, disallowed_special):
                n_ids += len(ids)
                report(n_read)
                yield little_endian(ids)

        def read(nbytes: int) -> bytes | None:
            nonlocal n_read
            data = file.read(nbytes)
            n_read += len(data or b"")
            return data

        model = self._model
        with FileIO(os.fspath(path)) as file:
            status = os.fstat(file.fileno())
            total = status.st_size if S_ISREG(status.st_mode) and status.st_size else None
            with _progress.reporting(progress, total) as report:
                _atomic.write_file(os.fsdecode(out), pieces())
        return n_ids

    # ---- Decoding ----------------------------------------------------------------------------------------------------

    def decode(self, ids: Iterable[int], errors: str = "replace") -> str:
        """Return the text of ids, of special tokens their names.

        Args:
            ids: any iterable of int; a list, or a buffer of unsigned 32-bit numbers, is fastest.
            errors: what becomes of bytes that are not UTF-8, as in ``bytes.decode``.

        Raises:
            TypeError: ``ids`` is nothing of that kind.
            ValueError: an id does not exist; the message names it and its index.
            UnicodeDecodeError: with ``errors="strict"``, the bytes are not UTF-8.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().decode([104, 105])
        'hi'
        >>> Tokenizer().decode([104, 256])
        Traceback (most recent call last):
        ValueError: the id 256, at index 1, does not exist
        """
        return self.decode_bytes(ids).decode("utf-8", errors)

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        r"""Return the bytes of ids, which need not be UTF-8. Raises as `decode`.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().decode_bytes([255, 0])
        b'\xff\x00'
        """
        return self._model.decode(ids)

    def decode_batch(self, batch: Iterable[Iterable[int]], errors: str = "replace") -> list[str]:
        """Return the text of each list of ids. Raises as `decode`.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().decode_batch([[97], [98, 99]])
        ['a', 'bc']
        """
        return [self.decode(ids, errors) for ids in batch]

    def decode_tokens_bytes(self, ids: Iterable[int]) -> list[bytes]:
        r"""Return the bytes of each id. Raises as `decode`.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().decode_tokens_bytes([195, 169])
        [b'\xc3', b'\xa9']
        """
        return self._model.decode_tokens(ids)

    def decode_with_offsets(self, ids: Iterable[int]) -> tuple[str, list[int]]:
        """Return the text of ids, and the character at which each token begins, as tiktoken does.

        A token that begins within a character begins at that character.

        Raises:
            ValueError: an id does not exist.
            UnicodeDecodeError: the bytes are not UTF-8.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().decode_with_offsets([97, 195, 169, 98])
        ('aéb', [0, 1, 1, 2])
        """
        tokens = self._model.decode_tokens(ids)
        offsets: list[int] = []
        n_characters = 0
        for token in tokens:
            offsets.append(max(0, n_characters - (0x80 <= token[0] < 0xC0)))
            n_characters += sum(not 0x80 <= byte < 0xC0 for byte in token)
        return b"".join(tokens).decode(), offsets

    def decoder(self, errors: str = "replace") -> IncrementalDecoder:
        """Return a decoder for ids that come one after the other, as from a model, with the vocabulary of this moment.

        >>> from text_processor import Tokenizer
        >>> decoder = Tokenizer().decoder()
        >>> [decoder.decode(each) for each in (97, 195, [169, 98])]
        ['a', '', 'éb']
        """
        return IncrementalDecoder(self, errors)

    # ---- Asking ------------------------------------------------------------------------------------------------------

    @property
    def pattern(self) -> str:
        """The regular expression that splits text, never its name."""
        return self._model.splitter.pattern

    @property
    def vocab_size(self) -> int:
        """One more than the highest id, special tokens included; tiktoken's ``n_vocab``."""
        return self._model.n_vocab

    @property
    def special_tokens(self) -> dict[str, int]:
        """The special tokens with their ids; a copy."""
        return dict(self._model.special_ids)

    @property
    def merges(self) -> dict[tuple[int, int], int]:
        """The pairs of ids that are merged, in order, with the id that each makes; a new dict. O(vocabulary).

        Of a vocabulary that was not trained here they are found by encoding each token.

        Raises:
            ValueError: there is a token that no pair makes.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().merges
        {}
        """
        model = self._model
        pairs = _bpe_huggingface.merges_of(model)
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
        """Return the bytes of all tokens but the special ones, with their ids, as tiktoken calls them. O(vocabulary).

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("aaaa", 257)
        >>> tokenizer.mergeable_ranks()[b"aa"]
        256
        """
        tokens = self._model.tokens
        return dict(zip(tokens.each(), tokens.ids, strict=True))

    def token_bytes(self, id: int) -> bytes:  # noqa: A002 - what it is
        """Return the bytes of one token, of a special one its name in UTF-8.

        Raises:
            TypeError: ``id`` is no int.
            ValueError: there is no such id.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().token_bytes(65)
        b'A'
        """
        number = operator.index(id)
        try:
            return self._model.decode([number])
        except ValueError as error:
            raise ValueError(f"the id {shown(number)} does not exist") from error

    def __repr__(self) -> str:
        model = self._model
        named = {text: name for name, text in PATTERNS.items()}
        pattern = named.get(model.splitter.pattern, model.splitter.pattern)
        special = f", special_tokens={len(model.special_ids)}" if model.special_ids else ""
        return f"{type(self).__name__}(pattern={pattern!r}, vocab_size={model.n_vocab}{special})"

    def __eq__(self, other: object) -> bool:
        """Whether both have the same pattern, tokens, ids, special tokens and rule, and so the same answers."""
        if not isinstance(other, Tokenizer):
            return NotImplemented
        return self._model is other._model or self._model.state() == other._model.state()

    __hash__ = None  # type: ignore[assignment]  # training changes what it is equal to

    # ---- Copies ------------------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        """One that may be trained by itself. O(1): what is never changed is shared."""
        copy = self._of(self._model)
        set_attributes(copy, attributes_of(self, Tokenizer))
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """As ``copy.copy``; only what a subclass has added is copied deeply."""
        copied = self._of(self._model)
        memo[id(self)] = copied
        set_attributes(copied, deepcopy(attributes_of(self, Tokenizer), memo))
        return copied

    def __getstate__(self) -> tuple[bytes, dict[str, Any]]:
        return b"".join(_bpe_files.pieces(self._model)), attributes_of(self, Tokenizer)

    def __setstate__(self, state: tuple[bytes, dict[str, Any]]) -> None:
        match state:
            case (bytes(data), dict(attributes)):
                self._model = _bpe_files.from_bytes(data)
            case _:
                raise InvalidTokenizerError(f"the state of a Tokenizer must be bytes and a dict, not {quoted(state)}")
        set_attributes(self, attributes)

    # ---- Files -------------------------------------------------------------------------------------------------------

    def save(self, path: _Path) -> None:
        """Write the tokenizer to a file, which `load` reads.

        The bytes are the same on every machine and carry a checksum. The file is written beside its place and then put there,
        so that whatever goes wrong leaves the one that was there as it was. So do the other ways to write a file.

        Raises:
            OSError: the file cannot be written.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer("o200k", special_tokens=["<|end|>"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tokenizer.save(Path(folder, "tokenizer"))
        ...     Tokenizer.load(Path(folder, "tokenizer")) == tokenizer
        True
        """
        _atomic.write_file(os.fsdecode(path), _bpe_files.pieces(self._model))

    @classmethod
    def load(cls, path: _Path) -> Self:
        """Return a tokenizer that `save` has written to a file.

        Raises:
            InvalidTokenizerError: the file is not one that `save` has written, was damaged or cut short, or has a version that
                is not known here. The message names the file and the byte.
            OSError: the file cannot be read.
            ImportError: its pattern needs ``regex``, which is not installed.
        """
        return cls._of(_bpe_files.read_file(os.fsdecode(path)))

    @classmethod
    def from_mergeable_ranks(
        cls,
        ranks: Mapping[bytes, int],
        pattern: str,
        special_tokens: Mapping[str, int] | Iterable[str] | None = None,
    ) -> Self:
        """Return a tokenizer with the tokens and ids that tiktoken calls mergeable ranks, and with its rule.

        A piece that is a token is that token. Otherwise the two adjacent tokens that together are the token of the lowest id
        are merged, the leftmost first, until none are.

        Args:
            ranks: the bytes of each token with its id; all single bytes must be there. Ids may be any, in any order.
            pattern: as for `Tokenizer`.
            special_tokens: names with their ids, or names that get the ids behind the highest one.

        Raises:
            TypeError: an argument, a token or an id has the wrong type.
            ValueError: a byte is missing, a token is empty, or an id is out of range or there twice.

        O(bytes of the tokens).

        >>> from text_processor import Tokenizer
        >>> ranks = {bytes([byte]): byte for byte in range(256)} | {b"ab": 300}
        >>> tokenizer = Tokenizer.from_mergeable_ranks(ranks, "gpt2", {"<|end|>": 400})
        >>> tokenizer.encode("abc<|end|>", allowed_special="all"), tokenizer.vocab_size
        ([300, 99, 400], 401)
        """
        splitter = _bpe_text.checked_pattern(pattern)
        tokens = _checked_ranks(ranks)
        vocabulary = _bpe_files.new_vocabulary(tokens)
        if isinstance(special_tokens, Mapping):
            return cls._of(
                Model(splitter, vocabulary, _bpe_files.checked_special_ids(cast(Mapping[str, int], special_tokens), tokens.ids))
            )
        return cls._of(Model(splitter, vocabulary, _bpe_special.checked_names(special_tokens)))

    @classmethod
    def from_tiktoken(cls, path: _Path, pattern: str, special_tokens: Mapping[str, int] | Iterable[str] | None = None) -> Self:
        """Return a tokenizer with the tokens of a ``.tiktoken`` file, in which neither pattern nor special tokens stand.

        Raises:
            InvalidTokenizerError: the file is not one of tokens; the message names the line.
            OSError: the file cannot be read.

        Otherwise as `from_mergeable_ranks`.
        """
        name = os.fsdecode(path)
        _bpe_text.checked_pattern(pattern)
        ranks = _bpe_files.read_tiktoken(name)
        try:
            return cls.from_mergeable_ranks(ranks, pattern, special_tokens)
        except ValueError as error:
            raise InvalidTokenizerError(f"{name}: {error}") from error

    def save_tiktoken(self, path: _Path) -> None:
        """Write the tokens and their ids to a ``.tiktoken`` file, in which neither pattern nor special tokens stand.

        Raises:
            ValueError: the vocabulary has merges by Hugging Face's rule that tiktoken does not know.
            OSError: the file cannot be written.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import Tokenizer
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Tokenizer().save_tiktoken(Path(folder, "bytes.tiktoken"))
        ...     Tokenizer.from_tiktoken(Path(folder, "bytes.tiktoken"), "gpt4") == Tokenizer()
        True
        """
        self._check_rule_of_tiktoken()
        _atomic.write_file(os.fsdecode(path), _bpe_files.tiktoken_lines(self._model))

    def to_tiktoken(self, name: str = "text_processor") -> Any:
        """Return a ``tiktoken.Encoding`` with this vocabulary, pattern and special tokens.

        Raises:
            ImportError: tiktoken is not installed.
            ValueError: the vocabulary has merges by Hugging Face's rule that tiktoken does not know.
        """
        self._check_rule_of_tiktoken()
        try:
            import tiktoken  # noqa: PLC0415
        except ImportError as error:
            raise ImportError(
                "to_tiktoken needs tiktoken, which is not installed: pip install 'text-processor[tiktoken]'"
            ) from error
        return tiktoken.Encoding(
            name=name, pat_str=self.pattern, mergeable_ranks=self.mergeable_ranks(), special_tokens=self.special_tokens
        )

    def _check_rule_of_tiktoken(self) -> None:
        if self._model.merges is not None:
            raise ValueError(
                "this vocabulary was read from a tokenizer.json whose merges tiktoken's rule, which goes by ids alone, "
                "does not follow"
            )

    @classmethod
    def from_huggingface(cls, path: _Path) -> Self:
        """Return the tokenizer of a ``tokenizer.json`` of Hugging Face's ``tokenizers``, if it is a byte-level BPE.

        It gives the ids of their ``encode(text, add_special_tokens=False)``, with ``allowed_special="all"``: all added tokens
        are special here, and written by `save_huggingface` as special or not as they were. What would change ids and cannot be
        represented is refused: normalizers, other pre-tokenizers than ``ByteLevel`` and ``Split`` before it, post-processors
        that add tokens, ``dropout``, ``unk_token``, ``byte_fallback``, prefixes and suffixes of tokens, truncation, padding,
        added tokens with ``lstrip``, ``rstrip`` or ``single_word``, or with an id that they do not get there, and patterns that
        may split in another way.

        Raises:
            InvalidTokenizerError: the file is no such tokenizer, or one that cannot be represented; the message tells all that
                is wrong, and where.
            OSError: the file cannot be read.
        """
        return cls._of(_bpe_huggingface.read_file(os.fsdecode(path)))

    def save_huggingface(self, path: _Path) -> None:
        """Write a ``tokenizer.json`` with which Hugging Face's ``tokenizers`` give the same ids.

        Raises:
            ValueError: there is none: a token is made by no pair of others, a special token is called like an ordinary one, or
                the pattern may mean something else there.
            OSError: the file cannot be written.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import Tokenizer
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Tokenizer("o200k").save_huggingface(Path(folder, "tokenizer.json"))
        ...     Tokenizer.from_huggingface(Path(folder, "tokenizer.json")) == Tokenizer("o200k")
        True
        """
        _atomic.write_file(os.fsdecode(path), [_bpe_huggingface.to_json(self._model)])


class IncrementalDecoder:
    """Decodes ids that come one after the other; a character comes out once all of its bytes are there.

    What the calls return, joined, is what `Tokenizer.decode` gives for all ids. `Tokenizer.decoder` makes one. It is for one
    stream and one thread at a time.

    >>> from text_processor import Tokenizer
    >>> decoder = Tokenizer().decoder()
    >>> decoder.decode([226, 130]), decoder.decode(172), decoder.decode([226], final=True)
    ('', '€', '\ufffd')
    """

    __slots__ = ("_decoder", "_model")

    def __init__(self, tokenizer: Tokenizer, errors: str = "replace") -> None:
        codecs.lookup_error(errors)  # now, not at the first byte that is wrong
        self._model = tokenizer._model
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors)

    def decode(self, ids: int | Iterable[int], final: bool = False) -> str:
        """Return the characters that are complete with these ids, or this one; with ``final``, also what is left.

        Raises as `Tokenizer.decode`; an id that does not exist changes nothing.
        """
        try:
            given: Iterable[int] = [operator.index(ids)]  # type: ignore[arg-type]  # an array may be a number and iterable
        except TypeError:
            given = ids  # type: ignore[assignment]
        return self._decoder.decode(self._model.decode(given), final)

    def reset(self) -> None:
        """Forget the bytes of a character that is not complete."""
        self._decoder.reset()


# ---- What users give -------------------------------------------------------------------------------------------------


def _checked_plan(vocab_size: object, tie_break: object, threads: int | None, progress: Progress | bool | None) -> Plan:
    """Check what a training is told."""
    if isinstance(vocab_size, bool) or not hasattr(type(vocab_size), "__index__"):
        raise TypeError(f"vocab_size must be an int, not {type(vocab_size).__name__}")
    size = operator.index(vocab_size)  # type: ignore[arg-type]
    if size < 256:
        raise ValueError(f"vocab_size must be at least 256, as each byte is a token, not {shown(size)}")
    _sources.check_option("tie_break", tie_break, tuple(_native.TIE_BREAKS))
    _progress.check_progress(progress)
    rule = _native.TIE_BREAKS[_pieces.plain(cast(str, tie_break))]
    return Plan(min(size, _bpe_special.MOST_ID) - 256, rule, _n_threads(threads), progress)


def _n_threads(threads: int | None) -> int:
    return _pieces.checked_threads(threads) or _pieces.available_threads()


def _checked_ranks(ranks: Any) -> Tokens:
    if not is_a(ranks, Mapping):
        raise TypeError(f"ranks must be a mapping of bytes to ids, not {type(ranks).__name__}")
    text, ends = b"", array("Q")
    try:
        ids = array("I", ranks.values())
        text = b"".join(ranks)
        ends = array("Q", accumulate(map(bytes.__len__, ranks)))
    except (TypeError, OverflowError):
        ids = array("I")
    if len(ids) != len(ranks) or (ids and max(ids) > _bpe_special.MOST_ID):
        for token, rank in ranks.items():
            if not isinstance(token, bytes):
                raise TypeError(f"the token {quoted(token)} must be bytes, not {type(token).__name__}")
            _bpe_special.checked_id(rank, f"the id of the token {quoted(token)}")
    return Tokens(text, ends, ids)


def _as_list(ids: array[int]) -> list[int]:
    """Return ids as a list, made in slices, so that Ctrl-C gets through."""
    if len(ids) <= _native.SLICE_ENTRIES:
        return ids.tolist()
    numbers: list[int] = []
    for start, end in _native.slices(len(ids)):
        numbers += ids[start:end].tolist()
    return numbers
