/* The product of two matrices: the common part of its kernels, one for each instruction set. */
#ifndef TEXTPROC_NUMERIC_PRODUCT_H
#define TEXTPROC_NUMERIC_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* Multiplies packed panels: `left` has the columns of a tile's rows one after the other, `right` the rows of its columns,
 * `depth` of each. Stores the tile, with rows `stride` apart, or adds it to the stored values. Every element is summed in order
 * of depth. */
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

/* The maximal number of elements of a tile. */
enum { TP_MAX_TILE_ITEMS = 8 * 24 };

#endif
