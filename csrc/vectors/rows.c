#include "vectors/rows.h"

#include "vectors/few.h"
#include "vectors/sort.h"

bool tp_vectors_may_go_on(tp_vectors *v)
{
    tp_asking *asking = &v->asking;
    if (asking->go_on != NULL && asking->go_on(asking->user) == 0) asking->is_stopped = true;
    return !asking->is_stopped;
}

bool tp_vectors_reserve_entries(tp_vectors *v, size_t n)
{
    if (n == 0) return true;
    size_t needed = n > SIZE_MAX - v->n_entries ? SIZE_MAX : v->n_entries + n;
    if (needed <= v->columns_capacity && needed <= v->counts_capacity) return true;
    uint32_t *columns = tp_grow(TP_FOR_VECTORS, v->columns, &v->columns_capacity, needed, sizeof *columns);
    if (columns == NULL) return false;
    v->columns = columns;
    int32_t *counts = tp_grow(TP_FOR_VECTORS, v->counts, &v->counts_capacity, needed, sizeof *counts);
    if (counts == NULL) return false;
    v->counts = counts;
    return true;
}

bool tp_vectors_reserve_rows(tp_vectors *v, size_t n)
{
    if (n == 0) return true;
    size_t needed = n > SIZE_MAX - v->n_rows ? SIZE_MAX : v->n_rows + n;
    uint64_t *row_ends = tp_grow(TP_FOR_VECTORS, v->row_ends, &v->rows_capacity, needed, sizeof *row_ends);
    if (row_ends == NULL) return false;
    v->row_ends = row_ends;
    return true;
}

bool tp_vectors_reserve_terms(tp_vectors *v, size_t n, size_t nbytes)
{
    if (v->is_fixed || n == 0) return true;
    return n <= TP_MAX_COLUMNS - v->table.n_terms && tp_table_reserve(&v->table, n, nbytes);
}

void tp_vectors_drop_entries(tp_vectors *v)
{
    tp_release(TP_FOR_VECTORS, v->columns, v->columns_capacity * sizeof *v->columns);
    tp_release(TP_FOR_VECTORS, v->counts, v->counts_capacity * sizeof *v->counts);
    v->columns = NULL;
    v->counts = NULL;
    v->columns_capacity = v->counts_capacity = v->n_entries = 0;
}

void tp_parts_clear(tp_parts *parts)
{
    tp_table_free(&parts->table);
    parts->terms.used = 0;
}

void tp_parts_free(tp_parts *parts)
{
    tp_table_free(&parts->table);
    tp_release(TP_FOR_VECTORS, parts->visible, sizeof *parts->visible);
    tp_release(TP_FOR_VECTORS, parts->ends, parts->ends_capacity * sizeof *parts->ends);
    tp_arena_free(TP_FOR_VECTORS, &parts->terms);
}

/* ---- The open row ---------------------------------------------------------------------------------------------------- */

/* So many terms are sorted at once: they and their copy stay in the second-level cache. The entries that are made of them are
 * merged from the second number on, and then again whenever there are twice as many as after the time before. */
enum { MOST_UNSORTED_NBYTES = 1 << 18, MOST_UNMERGED = 1 << 18 };

/* One more than the greatest number in a row. */
static uint64_t limit_of(const tp_vectors *v) { return tp_is_hashed(v) ? 2 * v->options.n_columns : v->table.n_terms; }

/* Makes entries of the terms of the open row. */
static bool fold_row(tp_vectors *v)
{
    size_t nbytes = v->row.used, n = nbytes / sizeof(uint32_t);
    if (n == 0) return true;
    v->sorted.used = 0;
    const size_t behind = TP_COUNTED_BEHIND * sizeof(uint32_t);
    if (!tp_vectors_reserve_entries(v, n + TP_COUNTED_BEHIND)) return false;
    if (!tp_arena_reserve(TP_FOR_VECTORS, &v->row, behind) || !tp_arena_reserve(TP_FOR_VECTORS, &v->sorted, nbytes + behind)) return false;
    const uint32_t *sorted = tp_sort_numbers((uint32_t *)(void *)v->row.data, (uint32_t *)(void *)v->sorted.data, n, limit_of(v));
    v->n_entries += tp_count_equal(sorted, n, tp_is_hashed(v), v->columns + v->n_entries, v->counts + v->n_entries);
    v->row.used = 0;
    return true;
}

/* Merges the entries of the open row that have the same column. */
static bool merge_entries(tp_vectors *v)
{
    size_t start = tp_row_start(v, v->n_rows), n = v->n_entries - start, last = 0;
    uint32_t *columns = v->columns + start;
    int32_t *counts = v->counts + start;
    v->sorted.used = 0;
    if (n > SIZE_MAX / (2 * sizeof(uint64_t)) || !tp_arena_reserve(TP_FOR_VECTORS, &v->sorted, 2 * n * sizeof(uint64_t))) return false;
    uint64_t *pairs = (uint64_t *)(void *)v->sorted.data;
    for (size_t i = 0; i < n; i++) pairs[i] = (uint64_t)columns[i] << 32 | (uint32_t)counts[i];
    tp_sort_by_high_half(pairs, pairs + n, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t column = (uint32_t)(pairs[i] >> 32);
        bool is_equal = i > 0 && column == columns[last];
        last += i > 0 && !is_equal;
        counts[last] = (is_equal ? counts[last] : 0) + (int32_t)(uint32_t)pairs[i];
        columns[last] = column;
    }
    v->n_entries = start + last + 1;
    v->most_unmerged = 2 * (last + 1) > MOST_UNMERGED ? 2 * (last + 1) : MOST_UNMERGED;
    return true;
}

bool tp_vectors_reserve_row(tp_vectors *v, size_t n)
{
    if (v->row.used >= MOST_UNSORTED_NBYTES) {
        if (!tp_vectors_may_go_on(v) || !fold_row(v)) return false;
        if (v->n_entries - tp_row_start(v, v->n_rows) > v->most_unmerged && !merge_entries(v)) return false;
    }
    return n <= SIZE_MAX / sizeof(uint32_t) && tp_arena_reserve(TP_FOR_VECTORS, &v->row, n * sizeof(uint32_t));
}

void tp_vectors_begin_row(tp_vectors *v)
{
    v->row.used = 0;
    v->most_unmerged = MOST_UNMERGED;
}

bool tp_vectors_close_row(tp_vectors *v)
{
    size_t before = v->n_entries;
    if (!fold_row(v)) return false;
    if (before > tp_row_start(v, v->n_rows) && !merge_entries(v)) return false;
    v->row_ends[v->n_rows++] = v->n_entries;
    tp_vectors_begin_row(v);
    return true;
}
