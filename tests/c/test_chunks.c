/* Chunks of texts: counted anew by the encoder, with boundaries that are found in the plainest way. */
#include "naive_bpe.h"
#include "support.h"

static const char book[] = "In the beginning God created the heaven and the earth.\n\nAnd the earth was without form, and void; and "
                           "darkness was upon the face of the deep. And the Spirit of God moved.\n\n  \n\nAnd God said, Let there be "
                           "light: and there was light. It's 1,234.5 caf\xC3\xA9s \xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E "
                           "\xF0\x9F\x98\x80\r\nThey'll   see\n \n ==================================== end.\n";

static tp_vocabulary *english(void)
{
    static const char *const words[] = {"th", " t", "the", " the", "in", "an", "and", " and", "er", "ing", " th", "  ", "==", "===="};
    static laid_out laid;
    tokens made;
    add_all_bytes(&made);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) add_token(&made, words[i], strlen(words[i]));
    lay_out(&made, &laid);
    tp_vocabulary *vocabulary = NULL;
    if (tp_vocabulary_from_tokens(laid.text, (size_t)laid.ends[made.n - 1], laid.ends, laid.ids, made.n, false, &vocabulary, NULL) !=
        TP_OK) {
        abort();
    }
    return vocabulary;
}

static size_t count(const tp_vocabulary *vocabulary, const tp_splitter *splitter, const uint8_t *text, size_t nbytes)
{
    size_t n = 0, used = 0;
    CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, splitter, text, nbytes, true, 1, NULL, 0, &n, &used, NULL), TP_OK);
    return n;
}

/* Cuts one text and checks what the chunks promise; returns their number. */
static size_t cut(const tp_vocabulary *vocabulary, const tp_splitter *splitter, const void *text, size_t nbytes,
                  const tp_chunking *how, tp_chunk *chunks, size_t capacity)
{
    block copy = exact_copy(text, nbytes);
    const uint64_t end = nbytes;
    tp_chunks_place place = {0};
    size_t n = 0, done = 0;
    CHECK_EQ_U(tp_vocabulary_find_chunks(vocabulary, NULL, splitter, copy.data, nbytes, &end, 1, how, &place, chunks, capacity, &n, NULL),
               TP_OK);
    CHECK_EQ_U(place.text, 1);
    for (size_t i = 0; i < n; i++) {
        size_t start = (size_t)chunks[i].start;
        CHECK(start <= done && chunks[i].end > done && (how->overlap > 0 || start == done));
        done = (size_t)chunks[i].end;
        CHECK(chunks[i].n_ids <= how->size);
        CHECK_EQ_U(chunks[i].n_ids, count(vocabulary, splitter, copy.data + start, done - start));
    }
    CHECK_EQ_U(done, nbytes);
    free(copy.data);
    return n;
}

static void test_every_size_with_every_pattern(void)
{
    const tp_boundary kinds[] = {TP_BOUNDARY_PARAGRAPH, TP_BOUNDARY_SENTENCE, TP_BOUNDARY_WORD, TP_BOUNDARY_GRAPHEME};
    tp_vocabulary *vocabulary = english();
    tp_chunk chunks[512];
    for (int pattern = 1; pattern <= TP_PATTERN_DEEPSEEK3; pattern++) {
        for (size_t size = 4; size < 90; size += 1 + size / 4) {
            for (size_t n_kinds = 0; n_kinds <= 4; n_kinds++) {
                tp_chunking how = {.size = size, .boundaries = kinds, .n_boundaries = n_kinds};
                cut(vocabulary, tp_splitter_of((tp_pattern)pattern), book, sizeof book - 1, &how, chunks, 512);
                how.overlap = size / 3;
                cut(vocabulary, tp_splitter_of((tp_pattern)pattern), book, sizeof book - 1, &how, chunks, 512);
            }
        }
    }
    tp_vocabulary_free(vocabulary);
}

static void test_the_coarsest_boundary_is_taken(void)
{
    static const char text[] = "One. Two.\n\nThree four five.";
    const tp_boundary kinds[] = {TP_BOUNDARY_PARAGRAPH, TP_BOUNDARY_SENTENCE, TP_BOUNDARY_WORD};
    const uint64_t expected[] = {11, 17, 22, 27};
    tp_vocabulary *vocabulary = english();
    tp_chunk chunks[8];
    tp_chunking how = {.size = 11, .boundaries = kinds, .n_boundaries = 3};
    size_t n = cut(vocabulary, tp_splitter_of(TP_PATTERN_GPT2), text, sizeof text - 1, &how, chunks, 8);
    CHECK_EQ_U(n, 3);
    CHECK_EQ_U(chunks[0].end, expected[0]);
    how.size = 6;
    n = cut(vocabulary, tp_splitter_of(TP_PATTERN_GPT2), text, sizeof text - 1, &how, chunks, 8);
    CHECK_EQ_U(chunks[0].end, 5); /* the sentence */
    CHECK_EQ_U(chunks[1].end, expected[0]);
    for (size_t i = 1; i + 2 < n; i++) CHECK_EQ_U(chunks[i + 1].end, expected[i]);
    tp_vocabulary_free(vocabulary);
}

/* Of a splitter with steps, which is not written by hand. */
static void test_other_splitters(void)
{
    const tp_split_step steps[] = {{.pattern = TP_PATTERN_GPT2, .behavior = TP_SPLIT_ISOLATED},
                                   {.pattern = TP_PATTERN_NANOCHAT, .behavior = TP_SPLIT_ISOLATED}};
    tp_vocabulary *vocabulary = english();
    tp_splitter *splitter = NULL;
    tp_chunk chunks[512];
    tp_chunking how = {.size = 12};
    CHECK_EQ_U(tp_splitter_new(steps, 2, &splitter, NULL), TP_OK);
    cut(vocabulary, splitter, book, sizeof book - 1, &how, chunks, 512);
    tp_splitter_free_at(&splitter);
    CHECK_EQ_U(tp_splitter_new(NULL, 0, &splitter, NULL), TP_OK); /* all text is one piece */
    cut(vocabulary, splitter, book, sizeof book - 1, &how, chunks, 512);
    tp_splitter_free_at(&splitter);
    tp_vocabulary_free(vocabulary);
}

static void test_what_is_wrong_is_refused(void)
{
    const tp_splitter *gpt2 = tp_splitter_of(TP_PATTERN_GPT2);
    const tp_boundary unknown = (tp_boundary)9, twice[] = {TP_BOUNDARY_WORD, TP_BOUNDARY_WORD};
    const uint8_t text[] = "a \xF0\x9F\x98\x80 b";
    const uint64_t end = sizeof text - 1, beyond = sizeof text, descending[] = {5, 4};
    const tp_chunking sound = {.size = 9}, none = {.size = 0}, large = {.size = 2, .overlap = 2}, few = {.size = 3};
    const tp_chunking odd = {.size = 2, .boundaries = &unknown, .n_boundaries = 1};
    const tp_chunking repeated = {.size = 2, .boundaries = twice, .n_boundaries = 2};
    const tp_chunks_place far = {.start = sizeof text};
    tp_vocabulary *vocabulary = english();
    tp_chunks_place place = {0};
    tp_chunk chunks[16];
    tp_error error = {TP_OK, 99, NULL};
    size_t n = 0;
#define FIND(splitter, ends, n_texts, how) \
    tp_vocabulary_find_chunks(vocabulary, NULL, splitter, text, sizeof text - 1, ends, n_texts, how, &place, chunks, 16, &n, &error)
    CHECK_EQ_U(FIND(NULL, &end, 1, &sound), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(FIND(gpt2, &end, 1, &none), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(FIND(gpt2, &end, 1, &large), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(FIND(gpt2, &end, 1, &odd), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(FIND(gpt2, &end, 1, &repeated), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(FIND(gpt2, &beyond, 1, &sound), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(FIND(gpt2, descending, 2, &sound), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(FIND(gpt2, &end, 1, &few), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 2);
    CHECK_EQ_U(place.start, 0);
    place = far;
    CHECK_EQ_U(FIND(gpt2, &end, 1, &sound), TP_INVALID_ARGUMENT);
    place = (tp_chunks_place){.known = {90, 90, 90, 90, 90}}; /* beyond the text: harmless */
    CHECK_EQ_U(FIND(gpt2, &end, 1, &sound), TP_OK);
#undef FIND
    tp_vocabulary_free(vocabulary);
}

static void test_every_refused_allocation_is_told(void)
{
    const tp_boundary kinds[] = {TP_BOUNDARY_PARAGRAPH, TP_BOUNDARY_WORD, TP_BOUNDARY_GRAPHEME};
    /* With the larger size, what comes before the last ids is counted as a whole, and split after all for the overlap. */
    const tp_chunking hows[] = {{.size = 30, .overlap = 9, .boundaries = kinds, .n_boundaries = 3},
                                {.size = 90, .overlap = 80, .boundaries = kinds, .n_boundaries = 1}};
    const uint64_t end = sizeof book - 1;
    tp_vocabulary *vocabulary = english();
    tp_chunk chunks[512];
    enum { N_HOWS = sizeof hows / sizeof *hows, N_TRIED = 60 };
    size_t n_refused[N_HOWS] = {0};
    for (uint64_t i = 0; i < N_HOWS * N_TRIED; i++) {
        const tp_chunking how = hows[i / N_TRIED];
        uint64_t nth = 1 + i % N_TRIED;
        tp_chunks_place place = {0};
        size_t n = 0;
        tp_memory_stats before, after;
        tp_memory_get_stats(&before);
        tp_memory_fail_at(nth);
        tp_status status = tp_vocabulary_find_chunks(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), (const uint8_t *)book,
                                                     sizeof book - 1, &end, 1, &how, &place, chunks, 512, &n, NULL);
        tp_memory_fail_at(0);
        CHECK(status == TP_OK ? place.text == 1 : status == TP_NO_MEMORY && place.text == 0 && place.start == 0);
        n_refused[i / N_TRIED] += status == TP_NO_MEMORY;
        tp_memory_get_stats(&after);
        CHECK_EQ_U(after.current_bytes, before.current_bytes);
    }
    for (size_t i = 0; i < N_HOWS; i++) CHECK(n_refused[i] >= 5 && n_refused[i] < N_TRIED);
    tp_vocabulary_free(vocabulary);
}

int main(void)
{
    RUN(test_every_size_with_every_pattern);
    RUN(test_the_coarsest_boundary_is_taken);
    RUN(test_other_splitters);
    RUN(test_what_is_wrong_is_refused);
    RUN(test_every_refused_allocation_is_told);
    return tests_done();
}
