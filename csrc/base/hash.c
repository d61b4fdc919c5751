#include "base/hash.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "textproc/base.h"

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#define RtlGenRandom SystemFunction036 /* the documented access to it without linking bcrypt */
BOOLEAN NTAPI RtlGenRandom(PVOID buffer, ULONG nbytes);
#elif defined(__APPLE__)
#include <sys/random.h>
#else
#include <unistd.h>
#endif

static _Atomic uint64_t process_key[4]; /* 0: not drawn yet */

static bool fill_from_system(void *buffer, size_t nbytes)
{
#ifdef _WIN32
    return RtlGenRandom(buffer, (ULONG)nbytes) != 0;
#else
    return getentropy(buffer, nbytes) == 0;
#endif
}

/* The time since an unspecified start, in steps of at most 100 ns. */
static uint64_t nanoseconds_now(void)
{
#ifdef _WIN32
    FILETIME now; /* some C libraries of Windows lack timespec_get */
    GetSystemTimeAsFileTime(&now);
    return ((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) * 100;
#else
    struct timespec now = {0};
    timespec_get(&now, TIME_UTC);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

/* A system without a source of randomness is broken; the clock and addresses still make the key differ between runs. */
static void fill_from_clock(tp_hash_key *key)
{
    uint64_t state = nanoseconds_now();
    state ^= (uint64_t)(uintptr_t)&state ^ ((uint64_t)(uintptr_t)process_key << 20);
    for (int i = 0; i < 4; i++) {
        /* splitmix64 (Steele, Lea, Flood 2014) */
        state += 0x9E3779B97F4A7C15u;
        uint64_t z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        key->word[i] = z ^ (z >> 31);
    }
}

/* Threads that call this first at the same time all draw a key. For each word, the first value stored becomes the value for all
 * threads. */
tp_hash_key tp_hash_get_key(void)
{
    tp_hash_key key, drawn;
    bool is_drawn = false;
    for (int i = 0; i < 4; i++) {
        key.word[i] = atomic_load_explicit(&process_key[i], memory_order_relaxed);
        if (key.word[i] != 0) continue;
        if (!is_drawn && !fill_from_system(&drawn, sizeof drawn)) fill_from_clock(&drawn);
        is_drawn = true;
        if (atomic_compare_exchange_strong(&process_key[i], &key.word[i], drawn.word[i] | 1)) key.word[i] = drawn.word[i] | 1;
    }
    return key;
}

void tp_hash_set_key(uint64_t first, uint64_t second)
{
    const uint64_t words[4] = {first, second, first ^ 0x9E3779B97F4A7C15u, second ^ 0xD1B54A32D192ED03u};
    for (int i = 0; i < 4; i++) atomic_store(&process_key[i], words[i] | 1);
}
