/* The keyed hash of terms. Whether two words collide depends on a random key of the process, so an attacker who cannot read its
 * memory cannot choose words that collide. */
#ifndef TEXTPROC_BASE_HASH_H
#define TEXTPROC_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct tp_hash_key {
    uint64_t word[4];
} tp_hash_key;

/* Returns the key of the process, which is drawn from the operating system at first use. It never waits for another thread, so
 * it is safe across a fork at any moment. */
tp_hash_key tp_hash_get_key(void);

/* The 128-bit product of both numbers with its halves folded together: the mixing step of the wyhash family. */
static inline uint64_t tp_hash_mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)(product ^ product >> 64);
#else
    uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t low = a_low * b_low, cross = a_high * b_low + (low >> 32), other = a_low * b_high + (uint32_t)cross;
    uint64_t high = a_high * b_high + (cross >> 32) + (other >> 32);
    return ((other << 32) | (uint32_t)low) ^ high;
#endif
}

static inline uint64_t tp_hash_load_8(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint64_t tp_hash_load_4(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* Loads up to 7 bytes into one number. Different texts of the same length give different numbers. */
static inline uint64_t tp_hash_load_short(const uint8_t *bytes, size_t nbytes)
{
    if (nbytes >= 4) return tp_hash_load_4(bytes) | tp_hash_load_4(bytes + nbytes - 4) << 32;
    if (nbytes == 0) return 0;
    return (uint64_t)bytes[0] | (uint64_t)bytes[nbytes / 2] << 8 | (uint64_t)bytes[nbytes - 1] << 16;
}

/* Returns the hash of some bytes. It depends on the byte order of the machine, so it must not leave the process. Both factors
 * of every multiplication contain the key: text alone cannot make either of them zero. Loads may overlap, since the length is
 * mixed in. */
static inline uint64_t tp_hash(const tp_hash_key *key, const uint8_t *bytes, size_t nbytes)
{
    uint64_t state = key->word[0] ^ nbytes, low = 0, high = 0;
    size_t left = nbytes;
    for (; left > 16; left -= 16, bytes += 16)
        state = tp_hash_mix(tp_hash_load_8(bytes) ^ key->word[1] ^ state, tp_hash_load_8(bytes + 8) ^ key->word[2]);
    if (left >= 8) {
        low = tp_hash_load_8(bytes);
        high = tp_hash_load_8(bytes + left - 8);
    } else {
        low = tp_hash_load_short(bytes, left);
    }
    state = tp_hash_mix(low ^ key->word[1] ^ state, high ^ key->word[2]);
    return tp_hash_mix(state ^ key->word[3], state ^ key->word[0]);
}

#endif
