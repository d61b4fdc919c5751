"""Check that an installed text_processor works. It needs only the wheel and its requirements."""

from __future__ import annotations

import collections
import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import text_processor

BOOK = Path(__file__).resolve().parent.parent / "examples" / "kjv.txt"

home = Path(text_processor.__file__).resolve()
if not home.is_relative_to(Path(sys.prefix).resolve()):
    sys.exit(f"text_processor came from {home}, not from the environment {sys.prefix}")

# The name of the section in ELF files.
compiled = [path for path in home.parent.iterdir() if path.suffix in {".so", ".pyd"}]
if not compiled or any(b"\0.debug_info\0" in path.read_bytes() for path in compiled):
    sys.exit(f"{compiled} should be a compiled module without debug information")

text = BOOK.read_text(encoding="utf-8")
analyzer = text_processor.TextAnalyzer()
analyzer.add_documents(text.splitlines())
expected = collections.Counter(text.lower().split())
if list(analyzer.word_frequency().items()) != list(expected.items()):
    sys.exit("word_frequency differs from collections.Counter")
if "TextAnalyzer" not in text_processor.type_stub():
    sys.exit("type_stub() is not the package's stub")

command = Path(sysconfig.get_path("scripts"), "text-processor")
counted = subprocess.run([command, "count", BOOK, "--json"], capture_output=True, text=True, check=True)
json.loads(counted.stdout)

print(f"CPython {sys.version.split()[0]}: {home.parent} counts {sum(expected.values()):,} words as Counter does")
