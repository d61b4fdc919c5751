#include "workshop.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Step 1: a function ---- */

uint64_t ws_fibonacci(uint32_t n)
{
    uint64_t current = 0, next = 1;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t sum = current + next;
        current = next;
        next = sum;
    }
    return current;
}

uint64_t ws_factorial(uint32_t n)
{
    uint64_t product = 1;
    for (; n > 1; n--)
        product *= n;
    return product;
}

bool ws_is_prime(uint64_t n)
{
    if (n < 4)
        return n >= 2;
    if (n % 2 == 0 || n % 3 == 0)
        return false;
    /* All other primes are one less or one more than a multiple of 6. d <= n / d instead of d * d <= n, which could overflow. */
    for (uint64_t d = 5; d <= n / d; d += 6)
        if (n % d == 0 || n % (d + 2) == 0)
            return false;
    return true;
}

static uint32_t lower(uint32_t character)
{
    return character >= 'A' && character <= 'Z' ? character - 'A' + 'a' : character;
}

bool ws_is_palindrome(const uint32_t *characters, size_t n)
{
    for (size_t i = 0; i < n / 2; i++)
        if (lower(characters[i]) != lower(characters[n - 1 - i]))
            return false;
    return true;
}

/* ---- Step 2: an error ---- */

ws_status ws_divide(double a, double b, const double *fallback, double *quotient)
{
    if (b != 0)
        *quotient = a / b;
    else if (fallback != NULL)
        *quotient = *fallback;
    else
        return WS_DIVISION_BY_ZERO;
    return WS_OK;
}

ws_status ws_parse_int(const char *text, size_t n, int64_t *number)
{
    const char *end = text + n;
    bool negative = n > 0 && *text == '-';
    if (n > 0 && (*text == '-' || *text == '+'))
        text++;
    if (text == end)
        return WS_NOT_A_NUMBER;

    /* There is one more number below zero than above. */
    const uint64_t largest = (uint64_t)INT64_MAX + negative;
    uint64_t magnitude = 0;
    bool fits = true;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9')
            return WS_NOT_A_NUMBER;
        uint64_t digit = (uint64_t)(*text - '0');
        fits = fits && magnitude <= (largest - digit) / 10;
        magnitude = magnitude * 10 + digit;
    }
    if (!fits)
        return WS_OUT_OF_RANGE;
    /* -largest has no positive counterpart that could be negated. */
    *number = negative && magnitude > 0 ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return WS_OK;
}

ws_status ws_sum_as_string(uint64_t a, uint64_t b, char *text)
{
    if (a > UINT64_MAX - b)
        return WS_OUT_OF_RANGE;
    snprintf(text, WS_DIGITS, "%" PRIu64, a + b);
    return WS_OK;
}

/* ---- Step 3: a list ---- */

ws_status ws_sum(const int64_t *numbers, size_t n, int64_t *sum)
{
    /* 128 bits: low is the lower half, high counts the carries. */
    uint64_t low = 0;
    int64_t high = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = (uint64_t)numbers[i];
        low += bits;
        high += (low < bits) - (numbers[i] < 0);
    }
    if (high == 0 && low <= INT64_MAX)
        *sum = (int64_t)low;
    else if (high == -1 && low > INT64_MAX)
        *sum = -(int64_t)(UINT64_MAX - low) - 1;
    else
        return WS_OUT_OF_RANGE;
    return WS_OK;
}

size_t ws_keep_positive(int64_t *numbers, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (numbers[i] > 0)
            numbers[kept++] = numbers[i];
    return kept;
}

typedef struct {
    const char *start;
    size_t length, index, count;
} word;

static int compare_text(const word *a, const word *b)
{
    int order = memcmp(a->start, b->start, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static int by_index(const void *a, const void *b)
{
    size_t i = ((const word *)a)->index, j = ((const word *)b)->index;
    return (i > j) - (i < j);
}

static int by_text(const void *a, const void *b)
{
    int order = compare_text(a, b);
    return order != 0 ? order : by_index(a, b);
}

ws_status ws_count_words(const char *text, const size_t *lengths, size_t n, size_t *firsts, size_t *counts, size_t *n_distinct)
{
    *n_distinct = 0;
    if (n == 0)
        return WS_OK;
    word *words = calloc(n, sizeof *words);
    if (words == NULL)
        return WS_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        words[i] = (word){.start = text, .length = lengths[i], .index = i, .count = 1};
        text += lengths[i];
    }

    /* Equal words are adjacent, the first occurrence first; the others are counted there. */
    qsort(words, n, sizeof *words, by_text);
    size_t distinct = 1;
    for (size_t i = 1; i < n; i++) {
        if (compare_text(&words[i], &words[distinct - 1]) == 0)
            words[distinct - 1].count++;
        else
            words[distinct++] = words[i];
    }
    qsort(words, distinct, sizeof *words, by_index);

    for (size_t i = 0; i < distinct; i++) {
        firsts[i] = words[i].index;
        counts[i] = words[i].count;
    }
    *n_distinct = distinct;
    free(words);
    return WS_OK;
}

/* ---- Step 4: a class with a callback ---- */

struct ws_counter {
    _Atomic int64_t value;
};

ws_counter *ws_counter_new(int64_t value)
{
    ws_counter *counter = malloc(sizeof *counter);
    if (counter != NULL)
        atomic_init(&counter->value, value);
    return counter;
}

void ws_counter_free(ws_counter *counter)
{
    free(counter);
}

static ws_status tell(int64_t value, ws_on_change on_change, void *user)
{
    return on_change == NULL || on_change(user, value) ? WS_OK : WS_STOPPED;
}

ws_status ws_counter_add(ws_counter *counter, int64_t difference, ws_on_change on_change, void *user)
{
    if (counter == NULL)
        return WS_GONE;
    /* If another thread has changed the value meanwhile, the exchange reads it again and fails. */
    int64_t value = atomic_load(&counter->value);
    do {
        if (difference > 0 ? value > INT64_MAX - difference : value < INT64_MIN - difference)
            return WS_OUT_OF_RANGE;
    } while (!atomic_compare_exchange_weak(&counter->value, &value, value + difference));
    return tell(value + difference, on_change, user);
}

ws_status ws_counter_reset(ws_counter *counter, ws_on_change on_change, void *user)
{
    if (counter == NULL)
        return WS_GONE;
    atomic_store(&counter->value, 0);
    return tell(0, on_change, user);
}

ws_status ws_counter_value(ws_counter *counter, int64_t *value)
{
    if (counter == NULL)
        return WS_GONE;
    *value = atomic_load(&counter->value);
    return WS_OK;
}
