# Who changes a field: the number of words that a corpus has counted.
#   gdb -x tools/debug/watch.gdb --args build/debug/bin/python tools/debug/session.py
source tools/debug/settings.gdb

break tp_corpus_count_each
run
watch -location batch->corpus->counts.words
continue
backtrace 3
continue
frame function tp_corpus_count_each
print batch->corpus->counts.table.n_terms
kill
