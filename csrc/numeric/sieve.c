/* The sieve of Eratosthenes, a segment of odd numbers at a time: each number is a byte while multiples are crossed out in the
 * first-level cache, then a bit, then a number.
 *
 * A step is a run of segments, which the threads share: each thread crosses out in its own segments; then, when the number of
 * primes before them is known, it writes its primes at their places. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "textproc/numeric.h"

enum {
    SEGMENT = 1 << 15,          /* odd numbers: as many as the smallest first-level caches have bytes */
    MIN_STEP_SEGMENTS = 16,     /* a million numbers, some half a millisecond */
    MAX_STEP_SEGMENTS = 1 << 8, /* 16 million numbers, some ten milliseconds */
    PATTERN = 3 * 5 * 7 * 11 * 13,
    FIRST_CROSSED = 17,         /* the smaller primes are crossed out by copying this pattern */
    MAX_ROOT = 65535,           /* the root of the largest limit, rounded down */
    MAX_CROSSED = 6542 - 6,     /* primes up to that, except 2, 3, 5, 7, 11 and 13 */
    WORDS = SEGMENT / 64        /* of bits */
};

/* The number 2i + 1 is at place i. */
typedef struct segment_worker {
    uint8_t crossed[SEGMENT];
    uint32_t next[MAX_CROSSED]; /* the next place to cross out for each prime, from the segment's beginning */
    size_t n_primes;            /* found in this step */
    size_t n_before;            /* found by the workers before it */
} segment_worker;

struct tp_sieve {
    uint32_t limit;
    uint32_t n_places; /* odd numbers up to the limit */
    uint32_t place;    /* where the next step begins */
    uint32_t step_segments; /* of each step except the last */
    uint32_t n_segments;    /* of this step */
    size_t threads;
    size_t n_crossed;
    uint16_t crossed_primes[MAX_CROSSED];
    uint8_t pattern[PATTERN + SEGMENT];
    uint64_t *bits; /* of all segments of a step */
    segment_worker *workers;
    uint32_t *primes;
    size_t primes_capacity;
};

/* ---- Beginning and end -------------------------------------------------------------------------------------------- */

/* An upper bound of the number of primes up to n: 1.25506 n / ln n from 2 on (J. Rosser, L. Schoenfeld, Approximate formulas
 * for some functions of prime numbers, 1962). */
static size_t max_primes(uint32_t n) { return n < 2 ? 0 : (size_t)(1.25507 * n / log(n)) + 2; }

static inline uint32_t at_most(uint32_t n, uint32_t limit) { return n < limit ? n : limit; }

static inline uint32_t at_least(uint32_t n, uint32_t limit) { return n > limit ? n : limit; }

static size_t bits_nbytes(const tp_sieve *sieve) { return (size_t)sieve->step_segments * WORDS * sizeof *sieve->bits; }

static bool can_be_allocated(size_t nbytes)
{
    void *block = nbytes == 0 ? NULL : tp_allocate(TP_FOR_WORK, nbytes);
    tp_release(TP_FOR_WORK, block, nbytes);
    return block != NULL || nbytes == 0;
}

/* All primes that cross out: from 17 to the root of the limit. */
static void find_crossing_primes(tp_sieve *sieve)
{
    static const uint8_t small[] = {3, 5, 7, 11, 13};
    uint8_t *composite = sieve->workers[0].crossed; /* has a byte for each odd number up to MAX_ROOT */
    memset(composite, 0, SEGMENT);
    for (uint32_t p = 3; p * p <= MAX_ROOT; p += 2) {
        if (composite[p / 2] != 0) continue;
        for (uint32_t multiple = p * p; multiple <= MAX_ROOT; multiple += 2 * p) composite[multiple / 2] = 1;
    }
    for (uint32_t p = FIRST_CROSSED; p <= MAX_ROOT && (uint64_t)p * p <= sieve->limit; p += 2) {
        if (composite[p / 2] == 0) sieve->crossed_primes[sieve->n_crossed++] = (uint16_t)p;
    }
    memset(sieve->pattern, 0, sizeof sieve->pattern);
    for (size_t i = 0; i < sizeof small; i++) {
        for (size_t place = small[i] / 2; place < sizeof sieve->pattern; place += small[i]) sieve->pattern[place] = 1;
    }
}

tp_status tp_sieve_new(uint32_t limit, size_t threads, tp_sieve **sieve, tp_error *error)
{
    if (!can_be_allocated(max_primes(limit) * sizeof(uint32_t))) return tp_fail_no_memory(error);
    tp_sieve *s = tp_allocate(TP_FOR_SIEVE, sizeof *s);
    if (s == NULL) return tp_fail_no_memory(error);
    tp_object_made(TP_FOR_SIEVE);
    uint32_t n_places = limit / 2 + limit % 2, n_segments = n_places / SEGMENT + 1;
    s->limit = limit;
    s->n_places = n_places;
    s->place = 0;
    /* In a few steps rather than one, so that the data of each stays in the cache. */
    s->step_segments = at_most(n_segments, at_most(at_least(n_segments / 8, MIN_STEP_SEGMENTS), MAX_STEP_SEGMENTS));
    /* Starting a thread takes about as long as four segments. */
    s->threads = at_least(threads < n_segments ? (uint32_t)threads : n_segments, 1);
    s->threads = at_least(at_most((uint32_t)s->threads, s->step_segments / 4), 1);
    s->n_crossed = 0;
    s->primes = NULL;
    s->primes_capacity = 0;
    s->workers = tp_allocate(TP_FOR_SIEVE, s->threads * sizeof *s->workers);
    s->bits = s->workers == NULL ? NULL : tp_allocate(TP_FOR_SIEVE, bits_nbytes(s));
    if (s->bits == NULL) {
        tp_sieve_free(s);
        return tp_fail_no_memory(error);
    }
    find_crossing_primes(s);
    *sieve = s;
    return TP_OK;
}

void tp_sieve_free(tp_sieve *sieve)
{
    if (sieve == NULL) return;
    tp_release(TP_FOR_SIEVE, sieve->workers, sieve->threads * sizeof *sieve->workers);
    tp_release(TP_FOR_SIEVE, sieve->bits, bits_nbytes(sieve));
    tp_release(TP_FOR_SIEVE, sieve->primes, sieve->primes_capacity * sizeof *sieve->primes);
    tp_object_freed(TP_FOR_SIEVE);
    tp_release(TP_FOR_SIEVE, sieve, sizeof *sieve);
}

void tp_sieve_free_at(tp_sieve **sieve)
{
    tp_sieve_free(*sieve);
    *sieve = NULL;
}

/* ---- One step ----------------------------------------------------------------------------------------------------- */

/* The segments of a step that belong to a worker. */
typedef struct range {
    uint32_t first, end;
} range;

static range share_of(const tp_sieve *sieve, size_t index)
{
    uint64_t n = sieve->n_segments, threads = sieve->threads;
    return (range){(uint32_t)(n * index / threads), (uint32_t)(n * (index + 1) / threads)};
}

/* The first place, from a place on, that each prime crosses out: its square, or its next odd multiple. */
static void begin_crossing(const tp_sieve *sieve, segment_worker *worker, uint32_t place)
{
    for (size_t i = 0; i < sieve->n_crossed; i++) {
        uint32_t p = sieve->crossed_primes[i], square = p * p / 2;
        uint32_t past = square < place ? (place - square) % p : 0;
        worker->next[i] = square > place ? square - place : past == 0 ? 0 : p - past;
    }
}

static void cross_out(const tp_sieve *sieve, segment_worker *worker)
{
    uint8_t *crossed = worker->crossed;
    for (size_t i = 0; i < sieve->n_crossed; i++) {
        uint32_t p = sieve->crossed_primes[i], place = worker->next[i];
        for (uint32_t end = SEGMENT - (3 * p < SEGMENT ? 3 * p : SEGMENT); place < end; place += 4 * p) {
            crossed[place] = crossed[place + p] = crossed[place + 2 * p] = crossed[place + 3 * p] = 1;
        }
        for (; place < SEGMENT; place += p) crossed[place] = 1;
        worker->next[i] = place - SEGMENT;
    }
}

/* Turns 64 bytes, each 0 or 1, into reversed bits. The product gathers the lowest bits of eight bytes in its highest byte. */
static inline uint64_t gather_zeros(const uint8_t *bytes)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++) {
        uint64_t eight = 0;
        for (size_t j = 0; j < 8; j++) eight |= (uint64_t)bytes[8 * i + j] << 8 * j;
        bits |= (eight * UINT64_C(0x0102040810204080)) >> 56 << 8 * i;
    }
    return ~bits;
}

static void sieve_segments(void *shared, size_t index)
{
    tp_sieve *sieve = shared;
    segment_worker *worker = &sieve->workers[index];
    range share = share_of(sieve, index);
    worker->n_primes = 0;
    if (share.first == share.end) return;
    begin_crossing(sieve, worker, sieve->place + share.first * SEGMENT);
    for (uint32_t segment = share.first; segment < share.end; segment++) {
        uint32_t place = sieve->place + segment * SEGMENT, left = sieve->n_places - place;
        memcpy(worker->crossed, sieve->pattern + place % PATTERN, SEGMENT);
        if (place == 0) memcpy(worker->crossed, (const uint8_t[]){1, 0, 0, 0, 1, 0, 0}, 7); /* 1, 3, 5, 7, 9, 11, 13 */
        cross_out(sieve, worker);
        if (left < SEGMENT) memset(worker->crossed + left, 1, SEGMENT - left);
        uint64_t *bits = sieve->bits + (size_t)segment * WORDS;
        for (size_t i = 0; i < WORDS; i++) {
            bits[i] = gather_zeros(worker->crossed + 64 * i);
            worker->n_primes += tp_count_bits(bits[i]);
        }
    }
}

static void write_primes(void *shared, size_t index)
{
    tp_sieve *sieve = shared;
    range share = share_of(sieve, index);
    uint32_t *out = sieve->primes + sieve->workers[index].n_before;
    for (size_t i = (size_t)share.first * WORDS; i < (size_t)share.end * WORDS; i++) {
        uint32_t base = 2 * (sieve->place + (uint32_t)i * 64) + 1;
        for (uint64_t bits = sieve->bits[i]; bits != 0; bits &= bits - 1) *out++ = base + 2 * (uint32_t)tp_lowest_bit(bits);
    }
}

static bool reserve_primes(tp_sieve *sieve, size_t n)
{
    if (n <= sieve->primes_capacity) return true;
    uint32_t *primes = tp_resize(TP_FOR_SIEVE, sieve->primes, sieve->primes_capacity * sizeof *primes, n * sizeof *primes);
    if (primes == NULL) return false;
    sieve->primes = primes;
    sieve->primes_capacity = n;
    return true;
}

tp_status tp_sieve_step(tp_sieve *sieve, const uint32_t **primes, size_t *n_primes, uint64_t *n_done, tp_error *error)
{
    uint32_t n = at_most(sieve->n_places - sieve->place, sieve->step_segments * SEGMENT);
    sieve->n_segments = n / SEGMENT + (n % SEGMENT != 0);
    tp_fork_join(sieve_segments, sieve, sieve->threads);
    size_t total = sieve->place == 0 && sieve->limit >= 2; /* 2, the only even prime */
    for (size_t i = 0; i < sieve->threads; i++) {
        sieve->workers[i].n_before = total;
        total += sieve->workers[i].n_primes;
    }
    if (!reserve_primes(sieve, total)) return tp_fail_no_memory(error);
    if (sieve->place == 0 && sieve->limit >= 2) sieve->primes[0] = 2;
    tp_fork_join(write_primes, sieve, sieve->threads);
    sieve->place += n;
    *primes = sieve->primes;
    *n_primes = total;
    *n_done = sieve->place == sieve->n_places ? (uint64_t)sieve->limit + 1 : 2 * (uint64_t)sieve->place;
    return TP_OK;
}
