"""Convert numbers for the core and back: an input becomes a span in C, and the result has the form of the input.

A buffer is used in place, without a copy, if it is C-contiguous, aligned and of a type that the core knows. Any other buffer
(a strided NumPy array, misaligned bytes) is copied first. Bools are copied because they need not be 0 or 1 in memory, and
lists because their numbers are not in memory as C numbers.
"""

from __future__ import annotations

import math
import operator
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from types import TracebackType
from typing import Any, Literal, Self, cast

from text_processor._common import arguments, many
from text_processor._common.messages import needs, shown
from text_processor._native import numeric as native_numeric
from text_processor._native import status as native_status
from text_processor._native.numeric import Span

Kind = Literal["list", "numpy", "array"]

# The letter of struct and array for each type. Other letters may mean the same type: where a long has 8 bytes, "l" is "q".
TYPECODES = {
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}
_NAMES = {typecode: name for name, typecode in TYPECODES.items()}
_BY_SIZE = {
    **{letter: {1: "int8", 2: "int16", 4: "int32", 8: "int64"} for letter in "bhilqn"},
    **{letter: {1: "uint8", 2: "uint16", 4: "uint32", 8: "uint64"} for letter in "BHILQN"},
    **{letter: {4: "float32", 8: "float64"} for letter in "fd"},
    "?": {1: "bool"},
}
_NATIVE_ORDERS = "@=<" if sys.byteorder == "little" else "@=>!"

# bool(byte), for each byte.
_AS_BOOL = bytes(1) + b"\1" * 255


class Numbers:
    """Numbers as the core reads them; valid within a ``with`` block.

    >>> with Numbers([[1, 2], [3, 4]], nested=True) as matrix:
    ...     matrix.kind, matrix.dtype, matrix.shape, matrix.n, matrix.value(3)
    ('list', 'int64', (2, 2), 4, 4)

    Attributes:
        kind: the form of results: ``"list"``, ``"numpy"`` or ``"array"``.
        dtype: a key of ``TYPECODES``. Bools are the ``uint8`` 0 and 1. For a list: ``int64``; ``uint64`` if one of its ints
            needs that; ``float64`` if it has a float. For an empty list: ``float64``.
        type: the same as the core's ``tp_number_type``.
        shape: the length of each dimension, as in NumPy.
        n: the count of numbers.
        pointer: the address of the numbers, which are contiguous and in C order.
    """

    __slots__ = ("_data", "_name", "_view", "dtype", "kind", "n", "pointer", "shape", "type")

    def __init__(
        self,
        numbers: object,
        name: str = "numbers",
        *,
        nested: bool = False,
        floats: bool = False,
        in_order: bool = True,
    ) -> None:
        """Open the numbers that a caller passed.

        Args:
            numbers: a buffer (`array.array`, `memoryview`, a NumPy array, …), an Arrow array, or any iterable of numbers.
            name: the name of the argument in messages.
            nested: whether a list of equally long lists of numbers is allowed, as two dimensions.
            floats: whether a list that has only ints becomes ``float64``, so that ints beyond 64 bits are allowed.
            in_order: whether the order of the numbers matters, so that a set is not allowed.

        Raises:
            TypeError: the input has the wrong type; the message names the type and, in a list, the index.
            ValueError: rows have different lengths, which the message names; an Arrow array has nulls.
            OverflowError: an int in a list fits neither into ``int64`` nor ``uint64`` or, among floats, is too large for one.
        """
        self.kind: Kind
        self._name = name
        self._view, self.kind, self.shape, self.dtype = _open(numbers, name, nested, floats, in_order)
        self.n = math.prod(self.shape)
        if self._view.nbytes != self.n * array(TYPECODES[self.dtype]).itemsize:  # the core must not read beyond the buffer
            raise ValueError(f"{name} of shape {self.shape} and type {self.dtype} has {self._view.nbytes} bytes")
        self.type = native_numeric.NUMBER_TYPES[self.dtype]
        self._data = native_numeric.open_span(self._view)
        if not native_numeric.is_aligned(self._data, self._view.itemsize):
            typecode = TYPECODES[self.dtype]
            self._data = self._let_go(array(typecode, self._view.tobytes()))
        self.pointer = self._data

    def _let_go(self, copy: array[Any]) -> Any:
        """Release the view and use a copy instead."""
        native_numeric.close_span(self._data)
        self._view.release()
        self._view = memoryview(copy)
        return native_numeric.open_span(self._view)

    @property
    def is_float(self) -> bool:
        """Whether the numbers are floats, not ints."""
        return self.dtype in ("float32", "float64")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        native_numeric.close_span(self._data)
        self._view.release()

    def _flat(self) -> Any:
        """Return a one-dimensional view whose items are Python numbers."""
        return self.bytes().cast(TYPECODES[self.dtype])  # type: ignore[call-overload]

    def value(self, index: int) -> int | float:
        """Return the number at an index in C order, for a message."""
        return cast("int | float", self._flat()[index])

    def place(self, index: int) -> str:
        """Return an index in C order as a subscript, for a message: ``"[7]"`` or ``"[1, 2]"``."""
        subscript: list[int] = []
        for length in reversed(self.shape):
            index, last = divmod(index, length)
            subscript.append(last)
        return f"[{', '.join(map(str, reversed(subscript)))}]"

    def bytes(self) -> memoryview:
        """Return the memory of the numbers; valid within the ``with`` block."""
        return native_numeric.view_span(self._data, self.n * self._view.itemsize)

    def converted(self, dtype: Literal["int64", "float64"]) -> Numbers:
        """Return the same numbers in another type; to ``float64`` they are converted as by ``float(x)``.

        Raises:
            OverflowError: a number does not fit into the type; the message gives its index and value.
        """
        if self.dtype == dtype:
            return self
        if dtype == "float64":
            return self.as_doubles(exactly=False)
        room = Output("array", dtype, (self.n,))
        try:
            native_numeric.to_int64(self.type, self.pointer, self.n, room.pointer)
        except native_status.TooLargeError as error:
            i = error.item
            raise OverflowError(f"{self._name}{self.place(i)} is {self.value(i)}, which has no place in {dtype}") from error
        return self._reshaped(room)

    def as_doubles(self, *, exactly: bool) -> Numbers:
        """Return a copy in the type ``float64``.

        Raises:
            InvalidArgumentError: with ``exactly``, an int has no equal float64; ``item`` is its index.
        """
        room = Output("array", "float64", (self.n,))
        native_numeric.to_float64(self.type, self.pointer, self.n, room.pointer, exactly=exactly)
        return self._reshaped(room)

    def _reshaped(self, room: Output) -> Numbers:
        numbers = Numbers(room.take())
        numbers.shape = self.shape
        return numbers

    def span(self, start: int, n: int) -> Span:
        """Return the span of n numbers from ``start`` on, in C order."""
        return Span(self._data + start * self._view.itemsize, self.type, n)

    def describe(self) -> str:
        """Return type and shape, for a message: ``"float64 of shape (2, 3)"``."""
        return f"{self.dtype} of shape {self.shape}"


class Output:
    """Memory for a result: the core writes to ``pointer``, and `take` returns the object for the caller.

    >>> output = Output("list", "int64", (2, 2))
    >>> output.take()
    [[0, 0], [0, 0]]

    Raises:
        MemoryError: there is not enough memory; nothing has been changed then.
    """

    __slots__ = ("_data", "_itemsize", "_kind", "_room", "_shape", "pointer")

    def __init__(self, kind: Kind, dtype: str, shape: tuple[int, ...]) -> None:
        self._kind, self._shape = kind, shape
        n = math.prod(shape)
        self._itemsize = array(TYPECODES[dtype]).itemsize
        if n * self._itemsize > sys.maxsize:
            raise MemoryError(f"an answer of shape {shape} and type {dtype} is larger than memory can be")
        self._room: Any
        if kind == "numpy":
            self._room = sys.modules["numpy"].empty(shape, dtype)
            self._data = native_numeric.open_room(self._room.reshape(-1).data)
        else:
            self._room = array(TYPECODES[dtype], [0]) * n
            self._data = native_numeric.open_room(self._room)
        self.pointer = self._data

    def at(self, index: int) -> Any:
        """Return a pointer to the number at an index."""
        return self._data + index * self._itemsize

    def take(self) -> Any:
        """Return the result: a list (of lists), a NumPy array, an `array.array` or, in more dimensions, a view of one.

        An empty view does not have the shape, because a `memoryview` cannot have a dimension of length 0.
        """
        native_numeric.close_span(self._data)
        if self._kind == "numpy":
            return self._room
        if self._kind == "array" and len(self._shape) == 1:
            return self._room
        if self._kind == "list" and 0 in self._shape:  # a view cannot have this shape
            return _empty_lists(self._shape)
        view: Any = memoryview(self._room)
        if len(self._shape) != 1 and self._room:
            view = view.cast("B").cast(self._room.typecode, list(self._shape))
        return view if self._kind == "array" else view.tolist()


def common_kind(*numbers: Numbers) -> Kind:
    """Return the form of a result of several inputs: NumPy if one of them is NumPy, otherwise array if one is a buffer."""
    kinds = {each.kind for each in numbers}
    return "numpy" if "numpy" in kinds else "array" if "array" in kinds else "list"


def _empty_lists(shape: tuple[int, ...]) -> list[Any]:
    return [_empty_lists(shape[1:]) for _ in range(shape[0])] if len(shape) > 1 else []


_Opened = tuple[memoryview, Kind, tuple[int, ...], str]


def _open(numbers: object, name: str, nested: bool, floats: bool, in_order: bool) -> _Opened:
    """Return a contiguous view, the form of results, the shape and the type."""
    items = items_of(numbers, name, in_order=in_order)
    if items is not None:
        return _open_items(items, name, nested, floats)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(numbers, (numpy.ndarray, numpy.generic)):
        return _open_numpy(numbers, name, numpy)
    if _has_buffer(numbers):
        return _open_buffer(arguments.view_of(numbers), name)
    if hasattr(numbers, "__arrow_c_array__"):
        return _open_arrow(numbers, name)
    return _open_numpy(numpy.asarray(numbers), name, numpy)  # type: ignore[union-attr]


def items_of(numbers: object, name: str, *, in_order: bool = True) -> Sequence[object] | None:
    """Return the items of an iterable, or None for an object whose numbers are in memory; ``in_order`` as in `many.check`.

    Raises:
        TypeError: the object cannot hold numbers.
    """
    if type(numbers) is list or type(numbers) is tuple:
        return cast("Sequence[object]", numbers)
    if isinstance(numbers, (list, tuple)):  # a subclass may override any method; its items count
        return list(cast("Iterable[object]", numbers))
    if _has_buffer(numbers):
        return None
    many.check(numbers, name, many.NUMBERS, in_order=in_order)
    if hasattr(numbers, "__arrow_c_array__"):
        return None
    if "numpy" in sys.modules and hasattr(numbers, "__array__"):  # some NumPy arrays, such as strings, have no buffer
        return None
    return list(cast("Iterable[object]", numbers))


def _has_buffer(thing: Any) -> bool:
    try:
        memoryview(thing).release()
    except TypeError:
        return False
    except (BufferError, ValueError):
        return True
    return True


def _open_numpy(numbers: Any, name: str, numpy: Any) -> _Opened:
    if isinstance(numbers, numpy.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array: say what stands for what is masked, as by its method filled")
    numbers = numpy.asarray(numbers)  # a subclass may report any shape and type
    dtype = numbers.dtype
    if dtype.kind not in "biuf" or dtype.itemsize > 8 or dtype == numpy.float16 or not dtype.isnative:
        raise TypeError(f"{name} must be ints of up to 64 bits, bools, float32 or float64 in native order, not {dtype!r}")
    _check_dimensions(numbers.ndim, name)
    shape = tuple(map(int, numbers.shape))
    numbers = numpy.ascontiguousarray(numbers).reshape(-1)
    if dtype.kind == "b":
        return memoryview(numbers.view(numpy.uint8)), "numpy", shape, "uint8"
    return memoryview(numbers), "numpy", shape, _BY_SIZE[{"i": "q", "u": "Q", "f": "d"}[dtype.kind]][dtype.itemsize]


def _open_buffer(view: memoryview, name: str) -> _Opened:
    order, letter = view.format[:-1], view.format[-1:]
    dtype = _BY_SIZE.get(letter, {}).get(view.itemsize)
    is_native = order == "" or (len(order) == 1 and order in _NATIVE_ORDERS) or view.itemsize == 1
    if dtype is None or not is_native or len(order) > 1:
        raise TypeError(
            f"{name} must be ints of up to 64 bits, bools, float32 or float64 in native order, "
            f"not a buffer of format {view.format!r} and {view.itemsize} bytes an item"
        )
    _check_dimensions(view.ndim, name)
    shape = tuple(view.shape or ())
    if dtype == "bool":
        return memoryview(view.tobytes().translate(_AS_BOOL)), "array", shape, "uint8"
    if not view.c_contiguous:
        view = memoryview(array(TYPECODES[dtype], view.tobytes()))
    return view, "array", shape, dtype


def _check_dimensions(ndim: int, name: str) -> None:
    if ndim == 0:
        raise TypeError(f"{name} must be numbers, not a single one")


_ARROW_TYPES = {"halffloat": None, "float": "float32", "double": "float64"}


def _open_arrow(numbers: Any, name: str) -> _Opened:
    try:
        pa: Any = import_module("pyarrow")
    except ImportError as error:
        raise ImportError(needs(f"{name} from Arrow", "pyarrow", "arrow")) from error
    column = pa.array(numbers)
    arrow_type = str(column.type)
    dtype = _ARROW_TYPES.get(arrow_type, arrow_type)
    if dtype not in TYPECODES:
        raise TypeError(f"{name} must be ints, float32 or float64, not an Arrow array of {arrow_type}")
    if column.null_count:
        raise ValueError(f"{name} must be numbers, but {column.null_count} of the Arrow array are null")
    n, typecode = len(column), TYPECODES[dtype]
    itemsize = array(typecode).itemsize
    buffer = column.buffers()[1]
    data = memoryview(buffer if n else b"").cast("B")[column.offset * itemsize : (column.offset + n) * itemsize]
    return data.cast(typecode), "array", (n,), dtype  # type: ignore[call-overload]


# ---- Lists -----------------------------------------------------------------------------------------------------------


def _open_items(items: Sequence[object], name: str, nested: bool, floats: bool) -> _Opened:
    # Another thread may change lists while they are read, so every check uses the items that were read.
    shape: tuple[int, ...]
    if nested and items and isinstance(items[0], (list, tuple)):
        rows: list[list[object]] = []
        for i, row in enumerate(items):
            rows.append(_checked_row(row, name, i, rows))
        shape = (len(rows), len(rows[0]))
        numbers = checked_items([number for row in rows for number in row], name, shape[1])
    else:
        numbers = checked_items(items, name)
        shape = (len(numbers),)
    filled = _as_array(numbers, name, shape, floats)
    if len(shape) == 1:
        shape = (len(filled),)
    return memoryview(filled), "list", shape, _NAMES[filled.typecode]


def _checked_row(given: object, name: str, index: int, rows: Sequence[Sequence[object]]) -> list[object]:
    """Return a copy of a row, after checking that it is as long as the rows before it."""
    if not isinstance(given, (list, tuple)):
        raise TypeError(f"{name}[{index}] must be a list of numbers, as {name}[0] is, not {_name(given)}")
    row = list(cast("Iterable[object]", given))
    if rows and len(row) != len(rows[0]):
        raise ValueError(f"{name}[{index}] has {len(row)} numbers, but {name}[0] has {len(rows[0])}")
    return row


def checked_items(items: Sequence[object], name: str, row_length: int | None = None) -> Sequence[int | float]:
    """Return the numbers in a list as ints and floats; usually that is the list itself.

    Every object with ``__index__`` is an int, including NumPy's ints; NumPy's floats are floats.

    Raises:
        TypeError: another object is among the items; the message gives its index and type.
    """
    if {int, bool, float}.issuperset(map(type, items)):
        return cast("Sequence[int | float]", items)
    numpy = sys.modules.get("numpy")
    floating: tuple[type, ...] = (float,) if numpy is None else (float, numpy.float32, numpy.float16)
    numbers: list[int | float] = []
    for i, item in enumerate(items):
        if isinstance(item, floating):
            numbers.append(float(item))  # type: ignore[arg-type]
        elif hasattr(type(item), "__index__") and not hasattr(item, "__len__"):
            numbers.append(operator.index(item))  # type: ignore[arg-type]
        else:
            place = f"[{i}]" if row_length is None else f"[{i // row_length}][{i % row_length}]"
            raise TypeError(f"{name}{place} must be an int or a float, not {_name(item)}{many.advice(item)}")
    return numbers


def _as_array(numbers: Sequence[int | float], name: str, shape: tuple[int, ...], floats: bool) -> array[Any]:
    if not floats and numbers and float not in set(map(type, numbers)):
        for typecode in "qQ":
            try:
                return array(typecode, cast("Sequence[int]", numbers))
            except OverflowError:
                continue
        index = _first(numbers, lambda number: not -(1 << 63) <= number < 1 << 64)
        if index is None:
            index = _first(numbers, lambda number: number < 0)
            raise OverflowError(f"{name} has ints below 0, as at {_place(index, shape)}, and others above the largest int64")
        raise OverflowError(f"{name}{_place(index, shape)} has no place in 64 bits: {shown(cast(int, numbers[index]))}")
    try:
        return array("d", numbers)
    except OverflowError as error:
        index = _first(numbers, _is_too_large)
        raise OverflowError(f"{name}{_place(index, shape)} is too large for a float") from error


def _is_too_large(number: int | float) -> bool:
    try:
        float(number)
    except OverflowError:
        return True
    return False


def _first(numbers: Sequence[int | float], is_it: Callable[[int | float], bool]) -> int | None:
    return next((i for i, number in enumerate(numbers) if is_it(number)), None)


def _place(index: int | None, shape: tuple[int, ...]) -> str:
    assert index is not None
    return f"[{index}]" if len(shape) == 1 else f"[{index // shape[1]}][{index % shape[1]}]"


def _name(thing: object) -> str:
    return type(thing).__name__
