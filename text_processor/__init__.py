"""Fast text processing in native code: word statistics, byte-level BPE tokenizers, exact sums of numbers.

`TextAnalyzer` counts the words of documents and `word_count` counts the words of one text; both give the same answers as
``Counter`` over ``str.split``. A `Tokenizer` trains vocabularies and turns text into token ids, as tiktoken does.
`text_processor.numeric` works on numbers.

>>> import text_processor
>>> analyzer = text_processor.TextAnalyzer()
>>> analyzer.add_documents(["It was the best of times,", "it was the worst of times,"])
2
>>> analyzer.most_common(2)
[('it', 2), ('was', 2)]
>>> analyzer.add_document("")
Traceback (most recent call last):
text_processor.errors.InvalidDocumentError: Document cannot be empty
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from text_processor._common import checkout as checkout  # first: it warns of a core that is older than its sources
from text_processor._common import signatures as _signatures
from text_processor._common.arguments import Buffer, Readable
from text_processor._native.caches import clear_caches
from text_processor._native.process import (
    CORE_VERSION,
    UNICODE_VERSION,
    CpuFeatures,
    MemoryStats,
    MemoryUse,
    cpu_features,
    get_memory_stats,
    set_memory_limit,
)
from text_processor.analyzer import DocumentInfo, Pruned, Statistics, TextAnalyzer, word_count
from text_processor.errors import (
    EmptyAnalyzerError,
    InvalidDocumentError,
    InvalidSnapshotError,
    InvalidTokenizerError,
    PartError,
    TextProcessorError,
    UnknownTokenError,
    UntrainedTokenizerWarning,
)
from text_processor.words import Words

if TYPE_CHECKING:
    from text_processor.bpe import (
        AddedToken,
        Chunk,
        IncrementalDecoder,
        PieceCounts,
        Shard,
        Shards,
        Tokenizer,
        TokenView,
        read_shards,
    )

__all__ = [
    "UNICODE_VERSION",
    "AddedToken",
    "Buffer",
    "Chunk",
    "CpuFeatures",
    "DocumentInfo",
    "EmptyAnalyzerError",
    "IncrementalDecoder",
    "InvalidDocumentError",
    "InvalidSnapshotError",
    "InvalidTokenizerError",
    "MemoryStats",
    "MemoryUse",
    "PartError",
    "PieceCounts",
    "Pruned",
    "Readable",
    "Shard",
    "Shards",
    "Statistics",
    "TextAnalyzer",
    "TextProcessorError",
    "TokenView",
    "Tokenizer",
    "UnknownTokenError",
    "UntrainedTokenizerWarning",
    "Words",
    "__version__",
    "clear_caches",
    "cpu_features",
    "get_memory_stats",
    "hello",
    "read_shards",
    "set_memory_limit",
    "type_stub",
    "word_count",
]


__version__ = CORE_VERSION

# These modules, and the names in them, are imported on first use, because not every program needs them.
_MODULES = {"numeric", "segment"}
_LAZY = dict.fromkeys(
    ("AddedToken", "Chunk", "IncrementalDecoder", "PieceCounts", "Shard", "Shards", "TokenView", "Tokenizer", "read_shards"),
    "bpe",
)


if not TYPE_CHECKING:  # a type checker would take any name for an attribute of the package

    def __getattr__(name: str) -> Any:
        if name in _MODULES or name in _LAZY.values():
            return import_module(f"{__name__}.{name}")
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*__all__, "analyzer", "errors", "words", *_LAZY.values(), *_MODULES})


def hello(name: str) -> str:
    """Greet somebody.

    Raises:
        TypeError: ``name`` is not a ``str``.

    >>> from text_processor import hello
    >>> hello("World")
    'Hello, World!'
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be str, not {type(name).__name__}")
    return f"Hello, {name}!"


def type_stub() -> str:
    """Return the text of the package's type stub.

    >>> from text_processor import type_stub
    >>> "class TextAnalyzer" in type_stub()
    True
    """
    from importlib.resources import files  # noqa: PLC0415 - takes a third as long as importing the whole package

    return (files(__name__) / "stubs" / "text_processor.pyi").read_text(encoding="utf-8")


_signatures.unquote(map(globals().get, __all__))
