/* Hash flooding: whoever knows the key finds words that all lie at one place of the index. Under another key they lie
 * apart, and so do families of words that are alike in whatever way, under keys drawn at random.
 *
 *     test_hash_flooding --measure        prints what counting costs a word when all collide, and how many steps under secret
 *                                         keys, and tests nothing */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "corpus/table.h"
#include "naive.h"
#include "textproc.h"

/* Words of up to 64 bytes. */
typedef struct word {
    uint8_t text[64];
    size_t nbytes;
} word;

enum { MOST_WORDS = 1 << 15 };

/* With this tp_hash_set_key makes a third word of its first number. It also makes each word odd. */
#define THIRD_WORD UINT64_C(0x9E3779B97F4A7C15)

static tp_hash_key known_key(uint64_t first, uint64_t second)
{
    tp_hash_set_key(first, second);
    return tp_hash_get_key();
}

static tp_hash_key random_key(uint64_t *state)
{
    tp_hash_key key;
    for (int i = 0; i < 4; i++) key.word[i] = next_random(state) * UINT64_C(0x2545F4914F6CDD1D) | 1;
    return key;
}

static uint64_t hash_of(tp_hash_key key, const word *of)
{
    tp_table table = {.hash_key = key};
    return tp_table_word(&table, of->text, of->nbytes).hash;
}

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* How many slots that are taken words meet, in an index of two slots a word, as the table's is at its fullest: on average, and
 * the one that meets the most. Under a hash that is as good as chance the mean is less than 1/2, as with linear probing (Knuth,
 * The Art of Computer Programming 3, 6.4). */
typedef struct displacement {
    double mean;
    size_t worst;
} displacement;

static displacement displacement_of(tp_hash_key key, const word *words, size_t n)
{
    static bool is_taken[2 * MOST_WORDS];
    tp_table table = {.index = {.n_slots = 1}};
    size_t all = 0, worst = 0;
    while (table.index.n_slots < 2 * n) table.index.n_slots *= 2;
    memset(is_taken, 0, sizeof is_taken);
    for (size_t i = 0; i < n; i++) {
        size_t slot = tp_index_home(&table.index, hash_of(key, &words[i])), step = 1;
        for (; is_taken[slot]; step++) slot = tp_index_next(table.index.n_slots, slot, step);
        is_taken[slot] = true;
        all += step - 1;
        if (step - 1 > worst) worst = step - 1;
    }
    return (displacement){(double)all / (double)n, worst};
}

static double mean_displacement(tp_hash_key key, const word *words, size_t n) { return displacement_of(key, words, n).mean; }

/* ---- Words that collide under a known key ------------------------------------------------------------------------------ */

static word make_word(const char *front, size_t number, const char *back)
{
    word made = {.nbytes = 0};
    made.nbytes = (size_t)snprintf((char *)made.text, sizeof made.text, "%s%06zx%s", front, number, back);
    return made;
}

/* Tries words until there are n whose hashes have the same 12 lowest bits. */
static void find_colliding(tp_hash_key key, const char *front, word *words, size_t n)
{
    size_t found = 0;
    for (size_t number = 0; found < n; number++) {
        words[found] = make_word(front, number, "");
        found += hash_of(key, &words[found]) % 4096 == 0;
    }
}

static void test_words_found_by_trying(void)
{
    enum { N = 300 };
    static const char *const fronts[] = {"", "flooding", "a word longer than a key can hold "};
    static word words[N];
    uint64_t state = 1;
    for (size_t i = 0; i < N_ITEMS(fronts); i++) {
        tp_hash_key known = known_key(1, 2);
        find_colliding(known, fronts[i], words, N);
        CHECK(mean_displacement(known, words, N) == (N - 1) / 2.0);
        for (unsigned round = 0; round < 50; round++) CHECK(mean_displacement(random_key(&state), words, N) < 2);
    }
}

/* A key that words can spell: where they do, one factor of the multiplication is zero, and the other one does not matter. The
 * codes of the first and the last letters are odd. */
#define FIRST_FACTOR "equality"
#define SECOND_FACTOR "collides"

static tp_hash_key spelled_key(void)
{
    uint64_t first = tp_hash_load_8((const uint8_t *)FIRST_FACTOR), second = tp_hash_load_8((const uint8_t *)SECOND_FACTOR);
    tp_hash_key key = known_key(second ^ THIRD_WORD, first);
    CHECK_EQ_U(key.word[1], first);
    CHECK_EQ_U(key.word[2], second);
    return key;
}

static word make_colliding_short(size_t number) { return make_word(FIRST_FACTOR, number, ""); }

static word make_colliding_long(size_t number) { return make_word("a-", number, SECOND_FACTOR "-and-so-on"); }

static void check_equal_hashes(word (*make)(size_t))
{
    enum { N = 2000 };
    static word words[N];
    for (size_t i = 0; i < N; i++) words[i] = make(i);
    tp_table table = {.hash_key = spelled_key()};
    if (!CHECK(tp_table_reserve(&table, N, N * sizeof words[0].text))) return;
    for (size_t i = 0; i < 2 * N; i++) {
        const word *of = &words[i % N];
        tp_word found = tp_table_word(&table, of->text, of->nbytes);
        if (!CHECK_EQ_U(found.hash, hash_of(table.hash_key, &words[0]))) break;
        const tp_term *term = tp_table_find_or_append(&table, &found);
        if (!CHECK_EQ_U(term - table.terms, i % N)) break;
    }
    tp_table_free(&table);
    uint64_t state = 2;
    for (unsigned round = 0; round < 50; round++) CHECK(mean_displacement(random_key(&state), words, N) < 2);
}

static void test_words_that_make_a_factor_zero(void)
{
    check_equal_hashes(make_colliding_short);
    check_equal_hashes(make_colliding_long);
}

/* ---- Families of words under unknown keys ------------------------------------------------------------------------------ */

/* A family: words of one length, in which the bits of a number are spread over some bytes, a few in each. */
typedef struct family {
    const char *name;
    size_t nbytes;
    uint8_t filling;
    uint8_t bits_a_byte;
    uint8_t places[15];
} family;

static const family families[] = {
    {"a bit in each byte", 15, 'a', 1, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}},
    {"NUL or not in each byte", 15, '\0', 1, {14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
    {"multiples of 1", 8, '`', 5, {0, 1, 2}},
    {"multiples of 2^32", 8, '`', 5, {4, 5, 6}},
    {"multiples of 2^40", 8, '`', 5, {5, 6, 7}},
    {"multiples in the high half", 15, '`', 5, {8, 9, 10}},
    {"multiples before the length", 15, '`', 5, {12, 13, 14}},
    {"in both halves", 15, '`', 5, {7, 8, 14}},
    {"multiples in a long word", 33, '`', 5, {4, 5, 6}},
    {"a bit in each byte of a long word", 40, 'a', 1, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}},
    {"NULs in a long word", 31, '\0', 1, {14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
};

static word make_relative(const family *of, size_t number)
{
    word made = {.nbytes = of->nbytes};
    memset(made.text, of->filling, of->nbytes);
    for (size_t i = 0; number != 0; i++, number >>= of->bits_a_byte) {
        made.text[of->places[i]] ^= (uint8_t)(number & ((1u << of->bits_a_byte) - 1));
    }
    return made;
}

/* The steps that counting takes under secret keys grow with the number of words, not with its square: the longest way of all is
 * some dozens, where under the known key each word meets all before it. */
static void test_steps_stay_few_as_words_become_more(void)
{
    static word words[MOST_WORDS];
    word (*const makes[])(size_t) = {make_colliding_short, make_colliding_long};
    uint64_t state = 5;
    for (size_t which = 0; which < N_ITEMS(makes); which++) {
        for (size_t n = 512; n <= quick_or(2048, 16384); n *= 2) {
            for (size_t i = 0; i < n; i++) words[i] = makes[which](i);
            displacement known = displacement_of(spelled_key(), words, n < 4096 ? n : 4096);
            CHECK_EQ_U(known.worst, (n < 4096 ? n : 4096) - 1);
            for (unsigned round = 0; round < 20; round++) {
                displacement secret = displacement_of(random_key(&state), words, n);
                CHECK(secret.mean < 8 && secret.worst < 256);
            }
        }
    }
}

/* Of short words the hash is one multiplication by an unknown number, whose multiples lie apart evenly, more so than by chance,
 * but for a few numbers: under one key in 1000 a family of multiples costs dozens of steps a word. The mean is small. */
static void test_families_of_words(void)
{
    enum { N_KEYS = 41 };
    static word words[MOST_WORDS];
    uint64_t state = 3;
    size_t n = quick_or(1 << 10, 1 << 13);
    for (size_t i = 0; i < N_ITEMS(families); i++) {
        double costs[N_KEYS], all = 0;
        for (size_t j = 0; j < n; j++) words[j] = make_relative(&families[i], j);
        for (size_t j = 0; j < N_KEYS; j++) all += costs[j] = mean_displacement(random_key(&state), words, n);
        qsort(costs, N_KEYS, sizeof *costs, compare);
        bool is_long = families[i].nbytes > TP_SHORT_KEY_NBYTES;
        if (!CHECK(costs[N_KEYS / 2] < 1 && all / N_KEYS < 8 && (!is_long || costs[N_KEYS - 1] < 1))) {
            printf("    %s: median %.2f, mean %.2f, worst %.2f\n", families[i].name, costs[N_KEYS / 2], all / N_KEYS,
                   costs[N_KEYS - 1]);
        }
    }
}

static void test_words_of_nothing_but_nul(void)
{
    static word words[64];
    uint64_t state = 4;
    for (size_t i = 0; i < N_ITEMS(words); i++) words[i].nbytes = i + 1;
    for (unsigned round = 0; round < 100; round++) CHECK(mean_displacement(random_key(&state), words, N_ITEMS(words)) < 4);
}

/* ---- What it costs ----------------------------------------------------------------------------------------------------- */

/* Nanoseconds a word for counting n words once each, the best of three runs. The hash key must be set. */
static double measure(word (*make)(size_t), size_t n)
{
    uint8_t *text = allocate(n * sizeof(word));
    size_t nbytes = 0;
    for (size_t i = 0; i < n; i++) {
        word made = make(i);
        memcpy(text + nbytes, made.text, made.nbytes);
        nbytes += made.nbytes;
        text[nbytes++] = '\n';
    }
    double best = 1e9;
    for (int run = 0; run < 3; run++) {
        tp_corpus *corpus = NULL;
        if (tp_corpus_new(&corpus, NULL) != TP_OK) abort();
        clock_t start = clock();
        uint64_t end = nbytes;
        if (tp_corpus_count(&(tp_batch){corpus, text, nbytes, &end, 1, NULL, 0}, 1, NULL) != TP_OK) abort();
        double taken = (double)(clock() - start) / CLOCKS_PER_SEC;
        if (taken < best) best = taken;
        tp_corpus_free(corpus);
    }
    free(text);
    return best * 1e9 / (double)n;
}

static void measure_all(void)
{
    printf("ns a word, counted once each   other key   known key, up to 15 bytes   known key, longer\n");
    for (size_t n = 1000; n <= 64000; n *= 2) {
        known_key(UINT64_C(0x243F6A8885A308D3), UINT64_C(0x13198A2E03707344)); /* digits of pi: nothing in particular */
        double other = measure(make_colliding_short, n);
        spelled_key();
        double known_short = measure(make_colliding_short, n), known_long = measure(make_colliding_long, n);
        printf("%22zu words %11.0f %27.0f %19.0f\n", n, other, known_short, known_long);
    }
}

/* The steps of one attack under n_keys secret keys: the median and the worst of their means, and the longest way of all. */
static void measure_steps(const char *name, const word *words, size_t n, uint64_t *state)
{
    enum { N_KEYS = 1001 };
    static double means[N_KEYS];
    size_t worst = 0;
    for (size_t i = 0; i < N_KEYS; i++) {
        displacement found = displacement_of(random_key(state), words, n);
        means[i] = found.mean;
        if (found.worst > worst) worst = found.worst;
    }
    qsort(means, N_KEYS, sizeof *means, compare);
    printf("%-34s %8.2f %8.2f %8zu\n", name, means[N_KEYS / 2], means[N_KEYS - 1], worst);
}

static void measure_all_steps(void)
{
    enum { N = 8192, N_FOUND = 1024 };
    static word words[N];
    uint64_t state = 6;
    printf("\nsteps a word, under 1001 secret keys   median    worst  longest\n");
    tp_hash_key known = known_key(1, 2);
    find_colliding(known, "", words, N_FOUND);
    measure_steps("found by trying, under another key", words, N_FOUND, &state);
    for (size_t i = 0; i < N; i++) words[i] = make_colliding_short(i);
    measure_steps("a factor spelled, up to 15 bytes", words, N, &state);
    for (size_t i = 0; i < N; i++) words[i] = make_colliding_long(i);
    measure_steps("a factor spelled, longer", words, N, &state);
    for (size_t i = 0; i < N_ITEMS(families); i++) {
        for (size_t j = 0; j < N; j++) words[j] = make_relative(&families[i], j);
        measure_steps(families[i].name, words, N, &state);
    }
}

int main(int argc, char **argv)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    if (argc > 1 && strcmp(argv[1], "--measure") == 0) {
        measure_all();
        measure_all_steps();
        return 0;
    }
    RUN(test_words_found_by_trying);
    RUN(test_words_that_make_a_factor_zero);
    RUN(test_steps_stay_few_as_words_become_more);
    RUN(test_families_of_words);
    RUN(test_words_of_nothing_but_nul);
    return tests_done();
}
