/* The workshop's functions for Python. No function keeps a pointer that it gets; several threads may call all of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cffi reads from here on. */

/* The largest n for which the result fits 64 bits. Above it, bits are lost. */
#define WS_FIBONACCI_MAX 93
#define WS_FACTORIAL_MAX 20
uint64_t ws_fibonacci(uint32_t n);
uint64_t ws_factorial(uint32_t n);

/* Returns whether n is prime. It tries every possible divisor, which takes many seconds for the largest primes. */
bool ws_is_prime(uint64_t n);

/* Returns whether the n characters read the same backwards; the letters A to Z equal a to z. */
bool ws_is_palindrome(const uint32_t *characters, size_t n);

/* The status of a call. Unless it is WS_OK, no result was written. */
typedef enum {
    WS_OK,
    WS_NO_MEMORY,
    WS_OUT_OF_RANGE,
    WS_DIVISION_BY_ZERO,
    WS_NOT_A_NUMBER,
    WS_STOPPED,
    WS_GONE,
} ws_status;

/* Stores a / b. If b is zero, the status is WS_DIVISION_BY_ZERO, or the result is *fallback if that is not NULL. */
ws_status ws_divide(double a, double b, const double *fallback, double *quotient);

/* The number written in n bytes of text: digits, with a + or - before them or not. WS_NOT_A_NUMBER, or WS_OUT_OF_RANGE where it
 * does not fit. */
ws_status ws_parse_int(const char *text, size_t n, int64_t *number);

/* The digits of a + b and a 0 byte; text has room for WS_DIGITS bytes. WS_OUT_OF_RANGE where the sum does not fit 64 bits. */
#define WS_DIGITS 21
ws_status ws_sum_as_string(uint64_t a, uint64_t b, char *text);

/* Stores the sum of n numbers. WS_OUT_OF_RANGE if it does not fit; partial sums may be larger. */
ws_status ws_sum(const int64_t *numbers, size_t n, int64_t *sum);

/* Moves the positive ones of n numbers to the front, in their order, and returns how many there are. */
size_t ws_keep_positive(int64_t *numbers, size_t n);

/* Counts equal words. The n words lie one behind the other in text; lengths are in bytes. For each distinct word, in the order in
 * which they first occur, firsts gets the index of its first occurrence and counts how often it occurs. Both have room for n;
 * *n_distinct of them are written. WS_NO_MEMORY where there is none. */
ws_status ws_count_words(const char *text, const size_t *lengths, size_t n, size_t *firsts, size_t *counts, size_t *n_distinct);

/* A number that several threads may change at the same time. */
typedef struct ws_counter ws_counter;

/* Returns NULL if there is no memory. */
ws_counter *ws_counter_new(int64_t value);
void ws_counter_free(ws_counter *counter);

/* Is told of a new value, after the change and by the thread that made it. Returns 1 to go on, 0 to stop. */
typedef int (*ws_on_change)(void *user, int64_t value);

/* Adds the difference, or sets to 0, then calls on_change with user, if on_change is not NULL. WS_STOPPED if that returned 0: the
 * change stays. WS_OUT_OF_RANGE if the new value does not fit: nothing changes. WS_GONE if counter is NULL. */
ws_status ws_counter_add(ws_counter *counter, int64_t difference, ws_on_change on_change, void *user);
ws_status ws_counter_reset(ws_counter *counter, ws_on_change on_change, void *user);
ws_status ws_counter_value(ws_counter *counter, int64_t *value);
