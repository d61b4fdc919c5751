/* Sums of floats without any rounding: one long fixed-point number. */
#ifndef TEXTPROC_NUMERIC_EXACT_H
#define TEXTPROC_NUMERIC_EXACT_H

#include "textproc.h"

/* What a sum has met that is no number: bits of tp_float_sum.specials. */
enum { TP_HAS_POSITIVE_INFINITY = 1, TP_HAS_NEGATIVE_INFINITY = 2, TP_HAS_NAN = 4 };

/* Adds one number. O(1). */
void tp_exact_add(tp_float_sum *sum, double number);

/* Adds what another sum has, its bound too. */
void tp_exact_join(tp_float_sum *sum, tp_float_sum *other);

/* The double nearest to the sum times 2 to the power of `exponent`, to the even one of two; the bound is not looked at. */
double tp_exact_round(const tp_float_sum *sum, int exponent);

#endif
