/* A double is an integer of 53 bits times a power of two. In units of 2^-1074, the smallest double above 0, every double is an
 * integer below 2^2098; so a sum of up to 2^62 doubles is an integer below 2^2160, in 68 digits of 32 bits. The digits are
 * stored in 64 bits, signed, and carried to the next digit only now and then. */
#include "numeric/exact.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

enum {
    N_DIGITS = 70, /* as in textproc.h */
    DIGIT_BITS = 32,
    FRACTION_BITS = 52,
    INFINITE_EXPONENT = 0x7FF
};

#define DIGIT_MASK UINT64_C(0xFFFFFFFF)
#define HIDDEN_BIT (UINT64_C(1) << FRACTION_BITS)

/* Each addition changes a digit by less than 2^32, and a carried digit is smaller than that: this many additions keep it below
 * 2^63. */
#define ADDITIONS_BETWEEN_CARRIES (UINT64_C(1) << 30)

/* Brings all digits except the highest, which has the sign, into 0 … 2^32 - 1. */
static void carry(tp_float_sum *sum)
{
    int64_t over = 0;
    for (size_t i = 0; i + 1 < N_DIGITS; i++) {
        int64_t digit = sum->digits[i] + over;
        int64_t low = (int64_t)((uint64_t)digit & DIGIT_MASK);
        over = (digit - low) / ((int64_t)1 << DIGIT_BITS);
        sum->digits[i] = low;
    }
    sum->digits[N_DIGITS - 1] += over;
    sum->n_uncarried = 0;
}

void tp_exact_add(tp_float_sum *sum, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    bool is_negative = bits >> 63 != 0;
    unsigned exponent = (unsigned)(bits >> FRACTION_BITS) & INFINITE_EXPONENT;
    uint64_t significand = bits & (HIDDEN_BIT - 1);
    if (exponent == INFINITE_EXPONENT) {
        sum->specials |= significand != 0 ? TP_HAS_NAN : is_negative ? TP_HAS_NEGATIVE_INFINITY : TP_HAS_POSITIVE_INFINITY;
        return;
    }
    if (exponent == 0) exponent = 1;
    else significand |= HIDDEN_BIT;
    size_t first = (exponent - 1) / DIGIT_BITS;
    unsigned shift = (exponent - 1) % DIGIT_BITS;
    uint64_t rest = significand >> (DIGIT_BITS - shift);
    int64_t sign = is_negative ? -1 : 1;
    sum->digits[first] += sign * (int64_t)(significand << shift & DIGIT_MASK);
    sum->digits[first + 1] += sign * (int64_t)(rest & DIGIT_MASK);
    sum->digits[first + 2] += sign * (int64_t)(rest >> DIGIT_BITS);
    if (++sum->n_uncarried == ADDITIONS_BETWEEN_CARRIES) carry(sum);
}

void tp_exact_join(tp_float_sum *sum, tp_float_sum *other)
{
    carry(sum);
    carry(other);
    for (size_t i = 0; i < N_DIGITS; i++) sum->digits[i] += other->digits[i];
    sum->n_uncarried = 1;
    sum->specials |= other->specials;
    sum->bound += other->bound;
}

/* Returns a bit of a carried sum that is not negative. */
static uint64_t bit_at(const tp_float_sum *sum, size_t place)
{
    return (uint64_t)sum->digits[place / DIGIT_BITS] >> place % DIGIT_BITS & 1;
}

static bool has_bit_below(const tp_float_sum *sum, size_t place)
{
    for (size_t i = 0; i < place / DIGIT_BITS; i++) {
        if (sum->digits[i] != 0) return true;
    }
    return ((uint64_t)sum->digits[place / DIGIT_BITS] & ((UINT64_C(1) << place % DIGIT_BITS) - 1)) != 0;
}

/* Returns the value of the bits of the sum from `place` on, up to 64 of them. */
static uint64_t bits_from(const tp_float_sum *sum, size_t place)
{
    size_t i = place / DIGIT_BITS;
    unsigned shift = place % DIGIT_BITS;
    uint64_t low = (uint64_t)sum->digits[i] >> shift;
    uint64_t middle = i + 1 < N_DIGITS ? (uint64_t)sum->digits[i + 1] << (DIGIT_BITS - shift) : 0;
    uint64_t high = i + 2 < N_DIGITS && shift != 0 ? (uint64_t)sum->digits[i + 2] << (2 * DIGIT_BITS - shift) : 0;
    return low | middle | high;
}

static double from_bits(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

double tp_exact_round(const tp_float_sum *sum, int exponent)
{
    const uint64_t infinity = (uint64_t)INFINITE_EXPONENT << FRACTION_BITS, sign_bit = UINT64_C(1) << 63;
    if (sum->specials == TP_HAS_POSITIVE_INFINITY) return from_bits(infinity);
    if (sum->specials == TP_HAS_NEGATIVE_INFINITY) return from_bits(sign_bit | infinity);
    if (sum->specials != 0) return from_bits(infinity | HIDDEN_BIT >> 1);

    tp_float_sum number = *sum;
    carry(&number);
    uint64_t sign = 0;
    if (number.digits[N_DIGITS - 1] < 0) {
        sign = sign_bit;
        for (size_t i = 0; i < N_DIGITS; i++) number.digits[i] = -number.digits[i];
        carry(&number);
    }
    size_t top = N_DIGITS;
    while (top > 0 && number.digits[top - 1] == 0) top--;
    if (top == 0) return 0.0;
    int highest = (int)((top - 1) * DIGIT_BITS + tp_highest_bit((uint64_t)number.digits[top - 1]));

    /* The result is bits [lowest, highest]; below the normal numbers it has fewer than 53. If `lowest` is below the first bit,
     * nothing is rounded. */
    int lowest = highest - FRACTION_BITS;
    if (lowest < -exponent) lowest = -exponent;
    if (lowest > highest + 1) return from_bits(sign);
    uint64_t significand = 0;
    if (lowest <= 0) {
        significand = bits_from(&number, 0) << -lowest;
    } else {
        if (lowest <= highest) significand = bits_from(&number, (size_t)lowest) & (2 * HIDDEN_BIT - 1);
        bool is_half = bit_at(&number, (size_t)lowest - 1) != 0;
        if (is_half && ((significand & 1) != 0 || has_bit_below(&number, (size_t)lowest - 1))) significand++;
    }
    /* The exponent field counts from the smallest normal number, whose lowest bit is that of the subnormals. The hidden bit
     * adds one to the exponent, and so does a significand that rounding made one bit longer. */
    uint64_t field = (uint64_t)(lowest + exponent);
    uint64_t magnitude = (field << FRACTION_BITS) + significand;
    if (field >= INFINITE_EXPONENT || magnitude > infinity) magnitude = infinity;
    return from_bits(sign | magnitude);
}
