"""What a `Tokenizer` has to read and to write files, and the vocabularies of other libraries."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from text_processor._common import arguments, files
from text_processor._common.arguments import Buffer
from text_processor._common.messages import needs
from text_processor.bpe._files import forms, own, rank_lines, vocabularies, writing
from text_processor.bpe._model import Model
from text_processor.bpe._split.splitter import checked_pattern

StrOrBytesPath = str | bytes | os.PathLike[Any]

_SOURCES = "a path, or the content of a file as bytes or as a str of JSON"


class Stored:
    """The part of `Tokenizer` that reads and writes what is stored."""

    __slots__ = ()

    if TYPE_CHECKING:
        _model: Model

        @classmethod
        def _of(cls, model: Model) -> Self: ...
        def _named(self, name: str | None) -> Self: ...
        @property
        def name(self) -> str | None: ...
        @property
        def pattern(self) -> str: ...
        def mergeable_ranks(self) -> dict[bytes, int]: ...

    def save(self, path: StrOrBytesPath) -> None:
        """Write the tokenizer to a file for `load`.

        The bytes are the same on every machine and have a checksum. The data is written to a temporary file in the same folder,
        which then replaces the old file. So after any failure the old file is unchanged. A pipe, a device or an open descriptor
        such as ``/dev/stdout`` is written to directly. All methods that write a file work in this way.

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
        files.write_file(os.fsdecode(path), own.chunks(self._model))

    @classmethod
    def load(
        cls,
        source: StrOrBytesPath | Buffer,
        *,
        pattern: str | None = None,
        special_tokens: Mapping[str, int] | Iterable[str] | None = None,
    ) -> Self:
        """Return the tokenizer of a file or a folder, in any form that is known; its content tells which, not its name.

        - a file that `save` has written;
        - ``tokenizer.json`` of Hugging Face's ``tokenizers``, if it is a byte-level BPE; see `from_huggingface`;
        - ``tekken.json`` of Mistral;
        - a ``.tiktoken`` file, or ``tokenizer.model`` of Llama 3 and 4; it needs ``pattern``;
        - a folder with ``tokenizer.json``, ``tekken.json``, ``vocab.json`` and ``merges.txt``, ``encoder.json`` and
          ``vocab.bpe``, ``tokenizer.model`` or one ``.tiktoken`` file, looked for in this order. ``vocab.json`` needs
          ``pattern`` unless a ``tokenizer_config.json`` beside it has a known class, such as ``Qwen2Tokenizer``.

        Models of SentencePiece, whose tokens are characters, and CLIP's are refused.

        Args:
            source: the path of a file or a folder; or the content of a file, as bytes, or as a ``str`` of JSON, which begins
                with ``{``. Bytes that begin as no known form does are a path.
            pattern: as for `Tokenizer`, for a form that has none.
            special_tokens: names with their ids, or names that get the ids after the highest one, for a form that has none.

        Raises:
            InvalidTokenizerError: it is none of these forms, is damaged or cut short, lacks ``pattern``, or cannot be
                represented; the message has all reasons, and the place of each.
            OSError: a file cannot be read.
            ImportError: its pattern needs ``regex``, which is not installed.

        It takes O(bytes of the file) time.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer("o200k", special_tokens=["<|end|>"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tokenizer.save_pretrained(folder)
        ...     Tokenizer.load(folder) == tokenizer
        True
        """
        given = forms.Given(pattern, special_tokens)
        if isinstance(source, str) and source.lstrip().startswith("{"):
            return cls._of(forms.read_bytes(source.encode("utf-8", "surrogatepass"), "the text", given))
        if not isinstance(source, str | bytes | os.PathLike):
            return cls._of(forms.read_bytes(bytes(arguments.byte_view(source, "source", _SOURCES)), "the bytes", given))
        if isinstance(source, bytes) and forms.looks_like_content(source):
            return cls._of(forms.read_bytes(source, "the bytes", given))
        return cls._of(forms.read(Path(os.fsdecode(cast("str", source))), given))

    @classmethod
    def from_mergeable_ranks(
        cls,
        ranks: Mapping[bytes, int],
        pattern: str,
        special_tokens: Mapping[str, int] | Iterable[str] | None = None,
        *,
        name: str | None = None,
    ) -> Self:
        """Return a tokenizer made from tiktoken's mergeable ranks, with tiktoken's merge rule.

        A piece that is a token becomes that token. Otherwise the pair of adjacent tokens whose merge has the lowest id is
        merged, the leftmost pair first, until no pair makes a token.

        Args:
            ranks: the bytes of each token with its id; all single bytes that UTF-8 can have must be present. The ids may be
                any, in any order. No text becomes an empty token.
            pattern: as for `Tokenizer`.
            special_tokens: names with their ids, or names that get the ids after the highest one.
            name: a label, for `name` alone.

        Raises:
            TypeError: an argument, a token or an id has the wrong type.
            ValueError: a byte is missing that text can have, or an id is out of range or occurs twice.

        It takes O(bytes of the tokens) time.

        >>> from text_processor import Tokenizer
        >>> ranks = {bytes([byte]): byte for byte in range(256)} | {b"ab": 300}
        >>> tokenizer = Tokenizer.from_mergeable_ranks(ranks, "gpt2", {"<|end|>": 400})
        >>> tokenizer.encode("abc<|end|>", allowed_special="all"), tokenizer.vocab_size
        ([300, 99, 400], 401)
        """
        splitter = checked_pattern(pattern)
        return cls._of(forms.model_of(vocabularies.checked_ranks(ranks), splitter, special_tokens))._named(name)

    @classmethod
    def from_tiktoken(
        cls,
        path: StrOrBytesPath,
        pattern: str,
        special_tokens: Mapping[str, int] | Iterable[str] | None = None,
        *,
        name: str | None = None,
    ) -> Self:
        """Return a tokenizer with the tokens of a ``.tiktoken`` file; such a file has no pattern and no special tokens.

        Raises:
            InvalidTokenizerError: the file is not a list of tokens; the message names the line.
            OSError: the file cannot be read.

        Otherwise it works as `from_mergeable_ranks`.
        """
        file = os.fsdecode(path)
        checked_pattern(pattern)
        return cls._of(forms.read_tiktoken(Path(file), forms.Given(pattern, special_tokens)))._named(name)

    def save_tiktoken(self, path: StrOrBytesPath) -> None:
        """Write the tokens and their ids to a ``.tiktoken`` file; such a file has no pattern and no special tokens.

        Raises:
            ValueError: tiktoken would give other ids; the message has all reasons.
            OSError: the file cannot be written.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import Tokenizer
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Tokenizer().save_tiktoken(Path(folder, "bytes.tiktoken"))
        ...     Tokenizer.from_tiktoken(Path(folder, "bytes.tiktoken"), "gpt4") == Tokenizer()
        True
        """
        writing.check_rule_of_tiktoken(self._model)
        files.write_file(os.fsdecode(path), rank_lines.lines_of(self._model))

    def to_tiktoken(self, name: str | None = None) -> Any:
        """Return a ``tiktoken.Encoding`` with this vocabulary and pattern; all added tokens are special tokens there.

        Without a name it gets that of this tokenizer or, if there is none, ``"text_processor"``.

        Raises:
            ImportError: tiktoken is not installed.
            ValueError: tiktoken would give other ids; the message has all reasons.
        """
        writing.check_rule_of_tiktoken(self._model)
        try:
            import tiktoken  # noqa: PLC0415
        except ImportError as error:
            raise ImportError(needs("to_tiktoken", "tiktoken", "tiktoken")) from error
        model = self._model
        return tiktoken.Encoding(
            name=name or self.name or "text_processor",
            pat_str=self.pattern,
            mergeable_ranks=self.mergeable_ranks(),
            special_tokens={text: token.id for text, token in model.added.items()},
        )

    @classmethod
    def from_huggingface(cls, path: StrOrBytesPath) -> Self:
        """Return the tokenizer of a ``tokenizer.json`` of Hugging Face's ``tokenizers``, if it is a byte-level BPE.

        With ``allowed_special="all"`` it gives the ids of their ``encode(text, add_special_tokens=False)``. These can be
        represented: normal forms; the pre-tokenizers ``ByteLevel``, ``Split``, ``Digits``, ``Punctuation``, ``Whitespace``,
        ``WhitespaceSplit`` and sequences of them that have a ``ByteLevel``; added tokens with any flags; ``ignore_merges``;
        bytes that are no tokens, which are left out as there. Post-processor, truncation, padding and decoder are kept, and
        `save_huggingface` writes them again; truncation and padding are not applied. Any other setting that would change ids
        raises: other normalizers and pre-tokenizers, ``dropout``, prefixes and suffixes of tokens, an ``unk_token`` that text
        can become, added tokens with an id that they do not get there, and patterns that may split differently.

        Raises:
            InvalidTokenizerError: the file is not such a tokenizer, or cannot be represented; the message lists all faults
                and where they are.
            OSError: the file cannot be read.
        """
        path = Path(os.fsdecode(path))
        return cls._of(forms.read_huggingface(path.read_bytes(), str(path)))

    def save_huggingface(self, path: StrOrBytesPath) -> None:
        """Write a ``tokenizer.json`` with which Hugging Face's ``tokenizers``, from 0.20 on, give the same ids.

        Raises:
            ValueError: no such file is possible: a special token has the name of an ordinary one, or the pattern may mean
                something else there.
            OSError: the file cannot be written.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import Tokenizer
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Tokenizer("o200k").save_huggingface(Path(folder, "tokenizer.json"))
        ...     Tokenizer.from_huggingface(Path(folder, "tokenizer.json")) == Tokenizer("o200k")
        True
        """
        files.write_file(os.fsdecode(path), [writing.to_json(self._model)])

    def save_pretrained(
        self,
        folder: StrOrBytesPath,
        *,
        chat_template: str | None = None,
        bos_token: str | None = None,
        eos_token: str | None = None,
        pad_token: str | None = None,
        unk_token: str | None = None,
        sep_token: str | None = None,
        cls_token: str | None = None,
        mask_token: str | None = None,
    ) -> None:
        """Write the files that ``AutoTokenizer.from_pretrained(folder)`` of ``transformers`` opens; the folder is made.

        These are ``tokenizer.json``, as `save_huggingface` writes it, ``tokenizer_config.json`` and
        ``special_tokens_map.json``.

        Args:
            folder: the path of the folder.
            chat_template: a template in Jinja, for their ``apply_chat_template``.
            bos_token, eos_token, pad_token, unk_token, sep_token, cls_token, mask_token: names of added tokens.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: a name is none of an added token; or as in `save_huggingface`.
            OSError: a file cannot be written.

        >>> import tempfile
        >>> from text_processor import Tokenizer
        >>> tokenizer = Tokenizer("gpt2", special_tokens=["<|end|>"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tokenizer.save_pretrained(folder, eos_token="<|end|>")
        ...     Tokenizer.load(folder) == tokenizer
        True
        """
        named = {
            "bos_token": bos_token,
            "eos_token": eos_token,
            "pad_token": pad_token,
            "unk_token": unk_token,
            "sep_token": sep_token,
            "cls_token": cls_token,
            "mask_token": mask_token,
        }
        writing.save_pretrained(self._model, Path(os.fsdecode(folder)), chat_template, named)
