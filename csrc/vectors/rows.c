#include "vectors/rows.h"

bool tp_vectors_reserve_entries(tp_vectors *v, size_t n)
{
    if (n == 0) return true;
    size_t needed = n > SIZE_MAX - v->n_entries ? SIZE_MAX : v->n_entries + n;
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
