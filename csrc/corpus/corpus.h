/* The contents of a corpus; only the files of this directory read them. */
#ifndef TEXTPROC_CORPUS_CORPUS_H
#define TEXTPROC_CORPUS_CORPUS_H

#include "base/lock.h"
#include "base/memory.h"
#include "corpus/table.h"
#include "textproc/corpus.h"
#include "unicode/scan.h"

/* The counts alone, without lock and position. This part moves when one corpus is appended to another. */
typedef struct tp_counts {
    tp_table table;
    uint32_t unicode_version; /* that text is lower-cased by, of the last batch */
    uint64_t documents; /* number of closed documents; also the number of the open one */
    uint64_t words;
    uint64_t pruned_words; /* how many of these belong to terms that were removed */
    /* Terms with numbers below this one occur in the first document, as far as is known. UINT64_MAX until it is closed: all terms
     * do. */
    uint64_t first_document_terms;
    bool has_open_document;
    tp_arena carry;   /* the start of the open document's last word, not lower-cased; the next batch may continue it */
    tp_arena lowered; /* scratch memory for words that take the slow path to lower case */
    tp_scan_chunk *chunk;  /* scratch memory for the scanner, allocated at the first count */
    bool has_rule;    /* whether it was counted by a rule of the batch; then the carry may be more than a word */
    tp_arena other;   /* scratch memory like `lowered`, for text that changes more than once */
    /* The words so far of the open document, each followed by a blank, if n-grams are counted; and where each ends: size_t. */
    tp_arena tokens, token_ends;
} tp_counts;

struct tp_corpus {
    tp_lock lock;
    tp_counts counts;
    uint64_t position;
};

/* Asks after each few thousand terms, which take about a millisecond, whether reading them goes on. */
static inline bool tp_may_read_on(tp_go_on go_on, void *user, size_t n_done)
{
    return go_on == NULL || n_done == 0 || n_done % 4096 != 0 || go_on(user) != 0;
}

/* The stamp of the open document: its number, modulo a number that avoids TP_NO_DOCUMENT. */
static inline uint32_t tp_counts_stamp(const tp_counts *counts) { return (uint32_t)(counts->documents % TP_NO_DOCUMENT); }

/* Clears the last document of the terms that do not have this stamp; required before the stamps wrap around. */
void tp_counts_forget_documents(tp_counts *counts, uint32_t spared_stamp);

/* Initialises empty counts. */
tp_counts tp_counts_empty(void);
void tp_counts_free(tp_counts *counts);

static inline bool tp_counts_are_empty(const tp_counts *counts)
{
    return counts->documents == 0 && !counts->has_open_document && counts->table.n_terms == 0 && counts->words == 0;
}

/* Whether the terms are of documents that another part has, as after tp_corpus_split. */
static inline bool tp_counts_lack_documents(const tp_counts *counts)
{
    return counts->documents == 0 && !counts->has_open_document && counts->table.n_terms > 0;
}

/* Whether bytes are one word of UTF-8: what white space divides, or at least none is in it. */
bool tp_is_word(const uint8_t *term, size_t nbytes);

/* Counts the word in the carry, if there is one: white space or the end of the document has followed. Returns false if memory
 * runs out. */
bool tp_counts_close_word(tp_counts *counts);

/* Keeps text for the next batch. Returns false if memory runs out. */
bool tp_counts_append_to_carry(tp_counts *counts, const uint8_t *text, size_t nbytes);

/* Ends the open document, or counts one without text. */
void tp_counts_close_document(tp_counts *counts);

/* Frees the memory that is only needed while counting. */
void tp_counts_free_scratch(tp_counts *counts);

#endif
