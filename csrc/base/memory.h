/* The one door through which the core gets memory, so that it can be counted, limited and made to fail. */
#ifndef TEXTPROC_BASE_MEMORY_H
#define TEXTPROC_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "textproc/base.h"

/* As realloc, but told the old size; new_nbytes 0 frees and returns NULL. On refusal it returns NULL and the block stays. Blocks
 * begin with a cache line (unless a hook that the host has set does otherwise). A block is of one kind for life: what resizes and
 * releases it names the kind that it was allocated for. */
void *tp_resize(tp_memory_kind kind, void *block, size_t old_nbytes, size_t new_nbytes);

static inline void *tp_allocate(tp_memory_kind kind, size_t nbytes) { return tp_resize(kind, NULL, 0, nbytes); }

void *tp_allocate_zeroed(tp_memory_kind kind, size_t nbytes);

/* Accepts NULL. */
void tp_release(tp_memory_kind kind, void *block, size_t nbytes);

/* For the statistics: there is one object of that kind more, or one less. */
void tp_object_made(tp_memory_kind kind);
void tp_object_freed(tp_memory_kind kind);

/* Refuses so many bytes, which cannot be addressed or are had from elsewhere than here: returns NULL, as tp_resize does, and
 * remembers it for tp_memory_take_refusal. */
void *tp_refuse(size_t nbytes);

/* Who makes do without what it was refused forgets that; a thread that worked for another hands its refusal on. */
void tp_forget_refusal(void);
void tp_give_refusal(const tp_memory_refusal *refusal);

/* A block of bytes that grows at its end. All zero is an empty one. */
typedef struct tp_arena {
    uint8_t *data;
    size_t used;
    size_t capacity;
} tp_arena;

/* Makes room for `extra` more bytes behind `used`; false, with nothing changed, when there is no memory. Amortised O(1) a byte. */
bool tp_arena_reserve(tp_memory_kind kind, tp_arena *arena, size_t extra);

void tp_arena_free(tp_memory_kind kind, tp_arena *arena);

/* The capacity, in items, to which an array that must hold `needed` should grow: at least doubling keeps the cost of growth
 * constant for each item. 0, and it counts as refused, where `needed` items cannot be addressed. */
size_t tp_grown_capacity(size_t capacity, size_t needed, size_t item_nbytes);

/* Grows an array to at least `needed` items, which are some, and returns where it is now; NULL, with nothing changed, without
 * memory. */
void *tp_grow(tp_memory_kind kind, void *items, size_t *capacity, size_t needed, size_t item_nbytes);

#endif
