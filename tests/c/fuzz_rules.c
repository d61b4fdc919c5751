/* Counting by rules that the input chooses, by every variant: documents at once and in pieces cut anywhere. */
#define N_BUCKETS 1024 /* there are never many words */

#include "fuzz.h"
#include "naive_counter.h"
#include "naive_rule.h"
#include "naive_segment.h"
#include "naive_utf8.h"

static void note_naively(naive_counts *counts, const uint8_t *text, size_t nbytes)
{
    naive_find_or_append(counts, text, nbytes)->count++;
    counts->n_words++;
}

/* Counts the words of each line; between them a term has no line feed, since each line is a document. Without a rule, they are those
 * of UAX #29. */
static void count_naively(naive_counts *counts, const naive_rule *rule, const uint8_t *text, size_t nbytes)
{
    if (rule == NULL) {
        uint64_t *bounds = allocate(2 * nbytes * sizeof *bounds);
        size_t n = naive_words(text, nbytes, bounds);
        for (size_t i = 0; i < n; i++) note_naively(counts, text + bounds[2 * i], (size_t)(bounds[2 * i + 1] - bounds[2 * i]));
        free(bounds);
        return;
    }
    size_t start = 0, end = 0;
    for (; naive_match(rule, text, nbytes, &start, &end); start = end) note_naively(counts, text + start, end - start);
}

static void count_in_pieces(tp_corpus *corpus, const tp_words *words, input text, size_t piece_nbytes)
{
    uint64_t ends[256];
    for (size_t start = 0; start < text.nbytes; start += piece_nbytes) {
        size_t n = 0, here = text.nbytes - start < piece_nbytes ? text.nbytes - start : piece_nbytes;
        uint8_t *piece = exact_copy(text.data + start, here);
        for (size_t i = 0; i < here; i++) {
            if (piece[i] == '\n') ends[n++] = i;
        }
        CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, piece, here, ends, n, words, 0}, 1, NULL), TP_OK);
        free(piece);
    }
    const uint64_t end = 0;
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, NULL, 0, &end, 1, words, 0}, 1, NULL), TP_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    size_t number = take_below(&in, N_NAIVE_RULES + 1), piece_nbytes = 1 + take_byte(&in), n_grams = 1 + take_below(&in, 3);
    naive_rule rule = naive_rule_number(number);
    bool is_of_uax29 = number == N_NAIVE_RULES;
    naive_counts *expected = allocate(sizeof *expected);
    memset(expected, 0, sizeof *expected);
    for (size_t start = 0; start <= in.nbytes;) {
        const uint8_t *newline = start < in.nbytes ? memchr(in.data + start, '\n', in.nbytes - start) : NULL;
        size_t end = newline != NULL ? (size_t)(newline - in.data) : in.nbytes;
        if (end > start) count_naively(expected, is_of_uax29 ? NULL : &rule, in.data + start, end - start);
        start = end + 1;
    }
    bool is_text = naive_validate(in.data, in.nbytes) == in.nbytes;
    tp_words_options options = naive_options(&rule);
    if (is_of_uax29) options = (tp_words_options){.rule = TP_WORDS_OF_UAX29, .min_length = 1, .least_ngram = 1};
    options.most_ngram = n_grams;
    tp_words *words = NULL;
    CHECK_EQ_U(tp_words_new(&options, &words, NULL), TP_OK);
    for (size_t v = 0; v < N_ITEMS(variants); v++) {
        if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
        tp_corpus *corpus = new_corpus();
        count_in_pieces(corpus, words, in, piece_nbytes);
        tp_totals totals;
        tp_corpus_get_totals(corpus, &totals);
        if (is_text && n_grams == 1 && CHECK_EQ_U(totals.words, expected->n_words)) {
            for (size_t i = 0; i < expected->n_terms; i++) {
                const naive_term *term = &expected->terms[i];
                CHECK_EQ_U(tp_corpus_get_count(corpus, term->text, term->nbytes), term->count);
            }
        }
        if (is_text) CHECK(totals.words >= expected->n_words);
        tp_corpus_free(corpus);
    }
    tp_words_free(words);
    naive_free(expected);
    return fuzz_end();
}
