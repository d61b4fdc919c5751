"""`MovingAverage` and `RingBuffer`: the last numbers of a sequence."""

from __future__ import annotations

import operator
import sys
from array import array
from collections.abc import Iterator
from typing import Any

from text_processor._common.messages import shown
from text_processor._common.subclasses import attributes_of, set_attributes
from text_processor._native import numeric as native_numeric
from text_processor._native import status as native_status
from text_processor.numeric._arrays import Numbers, Output

__all__ = ["MovingAverage", "RingBuffer"]

# Numbers in one step: about ten milliseconds. More numbers take several steps, and Ctrl-C takes effect between two steps.
STEP = 1 << 18

# After so many attempts in which other threads were faster, all numbers are taken in one step, for which the others wait.
MOST_ATTEMPTS = 3


class MovingAverage:
    """The average of the last ``window_size`` numbers of a sequence of any length, without drift.

    At every moment it equals ``math.fsum(window) / len(window)``, to the last bit. The sum is kept exactly, in fixed point that
    covers the whole range of doubles. So a number that leaves the window has no later effect, not even 1e308 among numbers of
    1e-308. While a NaN or an infinity is in the window, the average is what it would be in a sum. An empty window has the
    average 0.0.

    It takes O(1) time for each number, and O(window_size) memory, which is reserved at once. Any number of threads may use it;
    each call is atomic. It can be copied and pickled; a copy continues with the same averages.

    >>> from text_processor.numeric import MovingAverage
    >>> temperatures = MovingAverage(3)
    >>> temperatures.add(10), temperatures.add(20), temperatures.add(30), temperatures.add(40)
    (10.0, 15.0, 20.0, 30.0)
    >>> temperatures.extend([70, 100])
    [46.666666666666664, 70.0]
    >>> temperatures
    MovingAverage(window_size=3, count=3, avg=70.00)
    """

    __slots__ = ("__weakref__", "_window")

    def __init__(self, window_size: int) -> None:
        """Begin with an empty window.

        Raises:
            ValueError: ``window_size`` is less than 1.
            MemoryError: there is not enough memory.
        """
        self._window = _new_window(window_size, "window_size", sums=True)

    @property
    def window_size(self) -> int:
        """The largest number of numbers in the window."""
        return self._window.state().capacity

    def add(self, value: float) -> float:
        """Add a number, and return the average of the window.

        Raises:
            TypeError: ``value`` is not a number.
            OverflowError: ``value`` is an int that is too large for a float.
        """
        return self._window.push_one(value)

    def extend(self, values: object) -> Any:
        """Add numbers, one after the other, and return the average after each.

        Args:
            values: a NumPy array or another buffer of numbers, or any iterable of numbers. Several dimensions are read in C
                order.

        Returns:
            One average for each number, in a list, a NumPy array or an `array.array`, as ``values`` has them.

        Raises:
            TypeError, ValueError, OverflowError: ``values`` are not numbers, or an int is too large for a float. After any
                exception, Ctrl-C included, the window is unchanged.
        """
        with Numbers(values, "values", floats=True) as numbers:
            averages = Output(numbers.kind, "float64", numbers.shape)
            _extend(self._window, numbers, averages)
            return averages.take()

    def average(self) -> float:
        """Return the average of the numbers in the window; 0.0 if it is empty."""
        return self._window.state().average

    def count(self) -> int:
        """Return how many numbers are in the window."""
        return self._window.state().count

    def clear(self) -> None:
        """Forget all numbers."""
        self._window.clear()

    def __repr__(self) -> str:
        state = self._window.state()
        average = f"{state.average:.2f}" if abs(state.average) < 1e16 else repr(state.average)
        return f"{type(self).__name__}(window_size={state.capacity}, count={state.count}, avg={average})"

    def __reduce__(self) -> tuple[Any, ...]:
        window = self._window
        return _restored, (type(self), window.state().capacity, window.numbers(), attributes_of(self, MovingAverage))


class RingBuffer:
    """The last ``capacity`` numbers of a sequence: a push into a full buffer drops the oldest number.

    Numbers are kept and returned as floats. ``len`` is the count of numbers in the buffer. Iterating gives the numbers that are
    in the buffer when it begins, the oldest first.

    It takes O(1) time for each number, and O(capacity) memory, which is reserved at once. Any number of threads may use it;
    each call is atomic. It can be copied and pickled.

    >>> from text_processor.numeric import RingBuffer
    >>> last = RingBuffer(3)
    >>> last.push(1)
    >>> last.extend([2, 3, 4])
    >>> last.to_list(), last.latest(), last.is_full(), len(last)
    ([2.0, 3.0, 4.0], 4.0, True, 3)
    >>> last
    RingBuffer(capacity=3, len=3)
    """

    __slots__ = ("__weakref__", "_window")

    def __init__(self, capacity: int) -> None:
        """Begin with an empty buffer.

        Raises:
            ValueError: ``capacity`` is less than 1.
            MemoryError: there is not enough memory.
        """
        self._window = _new_window(capacity, "capacity", sums=False)

    @property
    def capacity(self) -> int:
        """The largest number of numbers in the buffer."""
        return self._window.state().capacity

    def push(self, value: float) -> None:
        """Add a number.

        Raises:
            TypeError: ``value`` is not a number.
            OverflowError: ``value`` is an int that is too large for a float.
        """
        self._window.push_one(value)

    def extend(self, values: object) -> None:
        """Add numbers, one after the other.

        Args:
            values: a NumPy array or another buffer of numbers, or any iterable of numbers. Several dimensions are read in C
                order.

        Raises:
            TypeError, ValueError, OverflowError: ``values`` are not numbers, or an int is too large for a float. After any
                exception the buffer is unchanged.
        """
        with Numbers(values, "values", floats=True) as numbers:
            _extend(self._window, numbers, None)

    def latest(self) -> float | None:
        """Return the number that was added last; ``None`` if the buffer is empty."""
        state = self._window.state()
        return state.latest if state.count else None

    def is_full(self) -> bool:
        """Whether the next number will drop the oldest one."""
        state = self._window.state()
        return state.count == state.capacity

    def to_list(self) -> list[float]:
        """Return the numbers, the oldest first."""
        numbers, items = self._window.numbers(), list[float]()
        for start in range(0, len(numbers), native_status.SLICE_ENTRIES):
            items += numbers[start : start + native_status.SLICE_ENTRIES]
        return items

    def to_array(self) -> array[float]:
        """Return the numbers, the oldest first, as an ``array("d")``."""
        return self._window.numbers()

    def clear(self) -> None:
        """Forget all numbers."""
        self._window.clear()

    def __len__(self) -> int:
        return self._window.state().count

    def __iter__(self) -> Iterator[float]:
        return iter(self._window.numbers())

    def __repr__(self) -> str:
        state = self._window.state()
        return f"{type(self).__name__}(capacity={state.capacity}, len={state.count})"

    def __reduce__(self) -> tuple[Any, ...]:
        window = self._window
        return _restored, (type(self), window.state().capacity, window.numbers(), attributes_of(self, RingBuffer))


def _new_window(size: object, name: str, *, sums: bool) -> native_numeric.Window:
    if isinstance(size, bool) or not hasattr(type(size), "__index__"):
        raise TypeError(f"{name} must be an int, not {type(size).__name__}")
    capacity = operator.index(size)  # type: ignore[arg-type]
    if capacity < 1:
        raise ValueError(f"{name} must be at least 1, not {shown(capacity)}")
    if capacity > sys.maxsize:
        raise MemoryError(f"{name} of {shown(capacity)} is more than memory can be")
    return native_numeric.Window(capacity, sums=sums)


def _restored(kind: type[Any], size: int, numbers: array[float], attributes: dict[str, Any]) -> Any:
    """Make an instance again from the result of ``__reduce__``."""
    self: Any = object.__new__(kind)
    self._window = _new_window(size, "size", sums=issubclass(kind, MovingAverage))
    with Numbers(numbers, "numbers") as held:
        _extend(self._window, held, None)
    set_attributes(self, attributes)
    return self


def _extend(window: native_numeric.Window, numbers: Numbers, averages: Output | None) -> None:
    """Add numbers to a window, all or none of them, and store the average after each."""
    if numbers.dtype != "float64":
        with numbers.converted("float64") as floats:
            _extend(window, floats, averages)
        return
    room = None if averages is None else averages.pointer
    if numbers.n <= STEP:
        window.push(numbers.pointer, 0, numbers.n, room)
        return
    # Add them to a copy, step by step. The copy replaces the window, unless another thread changed the window meanwhile.
    for _ in range(MOST_ATTEMPTS):
        version, grown = window.state().version, window.copy()
        for first in range(0, numbers.n, STEP):
            grown.push(numbers.pointer, first, min(STEP, numbers.n - first), room)
        if window.exchange(grown, version):
            return
    window.push(numbers.pointer, 0, numbers.n, room)
