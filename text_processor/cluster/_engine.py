"""What is the same for all engines: the functions that users call, their arguments, and what they mean.

A module of an engine has a subclass of `Engine`, and a public function for each one here, which `of_engine` makes.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, cast

from text_processor._common import signatures
from text_processor._common.progress import check_progress
from text_processor.analyzer import TextAnalyzer
from text_processor.bpe import PieceCounts, Tokenizer
from text_processor.cluster import _columns, _parts, _vocabularies
from text_processor.cluster._columns import Columns
from text_processor.cluster._parts import Work
from text_processor.vader import SentimentIntensityAnalyzer

P = ParamSpec("P")
R = TypeVar("R")
Count = Callable[[Any, Work], Any]


class Engine(ABC):
    """An engine, with a user's settings for one call. Counts of parts are whatever it wants them to be, until merged."""

    @abstractmethod
    def counted(self, source: Any, count: Count, work: Work) -> Any:
        """Let workers count each part of a source."""

    @abstractmethod
    def merged(self, counted: Any) -> Any:
        """Return the counts of all parts, merged in order."""

    @abstractmethod
    def table(self, source: Any, work: Work, n_parts: int, salt: int) -> Any:
        """Return a data frame of the words, of which no worker has more than some shares."""

    @abstractmethod
    def with_columns(self, frame: Any, column: str, columns: Columns) -> Any:
        """Return a data frame with columns more, made of the texts of one."""


def of_engine(engine: type[Engine], function: Callable[Concatenate[Any, P], R]) -> Callable[P, R]:
    """Return a function of this module as that of an engine, whose settings it takes by name if it takes options."""
    signatures.unquote([function, engine.__init__])
    _, *parameters = inspect.signature(function).parameters.values()
    settings: list[inspect.Parameter] = []
    if parameters[-1].kind == inspect.Parameter.VAR_KEYWORD:
        settings = list(inspect.signature(engine).parameters.values())
        parameters[-1:-1] = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in settings]

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        own = {each.name: options.pop(each.name) for each in settings if each.name in options}
        return cast(Any, function)(engine(**own), *args, **options)

    del cast(Any, call).__wrapped__
    cast(Any, call).__signature__ = inspect.signature(function).replace(parameters=parameters)
    call.__annotations__ = {name: kind for name, kind in function.__annotations__.items() if name != "engine"}
    call.__module__ = engine.__module__
    return cast("Callable[P, R]", call)


# ---- Words -----------------------------------------------------------------------------------------------------------


def count_words(
    engine: Engine,
    /,
    source: Any,
    *,
    column: str | None = None,
    result: Literal["analyzer", "table"] = "analyzer",
    order: Literal["seen", "count", "term"] | None = None,
    n_parts: int = 64,
    salt: int = 0,
    **options: Any,
) -> Any:
    """Count the words of a source on a cluster; the counts are those of one process.

    Args:
        source: paths and globs (one, or a list), also URLs of fsspec, which every worker can read; or what the engine has: a
            ``dask.bag.Bag`` of documents, or a ``dask.dataframe``, ``pyspark.sql.DataFrame`` or ``ray.data.Dataset`` with
            ``column``. A file is one part: text as for `text_processor.TextAnalyzer.add_file`, or, with ``column``, Parquet or
            JSON lines. For Spark paths are several times faster, since their text does not go through the JVM.
        column: the column of text, or the field of JSON lines.
        result: ``"analyzer"``, or ``"table"``: a data frame of the engine with the columns ``term``, ``count`` and
            ``document_frequency``, for tables that no worker can hold. That of Dask or Spark is lazy.
        order: of an analyzer's words: ``"seen"`` is the order of the text, as one process has it (the default); ``"count"`` and
            ``"term"`` sort. A table has no order.
        n_parts: the number of partitions of the table, a data frame. A worker holds the table of one part of the
            source, twice, and some of the partitions.
        salt: as for `text_processor.TextAnalyzer.split`.
        options: the arguments of `text_processor.TextAnalyzer` and of `text_processor.TextAnalyzer.add_file`, by name. A
            worker counts with ``threads=1``. And those of the engine:
        client: of Dask: a ``distributed.Client``; None means Dask's default: the current client, or threads of this process.
        session: of Spark: a ``SparkSession``; None means the current one, or a new one.
        retries: of Dask: how often the client repeats a part that raised; what was lost with a worker is always repeated. Of
            Ray: how often it repeats a task whose worker was lost, or that raised `OSError`. Spark has a setting of its own,
            ``spark.task.maxFailures``.

    Raises:
        ImportError: the engine is not installed.
        TypeError: ``source``, or an option, has the wrong type.
        ValueError: an option has a value that is not allowed.
        FileNotFoundError: nothing matches a glob.
        PartError: a part cannot be read, is damaged or is not text. The message begins with its name. In Spark it is the text
            of an error of Spark.
        MemoryError: a worker may not have as much memory as a part takes. The message begins with its name.
    """
    in_order = _parts.checked(result, order, n_parts, salt)
    work = _parts.work_of(column, options)
    if result == "table":
        return engine.table(source, work, n_parts, salt)
    whole = cast(TextAnalyzer, engine.merged(engine.counted(source, _parts.count, work)))
    return _parts.in_order(whole, in_order, work.options)


# ---- Tokens ----------------------------------------------------------------------------------------------------------


def train_tokenizer(
    engine: Engine,
    /,
    source: Any,
    pattern: str = "gpt4",
    vocab_size: int = 32_768,
    *,
    column: str | None = None,
    encoding: str | None = None,
    errors: Literal["strict", "replace"] = "strict",
    allowed_special: Literal["all"] | Collection[str] = (),
    **options: Any,
) -> Tokenizer:
    """Train a tokenizer on a cluster, with exactly the merges that training on all texts in one process gives.

    The counts of the distinct pieces must fit into one worker and into this process.

    Args:
        source: as for `count_words`; a file of text is one text.
        pattern: as for `text_processor.Tokenizer`.
        vocab_size: as for `text_processor.Tokenizer.train_from_iterator`.
        column: as for `count_words`.
        encoding: of files of text, if it is not UTF-8.
        errors: of files of text: ``"strict"`` or ``"replace"``, as for `text_processor.PieceCounts.add_file`.
        allowed_special: as for `text_processor.Tokenizer.train_from_iterator`: names of ``special_tokens`` that the workers cut
            out of the texts, or ``"all"``.
        options: ``tie_break``, ``min_frequency``, ``max_token_length`` and ``progress`` of
            `text_processor.Tokenizer.train_from_counts`, ``special_tokens`` of `text_processor.Tokenizer`, and those of the
            engine, as for `count_words`. They are checked before the workers begin.

    Raises what `count_words` raises.
    """
    tokenizer = Tokenizer(pattern, special_tokens=options.pop("special_tokens", None))
    cut = tokenizer._model.cut_for(allowed_special)
    # What is not allowed is refused here, and not when all workers have counted.
    check_progress(options.get("progress"))
    tokenizer.train_from_counts({}, vocab_size, **{name: given for name, given in options.items() if name != "progress"})
    names = None if cut is None else cut.names
    reading = {"encoding": encoding, "errors": errors}
    work = Work(column, reading, {"pattern": tokenizer.pattern, "special_tokens": names, "threads": 1})
    counts = cast(PieceCounts, engine.merged(engine.counted(source, _parts.count_pieces, work)))
    tokenizer.train_from_counts(counts, vocab_size, **options)
    return tokenizer


def encode_column(engine: Engine, /, frame: Any, column: str, tokenizer: Tokenizer) -> Any:
    """Return a data frame with an added column ``ids``: a list of the token ids of each text of a column.

    The frame is one of the engine, and so is the answer, which is lazy; it is null where the text is. The tokenizer travels
    once to each worker. Special tokens in a text raise, as in `text_processor.Tokenizer.encode`. A frame that has such a column
    already raises `ValueError`.
    """
    return engine.with_columns(frame, column, Columns(("ids",), _columns.ids, tokenizer))


def count_tokens(engine: Engine, /, frame: Any, column: str, tokenizer: Tokenizer) -> Any:
    """Return a data frame with a column ``tokens`` more: how many tokens each text of a column has. Else as `encode_column`."""
    return engine.with_columns(frame, column, Columns(("tokens",), _columns.numbers_of_tokens, tokenizer))


# ---- Sentiment and vectors -------------------------------------------------------------------------------------------


def score_sentiment(engine: Engine, /, frame: Any, column: str, analyzer: SentimentIntensityAnalyzer | None = None) -> Any:
    """Return a data frame with the columns ``neg``, ``neu``, ``pos`` and ``compound`` more: the sentiment of each text.

    The scores are those of `text_processor.vader.SentimentIntensityAnalyzer`, to the last bit. ``analyzer`` is one with rules
    or words of its own; it travels once to each worker. Else as `encode_column`.
    """
    tool = SentimentIntensityAnalyzer() if analyzer is None else analyzer
    return engine.with_columns(frame, column, Columns(_columns.SCORES, _columns.scores, tool))


def fit_vectorizer(engine: Engine, /, source: Any, vectorizer: Any, *, column: str | None = None, **options: Any) -> Any:
    """Fit a vectorizer on a cluster, to exactly the vocabulary and weights that fitting on all texts in one process gives.

    Workers count in how many documents each term is, and how often, and the counts are merged; documents stay where they are.
    The counts must fit into one worker and into this process.

    Args:
        source: as for `count_words`; each line of a file of text is a document, but blank ones.
        vectorizer: a ``CountVectorizer``, ``TfidfVectorizer`` or ``HashingVectorizer`` of ``text_processor.sklearn`` or of
            scikit-learn. It is fitted in place.
        column: as for `count_words`.
        options: those of the engine, as for `count_words`.

    Returns:
        The vectorizer.

    Raises:
        TypeError: it is no such vectorizer, or an option is unknown.
        ValueError: what scikit-learn's ``fit`` says, such as that there is not one term.

    And what `count_words` raises.
    """
    _check_known("fit_vectorizer", options)
    counter = _vocabularies.counter_of(vectorizer)
    if counter is not None:
        work = Work(column, {}, {"vectorizer": counter})
        _vocabularies.fit(vectorizer, engine.merged(engine.counted(source, _vocabularies.count, work)))
    return vectorizer


def _check_known(function: str, options: dict[str, Any]) -> None:
    """Raise if anything is left once the engine has taken its settings."""
    if options:
        raise TypeError(f"{function} has no option {', '.join(options)}: it has column, and those of the engine")


def vectorize(engine: Engine, /, frame: Any, column: str, vectorizer: Any, **options: Any) -> Any:
    """Return a data frame with the columns ``indices`` and ``values`` more: a row of a sparse matrix for each text.

    Both are lists of the same length: the columns of the matrix that are not zero, ascending, and what is there, as
    scikit-learn's ``transform`` gives it. The vectorizer is one of those that `fit_vectorizer` takes; one that needs a fit and
    has none is fitted on the column first, in place and at once. It travels once to each worker. Else as `encode_column`;
    ``options`` are those of `fit_vectorizer`.
    """
    _check_known("vectorize", options)
    if _vocabularies.needs_fit(vectorizer):
        fit_vectorizer(engine, frame, vectorizer, column=column)
    return engine.with_columns(frame, column, Columns(("indices", "values"), _columns.vectors, _vocabularies.ours(vectorizer)))
