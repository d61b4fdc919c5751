/* Counts of pieces as values: added up, shared out, written and read. */
#include "bpe/train/pieces.h"
#include "support.h"

/* Each letter of the text is a piece, with what follows it up to the next letter. */
static tp_pieces *pieces_of(const char *text)
{
    tp_pieces *pieces = NULL;
    uint64_t ends[400];
    size_t n = 0, nbytes = strlen(text);
    if (tp_pieces_new(&pieces, NULL) != TP_OK) abort();
    for (size_t i = 1; i <= nbytes; i++) {
        if (i == nbytes || (text[i] >= 'a' && text[i] <= 'z')) ends[n++] = i;
    }
    if (tp_pieces_add_split(pieces, (const uint8_t *)text, nbytes, ends, n, NULL) != TP_OK) abort();
    return pieces;
}

static block snapshot_of_pieces(tp_pieces *pieces)
{
    size_t nbytes = 0;
    CHECK_EQ_U(tp_pieces_write(pieces, NULL, 0, &nbytes, NULL), TP_TOO_SMALL);
    block snapshot = {must_allocate(nbytes), nbytes};
    CHECK_EQ_U(tp_pieces_write(pieces, snapshot.data, nbytes, &nbytes, NULL), TP_OK);
    return snapshot;
}

static void check_same(tp_pieces *one, tp_pieces *other)
{
    block a = snapshot_of_pieces(one), b = snapshot_of_pieces(other);
    CHECK_EQ_BYTES(a.data, a.nbytes, b.data, b.nbytes);
    free(a.data);
    free(b.data);
}

static void check_totals(tp_pieces *pieces, uint64_t n, uint64_t occurrences, uint64_t nbytes)
{
    tp_pieces_totals totals;
    tp_pieces_get_totals(pieces, &totals);
    CHECK_EQ_U(totals.pieces, n);
    CHECK_EQ_U(totals.occurrences, occurrences);
    CHECK_EQ_U(totals.nbytes, nbytes);
}

static const char *const LONG = "a bc-----------------------------------d e f";

static void test_merging_is_counting_all(void)
{
    tp_pieces *one = pieces_of("aabc--d"), *other = pieces_of("eab--------------------f"), *both;
    both = pieces_of("aabc--deab--------------------f");
    CHECK_EQ_U(tp_pieces_merge(one, other, 1, NULL), TP_OK);
    check_same(one, both);
    check_totals(one, 7, 9, 31);
    check_totals(other, 4, 4, 24);
    CHECK_EQ_U(tp_pieces_merge(one, one, 1, NULL), TP_INVALID_ARGUMENT);
    check_same(one, both);
    tp_pieces_free(one);
    tp_pieces_free(other);
    tp_pieces_free(both);
}

static void test_merging_several_times(void)
{
    tp_pieces *one = pieces_of("aab"), *other = pieces_of("be--------------------"), *thrice;
    thrice = pieces_of("aabbe--------------------be--------------------be--------------------");
    CHECK_EQ_U(tp_pieces_merge(one, other, 3, NULL), TP_OK);
    check_same(one, thrice);
    CHECK_EQ_U(tp_pieces_merge(one, other, 0, NULL), TP_OK);
    CHECK_EQ_U(tp_pieces_merge(one, other, UINT64_C(1) << 46, NULL), TP_TOO_LARGE);
    CHECK_EQ_U(tp_pieces_merge(one, other, UINT64_MAX, NULL), TP_TOO_LARGE);
    check_same(one, thrice);
    tp_pieces_free(one);
    tp_pieces_free(other);
    tp_pieces_free(thrice);
}

static void test_merging_with_nothing(void)
{
    tp_pieces *empty = pieces_of(""), *some = pieces_of(LONG), *expected = pieces_of(LONG);
    CHECK_EQ_U(tp_pieces_merge(some, empty, 1, NULL), TP_OK);
    check_same(some, expected);
    CHECK_EQ_U(tp_pieces_merge(empty, some, 1, NULL), TP_OK);
    check_same(empty, expected);
    tp_pieces_free(empty);
    tp_pieces_free(some);
    tp_pieces_free(expected);
}

/* Each doubles the other's text, until there would be 2^48 bytes. */
static void test_too_much_text_is_refused(void)
{
    tp_pieces *one = pieces_of("ab"), *other = pieces_of("ab");
    unsigned n = 0;
    tp_status status = TP_OK;
    while (status == TP_OK && n < 200) {
        status = n % 2 == 0 ? tp_pieces_merge(one, other, 1, NULL) : tp_pieces_merge(other, one, 1, NULL);
        n++;
    }
    CHECK_EQ_U(status, TP_TOO_LARGE);
    CHECK(n > 40);
    tp_pieces_totals totals;
    tp_pieces_get_totals(one, &totals);
    CHECK(totals.nbytes < (uint64_t)1 << 48);
    tp_pieces_free(one);
    tp_pieces_free(other);
}

static void test_parts_come_together_again(void)
{
    tp_pieces *whole = pieces_of(LONG), *parts[7], *again = pieces_of("");
    tp_pieces_totals totals, sum = {0}, expected;
    for (size_t i = 0; i < 7; i++) parts[i] = pieces_of("");
    CHECK_EQ_U(tp_pieces_split(whole, 5, parts, 7, NULL), TP_OK);
    for (size_t i = 0; i < 7; i++) {
        tp_pieces_get_totals(parts[i], &totals);
        sum.pieces += totals.pieces;
        sum.nbytes += totals.nbytes;
        CHECK_EQ_U(tp_pieces_merge(again, parts[i], 1, NULL), TP_OK);
        tp_pieces_free(parts[i]);
    }
    tp_pieces_get_totals(whole, &expected);
    CHECK_EQ_U(sum.pieces, expected.pieces);
    CHECK_EQ_U(sum.nbytes, expected.nbytes);
    check_totals(again, expected.pieces, expected.occurrences, expected.nbytes);
    tp_pieces_free(again);
    tp_pieces_free(whole);
}

static void test_one_part_is_the_whole(void)
{
    tp_pieces *whole = pieces_of(LONG), *part = pieces_of("");
    CHECK_EQ_U(tp_pieces_split(whole, 5, &part, 1, NULL), TP_OK);
    check_same(whole, part);
    CHECK_EQ_U(tp_pieces_split(whole, 5, &part, 1, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_pieces_split(whole, 5, &whole, 1, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_pieces_split(whole, 5, &part, 0, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_pieces_split(whole, 5, &part, 65537, NULL), TP_INVALID_ARGUMENT);
    check_same(whole, part);
    tp_pieces_free(whole);
    tp_pieces_free(part);
}

/* ---- Without memory ---------------------------------------------------------------------------------------------------- */

typedef struct world {
    tp_pieces *whole, *other, *parts[3], *made;
    block snapshot; /* of `whole` */
} world;

static tp_status merge(world *w) { return tp_pieces_merge(w->whole, w->other, 1, NULL); }
static tp_status split(world *w) { return tp_pieces_split(w->whole, 1, w->parts, 3, NULL); }
static tp_status read(world *w) { return tp_pieces_read(w->snapshot.data, w->snapshot.nbytes, &w->made, NULL); }

/* Refuses the nth allocation; returns whether the call failed, and then has changed nothing. */
static bool fails_without(tp_status (*run)(world *), unsigned nth)
{
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    world w = {.whole = pieces_of(LONG), .other = pieces_of("x y-----------------------------z")};
    for (size_t i = 0; i < 3; i++) w.parts[i] = pieces_of("");
    w.snapshot = snapshot_of_pieces(w.whole);
    tp_memory_fail_at(nth);
    tp_status status = run(&w);
    tp_memory_fail_at(0);
    if (status != TP_OK) {
        tp_pieces *expected = pieces_of(LONG);
        CHECK_EQ_U(status, TP_NO_MEMORY);
        check_same(w.whole, expected);
        for (size_t i = 0; i < 3; i++) check_totals(w.parts[i], 0, 0, 0);
        CHECK(w.made == NULL);
        tp_pieces_free(expected);
    }
    free(w.snapshot.data);
    tp_pieces_free(w.whole);
    tp_pieces_free(w.other);
    tp_pieces_free(w.made);
    for (size_t i = 0; i < 3; i++) tp_pieces_free(w.parts[i]);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
    return status != TP_OK;
}

static void test_refused_memory_changes_nothing(void)
{
    tp_status (*const calls[])(world *) = {merge, split, read};
    for (size_t i = 0; i < 3; i++) {
        unsigned nth = 1;
        while (fails_without(calls[i], nth)) nth++;
        CHECK(nth > 3);
    }
}

/* ---- Snapshots --------------------------------------------------------------------------------------------------------- */

static void test_what_is_read_is_what_was_written(void)
{
    static const char *const texts[] = {"", "a", "aa", "abab-------------------------"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        tp_pieces *pieces = pieces_of(texts[i]), *read = NULL;
        block snapshot = snapshot_of_pieces(pieces);
        if (CHECK_EQ_U(tp_pieces_read(snapshot.data, snapshot.nbytes, &read, NULL), TP_OK)) check_same(pieces, read);
        free(snapshot.data);
        tp_pieces_free(read);
        tp_pieces_free(pieces);
    }
}

/* "aab" as bytes, but for the checksum. */
static const uint8_t golden[] = {0x89, 'T', 'P', 'P', '\r', '\n', 0x1A, '\n', 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
                                 2,    0,   0,   0,   0,    0,    0,    0,    2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
                                 1,    0,   0,   0,   0,    0,    0,    0,    1, 0, 0, 0, 0, 0, 0, 0, 'a', 'b'};

static void test_snapshot_has_the_documented_bytes(void)
{
    tp_pieces *pieces = pieces_of("aab");
    block snapshot = snapshot_of_pieces(pieces);
    CHECK_EQ_BYTES(snapshot.data, snapshot.nbytes - 8, golden, sizeof golden);
    free(snapshot.data);
    tp_pieces_free(pieces);
}

static void test_damage_is_seen(void)
{
    tp_pieces *pieces = pieces_of("aab"), *read = NULL;
    block snapshot = snapshot_of_pieces(pieces);
    for (size_t n = 0; n < snapshot.nbytes; n++) {
        block cut = exact_copy(snapshot.data, n);
        CHECK_EQ_U(tp_pieces_read(cut.data, n, &read, NULL), TP_DAMAGED);
        free(cut.data);
    }
    for (size_t i = 0; i < snapshot.nbytes; i++) {
        snapshot.data[i] ^= 4;
        tp_status status = tp_pieces_read(snapshot.data, snapshot.nbytes, &read, NULL);
        CHECK_EQ_U(status, i / 8 == 1 ? TP_UNKNOWN_VERSION : TP_DAMAGED);
        snapshot.data[i] ^= 4;
    }
    CHECK(read == NULL);
    free(snapshot.data);
    tp_pieces_free(pieces);
}

int main(void)
{
    RUN(test_merging_is_counting_all);
    RUN(test_merging_several_times);
    RUN(test_merging_with_nothing);
    RUN(test_too_much_text_is_refused);
    RUN(test_parts_come_together_again);
    RUN(test_one_part_is_the_whole);
    RUN(test_refused_memory_changes_nothing);
    RUN(test_what_is_read_is_what_was_written);
    RUN(test_snapshot_has_the_documented_bytes);
    RUN(test_damage_is_seen);
    return tests_done();
}
