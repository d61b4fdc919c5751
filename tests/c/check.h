/* check.h - a minimal framework for C tests: checks that print file and line and continue, and a count at the end.
 *
 *     static void test_addition(void) { CHECK_EQ_U(1 + 1, 2); }
 *     int main(void) { RUN(test_addition); return tests_done(); }
 *
 * Every check is also an expression that tells whether it held, for a test that cannot continue without it:
 *
 *     if (!CHECK(pointer != NULL)) return;
 *
 * Checks may run in any thread. */
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CHECK(cond) check_true((cond) ? true : false, #cond, __FILE__, __LINE__)
#define CHECK_EQ_U(a, b) check_eq_u((uint64_t)(a), (uint64_t)(b), #a " == " #b, __FILE__, __LINE__)
#define CHECK_EQ_BYTES(a, na, b, nb) check_eq_bytes((a), (na), (b), (nb), #a " == " #b, __FILE__, __LINE__)
#define RUN(test_fn) check_run((test_fn), #test_fn)

static atomic_uint check_failures; /* failed checks of the running test */
static unsigned check_tests_passed, check_tests_failed;

static inline bool check_true(bool held, const char *what, const char *file, int line)
{
    if (!held) {
        atomic_fetch_add(&check_failures, 1);
        printf("%s:%d: failed: %s\n", file, line, what);
        fflush(stdout);
    }
    return held;
}

static inline bool check_eq_u(uint64_t a, uint64_t b, const char *what, const char *file, int line)
{
    if (!check_true(a == b, what, file, line)) printf("    %" PRIu64 " and %" PRIu64 "\n", a, b);
    return a == b;
}

/* Prints up to 32 bytes from `from` on. */
static inline void check_print_bytes(const unsigned char *bytes, size_t n, size_t from)
{
    printf("    %zu bytes, from %zu on: ", n, from);
    for (size_t i = from; i < n && i < from + 32; i++) {
        if (bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '\\')
            putchar(bytes[i]);
        else
            printf("\\x%02x", bytes[i]);
    }
    putchar('\n');
}

static inline bool check_eq_bytes(const void *a, size_t na, const void *b, size_t nb, const char *what, const char *file,
                                  int line)
{
    const unsigned char *left = a, *right = b;
    size_t same = 0;
    while (same < na && same < nb && left[same] == right[same]) same++;
    bool equal = na == nb && same == na;
    if (!check_true(equal, what, file, line)) {
        check_print_bytes(left, na, same);
        check_print_bytes(right, nb, same);
    }
    return equal;
}

static inline void check_run(void (*test)(void), const char *name)
{
    atomic_store(&check_failures, 0);
    test();
    if (atomic_load(&check_failures) == 0) {
        check_tests_passed++;
    } else {
        check_tests_failed++;
        printf("FAILED %s\n", name);
    }
}

/* Prints the closing line and returns the result of main: 0 if there were tests and all passed. */
static inline int tests_done(void)
{
    printf("%u passed, %u failed\n", check_tests_passed, check_tests_failed);
    return check_tests_passed > 0 && check_tests_failed == 0 ? 0 : 1;
}

#endif
