"""The functions of a cluster on an engine that does everything here and at once."""

from __future__ import annotations

from typing import Any

import pytest

from text_processor.cluster import _columns, _engine, _parts


class Here(_engine.Engine):
    """An engine without workers; its sources are lists of parts, and its data frames are tables of Arrow."""

    def __init__(self, fan_in: int = 8) -> None:
        self._fan_in = fan_in

    def counted(self, source: Any, count: Any, work: Any) -> Any:
        return [count(part, work).to_bytes() for part in source or [[]]]

    def merged(self, counted: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_parts, "FAN_IN", self._fan_in)
            return _parts.merge([_parts.tree(counted, _parts.merge_bytes)])

    def table(self, source: Any, work: Any, n_parts: int, salt: int) -> Any:
        shares = [_parts.shares(part, work, n_parts, salt) for part in source]
        return [_parts.table(_parts.tree(alike, _parts.merge_bytes)) for alike in zip(*shares, strict=True)]

    def with_columns(self, frame: Any, column: str, columns: Any) -> Any:
        return _columns.added(frame, column, columns)


count_words = _engine.of_engine(Here, _engine.count_words)
fit_vectorizer = _engine.of_engine(Here, _engine.fit_vectorizer)
vectorize = _engine.of_engine(Here, _engine.vectorize)
encode_column = _engine.of_engine(Here, _engine.encode_column)
train_tokenizer = _engine.of_engine(Here, _engine.train_tokenizer)
count_tokens = _engine.of_engine(Here, _engine.count_tokens)
score_sentiment = _engine.of_engine(Here, _engine.score_sentiment)
