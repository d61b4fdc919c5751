/* Counting: whatever the texts, however they are cut into pieces and by whichever variant they are scanned, the corpus holds
 * what a naive counter finds. Pieces lie in blocks of exactly their size. The stamps of documents are tried where they begin
 * anew, after 2^32 - 1 documents, of which nearly all are empty and only said to have been there. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "naive_counter.h"
#include "textproc.h"
#include "unicode/lower.h"
#include "unicode/utf8.h"

/* ---- Handing documents over -------------------------------------------------------------------------------------------- */

/* How documents are handed over piece by piece. */
typedef struct handing {
    tp_corpus *corpus;
    const documents *given;
    size_t position;
    size_t n_closed;
} handing;

/* What is to be done about a document that ends where the piece does. */
typedef enum at_cut { CLOSE_LATER, CLOSE_AND_SKIP, CLOSE_AND_KEEP, N_AT_CUT } at_cut;

/* Hands over what lies before `to`, as one piece. The white space behind a document that the piece closes may be left out or
 * begin the next document. */
static void hand_over(handing *h, size_t to, at_cut how)
{
    if (to < h->position) return;
    const documents *given = h->given;
    size_t n = 0;
    while (h->n_closed + n < given->n && given->ends[h->n_closed + n] < to + (how != CLOSE_LATER)) n++;
    uint64_t *ends = allocate(n * sizeof *ends);
    for (size_t i = 0; i < n; i++) ends[i] = given->ends[h->n_closed + i] - h->position;
    uint8_t *text = exact_copy(given->text + h->position, to - h->position);
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){h->corpus, text, to - h->position, ends, n, NULL, 0}, 1, NULL), TP_OK);
    free(text);
    free(ends);
    h->n_closed += n;
    h->position = to + (how == CLOSE_AND_SKIP && n > 0 && given->ends[h->n_closed - 1] == to);
}

static bool is_between_characters(const documents *given, size_t place)
{
    return place == given->nbytes || !tp_utf8_is_continuation(given->text[place]);
}

/* Counts documents in pieces cut at given places, with every variant. */
static void check_cut(const documents *given, const naive_counts *expected, const size_t *cuts, size_t n_cuts, at_cut how)
{
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (has_failed_enough()) return;
        if (!tp_simd_is_available(variants[i])) continue;
        tp_simd_select(variants[i], NULL);
        handing h = {.corpus = new_corpus(), .given = given};
        for (size_t j = 0; j < n_cuts; j++) {
            if (is_between_characters(given, cuts[j])) hand_over(&h, cuts[j], how);
        }
        hand_over(&h, given->nbytes, CLOSE_AND_SKIP);
        if (!check_corpus(h.corpus, given, expected)) {
            printf("    by %s, %zu bytes, %zu documents", variants[i], given->nbytes, given->n);
            for (size_t j = 0; j < n_cuts && j < 5; j++) printf("%s%zu", j == 0 ? ", cut at " : ", ", cuts[j]);
            putchar('\n');
        }
        tp_corpus_free(h.corpus);
    }
}

static void check_whole(const documents *given)
{
    naive_counts *expected = naive_count(given);
    check_cut(given, expected, NULL, 0, CLOSE_LATER);
    naive_free(expected);
}

/* ---- Documents --------------------------------------------------------------------------------------------------------- */

/* Ends documents before one in `one_in` ASCII white-space bytes, and the last one with the text. */
static void append_random_ends(documents *made, size_t one_in, uint64_t *state)
{
    size_t nbytes = made->nbytes;
    for (made->nbytes = 0; made->nbytes < nbytes; made->nbytes++) {
        if (tp_is_ascii_space(made->text[made->nbytes]) && next_random(state) % one_in == 0) append_end(made);
    }
    append_end(made);
}

/* Words whose first bytes are the same, of lengths around those where keys change their shape; some end with NUL. */
static void append_common_word(documents *made, uint64_t *state)
{
    static const size_t lengths[] = {1, 2, 7, 8, 9, 14, 15, 16, 17, 31, 32, 33};
    uint64_t random = next_random(state);
    size_t nbytes = lengths[random % N_ITEMS(lengths)];
    char word[33 + 2];
    memset(word, random >> 8 & 1 ? 'A' : 'a', nbytes);
    if (random >> 9 & 1) word[nbytes - 1] = 'b';
    size_t n_nuls = (random >> 10) % 8;
    if (n_nuls > 2) n_nuls = 0;
    memset(word + nbytes, 0, n_nuls);
    append_text(made, word, nbytes + n_nuls);
}

static void append_rare_word(documents *made, uint64_t *state)
{
    static const uint32_t firsts[] = {'!', 'A', 0xC0, 0x391, 0x410, 0x4E00, 0x1E00, 0x10400, 0x130};
    static const uint32_t widths[] = {94, 26, 64, 57, 64, 20000, 256, 40, 1};
    uint64_t random = next_random(state);
    size_t script = random % N_ITEMS(firsts);
    for (size_t n = 1 + (random >> 8) % 6; n > 0; n--) {
        uint8_t character[TP_UTF8_MAX_NBYTES];
        uint32_t code_point = firsts[script] + (uint32_t)(next_random(state) % widths[script]);
        append_text(made, character, tp_utf8_encode(code_point, character));
    }
}

static void append_random_space(documents *made, uint64_t *state)
{
    static const char *const spaces[] = {" ", " ", " ", " ", "\n", "\t ", "  ", "\u00A0", "\u2003", "\u3000", "\x1F"};
    append_string(made, spaces[next_random(state) % N_ITEMS(spaces)]);
}

/* Appends words until there are so many bytes, exactly. */
static void append_words_up_to(documents *made, size_t nbytes, uint64_t *state)
{
    size_t before = made->nbytes;
    while (made->nbytes < nbytes) {
        before = made->nbytes;
        if (next_random(state) % 8 == 0) append_rare_word(made, state);
        else append_common_word(made, state);
        append_random_space(made, state);
    }
    if (made->nbytes > nbytes) made->nbytes = before;
    while (made->nbytes < nbytes) append_string(made, "z");
}

/* ---- Tests ------------------------------------------------------------------------------------------------------------- */

static void check_examples(const char *text, const uint64_t *ends, size_t n)
{
    documents given = {0};
    append_string(&given, text);
    for (size_t i = 0; i < n; i++) {
        given.nbytes = (size_t)ends[i];
        append_end(&given);
    }
    given.nbytes = strlen(text);
    check_whole(&given);
    free_documents(&given);
}

static void test_empty_documents(void)
{
    check_examples("", (const uint64_t[]){0}, 1);
    check_examples(" ", (const uint64_t[]){0, 1}, 2);
    check_examples(" ", (const uint64_t[]){1}, 1);
    check_examples("\n\n\n", (const uint64_t[]){0, 1, 2, 3}, 4);
    check_examples("\na\n\na b\n", (const uint64_t[]){0, 2, 3, 7, 8}, 5);
    check_examples("  a  ", (const uint64_t[]){0, 1, 3, 4, 5}, 5);
    check_examples("a \xC2\xA0 b", (const uint64_t[]){1, 4, 6}, 3);
}

/* What the naive counter says is itself looked at once. */
static void test_example(void)
{
    tp_corpus *corpus = new_corpus();
    const char *text = "The cat\nthe CAT the dog\n\nDog";
    uint64_t ends[] = {7, 23, 24, 28}, values[3], n_terms;
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, (const uint8_t *)text, strlen(text), ends, 4, NULL, 0}, 1, NULL), TP_OK);
    uint8_t terms[11];
    size_t nbytes;
    CHECK_EQ_U(tp_corpus_get_terms(corpus, 0, 3, terms, sizeof terms, &nbytes, NULL), TP_OK);
    CHECK_EQ_BYTES(terms, nbytes, "the\ncat\ndog", 11);
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_COUNT, values, 3, &n_terms, NULL), TP_OK);
    CHECK_EQ_BYTES(values, sizeof values, ((const uint64_t[]){3, 2, 2}), sizeof values);
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_DOCUMENT_FREQUENCY, values, 3, &n_terms, NULL), TP_OK);
    CHECK_EQ_BYTES(values, sizeof values, ((const uint64_t[]){2, 2, 2}), sizeof values);
    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.documents, 4);
    CHECK_EQ_U(totals.words, 7);
    tp_corpus_free(corpus);
}

static void test_words_whose_keys_are_alike(void)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    documents given = {0};
    for (unsigned round = 0; round < 2; round++) {
        for (size_t nbytes = 1; nbytes < sizeof letters; nbytes++) {
            append_text(&given, letters, nbytes);
            append_string(&given, " ");
            for (size_t n_nuls = 1; n_nuls <= 16; n_nuls++) {
                append_text(&given, letters, nbytes);
                append_text(&given, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", n_nuls);
                append_string(&given, " ");
            }
        }
        append_end(&given);
        append_string(&given, "\n");
    }
    for (size_t n_nuls = 1; n_nuls <= 40; n_nuls++) {
        for (size_t i = 0; i < n_nuls; i++) append_text(&given, "", 1);
        append_string(&given, " ");
    }
    append_end(&given);
    check_whole(&given);
    free_documents(&given);
}

static void test_words_that_differ_in_one_byte(void)
{
    documents given = {0};
    for (size_t nbytes = 1; nbytes <= 80; nbytes++) {
        char word[80];
        for (size_t place = 0; place < nbytes; place++) {
            memset(word, 'a', sizeof word);
            word[place] = 'b';
            append_text(&given, word, nbytes);
            append_string(&given, " ");
            word[place] = 'B'; /* the same, once lowered */
            append_text(&given, word, nbytes);
            append_string(&given, " ");
        }
    }
    append_end(&given);
    check_whole(&given);
    free_documents(&given);
}

/* Nobody can make such words up, so their keys are. */
static void test_long_words_of_equal_hash(void)
{
    static const char *const texts[] = {"a word of some length", "a word of same length", "a ward of some length"};
    tp_table table = {.hash_key = tp_hash_get_key()};
    tp_word words[N_ITEMS(texts)];
    if (!CHECK(tp_table_reserve(&table, N_ITEMS(texts), N_ITEMS(texts) * strlen(texts[0])))) return;
    for (size_t i = 0; i < N_ITEMS(texts); i++) {
        words[i] = tp_table_word(&table, (const uint8_t *)texts[i], strlen(texts[i]));
        words[i].key = words[0].key;
        words[i].hash = words[0].hash;
    }
    for (size_t i = 0; i < 2 * N_ITEMS(texts); i++) {
        const tp_term *term = tp_table_find_or_append(&table, &words[i % N_ITEMS(texts)]);
        CHECK_EQ_U(term - table.terms, i % N_ITEMS(texts));
    }
    CHECK_EQ_U(table.n_terms, N_ITEMS(texts));
    tp_table_free(&table);
}

/* Lowering makes them longer or shorter than a key can hold. */
static void test_words_whose_length_lowering_changes(void)
{
    static const char *const units[] = {"\u0130", "\u023A", "\u2126", "\u212A", "\u1E9E", "\u03A3"};
    documents given = {0};
    for (size_t i = 0; i < N_ITEMS(units); i++) {
        for (size_t n = 1; n <= 12; n++) {
            for (size_t n_letters = 0; n_letters <= 16; n_letters++) {
                append_repeated(&given, units[i], n);
                append_repeated(&given, "X", n_letters);
                append_string(&given, " ");
            }
        }
        append_end(&given);
        append_string(&given, "\n");
    }
    append_end(&given);
    check_whole(&given);
    free_documents(&given);
}

static void test_random_documents(void)
{
    static const size_t one_in[] = {1, 2, 8, 64, SIZE_MAX};
    uint64_t state = 1;
    for (size_t round = 0; round < quick_or(40, 4000); round++) {
        documents given = {0};
        append_words_up_to(&given, round % 301, &state);
        append_random_ends(&given, one_in[round % N_ITEMS(one_in)], &state);
        tp_hash_set_key(next_random(&state), next_random(&state));
        check_whole(&given);
        free_documents(&given);
    }
}

static void test_random_documents_in_random_pieces(void)
{
    static const size_t one_in[] = {1, 8, 64, 4096, SIZE_MAX};
    uint64_t state = 2;
    for (size_t round = 0; round < quick_or(10, 300); round++) {
        documents given = {0};
        append_words_up_to(&given, next_random(&state) % 50000, &state);
        append_random_ends(&given, one_in[round % N_ITEMS(one_in)], &state);
        size_t cuts[64], n_cuts = next_random(&state) % N_ITEMS(cuts), longest = 1 + 2 * given.nbytes / (n_cuts + 1);
        for (size_t i = 0; i < n_cuts; i++) {
            cuts[i] = (i > 0 ? cuts[i - 1] : 0) + next_random(&state) % longest;
            if (cuts[i] > given.nbytes) cuts[i] = given.nbytes;
        }
        naive_counts *expected = naive_count(&given);
        check_cut(&given, expected, cuts, n_cuts, (at_cut)(round / N_ITEMS(one_in) % N_AT_CUT));
        naive_free(expected);
        free_documents(&given);
    }
}

static void test_pieces_cut_at_every_place(void)
{
    documents given = {0};
    append_string(&given, "ab \u00C4b\u3000\u03A3\u03A3\u2003\u0130x\t\tab ABCDEFGHIJKLMNOPQRST\n\n abcdefghijklmnop\u00A0 ");
    for (size_t i = 0; i < 6; i++) append_string(&given, "\n\u4E00\u4E8C ab\x1C \xF0\x90\x90\x80\n");
    uint64_t state = 3;
    append_random_ends(&given, 2, &state);
    naive_counts *expected = naive_count(&given);
    for (unsigned how = 0; how < N_AT_CUT; how++) {
        for (size_t first = 0; first <= given.nbytes; first += quick_or(5, 1)) {
            for (size_t second = first; second <= given.nbytes; second += quick_or(11, 1)) {
                check_cut(&given, expected, (const size_t[]){first, second}, 2, (at_cut)how);
            }
        }
        size_t everywhere[512];
        for (size_t i = 0; i <= given.nbytes && CHECK(i < N_ITEMS(everywhere)); i++) everywhere[i] = i;
        check_cut(&given, expected, everywhere, given.nbytes + 1, (at_cut)how);
    }
    naive_free(expected);
    free_documents(&given);
}

/* A document ends at every place around the border of a chunk, in texts that end around it too. */
static void test_ends_around_the_border_of_a_chunk(void)
{
    uint64_t state = 4;
    for (size_t nbytes = TP_CHUNK_NBYTES - 70; nbytes <= TP_CHUNK_NBYTES + 200; nbytes += quick_or(67, 9)) {
        for (size_t end = TP_CHUNK_NBYTES - 70; end <= TP_CHUNK_NBYTES + 70 && end < nbytes; end += quick_or(23, 1)) {
            documents given = {0};
            append_words_up_to(&given, end, &state);
            append_string(&given, " ");
            append_words_up_to(&given, nbytes, &state);
            if (end % 2 == 0) {
                given.nbytes = end;
                append_end(&given);
                given.nbytes = nbytes;
                append_end(&given);
            } else {
                append_random_ends(&given, 1 + end % 3, &state);
            }
            check_whole(&given);
            free_documents(&given);
        }
    }
}

/* Texts that end around the border of a chunk, with and without an end there, and go on in another piece. */
static void test_pieces_as_long_as_a_chunk(void)
{
    uint64_t state = 5;
    for (size_t nbytes = TP_CHUNK_NBYTES - 70; nbytes <= TP_CHUNK_NBYTES + 70; nbytes += quick_or(29, 1)) {
        documents given = {0};
        append_words_up_to(&given, nbytes, &state);
        if (nbytes % 2 == 0) append_string(&given, " ");
        append_words_up_to(&given, nbytes + 1000, &state);
        append_random_ends(&given, 1 + nbytes % 5, &state);
        naive_counts *expected = naive_count(&given);
        check_cut(&given, expected, &nbytes, 1, (at_cut)(nbytes % N_AT_CUT));
        naive_free(expected);
        free_documents(&given);
    }
}

static void test_words_longer_than_a_chunk(void)
{
    static const char *const units[] = {"X", "\u00C4", "\u0130", "\u03A3", "\u4E00", "x\u0410"};
    static const char *const fronts[] = {"", " ", "a b ", "\n", "a\n\nb\u3000"};
    static const char *const backs[] = {"", " ", "\n", " a b", "\n\na", "\u3000a\u3000b"};
    static const size_t lengths[] = {0, 1, 2, 3, 60, 61, 62, 63, 64, 65, 66, 67, TP_CHUNK_NBYTES, 2 * TP_CHUNK_NBYTES - 1};
    uint64_t state = 6;
    for (size_t i = 0; i < N_ITEMS(units) * N_ITEMS(fronts) * N_ITEMS(backs); i++) {
        const char *unit = units[i % N_ITEMS(units)], *front = fronts[i / N_ITEMS(units) % N_ITEMS(fronts)];
        const char *back = backs[i / N_ITEMS(units) / N_ITEMS(fronts)];
        for (size_t j = 0; j < N_ITEMS(lengths); j += quick_or(5, 1)) {
            size_t n_units = (TP_CHUNK_NBYTES + lengths[j]) / strlen(unit);
            documents given = {0};
            append_string(&given, front);
            append_repeated(&given, unit, n_units);
            append_string(&given, i % 2 == 0 ? "a" : "b");
            append_string(&given, back);
            append_repeated(&given, unit, n_units); /* often but for its last letter the same word */
            append_string(&given, "a");
            append_string(&given, back);
            append_random_ends(&given, 1 + i % 3, &state);
            naive_counts *expected = naive_count(&given);
            check_cut(&given, expected, NULL, 0, CLOSE_LATER);
            size_t cut = next_random(&state) % (given.nbytes - 30);
            check_cut(&given, expected, (const size_t[]){cut / 2, cut, cut + 30}, 3, (at_cut)(i % N_AT_CUT));
            naive_free(expected);
            free_documents(&given);
        }
    }
}

static void test_many_distinct_terms(void)
{
    documents given = {0};
    size_t n = quick_or(3000, 60000);
    uint64_t state = 7;
    for (size_t i = 0; i < n; i++) {
        char word[64];
        snprintf(word, sizeof word, "%s%zu ", i % 5 == 0 ? "A-long-word-with-number-" : "w", (size_t)next_random(&state) % n);
        append_string(&given, word);
    }
    append_random_ends(&given, 100, &state);
    check_whole(&given);
    free_documents(&given);
}

static void test_pieces_of_many_corpora_at_once(void)
{
    enum { N = 5 };
    uint64_t state = 8;
    documents given[N];
    for (size_t i = 0; i < N; i++) {
        given[i] = (documents){0};
        append_words_up_to(&given[i], 20000 * i, &state);
        append_random_ends(&given[i], 20, &state);
    }
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (!tp_simd_is_available(variants[i])) continue;
        tp_simd_select(variants[i], NULL);
        tp_batch pieces[N];
        for (size_t j = 0; j < N; j++) {
            uint8_t *text = exact_copy(given[j].text, given[j].nbytes);
            pieces[j] = (tp_batch){new_corpus(), text, given[j].nbytes, given[j].ends, given[j].n, NULL, 0};
        }
        CHECK_EQ_U(tp_corpus_count(pieces, N, NULL), TP_OK);
        for (size_t j = 0; j < N; j++) {
            naive_counts *expected = naive_count(&given[j]);
            check_corpus(pieces[j].corpus, &given[j], expected);
            naive_free(expected);
            free((void *)(uintptr_t)pieces[j].text);
            tp_corpus_free(pieces[j].corpus);
        }
    }
    for (size_t i = 0; i < N; i++) free_documents(&given[i]);
}

/* Any bytes are counted as some words or other; a sanitizer or valgrind sees whether they stay within bounds. */
static void test_nonsense_is_counted_safely(void)
{
    static const uint8_t bytes[] = {' ',  ' ',  'A',  0x80, 0x85, 0x9E, 0xA0, 0xC2,
                                    0xC3, 0xC4, 0xCE, 0xE1, 0xE2, 0xE3, 0xF0, 0xFF};
    uint64_t state = 9;
    for (size_t round = 0; round < quick_or(20, 600) && !has_failed_enough(); round++) {
        documents given = {0};
        size_t nbytes = round % 5 == 0 ? next_random(&state) % 40000 : round % 301;
        for (size_t i = 0; i < nbytes; i++) append_text(&given, &bytes[next_random(&state) % sizeof bytes], 1);
        append_random_ends(&given, 3, &state);
        uint8_t *text = exact_copy(given.text, given.nbytes);
        uint64_t words = 0;
        for (size_t i = 0; i < N_ITEMS(variants); i++) {
            if (!tp_simd_is_available(variants[i])) continue;
            tp_simd_select(variants[i], NULL);
            tp_corpus *corpus = new_corpus();
            tp_batch piece = {corpus, text, given.nbytes, given.ends, given.n, NULL, 0};
            CHECK_EQ_U(tp_corpus_count(&piece, 1, NULL), TP_OK);
            tp_totals totals;
            tp_corpus_get_totals(corpus, &totals);
            CHECK_EQ_U(totals.documents, given.n);
            if (i > 0) CHECK_EQ_U(totals.words, words);
            words = totals.words;
            tp_corpus_free(corpus);
        }
        free(text);
        free_documents(&given);
    }
}

/* ---- What is open ------------------------------------------------------------------------------------------------------ */

static void count_piece(tp_corpus *corpus, const char *text, const uint64_t *ends, size_t n_ends)
{
    uint8_t *copy = exact_copy(text, strlen(text));
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, copy, strlen(text), ends, n_ends, NULL, 0}, 1, NULL), TP_OK);
    free(copy);
}

static void check_totals(tp_corpus *corpus, uint64_t n_documents, uint64_t n_words, uint64_t n_terms)
{
    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.documents, n_documents);
    CHECK_EQ_U(totals.words, n_words);
    CHECK_EQ_U(totals.terms, n_terms);
}

/* The last word of an open document is counted when white space or the document's end has followed. */
static void test_word_at_the_end_of_an_open_document_waits(void)
{
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (!tp_simd_is_available(variants[i])) continue;
        tp_simd_select(variants[i], NULL);
        tp_corpus *corpus = new_corpus();
        count_piece(corpus, "a b", NULL, 0);
        check_totals(corpus, 0, 1, 1);
        count_piece(corpus, "c", NULL, 0);
        check_totals(corpus, 0, 1, 1);
        count_piece(corpus, "", NULL, 0);
        check_totals(corpus, 0, 1, 1);
        count_piece(corpus, " a bc a", NULL, 0); /* a bc a bc [a */
        check_totals(corpus, 0, 4, 2);
        CHECK(corpus->counts.has_open_document);
        count_piece(corpus, "", (const uint64_t[]){0}, 1);
        check_totals(corpus, 1, 5, 2);
        CHECK(!corpus->counts.has_open_document);
        count_piece(corpus, "a b", (const uint64_t[]){1}, 1);
        check_totals(corpus, 2, 6, 2);
        CHECK(corpus->counts.has_open_document);
        tp_corpus_free(corpus);
    }
}

/* ---- Documents beyond 2^32 --------------------------------------------------------------------------------------------- */

static const tp_term *find_term(tp_corpus *corpus, const char *text)
{
    const tp_table *table = &corpus->counts.table;
    tp_word word = tp_table_word(table, (const uint8_t *)text, strlen(text));
    uint32_t number = tp_table_find(table, &word);
    return number == TP_NO_TERM ? NULL : &table->terms[number];
}

static void test_document_frequency_beyond_32_bits(void)
{
    tp_corpus *corpus = new_corpus();
    count_piece(corpus, "a b", (const uint64_t[]){3}, 1);
    tp_term_set(&corpus->counts.table.terms[0], UINT64_C(1) << 40, UINT32_MAX);
    for (unsigned i = 1; i <= 3; i++) {
        count_piece(corpus, "a a", (const uint64_t[]){3}, 1);
        uint64_t counts[2], frequencies[2], n_terms;
        CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_COUNT, counts, 2, &n_terms, NULL), TP_OK);
        CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_DOCUMENT_FREQUENCY, frequencies, 2, &n_terms, NULL), TP_OK);
        CHECK_EQ_U(counts[0], (UINT64_C(1) << 40) + 2 * i);
        CHECK_EQ_U(frequencies[0], (uint64_t)UINT32_MAX + i);
        CHECK_EQ_U(counts[1], 1);
        CHECK_EQ_U(frequencies[1], 1);
    }
    tp_corpus_free(corpus);
}

/* As if empty documents had followed the last one until there are `n` documents. Stamps begin anew behind each multiple of
 * TP_NO_DOCUMENT; the document before such a place really is counted. */
static void pass_empty_documents(tp_corpus *corpus, uint64_t n)
{
    tp_counts *counts = &corpus->counts;
    CHECK(!counts->has_open_document && counts->documents > 0);
    while (counts->documents / TP_NO_DOCUMENT < n / TP_NO_DOCUMENT) {
        counts->documents = (counts->documents / TP_NO_DOCUMENT + 1) * TP_NO_DOCUMENT - 1;
        count_piece(corpus, "", (const uint64_t[]){0}, 1);
    }
    counts->documents = n;
}

/* What a story has happen to two corpora; in one of them, empty documents by the billion come between the others. */
typedef struct pair {
    tp_corpus *near;
    tp_corpus *far;
} pair;

static pair new_pair(void) { return (pair){new_corpus(), new_corpus()}; }

static void free_pair(const pair *corpora)
{
    tp_corpus_free(corpora->near);
    tp_corpus_free(corpora->far);
}

static void count_document(const pair *corpora, const char *text)
{
    uint64_t end = strlen(text);
    count_piece(corpora->near, text, &end, 1);
    count_piece(corpora->far, text, &end, 1);
}

static void count_beginning(const pair *corpora, const char *text)
{
    count_piece(corpora->near, text, NULL, 0);
    count_piece(corpora->far, text, NULL, 0);
}

/* A part that is going to be appended to the far corpus; what is counted into it goes into the near one at once. */
static pair begin_part(const pair *corpora)
{
    count_piece(corpora->near, " ", NULL, 0); /* a part begins with a new word */
    return (pair){corpora->near, new_corpus()};
}

static void append_part(const pair *corpora, const pair *part)
{
    CHECK_EQ_U(tp_corpus_append(corpora->far, part->far, 0, 0, NULL), TP_OK);
    tp_corpus_free(part->far);
}

static void check_pair(const pair *corpora)
{
    const tp_counts *near = &corpora->near->counts, *far = &corpora->far->counts;
    CHECK_EQ_U(near->words, far->words);
    if (!CHECK_EQ_U(near->table.n_terms, far->table.n_terms)) return;
    for (size_t i = 0; i < near->table.n_terms; i++) {
        CHECK_EQ_U(near->table.terms[i].key.low, far->table.terms[i].key.low);
        CHECK_EQ_U(tp_term_count(&near->table.terms[i]), tp_term_count(&far->table.terms[i]));
        CHECK_EQ_U(tp_term_document_frequency(&near->table.terms[i]), tp_term_document_frequency(&far->table.terms[i]));
    }
}

static void test_stamps_begin_anew(void)
{
    for (uint64_t before = 0; before <= 6; before++) {
        pair corpora = new_pair();
        count_document(&corpora, "a b");
        pass_empty_documents(corpora.far, TP_NO_DOCUMENT - before);
        count_document(&corpora, "a");
        count_document(&corpora, "b a b");
        count_document(&corpora, "c");
        count_beginning(&corpora, "a c ");
        count_document(&corpora, "c d");
        count_document(&corpora, "d a");
        check_pair(&corpora);
        CHECK_EQ_U(tp_term_document_frequency(find_term(corpora.far, "a")), 5);
        CHECK_EQ_U(tp_term_document_frequency(find_term(corpora.far, "b")), 2);
        CHECK_EQ_U(tp_term_document_frequency(find_term(corpora.far, "c")), 2);
        CHECK_EQ_U(tp_term_document_frequency(find_term(corpora.far, "d")), 2);
        free_pair(&corpora);
    }
}

/* The document with the stamp that a term's last one had, rounds later. */
static void test_stamp_of_a_round_before(void)
{
    static const uint64_t numbers[] = {1, 2, TP_NO_DOCUMENT - 3, TP_NO_DOCUMENT - 2, TP_NO_DOCUMENT};
    for (size_t i = 0; i < N_ITEMS(numbers); i++) {
        for (uint64_t round = 1; round <= 3; round++) {
            pair corpora = new_pair();
            count_document(&corpora, "a");
            pass_empty_documents(corpora.far, numbers[i]);
            count_document(&corpora, "b");
            pass_empty_documents(corpora.far, numbers[i] + round * TP_NO_DOCUMENT);
            count_document(&corpora, "b a c");
            pass_empty_documents(corpora.far, (round + 2) * TP_NO_DOCUMENT);
            count_document(&corpora, "a b c");
            check_pair(&corpora);
            free_pair(&corpora);
        }
    }
}

static void test_append_where_stamps_begin_anew(void)
{
    for (uint64_t before = 0; before <= 6; before++) {
        pair corpora = new_pair();
        static const char *const words[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
        for (size_t i = 0; i < N_ITEMS(words); i++) count_document(&corpora, words[i]);
        pass_empty_documents(corpora.far, TP_NO_DOCUMENT - before);
        count_document(&corpora, "b");
        count_beginning(&corpora, "a b c"); /* goes on with the part's first document */
        pair part = begin_part(&corpora);
        count_document(&part, "i b c");
        count_document(&part, "j a");
        count_document(&part, "a");
        count_beginning(&part, "i j a");
        append_part(&corpora, &part);
        check_pair(&corpora);
        count_document(&corpora, " c i j");
        for (size_t i = 0; i < N_ITEMS(words); i++) count_document(&corpora, "h g f e d c b a");
        check_pair(&corpora);
        free_pair(&corpora);
    }
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_empty_documents);
    RUN(test_example);
    RUN(test_words_whose_keys_are_alike);
    RUN(test_words_that_differ_in_one_byte);
    RUN(test_long_words_of_equal_hash);
    RUN(test_words_whose_length_lowering_changes);
    RUN(test_random_documents);
    RUN(test_random_documents_in_random_pieces);
    RUN(test_pieces_cut_at_every_place);
    RUN(test_ends_around_the_border_of_a_chunk);
    RUN(test_pieces_as_long_as_a_chunk);
    RUN(test_words_longer_than_a_chunk);
    RUN(test_many_distinct_terms);
    RUN(test_pieces_of_many_corpora_at_once);
    RUN(test_nonsense_is_counted_safely);
    RUN(test_word_at_the_end_of_an_open_document_waits);
    RUN(test_document_frequency_beyond_32_bits);
    RUN(test_stamps_begin_anew);
    RUN(test_stamp_of_a_round_before);
    RUN(test_append_where_stamps_begin_anew);
    return tests_done();
}
