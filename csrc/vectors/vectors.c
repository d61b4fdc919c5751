#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "base/thread.h"
#include "corpus/keys.h"
#include "vectors/document.h"
#include "vectors/few.h"
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

/* ---- Several at once ------------------------------------------------------------------------------------------------- */

typedef struct adding {
    const tp_vectors_job *job;
    place before;
    tp_status status;
    tp_error error;
} adding;

static void add_job(void *all, size_t i)
{
    adding *one = (adding *)all + i;
    one->status = add_documents(one->job->vectors, &(documents){.each = one->job->documents, .n = one->job->n_documents}, &one->error);
}

tp_status tp_vectors_add_each(const tp_vectors_job *jobs, size_t n_jobs, tp_error *error)
{
    if (n_jobs == 1) {
        return add_documents(jobs->vectors, &(documents){.each = jobs->documents, .n = jobs->n_documents}, error);
    }
    size_t nbytes = n_jobs * sizeof(adding), first = 0;
    if (n_jobs == 0) return TP_OK;
    adding *all = tp_allocate(TP_FOR_WORK, nbytes);
    if (all == NULL) return tp_fail_no_memory(error);
    for (size_t i = 0; i < n_jobs; i++) all[i] = (adding){.job = &jobs[i], .before = place_of(jobs[i].vectors)};
    tp_fork_join(add_job, all, n_jobs);
    while (first < n_jobs && all[first].status == TP_OK) first++;
    tp_status status = first < n_jobs ? all[first].status : TP_OK;
    if (status != TP_OK && error != NULL) *error = all[first].error;
    for (size_t i = 0; i < n_jobs && status != TP_OK; i++) go_back(jobs[i].vectors, all[i].before);
    tp_release(TP_FOR_WORK, all, nbytes);
    return status;
}

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

/* Stores the column here of each of the other's terms, appending those that are new. */
static void take_terms(tp_vectors *v, const tp_table *from, uint32_t *columns)
{
    for (size_t i = 0; i < from->n_terms; i++) {
        tp_word word = tp_table_word(&v->table, tp_table_text(from, i), tp_table_nbytes(from, i));
        columns[i] = (uint32_t)(tp_table_find_or_append(&v->table, &word) - v->table.terms);
    }
}

static void take_rows(tp_vectors *v, const tp_vectors *other, const uint32_t *columns)
{
    size_t first = v->n_entries;
    for (size_t i = 0; i < other->n_entries; i++) {
        v->columns[first + i] = columns != NULL ? columns[other->columns[i]] : other->columns[i];
        v->counts[first + i] = other->counts[i];
    }
    for (size_t i = 0; i < other->n_rows; i++) v->row_ends[v->n_rows + i] = first + other->row_ends[i];
    v->n_entries += other->n_entries;
    v->n_rows += other->n_rows;
}

tp_status tp_vectors_append_terms(tp_vectors *v, const tp_vectors *other, uint32_t *columns, tp_error *error)
{
    size_t n_terms = other->table.n_terms;
    if (v == other || v->is_fixed) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "only others' terms can be appended, where terms are not fixed");
    if (n_terms > TP_MAX_COLUMNS - v->table.n_terms) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many terms");
    if (!tp_vectors_reserve_terms(v, n_terms, other->table.text.used)) return tp_fail_no_memory(error);
    take_terms(v, &other->table, columns);
    return TP_OK;
}

tp_status tp_vectors_append(tp_vectors *v, const tp_vectors *other, tp_error *error)
{
    if (v == other || v->is_fixed != other->is_fixed || (v->is_fixed && v->table.n_terms != other->table.n_terms)) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "only other vectors can be appended, with the same fixed terms or none");
    }
    size_t n_terms = other->table.n_terms, map_nbytes = n_terms * sizeof(uint32_t);
    if (n_terms > TP_MAX_COLUMNS - v->table.n_terms) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many terms");
    if (!tp_vectors_reserve_rows(v, other->n_rows) || !tp_vectors_reserve_entries(v, other->n_entries)) return tp_fail_no_memory(error);
    if (n_terms == 0 || v->is_fixed) {
        take_rows(v, other, NULL);
        return TP_OK;
    }
    uint32_t *columns = tp_allocate(TP_FOR_WORK, map_nbytes);
    if (columns == NULL || !tp_vectors_reserve_terms(v, n_terms, other->table.text.used)) {
        tp_release(TP_FOR_WORK, columns, map_nbytes);
        return tp_fail_no_memory(error);
    }
    take_terms(v, &other->table, columns);
    take_rows(v, other, columns);
    tp_release(TP_FOR_WORK, columns, map_nbytes);
    return TP_OK;
}

/* ---- Giving out ------------------------------------------------------------------------------------------------------ */

void tp_vectors_get_sizes(const tp_vectors *v, tp_vectors_sizes *sizes)
{
    *sizes = (tp_vectors_sizes){v->n_rows, v->n_entries, v->table.n_terms, v->table.text.used};
}

static size_t longest_row(const tp_vectors *v)
{
    size_t longest = 0;
    for (size_t i = 0; i < v->n_rows; i++) {
        size_t n = (size_t)v->row_ends[i] - tp_row_start(v, i);
        longest = n > longest ? n : longest;
    }
    return longest;
}

static bool are_ascending(const uint32_t *columns, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (columns[i] < columns[i - 1]) return false;
    }
    return true;
}

/* Where entries go. */
typedef struct target {
    const int32_t *renumbered; /* the column for each term; NULL: its number */
    tp_values kind;
    int32_t *columns;
    void *values;
} target;

/* Stores each count at its place from `start` on. */
static void put_values(const target *to, const int32_t *counts, const uint32_t *places, size_t start, size_t n)
{
    if (to->kind == TP_VALUES_INT64) {
        for (size_t i = 0; i < n; i++) ((int64_t *)to->values)[start + places[i]] = counts[i];
    } else if (to->kind == TP_VALUES_FLOAT64) {
        for (size_t i = 0; i < n; i++) ((double *)to->values)[start + places[i]] = counts[i];
    } else if (to->kind == TP_VALUES_FLOAT32) {
        for (size_t i = 0; i < n; i++) ((float *)to->values)[start + places[i]] = (float)counts[i];
    } else {
        for (size_t i = 0; i < n; i++) ((int32_t *)to->values)[start + places[i]] = counts[i];
    }
}

/* Stores the places of n entries in order of their columns. `pairs` has room for twice as many. */
static void find_places(const uint32_t *columns, size_t n, uint64_t *pairs, uint32_t *places)
{
    if (n <= TP_FEW) {
        uint32_t copied[TP_FEW + 16];
        uint8_t ranks[TP_FEW];
        memcpy(copied, columns, n * sizeof *columns);
        memset(copied + n, 0, 16 * sizeof *copied);
        tp_rank_few(copied, n, ranks);
        for (size_t i = 0; i < n; i++) places[i] = ranks[i];
        return;
    }
    for (size_t i = 0; i < n; i++) pairs[i] = (uint64_t)columns[i] << 32 | (uint32_t)i;
    tp_sort_by_high_half(pairs, pairs + n, n);
    for (size_t i = 0; i < n; i++) places[(uint32_t)pairs[i]] = (uint32_t)i;
}

/* Stores a row of entries whose columns ascend: hashed rows do, and short ones. */
static void put_ascending(const tp_vectors *v, size_t start, size_t n, const target *to, uint32_t *places)
{
    for (size_t i = 0; i < n; i++) places[i] = (uint32_t)i;
    if (to->renumbered == NULL) memcpy(to->columns + start, v->columns + start, n * sizeof *v->columns);
    else for (size_t i = 0; i < n; i++) to->columns[start + i] = to->renumbered[v->columns[start + i]];
    put_values(to, v->counts + start, places, start, n);
}

/* Stores rows first … end - 1. `room` has three 64-bit numbers for each entry of a row. */
static void put_rows(const tp_vectors *v, size_t first, size_t end, const target *to, uint64_t *room)
{
    for (size_t row = first; row < end; row++) {
        size_t start = tp_row_start(v, row), n = (size_t)v->row_ends[row] - start;
        const uint32_t *from = v->columns + start;
        uint32_t *places = (uint32_t *)(void *)(room + 2 * n);
        if (n == 0) continue;
        if (are_ascending(from, n)) {
            put_ascending(v, start, n, to, places);
            continue;
        }
        find_places(from, n, room, places);
        int32_t *columns = to->columns + start;
        for (size_t i = 0; i < n; i++) columns[places[i]] = to->renumbered == NULL ? (int32_t)from[i] : to->renumbered[from[i]];
        put_values(to, v->counts + start, places, start, n);
    }
}

/* The room that put_rows needs, at least some. */
static size_t room_nbytes(const tp_vectors *v) { return 3 * (longest_row(v) + 1) * sizeof(uint64_t); }

static void copy_row_starts(const tp_vectors *v, int64_t *row_starts)
{
    row_starts[0] = 0;
    for (size_t i = 0; i < v->n_rows; i++) row_starts[i + 1] = (int64_t)v->row_ends[i];
}

tp_status tp_vectors_get_rows(const tp_vectors *v, int32_t *columns, int32_t *counts, int64_t *row_starts, tp_error *error)
{
    size_t nbytes = room_nbytes(v);
    uint64_t *room = tp_allocate(TP_FOR_WORK, nbytes);
    if (room == NULL) return tp_fail_no_memory(error);
    copy_row_starts(v, row_starts);
    put_rows(v, 0, v->n_rows, &(target){NULL, TP_VALUES_INT32, columns, counts}, room);
    tp_release(TP_FOR_WORK, room, nbytes);
    return TP_OK;
}

/* ---- Taking out ------------------------------------------------------------------------------------------------------ */

/* Rows are taken from the last one on, so many entries at a time, whose memory is given back before that of the next ones is
 * touched. */
enum { TAKEN_ENTRIES = 1 << 20 };

typedef struct taking {
    const tp_vectors *v;
    const target *to;
    uint8_t *room;
    size_t room_nbytes, first, end, n_threads;
} taking;

static void take_share(void *all, size_t i)
{
    const taking *t = all;
    size_t n = t->end - t->first, first = t->first + n * i / t->n_threads, end = t->first + n * (i + 1) / t->n_threads;
    put_rows(t->v, first, end, t->to, (uint64_t *)(void *)(t->room + i * t->room_nbytes));
}

/* Gives back the memory behind the first n entries, where that is possible. */
static void shrink_entries(tp_vectors *v, size_t n)
{
    if (n == 0) {
        tp_vectors_drop_entries(v);
        return;
    }
    uint32_t *columns = tp_resize(TP_FOR_VECTORS, v->columns, v->columns_capacity * sizeof *columns, n * sizeof *columns);
    if (columns != NULL) v->columns = columns, v->columns_capacity = n;
    int32_t *counts = tp_resize(TP_FOR_VECTORS, v->counts, v->counts_capacity * sizeof *counts, n * sizeof *counts);
    if (counts != NULL) v->counts = counts, v->counts_capacity = n;
    if (columns == NULL || counts == NULL) tp_forget_refusal();
    v->n_entries = n;
}

tp_status tp_vectors_take_rows(tp_vectors *v, const int32_t *renumbered, tp_values kind, size_t n_threads, int32_t *columns,
                               void *values, int64_t *row_starts, tp_error *error)
{
    const target to = {renumbered, kind, columns, values};
    size_t nbytes = room_nbytes(v), n_rows = v->n_rows;
    if (n_threads < 1 || n_threads > TP_MOST_SHARES || kind < TP_VALUES_INT32 || kind > TP_VALUES_FLOAT64) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there are no such values or threads");
    }
    uint8_t *room = nbytes > SIZE_MAX / n_threads ? tp_refuse(SIZE_MAX) : tp_allocate(TP_FOR_WORK, nbytes * n_threads);
    if (room == NULL) return tp_fail_no_memory(error);
    copy_row_starts(v, row_starts);
    while (n_rows > 0) {
        size_t first = n_rows - 1, end = (size_t)v->row_ends[first];
        while (first > 0 && end - tp_row_start(v, first) < TAKEN_ENTRIES) first--;
        taking t = {v, &to, room, nbytes, first, n_rows, n_threads};
        if (n_threads == 1) take_share(&t, 0);
        else tp_fork_join(take_share, &t, n_threads);
        n_rows = first;
        if (n_rows > 0) shrink_entries(v, tp_row_start(v, n_rows));
    }
    tp_release(TP_FOR_WORK, room, nbytes * n_threads);
    tp_vectors_clear_rows(v);
    return TP_OK;
}

/* Up to so many entries keep their memory, so that a call with few documents need not allocate. */
enum { KEPT_ENTRIES = 1 << 16 };

void tp_vectors_clear_rows(tp_vectors *v)
{
    v->n_rows = v->n_entries = 0;
    if (v->columns_capacity > KEPT_ENTRIES) tp_vectors_drop_entries(v);
}

tp_status tp_vectors_get_terms(const tp_vectors *v, uint8_t *text, int32_t *ranks, tp_error *error)
{
    const tp_table *table = &v->table;
    size_t n = table->n_terms, nbytes = 2 * n * sizeof(tp_sorted_term);
    if (ranks != NULL && n > 0) {
        tp_sorted_term *terms = tp_allocate(TP_FOR_WORK, nbytes);
        if (terms == NULL) return tp_fail_no_memory(error);
        tp_sort_terms(table, terms, terms + n);
        for (size_t i = 0; i < n; i++) ranks[terms[i].number] = (int32_t)i;
        tp_release(TP_FOR_WORK, terms, nbytes);
    }
    if (text != NULL && table->text.used > 0) memcpy(text, table->text.data, table->text.used);
    return TP_OK;
}
