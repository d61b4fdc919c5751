"""Every C function that is given bytes has a fuzz target, and every target has inputs and a dictionary to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in (ROOT / "tests" / "c").glob("fuzz_*.c"))

# Bytes of any kind and numbers in memory; names of instruction sets are static strings.
TAKES_BYTES = re.compile(
    r"\bconst uint8_t \*(?:text|word|words|tokens|snapshot)\b|const void \*"
    r"|const tp_arrow_array \*|const tp_batch \*|const tp_rows \*"
)


def functions_that_take_bytes() -> list[str]:
    declared = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "csrc" / "textproc").glob("*.h"))
    declared = re.sub(r"/\*.*?\*/", "", declared, flags=re.DOTALL)
    prototypes = re.findall(r"^[\w *]+?\b(tp_\w+)\(([^;{]*?)\);", declared, flags=re.DOTALL | re.MULTILINE)
    return [name for name, parameters in prototypes if TAKES_BYTES.search(parameters)]


def test_every_function_that_takes_bytes_is_fuzzed() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "c").glob("fuzz_*.c"))
    code += (ROOT / "tests" / "c" / "support.h").read_text(encoding="utf-8")
    functions = functions_that_take_bytes()
    assert len(functions) > 30
    assert [name for name in functions if not re.search(rf"\b{name}\(", code)] == []


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_inputs_and_a_dictionary(target: str) -> None:
    inputs = ROOT / "tests" / "fuzz"
    assert any((inputs / target).iterdir())
    entry = re.compile(r'"(?:[^"\\]|\\["\\]|\\x[0-9A-F]{2})+"')
    lines = (inputs / f"{target}.dict").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#") and not entry.fullmatch(line)] == []
