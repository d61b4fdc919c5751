#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/error.h"

static void *default_resize(void *user, void *block, size_t old_nbytes, size_t new_nbytes)
{
    (void)user;
    (void)old_nbytes;
    if (new_nbytes == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_nbytes);
}

static tp_resize_fn resize_hook = default_resize;
static void *resize_user;

static _Atomic uint64_t current_bytes, peak_bytes, live_allocations;
static _Atomic uint64_t allocations_until_refusal; /* 0: none is refused */

static bool is_to_be_refused(void)
{
    uint64_t left = atomic_load_explicit(&allocations_until_refusal, memory_order_relaxed);
    while (left != 0) {
        if (atomic_compare_exchange_weak(&allocations_until_refusal, &left, left - 1)) return left == 1;
    }
    return false;
}

static void note_size_change(size_t old_nbytes, size_t new_nbytes)
{
    uint64_t added = (uint64_t)new_nbytes - (uint64_t)old_nbytes; /* modulo 2^64: adding it subtracts where it shrank */
    uint64_t now = atomic_fetch_add_explicit(&current_bytes, added, memory_order_relaxed) + added;
    uint64_t peak = atomic_load_explicit(&peak_bytes, memory_order_relaxed);
    while (new_nbytes > old_nbytes && now > peak && !atomic_compare_exchange_weak(&peak_bytes, &peak, now)) {
    }
}

void *tp_resize(void *block, size_t old_nbytes, size_t new_nbytes)
{
    if (new_nbytes == 0) {
        tp_release(block, old_nbytes);
        return NULL;
    }
    if (is_to_be_refused()) return NULL;
    void *resized = resize_hook(resize_user, block, old_nbytes, new_nbytes);
    if (resized == NULL) return NULL;
    note_size_change(old_nbytes, new_nbytes);
    if (block == NULL) atomic_fetch_add_explicit(&live_allocations, 1, memory_order_relaxed);
    return resized;
}

void tp_release(void *block, size_t nbytes)
{
    if (block == NULL) return;
    resize_hook(resize_user, block, nbytes, 0);
    note_size_change(nbytes, 0);
    atomic_fetch_sub_explicit(&live_allocations, 1, memory_order_relaxed);
}

bool tp_arena_reserve(tp_arena *arena, size_t extra)
{
    if (extra <= arena->capacity - arena->used) return true;
    if (extra > SIZE_MAX - arena->used) return false;
    size_t capacity = tp_grown_capacity(arena->capacity, arena->used + extra, 1);
    uint8_t *data = capacity == 0 ? NULL : tp_resize(arena->data, arena->capacity, capacity);
    if (data == NULL) return false;
    arena->data = data;
    arena->capacity = capacity;
    return true;
}

void tp_arena_free(tp_arena *arena)
{
    tp_release(arena->data, arena->capacity);
    *arena = (tp_arena){0};
}

size_t tp_grown_capacity(size_t capacity, size_t needed, size_t item_nbytes)
{
    const size_t smallest = 64 / item_nbytes + 1; /* about a cache line: less would grow again at once */
    const size_t most = SIZE_MAX / 2 / item_nbytes;
    if (needed > most) return 0;
    size_t grown = capacity > most / 2 ? most : capacity * 2;
    if (grown < needed) grown = needed;
    return grown < smallest ? smallest : grown;
}

void tp_memory_get_stats(tp_memory_stats *stats)
{
    stats->current_bytes = atomic_load(&current_bytes);
    stats->peak_bytes = atomic_load(&peak_bytes);
    stats->live_allocations = atomic_load(&live_allocations);
}

tp_status tp_memory_set_hook(tp_resize_fn resize, void *user, tp_error *error)
{
    if (atomic_load(&live_allocations) != 0) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "the memory hook can only be set while nothing is allocated");
    }
    resize_hook = resize != NULL ? resize : default_resize;
    resize_user = user;
    return TP_OK;
}

void tp_memory_fail_at(uint64_t nth) { atomic_store(&allocations_until_refusal, nth); }
