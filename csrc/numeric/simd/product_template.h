/* The kernel of the matrix product, written once for all instruction sets. The file that includes this one defines
 *
 *     tp_vector                                 LANES doubles in a register
 *     LANES, TILE_ROWS, TILE_VECTORS            a tile has TILE_ROWS rows of TILE_VECTORS vectors, all of which fit in registers
 *     load(p), store(p, vector)                 at any address
 *     broadcast(p)                              the number at p in all lanes
 *     add(a, b), multiply_add(a, b, c)          a + b, a * b + c; the latter may round once or twice
 *     KERNEL                                    the name of the kernel to define */
#include "base/compiler.h"
#include "numeric/product.h"

enum { TILE_COLUMNS = LANES * TILE_VECTORS };

static void multiply_panels(size_t depth, const double *left, const double *right, double *tile, size_t stride, bool adds)
{
    static const double zero = 0.0;
    tp_vector sums[TILE_ROWS][TILE_VECTORS];
    TP_UNROLL_WHOLE
    for (size_t r = 0; r < TILE_ROWS; r++) {
        TP_UNROLL_WHOLE
        for (size_t v = 0; v < TILE_VECTORS; v++) sums[r][v] = broadcast(&zero);
    }
    for (; depth > 0; depth--, left += TILE_ROWS, right += TILE_COLUMNS) {
        tp_vector row[TILE_VECTORS];
        TP_UNROLL_WHOLE
        for (size_t v = 0; v < TILE_VECTORS; v++) row[v] = load(right + LANES * v);
        TP_UNROLL_WHOLE
        for (size_t r = 0; r < TILE_ROWS; r++) {
            tp_vector factor = broadcast(left + r);
            TP_UNROLL_WHOLE
            for (size_t v = 0; v < TILE_VECTORS; v++) sums[r][v] = multiply_add(factor, row[v], sums[r][v]);
        }
    }
    TP_UNROLL_WHOLE
    for (size_t r = 0; r < TILE_ROWS; r++) {
        TP_UNROLL_WHOLE
        for (size_t v = 0; v < TILE_VECTORS; v++) {
            double *place = tile + r * stride + LANES * v;
            store(place, adds ? add(load(place), sums[r][v]) : sums[r][v]);
        }
    }
}

const tp_product_kernel KERNEL = {TILE_ROWS, TILE_COLUMNS, multiply_panels};
