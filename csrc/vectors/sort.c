#include "vectors/sort.h"

#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "base/thread.h"
#include "vectors/few.h"

/* Up to so many numbers are sorted by insertion: a pass over the counters of a digit costs as much. A row of up to SHORT_ROW
 * numbers has shorter digits, for that pass would cost more than those over the numbers. */
enum { FEW = 32, SHORT_ROW = 512, FEW_BITS = 6, DIGIT_BITS = 8, N_DIGITS = 1 << DIGIT_BITS, FIRST_SHIFT = 32 };

static void insert_each(uint64_t *numbers, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t moved = numbers[i];
        size_t place = i;
        for (; place > 0 && numbers[place - 1] > moved; place--) numbers[place] = numbers[place - 1];
        numbers[place] = moved;
    }
}

/* Sorts by one digit of so many bits, keeping the order of equal ones. */
static inline void sort_by_digit(const uint64_t *from, uint64_t *to, size_t n, unsigned shift, unsigned bits)
{
    uint32_t places[N_DIGITS] = {0}, sum = 0;
    const size_t mask = ((size_t)1 << bits) - 1;
    for (size_t i = 0; i < n; i++) places[from[i] >> shift & mask]++;
    for (size_t i = 0; i <= mask; i++) {
        uint32_t n_here = places[i];
        places[i] = sum;
        sum += n_here;
    }
    for (size_t i = 0; i < n; i++) to[places[from[i] >> shift & mask]++] = from[i];
}

void tp_sort_by_high_half(uint64_t *numbers, uint64_t *scratch, size_t n)
{
    if (n <= FEW) {
        insert_each(numbers, n);
        return;
    }
    const unsigned bits = n <= SHORT_ROW ? FEW_BITS : DIGIT_BITS;
    uint64_t all = 0, *from = numbers, *to = scratch;
    for (size_t i = 0; i < n; i++) all |= numbers[i];
    for (unsigned shift = FIRST_SHIFT; shift < 64 && all >> shift != 0; shift += bits) {
        if (bits == FEW_BITS) sort_by_digit(from, to, n, shift, FEW_BITS);
        else sort_by_digit(from, to, n, shift, DIGIT_BITS);
        uint64_t *kept = from;
        from = to;
        to = kept;
    }
    if (from != numbers) memcpy(numbers, from, n * sizeof *numbers);
}

/* ---- Numbers --------------------------------------------------------------------------------------------------------- */

/* Below this limit, a number and an index below TP_FEW are one number of 31 bits. */
enum { FEW_LIMIT = 1 << 25, MOST_DIGITS = 6 };

static void sort_few(const uint32_t *numbers, uint32_t *sorted, size_t n)
{
    uint32_t different[TP_FEW + 16];
    uint8_t ranks[TP_FEW];
    for (size_t i = 0; i < n; i++) different[i] = numbers[i] * TP_FEW + (uint32_t)i;
    memset(different + n, 0, 16 * sizeof *different);
    tp_rank_few(different, n, ranks);
    for (size_t i = 0; i < n; i++) sorted[ranks[i]] = numbers[i];
}

/* Sorts by n_digits digits of so many bits, which are all counted first. */
static inline uint32_t *sort_by_digits(uint32_t *from, uint32_t *to, size_t n, unsigned n_digits, unsigned bits)
{
    size_t places[MOST_DIGITS][N_DIGITS];
    const size_t mask = ((size_t)1 << bits) - 1;
    for (unsigned digit = 0; digit < n_digits; digit++) memset(places[digit], 0, (mask + 1) * sizeof **places);
    for (size_t i = 0; i < n; i++) {
        for (unsigned digit = 0; digit < n_digits; digit++) places[digit][from[i] >> digit * bits & mask]++;
    }
    for (unsigned digit = 0; digit < n_digits; digit++) {
        size_t sum = 0;
        for (size_t i = 0; i <= mask; i++) {
            size_t n_here = places[digit][i];
            places[digit][i] = sum;
            sum += n_here;
        }
        for (size_t i = 0; i < n; i++) to[places[digit][from[i] >> digit * bits & mask]++] = from[i];
        uint32_t *kept = from;
        from = to;
        to = kept;
    }
    return from;
}

uint32_t *tp_sort_numbers(uint32_t *numbers, uint32_t *scratch, size_t n, uint64_t limit)
{
    if (n <= TP_FEW && limit <= FEW_LIMIT) {
        sort_few(numbers, scratch, n);
        return scratch;
    }
    const unsigned bits = n <= SHORT_ROW ? FEW_BITS : DIGIT_BITS;
    unsigned n_digits = 1;
    while ((limit - 1) >> n_digits * bits != 0) n_digits++;
    if (bits == DIGIT_BITS) return sort_by_digits(numbers, scratch, n, n_digits, DIGIT_BITS);
    switch (n_digits) { /* a constant number of them can be counted in one loop */
    case 1:
        return sort_by_digits(numbers, scratch, n, 1, FEW_BITS);
    case 2:
        return sort_by_digits(numbers, scratch, n, 2, FEW_BITS);
    case 3:
        return sort_by_digits(numbers, scratch, n, 3, FEW_BITS);
    case 4:
        return sort_by_digits(numbers, scratch, n, 4, FEW_BITS);
    default:
        return sort_by_digits(numbers, scratch, n, n_digits, FEW_BITS);
    }
}

/* ---- Terms --------------------------------------------------------------------------------------------------------- */

static inline uint8_t shown_byte(uint8_t byte) { return byte == 0xFF ? '\n' : byte; }

static inline uint64_t first_byte_highest(uint64_t loaded)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return loaded;
#else
    loaded = (loaded & UINT64_C(0x00FF00FF00FF00FF)) << 8 | (loaded >> 8 & UINT64_C(0x00FF00FF00FF00FF));
    loaded = (loaded & UINT64_C(0x0000FFFF0000FFFF)) << 16 | (loaded >> 16 & UINT64_C(0x0000FFFF0000FFFF));
    return loaded << 32 | loaded >> 32; /* compilers make one instruction of it */
#endif
}

/* Replaces the bytes FF. */
static uint64_t shown_eight(uint64_t eight)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((eight >> shift & 0xFF) == 0xFF) eight ^= (uint64_t)(0xFF ^ '\n') << shift;
    }
    return eight;
}

/* Returns eight bytes of a term from a place on as one number that compares as they do; zeros stand behind its end. A table has
 * room for a key behind its text, which may be read. */
static inline uint64_t eight_of(const tp_table *table, uint32_t number, size_t place)
{
    const size_t nbytes = tp_table_nbytes(table, number) - place;
    uint64_t eight = first_byte_highest(tp_hash_load_8(tp_table_text(table, number) + place));
    if (nbytes < 8) eight = nbytes == 0 ? 0 : eight & ~UINT64_C(0) << 8 * (8 - nbytes);
    const uint64_t ones = UINT64_C(0x0101010101010101);
    return (eight & (~eight - ones) & ones << 7) == 0 ? eight : shown_eight(eight); /* no byte of ~eight is zero */
}

/* Compares texts that are equal before a place. */
static bool is_text_before(const tp_table *table, uint32_t one, uint32_t other, size_t place)
{
    const uint8_t *a = tp_table_text(table, one), *b = tp_table_text(table, other);
    size_t a_nbytes = tp_table_nbytes(table, one), b_nbytes = tp_table_nbytes(table, other);
    size_t shorter = a_nbytes < b_nbytes ? a_nbytes : b_nbytes;
    for (size_t i = place; i < shorter; i++) {
        if (a[i] != b[i]) return shown_byte(a[i]) < shown_byte(b[i]);
    }
    return a_nbytes < b_nbytes;
}

static inline bool is_before(const tp_table *table, const tp_sorted_term *one, const tp_sorted_term *other, size_t place)
{
    if (one->eight != other->eight) return one->eight < other->eight;
    return is_text_before(table, one->number, other->number, place);
}

static void merge(const tp_table *table, const tp_sorted_term *from, size_t n_first, size_t n, tp_sorted_term *to, size_t place)
{
    size_t i = 0, j = n_first;
    for (size_t out = 0; out < n; out++) {
        bool is_second = i == n_first || (j < n && is_before(table, &from[j], &from[i], place));
        to[out] = is_second ? from[j++] : from[i++];
    }
}

/* Merges neighbouring runs until one is left. */
static void sort_by_merging(const tp_table *table, tp_sorted_term *terms, tp_sorted_term *scratch, size_t n, size_t place)
{
    tp_sorted_term *from = terms, *to = scratch;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t start = 0; start < n; start += 2 * run) {
            size_t left = n - start, both = left < 2 * run ? left : 2 * run;
            merge(table, from + start, both < run ? both : run, both, to + start, place);
        }
        tp_sorted_term *kept = from;
        from = to;
        to = kept;
    }
    if (from != terms) memcpy(terms, from, n * sizeof *terms);
}

/* Sorts by the eight bytes, digit by digit. */
static void sort_by_eight(tp_sorted_term *terms, tp_sorted_term *scratch, size_t n)
{
    tp_sorted_term *from = terms, *to = scratch;
    uint64_t all_set = 0, all_clear = 0;
    for (size_t i = 0; i < n; i++) {
        all_set |= terms[i].eight;
        all_clear |= ~terms[i].eight;
    }
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        size_t places[N_DIGITS] = {0}, sum = 0;
        if (((all_set & all_clear) >> shift & (N_DIGITS - 1)) == 0) continue; /* all have the same digit */
        for (size_t i = 0; i < n; i++) places[from[i].eight >> shift & (N_DIGITS - 1)]++;
        for (size_t i = 0; i < N_DIGITS; i++) {
            size_t n_here = places[i];
            places[i] = sum;
            sum += n_here;
        }
        for (size_t i = 0; i < n; i++) to[places[from[i].eight >> shift & (N_DIGITS - 1)]++] = from[i];
        tp_sorted_term *kept = from;
        from = to;
        to = kept;
    }
    if (from != terms) memcpy(terms, from, n * sizeof *terms);
}

/* A sort by several threads: terms are put into buckets, and these are sorted. */
enum { BUCKET_TERMS = 1 << 15, MOST_BUCKETS = 256, SAMPLES = 8 };

typedef struct sorting {
    const tp_sorting *way;
    tp_sorted_term *terms, *scratch;
    size_t n, n_buckets;
    uint64_t pivots[MOST_BUCKETS];     /* the least number of each bucket */
    size_t starts[MOST_BUCKETS + 1];   /* where each begins */
    size_t *places;                    /* for each thread and bucket how many terms, and then where the next one goes */
    uint8_t *buckets;                  /* that of each term */
    _Atomic bool is_stopped;
    size_t n_since;                    /* what the calling thread has done since it was asked whether to go on */
} sorting;

/* Notes that a thread has handled n more terms. Returns whether it may go on; the calling thread asks for all. */
static bool may_go_on(sorting *s, size_t thread, size_t n)
{
    if (thread == 0 && s->way->go_on != NULL && (s->n_since += n) >= BUCKET_TERMS) {
        s->n_since = 0;
        if (s->way->go_on(s->way->user) == 0) s->is_stopped = true;
    }
    return !s->is_stopped;
}

/* Fewer terms are merged, and so are terms that have so many bytes in common, so that the calls below end soon. */
enum { FEW_TERMS = 64, MOST_COMMON_NBYTES = 256 };

/* Whether none of n terms, whose eight bytes before a place are equal, ends before it. */
static bool all_go_on(const tp_table *table, const tp_sorted_term *terms, size_t n, size_t place)
{
    if ((terms->eight & 0xFF) != 0) return true; /* the last of these bytes stands in all of them */
    for (size_t i = 0; i < n; i++) {
        if (tp_table_nbytes(table, terms[i].number) < place) return false;
    }
    return true;
}

/* Gives n terms, of n_there that stand there, their eight bytes from a place on. The texts lie anywhere, so those of the terms ahead,
 * which come soon, are prefetched. */
static void take_eights(const tp_table *table, tp_sorted_term *terms, size_t n, size_t n_there, size_t place)
{
    enum { AHEAD = 8 };
    for (size_t i = 0; i < n; i++) {
        if (i + 2 * AHEAD < n_there) TP_PREFETCH(&table->starts[terms[i + 2 * AHEAD].number]);
        if (i + AHEAD < n_there) TP_PREFETCH(tp_table_text(table, terms[i + AHEAD].number) + place);
        terms[i].eight = eight_of(table, terms[i].number, place);
    }
}

/* Sorts n terms that are equal before a place: by the next eight bytes, and those with equal ones by what follows. Terms that end
 * within these are equal only if the shorter one has zeros where the other ends, so the length decides among them. */
static void sort_from(sorting *s, size_t thread, tp_sorted_term *terms, tp_sorted_term *scratch, size_t n, size_t place)
{
    const tp_table *table = s->way->table;
    if (!may_go_on(s, thread, n)) return;
    if (n <= FEW_TERMS || place >= MOST_COMMON_NBYTES) {
        sort_by_merging(table, terms, scratch, n, place);
        return;
    }
    sort_by_eight(terms, scratch, n);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && terms[end].eight == terms[first].eight;) end++;
        if (end - first < 2) continue;
        if (!all_go_on(table, terms + first, end - first, place + sizeof terms->eight)) {
            sort_by_merging(table, terms + first, scratch, end - first, place);
            continue;
        }
        take_eights(table, terms + first, end - first, n - first, place + sizeof terms->eight);
        sort_from(s, thread, terms + first, scratch, end - first, place + sizeof terms->eight);
    }
}

static size_t share_start(const sorting *s, size_t thread) { return s->n * thread / s->way->n_threads; }

/* Takes numbers of some terms as the bounds of buckets. */
static void choose_pivots(sorting *s)
{
    size_t n = SAMPLES * s->n_buckets;
    for (size_t i = 0; i < n; i++) s->terms[i] = (tp_sorted_term){eight_of(s->way->table, (uint32_t)(s->n / n * i), 0), 0};
    sort_by_eight(s->terms, s->scratch, n);
    for (size_t i = 0; i < s->n_buckets; i++) s->pivots[i] = i == 0 ? 0 : s->terms[SAMPLES * i].eight;
}

/* Returns the last bucket whose pivot is not greater. */
static size_t bucket_of(const sorting *s, uint64_t eight)
{
    size_t bucket = 0;
    for (size_t step = s->n_buckets / 2; step > 0; step /= 2) bucket += s->pivots[bucket + step] <= eight ? step : 0;
    return bucket;
}

static void count_share(void *shared, size_t thread)
{
    sorting *s = shared;
    size_t *n_here = s->places + thread * s->n_buckets;
    memset(n_here, 0, s->n_buckets * sizeof *n_here);
    for (size_t i = share_start(s, thread), end = share_start(s, thread + 1); i < end; i++) {
        if (i % BUCKET_TERMS == 0 && !may_go_on(s, thread, BUCKET_TERMS)) return;
        s->terms[i] = (tp_sorted_term){eight_of(s->way->table, (uint32_t)i, 0), (uint32_t)i};
        s->buckets[i] = (uint8_t)bucket_of(s, s->terms[i].eight);
        n_here[s->buckets[i]]++;
    }
}

static void find_starts(sorting *s)
{
    size_t sum = 0;
    for (size_t bucket = 0; bucket < s->n_buckets; bucket++) {
        s->starts[bucket] = sum;
        for (size_t thread = 0; thread < s->way->n_threads; thread++) {
            size_t *place = &s->places[thread * s->n_buckets + bucket], n_here = *place;
            *place = sum;
            sum += n_here;
        }
    }
    s->starts[s->n_buckets] = sum;
}

static void move_share(void *shared, size_t thread)
{
    sorting *s = shared;
    size_t *places = s->places + thread * s->n_buckets;
    for (size_t i = share_start(s, thread), end = share_start(s, thread + 1); i < end; i++) {
        if (i % BUCKET_TERMS == 0 && !may_go_on(s, thread, BUCKET_TERMS)) return;
        s->scratch[places[s->buckets[i]]++] = s->terms[i];
    }
}

static void sort_share(void *shared, size_t thread)
{
    sorting *s = shared;
    for (size_t bucket = thread; bucket < s->n_buckets; bucket += s->way->n_threads) {
        size_t start = s->starts[bucket];
        sort_from(s, thread, s->scratch + start, s->terms + start, s->starts[bucket + 1] - start, 0);
    }
}

static void sort_in_buckets(sorting *s)
{
    choose_pivots(s);
    tp_fork_join(count_share, s, s->way->n_threads);
    if (s->is_stopped) return;
    find_starts(s);
    tp_fork_join(move_share, s, s->way->n_threads);
    if (!s->is_stopped) tp_fork_join(sort_share, s, s->way->n_threads);
}

static void sort_at_once(sorting *s)
{
    for (size_t i = 0; i < s->n; i++) s->terms[i] = (tp_sorted_term){eight_of(s->way->table, (uint32_t)i, 0), (uint32_t)i};
    sort_from(s, 0, s->terms, s->scratch, s->n, 0);
}

tp_status tp_sort_terms(const tp_sorting *way, tp_sorted_term *terms, tp_sorted_term *scratch, tp_sorted_term **sorted, tp_error *error)
{
    sorting s = {.way = way, .terms = terms, .scratch = scratch, .n = way->table->n_terms, .n_buckets = 1};
    while (s.n_buckets < MOST_BUCKETS && s.n_buckets < s.n / BUCKET_TERMS) s.n_buckets *= 2;
    *sorted = s.n_buckets == 1 ? terms : scratch;
    if (s.n_buckets == 1) {
        sort_at_once(&s);
    } else {
        size_t n_places = way->n_threads * s.n_buckets, nbytes = n_places * sizeof *s.places + s.n;
        s.places = tp_allocate(TP_FOR_WORK, nbytes);
        if (s.places == NULL) return tp_fail_no_memory(error);
        s.buckets = (uint8_t *)(s.places + n_places);
        sort_in_buckets(&s);
        tp_release(TP_FOR_WORK, s.places, nbytes);
    }
    return s.is_stopped ? tp_fail(error, TP_CANCELLED, 0, "the sort was stopped") : TP_OK;
}
