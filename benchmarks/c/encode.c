/* Trains a tokenizer on a file, makes its vocabulary and encodes the file, with the C core alone: tools/instructions.py runs it
 * under callgrind.
 *
 *     encode FILE [--simd NAME] [--merges N] [--rule merges|tokens]
 *
 * The file, which should be UTF-8, is read into memory first, and the hash key is fixed, so that every run does exactly the same.
 * It is encoded once, with an empty cache. */
#include <stdbool.h>
#include <string.h>

#include "program.h"

enum { MOST_MERGES = 1 << 20 };

typedef struct options {
    const char *path, *simd;
    bool by_tokens;
    size_t n_merges;
} options;

static options parse(int n, char **arguments)
{
    options o = {.n_merges = 500};
    for (int i = 1; i < n; i++) {
        const char *name = arguments[i];
        if (name[0] != '-') {
            o.path = name;
            continue;
        }
        if (++i == n) fail(name, "its value is missing");
        if (strcmp(name, "--simd") == 0) o.simd = arguments[i];
        else if (strcmp(name, "--merges") == 0) o.n_merges = number(name, arguments[i], MOST_MERGES);
        else if (strcmp(name, "--rule") == 0) o.by_tokens = strcmp(arguments[i], "tokens") == 0;
        else fail(name, "is unknown");
    }
    if (o.path == NULL) fail("FILE", "is missing");
    return o;
}

/* All of the training, and all of the encoding: callgrind looks at these two. */
size_t train_once(text t, tp_merge *merges, size_t n_merges);
size_t encode_once(const tp_vocabulary *vocabulary, text t, uint32_t *ids);

__attribute__((noinline)) size_t train_once(text t, tp_merge *merges, size_t n_merges)
{
    tp_error error;
    tp_pieces *pieces;
    tp_trainer *trainer;
    size_t used, n_made;
    check(tp_pieces_new(&pieces, &error), &error);
    check(tp_pieces_add(pieces, tp_splitter_of(TP_PATTERN_GPT4), t.bytes, t.nbytes, true, 1, &used, &error), &error);
    check(tp_trainer_new(pieces, TP_TIE_RUSTBPE, &trainer, &error), &error);
    tp_pieces_free(pieces);
    check(tp_trainer_step(trainer, merges, n_merges, &n_made, &error), &error);
    tp_trainer_free(trainer);
    return n_made;
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

__attribute__((noinline)) size_t encode_once(const tp_vocabulary *vocabulary, text t, uint32_t *ids)
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
    tp_hash_set_key(UINT64_C(0xA0761D6478BD642F), UINT64_C(0xE7037ED1A0B428DB)); /* as random as a drawn one */
    if (o.simd != NULL) check(tp_simd_select(o.simd, &error), &error);
    tp_merge *merges = allocate(o.n_merges, sizeof *merges);
    size_t n_merges = train_once(t, merges, o.n_merges);
    tp_vocabulary *vocabulary = make_vocabulary(merges, n_merges, o.by_tokens);
    uint32_t *ids = allocate(t.nbytes, sizeof *ids);
    size_t n_ids = encode_once(vocabulary, t, ids);
    printf("{\"nbytes\": %zu, \"merges\": %zu, \"ids\": %zu}\n", t.nbytes, n_merges, n_ids);
    tp_vocabulary_free(vocabulary);
    free(ids);
    free(merges);
    free(t.bytes);
    return 0;
}
