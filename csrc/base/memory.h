/* The only way by which the core allocates memory, so that memory can be counted, limited and made to fail. */
#ifndef TEXTPROC_BASE_MEMORY_H
#define TEXTPROC_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "textproc/base.h"

/* As realloc, but with the old size; new_nbytes 0 frees the block and returns NULL. If it refuses, it returns NULL and the
 * block stays valid. Blocks are aligned to cache lines (unless a hook of the host does otherwise). The kind of a block never
 * changes: resize and release it with the kind for which it was allocated. */
void *tp_resize(tp_memory_kind kind, void *block, size_t old_nbytes, size_t new_nbytes);

static inline void *tp_allocate(tp_memory_kind kind, size_t nbytes) { return tp_resize(kind, NULL, 0, nbytes); }

void *tp_allocate_zeroed(tp_memory_kind kind, size_t nbytes);

/* Accepts NULL. */
void tp_release(tp_memory_kind kind, void *block, size_t nbytes);

/* Update the statistics: one object of that kind more, or one less. */
void tp_object_made(tp_memory_kind kind);
void tp_object_freed(tp_memory_kind kind);

/* Whether there is a limit. With one, memory is not kept from one call to the next only to save work: it could be wanted. */
bool tp_memory_is_limited(void);

/* Refuses an allocation of `nbytes` bytes that cannot be addressed or that comes from elsewhere: returns NULL, as tp_resize
 * does, and records it for tp_memory_take_refusal. */
void *tp_refuse(size_t nbytes);

/* tp_forget_refusal clears the recorded refusal of a caller that can continue without the memory. tp_give_refusal records a
 * refusal of a worker thread in the thread that it worked for. */
void tp_forget_refusal(void);
void tp_give_refusal(const tp_memory_refusal *refusal);

/* A block of bytes that grows at its end. All zero is an empty arena. */
typedef struct tp_arena {
    uint8_t *data;
    size_t used;
    size_t capacity;
} tp_arena;

/* Makes room for `extra` more bytes after `used`. Returns false, with nothing changed, if memory runs out. Amortised O(1) for
 * each byte. */
bool tp_arena_reserve(tp_memory_kind kind, tp_arena *arena, size_t extra);

void tp_arena_free(tp_memory_kind kind, tp_arena *arena);

/* Returns the capacity, in items, to which an array that must hold `needed` items should grow. It at least doubles, so that the
 * amortised cost of growth is constant for each item. Returns 0, recorded as a refusal, if `needed` items cannot be
 * addressed. */
size_t tp_grown_capacity(size_t capacity, size_t needed, size_t item_nbytes);

/* Grows an array to at least `needed` > 0 items and returns its new address. Returns NULL, with nothing changed, if memory runs
 * out. */
void *tp_grow(tp_memory_kind kind, void *items, size_t *capacity, size_t needed, size_t item_nbytes);

#endif
