/* Normal forms of any bytes by any version, by every variant, with offsets, in parts, and with too little room. */
#include "fuzz.h"
#include "naive.h"
#include "naive_normal.h"
#include "naive_utf8.h"

typedef struct asked {
    tp_normal_form form;
    uint32_t version;
} asked;

static void check_variant(const uint8_t *text, size_t nbytes, asked what, const naive_text *expected)
{
    uint8_t *found = allocate(expected->nbytes);
    uint64_t *origins = allocate(expected->nbytes * sizeof *origins);
    size_t length = 0, offset = 0;
    CHECK_EQ_U(tp_normalize(text, nbytes, what.form, what.version, found, origins, expected->nbytes, &length, NULL), TP_OK);
    CHECK_EQ_BYTES(found, length, expected->bytes, expected->nbytes);
    if (naive_validate(text, nbytes) == nbytes) {
        CHECK_EQ_BYTES(origins, length * sizeof *origins, expected->origins, length * sizeof *origins);
    }
    CHECK_EQ_U(tp_find_unnormalized(text, nbytes, what.form, what.version, &offset, NULL), TP_OK);
    CHECK_EQ_U(offset == nbytes, nbytes == length && (nbytes == 0 || memcmp(text, found, nbytes) == 0));
    CHECK(offset <= length && (offset == 0 || memcmp(text, found, offset) == 0));
    CHECK_EQ_U(tp_find_unnormalized(found, length, what.form, what.version, &offset, NULL), TP_OK);
    CHECK_EQ_U(offset, length);
    if (length > 0) {
        size_t needed = 0;
        tp_status status = tp_normalize(text, nbytes, what.form, what.version, found, origins, length - 1, &needed, NULL);
        CHECK_EQ_U(status, TP_TOO_SMALL);
        CHECK_EQ_U(needed, length);
    }
    free(origins);
    free(found);
}

static void check_cut(const uint8_t *text, size_t nbytes, size_t given, asked what, const naive_text *expected)
{
    size_t cut = nbytes + 1;
    CHECK_EQ_U(tp_find_normal_cut(text, given, what.form, what.version, &cut, NULL), TP_OK);
    CHECK(cut <= given);
    naive_text first = naive_normalize(text, cut, what.form, what.version);
    naive_text second = naive_normalize(text + cut, nbytes - cut, what.form, what.version);
    CHECK_EQ_U(first.nbytes + second.nbytes, expected->nbytes);
    if (first.nbytes + second.nbytes == expected->nbytes) {
        CHECK_EQ_BYTES(first.bytes, first.nbytes, expected->bytes, first.nbytes);
        CHECK_EQ_BYTES(second.bytes, second.nbytes, expected->bytes + first.nbytes, second.nbytes);
    }
    naive_free(&first);
    naive_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    asked what = {(tp_normal_form)take_below(&in, 4), tp_normal_ages[take_below(&in, TP_NORMAL_N_AGES)]};
    size_t given = take_byte(&in);
    naive_text expected = naive_normalize(in.data, in.nbytes, what.form, what.version);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) == TP_OK) check_variant(in.data, in.nbytes, what, &expected);
    }
    check_cut(in.data, in.nbytes, given < in.nbytes ? given : in.nbytes, what, &expected);
    naive_free(&expected);
    return fuzz_end();
}
