"""What a `Tokenizer` has under the names that people know from tiktoken, tokenizers and transformers."""

from __future__ import annotations

import operator
import os
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Literal, Self

from text_processor._common import arguments, many
from text_processor._common.arguments import Buffer
from text_processor._common.messages import quoted
from text_processor.bpe._files import alphabet, forms, writing
from text_processor.bpe._files.stored import Stored
from text_processor.bpe._model import Model
from text_processor.bpe._peers import hints, unstable
from text_processor.bpe._peers.lookup import lookup_of
from text_processor.errors import UnknownTokenError

# For files that say all of it.
_NOTHING_GIVEN = forms.Given(None, None)

# The name by which tiktoken knows the token at the end of a text.
_END_OF_TEXT = "<|endoftext|>"


class _MissingEndError(UnknownTokenError, AttributeError):
    """There is no token for the end of a text; as an `AttributeError` it lets ``hasattr`` and ``getattr`` do their work."""


class NamesOfPeers(Stored, metaclass=hints.Hinting):
    """The part of `Tokenizer` that has the names of other libraries, with their answers."""

    __slots__ = ("_name",)

    if TYPE_CHECKING:
        _model: Model
        _name: str | None

        @classmethod
        def _of(cls, model: Model) -> Self: ...
        @property
        def special_tokens(self) -> dict[str, int]: ...
        def decode_bytes(self, ids: Iterable[int]) -> bytes: ...
        def token_bytes(self, id: int) -> bytes: ...  # noqa: A002

    if not TYPE_CHECKING:  # a type checker would take any name for an attribute

        def __getattr__(self, name: str) -> Any:
            if name == "eot_token":
                raise _MissingEndError(f"there is no special token {_END_OF_TEXT!r}; special_tokens has those there are")
            raise hints.error(f"{type(self).__name__!r} object", name, self)

    # ---- tiktoken ----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """The name that was given to `from_mergeable_ranks` or `from_tiktoken`, or None.

        It is only a label: tokenizers with different names may be equal, and files do not have it.
        """
        return getattr(self, "_name", None)

    def _named(self, name: object) -> Self:
        """Set the name of a new tokenizer."""
        if name is not None:
            if not isinstance(name, str):
                raise TypeError(f"name must be str or None, not {type(name).__name__}")
            self._name = arguments.plain(name)
        return self

    @property
    def n_vocab(self) -> int:
        """The highest id plus one, special tokens included; the same as ``vocab_size``."""
        return self._model.n_vocab

    @property
    def max_token_value(self) -> int:
        """The highest id."""
        return self._model.n_vocab - 1

    @property
    def special_tokens_set(self) -> set[str]:
        """The names of the special tokens; a new set."""
        return set(self.special_tokens)

    @property
    def eot_token(self) -> int:
        """The id of the special token ``<|endoftext|>``.

        Raises:
            UnknownTokenError: there is no such token. It is an `AttributeError` too, so ``getattr(tokenizer, "eot_token",
                None)`` works.
        """
        number = self.special_tokens.get(_END_OF_TEXT)
        if number is None:
            raise AttributeError  # so that __getattr__ says which
        return number

    def is_special_token(self, id: int) -> bool:  # noqa: A002 - what it is
        """Whether an id is that of a special token; false for an id that does not exist.

        Raises:
            TypeError: ``id`` is not an int.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer(special_tokens=["<|endoftext|>"])
        >>> tokenizer.is_special_token(256), tokenizer.is_special_token(65), tokenizer.eot_token
        (True, False, 256)
        """
        return operator.index(id) in lookup_of(self._model).special_ids

    def encode_single_token(self, text_or_bytes: str | bytes) -> int:
        """Return the id of the token with exactly this text or these bytes, or of the special token with this name.

        The first call takes O(vocabulary) time, each further one O(length).

        Raises:
            TypeError: the argument is neither ``str`` nor ``bytes``.
            UnknownTokenError: there is no such token.
            UnicodeEncodeError: the text has a lone surrogate.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.encode_single_token("low"), tokenizer.encode_single_token(b"lo")
        (257, 256)
        >>> tokenizer.encode_single_token("lower")
        Traceback (most recent call last):
        text_processor.errors.UnknownTokenError: 'lower' is no token
        """
        if not isinstance(text_or_bytes, (str, bytes)):
            raise TypeError(f"text_or_bytes must be str or bytes, not {type(text_or_bytes).__name__}")
        plain = text_or_bytes.encode() if isinstance(text_or_bytes, str) else bytes.__getitem__(text_or_bytes, slice(None))
        lookup = lookup_of(self._model)
        number = lookup.ids.get(plain)
        if number is None:
            number = lookup.added_ids.get(plain.decode(errors="surrogateescape"))
        if number is None:
            raise UnknownTokenError(f"{quoted(text_or_bytes)} is no token")
        return number

    def decode_single_token_bytes(self, id: int) -> bytes:  # noqa: A002 - what it is
        """Return the bytes of one token; for a special token, its name in UTF-8. The same as `token_bytes`.

        Raises:
            TypeError: ``id`` is not an int.
            UnknownTokenError: there is no such id.

        >>> from text_processor import Tokenizer
        >>> Tokenizer().decode_single_token_bytes(65)
        b'A'
        """
        return self.token_bytes(id)

    def decode_bytes_batch(self, batch: Iterable[Iterable[int]]) -> list[bytes]:
        """Return the bytes of each list of ids, as `decode_bytes` does.

        It raises the exceptions of `decode_bytes`; the message gives the index of the list, counted from 0.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.decode_bytes_batch([[257, 101, 114], []])
        [b'lower', b'']
        """
        many.check(batch, "batch", many.LISTS_OF_IDS)
        found: list[bytes] = []
        for index, ids in enumerate(batch):
            try:
                found.append(self.decode_bytes(ids))
            except TypeError as error:
                raise TypeError(f"list {index}: {error}{many.advice(ids)}") from error
            except UnknownTokenError as error:
                raise UnknownTokenError(f"list {index}: {error}") from error
        return found

    def token_byte_values(self) -> list[bytes]:
        """Return the bytes of all tokens except special ones, sorted. O(vocabulary).

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.token_byte_values()[107:112]
        [b'k', b'l', b'lo', b'low', b'm']
        """
        return list(lookup_of(self._model).in_order)

    def encode_with_unstable(
        self,
        text: str | Buffer,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> tuple[list[int], list[list[int]]]:
        """Return the ids that more text after this one does not change, and what may follow them, as tiktoken does.

        Text is often cut within a word, which as a whole may be another token. So the ids of the last piece are left out, and
        each list of ids in the second part may stand in their place: its bytes begin with the bytes that are left out, or are
        these. Their order is always the same; in tiktoken it is random.

        Raises:
            ValueError: a disallowed name occurs; there are too many possible lists; or the vocabulary has merges that tiktoken
                cannot represent.
            TypeError, InvalidDocumentError: as for `encode`.

        It takes O(length × log of the longest piece) time, and for each token that may go on with the end of the last piece
        as much as to encode that piece, 16 MB in all at most.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer()
        >>> tokenizer.train("low lower lowest", 258)
        >>> tokenizer.encode_with_unstable("low lo")
        ([257], [[32, 256], [32, 257]])
        """
        writing.check_rule_of_tiktoken(self._model)
        if not self._model.is_plain:
            raise ValueError("encode_with_unstable knows no added tokens that are found without being allowed; encode does")
        return unstable.Unstable(self._model).encode(text, allowed_special, disallowed_special)

    # ---- tokenizers and transformers ---------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return the number of tokens, added ones included. Where ids have gaps, ``vocab_size`` is larger."""
        lookup = lookup_of(self._model)
        return len(lookup.ids) + sum(lookup.id_of(name) is None for name in lookup.added_ids)

    def get_vocab(self, with_added_tokens: bool = True) -> dict[str, int]:
        """Return the names of all tokens with their ids, by ascending id. O(vocabulary).

        The names are those of byte-level tokenizers in tokenizers: a character stands for each byte, so a token may be
        ``"Ġthe"``. `mergeable_ranks` has the bytes themselves. The name of an added token is its text.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer(special_tokens=["<s>"])
        >>> tokenizer.train("the the the", 259)
        >>> list(tokenizer.get_vocab().items())[-3:]
        [('the', 257), ('Ġthe', 258), ('<s>', 259)]
        """
        tokens = self._model.tokens
        vocab = {alphabet.to_text(token): number for token, number in zip(tokens.each(), tokens.ids, strict=True)}
        return {**vocab, **lookup_of(self._model).added_ids} if with_added_tokens else vocab

    def token_to_id(self, token: str) -> int | None:
        """Return the id of the token with a name of `get_vocab`, or None.

        The first call takes O(vocabulary) time, each further one O(length).

        Raises:
            TypeError: ``token`` is not a ``str``.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer(special_tokens=["<s>"])
        >>> tokenizer.token_to_id("<s>"), tokenizer.token_to_id("Ġ"), tokenizer.token_to_id(" ")
        (256, 32, None)
        """
        if not isinstance(token, str):
            raise TypeError(f"token must be str, not {type(token).__name__}; encode_single_token takes bytes")
        name = arguments.plain(token)
        lookup = lookup_of(self._model)
        number = lookup.added_ids.get(name)
        return lookup.id_of(name) if number is None else number

    def id_to_token(self, id: int) -> str | None:  # noqa: A002 - what it is
        """Return the name that the token with an id has in `get_vocab`, or None.

        Raises:
            TypeError: ``id`` is not an int.

        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer(special_tokens=["<s>"])
        >>> tokenizer.id_to_token(256), tokenizer.id_to_token(32), tokenizer.id_to_token(257)
        ('<s>', 'Ġ', None)
        """
        number = operator.index(id)
        lookup = lookup_of(self._model)
        if (name := lookup.added_names.get(number)) is not None:
            return name
        token = lookup.tokens.get(number)
        return None if token is None else alphabet.to_text(token)

    @classmethod
    def from_file(cls, path: str | bytes | os.PathLike[Any]) -> Self:
        """Return the tokenizer of a file, such as a ``tokenizer.json``; the same as `load`."""
        return cls.load(path)

    @classmethod
    def from_str(cls, json: str) -> Self:
        """Return the tokenizer of the text of a JSON file, such as a ``tokenizer.json``.

        Raises:
            TypeError: ``json`` is not a ``str``.
            InvalidTokenizerError: as for `load`.
        """
        if not isinstance(json, str):
            raise TypeError(f"json must be str, the text of a tokenizer.json, not {type(json).__name__}")
        return cls._of(forms.read_bytes(json.encode(errors="surrogatepass"), "json", _NOTHING_GIVEN))

    @classmethod
    def from_buffer(cls, buffer: Buffer) -> Self:
        """Return the tokenizer of the bytes of a file, such as a ``tokenizer.json``.

        Raises:
            TypeError: ``buffer`` is not a buffer of bytes.
            InvalidTokenizerError: as for `load`.
        """
        data = bytes(arguments.byte_view(buffer, "buffer", "bytes or another buffer of bytes"))
        return cls._of(forms.read_bytes(data, "buffer", _NOTHING_GIVEN))
