/* The pieces of any splitter, one after the other. */
#ifndef TEXTPROC_BPE_SPLIT_STEPS_H
#define TEXTPROC_BPE_SPLIT_STEPS_H

#include "bpe/split/split.h"

/* What is left of the piece of a step that the next one divides, and the next match in it if that is known. */
typedef struct tp_split_level {
    const uint8_t *p, *end;
    const uint8_t *match, *match_end; /* `match_end` is not behind `p`: it is not known */
} tp_split_level;

/* How many matches are found at once: some hundred bytes of text. */
enum { TP_READY = 64 };

typedef struct tp_split_cursor {
    size_t depth; /* the number of the step whose pieces come next */
    bool is_final;
    size_t n_ready, n_taken; /* ends of matches that are pieces of the only step */
    const uint8_t *ready[TP_READY];
    tp_memo memo;
    tp_split_level levels[TP_MOST_SPLIT_STEPS + 1];
} tp_split_cursor;

/* Begins at the start of a text, without a cut character at its end unless it is final. tp_split_end frees what the cursor
 * needs meanwhile. */
void tp_split_begin(tp_split_cursor *cursor, const uint8_t *text, const uint8_t *end, bool is_final);
void tp_split_end(tp_split_cursor *cursor);

/* tp_split_advance, where no match is ready. */
bool tp_split_advance_further(const tp_splitter *splitter, tp_split_cursor *cursor, const uint8_t **end, bool *is_left_out);

/* Finds the next piece and where it ends; *is_left_out becomes whether it is text left out. It begins where the last one ended.
 * Returns false if there is none, or none that is certain. */
static inline bool tp_split_advance(const tp_splitter *splitter, tp_split_cursor *cursor, const uint8_t **end, bool *is_left_out)
{
    if (cursor->n_taken == cursor->n_ready) return tp_split_advance_further(splitter, cursor, end, is_left_out);
    *end = cursor->levels[0].p = cursor->ready[cursor->n_taken++];
    *is_left_out = false;
    return true;
}

/* Returns whether the last piece was the last one of a piece of the first step, so that another cursor may begin there. */
static inline bool tp_split_is_between(const tp_split_cursor *cursor)
{
    for (size_t i = 1; i <= cursor->depth; i++) {
        if (cursor->levels[i].p != cursor->levels[i].end) return false;
    }
    return true;
}

#endif
