/* The hash by which machines share out items: the same in every process and on every machine. It is public, so whoever chooses
 * the items can make them collide. It therefore decides only which part an item belongs to, where collisions cost nothing but
 * balance; a salt that is not known in advance prevents that too. */
#ifndef TEXTPROC_BASE_SALTED_HASH_H
#define TEXTPROC_BASE_SALTED_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Returns XXH64 of some bytes with the salt as its seed (Collet, "XXH64", in the xxHash fast digest algorithm specification
 * 0.1.1). */
uint64_t tp_salted_hash(uint64_t salt, const uint8_t *bytes, size_t nbytes);

/* Returns the part, of n_parts, that an item with this hash belongs to: the hash, as a fraction of 2^64, times n_parts. So the
 * high bits decide. */
static inline size_t tp_part_of(uint64_t hash, size_t n_parts) { return (size_t)((hash >> 32) * (uint64_t)n_parts >> 32); }

/* The most parts that items are shared out into: more than a cluster has workers. */
#define TP_MOST_PARTS ((size_t)1 << 16)

#endif
