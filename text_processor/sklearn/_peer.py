"""What of scikit-learn the vectorizers stand on; it has no types."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_text: Any = import_module("sklearn.feature_extraction.text")
PeerCount: Any = _text.CountVectorizer
PeerHashing: Any = _text.HashingVectorizer
PeerTransformer: Any = _text.TfidfTransformer
PeerTfidf: Any = _text.TfidfVectorizer

row_functions: Any = import_module("sklearn.utils.sparsefuncs_fast")
normalize: Any = import_module("sklearn.preprocessing").normalize
NotFittedError: Any = import_module("sklearn.exceptions").NotFittedError
UNUSED: Any = import_module("sklearn.utils.metadata_routing").UNUSED
check_is_fitted: Any = import_module("sklearn.utils.validation").check_is_fitted
