"""Each function is compared with plain Python."""

import asyncio
import collections
import copy
import gc
import math
import pickle
import threading
import weakref
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import workshop
from workshop import ffi, lib

# A busy machine is not an error.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# ---- Step 1: a function ----

not_integers = pytest.mark.parametrize("value", [3.0, "3", b"3", None, Decimal(3), Fraction(3), [3], 3j], ids=repr)


def test_fibonacci() -> None:
    numbers = [workshop.fibonacci(n) for n in range(94)]
    assert numbers[:2] == [0, 1]
    assert all(numbers[n] == numbers[n - 2] + numbers[n - 1] for n in range(2, 94))
    assert numbers[92] + numbers[93] >= 2**64


def test_factorial() -> None:
    assert [workshop.factorial(n) for n in range(21)] == [math.factorial(n) for n in range(21)]


@pytest.mark.parametrize("n", [-1, 94, 2**32, 2**64, 10**5000, -(10**5000)], ids=int.bit_length)
@pytest.mark.parametrize("exception", [ValueError, OverflowError])
def test_an_argument_out_of_range(n: int, exception: type[Exception]) -> None:
    with pytest.raises(exception, match="n must be from 0 to 93, not "):
        workshop.fibonacci(n)
    with pytest.raises(exception, match="n must be from 0 to 20, not "):
        workshop.factorial(n)


@not_integers
def test_an_argument_that_is_no_integer(value: object) -> None:
    for function in (workshop.fibonacci, workshop.factorial, workshop.is_prime):
        with pytest.raises(TypeError):
            function(value)


def test_is_prime() -> None:
    assert [n for n in range(2000) if workshop.is_prime(n)] == [n for n in range(2, 2000) if all(n % d for d in range(2, n))]


@pytest.mark.parametrize("n", [2**64 - 1, 2**32, 1000003**2, 999983 * 1000003])
def test_is_not_prime(n: int) -> None:
    assert not workshop.is_prime(n)


def test_the_event_loop_goes_on() -> None:
    async def main() -> int:
        ticks = 0
        task = asyncio.create_task(workshop.is_prime_async(10**16 + 61))
        while not task.done():
            await asyncio.sleep(0.001)
            ticks += 1
        assert await task
        return ticks

    assert asyncio.run(main()) >= 10


@given(st.text(alphabet="aAbBéÉß٣, \0\ud800😀") | st.text())
@example("A man, a plan, a canal: Panama")
@example("zaAZ")
def test_is_palindrome(text: str) -> None:
    kept = [c.lower() if c.isascii() else c for c in text if c.isalnum()]
    assert workshop.is_palindrome(text) == (kept == kept[::-1])
    assert workshop.is_palindrome(text + text[::-1])


# ---- Step 2: an error ----

floats = st.floats() | st.sampled_from([0.0, -0.0, 5e-324, 1.7976931348623157e308, math.inf, math.nan])


def same(x: float, y: float) -> bool:
    return x == y or (math.isnan(x) and math.isnan(y))


@given(floats, floats, floats)
def test_divide(a: float, b: float, default: float) -> None:
    if b == 0:
        for exception in (ValueError, ZeroDivisionError):
            with pytest.raises(exception, match="Cannot divide by zero"):
                workshop.divide(a, b)
            with pytest.raises(exception, match="Division by zero"):
                workshop.safe_divide(a, b)
        assert same(workshop.safe_divide(a, b, default), default)
    else:
        assert same(workshop.divide(a, b), a / b)
        assert same(workshop.safe_divide(a, b), a / b)
        assert same(workshop.safe_divide(a, b, default), a / b)


@pytest.mark.parametrize("value", ["1", b"1", None, [1.0], 1j], ids=repr)
def test_an_argument_that_is_no_number(value: object) -> None:
    with pytest.raises(TypeError):
        workshop.divide(value, 1)
    with pytest.raises(TypeError):
        workshop.divide(1, value)
    if value is not None:
        with pytest.raises(TypeError):
            workshop.safe_divide(1, 1, value)


@given(st.integers(-(2**64), 2**64), st.sampled_from(["", "+", "00"]), st.sampled_from(["", " ", "\u2003\n"]))
@example(2**63 - 1, "", "")
@example(2**63, "", "")
@example(-(2**63), "", "")
@example(-(2**63) - 1, "", "")
def test_parse_int(number: int, before: str, around: str) -> None:
    text = f"{around}{before if number >= 0 else ''}{number}{around}"
    if number in workshop.INT64:
        assert workshop.safe_parse_int(text) == number
    else:
        with pytest.raises(OverflowError, match="Cannot parse"):
            workshop.safe_parse_int(text)


@given(st.text() | st.text(alphabet="0123456789+-_.e \0٣\ud800"))
def test_parse_what_may_be_no_int(text: str) -> None:
    digits = text.strip().removeprefix("-") if text.strip().startswith("-") else text.strip().removeprefix("+")
    if digits.isascii() and digits.isdigit() and int(text) in workshop.INT64:
        assert workshop.safe_parse_int(text) == int(text)
    else:
        with pytest.raises(ValueError, match="Cannot parse"):
            workshop.safe_parse_int(text)


@pytest.mark.parametrize("value", [1, b"1", None, ["1"]], ids=repr)
def test_parse_what_is_no_text(value: object) -> None:
    with pytest.raises(TypeError):
        workshop.safe_parse_int(value)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
@example(2**64 - 1, 0)
@example(2**64 - 1, 1)
def test_sum_as_string(a: int, b: int) -> None:
    if a + b < 2**64:
        assert workshop.sum_as_string(a, b) == str(a + b)
    else:
        with pytest.raises(OverflowError, match=f"a \\+ b must be from 0 to {2**64 - 1}, not {a + b}"):
            workshop.sum_as_string(a, b)


@not_integers
def test_sum_of_what_are_no_integers(value: object) -> None:
    with pytest.raises(TypeError):
        workshop.sum_as_string(1, value)


# ---- Step 3: a list ----

int64s = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(int64s | st.sampled_from([-(2**63), 2**63 - 1, 0, 1, -1])))
@example([2**63 - 1, 1, -1])
@example([-(2**63), -1, 1])
@example([-(2**63)] * 5 + [2**63 - 1] * 5)
def test_sum_list(numbers: list[int]) -> None:
    if sum(numbers) in workshop.INT64:
        assert workshop.sum_list(numbers) == sum(numbers)
    else:
        with pytest.raises(OverflowError, match=f"the sum must be from .* to .*, not {sum(numbers)}"):
            workshop.sum_list(numbers)


@given(st.lists(int64s | st.integers(-2, 2)))
def test_filter_positive(numbers: list[int]) -> None:
    assert workshop.filter_positive(numbers) == [number for number in numbers if number > 0]


def test_any_iterable_of_integers_is_a_list() -> None:
    for numbers in ((1, -2, True), range(-5, 5), {3: "three"}, b"\1\2", bytearray(3)):
        assert workshop.sum_list(numbers) == workshop.sum_list(iter(numbers)) == sum(numbers)
        assert workshop.filter_positive(numbers) == [number for number in numbers if number > 0]


@pytest.mark.parametrize("function", [workshop.sum_list, workshop.filter_positive])
@pytest.mark.parametrize("item", [2**63, -(2**63) - 1, 10**5000], ids=int.bit_length)
def test_an_item_out_of_range(function: Callable, item: int) -> None:
    with pytest.raises(OverflowError, match=f"item 1 must be from {-(2**63)} to {2**63 - 1}, not "):
        function([0, item, 10**30])


@not_integers
def test_an_item_that_is_no_integer(value: object) -> None:
    for function in (workshop.sum_list, workshop.filter_positive):
        with pytest.raises(TypeError, match="integer"):
            function([1, value])


@pytest.mark.parametrize("value", [1, 1.0, "12", None], ids=repr)
def test_what_is_no_list(value: object) -> None:
    for function in (workshop.sum_list, workshop.filter_positive):
        with pytest.raises(TypeError):
            function(value)


@given(st.lists(st.text() | st.text(alphabet="aAbBéÉ \0\nİΣ\ud800", max_size=2)))
@example(["apple", "Banana", "APPLE", "banana"])
@example(["ab", "a", "b", "", "", "a\0", "a"])
def test_word_frequencies(words: list[str]) -> None:
    assert list(workshop.word_frequencies(words).items()) == list(collections.Counter(word.lower() for word in words).items())


@given(st.text() | st.text(alphabet="aAbB \0\n\u2003"))
def test_count_unique_words(text: str) -> None:
    assert workshop.count_unique_words(text) == len({word.lower() for word in text.split()})


def test_more_words_than_there_is_memory() -> None:
    nothing, n_distinct = ffi.NULL, ffi.new("size_t *")
    assert lib.ws_count_words(nothing, nothing, 2**62, nothing, nothing, n_distinct) == lib.WS_NO_MEMORY
    assert isinstance(workshop._error(lib.WS_NO_MEMORY, "no memory"), MemoryError)


@pytest.mark.parametrize("value", [1, "words", b"words", None, [b"word"], ["word", None], [["word"]]], ids=repr)
def test_what_are_no_words(value: object) -> None:
    with pytest.raises(TypeError):
        workshop.word_frequencies(value)
    if not isinstance(value, str):
        with pytest.raises(TypeError):
            workshop.count_unique_words(value)


# ---- Step 4: a class with a callback ----


@given(int64s | st.sampled_from([-(2**63), 2**63 - 1]), st.lists(st.sampled_from(["increment", "decrement", "reset"])))
def test_counter(value: int, calls: list[str]) -> None:
    told: list[int] = []
    expected: list[int] = []
    counter = workshop.Counter(value, on_change=told.append)
    for call in calls:
        after = {"increment": value + 1, "decrement": value - 1, "reset": 0}[call]
        if after in workshop.INT64:
            getattr(counter, call)()
            value = after
            expected.append(value)
        else:
            with pytest.raises(OverflowError, match=f"the counter is {value}, and must be from {-(2**63)} to {2**63 - 1}"):
                getattr(counter, call)()
        assert counter.value() == value
        assert repr(counter) == f"Counter(value={value})"
    assert told == expected


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**5000], ids=int.bit_length)
def test_a_counter_out_of_range(value: int) -> None:
    with pytest.raises(OverflowError, match="value must be from "):
        workshop.Counter(value)


@not_integers
def test_a_counter_of_no_integer(value: object) -> None:
    with pytest.raises(TypeError):
        workshop.Counter(value)


def test_a_callback_that_is_none() -> None:
    with pytest.raises(TypeError, match="on_change must be a function or None, not int"):
        workshop.Counter(on_change=3)


@pytest.mark.parametrize("exception", [LookupError, KeyboardInterrupt, SystemExit, StopIteration, GeneratorExit])
def test_what_a_callback_raises_reaches_the_caller(exception: type[BaseException]) -> None:
    def refuse(value: int) -> None:
        raise exception(value)

    counter = workshop.Counter(on_change=refuse)
    with pytest.raises(exception) as raised:
        counter.increment()
    assert raised.value.args == (1,)
    assert raised.traceback[-1].name == "refuse"
    assert counter.value() == 1


def test_a_callback_that_is_false() -> None:
    class Told(list):
        __call__ = list.append

    told = Told()
    workshop.Counter(on_change=told).increment()
    assert told == [1]


def test_an_error_keeps_no_counter_alive() -> None:
    counter = workshop.Counter(on_change=lambda: None)
    gone = weakref.ref(counter)
    gc.disable()
    try:
        with pytest.raises(TypeError):
            counter.increment()
        del counter
        assert gone() is None
    finally:
        gc.enable()


def test_a_callback_may_use_the_counter() -> None:
    def to_zero(value: int) -> None:
        told.append(value)
        if value > 0:
            counter.decrement()

    told: list[int] = []
    counter = workshop.Counter(4, on_change=to_zero)
    counter.increment()
    assert told == [5, 4, 3, 2, 1, 0]


def test_a_callback_without_end() -> None:
    def again(_: int) -> None:
        counter.increment()

    counter = workshop.Counter(on_change=again)
    with pytest.raises((RecursionError, RuntimeError)):
        counter.increment()
    assert counter.value() > 10


def test_threads_share_a_counter() -> None:
    def work() -> None:
        for _ in range(10_000):
            counter.increment()

    counter = workshop.Counter()
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value() == 40_000


def test_a_counter_in_a_cycle_is_collected() -> None:
    class Watched(workshop.Counter):
        def __init__(self) -> None:
            super().__init__(on_change=self.changed)

        def changed(self, value: int) -> None:
            assert self.value() == value

    counter = Watched()
    counter.increment()
    gone = weakref.ref(counter)
    del counter
    gc.collect()
    assert gone() is None


def test_a_finalizer_that_finds_the_counter_gone() -> None:
    class Watcher:
        def __del__(self) -> None:
            try:
                outcomes.append(self.counter.value())
            except ReferenceError as error:
                outcomes.append(str(error))

    outcomes: list[object] = []
    for makes_counter_first in (True, False):
        watcher = Watcher() if not makes_counter_first else None
        counter = workshop.Counter(7)
        watcher = watcher or Watcher()
        watcher.counter, counter.watcher = counter, watcher
        del watcher, counter
        gc.collect()
    assert set(outcomes) == {7, "the counter is gone"}


def test_a_counter_that_was_not_made() -> None:
    counter = workshop.Counter.__new__(workshop.Counter)
    for call in (counter.value, counter.increment, counter.decrement, counter.reset, counter.__repr__):
        with pytest.raises(ReferenceError, match="the counter is gone"):
            call()


def test_a_counter_is_made_once() -> None:
    counter = workshop.Counter(5)
    with pytest.raises(TypeError, match="a counter is made only once"):
        counter.__init__(6)
    assert counter.value() == 5


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda counter: pickle.loads(pickle.dumps(counter))])
def test_a_copy_is_a_counter_of_its_own(copied: Callable) -> None:
    counter = workshop.Counter(5, on_change=print)
    other = copied(counter)
    other.increment()
    assert (counter.value(), other.value()) == (5, 6)
