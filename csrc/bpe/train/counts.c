/* Counts of pieces as values: added up, and shared out among parts by a hash that is the same on every machine. */
#include "base/error.h"
#include "base/salted_hash.h"
#include "bpe/train/pieces.h"

void tp_pieces_get_totals(tp_pieces *pieces, tp_pieces_totals *totals)
{
    tp_lock_read(&pieces->lock);
    const tp_piece_table *table = &pieces->table;
    *totals = (tp_pieces_totals){.pieces = table->n_pieces};
    for (size_t i = 0; i < table->n_pieces; i++) {
        size_t nbytes;
        tp_piece_text(table, &table->pieces[i], &nbytes);
        totals->occurrences += table->pieces[i].count;
        totals->nbytes += table->pieces[i].count * nbytes;
    }
    tp_unlock_read(&pieces->lock);
}

/* ---- Merging --------------------------------------------------------------------------------------------------------- */

/* Finds each piece of the other table: its number plus 1 here, or 0. Makes room for those that are new. */
static bool match(tp_piece_table *table, const tp_piece_table *other, uint32_t *found)
{
    size_t n_new = 0, long_nbytes = 0, nbytes;
    for (size_t i = 0; i < other->n_pieces; i++) {
        const uint8_t *text = tp_piece_text(other, &other->pieces[i], &nbytes);
        found[i] = tp_piece_table_find(table, other->pieces[i].key, text, nbytes);
        if (found[i] != 0) continue;
        n_new++;
        long_nbytes += tp_long_piece_nbytes(nbytes);
    }
    return tp_piece_table_reserve(table, n_new, long_nbytes);
}

static void add_counts(tp_piece_table *table, const tp_piece_table *other, uint64_t times, const uint32_t *found)
{
    for (size_t i = 0; i < other->n_pieces; i++) {
        const tp_counted_piece *piece = &other->pieces[i];
        size_t nbytes;
        const uint8_t *text = tp_piece_text(other, piece, &nbytes);
        if (found[i] != 0) table->pieces[found[i] - 1].count += times * piece->count;
        else tp_piece_table_append(table, piece->key, text, nbytes, times * piece->count);
    }
}

static tp_status merge_locked(tp_pieces *pieces, const tp_pieces *other, uint64_t times, tp_error *error)
{
    const size_t n = other->table.n_pieces;
    if (n == 0 || times == 0) return TP_OK;
    if (other->most_nbytes > (TP_MOST_COUNTED_NBYTES - pieces->most_nbytes) / times) {
        return tp_fail(error, TP_TOO_LARGE, 0, "all text together has 2^48 bytes");
    }
    uint32_t *found = tp_allocate(TP_FOR_WORK, n * sizeof *found);
    bool is_done = found != NULL && match(&pieces->table, &other->table, found);
    if (is_done) {
        add_counts(&pieces->table, &other->table, times, found);
        pieces->most_nbytes += times * other->most_nbytes;
    }
    tp_release(TP_FOR_WORK, found, n * sizeof *found);
    return is_done ? TP_OK : tp_fail_no_memory(error);
}

tp_status tp_pieces_merge(tp_pieces *pieces, tp_pieces *other, uint64_t times, tp_error *error)
{
    if (pieces == other) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "pieces cannot be merged with themselves");
    tp_lock_write_two(&pieces->lock, &other->lock);
    tp_status status = merge_locked(pieces, other, times, error);
    tp_unlock_write_two(&pieces->lock, &other->lock);
    return status;
}

/* ---- Splitting ------------------------------------------------------------------------------------------------------- */

/* What one part will hold. */
typedef struct share {
    tp_piece_table table;
    uint64_t nbytes;
    size_t n_pieces, long_nbytes;
} share;

static void find_parts(const tp_piece_table *table, uint64_t salt, share *shares, size_t n_parts, uint16_t *parts)
{
    for (size_t i = 0; i < table->n_pieces; i++) {
        size_t nbytes;
        const uint8_t *text = tp_piece_text(table, &table->pieces[i], &nbytes);
        size_t part = tp_part_of(tp_salted_hash(salt, text, nbytes), n_parts);
        parts[i] = (uint16_t)part;
        shares[part].n_pieces++;
        shares[part].long_nbytes += tp_long_piece_nbytes(nbytes);
        shares[part].nbytes += table->pieces[i].count * nbytes;
    }
}

static void share_pieces(const tp_piece_table *table, share *shares, const uint16_t *parts)
{
    for (size_t i = 0; i < table->n_pieces; i++) {
        const tp_counted_piece *piece = &table->pieces[i];
        size_t nbytes;
        const uint8_t *text = tp_piece_text(table, piece, &nbytes);
        tp_piece_table_append(&shares[parts[i]].table, piece->key, text, nbytes, piece->count);
    }
}

static void free_shares(share *shares, size_t n)
{
    for (size_t i = 0; i < n; i++) tp_piece_table_free(&shares[i].table);
    tp_release(TP_FOR_WORK, shares, n * sizeof *shares);
}

/* Returns the shares, or NULL if memory runs out. */
static share *make_shares(const tp_piece_table *table, uint64_t salt, size_t n_parts)
{
    const size_t n = table->n_pieces;
    share *shares = tp_allocate(TP_FOR_WORK, n_parts * sizeof *shares);
    uint16_t *parts = n > 0 ? tp_allocate(TP_FOR_WORK, n * sizeof *parts) : NULL;
    bool is_made = shares != NULL && (parts != NULL || n == 0);
    for (size_t i = 0; shares != NULL && i < n_parts; i++) shares[i] = (share){.table = tp_piece_table_empty()};
    if (is_made) find_parts(table, salt, shares, n_parts, parts);
    for (size_t i = 0; is_made && i < n_parts; i++) {
        is_made = shares[i].n_pieces == 0 || tp_piece_table_reserve(&shares[i].table, shares[i].n_pieces, shares[i].long_nbytes);
    }
    if (is_made) share_pieces(table, shares, parts);
    tp_release(TP_FOR_WORK, parts, n * sizeof *parts);
    if (is_made) return shares;
    if (shares != NULL) free_shares(shares, n_parts);
    return NULL;
}

static tp_status check_parts(tp_pieces *pieces, tp_pieces *const *parts, size_t n_parts, tp_error *error)
{
    if (n_parts == 0 || n_parts > TP_MOST_PARTS) {
        return tp_fail(error, TP_INVALID_ARGUMENT, n_parts, "there must be from 1 to 65536 parts");
    }
    for (size_t i = 0; i < n_parts; i++) {
        tp_lock_read(&parts[i]->lock);
        bool is_empty = parts[i] != pieces && parts[i]->table.n_pieces == 0;
        tp_unlock_read(&parts[i]->lock);
        if (!is_empty) return tp_fail(error, TP_INVALID_ARGUMENT, i, "the part is not empty");
    }
    return TP_OK;
}

tp_status tp_pieces_split(tp_pieces *pieces, uint64_t salt, tp_pieces *const *parts, size_t n_parts, tp_error *error)
{
    tp_status status = check_parts(pieces, parts, n_parts, error);
    if (status != TP_OK) return status;
    tp_lock_read(&pieces->lock);
    share *shares = make_shares(&pieces->table, salt, n_parts);
    tp_unlock_read(&pieces->lock);
    if (shares == NULL) return tp_fail_no_memory(error);
    for (size_t i = 0; i < n_parts; i++) {
        tp_lock_write(&parts[i]->lock);
        tp_piece_table emptied = parts[i]->table;
        parts[i]->table = shares[i].table;
        parts[i]->most_nbytes = shares[i].nbytes;
        shares[i].table = emptied;
        tp_unlock_write(&parts[i]->lock);
    }
    free_shares(shares, n_parts);
    return TP_OK;
}
