# Where a C function is called from, in C and in Python:
#   gdb -x tools/debug/break.gdb --args build/debug/bin/python tools/debug/session.py
source tools/debug/settings.gdb

break tp_corpus_count_each
run
print batch->n_ends
x/s batch->text
backtrace 3

# The Python stack, by the interpreter's own function: needs no symbols, and works in any debugger.
call ((const char *(*)(int, void *, void *)) _Py_DumpTracebackThreads)(2, 0, 0)

kill
