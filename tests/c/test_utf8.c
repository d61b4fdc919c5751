/* Validation: each variant that this machine has against a validator so naive that it can be seen to be right, with everything
 * that can be ill-formed at every place of a block. Texts lie in blocks of exactly their size, and in pages whose neighbours
 * cannot be read.
 * With TEXTPROC_TEST_QUICK in the environment the longest loops look at a part of the cases: for valgrind and the like. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fenced.h"
#include "naive.h"
#include "naive_utf8.h"
#include "textproc.h"
#include "unicode/utf8.h"
#include "unicode/validate.h"

enum { BLOCK = TP_VALIDATE_NBYTES };

/* ---- Every variant against it ------------------------------------------------------------------------------------------ */

static void check_validate(const char *variant, const uint8_t *text, size_t nbytes, size_t expected)
{
    if (has_failed_enough() || !tp_simd_is_available(variant)) return;
    tp_error error = {TP_OK, nbytes, NULL};
    tp_simd_select(variant, NULL);
    tp_status status = tp_utf8_validate(text, nbytes, &error);
    bool is_right = error.offset == expected && error.status == status &&
                    status == (expected == nbytes ? TP_OK : TP_INVALID_UTF8);
    if (is_right) return;
    CHECK_EQ_U(error.offset, expected);
    printf("    status %d by %s, %zu bytes", (int)status, variant, nbytes);
    check_print_bytes(text, nbytes, expected < 8 ? 0 : expected - 8);
}

static void check_text(const uint8_t *text, size_t nbytes)
{
    size_t expected = naive_validate(text, nbytes);
    for (size_t i = 0; i < N_ITEMS(variants); i++) check_validate(variants[i], text, nbytes, expected);
}

/* The same in a block of exactly its size. */
static void check_exact_text(const uint8_t *text, size_t nbytes)
{
    uint8_t *copy = exact_copy(text, nbytes);
    check_text(copy, nbytes);
    free(copy);
}

static void append(uint8_t *text, size_t *nbytes, const void *bytes, size_t n)
{
    memcpy(text + *nbytes, bytes, n);
    *nbytes += n;
}

/* Fills with characters of so many bytes, and with ASCII where none fits. */
static void fill(uint8_t *text, size_t nbytes, size_t character_nbytes)
{
    static const char *const characters[] = {"", "x", "\xC3\xA9", "\xE4\xB8\xAD", "\xF0\x9F\x8C\x8D"};
    size_t done = 0;
    while (done + character_nbytes <= nbytes) append(text, &done, characters[character_nbytes], character_nbytes);
    memset(text + done, 'y', nbytes - done);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------------- */

static void test_naive_validator(void)
{
    CHECK_EQ_U(naive_validate((const uint8_t *)"a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x8C\x8D", 10), 10);
    CHECK_EQ_U(naive_validate((const uint8_t *)"a\xE0\x9F\xBF", 4), 1);
    CHECK_EQ_U(naive_validate((const uint8_t *)"ab\xED\xA0\x80", 5), 2);
    CHECK_EQ_U(naive_validate((const uint8_t *)"\xF4\x90\x80\x80", 4), 0);
    CHECK_EQ_U(naive_validate((const uint8_t *)"\xC3", 1), 0);
}

/* What is ill-formed, and its neighbours that are not. */
static const char *const sequences[] = {
    "\x80", "\xBF", "\xC3\xA9\xA9", "\xE4\xB8\xAD\xAD", "\xF0\x9F\x8C\x8D\x8D", "\x80\x80\x80\x80",   /* stray continuation */
    "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",   /* overlong */
    "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xE0\xBF\xBF", "\xF0\x90\x80\x80", "\xF0\xBF\xBF\xBF",
    "\xED\xA0\x80", "\xED\xAF\xBF", "\xED\xB0\x80", "\xED\xBF\xBF", "\xED\xA0\xBD\xED\xB8\x80",       /* surrogates */
    "\xED\x80\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
    "\xF4\x90\x80\x80", "\xF4\xBF\xBF\xBF", "\xF5\x80\x80\x80", "\xF5\x90\x80\x80", "\xF7\xBF\xBF\xBF", /* beyond U+10FFFF */
    "\xF4\x80\x80\x80", "\xF4\x8F\xBF\xBF", "\xF3\xBF\xBF\xBF",
    "\xF8\x88\x80\x80\x80", "\xFC\x84\x80\x80\x80\x80", "\xFE", "\xFF", "\xFF\x80", "\xC0", "\xC1", "\xF5", /* no lead bytes */
    "\xC3", "\xE4", "\xE4\xB8", "\xF0", "\xF0\x9F", "\xF0\x9F\x8C",                                   /* something is missing */
    "\xE0", "\xED", "\xF4", "\xE0\xA0", "\xED\x9F", "\xF4\x8F", "\xF4\x8F\xBF",
    "\xC3\xC3\xA9", "\xE4\xB8\xE4\xB8\xAD", "\xE4\xC3\xA9", "\xF0\x9F\x8C\xC3\xA9",
    "\xF0\x9F\xE4\xB8\xAD", "\xF0\xF0\x9F\x8C\x8D",
};

/* At every place of a few blocks, among characters of every length, with more behind it or cut there. */
static void test_sequences_at_every_place(void)
{
    enum { LONGEST = 4 * BLOCK };
    for (size_t i = 0; i < N_ITEMS(sequences); i++) {
        size_t length = strlen(sequences[i]);
        for (size_t around = 1; around <= 4; around++) {
            for (size_t place = 0; place <= 3 * BLOCK + 3; place += quick_or(1 + i % 5, 1)) {
                uint8_t text[LONGEST + 16];
                fill(text, place, around);
                memcpy(text + place, sequences[i], length);
                fill(text + place + length, LONGEST - place, around);
                check_exact_text(text, LONGEST + length);
                check_exact_text(text, place + length);
            }
        }
    }
}

/* Every pair of bytes, and every pair behind a lead byte of three or four, across the border of two blocks. */
static void check_pairs_behind(const char *front, const char *back, size_t place)
{
    uint8_t text[4 * BLOCK];
    memset(text, 'x', sizeof text);
    size_t start = place;
    append(text, &start, front, strlen(front));
    memcpy(text + start + 2, back, strlen(back));
    for (unsigned pair = 0; pair < 0x10000; pair += (unsigned)quick_or(7, 1)) {
        text[start] = (uint8_t)(pair >> 8);
        text[start + 1] = (uint8_t)pair;
        check_text(text, sizeof text);
    }
}

static void test_every_pair_of_bytes(void)
{
    static const char *const fronts[] = {"", "\xC3", "\xE0", "\xE4", "\xED", "\xEF", "\xF0", "\xF1", "\xF4", "\xF1\x80"};
    for (size_t i = 0; i < N_ITEMS(fronts); i++) {
        check_pairs_behind(fronts[i], "", 2 * BLOCK + 3 - i % 5);
        check_pairs_behind(fronts[i], "\x80", 2 * BLOCK + 1 + i % 3);
    }
    check_pairs_behind("", "\x80\x80", 2 * BLOCK);
}

/* All sequences of up to four bytes from the ends of all ranges that the standard's table has, around borders of blocks. */
static void test_every_sequence_of_bytes_that_end_a_range(void)
{
    static const uint8_t bytes[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
                                    0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
    size_t n = N_ITEMS(bytes);
    for (size_t place = BLOCK; place < BLOCK + 4; place++) {
        uint8_t text[2 * BLOCK + 8];
        memset(text, 'x', sizeof text);
        for (size_t i = 0; i < n * n * n * n; i += quick_or(101, 1)) {
            size_t digits = i;
            for (size_t j = 0; j < 4; j++, digits /= n) text[place + j] = bytes[digits % n];
            check_text(text, sizeof text);
        }
    }
}

/* All blocks are well-formed: what a variant suspects without need would be found to be right one by one, and slowly. */
static void check_blocks(const uint8_t *text, size_t nbytes)
{
    size_t checked = nbytes - TP_VALIDATE_BEHIND;
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (!tp_simd_is_available(variants[i])) continue;
        tp_simd_select(variants[i], NULL);
        CHECK_EQ_U(tp_validate_blocks(text + TP_VALIDATE_BEHIND, checked), checked / BLOCK * BLOCK);
    }
}

static void test_every_code_point(void)
{
    static uint8_t text[4 * (LAST_CODE_POINT + 1) + BLOCK];
    size_t nbytes = 0;
    for (uint32_t code_point = 0; code_point <= LAST_CODE_POINT; code_point++) {
        if (code_point >= 0xD800 && code_point <= 0xDFFF) continue;
        nbytes += tp_utf8_encode(code_point, text + nbytes);
    }
    CHECK_EQ_U(naive_validate(text, nbytes), nbytes);
    for (size_t skipped = 0; skipped < BLOCK; skipped += quick_or(16, 1)) {
        check_text(text + skipped, nbytes - skipped);
        check_blocks(text + skipped, nbytes - skipped);
    }
}

/* ---- Random texts ------------------------------------------------------------------------------------------------------ */

static void fill_with_characters(uint8_t *text, size_t nbytes, uint64_t *state)
{
    uint32_t limits[] = {0x80, 0x80, 0x800, 0xD800, LAST_CODE_POINT + 1};
    uint64_t kinds = next_random(state); /* of the characters: often all of one length */
    for (size_t done = 0; done < nbytes;) {
        uint64_t random = next_random(state);
        size_t kind = (kinds >> 2 * (random % 4)) % 5;
        uint32_t code_point = (uint32_t)(random >> 8) % limits[kind];
        uint8_t character[TP_UTF8_MAX_NBYTES] = {'x'};
        size_t n = code_point >= 0xD800 && code_point <= 0xDFFF ? 1 : tp_utf8_encode(code_point, character);
        if (n > nbytes - done) {
            memset(text + done, 'y', nbytes - done);
            break;
        }
        append(text, &done, character, n);
    }
}

/* Changes a byte to any other, or one of its bits, or moves bytes so that some are lost or come twice. */
static void mutate(uint8_t *text, size_t nbytes, uint64_t *state)
{
    uint64_t random = next_random(state);
    size_t place = random % nbytes, from = next_random(state) % nbytes, n = (random >> 24) % 5;
    if (n > nbytes - place) n = nbytes - place;
    if (n > nbytes - from) n = nbytes - from;
    switch (random >> 32 & 3) {
    case 0:
        text[place] = (uint8_t)(random >> 40);
        break;
    case 1:
        text[place] ^= (uint8_t)(1 << (random >> 40) % 8);
        break;
    default:
        memmove(text + place, text + from, n);
    }
}

static void test_random_mutations(void)
{
    uint64_t state = 1;
    for (size_t round = 0; round < quick_or(3000, 200000); round++) {
        size_t nbytes = 1 + next_random(&state) % (6 * BLOCK);
        uint8_t *text = allocate(nbytes);
        fill_with_characters(text, nbytes, &state);
        CHECK_EQ_U(naive_validate(text, nbytes), nbytes);
        check_text(text, nbytes);
        for (size_t n = 0; n < 4; n++) {
            mutate(text, nbytes, &state);
            check_text(text, nbytes);
        }
        free(text);
    }
}

static void test_random_bytes(void)
{
    uint64_t state = 2;
    uint8_t text[4 * BLOCK];
    for (size_t round = 0; round < quick_or(3000, 100000); round++) {
        fill(text, sizeof text, 1);
        for (size_t i = next_random(&state) % sizeof text; i < sizeof text; i++) text[i] = (uint8_t)(next_random(&state) >> 9);
        check_text(text, sizeof text);
    }
}

/* ---- Bounds ------------------------------------------------------------------------------------------------------------ */

/* What lies around a text would make the first and the last character ill-formed or whole. */
static void check_text_in(const fenced *memory, size_t place, size_t nbytes, size_t cut, uint64_t *state)
{
    static const char cut_characters[][4] = {"\xC3", "\xE4\xB8", "\xF0\x9F\x8C", ""};
    memset(memory->start, cut % 2 == 0 ? 0xE4 : 0x80, memory->nbytes);
    uint8_t *text = memory->start + place;
    size_t cut_nbytes = strlen(cut_characters[cut]);
    if (cut_nbytes > nbytes) return;
    fill_with_characters(text, nbytes - cut_nbytes, state);
    memcpy(text + nbytes - cut_nbytes, cut_characters[cut], cut_nbytes);
    check_text(text, nbytes);
}

static void test_nothing_is_read_beyond_the_text(void)
{
    fenced memory = map_fenced(4096);
    uint64_t state = 3;
    for (size_t nbytes = 0; nbytes <= 5 * BLOCK; nbytes += quick_or(7, 1)) {
        for (size_t cut = 0; cut < 4; cut++) {
            check_text_in(&memory, memory.nbytes - nbytes, nbytes, cut, &state); /* up to an unmapped page: every alignment */
            check_text_in(&memory, 0, nbytes, cut, &state);                      /* right behind one */
            check_text_in(&memory, nbytes % 67, nbytes, cut, &state);
        }
    }
    unmap_fenced(&memory);
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_naive_validator);
    RUN(test_sequences_at_every_place);
    RUN(test_every_pair_of_bytes);
    RUN(test_every_sequence_of_bytes_that_end_a_range);
    RUN(test_every_code_point);
    RUN(test_random_mutations);
    RUN(test_random_bytes);
    RUN(test_nothing_is_read_beyond_the_text);
    return tests_done();
}
