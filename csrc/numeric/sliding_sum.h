/* A sum of doubles from which numbers can be removed again exactly.
 *
 * It is a number in fixed point, wide enough for any double, as R. Neal's small superaccumulator (Fast Exact Summation Using
 * Small and Large Superaccumulators, 2015): digits of 32 bits in 64-bit variables; the highest digit has the sign. */
#ifndef TEXTPROC_NUMERIC_SLIDING_SUM_H
#define TEXTPROC_NUMERIC_SLIDING_SUM_H

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

/* 2^-1074 to 2^1024 takes 2098 bits, and 64 more allow for the largest possible number of summands: 2162 bits. */
enum { TP_SUM_DIGITS = 2162 / 32 + 1 };

/* All zero is the empty sum. */
typedef struct tp_sliding_sum {
    int64_t digits[TP_SUM_DIGITS]; /* digit i counts 2^(32 i - 1074); all digits but the highest are below 2^32 and not
                                    * negative */
    int lowest, highest;           /* the digits outside are 0 */
    uint64_t n_nan, n_plus_infinite, n_minus_infinite;
} tp_sliding_sum;

/* Brings all digits but the highest back to 32 bits, and finds the lowest and the highest digit that is not 0. */
static inline void tp_sum_carry(tp_sliding_sum *sum)
{
    int64_t *digits = sum->digits;
    int low = sum->lowest, high = sum->highest;
    for (int i = low; i < high; i++) {
        digits[i + 1] += digits[i] >> 32;
        digits[i] &= 0xFFFFFFFF;
    }
    while (digits[high] >> 32 != 0 && digits[high] >> 32 != -1) {
        digits[high + 1] = digits[high] >> 32;
        digits[high++] &= 0xFFFFFFFF;
    }
    for (; high > low && digits[high] == 0; high--) continue;
    for (; high > low && digits[high] == -1; high--) {
        digits[high] = 0;
        digits[high - 1] -= INT64_C(1) << 32;
    }
    for (; low < high && digits[low] == 0; low++) continue;
    sum->lowest = low;
    sum->highest = high;
}

/* Adds a number, `weight` times: 1 adds it, -1 removes it. Allowed at most a thousand times before tp_sum_carry. */
static inline void tp_sum_add(tp_sliding_sum *sum, double number, int weight)
{
    uint64_t bits, step = (uint64_t)(int64_t)weight;
    memcpy(&bits, &number, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7FF);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    if (exponent == 0x7FF) {
        if (fraction != 0) sum->n_nan += step;
        else if (bits >> 63 != 0) sum->n_minus_infinite += step;
        else sum->n_plus_infinite += step;
        return;
    }
    if (exponent > 0) {
        fraction |= UINT64_C(1) << 52;
        exponent--;
    }
    int64_t sign = bits >> 63 != 0 ? -weight : weight;
    int digit = exponent / 32, shift = exponent % 32;
    if (sum->lowest == sum->highest && sum->digits[sum->highest] == 0) sum->lowest = sum->highest = digit;
    if (digit < sum->lowest) sum->lowest = digit;
    if (digit + 1 > sum->highest) sum->highest = digit + 1;
    sum->digits[digit] += sign * (int64_t)(fraction << shift & 0xFFFFFFFF);
    sum->digits[digit + 1] += sign * (int64_t)(fraction >> (32 - shift));
}

/* 2^exponent, which must not be a subnormal. */
static inline double tp_power_of_two(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* Returns the mean of `n` numbers whose sum this is: the sum, rounded to double, divided by n. Call it after tp_sum_carry; n
 * must not be 0. */
static inline double tp_sum_mean(const tp_sliding_sum *sum, uint64_t n)
{
    assert(n != 0);
    if (sum->n_nan != 0 || (sum->n_plus_infinite != 0 && sum->n_minus_infinite != 0)) return NAN;
    if (sum->n_plus_infinite != 0) return INFINITY;
    if (sum->n_minus_infinite != 0) return -INFINITY;
    int low = sum->lowest, high = sum->highest;
    if (sum->digits[high] == 0) return 0.0;

    /* The digits of the absolute value. Its highest digit is not 0, and neither is its lowest, because that of the sum is
     * not. */
    uint64_t digits[TP_SUM_DIGITS + 1];
    int64_t sign = sum->digits[high] < 0 ? -1 : 1, carry = 0;
    digits[high] = 0; /* for compilers that do not see that one exists */
    for (int i = low; i <= high; i++) {
        carry += sign * sum->digits[i];
        digits[i] = (uint64_t)carry & 0xFFFFFFFF;
        carry >>= 32;
    }
    if (carry != 0) digits[++high] = (uint64_t)carry;

    /* Its highest 64 bits; the lowest of them represents all bits below. */
    uint64_t top = digits[high] << 32 | (high > low ? digits[high - 1] : 0), below = high - 1 > low ? digits[high - 2] : 0;
    int shift = 63 - (int)tp_highest_bit(top);
    top = top << shift | below << shift >> 32;
    if ((below << shift & 0xFFFFFFFF) != 0 || high - 2 > low) top |= 1;

    /* Beyond the largest double, the sum is scaled down until it is divided. The mean is no larger than the largest of the
     * numbers, although it is rounded twice: n times the largest double is rounded to less than n 2^1024. */
    int exponent = 32 * (high - 1) - 1074 - shift, scale = exponent + 64 > 1023 ? 128 : 0;
    exponent -= scale;
    double rounded = (double)top * tp_power_of_two(exponent / 2) * tp_power_of_two(exponent - exponent / 2);
    double mean = rounded / (double)n * tp_power_of_two(scale);
    return sign < 0 ? -mean : mean;
}

#endif
