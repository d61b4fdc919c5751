/* fuzz.h - shared code of the fuzz targets. A target takes its instructions from the front of the given bytes, runs them, and
 * compares the results with a naive implementation, with the checks of check.h:
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
 *     {
 *         input in = fuzz_begin(data, nbytes);
 *         size_t n = take_below(&in, 3);
 *         CHECK(...);
 *         return fuzz_end();
 *     }
 *
 * clang's libFuzzer generates the bytes, guided by the code that they reach; see `make fuzz`. With other compilers replay.c
 * runs the same target on the inputs that are stored in tests/fuzz. */
#ifndef TEXTPROC_TESTS_FUZZ_H
#define TEXTPROC_TESTS_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "textproc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* The remaining bytes. */
typedef struct input {
    const uint8_t *data;
    size_t nbytes;
} input;

/* Uses the same key each time, so that an input always takes the same path. */
static inline input fuzz_begin(const uint8_t *data, size_t nbytes)
{
    tp_hash_set_key(0x9E3779B97F4A7C15u, 0xD1B54A32D192ED03u);
    return (input){data, nbytes};
}

/* Ends the process, and so reports the input, unless all checks held and the core has freed all its memory. */
static inline int fuzz_end(void)
{
    tp_memory_stats held;
    tp_memory_get_stats(&held);
    CHECK_EQ_U(held.live_allocations, 0);
    CHECK_EQ_U(held.current_bytes, 0);
    for (size_t i = 0; i < TP_N_MEMORY_KINDS; i++) CHECK(held.kinds[i].bytes == 0 && held.kinds[i].objects == 0);
    if (atomic_load(&check_failures) > 0) abort();
    tp_simd_select(NULL, NULL);
    return 0;
}

/* Returns the next byte; 0 if there is none. */
static inline uint8_t take_byte(input *in)
{
    if (in->nbytes == 0) return 0;
    in->nbytes--;
    return *in->data++;
}

/* Returns a number from 0 to limit - 1; limit is at most 256. */
static inline size_t take_below(input *in, size_t limit) { return take_byte(in) % limit; }

/* Returns a number of `nbytes` bytes, little-endian. */
static inline uint64_t take_number(input *in, int n_bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < n_bytes; i++) value |= (uint64_t)take_byte(in) << (8 * i);
    return value;
}

/* Stores ends, mostly ascending by less than 8 and now and then any number. Returns how many: at most `most`, which is below
 * 256. */
static inline size_t take_ends(input *in, uint64_t *ends, size_t most)
{
    size_t n = take_below(in, most + 1);
    uint64_t end = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t step = take_byte(in);
        end = step == 0xFF ? take_number(in, 8) : end + step % 8;
        ends[i] = end;
    }
    return n;
}

/* Returns the next bytes, at most n. */
static inline input take_bytes(input *in, size_t n)
{
    input taken = {in->data, n < in->nbytes ? n : in->nbytes};
    if (taken.nbytes > 0) in->data += taken.nbytes;
    in->nbytes -= taken.nbytes;
    return taken;
}

#endif
