/* Encoding of text, written once for all instruction sets. The file that includes this one has included
 * bpe/split/simd/window_template.h and defines ENCODE, the name of the function to define.
 *
 * Pieces are looked up as they are found and are never stored: while the entries of one window arrive from memory, the pieces
 * of the next one are found. */
#include "bpe/encode/encode.h"

/* The number of bytes read after the beginning of a window: the last piece may begin with its last byte. */
enum { READABLE_NBYTES = WINDOW_NBYTES + TP_KEY_NBYTES };

_Static_assert((int)WINDOW_NBYTES <= (int)TP_MOST_KEYED_NBYTES, "any piece of a window has a key");

/* Encodes the pieces of a window, which end at the bits of `ends`, and returns where the last encoded piece ends. The sink has
 * room for as many ids as the window has bytes, and TP_CACHED_IDS more. */
static inline const uint8_t *encode_window(tp_encoding *e, const uint8_t *window, uint64_t ends, const uint8_t *readable_end)
{
    tp_cache_index index = e->table->index;
    uint32_t nowhere[TP_CACHED_IDS], *out = e->sink.out == NULL ? nowhere : e->sink.out;
    size_t n = e->sink.n, is_stored = e->sink.out == NULL ? 0 : SIZE_MAX;
    const uint8_t *p = window;
    for (; ends != 0; ends &= ends - 1) {
        const uint8_t *end = window + tp_lowest_bit(ends);
        size_t nbytes = (size_t)(end - p);
        tp_key key = tp_cache_key(p, nbytes);
        size_t place = tp_cache_place(&index, key);
        const tp_cache_entry *entry = &index.entries[place];
        if (!tp_cache_has(entry, key)) entry = &index.entries[place ^ 1];
        if (tp_cache_has(entry, key)) {
            tp_cache_get(entry, out + (n & is_stored));
            n += tp_cache_count(entry);
        } else {
            e->sink.n = n;
            if (!tp_encode_piece(e, p, nbytes, (size_t)(readable_end - p))) return p;
            n = e->sink.n;
            index = e->table->index; /* the cache may have grown */
        }
        p = end;
    }
    e->sink.n = n;
    return p;
}

/* The same if there is no spare room, or if fewer bytes may be read. */
static inline const uint8_t *encode_window_by_piece(tp_encoding *e, const uint8_t *window, uint64_t ends,
                                                    const uint8_t *readable_end)
{
    const uint8_t *p = window;
    for (; ends != 0; ends &= ends - 1) {
        const uint8_t *end = window + tp_lowest_bit(ends);
        if (!tp_encode_piece(e, p, (size_t)(end - p), (size_t)(readable_end - p))) return p;
        p = end;
    }
    return p;
}

static inline bool has_room(const tp_encoding *e)
{
    return e->sink.out == NULL || e->sink.capacity - e->sink.n >= WINDOW_NBYTES + TP_CACHED_IDS;
}

TP_INLINE size_t encode_by(tp_encoding *e, const tp_split_rules *rules, tp_split_family family, const uint8_t *text,
                           const uint8_t *end, const uint8_t *readable_end, bool is_final)
{
    const uint8_t *p = text;
    while (p != end) {
        uint64_t starts = find_starts(rules, family, p, end);
        if (starts == 0) {
            bool met_end = false;
            const uint8_t *piece_end = tp_split_next(rules, p, end, &met_end);
            if (met_end && !is_final) break;
            if (!tp_encode_piece(e, p, (size_t)(piece_end - p), (size_t)(readable_end - p))) break;
            p = piece_end;
            continue;
        }
        bool is_roomy = (size_t)(readable_end - p) >= READABLE_NBYTES && has_room(e);
        p = is_roomy ? encode_window(e, p, starts, readable_end) : encode_window_by_piece(e, p, starts, readable_end);
        if (e->has_failed || e->n_too_many > 0) break;
    }
    return (size_t)(p - text);
}

/* One function for each family: what it need not do is left out, and its loop has the registers to itself. */
#define ENCODE_BY(name, family)                                                                                          \
    TP_NOINLINE size_t name(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,        \
                            const uint8_t *readable_end, bool is_final)                                                  \
    {                                                                                                                    \
        return encode_by(e, rules, family, text, end, readable_end, is_final);                                           \
    }
ENCODE_BY(encode_by_gpt2, TP_SPLIT_GPT2)
ENCODE_BY(encode_by_gpt4, TP_SPLIT_GPT4)
ENCODE_BY(encode_by_o200k, TP_SPLIT_O200K)
ENCODE_BY(encode_by_kimi, TP_SPLIT_KIMI)
ENCODE_BY(encode_by_deepseek, TP_SPLIT_DEEPSEEK)

size_t ENCODE(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, const uint8_t *readable_end,
              bool is_final)
{
    switch (rules->family) {
    case TP_SPLIT_GPT2:
        return encode_by_gpt2(e, rules, text, end, readable_end, is_final);
    case TP_SPLIT_GPT4:
        return encode_by_gpt4(e, rules, text, end, readable_end, is_final);
    case TP_SPLIT_O200K:
        return encode_by_o200k(e, rules, text, end, readable_end, is_final);
    case TP_SPLIT_KIMI:
        return encode_by_kimi(e, rules, text, end, readable_end, is_final);
    default:
        return encode_by_deepseek(e, rules, text, end, readable_end, is_final);
    }
}
