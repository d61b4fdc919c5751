#include "bpe/train/pairs.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

enum { SMALLEST_INDEX = 1024 };

void tp_pairs_init(tp_pairs *pairs)
{
    memset(pairs, 0, sizeof *pairs);
    pairs->hash_key = tp_hash_get_key();
    pairs->level = TP_N_BUCKETS;
    for (size_t i = 0; i < TP_N_BUCKETS; i++) pairs->buckets[i] = TP_NO_PAIR;
}

void tp_pairs_free(tp_pairs *pairs)
{
    tp_release(TP_FOR_TRAINING, pairs->pairs, pairs->capacity * sizeof *pairs->pairs);
    tp_index_free(&pairs->index, TP_FOR_TRAINING);
    tp_release(TP_FOR_TRAINING, pairs->heap, pairs->heap_capacity * sizeof *pairs->heap);
}

/* ---- By tokens ------------------------------------------------------------------------------------------------------- */

static inline uint64_t join_tokens(uint32_t left, uint32_t right) { return (uint64_t)left << 32 | right; }

static inline uint64_t hash_of(const tp_pairs *pairs, uint32_t left, uint32_t right)
{
    return tp_hash_mix(join_tokens(left, right) ^ pairs->hash_key.word[1], pairs->hash_key.word[2]);
}

static uint64_t hash_of_pair(const void *items, size_t number)
{
    const tp_pairs *pairs = items;
    return hash_of(pairs, pairs->pairs[number].left, pairs->pairs[number].right);
}

static bool grow_index(tp_pairs *pairs, size_t n_pairs)
{
    size_t n_slots = tp_index_size(n_pairs, pairs->index.n_slots != 0 ? pairs->index.n_slots : SMALLEST_INDEX);
    if (n_slots == pairs->index.n_slots) return true;
    if (!tp_index_renew(&pairs->index, TP_FOR_TRAINING, n_slots)) return false;
    tp_index_fill(&pairs->index, pairs, pairs->n_pairs, 0, hash_of_pair);
    return true;
}

static bool reserve_heap(tp_pairs *pairs, size_t n)
{
    tp_queued *heap = tp_grow(TP_FOR_TRAINING, pairs->heap, &pairs->heap_capacity, pairs->n_heap + n, sizeof *heap);
    if (heap == NULL) return false;
    pairs->heap = heap;
    return true;
}

bool tp_pairs_reserve(tp_pairs *pairs, size_t n)
{
    tp_pair *moved = tp_grow(TP_FOR_TRAINING, pairs->pairs, &pairs->capacity, pairs->n_pairs + n, sizeof *moved);
    if (moved == NULL) return false;
    pairs->pairs = moved;
    return grow_index(pairs, pairs->n_pairs + n) && reserve_heap(pairs, n);
}

static inline bool is_pair(const void *items, uint32_t number, const void *wanted)
{
    const tp_pair *pair = &((const tp_pairs *)items)->pairs[number];
    return join_tokens(pair->left, pair->right) == *(const uint64_t *)wanted;
}

tp_pair *tp_pairs_find(const tp_pairs *pairs, uint32_t left, uint32_t right)
{
    const uint64_t tokens = join_tokens(left, right);
    size_t slot;
    return &pairs->pairs[tp_index_find(&pairs->index, hash_of(pairs, left, right), pairs, is_pair, &tokens, &slot) - 1];
}

uint32_t tp_pairs_look_up(const tp_pairs *pairs, uint32_t left, uint32_t right)
{
    const uint64_t tokens = join_tokens(left, right);
    size_t slot;
    if (pairs->index.n_slots == 0) return TP_NO_PAIR;
    uint32_t found = tp_index_find(&pairs->index, hash_of(pairs, left, right), pairs, is_pair, &tokens, &slot);
    return found == 0 ? TP_NO_PAIR : found - 1;
}

/* ---- By order -------------------------------------------------------------------------------------------------------- */

static inline bool is_before(const tp_queued *one, const tp_queued *other)
{
    return one->count != other->count ? one->count > other->count : one->tokens < other->tokens;
}

/* Puts an item into the heap at a place whose item may be overwritten, or above it. */
static void sift_up(tp_queued *heap, size_t place, tp_queued item)
{
    for (; place > 0; place = (place - 1) / 4) {
        size_t above = (place - 1) / 4;
        if (!is_before(&item, &heap[above])) break;
        heap[place] = heap[above];
    }
    heap[place] = item;
}

static size_t first_of_children(const tp_queued *heap, size_t n, size_t place)
{
    size_t child = 4 * place + 1, end = child + 4 < n ? child + 4 : n, first = child;
    for (child++; child < end; child++) {
        if (is_before(&heap[child], &heap[first])) first = child;
    }
    return first;
}

static void remove_top(tp_pairs *pairs)
{
    tp_queued *heap = pairs->heap, item = heap[--pairs->n_heap];
    size_t place = 0, n = pairs->n_heap;
    while (4 * place + 1 < n) {
        size_t child = first_of_children(heap, n, place);
        if (!is_before(&heap[child], &item)) break;
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = item;
}

/* Queues a pair by its count. No pair is queued twice, so the heap has room for the pairs that left it. */
static void put_in_queue(tp_pairs *pairs, uint32_t number)
{
    tp_pair *pair = &pairs->pairs[number];
    if (pair->count >= pairs->level) {
        sift_up(pairs->heap, pairs->n_heap++, (tp_queued){pair->count, join_tokens(pair->left, pair->right), number});
    } else if (pair->count > 0) {
        pair->next = pairs->buckets[pair->count];
        pairs->buckets[pair->count] = number;
        pairs->bucket_sizes[pair->count]++;
    }
}

uint32_t tp_pairs_add(tp_pairs *pairs, const tp_pair *pair)
{
    uint32_t number = (uint32_t)pairs->n_pairs++;
    assert(number < pairs->capacity);
    pairs->pairs[number] = *pair;
    uint64_t hash = hash_of(pairs, pair->left, pair->right);
    tp_index_put(&pairs->index, tp_index_find_free(&pairs->index, hash), hash, number);
    put_in_queue(pairs, number);
    return number;
}

/* Moves the highest bucket that is not empty to the empty heap; pairs whose count has fallen go to lower buckets. */
static bool empty_bucket(tp_pairs *pairs, uint64_t count)
{
    if (!reserve_heap(pairs, pairs->bucket_sizes[count])) return false;
    uint32_t number = pairs->buckets[count];
    pairs->buckets[count] = TP_NO_PAIR;
    pairs->bucket_sizes[count] = 0;
    pairs->level = count;
    while (number != TP_NO_PAIR) {
        uint32_t next = pairs->pairs[number].next;
        put_in_queue(pairs, number);
        number = next;
    }
    return true;
}

/* Refills the heap, if any pairs are left. */
static bool fill_heap(tp_pairs *pairs)
{
    for (uint64_t count = pairs->level - 1; count > 0 && pairs->n_heap == 0; count--) {
        if (pairs->buckets[count] != TP_NO_PAIR && !empty_bucket(pairs, count)) return false;
    }
    return true;
}

bool tp_pairs_peek(tp_pairs *pairs, uint32_t *number)
{
    for (;;) {
        if (pairs->n_heap == 0 && !fill_heap(pairs)) return false;
        if (pairs->n_heap == 0) {
            *number = TP_NO_PAIR;
            return true;
        }
        const tp_queued top = pairs->heap[0];
        *number = top.pair;
        if (pairs->pairs[top.pair].count == top.count) return true;
        remove_top(pairs);
        put_in_queue(pairs, top.pair);
    }
}

void tp_pairs_drop(tp_pairs *pairs) { remove_top(pairs); }
