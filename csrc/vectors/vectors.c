#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "base/thread.h"
#include "corpus/keys.h"
#include "vectors/document.h"
#include "vectors/sort.h"

/* ---- Life ------------------------------------------------------------------------------------------------------------ */

static const char *fault_of(const tp_vectors_options *options)
{
    const tp_words *words = options->words;
    bool wants_words = options->terms == TP_TERMS_OF_WORDS;
    if (options->terms < TP_TERMS_OF_WORDS || options->terms > TP_TERMS_IN_WORDS) return "there are no such terms";
    if (options->letter_case != TP_CASE_KEEP && options->letter_case != TP_CASE_LOWER) return "there is no such letter case";
    if (options->accents < TP_ACCENTS_KEEP || options->accents > TP_ACCENTS_ASCII) return "there is no such way with accents";
    if (options->least < 1 || options->least > options->most) return "a term must have 1 part or more";
    if (options->n_columns > TP_MAX_COLUMNS) return "there are at most 2^31 - 1 columns";
    if (wants_words != (words != NULL)) return "a rule for words belongs to terms of words, and only to them";
    if (wants_words && (words->letter_case != TP_CASE_KEEP || words->normalizes || words->strips_accents || words->most_ngram > 1 || words->min_length > 1)) {
        return "the rule for words must find single words in text as it is";
    }
    return NULL;
}

tp_status tp_vectors_new(const tp_vectors_options *options, tp_vectors **vectors, tp_error *error)
{
    const char *fault = fault_of(options);
    if (fault != NULL) return tp_fail(error, TP_INVALID_ARGUMENT, 0, fault);
    tp_vectors *made = tp_allocate_zeroed(TP_FOR_VECTORS, sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    made->options = *options;
    made->table.hash_key = made->parts.table.hash_key = tp_hash_get_key();
    tp_vectors_begin_row(made);
    tp_object_made(TP_FOR_VECTORS);
    *vectors = made;
    return TP_OK;
}

void tp_vectors_free(tp_vectors *v)
{
    if (v == NULL) return;
    tp_table_free(&v->table);
    tp_vectors_drop_entries(v);
    tp_release(TP_FOR_VECTORS, v->row_ends, v->rows_capacity * sizeof *v->row_ends);
    tp_release(TP_FOR_VECTORS, v->chunk, sizeof *v->chunk);
    tp_parts_free(&v->parts);
    tp_text_free(&v->text);
    tp_arena_free(TP_FOR_CORPUS, &v->tokens);
    tp_arena_free(TP_FOR_CORPUS, &v->token_ends);
    tp_arena_free(TP_FOR_VECTORS, &v->starts);
    tp_arena_free(TP_FOR_VECTORS, &v->row);
    tp_arena_free(TP_FOR_VECTORS, &v->sorted);
    tp_object_freed(TP_FOR_VECTORS);
    tp_release(TP_FOR_VECTORS, v, sizeof *v);
}

void tp_vectors_free_at(tp_vectors **vectors)
{
    tp_vectors_free(*vectors);
    *vectors = NULL;
}

/* ---- Adding ---------------------------------------------------------------------------------------------------------- */

typedef struct place {
    size_t n_rows, n_entries, n_terms;
} place;

static place place_of(const tp_vectors *v) { return (place){v->n_rows, v->n_entries, v->table.n_terms}; }

/* Removes what was added since. */
static void go_back(tp_vectors *v, place to)
{
    v->n_rows = to.n_rows;
    v->n_entries = to.n_entries;
    tp_table_truncate(&v->table, to.n_terms);
    tp_parts_clear(&v->parts); /* its terms may be gone */
    if (v->chunk != NULL) v->chunk->used = v->chunk->n_documents = 0;
    tp_vectors_begin_row(v);
}

static tp_status check_ends(const uint64_t *ends, size_t n, size_t nbytes, tp_error *error)
{
    uint64_t least = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t end = tp_once(ends[i]);
        if (end > nbytes || end < least) return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends must ascend within the text");
        least = end + 1;
    }
    return TP_OK;
}

static tp_status fail_to_add(const tp_vectors *v, size_t i, tp_error *error)
{
    if (v->asking.is_stopped) return tp_fail(error, TP_CANCELLED, i, "adding documents was stopped");
    if (v->table.n_terms > TP_MAX_COLUMNS - TP_KEYS_AT_ONCE) return tp_fail(error, TP_TOO_LARGE, i, "there are too many terms");
    return tp_fail_no_memory(error);
}

/* Where document i is. */
typedef struct documents {
    const tp_document *each; /* NULL: they are in one text */
    const uint8_t *text;
    size_t text_nbytes;
    const uint64_t *ends;
    size_t n;
} documents;

static tp_status add_document(tp_vectors *v, const uint8_t *text, uint64_t nbytes, size_t i, tp_error *error)
{
    if (nbytes > INT32_MAX) return tp_fail(error, TP_TOO_LARGE, i, "a document has at most 2^31 - 1 bytes");
    return tp_vectors_put_document(v, nbytes > 0 ? text : NULL, (size_t)nbytes) ? TP_OK : fail_to_add(v, i, error);
}

static tp_status add_documents(tp_vectors *v, const documents *given, tp_error *error)
{
    if (!tp_vectors_reserve_rows(v, given->n)) return tp_fail_no_memory(error);
    place before = place_of(v);
    size_t start = 0;
    tp_status status = TP_OK;
    for (size_t i = 0; i < given->n && status == TP_OK; i++) {
        if (given->each != NULL) {
            status = add_document(v, given->each[i].text, given->each[i].nbytes, i, error);
            continue;
        }
        size_t end = tp_end_within(given->ends, i, start, given->text_nbytes);
        status = add_document(v, given->text == NULL ? NULL : given->text + start, end - start, i, error);
        start = tp_start_behind(end, given->text_nbytes);
    }
    if (status == TP_OK && !tp_vectors_flush(v)) status = fail_to_add(v, given->n, error);
    if (status != TP_OK) go_back(v, before);
    return status;
}

tp_status tp_vectors_add(tp_vectors *v, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                         tp_error *error)
{
    tp_status status = check_ends(ends, n_documents, text_nbytes, error);
    if (status != TP_OK) return status;
    return add_documents(v, &(documents){NULL, text, text_nbytes, ends, n_documents}, error);
}

tp_status tp_vectors_add_documents(tp_vectors *v, const tp_document *each, uint64_t n_documents, tp_go_on go_on, void *user, tp_error *error)
{
    v->asking = (tp_asking){go_on, user, false};
    tp_status status = add_documents(v, &(documents){.each = each, .n = (size_t)n_documents}, error);
    v->asking = (tp_asking){0};
    return status;
}

int tp_go_on_unless(void *is_stopped) { return !atomic_load((const _Atomic uint64_t *)is_stopped); }

void tp_stop(uint64_t *is_stopped) { atomic_store((_Atomic uint64_t *)is_stopped, 1); }

/* ---- Terms that are given ---------------------------------------------------------------------------------------------- */

tp_status tp_vectors_fix(tp_vectors *v, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_terms,
                         tp_error *error)
{
    tp_status status = check_ends(ends, n_terms, text_nbytes, error);
    if (status != TP_OK) return status;
    if (v->options.n_columns > 0) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "hashed columns have no terms");
    if (n_terms == 0) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there must be a term");
    if (n_terms > TP_MAX_COLUMNS - v->table.n_terms) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many terms");
    bool was_fixed = v->is_fixed;
    v->is_fixed = false;
    if (!tp_vectors_reserve_terms(v, n_terms, text_nbytes)) {
        v->is_fixed = was_fixed;
        return tp_fail_no_memory(error);
    }
    place before = place_of(v);
    size_t start = 0;
    for (size_t i = 0; i < n_terms && status == TP_OK; i++) {
        size_t end = tp_end_within(ends, i, start, text_nbytes);
        tp_word word = tp_table_word(&v->table, text + start, end - start);
        if (end == start || tp_table_find(&v->table, &word) != TP_NO_TERM) {
            status = tp_fail(error, TP_INVALID_ARGUMENT, i, "a term must be new and have a character");
        } else {
            tp_table_append(&v->table, &word);
        }
        start = tp_start_behind(end, text_nbytes);
    }
    if (status != TP_OK) go_back(v, before);
    tp_parts_clear(&v->parts); /* they may have more terms now */
    v->is_fixed = status == TP_OK || was_fixed;
    return status;
}

/* ---- Joining ----------------------------------------------------------------------------------------------------------- */

/* So many terms are looked up at once: what one needs comes from memory while others are looked up. */
enum { LOOKED_UP_AT_ONCE = 32 };

/* A lookup of the terms first … end - 1 of another table. */
typedef struct joining {
    const tp_table *table, *other;
    size_t first, n_terms, n_threads;
    uint32_t *columns;
} joining;

static tp_word word_for(const tp_table *table, const tp_table *other, size_t i)
{
    if (memcmp(&table->hash_key, &other->hash_key, sizeof table->hash_key) == 0) return tp_table_word_at(other, i);
    return tp_table_word(table, tp_table_text(other, i), tp_table_nbytes(other, i));
}

static void look_up_share(void *shared, size_t share)
{
    const joining *j = shared;
    size_t next = j->first + j->n_terms * share / j->n_threads, end = j->first + j->n_terms * (share + 1) / j->n_threads;
    while (next < end) {
        tp_word words[LOOKED_UP_AT_ONCE];
        size_t n = end - next < LOOKED_UP_AT_ONCE ? end - next : LOOKED_UP_AT_ONCE;
        for (size_t i = 0; i < n; i++) {
            words[i] = word_for(j->table, j->other, next + i);
            if (j->table->n_terms > 0) TP_PREFETCH(&j->table->index.slots[tp_index_home(&j->table->index, words[i].hash)]);
        }
        for (size_t i = 0; i < n; i++) j->columns[next + i] = tp_table_find(j->table, &words[i]);
        next += n;
    }
}

/* Makes room for the terms that were not found. */
static tp_status reserve_new(tp_vectors *v, const joining *j, tp_error *error)
{
    size_t n_new = 0, nbytes = 0;
    for (size_t i = j->first; i < j->first + j->n_terms; i++) {
        if (j->columns[i] != TP_NO_TERM) continue;
        n_new++;
        nbytes += tp_table_nbytes(j->other, i);
    }
    if (n_new > TP_MAX_COLUMNS - v->table.n_terms) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many terms");
    return tp_vectors_reserve_terms(v, n_new, nbytes) ? TP_OK : tp_fail_no_memory(error);
}

static void append_new(tp_vectors *v, const joining *j)
{
    const size_t end = j->first + j->n_terms;
    for (size_t i = j->first; i < end; i++) {
        if (j->columns[i] != TP_NO_TERM) continue;
        size_t ahead = i + LOOKED_UP_AT_ONCE;
        if (ahead < end) TP_PREFETCH(&v->table.index.slots[tp_index_home(&v->table.index, word_for(&v->table, j->other, ahead).hash)]);
        const tp_word word = word_for(&v->table, j->other, i);
        j->columns[i] = (uint32_t)(tp_table_append(&v->table, &word) - v->table.terms);
    }
}

tp_status tp_vectors_append_terms(tp_vectors *v, const tp_vectors *other, uint64_t first, uint64_t n_terms, size_t n_threads,
                                  uint32_t *columns, tp_error *error)
{
    size_t n_there = other->table.n_terms;
    if (v == other || v->is_fixed) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "only others' terms can be appended, where terms are not fixed");
    if (first > n_there || n_terms > n_there - first || n_threads < 1 || n_threads > TP_MOST_SHARES) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there are no such terms or threads");
    }
    joining j = {&v->table, &other->table, (size_t)first, (size_t)n_terms, n_threads, columns};
    tp_fork_join(look_up_share, &j, n_threads);
    tp_status status = reserve_new(v, &j, error);
    if (status == TP_OK) append_new(v, &j);
    return status;
}

/* ---- Giving out ------------------------------------------------------------------------------------------------------ */

void tp_vectors_get_sizes(const tp_vectors *v, tp_vectors_sizes *sizes)
{
    *sizes = (tp_vectors_sizes){v->n_rows, v->n_entries, v->table.n_terms, v->table.text.used};
}

/* Up to so many entries keep their memory, so that a call with few documents need not allocate. */
enum { KEPT_ENTRIES = 1 << 16 };

void tp_vectors_clear_rows(tp_vectors *v)
{
    v->n_rows = v->n_entries = 0;
    if (v->columns_capacity > KEPT_ENTRIES) tp_vectors_drop_entries(v);
}

void tp_vectors_get_terms(const tp_vectors *v, uint8_t *text)
{
    if (v->table.text.used > 0) memcpy(text, v->table.text.data, v->table.text.used);
}

tp_status tp_vectors_rank_terms(const tp_vectors *v, size_t n_threads, int32_t *ranks, tp_go_on go_on, void *user, tp_error *error)
{
    size_t n = v->table.n_terms, nbytes = 2 * n * sizeof(tp_sorted_term);
    if (n_threads < 1 || n_threads > TP_MOST_SHARES) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there are not so many threads");
    if (n == 0) return TP_OK;
    tp_sorted_term *terms = tp_allocate(TP_FOR_WORK, nbytes);
    if (terms == NULL) return tp_fail_no_memory(error);
    const tp_sorting way = {&v->table, n_threads, go_on, user};
    tp_sorted_term *sorted = NULL;
    tp_status status = tp_sort_terms(&way, terms, terms + n, &sorted, error);
    for (size_t i = 0; status == TP_OK && i < n; i++) ranks[sorted[i].number] = (int32_t)i;
    tp_release(TP_FOR_WORK, terms, nbytes);
    return status;
}
