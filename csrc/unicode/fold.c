/* str.casefold: full case folding, which looks at each character by itself. */
#include <stdbool.h>
#include <string.h>

#include "textproc/text.h"
#include "unicode/folds.h"
#include "unicode/lower.h"
#include "unicode/utf8.h"

enum { BLOCK_NBYTES = 64 };

/* Folds a block and returns whether it is all of ASCII. Compilers make vectors of this. */
static inline bool fold_ascii_block(const uint8_t *text, uint8_t *folded)
{
    uint8_t all = 0;
    for (size_t i = 0; i < BLOCK_NBYTES; i++) {
        all |= text[i];
        folded[i] = tp_ascii_lower(text[i]);
    }
    return all < 0x80;
}

/* Folds ASCII from the start of the text on and returns its length. What is written behind that lies within the block. */
static size_t fold_ascii(const uint8_t *text, size_t nbytes, uint8_t *folded)
{
    size_t done = 0;
    while (nbytes - done >= BLOCK_NBYTES && fold_ascii_block(text + done, folded + done)) done += BLOCK_NBYTES;
    for (; nbytes - done >= 8; done += 8) {
        uint64_t eight;
        memcpy(&eight, text + done, sizeof eight);
        if (eight & TP_UTF8_HIGH_BITS) break;
        eight = tp_ascii_lower_8(eight);
        memcpy(folded + done, &eight, sizeof eight);
    }
    for (; done < nbytes && text[done] < 0x80; done++) folded[done] = tp_ascii_lower(text[done]);
    return done;
}

/* Folds the character in [first, next), which is not of ASCII, and returns the number of bytes written. */
static size_t fold_character(const uint8_t *first, const uint8_t *next, uint32_t code_point, uint32_t version, uint8_t *folded)
{
    tp_fold_record record = tp_fold_record_of(code_point);
    if (record.since <= version && record.expansion != 0) {
        const uint8_t *expansion = tp_fold_expansions[record.expansion];
        memcpy(folded, expansion + 1, expansion[0]);
        return expansion[0];
    }
    if (record.since <= version && record.delta != 0) return tp_utf8_encode(code_point + (uint32_t)record.delta, folded);
    for (size_t i = 0; i < (size_t)(next - first); i++) folded[i] = first[i];
    return (size_t)(next - first);
}

/* All bytes that are written lie within three times those that are read by then: the output never passes its bound. */
size_t tp_fold(const uint8_t *text, size_t text_nbytes, uint32_t unicode_version, uint8_t *folded)
{
    const uint32_t version = tp_version_to_ask(unicode_version);
    const uint8_t *next = text, *end = text + text_nbytes;
    uint8_t *out = folded;
    while (next < end) {
        if (*next < 0x80) {
            size_t n_ascii = fold_ascii(next, (size_t)(end - next), out);
            next += n_ascii;
            out += n_ascii;
        } else if (!tp_fold_leads[*next]) {
            do *out++ = *next++;
            while (next < end && tp_utf8_is_continuation(*next));
        } else {
            const uint8_t *first = next;
            uint32_t code_point;
            next += tp_utf8_decode(first, end, &code_point);
            out += fold_character(first, next, code_point, version, out);
        }
    }
    return (size_t)(out - folded);
}
