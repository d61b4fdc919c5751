/* n-grams of words: runs of a document's words, which are kept joined by blanks. */
#ifndef TEXTPROC_CORPUS_GRAMS_H
#define TEXTPROC_CORPUS_GRAMS_H

#include <string.h>

#include "base/memory.h"
#include "segment/segment.h"

/* So many bytes may be read behind a word. */
enum { TP_READ_BEHIND = 16 };

/* How many words `ends` has, which holds a size_t for each. */
static inline size_t tp_n_tokens(const tp_arena *ends) { return ends->used / sizeof(size_t); }

/* Keeps one more word of the document. Returns false if memory runs out. */
static inline bool tp_keep_token(tp_arena *tokens, tp_arena *ends, const uint8_t *text, size_t nbytes)
{
    if (!tp_arena_reserve(TP_FOR_CORPUS, tokens, nbytes + 1 + TP_READ_BEHIND)) return false;
    if (!tp_arena_reserve(TP_FOR_CORPUS, ends, sizeof(size_t))) return false;
    memcpy(tokens->data + tokens->used, text, nbytes);
    tokens->used += nbytes;
    memcpy(ends->data + ends->used, &tokens->used, sizeof(size_t));
    ends->used += sizeof(size_t);
    tokens->data[tokens->used++] = ' ';
    return true;
}

/* Where the n words from the first one on stand. */
static inline tp_span tp_gram_at(const tp_arena *ends, size_t first, size_t n)
{
    size_t start = 0, end;
    if (first > 0) memcpy(&start, ends->data + (first - 1) * sizeof start, sizeof start);
    memcpy(&end, ends->data + (first + n - 1) * sizeof end, sizeof end);
    return (tp_span){start + (first > 0), end};
}

#endif
