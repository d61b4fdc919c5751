"""Encodings of files and streams: told by a mark, by the user, or recognised and refused; UTF-8 with NULs stays UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bpe_texts import of_bytes
from hypothesis import given
from hypothesis import strategies as st

from text_processor import InvalidDocumentError, TextAnalyzer, cli
from text_processor._documents import decoding

ENCODINGS = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
MARKS = dict(zip(ENCODINGS, [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE], strict=True))

# Some lines of each alphabet of which UTF-16 may be valid UTF-8.
TEXTS = {
    "English": "one two two\nthree “quoted” words — and more\r\n",
    "short": "hello\n",
    "Latvian": "Ābols ir sarkans. Āda ir balta. Ēdiens ir gatavs.\n" * 20,
    "Russian": "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n",
    "Arabic": "كل العائلات السعيدة تتشابه\nلكن لكل عائلة تعيسة\nطريقتها الخاصة\n",
    "Hindi": "सभी सुखी परिवार एक जैसे होते हैं\nहर दुखी परिवार अपने ढंग से दुखी होता है\n",
    "Thai": "ครอบครัวที่มีความสุขล้วนเหมือนกัน\nครอบครัวที่ทุกข์\nต่างก็ทุกข์ในแบบของตน\n\n\n\n",
    "numbers": "1\r\n2\r\n3\r\n4\r\n",
    "Chinese": "你好世界\n" * 6,  # of which all bytes are ASCII
    "Japanese": "幸福な家庭はどれも似たものだが、\r\n不幸な家庭はいずれも\r\nそれぞれに不幸なものである。\r\n",
    "Korean": "행복한 가정은 모두 엇비슷하지만\n불행한 가정은 이유가 제각기 다르다\n",
}


class Bytes:
    """A stream that gives one byte at a time."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, _size: int) -> bytes:
        return self._file.read(1)


def counted(text: str) -> dict[str, int]:
    analyzer = TextAnalyzer()
    analyzer.add_stream(io.StringIO(text, newline=""))
    return analyzer.word_frequency()


def from_file(data: bytes, path: Path, encoding: str | None = None) -> dict[str, int]:
    path.write_bytes(data)
    analyzer = TextAnalyzer()
    analyzer.add_file(path, encoding=encoding)
    return analyzer.word_frequency()


def from_stream(data: bytes, _path: Path, encoding: str | None = None) -> dict[str, int]:
    analyzer = TextAnalyzer()
    analyzer.add_stream(io.BytesIO(data), encoding=encoding)
    return analyzer.word_frequency()


def from_bytes(data: bytes, _path: Path, encoding: str | None = None) -> dict[str, int]:
    analyzer = TextAnalyzer()
    analyzer.add_stream(Bytes(data), encoding=encoding)
    return analyzer.word_frequency()


def from_gzip(data: bytes, path: Path, encoding: str | None = None) -> dict[str, int]:
    return from_file(gzip.compress(data), path, encoding)


def from_ids(data: bytes, path: Path, encoding: str | None = None) -> dict[str, int]:
    path.write_bytes(data)
    ids = path.with_name("ids")
    of_bytes().encode_file(path, ids, encoding=encoding)
    return counted(of_bytes().decode(memoryview(ids.read_bytes()).cast("I"), errors="strict"))


WAYS = [from_file, from_stream, from_bytes, from_gzip, from_ids]
Way = Callable[..., dict[str, int]]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_mark_tells_the_encoding(name: str, encoding: str, way: Way, tmp_path: Path) -> None:
    data = MARKS[encoding] + TEXTS[name].encode(encoding)
    assert way(data, tmp_path / "text") == counted(TEXTS[name])
    assert way(data, tmp_path / "text", "latin-1") == counted(TEXTS[name])  # which the mark knows better


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", TEXTS)
def test_without_a_mark_it_is_recognised_and_refused(name: str, encoding: str, way: Way, tmp_path: Path) -> None:
    data = TEXTS[name].encode(encoding)
    with pytest.raises(
        InvalidDocumentError, match=f"^the text looks like {encoding.upper()} without.*'{encoding}', "
    ) as caught:
        way(data, tmp_path / "text")
    assert caught.value.position == 0
    assert way(data, tmp_path / "text", encoding) == counted(TEXTS[name])


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "koi8-r", "shift_jis", "gb18030", "utf-7"])
@pytest.mark.parametrize("way", WAYS)
def test_an_encoding_that_is_given(encoding: str, way: Way, tmp_path: Path) -> None:
    text = {"koi8-r": "Мир миру\n", "shift_jis": "日本 語\n", "gb18030": "中文 😀\n"}.get(encoding, "naïve Maß\n") * 1000
    assert way(text.encode(encoding), tmp_path / "text", encoding) == counted(text)


@pytest.mark.parametrize("way", [from_file, from_stream, from_bytes, from_gzip])
def test_utf8_that_holds_nuls_is_counted(way: Way, tmp_path: Path) -> None:
    for data in (
        b"\0",
        b"a\0b\0",
        b"\0" * 5000,
        b"a word\0another\0" * 300,
        b"ab1\0ab2\0" * 2000,  # records of an even length
        b"a\nb\nc\n" * 1000 + b"\0",
        b"text\n" * 100 + bytes(512) + b"text\n",
        b"\x1b[1m\0" * 99,
        b"\t\n" * 5000,
        "中\0文\0".encode() * 100,
        b"a record\n\0" * 100,
        b"a record\0\n" * 100,
        b"\x1b[1mbold\x1b[m\n\0" * 99,
        "中文\n\0".encode() * 100,
    ):
        assert way(data, tmp_path / "text") == counted(data.decode())
    pairs = b"a\0b\0c\0d\0e\0f\0"  # which are UTF-16 to all appearance
    assert way(pairs, tmp_path / "text", "utf-8") == {pairs.decode(): 1}


@given(st.text())
def test_text_is_hardly_ever_taken_for_another_encoding(text: str) -> None:
    look = decoding.look_of(text.encode())
    assert look is None or text.count("\0") >= 2


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x1FFF, exclude_categories=["Cn", "Cs"]), min_size=6))
def test_words_on_lines_are_recognised(text: str) -> None:
    data = "".join(f"word {character}\n" for character in text)
    for encoding in ENCODINGS:
        assert decoding.look_of(data.encode(encoding)) == encoding.upper()
    assert decoding.look_of(data.encode()) is None


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("way", WAYS)
def test_a_fault_has_its_place(encoding: str, way: Way, tmp_path: Path) -> None:
    data = "text\n".encode(encoding) * (70_000 if way is not from_bytes else 1_000)  # more than a chunk; each byte is one there
    broken = MARKS[encoding] + data + data[:1]
    message = rf"^the text is not valid {encoding.upper()} at byte {len(broken) - 1}: truncated data$"
    with pytest.raises(InvalidDocumentError, match=message) as caught:
        way(broken, tmp_path / "text")
    assert caught.value.position == len(broken) - 1


def test_errors_may_be_replaced_in_every_encoding() -> None:
    analyzer = TextAnalyzer()
    analyzer.add_stream(io.BytesIO(b"a\xff b"), encoding="ascii", errors="replace")
    analyzer.add_stream(io.BytesIO(codecs.BOM_UTF16_LE + b"a\0 \0\0\xdc \0"), errors="replace")
    assert analyzer.word_frequency() == {"a\ufffd": 1, "b": 1, "a": 1, "\ufffd": 1}


def test_a_line_is_told_of_as_soon_as_it_comes() -> None:
    class Live:
        def read(self, _size: int) -> bytes:
            seen.append(len(told))
            return lines.pop(0) if lines else b""

    lines, told, seen = [b"line one\n", b"line two\n"], [], []
    analyzer = TextAnalyzer()
    analyzer.set_callback(told.append)
    analyzer.add_stream(Live())
    assert seen == [0, 1, 2]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_buffer_is_refused_by_name(encoding: str) -> None:
    data = TEXTS["English"].encode(encoding)
    for buffer in (data, bytearray(MARKS[encoding] + data)):
        with pytest.raises(
            InvalidDocumentError, match=f"the buffer looks like {encoding.upper()}, which is not UTF-8; add_stream"
        ):
            TextAnalyzer().add_buffer(buffer)


def test_the_commands_take_an_encoding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    of_bytes().save("model")
    Path("utf8").write_text(TEXTS["Russian"], encoding="utf-8")
    Path("utf16").write_text(TEXTS["Russian"], encoding="utf-16-le")

    def run(*arguments: str) -> tuple[int, str, str]:
        output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        monkeypatch.setattr(sys, "stdout", output)
        status = cli.main(arguments)
        return status, output.buffer.getvalue().decode(), capsys.readouterr().err  # type: ignore[attr-defined]

    for command in (["count"], ["bpe", "encode", "-m", "model"], ["bpe", "count", "-m", "model"]):
        expected = run(*command, "utf8")[1].replace("utf8", "utf16")
        assert run(*command, "utf16", "--encoding", "UTF-16LE")[:2] == (0, expected)
        status, output, errors = run(*command, "utf16")
        assert (status, output) == (1, "")
        assert errors.startswith("text-processor: utf16: the text looks like UTF-16-LE without a byte-order mark; ")
    for name, options in (("utf8", []), ("utf16", ["--encoding", "utf-16-le"])):
        assert run("bpe", "train", name, *options, "--vocab-size", "270", "-o", f"{name}.bpe")[0] == 0
    assert Path("utf8.bpe").read_bytes() == Path("utf16.bpe").read_bytes()
    Path("ids").write_text("72 105\n", encoding="utf-16")  # as some shells write what is redirected
    assert run("bpe", "decode", "-m", "model", "ids") == (0, "Hi", "")
