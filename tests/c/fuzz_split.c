/* Splitting any bytes by every pattern and variant: as piece by piece, as in blocks, and as from every cut. */
#include "bpe/split/split.h"
#include "fuzz.h"
#include "naive_utf8.h"
#include "support.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static const char *const variants[] = {"plain", "neon", "avx2", "avx512"};

static const tp_split_rules rules_of[] = {
    [TP_PATTERN_GPT2] = {.family = TP_SPLIT_GPT2},
    [TP_PATTERN_R50K] = {.family = TP_SPLIT_GPT2},
    [TP_PATTERN_GPT4] = {TP_SPLIT_GPT4, .max_numbers = 3},
    [TP_PATTERN_CL100K] = {TP_SPLIT_GPT4, .max_numbers = 3},
    [TP_PATTERN_CL100K_TIKTOKEN] = {TP_SPLIT_GPT4, .max_numbers = 3, .keeps_blank_end = true},
    [TP_PATTERN_NANOCHAT] = {TP_SPLIT_GPT4, .max_numbers = 2},
    [TP_PATTERN_O200K] = {TP_SPLIT_O200K, .max_numbers = 3},
    [TP_PATTERN_QWEN2] = {TP_SPLIT_GPT4, .max_numbers = 1},
    [TP_PATTERN_TEKKEN] = {TP_SPLIT_O200K, .max_numbers = 1, .has_no_contractions = true},
    [TP_PATTERN_QWEN35] = {TP_SPLIT_GPT4, .script = TP_SCRIPT_MARKS, .max_numbers = 1},
    [TP_PATTERN_KIMI] = {TP_SPLIT_KIMI, .script = TP_SCRIPT_HAN_APART, .max_numbers = 3},
    [TP_PATTERN_DEEPSEEK3] = {TP_SPLIT_DEEPSEEK, .script = TP_SCRIPT_CHINESE_APART, .max_numbers = 3},
};

/* One piece after the other, as the function does that the others are made to equal. */
static size_t split_one_by_one(tp_pattern pattern, input text, uint64_t *ends)
{
    size_t n = 0;
    const uint8_t *p = text.data, *end = text.data + text.nbytes;
    while (p < end) {
        bool met_end;
        const uint8_t *next = tp_split_next(&rules_of[pattern], p, end, &met_end);
        if (!CHECK(next > p && next <= end)) break;
        ends[n++] = (uint64_t)(next - text.data);
        p = next;
    }
    return n;
}

/* Blocks whose lengths the sizes tell, over and over again; pieces are taken a few at a time. */
static size_t split_in_blocks(tp_pattern pattern, input text, input sizes, size_t capacity, uint64_t *ends)
{
    size_t n = 0, start = 0, shown = 0;
    for (size_t i = 0; start < text.nbytes; i++) {
        size_t more = sizes.nbytes == 0 ? text.nbytes : 1 + (size_t)sizes.data[i % sizes.nbytes];
        shown = more < text.nbytes - shown ? shown + more : text.nbytes;
        for (size_t n_more = capacity; n_more == capacity;) {
            block rest = exact_copy(text.data + start, shown - start);
            n_more = tp_split(tp_splitter_of(pattern), rest.data, rest.nbytes, shown == text.nbytes, ends + n, capacity);
            free(rest.data);
            for (size_t k = 0; k < n_more; k++) ends[n + k] += start;
            n += n_more;
            if (n > 0) start = (size_t)ends[n - 1];
        }
    }
    return n;
}

static bool is_end_of_piece(const uint64_t *ends, size_t n, uint64_t place)
{
    for (size_t i = 0; i < n; i++) {
        if (ends[i] == place) return true;
    }
    return false;
}

static void check_variant(tp_pattern pattern, input text, input sizes, const uint64_t *expected, size_t n_expected)
{
    uint64_t *ends = must_allocate((text.nbytes + 300) * sizeof *ends);
    bool is_text = naive_validate(text.data, text.nbytes) == text.nbytes;
    size_t n = tp_split(tp_splitter_of(pattern), text.data, text.nbytes, true, ends, text.nbytes);
    if (is_text) CHECK_EQ_BYTES(ends, n * sizeof *ends, expected, n_expected * sizeof *expected);
    else CHECK(text.nbytes == 0 ? n == 0 : n > 0 && ends[n - 1] == text.nbytes);
    for (size_t i = 1; i < n; i++) CHECK(ends[i - 1] < ends[i]);
    for (size_t from = 0; from <= text.nbytes; from += 1 + text.nbytes / 8) {
        size_t cut = tp_split_find_cut(tp_splitter_of(pattern), text.data, text.nbytes, from);
        CHECK(from <= cut && cut <= text.nbytes);
        if (is_text && cut < text.nbytes) CHECK(is_end_of_piece(ends, n, cut));
    }
    if (is_text) {
        size_t capacity = sizes.nbytes == 0 ? 64 : 1 + (size_t)sizes.data[0];
        n = split_in_blocks(pattern, text, sizes, capacity, ends);
        CHECK_EQ_BYTES(ends, n * sizeof *ends, expected, n_expected * sizeof *expected);
    }
    free(ends);
}

/* Only the whole text of a pattern is its name. */
static void check_name(input text)
{
    tp_pattern expected = TP_PATTERN_NONE;
    for (tp_pattern i = TP_PATTERN_DEEPSEEK3; i > TP_PATTERN_NONE; i--) {
        const char *name = tp_pattern_text(i);
        if (name != NULL && strlen(name) == text.nbytes && memcmp(name, text.data, text.nbytes) == 0) expected = i;
    }
    CHECK_EQ_U(tp_pattern_find(text.data, text.nbytes), expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    tp_pattern pattern = (tp_pattern)(1 + take_below(&in, TP_PATTERN_DEEPSEEK3));
    check_name(in);
    input sizes = take_bytes(&in, take_below(&in, 5));
    uint64_t *expected = must_allocate(in.nbytes * sizeof *expected);
    size_t n_expected = split_one_by_one(pattern, in, expected);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) == TP_OK) check_variant(pattern, in, sizes, expected, n_expected);
    }
    free(expected);
    return fuzz_end();
}
