"""Tell cffi what workshop.h declares and how to compile workshop.c; setup.py runs it."""

import sys
from pathlib import Path

from cffi import FFI

header = Path(__file__).resolve().with_name("workshop.h").read_text(encoding="utf-8")
_, _, declarations = header.partition("/* cffi reads from here on. */")

ffibuilder = FFI()
ffibuilder.cdef(declarations)
ffibuilder.set_source(
    "_workshop",
    '#include "workshop.h"',
    sources=["workshop.c"],
    depends=["workshop.h"],
    include_dirs=["."],
    extra_compile_args=["/std:c11", "/experimental:c11atomics"] if sys.platform == "win32" else ["-std=c11"],
)


# workshop.py defines it.
ffibuilder.cdef('extern "Python" int workshop_on_change(void *user, int64_t value);')
