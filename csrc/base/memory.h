/* The one door through which the core gets memory, so that it can be counted, limited and made to fail. */
#ifndef TEXTPROC_BASE_MEMORY_H
#define TEXTPROC_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As realloc, but told the old size; new_nbytes 0 frees and returns NULL. On refusal it returns NULL and the block stays. Blocks
 * begin with a cache line (unless a hook that the host has set does otherwise). */
void *tp_resize(void *block, size_t old_nbytes, size_t new_nbytes);

static inline void *tp_allocate(size_t nbytes) { return tp_resize(NULL, 0, nbytes); }

void *tp_allocate_zeroed(size_t nbytes);

/* Accepts NULL. */
void tp_release(void *block, size_t nbytes);

/* A block of bytes that grows at its end. All zero is an empty one. */
typedef struct tp_arena {
    uint8_t *data;
    size_t used;
    size_t capacity;
} tp_arena;

/* Makes room for `extra` more bytes behind `used`; false, with nothing changed, when there is no memory. Amortised O(1) a byte. */
bool tp_arena_reserve(tp_arena *arena, size_t extra);

void tp_arena_free(tp_arena *arena);

/* The capacity, in items, to which an array that must hold `needed` should grow: at least doubling keeps the cost of growth
 * constant for each item. 0 where `needed` items cannot be addressed. */
size_t tp_grown_capacity(size_t capacity, size_t needed, size_t item_nbytes);

#endif
