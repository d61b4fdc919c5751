/* What everything else stands on: memory, errors, the hash, locks and threads. */
#define _GNU_SOURCE /* pthread_setattr_default_np */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifndef _WIN32
#include <sys/wait.h>
#endif

#include "base/error.h"
#include "base/hash.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/salted_hash.h"
#include "base/thread.h"
#include "check.h"
#include "textproc.h"

static tp_memory_stats stats_now(void)
{
    tp_memory_stats stats;
    tp_memory_get_stats(&stats);
    return stats;
}

/* ---- Errors ------------------------------------------------------------------------------------------------------------ */

static void test_error_is_filled_and_optional(void)
{
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_fail(&error, TP_DAMAGED, 7, "seven is odd"), TP_DAMAGED);
    CHECK_EQ_U(error.status, TP_DAMAGED);
    CHECK_EQ_U(error.offset, 7);
    CHECK_EQ_BYTES(error.message, strlen(error.message), "seven is odd", 12);
    CHECK_EQ_U(tp_fail_no_memory(NULL), TP_NO_MEMORY);
}

static void test_version_is_three_numbers(void)
{
    unsigned major, minor, patch;
    char rest;
    CHECK_EQ_U(sscanf(tp_version(), "%u.%u.%u%c", &major, &minor, &patch, &rest), 3);
    CHECK(major == TP_VERSION_MAJOR && minor == TP_VERSION_MINOR && patch == TP_VERSION_PATCH);
}

/* ---- Memory: counters -------------------------------------------------------------------------------------------------- */

static void test_counters_follow_a_block(void)
{
    tp_memory_stats before = stats_now();
    char *block = tp_allocate(TP_FOR_WORK, 1000);
    CHECK_EQ_U(stats_now().current_bytes, before.current_bytes + 1000);
    CHECK_EQ_U(stats_now().live_allocations, before.live_allocations + 1);
    CHECK(stats_now().peak_bytes >= before.current_bytes + 1000);

    block = tp_resize(TP_FOR_WORK, block, 1000, 5000);
    memset(block, 1, 5000);
    CHECK_EQ_U(stats_now().current_bytes, before.current_bytes + 5000);
    CHECK_EQ_U(stats_now().live_allocations, before.live_allocations + 1);

    block = tp_resize(TP_FOR_WORK, block, 5000, 10);
    CHECK_EQ_U(stats_now().current_bytes, before.current_bytes + 10);
    CHECK(stats_now().peak_bytes >= before.current_bytes + 5000);

    tp_release(TP_FOR_WORK, block, 10);
    CHECK_EQ_U(stats_now().current_bytes, before.current_bytes);
    CHECK_EQ_U(stats_now().live_allocations, before.live_allocations);
}

static void test_peak_is_the_most_ever_held(void)
{
    uint64_t peak = stats_now().peak_bytes, current = stats_now().current_bytes;
    size_t first_nbytes = (size_t)(peak - current), second_nbytes = 100;
    char *first = tp_allocate(TP_FOR_WORK, first_nbytes);
    CHECK_EQ_U(stats_now().peak_bytes, peak);
    char *second = tp_allocate(TP_FOR_WORK, second_nbytes);
    CHECK_EQ_U(stats_now().peak_bytes, peak + second_nbytes);
    tp_release(TP_FOR_WORK, second, second_nbytes);
    tp_release(TP_FOR_WORK, first, first_nbytes);
    CHECK_EQ_U(stats_now().peak_bytes, peak + second_nbytes);
}

static void test_resize_to_nothing_frees(void)
{
    tp_memory_stats before = stats_now();
    char *block = tp_allocate(TP_FOR_WORK, 10);
    CHECK(tp_resize(TP_FOR_WORK, block, 10, 0) == NULL);
    CHECK(tp_allocate(TP_FOR_WORK, 0) == NULL);
    tp_release(TP_FOR_WORK, NULL, 0);
    CHECK_EQ_U(stats_now().live_allocations, before.live_allocations);
    CHECK_EQ_U(stats_now().current_bytes, before.current_bytes);
}

/* ---- Memory: the hook -------------------------------------------------------------------------------------------------- */

/* What the last call of the hook was given, and whether it is to refuse. */
typedef struct hook_log {
    unsigned n_calls;
    size_t old_nbytes;
    size_t new_nbytes;
    bool is_refusing;
} hook_log;

static void *logging_resize(void *user, void *block, size_t old_nbytes, size_t new_nbytes)
{
    hook_log *seen = user;
    seen->n_calls++;
    seen->old_nbytes = old_nbytes;
    seen->new_nbytes = new_nbytes;
    if (new_nbytes == 0) {
        free(block);
        return NULL;
    }
    return seen->is_refusing ? NULL : realloc(block, new_nbytes);
}

static void test_hook_gets_every_allocation(void)
{
    hook_log seen = {0};
    CHECK_EQ_U(tp_memory_set_hook(logging_resize, &seen, NULL), TP_OK);
    char *block = tp_allocate(TP_FOR_WORK, 30);
    CHECK(seen.n_calls == 1 && seen.old_nbytes == 0 && seen.new_nbytes == 30);
    block = tp_resize(TP_FOR_WORK, block, 30, 40);
    CHECK(seen.n_calls == 2 && seen.old_nbytes == 30 && seen.new_nbytes == 40);
    tp_release(TP_FOR_WORK, block, 40);
    CHECK(seen.n_calls == 3 && seen.old_nbytes == 40 && seen.new_nbytes == 0);

    CHECK_EQ_U(tp_memory_set_hook(NULL, NULL, NULL), TP_OK);
    tp_release(TP_FOR_WORK, tp_allocate(TP_FOR_WORK, 30), 30);
    CHECK_EQ_U(seen.n_calls, 3);
}

static void test_hook_may_refuse(void)
{
    hook_log seen = {0};
    tp_memory_set_hook(logging_resize, &seen, NULL);
    char *block = tp_allocate(TP_FOR_WORK, 30);
    tp_memory_stats before = stats_now();
    seen.is_refusing = true;
    CHECK(tp_allocate(TP_FOR_WORK, 30) == NULL);
    CHECK(tp_resize(TP_FOR_WORK, block, 30, 40) == NULL);
    CHECK_EQ_U(stats_now().current_bytes, before.current_bytes);
    CHECK_EQ_U(stats_now().live_allocations, before.live_allocations);
    memset(block, 1, 30);
    tp_release(TP_FOR_WORK, block, 30);
    tp_memory_set_hook(NULL, NULL, NULL);
}

static void test_hook_cannot_change_while_something_is_allocated(void)
{
    hook_log seen = {0};
    char *block = tp_allocate(TP_FOR_WORK, 30);
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_memory_set_hook(logging_resize, &seen, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.status, TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_memory_set_hook(NULL, NULL, NULL), TP_INVALID_ARGUMENT);
    tp_release(TP_FOR_WORK, block, 30);
    CHECK_EQ_U(seen.n_calls, 0);
}

static void test_nth_allocation_is_refused_once(void)
{
    for (uint64_t nth = 1; nth <= 5; nth++) {
        tp_memory_fail_at(nth);
        for (uint64_t i = 1; i <= 10; i++) {
            char *block = tp_allocate(TP_FOR_WORK, 8);
            CHECK_EQ_U(block == NULL, i == nth);
            tp_release(TP_FOR_WORK, block, 8);
        }
    }
    tp_memory_fail_at(1);
    tp_memory_fail_at(0);
    char *block = tp_allocate(TP_FOR_WORK, 8);
    CHECK(block != NULL);
    tp_release(TP_FOR_WORK, block, 8);
}

static void test_refused_growth_leaves_the_block(void)
{
    char *block = tp_allocate(TP_FOR_WORK, 8);
    memcpy(block, "as it is", 8);
    tp_memory_fail_at(1);
    CHECK(tp_resize(TP_FOR_WORK, block, 8, 1000) == NULL);
    CHECK_EQ_BYTES(block, 8, "as it is", 8);
    tp_release(TP_FOR_WORK, block, 8);
}

/* ---- Memory: kinds ---------------------------------------------------------------------------------------------------- */

static tp_memory_use use_now(tp_memory_kind kind) { return stats_now().kinds[kind]; }

static void test_each_kind_has_its_own_counters(void)
{
    tp_memory_use other = use_now(TP_FOR_SIEVE);
    char *block = tp_allocate(TP_FOR_WINDOW, 1000);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).bytes, 1000);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).allocations, 1);
    block = tp_resize(TP_FOR_WINDOW, block, 1000, 3000);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).bytes, 3000);
    block = tp_resize(TP_FOR_WINDOW, block, 3000, 500);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).bytes, 500);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).allocations, 1);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).objects, 0);
    tp_release(TP_FOR_WINDOW, block, 500);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).bytes, 0);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).allocations, 0);
    CHECK_EQ_U(use_now(TP_FOR_SIEVE).bytes, other.bytes);
}

static void test_objects_are_counted_as_they_come_and_go(void)
{
    tp_window *window = NULL;
    CHECK_EQ_U(tp_window_new(3, true, &window, NULL), TP_OK);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).objects, 1);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).allocations, 2);
    tp_window_free(window);
    CHECK_EQ_U(use_now(TP_FOR_WINDOW).objects, 0);

    tp_corpus *corpus = NULL;
    CHECK_EQ_U(tp_corpus_new(&corpus, NULL), TP_OK);
    CHECK_EQ_U(use_now(TP_FOR_CORPUS).objects, 1);
    CHECK_EQ_U(use_now(TP_FOR_TABLE).objects, 0);
    const uint64_t end = 5;
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, (const uint8_t *)"a b c", 5, &end, 1, NULL, 0}, 1, NULL), TP_OK);
    CHECK_EQ_U(use_now(TP_FOR_TABLE).objects, 1);
    CHECK(use_now(TP_FOR_TABLE).bytes > 0);
    tp_corpus_free(corpus);
    CHECK_EQ_U(use_now(TP_FOR_CORPUS).objects, 0);
    CHECK_EQ_U(use_now(TP_FOR_TABLE).objects, 0);
}

/* ---- Memory: the limit -------------------------------------------------------------------------------------------------- */

static tp_memory_refusal refusal_now(void)
{
    tp_memory_refusal refusal;
    tp_memory_take_refusal(&refusal);
    return refusal;
}

static void test_no_limit_at_first(void) { CHECK_EQ_U(stats_now().limit_bytes, TP_NO_LIMIT); }

static void test_limit_is_reached_but_never_passed(void)
{
    const uint64_t held = stats_now().current_bytes;
    tp_memory_set_limit(held + 1000);
    CHECK_EQ_U(stats_now().limit_bytes, held + 1000);
    CHECK(tp_allocate(TP_FOR_WORK, 1001) == NULL);
    char *block = tp_allocate(TP_FOR_WORK, 600);
    memset(block, 7, 600);
    CHECK(tp_resize(TP_FOR_WORK, block, 600, 1001) == NULL);
    CHECK_EQ_U(stats_now().current_bytes, held + 600);
    block = tp_resize(TP_FOR_WORK, block, 600, 1000);
    if (!CHECK(block != NULL)) return;
    CHECK(block[0] == 7 && block[599] == 7);
    CHECK(tp_allocate(TP_FOR_WORK, 1) == NULL);
    tp_memory_set_limit(TP_NO_LIMIT);
    tp_release(TP_FOR_WORK, tp_allocate(TP_FOR_WORK, 5000), 5000);
    tp_release(TP_FOR_WORK, block, 1000);
    CHECK_EQ_U(stats_now().current_bytes, held);
}

static void test_refusal_tells_what_was_asked(void)
{
    const uint64_t held = stats_now().current_bytes;
    tp_memory_set_limit(held + 100);
    refusal_now(); /* forgotten with that */
    CHECK_EQ_U(refusal_now().asked_bytes, 0);
    CHECK(tp_allocate(TP_FOR_WORK, 101) == NULL);
    tp_memory_refusal refusal = refusal_now();
    CHECK_EQ_U(refusal.asked_bytes, 101);
    CHECK_EQ_U(refusal.held_bytes, held);
    CHECK_EQ_U(refusal.limit_bytes, held + 100);
    CHECK_EQ_U(refusal_now().asked_bytes, 0);
    tp_memory_set_limit(TP_NO_LIMIT);

    tp_memory_fail_at(1);
    CHECK(tp_allocate(TP_FOR_WORK, 55) == NULL);
    refusal = refusal_now();
    CHECK_EQ_U(refusal.asked_bytes, 55);
    CHECK_EQ_U(refusal.limit_bytes, TP_NO_LIMIT);
    CHECK_EQ_U(tp_grown_capacity(0, SIZE_MAX, 8), 0);
    CHECK_EQ_U(refusal_now().asked_bytes, SIZE_MAX);
}

/* More threads than there are places for their refusals: so many of them hear of their own, and none of another's. */
enum { N_REFUSED = 100, N_TOLD = 64 };

typedef struct refused {
    atomic_uint n_refused, n_told, n_wrong;
} refused;

typedef struct refused_thread {
    refused *all;
    size_t asked;
} refused_thread;

static void *be_refused(void *argument)
{
    const refused_thread *mine = argument;
    CHECK(tp_refuse(mine->asked) == NULL);
    atomic_fetch_add(&mine->all->n_refused, 1);
    while (atomic_load(&mine->all->n_refused) < N_REFUSED) sched_yield();
    uint64_t told = refusal_now().asked_bytes;
    if (told == mine->asked) atomic_fetch_add(&mine->all->n_told, 1);
    else if (told != 0) atomic_fetch_add(&mine->all->n_wrong, 1);
    CHECK_EQ_U(refusal_now().asked_bytes, 0);
    return NULL;
}

static void test_each_thread_hears_of_its_own_refusal(void)
{
    refused_thread threads[N_REFUSED];
    pthread_t ids[N_REFUSED];
    for (size_t round = 0; round < 3; round++) { /* what is told makes room for others */
        refused all = {.n_told = 0};
        for (size_t i = 0; i < N_REFUSED; i++) {
            threads[i] = (refused_thread){&all, 1000 + i};
            if (pthread_create(&ids[i], NULL, be_refused, &threads[i]) != 0) abort();
        }
        for (size_t i = 0; i < N_REFUSED; i++) pthread_join(ids[i], NULL);
        CHECK_EQ_U(atomic_load(&all.n_told), N_TOLD);
        CHECK_EQ_U(atomic_load(&all.n_wrong), 0);
    }
}

static void test_what_is_held_beyond_a_new_limit_stays_and_can_be_freed(void)
{
    const uint64_t held = stats_now().current_bytes;
    char *block = tp_allocate(TP_FOR_WORK, 5000);
    for (uint64_t limit = 0; limit < 5000; limit += 4999) {
        tp_memory_set_limit(limit);
        CHECK(tp_allocate(TP_FOR_WORK, 1) == NULL);
        CHECK(tp_resize(TP_FOR_WORK, block, 5000, 5001) == NULL);
        block[4999 - limit] = 1;
    }
    block = tp_resize(TP_FOR_WORK, block, 5000, 5000);
    CHECK(block != NULL);
    block = tp_resize(TP_FOR_WORK, block, 5000, 100);
    CHECK(block != NULL);
    tp_release(TP_FOR_WORK, block, 100);
    tp_memory_set_limit(TP_NO_LIMIT);
    CHECK_EQ_U(stats_now().current_bytes, held);
}

static void test_refusal_of_the_system_is_not_held(void)
{
    hook_log seen = {.is_refusing = true};
    CHECK_EQ_U(tp_memory_set_hook(logging_resize, &seen, NULL), TP_OK);
    const tp_memory_stats before = stats_now();
    for (int is_limited = 0; is_limited < 2; is_limited++) {
        tp_memory_set_limit(is_limited ? UINT64_C(1) << 50 : TP_NO_LIMIT);
        CHECK(tp_allocate(TP_FOR_WORK, (size_t)1 << 30) == NULL);
        CHECK_EQ_U(refusal_now().limit_bytes, TP_NO_LIMIT);
        CHECK_EQ_U(stats_now().current_bytes, before.current_bytes);
        CHECK_EQ_U(stats_now().peak_bytes, before.peak_bytes);
    }
    tp_memory_set_limit(TP_NO_LIMIT);
    CHECK_EQ_U(tp_memory_set_hook(NULL, NULL, NULL), TP_OK);
}

enum { N_TAKERS = 4, TAKEN_NBYTES = 100 };

/* What threads that allocate and release all the time have seen. */
typedef struct taking {
    uint64_t limit;
    atomic_uint n_given, n_over, n_needlessly_refused;
} taking;

static void take_and_give_back(void *shared, size_t index)
{
    taking *t = shared;
    for (int round = 0; round < 2000; round++) {
        char *block = tp_allocate(TP_FOR_WORK, index == 0 ? 1 << 20 : TAKEN_NBYTES);
        if (stats_now().current_bytes > t->limit) atomic_fetch_add(&t->n_over, 1);
        if (block == NULL && index != 0) atomic_fetch_add(&t->n_needlessly_refused, 1);
        if (block != NULL) atomic_fetch_add(&t->n_given, 1);
        tp_release(TP_FOR_WORK, block, TAKEN_NBYTES);
    }
}

/* One asks for far too much all the time; all others find room for what they ask for. */
static void test_threads_share_the_limit(void)
{
    taking t = {.limit = stats_now().current_bytes + 4096};
    tp_memory_set_limit(t.limit);
    tp_fork_join(take_and_give_back, &t, N_TAKERS);
    tp_memory_set_limit(TP_NO_LIMIT);
    CHECK_EQ_U(atomic_load(&t.n_over), 0);
    CHECK_EQ_U(atomic_load(&t.n_needlessly_refused), 0);
    CHECK_EQ_U(atomic_load(&t.n_given), (N_TAKERS - 1) * 2000);
}

static void ask_too_much(void *shared, size_t index)
{
    (void)shared;
    if (index == 2) CHECK(tp_allocate(TP_FOR_WORK, 1 << 20) == NULL);
}

static void test_what_a_worker_was_refused_is_its_caller_s(void)
{
    tp_memory_set_limit(stats_now().current_bytes + 4096);
    tp_fork_join(ask_too_much, NULL, 4);
    tp_memory_set_limit(TP_NO_LIMIT);
    CHECK_EQ_U(refusal_now().asked_bytes, 1 << 20);
}

/* ---- Memory: arenas ---------------------------------------------------------------------------------------------------- */

static void test_arena_grows_and_keeps_its_bytes(void)
{
    tp_arena arena = {0};
    unsigned n_growths = 0;
    for (size_t i = 0; i < 100000; i++) {
        size_t capacity = arena.capacity;
        if (!CHECK(tp_arena_reserve(TP_FOR_WORK, &arena, 1))) break;
        n_growths += arena.capacity != capacity;
        arena.data[arena.used++] = (uint8_t)(i % 251);
    }
    CHECK(n_growths < 20);
    size_t n_wrong = 0;
    for (size_t i = 0; i < arena.used; i++) n_wrong += arena.data[i] != i % 251;
    CHECK_EQ_U(n_wrong, 0);
    tp_arena_free(TP_FOR_WORK, &arena);
    CHECK(arena.data == NULL && arena.used == 0 && arena.capacity == 0);
}

static void test_arena_refuses_what_cannot_be(void)
{
    tp_arena arena = {0};
    CHECK(!tp_arena_reserve(TP_FOR_WORK, &arena, SIZE_MAX));
    CHECK(arena.data == NULL && arena.capacity == 0);
    CHECK(tp_arena_reserve(TP_FOR_WORK, &arena, 10));
    arena.used = 10;
    tp_arena before = arena;
    CHECK(!tp_arena_reserve(TP_FOR_WORK, &arena, SIZE_MAX - 9));
    CHECK(!tp_arena_reserve(TP_FOR_WORK, &arena, SIZE_MAX / 2));
    tp_memory_fail_at(1);
    CHECK(!tp_arena_reserve(TP_FOR_WORK, &arena, before.capacity));
    CHECK(arena.data == before.data && arena.used == 10 && arena.capacity == before.capacity);
    tp_arena_free(TP_FOR_WORK, &arena);
}

static void test_grown_capacity(void)
{
    CHECK_EQ_U(tp_grown_capacity(0, 1, 1), 65);
    CHECK_EQ_U(tp_grown_capacity(0, 1, 8), 9);
    CHECK_EQ_U(tp_grown_capacity(0, 1, 1000), 1);
    CHECK_EQ_U(tp_grown_capacity(100, 101, 8), 200);
    CHECK_EQ_U(tp_grown_capacity(100, 500, 8), 500);
}

static void test_grown_capacity_stays_addressable(void)
{
    for (size_t item_nbytes = 1; item_nbytes <= 64; item_nbytes *= 2) {
        const size_t most = SIZE_MAX / 2 / item_nbytes;
        CHECK_EQ_U(tp_grown_capacity(most / 2, most / 2 + 1, item_nbytes), most / 2 * 2);
        CHECK_EQ_U(tp_grown_capacity(most / 2 + 1, most / 2 + 2, item_nbytes), most);
        CHECK_EQ_U(tp_grown_capacity(0, most, item_nbytes), most);
        CHECK_EQ_U(tp_grown_capacity(0, most + 1, item_nbytes), 0);
        CHECK_EQ_U(tp_grown_capacity(most, SIZE_MAX, item_nbytes), 0);
    }
}

/* ---- The hash that all machines share ---------------------------------------------------------------------------------- */

static void test_salted_hash_is_xxh64(void)
{
    static const struct {
        const char *text;
        uint64_t hashes[3]; /* with the salts 0, 42 and 2^64 - 1, as the reference implementation gives them */
    } cases[] = {
        {"", {0xEF46DB3751D8E999, 0x98B1582B0977E704, 0x298F4C84B24F5380}},
        {"a", {0xD24EC4F1A98C6E5B, 0x88E4FE59ADF7B0CC, 0x60C43759873ECE62}},
        {"abc", {0x44BC2CF5AD770999, 0x13C1D910702770E6, 0x28306E589CC02176}},
        {"0123456789abcdef0123456789abcdef", {0x642A94958E71E6C5, 0x666B1F69D2455DA5, 0xF7B3412F66EB725E}},
        {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
         {0x92F0DE5A88A3C094, 0x513559782E486C7, 0xBED62DC449C775E9}},
    };
    const uint64_t salts[] = {0, 42, UINT64_MAX};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text;
        for (size_t k = 0; k < 3; k++) {
            CHECK_EQ_U(tp_salted_hash(salts[k], (const uint8_t *)text, strlen(text)), cases[i].hashes[k]);
        }
    }
    CHECK_EQ_U(tp_salted_hash(0, NULL, 0), 0xEF46DB3751D8E999);
}

static void test_parts_divide_all_hashes_evenly(void)
{
    CHECK_EQ_U(tp_part_of(0, 3), 0);
    CHECK_EQ_U(tp_part_of(UINT64_MAX, 3), 2);
    CHECK_EQ_U(tp_part_of(UINT64_C(0x5555555500000000), 3), 0);
    CHECK_EQ_U(tp_part_of(UINT64_C(0x5555555600000000), 3), 1);
    CHECK_EQ_U(tp_part_of(UINT64_MAX, 1), 0);
    CHECK_EQ_U(tp_part_of(UINT64_MAX, TP_MOST_PARTS), TP_MOST_PARTS - 1);
}

/* ---- The hash ---------------------------------------------------------------------------------------------------------- */

static tp_hash_key key_of(uint64_t first, uint64_t second)
{
    tp_hash_set_key(first, second);
    return tp_hash_get_key();
}

#ifndef _WIN32 /* no fork() */

/* Replaces the C library's, which a test asks to fail. */
static bool is_system_without_randomness;

int getentropy(void *buffer, size_t nbytes)
{
    static FILE *source;
    if (is_system_without_randomness) return -1;
    if (source == NULL) source = fopen("/dev/urandom", "rb");
    return source != NULL && fread(buffer, 1, nbytes, source) == nbytes ? 0 : -1;
}

/* The key that a new process draws: a child's, while this one has drawn none yet. */
static tp_hash_key key_of_new_process(void)
{
    tp_hash_key key = {{0}};
    int ends[2];
    fflush(stdout);
    if (!CHECK(pipe(ends) == 0)) return key;
    pid_t child = fork();
    if (child == 0) {
        key = tp_hash_get_key();
        exit(write(ends[1], &key, sizeof key) == (ssize_t)sizeof key ? 0 : 1);
    }
    CHECK(read(ends[0], &key, sizeof key) == (ssize_t)sizeof key);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    return key;
}

static void check_processes_have_keys_of_their_own(void)
{
    tp_hash_key one = key_of_new_process(), other = key_of_new_process();
    for (int i = 0; i < 4; i++) {
        CHECK(one.word[i] != 0);
        CHECK(one.word[i] != other.word[i]);
        CHECK(one.word[i] != one.word[(i + 1) % 4]);
    }
}

static void test_every_process_draws_a_key(void) { check_processes_have_keys_of_their_own(); }

static void test_clock_stands_in_for_the_system_s_randomness(void)
{
    is_system_without_randomness = true;
    check_processes_have_keys_of_their_own();
    is_system_without_randomness = false;
}

#endif

static void test_key_has_no_part_twice(void)
{
    tp_hash_key key = tp_hash_get_key();
    for (int i = 0; i < 4; i++) CHECK(key.word[i] != 0 && key.word[i] != key.word[(i + 1) % 4]);
}

static void test_key_is_drawn_once(void)
{
    tp_hash_key one = tp_hash_get_key(), again = tp_hash_get_key();
    CHECK_EQ_BYTES(&one, sizeof one, &again, sizeof again);
}

static void test_key_can_be_set(void)
{
    tp_hash_key one = key_of(1, 2), other = key_of(3, 2), again = key_of(1, 2);
    CHECK_EQ_BYTES(&one, sizeof one, &again, sizeof again);
    CHECK(memcmp(&one, &other, sizeof one) != 0);
    tp_hash_key zeros = key_of(0, 0);
    for (int i = 0; i < 4; i++) CHECK(zeros.word[i] != 0);
}

static void test_hash_depends_on_the_word_alone(void)
{
    tp_hash_key key = key_of(1, 2);
    uint8_t word[64], around[96];
    for (size_t i = 0; i < sizeof word; i++) word[i] = (uint8_t)(i * 37 + 11);
    for (size_t nbytes = 0; nbytes <= sizeof word; nbytes++) {
        uint8_t *exact = malloc(nbytes);
        if (nbytes > 0) memcpy(exact, word, nbytes);
        uint64_t expected = tp_hash(&key, exact, nbytes);
        free(exact);
        for (size_t start = 0; start < 32; start++) {
            memset(around, start % 2 == 0 ? 0xFF : 0x20, sizeof around);
            memcpy(around + start, word, nbytes);
            CHECK_EQ_U(tp_hash(&key, around + start, nbytes), expected);
        }
    }
}

static void test_hash_tells_lengths_apart(void)
{
    const uint8_t zeros[65] = {0};
    uint64_t hashes[65];
    tp_hash_key key = key_of(1, 2);
    for (size_t nbytes = 0; nbytes <= 64; nbytes++) {
        hashes[nbytes] = tp_hash(&key, zeros, nbytes);
        for (size_t shorter = 0; shorter < nbytes; shorter++) CHECK(hashes[shorter] != hashes[nbytes]);
    }
}

static void test_hash_depends_on_every_bit(void)
{
    tp_hash_key key = key_of(1, 2);
    uint8_t word[64] = "sixty-four bytes of which every single bit must reach the hash";
    for (size_t nbytes = 1; nbytes <= sizeof word; nbytes++) {
        uint64_t hash = tp_hash(&key, word, nbytes);
        for (size_t bit = 0; bit < 8 * nbytes; bit++) {
            word[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK(tp_hash(&key, word, nbytes) != hash);
            word[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

enum { N_WORDS = 2048, LOW_BITS = 8, N_BUCKETS = 1 << LOW_BITS };

/* The hashes of words of one length that differ in few bits: a number in the middle, zeros around it. */
static void hash_numbers(tp_hash_key key, size_t nbytes, uint64_t *hashes)
{
    uint8_t word[32] = {0};
    for (unsigned i = 0; i < N_WORDS; i++) {
        word[nbytes / 2 - 1] = (uint8_t)(i & 0xFF);
        word[nbytes / 2] = (uint8_t)(i >> 8);
        hashes[i] = tp_hash(&key, word, nbytes);
    }
}

/* A table finds a word's place by the low bits. Of the pairs that share a place under one key, chance alone may let 1 in 256
 * do so under another: who finds such words under his own key has found nothing. */
static void test_collisions_depend_on_the_key(void)
{
    for (size_t nbytes = 2; nbytes <= 32; nbytes++) {
        uint64_t one[N_WORDS], other[N_WORDS];
        hash_numbers(key_of(1, 2), nbytes, one);
        hash_numbers(key_of(UINT64_C(0x123456789ABCDEF0), 77), nbytes, other);
        unsigned n_pairs = 0, n_in_both = 0;
        for (unsigned i = 0; i < N_WORDS; i++) {
            for (unsigned j = 0; j < i; j++) {
                if ((one[i] ^ one[j]) % N_BUCKETS != 0) continue;
                n_pairs++;
                n_in_both += (other[i] ^ other[j]) % N_BUCKETS == 0;
            }
        }
        const unsigned expected = N_WORDS * (N_WORDS - 1) / 2 / N_BUCKETS; /* 8188; its chance deviation is 90 */
        CHECK(n_pairs > expected / 2 && n_pairs < expected * 2);
        CHECK(n_in_both < expected / 64);
    }
}

/* ---- Fork and join ----------------------------------------------------------------------------------------------------- */

typedef struct task_log {
    pthread_t caller;
    atomic_uint n_runs[20];
    atomic_uint n_by_caller;
} task_log;

static void note_run(void *shared, size_t index)
{
    task_log *seen = shared;
    atomic_fetch_add(&seen->n_runs[index], 1);
    if (pthread_equal(pthread_self(), seen->caller)) atomic_fetch_add(&seen->n_by_caller, 1);
}

/* Runs n tasks and checks that each was run once; returns how many the caller ran itself. */
static unsigned run_tasks(size_t n)
{
    task_log seen = {.caller = pthread_self()};
    tp_fork_join(note_run, &seen, n);
    for (size_t i = 0; i < 20; i++) CHECK_EQ_U(atomic_load(&seen.n_runs[i]), i < n);
    return atomic_load(&seen.n_by_caller);
}

static void test_every_task_runs_once(void)
{
    tp_memory_stats before = stats_now();
    for (size_t n = 0; n <= 20; n++) CHECK_EQ_U(run_tasks(n), n == 0 ? 0 : 1);
    CHECK_EQ_U(stats_now().live_allocations, before.live_allocations);
}

static void test_caller_runs_all_tasks_without_memory(void)
{
    for (size_t n = 2; n <= 20; n++) {
        tp_memory_fail_at(1);
        CHECK_EQ_U(run_tasks(n), n);
    }
}

/* With stacks of nearly all addresses there are no thread can be started. */
static void test_caller_runs_all_tasks_without_threads(void)
{
#ifdef __GLIBC__
    pthread_attr_t kept, huge;
    pthread_getattr_default_np(&kept);
    pthread_getattr_default_np(&huge);
    CHECK_EQ_U(pthread_attr_setstacksize(&huge, SIZE_MAX - SIZE_MAX / 16), 0);
    CHECK_EQ_U(pthread_setattr_default_np(&huge), 0);
    CHECK_EQ_U(run_tasks(20), 20);
    CHECK_EQ_U(pthread_setattr_default_np(&kept), 0);
    pthread_attr_destroy(&kept);
    pthread_attr_destroy(&huge);
#else
    puts("skipped: no way to keep threads from starting");
#endif
}

#ifndef _WIN32 /* no masks of signals */

static void note_signals(void *shared, size_t index)
{
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    ((bool *)shared)[index] = sigismember(&mask, SIGINT) == 1;
}

static void test_signals_stay_with_the_caller(void)
{
    bool is_blocked[3] = {false};
    tp_fork_join(note_signals, is_blocked, 3);
    CHECK(!is_blocked[0] && is_blocked[1] && is_blocked[2]);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    CHECK(sigismember(&mask, SIGINT) == 0);
}

#endif

/* ---- Locks ------------------------------------------------------------------------------------------------------------- */

static pthread_t start(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, argument) != 0) abort();
    return thread;
}

static void *lock_and_unlock_to_read(void *lock)
{
    tp_lock_read(lock);
    tp_unlock_read(lock);
    return NULL;
}

static void test_readers_share(void)
{
    tp_lock lock;
    CHECK(tp_lock_init(&lock));
    tp_lock_read(&lock);
    pthread_join(start(lock_and_unlock_to_read, &lock), NULL); /* would never end */
    tp_unlock_read(&lock);
    tp_lock_destroy(&lock);
}

enum { N_THREADS = 4, N_ROUNDS = 500 };

typedef struct guarded {
    tp_lock lock;
    uint64_t value;
} guarded;

static void *add_one(void *argument)
{
    guarded *number = argument;
    for (int i = 0; i < N_ROUNDS; i++) {
        tp_lock_write(&number->lock);
        number->value++;
        tp_unlock_write(&number->lock);
    }
    return NULL;
}

static void test_writers_exclude_each_other(void)
{
    guarded number = {.value = 0};
    CHECK(tp_lock_init(&number.lock));
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++) threads[i] = start(add_one, &number);
    for (int i = 0; i < N_THREADS; i++) pthread_join(threads[i], NULL);
    CHECK_EQ_U(number.value, N_THREADS * N_ROUNDS);
    tp_lock_destroy(&number.lock);
}

typedef struct pair {
    guarded *one;
    guarded *other;
} pair;

static void *move_one(void *argument)
{
    pair *p = argument;
    tp_lock_write_two(&p->one->lock, &p->other->lock);
    p->one->value--;
    p->other->value++;
    tp_unlock_write_two(&p->one->lock, &p->other->lock);
    return NULL;
}

/* While one of both locks is held, either thread takes what it can get; one that took its locks in the order in which they
 * are named would then hold what the other one needs. */
static void test_two_locks_in_either_order(void)
{
    guarded numbers[2] = {{.value = 0}, {.value = 0}};
    CHECK(tp_lock_init(&numbers[0].lock) && tp_lock_init(&numbers[1].lock));
    for (int i = 0; i < 40; i++) {
        tp_lock *held = &numbers[i % 2].lock;
        tp_lock_write(held);
        pthread_t there = start(move_one, &(pair){&numbers[0], &numbers[1]});
        pthread_t back = start(move_one, &(pair){&numbers[1], &numbers[0]});
        usleep(1000);
        tp_unlock_write(held);
        pthread_join(there, NULL); /* would never end */
        pthread_join(back, NULL);
    }
    CHECK(numbers[0].value == 0 && numbers[1].value == 0);
    tp_lock_destroy(&numbers[0].lock);
    tp_lock_destroy(&numbers[1].lock);
}

/* ---- The gate before fork() -------------------------------------------------------------------------------------------- */

#ifndef _WIN32 /* no fork(), no gate */

typedef struct visit {
    tp_lock lock;
    atomic_bool has_lock;
    atomic_bool is_done;
} visit;

static void *hold_for_a_while(void *argument)
{
    visit *v = argument;
    tp_lock_write(&v->lock);
    atomic_store(&v->has_lock, true);
    usleep(20000);
    atomic_store(&v->is_done, true);
    tp_unlock_write(&v->lock);
    return NULL;
}

static void test_fork_waits_for_who_holds_a_lock(void)
{
    visit v = {.is_done = false};
    CHECK(tp_lock_init(&v.lock));
    pthread_t holder = start(hold_for_a_while, &v);
    while (!atomic_load(&v.has_lock)) usleep(100);
    tp_before_fork();
    CHECK(atomic_load(&v.is_done));
    tp_after_fork_in_parent();
    pthread_join(holder, NULL);
    tp_lock_destroy(&v.lock);
}

static void test_locks_wait_for_fork(void)
{
    visit v = {.is_done = false};
    CHECK(tp_lock_init(&v.lock));
    tp_before_fork();
    pthread_t holder = start(hold_for_a_while, &v);
    usleep(20000);
    CHECK(!atomic_load(&v.has_lock));
    tp_after_fork_in_parent();
    pthread_join(holder, NULL);
    CHECK(atomic_load(&v.is_done));
    tp_lock_destroy(&v.lock);
}

/* Other fork handlers run between ours. */
static void test_who_forks_may_lock_and_fork_again(void)
{
    visit v = {.is_done = false};
    CHECK(tp_lock_init(&v.lock));
    tp_before_fork();
    tp_before_fork();
    lock_and_unlock_to_read(&v.lock); /* would never end */
    tp_after_fork_in_parent();
    lock_and_unlock_to_read(&v.lock);
    pthread_t holder = start(hold_for_a_while, &v);
    usleep(20000);
    CHECK(!atomic_load(&v.has_lock));
    tp_after_fork_in_parent();
    pthread_join(holder, NULL);
    tp_lock_destroy(&v.lock);
}

/* They would wait at the gate, and who forks for them. */
static void test_who_forks_starts_no_threads(void)
{
    tp_before_fork();
    CHECK_EQ_U(run_tasks(5), 5);
    tp_after_fork_in_parent();
    CHECK_EQ_U(run_tasks(5), 1);
}

static void test_child_opens_the_gate(void)
{
    visit v = {.is_done = false};
    CHECK(tp_lock_init(&v.lock));
    tp_before_fork();
    tp_after_fork_in_child();
    hold_for_a_while(&v); /* would never end */
    CHECK(atomic_load(&v.is_done));
    tp_lock_destroy(&v.lock);
}

/* The number is not guarded by its lock: at the closed gate one is alone. */
static void *add_one_at_closed_gate(void *argument)
{
    guarded *number = argument;
    for (int i = 0; i < N_ROUNDS; i++) {
        tp_before_fork();
        number->value++;
        tp_after_fork_in_parent();
    }
    return NULL;
}

static void test_forks_exclude_each_other_and_writers(void)
{
    guarded number = {.value = 0};
    CHECK(tp_lock_init(&number.lock));
    pthread_t forks[2] = {start(add_one_at_closed_gate, &number), start(add_one_at_closed_gate, &number)};
    pthread_t writers[2] = {start(add_one, &number), start(add_one, &number)};
    for (int i = 0; i < 2; i++) {
        pthread_join(forks[i], NULL);
        pthread_join(writers[i], NULL);
    }
    CHECK_EQ_U(number.value, 4 * N_ROUNDS);
    tp_lock_destroy(&number.lock);
}

#endif

int main(void)
{
#ifndef _WIN32
    alarm(60); /* ends what would never end */
    RUN(test_every_process_draws_a_key);
    RUN(test_clock_stands_in_for_the_system_s_randomness);
#endif
    RUN(test_key_has_no_part_twice);
    RUN(test_key_is_drawn_once);
    RUN(test_key_can_be_set);
    RUN(test_hash_depends_on_the_word_alone);
    RUN(test_hash_tells_lengths_apart);
    RUN(test_hash_depends_on_every_bit);
    RUN(test_collisions_depend_on_the_key);
    RUN(test_error_is_filled_and_optional);
    RUN(test_version_is_three_numbers);
    RUN(test_counters_follow_a_block);
    RUN(test_peak_is_the_most_ever_held);
    RUN(test_resize_to_nothing_frees);
    RUN(test_hook_gets_every_allocation);
    RUN(test_hook_may_refuse);
    RUN(test_hook_cannot_change_while_something_is_allocated);
    RUN(test_nth_allocation_is_refused_once);
    RUN(test_refused_growth_leaves_the_block);
    RUN(test_each_kind_has_its_own_counters);
    RUN(test_objects_are_counted_as_they_come_and_go);
    RUN(test_no_limit_at_first);
    RUN(test_limit_is_reached_but_never_passed);
    RUN(test_refusal_tells_what_was_asked);
    RUN(test_each_thread_hears_of_its_own_refusal);
    RUN(test_what_is_held_beyond_a_new_limit_stays_and_can_be_freed);
    RUN(test_refusal_of_the_system_is_not_held);
    RUN(test_threads_share_the_limit);
    RUN(test_what_a_worker_was_refused_is_its_caller_s);
    RUN(test_arena_grows_and_keeps_its_bytes);
    RUN(test_arena_refuses_what_cannot_be);
    RUN(test_grown_capacity);
    RUN(test_grown_capacity_stays_addressable);
    RUN(test_every_task_runs_once);
    RUN(test_caller_runs_all_tasks_without_memory);
    RUN(test_caller_runs_all_tasks_without_threads);
#ifndef _WIN32
    RUN(test_signals_stay_with_the_caller);
#endif
    RUN(test_readers_share);
    RUN(test_writers_exclude_each_other);
    RUN(test_two_locks_in_either_order);
#ifndef _WIN32
    RUN(test_fork_waits_for_who_holds_a_lock);
    RUN(test_locks_wait_for_fork);
    RUN(test_who_forks_may_lock_and_fork_again);
    RUN(test_who_forks_starts_no_threads);
    RUN(test_child_opens_the_gate);
    RUN(test_forks_exclude_each_other_and_writers);
#endif
    RUN(test_salted_hash_is_xxh64);
    RUN(test_parts_divide_all_hashes_evenly);
    return tests_done();
}
