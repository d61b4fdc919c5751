/* Vectors: what terms documents have, where their columns are, and that a call that fails changes nothing. */
#include <math.h>

#include "naive_vectors.h"
#include "support.h"

static tp_vectors *vectors_of(tp_vectors_options options)
{
    tp_vectors *vectors = NULL;
    if (options.least == 0) options.least = options.most = 1;
    if (tp_vectors_new(&options, &vectors, NULL) != TP_OK) abort();
    return vectors;
}

/* Adds a row for each line. */
static tp_status add_lines(tp_vectors *vectors, const char *lines)
{
    size_t nbytes = strlen(lines);
    uint64_t *ends = must_allocate((nbytes + 1) * sizeof *ends);
    size_t n = find_ends(lines, ends);
    block copy = exact_copy(lines, nbytes);
    tp_status status = tp_vectors_add(vectors, copy.data, nbytes, ends, n, NULL);
    free(copy.data);
    free(ends);
    return status;
}

static void check_terms(const tp_vectors *vectors, const char *expected)
{
    held_vectors held = read_vectors(vectors);
    CHECK_EQ_BYTES(held.terms, (size_t)held.sizes.terms_nbytes, (const uint8_t *)expected, strlen(expected));
    free_held(&held);
}

static void test_words_get_columns_as_they_come(void)
{
    tp_words *words = words_of_letters(NULL);
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words, .letter_case = TP_CASE_LOWER});
    CHECK_EQ_U(add_lines(vectors, "The red car\n\na CAR the The\n"), TP_OK);
    check_terms(vectors, "the\nred\ncar\n");
    held_vectors held = read_vectors(vectors);
    CHECK_EQ_U(held.sizes.n_rows, 3);
    CHECK_EQ_U(held.sizes.n_entries, 5);
    CHECK(held.starts[1] == 3 && held.starts[2] == 3 && held.starts[3] == 5);
    CHECK(held.columns[3] == 0 && held.counts[3] == 2 && held.columns[4] == 2 && held.counts[4] == 1);
    CHECK(held.ranks[0] == 2 && held.ranks[1] == 1 && held.ranks[2] == 0);
    free_held(&held);
    tp_vectors_free(vectors);
    tp_words_free(words);
}

static void test_runs_of_words_leave_stop_words_out(void)
{
    tp_words *words = words_of_letters("of");
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words, .least = 1, .most = 2});
    CHECK_EQ_U(add_lines(vectors, "city of light\n"), TP_OK);
    check_terms(vectors, "city\nlight\ncity light\n");
    tp_vectors_free(vectors);
    tp_words_free(words);
}

static void test_runs_of_characters(void)
{
    tp_vectors *vectors = vectors_of((tp_vectors_options){.terms = TP_TERMS_OF_CHARACTERS, .least = 2, .most = 2});
    CHECK_EQ_U(add_lines(vectors, "a  \xC3\xA9z\n"), TP_OK);
    check_terms(vectors, "a \n \xC3\xA9\n\xC3\xA9z\n");
    tp_vectors_free(vectors);
}

static void test_runs_within_parts(void)
{
    tp_vectors *vectors = vectors_of((tp_vectors_options){.terms = TP_TERMS_IN_WORDS, .least = 3, .most = 5});
    CHECK_EQ_U(add_lines(vectors, "ab  c\n"), TP_OK);
    check_terms(vectors, " ab\nab \n ab \n c \n");
    tp_vectors_free(vectors);
}

static void test_accents(void)
{
    const char *text = "\xC3\xA9" "b\xC3\xB8\n";
    tp_vectors_options options = {.terms = TP_TERMS_OF_CHARACTERS, .accents = TP_ACCENTS_STRIP};
    tp_vectors *vectors = vectors_of(options);
    CHECK_EQ_U(add_lines(vectors, text), TP_OK);
    check_terms(vectors, "e\nb\n\xC3\xB8\n");
    tp_vectors_free(vectors);
    options.accents = TP_ACCENTS_ASCII;
    vectors = vectors_of(options);
    CHECK_EQ_U(add_lines(vectors, text), TP_OK);
    check_terms(vectors, "e\nb\n");
    tp_vectors_free(vectors);
}

/* The hash of "hello" is 0x248BFA47, as the authors of several implementations state; that of "aaaa" is negative. */
static void test_hashed_columns(void)
{
    tp_words *words = words_of_letters(NULL);
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words, .n_columns = TP_MAX_COLUMNS, .alternates_sign = true});
    CHECK_EQ_U(add_lines(vectors, "hello hello\n"), TP_OK);
    held_vectors held = read_vectors(vectors);
    CHECK_EQ_U(held.sizes.n_entries, 1);
    CHECK(held.columns[0] == 0x248BFA47 && held.counts[0] == 2);
    free_held(&held);
    tp_vectors_free(vectors);
    tp_words_free(words);
}

static void test_fixed_terms_leave_others_out(void)
{
    const uint64_t ends[] = {3, 7};
    tp_words *words = words_of_letters(NULL);
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words});
    CHECK_EQ_U(tp_vectors_fix(vectors, (const uint8_t *)"red\nred", 7, ends, 2, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_vectors_fix(vectors, (const uint8_t *)"red\nbike", 7, ends, 2, NULL), TP_OK);
    CHECK_EQ_U(add_lines(vectors, "a red car bik\n"), TP_OK);
    held_vectors held = read_vectors(vectors);
    CHECK_EQ_U(held.sizes.n_terms, 2);
    CHECK(held.columns[0] == 0 && held.columns[1] == 1);
    tp_vectors_clear_rows(vectors);
    tp_vectors_get_sizes(vectors, &held.sizes);
    CHECK_EQ_U(held.sizes.n_rows + held.sizes.n_entries, 0);
    free_held(&held);
    tp_vectors_free(vectors);
    tp_words_free(words);
}

static void test_bad_arguments(void)
{
    tp_words *words = words_of_letters(NULL);
    const uint64_t ends[] = {2, 1};
    tp_error error;
    tp_vectors *made = NULL;
    const tp_vectors_options bad[] = {
        {.words = words, .least = 0, .most = 1},
        {.words = words, .least = 2, .most = 1},
        {.words = NULL, .least = 1, .most = 1},
        {.words = words, .terms = TP_TERMS_IN_WORDS, .least = 1, .most = 1},
        {.words = words, .terms = (tp_terms)7, .least = 1, .most = 1},
        {.words = words, .accents = (tp_accents)7, .least = 1, .most = 1},
        {.words = words, .letter_case = (tp_case)7, .least = 1, .most = 1},
        {.words = words, .n_columns = (uint64_t)TP_MAX_COLUMNS + 1, .least = 1, .most = 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_EQ_U(tp_vectors_new(&bad[i], &made, NULL), TP_INVALID_ARGUMENT);
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words});
    CHECK_EQ_U(tp_vectors_add(vectors, (const uint8_t *)"ab cd", 5, ends, 2, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(tp_vectors_append_terms(vectors, vectors, 0, 0, 1, NULL, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_vectors_rank_terms(vectors, 0, NULL, NULL, NULL, NULL), TP_INVALID_ARGUMENT);
    tp_vectors_free(vectors);
    tp_words_free(words);
}

static held_vectors of_two_parts(const tp_vectors_options *options)
{
    tp_vectors *first = vectors_of(*options), *second = vectors_of(*options);
    CHECK_EQ_U(add_lines(first, "ab cd ab\nxy ab\n"), TP_OK);
    CHECK_EQ_U(add_lines(second, "xy zz ab\n"), TP_OK);
    held_vectors held = read_joined(first, second, options->n_columns == 0);
    tp_vectors_free(first);
    tp_vectors_free(second);
    return held;
}

/* Documents wherever they lie, taken by two vectors, make the rows and terms of one text. */
static void test_documents_of_their_own_memory(void)
{
    tp_words *words = words_of_letters(NULL);
    tp_vectors_options options = {.words = words, .least = 1, .most = 2};
    tp_vectors *first = vectors_of(options), *second = vectors_of(options), *whole = vectors_of(options);
    const tp_document documents[] = {{(const uint8_t *)"ab cd ab", 8}, {(const uint8_t *)"xy ab", 5}, {(const uint8_t *)"xy zz ab", 8}};
    CHECK_EQ_U(tp_vectors_add_documents(first, documents, 2, NULL, NULL, NULL), TP_OK);
    CHECK_EQ_U(tp_vectors_add_documents(second, documents + 2, 1, NULL, NULL, NULL), TP_OK);
    CHECK_EQ_U(add_lines(whole, "ab cd ab\nxy ab\nxy zz ab\n"), TP_OK);
    held_vectors one = read_joined(first, second, true), other = read_vectors(whole);
    CHECK(are_equal_vectors(&one, &other));
    const uint64_t other_terms = other.sizes.n_terms;
    free_held(&one);
    free_held(&other);
    uint32_t columns[16];
    CHECK_EQ_U(tp_vectors_append_terms(second, whole, 0, other_terms + 1, 1, columns, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_vectors_append_terms(second, whole, 0, other_terms, 1, columns, NULL), TP_OK);
    CHECK(columns[0] == 2 && columns[1] == 5 && columns[4] == 0);
    tp_vectors_free(first);
    tp_vectors_free(second);
    tp_vectors_free(whole);
    tp_words_free(words);
}

static void test_rows_are_taken_out(void)
{
    tp_words *words = words_of_letters(NULL);
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words});
    const int32_t renumbered[] = {7, 5, 6};
    const uint32_t numbers[] = {2, 1, 0};
    const double weights[] = {3, 4, 0}, infinite[] = {1, 1e308 * 10, 1};
    int32_t columns[4];
    double values[4];
    int64_t starts[3], frequencies[3] = {0};
    uint64_t n_left = 9;
    CHECK_EQ_U(add_lines(vectors, "red car\nbike car car\n"), TP_OK);
    tp_vectors_add_frequencies(&(tp_frequencies_job){vectors, frequencies}, 1);
    CHECK(frequencies[0] == 1 && frequencies[1] == 2 && frequencies[2] == 1);
    const tp_rows_form bad[] = {
        {.values = (tp_values)9, .n_threads = 1},
        {.values = TP_VALUES_FLOAT64},
        {.values = TP_VALUES_INT32, .norm = TP_NORM_L2, .n_threads = 1},
        {.values = TP_VALUES_FLOAT64, .norm = (tp_norm)3, .n_threads = 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_EQ_U(tp_vectors_take_rows(vectors, &bad[i], columns, values, starts, &n_left, NULL), TP_INVALID_ARGUMENT);
    }
    const tp_rows_form no_value = {.weights = infinite, .values = TP_VALUES_FLOAT64, .n_threads = 1};
    CHECK_EQ_U(tp_vectors_take_rows(vectors, &no_value, columns, values, starts, &n_left, NULL), TP_TOO_LARGE);
    const tp_rows_form form = {numbers, renumbered, weights, TP_VALUES_FLOAT64, TP_NORM_L2, 2};
    CHECK_EQ_U(tp_vectors_take_rows(vectors, &form, columns, values, starts, &n_left, NULL), TP_OK);
    CHECK_EQ_U(n_left, 0);
    CHECK(starts[0] == 0 && starts[1] == 2 && starts[2] == 4);
    CHECK(columns[0] == 5 && columns[1] == 6 && columns[2] == 7 && columns[3] == 5);
    CHECK(values[0] == 1 && values[1] == 0 && values[2] == 3 / sqrt(73) && values[3] == 8 / sqrt(73));
    tp_vectors_sizes sizes;
    tp_vectors_get_sizes(vectors, &sizes);
    CHECK_EQ_U(sizes.n_rows + sizes.n_entries, 0);
    tp_vectors_free(vectors);
    tp_words_free(words);
}

static int stop_at_once(void *user)
{
    ++*(int *)user;
    return 0;
}

/* Terms enough for several buckets, of which many begin with the same eight bytes and some are such beginnings, have the ranks that
 * comparing them gives, by any number of threads; and the sort can be stopped. */
static void test_many_terms_are_ranked(void)
{
    enum { N = 200000 };
    char *line = must_allocate((size_t)N * 24 + 2);
    size_t nbytes = 0;
    for (unsigned i = 0; i < N; i++) {
        nbytes += (size_t)sprintf(line + nbytes, i % 3 == 0 ? "%08x " : i % 3 == 1 ? "abcdefgh%08x " : "%08x00000000 ", i * 2654435761u);
    }
    strcpy(line + nbytes, "\n");
    tp_words *words = words_of_letters(NULL);
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words});
    CHECK_EQ_U(add_lines(vectors, line), TP_OK);
    held_vectors held = read_vectors(vectors);
    size_t n = (size_t)held.sizes.n_terms, start = 0;
    const char **in_order = must_allocate(n * sizeof *in_order);
    for (size_t i = 0; i < n; i++) {
        /* Not strchr, which a sanitizer lets look at all that follows. */
        char *end = (char *)held.terms + start;
        while (*end != '\n') end++;
        *end = 0;
        in_order[held.ranks[i]] = (char *)held.terms + start;
        start = (size_t)(end - (char *)held.terms) + 1;
    }
    bool ascend = true;
    for (size_t i = 1; i < n; i++) ascend &= strcmp(in_order[i - 1], in_order[i]) < 0;
    CHECK(n == N && ascend);
    int32_t *ranks = must_allocate(n * sizeof *ranks);
    CHECK_EQ_U(tp_vectors_rank_terms(vectors, 3, ranks, NULL, NULL, NULL), TP_OK);
    CHECK(memcmp(ranks, held.ranks, n * sizeof *ranks) == 0);
    int n_calls = 0;
    CHECK_EQ_U(tp_vectors_rank_terms(vectors, 2, ranks, stop_at_once, &n_calls, NULL), TP_CANCELLED);
    CHECK_EQ_U((uint64_t)n_calls, 1);
    free(in_order);
    free(ranks);
    free(line);
    free_held(&held);
    tp_vectors_free(vectors);
    tp_words_free(words);
}

/* More documents than a chunk holds, and longer ones between short ones, are as each by itself. */
static void test_documents_of_all_lengths(void)
{
    const tp_terms kinds[] = {TP_TERMS_OF_WORDS, TP_TERMS_OF_CHARACTERS, TP_TERMS_IN_WORDS};
    size_t nbytes = 400000, n = 0;
    uint8_t *text = must_allocate(nbytes);
    uint64_t *ends = must_allocate(nbytes * sizeof *ends);
    const uint8_t bytes[16] = {'a', 'b', ' ', ' ', 'C', 'd', '1', 'e', 'Z', 'Z', 'a', 'a', 0xC3, 'x', '.', ' '};
    uint32_t random = 1;
    for (size_t i = 0; i < nbytes; i++) {
        random = random * 1664525 + 1013904223;
        text[i] = bytes[random >> 24 & 15];
        if (text[i] == 0xC3 && i + 1 < nbytes) text[++i] = 0xA9;
    }
    text[nbytes - 1] = 'a';
    if ((text[nbytes - 2] & 0xC0) == 0xC0) text[nbytes - 2] = 'a';
    for (size_t end = 0; end < nbytes; n++) { /* every 50th is of 40,000 bytes, the others are short */
        end += n % 50 == 49 ? 40000 : 1 + n % 30;
        while (end < nbytes && (text[end] & 0x80) != 0) end++;
        if (end < nbytes) text[end] = '\n';
        ends[n] = end < nbytes ? end : nbytes;
        end++;
    }
    for (size_t i = 0; i < 6; i++) {
        tp_words *words = i % 3 == 0 ? words_of_letters("ab") : NULL;
        tp_vectors_options options = {kinds[i % 3], words, 1, 2, TP_CASE_LOWER, TP_ACCENTS_KEEP, 0, i < 3 ? 0 : 64, false};
        tp_vectors *together = vectors_of(options), *single = vectors_of(options);
        CHECK_EQ_U(tp_vectors_add(together, text, nbytes, ends, n, NULL), TP_OK);
        for (size_t j = 0, start = 0; j < n; start = (size_t)ends[j++] + 1) {
            const uint64_t end = ends[j] - start;
            CHECK_EQ_U(tp_vectors_add(single, text + start, (size_t)end, &end, 1, NULL), TP_OK);
        }
        held_vectors one = read_vectors(together), other = read_vectors(single);
        CHECK(are_equal_vectors(&one, &other));
        free_held(&one);
        free_held(&other);
        tp_vectors_free(together);
        tp_vectors_free(single);
        tp_words_free(words);
    }
    free(text);
    free(ends);
}

/* A long document is given up as soon as it is asked whether to go on, and nothing of it is left. */
static void test_long_document_is_stopped(void)
{
    enum { N = 300000 };
    char *line = must_allocate(N * 7 + 1);
    for (unsigned i = 0; i < N; i++) sprintf(line + 7 * i, "%06u ", i);
    for (uint64_t most = 1; most <= 2; most++) {
        tp_words *words = words_of_letters(NULL);
        tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words, .least = 1, .most = most});
        const tp_document document = {(const uint8_t *)line, N * 7};
        held_vectors before = read_vectors(vectors);
        int n_calls = 0;
        uint64_t is_stopped = 0;
        CHECK_EQ_U(tp_vectors_add_documents(vectors, &document, 1, stop_at_once, &n_calls, NULL), TP_CANCELLED);
        held_vectors after = read_vectors(vectors);
        CHECK(n_calls == 1 && are_equal_vectors(&after, &before));
        free_held(&after);
        tp_stop(&is_stopped);
        CHECK_EQ_U(tp_vectors_add_documents(vectors, &document, 1, tp_go_on_unless, &is_stopped, NULL), TP_CANCELLED);
        is_stopped = 0;
        CHECK_EQ_U(tp_vectors_add_documents(vectors, &document, 1, tp_go_on_unless, &is_stopped, NULL), TP_OK);
        free_held(&before);
        tp_vectors_free(vectors);
        tp_words_free(words);
    }
    free(line);
}

/* The terms of a long document are sorted some at a time, and what comes of that is merged, again and again. */
static void test_long_document(void)
{
    enum { N = 300000 };
    char *line = must_allocate(2 * N * 8 + 2);
    size_t nbytes = 0;
    for (unsigned i = 0; i < 2 * N; i++) nbytes += (size_t)sprintf(line + nbytes, "%06u ", i % N);
    strcpy(line + nbytes, "\n");
    for (uint64_t n_columns = 0; n_columns <= TP_MAX_COLUMNS; n_columns += TP_MAX_COLUMNS) {
        tp_words *words = words_of_letters(NULL);
        tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words, .n_columns = n_columns});
        CHECK_EQ_U(add_lines(vectors, line), TP_OK);
        held_vectors held = read_vectors(vectors);
        int64_t total = 0;
        bool ascend = true;
        for (size_t i = 0; i < held.sizes.n_entries; i++) {
            total += held.counts[i];
            ascend &= i == 0 || held.columns[i - 1] < held.columns[i];
        }
        CHECK(ascend && total == 2 * N);
        if (n_columns == 0) CHECK(held.sizes.n_entries == N && held.counts[0] == 2 && held.counts[N - 1] == 2);
        free_held(&held);
        tp_vectors_free(vectors);
        tp_words_free(words);
    }
    free(line);
}

static void test_parts_join_to_the_whole(void)
{
    tp_words *words = words_of_letters(NULL);
    for (uint64_t n_columns = 0; n_columns < 1000; n_columns += 500) {
        tp_vectors_options options = {.words = words, .least = 1, .most = 2, .n_columns = n_columns};
        tp_vectors *whole = vectors_of(options);
        CHECK_EQ_U(add_lines(whole, "ab cd ab\nxy ab\nxy zz ab\n"), TP_OK);
        held_vectors one = of_two_parts(&options), other = read_vectors(whole);
        CHECK(are_equal_vectors(&one, &other));
        free_held(&one);
        free_held(&other);
        tp_vectors_free(whole);
    }
    tp_words_free(words);
}

/* Whichever allocation is refused, the rows and terms are as before, and the same call succeeds afterwards. */
static void check_refusals(tp_vectors_options options, const char *lines)
{
    tp_vectors *vectors = vectors_of(options), *expected = vectors_of(options);
    CHECK_EQ_U(add_lines(vectors, "ab CD\n"), TP_OK);
    CHECK_EQ_U(add_lines(expected, "ab CD\n"), TP_OK);
    held_vectors before = read_vectors(vectors);
    tp_status status = TP_NO_MEMORY;
    for (uint64_t nth = 1; status == TP_NO_MEMORY; nth++) {
        tp_memory_fail_at(nth);
        status = add_lines(vectors, lines);
        tp_memory_fail_at(0);
        if (status == TP_OK) break;
        held_vectors after = read_vectors(vectors);
        CHECK(are_equal_vectors(&before, &after));
        free_held(&after);
    }
    CHECK_EQ_U(status, TP_OK);
    CHECK_EQ_U(add_lines(expected, lines), TP_OK);
    held_vectors one = read_vectors(vectors), other = read_vectors(expected);
    CHECK(are_equal_vectors(&one, &other));
    free_held(&before);
    free_held(&one);
    free_held(&other);
    tp_vectors_free(vectors);
    tp_vectors_free(expected);
}

static void test_refused_memory_changes_nothing(void)
{
    tp_words *words = words_of_letters(NULL);
    char lines[3000];
    size_t nbytes = 0;
    for (unsigned i = 0; i < 200; i++) {
        nbytes += (size_t)sprintf(lines + nbytes, "w%u \xC3\x89%u%c", i, i, i % 10 == 9 ? '\n' : ' ');
    }
    check_refusals((tp_vectors_options){.words = words, .least = 1, .most = 2, .letter_case = TP_CASE_LOWER}, lines);
    check_refusals((tp_vectors_options){.words = words, .n_columns = 64, .accents = TP_ACCENTS_STRIP}, lines);
    check_refusals((tp_vectors_options){.terms = TP_TERMS_IN_WORDS, .least = 2, .most = 3}, lines);
    check_refusals((tp_vectors_options){.terms = TP_TERMS_OF_CHARACTERS, .least = 1, .most = 2}, lines);
    tp_words_free(words);
}

/* ---- Rows in parts, and refused memory --------------------------------------------------------------------------------- */

static const uint32_t *reversed(uint64_t n)
{
    uint32_t *numbers = must_allocate((size_t)n * sizeof *numbers);
    for (size_t i = 0; i < n; i++) numbers[i] = (uint32_t)(n - 1 - i);
    return numbers;
}

/* Whether rows are those of `held` with each row's entries the other way round, as numbers that are reversed order them. */
static bool are_reversed(const held_vectors *held, const int32_t *columns, const int32_t *counts, const int64_t *starts)
{
    bool are_equal = memcmp(held->starts, starts, (size_t)(held->sizes.n_rows + 1) * sizeof *starts) == 0;
    for (size_t row = 0; row < held->sizes.n_rows && are_equal; row++) {
        for (int64_t i = starts[row], j = starts[row + 1] - 1; j >= starts[row]; i++, j--) {
            are_equal &= columns[i] == (int32_t)held->sizes.n_terms - 1 - held->columns[j] && counts[i] == held->counts[j];
        }
    }
    return are_equal;
}

/* Takes all rows, each call with every allocation refused in turn before it succeeds; returns the number of calls that succeeded. */
static int take_with_refusals(tp_vectors *vectors, const tp_rows_form *form, int32_t *columns, int32_t *counts, int64_t *starts)
{
    uint64_t n_left = 1;
    int n_calls = 0;
    for (; n_left > 0; n_calls++) {
        tp_vectors_sizes before, after;
        tp_status status = TP_NO_MEMORY;
        tp_vectors_get_sizes(vectors, &before);
        for (uint64_t nth = 1; status == TP_NO_MEMORY; nth++) {
            tp_memory_fail_at(nth);
            status = tp_vectors_take_rows(vectors, form, columns, counts, starts, &n_left, NULL);
            tp_memory_fail_at(0);
            tp_vectors_get_sizes(vectors, &after);
            CHECK(status == TP_OK ? after.n_rows == n_left : memcmp(&before, &after, sizeof before) == 0);
        }
        CHECK(status == TP_OK && after.n_entries < before.n_entries && after.n_terms == before.n_terms);
    }
    return n_calls;
}

/* More than 2^20 entries are taken in several calls, the last rows first. */
static void test_many_rows_are_taken_in_parts(void)
{
    enum { LINES = 2500, WORDS = 900 };
    char *lines = must_allocate((size_t)LINES * WORDS * 4 + 1);
    size_t nbytes = 0;
    for (unsigned i = 0; i < LINES; i++) {
        for (unsigned j = 0; j <= i * 7 % WORDS; j++) nbytes += (size_t)sprintf(lines + nbytes, "%03u ", j);
        nbytes += (size_t)sprintf(lines + nbytes, "\n");
    }
    tp_words *words = words_of_letters(NULL);
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words});
    CHECK_EQ_U(add_lines(vectors, lines), TP_OK);
    held_vectors held = read_vectors(vectors);
    CHECK(held.sizes.n_entries > 1 << 20);
    int32_t *columns = must_allocate((size_t)held.sizes.n_entries * sizeof *columns);
    int32_t *counts = must_allocate((size_t)held.sizes.n_entries * sizeof *counts);
    int64_t *starts = must_allocate((LINES + 1) * sizeof *starts);
    const uint32_t *numbers = reversed(held.sizes.n_terms);
    CHECK(take_with_refusals(vectors, &(tp_rows_form){.numbers = numbers, .n_threads = 2}, columns, counts, starts) == 2);
    CHECK(are_reversed(&held, columns, counts, starts));
    free((void *)numbers);
    free(columns);
    free(counts);
    free(starts);
    free(lines);
    free_held(&held);
    tp_vectors_free(vectors);
    tp_words_free(words);
}

/* Whichever allocation is refused, no term is appended, and the same call succeeds afterwards. */
static void test_terms_are_appended_or_not(void)
{
    char line[20000];
    size_t nbytes = 0;
    for (unsigned i = 0; i < 1500; i++) nbytes += (size_t)sprintf(line + nbytes, "word%u ", i);
    strcpy(line + nbytes, "\n");
    tp_words *words = words_of_letters(NULL);
    tp_vectors *first = vectors_of((tp_vectors_options){.words = words}), *second = vectors_of((tp_vectors_options){.words = words});
    CHECK_EQ_U(add_lines(first, "word7 zz\n"), TP_OK);
    CHECK_EQ_U(add_lines(second, line), TP_OK);
    uint32_t columns[1500];
    held_vectors before = read_vectors(first);
    tp_status status = TP_NO_MEMORY;
    uint64_t nth = 1;
    for (; status == TP_NO_MEMORY; nth++) {
        tp_memory_fail_at(nth);
        status = tp_vectors_append_terms(first, second, 0, 1500, 1, columns, NULL);
        tp_memory_fail_at(0);
        if (status == TP_OK) break;
        held_vectors after = read_vectors(first);
        CHECK(are_equal_vectors(&before, &after));
        free_held(&after);
    }
    CHECK(status == TP_OK && nth > 2); /* at least the array of terms and the index grow */
    CHECK(columns[0] == 2 && columns[7] == 0 && columns[1499] == 1500);
    free_held(&before);
    tp_vectors_free(first);
    tp_vectors_free(second);
    tp_words_free(words);
}

/* Ranks of so many terms that they are sorted in buckets, which takes memory of its own. */
static void test_terms_are_ranked_after_a_refusal(void)
{
    enum { N = 70000 };
    char *line = must_allocate((size_t)N * 6 + 2);
    size_t nbytes = 0;
    for (unsigned i = 0; i < N; i++) nbytes += (size_t)sprintf(line + nbytes, "%05u ", N - 1 - i);
    strcpy(line + nbytes, "\n");
    tp_words *words = words_of_letters(NULL);
    tp_vectors *vectors = vectors_of((tp_vectors_options){.words = words});
    CHECK_EQ_U(add_lines(vectors, line), TP_OK);
    int32_t *ranks = must_allocate(N * sizeof *ranks);
    for (uint64_t nth = 1; nth <= 3; nth++) {
        tp_memory_fail_at(nth);
        CHECK_EQ_U(tp_vectors_rank_terms(vectors, 2, ranks, NULL, NULL, NULL), nth < 3 ? TP_NO_MEMORY : TP_OK);
        tp_memory_fail_at(0);
    }
    CHECK(ranks[0] == N - 1 && ranks[1] == N - 2 && ranks[N - 1] == 0);
    free(ranks);
    free(line);
    tp_vectors_free(vectors);
    tp_words_free(words);
}

int main(void)
{
    RUN(test_words_get_columns_as_they_come);
    RUN(test_runs_of_words_leave_stop_words_out);
    RUN(test_runs_of_characters);
    RUN(test_runs_within_parts);
    RUN(test_accents);
    RUN(test_hashed_columns);
    RUN(test_fixed_terms_leave_others_out);
    RUN(test_bad_arguments);
    RUN(test_documents_of_their_own_memory);
    RUN(test_rows_are_taken_out);
    RUN(test_many_terms_are_ranked);
    RUN(test_documents_of_all_lengths);
    RUN(test_long_document);
    RUN(test_long_document_is_stopped);
    RUN(test_parts_join_to_the_whole);
    RUN(test_refused_memory_changes_nothing);
    RUN(test_many_rows_are_taken_in_parts);
    RUN(test_terms_are_appended_or_not);
    RUN(test_terms_are_ranked_after_a_refusal);
    return tests_done();
}
