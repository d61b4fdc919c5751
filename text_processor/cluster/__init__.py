"""Words, tokens, sentiment and vectors on many machines: `dask`, `spark` and `ray`, one module for each engine.

Each module has the same functions: ``count_words``, ``train_tokenizer``, ``encode_column``, ``count_tokens``,
``score_sentiment``, ``fit_vectorizer`` and ``vectorize``. Import the one that you need; each needs the extra of its name. The
engine shares out the work and repeats what was lost; a part's answer is a value, so nothing is counted twice.
"""

from __future__ import annotations

__all__: list[str] = []
