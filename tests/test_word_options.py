"""What a word is: every option, and all of them together, gives what plain Python and scikit-learn give."""

from __future__ import annotations

import copy
import io
import json
import pickle
import re
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from containers import sealed, sections_of
from hypothesis import example, given
from hypothesis import strategies as st
from texts import documents, texts
from word_oracle import counted, terms

from text_processor import InvalidDocumentError, InvalidSnapshotError, TextAnalyzer, TextProcessorError, word_count
from text_processor._words import options as word_options

# Of one class, so that the core runs them; with and without boundaries, with white space in the class, and with flags.
NATIVE = [
    r"\w+",
    r"\S+",
    r"(?u)\b\w\w+\b",
    r"[A-Za-z]{3,}",
    r"\b[a-z]{2,}\b",
    r"[\w-]+",
    r"\b[\w.'-]{2,}\b",
    r"\b[\w-]+",
    r"[a-zé.]+\b",
    r"[^ ]+",
    r"[^\W\d_]{2,}",
    r"\W{2,}",
    r"(?i)[a-k]+",
    r"(?a)\w+",
    r"(?a)\b\w+\b",
    r"[^\n]+",
    r"\s+",
]
SLOW = [r"\w+|\S", r"(\w+)|\d\W", r"[a-z]+(?:'[a-z]+)?", r"(\w+)\W", r"\b\w", r"\d+\.\d+|\w+?"]


def pairs(text: str) -> list[str]:
    return re.findall("..", text, re.DOTALL)


STOPS = [("the", "a", "aa", "σ"), ("x" * 15, "x" * 16, "x" * 300, "not lower: THE", "b\nc"), ("\ud800", ""), ()]

options = st.fixed_dictionaries(
    {"words": st.sampled_from(["space", "sklearn", "uax29", "uax29", "uax29", *NATIVE, *NATIVE, *SLOW, pairs, str.split])},
    optional={
        "case": st.sampled_from(["lower", "fold", "keep"]),
        "normalize": st.sampled_from([None, "NFC", "NFD", "NFKC", "NFKD"]),
        "accents": st.sampled_from(["keep", "strip"]),
        "stop_words": st.sampled_from(STOPS),
        "min_length": st.sampled_from([1, 2, 3, 17]),
        "ngrams": st.sampled_from([1, 2, (1, 2), (2, 4)]),
    },
)


def counts(analyzer: TextAnalyzer) -> list[tuple[str, int]]:
    return list(analyzer.word_frequency().items())


# ---- The same answers ------------------------------------------------------------------------------------------------


@given(texts, options)
def test_a_text_gives_what_plain_python_gives(text: str, given_options: dict[str, Any]) -> None:
    assert list(word_count(text, **given_options).items()) == counted([text], **given_options)


@given(text=texts)
def test_a_pattern_of_one_class_finds_what_re_finds(text: str) -> None:
    for pattern in NATIVE:  # making a text takes longer than finding its words
        found = word_count(text, words=pattern, case="keep")
        assert (pattern, list(found.items())) == (pattern, list(Counter(re.findall(pattern, text)).items()))


@given(texts, st.sampled_from(SLOW))
def test_a_long_text_has_the_words_of_a_short_one(text: str, words: str) -> None:
    expected = counted([text], words=words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_options, "_LONG_DOCUMENT", 0)
        patch.setattr(word_options, "_JOINED_WORDS", 2)
        assert list(word_count(text, words=words).items()) == expected


@given(st.lists(documents, max_size=6), options)
def test_documents_give_what_plain_python_gives(given_documents: list[str], given_options: dict[str, Any]) -> None:
    analyzer = TextAnalyzer(**given_options)
    told: list[Any] = []
    analyzer.add_documents(given_documents[:2])
    analyzer.set_callback(told.append)
    analyzer.add_documents(given_documents[2:])
    assert counts(analyzer) == counted(given_documents, **given_options)
    assert [info["word_count"] for info in told] == [len(terms(each, **given_options)) for each in given_documents[2:]]
    frequencies = Counter(term for each in given_documents for term in dict.fromkeys(terms(each, **given_options)))
    assert list(analyzer.document_frequency().items()) == list(frequencies.items())
    assert len(analyzer) == len(given_documents)
    assert all(analyzer.words[term] == count for term, count in counts(analyzer))


# Blanks are part of a word if a mark that is a letter follows them, and parts of a number stand around a comma.
OF_UAX29 = {"words": "uax29", "case": "keep"}


@given(texts, options, st.sampled_from(["lines", "whole"]), st.integers(1, 7), st.booleans())
@example("a  \u0345\u0345 b", OF_UAX29, "whole", 1, False)
@example("a \u093f b\t\u093f\r\u093f\n\u093f\n \u093f", OF_UAX29, "lines", 2, True)
@example("a\u202f b\u202fc 1,2 \u3000 \u0345", OF_UAX29, "whole", 3, False)
@example("x\xa0 \u093f \u0301 \u093f \xa8 \u093f", {**OF_UAX29, "normalize": "NFKC", "accents": "strip"}, "whole", 1, False)
def test_a_stream_gives_what_its_documents_give(
    text: str, given_options: dict[str, Any], kind: Any, size: int, has_callback: bool
) -> None:
    class Slow(io.BytesIO):
        def read(self, _n: int | None = -1, /) -> bytes:
            return super().read(size)

    analyzer, told = TextAnalyzer(**given_options), list[Any]()
    if has_callback:
        analyzer.set_callback(told.append)
    analyzer.add_stream(Slow(text.encode()), documents=kind)
    text = text.removeprefix("\ufeff")
    parts = [each for each in (text.split("\n") if kind == "lines" else [text]) if each.strip()]
    assert counts(analyzer) == counted(parts, **given_options)
    assert len(analyzer) == len(parts)
    if has_callback:
        assert [info["word_count"] for info in told] == [len(terms(each, **given_options)) for each in parts]
        assert [info["text"] for info in told] == parts


@pytest.mark.usefixtures("small_batches")
@given(st.lists(documents, min_size=1, max_size=6), options, st.integers(1, 60))
def test_the_number_of_threads_changes_nothing(given_documents: list[str], given_options: dict[str, Any], n: int) -> None:
    repeated = [f"{each} {'Ab aΣ' * (n // 2)} {each}" * n for each in given_documents]
    one, four = (TextAnalyzer(**given_options, threads=threads) for threads in (1, 4))
    one.add_documents(repeated), four.add_documents(repeated)
    one.add_buffer(repeated[0].encode(), documents="whole"), four.add_buffer(repeated[0].encode(), documents="whole")
    assert counts(one) == counts(four)
    assert one.document_frequency() == four.document_frequency()
    assert len(one) == len(four) == len(repeated) + 1


@pytest.mark.parametrize("words", ["sklearn", "uax29", r"[^x]+", r"\w+|\S"])
def test_long_documents_are_counted_in_pieces(words: str) -> None:
    text = "Añb c's\tΣas\nΑΣ x" * 40_000 + "y" * 70_000 + " end" + "é" * 40_000
    assert list(word_count(text, words=words, stop_words=("c",)).items()) == counted([text], words=words, stop_words=("c",))
    analyzer = TextAnalyzer(words=words, ngrams=2)
    analyzer.add_buffer(text.encode(), documents="whole")
    assert counts(analyzer) == counted([text], words=words, ngrams=2)


AT_THE_END_OF_A_CHUNK = [
    # A document ends in the white space behind the last word of a chunk, and the next chunk has capitals beyond ASCII.
    "x " * 8180 + "\n" + " " * 10 + "itselfitself Ω\nend",
    # White space of three bytes lies across the end of a chunk, two times.
    *("x " * 8192 + "q\n" + "x " * (8192 - n) + "y" * m + "\u3000abc\nend" for n, m in [(1, 1), (1, 0), (2, 3), (2, 2)]),
]


@pytest.mark.parametrize("text", AT_THE_END_OF_A_CHUNK, ids=range(5))
def test_chunks_end_anywhere(text: str) -> None:
    for given_options in (
        {"stop_words": ("no",)},
        {"words": "sklearn"},
        {"words": "uax29"},
        {"accents": "strip"},
        {"case": "keep"},
        {"ngrams": (1, 2)},
    ):
        analyzer = TextAnalyzer(threads=1, **given_options)
        for line in text.split("\n"):
            analyzer.add_buffer(line.encode(), documents="whole")
        analyzer.add_buffer(text.encode())
        assert counts(analyzer) == counted(text.split("\n") * 2, **given_options)


# What CountVectorizer(...).build_analyzer() of scikit-learn 1.9 finds, parted by "|"; importing it takes longer than all tests
# here. Each word occurs once.
OF_SKLEARN = [
    ({"words": "sklearn"}, "ça|un|café|ασ|stanbul|don|mail|14|the_end|of|it|åå|the|last|one|for|everybody|ﬁn"),
    (
        {"words": "sklearn", "stop_words": "english", "ngrams": (1, 2)},
        (
            "ça|café|ασ|stanbul|don|mail|14|the_end|åå|everybody|ﬁn|"
            "ça café|café ασ|ασ stanbul|stanbul don|don mail|mail 14|14 the_end|the_end åå|åå everybody|everybody ﬁn"
        ),
    ),
    (
        {"words": "[\\w-]+", "accents": "strip"},
        "ca|e|un|cafe|ασ|α|istanbul|don|t|e-mail|3|14|the_end|of|itTM|aa|the|last|one|for|everybody|fin",
    ),
    ({"words": "sklearn", "case": "keep"}, "Ça|un|CAFÉ|ΑΣ|İSTANBUL|don|mail|14|the_end|of|it|ÅÅ|the|last|one|for|everybody|ﬁn"),
]


@pytest.mark.parametrize(("given_options", "found"), OF_SKLEARN, ids=["default", "grams", "accents", "case"])
def test_words_are_those_of_scikit_learn(given_options: dict[str, Any], found: str) -> None:
    text = "Ça, é un CAFÉ: ΑΣ'Α İSTANBUL don't e-mail 3.14 the_end of\u00a0it™ ÅÅ the last one; for everybody, ﬁn"
    assert "|".join(word_count(text, **given_options)) == found


def test_the_english_stop_words_are_those_of_scikit_learn() -> None:
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        pytest.skip("scikit-learn is not installed")
    listed = run_path(str(Path(found.origin).parent / "feature_extraction" / "_stop_words.py"))["ENGLISH_STOP_WORDS"]
    text = " ".join([*listed, "cat"])
    assert word_count(text, stop_words="english") == {"cat": 1}
    assert len(word_count(text)) == len(listed) + 1


def test_pruning_takes_rare_words_and_keeps_the_totals(tmp_path: Path) -> None:
    analyzer = TextAnalyzer()
    analyzer.add_documents(["b a c", "a " + "x" * 20 + " a " + "x" * 20])
    assert analyzer.prune(1) == (0, 0)
    assert not analyzer.is_pruned
    assert analyzer.prune(min_count=2) == (2, 2)
    assert counts(analyzer) == [("a", 3), ("x" * 20, 2)]
    assert analyzer.get_statistics() == {"total_words": 7, "document_count": 2, "unique_words": 2}
    assert analyzer.document_frequency() == {"a": 2, "x" * 20: 1}
    analyzer.save(tmp_path / "counts")
    for other in (analyzer, copy.copy(analyzer), TextAnalyzer.load(tmp_path / "counts"), pickle.loads(pickle.dumps(analyzer))):
        assert other.is_pruned
        assert repr(other) == "TextAnalyzer(documents=2, words=7, is_pruned=True)"
    merged = TextAnalyzer()
    merged.add_document("c")
    merged.merge(analyzer)
    assert merged.is_pruned
    analyzer.add_document("b c a")
    assert counts(analyzer) == [("a", 4), ("x" * 20, 2), ("b", 1), ("c", 1)]
    assert analyzer.prune(100) == (4, 8)
    assert counts(analyzer) == []
    assert analyzer.total_words() == 10
    for wrong, kind in ((0, ValueError), ("2", TypeError)):
        with pytest.raises(kind, match="min_count must be"):
            analyzer.prune(wrong)  # type: ignore[arg-type]


def test_words_of_a_changed_table_are_not_walked_on() -> None:
    analyzer = TextAnalyzer()
    analyzer.add_document(" ".join(map(str, range(100))))
    walk = iter(analyzer.words)
    next(walk)
    analyzer.prune(2)
    with pytest.raises(RuntimeError, match="changed during iteration"):
        list(walk)


def test_bytes_come_in_any_encoding() -> None:
    text = "Ça et là, ça\n\nÇa"
    assert word_count(text.encode("utf-16"), encoding="latin-1") == word_count(text)
    for encoding in ("latin-1", "utf-16-le"):
        assert word_count(text.encode(encoding), encoding=encoding) == word_count(text)
        analyzer = TextAnalyzer()
        assert analyzer.add_buffer(text.encode(encoding), encoding=encoding) == 2
        assert analyzer.word_frequency() == word_count(text)
    damaged = bytearray(b"a\xff b")
    with pytest.raises(InvalidDocumentError, match="not valid UTF-8 at byte 1"):
        word_count(damaged)
    assert word_count(damaged, errors="replace") == {"a\ufffd": 1, "b": 1}
    analyzer = TextAnalyzer()
    assert analyzer.add_buffer(damaged, errors="replace") == 1
    pyarrow = pytest.importorskip("pyarrow")
    column = pyarrow.array([b"\xc7a", None, "Ça".encode("utf-16"), b" "])
    assert analyzer.add_arrow(column, encoding="latin-1") == 2
    assert analyzer.add_arrow(column.dictionary_encode(), errors="replace") == 2
    assert analyzer.word_frequency() == {"a\ufffd": 1, "b": 1, "ça": 3, "\ufffda": 1}
    with pytest.raises(InvalidDocumentError, match="Document 0 is not valid ASCII at byte 0") as refused:
        analyzer.add_arrow(column, encoding="ascii")
    assert (refused.value.index, refused.value.offset) == (0, 0)


def test_words_of_the_unicode_standard() -> None:
    assert list(word_count("Don't e-mail 3.14, U.S.A. 日本 हिन्दी C++ @you 👩‍👩‍👧", words="uax29")) == [
        *("don't", "e", "mail", "3.14", "u.s.a", "日", "本", "हिन्दी", "c", "you")
    ]


# ---- Columns and buffers ---------------------------------------------------------------------------------------------


def test_columns_and_buffers_are_counted_by_the_rule() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    lines = ["To be, or not", None, "to be!", "..."]
    for given_options in ({"words": "sklearn", "ngrams": (1, 2)}, {"words": r"[^ ]+"}, {"words": r"(\w+)\W"}):
        wanted = counted([each for each in lines if each], **given_options)
        column, buffer = TextAnalyzer(**given_options), TextAnalyzer(**given_options)
        assert column.add_arrow(pyarrow.array(lines)) == 3
        assert buffer.add_buffer(bytearray(b"  \n\nTo be, or not\n\nto be!\n...")) == 3
        assert counts(column) == counts(buffer) == wanted
        assert column.word_table()["term"].to_pylist() == [term for term, _ in wanted]


def test_a_line_feed_within_a_word_stays() -> None:
    analyzer = TextAnalyzer(words="[^ ]+")
    analyzer.add_document("a\nb c a\nb")
    assert counts(analyzer) == [("a\nb", 2), ("c", 1)]
    assert analyzer.words["a\nb"] == 2
    assert "a" not in analyzer.words
    assert analyzer.most_common(1) == [("a\nb", 2)]
    assert counts(pickle.loads(pickle.dumps(analyzer))) == [("a\nb", 2), ("c", 1)]
    pytest.importorskip("pyarrow")
    assert analyzer.word_table()["term"].to_pylist() == ["a\nb", "c"]


# ---- Copies, files and merging ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given_options",
    [
        {"words": "sklearn"},
        {"words": re.compile("[a-c]+", re.IGNORECASE), "case": "keep", "normalize": "NFKC", "accents": "strip"},
        {"stop_words": "english", "min_length": 2, "ngrams": (1, 2)},
        {"stop_words": ["b", "a"], "words": "uax29"},
    ],
    ids=["words", "pattern", "grams", "stop words"],
)
def test_copies_and_files_have_the_options(given_options: dict[str, Any], tmp_path: Path) -> None:
    analyzer = TextAnalyzer(**given_options)
    analyzer.add_documents(["A cat, a bc", b"...", "Ab"])
    analyzer.save(tmp_path / "counts")
    for other in (copy.copy(analyzer), pickle.loads(pickle.dumps(analyzer)), TextAnalyzer.load(tmp_path / "counts")):
        assert repr(other) == repr(analyzer)
        assert counts(other) == counts(analyzer)
        assert len(other) == 3
        analyzer.add_document("cab a"), other.add_document("cab a")
        assert counts(other) == counts(analyzer)
        other.merge(analyzer)
        analyzer = TextAnalyzer.load(tmp_path / "counts")


def test_options_stand_in_repr() -> None:
    analyzer = TextAnalyzer(words=str.split, case="keep", stop_words=["a", "b"], ngrams=2, normalize="NFC", min_length=3)
    assert repr(analyzer) == (
        "TextAnalyzer(words=str.split, case='keep', normalize='NFC', stop_words=<2 words>, min_length=3, ngrams=2, "
        "documents=0, total_words=0)"
    )
    assert repr(TextAnalyzer(words=r"\w+", accents="strip", stop_words="english")) == (
        r"TextAnalyzer(words='\\w+', accents='strip', stop_words='english', documents=0, total_words=0)"
    )
    assert repr(TextAnalyzer(words="space", ngrams=(1, 1), stop_words=[])) == "TextAnalyzer(documents=0, words=0)"


def test_a_function_is_pickled_and_not_saved(tmp_path: Path) -> None:
    analyzer = TextAnalyzer(words=pairs)
    analyzer.add_document("abcd")
    assert counts(pickle.loads(pickle.dumps(analyzer))) == [("ab", 1), ("cd", 1)]
    with pytest.raises(TypeError, match="words=pairs, a function, cannot be saved"):
        analyzer.save(tmp_path / "counts")
    assert not list(tmp_path.iterdir())
    state = analyzer.__getstate__()
    with pytest.raises(InvalidSnapshotError, match="a pattern must be an object"):
        TextAnalyzer().__setstate__(state[:2])


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"words": "uax29"}, "words"),
        ({"words": "sklearn", "case": "keep"}, "case"),
        ({"words": "sklearn", "ngrams": 2}, "ngrams"),
    ],
    ids=["words", "case", "ngrams"],
)
def test_unlike_options_are_not_merged(other: dict[str, Any], name: str) -> None:
    one = TextAnalyzer(words="sklearn")
    with pytest.raises(ValueError, match=f"one has {name}=.*, the other has {name}="):
        one.merge(TextAnalyzer(**other))
    one.merge(TextAnalyzer(words="sklearn", case="lower", stop_words=()))


def test_a_forged_pattern_is_not_tried(capsys: pytest.CaptureFixture[str]) -> None:
    """It takes seconds to find out whether it finds empty words, and with larger numbers any time."""
    data = TextAnalyzer(words="a|b").to_bytes()
    described, *others = sections_of(data, 3)
    forged = json.loads(described)
    forged["words"]["words"] = {"pattern": "(?:(?:(?:|a){400}){400}){400}", "flags": int(re.UNICODE | re.DEBUG)}
    before = time.process_time()
    analyzer = TextAnalyzer.from_bytes(sealed(data[:8], [json.dumps(forged).encode(), *others], data[8]))
    assert "400" in repr(copy.copy(analyzer))
    assert time.process_time() - before < 1
    assert capsys.readouterr().out == ""


def test_damaged_options_are_refused() -> None:
    analyzer = TextAnalyzer(words="sklearn")
    analyzer.add_document("ab")
    from text_processor._words import snapshot as words_snapshot

    for words, why in [
        ("null", "must be an object"),
        ('{"nonsense": 1}', "must be an object"),
        ('{"words": 3}', "words must be"),
        ('{"words": {"pattern": "("}}', "a pattern must be"),
        ('{"words": {"pattern": "(", "flags": 0}}', "is no regular expression"),
        ('{"ngrams": [2, 1]}', "low <= high"),
    ]:
        data = analyzer.__getstate__()[0]
        _, (described, corpus, text) = words_snapshot.CONTAINER.sections(data)
        changed = bytes(described).replace(b'{"words": "sklearn"}', words.encode())
        damaged = b"".join(words_snapshot.CONTAINER.chunks(3, (changed, bytes(corpus), bytes(text))))
        with pytest.raises(InvalidSnapshotError, match=why):
            TextAnalyzer().__setstate__((damaged, {}))


# ---- What is refused -------------------------------------------------------------------------------------------------

REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"words": 3}, TypeError, "words must be 'space', 'uax29', 'sklearn', a regular expression or a function .* not int"),
    ({"words": "("}, ValueError, r"'\(' is none: missing \)"),
    ({"words": re.compile(b"a")}, TypeError, "for str, not for bytes"),
    ({"words": "(a)(b)"}, ValueError, "has 2 groups"),
    ({"words": r"\w*"}, ValueError, r"finds words without a character; use \+ for \*"),
    ({"case": "upper"}, ValueError, "case must be 'lower' or 'fold' or 'keep', not 'upper'"),
    ({"normalize": "nfc"}, ValueError, "normalize must be None or 'NFC'.*, not 'nfc'"),
    ({"accents": None}, ValueError, "accents must be 'keep' or 'strip', not None"),
    ({"stop_words": "german"}, ValueError, "stop_words must be None, 'english' or several words, not 'german'"),
    ({"stop_words": 3}, TypeError, "stop_words must be None, 'english' or several words, not int"),
    ({"stop_words": ["a", b"b"]}, TypeError, "a stop word must be str, not bytes"),
    ({"min_length": 0}, ValueError, "min_length must be from 1 to 4294967295, not 0"),
    ({"min_length": "3"}, TypeError, "min_length must be an int, not str"),
    ({"ngrams": (2, 1)}, ValueError, "low <= high, not 2 and 1"),
    ({"ngrams": (1, 2, 3)}, ValueError, "ngrams must be an int or .low, high., not 3 numbers"),
    ({"ngrams": 1 << 17}, ValueError, "ngrams must be from 1 to 65536"),
    ({"ngrams": 1.5}, TypeError, "ngrams must be an int, not float"),
]


@pytest.mark.parametrize(
    ("given_options", "kind", "why"), REFUSED, ids=[f"{next(iter(each[0]))}-{i}" for i, each in enumerate(REFUSED)]
)
def test_wrong_options_are_refused(given_options: dict[str, Any], kind: type[Exception], why: str) -> None:
    with pytest.raises(kind, match=why):
        TextAnalyzer(**given_options)
    with pytest.raises(kind, match=why):
        word_count("a", **given_options)


def test_a_function_must_return_words() -> None:
    for wrong, kind, why in [
        (lambda _: [b"a"], TypeError, "must return words as str, not bytes"),
        (lambda _: ["a", ""], ValueError, "returned an empty word"),
    ]:
        analyzer = TextAnalyzer(words=wrong)  # type: ignore[arg-type]
        with pytest.raises(kind, match=why):
            analyzer.add_buffer(b"a")
        assert len(analyzer) == 0


def test_a_buffer_that_changes_is_noticed() -> None:
    buffer = bytearray(b"one two\n" * 10)

    def change(text: str) -> list[str]:
        buffer[40] = 0xFF
        return [text]

    with pytest.raises(TextProcessorError, match="was changed while it was read"):
        TextAnalyzer(words=change).add_buffer(buffer)
