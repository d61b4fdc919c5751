/* Training held against the plain way: count all pairs, merge the best one everywhere, begin again. */
#include "bpe/train/pieces.h"
#include "naive_trainer.h"

/* ---- The way under test ---------------------------------------------------------------------------------------------- */

static tp_pieces *new_pieces(void)
{
    tp_pieces *pieces = NULL;
    if (tp_pieces_new(&pieces, NULL) != TP_OK) abort();
    return pieces;
}

static tp_status add_sample(tp_pieces *pieces, const sample *from)
{
    block copy = exact_copy(from->text, from->nbytes);
    tp_status status = tp_pieces_add_split(pieces, copy.data, copy.nbytes, from->ends, from->n, NULL);
    free(copy.data);
    return status;
}

static tp_pieces *pieces_of(const sample *from)
{
    tp_pieces *pieces = new_pieces();
    if (add_sample(pieces, from) != TP_OK) abort();
    return pieces;
}

/* All merges, made `step` at a time, up to `capacity`. */
static size_t train_in_steps(tp_pieces *pieces, tp_tie_break tie_break, size_t step, tp_merge *merges, size_t capacity)
{
    tp_trainer *trainer = NULL;
    size_t n = 0, n_made = step;
    if (!CHECK(tp_trainer_new(pieces, tie_break, &trainer, NULL) == TP_OK)) return 0;
    while (n < capacity && n_made == step) {
        if (step > capacity - n) step = capacity - n;
        if (!CHECK(tp_trainer_step(trainer, merges + n, step, &n_made, NULL) == TP_OK)) break;
        n += n_made;
    }
    tp_trainer_free(trainer);
    return n;
}

static size_t train(tp_pieces *pieces, tp_tie_break tie_break, tp_merge *merges, size_t capacity)
{
    return train_in_steps(pieces, tie_break, capacity, merges, capacity);
}

#define MAX_MERGES (MAX_TOKENS - 256)

static bool check_like_naive(const sample *from, tp_pieces *pieces, tp_tie_break tie_break)
{
    tp_merge wanted[MAX_MERGES], made[MAX_MERGES];
    size_t n_wanted = naive_train(from, tie_break, wanted, MAX_MERGES);
    size_t n_made = train(pieces, tie_break, made, MAX_MERGES);
    return CHECK_EQ_BYTES(made, n_made * sizeof *made, wanted, n_wanted * sizeof *wanted);
}

/* ---- Samples --------------------------------------------------------------------------------------------------------- */

/* Pieces of random length out of the first letters of an alphabet; a few letters make many runs and ties. */
static sample random_sample(uint64_t *state, size_t n_letters, size_t longest, size_t nbytes)
{
    static const uint8_t alphabet[] = "ab\xAD \xFF\x80!zc\x01";
    sample made = {.nbytes = 0};
    while (made.nbytes + longest < nbytes) {
        uint8_t piece[MAX_TEXT];
        size_t length = (size_t)random_below(state, longest + 1);
        bool is_run = random_below(state, 4) == 0;
        for (size_t i = 0; i < length; i++) {
            piece[i] = is_run && i > 0 ? piece[i - 1] : alphabet[random_below(state, n_letters)];
        }
        add_piece(&made, piece, length);
    }
    return made;
}

/* The same pieces in another order. */
static sample shuffled(const sample *from, uint64_t *state)
{
    size_t order[MAX_TEXT];
    sample made = {.nbytes = 0};
    for (size_t i = 0; i < from->n; i++) {
        size_t other = (size_t)random_below(state, i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    for (size_t i = 0; i < from->n; i++) {
        size_t start = order[i] == 0 ? 0 : (size_t)from->ends[order[i] - 1];
        add_piece(&made, from->text + start, (size_t)from->ends[order[i]] - start);
    }
    return made;
}

/* ---- Merges ---------------------------------------------------------------------------------------------------------- */

/* Pairs that overlap count, so "aa" is there four times; then (a, b) and (aa, a) are there twice each. */
static void test_ties_go_to_the_smallest_pair(void)
{
    const tp_merge wanted[] = {{'a', 'a'}, {'a', 'b'}, {256, 257}};
    sample one = {.nbytes = 0};
    tp_merge made[3];
    add_piece(&one, "aaabdaaabac", 11);
    tp_pieces *pieces = pieces_of(&one);
    CHECK_EQ_U(train(pieces, TP_TIE_RUSTBPE, made, 3), 3);
    CHECK_EQ_BYTES(made, sizeof made, wanted, sizeof wanted);
    tp_pieces_free(pieces);
}

/* A blank is the smaller byte, but stands for itself in no alphabet of characters. */
static void test_the_order_of_bytes_is_hugging_faces_where_asked_for(void)
{
    sample two = {.nbytes = 0};
    tp_merge made[1];
    add_piece(&two, " x", 2);
    add_piece(&two, "yx", 2);
    tp_pieces *pieces = pieces_of(&two);
    CHECK_EQ_U(train(pieces, TP_TIE_RUSTBPE, made, 1), 1);
    CHECK_EQ_U(made[0].left, ' ');
    CHECK_EQ_U(train(pieces, TP_TIE_HF, made, 1), 1);
    CHECK_EQ_U(made[0].left, 'y');
    tp_pieces_free(pieces);
}

static void test_random_samples(void)
{
    uint64_t state = 5;
    for (size_t round = 0; round < 150; round++) {
        size_t n_letters = 1 + (size_t)random_below(&state, 10), longest = 1 + (size_t)random_below(&state, 40);
        sample one = random_sample(&state, n_letters, longest, 60 + (size_t)random_below(&state, 400));
        tp_pieces *pieces = pieces_of(&one);
        bool is_alike = check_like_naive(&one, pieces, TP_TIE_RUSTBPE) && check_like_naive(&one, pieces, TP_TIE_HF);
        tp_pieces_free(pieces);
        if (!is_alike) return;
    }
}

/* Such that weights are looked up in other blocks of cells, and tokens grow long. */
static void test_long_pieces(void)
{
    uint64_t state = 6;
    for (size_t round = 0; round < 10; round++) {
        sample one = random_sample(&state, 1 + round % 3, 700, 2400);
        tp_pieces *pieces = pieces_of(&one);
        bool is_alike = check_like_naive(&one, pieces, TP_TIE_RUSTBPE);
        tp_pieces_free(pieces);
        if (!is_alike) return;
    }
}

/* A run of 2^20 halves twenty times. */
static void test_a_run(void)
{
    enum { LENGTH = 1 << 20 };
    tp_merge made[30];
    const uint64_t end = LENGTH;
    uint8_t *run = must_allocate(LENGTH);
    memset(run, 'x', LENGTH);
    tp_pieces *pieces = new_pieces();
    CHECK(tp_pieces_add_split(pieces, run, LENGTH, &end, 1, NULL) == TP_OK);
    CHECK_EQ_U(train(pieces, TP_TIE_RUSTBPE, made, 30), 20);
    CHECK_EQ_U(made[0].left, 'x');
    for (uint32_t i = 1; i < 20; i++) CHECK(made[i].left == 255 + i && made[i].right == 255 + i);
    tp_pieces_free(pieces);
    free(run);
}

static void test_nothing_to_merge(void)
{
    sample one = {.nbytes = 0};
    tp_merge made[1];
    tp_pieces *pieces = new_pieces();
    CHECK_EQ_U(train(pieces, TP_TIE_RUSTBPE, made, 1), 0);
    add_piece(&one, "a", 1);
    add_piece(&one, "", 0);
    CHECK(add_sample(pieces, &one) == TP_OK);
    CHECK_EQ_U(pieces->table.n_pieces, 1);
    CHECK_EQ_U(train(pieces, TP_TIE_HF, made, 1), 0);
    tp_pieces_free(pieces);
}

static void test_the_order_of_pieces_and_the_size_of_steps_do_not_matter(void)
{
    uint64_t state = 7;
    sample one = random_sample(&state, 5, 12, 3000), other = shuffled(&one, &state);
    tp_pieces *pieces = pieces_of(&one), *others = pieces_of(&other);
    tp_merge made[MAX_MERGES], also_made[MAX_MERGES];
    size_t n = train(pieces, TP_TIE_RUSTBPE, made, MAX_MERGES);
    size_t n_also = train_in_steps(others, TP_TIE_RUSTBPE, 7, also_made, MAX_MERGES);
    CHECK_EQ_BYTES(made, n * sizeof *made, also_made, n_also * sizeof *also_made);
    tp_pieces_free(pieces);
    tp_pieces_free(others);
}

/* ---- Counts ---------------------------------------------------------------------------------------------------------- */

static uint64_t count_of(const tp_pieces *pieces, const void *text, size_t text_nbytes)
{
    for (size_t i = 0; i < pieces->table.n_pieces; i++) {
        size_t nbytes;
        const uint8_t *held = tp_piece_text(&pieces->table, &pieces->table.pieces[i], &nbytes);
        if (nbytes == text_nbytes && memcmp(held, text, nbytes) == 0) return pieces->table.pieces[i].count;
    }
    return 0;
}

/* Pieces of all lengths around those that fit in a key, at every distance from the end of the text. */
static void test_counts(void)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    tp_pieces *pieces = new_pieces();
    for (size_t length = 1; length <= 40; length++) {
        for (size_t times = 0; times < 3; times++) {
            sample one = {.nbytes = 0};
            add_piece(&one, letters, length);
            add_piece(&one, letters + 1, length);
            add_piece(&one, letters, times);
            CHECK(add_sample(pieces, &one) == TP_OK);
        }
    }
    CHECK_EQ_U(pieces->table.n_pieces, 80);
    CHECK_EQ_U(count_of(pieces, "a", 1), 3 + 40);
    CHECK_EQ_U(count_of(pieces, "ab", 2), 3 + 40);
    CHECK_EQ_U(count_of(pieces, "abcdefghijklmno", 15), 3);
    CHECK_EQ_U(count_of(pieces, "abcdefghijklmnop", 16), 3);
    CHECK_EQ_U(count_of(pieces, "bcdefghijklmnopqrstuvwxyzabcdefghijklmno", 40), 3);
    CHECK_EQ_U(count_of(pieces, "abcdefghijklmnq", 15), 0);
    tp_pieces_free(pieces);
}

/* Far more pieces than a batch, or the first index, has room for. */
static void test_many_pieces(void)
{
    enum { N = 50000 };
    tp_pieces *pieces = new_pieces();
    uint8_t *text = must_allocate(3 * N);
    uint64_t *ends = must_allocate(N * sizeof *ends);
    for (size_t i = 0; i < N; i++) {
        text[3 * i] = (uint8_t)i;
        text[3 * i + 1] = (uint8_t)(i >> 8);
        text[3 * i + 2] = '!';
        ends[i] = 3 * i + 3;
    }
    for (size_t times = 0; times < 2; times++) CHECK(tp_pieces_add_split(pieces, text, 3 * N, ends, N, NULL) == TP_OK);
    CHECK_EQ_U(pieces->table.n_pieces, N);
    for (size_t i = 0; i < pieces->table.n_pieces; i++) CHECK_EQ_U(pieces->table.pieces[i].count, 2);
    tp_pieces_free(pieces);
    free(text);
    free(ends);
}

/* Beyond 31 bits a piece has several copies, and beyond 32 no sum may lose anything: "ab" wins by one. */
static void test_counts_beyond_32_bits(void)
{
    sample two = {.nbytes = 0};
    tp_merge made[3];
    add_piece(&two, "xyz", 3);
    add_piece(&two, "ab", 2);
    tp_pieces *pieces = pieces_of(&two);
    pieces->table.pieces[0].count = (UINT64_C(1) << 34) + 5;
    pieces->table.pieces[1].count = (UINT64_C(1) << 34) + 6;
    CHECK_EQ_U(train(pieces, TP_TIE_RUSTBPE, made, 3), 3);
    const tp_merge wanted[] = {{'a', 'b'}, {'x', 'y'}, {257, 'z'}};
    CHECK_EQ_BYTES(made, sizeof made, wanted, sizeof wanted);
    pieces->table.pieces[0].count = UINT64_MAX;
    tp_trainer *trainer = NULL;
    CHECK(tp_trainer_new(pieces, TP_TIE_RUSTBPE, &trainer, NULL) == TP_TOO_LARGE);
    tp_pieces_free(pieces);
}

/* ---- Text ------------------------------------------------------------------------------------------------------------ */

/* Words, numbers, runs of white space, symbols and letters of two bytes. */
static block random_text(uint64_t *state, size_t nbytes)
{
    static const char *const parts[] = {
        " the", " of", "it's", " 12345", "\n\n", "   ", "\xC3\xA4hm", "?!", " antidisestablishmentarianism", "a"};
    block text = {must_allocate(nbytes), 0};
    for (;;) {
        const char *part = parts[random_below(state, sizeof parts / sizeof *parts)];
        size_t times = random_below(state, 50) == 0 ? 40 : 1;
        for (; times > 0; times--) {
            if (text.nbytes + strlen(part) > nbytes) return text;
            memcpy(text.data + text.nbytes, part, strlen(part));
            text.nbytes += strlen(part);
        }
    }
}

/* What tp_split gives for documents that begin `between` bytes behind each other's ends, counted as given pieces. */
static tp_pieces *split_alone(tp_pattern pattern, block text, const uint64_t *ends, size_t n)
{
    tp_pieces *pieces = new_pieces();
    uint64_t *found = must_allocate((text.nbytes + 1) * sizeof *found);
    for (size_t i = 0, start = 0; i < n; start = (size_t)ends[i++] + 1) {
        size_t n_found = tp_split(tp_splitter_of(pattern), text.data + start, (size_t)ends[i] - start, true, found, text.nbytes + 1);
        CHECK(tp_pieces_add_split(pieces, text.data + start, (size_t)ends[i] - start, found, n_found, NULL) == TP_OK);
    }
    free(found);
    return pieces;
}

/* Whether two have the same pieces with the same counts; threads may have met them in another order. */
static bool has_same_counts(const tp_pieces *one, const tp_pieces *other)
{
    bool is_same = one->table.n_pieces == other->table.n_pieces;
    for (size_t i = 0; i < one->table.n_pieces && is_same; i++) {
        size_t nbytes;
        const uint8_t *text = tp_piece_text(&one->table, &one->table.pieces[i], &nbytes);
        is_same = one->table.pieces[i].count == count_of(other, text, nbytes);
    }
    return is_same;
}

static void test_text_in_blocks_and_by_threads(void)
{
    uint64_t state = 10;
    block text = random_text(&state, 20000);
    for (tp_pattern pattern = TP_PATTERN_GPT2; pattern <= TP_PATTERN_DEEPSEEK3; pattern = (tp_pattern)(pattern + 1)) {
        const uint64_t end = text.nbytes;
        tp_pieces *wanted = split_alone(pattern, text, &end, 1);
        for (size_t threads = 1; threads <= 8; threads++) {
            tp_pieces *pieces = new_pieces();
            size_t used, middle = tp_utf8_complete_nbytes(text.data, text.nbytes / 2);
            CHECK(tp_pieces_add(pieces, tp_splitter_of(pattern), text.data, middle, false, threads, &used, NULL) == TP_OK);
            CHECK(used > middle / 2 && used <= middle);
            size_t done = used;
            CHECK(tp_pieces_add(pieces, tp_splitter_of(pattern), text.data + done, text.nbytes - done, true, threads, &used, NULL) == TP_OK);
            CHECK_EQ_U(done + used, text.nbytes);
            CHECK(has_same_counts(pieces, wanted));
            tp_pieces_free(pieces);
        }
        tp_pieces_free(wanted);
    }
    free(text.data);
}

/* One run has no place where it could be cut: then one thread has it all, and what is not certain stays. */
static void test_a_run_by_threads(void)
{
    size_t used = 1;
    tp_pieces *pieces = new_pieces();
    CHECK(tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_GPT4), (const uint8_t *)"xxxxxxxxxxxxxxxx", 16, false, 4, &used, NULL) == TP_OK);
    CHECK_EQ_U(used, 0);
    CHECK_EQ_U(pieces->table.n_pieces, 0);
    CHECK(tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_GPT4), (const uint8_t *)"xxxxxxxxxxxxxxxx", 16, true, 4, &used, NULL) == TP_OK);
    CHECK_EQ_U(used, 16);
    CHECK_EQ_U(pieces->table.n_pieces, 1);
    CHECK(tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_GPT4), NULL, 0, true, 4, &used, NULL) == TP_OK);
    CHECK_EQ_U(used, 0);
    tp_pieces_free(pieces);
}

/* Documents of all lengths, empty ones too; the bytes between them belong to none. */
static void test_documents(void)
{
    uint64_t state = 11, ends[400];
    block text = random_text(&state, 9000);
    size_t n = 0;
    for (size_t end = 0; end <= text.nbytes && n < 400; end += 1 + (size_t)random_below(&state, 60)) {
        end -= end < text.nbytes && (text.data[end] & 0xC0) == 0x80; /* characters stay whole */
        if (n == 0 || end > ends[n - 1]) ends[n++] = end;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        if (text.data[ends[i]] >= 0x80) memcpy(text.data + ends[i], "ee", 2); /* a document cannot begin within a character */
    }
    tp_pieces *wanted = split_alone(TP_PATTERN_GPT4, text, ends, n);
    for (size_t threads = 1; threads <= 8; threads++) {
        tp_pieces *pieces = new_pieces();
        CHECK(tp_pieces_add_documents(pieces, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, ends, n, threads, NULL) == TP_OK);
        CHECK(has_same_counts(pieces, wanted));
        tp_pieces_free(pieces);
    }
    tp_pieces_free(wanted);
    free(text.data);
}

/* The text after the only document is not counted, whatever the number of threads. */
static void test_text_after_the_only_document(void)
{
    static const char text[] = "one two three four five\n six";
    for (uint64_t end = 0; end < sizeof text; end++) {
        tp_pieces *wanted = new_pieces();
        size_t used;
        CHECK(tp_pieces_add(wanted, tp_splitter_of(TP_PATTERN_GPT4), (const uint8_t *)text, end, true, 1, &used, NULL) == TP_OK);
        for (size_t threads = 1; threads <= 4; threads++) {
            tp_pieces *pieces = new_pieces();
            const uint8_t *given = (const uint8_t *)text;
            tp_status status = tp_pieces_add_documents(pieces, tp_splitter_of(TP_PATTERN_GPT4), given, sizeof text - 1, &end, 1,
                                                       threads, NULL);
            CHECK(status == TP_OK);
            CHECK(has_same_counts(pieces, wanted));
            tp_pieces_free(pieces);
        }
        tp_pieces_free(wanted);
    }
}

/* ---- Refusals -------------------------------------------------------------------------------------------------------- */

static void test_bad_ends(void)
{
    const uint64_t falling[] = {2, 1}, outside[] = {1, 2, 4};
    tp_error error;
    tp_pieces *pieces = new_pieces();
    CHECK(tp_pieces_add_split(pieces, (const uint8_t *)"abc", 3, falling, 2, &error) == TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK(tp_pieces_add_split(pieces, (const uint8_t *)"abc", 3, outside, 3, &error) == TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 2);
    CHECK_EQ_U(pieces->table.n_pieces, 0);
    tp_pieces_free(pieces);
}

static void test_bad_text(void)
{
    const uint64_t ends[] = {1, 1};
    tp_error error;
    size_t used = 1;
    tp_pieces *pieces = new_pieces();
    CHECK(tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_GPT4), (const uint8_t *)"ab\xFF", 3, true, 1, &used, &error) == TP_INVALID_UTF8);
    CHECK_EQ_U(error.offset, 2);
    CHECK_EQ_U(used, 0);
    CHECK(tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_NONE), (const uint8_t *)"ab", 2, true, 1, &used, NULL) == TP_INVALID_ARGUMENT);
    tp_status status = tp_pieces_add_documents(pieces, tp_splitter_of(TP_PATTERN_GPT4), (const uint8_t *)"ab", 2, ends, 2, 1, &error);
    CHECK(status == TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(pieces->table.n_pieces, 0);
    tp_pieces_free(pieces);
}

static void test_no_such_tie_break(void)
{
    tp_trainer *trainer = NULL;
    tp_pieces *pieces = new_pieces();
    CHECK(tp_trainer_new(pieces, (tp_tie_break)2, &trainer, NULL) == TP_INVALID_ARGUMENT);
    CHECK(trainer == NULL);
    tp_pieces_free(pieces);
}

static uint64_t live_allocations(void)
{
    tp_memory_stats stats;
    tp_memory_get_stats(&stats);
    return stats.live_allocations;
}

/* Training under refusals: each step is asked for again after one. Returns how many there were. */
static size_t train_under_refusals(tp_pieces *pieces, size_t nth, tp_merge *merges, size_t *n_merges)
{
    size_t n_refusals = 0, n_made = 0;
    tp_trainer *trainer = NULL;
    tp_memory_fail_at(nth);
    for (; tp_trainer_new(pieces, TP_TIE_RUSTBPE, &trainer, NULL) == TP_NO_MEMORY; n_refusals++) CHECK(trainer == NULL);
    for (*n_merges = 0; *n_merges < MAX_MERGES; *n_merges += n_made) {
        tp_status status = tp_trainer_step(trainer, merges + *n_merges, MAX_MERGES - *n_merges, &n_made, NULL);
        n_refusals += status == TP_NO_MEMORY;
        if (status == TP_OK && n_made == 0) break;
    }
    tp_memory_fail_at(0);
    tp_trainer_free(trainer);
    return n_refusals;
}

static void test_training_without_memory(void)
{
    uint64_t state = 8, live;
    sample one = random_sample(&state, 8, 20, 3000);
    tp_pieces *pieces = pieces_of(&one);
    tp_merge wanted[MAX_MERGES], made[MAX_MERGES];
    size_t n = train(pieces, TP_TIE_RUSTBPE, wanted, MAX_MERGES), n_made, nth = 1;
    live = live_allocations();
    for (; train_under_refusals(pieces, nth, made, &n_made) > 0; nth++) {
        CHECK_EQ_BYTES(made, n_made * sizeof *made, wanted, n * sizeof *wanted);
        CHECK_EQ_U(live_allocations(), live);
    }
    CHECK(nth > 20);
    tp_pieces_free(pieces);
}

/* ---- Limits and earlier merges --------------------------------------------------------------------------------------- */

/* Merges that are given, then further ones; each step is asked for again after a refusal of memory. */
static size_t train_on(const sample *from, tp_tie_break tie_break, naive_limits limits, tp_merge *merges, size_t n_given,
                       size_t nth)
{
    tp_trainer *trainer = NULL;
    tp_pieces *pieces = pieces_of(from);
    size_t n = 0, n_made = 0;
    if (!CHECK(tp_trainer_new(pieces, tie_break, &trainer, NULL) == TP_OK)) return 0;
    tp_memory_fail_at(nth);
    for (; n < n_given; n += n_made) {
        tp_status status = tp_trainer_replay(trainer, merges + n, n_given - n, &n_made, NULL);
        if (!CHECK(status == TP_OK || (nth > 0 && status == TP_NO_MEMORY))) break;
    }
    tp_trainer_set_limits(trainer, limits.least_count, limits.most_nbytes);
    for (tp_status status = TP_OK; n < MAX_MERGES; n += n_made) {
        status = tp_trainer_step(trainer, merges + n, MAX_MERGES - n, &n_made, NULL);
        if (status == TP_OK && n_made == 0) break;
    }
    tp_memory_fail_at(0);
    tp_trainer_free(trainer);
    tp_pieces_free(pieces);
    return n;
}

static void check_training_on(const sample *from, tp_tie_break tie_break, naive_limits limits, const tp_merge *given,
                              size_t n_given, size_t nth)
{
    tp_merge wanted[MAX_MERGES], made[MAX_MERGES];
    for (size_t i = 0; i < n_given; i++) wanted[i] = made[i] = given[i];
    size_t n_wanted = naive_train_on(from, tie_break, limits, wanted, n_given, MAX_MERGES);
    size_t n_made = train_on(from, tie_break, limits, made, n_given, nth);
    CHECK_EQ_BYTES(made, n_made * sizeof *made, wanted, n_wanted * sizeof *wanted);
}

static void test_limits(void)
{
    uint64_t state = 21;
    for (size_t round = 0; round < 12; round++) {
        sample one = random_sample(&state, 2 + round % 8, 20, 600);
        naive_limits limits = {random_below(&state, 6), 1 + random_below(&state, 6)};
        check_training_on(&one, (tp_tie_break)(round % 2), limits, NULL, 0, 0);
    }
}

static void test_going_on_from_the_merges_of_another_text(void)
{
    uint64_t state = 22;
    for (size_t round = 0; round < 12; round++) {
        tp_tie_break tie_break = (tp_tie_break)(round % 2);
        tp_merge given[MAX_MERGES];
        sample first = random_sample(&state, 3 + round % 6, 20, 400), second = random_sample(&state, 2 + round % 8, 20, 400);
        naive_limits limits = round % 3 == 0 ? (naive_limits){2, 5} : NO_LIMITS;
        size_t n_given = naive_train(&first, tie_break, given, 20);
        check_training_on(&second, tie_break, limits, given, n_given, 0);
        check_training_on(&second, tie_break, limits, given, n_given, 1 + round);
    }
}

/* A pair that is given twice is nowhere the second time, and so is one that is in no piece. */
static void test_merges_that_no_training_makes(void)
{
    const tp_merge given[] = {{'a', 'b'}, {'a', 'b'}, {'q', 'r'}, {256, 257}, {259, 259}, {258, 'a'}};
    sample one = {.nbytes = 0};
    add_piece(&one, "abababxab", 9);
    add_piece(&one, "qab", 3);
    check_training_on(&one, TP_TIE_RUSTBPE, NO_LIMITS, given, sizeof given / sizeof *given, 0);
    check_training_on(&one, TP_TIE_HF, NO_LIMITS, given, sizeof given / sizeof *given, 0);
    sample nothing = {.nbytes = 0};
    check_training_on(&nothing, TP_TIE_HF, NO_LIMITS, given, sizeof given / sizeof *given, 0);
}

static void test_a_merge_of_a_token_that_is_not_there(void)
{
    const tp_merge given[] = {{'a', 'b'}, {'c', 257}, {'d', 'e'}};
    tp_trainer *trainer = NULL;
    tp_pieces *pieces = new_pieces();
    tp_error error;
    size_t n_made = 9;
    CHECK(tp_trainer_new(pieces, TP_TIE_RUSTBPE, &trainer, NULL) == TP_OK);
    CHECK(tp_trainer_replay(trainer, given, 3, &n_made, &error) == TP_INVALID_ARGUMENT);
    CHECK_EQ_U(n_made, 1);
    CHECK_EQ_U(error.offset, 1);
    tp_trainer_free(trainer);
    tp_pieces_free(pieces);
}

static void test_new_pieces_without_memory(void)
{
    tp_pieces *pieces = NULL;
    tp_memory_fail_at(1);
    CHECK(tp_pieces_new(&pieces, NULL) == TP_NO_MEMORY);
    CHECK(pieces == NULL);
}

/* Whether two tables have the same pieces, in the same order, with the same counts. */
static bool is_same_table(const tp_piece_table *one, const tp_piece_table *other)
{
    if (one->n_pieces != other->n_pieces || one->long_text.used != other->long_text.used) return false;
    return is_equal(one->pieces, other->pieces, one->n_pieces * sizeof *one->pieces) &&
           is_equal(one->long_text.data, other->long_text.data, one->long_text.used);
}

/* What is refused in the middle of a text leaves nothing of it behind. */
static void test_counting_without_memory(void)
{
    uint64_t state = 9;
    sample first = random_sample(&state, 9, 20, 800), second = random_sample(&state, 9, 6, 3400);
    for (size_t length = 16; length < 30; length++) add_piece(&second, second.text, length);
    tp_pieces *before = pieces_of(&first), *after = pieces_of(&first);
    CHECK(add_sample(after, &second) == TP_OK);
    for (size_t nth = 1, n_refusals = 0;; nth++) {
        tp_pieces *pieces = pieces_of(&first);
        tp_memory_fail_at(nth);
        tp_status status = add_sample(pieces, &second);
        tp_memory_fail_at(0);
        n_refusals += status == TP_NO_MEMORY;
        CHECK(is_same_table(&pieces->table, status == TP_OK ? &after->table : &before->table));
        if (status != TP_OK) CHECK(add_sample(pieces, &second) == TP_OK);
        CHECK(is_same_table(&pieces->table, &after->table));
        tp_pieces_free(pieces);
        if (status == TP_OK) {
            CHECK(n_refusals > 3);
            break;
        }
    }
    tp_pieces_free(before);
    tp_pieces_free(after);
}

/* By one thread and by three, text and documents. */
static void test_counting_text_without_memory(void)
{
    uint64_t state = 12, ends[1];
    block text = random_text(&state, 9000);
    ends[0] = text.nbytes;
    tp_pieces *wanted = split_alone(TP_PATTERN_GPT4, text, ends, 1);
    for (size_t threads = 1; threads <= 3; threads += 2) {
        bool is_done = false;
        for (size_t nth = 1; !is_done; nth++) {
            tp_pieces *pieces = new_pieces();
            size_t used;
            tp_memory_fail_at(nth);
            tp_status status = tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, true, threads, &used, NULL);
            tp_memory_fail_at(0);
            is_done = status == TP_OK && nth > 20;
            CHECK(status == TP_OK ? has_same_counts(pieces, wanted) : pieces->table.n_pieces == 0 && used == 0);
            tp_pieces_free(pieces);
        }
    }
    tp_pieces_free(wanted);
    free(text.data);
}

static void test_free_at(void)
{
    tp_pieces *pieces = new_pieces();
    tp_trainer *trainer = NULL;
    CHECK(tp_trainer_new(pieces, TP_TIE_RUSTBPE, &trainer, NULL) == TP_OK);
    tp_trainer_free_at(&trainer);
    tp_trainer_free_at(&trainer);
    tp_pieces_free_at(&pieces);
    tp_pieces_free_at(&pieces);
    CHECK(trainer == NULL && pieces == NULL);
    CHECK_EQ_U(live_allocations(), 0);
}

int main(void)
{
    RUN(test_ties_go_to_the_smallest_pair);
    RUN(test_the_order_of_bytes_is_hugging_faces_where_asked_for);
    RUN(test_random_samples);
    RUN(test_long_pieces);
    RUN(test_a_run);
    RUN(test_nothing_to_merge);
    RUN(test_the_order_of_pieces_and_the_size_of_steps_do_not_matter);
    RUN(test_counts);
    RUN(test_many_pieces);
    RUN(test_counts_beyond_32_bits);
    RUN(test_text_in_blocks_and_by_threads);
    RUN(test_a_run_by_threads);
    RUN(test_documents);
    RUN(test_text_after_the_only_document);
    RUN(test_bad_ends);
    RUN(test_bad_text);
    RUN(test_no_such_tie_break);
    RUN(test_training_without_memory);
    RUN(test_limits);
    RUN(test_going_on_from_the_merges_of_another_text);
    RUN(test_merges_that_no_training_makes);
    RUN(test_a_merge_of_a_token_that_is_not_there);
    RUN(test_new_pieces_without_memory);
    RUN(test_counting_without_memory);
    RUN(test_counting_text_without_memory);
    RUN(test_free_at);
    return tests_done();
}
