#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* mremap exists only on Linux */
#endif
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/thread_id.h"

/* ---- Sources of memory ------------------------------------------------------------------------------------------- */

/* The size of a cache line. Items of 16, 32 or 64 bytes in arrays then never straddle two lines. */
enum { ALIGNMENT = 64 };

#ifdef _WIN32

#include <malloc.h>

static void *small_resize(void *block, size_t old_nbytes, size_t new_nbytes)
{
    (void)old_nbytes;
    return _aligned_realloc(block, new_nbytes, ALIGNMENT);
}

static void small_free(void *block) { _aligned_free(block); }

#else

static void *small_resize(void *block, size_t old_nbytes, size_t new_nbytes)
{
    if (new_nbytes > SIZE_MAX - ALIGNMENT) return NULL;
    void *resized = aligned_alloc(ALIGNMENT, (new_nbytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (resized == NULL || block == NULL) return resized;
    memcpy(resized, block, old_nbytes < new_nbytes ? old_nbytes : new_nbytes);
    free(block);
    return resized;
}

static void small_free(void *block) { free(block); }

#endif

/* Large blocks come directly from the system, in whole huge pages if it has them: with pages of 4 KB, counting hundreds of
 * thousands of distinct words spends a third of its time on page faults and TLB misses. Sanitizers and valgrind need to see
 * every block, so large blocks are disabled there; TP_NO_LARGE_BLOCKS disables them for valgrind. */
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(TP_NO_LARGE_BLOCKS)
#define HAS_LARGE_BLOCKS 1
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#undef HAS_LARGE_BLOCKS
#endif
#endif
#endif

#ifdef HAS_LARGE_BLOCKS

#include <sys/mman.h>

#define HUGE_PAGE_NBYTES ((size_t)2 << 20)

/* A quarter of a huge page: growth beyond that needs no copy. */
static bool is_large(size_t nbytes) { return nbytes >= HUGE_PAGE_NBYTES / 4; }

static size_t in_huge_pages(size_t nbytes) { return (nbytes + HUGE_PAGE_NBYTES - 1) & ~(HUGE_PAGE_NBYTES - 1); }

/* Used from half a huge page on, so that at least half of the resident memory was asked for. It applies to the whole mapping,
 * since mremap accepts no parts of one. It is only advice: without huge pages everything works the same. */
static void ask_for_huge_pages(void *block, size_t nbytes)
{
    if (nbytes >= HUGE_PAGE_NBYTES / 2) madvise(block, in_huge_pages(nbytes), MADV_HUGEPAGE);
}

/* Address space that starts at a huge page, filled with zeros; NULL if there is none. */
static void *map_large(size_t nbytes)
{
    if (nbytes > SIZE_MAX / 2) return NULL;
    size_t wanted = in_huge_pages(nbytes), mapped = wanted + HUGE_PAGE_NBYTES;
    uint8_t *start = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    size_t before = in_huge_pages((uintptr_t)start) - (uintptr_t)start;
    if (before > 0) munmap(start, before);
    if (mapped > before + wanted) munmap(start + before + wanted, mapped - before - wanted);
    ask_for_huge_pages(start + before, nbytes);
    return start + before;
}

static void unmap_large(void *block, size_t nbytes) { munmap(block, in_huge_pages(nbytes)); }

/* Grows the block in place or moves its pages; the contents are never copied. */
static void *resize_large(void *block, size_t old_nbytes, size_t new_nbytes)
{
    size_t old_size = in_huge_pages(old_nbytes), new_size = in_huge_pages(new_nbytes);
    if (new_nbytes > SIZE_MAX / 2) return NULL;
    if (mremap(block, old_size, new_size, 0) != MAP_FAILED) {
        ask_for_huge_pages(block, new_nbytes);
        return block;
    }
    void *target = map_large(new_nbytes);
    if (target == NULL) return NULL;
    if (mremap(block, old_size, new_size, MREMAP_MAYMOVE | MREMAP_FIXED, target) == MAP_FAILED) {
        munmap(target, new_size);
        return NULL;
    }
    ask_for_huge_pages(target, new_nbytes);
    return target;
}

/* Moves a block from one sort of allocation to the other. */
static void *change_kind(void *block, size_t old_nbytes, size_t new_nbytes)
{
    void *resized = is_large(new_nbytes) ? map_large(new_nbytes) : small_resize(NULL, 0, new_nbytes);
    if (resized == NULL || block == NULL) return resized;
    memcpy(resized, block, old_nbytes < new_nbytes ? old_nbytes : new_nbytes);
    if (is_large(old_nbytes)) unmap_large(block, old_nbytes);
    else small_free(block);
    return resized;
}

#else

static bool is_large(size_t nbytes)
{
    (void)nbytes;
    return false;
}

static void unmap_large(void *block, size_t nbytes)
{
    (void)nbytes;
    small_free(block);
}

static void *resize_large(void *block, size_t old_nbytes, size_t new_nbytes)
{
    return small_resize(block, old_nbytes, new_nbytes);
}

static void *change_kind(void *block, size_t old_nbytes, size_t new_nbytes)
{
    return small_resize(block, old_nbytes, new_nbytes);
}

#endif

static void *default_resize(void *user, void *block, size_t old_nbytes, size_t new_nbytes)
{
    (void)user;
    if (new_nbytes == 0) {
        if (is_large(old_nbytes)) unmap_large(block, old_nbytes);
        else small_free(block);
        return NULL;
    }
    if (block == NULL ? is_large(new_nbytes) : is_large(old_nbytes) != is_large(new_nbytes)) {
        return change_kind(block, old_nbytes, new_nbytes);
    }
    if (is_large(new_nbytes)) return resize_large(block, old_nbytes, new_nbytes);
    return small_resize(block, old_nbytes, new_nbytes);
}

/* ---- Counters ------------------------------------------------------------------------------------------------------- */

static _Atomic uint64_t current_bytes, peak_bytes, limit_bytes = TP_NO_LIMIT;

static struct {
    _Atomic uint64_t bytes, allocations, objects;
} held[TP_N_MEMORY_KINDS];

void tp_object_made(tp_memory_kind kind) { atomic_fetch_add_explicit(&held[kind].objects, 1, memory_order_relaxed); }

void tp_object_freed(tp_memory_kind kind) { atomic_fetch_sub_explicit(&held[kind].objects, 1, memory_order_relaxed); }

static void note_peak(uint64_t now)
{
    uint64_t peak = atomic_load_explicit(&peak_bytes, memory_order_relaxed);
    while (now > peak && !atomic_compare_exchange_weak(&peak_bytes, &peak, now)) {
    }
}

/* Counts `nbytes` as held before they are allocated, unless that exceeds the limit. It uses compare-and-exchange: if threads
 * added first and checked afterwards, one could be refused because of another thread's failed request. */
static bool take_within_limit(uint64_t nbytes, uint64_t limit, uint64_t *in_use)
{
    *in_use = atomic_load_explicit(&current_bytes, memory_order_relaxed);
    do {
        if (*in_use > limit || nbytes > limit - *in_use) return false;
    } while (!atomic_compare_exchange_weak_explicit(&current_bytes, in_use, *in_use + nbytes, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

/* ---- Limits --------------------------------------------------------------------------------------------------------- */

/* The reasons why threads were refused memory, kept for each thread until it asks. A thread-local variable would allocate
 * memory at its first use in a thread, and some systems end the process if that fails. If more threads wait for an answer than
 * there are places, the others get none. */
enum { MOST_REFUSED_THREADS = 64 };

static struct {
    _Atomic uintptr_t thread; /* the thread that has the place; 0: it is free */
    tp_memory_refusal refusal;
} refusals[MOST_REFUSED_THREADS];

/* The place of a thread, or a free place if it may take one; MOST_REFUSED_THREADS if there is none. */
static size_t find_place(uintptr_t thread, bool takes_free)
{
    for (size_t i = 0; i < MOST_REFUSED_THREADS; i++) {
        if (atomic_load_explicit(&refusals[i].thread, memory_order_relaxed) == thread) return i;
    }
    for (size_t i = 0; takes_free && i < MOST_REFUSED_THREADS; i++) {
        uintptr_t nobody = 0;
        if (atomic_compare_exchange_strong(&refusals[i].thread, &nobody, thread)) return i;
    }
    return MOST_REFUSED_THREADS;
}

static _Atomic uint64_t allocations_until_refusal; /* 0: none is refused */

static bool is_to_be_refused(void)
{
    uint64_t left = atomic_load_explicit(&allocations_until_refusal, memory_order_relaxed);
    while (left != 0) {
        if (atomic_compare_exchange_weak(&allocations_until_refusal, &left, left - 1)) return left == 1;
    }
    return false;
}

void tp_give_refusal(const tp_memory_refusal *refusal)
{
    size_t place = find_place(tp_this_thread(), true);
    if (place < MOST_REFUSED_THREADS) refusals[place].refusal = *refusal;
}

static void *refuse(uint64_t asked, uint64_t in_use, uint64_t limit)
{
    tp_give_refusal(&(tp_memory_refusal){.asked_bytes = asked, .held_bytes = in_use, .limit_bytes = limit});
    return NULL;
}

void *tp_refuse(size_t nbytes) { return refuse(nbytes, atomic_load(&current_bytes), TP_NO_LIMIT); }

void tp_memory_take_refusal(tp_memory_refusal *refusal)
{
    size_t place = find_place(tp_this_thread(), false);
    *refusal = (tp_memory_refusal){0};
    if (place == MOST_REFUSED_THREADS) return;
    *refusal = refusals[place].refusal;
    atomic_store(&refusals[place].thread, 0);
}

void tp_forget_refusal(void)
{
    tp_memory_refusal forgotten;
    tp_memory_take_refusal(&forgotten);
}

/* ---- The hook ------------------------------------------------------------------------------------------------------ */

static tp_resize_fn resize_hook = default_resize;
static void *resize_user;

/* Without a limit, bytes are counted after they are allocated, so the peak never includes refused requests. */
static void *grow(tp_memory_kind kind, void *block, size_t old_nbytes, size_t new_nbytes)
{
    uint64_t added = new_nbytes - old_nbytes, before;
    uint64_t limit = atomic_load_explicit(&limit_bytes, memory_order_relaxed);
    if (is_to_be_refused()) return tp_refuse(new_nbytes);
    if (limit != TP_NO_LIMIT && !take_within_limit(added, limit, &before)) return refuse(new_nbytes, before, limit);
    void *resized = resize_hook(resize_user, block, old_nbytes, new_nbytes);
    if (resized == NULL) {
        if (limit != TP_NO_LIMIT) atomic_fetch_sub_explicit(&current_bytes, added, memory_order_relaxed);
        return tp_refuse(new_nbytes);
    }
    if (limit == TP_NO_LIMIT) before = atomic_fetch_add_explicit(&current_bytes, added, memory_order_relaxed);
    note_peak(before + added);
    atomic_fetch_add_explicit(&held[kind].bytes, added, memory_order_relaxed);
    return resized;
}

static void *shrink(tp_memory_kind kind, void *block, size_t old_nbytes, size_t new_nbytes)
{
    if (is_to_be_refused()) return tp_refuse(new_nbytes);
    void *resized = resize_hook(resize_user, block, old_nbytes, new_nbytes);
    if (resized == NULL) return tp_refuse(new_nbytes);
    atomic_fetch_sub_explicit(&current_bytes, old_nbytes - new_nbytes, memory_order_relaxed);
    atomic_fetch_sub_explicit(&held[kind].bytes, old_nbytes - new_nbytes, memory_order_relaxed);
    return resized;
}

void *tp_resize(tp_memory_kind kind, void *block, size_t old_nbytes, size_t new_nbytes)
{
    if (new_nbytes == 0) {
        tp_release(kind, block, old_nbytes);
        return NULL;
    }
    if (new_nbytes <= old_nbytes) return shrink(kind, block, old_nbytes, new_nbytes);
    void *resized = grow(kind, block, old_nbytes, new_nbytes);
    if (resized != NULL && block == NULL) atomic_fetch_add_explicit(&held[kind].allocations, 1, memory_order_relaxed);
    return resized;
}

void *tp_allocate_zeroed(tp_memory_kind kind, size_t nbytes)
{
    void *block = tp_allocate(kind, nbytes);
    bool is_zero_already = is_large(nbytes) && resize_hook == default_resize;
    if (block != NULL && !is_zero_already) memset(block, 0, nbytes);
    return block;
}

void tp_release(tp_memory_kind kind, void *block, size_t nbytes)
{
    if (block == NULL) return;
    resize_hook(resize_user, block, nbytes, 0);
    atomic_fetch_sub_explicit(&current_bytes, nbytes, memory_order_relaxed);
    atomic_fetch_sub_explicit(&held[kind].bytes, nbytes, memory_order_relaxed);
    atomic_fetch_sub_explicit(&held[kind].allocations, 1, memory_order_relaxed);
}

bool tp_arena_reserve(tp_memory_kind kind, tp_arena *arena, size_t extra)
{
    if (extra <= arena->capacity - arena->used) return true;
    size_t needed = extra > SIZE_MAX - arena->used ? SIZE_MAX : arena->used + extra;
    size_t capacity = tp_grown_capacity(arena->capacity, needed, 1);
    uint8_t *data = capacity == 0 ? NULL : tp_resize(kind, arena->data, arena->capacity, capacity);
    if (data == NULL) return false;
    arena->data = data;
    arena->capacity = capacity;
    return true;
}

void tp_arena_free(tp_memory_kind kind, tp_arena *arena)
{
    tp_release(kind, arena->data, arena->capacity);
    *arena = (tp_arena){0};
}

size_t tp_grown_capacity(size_t capacity, size_t needed, size_t item_nbytes)
{
    const size_t smallest = 64 / item_nbytes + 1; /* about a cache line: a smaller array would grow again at once */
    const size_t most = SIZE_MAX / 2 / item_nbytes;
    if (needed > most) {
        tp_refuse(SIZE_MAX);
        return 0;
    }
    size_t grown = capacity > most / 2 ? most : capacity * 2;
    if (grown < needed) grown = needed;
    return grown < smallest ? smallest : grown;
}

void *tp_grow(tp_memory_kind kind, void *items, size_t *capacity, size_t needed, size_t item_nbytes)
{
    if (needed <= *capacity) return items;
    size_t grown = tp_grown_capacity(*capacity, needed, item_nbytes);
    void *moved = grown == 0 ? NULL : tp_resize(kind, items, *capacity * item_nbytes, grown * item_nbytes);
    if (moved != NULL) *capacity = grown;
    return moved;
}

/* ---- Public functions ---------------------------------------------------------------------------------------------- */

static uint64_t count_live_allocations(void)
{
    uint64_t all = 0;
    for (size_t i = 0; i < TP_N_MEMORY_KINDS; i++) all += atomic_load(&held[i].allocations);
    return all;
}

void tp_memory_get_stats(tp_memory_stats *stats)
{
    stats->current_bytes = atomic_load(&current_bytes);
    stats->peak_bytes = atomic_load(&peak_bytes);
    stats->live_allocations = count_live_allocations();
    stats->limit_bytes = atomic_load(&limit_bytes);
    for (size_t i = 0; i < TP_N_MEMORY_KINDS; i++) {
        stats->kinds[i] = (tp_memory_use){atomic_load(&held[i].bytes), atomic_load(&held[i].allocations),
                                          atomic_load(&held[i].objects)};
    }
}

bool tp_memory_is_limited(void) { return atomic_load_explicit(&limit_bytes, memory_order_relaxed) != TP_NO_LIMIT; }

void tp_memory_set_limit(uint64_t nbytes) { atomic_store(&limit_bytes, nbytes); }

tp_status tp_memory_set_hook(tp_resize_fn resize, void *user, tp_error *error)
{
    if (count_live_allocations() != 0) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "the memory hook can only be set while nothing is allocated");
    }
    resize_hook = resize != NULL ? resize : default_resize;
    resize_user = user;
    return TP_OK;
}

void tp_memory_fail_at(uint64_t nth) { atomic_store(&allocations_until_refusal, nth); }
