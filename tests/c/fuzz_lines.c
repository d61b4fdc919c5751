/* Lines of a text that comes in blocks, cut anywhere between characters. */
#include "fuzz.h"
#include "naive.h"
#include "naive_utf8.h"

/* What is known of the lines at the end of the text, and the ends of those with something in them. */
static tp_lines find_naively(const uint8_t *text, size_t nbytes, uint64_t *ends, size_t *n_ends)
{
    tp_lines all = {.nbytes = nbytes};
    size_t start = 0;
    *n_ends = 0;
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] != '\n') continue;
        bool is_blank = tp_skip_space(text + start, text + i) == text + i;
        if (is_blank && all.n_blank++ == 0) all.first_blank = all.n_ended;
        if (!is_blank) ends[(*n_ends)++] = i;
        all.n_ended++;
        start = i + 1;
    }
    all.open_start = start;
    all.open_has_text = start < nbytes && tp_skip_space(text + start, text + nbytes) != text + nbytes;
    return all;
}

static void check_lines(const tp_lines *found, const tp_lines *expected)
{
    CHECK_EQ_U(found->nbytes, expected->nbytes);
    CHECK_EQ_U(found->n_ended, expected->n_ended);
    CHECK_EQ_U(found->n_blank, expected->n_blank);
    if (expected->n_blank > 0) CHECK_EQ_U(found->first_blank, expected->first_blank);
    CHECK_EQ_U(found->open_start, expected->open_start);
    CHECK_EQ_U(found->open_has_text, expected->open_has_text);
}

/* Finds them in blocks whose lengths the sizes tell, over and over again. */
static size_t find_in_blocks(tp_lines *lines, input text, input sizes, uint64_t *all)
{
    size_t n_all = 0, block = 0;
    for (size_t start = 0; start < text.nbytes; block++) {
        size_t nbytes = sizes.nbytes == 0 ? text.nbytes : sizes.data[block % sizes.nbytes], n = 0;
        if (nbytes > text.nbytes - start) nbytes = text.nbytes - start;
        nbytes = tp_utf8_complete_nbytes(text.data + start, nbytes);
        if (nbytes == 0) nbytes = naive_character(text.data + start, text.nbytes - start);
        uint8_t *copy = exact_copy(text.data + start, nbytes);
        uint64_t *ends = allocate((nbytes / 2 + 1) * sizeof *ends);
        CHECK_EQ_U(tp_find_text_lines(lines, copy, nbytes, ends, nbytes / 2 + 1, &n, NULL), TP_OK);
        for (size_t i = 0; i < n; i++) all[n_all++] = start + ends[i];
        free(ends);
        free(copy);
        start += nbytes;
    }
    return n_all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    input sizes = take_bytes(&in, take_below(&in, 8));
    if (naive_validate(in.data, in.nbytes) != in.nbytes) return fuzz_end();
    uint64_t *expected = allocate((in.nbytes + 1) * sizeof *expected), *found = allocate((2 * in.nbytes + 1) * sizeof *found);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) != TP_OK) continue;
        tp_lines lines = {0};
        size_t n_expected, n_found = find_in_blocks(&lines, in, sizes, found);
        tp_lines naive = find_naively(in.data, in.nbytes, expected, &n_expected);
        check_lines(&lines, &naive);
        CHECK_EQ_BYTES(found, n_found * sizeof *found, expected, n_expected * sizeof *expected);
    }
    free(found);
    free(expected);
    return fuzz_end();
}
