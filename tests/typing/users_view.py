"""What type checkers make of a user's program: mypy and pyright check it, with the package and with its one-file stub.

It also runs. What must be refused stands in `refused`, and each `type: ignore` there is an error if nothing is refused.
"""

from __future__ import annotations

import copy
import functools
import gzip
import io
import json
import mmap
import tempfile
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from queue import Queue
from typing import Any, assert_type

import text_processor
from text_processor import (
    DocumentInfo,
    EmptyAnalyzerError,
    InvalidDocumentError,
    InvalidSnapshotError,
    InvalidTokenizerError,
    Statistics,
    TextAnalyzer,
    TextProcessorError,
    Tokenizer,
)

# ---- Functions and constants

assert_type(text_processor.__version__, str)
assert_type(text_processor.UNICODE_VERSION, str)
assert_type(text_processor.hello("World"), str)
assert_type(text_processor.type_stub(), str)
assert_type(text_processor.get_memory_stats(), text_processor.MemoryStats)
assert_type(text_processor.get_memory_stats()["current_bytes"], int)
assert_type(text_processor.get_memory_stats()["kinds"]["tokenizers"], text_processor.MemoryUse)
text_processor.set_memory_limit(10**9)
text_processor.set_memory_limit(None)
assert_type(text_processor.word_count("two words", threads=1), dict[str, int])

# ---- Documents: any iterable of str or of bytes

analyzer = TextAnalyzer(lexicon={"fine": 1, "dire": -0.5}, keep_documents=True, threads=None)
analyzer.add_document("a fine day")
for documents in (["one", "two"], ("three",), (word for word in ["six"]), map(str, [7])):
    assert_type(analyzer.add_documents(documents), int)
analyzer.add_document(b"a fine day")
assert_type(analyzer.add_documents([b"one", "two", bytearray(b"three"), memoryview(b"four")], blank="skip"), int)
assert_type(analyzer.add_documents([b"one"], progress=lambda done, total: print(done, total)), int)
assert_type(analyzer.get_documents(), list[str | bytes])
assert_type(analyzer.document_count(), int)
assert_type(len(analyzer), int)

# ---- Documents that lie elsewhere


def show(done: int, total: int | None) -> None:
    print(done, total)


for buffer in (b"one\ntwo", bytearray(b"three"), memoryview(b"four"), array("B", b"five"), mmap.mmap(-1, 8)):
    assert_type(analyzer.add_buffer(buffer, documents="whole", blank="skip", progress=show), int)
for path in (__file__, __file__.encode(), Path(__file__)):
    assert_type(analyzer.add_file(path, errors="replace", progress=False), int)
assert_type(analyzer.add_stream(io.StringIO("text"), documents="lines"), int)
assert_type(analyzer.add_stream(io.BytesIO(b"bytes"), blank="skip"), int)
with Path(__file__).open("rb") as file, gzip.open(io.BytesIO()) as unpacked:
    assert_type(analyzer.add_stream(file), int)
    assert_type(analyzer.add_stream(unpacked), int)

# ---- Answers

assert_type(analyzer.total_words(), int)
assert_type(analyzer.word_frequency(), dict[str, int])
assert_type(analyzer.document_frequency(), dict[str, int])
assert_type(analyzer.most_common(3), list[tuple[str, int]])
assert_type(analyzer.most_common(n=None), list[tuple[str, int]])
assert_type(analyzer.words["fine"], int)
assert_type(analyzer.words.get("fine"), int | None)
assert_type(list(reversed(analyzer.words)), list[str])
assert_type(dict(analyzer.words.items()), dict[str, int])
words: Mapping[str, int] = analyzer.words
assert_type(analyzer.analyze_sentiment(), float)
counter: Counter[str] = Counter(analyzer.word_frequency())

# Statistics read like a dict of its three keys.
statistics = analyzer.get_statistics()
assert_type(statistics, Statistics)
assert_type(statistics["total_words"] + statistics["document_count"] + statistics["unique_words"], int)
assert_type(statistics.get("total_words"), int)
as_mapping: Mapping[str, object] = statistics
as_dict: dict[str, object] = dict(statistics)
as_json = json.dumps(statistics)
keys = sorted(statistics)

# ---- Callbacks: whatever can be called with the dict

told: list[DocumentInfo] = []
told_as_dicts: list[dict[str, Any]] = []
told_as_anything: list[Any] = []
latest: deque[DocumentInfo] = deque(maxlen=1)
queue: Queue[DocumentInfo] = Queue()


def on_info(info: DocumentInfo) -> None:
    assert_type(info["text"], str | None)
    assert_type(info["word_count"] + info["total_documents"], int)


def on_dict(info: dict[str, Any]) -> int:
    return len(info)


def on_mapping(info: Mapping[str, object]) -> bool:
    return bool(info)


def on_info_of(name: str, info: DocumentInfo) -> str:
    return f"{name}: {info['text']}"


class Listener:
    def __call__(self, info: DocumentInfo) -> None:
        self.info = info

    def hear(self, info: dict[str, Any], *, loudly: bool = False) -> None:
        self.heard = info, loudly


analyzer.set_callback(told.append)
analyzer.set_callback(told_as_dicts.append)
analyzer.set_callback(told_as_anything.append)
analyzer.set_callback(latest.append)
analyzer.set_callback(queue.put)
analyzer.set_callback(print)
analyzer.set_callback(on_info)
analyzer.set_callback(on_dict)
analyzer.set_callback(on_mapping)
analyzer.set_callback(functools.partial(on_info_of, "first"))
analyzer.set_callback(Listener())
analyzer.set_callback(Listener().hear)
analyzer.set_callback(lambda info: told.append(info))
analyzer.set_callback(lambda info: info["word_count"] > 3)
analyzer.clear_callback()

# ---- Copies and subclasses


class NamedAnalyzer(TextAnalyzer):
    def __init__(self, name: str) -> None:
        super().__init__(threads=1)
        self.name = name


assert_type(copy.copy(analyzer), TextAnalyzer)
assert_type(copy.deepcopy(NamedAnalyzer("one")), NamedAnalyzer)
analyzer.merge(NamedAnalyzer("other"))
with tempfile.TemporaryDirectory() as folder:
    for name in (f"{folder}/counts", f"{folder}/counts".encode(), Path(folder, "counts")):
        analyzer.save(name)
        assert_type(TextAnalyzer.load(name), TextAnalyzer)
analyzer.clear()

# ---- Tokenizers

tokenizer = Tokenizer("gpt4", special_tokens=["<|end|>"])
tokenizer.train("to be or not to be", 300, tie_break="hf", threads=1, progress=lambda done, total: None)
tokenizer.train_from_iterator((b"to be", "or not", bytearray(b"to be")), 300)
assert_type(tokenizer.encode("to be<|end|>", allowed_special={"<|end|>"}), list[int])
assert_type(tokenizer.encode_ordinary(b"to be"), list[int])
assert_type(tokenizer.encode_batch(["to", "be"], 1, disallowed_special=()), list[list[int]])
assert_type(tokenizer.encode_batch(("to", b"be"), output="lists"), list[list[int]])
assert_type(tokenizer.encode_batch(["to", "be"], output="flat"), tuple["array[int]", "array[int]"])
assert_type(tokenizer.count_batch(["to", b"be"], threads=1), list[int])
ids = tokenizer.encode_array("to be", allowed_special="all")
assert_type(ids[0], int)
assert_type(tokenizer.count("to be"), int)
assert_type(tokenizer.decode(ids), str)
assert_type(tokenizer.decode_bytes([116]), bytes)
assert_type(tokenizer.decode_batch([[116], ids]), list[str])
assert_type(tokenizer.encode_batch(["to"], progress=True), list[list[int]])
assert_type(tokenizer.decode_batch([[116]], progress=lambda done, total: None), list[str])
assert_type(tokenizer.decode_tokens_bytes((116,)), list[bytes])
assert_type(tokenizer.decode_with_offsets(ids), tuple[str, list[int]])
assert_type(tokenizer.decoder().decode(116, final=True), str)
assert_type(tokenizer.merges, dict[tuple[int, int], int])
assert_type(tokenizer.mergeable_ranks(), dict[bytes, int])
assert_type(Tokenizer.from_mergeable_ranks(tokenizer.mergeable_ranks(), tokenizer.pattern, {"<|end|>": 400}), Tokenizer)
with tempfile.TemporaryDirectory() as folder_of_tokenizers:
    tokenizer.save(Path(folder_of_tokenizers, "tokenizer"))
    assert_type(Tokenizer.load(Path(folder_of_tokenizers, "tokenizer")), Tokenizer)
assert_type(InvalidTokenizerError("?").offset, int | None)

# ---- Exceptions

try:
    analyzer.add_documents(["one", " "])
except InvalidDocumentError as error:
    assert_type(error.index, int | None)
    assert_type(error.offset, int | None)
    assert_type(error.added, int)
    as_value_error: ValueError = error
try:
    raise InvalidSnapshotError("damaged", offset=3)
except InvalidSnapshotError as error:
    assert_type(error.offset, int | None)
base: type[TextProcessorError] = EmptyAnalyzerError


def refused(number: int, text: str | None, takes_number: Callable[[int], None], lines: Iterable[int]) -> None:
    """What a type checker must not let through."""
    TextAnalyzer({"word": 1.0})  # type: ignore[call-arg]
    TextAnalyzer(lexicon={1: 1.0})  # type: ignore[dict-item]
    TextAnalyzer(threads="2")  # type: ignore[arg-type]
    analyzer.add_document(text)  # type: ignore[arg-type]
    analyzer.add_documents(lines)  # type: ignore[arg-type]
    analyzer.add_buffer("text")  # type: ignore[arg-type]
    analyzer.add_file(number)  # type: ignore[arg-type]
    analyzer.add_stream(text)  # type: ignore[arg-type]
    analyzer.add_documents([], blank="keep")  # type: ignore[arg-type]
    analyzer.merge([])  # type: ignore[arg-type]
    analyzer.set_callback(None)  # type: ignore[arg-type]
    analyzer.set_callback(takes_number)  # type: ignore[arg-type]
    analyzer.most_common("2")  # type: ignore[arg-type]
    analyzer.get_statistics()["words"]  # type: ignore[typeddict-item]
    analyzer.words["the"] = 3  # type: ignore[index]
    analyzer.words = {}  # type: ignore[misc, assignment]
    analyzer.name = "one"  # type: ignore[attr-defined]
    Tokenizer(special_tokens={1: 2})  # type: ignore[dict-item]
    tokenizer.train(text, "300")  # type: ignore[arg-type]
    tokenizer.train(text, 300, tie_break="first")  # type: ignore[arg-type]
    tokenizer.decode(1)  # type: ignore[arg-type]
    text_processor.hello(number)  # type: ignore[arg-type]
    text_processor.fibonacci(number)  # type: ignore[attr-defined]
