/* The longer pieces that a thread has encoded recently, with their ids: words of German or Hindi, rows of characters, names. */
#ifndef TEXTPROC_BPE_LONG_PIECES_H
#define TEXTPROC_BPE_LONG_PIECES_H

#include "base/memory.h"

/* Longer pieces seldom come again. */
enum { TP_MOST_LONG_NBYTES = 256 };

typedef struct tp_long_slot {
    uint64_t hash;
    uint64_t position; /* one more than the number of bytes written before the record; 0: the slot is free */
    uint16_t nbytes;
    uint16_t n_ids;
} tp_long_slot;

/* A record is the bytes of a piece and its ids. Records follow each other in a ring: the newest overwrites the oldest, and a slot
 * whose record is overwritten counts as free. All zero is an empty table without memory. */
typedef struct tp_long_pieces {
    tp_long_slot *slots;
    size_t n_slots; /* a power of two */
    uint8_t *ring;
    size_t ring_nbytes;
    uint64_t n_written;
} tp_long_pieces;

void tp_long_pieces_free(tp_long_pieces *pieces);

/* Looks up a piece by its bytes and their keyed hash. Returns its ids and stores their number; NULL if it is not there. The ids
 * are valid until the next piece is put in, and need not be aligned. */
const uint8_t *tp_long_pieces_find(const tp_long_pieces *pieces, const uint8_t *piece, size_t nbytes, uint64_t hash,
                                   size_t *n_ids);

/* Copies a piece of at most TP_MOST_LONG_NBYTES bytes to the place of its record, and returns the copy: its ids must be made of
 * that, as another thread may change the text meanwhile. Returns NULL if memory runs out. */
const uint8_t *tp_long_pieces_begin(tp_long_pieces *pieces, const uint8_t *piece, size_t nbytes);

/* Completes the record that was begun. There are no more ids than bytes. */
void tp_long_pieces_put(tp_long_pieces *pieces, size_t nbytes, uint64_t hash, const uint32_t *ids, size_t n_ids);

#endif
