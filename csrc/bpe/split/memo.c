#include "bpe/split/memo.h"

#include "base/hash.h"
#include "base/index.h"
#include "base/memory.h"

enum { STATE_BITS = 12, LEVEL_BITS = 4, LEAST_SLOTS = 1 << 8 };

/* The bytes of a character: a kept place lies so many behind a multiple of the distance at most. */
enum { MOST_BEHIND = 3 };

static uint64_t key_of(const tp_memo *memo, const uint8_t *place, size_t state)
{
    uint64_t pair = (uint64_t)(place - memo->base) << STATE_BITS | state;
    return pair << LEVEL_BITS | (memo->level + 1);
}

static size_t offset_of(uint64_t key) { return (size_t)(key >> (STATE_BITS + LEVEL_BITS)); }

/* Returns the slot of a key, or a free one. */
static size_t find_slot(const uint64_t *slots, size_t n_slots, uint64_t key)
{
    tp_hash_key secret = tp_hash_get_key();
    size_t slot = (size_t)tp_hash_mix(key ^ secret.word[0], secret.word[1]) & (n_slots - 1);
    for (size_t step = 1; slots[slot] != 0 && slots[slot] != key; step++) slot = tp_index_next(n_slots, slot, step);
    return slot;
}

bool tp_memo_has(const tp_memo *memo, const uint8_t *place, size_t state)
{
    if (memo->n == 0) return false;
    uint64_t key = key_of(memo, place, state);
    return memo->slots[find_slot(memo->slots, memo->n_slots, key)] == key;
}

/* Moves the pairs to other slots: those from `start` on, and at multiples of the distance. */
static void move_to(tp_memo *memo, uint64_t *slots, size_t n_slots, size_t start)
{
    size_t distance = (size_t)TP_MEMO_LEAST << memo->doublings;
    uint64_t *before = memo->slots;
    size_t n_before = memo->n_slots;
    memo->n = 0;
    for (size_t i = 0; i < n_before; i++) {
        if (before[i] == 0 || offset_of(before[i]) < start || offset_of(before[i]) % distance > MOST_BEHIND) continue;
        slots[find_slot(slots, n_slots, before[i])] = before[i];
        memo->n++;
    }
    tp_release(TP_FOR_WORK, before, n_before * sizeof *before);
    memo->slots = slots;
    memo->n_slots = n_slots;
}

/* Makes room for one more pair. Returns false if memory runs out. */
static bool reserve(tp_memo *memo, size_t start)
{
    if (2 * memo->n + 2 <= memo->n_slots) return true;
    size_t n_slots = memo->n_slots == 0 ? LEAST_SLOTS : 2 * memo->n_slots;
    bool is_full = n_slots > TP_MEMO_SLOTS;
    if (is_full) n_slots = TP_MEMO_SLOTS;
    uint64_t *slots = tp_allocate_zeroed(TP_FOR_WORK, n_slots * sizeof *slots);
    if (slots == NULL) {
        tp_forget_refusal();
        return false;
    }
    if (is_full) memo->doublings++;
    move_to(memo, slots, n_slots, start);
    return 2 * memo->n + 2 <= memo->n_slots;
}

void tp_memo_put(tp_memo *memo, const uint8_t *place, size_t state, const uint8_t *start)
{
    if (memo->is_off) return;
    memo->is_off = !reserve(memo, (size_t)(start - memo->base));
    if (memo->is_off) return;
    uint64_t key = key_of(memo, place, state);
    size_t slot = find_slot(memo->slots, memo->n_slots, key);
    memo->n += memo->slots[slot] == 0;
    memo->slots[slot] = key;
}

void tp_memo_free(tp_memo *memo)
{
    tp_release(TP_FOR_WORK, memo->slots, memo->n_slots * sizeof *memo->slots);
    *memo = (tp_memo){.base = memo->base};
}
