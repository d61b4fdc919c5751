#if !defined(_WIN32) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* getentropy */
#endif

#include "base/hash.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/lock.h"
#include "textproc.h"

#ifdef _WIN32
#define RtlGenRandom SystemFunction036 /* the documented way to it without linking bcrypt */
BOOLEAN NTAPI RtlGenRandom(PVOID buffer, ULONG nbytes);
#else
#include <unistd.h>
#endif

enum { KEY_UNSET, KEY_BEING_SET, KEY_SET };

static tp_hash_key process_key;
static _Atomic int key_state = KEY_UNSET;

static bool fill_from_system(void *buffer, size_t nbytes)
{
#ifdef _WIN32
    return RtlGenRandom(buffer, (ULONG)nbytes) != 0;
#else
    return getentropy(buffer, nbytes) == 0;
#endif
}

/* A system without a source of randomness is a broken one; the clock and addresses still make the key differ between runs. */
static void fill_from_clock(tp_hash_key *key)
{
    struct timespec now = {0};
    timespec_get(&now, TIME_UTC);
    uint64_t state = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    state ^= (uint64_t)(uintptr_t)&now ^ ((uint64_t)(uintptr_t)&process_key << 20);
    for (int i = 0; i < 4; i++) {
        /* splitmix64 (Steele, Lea, Flood 2014) */
        state += 0x9E3779B97F4A7C15u;
        uint64_t z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        key->word[i] = z ^ (z >> 31);
    }
}

const tp_hash_key *tp_hash_get_key(void)
{
    if (atomic_load_explicit(&key_state, memory_order_acquire) == KEY_SET) return &process_key;
    int expected = KEY_UNSET;
    if (atomic_compare_exchange_strong(&key_state, &expected, KEY_BEING_SET)) {
        if (!fill_from_system(&process_key, sizeof process_key)) fill_from_clock(&process_key);
        atomic_store_explicit(&key_state, KEY_SET, memory_order_release);
    }
    while (atomic_load_explicit(&key_state, memory_order_acquire) != KEY_SET) {
    }
    return &process_key;
}

void tp_hash_set_key(uint64_t first, uint64_t second)
{
    process_key = (tp_hash_key){{first, second, first ^ 0x9E3779B97F4A7C15u, second ^ 0xD1B54A32D192ED03u}};
    atomic_store_explicit(&key_state, KEY_SET, memory_order_release);
}
