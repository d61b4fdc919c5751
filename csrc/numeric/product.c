/* The matrix product as in K. Goto and R. van de Geijn, Anatomy of High-Performance Matrix Multiplication (2008): the right
 * matrix is cut into panels that stay in the third-level cache, the left one into blocks for the second level. Both are packed
 * so that the kernel reads them contiguously, with a strip of the right matrix in the first level.
 *
 * A step computes some rows of one or several panels. The order in which the elements of a tile are summed does not depend on
 * how rows are divided among steps and threads. */
#include "numeric/product.h"

#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/variants.h"
#include "textproc/numeric.h"

/* Measured on Zen 5, where a depth of 192 to 256 is best: a strip for AVX-512 then takes 36 of 48 KB of the first level, with
 * room for the left matrix's; a block of rows takes 192 KB and a panel 3 MB. */
enum { PANEL_DEPTH = 192, PANEL_COLUMNS = 2048, BLOCK_ROWS = 128 };

/* Storing an element takes at least as long as this many multiplications, and longer if the memory is touched for the first
 * time. */
enum { LEAST_DEPTH = 16 };

struct tp_product {
    tp_matrix left, right;
    double *items;
    tp_product_kernel kernel;
    size_t threads;
    size_t block_rows, panel_columns; /* multiples of the kernel's */
    double *blocks;                   /* one for each thread */
    double *panel;
    size_t block_nbytes, panel_nbytes;
    size_t row, depth, column; /* where the next step begins */
    uint64_t n_done;
};

static inline size_t at_most(size_t n, size_t limit) { return n < limit ? n : limit; }

static inline size_t n_parts(size_t n, size_t size) { return n / size + (n % size != 0); }

static inline size_t rounded_up(size_t n, size_t unit) { return n_parts(n, unit) * unit; }

static inline size_t rounded_down(size_t n, size_t unit) { return n / unit * unit; }

/* ---- Beginning and end -------------------------------------------------------------------------------------------- */

tp_status tp_product_new(const tp_matrix *left, const tp_matrix *right, double *items, size_t threads, tp_product **product,
                         tp_error *error)
{
    if (left->n_columns != right->n_rows) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "the matrices do not fit");
    }
    tp_product *p = tp_allocate(TP_FOR_PRODUCT, sizeof *p);
    if (p == NULL) return tp_fail_no_memory(error);
    tp_object_made(TP_FOR_PRODUCT);
    *p = (tp_product){.left = *left, .right = *right, .items = items, .kernel = TP_VARIANT(tp_product)};
    size_t depth = at_most(left->n_columns, PANEL_DEPTH);
    p->block_rows = rounded_down(BLOCK_ROWS, p->kernel.n_rows);
    p->block_rows = at_most(p->block_rows, rounded_up(at_most(left->n_rows, BLOCK_ROWS), p->kernel.n_rows));
    p->panel_columns = rounded_up(at_most(right->n_columns, PANEL_COLUMNS), p->kernel.n_columns);
    /* Not more threads than blocks of one panel, by rows or by columns. */
    size_t n_blocks = n_parts(left->n_rows, p->kernel.n_rows), n_strips = p->panel_columns / p->kernel.n_columns;
    p->threads = n_blocks == 0 || n_strips == 0 ? 1 : at_most(threads, n_blocks >= threads ? threads : n_blocks * n_strips);
    if (p->threads == 0) p->threads = 1;
    p->block_nbytes = (p->block_rows * depth + 1) * sizeof(double);
    p->panel_nbytes = (p->panel_columns * depth + 1) * sizeof(double);
    if (p->threads <= SIZE_MAX / 2 / p->block_nbytes) p->blocks = tp_allocate(TP_FOR_PRODUCT, p->threads * p->block_nbytes);
    else tp_refuse(SIZE_MAX);
    p->panel = p->blocks == NULL ? NULL : tp_allocate(TP_FOR_PRODUCT, p->panel_nbytes);
    if (p->panel == NULL) {
        tp_product_free(p);
        return tp_fail_no_memory(error);
    }
    *product = p;
    return TP_OK;
}

void tp_product_free(tp_product *product)
{
    if (product == NULL) return;
    tp_release(TP_FOR_PRODUCT, product->blocks, product->threads * product->block_nbytes);
    tp_release(TP_FOR_PRODUCT, product->panel, product->panel_nbytes);
    tp_object_freed(TP_FOR_PRODUCT);
    tp_release(TP_FOR_PRODUCT, product, sizeof *product);
}

void tp_product_free_at(tp_product **product)
{
    tp_product_free(*product);
    *product = NULL;
}

/* ---- Packing ------------------------------------------------------------------------------------------------------ */

/* Packs `n` vectors of `depth` numbers side by side, in strips of `width`; the last strip is padded with zeros. The vectors are
 * `stride` apart, their numbers `step`. */
static void pack(const double *items, size_t n, size_t stride, size_t depth, size_t step, size_t width, double *packed)
{
    for (size_t start = 0; start < n; start += width, packed += depth * width) {
        size_t n_here = at_most(n - start, width);
        const double *strip = items + start * stride;
        if (n_here < width) memset(packed, 0, depth * width * sizeof *packed);
        if (stride == 1) {
            for (size_t d = 0; d < depth; d++) memcpy(packed + d * width, strip + d * step, n_here * sizeof *packed);
        } else {
            for (size_t i = 0; i < n_here; i++) {
                for (size_t d = 0; d < depth; d++) packed[d * width + i] = strip[i * stride + d * step];
            }
        }
    }
}

/* ---- One step ----------------------------------------------------------------------------------------------------- */

/* The data that the threads of a step share: a panel, or part of one, for some rows. The work is divided by rows and, if these
 * are too few for all threads, by columns. */
typedef struct step {
    tp_product *product;
    size_t depth, n_rows, n_columns; /* of the step */
    size_t block_rows, part_columns;
    size_t n_row_blocks, n_column_parts;
    atomic_size_t next; /* the next block that no thread has taken */
} step;

static void pack_part_of_panel(void *shared, size_t index)
{
    const step *s = shared;
    const tp_product *p = s->product;
    size_t width = p->kernel.n_columns, strips = n_parts(s->n_columns, width), part = n_parts(strips, p->threads) * width;
    size_t first = index * part;
    if (first >= s->n_columns) return;
    const double *items = p->right.items + p->depth * p->right.row_stride + (p->column + first) * p->right.column_stride;
    pack(items, at_most(s->n_columns - first, part), p->right.column_stride, s->depth, p->right.row_stride, width,
         p->panel + first * s->depth);
}

/* Multiplies some packed rows by some packed columns. */
static void multiply_block(const step *s, const double *block, const double *panel, double *items, size_t n_rows,
                           size_t n_columns)
{
    const tp_product_kernel *kernel = &s->product->kernel;
    size_t stride = s->product->right.n_columns;
    bool adds = s->product->depth > 0;
    double tile[TP_MAX_TILE_ITEMS];
    for (size_t j = 0; j < n_columns; j += kernel->n_columns) {
        size_t n_here = at_most(n_columns - j, kernel->n_columns);
        for (size_t i = 0; i < n_rows; i += kernel->n_rows) {
            const double *left = block + i * s->depth, *right = panel + j * s->depth;
            size_t rows_here = at_most(n_rows - i, kernel->n_rows);
            double *place = items + i * stride + j;
            if (n_here == kernel->n_columns && rows_here == kernel->n_rows) {
                kernel->multiply(s->depth, left, right, place, stride, adds);
                continue;
            }
            kernel->multiply(s->depth, left, right, tile, kernel->n_columns, false);
            for (size_t r = 0; r < rows_here; r++) {
                const double *sums = tile + r * kernel->n_columns;
                for (size_t c = 0; c < n_here; c++) place[r * stride + c] = adds ? place[r * stride + c] + sums[c] : sums[c];
            }
        }
    }
}

static void multiply_blocks(void *shared, size_t index)
{
    step *s = shared;
    const tp_product *p = s->product;
    double *block = (double *)((uint8_t *)p->blocks + index * p->block_nbytes);
    size_t n = s->n_row_blocks * s->n_column_parts, packed = SIZE_MAX;
    for (size_t i; (i = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed)) < n;) {
        size_t row = i / s->n_column_parts * s->block_rows, column = i % s->n_column_parts * s->part_columns;
        size_t n_rows = at_most(s->n_rows - row, s->block_rows), n_columns = at_most(s->n_columns - column, s->part_columns);
        if (packed != row) {
            const double *items = p->left.items + (p->row + row) * p->left.row_stride + p->depth * p->left.column_stride;
            pack(items, n_rows, p->left.row_stride, s->depth, p->left.column_stride, p->kernel.n_rows, block);
            packed = row;
        }
        double *place = p->items + (p->row + row) * p->right.n_columns + p->column + column;
        multiply_block(s, block, p->panel + column * s->depth, place, n_rows, n_columns);
    }
}

static void share_out(step *s)
{
    const tp_product *p = s->product;
    size_t rows_each = rounded_up(n_parts(s->n_rows, p->threads), p->kernel.n_rows);
    s->block_rows = at_most(p->block_rows, rows_each);
    s->n_row_blocks = n_parts(s->n_rows, s->block_rows);
    size_t wanted_parts = n_parts(p->threads, s->n_row_blocks);
    s->part_columns = rounded_up(n_parts(s->n_columns, wanted_parts), p->kernel.n_columns);
    s->n_column_parts = n_parts(s->n_columns, s->part_columns);
}

/* Computes where the next step begins: further down, then further to the right of the left matrix, then at the columns of the
 * next panel. */
static void move_on(tp_product *p, const step *s)
{
    p->row += s->n_rows;
    if (p->row < p->left.n_rows) return;
    p->row = 0;
    p->depth += s->depth;
    if (p->depth < p->left.n_columns) return;
    p->depth = 0;
    p->column += s->n_columns;
}

/* Multiplies some rows of one panel, for about as long as `n` multiplications take. Returns how many it took, at least 1. */
static uint64_t multiply_rows(tp_product *p, uint64_t n)
{
    step s = {.product = p};
    s.depth = at_most(p->left.n_columns - p->depth, PANEL_DEPTH);
    s.n_columns = at_most(p->right.n_columns - p->column, p->panel_columns);
    const uint64_t n_row = (uint64_t)s.n_columns * (s.depth > LEAST_DEPTH ? s.depth : LEAST_DEPTH);
    uint64_t rows = n / n_row, n_left = p->left.n_rows - p->row;
    if (rows < n_left) n_left = at_most(rounded_up(rows > 0 ? (size_t)rows : 1, p->kernel.n_rows), (size_t)n_left);
    s.n_rows = (size_t)n_left;
    share_out(&s);
    if (p->row == 0) tp_fork_join(pack_part_of_panel, &s, p->threads);
    tp_fork_join(multiply_blocks, &s, p->threads);
    p->n_done += (uint64_t)s.n_rows * s.n_columns * s.depth;
    move_on(p, &s);
    return s.n_rows * n_row;
}

bool tp_product_step(tp_product *p, uint64_t n, uint64_t *n_done)
{
    bool is_done = p->left.n_rows == 0 || p->column >= p->right.n_columns;
    for (uint64_t n_now = 0; !is_done && (n_now == 0 || n_now < n);) { /* if there are few rows, more than one panel */
        n_now += multiply_rows(p, n_now < n ? n - n_now : 0);
        is_done = p->column >= p->right.n_columns;
    }
    *n_done = p->n_done;
    return !is_done;
}
