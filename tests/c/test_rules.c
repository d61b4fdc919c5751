/* Words by rules: the scanner for classes beside the definition, by every variant; n-grams, stop words and pruning. */
#include "corpus/words.h"
#include "naive_rule.h"
#include "segment/word_breaks.h"
#include "support.h"

static const char *const variants[] = {"plain", "neon", "avx2", "avx512"};

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

/* A text of characters of one to four bytes, in which runs are short or long. */
static block random_text(uint64_t *state, size_t n)
{
    static const char *const characters[] = {"a", "b", "Z", "_", "-", " ", "\n", ".", "é", "Ā", "我", "€", "𐐀", "\U0010FFFF"};
    block text = {must_allocate(4 * n + 1), 0};
    for (size_t i = 0; i < n; i++) {
        const char *each = characters[random_below(state, random_below(state, 4) == 0 ? N_ITEMS(characters) : 3)];
        memcpy(text.data + text.nbytes, each, strlen(each));
        text.nbytes += strlen(each);
    }
    return text;
}

static tp_words *words_of(const tp_words_options *options)
{
    tp_words *words = NULL;
    CHECK_EQ_U(tp_words_new(options, &words, NULL), TP_OK);
    return words;
}

/* Compares all spans, asked for a few at a time. */
static void check_spans(const naive_rule *rule, block text, size_t capacity)
{
    tp_span spans[64];
    tp_words_options options = naive_options(rule);
    tp_words *words = words_of(&options);
    block exact = exact_copy(text.data, text.nbytes);
    size_t at = 0, n, start = 0, end = 0;
    while ((n = words->rule->next_words(words->rule, exact.data, exact.nbytes, &at, spans, capacity)) > 0) {
        for (size_t i = 0; i < n; i++, start = end) {
            if (!CHECK(naive_match(rule, text.data, text.nbytes, &start, &end))) break;
            CHECK_EQ_U(spans[i].start, start);
            CHECK_EQ_U(spans[i].end, end);
        }
    }
    CHECK(!naive_match(rule, text.data, text.nbytes, &start, &end));
    free(exact.data);
    tp_words_free(words);
}

/* Compares the edges of all words, of a rule without boundaries. */
static void check_edges(const naive_rule *rule, block text)
{
    tp_words_options options = naive_options(rule);
    tp_words *words = words_of(&options);
    if (tp_class_has_edges(words->own_rule)) {
        uint8_t *readable = must_allocate(text.nbytes + 64);
        uint16_t *edges = must_allocate((text.nbytes + 64) * sizeof *edges);
        memset(readable, 'a', text.nbytes + 64); /* what stands behind the text is no part of it */
        if (text.nbytes > 0) memcpy(readable, text.data, text.nbytes);
        size_t n = tp_class_edges(words->own_rule, readable, text.nbytes, edges), start = 0, end = 0;
        for (size_t i = 0; i < n; i++, start = end) {
            if (!CHECK(naive_match(rule, text.data, text.nbytes, &start, &end))) break;
            CHECK_EQ_U(edges[2 * i], start);
            CHECK_EQ_U(edges[2 * i + 1], end);
        }
        CHECK(!naive_match(rule, text.data, text.nbytes, &start, &end));
        free(edges);
        free(readable);
    }
    tp_words_free(words);
}

static void test_spans_are_those_of_the_definition(void)
{
    uint64_t state = 7;
    for (size_t number = 0; number < N_NAIVE_RULES; number++) {
        naive_rule rule = naive_rule_number(number);
        for (size_t i = 0; i < 4; i++) {
            block text = random_text(&state, random_below(&state, 300));
            for (size_t v = 0; v < N_ITEMS(variants); v++) {
                if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
                check_spans(&rule, text, i == 0 ? 1 : 64);
                check_edges(&rule, text);
            }
            free(text.data);
        }
    }
    tp_simd_select(NULL, NULL);
}

static tp_corpus *counted(const tp_words *words, const char *text, size_t piece_nbytes, bool closes)
{
    tp_corpus *corpus = new_corpus();
    size_t nbytes = strlen(text);
    for (size_t start = 0; start <= nbytes; start += piece_nbytes) {
        size_t here = nbytes - start < piece_nbytes ? nbytes - start : piece_nbytes;
        uint64_t ends[400];
        block piece = exact_copy(text + start, here);
        size_t n = 0;
        for (size_t i = 0; i < here; i++) {
            if (piece.data[i] == '\n') ends[n++] = i;
        }
        CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, piece.data, here, ends, n, words, 0}, 1, NULL), TP_OK);
        free(piece.data);
    }
    const uint64_t end = 0;
    if (closes) CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, NULL, 0, &end, 1, words, 0}, 1, NULL), TP_OK);
    return corpus;
}

static void check_terms(tp_corpus *corpus, const char *joined, const uint64_t *counts)
{
    contents all = contents_of(corpus);
    CHECK_EQ_BYTES(all.terms.data, all.terms.nbytes, joined, strlen(joined));
    for (size_t i = 0; i < all.totals.terms; i++) CHECK_EQ_U(all.counts[i], counts[i]);
    free_contents(&all);
}

static void test_grams_and_stop_words(void)
{
    static const uint64_t stop_ends[] = {3, 21};
    tp_words_options options = {.rule = TP_WORDS_OF_CLASS, .members = ascii_letters, .n_members = N_ITEMS(ascii_letters)};
    options.letter_case = TP_CASE_LOWER;
    options.min_length = 2;
    options.least_ngram = 1;
    options.most_ngram = 2;
    options.stop_words = (const uint8_t *)"the\nlongerthanfifteen";
    options.stop_words_nbytes = 21;
    options.stop_word_ends = stop_ends;
    options.n_stop_words = 2;
    tp_words *words = words_of(&options);
    CHECK(!tp_words_can_be_cut(words));
    for (size_t piece = 1; piece < 70; piece++) {
        tp_corpus *corpus = counted(words, "The cat, a LongerThanFifteen.. the dog\ncat the dog bird fishes_in_the_long_stream", piece, true);
        contents all = contents_of(corpus);
        static const char terms[] = "cat\ndog\ncat dog\nbird\nfishes_in_the_long_stream\ndog bird\n"
                                    "bird fishes_in_the_long_stream";
        CHECK_EQ_U(all.totals.documents, 2);
        CHECK_EQ_U(all.totals.terms, 7);
        CHECK_EQ_BYTES(all.terms.data, all.terms.nbytes, terms, strlen(terms));
        free_contents(&all);
        tp_corpus_free(corpus);
    }
    tp_words_free(words);
}

static void test_a_part_of_a_document_cannot_be_continued_by_another_corpus(void)
{
    naive_rule rule = naive_rule_number(0);
    tp_words_options options = naive_options(&rule);
    tp_words *words = words_of(&options);
    CHECK(tp_words_can_be_cut(words));
    tp_corpus *whole = counted(words, "one two", 100, false), *part = counted(words, "three", 100, true);
    CHECK_EQ_U(tp_corpus_append(whole, part, 0, 0, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){whole, (const uint8_t *)" ", 1, NULL, 0, words, 0}, 1, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_append(whole, part, 0, 0, NULL), TP_OK);
    check_terms(whole, "one\ntwo\nthree", (const uint64_t[]){1, 1, 1});
    tp_corpus_free(whole);
    tp_corpus_free(part);
    tp_words_free(words);
}

/* A document of the words of UAX #29, whose blanks and marks belong together, is counted in pieces as at once. */
static void check_in_pieces(const tp_words *words, const char *text, size_t nbytes, size_t piece_nbytes)
{
    const uint8_t *bytes = (const uint8_t *)text;
    tp_corpus *corpus = counted(words, text, piece_nbytes, true);
    tp_totals totals;
    size_t n = 0;
    for (size_t start = 0, end; start < nbytes; start = end) {
        bool is_word;
        end = tp_word_break(bytes, nbytes, start, &is_word);
        n += is_word;
        CHECK(!is_word || tp_corpus_get_count(corpus, bytes + start, end - start) > 0);
    }
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.words, n);
    tp_corpus_free(corpus);
}

static void test_words_of_uax29_in_pieces(void)
{
    static const char *const characters[] = {"a", "1", " ", " ", ",", "'", "\t", "\r", "\u0345", "\u093F", "\u3000", "\u202F", "é", "中", "\n"};
    tp_words_options options = {.rule = TP_WORDS_OF_UAX29, .min_length = 1, .least_ngram = 1, .most_ngram = 1};
    tp_words *words = words_of(&options);
    CHECK(tp_words_can_be_cut(words));
    uint64_t state = 29;
    for (size_t i = 0; i < 60; i++) {
        /* Long ones have chunks without a place to cut at. */
        char text[3 * 20000 + 1];
        bool is_long = i % 12 == 0;
        size_t n = is_long ? 20000 : random_below(&state, 200), nbytes = 0;
        for (size_t j = 0; j < n; j++) {
            const char *each = characters[is_long && j > 100 && j < 19000 ? 8 + j % 6 : random_below(&state, N_ITEMS(characters))];
            memcpy(text + nbytes, each, strlen(each));
            nbytes += strlen(each);
        }
        text[nbytes] = '\0';
        check_in_pieces(words, text, nbytes, is_long ? nbytes : 1 + random_below(&state, 40));
        if (is_long) check_in_pieces(words, text, nbytes, 17001);
    }
    tp_words_free(words);
}

static void test_the_separators_of_documents_part_words(void)
{
    tp_words_options options = {.rule = TP_WORDS_OF_UAX29, .min_length = 1, .least_ngram = 1, .most_ngram = 1};
    tp_words *words = words_of(&options);
    const uint64_t ends[] = {2, 5, 8};
    tp_corpus *corpus = new_corpus();
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, (const uint8_t *)"a  \u0345 \u0345", 8, ends, 3, words, 0}, 1, NULL), TP_OK);
    check_terms(corpus, "a\n\u0345", (const uint64_t[]){1, 2});
    tp_corpus_free(corpus);
    tp_words_free(words);
}

static void test_a_line_feed_in_a_word_is_hidden(void)
{
    naive_rule rule = naive_rule_number(3);
    tp_words_options options = naive_options(&rule);
    tp_words *words = words_of(&options);
    const uint64_t end = 7;
    tp_corpus *corpus = new_corpus();
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, (const uint8_t *)"a\nb c\nd", 7, &end, 1, words, 0}, 1, NULL), TP_OK);
    check_terms(corpus, "a\xFF" "b\nc\xFF" "d", (const uint64_t[]){1, 1});
    CHECK(tp_corpus_has_terms(corpus, 0, 2));
    CHECK(!tp_corpus_has_words(corpus, 0, 2));
    tp_corpus_free(corpus);
    tp_words_free(words);
}

static void test_wrong_options_are_refused(void)
{
    static const tp_range reversed = {5, 4}, far = {0, 0x110000};
    naive_rule rule = naive_rule_number(0);
    const tp_words_options good = naive_options(&rule);
    tp_words_options wrong[9];
    for (size_t i = 0; i < N_ITEMS(wrong); i++) wrong[i] = good;
    wrong[0].min_length = 0;
    wrong[1].least_ngram = 0;
    wrong[2].most_ngram = 0;
    wrong[3].most_ngram = (1 << 16) + 1;
    wrong[4].members = &reversed;
    wrong[4].n_members = 1;
    wrong[5].letters = &far;
    wrong[5].n_letters = 1;
    wrong[6].letter_case = (tp_case)7;
    wrong[7].rule = (tp_words_kind)7;
    wrong[8].n_stop_words = 1;
    wrong[8].stop_word_ends = (const uint64_t[]){1};
    for (size_t i = 0; i < N_ITEMS(wrong); i++) {
        tp_words *words = NULL;
        CHECK_EQ_U(tp_words_new(&wrong[i], &words, NULL), TP_INVALID_ARGUMENT);
        CHECK(words == NULL);
    }
    tp_words_free(NULL);
}

static void test_pruning(void)
{
    uint64_t n_terms, n_words;
    tp_corpus *corpus = corpus_of("a b a\nc a longerthanfifteen longerthanfifteen\n");
    CHECK_EQ_U(tp_corpus_prune(corpus, 2, 1, &n_terms, &n_words, NULL), TP_STALE);
    CHECK_EQ_U(tp_corpus_prune(corpus, 2, 0, &n_terms, &n_words, NULL), TP_OK);
    CHECK_EQ_U(n_terms, 2);
    CHECK_EQ_U(n_words, 2);
    check_terms(corpus, "a\nlongerthanfifteen", (const uint64_t[]){3, 2});
    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.words, 7);
    CHECK_EQ_U(totals.kept_words, 5);
    block snapshot = snapshot_of(corpus);
    tp_corpus *read = NULL;
    CHECK_EQ_U(tp_corpus_read(snapshot.data, snapshot.nbytes, NULL, NULL, &read, NULL), TP_OK);
    CHECK_SAME_SNAPSHOT(read, corpus);
    count_lines(corpus, "open");
    CHECK_EQ_U(tp_corpus_prune(corpus, 2, 0, &n_terms, &n_words, NULL), TP_INVALID_ARGUMENT);
    free(snapshot.data);
    tp_corpus_free(read);
    tp_corpus_free(corpus);
}

int main(void)
{
    RUN(test_spans_are_those_of_the_definition);
    RUN(test_grams_and_stop_words);
    RUN(test_a_part_of_a_document_cannot_be_continued_by_another_corpus);
    RUN(test_words_of_uax29_in_pieces);
    RUN(test_the_separators_of_documents_part_words);
    RUN(test_a_line_feed_in_a_word_is_hidden);
    RUN(test_wrong_options_are_refused);
    RUN(test_pruning);
    return tests_done();
}
