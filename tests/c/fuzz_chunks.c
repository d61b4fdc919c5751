/* Texts that are cut into chunks: each is counted as a text of its own, and however many are asked for at a time, they are the
 * same. */
#include "fuzz.h"
#include "naive_bpe.h"
#include "naive_utf8.h"

enum { MOST_CHUNKS = 1 << 12 };

static void make_up_tokens(tokens *made, input *in)
{
    static const uint8_t letters[] = "ab 'c\n1.\xC3\xA4\xE6\x97\xA5 a.";
    size_t n = take_below(in, 24);
    add_all_bytes(made);
    for (size_t i = 0; i < n; i++) {
        uint8_t bytes[8], how = take_byte(in);
        size_t nbytes = 2 + how % 6;
        for (size_t k = 0; k < nbytes; k++) bytes[k] = letters[take_below(in, sizeof letters - 1)];
        add_token(made, bytes, nbytes);
    }
}

typedef struct cut {
    tp_status status;
    tp_chunk chunks[MOST_CHUNKS];
    size_t n;
    tp_error error;
} cut;

/* Cuts two texts, so many chunks at a time. */
static void cut_texts(const tp_vocabulary *vocabulary, const tp_splitter *splitter, input text, const uint64_t *ends,
                      const tp_chunking *how, size_t at_once, cut *found)
{
    tp_chunks_place place = {0};
    block copy = exact_copy(text.data, text.nbytes);
    found->status = TP_OK;
    found->n = 0;
    while (place.text < 2 && found->status == TP_OK && found->n + at_once <= MOST_CHUNKS) {
        size_t n = 0;
        tp_chunks_place before = place;
        found->status = tp_vocabulary_find_chunks(vocabulary, NULL, splitter, copy.data, copy.nbytes, ends, 2, how, &place,
                                                  found->chunks + found->n, at_once, &n, &found->error);
        CHECK(n <= at_once && (n > 0 || place.text == 2 || found->status != TP_OK));
        if (found->status != TP_OK) CHECK_EQ_BYTES(&place, sizeof place, &before, sizeof before);
        found->n += n;
    }
    free(copy.data);
}

static size_t count(const tp_vocabulary *vocabulary, const tp_splitter *splitter, const uint8_t *text, size_t nbytes)
{
    size_t n = 0, used = 0;
    block copy = exact_copy(text, nbytes);
    CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, splitter, copy.data, nbytes, true, 1, NULL, 0, &n, &used, NULL), TP_OK);
    free(copy.data);
    return n;
}

static void check_chunks(const tp_vocabulary *vocabulary, const tp_splitter *splitter, input text, const uint64_t *ends,
                         const tp_chunking *how, const cut *found, bool is_text)
{
    for (size_t i = 0; i < found->n; i++) {
        const tp_chunk *chunk = &found->chunks[i], *before = i > 0 && chunk[-1].text == chunk->text ? chunk - 1 : NULL;
        const uint8_t *start = text.data + (chunk->text == 0 ? 0 : ends[0] + 1);
        size_t nbytes = (size_t)(text.data + ends[chunk->text] - start);
        if (!CHECK(chunk->text < 2 && chunk->start < chunk->end && chunk->end <= nbytes && chunk->n_ids <= how->size)) return;
        if (before == NULL) CHECK_EQ_U(chunk->start, 0);
        else CHECK(chunk->start > before->start && chunk->start <= before->end && chunk->end > before->end);
        if (before != NULL && how->overlap == 0) CHECK_EQ_U(chunk->start, before->end);
        if (!is_text) continue;
        CHECK_EQ_U(count(vocabulary, splitter, start + chunk->start, (size_t)(chunk->end - chunk->start)), chunk->n_ids);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static tokens made;
    static laid_out laid;
    static cut all, few;
    input in = fuzz_begin(data, nbytes);
    make_up_tokens(&made, &in);
    lay_out(&made, &laid);
    tp_vocabulary *vocabulary = NULL;
    CHECK_EQ_U(tp_vocabulary_from_tokens(laid.text, (size_t)laid.ends[made.n - 1], laid.ends, laid.ids, made.n, false,
                                         &vocabulary, NULL), TP_OK);
    const tp_splitter *splitter = tp_splitter_of((tp_pattern)(1 + take_below(&in, TP_PATTERN_DEEPSEEK3)));
    tp_boundary kinds[3];
    tp_chunking how = {.size = take_below(&in, 64), .boundaries = kinds, .n_boundaries = take_below(&in, 4)};
    how.overlap = take_below(&in, 8) * how.size / 8;
    for (size_t i = 0; i < 3; i++) kinds[i] = (tp_boundary)take_below(&in, TP_N_BOUNDARIES + 1);
    how.in_characters = false;
    size_t at_once = 1 + take_below(&in, 5), first = take_byte(&in);
    if (first > in.nbytes) first = in.nbytes;
    const uint64_t ends[2] = {first, in.nbytes};
    bool is_text = first < in.nbytes && naive_validate(in.data, first) == first &&
                   naive_validate(in.data + first + 1, in.nbytes - first - 1) == in.nbytes - first - 1;
    if (vocabulary != NULL) {
        cut_texts(vocabulary, splitter, in, ends, &how, 1024, &all);
        cut_texts(vocabulary, splitter, in, ends, &how, at_once, &few);
        CHECK_EQ_U(all.status, few.status);
        if (all.status == TP_OK) {
            CHECK_EQ_BYTES(all.chunks, all.n * sizeof *all.chunks, few.chunks, few.n * sizeof *few.chunks);
            check_chunks(vocabulary, splitter, in, ends, &how, &all, is_text);
        }
        tp_vocabulary_free(vocabulary);
    }
    return fuzz_end();
}
