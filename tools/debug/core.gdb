# What a process that died was doing; `core` is what the system wrote.
#   gdb -x tools/debug/core.gdb build/debug/bin/python core
source tools/debug/settings.gdb

backtrace
load-py-bt
if $has_py_bt
  py-bt
end

frame function tp_corpus_count_each
print *batch
print batch->corpus->counts.words
