/* Counting the words of documents by every variant: at once, in pieces cut anywhere, in parts that are joined, and one by one. */
#define N_BUCKETS 1024 /* there are never many words */

#include "fuzz.h"
#include "naive_counter.h"
#include "naive_utf8.h"

/* A line is a document. */
static documents documents_of(input text)
{
    documents made = {0};
    for (size_t i = 0; i < text.nbytes; i++) {
        if (text.data[i] == '\n') append_end(&made);
        append_text(&made, text.data + i, 1);
    }
    append_end(&made);
    return made;
}

/* Counts what lies between two places, and the documents that end there; `is_last` if one may end at the second. */
static void count_part(tp_corpus *corpus, const documents *all, size_t from, size_t to, bool is_last)
{
    uint64_t *ends = allocate((all->n + 1) * sizeof *ends);
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (all->ends[i] >= from && (all->ends[i] < to || is_last)) ends[n++] = all->ends[i] - from;
    }
    uint8_t *text = to == from ? NULL : exact_copy(all->text + from, to - from);
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, text, to - from, ends, n, NULL, 0}, 1, NULL), TP_OK);
    free(text);
    free(ends);
}

/* A place between characters, at or before this one. */
static size_t place_for_cut(const documents *all, size_t place)
{
    size_t from = place > 3 ? place - 3 : 0;
    while (from > 0 && (all->text[from] & 0xC0) == 0x80) from--;
    return place == 0 ? 0 : from + tp_utf8_complete_nbytes(all->text + from, place - from);
}

static void count_in_pieces(tp_corpus *corpus, const documents *all, input sizes)
{
    size_t from = 0;
    for (size_t i = 0; i < sizes.nbytes && from < all->nbytes; i++) {
        size_t to = from + sizes.data[i] < all->nbytes ? place_for_cut(all, from + sizes.data[i]) : all->nbytes;
        if (to < from) to = from;
        count_part(corpus, all, from, to, false);
        from = to;
    }
    count_part(corpus, all, from, all->nbytes, true);
}

/* The first documents and the others, counted at the same time. */
static void count_in_parts(tp_corpus *corpus, const documents *all, size_t n_first)
{
    size_t start = n_first == 0 ? 0 : (size_t)all->ends[n_first - 1] + 1, rest = all->nbytes > start ? all->nbytes - start : 0;
    uint64_t *ends = allocate((all->n + 1) * sizeof *ends);
    for (size_t i = 0; i < all->n; i++) ends[i] = i < n_first ? all->ends[i] : all->ends[i] - start;
    tp_corpus *both[] = {corpus, new_corpus()};
    const tp_batch pieces[] = {
        {both[0], all->text, start > 0 ? start - 1 : 0, ends, n_first, NULL, 0},
        {both[1], rest > 0 ? all->text + start : NULL, rest, ends + n_first, all->n - n_first, NULL, 0},
    };
    CHECK_EQ_U(tp_corpus_count(&pieces[0], 1, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_count(&pieces[1], 1, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_append(both[0], both[1], 0, 0, NULL), TP_OK);
    tp_corpus_free(both[1]);
    free(ends);
}

typedef struct told {
    uint64_t n_documents, n_words;
} told;

static int hear(void *user, uint64_t index, uint64_t n_words)
{
    told *so_far = user;
    CHECK_EQ_U(index, so_far->n_documents++);
    so_far->n_words += n_words;
    return 1;
}

static void count_one_by_one(tp_corpus *corpus, const documents *all)
{
    told heard = {0};
    tp_totals totals;
    const tp_batch piece = {corpus, all->text, all->nbytes, all->ends, all->n, NULL, 0};
    CHECK_EQ_U(tp_corpus_count_each(&piece, hear, &heard, NULL), TP_OK);
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(heard.n_documents, totals.documents);
    CHECK_EQ_U(heard.n_words, totals.words);
}

/* The most frequent terms first, of equal ones the first seen; each is found by its word. */
static void check_top(tp_corpus *corpus, const naive_counts *expected, size_t n)
{
    uint64_t *ids = allocate((n + 1) * sizeof *ids), *counts = allocate((n + 1) * sizeof *counts), n_given = 0;
    CHECK_EQ_U(tp_corpus_get_top(corpus, n, ids, counts, &n_given, NULL), TP_OK);
    CHECK_EQ_U(n_given, n < expected->n_terms ? n : expected->n_terms);
    for (size_t i = 0; i < n_given; i++) {
        if (!CHECK(ids[i] < expected->n_terms)) break;
        const naive_term *term = &expected->terms[ids[i]];
        size_t n_before = 0;
        for (size_t j = 0; j < expected->n_terms; j++) {
            n_before += expected->terms[j].count > term->count || (expected->terms[j].count == term->count && j < ids[i]);
        }
        CHECK_EQ_U(n_before, i);
        CHECK_EQ_U(counts[i], term->count);
        CHECK_EQ_U(tp_corpus_get_count(corpus, term->text, term->nbytes), term->count);
    }
    free(counts);
    free(ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    size_t way = take_below(&in, 4), n_first = take_byte(&in);
    input sizes = take_bytes(&in, n_first % 8);
    if (in.nbytes == 0) return fuzz_end();
    documents all = documents_of(in);
    naive_counts *expected = naive_count(&all);
    bool is_text = naive_validate(in.data, in.nbytes) == in.nbytes;
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) != TP_OK) continue;
        tp_corpus *corpus = new_corpus();
        if (way == 0) count_part(corpus, &all, 0, all.nbytes, true);
        if (way == 1) count_in_pieces(corpus, &all, sizes);
        if (way == 2) count_in_parts(corpus, &all, n_first % (all.n + 1));
        if (way == 3) count_one_by_one(corpus, &all);
        if (is_text && check_corpus(corpus, &all, expected)) check_top(corpus, expected, n_first % 16);
        tp_corpus_free(corpus);
    }
    naive_free(expected);
    free_documents(&all);
    return fuzz_end();
}
