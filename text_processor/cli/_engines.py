"""Engines for the command line: connect to a cluster, or start one on this machine, and end it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from typing import Any

from text_processor._common.messages import needs
from text_processor.analyzer import TextAnalyzer
from text_processor.cli._shared import FileError, printable
from text_processor.errors import TextProcessorError

ENGINES = ["dask", "spark", "ray"]

_PACKAGES = {"dask": "distributed", "spark": "pyspark.sql", "ray": "ray"}


def counted_on_cluster(engine: str, address: str | None, files: list[str], options: dict[str, Any]) -> TextAnalyzer:
    """Count files by an engine, or raise a `FileError` of one line."""
    try:
        with _connected(engine, address) as count_words:
            counted: TextAnalyzer = count_words(files, **options)
    except (TextProcessorError, ImportError, OSError, ValueError) as error:
        raise FileError(printable(str(error))) from error
    return counted


@contextmanager
def _connected(engine: str, address: str | None) -> Generator[Callable[..., Any], None, None]:
    """Give the engine's ``count_words``, for its cluster at an address, or for one on this machine."""
    try:
        package = import_module(_PACKAGES[engine])
    except ImportError as error:
        raise ImportError(needs(f"--engine {engine}", _PACKAGES[engine].partition(".")[0], engine)) from error
    count = import_module(f"text_processor.cluster.{engine}").count_words
    with ExitStack() as stack:
        if engine == "dask":
            yield partial(count, client=stack.enter_context(package.Client(address, set_as_default=False)))
        elif engine == "spark":
            builder = package.SparkSession.builder.appName("text-processor count").master(address or "local[*]")
            session = builder.getOrCreate()
            stack.callback(session.stop)
            yield partial(count, session=session)
        else:
            package.init(address=address, log_to_driver=False)
            stack.callback(package.shutdown)
            yield count
