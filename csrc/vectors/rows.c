#include "vectors/rows.h"

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

static bool reserve_marks(tp_vectors *v, size_t needed)
{
    size_t before = v->marks_capacity;
    if (needed <= before) return true;
    uint64_t *marks = tp_grow(TP_FOR_VECTORS, v->marks, &v->marks_capacity, needed, sizeof *marks);
    if (marks == NULL) return false;
    memset(marks + before, 0, (v->marks_capacity - before) * sizeof *marks);
    v->marks = marks;
    return true;
}

bool tp_vectors_reserve_terms(tp_vectors *v, size_t n, size_t nbytes)
{
    if (v->is_fixed || n == 0) return true;
    if (n > TP_MAX_COLUMNS - v->table.n_terms || !tp_table_reserve(&v->table, n, nbytes)) return false;
    return reserve_marks(v, v->table.n_terms + n);
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
