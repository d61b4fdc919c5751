"""A book in parts, as files and as documents, and what one process counts in it: for the tests of all engines."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from text_processor import TextAnalyzer
from text_processor.cluster import _columns
from text_processor.vader import SentimentIntensityAnalyzer

LINES = (Path(__file__).parent.parent / "examples" / "kjv.txt").read_text(encoding="utf-8").splitlines()[:6000]
CUTS = [0, 1, 900, 901, 3500, 6000]

# What is in the files, in the order of their names.
TEXTS = [*("".join(f"{line}\n" for line in LINES[start:stop]) for start, stop in pairwise(CUTS)), "\n\n"]


def files_in(folder: Path) -> Path:
    """Write the texts as files of this folder, some compressed; return the folder."""
    for i, text in enumerate(TEXTS):
        (folder / f"{i}.txt").write_bytes(gzip.compress(text.encode(), 1) if i % 2 else text.encode())
    return folder


def analyzer_of(documents: list[str], **options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(**options)
    analyzer.add_documents(documents, blank="skip")
    return analyzer


def assert_same(found: TextAnalyzer, expected: TextAnalyzer, *, in_order: bool = True) -> None:
    assert found.get_statistics() == expected.get_statistics()
    assert found.document_frequency() == expected.document_frequency()
    assert found.word_frequency() == expected.word_frequency()
    if in_order:
        assert list(found.words) == list(expected.words)


def vectors_of(rows: Any, n_columns: int) -> Any:
    """The matrix of the columns that `vectorize` adds to a table of Arrow."""
    np, sparse = import_module("numpy"), import_module("scipy.sparse")
    indices, values = (rows[name].combine_chunks() for name in ("indices", "values"))
    starts = np.cumsum([0, *indices.value_lengths().to_pylist()])
    return sparse.csr_matrix((values.flatten(), indices.flatten(), starts), shape=(len(rows), n_columns))


def assert_columns(engine: Any, frame: Any, texts: list[str | None], read: Callable[[Any], Any], **settings: Any) -> None:
    """Sentiment and vectors of the column "text" of a frame are those of one process; `read` makes a table of Arrow of it."""
    peers = import_module("sklearn.feature_extraction.text")
    analyzer, known = SentimentIntensityAnalyzer(), [text for text in texts if text is not None]
    scored = read(engine.score_sentiment(frame, "text", analyzer))
    expected = [analyzer.polarity_scores(text) if text is not None else dict.fromkeys(_columns.SCORES) for text in texts]
    by_text = dict(zip(texts, expected, strict=True))
    assert scored.num_rows == len(texts)
    assert [by_text[text] for text in scored["text"].to_pylist()] == scored.select(_columns.SCORES).to_pylist()
    vectorizer, peer = peers.TfidfVectorizer(min_df=2, max_features=99), peers.TfidfVectorizer(min_df=2, max_features=99)
    rows = read(engine.vectorize(frame, "text", vectorizer, **settings))
    peer.fit(known)
    assert vectorizer.vocabulary_ == peer.vocabulary_
    assert vectorizer.idf_.tobytes() == peer.idf_.tobytes()
    rows = rows.filter(rows["text"].is_valid())
    assert (vectors_of(rows, len(peer.vocabulary_)) != peer.transform(rows["text"].to_pylist())).nnz == 0
