/* Rows that say anything: refused where a naive look at them says so; otherwise a corpus that holds them, which is split and put
 * together again. */
#include "base/salted_hash.h"
#include "fuzz.h"
#include "naive_utf8.h"
#include "support.h"
#include "unicode/words.h"

enum { MOST_ROWS = 12, N_PARTS = 3 };

typedef struct made_up {
    uint64_t offsets[MOST_ROWS + 1], counts[MOST_ROWS], frequencies[MOST_ROWS], documents;
    size_t n;
} made_up;

static uint64_t take_any(input *in)
{
    uint8_t step = take_byte(in);
    return step == 0xFF ? take_number(in, 8) : step % 16;
}

static made_up make_up(input *in)
{
    made_up made = {.n = take_below(in, MOST_ROWS + 1), .documents = take_any(in)};
    made.offsets[0] = take_any(in);
    for (size_t i = 0; i < made.n; i++) {
        made.offsets[i + 1] = made.offsets[i] + take_any(in);
        made.counts[i] = take_any(in);
        made.frequencies[i] = take_any(in);
    }
    return made;
}

static bool is_term(const uint8_t *term, size_t nbytes, bool of_any_rule)
{
    return nbytes > 0 && naive_validate(term, nbytes) == nbytes && (of_any_rule || tp_skip_word(term, term + nbytes) == term + nbytes);
}

/* The number of the first bad row, or how many there are. */
static size_t find_bad(const made_up *rows, bool of_any_rule, input text)
{
    uint64_t most = ((uint64_t)1 << 48) - 1, words = 0;
    for (size_t i = 0; i < rows->n; i++) {
        uint64_t start = rows->offsets[i], end = rows->offsets[i + 1], count = rows->counts[i];
        if (start > end || end > text.nbytes || count == 0 || count > most - words) return i;
        if (rows->frequencies[i] == 0 || rows->frequencies[i] > count) return i;
        if (!is_term(text.data + start, (size_t)(end - start), of_any_rule)) return i;
        words += count;
    }
    return rows->n;
}

static void check_counts(tp_corpus *corpus, const made_up *rows, input text)
{
    for (size_t i = 0; i < rows->n; i++) {
        const uint8_t *term = text.data + rows->offsets[i];
        size_t nbytes = (size_t)(rows->offsets[i + 1] - rows->offsets[i]);
        uint64_t count = 0;
        if (memchr(term, '\n', nbytes) != NULL) continue; /* kept in another form */
        for (size_t k = 0; k < rows->n; k++) {
            bool is_equal = rows->offsets[k + 1] - rows->offsets[k] == nbytes &&
                            memcmp(text.data + rows->offsets[k], term, nbytes) == 0;
            count += is_equal ? rows->counts[k] : 0;
        }
        CHECK_EQ_U(tp_corpus_get_count(corpus, term, nbytes), count);
    }
}

static void check_parts(tp_corpus *corpus, const made_up *rows, input text, uint64_t salt)
{
    tp_corpus *parts[N_PARTS], *again = new_corpus();
    tp_totals whole, together;
    for (size_t i = 0; i < N_PARTS; i++) parts[i] = new_corpus();
    CHECK_EQ_U(tp_corpus_split(corpus, salt, parts, N_PARTS, NULL), TP_OK);
    for (size_t i = 0; i < N_PARTS; i++) {
        CHECK_EQ_U(tp_corpus_append(again, parts[i], 0, 0, NULL), TP_OK);
        tp_corpus_free(parts[i]);
    }
    tp_corpus_get_totals(corpus, &whole);
    tp_corpus_get_totals(again, &together);
    CHECK_EQ_BYTES(&whole, sizeof whole, &together, sizeof together);
    check_counts(again, rows, text);
    tp_corpus_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    const uint64_t salt = take_byte(&in);
    const bool of_any_rule = take_below(&in, 2) == 1;
    made_up made = make_up(&in);
    const bool has_many_documents = made.documents >= (uint64_t)1 << 48;
    size_t n_good = has_many_documents ? made.n : find_bad(&made, of_any_rule, in);
    tp_corpus *corpus = NULL;
    tp_error error = {TP_OK, made.n, NULL};
    block text = exact_copy(in.data, in.nbytes);
    const tp_rows rows = {text.data, text.nbytes, made.offsets, made.counts, made.frequencies, made.n};
    tp_status status = tp_corpus_from_rows(&rows, of_any_rule, made.documents, NULL, NULL, &corpus, &error);
    CHECK_EQ_U(status == TP_OK, n_good == made.n && !has_many_documents);
    CHECK(status == TP_OK || status == TP_INVALID_ARGUMENT || status == TP_TOO_LARGE);
    CHECK_EQ_U(error.offset, n_good);
    if (CHECK_EQ_U(status == TP_OK, corpus != NULL) && status == TP_OK) {
        check_counts(corpus, &made, in);
        check_parts(corpus, &made, in, salt);
    }
    tp_corpus_free(corpus);
    free(text.data);
    return fuzz_end();
}
