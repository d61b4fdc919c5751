/* The splitters, written once for all instruction sets. The file that includes this one has included bpe/split/simd/window_template.h and
 * defines SPLIT, the name of the function to define. */

/* Stores the places of all bits plus `offset`, eight at a time, so that no branch must be predicted. Up to seven surplus
 * entries are written and later overwritten. Returns the number of places. */
static inline size_t put_ends(uint64_t starts, uint64_t offset, uint64_t *ends)
{
    size_t n = tp_count_bits(starts);
    for (size_t i = 0; i < n; i += 8) {
        for (size_t k = 0; k < 8; k++, starts &= starts - 1) ends[i + k] = offset + tp_lowest_bit(starts | UINT64_C(1) << 63);
    }
    return n;
}

/* The same if there may not be room for all; *last is the last of those places. */
static inline size_t put_some_ends(uint64_t starts, uint64_t offset, uint64_t *ends, size_t room, size_t *last)
{
    size_t n = 0;
    for (; starts != 0 && n < room; starts &= starts - 1) {
        *last = tp_lowest_bit(starts);
        ends[n++] = offset + *last;
    }
    return n;
}

TP_INLINE size_t split_by(const tp_split_rules *rules, tp_split_family family, const uint8_t *text, const uint8_t *end,
                          bool is_final, uint64_t *ends, size_t capacity)
{
    const uint8_t *p = text;
    size_t n = 0;
    while (p != end && n < capacity) {
        uint64_t starts = find_starts(rules, family, p, end);
        if (starts != 0 && capacity - n >= WINDOW_NBYTES) {
            n += put_ends(starts, (uint64_t)(p - text), ends + n);
            p += tp_highest_bit(starts);
        } else if (starts != 0) {
            size_t last = 0;
            n += put_some_ends(starts, (uint64_t)(p - text), ends + n, capacity - n, &last);
            p += last;
        } else {
            bool met_end = false;
            p = tp_split_next(rules, p, end, &met_end);
            if (met_end && !is_final) break;
            ends[n++] = (uint64_t)(p - text);
        }
    }
    return n;
}

/* One function for each family: what it need not do is left out, and its loop has the registers to itself. */
#define SPLIT_BY(name, family)                                                                                              \
    TP_NOINLINE size_t name(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends, \
                            size_t capacity)                                                                                \
    {                                                                                                                       \
        return split_by(rules, family, text, end, is_final, ends, capacity);                                                \
    }
SPLIT_BY(split_by_gpt2, TP_SPLIT_GPT2)
SPLIT_BY(split_by_gpt4, TP_SPLIT_GPT4)
SPLIT_BY(split_by_o200k, TP_SPLIT_O200K)
SPLIT_BY(split_by_kimi, TP_SPLIT_KIMI)
SPLIT_BY(split_by_deepseek, TP_SPLIT_DEEPSEEK)

size_t SPLIT(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
             size_t capacity)
{
    switch (rules->family) {
    case TP_SPLIT_GPT2:
        return split_by_gpt2(rules, text, end, is_final, ends, capacity);
    case TP_SPLIT_GPT4:
        return split_by_gpt4(rules, text, end, is_final, ends, capacity);
    case TP_SPLIT_O200K:
        return split_by_o200k(rules, text, end, is_final, ends, capacity);
    case TP_SPLIT_KIMI:
        return split_by_kimi(rules, text, end, is_final, ends, capacity);
    default:
        return split_by_deepseek(rules, text, end, is_final, ends, capacity);
    }
}
