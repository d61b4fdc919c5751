/* Normal forms: each variant that this machine has against a normalizer so naive that it can be seen to be right, on random
 * texts of characters that matter, at every place of a block, with ill-formed bytes between them, and where memory ends. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fenced.h"
#include "naive.h"
#include "naive_normal.h"
#include "naive_utf8.h"
#include "textproc.h"
#include "unicode/utf8.h"

enum { BLOCK = 64, MOST_NBYTES = 4096 };

static const uint32_t versions[] = {TP_UNICODE_NEWEST, TP_UNICODE_OLDEST, TP_UNICODE_OF_TOKENIZERS, 0x0F01, 0x1000};

/* ---- Every variant against it ------------------------------------------------------------------------------------------ */

static void check_by_variant(const uint8_t *text, size_t nbytes, tp_normal_form form, uint32_t version,
                             const naive_text *expected)
{
    uint8_t *found = allocate(expected->nbytes + 1);
    uint64_t *origins = allocate((expected->nbytes + 1) * sizeof *origins);
    size_t found_nbytes = 0, offset = 0;
    CHECK_EQ_U(tp_normalize(text, nbytes, form, version, found, NULL, expected->nbytes, &found_nbytes, NULL), TP_OK);
    CHECK_EQ_BYTES(found, found_nbytes, expected->bytes, expected->nbytes);
    CHECK_EQ_U(tp_normalize(text, nbytes, form, version, found, origins, expected->nbytes, &found_nbytes, NULL), TP_OK);
    CHECK_EQ_BYTES(found, found_nbytes, expected->bytes, expected->nbytes);
    if (naive_validate(text, nbytes) == nbytes) {
        CHECK_EQ_BYTES(origins, found_nbytes * sizeof *origins, expected->origins, expected->nbytes * sizeof *origins);
    }
    bool is_same_text = nbytes == expected->nbytes && memcmp(text, expected->bytes, nbytes) == 0;
    CHECK_EQ_U(tp_find_unnormalized(text, nbytes, form, version, &offset, NULL), TP_OK);
    CHECK_EQ_U(offset == nbytes, is_same_text);
    CHECK(offset <= expected->nbytes && memcmp(text, expected->bytes, offset) == 0);
    free(origins);
    free(found);
}

static void check_text(const uint8_t *text, size_t nbytes)
{
    if (has_failed_enough()) return;
    for (unsigned form = TP_NFC; form <= TP_NFKD; form++) {
        for (size_t i = 0; i < N_ITEMS(versions); i++) {
            naive_text expected = naive_normalize(text, nbytes, form, versions[i]);
            for (size_t j = 0; j < N_ITEMS(variants); j++) {
                if (tp_simd_select(variants[j], NULL) != TP_OK) continue;
                check_by_variant(text, nbytes, (tp_normal_form)form, versions[i], &expected);
            }
            naive_free(&expected);
        }
    }
}

/* In a block of exactly its size. */
static void check_exact_text(const uint8_t *text, size_t nbytes)
{
    uint8_t *copy = exact_copy(text, nbytes);
    check_text(copy, nbytes);
    free(copy);
}

/* ---- Texts ------------------------------------------------------------------------------------------------------------- */

/* Letters and syllables that compose, marks of several classes and ages, what decomposes to many, what joins to the left. */
static const uint32_t matter[] = {
    'a', 'e', 'o', ' ', 0xE9, 0x1EBF, 0x300, 0x301, 0x302, 0x308, 0x316, 0x323, 0x327, 0x334, 0x345, 0x344, 0x387,
    0x3B1, 0x390, 0x5B0, 0x5BC, 0x64B, 0x651, 0x627, 0x653, 0x915, 0x93C, 0x94D, 0x958, 0x9C7, 0x9BE, 0x9D7, 0xE38,
    0xE48, 0xF71, 0xF72, 0xF73, 0xF81, 0x1100, 0x1112, 0x1161, 0x1175, 0x11A7, 0x11A8, 0x11C2, 0xAC00, 0xAC01, 0xD7A3,
    0x1715, 0x1ACE, 0x1DF6, 0x2000, 0x212B, 0x2ADC, 0x3099, 0x304B, 0x30AB, 0x3131, 0x3200, 0x4E2D, 0xF900, 0xFA2E,
    0xFB01, 0xFB1D, 0xFDFA, 0xFF76, 0xFF9E, 0xFFC2, 0x105D2, 0x11099, 0x110BA, 0x11131, 0x11127, 0x113C2, 0x113C5,
    0x11930, 0x11935, 0x11938, 0x1D15E, 0x1D160, 0x1D165, 0x1D16E, 0x1E08F, 0x1F131, 0x2F800, 0x2FA1D, 0x16D63, 0x16D67,
    0x1612A,
};

static size_t random_below(uint64_t *state, size_t limit) { return (size_t)(next_random(state) % limit); }

static size_t random_text(uint8_t *text, size_t most, bool is_well_formed, uint64_t *state)
{
    static const char *const ill_formed[] = {"\x80", "\xCC", "\xE0\xA4", "\xF0\x90\x80", "\xED\xA0\x80", "\xC0\x80", "\xFF"};
    size_t nbytes = 0;
    while (nbytes + TP_UTF8_MAX_NBYTES <= most) {
        size_t kind = random_below(state, 40);
        if (kind == 0 && !is_well_formed) {
            const char *bad = ill_formed[random_below(state, N_ITEMS(ill_formed))];
            memcpy(text + nbytes, bad, strlen(bad));
            nbytes += strlen(bad);
        } else if (kind < 10) {
            text[nbytes++] = 'x';
        } else {
            nbytes += tp_utf8_encode(matter[random_below(state, N_ITEMS(matter))], text + nbytes);
        }
    }
    return nbytes;
}

/* ---- Tests ------------------------------------------------------------------------------------------------------------- */

static void check_form(tp_normal_form form, const char *text, const char *expected)
{
    uint8_t found[64];
    size_t nbytes;
    CHECK_EQ_U(tp_normalize((const uint8_t *)text, strlen(text), form, 0, found, NULL, sizeof found, &nbytes, NULL), TP_OK);
    CHECK_EQ_BYTES(found, nbytes, expected, strlen(expected));
    naive_text naive = naive_normalize((const uint8_t *)text, strlen(text), form, 0);
    CHECK_EQ_BYTES(naive.bytes, naive.nbytes, expected, strlen(expected));
    naive_free(&naive);
}

static void test_known_forms(void)
{
    check_form(TP_NFC, "e\xCC\x81", "\xC3\xA9");
    check_form(TP_NFD, "\xC3\xA9", "e\xCC\x81");
    check_form(TP_NFC, "\xE2\x84\xAB", "\xC3\x85");                                                       /* angstrom */
    check_form(TP_NFKC, "\xEF\xAC\x81", "fi");                                                            /* ligature */
    check_form(TP_NFKD, "\xC2\xBD", "1\xE2\x81\x84" "2");                                                 /* a half */
    check_form(TP_NFC, "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C");                           /* han */
    check_form(TP_NFD, "\xED\x95\x9C", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB");
    check_form(TP_NFC, "q\xCC\x87\xCC\xA3", "q\xCC\xA3\xCC\x87");                                         /* below, above */
    check_form(TP_NFC, "\xE0\xA5\x98", "\xE0\xA4\x95\xE0\xA4\xBC");                                       /* excluded */
    check_form(TP_NFKC, "\xEF\xBD\xB6\xEF\xBE\x9E", "\xE3\x82\xAC");                                      /* half width */
}

static void test_random_texts(void)
{
    uint64_t state = 5;
    for (size_t i = 0; i < quick_or(200, 4000); i++) {
        uint8_t text[5 * BLOCK];
        size_t nbytes = random_text(text, random_below(&state, sizeof text), i % 2 == 0, &state);
        check_exact_text(text, nbytes);
    }
}

/* What may change, at every place of a few blocks and across windows of blocks. */
static void test_every_place(void)
{
    static const char *const sequences[] = {"e\xCC\x81",         "\xC3\xA9",           "\xE2\x84\xAB",
                                            "\xF0\x9D\x85\xA0", "q\xCC\x87\xCC\xA3", "\xCC"};
    for (size_t i = 0; i < N_ITEMS(sequences); i++) {
        size_t length = strlen(sequences[i]);
        for (size_t place = 0; place < 18 * BLOCK; place += place < 3 * BLOCK || place > 15 * BLOCK ? quick_or(5, 1) : BLOCK) {
            uint8_t text[20 * BLOCK];
            memset(text, 'x', sizeof text);
            memcpy(text + place, sequences[i], length);
            check_exact_text(text, place + length);
            if (place % 7 == 0) check_exact_text(text, sizeof text);
        }
    }
}

static void test_many_marks(void)
{
    uint64_t state = 11;
    for (size_t n = 1; n < 300; n += quick_or(50, 7)) {
        uint8_t text[MOST_NBYTES];
        size_t nbytes = 1;
        text[0] = 'e';
        for (size_t i = 0; i < n; i++) nbytes += tp_utf8_encode((uint32_t)(0x300 + random_below(&state, 0x4F)), text + nbytes);
        check_exact_text(text, nbytes);
    }
}

static void test_nothing_is_read_or_written_beyond(void)
{
    fenced memory = map_fenced(MOST_NBYTES), written = map_fenced(16 * MOST_NBYTES);
    uint64_t state = 3;
    for (size_t most = 0; most <= 5 * BLOCK; most += quick_or(7, 1)) {
        uint8_t *text = memory.start + memory.nbytes - most;
        size_t nbytes = random_text(text, most, false, &state);
        memmove(memory.start + memory.nbytes - nbytes, text, nbytes);
        text = memory.start + memory.nbytes - nbytes;
        check_text(text, nbytes);
        naive_text expected = naive_normalize(text, nbytes, TP_NFKD, 0);
        for (size_t short_of = 0; short_of < 9 && short_of <= expected.nbytes; short_of++) {
            size_t capacity = expected.nbytes - short_of, needed = 0;
            uint8_t *normalized = written.start + written.nbytes - capacity;
            tp_status status = tp_normalize(text, nbytes, TP_NFKD, 0, normalized, NULL, capacity, &needed, NULL);
            CHECK_EQ_U(status, short_of == 0 ? TP_OK : TP_TOO_SMALL);
            CHECK_EQ_U(needed, expected.nbytes);
        }
        naive_free(&expected);
    }
    unmap_fenced(&written);
    unmap_fenced(&memory);
}

static void test_cuts(void)
{
    uint64_t state = 17;
    for (size_t i = 0; i < quick_or(300, 3000); i++) {
        uint8_t text[3 * BLOCK], found[64 * BLOCK];
        size_t nbytes = random_text(text, sizeof text, false, &state), given = random_below(&state, nbytes + 1);
        for (unsigned form = TP_NFC; form <= TP_NFKD; form++) {
            size_t cut = nbytes + 1, first = 0, second = 0;
            uint32_t version = versions[i % N_ITEMS(versions)];
            CHECK_EQ_U(tp_find_normal_cut(text, given, (tp_normal_form)form, version, &cut, NULL), TP_OK);
            CHECK(cut <= given);
            tp_normalize(text, cut, (tp_normal_form)form, version, found, NULL, sizeof found, &first, NULL);
            tp_normalize(text + cut, nbytes - cut, (tp_normal_form)form, version, found + first, NULL, sizeof found - first,
                         &second, NULL);
            naive_text expected = naive_normalize(text, nbytes, form, version);
            CHECK_EQ_BYTES(found, first + second, expected.bytes, expected.nbytes);
            naive_free(&expected);
        }
    }
}

static void check_refused(int number_of_form, uint32_t version, uint64_t argument)
{
    const uint8_t text[] = {'e'};
    tp_normal_form form = (tp_normal_form)number_of_form;
    uint8_t found[4];
    size_t number = 77;
    tp_error error = {TP_OK, 99, NULL};
    CHECK_EQ_U(tp_normalize(text, 1, form, version, found, NULL, 4, &number, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, argument);
    CHECK_EQ_U(tp_find_unnormalized(text, 1, form, version, &number, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_find_normal_cut(text, 1, form, version, &number, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(number, 77);
}

static void test_what_cannot_be_asked_for(void)
{
    check_refused(4, TP_UNICODE_NEWEST, 0);
    check_refused(-1, TP_UNICODE_NEWEST, 0);
    check_refused(TP_NFC, TP_UNICODE_OLDEST - 1, 1);
    check_refused(TP_NFC, 0xFFFF, 1);
}

/* Marks for which there is no room without an allocation, in an order that needs another one. */
static void test_refused_allocations(void)
{
    enum { N_MARKS = 1000 };
    uint8_t text[1 + 2 * N_MARKS + 1], found[sizeof text];
    size_t nbytes = 1;
    text[0] = 'e';
    for (uint32_t i = 0; i < N_MARKS; i++) nbytes += tp_utf8_encode(i % 2 ? 0x316 : 0x301, text + nbytes);
    tp_status status = TP_NO_MEMORY;
    uint64_t nth = 0;
    while (status == TP_NO_MEMORY) {
        size_t length = 77;
        tp_memory_fail_at(++nth);
        status = tp_normalize(text, nbytes, TP_NFD, 0, found, NULL, sizeof found, &length, NULL);
        if (status == TP_NO_MEMORY) CHECK_EQ_U(length, 77);
        tp_memory_fail_at(nth);
        size_t offset = 77;
        CHECK_EQ_U(tp_find_unnormalized(text, nbytes, TP_NFD, 0, &offset, NULL), status);
        CHECK_EQ_U(offset, status == TP_NO_MEMORY ? 77 : 0);
        tp_memory_fail_at(0);
        tp_memory_stats held;
        tp_memory_get_stats(&held);
        CHECK_EQ_U(held.live_allocations, 0);
    }
    CHECK_EQ_U(status, TP_OK);
    CHECK(nth > 3);
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_known_forms);
    RUN(test_random_texts);
    RUN(test_every_place);
    RUN(test_many_marks);
    RUN(test_nothing_is_read_or_written_beyond);
    RUN(test_cuts);
    RUN(test_what_cannot_be_asked_for);
    RUN(test_refused_allocations);
    return tests_done();
}
