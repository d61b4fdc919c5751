/* Validation by every variant, the ends of lines, blank text and lowering: of any bytes. */
#include "fuzz.h"
#include "naive.h"
#include "naive_utf8.h"
#include "unicode/lower.h"

static void check_validation(const uint8_t *text, size_t nbytes)
{
    size_t expected = naive_validate(text, nbytes);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) != TP_OK) continue;
        tp_error error = {TP_OK, nbytes, NULL};
        CHECK_EQ_U(tp_utf8_validate(text, nbytes, &error), expected == nbytes ? TP_OK : TP_INVALID_UTF8);
        CHECK_EQ_U(error.offset, expected);
    }
}

/* ---- Cut characters ---------------------------------------------------------------------------------------------- */

/* Whether some bytes behind these make a character of both. */
static bool begins_a_character(const uint8_t *text, size_t nbytes)
{
    static const uint8_t behind[] = {0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF};
    uint8_t character[4] = {0};
    memcpy(character, text, nbytes);
    for (size_t i = 0; i < N_ITEMS(behind); i++) {
        memset(character + nbytes, behind[i], sizeof character - nbytes);
        if (naive_character(character, sizeof character) > nbytes) return true;
    }
    return false;
}

static size_t naive_complete_nbytes(const uint8_t *text, size_t nbytes)
{
    for (size_t n = 3; n > 0; n--) {
        if (n <= nbytes && begins_a_character(text + nbytes - n, n)) return nbytes - n;
    }
    return nbytes;
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

static void check_lines(const uint8_t *text, size_t nbytes)
{
    size_t n = 0, n_found = 0, start = 0;
    bool has_blank = false;
    uint64_t *ends = allocate((nbytes + 1) * sizeof *ends), *found = allocate((nbytes + 1) * sizeof *found);
    for (size_t i = 0; i <= nbytes; i++) {
        if (i < nbytes && text[i] != '\n') continue;
        has_blank |= nbytes == 0 || tp_skip_space(text + start, text + i) == text + i;
        ends[n++] = i;
        start = i + 1;
    }
    CHECK_EQ_U(tp_find_lines(text, nbytes, found, n, &n_found, NULL), TP_OK);
    CHECK_EQ_BYTES(found, n_found * sizeof *found, ends, n * sizeof *ends);
    CHECK_EQ_U(tp_find_lines(text, nbytes, found, n - 1, &n_found, NULL), TP_TOO_SMALL);
    CHECK_EQ_U(n_found, n);
    CHECK_EQ_U(tp_has_blank_line(text, nbytes), has_blank);
    free(found);
    free(ends);
}

/* Lines are texts that a byte stands between. */
static void check_joined(const uint8_t *text, size_t nbytes)
{
    size_t n = 1;
    uint64_t *lengths = allocate((nbytes + 1) * sizeof *lengths), *ends = allocate((nbytes + 1) * sizeof *ends);
    tp_error error = {TP_OK, 0, NULL};
    lengths[0] = 0;
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] == '\n') lengths[n++] = 0;
        else lengths[n - 1] += text[i] < 0x80 || text[i] >= 0xC0;
    }
    CHECK_EQ_U(tp_utf8_find_ends(text, nbytes, lengths, ends, n, NULL), TP_OK);
    CHECK_EQ_U(ends[n - 1], nbytes);
    for (size_t i = 0; i + 1 < n; i++) CHECK(text[ends[i]] == '\n' && ends[i] < ends[i + 1]);
    lengths[n - 1] = nbytes + 1;
    CHECK_EQ_U(tp_utf8_find_ends(text, nbytes, lengths, ends, n, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, n - 1);
    free(ends);
    free(lengths);
}

/* ---- Words ------------------------------------------------------------------------------------------------------- */

static void check_lowering(const uint8_t *word, size_t nbytes)
{
    uint8_t *once = allocate(TP_LOWER_BOUND(nbytes)), *twice = allocate(TP_LOWER_BOUND(TP_LOWER_BOUND(nbytes)));
    size_t n_once = tp_lower_word(word, nbytes, TP_UNICODE_NEWEST, once);
    size_t n_twice = tp_lower_word(once, n_once, TP_UNICODE_NEWEST, twice);
    CHECK(n_once <= TP_LOWER_BOUND(nbytes));
    CHECK_EQ_U(naive_validate(once, n_once), n_once);
    CHECK_EQ_BYTES(twice, n_twice, once, n_once);
    free(twice);
    free(once);
}

/* What is folded stays as it is, and what has no marks; but bytes that are no character may become a mark when one between them goes. */
static void check_folding(const uint8_t *text, size_t nbytes)
{
    uint8_t *once = allocate(TP_FOLD_BOUND(nbytes)), *twice = allocate(TP_FOLD_BOUND(TP_FOLD_BOUND(nbytes)));
    size_t n_once = tp_fold(text, nbytes, TP_UNICODE_NEWEST, once), n_twice = tp_fold(once, n_once, TP_UNICODE_NEWEST, twice);
    CHECK(n_once <= TP_FOLD_BOUND(nbytes));
    CHECK_EQ_BYTES(twice, n_twice, once, n_once);
    n_once = tp_strip_marks(text, nbytes, TP_UNICODE_NEWEST, once);
    CHECK(n_once <= nbytes);
    n_twice = tp_strip_marks(once, n_once, TP_UNICODE_NEWEST, twice);
    if (naive_validate(text, nbytes) == nbytes) CHECK_EQ_BYTES(twice, n_twice, once, n_once);
    free(twice);
    free(once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    check_validation(in.data, in.nbytes);
    CHECK_EQ_U(tp_utf8_complete_nbytes(in.data, in.nbytes), naive_complete_nbytes(in.data, in.nbytes));
    CHECK_EQ_U(tp_is_blank(in.data, in.nbytes),
               in.nbytes == 0 || tp_skip_space(in.data, in.data + in.nbytes) == in.data + in.nbytes);
    check_lines(in.data, in.nbytes);
    check_folding(in.data, in.nbytes);
    if (naive_validate(in.data, in.nbytes) == in.nbytes) {
        check_joined(in.data, in.nbytes);
        if (in.nbytes > 0) check_lowering(in.data, in.nbytes);
    }
    return fuzz_end();
}
