"""What numbers may come in, where they are read without a copy, and what form answers take."""

import ctypes
import struct
from array import array
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_processor import numeric
from text_processor._native import corpus as native_corpus
from text_processor._native import numeric as native_numeric
from text_processor.numeric._arrays import TYPECODES, Numbers, Output, common_kind


def contents(numbers):
    """What the core would read."""
    data = bytes(native_numeric.view_span(numbers.pointer, numbers.n * array(TYPECODES[numbers.dtype]).itemsize))
    return memoryview(data).cast(TYPECODES[numbers.dtype]).tolist()


def opened(given, **options):
    with Numbers(given, **options) as numbers:
        return numbers.kind, numbers.dtype, numbers.shape, contents(numbers)


def address(numbers):
    return int(native_corpus.ffi.cast("uintptr_t", numbers.pointer))


# ---- What comes in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", TYPECODES)
def test_arrays_of_every_type_are_read_where_they_lie(dtype):
    given = np.arange(5, dtype=dtype)
    with Numbers(given) as numbers:
        assert (numbers.kind, numbers.dtype, numbers.shape, contents(numbers)) == ("numpy", dtype, (5,), [0, 1, 2, 3, 4])
        assert address(numbers) == given.ctypes.data
    plain = array(TYPECODES[dtype], [0, 1, 2])
    with Numbers(plain) as numbers:
        assert (numbers.kind, numbers.dtype, numbers.shape, contents(numbers)) == ("array", dtype, (3,), [0, 1, 2])
        assert address(numbers) == plain.buffer_info()[0]


def test_a_buffer_can_grow_again_afterwards():
    plain = array("d", [1.0])
    with Numbers(plain), pytest.raises(BufferError):
        plain.append(2.0)
    plain.append(2.0)


def test_it_can_grow_again_after_an_error_too():
    plain = bytearray(8)
    with pytest.raises(TypeError, match="format 'c'"):
        Numbers(memoryview(plain).cast("c"))
    plain.append(1)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (b"\1\xff", ("array", "uint8", (2,), [1, 255])),
        (bytearray(b"\1"), ("array", "uint8", (1,), [1])),
        (memoryview(array("l", [-1])), ("array", "int64" if array("l").itemsize == 8 else "int32", (1,), [-1])),
        ((ctypes.c_int16 * 2)(1, -2), ("array", "int16", (2,), [1, -2])),
        ((ctypes.c_double * 2 * 1)((1.5, 2.5)), ("array", "float64", (1, 2), [1.5, 2.5])),
        (memoryview(bytes(range(6))).cast("B", [2, 3]), ("array", "uint8", (2, 3), list(range(6)))),
        (memoryview(b"\0\1\2\xff").cast("?"), ("array", "uint8", (4,), [0, 1, 1, 1])),
        (np.array([[True, False]]), ("numpy", "uint8", (1, 2), [1, 0])),
        (np.zeros((3, 0), "int8"), ("numpy", "int8", (3, 0), [])),
        (array("f"), ("array", "float32", (0,), [])),
    ],
)
def test_buffers(numbers, expected):
    assert opened(numbers) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], ("list", "float64", (0,), [])),
        ([1, True, -(2**63)], ("list", "int64", (3,), [1, 1, -(2**63)])),
        ([1, 2**64 - 1], ("list", "uint64", (2,), [1, 2**64 - 1])),
        ([1, 0.5, False], ("list", "float64", (3,), [1.0, 0.5, 0.0])),
        ((1, 2), ("list", "int64", (2,), [1, 2])),
        (range(3), ("list", "int64", (3,), [0, 1, 2])),
        ((x / 2 for x in range(3)), ("list", "float64", (3,), [0.0, 0.5, 1.0])),
        ([np.int32(7), np.float32(0.5)], ("list", "float64", (2,), [7.0, 0.5])),
        ([np.uint64(2**64 - 1)], ("list", "uint64", (1,), [2**64 - 1])),
    ],
)
def test_iterables(numbers, expected):
    assert opened(numbers) == expected


def test_lists_of_lists_are_two_dimensions_where_they_may_be():
    assert opened([[1, 2, 3], (4, 5, 6)], nested=True) == ("list", "int64", (2, 3), [1, 2, 3, 4, 5, 6])
    assert opened([[], []], nested=True) == ("list", "float64", (2, 0), [])
    with pytest.raises(TypeError, match=r"^numbers\[0\] must be an int or a float, not list$"):
        Numbers([[1]])


def test_ints_become_floats_where_only_floats_will_do():
    assert opened([1, 10**30], floats=True) == ("list", "float64", (2,), [1.0, 1e30])


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (np.arange(10)[::2], [0, 2, 4, 6, 8]),
        (np.arange(6).reshape(2, 3).T, [0, 3, 1, 4, 2, 5]),
        (np.arange(5)[::-1], [4, 3, 2, 1, 0]),
        (memoryview(array("i", range(5)))[::-2], [4, 2, 0]),
        (np.frombuffer(b"x" + struct.pack("=2d", 1.5, 2.5), "float64", offset=1), [1.5, 2.5]),
        (memoryview(np.frombuffer(b"x" + struct.pack("=2q", 1, 2), "int64", offset=1)), [1, 2]),
        (np.broadcast_to(np.int64(3), 4), [3, 3, 3, 3]),
    ],
)
def test_strided_and_misaligned_arrays_are_copied(numbers, expected):
    shape = memoryview(numbers).shape
    with Numbers(numbers) as opened_numbers:
        assert (opened_numbers.shape, contents(opened_numbers)) == (shape, expected)
        assert address(opened_numbers) % 8 == 0


def test_read_only_arrays_will_do():
    given = np.arange(3)
    given.flags.writeable = False
    assert opened(given)[3] == [0, 1, 2]


def test_arrow_arrays():
    pa = pytest.importorskip("pyarrow")
    assert opened(pa.array([1, 2, 3, 4], pa.int16())[1:3]) == ("array", "int16", (2,), [2, 3])
    assert opened(pa.array([1.5], pa.float32())) == ("array", "float32", (1,), [1.5])
    assert opened(pa.array([], pa.float64())) == ("array", "float64", (0,), [])
    with pytest.raises(ValueError, match="1 of the Arrow array are null"):
        Numbers(pa.array([1, None]))
    with pytest.raises(TypeError, match="not an Arrow array of string"):
        Numbers(pa.array(["one"]))
    with pytest.raises(TypeError, match="not an Arrow array of halffloat"):
        Numbers(pa.array([np.float16(1)]))


def test_what_only_numpy_can_read_is_read_by_it():
    pd = pytest.importorskip("pandas")
    assert opened(pd.Series([1, 2])) == ("numpy", "int64", (2,), [1, 2])


# ---- What does not ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (7, "must be numbers, in a buffer or an iterable, not int"),
        (None, "must be numbers, in a buffer or an iterable, not NoneType"),
        ("12", "must be numbers, in a buffer or an iterable, not one str"),
        ({1: 2}, "must be numbers, in a buffer or an iterable, not dict"),
        ([1, "2"], r"numbers\[1\] must be an int or a float, not str"),
        ([1, 2j], r"numbers\[1\] must be an int or a float, not complex"),
        ([Fraction(1, 2)], r"numbers\[0\] must be an int or a float, not Fraction"),
        ([0, np.arange(1)], r"numbers\[1\] must be an int or a float, not ndarray"),
        (np.array([1j]), r"not dtype\('complex128'\)"),
        (np.array([1], object), r"not dtype\('O'\)"),
        (np.array(["a"]), r"not dtype\('<U1'\)"),
        (np.array([1], "float16"), r"not dtype\('float16'\)"),
        (np.array([1], "longdouble"), r"not dtype\('(float128|longdouble)'\)"),
        (np.array([0], "datetime64[s]"), r"not dtype\('<M8\[s\]'\)"),
        (np.array([1], np.dtype("int32").newbyteorder()), r"not dtype\('[<>]i4'\)"),
        (np.array(1), "not a single one"),
        (np.float64(1), "not a single one"),
        (np.ma.array([1], mask=[True]), "must not be a masked array"),
        (memoryview(b"ab").cast("c"), "not a buffer of format 'c'"),
        ((ctypes.c_int.__ctype_be__ * 1)(1), "not a buffer of format '>"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,  # the same in every process
)
def test_other_types_are_refused_by_name(numbers, message):
    with pytest.raises(TypeError, match=message):
        Numbers(numbers)


class Boastful(list):
    """Says that it has more than it has."""

    def __len__(self):
        return 100_000


class Int(int):
    """An int that is copied before it is read."""


def test_lists_that_lie_about_their_length_are_as_long_as_what_they_give():
    assert opened(Boastful([1.5, 2]))[2:] == ((2,), [1.5, 2])
    assert opened(Boastful([Int(1), 2]))[2:] == ((2,), [1, 2])
    assert opened([Boastful([1.5]), Boastful([2.5])], nested=True)[2:] == ((2, 1), [1.5, 2.5])


def test_arrays_that_lie_about_their_shape_and_type_are_what_they_are():
    class Boasting(np.ndarray):
        shape = property(lambda _: (100_000,))
        ndim = property(lambda _: 1)
        dtype = property(lambda _: np.dtype("float64"))

    assert opened(np.array([1, 2], "int8").view(Boasting)) == ("numpy", "int8", (2,), [1, 2])


@pytest.mark.parametrize(("is_nested", "expected"), [(False, ((1,), [7])), (True, ((2, 2), [7, 2, 3, 4]))])
def test_lists_that_shrink_while_they_are_read(is_nested, expected):
    class Shrinking:
        def __index__(self):
            row.clear()
            return 7

    row = [Shrinking(), 2]
    assert opened([row, [3, 4]] if is_nested else row, nested=True)[2:] == expected


def test_never_is_more_read_than_there_is(monkeypatch):
    monkeypatch.setattr("text_processor.numeric._arrays._open", lambda *_: (memoryview(b"12"), "array", (3,), "uint8"))
    with pytest.raises(ValueError, match=r"numbers of shape \(3,\) and type uint8 has 2 bytes"):
        Numbers([])


@pytest.mark.parametrize(
    ("numbers", "error", "message"),
    [
        ([2**64], OverflowError, r"numbers\[0\] has no place in 64 bits: 18446744073709551616"),
        ([0, -(2**63) - 1], OverflowError, r"numbers\[1\] has no place in 64 bits: -9223372036854775809"),
        ([2**63, -(10**5000)], OverflowError, r"numbers\[1\] has no place in 64 bits: an int of 16610 bits"),
        ([2**63, -1], OverflowError, r"ints below 0, as at \[1\], and others above the largest int64"),
        ([0.5, 10**400], OverflowError, r"numbers\[1\] is too large for a float"),
        ([[1], [2, 3]], ValueError, r"numbers\[1\] has 2 numbers, but numbers\[0\] has 1"),
        ([[1], 2], TypeError, r"numbers\[1\] must be a list of numbers, as numbers\[0\] is, not int"),
        ([[1, 2], [3, "4"]], TypeError, r"numbers\[1\]\[1\] must be an int or a float, not str"),
        ([[1, 2], [2**70, 4]], OverflowError, r"numbers\[1\]\[0\] has no place in 64 bits"),
    ],
)
def test_what_does_not_fit_is_named(numbers, error, message):
    with pytest.raises(error, match=message):
        Numbers(numbers, nested=True)


def test_messages_name_numbers_and_shapes():
    with Numbers(np.array([[1, 2], [3, -4]], "int8")) as numbers:
        assert (numbers.value(3), numbers.place(3), numbers.describe()) == (-4, "[1, 1]", "int8 of shape (2, 2)")


# ---- What goes out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", TYPECODES)
@pytest.mark.parametrize("shape", [(0,), (3,), (2, 3), (1, 1), (0, 2), (2, 0)])
def test_answers_follow_what_was_given(dtype, shape):
    expected = np.arange(np.prod(shape, dtype=int), dtype=dtype).reshape(shape)
    answers = {}
    for kind in ("list", "numpy", "array"):
        output = Output(kind, dtype, shape)
        native_corpus.ffi.memmove(output.pointer, expected.tobytes(), expected.nbytes)
        answers[kind] = output.take()
    assert answers["list"] == expected.tolist()
    assert answers["numpy"].dtype == dtype
    assert np.array_equal(answers["numpy"], expected)
    assert answers["array"].tolist() == (expected.tolist() if expected.size else [])
    assert isinstance(answers["array"], array if len(shape) == 1 else memoryview)


def test_an_answer_that_cannot_be_is_no_answer():
    for kind in ("list", "numpy", "array"):
        with pytest.raises(MemoryError):
            Output(kind, "float64", (1 << 40, 1 << 40))


def test_numpy_wins_then_buffers():
    lists, buffer, numpy = Numbers([1]), Numbers(b"1"), Numbers(np.arange(1))
    assert common_kind(lists) == "list"
    assert common_kind(lists, buffer) == "array"
    assert common_kind(buffer, numpy, lists) == "numpy"


@given(st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.booleans())) | st.lists(st.floats(allow_nan=False)))
def test_lists_keep_their_numbers(items):
    assert opened(items)[3] == items
    assert opened(iter(items))[3] == items


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: numeric.RingBuffer(10**5000), MemoryError, "capacity of an int of 16610 bits is more than memory can be"),
        (lambda: numeric.MovingAverage(-(10**5000)), ValueError, "window_size must be at least 1, not an int of 16610 bits"),
        (lambda: numeric.DataProcessor(-(10**5000)), ValueError, "chunk_size must be at least 1, not an int of 16610 bits"),
        (lambda: numeric.sieve_of_eratosthenes(10**5000), ValueError, "32-bit number, not an int of 16610 bits"),
        (lambda: numeric.monte_carlo_pi(10**5000), ValueError, "not an int of 16610 bits"),
    ],
)
def test_ints_of_thousands_of_digits_are_refused_as_others_are(call, error, message):
    with pytest.raises(error, match=message):
        call()
