/* Memory that another thread writes to while a function reads it. Whatever it finds there, nothing beyond a buffer may be read or
 * written, which a sanitizer sees, and nothing may be kept that is damaged: each function is called again and again while a thread
 * changes what it was given to something that is longer, or no text at all, and back. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "support.h"

/* ---- A buffer that changes -------------------------------------------------------------------------------------------- */

typedef struct flipped {
    uint8_t *data; /* exactly as large as it must be */
    const void *one, *other;
    size_t nbytes;
    atomic_bool is_over;
    pthread_t thread;
} flipped;

/* It stays the first one for a while, now a short one, now one that is long enough for a check to be passed. */
static void *flip(void *argument)
{
    flipped *f = argument;
    uint64_t random = 1;
    while (!atomic_load(&f->is_over)) {
        memcpy(f->data, f->other, f->nbytes);
        atomic_thread_fence(memory_order_seq_cst); /* otherwise what is overwritten at once need not be written */
        memcpy(f->data, f->one, f->nbytes);
        for (uint64_t n = random_below(&random, (uint64_t)1 << random_below(&random, 14)); n > 0; n--) atomic_thread_fence(memory_order_seq_cst);
    }
    return NULL;
}

/* It is one of both at first. */
static void start_flipping(flipped *f, const void *one, const void *other, size_t nbytes)
{
    *f = (flipped){.data = must_allocate(nbytes), .one = one, .other = other, .nbytes = nbytes};
    memcpy(f->data, one, nbytes);
    if (pthread_create(&f->thread, NULL, flip, f) != 0) abort();
}

static void stop_flipping(flipped *f)
{
    atomic_store(&f->is_over, true);
    pthread_join(f->thread, NULL);
    free(f->data);
}

/* Counts rounds from 1 on, for a third of a second of both threads' work. */
static bool goes_on(int *round)
{
    static clock_t end;
    if ((*round)++ == 0) end = clock() + CLOCKS_PER_SEC / 3;
    return clock() < end;
}

/* A text of n bytes that repeats another one. */
static uint8_t *repeated(const char *text, size_t n)
{
    uint8_t *made = must_allocate(n);
    for (size_t i = 0; i < n; i++) made[i] = (uint8_t)text[i % strlen(text)];
    return made;
}

/* Numbers from `first` on, each `step` more than the one before. */
static uint64_t *numbers_from(uint64_t first, uint64_t step, size_t n)
{
    uint64_t *made = must_allocate(n * sizeof *made);
    for (size_t i = 0; i < n; i++) made[i] = first + step * i;
    return made;
}

/* ---- Ids, and vocabularies ---------------------------------------------------------------------------------------------- */

enum { LONG_TOKEN = 4000, N_IDS = 2000, N_TOKENS = 259 };

/* All bytes, "ab", "abab", and one of 4000 bytes with the id 1000: its tokens, where they end, and their ids. */
typedef struct tokens {
    uint8_t text[256 + 2 + 4 + LONG_TOKEN];
    uint64_t ends[N_TOKENS];
    uint32_t ids[N_TOKENS];
} tokens;

static tokens make_tokens(void)
{
    tokens made;
    for (uint32_t i = 0; i < N_TOKENS; i++) {
        made.ids[i] = i < N_TOKENS - 1 ? i : 1000;
        made.ends[i] = i < 256 ? i + 1 : i == 256 ? 258 : i == 257 ? 262 : sizeof made.text;
        if (i < 256) made.text[i] = (uint8_t)i;
    }
    memcpy(made.text + 256, "ababab", 6);
    memset(made.text + 262, 'x', LONG_TOKEN);
    return made;
}

static tp_vocabulary *make_vocabulary(void)
{
    const tokens made = make_tokens();
    tp_vocabulary *vocabulary = NULL;
    tp_status status = tp_vocabulary_from_tokens(made.text, sizeof made.text, made.ends, made.ids, N_TOKENS, false, &vocabulary, NULL);
    if (status != TP_OK) abort();
    return vocabulary;
}

static void fill_ids(uint32_t *ids, uint32_t id)
{
    for (size_t i = 0; i < N_IDS; i++) ids[i] = id;
}

static void test_ids_that_become_longer_tokens_or_none(void)
{
    tp_vocabulary *vocabulary = make_vocabulary();
    uint32_t bytes_ids[N_IDS], long_ids[N_IDS], no_ids[N_IDS];
    fill_ids(bytes_ids, 'a');
    fill_ids(long_ids, 1000);
    fill_ids(no_ids, UINT32_MAX);
    for (int is_bad = 0; is_bad < 2; is_bad++) {
        flipped ids;
        start_flipping(&ids, bytes_ids, is_bad ? no_ids : long_ids, sizeof bytes_ids);
        for (int i = 0; goes_on(&i);) {
            block out = {must_allocate(N_IDS), N_IDS};
            uint64_t ends[N_IDS];
            size_t nbytes = 0;
            tp_status status = tp_vocabulary_decode(vocabulary, NULL, (const uint32_t *)(void *)ids.data, N_IDS, out.data,
                                                    out.nbytes, &nbytes, ends, NULL);
            CHECK(status == (is_bad ? TP_INVALID_ARGUMENT : TP_TOO_SMALL) || (status == TP_OK && nbytes == ends[N_IDS - 1]));
            if (status == TP_OK) CHECK_EQ_U(nbytes, N_IDS); /* as long as what there is room for */
            free(out.data);
        }
        stop_flipping(&ids);
    }
    tp_vocabulary_free(vocabulary);
}

static void test_tokens_whose_ends_or_ids_change(void)
{
    const tokens right = make_tokens();
    tokens wrong = right;
    for (size_t i = 0; i < N_TOKENS; i++) {
        wrong.ends[i] = i % 2 == 0 ? UINT64_MAX - i : sizeof right.text;
        wrong.ids[i] = UINT32_MAX - (uint32_t)i;
    }
    flipped ends, ids;
    start_flipping(&ends, right.ends, wrong.ends, sizeof right.ends);
    start_flipping(&ids, right.ids, wrong.ids, sizeof right.ids);
    for (int i = 0; goes_on(&i);) {
        tp_vocabulary *made = NULL;
        tp_status status = tp_vocabulary_from_tokens(right.text, sizeof right.text, (const uint64_t *)(void *)ends.data,
                                                     (const uint32_t *)(void *)ids.data, N_TOKENS, false, &made, NULL);
        CHECK(status == TP_OK || status == TP_INVALID_ARGUMENT);
        tp_vocabulary_free(made);
    }
    stop_flipping(&ids);
    stop_flipping(&ends);
}

static void test_merges_that_take_other_tokens(void)
{
    enum { N = 500 };
    static tp_merge right[N], wrong[N];
    for (uint32_t i = 0; i < N; i++) {
        right[i] = (tp_merge){i < 250 ? i : 'a', 'b'};
        wrong[i] = i % 3 == 0 ? (tp_merge){UINT32_MAX - 1, UINT32_MAX - 1} : (tp_merge){255 + i, 255 + i};
    }
    for (uint32_t i = 250; i < N; i++) right[i] = (tp_merge){i - 250, 'c'};
    const tokens made = make_tokens();
    flipped merges;
    start_flipping(&merges, right, wrong, sizeof right);
    for (int i = 0; goes_on(&i);) {
        tp_vocabulary *vocabulary = NULL;
        const tp_merge *given = (const tp_merge *)(void *)merges.data;
        tp_status status = tp_vocabulary_from_merges(given, N, &vocabulary, NULL);
        CHECK(status == TP_OK || status == TP_INVALID_ARGUMENT || status == TP_TOO_LARGE);
        tp_vocabulary_free(vocabulary);
        vocabulary = NULL;
        status = tp_vocabulary_from_tokens_and_merges(made.text, sizeof made.text, made.ends, made.ids, N_TOKENS, false, given, N,
                                                      false, &vocabulary, NULL);
        CHECK(status == TP_OK || status == TP_INVALID_ARGUMENT);
        tp_vocabulary_free(vocabulary);
    }
    stop_flipping(&merges);
}

/* ---- Encoding ----------------------------------------------------------------------------------------------------------- */

enum { TEXT_NBYTES = 150000 }; /* for two threads */

/* Texts with pieces, and characters, that end elsewhere. */
static const char *const some_texts[] = {"abab ab, 12 \xC3\xA9t\xC3\xA9\n", "\xE6\x88\x91\xF0\x9F\x98\x80 xx'll\xFF\xC3  \n"};

/* What was encoded while a text changed must not be what others get. */
static void check_cache_is_right(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const uint8_t *text)
{
    static uint32_t ids[TEXT_NBYTES], expected[TEXT_NBYTES];
    size_t n_ids = 0, n_expected = 0, used = 0;
    CHECK_EQ_U(tp_vocabulary_encode(vocabulary, cache, tp_splitter_of(TP_PATTERN_GPT4), text, TEXT_NBYTES, true, 1, ids, TEXT_NBYTES, &n_ids, &used,
                                    NULL), TP_OK);
    CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text, TEXT_NBYTES, true, 1, expected, TEXT_NBYTES,
                                    &n_expected, &used, NULL), TP_OK);
    CHECK_EQ_BYTES((const uint8_t *)ids, n_ids * sizeof *ids, (const uint8_t *)expected, n_expected * sizeof *expected);
}

static void test_text_that_changes_while_it_is_encoded(void)
{
    tp_vocabulary *vocabulary = make_vocabulary();
    uint8_t *one = repeated(some_texts[0], TEXT_NBYTES), *other = repeated(some_texts[1], TEXT_NBYTES);
    flipped text;
    start_flipping(&text, one, other, TEXT_NBYTES);
    for (int i = 0; goes_on(&i);) {
        tp_piece_cache *cache = NULL;
        if (tp_piece_cache_new(2, &cache, NULL) != TP_OK) abort();
        uint32_t *ids = must_allocate(TEXT_NBYTES * sizeof *ids);
        size_t n_ids = 0, used = 0;
        CHECK_EQ_U(tp_vocabulary_encode(vocabulary, cache, tp_splitter_of(TP_PATTERN_GPT4), text.data, TEXT_NBYTES, true, 1 + (size_t)i % 2, ids,
                                        TEXT_NBYTES, &n_ids, &used, NULL), TP_OK);
        CHECK(n_ids <= used && used <= TEXT_NBYTES);
        check_cache_is_right(vocabulary, cache, i % 4 < 2 ? one : other);
        free(ids);
        tp_piece_cache_free(cache);
    }
    stop_flipping(&text);
    free(one);
    free(other);
    tp_vocabulary_free(vocabulary);
}

static void test_ends_that_change_while_text_is_encoded(void)
{
    enum { N = TEXT_NBYTES / 100 };
    tp_vocabulary *vocabulary = make_vocabulary();
    uint8_t *text = repeated(some_texts[0], TEXT_NBYTES);
    uint64_t *right = numbers_from(99, 100, N), *wrong = numbers_from(UINT64_MAX / 2, UINT64_MAX / 5, N);
    uint32_t *ids = must_allocate(TEXT_NBYTES * sizeof *ids);
    uint64_t *id_ends = must_allocate(N * sizeof *id_ends);
    flipped ends;
    start_flipping(&ends, right, wrong, N * sizeof *right);
    for (int i = 0; goes_on(&i);) {
        size_t n_ids = 0, n_used = 0;
        const uint64_t *given = (const uint64_t *)(void *)ends.data;
        tp_status status = tp_vocabulary_encode_batch(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text, TEXT_NBYTES, given, N,
                                                      1 + (size_t)i % 3, ids, TEXT_NBYTES, id_ends, &n_ids, NULL);
        CHECK((status == TP_OK && n_ids <= TEXT_NBYTES) || status == TP_INVALID_ARGUMENT);
        status = tp_vocabulary_encode_split(vocabulary, NULL, text, TEXT_NBYTES, given, N, ids, TEXT_NBYTES, &n_ids, &n_used, NULL);
        CHECK((status == TP_OK && n_ids <= TEXT_NBYTES) || status == TP_INVALID_ARGUMENT);
    }
    stop_flipping(&ends);
    free(id_ends);
    free(ids);
    free(wrong);
    free(right);
    free(text);
    tp_vocabulary_free(vocabulary);
}

/* ---- Splitting and training ---------------------------------------------------------------------------------------------- */

static void test_text_that_changes_while_it_is_split(void)
{
    enum { N = 3000 };
    uint8_t *one = repeated(some_texts[0], N), *other = repeated(some_texts[1], N);
    uint64_t *ends = must_allocate(N * sizeof *ends);
    flipped text;
    start_flipping(&text, one, other, N);
    for (int i = 0; goes_on(&i);) {
        tp_pattern pattern = (tp_pattern)(TP_PATTERN_GPT2 + i % TP_PATTERN_DEEPSEEK3);
        size_t n = tp_split(tp_splitter_of(pattern), text.data, N, i % 2 == 0, ends, N), start = 0;
        for (size_t k = 0; k < n; k++) {
            if (!CHECK(ends[k] >= start && ends[k] <= N)) break;
            start = ends[k];
        }
        CHECK(tp_split_find_cut(tp_splitter_of(pattern), text.data, N, (size_t)i % N) <= N);
    }
    stop_flipping(&text);
    free(ends);
    free(one);
    free(other);
}

/* With memory that is refused too: what was counted is taken back then, from a text that is another one by now. */
static void test_text_and_ends_that_change_while_pieces_are_counted(void)
{
    enum { N = 8000, N_ENDS = N / 40 };
    uint8_t *one = repeated(some_texts[0], N), *other = repeated("zy xw vuuuuuuuuuuuuuuuuuuuuuuuuuuut ", N);
    for (size_t i = 0; i < N; i += 41) memset(other + i, (int)('A' + i % 26), N - i < 20 ? N - i : 20); /* many long pieces */
    uint64_t *right = numbers_from(39, 40, N_ENDS), *wrong = numbers_from(UINT64_MAX / 2, UINT64_MAX / 5, N_ENDS);
    flipped text, ends;
    start_flipping(&text, one, other, N);
    start_flipping(&ends, right, wrong, N_ENDS * sizeof *right);
    for (int i = 0; goes_on(&i);) {
        tp_pieces *pieces = NULL;
        size_t used = 0;
        if (tp_pieces_new(&pieces, NULL) != TP_OK) abort();
        const uint64_t *given = (const uint64_t *)(void *)ends.data;
        for (uint64_t nth = 0; nth < 4; nth++) {
            tp_memory_fail_at(nth + 3 * ((uint64_t)i % 4));
            tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_GPT4), text.data, N, i % 2 == 0, 1 + nth % 2, &used, NULL);
            tp_pieces_add_documents(pieces, tp_splitter_of(TP_PATTERN_O200K), text.data, N, given, N_ENDS, 1 + nth % 3, NULL);
            tp_pieces_add_split(pieces, text.data, N, given, N_ENDS, NULL);
            CHECK(used <= N);
        }
        tp_memory_fail_at(0);
        tp_pieces_free(pieces);
    }
    stop_flipping(&ends);
    stop_flipping(&text);
    free(wrong);
    free(right);
    free(one);
    free(other);
}

/* ---- Counting ----------------------------------------------------------------------------------------------------------- */

static void test_text_that_changes_while_it_is_counted(void)
{
    enum { N = 40000 };
    uint8_t *one = repeated("Some W\xC3\x96RDS \xCE\xA3\xCE\xA3 here\n", N), *other = repeated("\xC4\xB0\xE3\x80\x80\xE2\x80\xA8\xC3 \n", N);
    memset(other, 'x', 20000); /* a word longer than a chunk */
    const uint64_t end = N;
    flipped text;
    start_flipping(&text, one, other, N);
    for (int i = 0; goes_on(&i);) {
        tp_corpus *corpus = new_corpus();
        CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, text.data, N, &end, 0, NULL, 0}, 1, NULL), TP_OK);
        CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, text.data, N, &end, 1, NULL, 0}, 1, NULL), TP_OK);
        CHECK_EQ_U(tp_corpus_get_count(corpus, NULL, 0), 0); /* nothing is no word */
        tp_corpus_free(corpus);
    }
    stop_flipping(&text);
    free(one);
    free(other);
}

static int go_on(void *user, uint64_t index, uint64_t n_words)
{
    (void)user;
    (void)index;
    (void)n_words;
    return 1;
}

static void test_ends_and_numbers_that_change_while_a_corpus_is_asked(void)
{
    enum { N = 2000 };
    uint8_t *text = repeated("a bb ccc ", N);
    for (size_t i = 0; i < N; i += 4) text[i] = ' ';
    uint64_t *right = numbers_from(4, 4, N / 4), *wrong = numbers_from(UINT64_MAX / 2, UINT64_MAX / 5, N / 4);
    uint64_t *counts = must_allocate(N / 4 * sizeof *counts), documents;
    right[N / 4 - 1] = N;
    tp_corpus *asked = corpus_of("one two three\n");
    flipped ends;
    start_flipping(&ends, right, wrong, N / 4 * sizeof *right);
    for (int i = 0; goes_on(&i);) {
        const uint64_t *given = (const uint64_t *)(void *)ends.data;
        tp_corpus *corpus = new_corpus();
        tp_batch given_text = {corpus, text, N, given, N / 4, NULL, 0};
        tp_status status = tp_corpus_count(&given_text, 1, NULL);
        CHECK(status == TP_OK || status == TP_INVALID_ARGUMENT);
        status = tp_corpus_count_each(&given_text, go_on, NULL, NULL);
        CHECK(status == TP_OK || status == TP_INVALID_ARGUMENT);
        status = tp_corpus_look_up(asked, text, N, given, N / 4, counts, &documents, NULL);
        CHECK(status == TP_OK || status == TP_INVALID_ARGUMENT);
        tp_corpus_free(corpus);
    }
    stop_flipping(&ends);
    tp_corpus_free(asked);
    free(counts);
    free(wrong);
    free(right);
    free(text);
}

static void test_numbers_of_terms_that_change(void)
{
    enum { N = 500 };
    tp_corpus *corpus = corpus_of("a bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
    uint64_t *right = numbers_from(0, 0, N), *longer = numbers_from(1, 0, N), *wrong = numbers_from(UINT64_MAX - N, 1, N);
    for (int is_bad = 0; is_bad < 2; is_bad++) {
        flipped ids;
        start_flipping(&ids, right, is_bad ? wrong : longer, N * sizeof *right);
        for (int i = 0; goes_on(&i);) {
            block out = {must_allocate(2 * N - 1), 2 * N - 1};
            size_t nbytes = 0;
            tp_status status =
                tp_corpus_pick_terms(corpus, (const uint64_t *)(void *)ids.data, N, out.data, out.nbytes, &nbytes, NULL);
            CHECK(status == (is_bad ? TP_INVALID_ARGUMENT : TP_TOO_SMALL) || (status == TP_OK && nbytes == out.nbytes));
            free(out.data);
        }
        stop_flipping(&ids);
    }
    free(wrong);
    free(longer);
    free(right);
    tp_corpus_free(corpus);
}

static block snapshot_of_lines(const char *lines)
{
    tp_corpus *corpus = corpus_of(lines);
    block made = snapshot_of(corpus);
    tp_corpus_free(corpus);
    return made;
}

/* Both are whole, and what is read is one or the other, or damaged, but never a corpus with something that is no word. */
static void test_a_snapshot_that_changes(void)
{
    block one = snapshot_of_lines("one two threeeeeeeeeeeeeeeee four\n");
    block other = snapshot_of_lines("o\xC3\xA9 t\xC3\xA9 fooooooooooooooooour sixx\n");
    CHECK_EQ_U(one.nbytes, other.nbytes);
    flipped snapshot;
    start_flipping(&snapshot, one.data, other.data, one.nbytes);
    for (int i = 0; goes_on(&i);) {
        tp_corpus *corpus = NULL;
        if (tp_corpus_read(snapshot.data, snapshot.nbytes, NULL, NULL, &corpus, NULL) != TP_OK) continue;
        tp_totals totals;
        tp_corpus_get_totals(corpus, &totals);
        CHECK(tp_corpus_has_words(corpus, 0, totals.terms));
        tp_corpus_free(corpus);
    }
    stop_flipping(&snapshot);
    free(one.data);
    free(other.data);
}

static void test_a_lexicon_that_changes(void)
{
    static const char one[] = "good\nbad\nbetter", other[] = "g\xFF d\n   \n  \xC4\xB0\xC3\xA9";
    static const uint64_t right[] = {4, 8, 15}, wrong[] = {UINT64_MAX, 2, UINT64_MAX - 5};
    static const double finite[] = {1, 2, 3}, infinite[] = {INFINITY, NAN, -INFINITY};
    flipped words, ends, weights;
    start_flipping(&words, one, other, sizeof one - 1);
    start_flipping(&ends, right, wrong, sizeof right);
    start_flipping(&weights, finite, infinite, sizeof finite);
    for (int i = 0; goes_on(&i);) {
        tp_lexicon *lexicon = NULL;
        tp_lexicon_entries entries;
        if (tp_lexicon_new(words.data, words.nbytes, (const uint64_t *)(void *)ends.data, (const double *)(void *)weights.data, 3,
                           TP_UNICODE_NEWEST, &lexicon, NULL) != TP_OK) continue;
        tp_lexicon_get_entries(lexicon, &entries);
        CHECK_EQ_U(tp_utf8_validate(entries.words, entries.words_nbytes, NULL), TP_OK);
        for (size_t k = 0; k < 3; k++) CHECK(isfinite(entries.weights[k]));
        tp_lexicon_free(lexicon);
    }
    stop_flipping(&weights);
    stop_flipping(&ends);
    stop_flipping(&words);
}

/* ---- Lines and columns ---------------------------------------------------------------------------------------------------- */

static void test_text_that_changes_while_lines_are_found(void)
{
    enum { N = 3000 };
    uint8_t *one = repeated("a line\n  \n", N), *other = repeated("\nx\xE3\x80\x80", N);
    uint64_t *ends = must_allocate((N / 2 + 1) * sizeof *ends), *all_ends = must_allocate((N + 1) * sizeof *all_ends);
    flipped text;
    start_flipping(&text, one, other, N);
    for (int i = 0; goes_on(&i);) {
        tp_lines lines = {0};
        size_t n = 0;
        CHECK_EQ_U(tp_find_text_lines(&lines, text.data, N, ends, N / 2 + 1, &n, NULL), TP_OK);
        CHECK_EQ_U(tp_find_lines(text.data, N, all_ends, N + 1, &n, NULL), TP_OK);
        tp_has_blank_line(text.data, N);
        tp_is_blank(text.data, N);
        tp_utf8_validate(text.data, N, NULL);
        CHECK(tp_utf8_complete_nbytes(text.data, N) <= N);
    }
    stop_flipping(&text);
    free(all_ends);
    free(ends);
    free(one);
    free(other);
}

static void test_lengths_that_change(void)
{
    enum { N = 400 };
    uint8_t *text = repeated("text\n", 5 * N);
    uint64_t *right = numbers_from(4, 0, N), *wrong = numbers_from(UINT64_MAX / 2, UINT64_MAX / 5, N);
    uint64_t *found = must_allocate(N * sizeof *found);
    flipped lengths;
    start_flipping(&lengths, right, wrong, N * sizeof *right);
    for (int i = 0; goes_on(&i);) {
        tp_status status = tp_utf8_find_ends(text, 5 * N - 1, (const uint64_t *)(void *)lengths.data, found, N, NULL);
        for (size_t k = 0; status == TP_OK && k < N; k++) CHECK_EQ_U(found[k], 5 * k + 4);
    }
    stop_flipping(&lengths);
    free(found);
    free(wrong);
    free(right);
    free(text);
}

static void test_a_word_that_changes_while_it_is_lowered(void)
{
    enum { N = 600 };
    uint8_t *one = repeated("WORD", N), *other = repeated("\xC4\xB0\xC8\xBA\xCE\xA3\xE1\xFF", N);
    flipped word;
    start_flipping(&word, one, other, N);
    for (int i = 0; goes_on(&i);) {
        uint8_t *lowered = must_allocate(N * 3 / 2);
        CHECK(tp_lower_word(word.data, N, TP_UNICODE_NEWEST, lowered) <= N * 3 / 2);
        free(lowered);
    }
    stop_flipping(&word);
    free(one);
    free(other);
}

static void join_all(const tp_arrow_array *array, const tp_arrow_array *dictionary)
{
    enum { ROOM = 4096 };
    uint64_t ends[200], following, nbytes;
    tp_arrow_batch batch = {.text = must_allocate(ROOM), .text_capacity = ROOM, .ends = ends, .ends_capacity = 200};
    batch.stop = array->length;
    while (batch.next < batch.stop) {
        tp_status status = tp_arrow_join(array, dictionary, &batch, NULL);
        if (status != TP_OK) break;
        CHECK_EQ_U(tp_utf8_validate(batch.text, batch.text_nbytes, NULL), TP_OK);
    }
    tp_arrow_measure(array, dictionary, 0, array->length, UINT64_MAX, &following, &nbytes, NULL);
    free(batch.text);
}

static void test_a_column_that_changes(void)
{
    enum { N = 100 };
    static int32_t right[N + 1], wrong[N + 1], right_views[4 * N], wrong_views[4 * N];
    static uint8_t indices[N], far_indices[N];
    for (int32_t i = 0; i <= N; i++) {
        right[i] = 10 * i;
        wrong[i] = i % 2 == 0 ? INT32_MAX - i : -i;
        if (i == N) break;
        indices[i] = (uint8_t)i;
        far_indices[i] = (uint8_t)(255 - i % 100);
        memcpy(&right_views[4 * i], (int32_t[]){20, 0, 0, 10 * i % 900}, 16);
        memcpy(&wrong_views[4 * i], i % 2 == 0 ? (int32_t[]){INT32_MAX, 0, 7, INT32_MAX} : (int32_t[]){-1, 0, -1, -1}, 16);
    }
    uint8_t *one = repeated("some text ", 10 * N), *other = repeated("\xFF\xC3 \xE3\x80\x80", 10 * N);
    flipped offsets, views, numbers, text;
    start_flipping(&offsets, right, wrong, sizeof right);
    start_flipping(&views, right_views, wrong_views, sizeof right_views);
    start_flipping(&numbers, indices, far_indices, sizeof indices);
    start_flipping(&text, one, other, 10 * N);
    const tp_arrow_buffer data = {text.data, text.nbytes};
    const tp_arrow_array by_offsets = {TP_ARROW_OFFSETS_32, {NULL, 0}, {offsets.data, offsets.nbytes}, &data, 1, 0, N};
    const tp_arrow_array by_views = {TP_ARROW_VIEWS, {NULL, 0}, {views.data, views.nbytes}, &data, 1, 0, N};
    const tp_arrow_array by_indices = {TP_ARROW_INDICES_8, {NULL, 0}, {numbers.data, numbers.nbytes}, NULL, 0, 0, N};
    for (int i = 0; goes_on(&i);) {
        join_all(&by_offsets, NULL);
        join_all(&by_views, NULL);
        join_all(&by_indices, &by_offsets);
    }
    stop_flipping(&text);
    stop_flipping(&numbers);
    stop_flipping(&views);
    stop_flipping(&offsets);
    free(one);
    free(other);
}

static void test_texts_that_change_while_they_become_a_column(void)
{
    enum { N = 200 };
    uint8_t *one = repeated("abc\n", 4 * N - 1), *other = repeated("abcd", 4 * N - 1);
    int32_t offsets[N];
    flipped text;
    start_flipping(&text, one, other, 4 * N - 1);
    for (int i = 0; goes_on(&i);) tp_arrow_split(text.data, text.nbytes, N, 0, TP_ARROW_OFFSETS_32, offsets, NULL);
    stop_flipping(&text);
    free(one);
    free(other);
}

/* ---- Numbers ------------------------------------------------------------------------------------------------------------- */

/* What is stored lies in room of just the size that was counted, and all of it is, or the function says that it is not. */
static void test_numbers_that_change_while_they_are_filtered(void)
{
    enum { N = 5000, N_BLOCKS = 2 };
    static double large[N], small[N];
    for (size_t i = 0; i < N; i++) large[i] = i % 3 == 0 ? 5 : 1, small[i] = i % 7 == 0 ? 5 : 1;
    const double least = 2;
    flipped numbers;
    start_flipping(&numbers, large, small, sizeof large);
    for (int i = 0; goes_on(&i);) {
        uint64_t counts[N_BLOCKS];
        CHECK_EQ_U(tp_filter_count(numbers.data, TP_FLOAT64, N, &least, 1, counts, NULL), TP_OK);
        size_t n = (size_t)(counts[0] + counts[1]);
        double *kept = must_allocate(n * sizeof *kept);
        for (size_t k = 0; k < n; k++) kept[k] = -1;
        bool is_whole = tp_filter_double(numbers.data, TP_FLOAT64, N, &least, 1, counts, kept);
        for (size_t k = 0; is_whole && k < n; k++) CHECK(kept[k] == 10);
        free(kept);
    }
    stop_flipping(&numbers);
}

static void test_numbers_that_change_while_they_are_worked_on(void)
{
    enum { N = 5000 };
    static int64_t near[N], far[N];
    for (size_t i = 0; i < N; i++) near[i] = (int64_t)i, far[i] = i % 2 == 0 ? INT64_MIN + (int64_t)i : INT64_MAX;
    int64_t *products = must_allocate(sizeof near);
    double *doubles = must_allocate(sizeof near);
    tp_window *window = NULL;
    if (tp_window_new(100, true, &window, NULL) != TP_OK) abort();
    flipped numbers;
    start_flipping(&numbers, near, far, sizeof near);
    for (int i = 0; goes_on(&i);) {
        tp_int_sum sum = {0, 0};
        tp_float_sum float_sum = {{0}, 0, 0, 0};
        tp_stats stats = {0};
        const double *as_doubles = (const double *)(void *)numbers.data;
        tp_multiply(numbers.data, numbers.data, TP_INT64, N, 1, products, NULL);
        tp_sum_ints(numbers.data, TP_INT64, N, 1, &sum, NULL);
        tp_sum_floats(numbers.data, TP_FLOAT64, N, i % 2 == 0, 1, &float_sum, NULL);
        tp_stats_add(&stats, numbers.data, i % 2 == 0 ? TP_INT64 : TP_FLOAT64, N, 1, 1, NULL);
        tp_to_float64(TP_INT64, numbers.data, N, true, doubles, NULL);
        if (tp_to_int64(TP_UINT64, numbers.data, N, products, NULL) == TP_OK) {
            for (size_t k = 0; k < N; k++) CHECK(products[k] >= 0);
        }
        tp_chunk_means(as_doubles, 50, N / 50, 1, doubles);
        tp_window_push(window, as_doubles, N, doubles);
    }
    stop_flipping(&numbers);
    /* A window's sum is that of what is in it, whatever was pushed: once all of that is gone, nothing of it is left. */
    for (size_t i = 0; i < 100; i++) tp_window_push_one(window, 3);
    CHECK(tp_window_push_one(window, 3) == 3);
    tp_window_free(window);
    free(doubles);
    free(products);
}

int main(void)
{
#if defined(__SANITIZE_THREAD__)
    puts("skipped: these tests race on purpose, which the thread sanitizer would rightly report");
    return 0;
#else
    RUN(test_ids_that_become_longer_tokens_or_none);
    RUN(test_tokens_whose_ends_or_ids_change);
    RUN(test_merges_that_take_other_tokens);
    RUN(test_text_that_changes_while_it_is_encoded);
    RUN(test_ends_that_change_while_text_is_encoded);
    RUN(test_text_that_changes_while_it_is_split);
    RUN(test_text_and_ends_that_change_while_pieces_are_counted);
    RUN(test_text_that_changes_while_it_is_counted);
    RUN(test_ends_and_numbers_that_change_while_a_corpus_is_asked);
    RUN(test_numbers_of_terms_that_change);
    RUN(test_a_snapshot_that_changes);
    RUN(test_a_lexicon_that_changes);
    RUN(test_text_that_changes_while_lines_are_found);
    RUN(test_lengths_that_change);
    RUN(test_a_word_that_changes_while_it_is_lowered);
    RUN(test_a_column_that_changes);
    RUN(test_texts_that_change_while_they_become_a_column);
    RUN(test_numbers_that_change_while_they_are_filtered);
    RUN(test_numbers_that_change_while_they_are_worked_on);
    return tests_done();
#endif
}
