/* Trains a tokenizer on a file, makes its vocabulary and encodes the file, with the C core alone: what tools/instructions.py runs
 * under callgrind.
 *
 *     encode FILE [--simd NAME] [--rounds N] [--merges N] [--rule merges|tokens]
 *
 * The file, which should be UTF-8, is read into memory first, and the hash key is fixed, so that every run does exactly the same.
 * Each round encodes the whole file with an empty cache. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "textproc.h"

enum { MOST_ROUNDS = 1000, MOST_MERGES = 1 << 20, N_BYTES = 256 };

typedef struct options {
    const char *path, *simd;
    bool by_tokens;
    size_t n_rounds, n_merges;
} options;

typedef struct text {
    uint8_t *bytes;
    size_t nbytes;
} text;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "encode: %s: %s\n", what, why);
    exit(1);
}

static void *allocate(size_t n, size_t nbytes)
{
    void *memory = calloc(n == 0 ? 1 : n, nbytes);
    if (memory == NULL) fail("memory", "there is not enough");
    return memory;
}

static void check(tp_status status, const tp_error *error)
{
    if (status != TP_OK) fail("the core", error->message);
}

static size_t number(const char *name, const char *digits, size_t most)
{
    char *end;
    unsigned long value = strtoul(digits, &end, 10);
    if (*end != '\0' || value > most) fail(name, "the number is out of range");
    return value;
}

static options parse(int n, char **arguments)
{
    options o = {.n_rounds = 1, .n_merges = 2000};
    for (int i = 1; i < n; i++) {
        const char *name = arguments[i];
        if (name[0] != '-') {
            o.path = name;
            continue;
        }
        if (++i == n) fail(name, "its value is missing");
        if (strcmp(name, "--simd") == 0) o.simd = arguments[i];
        else if (strcmp(name, "--rounds") == 0) o.n_rounds = number(name, arguments[i], MOST_ROUNDS);
        else if (strcmp(name, "--merges") == 0) o.n_merges = number(name, arguments[i], MOST_MERGES);
        else if (strcmp(name, "--rule") == 0) o.by_tokens = strcmp(arguments[i], "tokens") == 0;
        else fail(name, "is unknown");
    }
    if (o.path == NULL) fail("FILE", "is missing");
    return o;
}

static text read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail(path, "cannot be read");
    long nbytes = ftell(file);
    if (nbytes < 0) fail(path, "cannot be read");
    text t = {allocate((size_t)nbytes, 1), (size_t)nbytes};
    rewind(file);
    if (fread(t.bytes, 1, t.nbytes, file) != t.nbytes) fail(path, "cannot be read");
    fclose(file);
    return t;
}

static tp_merge *train(text t, size_t n_merges, size_t *n_made)
{
    tp_error error;
    tp_pieces *pieces;
    tp_trainer *trainer;
    size_t used;
    tp_merge *merges = allocate(n_merges, sizeof *merges);
    check(tp_pieces_new(&pieces, &error), &error);
    check(tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_GPT4), t.bytes, t.nbytes, true, 1, &used, &error), &error);
    check(tp_trainer_new(pieces, TP_TIE_RUSTBPE, &trainer, &error), &error);
    tp_pieces_free(pieces);
    check(tp_trainer_step(trainer, merges, n_merges, n_made, &error), &error);
    tp_trainer_free(trainer);
    return merges;
}

static tp_vocabulary *make_vocabulary(const tp_merge *merges, size_t n_merges, bool by_tokens)
{
    tp_error error;
    tp_vocabulary *by_merges, *vocabulary;
    tp_vocabulary_tokens t;
    check(tp_vocabulary_from_merges(merges, n_merges, &by_merges, &error), &error);
    if (!by_tokens) return by_merges;
    tp_vocabulary_get_tokens(by_merges, &t);
    check(tp_vocabulary_from_tokens(t.tokens, t.tokens_nbytes, t.ends, t.ids, t.n_tokens, false, &vocabulary, &error), &error);
    tp_vocabulary_free(by_merges);
    return vocabulary;
}

static size_t encode(const tp_vocabulary *vocabulary, text t, uint32_t *ids)
{
    tp_error error;
    size_t n_ids, used;
    check(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), t.bytes, t.nbytes, true, 1, ids, t.nbytes, &n_ids, &used, &error),
          &error);
    return n_ids;
}

int main(int n, char **arguments)
{
    options o = parse(n, arguments);
    text t = read_file(o.path);
    tp_error error;
    size_t n_merges, n_ids = 0;
    tp_hash_set_key(UINT64_C(0xA0761D6478BD642F), UINT64_C(0xE7037ED1A0B428DB)); /* as random as a drawn one */
    check(tp_simd_select(o.simd, &error), &error);
    tp_merge *merges = train(t, o.n_merges, &n_merges);
    tp_vocabulary *vocabulary = make_vocabulary(merges, n_merges, o.by_tokens);
    uint32_t *ids = allocate(t.nbytes, sizeof *ids);
    for (size_t i = 0; i < o.n_rounds; i++) n_ids = encode(vocabulary, t, ids);
    printf("{\"nbytes\": %zu, \"merges\": %zu, \"ids\": %zu}\n", t.nbytes, n_merges, n_ids);
    tp_vocabulary_free(vocabulary);
    free(ids);
    free(merges);
    free(t.bytes);
    return 0;
}
