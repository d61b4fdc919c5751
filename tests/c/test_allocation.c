/* Every allocation refused in turn: what fails says so, changes nothing, and leaves nothing allocated. */
#include "support.h"

/* What a scenario works on. Each begins with all of it made anew, and may make or free anything of it. */
typedef struct world {
    tp_corpus *whole;  /* an open document that stops in a long word */
    tp_corpus *closed; /* as many terms, but no open document */
    tp_corpus *part;   /* new and known terms */
    tp_corpus *empty[3];
    tp_corpus *made;
    tp_lexicon *lexicon;
    block snapshot; /* of `closed` */
} world;

/* A document a line, of n lines of ten words each, beginning with the word of the given number. */
static char *numbered_lines(unsigned first, unsigned n)
{
    char *text = must_allocate(n * 100 + 1);
    size_t nbytes = 0;
    for (unsigned i = 0; i < n * 10; i++) {
        nbytes += (size_t)sprintf(text + nbytes, "w%u%c", first + i, i % 10 == 9 ? '\n' : ' ');
    }
    text[nbytes] = '\0';
    return text;
}

static tp_corpus *corpus_of_numbers(unsigned first, unsigned n)
{
    char *text = numbered_lines(first, n);
    tp_corpus *corpus = corpus_of(text);
    free(text);
    return corpus;
}

static void make_world(world *w)
{
    *w = (world){.whole = corpus_of_numbers(0, 20), .closed = corpus_of_numbers(0, 20), .part = corpus_of_numbers(100, 30)};
    char *word = must_allocate(5000);
    memset(word, 'w', 5000);
    count_piece(w->whole, word, 5000, NULL, 0);
    free(word);
    for (int i = 0; i < 3; i++) w->empty[i] = new_corpus();
    w->snapshot = snapshot_of(w->closed);
}

static void free_world(world *w)
{
    tp_corpus_free(w->whole);
    tp_corpus_free(w->closed);
    tp_corpus_free(w->part);
    for (int i = 0; i < 3; i++) tp_corpus_free(w->empty[i]);
    tp_corpus_free(w->made);
    tp_lexicon_free(w->lexicon);
    free(w->snapshot.data);
}

/* ---- Scenarios --------------------------------------------------------------------------------------------------------- */

static tp_status make_new(world *w) { return tp_corpus_new(&w->made, NULL); }
static tp_status copy_empty(world *w) { return tp_corpus_copy(w->empty[0], &w->made, NULL); }
static tp_status copy_closed(world *w) { return tp_corpus_copy(w->closed, &w->made, NULL); }
static tp_status copy_with_carry(world *w) { return tp_corpus_copy(w->whole, &w->made, NULL); }

static tp_status append_to_empty(world *w) { return tp_corpus_append(w->empty[0], w->part, 0, 1, NULL); }
static tp_status append_to_closed(world *w) { return tp_corpus_append(w->closed, w->part, 0, 1, NULL); }
static tp_status append_behind_carry(world *w) { return tp_corpus_append(w->whole, w->part, 0, 1, NULL); }
static tp_status append_carry(world *w) { return tp_corpus_append(w->closed, w->whole, 0, 1, NULL); }

static tp_status read_snapshot(world *w) { return tp_corpus_read(w->snapshot.data, w->snapshot.nbytes, NULL, NULL, &w->made, NULL); }

static tp_status split_closed(world *w) { return tp_corpus_split(w->closed, 7, w->empty, 3, NULL); }

static tp_status make_of_rows(world *w)
{
    enum { N = 100 };
    uint64_t offsets[N + 1] = {0}, ones[N];
    char terms[N * 40];
    for (unsigned i = 0; i < N; i++) {
        offsets[i + 1] = offsets[i] + (size_t)sprintf(terms + offsets[i], "a-long-term-that-has-the-number-%u", i);
        ones[i] = 1;
    }
    const tp_rows rows = {(uint8_t *)terms, (size_t)offsets[N], offsets, ones, ones, N};
    return tp_corpus_from_rows(&rows, false, 1, NULL, NULL, &w->made, NULL);
}

static tp_status get_all_by_count(world *w)
{
    uint64_t ids[200], counts[200], n_given;
    return tp_corpus_get_top(w->closed, 200, ids, counts, &n_given, NULL);
}

static tp_status count_many_words(world *w)
{
    char *text = numbered_lines(0, 50);
    tp_status status = count_lines(w->empty[0], text);
    free(text);
    return status;
}

/* A long word that goes on in the next piece, and then letters that grow when lowered. */
static tp_status count_long_words(world *w)
{
    char word[3000];
    memset(word, 'x', sizeof word);
    tp_status status = count_piece(w->empty[0], word, sizeof word, NULL, 0);
    if (status == TP_OK) status = count_piece(w->empty[0], word, sizeof word, NULL, 0);
    for (size_t i = 0; i < sizeof word; i += 2) memcpy(word + i, "İ", 2);
    if (status == TP_OK) status = count_piece(w->empty[0], word, sizeof word, NULL, 0);
    if (status == TP_OK) status = close_document(w->empty[0]);
    return status;
}

static tp_status count_behind_what_is_there(world *w)
{
    char *text = numbered_lines(1000, 50);
    tp_status status = count_lines(w->whole, text);
    free(text);
    return status;
}

static tp_status join_two(world *w) { return tp_corpus_join((tp_corpus *[]){w->closed, w->part}, 2, NULL); }

static tp_status count_three_pieces(world *w)
{
    uint64_t ends[3][60];
    tp_batch pieces[3];
    char *texts[3];
    for (unsigned i = 0; i < 3; i++) {
        texts[i] = numbered_lines(i * 30, 20 + 10 * i);
        pieces[i] = (tp_batch){w->empty[i], (uint8_t *)texts[i], strlen(texts[i]), ends[i], find_ends(texts[i], ends[i]),
                               NULL, 0};
    }
    tp_status status = tp_corpus_count(pieces, 3, NULL);
    for (unsigned i = 0; i < 3; i++) free(texts[i]);
    return status;
}

/* Pairs of words, of which one is a stop word, in a document that comes in two pieces. */
static tp_status count_by_rule(world *w)
{
    static const tp_range letters[] = {{'0', '9'}, {'A', 'z'}};
    const uint64_t end = 2;
    const tp_words_options options = {.members = letters,
                                      .n_members = 2,
                                      .letter_case = TP_CASE_LOWER,
                                      .min_length = 1,
                                      .least_ngram = 1,
                                      .most_ngram = 2,
                                      .stop_words = (const uint8_t *)"w1",
                                      .stop_words_nbytes = 2,
                                      .stop_word_ends = &end,
                                      .n_stop_words = 1};
    tp_words *words = NULL;
    tp_status status = tp_words_new(&options, &words, NULL);
    for (unsigned i = 0; i < 2 && status == TP_OK; i++) {
        uint64_t ends[50];
        char *text = numbered_lines(30 * i, 50);
        size_t n = find_ends(text, ends);
        const tp_batch piece = {w->empty[0], (uint8_t *)text, strlen(text), ends, n - 1, words, 0};
        status = tp_corpus_count(&piece, 1, NULL);
        free(text);
    }
    const uint64_t nowhere = 0;
    if (status == TP_OK) status = tp_corpus_count(&(tp_batch){w->empty[0], NULL, 0, &nowhere, 1, words, 0}, 1, NULL);
    tp_words_free(words);
    return status;
}

/* A document of changed text that is not cut, with words too long for the edges of a batch. */
static tp_status count_whole_by_rule(world *w)
{
    static const tp_range any = {0, 0x10FFFF};
    const tp_words_options options = {.members = &any,
                                      .n_members = 1,
                                      .normalizes = true,
                                      .form = TP_NFD,
                                      .letter_case = TP_CASE_LOWER,
                                      .min_length = 1,
                                      .least_ngram = 1,
                                      .most_ngram = 1};
    tp_words *words = NULL;
    tp_status status = tp_words_new(&options, &words, NULL);
    char *text = must_allocate(70000);
    const uint64_t end = 70000;
    for (size_t i = 0; i < 70000; i += 2) memcpy(text + i, "É", 2);
    if (status == TP_OK) {
        status = tp_corpus_count(&(tp_batch){w->empty[0], (uint8_t *)text, 70000, &end, 1, words, 0}, 1, NULL);
    }
    free(text);
    tp_words_free(words);
    return status;
}

/* Of words of which one occurs twice. */
static tp_status prune_some(world *w)
{
    uint64_t n_terms, n_words;
    tp_corpus *corpus = NULL;
    (void)w;
    tp_status status = tp_corpus_new(&corpus, NULL);
    if (status == TP_OK) status = count_lines(corpus, "a b a\n");
    if (status == TP_OK) {
        status = tp_corpus_prune(corpus, 2, 0, &n_terms, &n_words, NULL);
        CHECK(tp_corpus_get_count(corpus, (const uint8_t *)"b", 1) == (status != TP_OK));
    }
    tp_corpus_free(corpus);
    return status;
}

static int go_on(void *user, uint64_t index, uint64_t n_words)
{
    (void)user;
    (void)index;
    (void)n_words;
    return 1;
}

static tp_status count_each_document(world *w)
{
    uint64_t ends[50];
    char *text = numbered_lines(0, 50);
    const tp_batch piece = {w->empty[0], (uint8_t *)text, strlen(text), ends, find_ends(text, ends), NULL, 0};
    tp_status status = tp_corpus_count_each(&piece, go_on, NULL, NULL);
    free(text);
    return status;
}

static tp_status make_lexicon(world *w)
{
    enum { N = 100 };
    uint64_t ends[N];
    double weights[N];
    char words[N * 6];
    size_t nbytes = 0;
    for (unsigned i = 0; i < N; i++) {
        nbytes += (size_t)sprintf(words + nbytes, "w%u,", i);
        ends[i] = nbytes - 1;
        weights[i] = i;
    }
    return tp_lexicon_new((uint8_t *)words, nbytes, ends, weights, N, TP_UNICODE_NEWEST, &w->lexicon, NULL);
}

/* ---- Refusing ---------------------------------------------------------------------------------------------------------- */

static atomic_uint n_allocations;

static void *counting_resize(void *user, void *memory, size_t old_nbytes, size_t new_nbytes)
{
    (void)user;
    (void)old_nbytes;
    if (new_nbytes == 0) {
        free(memory);
        return NULL;
    }
    atomic_fetch_add(&n_allocations, 1);
    return realloc(memory, new_nbytes);
}

typedef tp_status scenario(world *w);

/* How many allocations there are to refuse. */
static unsigned count_allocations(scenario *run)
{
    world w;
    make_world(&w);
    atomic_store(&n_allocations, 0);
    CHECK_EQ_U(run(&w), TP_OK);
    unsigned n = atomic_load(&n_allocations);
    free_world(&w);
    return n;
}

/* Checks that all is as it was made, but for a corpus that was counted into: that one is empty. */
static void check_unchanged(world *w, tp_corpus *counted_into)
{
    world fresh;
    make_world(&fresh);
    CHECK_SAME_SNAPSHOT(w->closed, fresh.closed);
    CHECK_SAME_SNAPSHOT(w->part, fresh.part);
    for (int i = 0; i < 3; i++) CHECK_SAME_SNAPSHOT(w->empty[i], fresh.empty[i]);
    if (w->whole == counted_into) {
        CHECK_SAME_SNAPSHOT(w->whole, fresh.empty[0]);
    } else {
        CHECK(is_same(w->whole, fresh.whole));
        close_document(w->whole); /* which counts the word that it stopped in */
        close_document(fresh.whole);
        CHECK_SAME_SNAPSHOT(w->whole, fresh.whole);
    }
    CHECK(w->made == NULL && w->lexicon == NULL);
    free_world(&fresh);
}

/* Refuses the nth allocation; says whether the scenario failed for that. */
static bool fails_without(scenario *run, unsigned nth, bool empties_whole)
{
    world w;
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    make_world(&w);
    tp_memory_fail_at(nth);
    tp_status status = run(&w);
    tp_memory_fail_at(0);
    if (status != TP_OK) {
        CHECK_EQ_U(status, TP_NO_MEMORY);
        check_unchanged(&w, empties_whole ? w.whole : NULL);
    }
    free_world(&w);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
    CHECK_EQ_U(after.current_bytes, before.current_bytes);
    return status != TP_OK;
}

/* Refuses every allocation in turn and returns how many of them were needed. */
static unsigned count_needed(scenario *run, bool empties_whole)
{
    unsigned n_needed = 0, n = count_allocations(run);
    CHECK(n > 0);
    for (unsigned nth = 1; nth <= n; nth++) n_needed += fails_without(run, nth, empties_whole);
    return n_needed;
}

static void check_all_needed(scenario *run) { CHECK_EQ_U(count_needed(run, false), count_allocations(run)); }

static void test_new(void) { check_all_needed(make_new); }

static void test_copy(void)
{
    check_all_needed(copy_empty);
    check_all_needed(copy_closed);
    check_all_needed(copy_with_carry);
}

static void test_append(void)
{
    check_all_needed(append_to_closed);
    check_all_needed(append_behind_carry);
    check_all_needed(append_carry);
    check_all_needed(join_two);
}

static void test_append_to_an_empty_corpus_needs_no_memory(void) { CHECK_EQ_U(count_allocations(append_to_empty), 0); }

static void test_read(void) { check_all_needed(read_snapshot); }
static void test_split(void) { check_all_needed(split_closed); }
static void test_rows(void) { check_all_needed(make_of_rows); }
static void test_top(void) { check_all_needed(get_all_by_count); }
static void test_lexicon(void) { check_all_needed(make_lexicon); }

static void test_count(void)
{
    check_all_needed(count_many_words);
    check_all_needed(count_long_words);
    check_all_needed(count_each_document);
    check_all_needed(count_by_rule);
    check_all_needed(count_whole_by_rule);
}

static void test_prune(void) { check_all_needed(prune_some); }

static void test_count_empties_what_it_fails_to_count_into(void)
{
    CHECK_EQ_U(count_needed(count_behind_what_is_there, true), count_allocations(count_behind_what_is_there));
}

/* Without the memory to start threads the caller does all of the work. */
static void test_count_of_many_pieces(void)
{
    CHECK_EQ_U(count_needed(count_three_pieces, false), count_allocations(count_three_pieces) - 1);
}

int main(void)
{
    if (tp_memory_set_hook(counting_resize, NULL, NULL) != TP_OK) return 1;
    RUN(test_new);
    RUN(test_copy);
    RUN(test_append);
    RUN(test_append_to_an_empty_corpus_needs_no_memory);
    RUN(test_read);
    RUN(test_split);
    RUN(test_rows);
    RUN(test_top);
    RUN(test_lexicon);
    RUN(test_count);
    RUN(test_prune);
    RUN(test_count_empties_what_it_fails_to_count_into);
    RUN(test_count_of_many_pieces);
    return tests_done();
}
