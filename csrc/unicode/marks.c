/* Stripping marks: text without characters that have a combining class. */
#include <string.h>

#include "base/compiler.h"
#include "textproc/text.h"
#include "unicode/leads.h"
#include "unicode/normal_tables.h"
#include "unicode/utf8.h"

enum { BLOCK_NBYTES = 64 };

/* Returns how many bytes the mark takes that begins at `text`, before `end`; 0 if none does. */
static inline size_t mark_nbytes(const uint8_t *text, const uint8_t *end, uint8_t newest_age)
{
    uint32_t code_point;
    size_t nbytes = tp_utf8_decode(text, end, &code_point);
    const tp_normal_class *found = &tp_normal_classes[tp_normal_class_of(code_point)];
    return found->combining_class != 0 && found->age <= newest_age ? nbytes : 0;
}

/* The number of the newest age that a version has. */
static uint8_t newest_age_of(uint32_t unicode_version)
{
    unsigned age = TP_NORMAL_N_AGES - 1;
    if (unicode_version != TP_UNICODE_NEWEST) {
        while (age > 0 && tp_normal_ages[age] > unicode_version) age--;
    }
    return (uint8_t)age;
}

/* The bytes that begin marks are among those that the quick check of NFKD stops at. */
size_t tp_strip_marks(const uint8_t *text, size_t text_nbytes, uint32_t unicode_version, uint8_t *stripped)
{
    const uint8_t newest_age = newest_age_of(unicode_version), *leads = tp_normal_leads[TP_NFKD];
    size_t done = 0, out = 0; /* how much has been read and copied, or left out */
    for (size_t start = 0; start < text_nbytes; start += BLOCK_NBYTES) {
        uint8_t last[BLOCK_NBYTES] = {0};
        const uint8_t *block = text + start;
        if (text_nbytes - start < BLOCK_NBYTES) {
            memcpy(last, block, text_nbytes - start);
            block = last;
        }
        uint64_t mask;
        tp_mark_leads(block, 1, leads, &mask);
        for (; mask != 0; mask &= mask - 1) {
            size_t at = start + tp_lowest_bit(mask), nbytes = mark_nbytes(text + at, text + text_nbytes, newest_age);
            if (nbytes == 0 || at < done) continue; /* `done` passes `at` if another thread writes to the text */
            memmove(stripped + out, text + done, at - done);
            out += at - done;
            done = at + nbytes;
        }
    }
    if (text_nbytes > done) memmove(stripped + out, text + done, text_nbytes - done);
    return out + (text_nbytes - done);
}
