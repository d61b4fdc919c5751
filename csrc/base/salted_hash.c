#include "base/salted_hash.h"

/* The primes of the specification. */
#define PRIME_1 UINT64_C(0x9E3779B185EBCA87)
#define PRIME_2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define PRIME_3 UINT64_C(0x165667B19E3779F9)
#define PRIME_4 UINT64_C(0x85EBCA77C2B2AE63)
#define PRIME_5 UINT64_C(0x27D4EB2F165667C5)

enum { LANES = 4, STRIPE_NBYTES = 8 * LANES };

static uint64_t rotate(uint64_t value, int n) { return value << n | value >> (64 - n); }

/* Little-endian on every machine. */
static uint64_t load(const uint8_t *bytes, size_t nbytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < nbytes; i++) value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static uint64_t add_lane(uint64_t lane, uint64_t value) { return rotate(lane + value * PRIME_2, 31) * PRIME_1; }

/* Returns the hash of the whole stripes. */
static uint64_t hash_stripes(uint64_t salt, const uint8_t *bytes, size_t n_stripes)
{
    uint64_t lanes[LANES] = {salt + PRIME_1 + PRIME_2, salt + PRIME_2, salt, salt - PRIME_1}, hash = 0;
    static const int turns[LANES] = {1, 7, 12, 18};
    for (size_t i = 0; i < n_stripes; i++) {
        for (size_t k = 0; k < LANES; k++) lanes[k] = add_lane(lanes[k], load(bytes + i * STRIPE_NBYTES + 8 * k, 8));
    }
    for (size_t k = 0; k < LANES; k++) hash += rotate(lanes[k], turns[k]);
    for (size_t k = 0; k < LANES; k++) hash = (hash ^ add_lane(0, lanes[k])) * PRIME_1 + PRIME_4;
    return hash;
}

uint64_t tp_salted_hash(uint64_t salt, const uint8_t *bytes, size_t nbytes)
{
    const size_t n_stripes = nbytes / STRIPE_NBYTES;
    const uint8_t *p = bytes;
    size_t left = nbytes;
    uint64_t hash = n_stripes > 0 ? hash_stripes(salt, bytes, n_stripes) : salt + PRIME_5;
    hash += nbytes;
    if (n_stripes > 0) p += n_stripes * STRIPE_NBYTES; /* C allows no arithmetic on NULL */
    left -= n_stripes * STRIPE_NBYTES;
    for (; left >= 8; left -= 8, p += 8) hash = rotate(hash ^ add_lane(0, load(p, 8)), 27) * PRIME_1 + PRIME_4;
    if (left >= 4) {
        hash = rotate(hash ^ load(p, 4) * PRIME_1, 23) * PRIME_2 + PRIME_3;
        left -= 4;
        p += 4;
    }
    for (; left > 0; left--, p++) hash = rotate(hash ^ *p * PRIME_5, 11) * PRIME_1;
    hash = (hash ^ hash >> 33) * PRIME_2;
    hash = (hash ^ hash >> 29) * PRIME_3;
    return hash ^ hash >> 32;
}
