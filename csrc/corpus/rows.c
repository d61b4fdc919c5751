/* Makes a corpus of rows: terms, their counts and document frequencies, as another program may have them. */
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "corpus/corpus.h"
#include "textproc/text.h"

static tp_status check_row(const tp_counts *counts, uint64_t count, uint64_t frequency, uint64_t i, tp_error *error)
{
    if (count == 0) return tp_fail(error, TP_INVALID_ARGUMENT, i, "a count is 0");
    if (frequency == 0) return tp_fail(error, TP_INVALID_ARGUMENT, i, "a document frequency is 0");
    if (frequency > count) return tp_fail(error, TP_INVALID_ARGUMENT, i, "a document frequency is above the count");
    if (count > TP_MAX_COUNT - counts->words) return tp_fail(error, TP_TOO_LARGE, i, "all counts together reach 2^48");
    return TP_OK;
}

/* Returns whether bytes are a term, and hides line feeds in them: FF stands for one, which ends a term in the table. */
static bool make_term(uint8_t *text, size_t nbytes, bool of_any_rule)
{
    if (!of_any_rule) return tp_is_word(text, nbytes);
    if (nbytes == 0 || tp_utf8_validate(text, nbytes, NULL) != TP_OK) return false;
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] == '\n') text[i] = 0xFF;
    }
    return true;
}

typedef struct row {
    size_t number, nbytes;
    const uint8_t *text;
    uint64_t count, frequency;
} row;

/* Adds a row; equal terms are added up. The term is copied before it is checked, because another thread may write to it. */
static tp_status add_row(tp_counts *counts, const row *r, bool of_any_rule, tp_error *error)
{
    tp_status status = check_row(counts, r->count, r->frequency, r->number, error);
    if (status != TP_OK) return status;
    counts->lowered.used = 0;
    if (!tp_arena_reserve(TP_FOR_CORPUS, &counts->lowered, r->nbytes + 1)) return tp_fail_no_memory(error);
    if (r->nbytes > 0) memcpy(counts->lowered.data, r->text, r->nbytes);
    if (!make_term(counts->lowered.data, r->nbytes, of_any_rule)) {
        return tp_fail(error, TP_INVALID_ARGUMENT, r->number, "a term is not one word of UTF-8");
    }
    if (!tp_table_reserve(&counts->table, 1, r->nbytes)) return tp_fail_no_memory(error);
    tp_word word = tp_table_word(&counts->table, counts->lowered.data, r->nbytes);
    tp_term *term = tp_table_find_or_append(&counts->table, &word);
    tp_term_set(term, tp_term_count(term) + r->count, tp_term_document_frequency(term) + r->frequency);
    counts->words += r->count;
    return TP_OK;
}

static tp_status add_rows(tp_counts *counts, const tp_rows *rows, bool of_any_rule, tp_go_on go_on, void *user, tp_error *error)
{
    uint64_t start = rows->n > 0 ? tp_once(rows->offsets[0]) : 0;
    for (size_t i = 0; i < rows->n; i++) {
        uint64_t end = tp_once(rows->offsets[i + 1]);
        if (end < start || end > rows->text_nbytes) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the terms must ascend within the text");
        }
        if (!tp_may_read_on(go_on, user, i)) return tp_fail(error, TP_CANCELLED, i, "reading rows was stopped");
        const uint8_t *text = rows->text != NULL ? rows->text + start : NULL; /* C allows no arithmetic on NULL */
        const row r = {i, (size_t)(end - start), text, tp_once(rows->counts[i]), tp_once(rows->document_frequencies[i])};
        tp_status status = add_row(counts, &r, of_any_rule, error);
        if (status != TP_OK) return status;
        start = end;
    }
    return TP_OK;
}

tp_status tp_corpus_from_rows(const tp_rows *rows, bool of_any_rule, uint64_t documents, tp_go_on go_on, void *user,
                              tp_corpus **corpus, tp_error *error)
{
    if (documents > TP_MAX_COUNT) return tp_fail(error, TP_TOO_LARGE, rows->n, "there are more documents than can be counted");
    tp_corpus *made;
    tp_status status = tp_corpus_new(&made, error);
    if (status != TP_OK) return status;
    status = add_rows(&made->counts, rows, of_any_rule, go_on, user, error);
    if (status != TP_OK) {
        tp_corpus_free(made);
        return status;
    }
    tp_counts_free_scratch(&made->counts);
    made->counts.documents = documents;
    if (documents > 0 || made->counts.table.n_terms > 0) made->counts.first_document_terms = 0;
    *corpus = made;
    return TP_OK;
}
