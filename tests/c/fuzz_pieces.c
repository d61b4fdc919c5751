/* Snapshots of pieces that say anything, with a checksum that is right: what is read is what a naive reader finds sound, and is
 * written again as the same bytes; split and merged, it is the same again. */
#include "base/stored.h"
#include "fuzz.h"
#include "support.h"

enum { HEADER_NBYTES = 32, CHECKSUM_NBYTES = 8, LEAST_NBYTES = HEADER_NBYTES + CHECKSUM_NBYTES, N_PARTS = 3 };

static const uint64_t MOST = ((uint64_t)1 << 48) - 1;

/* Whether piece i occurs before it, too. */
static bool is_repeated(const uint8_t *bytes, size_t n, size_t i, const uint8_t *piece, size_t nbytes)
{
    const uint8_t *p = bytes + HEADER_NBYTES + 16 * n;
    for (size_t k = 0; k < i; k++) {
        size_t other = (size_t)tp_get_number(bytes + HEADER_NBYTES + 8 * (n + k));
        if (other == nbytes && memcmp(p, piece, nbytes) == 0) return true;
        p += other;
    }
    return false;
}

/* Of bytes that have the signature and the checksum. */
static bool is_sound(const uint8_t *bytes, size_t nbytes)
{
    const uint64_t n = tp_get_number(bytes + 16), text_nbytes = tp_get_number(bytes + 24);
    if (tp_get_number(bytes + 8) != 1 || n > nbytes || 16 * n > nbytes - LEAST_NBYTES) return false;
    if (text_nbytes != nbytes - LEAST_NBYTES - 16 * n) return false;
    uint64_t total = 0;
    const uint8_t *p = bytes + HEADER_NBYTES + 16 * n, *end = p + text_nbytes;
    for (size_t i = 0; i < n; i++) {
        uint64_t count = tp_get_number(bytes + HEADER_NBYTES + 8 * i), length = tp_get_number(bytes + HEADER_NBYTES + 8 * (n + i));
        if (count == 0 || length == 0 || length > (uint64_t)(end - p) || count > MOST) return false;
        if (is_repeated(bytes, (size_t)n, i, p, (size_t)length)) return false;
        if (count > (MOST - total) / length) return false;
        total += count * length;
        p += length;
    }
    return p == end;
}

static block written(tp_pieces *pieces)
{
    size_t nbytes = 0;
    tp_pieces_write(pieces, NULL, 0, &nbytes, NULL);
    block snapshot = {must_allocate(nbytes), nbytes};
    CHECK_EQ_U(tp_pieces_write(pieces, snapshot.data, nbytes, &nbytes, NULL), TP_OK);
    return snapshot;
}

static void check_parts(tp_pieces *pieces)
{
    tp_pieces *parts[N_PARTS], *again = NULL;
    tp_pieces_totals whole, together;
    for (size_t i = 0; i < N_PARTS; i++) CHECK_EQ_U(tp_pieces_new(&parts[i], NULL), TP_OK);
    CHECK_EQ_U(tp_pieces_new(&again, NULL), TP_OK);
    CHECK_EQ_U(tp_pieces_split(pieces, 9, parts, N_PARTS, NULL), TP_OK);
    for (size_t i = 0; i < N_PARTS; i++) {
        CHECK_EQ_U(tp_pieces_merge(again, parts[i], 1, NULL), TP_OK);
        tp_pieces_free(parts[i]);
    }
    tp_pieces_get_totals(pieces, &whole);
    tp_pieces_get_totals(again, &together);
    CHECK_EQ_BYTES(&whole, sizeof whole, &together, sizeof together);
    tp_pieces_free(again);
}

static void check_read(const uint8_t *bytes, size_t nbytes, bool is_expected)
{
    tp_pieces *pieces = NULL;
    tp_error error = {TP_OK, 0, NULL};
    tp_status status = tp_pieces_read(bytes, nbytes, &pieces, &error);
    CHECK_EQ_U(status == TP_OK, is_expected);
    CHECK(status == TP_OK || status == TP_DAMAGED || status == TP_UNKNOWN_VERSION);
    CHECK(error.offset <= nbytes);
    if (!CHECK_EQ_U(status == TP_OK, pieces != NULL) || status != TP_OK) return;
    block again = written(pieces);
    CHECK_EQ_BYTES(again.data, again.nbytes, bytes, nbytes);
    free(again.data);
    check_parts(pieces);
    tp_pieces_free(pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const uint8_t signature[8] = {0x89, 'T', 'P', 'P', '\r', '\n', 0x1A, '\n'};
    input in = fuzz_begin(data, nbytes);
    block bytes = exact_copy(in.data, in.nbytes);
    bool is_long_enough = bytes.nbytes >= LEAST_NBYTES;
    if (is_long_enough) {
        memcpy(bytes.data, signature, sizeof signature);
        tp_put_number(bytes.data + nbytes - CHECKSUM_NBYTES, tp_checksum(bytes.data, nbytes - CHECKSUM_NBYTES));
    }
    check_read(bytes.data, bytes.nbytes, is_long_enough && is_sound(bytes.data, bytes.nbytes));
    free(bytes.data);
    return fuzz_end();
}
