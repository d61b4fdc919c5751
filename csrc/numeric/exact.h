/* Sums of floats without any rounding, in one long fixed-point number. */
#ifndef TEXTPROC_NUMERIC_EXACT_H
#define TEXTPROC_NUMERIC_EXACT_H

#include "textproc/numeric.h"

/* Adds one number. O(1). */
void tp_exact_add(tp_float_sum *sum, double number);

/* Adds another sum, including its bound. */
void tp_exact_join(tp_float_sum *sum, tp_float_sum *other);

/* Returns the sum times 2 to the power of `exponent`, rounded to the nearest double, ties to even; the bound is ignored. */
double tp_exact_round(const tp_float_sum *sum, int exponent);

/* Adds ints in the calling thread, and adds one sum to another. */
void tp_add_ints(const uint8_t *numbers, tp_number_type type, size_t n, tp_int_sum *sum);
void tp_add_int_sums(tp_int_sum *sum, const tp_int_sum *other);

/* Returns the sum of n > 0 doubles, correctly rounded, divided by n. */
double tp_mean(const double *numbers, size_t n);

#endif
