/* One corpus in many threads, and in the children of a process that forks while its threads work.
 *
 * Every document has the three words of `text`, so that a reader who sees one document in part, or two questions answered at
 * different instants, sees it in the numbers. */
#include <pthread.h>
#include <unistd.h>
#ifndef _WIN32
#include <sys/wait.h>
#endif

#include "support.h"

enum { N_THREADS = 4, N_ROUNDS = 200, WORDS_A_DOCUMENT = 3, N_TERMS = 3, MOST_THREADS = 16 };

static const char text[] = "one two three\nThree Two One\n";
static const uint64_t ends[] = {13, 27};
enum { N_DOCUMENTS = 2 };

static tp_batch piece_for(tp_corpus *corpus)
{
    return (tp_batch){corpus, (const uint8_t *)text, sizeof text - 1, ends, N_DOCUMENTS, NULL, 0};
}

static tp_corpus *counted_part(void)
{
    tp_corpus *part = new_corpus();
    tp_batch piece = piece_for(part);
    CHECK_EQ_U(tp_corpus_count(&piece, 1, NULL), TP_OK);
    return part;
}

/* Says whether a corpus holds so many whole documents. */
static bool holds_documents(tp_corpus *corpus, uint64_t documents)
{
    char expected[100];
    sprintf(expected, "%" PRIu64 " documents, %" PRIu64 " words: one %" PRIu64 "/%" PRIu64 ", two %" PRIu64 "/%" PRIu64
            ", three %" PRIu64 "/%" PRIu64,
            documents, WORDS_A_DOCUMENT * documents, documents, documents, documents, documents, documents, documents);
    return CHECK_HOLDS(corpus, expected);
}

/* ---- What threads do --------------------------------------------------------------------------------------------------- */

typedef void job(tp_corpus *corpus);

typedef struct worker {
    pthread_t thread;
    job *run;
    tp_corpus *corpus;
} worker;

static void *run_rounds(void *argument)
{
    worker *w = argument;
    for (int i = 0; i < N_ROUNDS; i++) w->run(w->corpus);
    return NULL;
}

/* Runs each of the jobs N_ROUNDS times, all at the same time. */
static void run_at_once(job *const *jobs, size_t n, tp_corpus *corpus)
{
    worker workers[MOST_THREADS];
    for (size_t i = 0; i < n; i++) {
        workers[i] = (worker){.run = jobs[i], .corpus = corpus};
        if (pthread_create(&workers[i].thread, NULL, run_rounds, &workers[i]) != 0) abort();
    }
    for (size_t i = 0; i < n; i++) pthread_join(workers[i].thread, NULL);
}

/* Publishes a part as an owner does: from the position that was seen to the next, again if another one was faster. */
static void append_part(tp_corpus *corpus)
{
    tp_corpus *part = counted_part();
    tp_totals seen;
    tp_status status;
    do {
        tp_corpus_get_totals(corpus, &seen);
        status = tp_corpus_append(corpus, part, seen.position, seen.position + 1, NULL);
    } while (status == TP_STALE);
    CHECK_EQ_U(status, TP_OK);
    tp_corpus_free(part);
}

static void count_into(tp_corpus *corpus)
{
    tp_batch piece = piece_for(corpus);
    CHECK_EQ_U(tp_corpus_count(&piece, 1, NULL), TP_OK);
}

static int go_on(void *user, uint64_t index, uint64_t n_words)
{
    (void)user;
    (void)index;
    return CHECK_EQ_U(n_words, WORDS_A_DOCUMENT);
}

static void count_each_into(tp_corpus *corpus)
{
    tp_batch piece = piece_for(corpus);
    CHECK_EQ_U(tp_corpus_count_each(&piece, go_on, NULL, NULL), TP_OK);
}

static void get_totals(tp_corpus *corpus)
{
    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.words, WORDS_A_DOCUMENT * totals.documents);
    CHECK_EQ_U(totals.terms, totals.documents == 0 ? 0 : N_TERMS);
}

static void get_frequencies(tp_corpus *corpus)
{
    uint64_t counts[N_TERMS] = {0}, n;
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_COUNT, counts, N_TERMS, &n, NULL), TP_OK);
    CHECK(counts[0] == counts[1] && counts[1] == counts[2]);
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_DOCUMENT_FREQUENCY, counts, N_TERMS, &n, NULL), TP_OK);
    CHECK(counts[0] == counts[1] && counts[1] == counts[2]);
}

static void look_up_words(tp_corpus *corpus)
{
    uint64_t counts[2], documents, word_ends[] = {3, 7};
    CHECK_EQ_U(tp_corpus_look_up(corpus, (const uint8_t *)"one two", 7, word_ends, 2, counts, &documents, NULL), TP_OK);
    CHECK(counts[0] == documents && counts[1] == documents);
}

static void get_terms_and_top(tp_corpus *corpus)
{
    uint64_t ids[N_TERMS], counts[N_TERMS], n;
    uint8_t terms[14];
    size_t nbytes;
    CHECK_EQ_U(tp_corpus_get_top(corpus, N_TERMS, ids, counts, &n, NULL), TP_OK);
    for (uint64_t i = 0; i < n; i++) CHECK(ids[i] == i && counts[i] == counts[0]);
    CHECK_EQ_U(tp_corpus_pick_terms(corpus, ids, n, terms, sizeof terms, &nbytes, NULL), TP_OK);
    CHECK_EQ_BYTES(terms, nbytes, "one\ntwo\nthree", n == 0 ? 0 : 13);
    CHECK_EQ_U(tp_corpus_get_terms(corpus, 0, n, terms, sizeof terms, &nbytes, NULL), TP_OK);
    CHECK_EQ_BYTES(terms, nbytes, "one\ntwo\nthree", n == 0 ? 0 : 13);
}

static void copy_whole(tp_corpus *corpus)
{
    tp_corpus *copy = NULL;
    tp_totals totals;
    if (!CHECK_EQ_U(tp_corpus_copy(corpus, &copy, NULL), TP_OK)) return;
    tp_corpus_get_totals(copy, &totals);
    if (totals.documents > 0) holds_documents(copy, totals.documents);
    tp_corpus_free(copy);
}

static void write_and_read(tp_corpus *corpus)
{
    uint8_t snapshot[256];
    size_t nbytes;
    tp_corpus *read = NULL;
    CHECK_EQ_U(tp_corpus_write(corpus, snapshot, sizeof snapshot, &nbytes, NULL), TP_OK);
    if (CHECK_EQ_U(tp_corpus_read(snapshot, nbytes, NULL, NULL, &read, NULL), TP_OK)) copy_whole(read);
    tp_corpus_free(read);
}

static void count_three_parts_at_once(tp_corpus *corpus)
{
    tp_batch pieces[3];
    for (int i = 0; i < 3; i++) pieces[i] = piece_for(new_corpus());
    CHECK_EQ_U(tp_corpus_count(pieces, 3, NULL), TP_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ_U(tp_corpus_append(corpus, pieces[i].corpus, 0, 0, NULL), TP_OK);
        tp_corpus_free(pieces[i].corpus);
    }
}

/* ---- Many threads, one corpus ------------------------------------------------------------------------------------------ */

static void test_many_writers_and_readers(void)
{
    job *const jobs[] = {append_part, append_part,  append_part,   append_part,       get_totals,
                         get_totals,  get_frequencies, look_up_words, get_terms_and_top, copy_whole, write_and_read};
    tp_corpus *corpus = new_corpus();
    tp_totals totals;
    run_at_once(jobs, sizeof jobs / sizeof *jobs, corpus);
    holds_documents(corpus, 4 * N_ROUNDS * N_DOCUMENTS);
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.position, 4 * N_ROUNDS);
    tp_corpus_free(corpus);
}

static void test_many_threads_count_into_one_corpus(void)
{
    job *const jobs[] = {count_into, count_each_into, count_into, count_each_into, get_totals, copy_whole};
    tp_corpus *corpus = new_corpus();
    run_at_once(jobs, sizeof jobs / sizeof *jobs, corpus);
    holds_documents(corpus, 4 * N_ROUNDS * N_DOCUMENTS);
    tp_corpus_free(corpus);
}

static void test_many_threads_count_with_threads_of_their_own(void)
{
    job *const jobs[] = {count_three_parts_at_once, count_three_parts_at_once, get_totals};
    tp_corpus *corpus = new_corpus();
    run_at_once(jobs, sizeof jobs / sizeof *jobs, corpus);
    holds_documents(corpus, 2 * N_ROUNDS * 3 * N_DOCUMENTS);
    tp_corpus_free(corpus);
}

/* ---- Two corpora that are appended to each other ----------------------------------------------------------------------- */

typedef struct two_corpora {
    tp_corpus *to;
    tp_corpus *from;
} two_corpora;

static void *move_back_and_forth(void *argument)
{
    const two_corpora *pair = argument;
    for (int i = 0; i < N_ROUNDS; i++) CHECK_EQ_U(tp_corpus_append(pair->to, pair->from, 0, 0, NULL), TP_OK);
    return NULL;
}

/* As merging does, which leaves the other one as it is. */
static void *append_copies(void *argument)
{
    const two_corpora *pair = argument;
    for (int i = 0; i < 10; i++) {
        tp_corpus *copy = NULL;
        CHECK_EQ_U(tp_corpus_copy(pair->from, &copy, NULL), TP_OK);
        CHECK_EQ_U(tp_corpus_append(pair->to, copy, 0, 0, NULL), TP_OK);
        tp_corpus_free(copy);
    }
    return NULL;
}

/* Runs in one thread from b to a, in the other from a to b; returns how many documents both hold then. */
static uint64_t run_in_opposite_directions(void *(*run)(void *))
{
    tp_corpus *a = counted_part(), *b = counted_part();
    two_corpora from_b_to_a = {a, b}, from_a_to_b = {b, a};
    pthread_t there, back;
    tp_totals totals_of_a, totals_of_b;
    if (pthread_create(&there, NULL, run, &from_b_to_a) != 0) abort();
    if (pthread_create(&back, NULL, run, &from_a_to_b) != 0) abort();
    pthread_join(there, NULL); /* would never end */
    pthread_join(back, NULL);
    get_totals(a);
    get_totals(b);
    tp_corpus_get_totals(a, &totals_of_a);
    tp_corpus_get_totals(b, &totals_of_b);
    tp_corpus_free(a);
    tp_corpus_free(b);
    return totals_of_a.documents + totals_of_b.documents;
}

static void test_appending_in_opposite_directions_ends(void)
{
    CHECK_EQ_U(run_in_opposite_directions(move_back_and_forth), 2 * N_DOCUMENTS);
    CHECK(run_in_opposite_directions(append_copies) > 2 * N_DOCUMENTS);
}

/* ---- Forking while threads count --------------------------------------------------------------------------------------- */

#ifndef _WIN32 /* no fork() */

/* The thread sanitizer lets no thread start in the child of a process with threads. */
#if defined(__SANITIZE_THREAD__)
enum { N_PIECES_IN_CHILD = 1 };
#else
enum { N_PIECES_IN_CHILD = 2 };
#endif

static atomic_bool is_over;
static atomic_int n_counting;
static tp_corpus *shared_corpus;
static tp_corpus *own_corpora[N_THREADS]; /* where a child still knows of them: what nobody knows of is a leak */

/* Allocates nothing without a lock of the core: a sanitizer's allocator is not made for being forked in the middle. */
static void *count_until_over(void *own)
{
    tp_batch piece = piece_for(own);
    atomic_fetch_add(&n_counting, 1);
    while (!atomic_load(&is_over)) {
        CHECK_EQ_U(tp_corpus_count(&piece, 1, NULL), TP_OK);
        CHECK_EQ_U(tp_corpus_append(shared_corpus, own, 0, 0, NULL), TP_OK);
    }
    return NULL;
}

static bool use_in_child(void)
{
    tp_totals before, after;
    tp_batch pieces[N_PIECES_IN_CHILD];
    tp_corpus *copy = NULL;
    tp_corpus_get_totals(shared_corpus, &before);
    bool is_well = before.words == WORDS_A_DOCUMENT * before.documents && tp_corpus_copy(shared_corpus, &copy, NULL) == TP_OK;
    for (int i = 0; i < N_PIECES_IN_CHILD; i++) pieces[i] = piece_for(new_corpus());
    is_well = is_well && tp_corpus_count(pieces, N_PIECES_IN_CHILD, NULL) == TP_OK;
    for (int i = 0; i < N_PIECES_IN_CHILD; i++) {
        is_well = is_well && tp_corpus_append(shared_corpus, pieces[i].corpus, 0, 0, NULL) == TP_OK;
        tp_corpus_free(pieces[i].corpus);
    }
    tp_corpus_get_totals(shared_corpus, &after);
    tp_corpus_free(copy);
    tp_corpus_free(shared_corpus);
    for (int i = 0; i < N_THREADS; i++) tp_corpus_free(own_corpora[i]);
    return is_well && after.documents == before.documents + N_PIECES_IN_CHILD * N_DOCUMENTS;
}

/* Says whether a child forked now can use and free every corpus, and ends. */
static bool fork_and_use(void)
{
    tp_before_fork();
    pid_t child = fork();
    if (child == 0) {
        tp_after_fork_in_child();
        alarm(10);
        _exit(use_in_child() ? 0 : 1);
    }
    tp_after_fork_in_parent();
    int status = -1;
    return CHECK(child > 0) && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_child_can_use_what_threads_were_changing(void)
{
    pthread_t threads[N_THREADS];
    shared_corpus = counted_part();
    for (int i = 0; i < N_THREADS; i++) own_corpora[i] = new_corpus();
    for (int i = 0; i < N_THREADS; i++) {
        if (pthread_create(&threads[i], NULL, count_until_over, own_corpora[i]) != 0) abort();
    }
    while (atomic_load(&n_counting) < N_THREADS) usleep(100);
    for (int i = 0; i < 50; i++) {
        if (!CHECK(fork_and_use())) break;
    }
    atomic_store(&is_over, true);
    for (int i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        tp_corpus_free(own_corpora[i]);
    }
    get_totals(shared_corpus);
    tp_corpus_free(shared_corpus);
}

static void test_fork_handler_may_count(void)
{
    tp_corpus *corpus = counted_part();
    tp_before_fork();
    count_three_parts_at_once(corpus); /* would never end */
    tp_after_fork_in_parent();
    holds_documents(corpus, 4 * N_DOCUMENTS);
    tp_corpus_free(corpus);
}

#endif

int main(void)
{
#ifndef _WIN32
    alarm(120); /* ends what would never end */
#endif
    RUN(test_many_writers_and_readers);
    RUN(test_many_threads_count_into_one_corpus);
    RUN(test_many_threads_count_with_threads_of_their_own);
    RUN(test_appending_in_opposite_directions_ends);
#ifndef _WIN32
    /* Valgrind and QEMU are not made for being forked among threads: with the one, one run of hundreds hung. */
    if (getenv("TEXTPROC_TEST_NO_FORK") == NULL) RUN(test_child_can_use_what_threads_were_changing);
    RUN(test_fork_handler_may_count);
#endif
    return tests_done();
}
