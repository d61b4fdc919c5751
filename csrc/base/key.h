/* Short texts as numbers, which the tables of words and of pieces compare. */
#ifndef TEXTPROC_BASE_KEY_H
#define TEXTPROC_BASE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

/* A text in 16 bytes, so that a comparison seldom follows a pointer. A text of up to 15 bytes is stored in full, padded with
 * zeros, with its length in the last byte. The key of a longer text holds its hash and the place where the text starts, with
 * TP_LONG_KEY as the last byte: two such keys are equal if the hashes and the texts are equal. */
typedef struct tp_key {
    uint64_t low;
    uint64_t high;
} tp_key;

enum { TP_KEY_NBYTES = 16, TP_SHORT_KEY_NBYTES = 15, TP_LONG_KEY = 0xFF };

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { TP_LAST_BYTE_SHIFT = 0, TP_START_SHIFT = 8 };
#else
enum { TP_LAST_BYTE_SHIFT = 56, TP_START_SHIFT = 0 };
#endif

/* The key of a text of up to 15 bytes; 16 bytes must be readable. */
static inline tp_key tp_short_key(const uint8_t *text, size_t nbytes)
{
    /* From the middle minus n on, the first n bytes are all ones and the others are zeros. */
    static const uint8_t ones_then_zeros[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const uint8_t *mask = ones_then_zeros + 16 - nbytes;
    return (tp_key){tp_hash_load_8(text) & tp_hash_load_8(mask),
                    (tp_hash_load_8(text + 8) & tp_hash_load_8(mask + 8)) | (uint64_t)nbytes << TP_LAST_BYTE_SHIFT};
}

#define TP_MAX_TEXT_START ((UINT64_C(1) << 56) - 1)

/* In the key of a word that is not in a table, `start` is TP_MAX_TEXT_START, where no text starts: no term's key equals it. */
static inline tp_key tp_long_key(uint64_t hash, uint64_t start)
{
    return (tp_key){hash, (uint64_t)TP_LONG_KEY << TP_LAST_BYTE_SHIFT | start << TP_START_SHIFT};
}

static inline bool tp_key_is_long(tp_key key) { return (key.high >> TP_LAST_BYTE_SHIFT & 0xFF) == TP_LONG_KEY; }

static inline uint64_t tp_long_key_start(tp_key key) { return key.high >> TP_START_SHIFT & TP_MAX_TEXT_START; }

static inline uint64_t tp_short_key_hash(const tp_hash_key *hash_key, tp_key key)
{
    return tp_hash_mix(key.low ^ hash_key->word[1], key.high ^ hash_key->word[2]);
}

/* Returns the hash of a text from its key. A long key contains its hash. */
static inline uint64_t tp_key_hash(const tp_hash_key *hash_key, tp_key key)
{
    return tp_key_is_long(key) ? key.low : tp_short_key_hash(hash_key, key);
}

/* Returns whether two texts of more than 15 bytes are equal. */
static inline bool tp_is_same_long_text(const uint8_t *one, const uint8_t *other, size_t nbytes)
{
    size_t last = nbytes - 8;
    uint64_t difference = tp_hash_load_8(one + last) ^ tp_hash_load_8(other + last);
    for (size_t i = 0; i < last; i += 8) difference |= tp_hash_load_8(one + i) ^ tp_hash_load_8(other + i);
    return difference == 0;
}

#endif
