/* Snapshots that say anything, with a checksum that is right: what is read is what a naive reader finds sound, and is written
 * again as the same bytes. */
#include "fuzz.h"
#include "naive_utf8.h"
#include "support.h"
#include "unicode/words.h"

enum { HEADER_NBYTES = 56, CHECKSUM_NBYTES = 8, LEAST_NBYTES = HEADER_NBYTES + CHECKSUM_NBYTES };

static uint64_t number_at(const uint8_t *bytes, size_t offset)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) value |= (uint64_t)bytes[offset + i] << (8 * i);
    return value;
}

static void put_number(uint8_t *bytes, size_t offset, uint64_t value)
{
    for (size_t i = 0; i < 8; i++) bytes[offset + i] = (uint8_t)(value >> (8 * i));
}

/* As csrc/base/stored.h says it is. */
static void put_checksum(uint8_t *bytes, size_t nbytes)
{
    uint64_t sum = 0xCBF29CE484222325u;
    for (size_t i = 0; i < nbytes - CHECKSUM_NBYTES; i += 8) {
        uint8_t padded[8] = {0};
        memcpy(padded, bytes + i, nbytes - CHECKSUM_NBYTES - i < 8 ? nbytes - CHECKSUM_NBYTES - i : 8);
        sum = (sum ^ number_at(padded, 0)) * 0x100000001B3u;
        sum ^= sum >> 32;
    }
    put_number(bytes, nbytes - CHECKSUM_NBYTES, sum);
}

/* ---- A naive reader ---------------------------------------------------------------------------------------------- */

/* The length of the next term with its line end, or 0 if there is none that is one word of UTF-8. */
static size_t term_nbytes(const uint8_t *text, const uint8_t *end)
{
    const uint8_t *newline = memchr(text, '\n', (size_t)(end - text));
    if (newline == NULL || newline == text) return 0;
    size_t nbytes = (size_t)(newline - text);
    return tp_skip_word(text, newline) == newline && naive_validate(text, nbytes) == nbytes ? nbytes + 1 : 0;
}

static bool has_term_before(const uint8_t *text, const uint8_t *term, size_t nbytes)
{
    for (const uint8_t *p = text; p < term; p += term_nbytes(p, term)) {
        if (term_nbytes(p, term) == nbytes && memcmp(p, term, nbytes) == 0) return true;
    }
    return false;
}

static bool has_sound_terms(const uint8_t *bytes, size_t nbytes)
{
    const uint64_t most = ((uint64_t)1 << 48) - 1, documents = number_at(bytes, 16), words = number_at(bytes, 24);
    const bool is_part = number_at(bytes, 8) > 2, is_pruned = number_at(bytes, 8) % 2 == 0;
    bool lacks_documents = false;
    const size_t n = (size_t)number_at(bytes, 32);
    const uint8_t *text = bytes + HEADER_NBYTES + 16 * n, *end = bytes + nbytes - CHECKSUM_NBYTES, *p = text;
    uint64_t n_words = 0;
    if (documents > most || words > most) return false;
    for (size_t i = 0; i < n; i++) {
        uint64_t count = number_at(bytes, HEADER_NBYTES + 8 * i), frequency = number_at(bytes, HEADER_NBYTES + 8 * (n + i));
        size_t term = p < end ? term_nbytes(p, end) : 0;
        if (term == 0 || has_term_before(text, p, term)) return false;
        if (count == 0 || count > words - n_words || frequency == 0 || frequency > count) return false;
        lacks_documents |= frequency > documents;
        n_words += count;
        p += term;
    }
    return p == end && (is_pruned ? n_words < words : n_words == words) && lacks_documents == is_part;
}

/* Of bytes that have the signature and the checksum. */
static bool is_sound(const uint8_t *bytes, size_t nbytes)
{
    const uint64_t documents = number_at(bytes, 16), n = number_at(bytes, 32), of_first = number_at(bytes, 40);
    const uint64_t version = number_at(bytes, 8);
    if (version < 1 || version > 4 || n > nbytes || number_at(bytes, 48) != nbytes - LEAST_NBYTES - 16 * n) return false;
    if (16 * n > nbytes - LEAST_NBYTES || !has_sound_terms(bytes, nbytes)) return false;
    return documents == 0 ? of_first == (version > 2 ? 0 : UINT64_MAX) : of_first <= n;
}

/* ---- What was read ----------------------------------------------------------------------------------------------- */

/* Behind an open document the first one of what was read goes on; twice the same has the same terms. */
static void check_appending(const uint8_t *bytes, size_t nbytes)
{
    tp_corpus *corpus = corpus_of("one\ntwo one "), *part = NULL;
    tp_totals before, read, after;
    tp_corpus_get_totals(corpus, &before);
    for (uint64_t round = 1; round < 3; round++) {
        CHECK_EQ_U(tp_corpus_read(bytes, nbytes, NULL, NULL, &part, NULL), TP_OK);
        tp_corpus_get_totals(part, &read);
        tp_status status = tp_corpus_append(corpus, part, 0, 0, NULL);
        tp_corpus_free(part);
        if (status != TP_OK) {
            CHECK(status == TP_TOO_LARGE || (status == TP_INVALID_ARGUMENT && read.documents == 0));
            break;
        }
        tp_corpus_get_totals(corpus, &after);
        CHECK_EQ_U(after.words, before.words + round * read.words);
        CHECK(after.terms >= read.terms && after.terms <= before.terms + read.terms);
    }
    tp_corpus_free(corpus);
}

/* What is sound for words is so for terms by any rule, and is written as it was. */
static void check_read_terms(const uint8_t *bytes, size_t nbytes, bool is_expected)
{
    tp_corpus *corpus = NULL;
    tp_status status = tp_corpus_read_terms(bytes, nbytes, NULL, NULL, &corpus, NULL);
    CHECK(status == TP_OK || (!is_expected && (status == TP_DAMAGED || status == TP_UNKNOWN_VERSION)));
    if (status != TP_OK) return;
    block again = snapshot_of(corpus);
    CHECK_EQ_BYTES(again.data, again.nbytes, bytes, nbytes);
    free(again.data);
    tp_corpus_free(corpus);
}

static void check_read(const uint8_t *bytes, size_t nbytes, bool is_expected)
{
    tp_corpus *corpus = NULL;
    tp_error error = {TP_OK, 0, NULL};
    check_read_terms(bytes, nbytes, is_expected);
    tp_status status = tp_corpus_read(bytes, nbytes, NULL, NULL, &corpus, &error);
    if (!CHECK_EQ_U(status == TP_OK, is_expected) || status != TP_OK) {
        CHECK(status == TP_OK || status == TP_DAMAGED || status == TP_UNKNOWN_VERSION);
        CHECK(error.offset <= nbytes);
        tp_corpus_free(corpus);
        return;
    }
    block again = snapshot_of(corpus);
    CHECK_EQ_BYTES(again.data, again.nbytes, bytes, nbytes);
    free(again.data);
    tp_corpus_free(corpus);
    check_appending(bytes, nbytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const uint8_t signature[8] = {0x89, 'T', 'P', 'C', '\r', '\n', 0x1A, '\n'};
    input in = fuzz_begin(data, nbytes);
    if (in.nbytes < LEAST_NBYTES) {
        check_read(in.data, in.nbytes, false);
        return fuzz_end();
    }
    block bytes = exact_copy(in.data, in.nbytes);
    memcpy(bytes.data, signature, sizeof signature);
    put_checksum(bytes.data, bytes.nbytes);
    check_read(bytes.data, bytes.nbytes, is_sound(bytes.data, bytes.nbytes));
    free(bytes.data);
    return fuzz_end();
}
