/* Names in a text: the leftmost, and the longest of those that begin there. */
#include "naive_names.h"

enum { MOST_NAMES = 64, MOST_NBYTES = 1 << 17 };

static tp_names *names_of(const name_list *list)
{
    block text = exact_copy(list->text, (size_t)list->ends[list->n - 1]);
    tp_names *names = NULL;
    CHECK_EQ_U(tp_names_new(text.data, text.nbytes, list->ends, list->n, &names, NULL), TP_OK);
    free(text.data);
    return names;
}

/* Names of few letters, so that they begin and end with one another, overlap, and occur. */
static size_t make_up_names(uint64_t *random, size_t most_nbytes, uint8_t *text, uint64_t *ends)
{
    size_t n = 1 + random_below(random, MOST_NAMES), n_kept = 0, end = 0;
    for (size_t i = 0; i < n; i++) {
        size_t nbytes = 1 + random_below(random, most_nbytes);
        for (size_t j = 0; j < nbytes; j++) text[end + j] = (uint8_t)('a' + random_below(random, 2));
        ends[n_kept] = end + nbytes;
        name_list list = {text, ends, n_kept + 1};
        if (count_good_names(&list, end + nbytes) != n_kept + 1) continue;
        n_kept++;
        end += nbytes;
    }
    return n_kept;
}

static void check_found(const name_list *list, block text, bool is_final)
{
    static tp_named_place expected[MOST_NBYTES], found[MOST_NBYTES];
    tp_names *names = names_of(list);
    size_t longest = 0, n = 0, used = 0;
    for (size_t i = 0; i < list->n; i++) longest = name_nbytes(list, i) > longest ? name_nbytes(list, i) : longest;
    size_t open = is_final ? 0 : longest - 1, certain = text.nbytes > open ? text.nbytes - open : 0;
    size_t n_expected = find_naively(list, text.data, text.nbytes, certain, expected);
    CHECK_EQ_U(tp_names_find(names, text.data, text.nbytes, is_final, found, MOST_NBYTES, &n, &used, NULL), TP_OK);
    CHECK_EQ_BYTES(found, n * sizeof *found, expected, n_expected * sizeof *found);
    if (is_final) CHECK_EQ_U(tp_names_occur(names, text.data, text.nbytes), n > 0);
    size_t end = n > 0 ? (size_t)found[n - 1].end : 0;
    CHECK_EQ_U(used, end > certain ? end : certain);
    tp_names_free(names);
}

static void test_random_names_are_found_as_the_plain_way_does(void)
{
    uint64_t random = 11, ends[MOST_NAMES];
    uint8_t names[MOST_NAMES * 12];
    for (unsigned round = 0; round < 400; round++) {
        name_list list = {names, ends, make_up_names(&random, 1 + random_below(&random, 12), names, ends)};
        block text = {must_allocate(300), random_below(&random, 300)};
        for (size_t i = 0; i < text.nbytes; i++) text.data[i] = (uint8_t)('a' + random_below(&random, 2 + round % 3));
        check_found(&list, text, round % 2 == 0);
        free(text.data);
    }
}

/* What is read backwards at a time ends within names. */
static void test_names_across_windows(void)
{
    static uint8_t long_name[40000];
    memset(long_name, 'x', sizeof long_name);
    memcpy(long_name + 39997, "xyz", 3);
    const uint64_t ends[] = {1, 3, 40003};
    block names = {must_allocate(40003), 40003}, text = {must_allocate(MOST_NBYTES), MOST_NBYTES};
    memcpy(names.data, "zyz", 3);
    memcpy(names.data + 3, long_name, 40000);
    name_list list = {names.data, ends, 3};
    memset(text.data, 'x', text.nbytes);
    for (size_t i = 32760; i < 32776; i += 3) text.data[i] = 'z';
    memcpy(text.data + 39997 + 40000, "xyz", 3);
    memcpy(text.data + MOST_NBYTES - 3, "yzz", 3);
    check_found(&list, text, true);
    check_found(&list, text, false);
    free(names.data);
    free(text.data);
}

static void test_bad_names_are_refused(void)
{
    static const struct {
        uint64_t ends[3];
        size_t n;
        uint64_t offset;
    } bad[] = {{{0, 2, 3}, 3, 0}, {{1, 1, 3}, 3, 1}, {{2, 1, 4}, 3, 1}, {{1, 2, 5}, 3, 2}, {{1, 2, 3}, 3, 1}, {{0}, 0, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tp_names *names = NULL;
        tp_error error = {0};
        CHECK_EQ_U(tp_names_new((const uint8_t *)"aabc", 4, bad[i].ends, bad[i].n, &names, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, bad[i].offset);
        CHECK(names == NULL);
    }
    tp_names_free(NULL);
}

static void test_every_refused_allocation_is_told(void)
{
    uint8_t text[300];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)(i % 7 < 3 ? i : 'a');
    const uint64_t ends[] = {1, 100, 300};
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    unsigned n_refused = 0;
    for (uint64_t nth = 1; nth < 30; nth++) {
        tp_names *names = NULL;
        tp_named_place places[4];
        size_t n, used;
        tp_memory_fail_at(nth);
        tp_status status = tp_names_new(text, sizeof text, ends, 3, &names, NULL);
        if (status == TP_OK) status = tp_names_find(names, text, 200, true, places, 4, &n, &used, NULL);
        tp_memory_fail_at(0);
        CHECK(status == TP_OK || status == TP_NO_MEMORY || status == TP_TOO_SMALL);
        n_refused += status == TP_NO_MEMORY;
        tp_names_free_at(&names);
        tp_memory_get_stats(&after);
        CHECK_EQ_U(after.current_bytes, before.current_bytes);
    }
    CHECK(n_refused >= 10 && n_refused < 29);
}

int main(void)
{
    RUN(test_random_names_are_found_as_the_plain_way_does);
    RUN(test_names_across_windows);
    RUN(test_bad_names_are_refused);
    RUN(test_every_refused_allocation_is_told);
    return tests_done();
}
