/* Wrappers for features that compilers name differently. */
#ifndef TEXTPROC_BASE_BITS_H
#define TEXTPROC_BASE_BITS_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _MSC_VER
#include <intrin.h>
#endif

/* Returns the index of the lowest set bit. `bits` must not be 0. */
static inline size_t tp_lowest_bit(uint64_t bits)
{
    assert(bits != 0);
#if defined(__GNUC__)
    return (size_t)__builtin_ctzll(bits);
#elif defined(_MSC_VER) && defined(_WIN64)
    unsigned long place;
    _BitScanForward64(&place, bits);
    return place;
#else
    size_t place = 0;
    for (; (bits & 1) == 0; bits >>= 1) place++;
    return place;
#endif
}

/* Returns the index of the highest set bit. `bits` must not be 0. */
static inline size_t tp_highest_bit(uint64_t bits)
{
    assert(bits != 0);
#if defined(__GNUC__)
    return 63 - (size_t)__builtin_clzll(bits);
#elif defined(_MSC_VER) && defined(_WIN64)
    unsigned long place;
    _BitScanReverse64(&place, bits);
    return place;
#else
    size_t place = 0;
    for (; bits > 1; bits >>= 1) place++;
    return place;
#endif
}

/* Returns the number of set bits. GCC calls a library function for this if the machine has no instruction; the code below sums
 * pairs, fours and eights of bits, and a multiplication adds the bytes up. */
static inline size_t tp_count_bits(uint64_t bits)
{
#if defined(__clang__) || defined(__POPCNT__) || (defined(__GNUC__) && defined(__aarch64__))
    return (size_t)__builtin_popcountll(bits);
#else
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    return (size_t)(((bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F)) * UINT64_C(0x0101010101010101) >> 56);
#endif
}

/* Prefetches memory that will be needed soon. Do not use it in a function that does nothing else: GCC removes calls of such a
 * function as having no effect. */
#ifdef __GNUC__
#define TP_PREFETCH(address) __builtin_prefetch(address)
#else
#define TP_PREFETCH(address) ((void)(address))
#endif

/* Declares a function that is inlined into every caller, whatever its size. */
#ifdef __GNUC__
#define TP_INLINE static inline __attribute__((always_inline))
#else
#define TP_INLINE static inline
#endif

/* Declares a function that is rarely called and whose caller is faster without it inlined. */
#ifdef __GNUC__
#define TP_NOINLINE static __attribute__((noinline))
#else
#define TP_NOINLINE static
#endif

/* Unrolls the following loop completely; it has at most 8 iterations. */
#if defined(__clang__)
#define TP_UNROLL_WHOLE _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define TP_UNROLL_WHOLE _Pragma("GCC unroll 8")
#else
#define TP_UNROLL_WHOLE
#endif

/* Unrolls the following loop, whose body is so short that the loop counter is a large part of the work. */
#if defined(__clang__)
#define TP_UNROLL _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__)
#define TP_UNROLL _Pragma("GCC unroll 4")
#else
#define TP_UNROLL
#endif

#endif
