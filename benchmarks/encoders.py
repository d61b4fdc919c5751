"""One tokenizer in a process of its own: loads a published vocabulary, encodes, and prints how long that took, as JSON.

    python benchmarks/encoders.py <JOB

`published.py` starts it; JOB is JSON with the fields of `Job`. Each function is warmed up on the first half of the text and
timed once on a part of the other half that this process has not seen. The time is that of the processor, so that other programs
change it less. Nothing but the library that is measured is imported, since memory is measured too.
"""

from __future__ import annotations

import gc
import hashlib
import json
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

Ids = Sequence[int]


class Job(NamedTuple):
    """Who encodes what with which vocabulary; ``task`` is one of `TASKS`."""

    contestant: str
    task: str
    vocabulary: str  # a .tiktoken file, or a tokenizer.json
    pattern: str  # the regular expression; empty if the vocabulary is a tokenizer.json
    scheme: str  # gigatoken's name of the pattern
    special: dict[str, int]
    text: str  # a file
    turn: int
    is_quick: bool


class Encoder(NamedTuple):
    """The functions of a library, each in the quickest form that it has. What it lacks is None."""

    to_list: Callable[[str], list[int]]
    to_array: Callable[[str], Any] | None
    count: Callable[[str], int]
    to_lists: Callable[[list[str]], list[list[int]]]
    to_flat: Callable[[list[str]], Any] | None
    to_counts: Callable[[list[str]], Any]
    decode: Callable[[list[int]], str]
    with_special: Callable[[str], list[int]] | None


# ---- The libraries ---------------------------------------------------------------------------------------------------


def ours(job: Job) -> Encoder:
    from text_processor import Tokenizer  # noqa: PLC0415 - only what is measured is imported

    if job.pattern:
        tokenizer = Tokenizer.load(job.vocabulary, pattern=job.pattern, special_tokens=job.special)
    else:
        tokenizer = Tokenizer.load(job.vocabulary)
    return Encoder(
        tokenizer.encode_ordinary,
        lambda text: tokenizer.encode_array(text, disallowed_special=()),
        lambda text: tokenizer.count(text, disallowed_special=()),
        lambda texts: tokenizer.encode_batch(texts, 1, disallowed_special=()),
        lambda texts: tokenizer.encode_batch(texts, 1, output="flat", disallowed_special=()),
        lambda texts: tokenizer.count_batch(texts, 1, disallowed_special=()),
        tokenizer.decode,
        lambda text: tokenizer.encode(text, allowed_special="all"),
    )


def tiktoken(job: Job) -> Encoder:
    from tiktoken import Encoding  # noqa: PLC0415
    from tiktoken.load import load_tiktoken_bpe  # noqa: PLC0415

    ranks = load_tiktoken_bpe(job.vocabulary)
    encoding = Encoding("published", pat_str=job.pattern, mergeable_ranks=ranks, special_tokens=job.special)
    return Encoder(
        encoding.encode_ordinary,
        encoding.encode_to_numpy if sys.modules.get("numpy") else None,
        lambda text: len(encoding.encode_ordinary(text)),
        lambda texts: encoding.encode_ordinary_batch(texts, num_threads=1),
        None,
        lambda texts: list(map(len, encoding.encode_ordinary_batch(texts, num_threads=1))),
        encoding.decode,
        lambda text: encoding.encode(text, allowed_special="all"),
    )


def hugging_face(job: Job) -> Encoder:
    from tokenizers import Tokenizer  # noqa: PLC0415

    tokenizer = Tokenizer.from_file(job.vocabulary)

    def to_list(text: str) -> list[int]:
        return cast("list[int]", tokenizer.encode(text, add_special_tokens=False).ids)

    def to_lists(texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    return Encoder(
        to_list,
        None,
        lambda text: len(to_list(text)),
        to_lists,
        None,
        lambda texts: list(map(len, to_lists(texts))),
        lambda ids: tokenizer.decode(ids, skip_special_tokens=False),
        to_list,
    )


def fastokens(job: Job) -> Encoder:
    from fastokens._native import Tokenizer  # noqa: PLC0415 - the package itself is a patch of transformers

    if job.pattern:
        tokenizer = Tokenizer.from_tiktoken(job.vocabulary, pattern=job.pattern, special_tokens=job.special)
    else:
        tokenizer = Tokenizer.from_file(job.vocabulary)

    def counts(texts: list[str]) -> list[int]:
        ends = memoryview(tokenizer.encode_batch_flat(texts)[1]).cast("Q")
        return [end - start for start, end in pairwise(ends)]

    return Encoder(
        lambda text: cast("list[int]", tokenizer.encode_ordinary(text).ids),
        lambda text: tokenizer.encode_batch_flat([text], split_special_tokens=True)[0],
        lambda text: len(tokenizer.encode_batch_flat([text])[0]) // 4,
        lambda texts: [encoding.ids for encoding in tokenizer.encode_batch(texts)],
        tokenizer.encode_batch_flat,
        counts,
        tokenizer.decode,
        lambda text: cast("list[int]", tokenizer.encode(text).ids),
    )


def gigatoken(job: Job) -> Encoder:
    from gigatoken import Tokenizer  # noqa: PLC0415

    load = Tokenizer.from_tiktoken
    tokenizer = load(job.vocabulary, job.scheme, job.special) if job.pattern else Tokenizer(job.vocabulary)

    def to_flat(texts: list[str]) -> Any:
        layout = tokenizer.encode_batch(texts, parallel=False).layout
        return layout.content.data, layout.offsets.data

    def counts(texts: list[str]) -> list[int]:
        offsets = to_flat(texts)[1]
        return cast("list[int]", (offsets[1:] - offsets[:-1]).tolist())

    return Encoder(
        lambda text: cast("list[int]", tokenizer.encode(text).tolist()),
        tokenizer.encode,
        lambda text: len(tokenizer.encode(text)),
        lambda texts: cast("list[list[int]]", tokenizer.encode_batch_list(texts, parallel=False)),
        to_flat,
        counts,
        lambda ids: tokenizer.decode(ids).decode("utf-8", "replace"),
        lambda text: cast("list[int]", tokenizer.encode(text).tolist()),
    )


CONTESTANTS: dict[str, Callable[[Job], Encoder]] = {
    "tiktoken": tiktoken,
    "tokenizers": hugging_face,
    "fastokens": fastokens,
    "gigatoken": gigatoken,
    "Tokenizer": ours,
}


# ---- Measuring -------------------------------------------------------------------------------------------------------


class Result(NamedTuple):
    """What a row cost, in seconds or in bytes of memory, over so many bytes or calls, and a digest of all ids."""

    row: str
    cost: float
    amount: int
    digest: str


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    gc.disable()
    start = time.process_time()
    found = work()
    seconds = time.process_time() - start
    gc.enable()
    return seconds, found


def digest(ids: Any) -> str:
    """Return the same for the same ids, whatever holds them."""
    numbers = array("I", ids) if isinstance(ids, list) else array("I", bytes(memoryview(ids).cast("B")))
    return hashlib.sha256(numbers.tobytes()).hexdigest()[:16]


def nbytes(text: str) -> int:
    return len(text.encode())


def halves(text: str) -> tuple[str, str]:
    middle = text.find(" ", len(text) // 2)
    middle = len(text) // 2 if middle < 0 else middle
    return text[:middle], text[middle:]


def parts(text: str, n: int) -> list[str]:
    size = -(-len(text) // n)
    return [text[start : start + size] for start in range(0, len(text), size)]


def messages(text: str, n: int, least: int, most: int) -> list[str]:
    """Cut at most n messages from a text, of lengths that go evenly through a range in no visible order."""
    found: list[str] = []
    start = 0
    while len(found) < n and start < len(text):
        size = least + len(found) * 7919 % (most - least + 1)
        found.append(text[start : start + size])
        start += size
    return found


def measure_text(encoder: Encoder, job: Job, text: str) -> Iterator[Result]:
    """A whole text: the first call of the process, then lists, arrays and counts, each of another third."""
    seen, unseen = halves(text)
    seconds, found = timed(lambda: encoder.to_list(seen))
    yield Result("first", seconds, nbytes(seen), digest(found))
    del found
    thirds = parts(unseen, 3)
    rows: list[tuple[str, Callable[[str], Any] | None]] = [
        ("list", encoder.to_list),
        ("array", encoder.to_array),
        ("count", encoder.count),
    ]
    for i, (row, function) in enumerate(rows):
        if function is None:
            continue
        function(seen)
        part = thirds[(i + job.turn) % 3]
        seconds, found = timed(lambda f=function, p=part: f(p))
        # Which third it is differs between rounds, but not between those who are compared.
        yield Result(row, seconds, nbytes(part), str(found) if row == "count" else digest(found))


def measure_lists(encoder: Encoder, job: Job, text: str) -> Iterator[Result]:
    """Many messages as one batch, as lists; with the next two: each form in a process of its own, as all take the same ones."""
    yield from measure_messages(encoder.to_lists, job, text, lambda found: [token for tokens in found for token in tokens])


def measure_flat(encoder: Encoder, job: Job, text: str) -> Iterator[Result]:
    if encoder.to_flat is not None:
        yield from measure_messages(encoder.to_flat, job, text, lambda found: found[0])


def measure_counts(encoder: Encoder, job: Job, text: str) -> Iterator[Result]:
    yield from measure_messages(encoder.to_counts, job, text, list)


def measure_messages(
    function: Callable[[list[str]], Any], job: Job, text: str, ids_of: Callable[[Any], Any]
) -> Iterator[Result]:
    seen, unseen = halves(text)
    n = 300 if job.is_quick else 10_000
    function(messages(seen, n, 20, 300))
    batch = messages(unseen, n, 20, 300)
    seconds, found = timed(lambda: function(batch))
    yield Result("messages", seconds, sum(map(nbytes, batch)), digest(ids_of(found)))


def measure_calls(encoder: Encoder, job: Job, text: str) -> Iterator[Result]:
    """Many calls, each with one message, all of them new but the shortest: the time of a call."""
    seen, unseen = halves(text)
    n = 50 if job.is_quick else 2000
    stretches = iter(parts(unseen, 8))
    rows: list[tuple[str, Callable[[str], Any] | None]] = [
        ("list", encoder.to_list),
        ("array", encoder.to_array),
        ("count", encoder.count),
    ]
    for size in (2, 100, 2000):
        for row, function in rows:
            stretch = "" if size == 2 else next(stretches)
            if function is None:
                continue
            given = ["Hi"] * n if size == 2 else messages(stretch, n if size == 100 else n // 10, size, size)
            found = each(function, messages(seen, n, size, size))
            seconds, found = timed(lambda f=function, g=given: each(f, g))
            ids = found if row == "count" else [token for tokens in found for token in as_list(tokens)]
            yield Result(f"{size} characters, {row}", seconds, len(given), digest(ids))
    ids_of = [encoder.to_list(message) for message in messages(unseen, n, 86, 86)]
    each(encoder.decode, ids_of[: n // 2])
    seconds, decoded = timed(lambda: each(encoder.decode, ids_of[n // 2 :]))
    yield Result("86 characters, decode", seconds, len(decoded), hashlib.sha256("".join(decoded).encode()).hexdigest()[:16])


def each(function: Callable[[Any], Any], given: Iterable[Any]) -> list[Any]:
    return [function(item) for item in given]


def as_list(ids: Any) -> Ids:
    return array("I", ids) if isinstance(ids, bytes) else cast("Ids", ids)


def measure_special(encoder: Encoder, _job: Job, text: str) -> Iterator[Result]:
    """A text full of special tokens."""
    if encoder.with_special is None:
        return
    seen, unseen = halves(text)
    encoder.with_special(seen)
    seconds, found = timed(lambda: encoder.with_special(unseen) if encoder.with_special else None)
    yield Result("list", seconds, nbytes(unseen), digest(found))


def resident() -> int:
    """The memory that this process holds now, in bytes; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0
    return next(1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def measure_memory(encoder: Encoder, _job: Job, text: str) -> Iterator[Result]:
    """What the process holds after it has encoded a text, which it forgets."""
    found = encoder.to_list(text)
    told = digest(found)
    del found
    gc.collect()
    yield Result("resident", resident(), 1, told)


TASKS: dict[str, Callable[[Encoder, Job, str], Iterator[Result]]] = {
    "text": measure_text,
    "lists": measure_lists,
    "flat": measure_flat,
    "counts": measure_counts,
    "calls": measure_calls,
    "special": measure_special,
    "memory": measure_memory,
}


def main() -> None:
    job = Job(**json.load(sys.stdin))
    text = Path(job.text).read_text(encoding="utf-8")
    start = time.process_time()
    encoder = CONTESTANTS[job.contestant](job)
    loading = time.process_time() - start
    rows = [result._asdict() for result in TASKS[job.task](encoder, job, text)]
    print(json.dumps({"loading": loading, "rows": rows}))


if __name__ == "__main__":
    main()
