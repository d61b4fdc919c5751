#include "vectors/text.h"

#include <string.h>

#include "corpus/grams.h"
#include "textproc/text.h"
#include "unicode/lower.h"
#include "unicode/space.h"
#include "unicode/utf8.h"

void tp_text_free(tp_text *text)
{
    tp_arena_free(TP_FOR_VECTORS, &text->held);
    tp_arena_free(TP_FOR_VECTORS, &text->other);
}

bool tp_is_ascii_text(const uint8_t *text, size_t nbytes)
{
    uint64_t all = 0;
    size_t i = 0;
    for (; nbytes - i >= sizeof all; i += sizeof all) {
        uint64_t eight;
        memcpy(&eight, text + i, sizeof eight);
        all |= eight;
    }
    for (; i < nbytes; i++) all |= text[i];
    return (all & TP_UTF8_HIGH_BITS) == 0;
}

/* Copies eight bytes and returns them as they were. */
static inline uint64_t copy_8(uint8_t *to, const uint8_t *from, bool lowers)
{
    uint64_t eight;
    memcpy(&eight, from, sizeof eight);
    uint64_t copied = lowers ? tp_ascii_lower_8(eight) : eight;
    memcpy(to, &copied, sizeof copied);
    return eight;
}

bool tp_copy_ascii(uint8_t *to, const uint8_t *from, size_t nbytes, bool lowers)
{
    uint64_t all = 0;
    if (nbytes < 8) {
        for (size_t i = 0; i < nbytes; i++) {
            uint8_t byte = from[i];
            all |= byte;
            to[i] = lowers ? tp_ascii_lower(byte) : byte;
        }
        return all < 0x80;
    }
    for (size_t i = 0; i < nbytes - 8; i += 8) all |= copy_8(to + i, from + i, lowers);
    all |= copy_8(to + nbytes - 8, from + nbytes - 8, lowers);
    return (all & TP_UTF8_HIGH_BITS) == 0;
}

/* Makes room for `nbytes` in the scratch memory. */
static bool reserve_other(tp_text *text, size_t nbytes)
{
    text->other.used = 0;
    return tp_arena_reserve(TP_FOR_VECTORS, &text->other, nbytes + TP_READ_BEHIND);
}

/* Takes `nbytes` of the scratch memory as the text. */
static void swap(tp_text *text, size_t nbytes)
{
    tp_arena kept = text->held;
    text->held = text->other;
    text->other = kept;
    text->held.used = nbytes;
}

static bool lower(tp_text *text, uint32_t version)
{
    tp_arena *held = &text->held;
    if (text->is_ascii) {
        for (size_t i = 0; i < held->used; i++) held->data[i] = tp_ascii_lower(held->data[i]);
        return true;
    }
    if (!reserve_other(text, TP_LOWER_BOUND(held->used))) return false;
    swap(text, tp_lower_word(held->data, held->used, version, text->other.data));
    text->is_ascii = tp_is_ascii_text(text->held.data, text->held.used);
    return true;
}

static bool decompose(tp_text *text, uint32_t version)
{
    size_t nbytes = text->held.used;
    tp_status status;
    do {
        if (!reserve_other(text, nbytes)) return false;
        status = tp_normalize(text->held.data, text->held.used, TP_NFKD, version, text->other.data, NULL,
                              text->other.capacity - TP_READ_BEHIND, &nbytes, NULL);
    } while (status == TP_TOO_SMALL);
    if (status != TP_OK) return false;
    swap(text, nbytes);
    return true;
}

static bool strip_accents(tp_text *text, tp_accents accents, uint32_t version)
{
    if (!decompose(text, version)) return false;
    uint8_t *data = text->held.data;
    size_t n = 0;
    if (accents == TP_ACCENTS_STRIP) {
        n = tp_strip_marks(data, text->held.used, version, data);
    } else {
        for (size_t i = 0; i < text->held.used; i++) {
            data[n] = data[i];
            n += data[i] < 0x80;
        }
    }
    text->held.used = n;
    text->is_ascii = tp_is_ascii_text(data, n);
    return true;
}

bool tp_text_prepare(tp_text *text, const uint8_t *document, size_t nbytes, const tp_vectors_options *options)
{
    tp_arena *held = &text->held;
    held->used = 0;
    if (nbytes > SIZE_MAX / 4 || !tp_arena_reserve(TP_FOR_VECTORS, held, nbytes + TP_READ_BEHIND)) return false;
    if (nbytes > 0) memcpy(held->data, document, nbytes);
    held->used = nbytes;
    text->is_ascii = tp_is_ascii_text(held->data, nbytes);
    if (options->letter_case == TP_CASE_LOWER && !lower(text, options->unicode_version)) return false;
    if (options->accents == TP_ACCENTS_KEEP || text->is_ascii) return true;
    return strip_accents(text, options->accents, options->unicode_version);
}

/* Whether ASCII text has two white-space characters side by side; true for other text. */
static bool may_have_spaces(const uint8_t *text, size_t nbytes)
{
    uint8_t found = 0;
    for (size_t i = 1; i < nbytes; i++) {
        bool is_second = tp_is_ascii_space(text[i - 1]) && tp_is_ascii_space(text[i]);
        found |= (uint8_t)(is_second | text[i] >> 7);
    }
    return nbytes > 0 && (found != 0 || text[0] >= 0x80);
}

size_t tp_join_spaces(uint8_t *text, size_t nbytes)
{
    if (!may_have_spaces(text, nbytes)) return nbytes;
    const uint8_t *end = text + nbytes;
    size_t out = 0;
    for (const uint8_t *next = text; next < end;) {
        size_t first = tp_space_nbytes(next, end), more = first > 0 ? tp_space_nbytes(next + first, end) : 0;
        if (more == 0) {
            size_t n = first > 0 ? first : 1;
            memmove(text + out, next, n);
            next += n;
            out += n;
            continue;
        }
        text[out++] = ' ';
        for (next += first; more > 0; more = tp_space_nbytes(next, end)) next += more;
    }
    return out;
}

bool tp_text_pad_parts(tp_text *text)
{
    const uint8_t *next = text->held.data, *end = next + text->held.used;
    if (!reserve_other(text, text->held.used + 2)) return false;
    uint8_t *data = text->other.data;
    size_t out = 0;
    data[out++] = ' ';
    while (next < end) {
        size_t nbytes = tp_space_nbytes(next, end);
        if (nbytes == 0) {
            data[out++] = *next++;
            continue;
        }
        next += nbytes;
        if (data[out - 1] != ' ') data[out++] = ' ';
    }
    if (data[out - 1] != ' ') data[out++] = ' ';
    swap(text, out > 1 ? out : 0);
    return true;
}
