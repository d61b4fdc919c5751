/* What compilers call by different names. */
#ifndef TEXTPROC_BASE_BITS_H
#define TEXTPROC_BASE_BITS_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _MSC_VER
#include <intrin.h>
#endif

/* The place of the lowest bit that is set; there must be one. */
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

/* The place of the highest bit that is set; there must be one. */
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

/* How many bits are set. GCC calls a function for that where there is no instruction; here pairs, fours and eights are summed,
 * which a product adds up. */
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

/* Starts to load what will be needed soon. Not in a function that does nothing else: GCC takes calls of such a one for idle. */
#ifdef __GNUC__
#define TP_PREFETCH(address) __builtin_prefetch(address)
#else
#define TP_PREFETCH(address) ((void)(address))
#endif

/* A function that becomes part of each that calls it, however large it is. */
#ifdef __GNUC__
#define TP_INLINE static inline __attribute__((always_inline))
#else
#define TP_INLINE static inline
#endif

/* A function that is seldom called by one that is quicker without it. */
#ifdef __GNUC__
#define TP_NOINLINE static __attribute__((noinline))
#else
#define TP_NOINLINE static
#endif

/* In front of a loop of up to 8 rounds that only saves writing them one by one. */
#if defined(__clang__)
#define TP_UNROLL_WHOLE _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define TP_UNROLL_WHOLE _Pragma("GCC unroll 8")
#else
#define TP_UNROLL_WHOLE
#endif

/* In front of a loop whose body is so short that counting its rounds is a good part of the work. */
#if defined(__clang__)
#define TP_UNROLL _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__)
#define TP_UNROLL _Pragma("GCC unroll 4")
#else
#define TP_UNROLL
#endif

#endif
