/* Counting, appending, copying, and the questions that a corpus answers. */
#include "corpus/table.h"
#include "support.h"

/* ---- Counting ---------------------------------------------------------------------------------------------------------- */

static void test_new_corpus_is_empty(void)
{
    tp_corpus *corpus = new_corpus();
    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    CHECK(totals.documents == 0 && totals.words == 0 && totals.terms == 0 && totals.position == 0);
    tp_corpus_free_at(&corpus);
    tp_corpus_free(NULL);
}

static void test_words_are_counted_lowered_in_first_seen_order(void)
{
    tp_corpus *corpus = corpus_of("The hare\nthe tortoise and THE HARE\n");
    CHECK_HOLDS(corpus, "2 documents, 7 words: the 3/2, hare 2/2, tortoise 1/1, and 1/1");
    tp_corpus_free(corpus);
}

static void test_counting_goes_on_behind_what_was_counted(void)
{
    tp_corpus *corpus = corpus_of("a b\n");
    count_lines(corpus, "b c\n");
    CHECK_HOLDS(corpus, "2 documents, 4 words: a 1/1, b 2/2, c 1/1");
    tp_corpus_free(corpus);
}

static void test_documents_without_words_count(void)
{
    tp_corpus *corpus = corpus_of("\n \n\t \n");
    CHECK_HOLDS(corpus, "3 documents, 0 words:");
    count_lines(corpus, "a\n\na\n");
    CHECK_HOLDS(corpus, "6 documents, 2 words: a 2/2");
    tp_corpus_free(corpus);
}

static void test_nothing_to_count(void)
{
    tp_corpus *corpus = new_corpus();
    const uint64_t end = 0;
    CHECK_EQ_U(tp_corpus_count(NULL, 0, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, NULL, 0, NULL, 0, NULL, 0}, 1, NULL), TP_OK);
    CHECK_HOLDS(corpus, "0 documents, 0 words:");
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, NULL, 0, &end, 1, NULL, 0}, 1, NULL), TP_OK);
    CHECK_HOLDS(corpus, "1 documents, 0 words:");
    tp_corpus_free(corpus);
}

static void test_last_document_needs_no_byte_behind_it(void)
{
    tp_corpus *corpus = new_corpus();
    const uint64_t ends[] = {1, 3};
    CHECK_EQ_U(count_piece(corpus, "a b", 3, ends, 2), TP_OK);
    CHECK_HOLDS(corpus, "2 documents, 2 words: a 1/1, b 1/1");
    tp_corpus_free(corpus);
}

static void test_last_document_may_be_empty(void)
{
    tp_corpus *corpus = new_corpus();
    const uint64_t ends[] = {1, 2};
    CHECK_EQ_U(count_piece(corpus, "a\n", 2, ends, 2), TP_OK);
    CHECK_HOLDS(corpus, "2 documents, 1 words: a 1/1");
    tp_corpus_free(corpus);
}

static void test_words_are_parted_as_python_parts_them(void)
{
    /* U+001C, U+0085, U+00A0, U+1680, U+2003, U+2028, U+205F and U+3000 are white space; U+200B and NUL are not. */
    tp_corpus *corpus = corpus_of("a\x1C" "b\xC2\x85" "c\xC2\xA0" "d\xE1\x9A\x80" "e\xE2\x80\x83" "f\xE2\x80\xA8" "g"
                                  "\xE2\x81\x9F" "h\xE3\x80\x80" "i\n");
    CHECK_HOLDS(corpus, "1 documents, 9 words: a 1/1, b 1/1, c 1/1, d 1/1, e 1/1, f 1/1, g 1/1, h 1/1, i 1/1");
    tp_corpus_free(corpus);

    corpus = corpus_of("zero\xE2\x80\x8Bwidth\n");
    CHECK_HOLDS(corpus, "1 documents, 1 words: zero\xE2\x80\x8Bwidth 1/1");
    tp_corpus_free(corpus);
}

static void test_words_beyond_ascii_are_lowered(void)
{
    tp_corpus *corpus = corpus_of("ÉCOLE école ΣΆΣ σάς İ STRAẞE\n");
    CHECK_HOLDS(corpus, "1 documents, 6 words: école 2/1, σάς 2/1, i\xCC\x87 1/1, straße 1/1");
    tp_corpus_free(corpus);
}

static void test_nul_is_a_character(void)
{
    tp_corpus *corpus = new_corpus();
    const char text[] = "\0 a\0b a\0B A \0";
    const uint64_t end = sizeof text - 1;
    count_piece(corpus, text, sizeof text - 1, &end, 1);

    const uint64_t ids[] = {0, 1, 2};
    const uint64_t counts[] = {2, 2, 1};
    uint64_t found[3], n;
    uint8_t terms[16];
    size_t nbytes;
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_COUNT, found, 3, &n, NULL), TP_OK);
    CHECK_EQ_BYTES(found, n * sizeof *found, counts, sizeof counts);
    CHECK_EQ_U(tp_corpus_pick_terms(corpus, ids, 3, terms, sizeof terms, &nbytes, NULL), TP_OK);
    CHECK_EQ_BYTES(terms, nbytes, "\0\na\0b\na", 7);
    tp_corpus_free(corpus);
}

/* Counts a word in capitals at the end of a document, before another one, and left open at the end of a piece; and lowered. */
static void check_word_wherever_it_stands(const char *word, const char *lowered, size_t nbytes)
{
    tp_corpus *corpus = new_corpus();
    char text[600];
    const uint64_t ends[] = {nbytes, nbytes * 2 + 1};
    memcpy(text, word, nbytes);
    text[nbytes] = ' ';
    memcpy(text + nbytes + 1, lowered, nbytes);
    CHECK_EQ_U(count_piece(corpus, text, nbytes, ends, 1), TP_OK);
    CHECK_EQ_U(count_piece(corpus, text, nbytes * 2 + 1, ends, 2), TP_OK);
    CHECK_EQ_U(count_piece(corpus, text, nbytes * 2 + 1, NULL, 0), TP_OK);
    CHECK_EQ_U(close_document(corpus), TP_OK);
    contents all = contents_of(corpus);
    CHECK(all.totals.documents == 4 && all.totals.terms == 1 && all.counts[0] == 5 && all.frequencies[0] == 4);
    CHECK_EQ_BYTES(all.terms.data, all.terms.nbytes, lowered, nbytes);
    free_contents(&all);
    tp_corpus_free(corpus);
}

static void test_words_of_every_length(void)
{
    char word[200], lowered[200];
    for (size_t nbytes = 1; nbytes <= sizeof word; nbytes++) {
        for (size_t i = 0; i < nbytes; i++) {
            word[i] = (char)('A' + i % 26);
            lowered[i] = (char)('a' + i % 26);
        }
        check_word_wherever_it_stands(word, lowered, nbytes);
        memcpy(word + nbytes / 3, "É", nbytes > 2 ? 2 : 0);
        memcpy(lowered + nbytes / 3, "é", nbytes > 2 ? 2 : 0);
        check_word_wherever_it_stands(word, lowered, nbytes);
    }
}

/* Counts a word of n times `lead` and one 'Z', twice, once cut in the middle. */
static void check_huge_word(const char *lead, const char *lowered, size_t n)
{
    size_t part = strlen(lead), nbytes = n * part + 1;
    char *word = must_allocate(nbytes), *expected = must_allocate(nbytes);
    for (size_t i = 0; i < n; i++) {
        memcpy(word + i * part, lead, part);
        memcpy(expected + i * part, lowered, part);
    }
    word[nbytes - 1] = 'Z';
    expected[nbytes - 1] = 'z';

    tp_corpus *corpus = new_corpus();
    CHECK_EQ_U(count_piece(corpus, word, nbytes, NULL, 0), TP_OK);
    CHECK_EQ_U(close_document(corpus), TP_OK);
    CHECK_EQ_U(count_piece(corpus, word, n / 2 * part, NULL, 0), TP_OK);
    CHECK_EQ_U(count_piece(corpus, word + n / 2 * part, nbytes - n / 2 * part, NULL, 0), TP_OK);
    CHECK_EQ_U(close_document(corpus), TP_OK);
    contents all = contents_of(corpus);
    CHECK(all.totals.terms == 1 && all.counts[0] == 2 && all.frequencies[0] == 2);
    CHECK_EQ_BYTES(all.terms.data, all.terms.nbytes, expected, nbytes);
    free_contents(&all);
    tp_corpus_free(corpus);
    free(word);
    free(expected);
}

static void test_word_of_a_megabyte(void)
{
    check_huge_word("A", "a", 1 << 20);
    check_huge_word("É", "é", 1 << 19);
}

static void test_many_terms(void)
{
    enum { N = 20000 };
    char *text = must_allocate(N * 8 + 1);
    uint64_t *counts = must_allocate(N * sizeof *counts), n;
    size_t nbytes = 0;
    for (unsigned i = 0; i < N; i++) nbytes += (size_t)sprintf(text + nbytes, "w%u ", i);
    text[nbytes - 1] = '\n';
    tp_corpus *corpus = new_corpus();
    for (int round = 0; round < 2; round++) CHECK_EQ_U(count_lines(corpus, text), TP_OK);
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_DOCUMENT_FREQUENCY, counts, N, &n, NULL), TP_OK);
    CHECK_EQ_U(n, N);
    size_t n_wrong = 0;
    for (size_t i = 0; i < N; i++) n_wrong += counts[i] != 2;
    CHECK_EQ_U(n_wrong, 0);
    tp_corpus_free(corpus);
    free(counts);
    free(text);
}

static tp_word with_hash(const tp_table *table, const uint8_t *text, size_t nbytes, uint64_t hash)
{
    tp_word word = tp_table_word(table, text, nbytes);
    word.hash = hash;
    if (tp_key_is_long(word.key)) word.key.low = hash;
    return word;
}

static uint32_t find(const tp_table *table, const uint8_t *text, size_t nbytes, uint64_t hash)
{
    tp_word word = with_hash(table, text, nbytes, hash);
    return tp_table_find(table, &word);
}

static void append(tp_table *table, const uint8_t *text, size_t nbytes, uint64_t hash)
{
    tp_word word = with_hash(table, text, nbytes, hash);
    tp_table_append(table, &word);
}

/* Words with equal hashes, which the table must tell apart byte by byte, can only be had by giving them such hashes. */
static void check_equal_hashes(size_t nbytes)
{
    const uint64_t hash = UINT64_C(0x0123456789ABCDEF);
    tp_table table = {.hash_key = tp_hash_get_key()};
    uint8_t *term = must_allocate(nbytes);
    memset(term, 'x', nbytes);
    CHECK(tp_table_reserve(&table, nbytes + 1, (nbytes + 1) * nbytes));
    append(&table, term, nbytes, hash);
    for (size_t i = 0; i < nbytes; i++) {
        term[i] = 'y';
        CHECK_EQ_U(find(&table, term, nbytes, hash), TP_NO_TERM);
        append(&table, term, nbytes, hash);
        CHECK_EQ_U(find(&table, term, nbytes, hash), i + 1);
        term[i] = 'x';
        CHECK_EQ_U(find(&table, term, nbytes - 1, hash), TP_NO_TERM);
    }
    CHECK_EQ_U(find(&table, term, nbytes, hash), 0);
    CHECK_EQ_U(find(&table, term, nbytes, ~hash), TP_NO_TERM);
    free(term);
    tp_table_free(&table);
}

static void test_equal_hashes_are_not_equal_words(void)
{
    for (size_t nbytes = 1; nbytes <= 40; nbytes++) check_equal_hashes(nbytes);
}

static void test_table_refuses_what_it_cannot_number(void)
{
    tp_table table = {.hash_key = tp_hash_get_key()};
    CHECK(!tp_table_reserve(&table, TP_MAX_TERMS + 1, 1));
    CHECK(!tp_table_reserve(&table, 1, SIZE_MAX));
    CHECK(table.terms == NULL && table.index.n_slots == 0);
    tp_table_free(&table);
}

static void test_refused_pieces(void)
{
    static const struct {
        const char *text;
        uint64_t ends[3];
        size_t n_ends;
        uint64_t offset;
    } cases[] = {
        {"a b", {4}, 1, 0},                  /* beyond the text */
        {"a b", {1, UINT64_MAX}, 2, 1},
        {"a b c", {3, 1}, 2, 1},             /* descending */
        {"a b c", {1, 1}, 2, 1},             /* the second one would begin behind its end */
        {"a b", {3, 3}, 2, 1},               /* nothing can begin behind the end of the text */
        {"a-b", {1}, 1, 0},                  /* no white space behind it */
        {"a b\xC2\xA0" "c", {1, 3}, 2, 1},   /* white space, but not ASCII */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tp_corpus *corpus = corpus_of("before\n"), *other = new_corpus();
        const uint8_t *text = (const uint8_t *)cases[i].text;
        const tp_batch pieces[] = {{other, text, 1, NULL, 0, NULL, 0},
                                   {corpus, text, strlen(cases[i].text), cases[i].ends, cases[i].n_ends, NULL, 0}};
        tp_error error = {TP_OK, 0, NULL};
        CHECK_EQ_U(tp_corpus_count(pieces, 2, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, cases[i].offset);
        CHECK_HOLDS(corpus, "1 documents, 1 words: before 1/1");
        CHECK_HOLDS(other, "0 documents, 0 words:");
        tp_corpus_free(corpus);
        tp_corpus_free(other);
    }
}

/* ---- Open documents: text cut into pieces ------------------------------------------------------------------------------ */

static void test_open_document_goes_on_in_the_next_piece(void)
{
    tp_corpus *corpus = corpus_of("one\none tw");
    CHECK_HOLDS(corpus, "1 documents, 2 words: one 2/2");
    count_lines(corpus, "o o");
    CHECK_HOLDS(corpus, "1 documents, 3 words: one 2/2, two 1/1");
    count_lines(corpus, "n");
    count_lines(corpus, "e two\ntwo\n");
    CHECK_HOLDS(corpus, "3 documents, 6 words: one 3/2, two 3/2");
    tp_corpus_free(corpus);
}

static bool is_boundary(const char *text, size_t i) { return ((uint8_t)text[i] & 0xC0) != 0x80; }

/* Counts text[start … stop] with those ends that lie in it; one at `start` itself belongs to it only if `owns_start`, one at
 * `stop` only if `owns_stop`. */
static tp_status count_slice(tp_corpus *corpus, const char *text, size_t start, size_t stop, bool owns_start, bool owns_stop,
                             const uint64_t *ends, size_t n_ends)
{
    uint64_t own[16];
    size_t n_own = 0;
    for (size_t i = 0; i < n_ends; i++) {
        bool is_behind_start = ends[i] > start || (ends[i] == start && owns_start);
        bool is_before_stop = ends[i] < stop || (ends[i] == stop && owns_stop);
        if (is_behind_start && is_before_stop) own[n_own++] = ends[i] - start;
    }
    return count_piece(corpus, text + start, stop - start, own, n_own);
}

/* Three slices; an end that lies just where it is cut belongs to the slice before or behind. */
static void check_cut_twice(tp_corpus *expected, const char *text, size_t one, size_t two, bool goes_before,
                            const uint64_t *ends, size_t n_ends)
{
    tp_corpus *corpus = new_corpus();
    bool is_counted = count_slice(corpus, text, 0, one, true, goes_before, ends, n_ends) == TP_OK &&
                      count_slice(corpus, text, one, two, !goes_before, goes_before, ends, n_ends) == TP_OK &&
                      count_slice(corpus, text, two, strlen(text), !goes_before, true, ends, n_ends) == TP_OK;
    if (!CHECK(is_counted) || !CHECK(is_same(corpus, expected))) {
        printf("    \"%s\" with %zu ends, cut at %zu and %zu\n", text, n_ends, one, two);
    }
    tp_corpus_free(corpus);
}

static void check_every_cut(const char *text, const uint64_t *ends, size_t n_ends)
{
    tp_corpus *expected = new_corpus();
    CHECK_EQ_U(count_piece(expected, text, strlen(text), ends, n_ends), TP_OK);
    for (size_t one = 1; one < strlen(text); one++) {
        for (size_t two = one; two < strlen(text); two++) {
            if (!is_boundary(text, one) || !is_boundary(text, two)) continue;
            check_cut_twice(expected, text, one, two, true, ends, n_ends);
            if (two > one) check_cut_twice(expected, text, one, two, false, ends, n_ends);
        }
    }
    tp_corpus_free(expected);
}

/* Every choice of documents from the places where one can end. */
static void check_every_choice_of_ends(const char *text)
{
    uint64_t places[8], ends[8];
    size_t n_places = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n') places[n_places++] = i;
    }
    places[n_places++] = strlen(text);
    for (unsigned chosen = 0; chosen < 1u << n_places; chosen++) {
        size_t n_ends = 0;
        for (size_t i = 0; i < n_places; i++) {
            if (chosen >> i & 1) ends[n_ends++] = places[i];
        }
        check_every_cut(text, ends, n_ends);
    }
}

static void test_cuts_change_nothing(void)
{
    check_every_choice_of_ends("ab Ab\n\tabÉa B");
    check_every_choice_of_ends(" a\xE3\x80\x80" "ΑΣ ΑΣ\xC2\xA0" "aİ\n");
}

/* ---- Many pieces at once ----------------------------------------------------------------------------------------------- */

static void test_pieces_counted_at_once_and_appended_in_order(void)
{
    enum { MOST = 7 };
    static const char *const slices[MOST] = {"the hare ran\nand the", " tortoise\nwon the race\n", "", "\n\nthe", " end ",
                                             "and\n", "again the race"};
    for (size_t n = 1; n <= MOST; n++) {
        tp_corpus *expected = new_corpus();
        tp_batch pieces[MOST];
        uint64_t ends[MOST][32];
        for (size_t i = 0; i < n; i++) {
            count_lines(expected, slices[i]);
            if (slices[i][0] != '\0') count_lines(expected, " "); /* where a piece is appended, a word ends */
            pieces[i] = (tp_batch){new_corpus(), (const uint8_t *)slices[i], strlen(slices[i]), ends[i],
                                   find_ends(slices[i], ends[i]), NULL, 0};
        }
        CHECK_EQ_U(tp_corpus_count(pieces, n, NULL), TP_OK);
        for (size_t i = 1; i < n; i++) CHECK_EQ_U(append_and_free(pieces[0].corpus, pieces[i].corpus), TP_OK);
        close_document(expected);
        close_document(pieces[0].corpus);
        CHECK_SAME_SNAPSHOT(pieces[0].corpus, expected);
        tp_corpus_free(pieces[0].corpus);
        tp_corpus_free(expected);
    }
}

/* ---- Appending --------------------------------------------------------------------------------------------------------- */

static void test_append_adds_behind_and_empties_the_part(void)
{
    tp_corpus *corpus = corpus_of("a b\n"), *part = corpus_of("b c\n");
    CHECK_EQ_U(tp_corpus_append(corpus, part, 0, 0, NULL), TP_OK);
    CHECK_HOLDS(corpus, "2 documents, 4 words: a 1/1, b 2/2, c 1/1");
    CHECK_HOLDS(part, "0 documents, 0 words:");
    count_lines(part, "d\n");
    CHECK_HOLDS(part, "1 documents, 1 words: d 1/1");
    CHECK_EQ_U(append_and_free(corpus, part), TP_OK);
    CHECK_HOLDS(corpus, "3 documents, 5 words: a 1/1, b 2/2, c 1/1, d 1/1");
    tp_corpus_free(corpus);
}

static void test_append_to_and_of_nothing(void)
{
    tp_corpus *corpus = new_corpus();
    CHECK_EQ_U(append_and_free(corpus, new_corpus()), TP_OK);
    CHECK_HOLDS(corpus, "0 documents, 0 words:");
    CHECK_EQ_U(append_and_free(corpus, corpus_of("a\n\n")), TP_OK);
    CHECK_HOLDS(corpus, "2 documents, 1 words: a 1/1");
    CHECK_EQ_U(append_and_free(corpus, new_corpus()), TP_OK);
    CHECK_HOLDS(corpus, "2 documents, 1 words: a 1/1");
    tp_corpus_free(corpus);
}

static void test_append_to_documents_without_words(void)
{
    const char letters[] = "a b c d e f g h i j k l m n o p q r s t u v w x y z\n";
    tp_corpus *corpus = corpus_of("\n"), *expected = corpus_of("\n");
    count_lines(expected, letters);
    CHECK_EQ_U(append_and_free(corpus, corpus_of(letters)), TP_OK);
    CHECK_SAME_SNAPSHOT(corpus, expected);
    tp_corpus_free(corpus);
    tp_corpus_free(expected);
}

static void test_append_continues_the_open_document(void)
{
    tp_corpus *corpus = corpus_of("x\na b ");
    CHECK_EQ_U(append_and_free(corpus, corpus_of("b a c\na\n")), TP_OK);
    CHECK_HOLDS(corpus, "3 documents, 7 words: x 1/1, a 3/2, b 2/1, c 1/1");
    tp_corpus_free(corpus);
}

static void test_append_ends_the_word_that_was_open(void)
{
    tp_corpus *corpus = corpus_of("a B");
    CHECK_EQ_U(append_and_free(corpus, corpus_of("b c\nb\n")), TP_OK);
    CHECK_HOLDS(corpus, "2 documents, 5 words: a 1/1, b 3/2, c 1/1");
    tp_corpus_free(corpus);

    corpus = corpus_of("İ");
    CHECK_EQ_U(append_and_free(corpus, corpus_of("x\n")), TP_OK);
    CHECK_HOLDS(corpus, "1 documents, 2 words: i\xCC\x87 1/1, x 1/1");
    tp_corpus_free(corpus);
}

static void test_append_takes_over_what_is_open_in_the_part(void)
{
    tp_corpus *corpus = corpus_of("a\n");
    CHECK_EQ_U(append_and_free(corpus, corpus_of("a ca")), TP_OK);
    count_lines(corpus, "t a\n");
    CHECK_HOLDS(corpus, "2 documents, 4 words: a 3/2, cat 1/1");
    tp_corpus_free(corpus);
}

static void test_document_open_over_many_appends(void)
{
    tp_corpus *corpus = corpus_of("a b");
    CHECK_EQ_U(append_and_free(corpus, corpus_of("b c")), TP_OK);
    CHECK_EQ_U(append_and_free(corpus, corpus_of("c a")), TP_OK);
    CHECK_EQ_U(append_and_free(corpus, corpus_of("\na\n")), TP_OK);
    CHECK_HOLDS(corpus, "2 documents, 7 words: a 3/2, b 2/1, c 2/1");
    tp_corpus_free(corpus);
}

static void test_append_of_nothing_leaves_the_document_open(void)
{
    tp_corpus *corpus = corpus_of("a b");
    CHECK_EQ_U(append_and_free(corpus, new_corpus()), TP_OK);
    count_lines(corpus, " a\n");
    CHECK_HOLDS(corpus, "1 documents, 3 words: a 2/1, b 1/1");
    count_lines(corpus, "c");
    CHECK_EQ_U(append_and_free(corpus, new_corpus()), TP_OK);
    size_t nbytes;
    CHECK_EQ_U(tp_corpus_write(corpus, NULL, 0, &nbytes, NULL), TP_INVALID_ARGUMENT); /* as it is open */
    tp_corpus_free(corpus);
}

/* Writes the i-th text over the letters a, b, blank and line end: 21 texts of at most two bytes. */
static const char *small_text(unsigned i, char *text)
{
    static const char letters[] = "ab \n";
    size_t nbytes = i == 0 ? 0 : i < 5 ? 1 : 2;
    unsigned code = i == 0 ? 0 : i < 5 ? i - 1 : i - 5;
    for (size_t k = 0; k < nbytes; k++, code /= 4) text[k] = letters[code % 4];
    text[nbytes] = '\0';
    return text;
}

/* What three texts are when joined: one that ends in an open document has its last word ended there. */
static void join(const char *const *texts, char *joined)
{
    joined[0] = '\0';
    for (size_t i = 0; i < 3; i++) {
        size_t nbytes = strlen(joined);
        if (nbytes > 0 && joined[nbytes - 1] != '\n') strcat(joined, " ");
        strcat(joined, texts[i]);
    }
}

static void check_appending_three(const char *const *texts)
{
    char joined[16];
    join(texts, joined);
    tp_corpus *one_by_one = corpus_of(texts[0]), *last_two_first = corpus_of(texts[0]), *last_two = corpus_of(texts[1]);
    tp_corpus *at_once = corpus_of(joined);
    append_and_free(one_by_one, corpus_of(texts[1]));
    append_and_free(one_by_one, corpus_of(texts[2]));
    append_and_free(last_two, corpus_of(texts[2]));
    append_and_free(last_two_first, last_two);
    close_document(one_by_one);
    close_document(last_two_first);
    close_document(at_once);
    CHECK_SAME_SNAPSHOT(one_by_one, last_two_first);
    CHECK_SAME_SNAPSHOT(one_by_one, at_once);
    tp_corpus_free(one_by_one);
    tp_corpus_free(last_two_first);
    tp_corpus_free(at_once);
}

static void test_append_is_associative(void)
{
    enum { N = 21 };
    for (unsigned i = 0; i < N * N * N; i++) {
        char one[3], two[3], three[3];
        const char *const texts[] = {small_text(i % N, one), small_text(i / N % N, two), small_text(i / N / N, three)};
        check_appending_three(texts);
    }
}

/* Counts words that a number from `first` on is spelled by, more than one thread is started for. */
static void count_numbers(tp_corpus *corpus, unsigned first, unsigned n, bool is_open_at_end)
{
    char *text = must_allocate((size_t)n * 24);
    size_t nbytes = 0;
    for (unsigned i = first; i < first + n; i++) {
        nbytes += (size_t)sprintf(text + nbytes, i % 5 == 0 ? "number-of-sixteen-%u " : "n%u ", i / 2);
    }
    const uint64_t end = nbytes;
    CHECK_EQ_U(count_piece(corpus, text, nbytes, &end, is_open_at_end ? 0 : 1), TP_OK);
    free(text);
}

static void test_join_is_appending_one_after_the_other(void)
{
    enum { N = 100000, N_PARTS = 4 };
    tp_corpus *parts[N_PARTS], *expected = new_corpus();
    for (unsigned i = 0; i < N_PARTS; i++) {
        parts[i] = new_corpus();
        count_numbers(parts[i], i * N / 3, N, i % 2 == 0);
        count_numbers(expected, i * N / 3, N, i % 2 == 0);
    }
    CHECK_EQ_U(tp_corpus_join(parts, N_PARTS, NULL), TP_OK);
    CHECK_SAME_SNAPSHOT(parts[0], expected);
    for (unsigned i = 1; i < N_PARTS; i++) CHECK_HOLDS(parts[i], "0 documents, 0 words:");
    CHECK_EQ_U(tp_corpus_join(parts, 1, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_join((tp_corpus *[]){expected, expected}, 2, NULL), TP_INVALID_ARGUMENT);
    CHECK_SAME_SNAPSHOT(parts[0], expected);
    for (unsigned i = 0; i < N_PARTS; i++) tp_corpus_free(parts[i]);
    tp_corpus_free(expected);
}

static void test_append_moves_the_position(void)
{
    tp_corpus *corpus = corpus_of("a\n"), *part = corpus_of("b\n");
    tp_totals totals;
    CHECK_EQ_U(tp_corpus_append(corpus, part, 0, 100, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_append(corpus, part, 100, 70, NULL), TP_OK);
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.position, 70);
    tp_corpus_get_totals(part, &totals);
    CHECK_EQ_U(totals.position, 0);
    tp_corpus_free(corpus);
    tp_corpus_free(part);
}

static void test_stale_append_changes_nothing(void)
{
    tp_corpus *corpus = corpus_of("a\n"), *part = corpus_of("b\n"), *empty = new_corpus();
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_corpus_append(corpus, part, 1, 2, &error), TP_STALE);
    CHECK_EQ_U(error.status, TP_STALE);
    CHECK_EQ_U(tp_corpus_append(empty, part, 1, 2, NULL), TP_STALE);
    CHECK_HOLDS(corpus, "1 documents, 1 words: a 1/1");
    CHECK_HOLDS(part, "1 documents, 1 words: b 1/1");
    CHECK_HOLDS(empty, "0 documents, 0 words:");
    CHECK_EQ_U(append_and_free(corpus, part), TP_OK);
    tp_corpus_free(corpus);
    tp_corpus_free(empty);
}

static void test_append_to_itself_is_refused(void)
{
    tp_corpus *corpus = corpus_of("a\n");
    CHECK_EQ_U(tp_corpus_append(corpus, corpus, 0, 0, NULL), TP_INVALID_ARGUMENT);
    CHECK_HOLDS(corpus, "1 documents, 1 words: a 1/1");
    tp_corpus_free(corpus);
}

/* ---- Copying ----------------------------------------------------------------------------------------------------------- */

static tp_corpus *copy_of(tp_corpus *source)
{
    tp_corpus *copy = NULL;
    if (!CHECK_EQ_U(tp_corpus_copy(source, &copy, NULL), TP_OK)) abort();
    return copy;
}

static void test_copy_is_equal_and_independent(void)
{
    tp_corpus *source = corpus_of("a b\nb\n"), *copy = copy_of(source);
    CHECK_HOLDS(copy, "2 documents, 3 words: a 1/1, b 2/2");
    count_lines(copy, "c b\n");
    count_lines(source, "d\n");
    CHECK_HOLDS(copy, "3 documents, 5 words: a 1/1, b 3/3, c 1/1");
    CHECK_HOLDS(source, "3 documents, 4 words: a 1/1, b 2/2, d 1/1");
    tp_corpus_free(source);
    tp_corpus_free(copy);
}

static void test_copy_has_the_open_document_too(void)
{
    tp_corpus *source = corpus_of("a b\na ca"), *copy = copy_of(source);
    tp_corpus_free(source);
    count_lines(copy, "t a\n");
    CHECK_HOLDS(copy, "2 documents, 5 words: a 3/2, b 1/1, cat 1/1");
    tp_corpus_free(copy);
}

static void test_copy_has_the_position_too(void)
{
    tp_corpus *source = new_corpus(), *part = new_corpus();
    tp_totals totals;
    tp_corpus_append(source, part, 0, 9, NULL);
    tp_corpus *copy = copy_of(source);
    tp_corpus_get_totals(copy, &totals);
    CHECK_EQ_U(totals.position, 9);
    CHECK_HOLDS(copy, "0 documents, 0 words:");
    tp_corpus_free(source);
    tp_corpus_free(part);
    tp_corpus_free(copy);
}

/* ---- Questions: measures and terms ------------------------------------------------------------------------------------- */

static void test_measures(void)
{
    tp_corpus *corpus = corpus_of("a b a\na\n");
    const uint64_t counts[] = {3, 1}, frequencies[] = {2, 1};
    uint64_t values[2], n = 0;
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_COUNT, values, 2, &n, NULL), TP_OK);
    CHECK_EQ_BYTES(values, n * sizeof *values, counts, sizeof counts);
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_DOCUMENT_FREQUENCY, values, 2, &n, NULL), TP_OK);
    CHECK_EQ_BYTES(values, n * sizeof *values, frequencies, sizeof frequencies);
    tp_corpus_free(corpus);
}

static void test_measure_needs_room_and_a_name(void)
{
    tp_corpus *corpus = corpus_of("a b\n"), *empty = new_corpus();
    uint64_t values[1] = {77}, n = 0;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_COUNT, values, 1, &n, &error), TP_TOO_SMALL);
    CHECK_EQ_U(error.status, TP_TOO_SMALL);
    CHECK_EQ_U(n, 2);
    CHECK_EQ_U(values[0], 77);
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, (tp_frequency_kind)2, values, 1, &n, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_corpus_get_frequencies(empty, TP_COUNT, NULL, 0, &n, NULL), TP_OK);
    CHECK_EQ_U(n, 0);
    tp_corpus_free(corpus);
    tp_corpus_free(empty);
}

static void test_runs_of_terms(void)
{
    static const struct {
        uint64_t first, n;
        const char *expected;
    } cases[] = {{0, 3, "a\nbee\nc"}, {1, 2, "bee\nc"}, {0, 1, "a"}, {2, 1, "c"}, {0, 0, ""}, {3, 0, ""}};
    tp_corpus *corpus = corpus_of("a bee c\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t expected = strlen(cases[i].expected), nbytes = 99;
        uint64_t first = cases[i].first, n = cases[i].n;
        uint8_t *text = must_allocate(expected);
        if (expected > 0) {
            CHECK_EQ_U(tp_corpus_get_terms(corpus, first, n, text, expected - 1, &nbytes, NULL), TP_TOO_SMALL);
            CHECK_EQ_U(nbytes, expected);
        }
        CHECK_EQ_U(tp_corpus_get_terms(corpus, first, n, text, expected, &nbytes, NULL), TP_OK);
        CHECK_EQ_BYTES(text, nbytes, cases[i].expected, expected);
        free(text);
    }
    tp_corpus_free(corpus);
}

static void test_runs_of_terms_that_are_not_there(void)
{
    tp_corpus *corpus = corpus_of("a bee c\n"), *empty = new_corpus();
    const uint64_t bad[][2] = {{0, 4}, {3, 1}, {4, 0}, {UINT64_MAX, 1}, {1, UINT64_MAX}, {2, UINT64_MAX - 1}};
    uint8_t text[100];
    size_t nbytes;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_EQ_U(tp_corpus_get_terms(corpus, bad[i][0], bad[i][1], text, sizeof text, &nbytes, NULL), TP_INVALID_ARGUMENT);
    }
    CHECK_EQ_U(tp_corpus_get_terms(empty, 0, 1, text, sizeof text, &nbytes, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_corpus_get_terms(empty, 0, 0, NULL, 0, &nbytes, NULL), TP_OK);
    CHECK_EQ_U(nbytes, 0);
    tp_corpus_free(corpus);
    tp_corpus_free(empty);
}

static void test_runs_of_counts(void)
{
    tp_corpus *corpus = corpus_of("a bee a\nbee a c\n"), *empty = new_corpus();
    const uint64_t expected[] = {3, 2, 1};
    for (uint64_t first = 0; first <= 3; first++) {
        for (uint64_t n = 0; n <= 3 - first; n++) {
            uint64_t *counts = must_allocate(n * sizeof *counts);
            CHECK_EQ_U(tp_corpus_get_counts(corpus, first, n, counts, NULL), TP_OK);
            CHECK_EQ_BYTES(counts, n * sizeof *counts, expected + first, n * sizeof *counts);
            free(counts);
        }
    }
    const uint64_t bad[][2] = {{0, 4}, {3, 1}, {4, 0}, {UINT64_MAX, 1}, {1, UINT64_MAX}, {2, UINT64_MAX - 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_EQ_U(tp_corpus_get_counts(corpus, bad[i][0], bad[i][1], NULL, NULL), TP_INVALID_ARGUMENT);
    }
    CHECK_EQ_U(tp_corpus_get_counts(empty, 0, 0, NULL, NULL), TP_OK);
    tp_corpus_free(corpus);
    tp_corpus_free(empty);
}

static void test_picked_terms(void)
{
    tp_corpus *corpus = corpus_of("a bee c\n");
    const uint64_t ids[] = {2, 1, 1, 0};
    block text = exact_copy("c\nbee\nbee\na", 11), found = {must_allocate(11), 0};
    CHECK_EQ_U(tp_corpus_pick_terms(corpus, ids, 4, found.data, 10, &found.nbytes, NULL), TP_TOO_SMALL);
    CHECK_EQ_U(found.nbytes, 11);
    CHECK_EQ_U(tp_corpus_pick_terms(corpus, ids, 4, found.data, 11, &found.nbytes, NULL), TP_OK);
    CHECK_EQ_BYTES(found.data, found.nbytes, text.data, text.nbytes);
    CHECK_EQ_U(tp_corpus_pick_terms(corpus, NULL, 0, NULL, 0, &found.nbytes, NULL), TP_OK);
    CHECK_EQ_U(found.nbytes, 0);
    free(text.data);
    free(found.data);
    tp_corpus_free(corpus);
}

static void test_picked_terms_must_be_there(void)
{
    tp_corpus *corpus = corpus_of("a bee c\n");
    const uint64_t ids[] = {0, 2, 3}, far[] = {UINT64_MAX};
    uint8_t text[100];
    size_t nbytes;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_corpus_pick_terms(corpus, ids, 3, text, sizeof text, &nbytes, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 2);
    CHECK_EQ_U(tp_corpus_pick_terms(corpus, far, 1, text, sizeof text, &nbytes, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 0);
    tp_corpus_free(corpus);
}

/* ---- Questions: the most frequent terms -------------------------------------------------------------------------------- */

/* Asks for the top n and holds them against all terms sorted: the most frequent first, then the first seen. */
static void check_top(tp_corpus *corpus, const uint64_t *counts, size_t n_terms, const uint64_t *sorted, size_t n)
{
    size_t expected = n < n_terms ? n : n_terms;
    uint64_t *ids = must_allocate(expected * sizeof *ids), *found = must_allocate(expected * sizeof *found), n_given;
    CHECK_EQ_U(tp_corpus_get_top(corpus, n, ids, found, &n_given, NULL), TP_OK);
    CHECK_EQ_U(n_given, expected);
    size_t n_wrong = 0;
    for (size_t i = 0; i < expected; i++) n_wrong += ids[i] != sorted[i] || found[i] != counts[sorted[i]];
    CHECK_EQ_U(n_wrong, 0);
    free(ids);
    free(found);
}

/* Counts term i of n_terms counts[i] times, then asks for the top of every length. */
static void check_every_top(const uint64_t *counts, size_t n_terms)
{
    tp_corpus *corpus = new_corpus();
    uint64_t *sorted = must_allocate(n_terms * sizeof *sorted);
    for (size_t i = 0; i < n_terms; i++) {
        block text = {must_allocate(counts[i] * 8), 0};
        for (uint64_t k = 0; k < counts[i]; k++) {
            char word[9];
            text.nbytes += (size_t)sprintf(word, "w%u ", (unsigned)i % 1000000);
            memcpy(text.data + text.nbytes - strlen(word), word, strlen(word));
        }
        count_piece(corpus, text.data, text.nbytes, NULL, 0);
        free(text.data);
        size_t place = i;
        for (; place > 0 && counts[sorted[place - 1]] < counts[i]; place--) sorted[place] = sorted[place - 1];
        sorted[place] = i;
    }
    for (size_t n = 0; n <= n_terms + 2; n++) check_top(corpus, counts, n_terms, sorted, n);
    check_top(corpus, counts, n_terms, sorted, SIZE_MAX);
    free(sorted);
    tp_corpus_free(corpus);
}

static void test_top_with_many_equal_counts(void)
{
    enum { N = 300 };
    uint64_t counts[N], state = 1;
    for (size_t i = 0; i < N; i++) counts[i] = 1 + random_below(&state, 4);
    check_every_top(counts, N);
    for (size_t i = 0; i < N; i++) counts[i] = 1;
    check_every_top(counts, N);
    for (size_t i = 0; i < N; i++) counts[i] = 1 + i;
    check_every_top(counts, N);
    for (size_t i = 0; i < N; i++) counts[i] = N - i;
    check_every_top(counts, N);
}

static void test_top_of_counts_of_many_digits(void)
{
    const uint64_t counts[] = {1, 255, 256, 70000, 257, 65535, 65536, 256, 1, 70000, 2};
    check_every_top(counts, sizeof counts / sizeof *counts);
}

static void test_top_of_nothing(void)
{
    tp_corpus *corpus = new_corpus();
    uint64_t n_given = 9;
    CHECK_EQ_U(tp_corpus_get_top(corpus, 5, NULL, NULL, &n_given, NULL), TP_OK);
    CHECK_EQ_U(n_given, 0);
    tp_corpus_free(corpus);
}

/* ---- Questions: looking up --------------------------------------------------------------------------------------------- */

static void test_look_up(void)
{
    tp_corpus *corpus = corpus_of("a bee a\nbee a\n");
    const uint64_t ends[] = {3, 5, 10, 11, 13}; /* bee, a, wasp, the empty word, and A: looked up as it is, not lowered */
    const uint64_t expected[] = {2, 3, 0, 0, 0};
    uint64_t counts[5], documents;
    block words = exact_copy("bee,a,wasp,,A", 13);
    CHECK_EQ_U(tp_corpus_look_up(corpus, words.data, words.nbytes, ends, 5, counts, &documents, NULL), TP_OK);
    CHECK_EQ_BYTES(counts, sizeof counts, expected, sizeof expected);
    CHECK_EQ_U(documents, 2);
    free(words.data);
    tp_corpus_free(corpus);
}

static void test_look_up_of_one_word(void)
{
    tp_corpus *corpus = corpus_of("a bee a\nbee a ab a_word_of_more_than_fifteen_bytes\n"), *empty = new_corpus();
    static const struct {
        const char *word;
        uint64_t count;
    } cases[] = {{"a", 3}, {"bee", 2}, {"ab", 1}, {"A", 0}, {"be", 0}, {"a bee", 0}, {"", 0}, {"a_word_of_more_than_fifteen_bytes", 1},
                 {"a_word_of_more_than_fifteen_bits!", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        block word = exact_copy(cases[i].word, strlen(cases[i].word));
        CHECK_EQ_U(tp_corpus_get_count(corpus, word.data, word.nbytes), cases[i].count);
        CHECK_EQ_U(tp_corpus_get_count(empty, word.data, word.nbytes), 0);
        free(word.data);
    }
    CHECK_EQ_U(tp_corpus_get_count(corpus, NULL, 0), 0);
    tp_corpus_free(corpus);
    tp_corpus_free(empty);
}

static void test_look_up_nothing_and_in_nothing(void)
{
    tp_corpus *empty = new_corpus();
    const uint64_t end = 1, no_end = 0;
    uint64_t count = 9, documents = 9;
    CHECK_EQ_U(tp_corpus_look_up(empty, NULL, 0, NULL, 0, NULL, &documents, NULL), TP_OK);
    CHECK_EQ_U(documents, 0);
    CHECK_EQ_U(tp_corpus_look_up(empty, (const uint8_t *)"a", 1, &end, 1, &count, &documents, NULL), TP_OK);
    CHECK_EQ_U(count, 0);
    CHECK_EQ_U(tp_corpus_look_up(empty, NULL, 0, &no_end, 1, &count, &documents, NULL), TP_OK);
    CHECK_EQ_U(count, 0);
    tp_corpus_free(empty);
}

static void test_look_up_refuses_ends_that_do_not_ascend_within_the_words(void)
{
    tp_corpus *corpus = corpus_of("a\n");
    const uint64_t bad[][2] = {{1, 4}, {1, 0}, {1, 1}, {1, UINT64_MAX}};
    uint64_t counts[2], documents;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tp_error error = {TP_OK, 0, NULL};
        CHECK_EQ_U(tp_corpus_look_up(corpus, (const uint8_t *)"a b", 3, bad[i], 2, counts, &documents, &error),
                   TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, 1);
    }
    tp_corpus_free(corpus);
}

/* ---- One document at a time -------------------------------------------------------------------------------------------- */

typedef struct told {
    tp_corpus *corpus;
    uint64_t indices[8];
    uint64_t n_words[8];
    uint64_t documents_so_far[8];
    size_t n;
    size_t most; /* stops when told of so many */
} told;

static int note_document(void *user, uint64_t index, uint64_t n_words)
{
    told *seen = user;
    tp_totals totals;
    tp_corpus_get_totals(seen->corpus, &totals);
    seen->indices[seen->n] = index;
    seen->n_words[seen->n] = n_words;
    seen->documents_so_far[seen->n] = totals.documents;
    return ++seen->n < seen->most;
}

static tp_status count_each_line(tp_corpus *corpus, const char *lines, tp_on_document on_document, void *user, tp_error *error)
{
    uint64_t ends[32];
    block text = exact_copy(lines, strlen(lines));
    tp_status status = tp_corpus_count_each(&(tp_batch){corpus, text.data, text.nbytes, ends, find_ends(lines, ends), NULL, 0},
                                            on_document, user, error);
    free(text.data);
    return status;
}

static void test_each_document_is_told_of_in_order(void)
{
    const uint64_t indices[] = {0, 1, 2}, n_words[] = {3, 0, 1}, documents[] = {2, 3, 4};
    told seen = {.corpus = corpus_of("before\n"), .most = 8};
    CHECK_EQ_U(count_each_line(seen.corpus, "a b a\n\na\n", note_document, &seen, NULL), TP_OK);
    CHECK_EQ_BYTES(seen.indices, seen.n * sizeof(uint64_t), indices, sizeof indices);
    CHECK_EQ_BYTES(seen.n_words, seen.n * sizeof(uint64_t), n_words, sizeof n_words);
    CHECK_EQ_BYTES(seen.documents_so_far, seen.n * sizeof(uint64_t), documents, sizeof documents);
    CHECK_HOLDS(seen.corpus, "4 documents, 5 words: before 1/1, a 3/2, b 1/1");
    tp_corpus_free(seen.corpus);
}

static void test_cancelling_keeps_what_was_told_of(void)
{
    told seen = {.corpus = new_corpus(), .most = 2};
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(count_each_line(seen.corpus, "a b\nb c\nc d\n", note_document, &seen, &error), TP_CANCELLED);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(seen.n, 2);
    CHECK_HOLDS(seen.corpus, "2 documents, 4 words: a 1/1, b 2/2, c 1/1");
    tp_corpus_free(seen.corpus);
}

static void test_each_document_of_nothing(void)
{
    told seen = {.corpus = new_corpus(), .most = 8};
    const uint64_t end = 0;
    CHECK_EQ_U(tp_corpus_count_each(&(tp_batch){seen.corpus, NULL, 0, NULL, 0, NULL, 0}, note_document, &seen, NULL), TP_OK);
    CHECK_EQ_U(seen.n, 0);
    CHECK_EQ_U(tp_corpus_count_each(&(tp_batch){seen.corpus, NULL, 0, &end, 1, NULL, 0}, note_document, &seen, NULL), TP_OK);
    CHECK_EQ_U(seen.n, 1);
    CHECK_HOLDS(seen.corpus, "1 documents, 0 words:");
    tp_corpus_free(seen.corpus);
}

static void test_each_document_refuses_bad_pieces(void)
{
    told seen = {.corpus = new_corpus(), .most = 8};
    tp_error error = {TP_OK, 0, NULL};
    const uint64_t ends[] = {1, 5};
    const tp_batch piece = {seen.corpus, (const uint8_t *)"a b", 3, ends, 2, NULL, 0};
    CHECK_EQ_U(tp_corpus_count_each(&piece, note_document, &seen, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(seen.n, 0);
    CHECK_HOLDS(seen.corpus, "0 documents, 0 words:");
    tp_corpus_free(seen.corpus);
}

static void test_each_document_leaves_none_open(void)
{
    told seen = {.corpus = new_corpus(), .most = 8};
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(count_each_line(seen.corpus, "a\nb", note_document, &seen, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(count_each_line(seen.corpus, "b", note_document, &seen, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 0);
    CHECK_EQ_U(seen.n, 0);
    CHECK_HOLDS(seen.corpus, "0 documents, 0 words:");
    tp_corpus_free(seen.corpus);
}

/* Appends a document of its own, which needs the lock that counting takes. */
static int append_one(void *user, uint64_t index, uint64_t n_words)
{
    (void)index;
    (void)n_words;
    return append_and_free(user, corpus_of("extra\n")) == TP_OK;
}

static void test_callback_may_change_the_corpus(void)
{
    tp_corpus *corpus = new_corpus();
    CHECK_EQ_U(count_each_line(corpus, "a\nb\n", append_one, corpus, NULL), TP_OK);
    CHECK_HOLDS(corpus, "4 documents, 4 words: a 1/1, extra 2/2, b 1/1");
    tp_corpus_free(corpus);
}

/* ---- Random texts ------------------------------------------------------------------------------------------------------ */

/* What text is made of here. The first four may end a document. */
static const struct {
    const char *bytes;
    size_t nbytes;
    bool is_space;
} units[] = {
    {" ", 1, true},         {"\n", 1, true},        {"\t", 1, true},        {"\x1F", 1, true},       {"\xC2\xA0", 2, true},
    {"\xE3\x80\x80", 3, true}, {"\xE2\x80\xA9", 3, true}, {"a", 1, false},  {"B", 1, false},         {"b", 1, false},
    {"\0", 1, false},       {"é", 2, false},        {"É", 2, false},        {"Σ", 2, false},         {"İ", 2, false},
    {"\xE2\x80\x8B", 3, false}, {"世", 3, false},   {"\xF0\x9F\x8C\x8D", 4, false},
};
enum { N_UNITS = sizeof units / sizeof *units, N_ENDING_UNITS = 4, MOST_UNITS = 200, MOST_NBYTES = 4 * MOST_UNITS };

typedef struct random_text {
    uint8_t bytes[MOST_NBYTES];
    size_t nbytes;
    uint64_t ends[MOST_UNITS];
    size_t n_ends;
} random_text;

/* The plain way to count: a list of terms, searched from its beginning. */
typedef struct list_entry {
    uint8_t term[3 * MOST_NBYTES / 2];
    size_t nbytes;
    uint64_t count, frequency, last_document;
} list_entry;

typedef struct list_counter {
    list_entry entries[MOST_UNITS];
    size_t n;
    uint64_t documents, words;
    uint8_t word[MOST_NBYTES];
    size_t word_nbytes;
} list_counter;

static void end_word(list_counter *list)
{
    if (list->word_nbytes == 0) return;
    list_entry *end = &list->entries[list->n], *entry = list->entries;
    end->nbytes = tp_lower_word(list->word, list->word_nbytes, TP_UNICODE_NEWEST, end->term);
    end->count = end->frequency = 0;
    end->last_document = UINT64_MAX;
    while (entry->nbytes != end->nbytes || memcmp(entry->term, end->term, end->nbytes) != 0) entry++;
    if (entry == end) list->n++;
    entry->count++;
    entry->frequency += entry->last_document != list->documents;
    entry->last_document = list->documents;
    list->words++;
    list->word_nbytes = 0;
}

static void add_unit(random_text *text, list_counter *list, size_t unit, bool is_end)
{
    if (units[unit].is_space) {
        end_word(list);
    } else {
        memcpy(list->word + list->word_nbytes, units[unit].bytes, units[unit].nbytes);
        list->word_nbytes += units[unit].nbytes;
    }
    if (is_end) {
        text->ends[text->n_ends++] = text->nbytes;
        list->documents++;
    }
    memcpy(text->bytes + text->nbytes, units[unit].bytes, units[unit].nbytes);
    text->nbytes += units[unit].nbytes;
}

static void make_random_text(uint64_t *state, random_text *text, list_counter *list)
{
    text->nbytes = text->n_ends = 0;
    *list = (list_counter){.n = 0};
    uint64_t n = random_below(state, MOST_UNITS), n_kinds = 1 + random_below(state, N_UNITS);
    for (uint64_t i = 0; i < n; i++) {
        size_t unit = (size_t)random_below(state, n_kinds);
        if (random_below(state, 3) != 0) unit = 7 + (size_t)random_below(state, N_UNITS - 7);
        add_unit(text, list, unit, unit < N_ENDING_UNITS && random_below(state, 3) == 0);
    }
    end_word(list);
    text->ends[text->n_ends++] = text->nbytes;
    list->documents++;
}

static void check_against_list(tp_corpus *corpus, const list_counter *list)
{
    contents all = contents_of(corpus);
    CHECK_EQ_U(all.totals.documents, list->documents);
    CHECK_EQ_U(all.totals.words, list->words);
    if (CHECK_EQ_U(all.totals.terms, list->n)) {
        for (uint64_t i = 0; i < list->n; i++) {
            uint8_t term[MOST_NBYTES * 2];
            size_t nbytes = 0;
            CHECK_EQ_U(tp_corpus_get_terms(corpus, i, 1, term, sizeof term, &nbytes, NULL), TP_OK);
            CHECK_EQ_BYTES(term, nbytes, list->entries[i].term, list->entries[i].nbytes);
            CHECK_EQ_U(all.counts[i], list->entries[i].count);
            CHECK_EQ_U(all.frequencies[i], list->entries[i].frequency);
        }
    }
    free_contents(&all);
}

static void test_random_texts_against_a_plain_list(void)
{
    static random_text text;
    static list_counter list;
    uint64_t state = 20240229;
    for (int i = 0; i < 3000; i++) {
        make_random_text(&state, &text, &list);
        tp_corpus *corpus = new_corpus();
        CHECK_EQ_U(count_piece(corpus, text.bytes, text.nbytes, text.ends, text.n_ends), TP_OK);
        check_against_list(corpus, &list);
        tp_corpus_free(corpus);
    }
}

/* ---- Text that is not UTF-8 -------------------------------------------------------------------------------------------- */

/* Bytes that come at the edges of UTF-8 more often than by chance. */
static uint8_t random_byte(uint64_t *state)
{
    static const uint8_t edges[] = {0x20, 0x41, 0x80, 0x9A, 0xA0, 0xC2, 0xC4, 0xB0,
                                    0xCE, 0xA3, 0xE1, 0xE2, 0xE3, 0xED, 0xF0, 0xF4};
    uint64_t number = random_next(state);
    return number & 1 ? edges[(number >> 8) % sizeof edges] : (uint8_t)(number >> 8);
}

/* The sanitizers and valgrind see the blocks' ends; here it is enough that the same bytes give the same counts again. */
static void test_nonsense_is_counted_within_bounds(void)
{
    uint64_t state = 99;
    for (int i = 0; i < 10000; i++) {
        uint8_t bytes[64];
        size_t nbytes = (size_t)random_below(&state, sizeof bytes + 1), cut = (size_t)random_below(&state, nbytes + 1);
        for (size_t k = 0; k < nbytes; k++) bytes[k] = random_byte(&state);
        tp_corpus *corpus = new_corpus(), *again = new_corpus();
        CHECK_EQ_U(count_piece(corpus, bytes, cut, NULL, 0), TP_OK);
        CHECK_EQ_U(count_piece(corpus, bytes + cut, nbytes - cut, NULL, 0), TP_OK);
        CHECK_EQ_U(close_document(corpus), TP_OK);
        CHECK_EQ_U(count_piece(again, bytes, cut, NULL, 0), TP_OK);
        CHECK_EQ_U(count_piece(again, bytes + cut, nbytes - cut, NULL, 0), TP_OK);
        CHECK_EQ_U(close_document(again), TP_OK);
        CHECK(is_same(corpus, again));
        tp_corpus_free(corpus);
        tp_corpus_free(again);
    }
}

int main(void)
{
    RUN(test_new_corpus_is_empty);
    RUN(test_words_are_counted_lowered_in_first_seen_order);
    RUN(test_counting_goes_on_behind_what_was_counted);
    RUN(test_documents_without_words_count);
    RUN(test_nothing_to_count);
    RUN(test_last_document_needs_no_byte_behind_it);
    RUN(test_last_document_may_be_empty);
    RUN(test_words_are_parted_as_python_parts_them);
    RUN(test_words_beyond_ascii_are_lowered);
    RUN(test_nul_is_a_character);
    RUN(test_words_of_every_length);
    RUN(test_word_of_a_megabyte);
    RUN(test_many_terms);
    RUN(test_equal_hashes_are_not_equal_words);
    RUN(test_table_refuses_what_it_cannot_number);
    RUN(test_refused_pieces);
    RUN(test_open_document_goes_on_in_the_next_piece);
    RUN(test_cuts_change_nothing);
    RUN(test_pieces_counted_at_once_and_appended_in_order);
    RUN(test_append_adds_behind_and_empties_the_part);
    RUN(test_append_to_and_of_nothing);
    RUN(test_append_to_documents_without_words);
    RUN(test_append_continues_the_open_document);
    RUN(test_append_ends_the_word_that_was_open);
    RUN(test_append_takes_over_what_is_open_in_the_part);
    RUN(test_document_open_over_many_appends);
    RUN(test_append_of_nothing_leaves_the_document_open);
    RUN(test_append_is_associative);
    RUN(test_join_is_appending_one_after_the_other);
    RUN(test_append_moves_the_position);
    RUN(test_stale_append_changes_nothing);
    RUN(test_append_to_itself_is_refused);
    RUN(test_copy_is_equal_and_independent);
    RUN(test_copy_has_the_open_document_too);
    RUN(test_copy_has_the_position_too);
    RUN(test_measures);
    RUN(test_measure_needs_room_and_a_name);
    RUN(test_runs_of_terms);
    RUN(test_runs_of_terms_that_are_not_there);
    RUN(test_runs_of_counts);
    RUN(test_picked_terms);
    RUN(test_picked_terms_must_be_there);
    RUN(test_top_with_many_equal_counts);
    RUN(test_top_of_counts_of_many_digits);
    RUN(test_top_of_nothing);
    RUN(test_look_up);
    RUN(test_look_up_of_one_word);
    RUN(test_look_up_nothing_and_in_nothing);
    RUN(test_look_up_refuses_ends_that_do_not_ascend_within_the_words);
    RUN(test_each_document_is_told_of_in_order);
    RUN(test_cancelling_keeps_what_was_told_of);
    RUN(test_each_document_of_nothing);
    RUN(test_each_document_refuses_bad_pieces);
    RUN(test_each_document_leaves_none_open);
    RUN(test_callback_may_change_the_corpus);
    RUN(test_random_texts_against_a_plain_list);
    RUN(test_nonsense_is_counted_within_bounds);
    return tests_done();
}
