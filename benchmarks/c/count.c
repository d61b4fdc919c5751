/* Counts the words of a file with the C core alone and prints how long that took, as JSON: what benchmarks/words.py calls
 * "C alone", and what tools/instructions.py runs under callgrind.
 *
 *     count FILE [--mode pieces|whole] [--lines] [--simd NAME] [--threads N] [--rounds N] [--fixed-key]
 *
 * The file, which should be UTF-8, is read into memory first. Each round then goes from nothing to the finished table: in
 * pieces of 128 KB, or 2 MB for several threads, as the Python package gives text to the core, or as one piece. It is one
 * document; with --lines, one a line.
 * With --threads, each thread gets a stretch of the text, and joining their tables is part of the time. --fixed-key replaces the
 * random hash key, so that every run does exactly the same. */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "program.h"

enum { PIECE_NBYTES = 128 * 1024, PIECE_NBYTES_OF_THREADS = 2048 * 1024, MOST_THREADS = 64, MOST_ROUNDS = 1000 };

typedef struct options {
    const char *path, *simd;
    bool is_whole, has_lines, has_fixed_key;
    size_t n_threads, n_rounds;
} options;

/* Text cut for counting; the ends are offsets into the piece they belong to. */
typedef struct cut_text {
    uint8_t *text;
    size_t nbytes, piece_nbytes;
    uint64_t *ends;
    tp_batch *pieces; /* n_steps rows of n_threads, each row counted at once */
    size_t n_steps, n_threads;
} cut_text;

static options parse(int n, char **arguments)
{
    options o = {.simd = NULL, .n_threads = 1, .n_rounds = 5};
    for (int i = 1; i < n; i++) {
        const char *name = arguments[i];
        if (strcmp(name, "--lines") == 0) {
            o.has_lines = true;
        } else if (strcmp(name, "--fixed-key") == 0) {
            o.has_fixed_key = true;
        } else if (name[0] != '-') {
            o.path = name;
        } else {
            if (++i == n) fail(name, "unknown, or its value is missing");
            if (strcmp(name, "--simd") == 0) o.simd = arguments[i];
            else if (strcmp(name, "--threads") == 0) o.n_threads = number(name, arguments[i], MOST_THREADS);
            else if (strcmp(name, "--rounds") == 0) o.n_rounds = number(name, arguments[i], MOST_ROUNDS);
            else if (strcmp(name, "--mode") == 0 && strcmp(arguments[i], "whole") == 0) o.is_whole = true;
            else if (strcmp(name, "--mode") != 0 || strcmp(arguments[i], "pieces") != 0) fail(name, "unknown, or its value is");
        }
    }
    if (o.path == NULL) fail("FILE", "is missing");
    return o;
}

/* ---- The text ---------------------------------------------------------------------------------------------------------- */

static bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n'; }

/* The first place from `at` on where a thread's stretch may begin: behind white space, behind a line if lines are documents. */
static size_t next_stretch(const cut_text *cut, size_t at, bool has_lines)
{
    while (at > 0 && at < cut->nbytes && !(has_lines ? cut->text[at - 1] == '\n' : is_space(cut->text[at - 1]))) at++;
    return at;
}

/* Where the piece that begins at `start` ends: between characters, behind a line if lines are documents. */
static size_t end_of_piece(const cut_text *cut, size_t start, size_t stop, bool has_lines)
{
    if (stop - start <= cut->piece_nbytes) return stop;
    size_t end = start + cut->piece_nbytes;
    while (end < stop && (has_lines ? cut->text[end - 1] != '\n' : (cut->text[end] & 0xC0) == 0x80)) end++;
    return end;
}

/* Makes a piece of the text start … end, with the documents that end in it; `closes` ends one that is left open. */
static void make_piece(cut_text *cut, tp_batch *piece, size_t start, size_t end, bool has_lines, bool closes, size_t *n_ends)
{
    piece->text = cut->text + start;
    piece->text_nbytes = end - start;
    piece->ends = cut->ends + *n_ends;
    for (size_t i = start; has_lines && i < end; i++) {
        if (cut->text[i] == '\n') cut->ends[(*n_ends)++] = i - start;
    }
    bool is_closed = has_lines && (start == end || cut->text[end - 1] == '\n');
    if (closes && !is_closed) cut->ends[(*n_ends)++] = end - start;
    piece->n_ends = (size_t)(cut->ends + *n_ends - piece->ends);
}

static cut_text cut_file(const options *o)
{
    cut_text cut = {.n_threads = o->n_threads};
    text file = read_file(o->path);
    cut.text = file.bytes;
    cut.nbytes = file.nbytes;
    cut.piece_nbytes = o->is_whole ? cut.nbytes + 1 : o->n_threads > 1 ? PIECE_NBYTES_OF_THREADS : PIECE_NBYTES;
    cut.n_steps = cut.nbytes / cut.n_threads / cut.piece_nbytes + 2;
    cut.pieces = allocate(cut.n_steps * cut.n_threads, sizeof *cut.pieces);
    cut.ends = allocate((o->has_lines ? cut.nbytes : 0) + cut.n_threads, sizeof *cut.ends);
    size_t start = 0, n_ends = 0;
    for (size_t thread = 0; thread < cut.n_threads; thread++) {
        bool is_last = thread + 1 == cut.n_threads;
        size_t stop = is_last ? cut.nbytes : next_stretch(&cut, cut.nbytes / cut.n_threads * (thread + 1), o->has_lines);
        if (stop < start) stop = start;
        for (size_t step = 0; step < cut.n_steps; step++) {
            bool is_rest = o->is_whole || step + 1 == cut.n_steps;
            size_t end = is_rest ? stop : end_of_piece(&cut, start, stop, o->has_lines);
            bool closes = is_last && end == stop && start < stop;
            make_piece(&cut, &cut.pieces[step * cut.n_threads + thread], start, end, o->has_lines, closes, &n_ends);
            start = end;
        }
    }
    return cut;
}

/* ---- Counting ---------------------------------------------------------------------------------------------------------- */

/* One round, which is all that callgrind looks at. */
tp_corpus *count_once(cut_text *cut);

__attribute__((noinline)) tp_corpus *count_once(cut_text *cut)
{
    tp_corpus *corpora[MOST_THREADS];
    tp_error error;
    for (size_t i = 0; i < cut->n_threads; i++) check(tp_corpus_new(&corpora[i], &error), &error);
    for (size_t step = 0; step < cut->n_steps; step++) {
        tp_batch *row = cut->pieces + step * cut->n_threads;
        size_t nbytes = 0;
        for (size_t i = 0; i < cut->n_threads; i++) {
            row[i].corpus = corpora[i];
            nbytes += row[i].text_nbytes;
        }
        if (nbytes > 0) check(tp_corpus_count(row, cut->n_threads, &error), &error);
    }
    for (size_t i = 1; i < cut->n_threads; i++) {
        check(tp_corpus_append(corpora[0], corpora[i], 0, 0, &error), &error);
        tp_corpus_free(corpora[i]);
    }
    return corpora[0];
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

int main(int n, char **arguments)
{
    options o = parse(n, arguments);
    tp_error error;
    tp_totals totals = {0};
    double seconds[MOST_ROUNDS];
    if (o.simd != NULL) check(tp_simd_select(o.simd, &error), &error);
    if (o.has_fixed_key) tp_hash_set_key(1, 2);
    cut_text cut = cut_file(&o);
    for (size_t round = 0; round < o.n_rounds; round++) {
        double start = now();
        tp_corpus *corpus = count_once(&cut);
        seconds[round] = now() - start;
        tp_corpus_get_totals(corpus, &totals);
        tp_corpus_free(corpus);
    }
    qsort(seconds, o.n_rounds, sizeof *seconds, compare);
    double median = (seconds[(o.n_rounds - 1) / 2] + seconds[o.n_rounds / 2]) / 2;
    printf("{\"simd\": \"%s\", \"mode\": \"%s\", \"threads\": %zu, \"rounds\": %zu, \"bytes\": %zu,\n", tp_simd_name(),
           o.is_whole ? "whole" : "pieces", o.n_threads, o.n_rounds, cut.nbytes);
    printf(" \"documents\": %" PRIu64 ", \"words\": %" PRIu64 ", \"terms\": %" PRIu64 ",\n", totals.documents, totals.words,
           totals.terms);
    printf(" \"min_seconds\": %.9f, \"median_seconds\": %.9f, \"max_seconds\": %.9f, \"mb_per_second\": %.1f}\n", seconds[0],
           median, seconds[o.n_rounds - 1], (double)cut.nbytes / median / 1e6);
    free(cut.pieces);
    free(cut.ends);
    free(cut.text);
    return 0;
}
