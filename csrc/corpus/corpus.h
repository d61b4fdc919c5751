/* What a corpus is made of; only this room looks inside. */
#ifndef TEXTPROC_CORPUS_CORPUS_H
#define TEXTPROC_CORPUS_CORPUS_H

#include "base/lock.h"
#include "base/memory.h"
#include "corpus/table.h"
#include "textproc.h"

/* The counts alone, without lock and position: what moves when one corpus is appended to another. */
typedef struct tp_counts {
    tp_table table;
    uint64_t documents; /* closed ones; also the number of the open one */
    uint64_t words;
    /* Terms below this number occur in the first document. Until that is closed, all do. */
    uint64_t first_document_terms;
    bool has_open_document;
    tp_arena carry;   /* the start of the open document's last word, not lowered; it may go on in the next piece */
    tp_arena lowered; /* scratch for one word */
} tp_counts;

struct tp_corpus {
    tp_lock lock;
    tp_counts counts;
    uint64_t position;
};

/* Counts nothing yet. */
tp_counts tp_counts_empty(void);
void tp_counts_free(tp_counts *counts);

/* Counts the word in the carry, if there is one: white space or the document's end has followed. False without memory. */
bool tp_counts_close_word(tp_counts *counts);

#endif
