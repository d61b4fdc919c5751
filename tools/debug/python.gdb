# The Python stack and its variables, by the commands that come with the interpreter:
#   gdb -x tools/debug/python.gdb --args build/debug/bin/python tools/debug/session.py
source tools/debug/settings.gdb

break tp_corpus_count_each
run
load-py-bt
if $has_py_bt
  py-bt
  py-up
  py-up
  py-locals
end
kill
