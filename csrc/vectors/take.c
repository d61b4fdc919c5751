/* Rows that are stored and removed, and the rows that terms have. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/thread.h"
#include "vectors/few.h"
#include "vectors/rows.h"
#include "vectors/sort.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* GCC does not fuse under -std=c11 */
#endif

/* ---- One row --------------------------------------------------------------------------------------------------------- */

/* Where a row goes. */
typedef struct target {
    const tp_rows_form *form;
    int32_t *columns;
    void *values;
} target;

/* Scratch memory for a row: entries in order, and what it takes to order them. */
typedef struct row_room {
    uint32_t *numbers;
    int32_t *counts;
    uint64_t *pairs; /* twice as many */
} row_room;

/* Bytes of scratch memory for each entry of a row. */
enum { ROOM_NBYTES = sizeof(uint32_t) + sizeof(int32_t) + 2 * sizeof(uint64_t) };

static row_room room_in(uint8_t *memory, size_t longest)
{
    uint64_t *pairs = (uint64_t *)(void *)memory;
    uint32_t *numbers = (uint32_t *)(void *)(pairs + 2 * longest);
    return (row_room){numbers, (int32_t *)(void *)(numbers + longest), pairs};
}

/* Stores entries in order of what stands for their terms. */
static void order(const uint32_t *numbers, const uint32_t *columns, const int32_t *counts, size_t n, const row_room *to)
{
    if (n <= TP_FEW) {
        uint32_t given[TP_FEW + 16];
        uint8_t ranks[TP_FEW];
        for (size_t i = 0; i < n; i++) given[i] = numbers[columns[i]];
        memset(given + n, 0, 16 * sizeof *given);
        tp_rank_few(given, n, ranks);
        for (size_t i = 0; i < n; i++) {
            to->numbers[ranks[i]] = given[i];
            to->counts[ranks[i]] = counts[i];
        }
        return;
    }
    uint64_t *pairs = to->pairs;
    for (size_t i = 0; i < n; i++) pairs[i] = (uint64_t)numbers[columns[i]] << 32 | (uint32_t)counts[i];
    tp_sort_by_high_half(pairs, pairs + n, n);
    for (size_t i = 0; i < n; i++) {
        to->numbers[i] = (uint32_t)(pairs[i] >> 32);
        to->counts[i] = (int32_t)(uint32_t)pairs[i];
    }
}

static void put_values(tp_values kind, const int32_t *counts, void *values, size_t n)
{
    if (kind == TP_VALUES_INT64) {
        for (size_t i = 0; i < n; i++) ((int64_t *)values)[i] = counts[i];
    } else if (kind == TP_VALUES_FLOAT64) {
        for (size_t i = 0; i < n; i++) ((double *)values)[i] = counts[i];
    } else if (kind == TP_VALUES_FLOAT32) {
        for (size_t i = 0; i < n; i++) ((float *)values)[i] = (float)counts[i];
    } else {
        memcpy(values, counts, n * sizeof *counts);
    }
}

static void *value_at(const target *to, size_t i)
{
    size_t nbytes = to->form->values == TP_VALUES_INT64 || to->form->values == TP_VALUES_FLOAT64 ? 8 : 4;
    return (uint8_t *)to->values + i * nbytes;
}

/* Multiplies values by the weights of their numbers. Returns whether all products are finite. */
static bool weight(double *values, const uint32_t *numbers, const double *weights, size_t n)
{
    double zeros = 0;
    for (size_t i = 0; i < n; i++) {
        values[i] *= weights[numbers[i]];
        zeros += values[i] - values[i]; /* not a number if the value is not finite */
    }
    return zeros == 0;
}

/* Each sum is made in the order of the entries, with one rounding for each product and sum. */
static void normalize(double *values, size_t n, tp_norm norm)
{
    double sum = 0;
    if (norm == TP_NORM_NONE) return;
    if (norm == TP_NORM_L1) {
        for (size_t i = 0; i < n; i++) sum += fabs(values[i]);
    } else {
        for (size_t i = 0; i < n; i++) sum += values[i] * values[i];
        sum = sqrt(sum);
    }
    if (sum == 0) return;
    for (size_t i = 0; i < n; i++) values[i] /= sum;
}

/* Stores rows first … end - 1. Returns false if a weighted value is not finite. */
static bool put_rows(const tp_vectors *v, size_t first, size_t end, const target *to, const row_room *room)
{
    const tp_rows_form *form = to->form;
    bool are_finite = true;
    for (size_t row = first; row < end; row++) {
        size_t start = tp_row_start(v, row), n = (size_t)v->row_ends[row] - start;
        if (n == 0) continue; /* there may be no entries at all */
        const uint32_t *numbers = v->columns + start;
        const int32_t *counts = v->counts + start;
        if (form->numbers != NULL) {
            order(form->numbers, numbers, counts, n, room);
            numbers = room->numbers;
            counts = room->counts;
        }
        int32_t *columns = to->columns + start;
        if (form->renumbered == NULL) memcpy(columns, numbers, n * sizeof *columns);
        else for (size_t i = 0; i < n; i++) columns[i] = form->renumbered[numbers[i]];
        put_values(form->values, counts, value_at(to, start), n);
        if (form->weights != NULL) are_finite &= weight(value_at(to, start), numbers, form->weights, n);
        if (form->norm != TP_NORM_NONE) normalize(value_at(to, start), n, form->norm);
    }
    return are_finite;
}

/* ---- All rows -------------------------------------------------------------------------------------------------------- */

/* So many entries are taken at once. */
enum { TAKEN_ENTRIES = 1 << 20 };

typedef struct taking {
    const tp_vectors *v;
    const target *to;
    uint8_t *room;
    size_t longest, first, n_rows, n_shares;
    bool are_finite[TP_MOST_SHARES];
} taking;

static size_t share_start(const taking *t, size_t i) { return (size_t)((uint64_t)t->n_rows * i / t->n_shares); }

static void take_share(void *all, size_t i)
{
    taking *t = all;
    size_t first = t->first + share_start(t, i), end = t->first + share_start(t, i + 1);
    const row_room room = room_in(t->room + i * t->longest * ROOM_NBYTES, t->longest);
    t->are_finite[i] = put_rows(t->v, first, end, t->to, &room);
}

/* Gives back the memory behind the first n entries, where that is possible. */
static void shrink_entries(tp_vectors *v, size_t n)
{
    uint32_t *columns = tp_resize(TP_FOR_VECTORS, v->columns, v->columns_capacity * sizeof *columns, n * sizeof *columns);
    if (columns != NULL) v->columns = columns, v->columns_capacity = n;
    int32_t *counts = tp_resize(TP_FOR_VECTORS, v->counts, v->counts_capacity * sizeof *counts, n * sizeof *counts);
    if (counts != NULL) v->counts = counts, v->counts_capacity = n;
    if (columns == NULL || counts == NULL) tp_forget_refusal();
    v->n_entries = n;
}

/* Removes the rows from one on. */
static void remove_rows(tp_vectors *v, size_t first)
{
    size_t n_entries = tp_row_start(v, first);
    v->n_rows = first;
    if (n_entries == 0 && first == 0) tp_vectors_clear_rows(v);
    else if (n_entries == 0) tp_vectors_drop_entries(v);
    else if (n_entries < v->n_entries) shrink_entries(v, n_entries);
}

static bool is_form(const tp_rows_form *form)
{
    bool are_floats = form->values == TP_VALUES_FLOAT64;
    return form->n_threads >= 1 && form->n_threads <= TP_MOST_SHARES && form->values >= TP_VALUES_INT32 &&
           form->values <= TP_VALUES_FLOAT64 && form->norm >= TP_NORM_NONE && form->norm <= TP_NORM_L2 &&
           (are_floats || (form->norm == TP_NORM_NONE && form->weights == NULL));
}

tp_status tp_vectors_take_rows(tp_vectors *v, const tp_rows_form *form, int32_t *columns, void *values, int64_t *row_starts,
                               uint64_t *n_left, tp_error *error)
{
    const target to = {form, columns, values};
    taking t = {.v = v, .to = &to, .longest = 1, .first = v->n_rows};
    if (!is_form(form)) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there are no such values, norm or threads");
    while (t.first > 0 && v->n_entries - tp_row_start(v, t.first) < TAKEN_ENTRIES) {
        t.first--;
        size_t n = (size_t)v->row_ends[t.first] - tp_row_start(v, t.first);
        if (form->numbers != NULL && n > t.longest) t.longest = n;
    }
    t.n_rows = v->n_rows - t.first;
    t.n_shares = t.n_rows == 0 ? 1 : t.n_rows < form->n_threads ? t.n_rows : form->n_threads;
    size_t nbytes = t.longest > SIZE_MAX / (ROOM_NBYTES * t.n_shares) ? 0 : t.longest * ROOM_NBYTES * t.n_shares;
    t.room = nbytes == 0 ? tp_refuse(SIZE_MAX) : tp_allocate(TP_FOR_WORK, nbytes);
    if (t.room == NULL) return tp_fail_no_memory(error);
    tp_fork_join(take_share, &t, t.n_shares);
    tp_release(TP_FOR_WORK, t.room, nbytes);
    for (size_t i = 0; i < t.n_shares; i++) {
        if (!t.are_finite[i]) return tp_fail(error, TP_TOO_LARGE, 0, "a weighted value is not finite");
    }
    row_starts[0] = 0;
    for (size_t i = t.first; i < v->n_rows; i++) row_starts[i + 1] = (int64_t)v->row_ends[i];
    remove_rows(v, t.first);
    *n_left = t.first;
    return TP_OK;
}

/* ---- Frequencies ------------------------------------------------------------------------------------------------------ */

static void add_frequencies(void *jobs, size_t i)
{
    const tp_frequencies_job *job = (const tp_frequencies_job *)jobs + i;
    const tp_vectors *v = job->vectors;
    for (size_t j = 0; j < v->n_entries; j++) job->frequencies[v->columns[j]]++;
}

void tp_vectors_add_frequencies(const tp_frequencies_job *jobs, size_t n_jobs)
{
    tp_frequencies_job *all = (tp_frequencies_job *)jobs;
    tp_fork_join(add_frequencies, all, n_jobs);
}
