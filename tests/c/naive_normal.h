/* Normal forms of a whole text at once, by the definition of the standard: every character is decomposed, marks change places
 * until they are in order, and each character is composed with the last starter before it. No quick check, no segments; the
 * tables of characters are the core's own, which the Python tests hold against others. */
#ifndef TEXTPROC_TESTS_NAIVE_NORMAL_H
#define TEXTPROC_TESTS_NAIVE_NORMAL_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "textproc.h"
#include "unicode/normal_tables.h"
#include "unicode/utf8.h"

#define NAIVE_MASK 0x1FFFFFu
#define NAIVE_RAW 0x110000u

typedef struct naive_text {
    uint8_t *bytes;
    uint64_t *origins;
    size_t nbytes;
} naive_text;

typedef struct naive_part {
    uint32_t code_point;
    uint8_t combining_class;
    size_t n_sources; /* characters of the text */
} naive_part;

static inline uint8_t naive_age(uint32_t version)
{
    uint8_t age = 0;
    while (age + 1 < TP_NORMAL_N_AGES && (version == 0 || tp_normal_ages[age + 1] <= version)) age++;
    return age;
}

static inline size_t naive_decompose(uint32_t code_point, bool is_compatible, uint8_t age, naive_part *parts)
{
    const tp_normal_record *record = tp_normal_record_of(code_point);
    parts[0] = (naive_part){code_point, record->age <= age ? record->combining_class : 0, 0};
    if (code_point >= 0xAC00 && code_point < 0xAC00 + 11172) {
        uint32_t number = code_point - 0xAC00;
        parts[0].code_point = 0x1100 + number / 588;
        parts[1] = (naive_part){0x1161 + number % 588 / 28, 0, 0};
        parts[2] = (naive_part){0x11A7 + number % 28, 0, 0};
        return number % 28 == 0 ? 2 : 3;
    }
    size_t n = is_compatible ? record->compatible_length : record->canonical_length;
    if (n == 0 || record->age > age) return 1;
    const uint32_t *packed = tp_normal_parts + (is_compatible ? record->compatible : record->canonical);
    for (size_t i = 0; i < n; i++) parts[i] = (naive_part){packed[i] & NAIVE_MASK, (uint8_t)(packed[i] >> 21), 0};
    return n;
}

static inline uint32_t naive_compose(uint32_t first, uint32_t second, uint8_t age)
{
    if (first >= 0x1100 && first < 0x1113 && second >= 0x1161 && second < 0x1176) {
        return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28;
    }
    bool is_open = first >= 0xAC00 && first < 0xAC00 + 11172 && (first - 0xAC00) % 28 == 0;
    if (is_open && second > 0x11A7 && second < 0x11C3) return first + second - 0x11A7;
    uint16_t row = tp_normal_record_of(first)->row;
    uint8_t column = tp_normal_record_of(second)->column;
    if (row == 0 || column == 0 || tp_normal_pairs[row + column].first != first) return 0;
    uint32_t composite = tp_normal_pairs[row + column].composite & NAIVE_MASK;
    return tp_normal_record_of(composite)->age <= age ? composite : 0;
}

/* The caller frees both arrays. */
static inline naive_text naive_normalize(const uint8_t *text, size_t text_nbytes, unsigned form, uint32_t version)
{
    enum { LONGEST = 18 };
    bool is_compatible = form >= 2, composes = form % 2 == 0;
    uint8_t age = naive_age(version);
    naive_part *parts = malloc((text_nbytes * LONGEST + 1) * sizeof *parts);
    if (parts == NULL) abort();
    size_t n = 0;
    for (size_t at = 0; at < text_nbytes;) {
        uint32_t code_point;
        size_t nbytes = tp_utf8_decode(text + at, text + text_nbytes, &code_point), first = n;
        if (code_point != TP_UTF8_ILL_FORMED) n += naive_decompose(code_point, is_compatible, age, parts + n);
        else for (size_t i = 0; i < nbytes; i++) parts[n++] = (naive_part){NAIVE_RAW + text[at + i], 0, 0};
        for (size_t i = first; i < n; i++) parts[i].n_sources = i == first;
        at += nbytes;
    }
    for (bool is_ordered = false; !is_ordered;) {
        is_ordered = true;
        for (size_t i = 1; i < n; i++) {
            naive_part left = parts[i - 1], right = parts[i];
            if (right.combining_class == 0 || left.combining_class <= right.combining_class) continue;
            parts[i - 1] = right;
            parts[i] = left;
            is_ordered = false;
        }
    }
    for (size_t i = 1; composes && i < n;) {
        size_t starter = i;
        while (starter > 0 && parts[starter - 1].combining_class != 0) starter--;
        bool has_starter = starter > 0, is_next = starter == i;
        bool is_blocked = !has_starter || (!is_next && parts[i - 1].combining_class >= parts[i].combining_class);
        uint32_t composite = is_blocked ? 0 : naive_compose(parts[starter - 1].code_point, parts[i].code_point, age);
        if (composite == 0) {
            i++;
            continue;
        }
        parts[starter - 1].code_point = composite;
        parts[starter - 1].n_sources += parts[i].n_sources;
        memmove(parts + i, parts + i + 1, (n - i - 1) * sizeof *parts);
        n--;
    }
    naive_text made = {malloc(4 * n + 1), malloc((4 * n + 1) * sizeof(uint64_t)), 0};
    if (made.bytes == NULL || made.origins == NULL) abort();
    size_t origin = 0, next = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t encoded[4] = {(uint8_t)(parts[i].code_point - NAIVE_RAW)};
        size_t nbytes = parts[i].code_point < NAIVE_RAW ? tp_utf8_encode(parts[i].code_point, encoded) : 1;
        if (parts[i].n_sources > 0) origin = next;
        for (size_t j = 0; j < nbytes; j++) {
            made.origins[made.nbytes] = origin;
            made.bytes[made.nbytes++] = encoded[j];
        }
        for (size_t j = 0; j < parts[i].n_sources; j++) {
            uint32_t code_point;
            origin = next;
            next += tp_utf8_decode(text + next, text + text_nbytes, &code_point);
        }
    }
    free(parts);
    return made;
}

static inline void naive_free(naive_text *made)
{
    free(made->bytes);
    free(made->origins);
}

#endif
