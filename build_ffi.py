"""Tells cffi what the C core declares and how to compile it. setup.py runs this; it never imports the package.

TEXTPROC_CFLAGS and TEXTPROC_LDFLAGS add flags for the compiler and the linker, as in
`TEXTPROC_CFLAGS="-fsanitize=address -g" TEXTPROC_LDFLAGS="-fsanitize=address" pip install .`; debug information is made only
where they ask for it.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

from cffi import FFI

ROOT = Path(__file__).resolve().parent
CSRC = ROOT / "csrc"

# One for each callback type of the header, with the same parameters; text_processor/_native/corpus.py and callbacks.py define
# them.
TRAMPOLINES = """
extern "Python" int textproc_go_on(void *user);
extern "Python" int textproc_on_document(void *user, uint64_t index, uint64_t n_words);
"""

# The binding's own C, which knows Python: text_processor/_native/binding.c.
BINDING = """
void tpb_give_functions(uintptr_t functions);
"""


def declarations() -> str:
    """What cffi can read of textproc.h, part by part; the header is the only place where the interface is declared."""
    header = (CSRC / "textproc.h").read_text(encoding="utf-8")
    return "".join(map(declarations_of, re.findall(r'^#include "(textproc/.*)"', header, re.MULTILINE)))


def declarations_of(part: str) -> str:
    _, begin, rest = (CSRC / part).read_text(encoding="utf-8").partition("/* CFFI-BEGIN */")
    declared, end, _ = rest.partition("/* CFFI-END */")
    if not (begin and end):
        raise ValueError(f"csrc/{part} has lost its CFFI-BEGIN or CFFI-END mark")
    return declared


def project_files(pattern: str) -> list[str]:
    """Files of the C core, relative to the project as setuptools wants them, always in the same order."""
    return sorted(path.relative_to(ROOT).as_posix() for path in CSRC.rglob(pattern))


if sys.platform == "win32":
    compile_args = ["/std:c11", "/experimental:c11atomics", "/O2", "/DNDEBUG"]
    link_args = []
else:
    # Hidden: cffi cannot read export macros, and nobody but the extension itself calls the core.
    # -g0 takes back the -g of Python's own flags: debug information would be four fifths of the extension. What functions are
    # called stays known, for profilers.
    compile_args = ["-std=c11", "-D_DEFAULT_SOURCE", "-O3", "-DNDEBUG", "-g0", "-fvisibility=hidden", "-pthread"]
    # Pointers that an undeclared function of Python's returns would be cut to 32 bits.
    compile_args += ["-Werror=implicit-function-declaration"]
    link_args = ["-pthread"]

ffibuilder = FFI()
ffibuilder.cdef(declarations() + TRAMPOLINES + BINDING)
ffibuilder.set_source(
    "text_processor._textproc_cffi",
    '#include "textproc.h"\n' + BINDING,
    sources=[*project_files("*.c"), "text_processor/_native/binding.c"],
    depends=project_files("*.h"),
    include_dirs=["csrc"],
    extra_compile_args=compile_args + shlex.split(os.environ.get("TEXTPROC_CFLAGS", "")),
    extra_link_args=link_args + shlex.split(os.environ.get("TEXTPROC_LDFLAGS", "")),
)
