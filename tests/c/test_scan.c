/* The scanners: each variant that this machine has against the plain one, and the plain one against a scanner so naive that it
 * can be seen to be right. Texts lie in blocks of exactly their size, and in pages whose neighbours cannot be read.
 * With TEXTPROC_TEST_QUICK in the environment the longest loops look at a part of the cases: for valgrind and the like. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fenced.h"
#include "naive.h"
#include "textproc.h"
#include "unicode/lower.h"
#include "unicode/scan.h"
#include "unicode/tables.h"
#include "unicode/utf8.h"
#include "unicode/words.h"

#define LAST_CODE_POINT 0x10FFFFu

enum { LONGEST = 2 * TP_CHUNK_NBYTES };

static bool is_surrogate(uint32_t code_point) { return code_point >= 0xD800 && code_point <= 0xDFFF; }

static size_t min_of(size_t a, size_t b) { return a < b ? a : b; }

/* ---- Scanning ---------------------------------------------------------------------------------------------------------- */

static size_t scan_with(const char *variant, const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk)
{
    /* What another scan has left there must not pass for this one's work. */
    size_t n_touched = min_of(nbytes, TP_CHUNK_NBYTES) + TP_BLOCK_NBYTES;
    memset(chunk->lowered, 0xFF, n_touched);
    memset(chunk->edges, 0xFF, n_touched * sizeof *chunk->edges);
    memset(chunk->unlowered, 0xFF, n_touched * sizeof *chunk->unlowered);
    chunk->n_words = chunk->n_unlowered = SIZE_MAX;
    CHECK_EQ_U(tp_simd_select(variant, NULL), TP_OK);
    return tp_scan(text, nbytes, chunk);
}

static size_t word_nbytes(const tp_scan_chunk *chunk, size_t i) { return (size_t)(chunk->edges[2 * i + 1] - chunk->edges[2 * i]); }

/* Whether the numbers of an array ascend, each below `limit`. */
static bool do_ascend(const uint16_t *numbers, size_t n, size_t limit)
{
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] >= limit || (i > 0 && numbers[i] <= numbers[i - 1])) return false;
    }
    return true;
}

/* What must hold for whatever bytes: places in order and inside the text, and a way forward. */
static bool check_shape(const tp_scan_chunk *chunk, size_t dealt_with, size_t nbytes)
{
    size_t seen = min_of(nbytes, N_ITEMS(chunk->unlowered));
    return CHECK(dealt_with <= nbytes) && CHECK(dealt_with > 0 || nbytes > TP_CHUNK_NBYTES || nbytes == 0) &&
           CHECK(chunk->n_words <= dealt_with) && CHECK(chunk->n_unlowered <= seen) &&
           CHECK(do_ascend(chunk->edges, 2 * chunk->n_words, dealt_with + 1)) &&
           CHECK(do_ascend(chunk->unlowered, chunk->n_unlowered, seen));
}

static bool check_same(const tp_scan_chunk *one, const tp_scan_chunk *other)
{
    bool is_same = CHECK_EQ_U(one->n_words, other->n_words) &&
                   CHECK_EQ_BYTES(one->edges, 2 * one->n_words * sizeof *one->edges, other->edges,
                                  2 * other->n_words * sizeof *other->edges) &&
                   CHECK_EQ_BYTES(one->unlowered, one->n_unlowered * sizeof *one->unlowered, other->unlowered,
                                  other->n_unlowered * sizeof *other->unlowered);
    for (size_t i = 0; is_same && i < one->n_words; i++) {
        size_t start = one->edges[2 * i], nbytes = word_nbytes(one, i);
        is_same = memcmp(one->lowered + start, other->lowered + start, nbytes) == 0 ||
                  CHECK_EQ_BYTES(one->lowered + start, nbytes, other->lowered + start, nbytes);
    }
    return is_same;
}

/* The chunk against a walk through the text, one character after the other. */
static bool check_against_walk(const tp_scan_chunk *chunk, size_t dealt_with, const uint8_t *text, size_t nbytes)
{
    static uint8_t lowered[TP_LOWER_BOUND(LONGEST)];
    const uint8_t *end = text + nbytes, *start = tp_skip_space(text, end);
    const uint16_t *unlowered = chunk->unlowered, *last_unlowered = unlowered + chunk->n_unlowered;
    for (size_t i = 0; i < chunk->n_words; i++) {
        const uint8_t *behind = tp_skip_word(start, end);
        size_t first = (size_t)(start - text), length = (size_t)(behind - start);
        if (!CHECK_EQ_U(chunk->edges[2 * i], first) || !CHECK_EQ_U(word_nbytes(chunk, i), length)) return false;
        size_t lowered_nbytes = tp_lower_word(start, length, TP_UNICODE_NEWEST, lowered);
        bool is_left = unlowered < last_unlowered && *unlowered < first + length;
        if (is_left && !CHECK(*unlowered >= first)) return false;
        while (unlowered < last_unlowered && *unlowered < first + length) unlowered++;
        bool is_lowered = lowered_nbytes == length && memcmp(chunk->lowered + first, lowered, length) == 0;
        if (!is_left && !is_lowered) return CHECK_EQ_BYTES(chunk->lowered + first, length, lowered, lowered_nbytes);
        start = tp_skip_space(behind, end);
    }
    /* All that ends in the chunk has been found; what follows begins with a word that goes on, or behind the chunk. */
    if (dealt_with == nbytes) return CHECK(start == end);
    if (dealt_with < TP_CHUNK_NBYTES) {
        return CHECK_EQ_U(dealt_with, start - text) && CHECK(tp_skip_word(start, end) - text >= TP_CHUNK_NBYTES);
    }
    return CHECK(start - text >= TP_CHUNK_NBYTES) && CHECK(tp_skip_space(text + dealt_with, end) == start);
}

/* Scans a text, chunk by chunk, with every variant. That its words are what a walk finds is asked of valid UTF-8 alone. */
static void check_text_as(const uint8_t *text, size_t nbytes, bool is_valid)
{
    static tp_scan_chunk plain, found;
    size_t position = 0;
    do {
        if (has_failed_enough()) return;
        const uint8_t *rest = text + position;
        size_t left = nbytes - position, dealt_with = scan_with("plain", rest, left, &plain);
        const char *at_fault = "plain";
        bool held = check_shape(&plain, dealt_with, left) && (!is_valid || check_against_walk(&plain, dealt_with, rest, left));
        for (size_t i = 1; held && i < N_ITEMS(variants); i++) {
            if (!tp_simd_is_available(variants[i])) continue;
            at_fault = variants[i];
            held = CHECK_EQ_U(scan_with(variants[i], rest, left, &found), dealt_with) && check_same(&found, &plain);
        }
        if (!held) {
            printf("    by %s, from byte %zu of %zu on\n", at_fault, position, nbytes);
            return;
        }
        position += dealt_with > 0 ? dealt_with : (size_t)(tp_skip_word(rest, rest + left) - rest);
    } while (position < nbytes);
}

static void check_text(const uint8_t *text, size_t nbytes) { check_text_as(text, nbytes, true); }

static void check_exact_text(const void *bytes, size_t nbytes)
{
    uint8_t *text = exact_copy(bytes, nbytes);
    check_text(text, nbytes);
    free(text);
}

/* ---- One character ----------------------------------------------------------------------------------------------------- */

/* Scans the code points from `first` on that fit into a chunk, each alone and in a word, with up to 70 bytes in front of them,
 * so that each lies at every place of a block. Returns the first that did not fit. */
static uint32_t check_code_points(uint32_t first, uint32_t end, size_t step)
{
    enum { IN_FRONT = 70, MOST = 2 * TP_UTF8_MAX_NBYTES + 5 };
    uint8_t text[TP_CHUNK_NBYTES];
    size_t nbytes = IN_FRONT;
    memset(text, 'X', IN_FRONT);
    text[nbytes++] = ' ';
    for (; first < end && nbytes + MOST <= sizeof text; first++) {
        if (is_surrogate(first)) continue;
        nbytes += tp_utf8_encode(first, text + nbytes);
        memcpy(text + nbytes, " a", 2);
        nbytes += 2 + tp_utf8_encode(first, text + nbytes + 2);
        memcpy(text + nbytes, "b ", 2);
        nbytes += 2;
    }
    for (size_t skipped = 0; skipped <= IN_FRONT; skipped += step) check_text(text + skipped, nbytes - skipped);
    return first;
}

/* Holds what the scanners know of characters against the tables: white space, and what lowering may change. */
static void test_every_code_point_at_every_place(void)
{
    /* Beyond lie unassigned code points, ideographs and tags: none is white space or has case. */
    const uint32_t interesting_end = 0x1F000;
    for (uint32_t next = 0; next < interesting_end;) next = check_code_points(next, interesting_end, quick_or(35, 1));
    for (uint32_t next = interesting_end; next <= LAST_CODE_POINT;) {
        next = check_code_points(next, LAST_CODE_POINT + 1, quick_or(71, 35));
    }
}

enum { N_SPACES = 29, N_OTHERS = 23 };

/* The white-space characters, and others that differ from them in one byte or are lowered in another way. */
static size_t get_border_crossers(uint32_t *code_points)
{
    static const uint32_t others[N_OTHERS] = {0,     0x1F,   0x84,   0x86,   0xA1,   0xC0,   0xD7,   0xDE,
                                              0xDF,  0xFE,   0xFF,   0x100,  0x391,  0x167F, 0x1681, 0x200B,
                                              0x2027, 0x202E, 0x2060, 0x2FFF, 0x3001, 0xFF21, 0x10400};
    size_t n = 0;
    for (uint32_t code_point = 0; code_point < 0x3001; code_point++) {
        if (tp_character_of(code_point).properties & TP_SPACE) code_points[n++] = code_point;
    }
    CHECK_EQ_U(n, N_SPACES);
    for (size_t i = 0; i < N_OTHERS; i++) code_points[n++] = others[i];
    return n;
}

/* Short words, into which a character is put at a place; its own length is added to the text's. */
static void check_character_at(uint32_t code_point, size_t place, size_t n_behind)
{
    uint8_t character[TP_UTF8_MAX_NBYTES];
    size_t character_nbytes = tp_utf8_encode(code_point, character), nbytes = place + character_nbytes + n_behind;
    uint8_t *text = allocate(nbytes);
    for (size_t i = 0; i < nbytes; i++) text[i] = i % 7 == 3 ? ' ' : 'X';
    memcpy(text + place, character, character_nbytes);
    check_text(text, nbytes);
    free(text);
}

static void test_characters_cut_by_borders_of_blocks_and_chunks(void)
{
    static const size_t behind[] = {0, 1, 2, 3, 61, 62, 63, 64, 65, 66, 67, 128};
    uint32_t code_points[N_SPACES + N_OTHERS];
    size_t n = get_border_crossers(code_points);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < N_ITEMS(behind); j++) {
            for (size_t place = 0; place <= 134; place += quick_or(3, 1)) check_character_at(code_points[i], place, behind[j]);
        }
        for (size_t place = TP_CHUNK_NBYTES - 5; place <= TP_CHUNK_NBYTES + 3; place++) {
            for (size_t j = i % 5; j < N_ITEMS(behind); j += quick_or(5, 2)) {
                check_character_at(code_points[i], place, behind[j]);
            }
        }
    }
}

/* ---- Texts ------------------------------------------------------------------------------------------------------------- */

static uint32_t random_between(uint64_t *state, uint32_t first, uint32_t last)
{
    return first + (uint32_t)(next_random(state) % (last - first + 1));
}

typedef enum kind { ASCII, LATIN, GREEK, CHINESE, MIXED, MANY_SPACES, LONG_WORDS, N_KINDS } kind;

static uint32_t random_space(uint64_t *state)
{
    static uint32_t spaces[N_SPACES + N_OTHERS];
    if (spaces[0] == 0) get_border_crossers(spaces);
    return spaces[next_random(state) % N_SPACES];
}

static uint32_t random_letter(uint64_t *state, kind of)
{
    uint32_t any;
    switch (of) {
    case ASCII:
        return random_between(state, 0x21, 0x7E);
    case LATIN:
        return next_random(state) % 3 == 0 ? random_between(state, 0xA1, 0x17F) : random_between(state, 'A', 'z');
    case GREEK:
        return next_random(state) % 9 == 0 ? random_between(state, 0x1F00, 0x1FFF) : random_between(state, 0x386, 0x3CE);
    case CHINESE:
        return random_between(state, 0x4E00, 0x9FFF);
    default:
        any = random_between(state, 0, LAST_CODE_POINT);
        return next_random(state) % 4 != 0 ? random_letter(state, (kind)(any % MIXED)) : is_surrogate(any) ? 0 : any;
    }
}

static uint32_t random_character(uint64_t *state, kind of)
{
    static const uint32_t one_space_in[N_KINDS] = {6, 6, 6, 12, 5, 1, 400};
    uint64_t random = next_random(state);
    if (of == MANY_SPACES && random % 4 == 0) return random_letter(state, MIXED);
    if (random % one_space_in[of] != 0) return random_letter(state, of);
    return of >= MIXED ? random_space(state) : of == CHINESE ? 0x3000 : ' ';
}

static void fill_with_text(uint8_t *text, size_t nbytes, kind of, uint64_t *state)
{
    for (size_t used = 0; used < nbytes;) {
        uint8_t character[TP_UTF8_MAX_NBYTES];
        size_t character_nbytes = tp_utf8_encode(random_character(state, of), character);
        if (character_nbytes > nbytes - used) {
            text[used++] = 'Q';
            continue;
        }
        memcpy(text + used, character, character_nbytes);
        used += character_nbytes;
    }
}

static void check_random_texts(size_t first_nbytes, size_t last_nbytes, size_t step, size_t n_rounds)
{
    uint64_t state = 1 + first_nbytes;
    for (size_t nbytes = first_nbytes; nbytes <= last_nbytes; nbytes += step) {
        for (size_t round = 0; round < n_rounds * N_KINDS; round++) {
            uint8_t *text = allocate(nbytes);
            fill_with_text(text, nbytes, (kind)(round % N_KINDS), &state);
            check_text(text, nbytes);
            free(text);
        }
    }
}

static void test_short_random_texts(void) { check_random_texts(0, 300, 1, quick_or(1, 20)); }

static void test_random_texts_of_about_a_chunk(void)
{
    check_random_texts(TP_CHUNK_NBYTES - 130, TP_CHUNK_NBYTES + 130, quick_or(20, 1), 1);
}

static void test_random_texts_of_about_two_chunks(void)
{
    check_random_texts(LONGEST - 130, LONGEST, quick_or(65, 10), 1);
}

static void test_words_as_long_as_a_chunk(void)
{
    static const char *const fronts[] = {"", " ", "a ", "\xE3\x80\x80", "\xC3\x84 ab "};
    static const char *const backs[] = {"", " ", "  ", " b", "\xE2\x80\x83", "\xE2\x80\x83\xC3\x84", "\xC2\xA0 \xC2\x85"};
    for (size_t n = TP_CHUNK_NBYTES - 70; n <= TP_CHUNK_NBYTES + 70; n += quick_or(7, 1)) {
        for (size_t i = 0; i < N_ITEMS(fronts) * N_ITEMS(backs); i++) {
            const char *front = fronts[i % N_ITEMS(fronts)], *back = backs[i / N_ITEMS(fronts)];
            size_t nbytes = strlen(front) + n + strlen(back);
            uint8_t *text = allocate(nbytes);
            memcpy(text, front, strlen(front));
            memset(text + strlen(front), 'X', n);
            memcpy(text + strlen(front) + n, back, strlen(back));
            check_text(text, nbytes);
            free(text);
        }
    }
}

/* Scans short and about a chunk's worth of the same few bytes. */
static void check_repeated(const void *unit, size_t unit_nbytes)
{
    uint8_t text[LONGEST];
    size_t most = LONGEST / unit_nbytes, about_a_chunk = TP_CHUNK_NBYTES / unit_nbytes;
    for (size_t i = 0; i < most; i++) memcpy(text + i * unit_nbytes, unit, unit_nbytes);
    for (size_t n = 1; n * unit_nbytes <= 200; n++) check_exact_text(text, n * unit_nbytes);
    for (size_t n = about_a_chunk - 70; n <= about_a_chunk + 70; n += quick_or(14, 1)) check_exact_text(text, n * unit_nbytes);
    check_exact_text(text, most * unit_nbytes);
}

static void test_nothing_but_white_space(void)
{
    uint32_t spaces[N_SPACES + N_OTHERS];
    get_border_crossers(spaces);
    for (size_t i = 0; i < N_SPACES; i++) {
        uint8_t space[TP_UTF8_MAX_NBYTES];
        size_t nbytes = tp_utf8_encode(spaces[i], space);
        check_repeated(space, nbytes);
    }
}

/* As many edges, and as many characters left to lower, as there can be. */
static void test_chunks_full_of_findings(void)
{
    static const char *const units[] = {"A ", " A", "\xC3\x84 ", "\xC4\x80 ", "\xC4\x80",
                                        "\xF0\x90\x90\x80", "\xE2\x80\x83x"};
    for (size_t i = 0; i < N_ITEMS(units); i++) check_repeated(units[i], strlen(units[i]));
}

/* ---- By example -------------------------------------------------------------------------------------------------------- */

static void check_words(const void *bytes, size_t nbytes, const char *const *words, const size_t *lengths, size_t n)
{
    static tp_scan_chunk chunk;
    check_exact_text(bytes, nbytes);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (!tp_simd_is_available(variants[i])) continue;
        uint8_t *text = exact_copy(bytes, nbytes);
        CHECK_EQ_U(scan_with(variants[i], text, nbytes, &chunk), nbytes);
        free(text);
        if (!CHECK_EQ_U(chunk.n_words, n)) continue;
        for (size_t j = 0; j < n; j++) {
            CHECK_EQ_BYTES(chunk.lowered + chunk.edges[2 * j], word_nbytes(&chunk, j), words[j], lengths[j]);
        }
    }
}

static void test_scan_lowers_words(void)
{
    static const char text[] = "The\tQUICK \xC3\x84rger\xC2\xA0\xC3\x97\xC3\x9F\xE2\x80\x89Z\n";
    const char *const words[] = {"the", "quick", "\xC3\xA4rger", "\xC3\x97\xC3\x9F", "z"};
    check_words(text, strlen(text), words, (const size_t[]){3, 5, 6, 4, 1}, 5);
    check_words("", 0, NULL, NULL, 0);
    check_words(" ", 1, NULL, NULL, 0);
}

static void test_nul_is_a_letter(void)
{
    const char *const words[] = {"a", "a\0", "\0\0", "b\0c"};
    check_words("A A\0 \0\0\nB\0C ", 12, words, (const size_t[]){1, 2, 2, 3}, 4);
}

static void test_word_longer_than_a_chunk_is_left_to_the_caller(void)
{
    static tp_scan_chunk chunk;
    uint8_t *text = allocate(TP_CHUNK_NBYTES + 100);
    memset(text, 'x', TP_CHUNK_NBYTES + 100);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (!tp_simd_is_available(variants[i])) continue;
        CHECK_EQ_U(scan_with(variants[i], text, TP_CHUNK_NBYTES + 100, &chunk), 0);
        CHECK_EQ_U(chunk.n_words, 0);
        CHECK_EQ_U(scan_with(variants[i], text, TP_CHUNK_NBYTES, &chunk), TP_CHUNK_NBYTES);
        CHECK_EQ_U(chunk.n_words, 1);
        CHECK_EQ_U(word_nbytes(&chunk, 0), TP_CHUNK_NBYTES);
    }
    free(text);
}

/* ---- What is no UTF-8 -------------------------------------------------------------------------------------------------- */

/* Any bytes, or those that the scanners look for in whatever order. */
static void fill_with_nonsense(uint8_t *text, size_t nbytes, uint64_t *state)
{
    static const uint8_t bytes[] = {' ',  'A',  0x80, 0x81, 0x85, 0x8A, 0x9A, 0x9E, 0x9F, 0xA0, 0xA8, 0xA9,
                                    0xAF, 0xC2, 0xC3, 0xC4, 0xCE, 0xE1, 0xE2, 0xE3, 0xEA, 0xEF, 0xF0, 0xF4};
    bool is_any = next_random(state) % 2 == 0;
    for (size_t i = 0; i < nbytes; i++) {
        uint64_t random = next_random(state) >> 8;
        text[i] = is_any ? (uint8_t)random : bytes[random % sizeof bytes];
    }
}

static void test_nonsense_stays_in_bounds(void)
{
    uint64_t state = 2;
    size_t n_short = quick_or(2000, 100000), n_long = quick_or(10, 400);
    for (size_t round = 0; round < n_short + n_long; round++) {
        size_t nbytes = round < n_short ? round % 301 : TP_CHUNK_NBYTES - 130 + next_random(&state) % 261;
        uint8_t *text = allocate(nbytes);
        fill_with_nonsense(text, nbytes, &state);
        check_text_as(text, nbytes, false);
        free(text);
    }
}

static void test_the_same_byte_over_and_over(void)
{
    static uint8_t text[TP_CHUNK_NBYTES + 67];
    for (unsigned byte = 0; byte <= 0xFF; byte++) {
        memset(text, (int)byte, sizeof text);
        for (size_t nbytes = 0; nbytes <= 200; nbytes += quick_or(20, 1)) check_text_as(text, nbytes, byte < 0x80);
        for (size_t nbytes = TP_CHUNK_NBYTES - 1; nbytes <= sizeof text; nbytes += quick_or(34, 17)) {
            check_text_as(text, nbytes, byte < 0x80);
        }
    }
}

/* ---- Bounds ------------------------------------------------------------------------------------------------------------ */

/* What lies around the text must not matter: here it would join words, part them and begin white space. */
static void check_text_in(const fenced *memory, size_t place, size_t nbytes, kind of, uint64_t *state)
{
    static const uint8_t surroundings[] = {0xE2, 0x80, 0x83, 'x', 0xC3, 0x84, 0xC2, 0xA0};
    for (size_t i = 0; i < min_of(memory->nbytes, 1024); i++) {
        memory->start[i] = surroundings[i % sizeof surroundings];
        memory->start[memory->nbytes - 1 - i] = surroundings[(i + place) % sizeof surroundings];
    }
    fill_with_text(memory->start + place, nbytes, of, state);
    check_text(memory->start + place, nbytes);
}

static void test_nothing_is_read_beyond_the_text(void)
{
    fenced memory = map_fenced(4096);
    uint64_t state = 3;
    for (size_t nbytes = 0; nbytes <= 200; nbytes += quick_or(7, 1)) {
        for (unsigned of = 0; of < N_KINDS; of++) {
            check_text_in(&memory, memory.nbytes - nbytes, nbytes, (kind)of, &state); /* up to an unmapped page */
            check_text_in(&memory, 0, nbytes, (kind)of, &state);                      /* right behind one */
        }
        for (size_t alignment = 1; alignment < 64; alignment += quick_or(9, 1)) {
            check_text_in(&memory, alignment, nbytes, (kind)((nbytes + alignment) % N_KINDS), &state);
        }
    }
    unmap_fenced(&memory);
}

static void test_nothing_is_read_beyond_long_texts(void)
{
    fenced memory = map_fenced(TP_CHUNK_NBYTES + 130);
    uint64_t state = 4;
    for (size_t nbytes = TP_CHUNK_NBYTES - 130; nbytes <= TP_CHUNK_NBYTES + 130; nbytes += quick_or(33, 2)) {
        kind of = (kind)(nbytes / 2 % N_KINDS);
        check_text_in(&memory, memory.nbytes - nbytes, nbytes, of, &state);
        check_text_in(&memory, 0, nbytes, of, &state);
    }
    unmap_fenced(&memory);
}

/* Cut characters at the end are where a scanner wants to look further. */
static void test_nothing_is_read_beyond_cut_characters(void)
{
    static const char *const cut[] = {"\xC2", "\xC3", "\xE1", "\xE2", "\xE2\x80", "\xE3\x80", "\xEF\xBC", "\xF0\x90\x90"};
    fenced memory = map_fenced(4096);
    for (size_t i = 0; i < N_ITEMS(cut); i++) {
        size_t cut_nbytes = strlen(cut[i]);
        memset(memory.start, 'X', memory.nbytes);
        memcpy(memory.start + memory.nbytes - cut_nbytes, cut[i], cut_nbytes);
        for (size_t nbytes = cut_nbytes; nbytes <= 200; nbytes++) {
            check_text_as(memory.start + memory.nbytes - nbytes, nbytes, false);
        }
    }
    unmap_fenced(&memory);
}

/* ---- Choosing ---------------------------------------------------------------------------------------------------------- */

static void check_in_use(const char *name) { CHECK_EQ_BYTES(tp_simd_name(), strlen(tp_simd_name()), name, strlen(name)); }

static void test_plain_is_everywhere(void)
{
    CHECK(tp_simd_is_available("plain"));
    CHECK(!(tp_simd_is_available("neon") && tp_simd_is_available("avx2")));
    CHECK(!tp_simd_is_available("avx512") || tp_simd_is_available("avx2"));
#ifdef __aarch64__
    CHECK(tp_simd_is_available("neon"));
#endif
#if defined(_WIN32) && !defined(__clang__)
    CHECK(!tp_simd_is_available("avx2")); /* GCC bug 54412: base/cpu.h */
#endif
}

static void test_select(void)
{
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        tp_error error = {TP_OK, 0, NULL};
        const char *before = tp_simd_name();
        if (tp_simd_is_available(variants[i])) {
            CHECK_EQ_U(tp_simd_select(variants[i], &error), TP_OK);
            check_in_use(variants[i]);
        } else {
            CHECK_EQ_U(tp_simd_select(variants[i], &error), TP_INVALID_ARGUMENT);
            CHECK_EQ_U(error.status, TP_INVALID_ARGUMENT);
            check_in_use(before);
        }
    }
}

static void test_select_refuses_unknown_names(void)
{
    static const char *const names[] = {"", "sse2", "AVX2", "avx", "plain ", "avx5120"};
    CHECK_EQ_U(tp_simd_select("plain", NULL), TP_OK);
    for (size_t i = 0; i < N_ITEMS(names); i++) {
        tp_error error = {TP_OK, 0, NULL};
        CHECK(!tp_simd_is_available(names[i]));
        CHECK_EQ_U(tp_simd_select(names[i], &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.status, TP_INVALID_ARGUMENT);
        CHECK(error.message != NULL);
        check_in_use("plain");
    }
}

#ifndef _WIN32 /* no setenv */

static const char *get_best(void)
{
    const char *best = "plain";
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_is_available(variants[i])) best = variants[i];
    }
    return best;
}

static void test_environment_chooses(void)
{
    const char *given = getenv("TEXTPROC_SIMD");
    char *kept = given == NULL ? NULL : strdup(given);
    unsetenv("TEXTPROC_SIMD");
    CHECK_EQ_U(tp_simd_select(NULL, NULL), TP_OK);
    check_in_use(get_best());
    static const char *const unknown[] = {"", "sse2", "AVX2"};
    for (size_t i = 0; i < N_ITEMS(variants) + N_ITEMS(unknown); i++) {
        const char *name = i < N_ITEMS(variants) ? variants[i] : unknown[i - N_ITEMS(variants)];
        setenv("TEXTPROC_SIMD", name, 1);
        CHECK_EQ_U(tp_simd_select(NULL, NULL), TP_OK);
        check_in_use(tp_simd_is_available(name) ? name : get_best());
    }
    setenv("TEXTPROC_SIMD", get_best(), 1);
    CHECK_EQ_U(tp_simd_select("plain", NULL), TP_OK); /* a word said later counts for more */
    check_in_use("plain");
    if (kept == NULL) unsetenv("TEXTPROC_SIMD");
    else setenv("TEXTPROC_SIMD", kept, 1);
    free(kept);
}

#endif

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_plain_is_everywhere);
    RUN(test_select);
    RUN(test_select_refuses_unknown_names);
    RUN(test_scan_lowers_words);
    RUN(test_nul_is_a_letter);
    RUN(test_word_longer_than_a_chunk_is_left_to_the_caller);
    RUN(test_every_code_point_at_every_place);
    RUN(test_characters_cut_by_borders_of_blocks_and_chunks);
    RUN(test_short_random_texts);
    RUN(test_random_texts_of_about_a_chunk);
    RUN(test_random_texts_of_about_two_chunks);
    RUN(test_words_as_long_as_a_chunk);
    RUN(test_nothing_but_white_space);
    RUN(test_chunks_full_of_findings);
    RUN(test_nonsense_stays_in_bounds);
    RUN(test_the_same_byte_over_and_over);
    RUN(test_nothing_is_read_beyond_the_text);
    RUN(test_nothing_is_read_beyond_long_texts);
    RUN(test_nothing_is_read_beyond_cut_characters);
#ifndef _WIN32
    RUN(test_environment_chooses);
#endif
    return tests_done();
}
