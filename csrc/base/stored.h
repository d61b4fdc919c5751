/* Numbers and checksums as they stand in snapshots: the same bytes on every machine. */
#ifndef TEXTPROC_BASE_STORED_H
#define TEXTPROC_BASE_STORED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/once.h"

/* Little-endian. */
static inline void tp_put_number(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t tp_get_number(const uint8_t *in)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value |= (uint64_t)in[i] << (8 * i);
    return tp_once(value);
}

/* FNV-1a (Fowler, Noll, Vo; 64-bit offset basis and prime), taken over eight bytes a step, with a fold so that high bits reach
 * the low ones; the last step is padded with zeros. It detects damage, not malice: a reader's other checks are for that. */
static inline uint64_t tp_checksum(const uint8_t *bytes, size_t nbytes)
{
    uint64_t sum = 0xCBF29CE484222325u;
    for (size_t i = 0; i < nbytes; i += 8) {
        uint8_t padded[8] = {0};
        memcpy(padded, bytes + i, nbytes - i < 8 ? nbytes - i : 8);
        sum = (sum ^ tp_get_number(padded)) * 0x100000001B3u;
        sum ^= sum >> 32;
    }
    return sum;
}

#endif
