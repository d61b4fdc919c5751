#include "bpe/encode/long_pieces.h"

#include <string.h>

/* A table begins small, as most texts have few long pieces, and is replaced by an empty larger one once its ring is full. */
enum {
    FEW_SLOTS = 1 << 8,
    MOST_SLOTS = 1 << 14,
    RING_NBYTES_A_SLOT = 1 << 6, /* German: a word and its ids take 50 bytes */
    GROWTH = 8,
    MOST_RECORD_NBYTES = TP_MOST_LONG_NBYTES * (1 + sizeof(uint32_t))
};

void tp_long_pieces_free(tp_long_pieces *pieces)
{
    tp_release(TP_FOR_PIECE_CACHE, pieces->slots, pieces->n_slots * sizeof *pieces->slots);
    tp_release(TP_FOR_PIECE_CACHE, pieces->ring, pieces->ring_nbytes);
    *pieces = (tp_long_pieces){0};
}

static tp_long_slot *slot_of(const tp_long_pieces *pieces, uint64_t hash) { return &pieces->slots[hash & (pieces->n_slots - 1)]; }

static uint8_t *at(const tp_long_pieces *pieces, uint64_t position) { return pieces->ring + position % pieces->ring_nbytes; }

const uint8_t *tp_long_pieces_find(const tp_long_pieces *pieces, const uint8_t *piece, size_t nbytes, uint64_t hash,
                                   size_t *n_ids)
{
    if (pieces->slots == NULL) return NULL;
    const tp_long_slot *slot = slot_of(pieces, hash);
    uint64_t position = slot->position - 1;
    if (slot->hash != hash || slot->nbytes != nbytes || slot->position == 0) return NULL;
    if (pieces->n_written - position > pieces->ring_nbytes) return NULL;
    const uint8_t *record = at(pieces, position);
    if (memcmp(record, piece, nbytes) != 0) return NULL;
    *n_ids = slot->n_ids;
    return record + nbytes;
}

/* Replaces the table by an empty one of `n_slots`; nothing changes if memory runs out. */
static void replace(tp_long_pieces *pieces, size_t n_slots)
{
    tp_long_pieces made = {.n_slots = n_slots, .ring_nbytes = n_slots * RING_NBYTES_A_SLOT};
    made.slots = tp_allocate_zeroed(TP_FOR_PIECE_CACHE, n_slots * sizeof *made.slots);
    if (made.slots != NULL) made.ring = tp_allocate(TP_FOR_PIECE_CACHE, made.ring_nbytes);
    if (made.ring == NULL) {
        tp_forget_refusal();
        tp_release(TP_FOR_PIECE_CACHE, made.slots, n_slots * sizeof *made.slots);
        return;
    }
    tp_long_pieces_free(pieces);
    *pieces = made;
}

const uint8_t *tp_long_pieces_begin(tp_long_pieces *pieces, const uint8_t *piece, size_t nbytes)
{
    if (pieces->slots == NULL) replace(pieces, FEW_SLOTS);
    else if (pieces->n_written > pieces->ring_nbytes && pieces->n_slots < MOST_SLOTS) replace(pieces, pieces->n_slots * GROWTH);
    if (pieces->slots == NULL) return NULL;
    size_t left = pieces->ring_nbytes - (size_t)(pieces->n_written % pieces->ring_nbytes);
    if (left < MOST_RECORD_NBYTES) pieces->n_written += left; /* a record does not wrap around */
    return memcpy(at(pieces, pieces->n_written), piece, nbytes);
}

void tp_long_pieces_put(tp_long_pieces *pieces, size_t nbytes, uint64_t hash, const uint32_t *ids, size_t n_ids)
{
    memcpy(at(pieces, pieces->n_written) + nbytes, ids, n_ids * sizeof *ids);
    *slot_of(pieces, hash) = (tp_long_slot){hash, pieces->n_written + 1, (uint16_t)nbytes, (uint16_t)n_ids};
    pieces->n_written += nbytes + n_ids * sizeof *ids;
}
