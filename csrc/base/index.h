/* The hash index under the core's tables: finds the number of an item by its hash. Open addressing, at most half full. The
 * caller stores the items in an array; the index knows only their hashes.
 *
 * Some tables store whole entries in their slots, because following a number would cost a second cache miss. They have slots of
 * their own and use only the sizes and probe sequence of this file: tp_index_size, tp_index_next. */
#ifndef TEXTPROC_BASE_INDEX_H
#define TEXTPROC_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/memory.h"

/* All zero is an empty index, in which nothing may be looked up. */
typedef struct tp_index {
    /* 0 is a free slot. In any other slot the low bits, as many as a slot's place has, are the number of an item plus 1. The
     * high bits, which no number needs, are a tag made from the hash of the item: it rules out most other items without reading
     * them. */
    uint32_t *slots;
    size_t n_slots; /* a power of two, or 0 */
} tp_index;

/* The maximal number of items. */
#define TP_INDEX_MAX_ITEMS ((size_t)UINT32_MAX - 1)

/* Returns the hash of the item with this number. */
typedef uint64_t tp_index_hash_of(const void *items, size_t number);

/* Returns whether the item with this number is the wanted one. */
typedef bool tp_index_is_wanted(const void *items, uint32_t number, const void *wanted);

/* ---- Ways through the slots ------------------------------------------------------------------------------------------ */

/* Returns the smallest power of two that is at least `smallest`, which is one itself, and at least 2 n, so that searches are
 * short. */
static inline size_t tp_index_size(size_t n, size_t smallest)
{
    size_t n_slots = smallest;
    while (n_slots / 2 < n) n_slots *= 2;
    return n_slots;
}

/* Returns the next slot of the probe sequence. `step` is 1 at first and increases by one each time. The sequence visits every
 * slot (Knuth, The Art of Computer Programming 3, exercise 6.4-20) and soon leaves crowded slots: texts that differ like
 * consecutive numbers can crowd slots under a key that suits them badly. A constant step of 1 visits every slot too. */
static inline size_t tp_index_next(size_t n_slots, size_t slot, size_t step) { return (slot + step) & (n_slots - 1); }

static inline size_t tp_index_home(const tp_index *index, uint64_t hash) { return (size_t)hash & (index->n_slots - 1); }

/* The mask of the bits of a slot that hold the number of an item plus 1. */
static inline uint32_t tp_index_number_mask(const tp_index *index) { return (uint32_t)(index->n_slots - 1); }

/* The other bits of a slot for an item with this hash. */
static inline uint32_t tp_index_tag(const tp_index *index, uint64_t hash)
{
    return (uint32_t)(hash >> 32) & ~tp_index_number_mask(index);
}

/* ---- Looking up ------------------------------------------------------------------------------------------------------ */

/* Returns the number plus 1 of the wanted item, or 0. *slot becomes its slot, or the slot to put it in. */
TP_INLINE uint32_t tp_index_find(const tp_index *index, uint64_t hash, const void *items, tp_index_is_wanted *is_wanted,
                                 const void *wanted, size_t *slot)
{
    const uint32_t *slots = index->slots;
    const uint32_t number_mask = tp_index_number_mask(index), tag = tp_index_tag(index, hash);
    const size_t n_slots = index->n_slots;
    size_t at = tp_index_home(index, hash);
    for (size_t step = 1;; step++) {
        uint32_t held = slots[at], number = held & number_mask;
        *slot = at;
        if (held == 0) return 0;
        if ((held & ~number_mask) == tag && is_wanted(items, number - 1, wanted)) return number;
        at = tp_index_next(n_slots, at, step);
    }
}

/* Returns the number plus 1 of the item that probably has this hash, judged by its tag alone; 0 if there is none. */
TP_INLINE uint32_t tp_index_find_by_tag(const tp_index *index, uint64_t hash)
{
    const uint32_t number_mask = tp_index_number_mask(index), tag = tp_index_tag(index, hash);
    size_t slot = tp_index_home(index, hash);
    uint32_t held = index->slots[slot];
    for (size_t step = 1; (held & ~number_mask) != tag && held != 0; step++) {
        slot = tp_index_next(index->n_slots, slot, step);
        held = index->slots[slot];
    }
    return held & number_mask;
}

/* ---- Putting in ------------------------------------------------------------------------------------------------------ */

static inline size_t tp_index_find_free(const tp_index *index, uint64_t hash)
{
    size_t slot = tp_index_home(index, hash);
    for (size_t step = 1; index->slots[slot] != 0; step++) slot = tp_index_next(index->n_slots, slot, step);
    return slot;
}

/* Puts an item into a free slot that tp_index_find or tp_index_find_free found for its hash. */
static inline void tp_index_put(tp_index *index, size_t slot, uint64_t hash, size_t number)
{
    index->slots[slot] = (uint32_t)(number + 1) | tp_index_tag(index, hash);
}

/* Puts the first n items into an index that is all zero. Unless `look_ahead` is 0, the slot of the item that many places ahead
 * is prefetched, which computes each hash twice: this pays if the index is rarely in a cache. */
TP_INLINE void tp_index_fill(tp_index *index, const void *items, size_t n, size_t look_ahead, tp_index_hash_of *hash_of)
{
    for (size_t i = 0; i < n; i++) {
        size_t ahead = i + look_ahead;
        if (look_ahead > 0 && ahead < n) TP_PREFETCH(&index->slots[tp_index_home(index, hash_of(items, ahead))]);
        uint64_t hash = hash_of(items, i);
        tp_index_put(index, tp_index_find_free(index, hash), hash, i);
    }
}

/* ---- Room ------------------------------------------------------------------------------------------------------------ */

/* Frees the slots. */
static inline void tp_index_free(tp_index *index, tp_memory_kind kind)
{
    tp_release(kind, index->slots, index->n_slots * sizeof *index->slots);
    *index = (tp_index){NULL, 0};
}

/* Replaces the index by an empty one with room for n_slots / 2 items; the previous items are not in it. Returns false, with
 * nothing changed, if memory runs out. */
static inline bool tp_index_renew(tp_index *index, tp_memory_kind kind, size_t n_slots)
{
    uint32_t *slots = n_slots > SIZE_MAX / sizeof *slots ? tp_refuse(SIZE_MAX) : tp_allocate_zeroed(kind, n_slots * sizeof *slots);
    if (slots == NULL) return false;
    tp_index_free(index, kind);
    *index = (tp_index){slots, n_slots};
    return true;
}

#endif
