"""The vectorizers at work within scikit-learn: searches, unions, columns of frames, its checks; each as with its own ones."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")
peer = pytest.importorskip("sklearn.feature_extraction.text")

import joblib  # type: ignore[import-untyped, unused-ignore]  # noqa: E402
import sklearn  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.linear_model import SGDClassifier  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.naive_bayes import ComplementNB  # noqa: E402
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402
from test_sklearn import VERSES, parts  # noqa: E402

import text_processor.sklearn as ours  # noqa: E402

TEXTS = [f"{verse} {'good' if i % 3 else 'bad'} w{i % 11}" for i, verse in enumerate(VERSES * 8)]
LABELS = [i % 3 == 0 for i in range(len(TEXTS))]

pytestmark = pytest.mark.filterwarnings("ignore")


def search(module: Any) -> Any:
    steps = [("rows", module.TfidfVectorizer()), ("model", SGDClassifier(random_state=0, max_iter=20))]
    options = {"rows__ngram_range": [(1, 1), (1, 2)], "rows__min_df": [1, 2]}
    return GridSearchCV(Pipeline(steps), options, n_jobs=2, cv=3)


def test_a_search_by_several_workers_finds_the_same() -> None:
    """By threads; by processes, which take seconds to start, where tools/try_sklearn.sh says so."""
    with joblib.parallel_config(os.environ.get("SKLEARN_WORKERS", "threading")):
        mine, theirs = (search(module).fit(TEXTS, LABELS) for module in (ours, peer))
    assert mine.best_params_ == theirs.best_params_
    assert mine.cv_results_["mean_test_score"].tolist() == theirs.cv_results_["mean_test_score"].tolist()


def union(module: Any) -> Any:
    return FeatureUnion([("words", module.CountVectorizer()), ("hashed", module.HashingVectorizer(n_features=64))])


def columns(module: Any) -> Any:
    return ColumnTransformer([("a", module.TfidfVectorizer(), "a"), ("b", module.CountVectorizer(analyzer="char"), "b")])


def test_unions_and_columns_of_frames() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": TEXTS, "b": TEXTS[::-1]})
    assert parts(union(ours).fit_transform(TEXTS)) == parts(union(peer).fit_transform(TEXTS))
    mine, theirs = (columns(module).fit(frame) for module in (ours, peer))
    assert parts(mine.transform(frame)) == parts(theirs.transform(frame))
    assert mine.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()


def test_scores_are_the_same_with_metadata_routing() -> None:
    with sklearn.config_context(enable_metadata_routing=True):
        scores = [cross_val_score(search(module).estimator, TEXTS, LABELS, cv=3).tolist() for module in (ours, peer)]
    assert scores[0] == scores[1]


def descriptions() -> tuple[list[str], list[str]]:
    """Paragraphs of scikit-learn's descriptions of its data, and of which each is one."""
    found = [
        (paragraph, path.name)
        for path in sorted((Path(sklearn.__file__).parent / "datasets" / "descr").glob("*.rst"))
        for paragraph in path.read_text(encoding="utf-8").split("\n\n")
    ]
    return [text for text, _ in found], [name for _, name in found]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("CountVectorizer", {"ngram_range": (1, 2)}),
        ("TfidfVectorizer", {"min_df": 2, "stop_words": "english"}),
        ("HashingVectorizer", {"alternate_sign": False, "n_features": 1 << 12}),
    ],
    ids=str,
)
def test_scores_of_a_real_task_are_the_same(name: str, parameters: dict[str, Any]) -> None:
    """Whose a paragraph is, of more than ten."""
    texts, names = descriptions()
    steps = [make_pipeline(getattr(module, name)(**parameters), ComplementNB()) for module in (ours, peer)]
    mine, theirs = (cross_val_score(each, texts, names, cv=3) for each in steps)
    assert mine.tolist() == theirs.tolist()
    assert mine.mean() > 0.2  # it has learned


@pytest.mark.skipif("sparse_interface" not in sklearn.get_config(), reason="this scikit-learn has matrices only")
@pytest.mark.parametrize("name", ["CountVectorizer", "TfidfVectorizer", "HashingVectorizer"])
def test_sparse_arrays_where_they_are_asked_for(name: str) -> None:
    with sklearn.config_context(sparse_interface="sparray"):
        mine, theirs = getattr(ours, name)(), getattr(peer, name)()
        assert parts(mine.fit_transform(TEXTS)) == parts(theirs.fit_transform(TEXTS))
        assert parts(mine.transform(TEXTS[:1])) == parts(theirs.transform(TEXTS[:1]))


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that it has few checks for what takes text
    found = parametrize_with_checks(
        [ours.CountVectorizer(), ours.TfidfVectorizer(), ours.HashingVectorizer(), ours.TfidfTransformer()]
    )
    # A list, where older versions give an iterator, which pytest will refuse.
    with_checks = pytest.mark.parametrize(found.args[0], list(found.args[1]), **found.kwargs)


@with_checks
def test_checks_of_estimators(estimator: Any, check: Any) -> None:
    check(estimator)
