"""Files of counts: what is in them, that they are replaced whole or not at all, and that a damaged one is told so."""

from __future__ import annotations

import gc
import io
import itertools
import json
import os
import signal
import stat
import struct
import subprocess
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bpe_texts import of_bytes
from hypothesis import given
from hypothesis import strategies as st
from texts import documents

from text_processor import InvalidSnapshotError, TextAnalyzer, TextProcessorError, Tokenizer, cli, get_memory_stats
from text_processor._common import container, files
from text_processor._native import corpus as native_corpus
from text_processor._native import process as native_process
from text_processor._words import snapshot
from text_processor.bpe._files import own

HEAD = struct.Struct("<8sQQQQ")
COUNTS_HEAD = struct.Struct("<8sQQQQQQ")
on_posix = pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions, links and special files")


def small_analyzer(**options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(lexicon={"fine": 1.5}, threads=3, **options)
    analyzer.add_documents(["Fine ΟΔΟΣ", "fine\0 day"])
    return analyzer


def analyzer_of(*texts: str) -> TextAnalyzer:
    analyzer = TextAnalyzer()
    analyzer.add_documents(texts)
    return analyzer


def saved(analyzer: TextAnalyzer) -> bytes:
    return b"".join(snapshot.chunks(analyzer._as_snapshot(analyzer._ledger.settle(), None)))


def answers(analyzer: TextAnalyzer) -> dict[str, Any]:
    return {
        "statistics": analyzer.get_statistics(),
        "frequency": list(analyzer.word_frequency().items()),
        "document frequency": list(analyzer.document_frequency().items()),
        "sentiment": analyzer.analyze_sentiment() if len(analyzer) else None,
    }


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is good for no test can see."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "counts"


@pytest.fixture
def load(path: Path) -> Callable[[bytes], TextAnalyzer]:
    """Load from these bytes."""

    def load_bytes(data: bytes) -> TextAnalyzer:
        path.write_bytes(data)
        return TextAnalyzer.load(path)

    return load_bytes


# ---- There and back --------------------------------------------------------------------------------------------------


def test_the_file_is_the_same_everywhere(path: Path, load: Callable[[bytes], TextAnalyzer]) -> None:
    """These bytes are version 1; whatever comes later must read them."""
    analyzer = small_analyzer()
    analyzer.save(path)
    assert path.read_bytes() == bytes.fromhex(GOLDEN)
    assert answers(load(bytes.fromhex(GOLDEN))) == answers(analyzer)


@given(st.lists(st.lists(documents, max_size=4), min_size=1, max_size=4), st.booleans())
def test_merged_parts_are_the_whole(tmp_path_factory: pytest.TempPathFactory, parts: list[list[str]], keep: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "part"
    whole, merged = TextAnalyzer(), TextAnalyzer()
    for texts in parts:
        part = TextAnalyzer(keep_documents=keep)
        part.add_documents(texts)
        part.save(path)
        loaded = TextAnalyzer.load(path)
        assert answers(loaded) == answers(part)
        assert saved(loaded) == path.read_bytes()
        merged.merge(loaded)
        whole.add_documents(texts)
    assert answers(merged) == answers(whole)
    assert saved(merged) == saved(whole)
    words = Counter(word.lower() for texts in parts for text in texts for word in text.split())
    assert list(merged.words.items()) == list(words.items())
    assert merged.most_common() == words.most_common()


def test_a_loaded_analyzer_counts_on(path: Path) -> None:
    small_analyzer().save(path)
    loaded, unsaved = TextAnalyzer.load(path), small_analyzer()
    for analyzer in (loaded, unsaved):
        analyzer.add_document("another fine day")
        analyzer.merge(analyzer_of("and night"))
    assert answers(loaded) == answers(unsaved)
    with pytest.raises(TextProcessorError, match="not kept"):
        loaded.get_documents()
    loaded.save(path)
    assert answers(TextAnalyzer.load(path)) == answers(unsaved)


def test_options_come_along_and_the_callback_does_not(path: Path) -> None:
    told: list[Any] = []
    analyzer = TextAnalyzer(lexicon={"Sun": 2, "rain": -1}, keep_documents=False, threads=2)
    analyzer.set_callback(told.append)
    analyzer.add_document("sun")
    analyzer.save(path)
    loaded = TextAnalyzer.load(path)
    loaded.add_document("SUN")
    assert len(told) == 1
    assert loaded.analyze_sentiment() == 2.0
    loaded.clear()
    loaded.add_document("dropped")
    with pytest.raises(TextProcessorError, match="not kept"):
        loaded.get_documents()
    assert json.loads(saved(loaded)[HEAD.size :].split(b"\x89")[0])["threads"] == 2


def test_after_clear_documents_are_kept_again(path: Path) -> None:
    small_analyzer().save(path)
    loaded = TextAnalyzer.load(path)
    loaded.clear()
    loaded.add_document("kept")
    assert loaded.get_documents() == ["kept"]


def test_an_empty_analyzer(path: Path) -> None:
    TextAnalyzer().save(path)
    loaded = TextAnalyzer.load(path)
    assert (len(loaded), loaded.word_frequency(), loaded.get_documents()) == (0, {}, [])


class Weighed(TextAnalyzer):
    def __init__(self, *, lexicon: Any = None, keep_documents: bool = True, threads: int | None = None) -> None:
        super().__init__(lexicon=lexicon, keep_documents=keep_documents, threads=threads)
        self.is_set_up = True


def test_a_subclass(path: Path) -> None:
    small_analyzer().save(path)
    loaded = Weighed.load(path)
    assert type(loaded) is Weighed
    assert loaded.is_set_up
    assert answers(loaded) == answers(small_analyzer())


class Stubborn(TextAnalyzer):
    def __init__(self, **_: Any) -> None:
        raise ValueError("never")


def test_what_a_subclass_raises_is_its_own(path: Path) -> None:
    small_analyzer().save(path)
    with pytest.raises(ValueError, match="never") as caught:
        Stubborn.load(path)
    assert type(caught.value) is ValueError


def test_pickled_bytes_in_a_file_load_with_their_documents(load: Callable[[bytes], TextAnalyzer]) -> None:
    data, _ = small_analyzer().__getstate__()
    assert load(data).get_documents() == ["Fine ΟΔΟΣ", "fine\0 day"]


@pytest.mark.parametrize("of", [str, os.fsencode, lambda path: path], ids=["str", "bytes", "Path"])
def test_names(of: Any, tmp_path: Path) -> None:
    for name in ("counts", "zählung", "x" * 255):
        path = of(tmp_path / name)
        small_analyzer().save(path)
        assert len(TextAnalyzer.load(path)) == 2
    for name in (3, None):
        with pytest.raises(TypeError):
            small_analyzer().save(name)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            TextAnalyzer.load(name)  # type: ignore[arg-type]


def test_saving_may_happen_in_a_callback(path: Path) -> None:
    analyzer = TextAnalyzer()
    analyzer.set_callback(lambda info: analyzer.save(path))
    analyzer.add_documents(["one", "two words", "and three words"])
    assert TextAnalyzer.load(path).total_words() == 6


# ---- Replacing a file ------------------------------------------------------------------------------------------------


@on_posix
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        small_analyzer().save(tmp_path / "counts")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "counts").stat().st_mode) == 0o640


@on_posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o755, 0o400])
def test_a_replaced_file_keeps_its_permissions(path: Path, mode: int) -> None:
    path.write_text("old")
    path.chmod(mode)
    small_analyzer().save(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_bytes() == bytes.fromhex(GOLDEN)


@on_posix
def test_behind_a_link_the_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link, target = tmp_path / "link", tmp_path / "folder" / "target"
    link.symlink_to(target)
    for _ in range(2):  # a link to nothing, then to a file
        small_analyzer().save(link)
        assert link.is_symlink()
        assert target.read_bytes() == bytes.fromhex(GOLDEN)
    assert sorted(each.name for each in (tmp_path / "folder").iterdir()) == ["target"]


@on_posix
def test_what_is_no_file_is_written_to(path: Path) -> None:
    small_analyzer().save(os.devnull)
    assert not Path(os.devnull).is_file()
    os.mkfifo(path)
    received: list[TextAnalyzer] = []
    reader = threading.Thread(target=lambda: received.append(TextAnalyzer.load(path)))
    reader.start()
    small_analyzer().save(path)
    reader.join()
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert answers(received[0]) == answers(small_analyzer())


# Every way to write a file.
WRITERS: dict[str, Callable[[Any], object]] = {
    "TextAnalyzer.save": lambda path: small_analyzer().save(path),
    "Tokenizer.save": lambda path: Tokenizer().save(path),
    "save_huggingface": lambda path: Tokenizer().save_huggingface(path),
    "save_tiktoken": lambda path: Tokenizer().save_tiktoken(path),
    "encode_file": lambda path: of_bytes().encode_file(__file__, path),
    "count --save": lambda path: cli.main(["count", __file__, "--save", str(path)]),
    "bpe train -o": lambda path: cli.main(["bpe", "train", __file__, "--vocab-size", "260", "-o", str(path)]),
}

# The names that systems have for what is open.
FOLDERS_OF_OPEN_FILES = ["/dev/fd", "/proc/self/fd", f"/proc/{os.getpid()}/fd", "/proc/thread-self/fd"]


def written(write: Callable[[Any], object], path: Path) -> bytes:
    """What is written to a new file."""
    write(path)
    return path.read_bytes()


@pytest.mark.parametrize("folder", FOLDERS_OF_OPEN_FILES, ids=["dev", "self", "pid", "thread"])
@pytest.mark.parametrize("is_link", [False, True], ids=["direct", "link"])
@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_open_is_written_to_where_it_is(
    tmp_path: Path, folder: str, writer: str, is_link: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    if not Path(folder).is_dir():
        pytest.skip(f"this system has no {folder}")
    expected = written(WRITERS[writer], tmp_path / "new")
    with (tmp_path / "open").open("wb", buffering=0) as file:
        file.write(b"before ")
        name = Path(folder, str(file.fileno()))
        if is_link:
            (tmp_path / "link").symlink_to(name)
            (tmp_path / "link to it").symlink_to("link")
            name = tmp_path / "link to it"
        WRITERS[writer](name)
        file.write(b" after")
    assert (tmp_path / "open").read_bytes() == b"before " + expected + b" after"


@on_posix
@pytest.mark.parametrize("writer", WRITERS)
def test_a_pipe_that_is_open_is_written_to(tmp_path: Path, writer: str) -> None:
    expected = written(WRITERS[writer], tmp_path / "new")
    reading, writing = os.pipe()
    received: list[bytes] = []
    with os.fdopen(reading, "rb") as pipe:
        reader = threading.Thread(target=lambda: received.append(pipe.read()))
        reader.start()
        WRITERS[writer](f"/dev/fd/{writing}")
        os.close(writing)
        reader.join()
    assert received == [expected]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system has no names for what others have open")
def test_what_another_process_has_open_is_added_to(path: Path) -> None:
    path.write_bytes(b"before ")
    with path.open("ab") as file, subprocess.Popen(["sleep", "60"], stdout=file) as other:
        try:
            Tokenizer().save_tiktoken(f"/proc/{other.pid}/fd/1")
        finally:
            other.kill()
    assert path.read_bytes() == b"before " + b"".join(own.tiktoken_lines(Tokenizer()._model))


@on_posix
def test_a_descriptor_that_is_not_open_is_told_of() -> None:
    with pytest.raises(OSError, match="/dev/fd/98765"):
        small_analyzer().save("/dev/fd/98765")


@on_posix
def test_errors_name_what_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        small_analyzer().save(tmp_path / "no" / "counts")
    assert missing.value.filename == str(tmp_path / "no" / "counts")
    assert missing.value.filename2 is None
    assert str(missing.value) == f"[Errno 2] No such file or directory: '{tmp_path / 'no' / 'counts'}'"
    with pytest.raises(IsADirectoryError):
        small_analyzer().save(tmp_path)
    with pytest.raises(FileNotFoundError):
        TextAnalyzer.load(tmp_path / "counts")
    with pytest.raises(IsADirectoryError):
        TextAnalyzer.load(tmp_path)
    assert list(tmp_path.iterdir()) == []


def stop_after(n: int, error: BaseException) -> Iterator[bytes]:
    yield from [b"piece"] * n
    raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), OSError(28, "No space left on device")], ids=repr)
@pytest.mark.parametrize("n", [0, 1, 100_000])
@pytest.mark.parametrize("content", [None, b"old"])
def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path, error: BaseException, n: int, content: Any) -> None:
    path = tmp_path / "counts"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(type(error)) as caught:
        files.write_file(str(path), stop_after(n, error))
    assert caught.value is error
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == ({} if content is None else {"counts": content})


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_step_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "counts"
    path.write_bytes(b"old")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="Input/output error"):
        small_analyzer().save(path)
    monkeypatch.undo()
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"counts": b"old"}


@on_posix
def test_ctrl_c_gets_through_while_a_big_table_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "CHUNK_NBYTES", 1 << 12)
    crc32, n_pieces = zlib.crc32, itertools.count()

    def interrupt(*arguments: Any) -> int:
        if next(n_pieces) == 20:
            signal.raise_signal(signal.SIGINT)
        return crc32(*arguments)

    analyzer = analyzer_of(" ".join(f"word{i}" for i in range(10_000)))
    monkeypatch.setattr(zlib, "crc32", interrupt)
    with pytest.raises(KeyboardInterrupt):
        analyzer.save(tmp_path / "counts")
    assert next(n_pieces) < 25
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("nbytes", [1, 7, 40, 1000])
def test_pieces_of_any_size_are_the_same_file(path: Path, monkeypatch: pytest.MonkeyPatch, nbytes: int) -> None:
    monkeypatch.setattr(container, "CHUNK_NBYTES", nbytes)
    small_analyzer().save(path)
    assert path.read_bytes() == bytes.fromhex(GOLDEN)
    assert answers(TextAnalyzer.load(path)) == answers(small_analyzer())


# ---- Files that are not what they should be --------------------------------------------------------------------------


def test_every_truncation_is_refused(load: Callable[[bytes], TextAnalyzer], path: Path) -> None:
    data = bytes.fromhex(GOLDEN)
    for end in range(len(data)):
        with pytest.raises(InvalidSnapshotError) as caught:
            load(data[:end])
        assert str(caught.value).startswith(f"{path}: ")
        assert caught.value.offset in (0, end)
    with pytest.raises(InvalidSnapshotError, match=r"goes on behind the \d+ bytes"):
        load(data + b"\0")


def test_every_damaged_byte_is_noticed(load: Callable[[bytes], TextAnalyzer]) -> None:
    data = bytes.fromhex(GOLDEN)
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x20
        with pytest.raises(InvalidSnapshotError):
            load(bytes(damaged))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"some text\n" * 100, b"\x89PNG\r\n\x1a\n" + bytes(100)])
def test_foreign_files_are_refused(load: Callable[[bytes], TextAnalyzer], data: bytes) -> None:
    with pytest.raises(InvalidSnapshotError, match="not a snapshot of a TextAnalyzer") as caught:
        load(data)
    assert caught.value.offset == 0


@pytest.mark.parametrize("version", [0, 4, 2**64 - 1])
def test_an_unknown_version_is_named(load: Callable[[bytes], TextAnalyzer], version: int) -> None:
    data = bytes.fromhex(GOLDEN)
    with pytest.raises(InvalidSnapshotError, match=rf"the snapshot has version {version}; known here: 1, 2") as caught:
        load(data[:8] + struct.pack("<Q", version) + data[16:])
    assert caught.value.offset == 8


@pytest.mark.parametrize("lengths", [(2**64 - 1, 0, 0), (0, 2**62, 0), (2**63, 2**63, 2**63)])
def test_lying_lengths_take_no_memory(lengths: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is believed only as far as it goes, and not read beyond what it announces."""
    asked: list[int] = []

    class Source(io.BytesIO):
        def read(self, nbytes: int | None = -1, /) -> bytes:
            assert nbytes is not None
            asked.append(nbytes)
            return super().read(nbytes)

    source = Source(HEAD.pack(b"\x89TPA\r\n\x1a\n", 1, *lengths) + bytes(1000))
    monkeypatch.setattr(Path, "open", lambda *_: source)
    with pytest.raises(InvalidSnapshotError, match="announces"):
        TextAnalyzer.load("counts")
    assert max(asked) <= container.CHUNK_NBYTES


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless file")
def test_an_endless_file_is_not_read_to_its_end() -> None:
    with pytest.raises(InvalidSnapshotError, match="/dev/zero: this is not a snapshot"):
        TextAnalyzer.load("/dev/zero")


def checksum_of_counts(data: bytes) -> int:
    """What csrc/base/stored.h calls tp_checksum."""
    total = 0xCBF29CE484222325
    for start in range(0, len(data), 8):
        total = (total ^ int.from_bytes(data[start : start + 8], "little")) * 0x100000001B3 % 2**64
        total ^= total >> 32
    return total


def sealed(description: bytes, counts: bytes) -> bytes:
    """A file of these sections, of which the second lacks its checksum, with lengths and checksums that fit."""
    counts += struct.pack("<Q", checksum_of_counts(counts))
    body = HEAD.pack(b"\x89TPA\r\n\x1a\n", 1, len(description), len(counts), 0) + description + counts
    return body + struct.pack("<I", zlib.crc32(body))


def golden_sections() -> tuple[bytes, bytes]:
    data = bytes.fromhex(GOLDEN)
    _, _, first, second, _ = HEAD.unpack_from(data)
    return data[HEAD.size : HEAD.size + first], data[HEAD.size + first : HEAD.size + first + second - 8]


def test_sealing_makes_a_file_sound() -> None:
    """The next test says nothing unless this one holds."""
    assert sealed(*golden_sections()) == bytes.fromhex(GOLDEN)


def assert_is_sound(analyzer: TextAnalyzer) -> None:
    """What it says of itself fits together, and it can be used."""
    frequency, statistics = analyzer.word_frequency(), analyzer.get_statistics()
    assert (sum(frequency.values()) < statistics["total_words"]) == analyzer.is_pruned
    assert len(frequency) == statistics["unique_words"]
    assert all(word.split() == [word] for word in frequency)
    for word, n in analyzer.document_frequency().items():
        assert 1 <= n <= frequency[word]  # there may be fewer documents: another share of the table has them
    assert answers_of_bytes(saved(analyzer)) == frequency
    assert max(statistics["document_count"], statistics["total_words"]) <= native_corpus.MOST_WORDS
    if max(statistics["document_count"], statistics["total_words"]) > native_corpus.MOST_WORDS - 3:
        return
    analyzer.add_document("fine new words")
    assert analyzer.words["fine"] == frequency.get("fine", 0) + 1
    assert len(analyzer) == statistics["document_count"] + 1


def answers_of_bytes(data: bytes) -> dict[str, int]:
    loaded = TextAnalyzer()
    loaded.__setstate__((data, {}))
    return loaded.word_frequency()


edits = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 2), st.binary(max_size=9)), max_size=4)


def edited(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, n_taken, put in changes:
        start = place % (len(data) + 1)
        data = data[:start] + put + data[start + n_taken * len(put) // 2 :]
    return data


@given(edits, edits)
def test_forged_bytes_are_refused_or_make_a_sound_analyzer(of_description: Any, of_counts: Any) -> None:
    description, counts = golden_sections()
    load_forged(sealed(edited(description, of_description), edited(counts, of_counts)))


numbers = st.one_of(st.integers(0, 5), st.sampled_from([2**32, 2**47, 2**48 - 1, 2**48, 2**63, 2**64 - 1]))


@given(st.dictionaries(st.integers(1, 14), numbers, max_size=4))
def test_forged_numbers_are_refused_or_make_a_sound_analyzer(changes: dict[int, int]) -> None:
    description, counts = golden_sections()
    forged = bytearray(counts)
    for place, value in changes.items():
        struct.pack_into("<Q", forged, 8 * place, value)
    load_forged(sealed(description, bytes(forged)))


@pytest.mark.parametrize("options", [{"threads": 0}, {"lexicon": {"two words": 1.0}}])
def test_damaged_options_are_named_with_their_file(load: Any, path: Path, options: dict[str, Any]) -> None:
    description, counts = golden_sections()
    changed = json.dumps({**json.loads(description), **options}).encode()
    with pytest.raises(InvalidSnapshotError, match=f"^{path}: the snapshot's options are damaged: "):
        load(sealed(changed, counts))


def load_forged(data: bytes) -> None:
    analyzer = TextAnalyzer()
    try:
        analyzer.__setstate__((data, {}))
    except InvalidSnapshotError as error:
        assert error.offset is None or 0 <= error.offset <= len(data)  # noqa: PT017
    else:
        assert_is_sound(analyzer)


def test_the_byte_that_is_named_is_the_files(load: Callable[[bytes], TextAnalyzer]) -> None:
    description, counts = golden_sections()
    start = HEAD.size + len(description)
    forged = bytearray(counts)
    struct.pack_into("<Q", forged, COUNTS_HEAD.size, 0)  # the count of the first term
    with pytest.raises(InvalidSnapshotError, match=rf"\(at byte {start + COUNTS_HEAD.size}\)") as caught:
        load(sealed(description, bytes(forged)))
    assert caught.value.offset == start + COUNTS_HEAD.size


# ---- Memory ----------------------------------------------------------------------------------------------------------


def test_saving_and_loading_survive_every_refused_allocation(path: Path) -> None:
    analyzer = small_analyzer()
    expected = answers(analyzer)
    analyzer.save(path)
    gc.collect()
    before = get_memory_stats()["live_allocations"]
    n_failed = 0
    for nth in range(1, 100):
        fresh = small_analyzer()
        native_process.fail_allocation(nth)
        try:
            fresh.save(path)
            found = answers(TextAnalyzer.load(path))
        except MemoryError:
            n_failed += 1
        else:
            assert found == expected
        finally:
            native_process.fail_allocation(0)
        assert path.read_bytes() == bytes.fromhex(GOLDEN)
        assert answers(fresh) == expected
        assert [each.name for each in path.parent.iterdir()] == ["counts"]
    assert 10 < n_failed < 90
    del fresh
    gc.collect()
    assert get_memory_stats()["live_allocations"] == before


GOLDEN = """
    895450410d0a1a0a01000000000000005300000000000000980000000000000000000000000000007b226b6565705f646f63756d656e7473
    223a20747275652c202274687265616473223a20332c20226c657869636f6e223a207b2266696e65223a20312e357d2c2022646f63756d65
    6e7473223a206e756c6c7d895450430d0a1a0a01000000000000000200000000000000040000000000000004000000000000000200000000
    0000001800000000000000010000000000000001000000000000000100000000000000010000000000000001000000000000000100000000
    0000000100000000000000010000000000000066696e650acebfceb4cebfcf820a66696e65000a6461790a4f478831d03de74b89aa4288
"""
