/* Marking of lead bytes, written once for all instruction sets. The file that includes this one defines
 *
 *     vector, VECTOR_NBYTES     16, 32 or 64 bytes in a register
 *     load(p)                   a vector from any address
 *     load_table(p)             16 bytes, repeated as look_up wants them
 *     look_up(table, nibbles)   of each byte, which is below 16, the byte of the table at that place
 *     high_nibbles(v), low_nibbles(v)
 *     have_common(v, w)         a bit for each byte: whether some bit is set in both vectors
 *     MARK_LEADS                the name of the function to define
 *
 * The low half of a byte selects a set of high halves, and the high half a set of one. */
#include "unicode/leads.h"

static const uint8_t sets_by_high[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8};

void MARK_LEADS(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks);

void MARK_LEADS(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks)
{
    const vector by_low = load_table(leads), by_high = load_table(sets_by_high);
    for (size_t block = 0; block < n_blocks; block++) {
        uint64_t mask = 0;
        for (size_t i = 0; i < 64; i += VECTOR_NBYTES) {
            vector bytes = load(text + 64 * block + i);
            uint64_t marked = have_common(look_up(by_low, low_nibbles(bytes)), look_up(by_high, high_nibbles(bytes)));
            mask |= marked << i;
        }
        masks[block] = mask;
    }
}
