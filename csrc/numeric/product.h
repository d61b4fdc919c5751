/* The product of two matrices: what its kernels, one for each instruction set, have in common. */
#ifndef TEXTPROC_NUMERIC_PRODUCT_H
#define TEXTPROC_NUMERIC_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* Multiplies packed panels: `left` has one column of a tile's rows after the other, `right` one row of its columns, `depth` of
 * each. Stores the tile, its rows `stride` apart, or adds it to what is there. Every element is summed in order of depth. */
typedef void (*tp_multiply_panels)(size_t depth, const double *left, const double *right, double *tile, size_t stride, bool adds);

/* A kernel, and the tile that it keeps in registers. */
typedef struct tp_product_kernel {
    size_t n_rows;
    size_t n_columns;
    tp_multiply_panels multiply;
} tp_product_kernel;

extern const tp_product_kernel tp_product_plain;
extern const tp_product_kernel tp_product_neon;
extern const tp_product_kernel tp_product_avx2;
extern const tp_product_kernel tp_product_avx512;

/* What no tile has more of than this. */
enum { TP_MAX_TILE_ITEMS = 8 * 24 };

#endif
