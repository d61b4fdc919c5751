"""A report on one corpus, or on how two differ, as one HTML page; and the statistics behind it.

`text_processor.TextAnalyzer.report` and ``text-processor report`` write the page. It needs the extra ``report``; the functions
need nothing.

>>> from text_processor import TextAnalyzer
>>> from text_processor.report import keyness
>>> sea, land = TextAnalyzer(), TextAnalyzer()
>>> sea.add_document("the whale and the ship and the whale")
>>> land.add_document("the road and the hill and the road")
>>> [(key.word, round(key.g2, 2), round(key.log_ratio, 2)) for key in keyness(sea, land)][:2]
[('road', 2.77, -2.0), ('whale', 2.77, 2.0)]
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from text_processor._common import arguments
from text_processor._common import files as common_files
from text_processor._common.messages import quoted
from text_processor._common.progress import Progress, check_progress, reporting
from text_processor._documents.sources import Options
from text_processor._native.process import CORE_VERSION
from text_processor._words.options import REPORT_NGRAM_NBYTES
from text_processor.errors import EmptyAnalyzerError
from text_processor.report._dispersion import Dispersion, dispersion
from text_processor.report._keyness import Key, keyness
from text_processor.report._kwic import Line, kwic
from text_processor.report._page import Side, Steps, check_packages, page_of
from text_processor.report._tables import table_of
from text_processor.report._texts import Files, Kept

__all__ = ["Dispersion", "Key", "Line", "dispersion", "keyness", "kwic", "page"]

StrOrBytesPath = str | bytes | os.PathLike[Any]


def __dir__() -> list[str]:
    return sorted(__all__)


def page(
    analyzer: Any,
    *,
    versus: Any = None,
    names: Sequence[str] | None = None,
    files: Iterable[StrOrBytesPath] | None = None,
    versus_files: Iterable[StrOrBytesPath] | None = None,
    documents: Literal["lines", "whole"] = "lines",
    errors: Literal["strict", "replace"] = "strict",
    encoding: str | None = None,
    title: str | None = None,
    ngram_bytes: int | None = REPORT_NGRAM_NBYTES,
    progress: Progress | bool | None = None,
) -> str:
    """Return the page that `text_processor.TextAnalyzer.report` writes, as HTML. The arguments and errors are those.

    >>> from text_processor import TextAnalyzer
    >>> from text_processor.report import page
    >>> analyzer = TextAnalyzer()
    >>> analyzer.add_document("to be or not to be")
    >>> page(analyzer)[:15]
    '<!doctype html>'
    """
    if title is not None and not isinstance(cast(object, title), str):
        raise TypeError(f"title must be str or None, not {type(title).__name__}")
    given = [analyzer] if versus is None else [analyzer, versus]
    shown_names = _checked_names(names, len(given))
    if versus is None and versus_files is not None:
        raise ValueError("versus_files are the files of versus, which is not given")
    options = Options(documents, "skip", errors, encoding).checked()
    if ngram_bytes is not None:
        ngram_bytes = arguments.checked_whole("ngram_bytes", ngram_bytes, 1, sys.maxsize)
    check_progress(progress)
    sides = [
        _side(each, argument, name, paths, options)
        for each, argument, name, paths in zip(
            given,
            ("analyzer", "versus"),
            shown_names,
            (_listed(files, "files"), _listed(versus_files, "versus_files")),
            strict=False,
        )
    ]
    if len(sides) == 2 and (name := sides[0].options.differing(sides[1].options)) is not None:
        raise ValueError(
            f"both analyzers must have the same options for words, but one has {sides[0].options.shown(name)}, "
            f"the other has {sides[1].options.shown(name)}"
        )
    check_packages()
    steps = Steps(sides, ngram_bytes)
    with reporting(progress, steps.total or None) as steps.report:
        made = page_of(sides, title, CORE_VERSION, ngram_bytes, steps)
        steps.report(steps.total)  # a step that has nothing to do is left out
    return made


def write(path: StrOrBytesPath, analyzer: Any, **options: Any) -> None:
    """Write the page into a file: what `text_processor.TextAnalyzer.report` does."""
    made = page(analyzer, **options)
    common_files.write_file(os.fsdecode(path), [made.encode()])


def _side(given: Any, argument: str, name: str, paths: list[StrOrBytesPath] | None, options: Options) -> Side:
    table = table_of(given, argument)
    if not table.total:
        raise EmptyAnalyzerError(f"Cannot report on {argument}, which has no words")
    texts: Files | Kept | None = None
    can_be_cut = given._options.rule.can_be_cut
    if paths is not None:
        texts = Files(paths, options, sum(map(_size_of, paths)), can_be_cut=can_be_cut)
    elif given._ledger.keeps_documents:
        texts = Kept(given.get_documents(), can_be_cut=can_be_cut)
    return Side(name, table, given._options, given._n_threads(), texts)


def _size_of(path: StrOrBytesPath) -> int:
    status = Path(os.fsdecode(path)).stat()
    if not stat.S_ISREG(status.st_mode):  # a pipe would be empty, or wait for ever
        raise ValueError(
            f"{quoted(os.fsdecode(path))} cannot be read again, which a report does: give files, not pipes or devices"
        )
    return status.st_size


def _checked_names(names: Sequence[str] | None, n: int) -> Sequence[str]:
    if names is None:
        return ("this corpus", "the other corpus")[:n]
    if not hasattr(cast(Any, type(names)), "__iter__"):
        raise TypeError(f"names must be a sequence of str, not {type(names).__name__}")
    found = [names] if isinstance(names, str) else list(names)
    if not all(isinstance(cast(object, name), str) for name in found):
        raise TypeError(f"names must be of str, not {quoted(names)}")
    if len(found) != n:
        raise ValueError(f"names must be {n}, one for each corpus, not {len(found)}")
    return found


def _listed(paths: Iterable[StrOrBytesPath] | None, argument: str) -> list[StrOrBytesPath] | None:
    if paths is None:
        return None
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise TypeError(f"{argument} must be an iterable of paths, not one; [path] is a list of one")
    if not hasattr(cast(Any, type(paths)), "__iter__"):
        raise TypeError(f"{argument} must be an iterable of paths, not {type(paths).__name__}")
    return [os.fspath(path) for path in paths]
