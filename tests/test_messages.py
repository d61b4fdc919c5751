"""Every error that a user can get: its message names what was wrong and what is allowed, is short.

The places that raise are read from the source: one without a case here makes a test fail.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import errno
import gzip
import importlib.util
import io
import json
import math
import os
import pickle
import re
import struct
import sys
import tempfile
import traceback
import types
from array import array
from collections.abc import Callable, Iterator
from copy import copy
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import regex
from bpe_texts import BYTES, of_bytes, trained
from containers import sealed, sections_of
from test_bpe_files import minimal_file
from test_compressed import xz_of
from test_save import checksum_of_counts

import text_processor
from text_processor import (
    EmptyAnalyzerError,
    InvalidDocumentError,
    InvalidSnapshotError,
    InvalidTokenizerError,
    PartError,
    PieceCounts,
    TextAnalyzer,
    TextProcessorError,
    Tokenizer,
    cli,
    hello,
    numeric,
    report,
    segment,
    set_memory_limit,
    sklearn,
    word_count,
)
from text_processor._common import progress
from text_processor._documents import arrow, sources
from text_processor._documents.decoding import Reading
from text_processor._native import arrow as native_arrow
from text_processor._native import corpus as native_corpus
from text_processor._native import process as native_process
from text_processor._native import status as native_status
from text_processor._native import text as native_text
from text_processor._native import unicode as native_unicode
from text_processor._words import counting
from text_processor.bpe import _model
from text_processor.bpe._model import Model
from text_processor.bpe._shards import writing
from text_processor.bpe._split.splitter import Step, splitter_of
from text_processor.bpe._stages import utf8
from text_processor.cli import _output, _report
from text_processor.cluster import _columns, _engine, _parts, _vocabularies, dask, ray, spark
from text_processor.vader import SentimentIntensityAnalyzer as Vader

PACKAGE = Path(text_processor.__file__).parent
CORE = PACKAGE.parent / "csrc"

# ---- What to do for it -----------------------------------------------------------------------------------------------


# The first of them ends behind the text.
TORN_TERMS = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(struct.pack("3i", 0, 9, 2)), pa.py_buffer(b"wo")])


def rows_of(n: int = 1, **changes: Any) -> Callable[[], object]:
    """Reads a row, n times, of which some columns are changed; None leaves one out."""
    columns = {"term": ["word"], "count": [1], "document_frequency": [1], **changes}
    rows = pa.record_batch({name: values for name, values in columns.items() if values is not None})
    return lambda: TextAnalyzer.from_word_batches([rows] * n)


def pieces_with(change: Callable[[bytearray], object], pattern: object = "gpt4") -> Callable[[], object]:
    """Reads counts of the pieces a, twice, and b, after a change of the core's part, whose checksum is made to fit."""

    def read() -> object:
        counts = PieceCounts()
        counts.add_texts(["a", "b", "a"])
        counted = bytearray(sections_of(counts.to_bytes(), 2)[1][:-8])
        change(counted)
        described = json.dumps({"pattern": pattern, "threads": None}).encode()
        return PieceCounts.from_bytes(
            sealed(b"\x89TPQ\r\n\x1a\n", [described, counted + struct.pack("<Q", checksum_of_counts(counted))])
        )

    return read


def too_much_text() -> None:
    counts = PieceCounts()
    counts.add("text")
    for _ in range(50):
        counts.merge(counts)


class CommandError(Exception):
    """What a command has written to standard error before it failed."""


def command(*arguments: str, has_output: bool = True) -> None:
    errors, output = io.StringIO(), io.TextIOWrapper(io.BytesIO()) if has_output else None
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(output):
        try:
            status = cli.main(list(arguments))
        except SystemExit as exit_:
            status = exit_.code
    if status:
        raise CommandError(errors.getvalue())


def file(content: bytes | str, name: str = "file") -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def analyzer(*documents: str | bytes, **options: Any) -> TextAnalyzer:
    made = TextAnalyzer(**options)
    made.add_documents(documents)
    return made


def snapshot(*documents: str | bytes, text: bytes | None = None, version: int = 1, **changes: Any) -> str:
    """A file of an analyzer that is sound but for some values of its description; it carries documents, as in a pickle."""
    state, _ = analyzer(*(documents or ("fine day", "a b"))).__getstate__()
    sections = sections_of(state, 3)
    description = {key: value for key, value in {**json.loads(sections[0]), **changes}.items() if value != "missing"}
    whole = [json.dumps(description).encode(), sections[1], sections[2] if text is None else text]
    return file(sealed(b"\x89TPA\r\n\x1a\n", whole, version))


def counts(change: Callable[[bytearray], None], checksum: int | None = None) -> str:
    """A file of an analyzer, with checksums that fit, whose counts have been changed."""
    state, _ = analyzer("fine day", "a b").__getstate__()
    sections = sections_of(state, 3)
    counted = bytearray(sections[1][:-8])
    change(counted)
    sections[1] = bytes(counted) + struct.pack("<Q", checksum_of_counts(bytes(counted)) if checksum is None else checksum)
    return file(sealed(b"\x89TPA\r\n\x1a\n", sections))


def counts_cut_to(nbytes: int) -> str:
    return counts(lambda counted: counted.__delitem__(slice(nbytes, None)))


def counts_of_short_text() -> str:
    """Of four words whose text has three bytes."""

    def shorten(counted: bytearray) -> None:
        put(48, 3)(counted)
        del counted[-(len(b"fine\nday\na\nb\n") - 3) :]

    return counts(shorten)


def put(offset: int, number: int) -> Callable[[bytearray], None]:
    return lambda counted: struct.pack_into("<Q", counted, offset, number)


def snapshot_of(*documents: str | bytes, **changes: Any) -> Callable[[], object]:
    return lambda: TextAnalyzer.load(snapshot(*documents, **changes))


def counts_of(change: Callable[[bytearray], None]) -> Callable[[], object]:
    return lambda: TextAnalyzer.load(counts(change))


def tokenizer_file(change: Callable[[list[bytes]], None] = lambda sections: None, **changes: Any) -> str:
    trained().save("tokenizer")
    sections = sections_of(Path("tokenizer").read_bytes(), 5)
    description = {**json.loads(sections[0]), **changes}
    sections[0] = json.dumps(description).encode()
    change(sections)
    return file(sealed(b"\x89TPB\r\n\x1a\n", sections))


def huggingface(*place: str | int, value: Any) -> str:
    """A tokenizer.json that is sound but for the value at one place."""
    whole = minimal_file()
    section: Any = whole
    for key in place[:-1]:
        section = section[key]
    if value == "missing":
        del section[place[-1]]
    else:
        section[place[-1]] = value
    return file(json.dumps(whole), "tokenizer.json")


def read_huggingface(*place: str | int, value: Any) -> Callable[[], object]:
    return lambda: Tokenizer.from_huggingface(huggingface(*place, value=value))


def split_by(pattern: Any, behavior: str = "Isolated", invert: bool = False) -> dict[str, Any]:
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    split = {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}
    return {"type": "Sequence", "pretokenizers": [split, byte_level]}


def added(*tokens: dict[str, Any]) -> Callable[[], object]:
    return read_huggingface("added_tokens", value=list(tokens))


BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def chain(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "pretokenizers": list(steps)}


def of_template(ids: Any = (64,), piece: Any = None) -> Callable[[], object]:
    """Read a file with a template, of which one part may be wrong."""
    sequence = {"Sequence": {"id": "A", "type_id": 0}}
    section = {"type": "TemplateProcessing", "single": [piece or sequence] if piece != {} else [{}]} | {
        "pair": [sequence, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"a": {"id": "a", "ids": list(ids), "tokens": ["a"]}},
    }
    return read_huggingface("post_processor", value=section)


def lacking_a_byte() -> object:
    whole = minimal_file()
    del whole["model"]["vocab"]["a"], whole["model"]["vocab"]["ab"]
    whole["model"] |= {"merges": [], "unk_token": "b"}
    return Tokenizer.load(json.dumps(whole))


def of_spaces() -> Tokenizer:
    """A tokenizer that no file describes: a blank comes before a text that another pattern splits."""
    whole = minimal_file()
    whole["pre_tokenizer"]["add_prefix_space"] = True
    spaced, other = Tokenizer.load(json.dumps(whole)), Tokenizer("cl100k")
    spaced._model.splitter = other._model.splitter
    return spaced


def folder(**contents: bytes | str) -> str:
    made = Path(tempfile.mkdtemp(dir="."))
    for name, content in contents.items():
        file(content, str(made / name.replace("_dot_", ".")))
    return str(made)


def pair(vocab: str, merges: bytes | str, config: str = "{}", **options: Any) -> Callable[[], object]:
    """Read a folder with a vocabulary, merges and a configuration."""
    contents: dict[str, bytes | str] = {"vocab_dot_json": vocab, "merges_dot_txt": merges, "tokenizer_config_dot_json": config}
    return lambda: Tokenizer.load(folder(**contents), **options)


NAMED = {"rank": 0, "token_str": "x"}


def tekken(size: int = 258, **changes: Any) -> Callable[[], object]:
    config = {"pattern": ".", "default_vocab_size": size, "default_num_special_tokens": 2}
    vocab = [{"rank": i, "token_bytes": base64.b64encode(bytes([i])).decode()} for i in range(256)]
    return lambda: Tokenizer.load(json.dumps({"config": config, "vocab": vocab} | changes))


@contextlib.contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, value)
        yield


def without(module: str, act: Callable[[], object]) -> Callable[[], object]:
    """Act as if a package were not installed."""

    def run() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            act()

    return run


def imported_again(module: types.ModuleType) -> None:
    """Run the statements of a module once more, for a copy of it that nobody keeps."""
    assert module.__spec__ is not None
    assert module.__spec__.loader is not None
    module.__spec__.loader.exec_module(importlib.util.module_from_spec(module.__spec__))


class LikeDataset:
    """What tells a data set of Ray, and a data frame of Spark."""

    to_arrow_refs = mapInArrow = None  # noqa: N815


def out_of_memory() -> Iterator[str]:
    """Documents of which there is no end in memory."""
    yield "a"
    raise MemoryError


def fit_here(documents: list[str], **limits: Any) -> None:
    """Fit a vectorizer to one part."""
    vectorizer = sklearn.CountVectorizer(**limits)
    work = _parts.Work(None, {}, {"vectorizer": _vocabularies.counter_of(vectorizer)})
    _vocabularies.fit(vectorizer, _vocabularies.count(documents, work))


def table_of_numbers() -> str:
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}), "numbers.parquet")
    return "numbers.parquet"


def extending(*options: str) -> None:
    trained().save("model")
    command("bpe", "train", "--vocab-size", "999", "--extend", "model", file("a"), "-o", "m", *options)


def extended(ranks: dict[str, int]) -> None:
    all_ranks = {bytes([byte]): byte for byte in range(256)} | {token.encode(): rank for token, rank in ranks.items()}
    Tokenizer.from_mergeable_ranks(all_ranks, "gpt4").extend("abcd", 300)


def extended_json(merges: list[list[str]], *others: str, without: str = "") -> None:
    """Extend a tokenizer of Hugging Face with these merges."""
    of_bytes("gpt2").save_huggingface("plain.json")
    made = json.loads(Path("plain.json").read_text(encoding="utf-8"))
    tokens = [token for token in made["model"]["vocab"] if token != without]
    tokens += reversed(dict.fromkeys([*map("".join, merges), *others]))  # so merges are needed: ids are in another order
    made["model"] |= {"vocab": {token: index for index, token in enumerate(tokens)}, "merges": merges}
    Tokenizer.from_str(json.dumps(made)).extend("abcd", 600)


def with_emoji(emoji: str, description: Any) -> Vader:
    made = Vader()
    made.emojis[emoji] = description
    return made


TEXT = _parts.Work(None, {}, {})
SURROGATE = "\ud800"
HUGE = 10**5000
MOST_ID = "4294967294"


def template(*pieces: str) -> dict[str, Any]:
    """A template for one text, A, and a mark, <s>; for two texts it is the same."""
    single = [{"SpecialToken" if piece == "<s>" else "Sequence": {"id": piece, "type_id": 0}} for piece in pieces]
    special_tokens = {"<s>": {"id": "<s>", "ids": [65], "tokens": ["<s>"]}}
    return {"type": "TemplateProcessing", "single": single, "pair": single, "special_tokens": special_tokens}


def marked(post_processor: dict[str, Any]) -> Callable[[], object]:
    model = of_bytes()._model
    return lambda: Model(model.splitter, model.vocabulary, post_processor=post_processor)


def of_words_with_marks() -> Tokenizer:
    marks = {"type": "BertProcessing", "sep": ["[SEP]", 102], "cls": ["[CLS]", 101]}
    return Tokenizer._of(Model(of_bytes()._model.splitter, of_bytes()._model.vocabulary, post_processor=marks))


def json_with_plain_token() -> str:
    """A tokenizer.json with an added token that is not special."""
    flags = dict.fromkeys(["single_word", "lstrip", "rstrip", "normalized", "special"], False)
    of_bytes("gpt2").save_huggingface("plain.json")
    described = json.loads(Path("plain.json").read_text(encoding="utf-8"))
    return json.dumps(described | {"added_tokens": [{"id": 256, "content": "<x>", **flags}]})


def ranks(changes: dict[Any, Any], **options: Any) -> Callable[[], object]:
    return lambda: Tokenizer.from_mergeable_ranks(BYTES | changes, "gpt4", **options)


def tiktoken_file(*lines: bytes) -> Callable[[], object]:
    return lambda: Tokenizer.from_tiktoken(file(b"\n".join(lines)), "gpt4")


def freed_corpus() -> object:
    """What the end of the interpreter has freed."""
    corpus = native_corpus.Corpus.__new__(native_corpus.Corpus)
    corpus.place = native_corpus.ffi.new("tp_corpus **")
    return corpus.pointer


def fault_that_is_gone() -> None:
    """One of two shards has a fault, and when all is read in order there is none."""

    def faulty() -> Iterator[Any]:
        raise InvalidDocumentError("Document 0 is not valid UTF-8 at byte 0")
        yield

    counting._next_steps([faulty(), iter(())], lambda n_threads: [])


def iterate_while_adding() -> None:
    made = analyzer("a b c")
    for _ in made.words:
        made.add_document("d")


class NonBlocking:
    def read(self, size: int) -> None:
        return None


def change_while_counting(before: bytes, after: bytes) -> Callable[[], object]:
    """Another thread writes to a buffer after its lines were looked for."""
    find = native_text.Lines.find

    def act() -> None:
        buffer = bytearray(before)

        def find_and_change(self: Any, block: Any) -> Any:
            found = find(self, block)
            buffer[:] = after
            return found

        with replaced(native_text.Lines, "find", find_and_change):
            TextAnalyzer().add_buffer(buffer)

    return act


def spoil_by_callback() -> None:
    """The lines of a buffer are looked at together, and the second one is none any more when it is its turn."""
    buffer, analyzer = bytearray(b"first\nsecond\n"), TextAnalyzer()
    analyzer.set_callback(lambda *_: buffer.__setitem__(8, 0xFF))
    analyzer.add_buffer(buffer)


def change_numbers_between_two_looks() -> None:
    numbers = array("q", range(1000))

    def change(done: int, total: int | None) -> None:
        numbers[:] = array("q", [0]) * 1000

    with replaced(progress, "INTERVAL_SECONDS", -1):
        numeric.process_numbers(numbers, 10, progress=change)


def change_file_while_counting(change: Callable[[str], None]) -> Callable[[], object]:
    count = native_corpus.count_batches

    def act() -> None:
        path = file(b"word \n" * 300_000)

        def count_and_change(*arguments: Any) -> None:
            count(*arguments)
            change(path)

        with replaced(native_corpus, "count_batches", count_and_change):
            TextAnalyzer(threads=1).add_file(path)

    return act


@contextlib.contextmanager
def nothing_to_read_yet() -> Iterator[None]:
    """Standard input is a pipe in non-blocking mode that nobody has written to."""
    reader, writer = os.pipe()
    before = os.dup(0)
    os.set_blocking(reader, False)
    os.dup2(reader, 0)
    try:
        yield
    finally:
        os.dup2(before, 0)
        for each in (reader, writer, before):
            os.close(each)


def within(context: Callable[[], contextlib.AbstractContextManager[Any]], act: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        with context():
            act()

    return run


@contextlib.contextmanager
def limited_memory() -> Iterator[None]:
    set_memory_limit(1 << 20)
    try:
        yield
    finally:
        set_memory_limit(None)


def whole_lines(name: str) -> None:
    options = sources.Options("lines", "skip")
    with sources.opened_file(name, options) as given:
        list(given.shards(options, 1)[0].whole_lines())


def core_error(status: int) -> None:
    """What is raised for a status that no call of the core gives the package without that it says more."""
    error = native_status.new_error()
    error.message, error.offset = (message := native_corpus.ffi.new("char[]", b"a clause")), 7
    native_status.check(status, error)
    del message


def with_stream(stream: Any, **options: Any) -> Callable[[], object]:
    """A copy is read: the cases may run twice in a process."""
    return lambda: TextAnalyzer().add_stream(copy(stream), **options)


def damaged_column() -> None:
    indices = pa.array([300], pa.int16())
    TextAnalyzer().add_arrow(pa.DictionaryArray.from_arrays(indices, pa.array(["a"]), safe=False))


def column_of_short_buffers() -> None:
    memory = pa.py_buffer(bytes(200))
    slots = native_arrow.Region(memory.address, 3)
    column = native_arrow.ArrowArray(
        memory,
        layout=native_arrow.ARROW_OFFSETS_32,
        validity=native_arrow.Region(0, 0),
        slots=slots,
        data=[],
        offset=2,
        length=7,
    )
    native_arrow.ArrowColumn(column, None, 100).measure(0, 7, 1)


def change_in_a_function() -> None:
    buffer = bytearray(b"word \n" * 10)

    def change(text: str) -> list[str]:
        buffer[40] = 0xFF
        return [text]

    TextAnalyzer(words=change).add_buffer(buffer)


def parquet_file() -> str:
    pq.write_table(pa.table({"n": [1, 2]}), "numbers.parquet")
    return "numbers.parquet"


def to_a_terminal() -> None:
    terminal = types.SimpleNamespace(stdout=types.SimpleNamespace(isatty=lambda: True))
    with replaced(_output, "sys", terminal):
        command("count", "--format", "parquet", file("a"))


def two_of_too_many_words() -> None:
    def most(counted: bytearray) -> None:
        put(24, native_corpus.MOST_WORDS)(counted)
        put(56, native_corpus.MOST_WORDS - 3)(counted)

    one = TextAnalyzer.load(counts(most))
    one.merge(one)


def arrow_of(data: bytes) -> pa.Array:
    return pa.array([b"fine", data]).cast(pa.binary())


# ---- What is told then ------------------------------------------------------------------------------------------------

# What to call, the error, what of the message names the value (or where it is, or its type), and what tells what is allowed.
Case = tuple[Callable[[], object], type[Exception], str, str]


def corpus(given: Any = ("a", "b"), tokenizer: Tokenizer | None = None, **options: Any) -> Callable[[], object]:
    """Encodes a corpus into a folder of its own; with ``before``, where a run with these other arguments has been."""

    def act() -> None:
        out = Path(tempfile.mkdtemp(dir="."), "out")
        chosen, before = dict(options), options.get("before")
        chosen.pop("before", None)
        made = tokenizer or of_bytes(special_tokens=["<|end|>"])
        if callable(before):
            out.mkdir()
            before(out)
        elif before is not None:
            made.encode_corpus(iter(["a", "b"]), out, **{"format": "raw", **before})
        source = given(out) if callable(given) else iter(given) if isinstance(given, tuple) else given
        made.encode_corpus(source, out, **{"format": "raw", **chosen})

    return act


def stop_corpus(out: Path) -> None:
    """Stops a run behind the first of its texts, and cuts off what it has written."""

    def texts() -> Iterator[str]:
        yield "a" * 100
        yield "b"
        raise ZeroDivisionError

    with (
        replaced(_model, "BATCH_NBYTES", 8),
        replaced(writing, "SECONDS_BETWEEN_NOTES", 0.0),
        contextlib.suppress(ZeroDivisionError),
    ):
        of_bytes(special_tokens=["<|end|>"]).encode_corpus(texts(), out, format="raw", threads=1)


def stop_and_cut_corpus(out: Path) -> None:
    stop_corpus(out)
    (out / ".train_000000.ids.part").write_bytes(b"")


def shards_with(change: Callable[[Path], object]) -> Callable[[], object]:
    """Reads shards after a change of their folder."""

    def act() -> None:
        out = Path(tempfile.mkdtemp(dir="."))
        of_bytes().encode_corpus(iter(["a", "b"]), out, format="raw")
        change(out)
        text_processor.read_shards(out)[0].ids  # noqa: B018 - it opens the file

    return act


def lines_of_json(*lines: str) -> Callable[[], object]:
    return corpus(lambda _: file("\n".join(lines), "corpus.jsonl"))


def with_of(owner: Any, name: str, value: Any, act: Callable[[], object]) -> Callable[[], object]:
    return lambda: with_replaced(owner, name, value, act)


def of_a_later_version(out: Path) -> None:
    path = out / "manifest.json"
    path.write_text(path.read_text().replace('"manifest_version": 1', '"manifest_version": 9'))


def stop_another(out: Path) -> None:
    for path in out.iterdir():
        path.unlink()
    stop_corpus(out)


def shards_command(*options: str, source: str = "file") -> Callable[[], object]:
    def act() -> None:
        file("a")
        command("bpe", "shards", model(), source, "--out", tempfile.mkdtemp(dir="."), "--format", "raw", *options)

    return act


def two_runs(out: Path) -> Iterator[str]:
    of_bytes().encode_corpus(iter("a"), out, format="raw")
    yield "a"


CASES: list[Case] = [
    # The package
    (lambda: hello(5), TypeError, "int", "name must be str"),
    (lambda: text_processor.nothing, AttributeError, "'nothing'", "has no attribute"),
    (lambda: set_memory_limit("1 GB"), TypeError, "str", "an int or None"),
    (lambda: set_memory_limit(-1), ValueError, "-1", "from 0 to 9223372036854775807, or None"),
    (lambda: set_memory_limit(HUGE), ValueError, "an int of 16610 bits", "from 0 to"),
    (
        lambda: within(1 << 20, lambda: native_process.check_kept_nbytes(1 << 21)),
        MemoryError,
        "2097152 bytes",
        "limit is 1048576 (set_memory_limit)",
    ),
    (lambda: core_error(native_corpus.lib.TP_INVALID_UTF8), InvalidDocumentError, "at byte 7", "a clause"),
    (lambda: core_error(native_corpus.lib.TP_CANCELLED), TextProcessorError, "offset 7", "a clause"),
    (
        freed_corpus,
        ReferenceError,
        "this object",
        "the interpreter is shutting",
    ),
    (lambda: native_unicode.normalize(b"", "nfc"), ValueError, "'nfc'", "one of NFC, NFD, NFKC, NFKD"),
    (lambda: native_unicode.normalize(b"", "NFC", (15, 256)), ValueError, "(15, 256)", "is (major, minor)"),
    (lambda: native_unicode.normalize(b"", "NFC", (4, 0)), ValueError, "not 4.0", "must be from 4.1 to 17.0.0"),
    (
        lambda: native_unicode.normalize(b"", "NFC", (17, 1)),
        ValueError,
        "not 17.1",
        "must be from 4.1 to 17.0.0",
    ),
    (lambda: native_process.select_simd("sse9"), ValueError, "this machine or library", "has no such instruction set"),
    # Vectors
    (
        without("text_processor.sklearn._peer", lambda: imported_again(sklearn)),
        ImportError,
        "text_processor.sklearn needs scikit-learn",
        "pip install '.[sklearn]'",
    ),
    (lambda: sklearn.CountVectorizer.from_sklearn(3), TypeError, "not int", "scikit-learn's CountVectorizer"),
    (lambda: sklearn.CountVectorizer().fit({"a": "b"}), TypeError, "not dict", "give its values()"),
    (lambda: sklearn.CountVectorizer().fit(["a"]), ValueError, "empty vocabulary", "only contain stop words"),
    (lambda: sklearn.CountVectorizer(min_df=2).fit(["ab", "cd"]), ValueError, "no terms remain", "Try a lower min_df"),
    (
        lambda: sklearn.CountVectorizer(token_pattern="uax29").to_sklearn(),
        ValueError,
        "'uax29'",
        "scikit-learn has no token_pattern",
    ),
    (lambda: sklearn.CountVectorizer().vocabulary_, AttributeError, "'CountVectorizer'", "no attribute 'vocabulary_'"),
    (
        lambda: sklearn.CountVectorizer().partial_fit("ab"),
        ValueError,
        "string object received",
        "Iterable over raw text documents",
    ),
    (
        lambda: sklearn.CountVectorizer().partial_fit(["a"]).vocabulary_,
        ValueError,
        "empty vocabulary",
        "only contain stop words",
    ),
    (
        lambda: sklearn.CountVectorizer(min_df=2).partial_fit(["ab"]).vocabulary_,
        ValueError,
        "max_df corresponds",
        "documents than min_df",
    ),
    (
        lambda: sklearn.CountVectorizer(min_df=2).partial_fit(["ab", "cd"]).vocabulary_,
        ValueError,
        "no terms remain",
        "a lower min_df",
    ),
    (lambda: sklearn.CountVectorizer().partial_fit(["ab\ud800"]), ValueError, "a lone surrogate", "fit takes it"),
    (lambda: sklearn.CountVectorizer(tokenizer=str.split).partial_fit(["ab"]), ValueError, "tokenizer", "use fit"),
    (lambda: sklearn.CountVectorizer().fit(["ab"]).partial_fit(["cd"]), ValueError, "fitted by fit", "clone() gives a new one"),
    (
        lambda: sklearn.CountVectorizer().partial_fit(["ab"]).set_params(lowercase=False).partial_fit(["cd"]),
        ValueError,
        "have changed",
        "clone() gives a new vectorizer",
    ),
    (
        lambda: (
            (of := sklearn.CountVectorizer(stop_words=["a"]).partial_fit(["b"])).stop_words.append("b") or of.partial_fit([])
        ),
        ValueError,
        "have changed",
        "clone() gives a new vectorizer",
    ),
    (lambda: sklearn.CountVectorizer(threads=2).fit([3] * 200), AttributeError, "'int'", "no attribute 'lower'"),
    (lambda: sklearn.CountVectorizer.from_analyzer(3), TypeError, "not 3", "a TextAnalyzer"),
    (
        lambda: sklearn.CountVectorizer.from_analyzer(TextAnalyzer(), lowercase=False),
        ValueError,
        "not False",
        "lowercase must be True",
    ),
    (
        lambda: sklearn.CountVectorizer.from_analyzer(TextAnalyzer(case="fold")),
        ValueError,
        "with case='fold'",
        "fit learns from the documents",
    ),
    (
        lambda: sklearn.CountVectorizer.from_analyzer(TextAnalyzer(words="uax29", min_length=3)),
        ValueError,
        "words='uax29' with min_length=3",
        "a pattern can have the length in it",
    ),
    (
        lambda: sklearn.CountVectorizer.from_analyzer(TextAnalyzer(words=re.compile("[a-z]+", re.IGNORECASE))),
        ValueError,
        "re.compile('[a-z]+', re.IGNORECASE)",
        "as in '(?i)…'",
    ),
    (
        lambda: sklearn.CountVectorizer.from_analyzer(analyzer("a " * 300), dtype="uint8", max_features=1),
        ValueError,
        "there 300 times",
        "give a larger dtype",
    ),
    (lambda: sklearn.CountVectorizer().fit(Path("a")), TypeError, "Path", "Lines(path) has those of a file"),
    (lambda: sklearn.Lines(["a"]), TypeError, "not of list", "several of them are several arguments"),
    (lambda: sklearn.Lines("nothing-*.txt"), FileNotFoundError, "'nothing-*.txt'", "no file matches"),
    (lambda: sklearn.Lines("a", blank="raise"), ValueError, "not 'raise'", "blank must be 'keep' or 'skip'"),
    (lambda: [list(each) for each in [sklearn.Lines(io.BytesIO())] * 2], ValueError, "only once", "of a new one, or of a file"),
    (lambda: list(sklearn.Lines(file(b"ab\xff"))), TextProcessorError, "at byte 2", "is not valid UTF-8"),
    (lambda: sklearn.CountVectorizer().merge(3), TypeError, "not int", "another CountVectorizer"),
    (
        lambda: sklearn.CountVectorizer().merge(sklearn.PeerCount()),
        TypeError,
        "not one of sklearn.feature_extraction.text",
        "another CountVectorizer of text_processor.sklearn",
    ),
    (
        lambda: sklearn.CountVectorizer(lowercase=False).merge(sklearn.CountVectorizer().partial_fit(["a"])),
        ValueError,
        "False here and True there",
        "needs equal parameters",
    ),
    (
        lambda: sklearn.CountVectorizer().merge(sklearn.CountVectorizer().fit(["ab"])),
        ValueError,
        "keeps no frequencies",
        "partial_fit",
    ),
    (lambda: sklearn.CountVectorizer().fit(pa.array(["ab", None])), ValueError, "document 1 of the column", "drop_null()"),
    # What a word is
    (lambda: word_count("a", words=3), TypeError, "not int", "'space', 'uax29', 'sklearn', a regular expression or a function"),
    (lambda: word_count("a", words="("), ValueError, "'('", "words must be 'space', 'uax29', 'sklearn' or a regular"),
    (lambda: word_count("a", words=re.compile(b"a")), TypeError, "not for bytes", "a regular expression for str"),
    (lambda: word_count("a", words="(a)(b)"), ValueError, "'(a)(b)' has 2 groups", "it may have one group"),
    (lambda: word_count("a", words="a*"), ValueError, "'a*' finds words without", "use + for *"),
    (lambda: word_count("a", case="upper"), ValueError, "not 'upper'", "'lower' or 'fold' or 'keep'"),
    (lambda: word_count("a", normalize="nfc"), ValueError, "not 'nfc'", "normalize must be None or 'NFC' or 'NFD'"),
    (lambda: word_count("a", stop_words="german"), ValueError, "not 'german'", "None, 'english' or several words"),
    (lambda: word_count("a", stop_words=3), TypeError, "not int", "None, 'english' or several words"),
    (lambda: word_count("a", stop_words=[3]), TypeError, "not int", "a stop word must be str"),
    (lambda: word_count("a", min_length=0), ValueError, "not 0", "min_length must be from 1 to"),
    (lambda: word_count("a", min_length="1"), TypeError, "not str", "min_length must be an int"),
    (lambda: word_count("a", ngrams=(1, 2, 3)), ValueError, "not 3 numbers", "an int or (low, high)"),
    (lambda: word_count("a", ngrams=(2, 1)), ValueError, "not 2 and 1", "low <= high"),
    (lambda: word_count("a", words=lambda _: [1]), TypeError, "not int", "must return words as str"),
    (lambda: word_count("a", words=lambda _: [""]), ValueError, "an empty word", "the function given as words"),
    (
        lambda: TextAnalyzer(words=str.split).save("x"),
        TypeError,
        "words=str.split",
        "one with a regular expression can be saved",
    ),
    (lambda: TextAnalyzer(words="uax29").merge(TextAnalyzer()), ValueError, "words='uax29'", "must have the same options"),
    (lambda: TextAnalyzer().prune(0), ValueError, "not 0", "min_count must be from 1 to"),
    (snapshot_of(version=3, kinds="ss", words=[]), InvalidSnapshotError, "not []", "must be an object of words, case"),
    (
        snapshot_of(version=3, kinds="ss", words={"words": {"pattern": 3}}),
        InvalidSnapshotError,
        "not {'pattern': 3}",
        "a text and a number",
    ),
    (
        snapshot_of(version=3, kinds="ss", words={"words": {"pattern": "(", "flags": 0}}),
        InvalidSnapshotError,
        "'(' is no regular",
        "description is damaged",
    ),
    (
        lambda: TextAnalyzer().add_arrow(arrow_of(b"\xff"), encoding="ascii"),
        InvalidDocumentError,
        "Document 1",
        "not valid ASCII at byte 0",
    ),
    (change_in_a_function, TextProcessorError, "was changed", "nothing of it was used"),
    # Options that several take
    (lambda: word_count("a", threads="2"), TypeError, "str", "threads must be an int or None"),
    (lambda: word_count("a", threads=0), ValueError, "not 0", "threads must be from 1 to"),
    (lambda: word_count("a", threads=HUGE), ValueError, "an int of 16610 bits", "threads must be from 1 to"),
    (lambda: TextAnalyzer().add_documents([], progress=5), TypeError, "int", "progress must be callable, a bool or None"),
    (lambda: TextAnalyzer().add_documents([], blank="no"), ValueError, "not 'no'", "blank must be 'raise' or 'skip'"),
    (lambda: TextAnalyzer().add_buffer(b"", documents="x" * 10**6), ValueError, "(1000000 characters)", "'lines' or 'whole'"),
    (lambda: TextAnalyzer().add_file("x", encoding=5), TypeError, "not int", "encoding must be str or None"),
    (lambda: TextAnalyzer().add_file("x", encoding="hex"), ValueError, "'hex'", "the name of a text encoding"),
    (with_stream(io.BytesIO("a b c d".encode("utf-16-be"))), InvalidDocumentError, "UTF-16-BE without a", "encoding it is"),
    (with_stream(io.BytesIO(b"a\xff"), encoding="ascii"), InvalidDocumentError, "at byte 1", "is not valid ASCII"),
    (lambda: TextAnalyzer().add_buffer(b"\x1f\x8b\x08"), InvalidDocumentError, "gzip data", "add_stream(io.BytesIO(data))"),
    (with_stream(io.BytesIO(gzip.compress(b"a")[:-1])), InvalidDocumentError, "after 20 bytes", "it was cut short"),
    (with_stream(io.BytesIO(gzip.compress(b"a") + b"b")), InvalidDocumentError, "at byte 21, comes b'b'", "nor zeros"),
    (
        with_stream(io.BytesIO(b"\x1f\x8b\x08\xff" + bytes(20))),
        InvalidDocumentError,
        "damaged gzip data",
        "unknown header flags",
    ),
    (
        with_stream(io.BytesIO(xz_of(37))),
        InvalidDocumentError,
        "xz data that takes more than 268,435,456 bytes",
        "--max-memory on the command line, allows more",
    ),
    (
        without("zlib", with_stream(io.BytesIO(b"\x1f\x8b\x08"))),
        InvalidDocumentError,
        "gzip data cannot be read",
        "without the module zlib",
    ),
    (lambda: TextAnalyzer().add_file("x", errors="ignore"), ValueError, "'ignore'", "errors must be 'strict' or 'replace'"),
    # Documents
    (lambda: TextAnalyzer().add_document(5), TypeError, "not int", "Document must be str"),
    (lambda: TextAnalyzer().add_documents(["a", None]), TypeError, "not NoneType", "Document 1 must be str"),
    (lambda: TextAnalyzer().add_documents({"a": 1}), TypeError, "not dict", "documents must be an iterable of documents"),
    (lambda: TextAnalyzer().add_documents("a b"), TypeError, "not one str", "documents must be an iterable of documents"),
    (lambda: TextAnalyzer().add_document(" "), InvalidDocumentError, "Document", "cannot be empty"),
    (lambda: TextAnalyzer().add_document(b" "), InvalidDocumentError, "Document", "cannot be empty"),
    (lambda: TextAnalyzer().add_documents(["a", ""]), InvalidDocumentError, "Document 1", "cannot be empty"),
    (lambda: TextAnalyzer().add_document(b"a \xff"), InvalidDocumentError, "at byte 2", "not valid UTF-8"),
    (lambda: TextAnalyzer().add_document("a" + SURROGATE), InvalidDocumentError, "character 1, '\\ud800'", "UTF-8 cannot hold"),
    (lambda: TextAnalyzer().add_document(array("i", [1])), TypeError, "array of items of the format 'i'", "bytes"),
    (lambda: TextAnalyzer().add_document(memoryview(b"abcd")[::2]), BufferError, "memoryview", "must be C-contiguous"),
    (lambda: TextAnalyzer().add_buffer("text"), TypeError, "not str", "data must be bytes or another buffer of bytes"),
    (lambda: TextAnalyzer().add_buffer(b"a\n\n", blank="raise"), InvalidDocumentError, "Document 1", "cannot be empty"),
    (lambda: TextAnalyzer().add_file(snapshot()), InvalidDocumentError, "this is a snapshot", "TextAnalyzer.load reads it"),
    (
        lambda: TextAnalyzer().add_buffer(b" ", documents="whole", blank="raise"),
        InvalidDocumentError,
        "Document 0",
        "cannot be empty",
    ),
    (lambda: TextAnalyzer().add_buffer(b"a\n\xff"), InvalidDocumentError, "Document 1", "is not valid UTF-8"),
    (spoil_by_callback, TextProcessorError, "the buffer was changed", "nothing of it was used"),
    (change_numbers_between_two_looks, TextProcessorError, "numbers were changed", "pass a copy"),
    (fault_that_is_gone, TextProcessorError, "what was to be counted was changed", "nothing of it was used"),
    (change_while_counting(b"one\ntwo", b"one.two"), TextProcessorError, "bytearray was changed", "nothing of it was used"),
    (
        change_while_counting(b"a word\n", b"a \xff\xffrd\n"),
        TextProcessorError,
        "bytearray was changed",
        "nothing of it was used",
    ),
    (
        change_file_while_counting(lambda path: os.truncate(path, 5)),
        TextProcessorError,
        "'file' was changed",
        "nothing of it was used",
    ),
    (
        change_file_while_counting(lambda path: os.utime(path, ns=(0, 1))),
        TextProcessorError,
        "'file' was changed",
        "nothing of it was used",
    ),
    (two_of_too_many_words, OverflowError, "have 562949953421310 words", "the limit is 281474976710655"),
    (with_stream(5), TypeError, "int has not", "must have a method read"),
    (with_stream(NonBlocking()), BlockingIOError, "the stream is in non-blocking mode", "has nothing to read now"),
    (with_stream(io.StringIO("a" + SURROGATE)), InvalidDocumentError, "'\\ud800'", "which UTF-8 cannot hold"),
    (lambda: word_count(5), TypeError, "not int", "Document must be str"),
    # What an analyzer is asked
    (lambda: TextAnalyzer().set_callback(5), TypeError, "not int", "callback must be callable"),
    (lambda: TextAnalyzer().merge({}), TypeError, "not dict", "other must be a TextAnalyzer"),
    (lambda: TextAnalyzer().words["the"], KeyError, "'the'", ""),
    (iterate_while_adding, RuntimeError, "the words of the analyzer changed", "during iteration"),
    (lambda: pickle.dumps(TextAnalyzer().words), TypeError, "a view of an analyzer's words", "take the analyzer itself"),
    (lambda: analyzer("a", keep_documents=False).get_documents(), TextProcessorError, "were not kept", "keep_documents=True"),
    (lambda: TextAnalyzer().analyze_sentiment(), EmptyAnalyzerError, "empty analyzer", "Cannot analyze sentiment"),
    (
        lambda: analyzer("big big", lexicon={"big": 1e308}).analyze_sentiment(),
        OverflowError,
        "'big' alone has the count 2 and the weight 1e+308",
        "±1.7976931348623157e+308",
    ),
    (
        lambda: analyzer("big big low low", lexicon={"big": 1e308, "low": -1e308}).analyze_sentiment(),
        OverflowError,
        "'big' alone has the count 2",
        "±1.7976931348623157e+308",
    ),
    # Lexicons
    (lambda: TextAnalyzer(lexicon=["good"]), TypeError, "not list", "a mapping of words to weights"),
    (lambda: TextAnalyzer(lexicon={5: 1.0}), TypeError, "5 must be", "str, not int"),
    (lambda: TextAnalyzer(lexicon={"w" * 10**6: "1"}), TypeError, "(1000000 characters) must be", "a number, not str"),
    (lambda: TextAnalyzer(lexicon={"good": float("nan")}), ValueError, "not nan", "the weight of 'good' must be finite"),
    (lambda: TextAnalyzer(lexicon={"good": HUGE}), ValueError, "an int of 16610 bits", "must be finite"),
    (lambda: TextAnalyzer(lexicon={SURROGATE: 1.0}), ValueError, "'\\ud800' has a lone surrogate", "UTF-8 cannot hold"),
    (lambda: TextAnalyzer(lexicon={"two words": 1.0}), ValueError, "'two words'", "is not one word"),
    (lambda: TextAnalyzer(lexicon={"": 1.0}), ValueError, "word ''", "is not one word"),
    (lambda: TextAnalyzer(lexicon={"Good": 1.0, "good": 1.0}), ValueError, "'good' equals 'Good'", "once lower-cased"),
    # Parts of tables, and rows
    (lambda: TextAnalyzer().split("2"), TypeError, "not str", "n must be an int"),
    (lambda: TextAnalyzer().split(0), ValueError, "not 0", "n must be from 1 to 65536"),
    (lambda: TextAnalyzer().split(2, HUGE), ValueError, "an int of 16610 bits", "salt must be from 0 to"),
    (lambda: TextAnalyzer().word_batches(0), ValueError, "not 0", "max_rows must be from 1 to"),
    (lambda: TextAnalyzer.from_bytes("text"), TypeError, "not str", "data must be bytes"),
    (lambda: TextAnalyzer.from_word_batches(5), TypeError, "not int", "an iterable of pyarrow.RecordBatch, or a table"),
    (lambda: TextAnalyzer.from_word_batches([5]), TypeError, "not int", "each of batches must be a pyarrow.RecordBatch"),
    (rows_of(more=[1], count=None), ValueError, "not term, document_frequency, more", "must have the columns term, count"),
    (rows_of(count=[None]), ValueError, "row 0 has no count", "each row needs"),
    (rows_of(count=[-1]), ValueError, "the column count", "must be convertible to uint64, not int64"),
    (rows_of(count=["1"]), ValueError, "the column count", "must be of whole numbers, not string"),
    (rows_of(term=[1]), ValueError, "the column term", "must be of text, not int64"),
    (rows_of(count=[0]), ValueError, "row 0, with the term 'word'", "a count is 0"),
    (rows_of(document_frequency=[0]), ValueError, "row 0, with", "a document frequency is 0"),
    (rows_of(document_frequency=[2]), ValueError, "row 0, with", "a document frequency is above the count"),
    (rows_of(term=["two words"]), ValueError, "'two words'", "a term is not one word of UTF-8"),
    (rows_of(count=[1 << 48]), OverflowError, "row 0, with", "all counts together reach 2^48"),
    (rows_of(count=[1 << 47], n=2), OverflowError, "both corpora together", "have 2^48 words or documents"),
    (
        rows_of(term=TORN_TERMS, count=[1, 1], document_frequency=[1, 1]),
        ValueError,
        "row 0, with the term 'wo'",
        "the terms must ascend within the text",
    ),
    # Counts of pieces
    (lambda: PieceCounts().add_counts(["a"]), TypeError, "not list", "counts must be a mapping of texts"),
    (lambda: PieceCounts().add_counts({"a": -1}), ValueError, "'a' must be from 0", "not -1"),
    (lambda: PieceCounts().add_counts({5: 1}), TypeError, "text 0", "must be str"),
    (
        lambda: PieceCounts(special_tokens=["<s>"]).merge(PieceCounts(special_tokens=["<e>"])),
        ValueError,
        "('<e>',)",
        "are without ('<s>',)",
    ),
    (lambda: PieceCounts().merge({}), TypeError, "not dict", "other must be a PieceCounts"),
    (
        lambda: PieceCounts("gpt2").merge(PieceCounts("."[:1])),
        ValueError,
        "the pattern '.'",
        "do not fit the pattern of these counts",
    ),
    (lambda: PieceCounts().__setstate__(5), InvalidSnapshotError, "not 5", "must be bytes and a dict"),
    (lambda: PieceCounts.from_bytes(b"text"), InvalidSnapshotError, "not b'text'", "not a snapshot of PieceCounts"),
    (pieces_with(len, pattern=5), InvalidSnapshotError, "not int", "the snapshot's description is damaged"),
    (pieces_with(put(0, 9)), InvalidSnapshotError, "(at byte ", "this is not a snapshot of pieces"),
    (pieces_with(put(32, 0)), InvalidSnapshotError, "(at byte ", "a count is out of range"),
    (pieces_with(put(48, 0)), InvalidSnapshotError, "(at byte ", "the length of a piece is out of range"),
    (pieces_with(lambda counted: counted.__setitem__(65, ord("a"))), InvalidSnapshotError, "(at byte ", "a piece occurs twice"),
    (
        pieces_with(lambda counted: (put(24, 3)(counted), counted.append(0))),
        InvalidSnapshotError,
        "(at byte ",
        "there is more text than the pieces have",
    ),
    (too_much_text, OverflowError, "2^48", "all text together has"),
    (lambda: Tokenizer().train_from_counts("text", 300), TypeError, "not str", "counts must be a PieceCounts, or a mapping"),
    # Files of analyzers
    (lambda: TextAnalyzer.load(file("some text")), InvalidSnapshotError, "not b'some tex'", "begins with b'\\x89TPA"),
    (lambda: TextAnalyzer.load(file(b"\x89TPA\r\n\x1a\n")), InvalidSnapshotError, "after 8 bytes", "within its head of 40"),
    (snapshot_of(version=4), InvalidSnapshotError, "version 4", "known here: 1, 2, 3"),
    (
        lambda: TextAnalyzer.load(file(Path(snapshot()).read_bytes()[:-1])),
        InvalidSnapshotError,
        "ends after",
        "bytes that its head announces",
    ),
    (
        lambda: TextAnalyzer.load(file(Path(snapshot()).read_bytes() + b"x")),
        InvalidSnapshotError,
        "goes on behind",
        "bytes that its head announces",
    ),
    (
        lambda: TextAnalyzer.load(file(Path(snapshot()).read_bytes()[:-1] + b"x")),
        InvalidSnapshotError,
        "(at byte ",
        "its checksum does not match",
    ),
    (snapshot_of(keep_documents=1), InvalidSnapshotError, "not 1", "must be true or false"),
    (snapshot_of(keep_documents="missing"), InvalidSnapshotError, "it has no", "'keep_documents'"),
    (snapshot_of(threads="two"), InvalidSnapshotError, "not 'two'", "a whole number or null"),
    (snapshot_of(threads=0), InvalidSnapshotError, "not 0", "threads must be from 1 to"),
    (snapshot_of(lexicon=5), InvalidSnapshotError, "not 5", "must be an object or null"),
    (snapshot_of(lexicon={"w": "1"}), InvalidSnapshotError, "'w' must be", "a float, not '1'"),
    (snapshot_of(documents=5), InvalidSnapshotError, "not 5", "must be a list of lengths or null"),
    (
        snapshot_of(documents=[-1]),
        InvalidSnapshotError,
        "document 0",
        "a whole number from 0 on, not -1",
    ),
    (
        snapshot_of(version=2, kinds="sx"),
        InvalidSnapshotError,
        "not 'sx'",
        "letters b and s, one for each",
    ),
    (snapshot_of(documents=[1, 1]), InvalidSnapshotError, "add up to 2", "of 11 bytes"),
    (snapshot_of(documents=[11]), InvalidSnapshotError, "holds 1 documents", "counts 4 words of 2"),
    (
        snapshot_of(text=b"fine day\xff b"),
        InvalidSnapshotError,
        "0xff in position 0",
        "is not UTF-8",
    ),
    (counts_of(put(16, 5)), InvalidSnapshotError, "4 words of 5", "the snapshot holds 2 documents"),
    (
        counts_of(put(16, 1 << 60)),
        InvalidSnapshotError,
        "(at byte ",
        "more documents than can be counted",
    ),
    (counts_of(put(24, 1 << 60)), InvalidSnapshotError, "(at byte ", "more words than can be counted"),
    (counts_of(put(24, 5)), InvalidSnapshotError, "(at byte ", "the counts do not add up to the words"),
    (counts_of(put(32, 1 << 60)), InvalidSnapshotError, "(at byte ", "the sizes do not add up"),
    (counts_of(put(8, 9)), InvalidSnapshotError, "(at byte ", "a version that is not known here"),
    (counts_of(put(8, 3)), InvalidSnapshotError, "(at byte ", "no document is missing of what is called a part of a whole"),
    (counts_of(put(0, 9)), InvalidSnapshotError, "(at byte ", "this is not a snapshot of a corpus"),
    (counts_of(put(40, 9)), InvalidSnapshotError, "(at byte ", "the first document's terms do not fit"),
    (counts_of(put(56, 9)), InvalidSnapshotError, "(at byte ", "the counts do not add up"),
    (
        counts_of(put(56 + 32, 9)),
        InvalidSnapshotError,
        "(at byte ",
        "a document frequency is out of range",
    ),
    (
        counts_of(lambda counted: counted.__setitem__(slice(-4, None), b"a\na\n")),
        InvalidSnapshotError,
        "(at byte ",
        "a term occurs twice",
    ),
    (
        counts_of(lambda counted: counted.__setitem__(slice(-4, None), b"abc\n")),
        InvalidSnapshotError,
        "(at byte ",
        "fewer terms than announced",
    ),
    (
        counts_of(lambda counted: counted.__setitem__(slice(-4, None), b"\n\n\n\n")),
        InvalidSnapshotError,
        "(at byte ",
        "a term is not one word of UTF-8",
    ),
    (
        counts_of(lambda counted: counted.__setitem__(slice(-13, -8), b"f\nn\nd")),
        InvalidSnapshotError,
        "(at byte ",
        "more terms than announced",
    ),
    (counts_of(put(48, 2)), InvalidSnapshotError, "(at byte ", "the sizes do not add up"),
    (lambda: TextAnalyzer.load(counts_cut_to(40)), InvalidSnapshotError, "(at byte ", "the snapshot ends within its header"),
    (
        lambda: TextAnalyzer.load(counts_of_short_text()),
        InvalidSnapshotError,
        "(at byte ",
        "the text is shorter than its terms",
    ),
    (
        lambda: TextAnalyzer.load(counts(lambda counted: None, checksum=5)),
        InvalidSnapshotError,
        "(at byte ",
        "the checksum does not match",
    ),
    (lambda: TextAnalyzer().__setstate__(5), InvalidSnapshotError, "not 5", "must be bytes and a dict"),
    # Arrow
    (lambda: TextAnalyzer().add_arrow(5), TypeError, "not int", "column must be an Arrow array, column or stream"),
    (lambda: TextAnalyzer().add_arrow(pa.array([1])), TypeError, "not int64", "column must hold text"),
    (
        lambda: TextAnalyzer().add_arrow(pa.table({"a": ["x"], "b": ["y"]})),
        ValueError,
        "not 2: 'a', 'b'",
        "there must be one column",
    ),
    (lambda: TextAnalyzer().add_arrow(arrow_of(b"\xff")), InvalidDocumentError, "Document 1", "is not valid UTF-8 at byte 0"),
    (
        lambda: TextAnalyzer().add_arrow(arrow_of(b"a" * 5_000_000 + b"\xff")),
        InvalidDocumentError,
        "Document 1",
        "at byte 5000000",
    ),
    (lambda: TextAnalyzer().add_arrow(pa.array([""]), blank="raise"), InvalidDocumentError, "Document 0", "cannot be empty"),
    (column_of_short_buffers, ValueError, "entry 100 of the column is damaged", "a buffer of the array is too small"),
    (damaged_column, ValueError, "entry 0 of the column is damaged", "it points to outside of the array's buffers"),
    (
        lambda: arrow._region(types.SimpleNamespace(is_cpu=False)),
        ValueError,
        "the device that it is on",
        "must be in main memory",
    ),
    (without("pyarrow", lambda: TextAnalyzer().add_arrow(5)), ImportError, "add_arrow", "pip install '.[arrow]'"),
    # Tokenizers
    (lambda: Tokenizer(5), TypeError, "not int", "pattern must be str"),
    (lambda: Tokenizer("gpt5"), ValueError, "'gpt5'", "those that have names are 'gpt2'"),
    (lambda: Tokenizer("x" * 10**6), ValueError, "(1000000 characters)", "those that have names are"),
    (lambda: Tokenizer("[b-a]"), ValueError, "'[b-a]'", "is no regular expression"),
    (lambda: Tokenizer("[a"), ValueError, "'[a'", "the set at character 0 is not closed"),
    (lambda: Tokenizer("(a"), ValueError, "'(a'", "the group at character 0 is not closed"),
    (lambda: Tokenizer("a)"), ValueError, "'a)'", "no group ends at character 1"),
    (lambda: Tokenizer("a?" * 10**6), ValueError, "(2000000 characters)", "may have 10000 characters"),
    (lambda: Tokenizer("(?:a+b{9}){1000}"), ValueError, "'(?:a+b{9}){1000}'", "may have 4000 states"),
    (lambda: Tokenizer("a{0,999999}"), ValueError, "'{0,999999}' at character 1", "at most 100000 repeats"),
    (lambda: Tokenizer("a" + SURROGATE), ValueError, "a lone surrogate at character 1", "which UTF-8 cannot hold"),
    (lambda: Tokenizer("(?<=x)[a&&b]"), ValueError, "'&&' in a set at character 8", "is (?=[…])[…]"),
    (lambda: Tokenizer(r"\q"), ValueError, "'\\\\q' at character 0", "write the character itself"),
    (lambda: Tokenizer("[]-a]"), ValueError, "an empty set at character 0", r"the bracket itself is \]"),
    (lambda: Tokenizer("(?<=x)(?i:i)"), ValueError, "an i in (?i:…) at character 10", "write [iI] outside"),
    (lambda: Tokenizer(r"(?<=x)(?i:\p{Lu})"), ValueError, "in (?i:…) at character 10", "write it outside"),
    (lambda: Tokenizer(r"\p{Xyz}"), ValueError, "{Xyz}' at character 0", "with a general category, such as Lu"),
    (lambda: Tokenizer("a**"), ValueError, "'*' behind nothing that it could repeat at character 2", "(?:…) is around"),
    (lambda: Tokenizer("(?:a|)+b"), ValueError, "'+' behind what can match no text at character 6", "a character at least"),
    (lambda: Tokenizer("(?<=x)a|[^a]|[^b]"), ValueError, "'[^a] and [^b]' at character 13", r"is also (?!…)[\s\S]"),
    (lambda: Tokenizer(r"(?<=x)[^\s\S]"), ValueError, "neither in a class nor outside of one", "write (?!…)[…]"),
    (lambda: Tokenizer("(?<=x)(?i:s)|[^ab]"), ValueError, "'[^ab]' in a pattern with (?i:…)", r"is also (?!…)[\s\S]"),
    (lambda: Tokenizer("b|a*"), ValueError, "that can match no text at character 2", "it must take a character at least"),
    (lambda: Tokenizer("(" * 10**3 + ")" * 10**3), ValueError, "(2000 characters)", "groups may be 50 deep"),
    (without("regex", lambda: Tokenizer("(?<=a)b")), ImportError, "'(?<=a)b'", "pip install '.[regex]'"),
    (lambda: splitter_of(9 * [Step("a", "rust", "Isolated")]), ValueError, "not 9", "in at most 8 steps"),
    (lambda: Tokenizer(special_tokens="<end>"), TypeError, "not one str", "special_tokens must be names"),
    (lambda: Tokenizer(special_tokens=[5]), TypeError, "not int", "must be str"),
    (lambda: Tokenizer(special_tokens=[""]), ValueError, "the name of a special token", "cannot be empty"),
    (lambda: Tokenizer(special_tokens=[SURROGATE]), ValueError, "'\\ud800'", "which UTF-8 cannot hold"),
    (lambda: Tokenizer(special_tokens=["a", "a"]), ValueError, "'a'", "is given twice"),
    (lambda: Tokenizer().train("a", 255), ValueError, "not 255", "vocab_size must be at least 256"),
    (lambda: Tokenizer().train("a", -HUGE), ValueError, "an int of 16610 bits", "at least 256"),
    (lambda: Tokenizer().train("a", "300"), TypeError, "not str", "vocab_size must be an int"),
    (lambda: Tokenizer().train("a", 300, tie_break="x"), ValueError, "not 'x'", "tie_break must be 'rustbpe' or 'hf'"),
    (lambda: Tokenizer().train("a", 300, min_frequency=-1), ValueError, "not -1", "min_frequency must be from 0"),
    (lambda: Tokenizer().train("a", 300, max_token_length="4"), TypeError, "not str", "max_token_length must be an int"),
    (lambda: Tokenizer().train("a", 300, allowed_special="a"), TypeError, "not 'a'", '"all" or a collection of names'),
    (lambda: trained().extend("a", 300), ValueError, "not 300", "the number of tokens that are there"),
    (lambda: trained().extend(["a"], 900), TypeError, "not list", "text must be str"),
    (lambda: extended({"ab": 256, "abcd": 257}), ValueError, "b'abcd'", "there are no merges"),
    (lambda: extended({"ab": 257, "abc": 256}), ValueError, "b'abc'", "not made of two before it"),
    (
        lambda: extended_json([["b", "c"], ["a", "bc"], ["a", "b"], ["ab", "c"]]),
        ValueError,
        "b'abc'",
        "two merges",
    ),
    (lambda: extended_json([["a", "b"]], "cd"), ValueError, "b'cd'", "that no merge makes"),
    (lambda: extended_json([["b", "c"], ["a", "b"], ["ab", "c"]]), ValueError, "b'abc'", "does not make a token of its bytes"),
    (lambda: extended_json([["ab", "c"], ["a", "b"]]), ValueError, "b'abc'", "a token that is made later"),
    (lambda: extended_json([], without="!"), ValueError, "b'!'", "without a token for each byte"),
    (lambda: Tokenizer().train(5, 300), TypeError, "not int", "text must be str"),
    (lambda: Tokenizer().train(b"\xff", 300), InvalidDocumentError, "at byte 0", "is not valid UTF-8"),
    (lambda: Tokenizer().train_from_iterator("a", 300), TypeError, "not one str", "iterator must be an iterable of texts"),
    (lambda: Tokenizer().train_from_iterator(["a", None], 300), TypeError, "text 1", "a missing value: leave it out"),
    (lambda: Tokenizer().train_from_iterator(pa.array([1]), 300), TypeError, "not int64", "column must hold text"),
    (
        lambda: list(utf8.blocks(sources.of_reader(lambda n: None, "the file", Reading()).text("the file"))),
        BlockingIOError,
        "the file",
        "has nothing to read now",
    ),
    (lambda: of_bytes().encode(5), TypeError, "not int", "text must be str"),
    (lambda: of_bytes().encode_batch([], output="array"), ValueError, "not 'array'", "output must be 'lists' or 'flat'"),
    (lambda: of_bytes().count_batch("a b"), TypeError, "not one str", "texts must be an iterable of texts"),
    (lambda: of_bytes().encode_arrow(pa.array([1])), TypeError, "not int64", "column must hold text"),
    (lambda: of_bytes().encode_arrow(arrow_of(b"\xff")), InvalidDocumentError, "text 1", "is not valid UTF-8 at byte 0"),
    (lambda: trained().count_arrow(pa.array(["<|end|>"])), ValueError, "text 0: the text holds '<|end|>'", "allowed_special="),
    (without("pyarrow", lambda: of_bytes().count_arrow(5)), ImportError, "count_arrow", "pip install '.[arrow]'"),
    (lambda: of_bytes().encode_batch([], progress=5), TypeError, "int", "progress must be callable, a bool or None"),
    (lambda: of_bytes().decode_batch([], progress=5), TypeError, "int", "progress must be callable, a bool or None"),
    (lambda: of_bytes().encode_batch("a b"), TypeError, "not one str", "texts must be an iterable of texts"),
    (lambda: of_bytes().encode_batch(["a", 5]), TypeError, "text 1", "must be str"),
    (lambda: of_bytes().encode_batch(["a", b"\xff"]), InvalidDocumentError, "text 1", "is not valid UTF-8"),
    (lambda: trained().encode_batch(["<|end|>"]), ValueError, "text 0: the text holds '<|end|>'", "allowed_special="),
    (lambda: trained().encode("a<|end|>"), ValueError, "'<|end|>' at character 1", "disallowed_special=()"),
    (lambda: trained().encode_file(file("a<|end|>"), "out"), ValueError, "'<|end|>' at byte 1", "allowed_special="),
    (lambda: trained().encode_file(file(b"a\xff"), "out"), InvalidDocumentError, "at byte 1", "is not valid UTF-8"),
    (
        lambda: trained().encode_file(snapshot(), "out"),
        InvalidDocumentError,
        "'file' is a snapshot",
        "TextAnalyzer.load reads it",
    ),
    (lambda: trained().encode("a", allowed_special="a"), TypeError, "not 'a'", '"all" or a collection of names'),
    (
        lambda: trained().encode("a", allowed_special=pa.table({"a": ["b"]})),
        TypeError,
        "not Table",
        'give one column of it, as in df["text"]',
    ),
    (lambda: trained().encode("a", disallowed_special=[5]), TypeError, "not 5", "must hold names, which are str"),
    (lambda: trained().encode("a", disallowed_special=[""]), ValueError, "disallowed_special", "the empty text is none"),
    (lambda: of_bytes().decode(5), TypeError, "not int", "ids must be an iterable of int"),
    (lambda: of_bytes().decode(memoryview(b"abcd").cast("B", (2, 2))), TypeError, "2 dimensions", "an iterable of int"),
    (lambda: of_bytes().decode([65, "a"]), TypeError, "index 1", "must be an int, not str"),
    (lambda: of_bytes().decode([65, -1]), ValueError, "the id -1, at index 1", "does not exist"),
    (lambda: of_bytes().decode([HUGE]), ValueError, "an int of 16610 bits", "does not exist"),
    (lambda: of_bytes().decode([65, 300]), ValueError, "the id 300, at index 1", "does not exist"),
    (lambda: of_bytes().decode_batch([[65], [65, 300]]), ValueError, "list 1: the id 300, at index 1", "does not exist"),
    (lambda: of_bytes().decode_batch([[65], 5]), TypeError, "list 1: ", "ids must be an iterable of int, not int"),
    (lambda: Tokenizer().token_bytes(300), ValueError, "the id 300", "does not exist"),
    # Corpora
    (corpus(column=5), TypeError, "not int", "column must be str or None"),
    (corpus(format="bin"), ValueError, "'bin'", "format must be 'raw' or 'llmc'"),
    (corpus(shard_tokens=0), ValueError, "not 0", "shard_tokens must be from 1"),
    (corpus(shuffle_seed=-1), ValueError, "not -1", "shuffle_seed must be from 0"),
    (corpus(split=0.5), ValueError, "not 0.5", "two shares such as (0.99, 0.01)"),
    (corpus(split=(10**400, 1)), ValueError, "split must be two shares", "such as (0.99, 0.01)"),
    (corpus(split=(1, 1, "1")), ValueError, "not (1, 1, '1')", "two shares such as (0.99, 0.01)"),
    (corpus(split=(1e308, 1e308)), ValueError, "not (1e+308, 1e+308)", "two shares such as (0.99, 0.01)"),
    (corpus(split=(0, 0)), ValueError, "not (0, 0)", "one is above 0"),
    (corpus(eos="<|endoftext|>"), ValueError, "eos: there is no added token '<|endoftext|>'", "there are '<|end|>'; an id"),
    (corpus(bos=300), ValueError, "bos: the id 300 does not exist", "an id of the tokenizer, or a special token, is allowed"),
    (
        corpus(tokenizer=Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 70000}, "gpt4"), dtype="uint16"),
        ValueError,
        "ids up to 70000",
        'dtype="uint32" holds them',
    ),
    (
        corpus(tokenizer=Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 1 << 31}, "gpt4"), format="megatron"),
        ValueError,
        "ids up to 2147483648",
        'format="raw" holds them',
    ),
    (corpus("a b"), FileNotFoundError, "no file matches 'a b'", "texts in a list are given as iter(texts)"),
    (corpus(["a b"]), FileNotFoundError, "no file matches 'a b'", "texts in a list are given as iter(texts)"),
    (corpus("/dev/null"), ValueError, "'/dev/null' cannot be read again", "give files, not pipes or devices"),
    (corpus({"a": 1}), TypeError, "not dict", "sources must be paths, Arrow data or an iterable of texts"),
    (corpus(("a", 5)), TypeError, "document 1", "must be str, bytes or another buffer of bytes, not int"),
    (corpus(column="text"), ValueError, "column='text'", "is for files and tables"),
    (corpus(pa.table({"a": ["b"]}), column="text"), ValueError, "there is no column 'text'", "the columns are 'a'"),
    (corpus(lambda _: parquet_file(), column="text"), ValueError, "there is no column 'text'", "column= names one"),
    (corpus(lambda _: file("PAR1 and no more")), ValueError, "'file': pyarrow cannot read it", "Parquet"),
    (corpus(pa.array([b"a", b"\xff"])), InvalidDocumentError, "the column: text 1", "is not valid UTF-8 at byte 0"),
    (corpus(lambda _: file(b"a\xff")), InvalidDocumentError, "'file' is not valid UTF-8 at byte 1", "UTF-8"),
    (
        corpus(("<|end|>",), disallowed_special="all"),
        ValueError,
        "the texts: text 0: the text holds '<|end|>'",
        "allowed_special=",
    ),
    (lines_of_json('{"text": "a"}', "", "{"), ValueError, "line 3 is not JSON", "'corpus.jsonl'"),
    (lines_of_json('{"text": "a"}', "5"), ValueError, "line 2 must be a JSON object, not 5", "'corpus.jsonl'"),
    (lines_of_json('{"text": 5}'), ValueError, "line 1: the field 'text'", "must be text, not 5"),
    (lines_of_json('{"texts": "a"}'), ValueError, "no line has the field 'text'", "column= names another"),
    (without("pyarrow.parquet", corpus(format="parquet")), ImportError, 'format="parquet" needs pyarrow', "'.[arrow]'"),
    (
        corpus(before={"eos": 1}),
        ValueError,
        "of its options: its eos was 1, and is now None",
        "use that again, or a new folder",
    ),
    (corpus(lambda _: file("a"), before={}), ValueError, "'iterable' stood in the place of", "use a new folder"),
    (
        corpus(("x",) * 300, before=stop_corpus),
        ValueError,
        "documents are not those of the run",
        "give the same, or use a new folder",
    ),
    (
        corpus(("a" * 100, "b"), before=stop_and_cut_corpus),
        TextProcessorError,
        "is shorter than its manifest",
        "use a new folder",
    ),
    (
        corpus(before=lambda out: (out / "file").write_text("")),
        FileExistsError,
        "it has other files, such as 'file'",
        "of their own",
    ),
    (corpus(two_runs), TextProcessorError, "another run is writing to", "wait for its end, or use another folder"),
    (
        with_of(writing, "MOST_LLMC_IDS", 1, corpus(format="llmc")),
        ValueError,
        "counts up to 2147483647 ids in a file, not 2",
        "a smaller shard_tokens cuts earlier",
    ),
    (
        shards_with(lambda out: (out / "train_000000.bin").unlink()),
        ValueError,
        "train_000000.bin' is missing",
        "encode the corpus again",
    ),
    (
        shards_with(lambda out: (out / "manifest.json").write_text("{}")),
        ValueError,
        "manifest.json' is no manifest",
        "this version",
    ),
    (
        shards_with(of_a_later_version),
        ValueError,
        "manifest.json' is no manifest",
        "this version",
    ),
    (shards_with(stop_another), ValueError, "are not complete", "with the same arguments goes on"),
    (without("numpy", shards_with(lambda _: None)), ImportError, "read_shards needs numpy", "pip install '.[numpy]'"),
    (shards_command("--split", "1"), CommandError, "'1'", "is not two shares such as 0.99,0.01"),
    (shards_command("--shard-tokens", "-1"), CommandError, "'-1'", "is not a whole number of up to 18 digits"),
    (shards_command("--eos", "300"), CommandError, "the id 300 does not exist", "a special token, is allowed"),
    (shards_command("--format", "bin"), CommandError, "'bin'", "choose from"),
    (shards_command(source="none"), CommandError, "no file matches 'none'", "iter(texts)"),
    # Chunks and limits
    (lambda: of_bytes().chunks("a", 0), ValueError, "not 0", "size must be from 1 to"),
    (lambda: of_bytes().chunks("a", "9"), TypeError, "not str", "size must be an int"),
    (lambda: of_bytes().chunks("a", 9, overlap=9), ValueError, "9 and 9", "overlap must be less than size"),
    (lambda: of_bytes().chunks("a", 9, boundaries="word"), TypeError, "not 'word'", "boundaries must be a sequence of names"),
    (
        lambda: of_bytes().chunks("a", 9, boundaries=["page"]),
        ValueError,
        "not 'page'",
        "each of boundaries must be 'paragraph' or",
    ),
    (
        lambda: of_bytes().chunks("a", 9, boundaries=["word"] * 2),
        ValueError,
        "('word', 'word')",
        "must be different",
    ),
    (lambda: of_bytes().chunks("a😀", 3), ValueError, "'😀', at character 1 of the text, has 4 tokens", "no character is cut"),
    (lambda: of_bytes().chunks_batch(["a", "😀"], 3), ValueError, "text 1: the character '😀'", "more than size=3"),
    (
        lambda: of_bytes(special_tokens=["<s>"]).chunks("<s>😀", 3, allowed_special="all"),
        ValueError,
        "'😀', at character 3 of the text",
        "more than size=3",
    ),
    (lambda: of_bytes().chunks_arrow(pa.array(["a", "😀"]), 3), ValueError, "text 1: the character '😀'", "more than size=3"),
    (lambda: of_bytes(special_tokens=["<s>"]).chunks_batch(["a<s>"], 3), ValueError, "text 0: ", "which is disallowed"),
    (lambda: of_bytes().chunks_batch(["a", None], 3), TypeError, "text 1: ", "a missing value: leave it out"),
    (lambda: of_bytes().chunks_batch([b"\xff"], 3), InvalidDocumentError, "text 0: ", "is not valid UTF-8 at byte 0"),
    (lambda: of_bytes().chunks_batch("a", 3), TypeError, "not one str", "for a single text there is chunks"),
    (lambda: of_bytes().chunks_arrow(pa.array([1]), 3), TypeError, "not int64", "column must hold text"),
    (lambda: of_bytes().truncate("a", -1), ValueError, "not -1", "max_tokens must be from 0 to"),
    (lambda: of_bytes().truncate("a", 1, "middle"), ValueError, "not 'middle'", "side must be 'right' or 'left'"),
    (
        lambda: of_bytes(special_tokens=["<s>"]).truncate("a<s>", 9, "left"),
        ValueError,
        "'<s>' at character 1",
        "which is disallowed",
    ),
    (lambda: of_bytes().exceeds("a", 1.0), TypeError, "not float", "n must be an int"),
    (
        lambda: of_words_with_marks().encode("a", max_tokens=1, add_special_tokens=True),
        ValueError,
        "not 1",
        "max_tokens must be at least 2",
    ),
    (lambda: of_bytes().encode("a", max_tokens=-1), ValueError, "not -1", "max_tokens must be from 0 to"),
    # Under the names of other libraries
    (lambda: of_bytes().decode_bytes_batch([[65], [65, 300]]), KeyError, "list 1: the id 300, at index 1", "does not exist"),
    (lambda: of_bytes().decode_bytes_batch([[65], 5]), TypeError, "list 1: ", "ids must be an iterable of int, not int"),
    (lambda: of_bytes().encode_single_token("ab"), KeyError, "'ab'", "is no token"),
    (lambda: of_bytes().encode_single_token(5), TypeError, "not int", "text_or_bytes must be str or bytes"),
    (lambda: of_bytes().token_to_id(b"a"), TypeError, "not bytes", "token must be str"),
    (lambda: of_bytes().eot_token, KeyError, "'<|endoftext|>'", "special_tokens has those there are"),
    (lambda: Tokenizer.from_str(5), TypeError, "not int", "json must be str, the text of a tokenizer.json"),
    (lambda: Tokenizer.from_str("[]"), InvalidTokenizerError, "json: ", "begins with"),
    (lambda: Tokenizer.from_str(json_with_plain_token()).encode_with_unstable("a"), ValueError, "added tokens", "encode does"),
    (
        lambda: Tokenizer.from_mergeable_ranks(
            BYTES | {b" %d" % i: 1000 + i for i in range(10_000)}, "gpt4"
        ).encode_with_unstable(" " * 10_000),
        ValueError,
        "the last 10000 bytes of the text, b'  ",
        "encode returns the ids alone",
    ),
    (ranks({}, name=5), TypeError, "not int", "name must be str or None"),
    (lambda: of_bytes().ids, AttributeError, "'ids'", "encode returns a list of ids"),
    (lambda: Tokenizer.from_pretrained("gpt2"), AttributeError, "'from_pretrained'", "Tokenizer.load opens a file"),
    (lambda: of_bytes().nothing, AttributeError, "'nothing'", "has no attribute"),
    (lambda: text_processor.bpe.get_encoding("gpt2"), AttributeError, "'get_encoding'", "Tokenizer.load opens a file"),
    (lambda: text_processor.bpe.nothing, AttributeError, "'nothing'", "has no attribute"),
    (lambda: Tokenizer().__setstate__(5), InvalidTokenizerError, "not 5", "must be bytes and a dict"),
    # Vocabularies that are given
    (lambda: Tokenizer.from_mergeable_ranks([], "gpt4"), TypeError, "not list", "ranks must be a mapping of bytes to ids"),
    (ranks({"ab": 256}), TypeError, "'ab'", "must be bytes, not str"),
    (ranks({b"a" * 10**6: "x"}), TypeError, "(1000000 bytes)", "must be an int, not str"),
    (ranks({b"ab": -1}), ValueError, "not -1", f"from 0 to {MOST_ID}"),
    (ranks({b"ab": 97}), ValueError, "the token b'ab' with the id 97", "that of an earlier token"),
    (lambda: Tokenizer.from_mergeable_ranks({b"a": 0}, "gpt4"), ValueError, "b'\\x00' is missing", "byte"),
    (ranks({}, special_tokens={"x": 5}), ValueError, "'x' has the id 5", "which a token of the vocabulary has"),
    (lambda: trained_of_odd_ranks().merges, ValueError, "b'abc'", "not made of two before it"),
    (tiktoken_file(b"no token"), InvalidTokenizerError, "b'no token'", "not a token in base64, a blank and its id"),
    (tiktoken_file(b"x" * 10**6), InvalidTokenizerError, "(1000000 bytes)", "a token in base64"),
    (tiktoken_file(b"YQ== 1", b"YQ== 2"), InvalidTokenizerError, "line 2", "the token b'a' is there already"),
    (tiktoken_file(b"YQ== 1", b"Yg== 1"), InvalidTokenizerError, "the id 1", "that of an earlier token"),
    (tiktoken_file(b"YQ== 4294967295"), InvalidTokenizerError, "4294967295", f"above {MOST_ID}, the largest id"),
    (tiktoken_file(b"YQ== 1"), InvalidTokenizerError, "b'\\x00' is missing", "byte"),
    (
        without("tiktoken", trained().to_tiktoken),
        ImportError,
        "to_tiktoken",
        "pip install '.[tiktoken]'",
    ),
    (ranks({b"": 97}), ValueError, "the token b'' with the id 97", "that of an earlier token"),
    # Marks around a text, and offsets
    (marked({"type": "Other"}), ValueError, "post_processor: the type 'Other'", "is not known"),
    (marked({"type": "BertProcessing"}), ValueError, "KeyError('cls')", "not what tokenizers writes"),
    (marked(template("<s>")), ValueError, "it has the text 0 times", "only once is supported"),
    (marked(template("A", "B")), ValueError, "a second text, B", "the template for a single text"),
    (
        marked({"type": "Sequence", "processors": [template("<s>", "A", "<s>")] * 2}),
        ValueError,
        "not the 3 of the one before",
        "a template takes one or two sequences",
    ),
    (
        lambda: of_bytes().encode_with_offsets("a", unit="words"),
        ValueError,
        "not 'words'",
        "unit must be 'characters' or 'bytes'",
    ),
    (
        lambda: Tokenizer.from_mergeable_ranks(BYTES, "(?<=a)b").encode_with_offsets("ab"),
        ValueError,
        "leaves out some of it",
        "encode gives the ids alone",
    ),
    # Files of tokenizers
    (lambda: Tokenizer.load(file("x")), InvalidTokenizerError, "not b'x'", "begins with b'\\x89TPB"),
    (
        lambda: Tokenizer.load(file(gzip.compress(b"a"), "a.tiktoken")),
        InvalidTokenizerError,
        "gzip",
        "must be UTF-8, and not compressed",
    ),
    (lambda: Tokenizer.load(tokenizer_file(pattern=5)), InvalidTokenizerError, "not 5", "pattern must be a text"),
    (lambda: Tokenizer.load(tokenizer_file(has_merges=5)), InvalidTokenizerError, "not 5", "must be true or false"),
    (lambda: Tokenizer.load(tokenizer_file(special_tokens=5)), InvalidTokenizerError, "not 5", "must be an object"),
    (lambda: Tokenizer.load(tokenizer_file(flags=[])), InvalidTokenizerError, "not []", "flags must be an object"),
    (lambda: Tokenizer.load(tokenizer_file(prefix_space=5)), InvalidTokenizerError, "not 5", "must be true or false"),
    (lambda: Tokenizer.load(tokenizer_file(normalizer=["X"])), InvalidTokenizerError, "not 'X'", "a list of NFC, NFD"),
    (lambda: Tokenizer.load(tokenizer_file(flags={"x": []})), InvalidTokenizerError, "'x'", "must be among normalized, lstrip"),
    (lambda: Tokenizer.load(tokenizer_file(steps=[["a", "perl"]])), InvalidTokenizerError, "'perl'", "lists of a pattern"),
    (lambda: Tokenizer.load(tokenizer_file(post_processor={"type": "x"})), InvalidTokenizerError, "'x'", "post_processor"),
    (lambda: Tokenizer.load(tokenizer_file(not_special=["x"])), InvalidTokenizerError, "not ['x']", "names of special_tokens"),
    (
        lambda: Tokenizer.load(tokenizer_file(pattern="(a{1000}){100000}")),
        InvalidTokenizerError,
        "'(a{1000}){100000}'",
        "may have 4000 states once its repeats are written out",
    ),
    (
        lambda: Tokenizer.load(tokenizer_file(lambda sections: sections.__setitem__(3, sections[3] + b"x"))),
        InvalidTokenizerError,
        "lengths and ",
        "do not fit the tokens'",
    ),
    (
        lambda: Tokenizer.load(tokenizer_file(lambda sections: sections.__setitem__(4, bytes(8)))),
        InvalidTokenizerError,
        "there are 1 merges",
        "but has_merges is false",
    ),
    (
        lambda: Tokenizer.load(tokenizer_file(lambda sections: sections.__setitem__(4, bytes(8)), has_merges=True)),
        InvalidTokenizerError,
        "merge 0, of the ids [0, 0]",
        "the merge makes no token",
    ),
    (
        lambda: Tokenizer.load(
            tokenizer_file(lambda sections: sections.__setitem__(4, struct.pack("<2I", 97, 99_999)), has_merges=True)
        ),
        InvalidTokenizerError,
        "merge 0, of the ids [97, 99999]",
        "an id that does not exist",
    ),
    (
        lambda: Tokenizer.load(
            tokenizer_file(lambda sections: sections.__setitem__(4, struct.pack("<4I", 116, 104, 116, 104)), has_merges=True)
        ),
        InvalidTokenizerError,
        "merge 1, of the ids [116, 104]",
        "the pair was merged already",
    ),
    (
        lambda: Tokenizer.load(tokenizer_file(lambda sections: sections.__setitem__(3, b"b" + sections[3][1:]))),
        InvalidTokenizerError,
        "the token b'b' with the id 98",
        "equals an earlier one",
    ),
    # tokenizer.json
    (lambda: Tokenizer.from_huggingface(file(b"\xff")), InvalidTokenizerError, "at byte 0", "not UTF-8"),
    (lambda: Tokenizer.from_huggingface(file("[1,")), InvalidTokenizerError, "at byte 3", "no JSON"),
    (lambda: Tokenizer.from_huggingface(file("[" * 10**5)), InvalidTokenizerError, "file: it is", "nested too deeply"),
    (lambda: Tokenizer.from_huggingface(file('{"a": 1, "a": 2}')), InvalidTokenizerError, "'a'", "twice"),
    (lambda: Tokenizer.from_huggingface(file("[1e999]")), InvalidTokenizerError, "'1e999'", "is no number of 64 bits"),
    (lambda: Tokenizer.from_huggingface(file("[NaN]")), InvalidTokenizerError, "NaN", "is no number of JSON"),
    (lambda: Tokenizer.from_huggingface(file("[]")), InvalidTokenizerError, "not []", "the file: it must be an object"),
    (read_huggingface("more", value=1), InvalidTokenizerError, "what 'more' means", "only added_tokens, decoder"),
    (read_huggingface("version", value="2.0"), InvalidTokenizerError, "not '2.0'", 'only "1.0" can be represented'),
    (read_huggingface("version", value="x" * 10**6), InvalidTokenizerError, "(1000000 characters)", 'only "1.0"'),
    (
        read_huggingface("pre_tokenizer", value={"type": "Sequence", "pretokenizers": []}),
        InvalidTokenizerError,
        "pre_tokenizer: without ByteLevel",
        "that cannot be represented",
    ),
    (read_huggingface("pre_tokenizer", value=split_by({"Regex": 5})), InvalidTokenizerError, "not 5", "it must be a text"),
    (
        read_huggingface("pre_tokenizer", value=split_by({"Regex": "a"}, "Merged")),
        InvalidTokenizerError,
        "not 'Merged'",
        "behavior: it must be one of Removed, Isolated",
    ),
    (
        read_huggingface("pre_tokenizer", value=split_by({"Regex": "(?<=a)b"})),
        InvalidTokenizerError,
        "'(?<=' at character 0",
        "regex and Oniguruma, the engine of tokenizer.json, do not read alike",
    ),
    (read_huggingface("added_tokens", value=5), InvalidTokenizerError, "not 5", "added_tokens: it must be a list"),
    (added({"id": 300, "content": 5}), InvalidTokenizerError, "added_tokens[0].content", "must be a text, not 5"),
    (added({"id": 257, "content": "x"}, {"id": 258, "content": "x"}), InvalidTokenizerError, "[1].content: 'x'", "already"),
    (added({"id": -1, "content": "xx"}), InvalidTokenizerError, "not -1", f"a number from 0 to {MOST_ID}"),
    (added({"id": 300, "content": "xx"}), InvalidTokenizerError, "it is 300", "would get 257 there"),
    (added({"id": 300, "content": "ab"}), InvalidTokenizerError, "model.vocab['ab']: the id 256", "it has the id 300"),
    (read_huggingface("model", "vocab", value=5), InvalidTokenizerError, "not 5", "model.vocab: it must be an object"),
    (read_huggingface("model", "vocab", "a b", value=999), InvalidTokenizerError, "model.vocab['a b']", "that stand for bytes"),
    (read_huggingface("model", "merges", value=5), InvalidTokenizerError, "not 5", "model.merges: it must be a list"),
    (read_huggingface("model", "merges", 0, value="a"), InvalidTokenizerError, "'a'", "it is not two tokens"),
    (read_huggingface("model", "merges", 0, value="a c"), InvalidTokenizerError, "'ac'", "is not in the vocabulary"),
    (lambda: of_odd_json().to_tiktoken(), ValueError, "tiktoken cannot represent this tokenizer", "tiktoken's rule"),
    (
        lambda: Tokenizer(special_tokens=["a"]).save_huggingface("x.json"),
        ValueError,
        "'a'",
        "would be taken for a token of the vocabulary",
    ),
    (lambda: Tokenizer("(?<=a)b|.").save_huggingface("x.json"), ValueError, "'(?<=a)b|.'", "do not read alike"),
    (lambda: Tokenizer.load(tokenizer_file(steps=5)), InvalidTokenizerError, "not 5", "steps must be a list"),
    (lambda: Tokenizer.load(tokenizer_file(steps=[5])), InvalidTokenizerError, "not 5", "steps must be lists of a pattern"),
    (lambda: Tokenizer.load(tokenizer_file(normalizer=["x"])), InvalidTokenizerError, "not 'x'", "must be a list of NFC"),
    (lambda: Tokenizer.load(tokenizer_file(flags={"x": 5})), InvalidTokenizerError, "the added token 'x'", "among normalized"),
    (lambda: Tokenizer.load(tokenizer_file(post_processor={"type": "x"})), InvalidTokenizerError, "'x'", "only BertProcessing"),
    (read_huggingface("model", "merges", 0, value="a xyz"), InvalidTokenizerError, "'a xyz'", "not two tokens"),
    (lambda: of_spaces().save_huggingface("x.json"), ValueError, "a blank before a text", "GPT-2's pattern"),
    (read_huggingface("normalizer", value={"type": "Lowercase"}), InvalidTokenizerError, "'Lowercase'", "only NFC, NFD"),
    (
        read_huggingface("pre_tokenizer", value=None),
        InvalidTokenizerError,
        "pre_tokenizer: without one",
        "cannot be represented",
    ),
    (
        read_huggingface("pre_tokenizer", value={"type": "Metaspace"}),
        InvalidTokenizerError,
        "'Metaspace'",
        "only ByteLevel, Digits",
    ),
    (
        read_huggingface("pre_tokenizer", value=chain(BYTE_LEVEL, BYTE_LEVEL)),
        InvalidTokenizerError,
        "pre_tokenizer.pretokenizers[1]",
        "a second ByteLevel cannot be",
    ),
    (
        read_huggingface("pre_tokenizer", value=chain({"type": "Digits"}, BYTE_LEVEL | {"add_prefix_space": True})),
        InvalidTokenizerError,
        "pretokenizers[1].add_prefix_space: true",
        "puts a blank before each of its pieces",
    ),
    (read_huggingface("pre_tokenizer", value=BYTE_LEVEL | {"use_regex": 5}), InvalidTokenizerError, "not 5", "true or false"),
    (read_huggingface("pre_tokenizer", value=split_by({})), InvalidTokenizerError, "not []", "either Regex or String"),
    (
        read_huggingface("pre_tokenizer", value=split_by({"String": ""})),
        InvalidTokenizerError,
        "pattern.String",
        "an empty pattern",
    ),
    (
        read_huggingface("decoder", value={"type": "Sequence", "decoders": []}),
        InvalidTokenizerError,
        "not 0 decoders",
        "only one ByteLevel",
    ),
    (read_huggingface("decoder", value={"type": "Fuse"}), InvalidTokenizerError, "the type 'Fuse'", "only ByteLevel"),
    (
        read_huggingface("post_processor", value={"type": "x"}),
        InvalidTokenizerError,
        "post_processor: 'x'",
        "only BertProcessing",
    ),
    (
        read_huggingface("post_processor", value={"type": "BertProcessing", "sep": [1], "cls": ["a", 64]}),
        InvalidTokenizerError,
        "not [1]",
        "post_processor.sep: it must be a token and its id",
    ),
    (of_template(ids=[]), InvalidTokenizerError, "special_tokens['a']", "0 ids and 1 tokens do not fit"),
    (of_template(ids=[999]), InvalidTokenizerError, "ids[0]", "no token has the id 999"),
    (of_template(piece={}), InvalidTokenizerError, "not []", "either a SpecialToken or a Sequence"),
    (
        of_template(piece={"SpecialToken": {"id": "b", "type_id": 0}}),
        InvalidTokenizerError,
        "'b'",
        "none of the special_tokens",
    ),
    (
        of_template(piece={"Sequence": {"id": "C", "type_id": 0}}),
        InvalidTokenizerError,
        "not ['C']",
        "must have the sequences A",
    ),
    (read_huggingface("model", "vocab", value={}), InvalidTokenizerError, "model.vocab", "it is empty"),
    (read_huggingface("model", "end_of_word_suffix", value="</w>"), InvalidTokenizerError, "end_of_word_suffix", "CLIP's"),
    (added({"id": 257, "content": ""}), InvalidTokenizerError, "added_tokens", "cannot be empty"),
    (lacking_a_byte, InvalidTokenizerError, "model.unk_token: 'b'", "the byte b'a' is no token"),
    # Other forms
    (lambda: Tokenizer.load(5), TypeError, "not int", "a path, or the content of a file"),
    (lambda: Tokenizer.load(b"#version: 0.2"), FileNotFoundError, "#version", "No such file"),
    (
        lambda: Tokenizer.load(file("#version: 0.2")),
        InvalidTokenizerError,
        "merges without their vocabulary",
        "give the folder",
    ),
    (lambda: Tokenizer.load(file(b"\n\x0e<unk>")), InvalidTokenizerError, "SentencePiece", "characters, not bytes"),
    (lambda: Tokenizer.load(b"YQ== 0"), InvalidTokenizerError, "has no pattern", "pattern='cl100k' for Llama 3"),
    (lambda: Tokenizer.load('{"a": 1}'), InvalidTokenizerError, "a vocabulary without its merges", "give the folder"),
    (
        lambda: Tokenizer.load('{"model_type": "x"}'),
        InvalidTokenizerError,
        "the configuration of a tokenizer",
        "give the folder",
    ),
    (lambda: Tokenizer.load('{"model": {}}', pattern="x"), InvalidTokenizerError, "its own pattern", "pattern cannot be given"),
    (lambda: Tokenizer.load(folder()), InvalidTokenizerError, "no file of a tokenizer", "tokenizer.json, tekken.json"),
    (pair("{", ""), InvalidTokenizerError, "vocab.json", "no JSON"),
    (pair("{}", b"\xff"), InvalidTokenizerError, "merges.txt", "not UTF-8 at byte 0"),
    (pair('{"a": 0}', ""), InvalidTokenizerError, "vocab.json with merges has no pattern", "'gpt2' for GPT-2"),
    (pair('{"a": 0}', "a b c", pattern="gpt2"), InvalidTokenizerError, "'a b c'", "not two tokens of the vocabulary"),
    (pair('{"é☃": 0}', "", pattern="gpt2"), InvalidTokenizerError, "model.vocab['é☃']", "that stand for bytes"),
    (
        pair('{"a": 0}', "", '{"added_tokens_decoder": {"x": {}}}', pattern="gpt2"),
        InvalidTokenizerError,
        "added_tokens_decoder['x']",
        "must be an id",
    ),
    (
        pair('{"a": 0}', "", '{"added_tokens_decoder": {"5": {}}}', pattern="gpt2"),
        InvalidTokenizerError,
        "added_tokens_decoder[0].content",
        "must be a text",
    ),
    (
        pair('{"a": 0}', "", '{"tokenizer_class": "GPT2Tokenizer", "added_tokens_decoder": {"5": {"content": "x"}}}'),
        InvalidTokenizerError,
        "it is 5",
        "would get 1 there",
    ),
    (tekken(config={}), InvalidTokenizerError, "config.pattern", "it must be a text"),
    (tekken(size=1000), InvalidTokenizerError, "1000 tokens, 2 of them special", "do not fit a vocab of 256"),
    (
        tekken(special_tokens=[{"rank": 5, "token_str": "x"}]),
        InvalidTokenizerError,
        "1 of them",
        "do not fit the 2 special tokens",
    ),
    (
        tekken(special_tokens=[{"rank": i, "token_str": "x"} for i in range(2)]),
        InvalidTokenizerError,
        "special_tokens",
        "two of them have the same name",
    ),
    (
        tekken(vocab=[5] * 256, special_tokens=[NAMED]),
        InvalidTokenizerError,
        "vocab[0]",
        "not a token in base64 and its rank: 5",
    ),
    (
        tekken(vocab=[{"token_bytes": "YQ==", "rank": 0}] * 256, special_tokens=[NAMED]),
        InvalidTokenizerError,
        "the ranks must count from 0",
        "no token may be there twice",
    ),
    (lambda: trained().save_pretrained("new", eos_token=5), TypeError, "not int", "eos_token must be the name of a token"),
    (
        lambda: trained().save_pretrained("new", eos_token="x"),
        ValueError,
        "not 'x'",
        "eos_token must be one of the added tokens",
    ),
    (lambda: trained().save_pretrained("new", chat_template=5), TypeError, "not int", "chat_template must be str"),
    # Segments
    (lambda: segment.words(5), TypeError, "not int", "text must be str, bytes or another buffer of bytes, or an Arrow column"),
    (lambda: segment.words("a", "icu"), ValueError, "not 'icu'", "rules must be 'uax29' or 'uax29-all'"),
    (lambda: segment.sentences("a\ud800"), InvalidDocumentError, "at character 1, '\\ud800'", "which UTF-8 cannot hold"),
    (lambda: segment.graphemes(b"a\xff"), InvalidDocumentError, "at byte 1", "text is not valid UTF-8"),
    (lambda: segment.count_words(pa.array([1])), TypeError, "not int64", "column must hold text"),
    (
        lambda: segment.count_words(pa.array([b"a" * 2_000_000 + b"\xff"])),
        InvalidDocumentError,
        "at byte 2000000",
        "not valid UTF-8",
    ),
    # Numbers
    (lambda: numeric.parallel_sum(5), TypeError, "not int", "numbers must be numbers, in a buffer or an iterable"),
    (lambda: numeric.parallel_sum("12"), TypeError, "not one str", "numbers must be numbers"),
    (lambda: numeric.parallel_sum([1, "2"]), TypeError, "numbers[1]", "an int or a float, not str"),
    (lambda: numeric.parallel_sum(np.array(["x"])), TypeError, "dtype('<U1')", "ints of up to 64 bits"),
    (lambda: numeric.parallel_sum(np.ma.array([1])), TypeError, "must not be a masked array", "filled"),
    (lambda: numeric.parallel_sum(np.array(5)), TypeError, "not a single one", "numbers must be numbers"),
    (lambda: numeric.parallel_sum(memoryview(b"ab").cast("c")), TypeError, "format 'c'", "ints of up to 64 bits"),
    (lambda: numeric.parallel_sum(pa.array(["x"])), TypeError, "an Arrow array of string", "must be ints, float32 or float64"),
    (lambda: numeric.parallel_sum(pa.array([1, None])), ValueError, "1 of the Arrow array are null", "must be numbers"),
    (
        without("pyarrow", lambda: numeric.parallel_sum(FromArrow())),
        ImportError,
        "numbers from Arrow",
        "pip install '.[arrow]'",
    ),
    (
        within(limited_memory, lambda: whole_lines(file("a" * (1 << 21)))),
        MemoryError,
        "no memory: 1310720 bytes of text were to be kept",
        "the limit is 1048576 (set_memory_limit)",
    ),
    (
        lambda: Tokenizer.load(Path(file(b"\x1f\x8b\x08" + bytes(9)))),
        InvalidTokenizerError,
        "file: it looks like gzip data",
        "must be UTF-8, and not compressed",
    ),
    (lambda: numeric.process_numbers([1], "2"), TypeError, "not str", "threshold must be an int or a float"),
    (lambda: numeric.process_numbers([1e308], 0), OverflowError, "numbers[0] is 1e+308", "too large for a float"),
    (
        lambda: numeric.process_numbers(array("b", [1, 100]), 0),
        OverflowError,
        "numbers[1] is 100",
        "no place in int8",
    ),
    (lambda: numeric.array_multiply([1, 2**64], [1, 1]), OverflowError, "a[1]", "no place in 64 bits: 18446744073709551616"),
    (lambda: numeric.array_multiply([1, HUGE], [1, 1]), OverflowError, "an int of 16610 bits", "no place in 64 bits"),
    (
        lambda: numeric.matrix_multiply(np.empty((2**40, 0)), np.empty((0, 2**40))),
        MemoryError,
        "(1099511627776, 1099511627776)",
        "larger than memory can be",
    ),
    (lambda: numeric.array_multiply([1, 2], [1]), ValueError, "(2,) and (1,)", "must have the same shape"),
    (
        lambda: numeric.array_multiply(array("b", [100]), array("b", [100])),
        OverflowError,
        "a[0] is 100 and b[0] is 100",
        "no place in int8",
    ),
    (lambda: numeric.array_multiply([-1], [2**63]), OverflowError, "b[0] is 9223372036854775808", "no place in int64"),
    (lambda: numeric.array_multiply([-1, 2**63], [1, 1]), OverflowError, "as at [0]", "the largest int64"),
    (lambda: numeric.array_multiply([[1], 2], [[1], [2]]), TypeError, "a[1]", "must be a list of numbers, as a[0] is, not int"),
    (lambda: numeric.array_multiply([[1], [2, 3]], [[1], [2]]), ValueError, "a[1] has 2 numbers", "a[0] has 1"),
    (lambda: numeric.matrix_multiply([1], [[1]]), ValueError, "(1,) and (1, 1)", "must have two dimensions"),
    (lambda: numeric.matrix_multiply([[1, 2]], [[1, 2]]), ValueError, "(1, 2)", "as many rows as a has columns"),
    (lambda: numeric.matrix_multiply([[2**53 + 1]], [[1]]), ValueError, "a[0, 0] is 9007199254740993", "float64 first"),
    (lambda: numeric.matrix_multiply([[HUGE]], [[1.0]]), OverflowError, "a[0][0]", "no place in 64 bits"),
    (lambda: numeric.compute_stats([]), ValueError, "empty", "numbers must not be"),
    (lambda: numeric.DataProcessor("2"), TypeError, "not str", "chunk_size must be an int"),
    (lambda: numeric.DataProcessor(0), ValueError, "not 0", "chunk_size must be at least 1"),
    (lambda: numeric.MovingAverage(2.0), TypeError, "not float", "window_size must be an int"),
    (lambda: numeric.MovingAverage(0), ValueError, "not 0", "window_size must be at least 1"),
    (lambda: numeric.RingBuffer(HUGE), MemoryError, "an int of 16610 bits", "more than memory can be"),
    (lambda: numeric.RingBuffer(2**62), MemoryError, "18446744073709551615 bytes", "were asked for"),
    (lambda: numeric.RingBuffer(4).extend([1.0, HUGE]), OverflowError, "[1]", "too large for a float"),
    (lambda: numeric.monte_carlo_pi("5"), TypeError, "not str", "samples must be an int"),
    (lambda: numeric.monte_carlo_pi(0), ValueError, "not 0", "samples must be from 1 to"),
    (lambda: numeric.monte_carlo_pi(5, seed="x"), TypeError, "not str", "seed must be an int or None"),
    (lambda: numeric.sieve_of_eratosthenes("5"), TypeError, "not str", "n must be an int"),
    (lambda: numeric.sieve_of_eratosthenes(2**32), ValueError, "not 4294967296", "n must be at most 4294967295"),
    (
        lambda: with_replaced(numeric._arrays, "_open", lambda *_: (memoryview(b"12"), "array", (3,), "uint8"), stats_of_one),
        ValueError,
        "has 2 bytes",
        "of shape (3,) and type uint8",
    ),
    # VADER
    (lambda: Vader(rules="vader"), ValueError, "not 'vader'", "rules must be 'vaderSentiment' or 'nltk'"),
    (lambda: Vader(file("good 1.9\n")), ValueError, "line 1", "a tab must follow 'good 1.9'"),
    (lambda: Vader(lexicon=file("a\t1\nb\tx\n")), ValueError, "line 2: the value of 'b' is 'x'", "no number"),
    (lambda: Vader(lexicon=[]), TypeError, "not list", "lexicon must be a mapping of words to values or the path of a file"),
    (lambda: Vader(lexicon={"a": "x"}).scores([]), TypeError, "'a' in the lexicon", "must be a number, not 'x'"),
    (lambda: Vader(lexicon={"a": 1e999}).scores([]), ValueError, "'a' in the lexicon", "must be finite, not inf"),
    (lambda: Vader(lexicon={"a": HUGE}).scores([]), ValueError, "'a' in the lexicon", "too large for a float"),
    (lambda: Vader(lexicon={"a  b": 1}).scores([]), ValueError, "phrases: 'a  b'", "one blank between each two"),
    (lambda: Vader(boosters={"Very": 1}), ValueError, "boosters: 'Very'", "must be in lower case"),
    (lambda: Vader(boosters=["very"]), TypeError, "not list", "boosters must be a mapping of words to numbers"),
    (lambda: Vader(idioms={"a b": math.nan}), ValueError, "idioms: the value of 'a b'", "must be a finite number, not nan"),
    (lambda: Vader(negations="not"), TypeError, "not 'not'", "negations must be an iterable of words"),
    (lambda: Vader(negations=[5]), TypeError, "not 5", "negations must be str"),
    (lambda: Vader(negations=["not at"]), ValueError, "negations: 'not at'", "must be a single word"),
    (lambda: Vader(words=["but"]), TypeError, "not list", "words must be a mapping of roles to words"),
    (lambda: Vader(words={"and": []}), ValueError, "there is no role 'and'", "the roles are 'no'"),
    (lambda: setattr(Vader(), "lexicon", []), TypeError, "not []", "lexicon must be a dict"),
    (lambda: with_emoji("x", 5).scores([]), TypeError, "the description of 'x' in emojis", "must be str, not 5"),
    (lambda: Vader().polarity_scores(5), TypeError, "not int", "text must be str or bytes"),
    (lambda: Vader().polarity_scores(b"\xff"), InvalidDocumentError, "byte 0", "text is not valid UTF-8"),
    (lambda: Vader().scores("good"), TypeError, "not one str", "polarity_scores scores one text"),
    (lambda: Vader().scores([5]), TypeError, "text 0", "must be str, bytes or another buffer of bytes, not int"),
    (without("numpy", lambda: Vader().scores([])), ImportError, "scores needs numpy", "pip install"),
    (lambda: TextAnalyzer(sentiment="nltk"), ValueError, "not 'nltk'", "sentiment must be 'vader'"),
    (lambda: TextAnalyzer(sentiment="vader", lexicon={}), ValueError, "has its own lexicon", 'sentiment="vader"'),
    (lambda: TextAnalyzer(sentiment="vader", keep_documents=False), ValueError, "keep_documents=True", "needs the documents"),
    (lambda: TextAnalyzer(sentiment="vader").save("file"), TextProcessorError, "what is saved has no documents", "a pickle"),
    (lambda: TextAnalyzer(sentiment="vader").to_bytes(), TextProcessorError, "what is saved has no documents", "a pickle"),
    (lambda: TextAnalyzer(sentiment="vader").analyze_sentiment(), EmptyAnalyzerError, "empty analyzer", "sentiment"),
    (
        lambda: command("sentiment", "--column", "c", file("a,b\n1,2\n")),
        CommandError,
        "'c'",
        "column",
    ),
    (
        lambda: command("sentiment", "--column", "a", table_of_numbers()),
        CommandError,
        "int64",
        "--column a must be text",
    ),
    # Reports
    (lambda: report.keyness({1: 1}, {"a": 1}), TypeError, "not int", "the words of target must be str"),
    (
        lambda: report.keyness({"a": 1}, {"b": -1}),
        ValueError,
        "not -1",
        "the count of 'b' in reference must be from 0 to",
    ),
    (lambda: report.keyness({"a": 1.0}, {"b": 1}), TypeError, "not float", "the count of 'a' in target must be an int"),
    (lambda: report.keyness({"a": 1}, ["a"]), TypeError, "not list", "reference must be a TextAnalyzer or a mapping"),
    (lambda: report.keyness({"a": 1}, {}), ValueError, "reference has no words", "nothing can be compared"),
    (lambda: report.keyness({"a": 1}, {"a": 1}, cells=3), ValueError, "not 3", "cells must be 2 or 4"),
    (lambda: report.keyness({"a": 1}, {"a": 1}, min_count=0), ValueError, "not 0", "min_count must be from 1 to"),
    (lambda: report.dispersion([{"a": 1}], "a"), TypeError, "not one str", "[word] is a list of one"),
    (lambda: report.dispersion([{"a": 1}], 5), TypeError, "not int", "words must be an iterable of words"),
    (lambda: report.dispersion({"a": 1}, ["a"]), TypeError, "not dict", "parts must be an iterable of analyzers or mappings"),
    (lambda: report.dispersion([{"a": 1}, {}], ["a"]), ValueError, "not 1", "parts must be at least two with words"),
    (lambda: report.dispersion([{"a": 1}, {"a": 1}], [1]), TypeError, "not int", "a word must be str"),
    (lambda: report.kwic({"a": 1}, "a"), TypeError, "not dict", "analyzer must be a TextAnalyzer"),
    (lambda: report.kwic(TextAnalyzer(), 5), TypeError, "not int", "word must be str"),
    (lambda: report.page({"a": 1}), TypeError, "not dict", "analyzer must be a TextAnalyzer"),
    (lambda: report.page(TextAnalyzer()), EmptyAnalyzerError, "analyzer", "has no words"),
    (
        lambda: report.page(analyzer("a"), versus=analyzer("b", words="uax29")),
        ValueError,
        "words='uax29'",
        "the same options for words",
    ),
    (lambda: report.page(analyzer("a"), versus_files=[]), ValueError, "versus_files", "versus, which is not given"),
    (lambda: report.page(analyzer("a"), names=["a", "b"]), ValueError, "not 2", "names must be 1, one for each corpus"),
    (lambda: report.page(analyzer("a"), names=[5]), TypeError, "not [5]", "names must be of str"),
    (lambda: report.page(analyzer("a"), names=5), TypeError, "not int", "names must be a sequence of str"),
    (lambda: report.page(analyzer("a"), title=5), TypeError, "not int", "title must be str or None"),
    (lambda: report.page(analyzer("a"), files=5), TypeError, "not int", "files must be an iterable of paths"),
    (lambda: report.page(analyzer("a"), files="a.txt"), TypeError, "not one", "files must be an iterable of paths"),
    (lambda: report.page(analyzer("a"), files=[file("a b")]), ValueError, "have 2 words", "give the files that were counted"),
    (lambda: report.page(analyzer("a"), files=["/dev/null"]), ValueError, "'/dev/null'", "give files, not pipes or devices"),
    (without("jinja2", lambda: report.page(analyzer("a"))), ImportError, "report needs jinja2", "pip install"),
    (without("vl_convert", lambda: report.page(analyzer("a"))), ImportError, "report needs vl-convert-python", "pip install"),
    (lambda: command("report", file("a"), "-"), CommandError, "standard input", "name files"),
    (lambda: command("report", file("a"), "--ngram-bytes", "0"), CommandError, "0 counts nothing", "such as 500M, or all"),
    (lambda: command("report", file(" ")), CommandError, "there are no words", "file"),
    (lambda: command("report", file("a"), "-o", "no/such/folder"), CommandError, "no/such/folder", "No such file"),
    (without("jinja2", lambda: command("report", file("a"))), CommandError, "report needs jinja2", "pip install"),
    (
        lambda: with_replaced(_report, "_counted", lambda *_: analyzer("a"), lambda: command("report", file("a b"))),
        CommandError,
        "have 2 words",
        "give the files that were counted",
    ),
    # Commands
    (lambda: command("count", file("a"), has_output=False), CommandError, "Bad file descriptor", "text-processor"),
    (lambda: command("bpe", "encode", "-m", model(), file("a"), has_output=False), CommandError, "Bad file descriptor", ""),
    (
        lambda: with_replaced(sys, "__stdin__", None, lambda: command("count", "-")),
        CommandError,
        "standard input: Bad file descriptor",
        "text-processor",
    ),
    (
        lambda: with_replaced(sys, "__stdin__", None, lambda: command("bpe", "decode", "-m", model(), "-")),
        CommandError,
        "standard input: Bad file descriptor",
        "text-processor",
    ),
    (lambda: command("count", "--threads", "0", file("a")), CommandError, "'0'", "is not a number from 1 to"),
    (lambda: command("count", "--top", "x", file("a")), CommandError, "'x'", "is not a number of words"),
    (lambda: command("count", "--words", "(", file("a")), CommandError, "'('", "'sklearn' or a regular expression"),
    (lambda: command("count", "--ngrams", "x", file("a")), CommandError, "'x'", "a number such as 2 or a range such as 1-3"),
    (lambda: command("count", "--min-count", "0", file("a")), CommandError, "'0'", "is not a number from 1 to"),
    (lambda: command("count", "--sample", "2", file("a")), CommandError, "'2'", "is not a share such as 0.01 or 1%"),
    (
        lambda: command("count", "--column", "c", file("a,b\n", "a.csv")),
        CommandError,
        "no column 'c'",
        "the columns are 'a', 'b'",
    ),
    (lambda: command("count", "--column", "c", parquet_file()), CommandError, "no column 'c'", "the columns are 'n'"),
    (lambda: command("count", "--column", "n", parquet_file()), CommandError, "not int64", "column must hold text"),
    (lambda: command("count", "--field", "c", file('{"a": 1}\n')), CommandError, "field 'c'", "a.b is the field b"),
    (
        without("pyarrow", lambda: command("count", "--field", "c", file("{}"))),
        CommandError,
        "--field needs pyarrow",
        "pip install",
    ),
    (
        without("pyarrow", lambda: command("count", "--format", "parquet", file("a"))),
        CommandError,
        "--format parquet needs pyarrow",
        "pip install",
    ),
    (to_a_terminal, CommandError, "--format parquet", "redirect standard output"),
    (lambda: command("count", "missing"), CommandError, "missing: ", "No such file or directory"),
    (lambda: command("count", "a\0b"), CommandError, "a\\x00b: ", "embedded null byte"),
    (
        lambda: command("count", file(b"a\xff")),
        CommandError,
        "file: not UTF-8: invalid start byte at byte 1",
        "--errors replace",
    ),
    (lambda: command("count", "missing", "none"), CommandError, "missing: No such file", "--skip-errors leaves such files out"),
    (
        lambda: command("bpe", "train", "--vocab-size", "300", "missing", "-o", "m", "--skip-errors"),
        CommandError,
        "missing: No such file",
        "no file is left",
    ),
    (
        lambda: with_replaced(tempfile, "SpooledTemporaryFile", FullDisk, lambda: encode_skipping("a")),
        CommandError,
        "a: No space left",
        "in a temporary file",
    ),
    (lambda: command("count", "--load", file("x")), CommandError, "not b'x'", "begins with"),
    (lambda: command("count", file("x", "x.gz")), CommandError, "x.gz: damaged gzip data", "begins with b'x'"),
    (lambda: command("count", "--encoding", "x", file("a")), CommandError, "'x'", "is no text encoding"),
    (lambda: command("count", "--max-memory", "x", file("a")), CommandError, "'x'", "not a size such as 500M or 2G"),
    (
        lambda: command("count", "--max-memory", "1", file("a")),
        CommandError,
        "not enough memory",
        "within --max-memory, 1 bytes",
    ),
    (lambda: command("count", file("x", "x.zst")), CommandError, "x.zst: damaged zstd data", "begins with b'x'"),
    (lambda: command("bpe", "count", "-m", model(), "--tree", ".", "--top", "0"), CommandError, "'0'", "a number from 1 on"),
    (lambda: command("bpe", "count", "-m", model(), "--tree", "none"), CommandError, "none: ", "No such file"),
    (without("shtab", lambda: command("completion", "zsh")), CommandError, "completion needs shtab", "pip install '.[cli]'"),
    (
        without("pathspec", lambda: command("bpe", "count", "-m", model(), "--tree", ".")),
        CommandError,
        "--tree needs pathspec",
        "or give --all",
    ),
    (lambda: command("bpe", "train", "--vocab-size", "5", file("a"), "-o", "m"), CommandError, "'5'", "a number from 256 on"),
    (lambda: extending("--max-token-length", "0"), CommandError, "'0'", "a number from 1 on"),
    (lambda: extending("--special", "<s>"), CommandError, "--special", "the tokenizer has its special tokens"),
    (lambda: command("bpe", "train", "--vocab-size", "300", file("a"), "-o", "."), CommandError, ".: ", "Is a directory"),
    (lambda: command("bpe", "train", "--vocab-size", "300", file("a"), "-o", "no/m"), CommandError, "no/m: ", "No such file"),
    (lambda: command("bpe", "count", "-m", file("x"), "x"), CommandError, "not b'x'", "begins with"),
    (lambda: command("bpe", "decode", "-m", model(), file("1 x")), CommandError, "'x'", "a number of up to 10 digits"),
    (lambda: command("bpe", "decode", "-m", model(), file("1" * 20)), CommandError, "'1111", "a number of up to 10 digits"),
    (
        lambda: command("bpe", "decode", "--binary", "-m", model(), file("123")),
        CommandError,
        "with 3",
        "of the 4 bytes of an id",
    ),
    (
        within(nothing_to_read_yet, lambda: command("bpe", "decode", "-m", model(), "-")),
        CommandError,
        "standard input: ",
        "Resource temporarily unavailable",
    ),
    # Clusters, as far as no engine is needed
    (lambda: _parts.checked("list", None, 1, 0), ValueError, "not 'list'", "result must be 'analyzer' or 'table'"),
    (lambda: _parts.checked("table", "term", 1, 0), ValueError, "not 'term'", "order must be None"),
    (lambda: _parts.checked("table", None, 0, 0), ValueError, "not 0", "n_parts must be from 1 to 65536"),
    (lambda: _parts.checked("analyzer", "size", 1, 0), ValueError, "not 'size'", "'seen' or 'count' or 'term'"),
    (lambda: _parts.paths(["a", "no*where"]), FileNotFoundError, "'no*where'", "no file matches"),
    (without("fsspec", lambda: _parts.paths("memory://*")), ImportError, "a URL needs fsspec", "pip install '.[dask]'"),
    (lambda: _parts.count(file(b"a\xff", "bad"), TEXT), PartError, "bad: Document 0", "not valid UTF-8"),
    (
        lambda: _parts.count(parquet_file(), _parts.work_of("texts", {})),
        PartError,
        ": there is no column 'texts'",
        "the columns are ",
    ),
    (lambda: _parts.count({"a": 1}, TEXT), PartError, "a partition of the type dict: ", "must be an iterable of documents"),
    (without("dask", lambda: dask._dask()), ImportError, "text_processor.cluster.dask needs dask", "pip install '.[dask]'"),
    (lambda: dask._parts_of(5, None), TypeError, "not int", "paths, globs, a dask.bag.Bag or a dask.dataframe"),
    (without("ray", lambda: ray._ray()), ImportError, "text_processor.cluster.ray needs ray", "pip install '.[ray]'"),
    (lambda: ray._parts_of(5, None), TypeError, "not int", "paths, globs or a ray.data.Dataset"),
    (lambda: ray._parts_of(LikeDataset(), None), TypeError, "ray.data.Dataset", "column must be given"),
    (
        without("pyspark.sql", lambda: spark._session(None)),
        ImportError,
        "cluster.spark needs pyspark",
        "pip install '.[spark]'",
    ),
    (lambda: spark._mapped_frame(5, None, bytes), TypeError, "not int", "paths, globs or a pyspark.sql.DataFrame"),
    (lambda: spark._mapped_frame(LikeDataset(), None, bytes), TypeError, "DataFrame", "column must be given"),
    (lambda: _parts.count(out_of_memory(), TEXT), MemoryError, "of the type generator: not enough", "more parts"),
    (lambda: _columns.check_new(("ids",), ["text", "ids"]), ValueError, "a column 'ids' already", "drop it"),
    (lambda: _engine.fit_vectorizer(None, "a", None, clients=1), TypeError, "no option clients", "it has column"),
    (without("sklearn", lambda: _vocabularies._sklearn("")), ImportError, "needs scikit-learn", "pip install '.[sklearn]'"),
    (lambda: _vocabularies.ours("count"), TypeError, "not 'count'", "one of CountVectorizer, TfidfVectorizer"),
    (lambda: fit_here(["a"], stop_words=["a"]), ValueError, "empty vocabulary", "perhaps the documents only contain"),
    (lambda: fit_here(["aa"], min_df=2), ValueError, "max_df corresponds to < documents than min_df", ""),
    (lambda: fit_here(["aa", "bb"], min_df=2), ValueError, "no terms remain", "Try a lower min_df or a higher max_df"),
    (
        without("distributed", lambda: command("count", "--engine", "dask", file("a"))),
        CommandError,
        "--engine dask needs distributed",
        "pip install '.[dask]'",
    ),
]


def with_replaced(owner: Any, name: str, value: Any, act: Callable[[], object]) -> None:
    with replaced(owner, name, value):
        act()


def within(nbytes: int, act: Callable[[], object]) -> None:
    set_memory_limit(nbytes)
    try:
        act()
    finally:
        set_memory_limit(None)


class FullDisk(io.BytesIO):
    """A temporary file for which there is no room."""

    def __init__(self, size: int) -> None:
        super().__init__()

    def write(self, piece: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def encode_skipping(name: str) -> None:
    command("bpe", "encode", "-m", model(), file("text", name), "--skip-errors")


def stats_of_one() -> None:
    numeric.compute_stats([1])


class FromArrow:
    def __arrow_c_array__(self, schema: object = None) -> object:
        raise NotImplementedError


def model() -> str:
    Tokenizer().save("model")
    return "model"


def trained_of_odd_ranks() -> Tokenizer:
    return Tokenizer.from_mergeable_ranks(BYTES | {b"abc": 300}, "gpt4")


def of_odd_json() -> Tokenizer:
    whole = minimal_file()
    whole["model"] |= {"vocab": whole["model"]["vocab"] | {"abc": 257, "bc": 258}, "merges": ["b c", "a bc", "a b"]}
    return Tokenizer.from_huggingface(file(json.dumps(whole), "tokenizer.json"))


# ---- What they say -----------------------------------------------------------------------------------------------------

SOURCES = sorted(PACKAGE.rglob("*.py"))


class Watch:
    """Notes which lines of the package raise, and all messages, of errors too that are caught again."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self.messages: set[str] = set()

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _called(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        return self._traced if frame.f_code.co_filename.startswith(str(PACKAGE)) else None

    def _traced(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if event == "exception":
            self.lines.add((frame.f_code.co_filename, frame.f_lineno))
            self.messages.add(str(argument[1]))
        return self._traced

    def note(self, error: BaseException | None) -> None:
        """Note where an error and what it comes from were raised: tracing ends where the stack does."""
        while error is not None:
            self.lines.update((frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__))
            self.messages.add(str(error))
            error = error.__context__


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="module")
def errors(watch: Watch, tmp_path_factory: pytest.TempPathFactory) -> list[BaseException | None]:
    """What each case raises."""
    raised: list[BaseException | None] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("cases"))
        for act, *_ in CASES:
            with contextlib.suppress(Exception, SystemExit):
                act()  # for the tracer of coverage, whose place the watch takes
            try:
                with watch:
                    act()
                raised.append(None)
            except (Exception, SystemExit) as error:
                watch.note(error)
                raised.append(error)
    return raised


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{i}: {case[2]}"[:40] for i, case in enumerate(CASES)])
def test_message_names_what_was_wrong_and_what_is_allowed(number: int, errors: list[BaseException | None]) -> None:
    _, kind, named, allowed = CASES[number]
    error = errors[number]
    assert isinstance(error, kind)
    assert named in str(error)
    assert allowed in str(error)
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("act", "error", "cause"),
    [
        (lambda: Tokenizer("[b-a]"), ValueError, regex.error),
        (lambda: TextAnalyzer(lexicon={"two words": 1.0}), ValueError, native_status.InvalidArgumentError),
        (lambda: TextAnalyzer().add_buffer(5), TypeError, TypeError),
        (lambda: TextAnalyzer().add_buffer(b"a\xff"), InvalidDocumentError, UnicodeDecodeError),
        (lambda: of_bytes().encode_batch(["a", b"\xff"]), InvalidDocumentError, InvalidDocumentError),
        (lambda: of_bytes().decode(["a"]), TypeError, TypeError),
        (lambda: of_bytes().decode_batch([["a"]]), TypeError, TypeError),
        (lambda: of_bytes().decode_batch([[300]]), ValueError, ValueError),
        (lambda: numeric.array_multiply(array("b", [100]), array("b", [100])), OverflowError, native_status.TooLargeError),
        (lambda: numeric.matrix_multiply([[2**53 + 1]], [[1]]), ValueError, native_status.InvalidArgumentError),
        (lambda: TextAnalyzer().__setstate__((damaged_state(), {})), InvalidSnapshotError, json.JSONDecodeError),
    ],
)
def test_what_comes_from_another_error_keeps_it(
    act: Callable[[], object], error: type[Exception], cause: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        act()
    assert isinstance(caught.value.__cause__, cause)


def damaged_state() -> bytes:
    return sealed(b"\x89TPA\r\n\x1a\n", [b"no JSON", b"", b""])


# ---- All of them are here ------------------------------------------------------------------------------------------------

# What no case can reach, and why.
NOT_REACHED = {
    "raise AssertionError('an exact sum is always known')": "it is",
    "raise error.cause from error": "it takes a worker of Ray: test_cluster_ray.py has it",
}


def is_raised_again(node: ast.Raise) -> bool:
    """Whether it is an error that was made somewhere else, or one of ours that says nothing."""
    return node.exc is None or isinstance(node.exc, ast.Name)


def test_every_raise_has_a_case(errors: list[BaseException | None], watch: Watch) -> None:
    missing = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Raise) or is_raised_again(node):
                continue
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            is_reached = any((str(path), line) in watch.lines for line in lines)
            if is_reached == (ast.unparse(node) in NOT_REACHED):
                missing.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")
    assert missing == []


def test_every_raise_in_a_handler_says_where_it_comes_from() -> None:
    silent = []
    for path in SOURCES:
        for handler in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(handler, ast.ExceptHandler):
                silent += [
                    f"{path.name}:{node.lineno}: {ast.unparse(node)}"
                    for node in ast.walk(handler)
                    if isinstance(node, ast.Raise) and not is_raised_again(node)
                    if node.cause is None or isinstance(node.cause, ast.Constant)
                ]
    assert silent == []


# Messages of the core that are for those alone who call it from C.
OF_C_ALONE = {
    "what the package gives is always right": {
        "an id has two bytes or four",
        "the ends of documents must ascend within the ids",
        "a corpus cannot be appended to itself",
        "a field has at least one name",
        "the ends of names must ascend within them",
        "there must be room for the whole text, and for a row",
        "a term must be new and have a character",
        "hashed columns have no terms",
        "only others' terms can be appended, where terms are not fixed",
        "there are no such values, norm or threads",
        "there are no such terms or threads",
        "there are not so many threads",
        "a weighted value is not finite",
        "the sort was stopped",
        "adding documents was stopped",
        "reading a snapshot was stopped",
        "reading rows was stopped",
        "there is no such boundary",
        "a boundary is repeated",
        "a chunk must be larger than the overlap",
        "there must be a term",
        "a corpus cannot be one of its own parts",
        "a part without documents cannot continue one",
        "pieces cannot be merged with themselves",
        "the part is not empty",
        "a name must not be empty, and the ends must ascend within the text",
        "floats are no integers",
        "floats cannot be of that type",
        "indices need a dictionary of texts, and nothing else has one",
        "ints cannot be of that type",
        "the ends must ascend within the text",
        "the ends of documents must ascend within the text",
        "the ends of pieces must ascend within the text",
        "the ends of texts must ascend within the text",
        "the ends of tokens must ascend within the text",
        "the code points of emoji must ascend",
        "the ends of descriptions must ascend within the text",
        "the ends of words must ascend within the text",
        "the value of the word is not finite",
        "there is no such dialect, or no such way to sum",
        "the corpus has a part of a document to continue",
        "the last document has not been closed",
        "the last document must end with the text",
        "the layout has no offsets",
        "the memory hook can only be set while nothing is allocated",
        "a merge uses a token that no merge before it makes",
        "the merge takes an id that does not exist yet",
        "the name equals an earlier one",
        "there are not as many texts as were told of",
        "there are not so many entries",
        "there are not so many terms",
        "the places must ascend within the text, and each have a name",
        "the program of a pattern is damaged",
        "segments are words, word segments, sentences or graphemes",
        "the place is beyond the text",
        "there are too many steps",
        "there is no splitter",
        "there is no such behavior",
        "there is no room for a document",
        "there is no such frequency",
        "there is no such normal form",
        "there is no such pattern, or none over bytes",
        "there is no such way to break ties",
        "there is no term with this number",
        "there must be a name, and not more names than bytes",
        "windows of different capacities",
    },
    "the package has looked before": {
        "an id does not fit into two bytes",
        "a window of nothing",
        "there must be from 1 to 65536 parts",
        "normalization was not stable before Unicode 4.1",
        "the tables do not have so new a version of Unicode",
        "the matrices do not fit",
        "there are too many tables",
    },
    "the package makes room, or tries again, or has the callback's own exception": {
        "the buffer holds fewer ends than there are lines",
        "the buffer holds fewer ends than there are lines with text",
        "the buffer holds fewer values than there are terms",
        "the buffer is too small for the bytes",
        "the buffer is too small for the ids",
        "the buffer is too small for the ids of the documents",
        "the buffer is too small for the ids of the first piece",
        "the buffer is too small for the merges",
        "the buffer is too small for the pairs",
        "the buffer is too small for the tokens",
        "the buffer is too small for the normal form",
        "the buffer is too small for the places",
        "the buffer is too small for the snapshot",
        "the buffer is too small for the terms",
        "the buffers hold fewer values than there are terms",
        "the callback asked to stop",
        "the callback has stopped the encoding",
        "the corpus is at another position by now",
        "the text is too long for the offsets",
        "the texts have more segments than there is room for",
        "the window has moved on",
        "there are more numbers",
    },
    "nobody else can write to what the package has made for the call": {
        "the ends of documents were changed meanwhile",
        "the text was changed while it was read",
    },
    "it takes thousands of millions of something, each of which must be there": {
        "a document has at most 2^31 - 1 bytes",
        "the distinct pieces have too many bytes",
        "the names together are too long",
        "the token that the merge makes is too long",
        "the tokens together are too long",
        "there are more tokens, pairs or places of them than can be numbered",
        "there are too many merges",
        "there are too many terms",
        "there are too many tokens",
        "the text has too many words",
        "there are too many words",
        "there are too many words, phrases or emoji",
    },
}


CALL_THAT_FAILS = re.compile(r"\b(?:tp_fail|damaged)\((?:[^()]|\([^()]*\))*\)")


def messages_of_the_core() -> set[str]:
    found: set[str] = set()
    for path in sorted(CORE.rglob("*.c")):
        for call in CALL_THAT_FAILS.findall(path.read_text(encoding="utf-8")):
            found.update(re.findall(r'"([^"]+)"', call))
    return found


@pytest.mark.skipif(not CORE.is_dir(), reason="the sources of the core are not beside the package")
def test_every_message_of_the_core_is_met_or_never_seen(errors: list[BaseException | None], watch: Watch) -> None:
    met = {message for message in messages_of_the_core() if any(message in each for each in watch.messages)}
    assert messages_of_the_core() - met == set().union(*OF_C_ALONE.values())
