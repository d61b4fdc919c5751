#include "bpe/merge/parts.h"

#include "base/memory.h"

static bool are_in_order(const tp_vocabulary *v)
{
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        if ((tp_token_nbytes(v, t) == 1) != (t < v->n_bytes)) return false;
    }
    if (v->merged_tokens == NULL) return true; /* a merge's rank is the token that it makes */
    if (v->n_merges != v->n_tokens - v->n_bytes) return false;
    for (size_t i = 0; i < v->n_merges; i++) {
        if (v->merged_tokens[i] != v->n_bytes + i) return false;
    }
    return true;
}

bool tp_parts_make(tp_vocabulary *v)
{
    if (!v->is_regular || !are_in_order(v)) return true;
    v->parts = tp_allocate(TP_FOR_VOCABULARY, v->n_tokens * sizeof *v->parts);
    if (v->parts == NULL) return false;
    for (uint32_t t = 0; t < v->n_tokens; t++) v->parts[t] = (tp_merge){t, t};
    for (size_t i = 0; i < v->n_pair_slots; i++) {
        uint64_t slot = v->pairs[i];
        if (slot != 0) v->parts[tp_merged_token(v, tp_slot_rank(slot))] = (tp_merge){tp_slot_left(slot), tp_slot_right(slot)};
    }
    return true;
}
