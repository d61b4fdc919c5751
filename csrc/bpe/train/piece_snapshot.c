/* Counted pieces as bytes, the same on every machine. All numbers are 64-bit, little-endian:
 *
 *     0  the signature          8  version            16  pieces n            24  length t of the text
 *    32  n counts, then n lengths, then the pieces (t bytes), then the checksum.
 */
#include <string.h>

#include "base/error.h"
#include "base/stored.h"
#include "bpe/train/pieces.h"

/* As in PNG: a byte that is not ASCII, both line ends and a DOS end-of-file reveal the usual damage to binary files. */
static const uint8_t signature[8] = {0x89, 'T', 'P', 'P', '\r', '\n', 0x1A, '\n'};

enum { VERSION = 1, VERSION_OFFSET = 8, HEADER_NBYTES = 32, CHECKSUM_NBYTES = 8 };

/* ---- Writing --------------------------------------------------------------------------------------------------------- */

static size_t measure_text(const tp_piece_table *table)
{
    size_t text_nbytes = 0, nbytes;
    for (size_t i = 0; i < table->n_pieces; i++) {
        tp_piece_text(table, &table->pieces[i], &nbytes);
        text_nbytes += nbytes;
    }
    return text_nbytes;
}

static void write_pieces(const tp_piece_table *table, size_t text_nbytes, uint8_t *out, size_t nbytes)
{
    memcpy(out, signature, sizeof signature);
    tp_put_number(out + VERSION_OFFSET, VERSION);
    tp_put_number(out + 16, table->n_pieces);
    tp_put_number(out + 24, text_nbytes);
    uint8_t *counts = out + HEADER_NBYTES, *lengths = counts + 8 * table->n_pieces, *text = lengths + 8 * table->n_pieces;
    for (size_t i = 0; i < table->n_pieces; i++) {
        size_t piece_nbytes;
        const uint8_t *piece = tp_piece_text(table, &table->pieces[i], &piece_nbytes);
        tp_put_number(counts + 8 * i, table->pieces[i].count);
        tp_put_number(lengths + 8 * i, piece_nbytes);
        memcpy(text, piece, piece_nbytes);
        text += piece_nbytes;
    }
    tp_put_number(out + nbytes - CHECKSUM_NBYTES, tp_checksum(out, nbytes - CHECKSUM_NBYTES));
}

tp_status tp_pieces_write(tp_pieces *pieces, uint8_t *snapshot, size_t capacity, size_t *nbytes, tp_error *error)
{
    tp_status status = TP_OK;
    tp_lock_read(&pieces->lock);
    const tp_piece_table *table = &pieces->table;
    size_t text_nbytes = measure_text(table);
    *nbytes = HEADER_NBYTES + 16 * table->n_pieces + text_nbytes + CHECKSUM_NBYTES;
    if (*nbytes > capacity) status = tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the snapshot");
    else write_pieces(table, text_nbytes, snapshot, *nbytes);
    tp_unlock_read(&pieces->lock);
    return status;
}

/* ---- Reading: nothing is believed before it is checked ---------------------------------------------------------------- */

typedef struct layout {
    uint64_t n_pieces, text_nbytes;
    const uint8_t *counts, *lengths, *text;
} layout;

static tp_status damaged(tp_error *error, uint64_t offset, const char *message)
{
    return tp_fail(error, TP_DAMAGED, offset, message);
}

static tp_status read_layout(const uint8_t *bytes, size_t nbytes, layout *found, tp_error *error)
{
    if (nbytes < sizeof signature || memcmp(bytes, signature, sizeof signature) != 0) {
        return damaged(error, 0, "this is not a snapshot of pieces");
    }
    if (nbytes < HEADER_NBYTES + CHECKSUM_NBYTES) return damaged(error, nbytes, "the snapshot ends within its header");
    if (tp_get_number(bytes + VERSION_OFFSET) != VERSION) {
        return tp_fail(error, TP_UNKNOWN_VERSION, VERSION_OFFSET, "the snapshot has a version that is not known here");
    }
    *found = (layout){.n_pieces = tp_get_number(bytes + 16), .text_nbytes = tp_get_number(bytes + 24)};
    uint64_t body = nbytes - HEADER_NBYTES - CHECKSUM_NBYTES;
    if (found->n_pieces > body / 16 || found->text_nbytes != body - 16 * found->n_pieces || found->n_pieces > found->text_nbytes) {
        return damaged(error, 16, "the sizes do not add up to the snapshot's length");
    }
    if (tp_get_number(bytes + nbytes - CHECKSUM_NBYTES) != tp_checksum(bytes, nbytes - CHECKSUM_NBYTES)) {
        return damaged(error, nbytes - CHECKSUM_NBYTES, "the checksum does not match");
    }
    found->counts = bytes + HEADER_NBYTES;
    found->lengths = found->counts + 8 * found->n_pieces;
    found->text = found->lengths + 8 * found->n_pieces;
    return TP_OK;
}

/* Adds a piece. `copy` is scratch memory: another thread may write to the memory of the snapshot. */
static tp_status read_piece(tp_pieces *pieces, tp_arena *copy, const uint8_t *text, size_t nbytes, uint64_t count, uint64_t offset,
                            tp_error *error)
{
    tp_piece_table *table = &pieces->table;
    if (count == 0 || count > (TP_MOST_COUNTED_NBYTES - pieces->most_nbytes) / nbytes) {
        return damaged(error, offset, "a count is out of range");
    }
    copy->used = 0;
    if (!tp_arena_reserve(TP_FOR_TRAINING, copy, nbytes)) return tp_fail_no_memory(error);
    memcpy(copy->data, text, nbytes);
    tp_key key = tp_piece_key(table, copy->data, nbytes);
    if (tp_piece_table_find(table, key, copy->data, nbytes) != 0) return damaged(error, offset, "a piece occurs twice");
    if (!tp_piece_table_reserve(table, 1, tp_long_piece_nbytes(nbytes))) return tp_fail_no_memory(error);
    tp_piece_table_append(table, key, copy->data, nbytes, count);
    pieces->most_nbytes += count * nbytes;
    return TP_OK;
}

static tp_status read_pieces(tp_pieces *pieces, const layout *from, tp_arena *copy, tp_error *error)
{
    size_t start = 0;
    for (uint64_t i = 0; i < from->n_pieces; i++) {
        uint64_t nbytes = tp_get_number(from->lengths + 8 * i), offset = HEADER_NBYTES + 8 * i;
        if (nbytes == 0 || nbytes > from->text_nbytes - start) {
            return damaged(error, offset + 8 * from->n_pieces, "the length of a piece is out of range");
        }
        tp_status status = read_piece(pieces, copy, from->text + start, (size_t)nbytes, tp_get_number(from->counts + 8 * i), offset,
                                      error);
        if (status != TP_OK) return status;
        start += (size_t)nbytes;
    }
    if (start < from->text_nbytes) {
        return damaged(error, HEADER_NBYTES + 16 * from->n_pieces + start, "there is more text than the pieces have");
    }
    return TP_OK;
}

tp_status tp_pieces_read(const uint8_t *snapshot, size_t snapshot_nbytes, tp_pieces **pieces, tp_error *error)
{
    layout found = {0};
    tp_status status = read_layout(snapshot, snapshot_nbytes, &found, error);
    if (status != TP_OK) return status;
    tp_pieces *made;
    tp_arena copy = {0};
    status = tp_pieces_new(&made, error);
    if (status != TP_OK) return status;
    status = read_pieces(made, &found, &copy, error);
    tp_arena_free(TP_FOR_TRAINING, &copy);
    if (status == TP_OK) *pieces = made;
    else tp_pieces_free(made);
    return status;
}
