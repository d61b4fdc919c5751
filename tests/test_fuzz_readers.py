"""Files and pickles that were changed anywhere, in their bytes or in what they say.

Each is refused with a `ValueError` that tells where and why, or makes an object that is sound. HYPOTHESIS_PROFILE=thorough has
the same tests look for long.
"""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import regex
from bpe_texts import trained
from containers import sections_of
from hypothesis import example, given
from hypothesis import strategies as st

from text_processor import InvalidSnapshotError, InvalidTokenizerError, TextAnalyzer, TextProcessorError, Tokenizer

seeds = st.integers(0, 2**63)

# ---- Changing bytes --------------------------------------------------------------------------------------------------

SOME_BYTES = [
    b"",
    b"\0",
    b"\xff",
    b"\n",
    b" ",
    b'"',
    b"=",
    b"[",
    b"{",
    b"-",
    b"\xed\xa0\x80",
    b"9" * 20,
    b"\0" * 8,
    b"\xff" * 8,
    b"IA== 256\n",  # a line of a .tiktoken file
    b"====",
    b"\\ud800",
    b'"added_tokens": [],',
    b'"merges": [["a", "b"]],',
]

# What a tokenizer.json may say and the files here do not.
SOME_KEYS = [
    "normalizer",
    "truncation",
    "byte_fallback",
    "unk_token",
    "dropout",
    "ignore_merges",
    "pretokenizers",
    "behavior",
    "lstrip",
]


def changed_bytes(data: bytes, some: random.Random) -> bytes:
    """Bytes put in, taken out, doubled, changed by a bit, or cut off."""
    for _ in range(some.randint(1, 3)):
        start = some.randint(0, len(data))
        stop = min(start + some.choice([0, 0, 1, 1, 4, 8, 40]), len(data))
        match some.randrange(5):
            case 0:
                data = data[:start] + some.choice(SOME_BYTES) + data[stop:]
            case 1:
                data = data[:start] + some.randbytes(stop - start) + data[stop:]
            case 2:
                data = data[:stop] + data[start:]
            case 3 if data:
                place = some.randrange(len(data))
                data = data[:place] + bytes([data[place] ^ 1 << some.randrange(8)]) + data[place + 1 :]
            case _:
                data = data[:start] if some.random() < 0.3 else data[:start] + data[stop:]
    return data


# ---- Changing what JSON says -----------------------------------------------------------------------------------------

# What no encoder would write stands in for itself as text.
RAW = {
    "@deep list": "[" * 100_000 + "]" * 100_000,
    "@deep object": '{"a":' * 900 + "0" + "}" * 900,
    "@twice": '{"a": 1, "a": 2}',
    "@long number": "7" * 5000,
    "@large float": "1e999",
    "@minus zero": "-0",
    "@nan": "NaN",
    "@infinity": "-Infinity",
    "@no JSON": "nothing",
    "@surrogate": '"\\ud800"',
}

VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 0.0, 1.5, 255, 256, 2**31, 2**32 - 1, 2**32, 2**63, 2**64, 10**40),
    *("", "a", "ab", "\0", "☃", "a b", "a" * 1000, "(", "(?P<a>", "[a", "(?:a{60000}){60000}", "ByteLevel", "gpt4"),
    *([], {}, [[]], [None], {"": None}, {"a": "b"}, ["a", "b"], ["a", "b", "c"], [1, 2], [{}]),
    *RAW,
]


def places_of(value: Any) -> list[tuple[Any, Any]]:
    """Every list and object in a value, with each key or index of it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    places: list[tuple[Any, Any]] = []
    for key, inner in items:
        places += [(value, key), *places_of(inner)]
    return places


def changed_json(text: bytes, some: random.Random) -> bytes:
    """Values and keys replaced, taken out, put elsewhere or told twice."""
    value = json.loads(text)
    for _ in range(some.randint(1, 3)):
        places = places_of(value)
        if not places:
            break
        # Most values of a file are those of its vocabulary: without this they would nearly always be chosen.
        places = [place for place in places if len(place[0]) < 30] if some.random() < 0.8 else places
        section, key = some.choice(places)
        put = json.loads(json.dumps(some.choice([*VALUES, section[key], some.choice(places)[0]])))
        match some.randrange(4):
            case 0 if isinstance(section, dict):
                section[str(some.choice(["", "a", "ab", "id", "@twice", "\udc80", *SOME_KEYS, *section]))] = section.pop(key)
            case 1:
                del section[key]
            case 2 if isinstance(section, list):
                section.insert(key, put)
            case _:
                section[key] = put
    changed = json.dumps(value, ensure_ascii=some.random() < 0.5)
    for name, raw in RAW.items():
        changed = changed.replace(json.dumps(name), raw)
    if some.random() < 0.1 and '": ' in changed:  # a key that is there twice
        start = changed.index('": ')
        key_start = changed.rindex('"', 0, start)
        changed = changed[:key_start] + changed[key_start : start + 3] + "null, " + changed[key_start:]
    return changed.encode(errors="surrogatepass")


# ---- Changing sections -----------------------------------------------------------------------------------------------


def sealed(head: bytes, sections: list[bytes], some: random.Random) -> bytes:
    """A container of these sections, with a checksum that fits and lengths that mostly do."""
    lengths = [len(section) for section in sections]
    if some.random() < 0.1:
        lengths[some.randrange(len(lengths))] = some.choice([0, 1, 2**31, 2**63, 2**64 - 1])
    body = head + struct.pack(f"<{len(lengths)}Q", *lengths) + b"".join(sections)
    return body + struct.pack("<I", zlib.crc32(body))


def changed_numbers(data: bytes, some: random.Random, nbytes: int) -> bytes:
    """Little-endian numbers of so many bytes, some of which say something else."""
    numbers = bytearray(data)
    for _ in range(some.randint(1, 3)):
        place = some.randrange(max(len(data) // nbytes, 1)) * nbytes
        value = some.choice([0, 1, 2, 97, 255, 256, 2**31, 2**32 - 1, 2**47, 2**48, 2**63, 2**64 - 1]) % (1 << 8 * nbytes)
        numbers[place : place + nbytes] = value.to_bytes(nbytes, "little")
    return bytes(numbers)


def checksum_of_counts(data: bytes) -> int:
    """As csrc/corpus/snapshot.c says."""
    total = 0xCBF29CE484222325
    for start in range(0, len(data), 8):
        total = (total ^ int.from_bytes(data[start : start + 8], "little")) * 0x100000001B3 % 2**64
        total ^= total >> 32
    return total


def changed_counts(data: bytes, some: random.Random) -> bytes:
    data = changed_numbers(data[:-8], some, 8) if some.random() < 0.6 else changed_bytes(data[:-8], some)
    return data + struct.pack("<Q", checksum_of_counts(data))


Change = Callable[[bytes, random.Random], bytes]


def changed_container(data: bytes, some: random.Random, changes: list[Change]) -> bytes:
    """One or two of the sections changed, each in its own way."""
    sections = sections_of(data, len(changes))
    for i in some.sample(range(len(changes)), some.randint(1, 2)):
        sections[i] = (changes[i] if some.random() < 0.8 else changed_bytes)(sections[i], some)
    return sealed(data[:16], sections, some)


# ---- Tokenizers ------------------------------------------------------------------------------------------------------

TEXT = "the lord said: é☃ aaab\n"


def kept_by(tokenizer: Tokenizer) -> str:
    """What is left of a text when it is split: its matches, what is between them, or, as by a ByteLevel alone, all of it."""
    ways = {(step.behavior, step.invert) for step in tokenizer._model.splitter.steps}
    if ("Matches", False) in ways:
        return "".join(found[0] for found in regex.finditer(tokenizer.pattern, TEXT))
    return regex.sub(tokenizer.pattern, "", TEXT) if ("Removed", False) in ways else TEXT


def check_tokenizer(load: Callable[[], Tokenizer], named: str, nbytes: int) -> None:
    """It is refused, telling where, or gives ids of all that its pattern matches, and can be saved and loaded again."""
    try:
        tokenizer = load()
    except InvalidTokenizerError as error:
        assert str(error).startswith(named)  # noqa: PT017
        assert len(str(error)) > len(named) + 10  # noqa: PT017
        assert error.offset is None or 0 <= error.offset <= nbytes  # noqa: PT017
        return
    ids = tokenizer.encode(TEXT, disallowed_special=())
    # As in tokenizers, bytes that are no token alone are left out.
    known = {token[0] for token in tokenizer.mergeable_ranks() if len(token) == 1}
    kept = kept_by(tokenizer)
    assert tokenizer.decode_bytes(ids) == bytes(filter(known.__contains__, kept.encode()))
    assert tokenizer.count(TEXT, disallowed_special=()) == len(ids)
    again = Tokenizer.__new__(Tokenizer)
    again.__setstate__(tokenizer.__getstate__())
    assert again == tokenizer
    assert again.encode(TEXT, disallowed_special=()) == ids


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changed") / "file"


def saved_tokenizers() -> dict[str, Tokenizer]:
    ranks = {bytes([byte]): byte for byte in range(256)}
    return {
        "trained": trained(),
        "ranks": Tokenizer.from_mergeable_ranks(ranks | {b"ab": 256, b"abc": 300}, "gpt4", {"<|end|>": 400, "☃": 2**32 - 2}),
        "other pattern": Tokenizer("[a-z]+|é", special_tokens=["\n☃"]),
    }


TOKENIZERS = saved_tokenizers()
CHANGES_OF_TOKENIZER: list[Change] = [
    changed_json,
    lambda data, some: changed_numbers(data, some, 4),
    lambda data, some: changed_numbers(data, some, 4),
    changed_bytes,
    lambda data, some: changed_numbers(data, some, 4),
]


@given(st.sampled_from(list(TOKENIZERS)), seeds)
def test_changed_tokenizers(path: Path, name: str, seed: int) -> None:
    some = random.Random(seed)
    TOKENIZERS[name].save(path)
    data = path.read_bytes()
    data = changed_bytes(data, some) if some.random() < 0.2 else changed_container(data, some, CHANGES_OF_TOKENIZER)
    path.write_bytes(data)
    check_tokenizer(lambda: Tokenizer.load(path), f"{path}: ", len(data))

    def restore() -> Tokenizer:
        tokenizer = Tokenizer.__new__(Tokenizer)
        tokenizer.__setstate__((data, {}))
        return tokenizer

    check_tokenizer(restore, "", len(data))


@given(seeds)
def test_changed_files_of_tiktoken(path: Path, seed: int) -> None:
    some = random.Random(seed)
    TOKENIZERS["trained"].save_tiktoken(path)
    data = path.read_bytes()
    if some.random() < 0.5:
        data = changed_bytes(data, some)
    else:
        lines = data.split(b"\n")
        i = some.randrange(len(lines))
        lines[i] = some.choice([changed_bytes(lines[i], some), some.choice(lines), lines[i].split(b" ")[0] + b" 99999999999"])
        data = b"\n".join(lines)
    path.write_bytes(data)
    check_tokenizer(lambda: Tokenizer.from_tiktoken(path, "gpt4", {"<|end|>": 5000}), f"{path}: ", len(data))


@given(st.sampled_from(["trained", "ranks"]), seeds)
@example("ranks", 5890141)  # the expression that splits is gone
@example("ranks", 945663136)  # it is "ab", and what is between its matches stays
@example("ranks", 37939929)  # it has the number 1e999, which was read as one that no file may have
def test_changed_files_of_hugging_face(path: Path, name: str, seed: int) -> None:
    some = random.Random(seed)
    tokenizer = (
        TOKENIZERS[name]
        if name == "trained"
        else Tokenizer.from_mergeable_ranks(
            {bytes([byte]): byte for byte in range(256)} | {b"ab": 256, b"abc": 257}, "o200k", {"<|end|>": 400}
        )
    )
    tokenizer.save_huggingface(path)
    data = path.read_bytes()
    data = changed_bytes(data, some) if some.random() < 0.3 else changed_json(data, some)
    path.write_bytes(data)
    check_tokenizer(lambda: Tokenizer.from_huggingface(path), f"{path}: ", len(data))


# ---- Analyzers -------------------------------------------------------------------------------------------------------


def analyzers() -> list[TextAnalyzer]:
    made = TextAnalyzer(lexicon={"fine": 1.5, "σ": -2.0}, threads=3)
    made.add_documents(["Fine ΟΔΟΣ", "fine\0 day day"])
    with_bytes = TextAnalyzer()
    with_bytes.add_documents([b"bytes", "text"])
    without = TextAnalyzer(keep_documents=False)
    without.add_document("one two one")
    return [made, with_bytes, without, TextAnalyzer()]


ANALYZERS = [analyzer.__getstate__()[0] for analyzer in analyzers()]


def documents_of(analyzer: TextAnalyzer) -> list[Any] | None:
    try:
        return list(analyzer.get_documents())
    except TextProcessorError:  # they are not kept
        return None


def check_analyzer(load: Callable[[], TextAnalyzer], named: str, nbytes: int) -> None:
    """It is refused, telling where, or its numbers fit together and it can be used."""
    try:
        analyzer = load()
    except InvalidSnapshotError as error:
        assert str(error).startswith(named)  # noqa: PT017
        assert len(str(error)) > len(named) + 10  # noqa: PT017
        assert error.offset is None or 0 <= error.offset <= nbytes  # noqa: PT017
        return
    frequency, statistics = analyzer.word_frequency(), analyzer.get_statistics()
    assert sum(frequency.values()) == statistics["total_words"]
    assert len(frequency) == statistics["unique_words"]
    assert all(word.split() == [word] for word in frequency)
    assert all(1 <= n <= min(frequency[word], len(analyzer)) for word, n in analyzer.document_frequency().items())
    again = TextAnalyzer.__new__(TextAnalyzer)
    again.__setstate__(analyzer.__getstate__())
    assert again.word_frequency() == frequency
    assert documents_of(again) == documents_of(analyzer)


@given(st.sampled_from(ANALYZERS), seeds)
def test_changed_analyzers(path: Path, data: bytes, seed: int) -> None:
    some = random.Random(seed)
    data = (
        changed_bytes(data, some)
        if some.random() < 0.2
        else changed_container(data, some, [changed_json, changed_counts, changed_bytes])
    )
    path.write_bytes(data)
    check_analyzer(lambda: TextAnalyzer.load(path), f"{path}: ", len(data))

    def restore() -> TextAnalyzer:
        analyzer = TextAnalyzer.__new__(TextAnalyzer)
        analyzer.__setstate__((data, {}))
        return analyzer

    check_analyzer(restore, "", len(data))
