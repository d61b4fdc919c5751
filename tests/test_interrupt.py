"""Ctrl-C gets through within a tenth of a second, whatever the size of one text."""

import random
import signal

import pytest
from interrupts import PATIENCE_SECONDS, late_by

from text_processor import TextAnalyzer, Tokenizer

pa = pytest.importorskip("pyarrow")

pytestmark = [
    pytest.mark.timing,
    pytest.mark.alone,
    pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="the system sends no signals to a thread"),
]


def tokenizer():
    made = Tokenizer("cl100k")
    made.train("low lower lowest newer ACGT CGTA GTAC TTAG GATTACA " * 20, 300)
    return made


TRAINED = tokenizer()
N = 60_000_000


def counted(threads, text):
    analyzer = TextAnalyzer(threads=threads)
    analyzer.add_documents([text])
    return analyzer.total_words()


TEXTS = {
    "words": "low lower lowest " * (N // 17),
    "one piece": "".join(random.Random(1).choices("ACGT", k=100_000)) * (N // 100_000),
    "one letter": "x" * N,
    "beyond ASCII": "語é low " * (N // 12),
}

CALLS = {
    "encode": TRAINED.encode,
    "encode_array": TRAINED.encode_array,
    "count": TRAINED.count,
    "encode_batch": lambda text: TRAINED.encode_batch(["low", text], 1),
    "encode_batch, flat, two threads": lambda text: TRAINED.encode_batch([text], 2, output="flat"),
    "count_batch": lambda text: TRAINED.count_batch([text], 1),
    "count_batch, two threads": lambda text: TRAINED.count_batch(["low", text], 2),
    "encode_arrow": lambda text: TRAINED.encode_arrow(COLUMNS[text[:3]], threads=1),
    "count_arrow, two threads": lambda text: TRAINED.count_arrow(COLUMNS[text[:3]], threads=2),
    "add_documents": lambda text: counted(1, text),
    "add_documents, two threads": lambda text: counted(2, text),
}

COLUMNS = {text[:3]: pa.array(["low", text]) for text in TEXTS.values()}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("name", CALLS)
def test_a_call_with_one_long_text_is_over_at_once(name, kind):
    text, call = TEXTS[kind], CALLS[name]
    found = [late_by(lambda: call(text), delay) for delay in (0.01, 0.03)]
    assert min((late for late in found if late is not None), default=0) < PATIENCE_SECONDS, found


def test_an_interrupted_tokenizer_goes_on_as_before():
    late_by(lambda: TRAINED.encode(TEXTS["one piece"]), 0.02)
    assert TRAINED.decode(TRAINED.encode(TEXTS["one piece"][:300_000])) == TEXTS["one piece"][:300_000]


def test_reading_many_words_is_over_at_once():
    numbers = [1] * 500_000
    terms = pa.array([f"w{i}" for i in range(len(numbers))])
    rows = pa.table({"term": terms, "count": numbers, "document_frequency": numbers})
    saved = TextAnalyzer.from_word_batches(rows, documents=1).to_bytes()
    for read in (lambda: TextAnalyzer.from_bytes(saved), lambda: TextAnalyzer.from_word_batches(rows, documents=1)):
        found = [late_by(read, delay) for delay in (0.005, 0.02)]
        assert min((late for late in found if late is not None), default=0) < PATIENCE_SECONDS / 2, found
