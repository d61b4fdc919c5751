/* What a corpus is made of; only this room looks inside. */
#ifndef TEXTPROC_CORPUS_CORPUS_H
#define TEXTPROC_CORPUS_CORPUS_H

#include "base/lock.h"
#include "base/memory.h"
#include "corpus/table.h"
#include "textproc/corpus.h"
#include "unicode/scan.h"

/* The counts alone, without lock and position: what moves when one corpus is appended to another. */
typedef struct tp_counts {
    tp_table table;
    uint64_t documents; /* closed ones; also the number of the open one */
    uint64_t words;
    /* Terms below this number occur in the first document. Until that is closed, all do. */
    uint64_t first_document_terms;
    bool has_open_document;
    tp_arena carry;   /* the start of the open document's last word, not lowered; it may go on in the next batch */
    tp_arena lowered; /* scratch for words that take the slow way to lower case */
    tp_chunk *chunk;  /* scratch for the scanner, from the first count on */
} tp_counts;

struct tp_corpus {
    tp_lock lock;
    tp_counts counts;
    uint64_t position;
};

/* The stamp of the open document: its number, modulo a number that keeps clear of TP_NO_DOCUMENT. */
static inline uint32_t tp_counts_stamp(const tp_counts *counts) { return (uint32_t)(counts->documents % TP_NO_DOCUMENT); }

/* Has terms forget their last document unless it has this stamp: due before stamps begin anew. */
void tp_counts_forget_documents(tp_counts *counts, uint32_t spared_stamp);

/* Counts nothing yet. */
tp_counts tp_counts_empty(void);
void tp_counts_free(tp_counts *counts);

/* Counts the word in the carry, if there is one: white space or the document's end has followed. False without memory. */
bool tp_counts_close_word(tp_counts *counts);

/* Gives back what is only needed while counting. */
void tp_counts_free_scratch(tp_counts *counts);

#endif
