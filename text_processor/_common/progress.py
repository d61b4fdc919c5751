"""Progress of long work: a hook that is called from time to time, or a bar in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import rich.progress

Progress = Callable[[int, int | None], object]

# 20 times a second: a bar moves smoothly, and a hook that takes a millisecond costs 2 %.
INTERVAL_SECONDS = 0.05


class Report(Protocol):
    """Reports the number of bytes that are done."""

    def __call__(self, done: int, /) -> object: ...


class _Bar(Protocol):
    def start(self, total: int | None) -> None: ...

    def show(self, done: int) -> None: ...

    def stop(self) -> None: ...


class _Reporter:
    """Calls the hook when it is due; otherwise it only reads the clock."""

    __slots__ = ("_due", "_hook", "_total", "done")

    def __init__(self, hook: Progress, total: int | None) -> None:
        self.done = 0
        self._hook = hook
        self._total = total
        self._due = monotonic() + INTERVAL_SECONDS

    def __call__(self, done: int) -> None:
        self.done = done
        if monotonic() >= self._due:
            self._hook(done, self._total)
            self._due = monotonic() + INTERVAL_SECONDS

    def finish(self) -> None:
        self._hook(self.done, self._total)


def check_progress(progress: object) -> None:
    """Raise `TypeError` if `reporting` does not take this object."""
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise TypeError(f"progress must be callable, a bool or None, not {type(progress).__name__}")


def reporting(progress: Progress | bool | None, total: int | None, unit: str = "B") -> AbstractContextManager[Report]:
    """Give a function that the work calls between its steps, with the number of bytes (or of ``unit``) that are done.

    The function calls ``progress(done, total)`` at most 20 times a second, in the calling thread, and once more with the final
    number if the work ends without an exception. ``total`` is None if it is not known. An exception of the hook passes
    through.

    Args:
        progress: the hook. True shows a bar below the cell of a notebook, or on standard error if that is a terminal. rich
            draws it, or tqdm if rich is not installed; without both there is no bar. None or False shows nothing.
        total: the number of all bytes, if that is known.
        unit: the unit that a bar shows.

    Raises:
        TypeError: ``progress`` is none of these.

    >>> with reporting(lambda done, total: print(done, "of", total), 3) as report:
    ...     for done in (1, 2, 3):
    ...         report(done)
    3 of 3
    """
    check_progress(progress)
    if callable(progress):
        return _calling(progress, total)
    bar = _new_bar(unit) if progress else None
    return _ignoring() if bar is None else _drawing(bar, total)


def _ignore(_done: int, /) -> None:
    pass


@contextmanager
def _ignoring() -> Generator[Report, None, None]:
    yield _ignore


@contextmanager
def _calling(hook: Progress, total: int | None) -> Generator[Report, None, None]:
    reporter = _Reporter(hook, total)
    yield reporter
    reporter.finish()


@contextmanager
def _drawing(bar: _Bar, total: int | None) -> Generator[Report, None, None]:
    reporter = _Reporter(lambda done, _: bar.show(done), total)
    try:  # includes the start: an interrupt there must not leave the cursor hidden
        bar.start(total)
        yield reporter
        reporter.finish()
    finally:
        bar.stop()


def _is_terminal() -> bool:
    try:
        return sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # it has been closed
        return False


def _is_notebook() -> bool:
    """Whether this process is the kernel of a notebook; IPython in a terminal has no kernel."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython is not None and hasattr(get_ipython(), "kernel")


# ---- Bars ------------------------------------------------------------------------------------------------------------
#
# Each bar is imported only when it is used, because importing takes longer than counting a book. No bar starts a thread. All
# bars disappear from the screen at the end, except tqdm's in a notebook, which stays and is red if the work failed.


def _new_bar(unit: str) -> _Bar | None:
    bars: tuple[Callable[[str], _Bar], ...] = ()
    if _is_notebook():
        bars = (_NotebookBar, _TqdmBar)
    elif _is_terminal():
        bars = (_RichBar, _TqdmBar)
    for bar in bars:
        try:
            return bar(unit)
        except ImportError:
            continue
    return None


def _rich_progress(unit: str, **options: Any) -> rich.progress.Progress:
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    counts = (DownloadColumn(), TransferSpeedColumn()) if unit == "B" else (MofNCompleteColumn(), TextColumn(unit))
    return Progress(BarColumn(), *counts, TimeRemainingColumn(), auto_refresh=False, **options)


class _RichBar:
    def __init__(self, unit: str) -> None:
        from rich.console import Console  # noqa: PLC0415

        # Standard output is left alone: what a callback prints must not end up on standard error.
        self._progress = _rich_progress(
            unit, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
        )

    def start(self, total: int | None) -> None:
        self._task = self._progress.add_task("", total=total)
        self._progress.start()

    def show(self, done: int) -> None:
        self._progress.update(self._task, completed=done, refresh=True)

    def stop(self) -> None:
        self._progress.stop()


class _NotebookBar:
    """rich's bar, redrawn in one place below the cell; rich itself would need the package ipywidgets for that."""

    def __init__(self, unit: str) -> None:
        self._progress = _rich_progress(unit)
        self._handle: Any = import_module("IPython.display").DisplayHandle()

    def start(self, total: int | None) -> None:
        self._task = self._progress.add_task("", total=total)
        self._handle.display(self._progress)

    def show(self, done: int) -> None:
        self._progress.update(self._task, completed=done)
        self._handle.update(self._progress)

    def stop(self) -> None:
        self._handle.update({"text/plain": ""}, raw=True)


class _TqdmBar:
    def __init__(self, unit: str) -> None:
        # In a notebook tqdm draws with widgets if they are installed, otherwise with text.
        tqdm: Any = import_module("tqdm.auto" if _is_notebook() else "tqdm").tqdm

        class Threadless(tqdm):  # type: ignore[misc]
            monitor_interval = 0

        self._make = Threadless
        self._unit = unit
        self._bar: Any = None

    def start(self, total: int | None) -> None:
        self._bar = self._make(total=total, unit=self._unit, unit_scale=True, mininterval=0, leave=False, file=sys.stderr)

    def show(self, done: int) -> None:
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.close()
