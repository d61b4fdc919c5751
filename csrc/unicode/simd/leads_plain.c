/* Marking of lead bytes in plain C: words without a byte from C0 on are passed at once. */
#include <string.h>

#include "unicode/leads.h"

void tp_mark_leads_plain(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks);

/* Returns whether some of eight bytes has both of its highest bits set. */
static inline int has_lead(const uint8_t *text)
{
    uint64_t eight;
    memcpy(&eight, text, sizeof eight);
    return (eight & eight << 1 & UINT64_C(0x8080808080808080)) != 0;
}

void tp_mark_leads_plain(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks)
{
    for (size_t block = 0; block < n_blocks; block++) {
        uint64_t mask = 0;
        for (size_t i = 0; i < 64; i += 8) {
            const uint8_t *eight = text + 64 * block + i;
            if (!has_lead(eight)) continue;
            for (size_t j = 0; j < 8; j++) {
                uint64_t is_marked = eight[j] >= 0xC0 && (leads[eight[j] & 15] >> (eight[j] >> 4 & 3) & 1);
                mask |= is_marked << (i + j);
            }
        }
        masks[block] = mask;
    }
}
