/* Vectors of any bytes by every variant: all documents at once, and in two parts that are joined; and with the terms that were
 * found as fixed ones. */
#include "fuzz.h"
#include "naive.h"
#include "naive_vectors.h"

/* A line is a document. Returns how many there are. */
static size_t ends_of(input text, uint64_t *ends)
{
    size_t n = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        if (text.data[i] == '\n') ends[n++] = i;
    }
    ends[n++] = text.nbytes;
    return n;
}

static tp_vectors *new_vectors(const tp_vectors_options *options)
{
    tp_vectors *vectors = NULL;
    if (tp_vectors_new(options, &vectors, NULL) != TP_OK) abort();
    return vectors;
}

static void check_parts(const tp_vectors_options *options, input text, const uint64_t *ends, size_t n, const held_vectors *expected)
{
    tp_vectors *first = new_vectors(options), *second = new_vectors(options);
    size_t n_first = n / 2, start = n_first == 0 ? 0 : (size_t)ends[n_first - 1] + 1;
    uint64_t *moved = room_for(n, sizeof *moved);
    for (size_t i = n_first; i < n; i++) moved[i - n_first] = ends[i] - start;
    CHECK_EQ_U(tp_vectors_add(first, text.data, text.nbytes, ends, n_first, NULL), TP_OK);
    tp_document *documents = room_for(n - n_first, sizeof *documents);
    for (size_t i = 0, from = start; i < n - n_first; from = start + (size_t)moved[i++] + 1) {
        documents[i] = (tp_document){text.data + from, start + moved[i] - from};
    }
    CHECK_EQ_U(tp_vectors_add_documents(second, documents, n - n_first, NULL, NULL, NULL), TP_OK);
    free(documents);
    held_vectors found = read_joined(first, second, options->n_columns == 0);
    CHECK(are_equal_vectors(expected, &found));
    free_held(&found);
    free(moved);
    tp_vectors_free(first);
    tp_vectors_free(second);
}

/* With the terms as fixed ones, the rows are the same. */
static void check_fixed(const tp_vectors_options *options, input text, const uint64_t *ends, size_t n, const held_vectors *expected)
{
    tp_vectors *fixed = new_vectors(options);
    size_t nbytes = (size_t)expected->sizes.terms_nbytes, n_terms = 0;
    uint64_t *term_ends = room_for(nbytes, sizeof *term_ends);
    for (size_t i = 0; i < nbytes; i++) {
        if (expected->terms[i] == '\n') term_ends[n_terms++] = i;
    }
    CHECK_EQ_U(n_terms, expected->sizes.n_terms);
    CHECK_EQ_U(tp_vectors_fix(fixed, expected->terms, nbytes, term_ends, n_terms, NULL), TP_OK);
    CHECK_EQ_U(tp_vectors_add(fixed, text.data, text.nbytes, ends, n, NULL), TP_OK);
    held_vectors found = read_vectors(fixed);
    int64_t *frequencies = room_for(n_terms, sizeof *frequencies), total = 0;
    tp_vectors_add_frequencies(&(tp_frequencies_job){fixed, frequencies}, 1);
    for (size_t i = 0; i < n_terms; i++) total += frequencies[i];
    CHECK_EQ_U((uint64_t)total, found.sizes.n_entries);
    free(frequencies);
    CHECK(are_equal_vectors(expected, &found));
    free_held(&found);
    free(term_ends);
    tp_vectors_free(fixed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    size_t way = take_byte(&in), least = 1 + take_below(&in, 3), most = least + take_below(&in, 3);
    uint64_t n_columns = take_below(&in, 3) == 2 ? 16 : 0;
    tp_terms terms = (tp_terms)(way % 3);
    tp_words *words = terms == TP_TERMS_OF_WORDS ? words_of_letters(way & 64 ? "the" : NULL) : NULL;
    const tp_vectors_options options = {terms, words, least, most, (tp_case)(way / 4 % 2), (tp_accents)(way / 8 % 3), 0, n_columns, way & 128};
    uint64_t *ends = room_for(in.nbytes + 1, sizeof *ends);
    size_t n = ends_of(in, ends);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) != TP_OK) continue;
        tp_vectors *whole = new_vectors(&options);
        CHECK_EQ_U(tp_vectors_add(whole, in.data, in.nbytes, ends, n, NULL), TP_OK);
        held_vectors expected = read_vectors(whole);
        CHECK_EQ_U(expected.sizes.n_rows, n);
        check_parts(&options, in, ends, n, &expected);
        if (n_columns == 0 && expected.sizes.n_terms > 0) check_fixed(&options, in, ends, n, &expected);
        free_held(&expected);
        tp_vectors_free(whole);
    }
    free(ends);
    tp_words_free(words);
    return fuzz_end();
}
