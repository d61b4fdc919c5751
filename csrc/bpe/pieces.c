/* Counting distinct pieces: a batch at a time, so that the memory of one piece is on its way while others are dealt with. */
#include "bpe/pieces.h"

#include "base/bits.h"
#include "base/error.h"

/* A batch and what is found out about it stay in the first-level cache. */
enum { BATCH = 256 };

enum { SMALLEST_INDEX = 256, MAX_PIECES = INT32_MAX };

/* ---- The table ------------------------------------------------------------------------------------------------------- */

static tp_piece_table empty_table(void) { return (tp_piece_table){.hash_key = tp_hash_get_key()}; }

static void free_table(tp_piece_table *table)
{
    tp_release(table->slots, table->n_slots * sizeof *table->slots);
    tp_release(table->pieces, table->capacity * sizeof *table->pieces);
    tp_arena_free(&table->long_text);
    *table = empty_table();
}

static inline uint32_t number_mask(const tp_piece_table *table) { return (uint32_t)(table->n_slots - 1); }

static inline size_t home_of(const tp_piece_table *table, uint64_t hash) { return (size_t)hash & (table->n_slots - 1); }

/* Steps of 1, 2, 3 … visit every slot, and leave crowded ones soon. */
static inline size_t next_slot(const tp_piece_table *table, size_t slot, size_t step)
{
    return (slot + step) & (table->n_slots - 1);
}

static inline uint32_t tag_of(const tp_piece_table *table, uint64_t hash)
{
    return (uint32_t)(hash >> 32) & ~number_mask(table);
}

/* Puts all pieces into an index that is all zero. */
static void fill_index(tp_piece_table *table)
{
    for (size_t i = 0; i < table->n_pieces; i++) {
        uint64_t hash = tp_key_hash(&table->hash_key, table->pieces[i].key);
        size_t slot = home_of(table, hash);
        for (size_t step = 1; table->slots[slot] != 0; step++) slot = next_slot(table, slot, step);
        table->slots[slot] = (uint32_t)(i + 1) | tag_of(table, hash);
    }
}

static bool grow_index(tp_piece_table *table, size_t n_pieces)
{
    size_t n_slots = table->n_slots != 0 ? table->n_slots : SMALLEST_INDEX;
    while (n_slots / 2 < n_pieces) n_slots *= 2;
    if (n_slots == table->n_slots) return true;
    uint32_t *slots = tp_allocate_zeroed(n_slots * sizeof *slots);
    if (slots == NULL) return false;
    tp_release(table->slots, table->n_slots * sizeof *slots);
    table->slots = slots;
    table->n_slots = n_slots;
    fill_index(table);
    return true;
}

static bool grow_pieces(tp_piece_table *table, size_t needed)
{
    if (needed <= table->capacity) return true;
    size_t grown = tp_grown_capacity(table->capacity, needed, sizeof *table->pieces), old = table->capacity;
    tp_counted_piece *moved = grown == 0 ? NULL : tp_resize(table->pieces, old * sizeof *moved, grown * sizeof *moved);
    if (moved == NULL) return false;
    table->pieces = moved;
    table->capacity = grown;
    return true;
}

/* Makes room for so many more pieces, those too long for a key having so many bytes in all. False without memory. */
static bool reserve(tp_piece_table *table, size_t n_pieces, size_t long_nbytes)
{
    if (n_pieces > MAX_PIECES - table->n_pieces) return false;
    size_t needed = table->n_pieces + n_pieces;
    return grow_pieces(table, needed) && tp_arena_reserve(&table->long_text, long_nbytes) && grow_index(table, needed);
}

static bool is_piece(const tp_piece_table *table, const tp_counted_piece *piece, tp_key key, const uint8_t *text, size_t nbytes)
{
    if (nbytes <= TP_SHORT_KEY_NBYTES) return piece->key.low == key.low && piece->key.high == key.high;
    if (piece->key.low != key.low || !tp_key_is_long(piece->key)) return false;
    size_t held_nbytes;
    const uint8_t *held = tp_piece_text(table, piece, &held_nbytes);
    return held_nbytes == nbytes && tp_is_same_long_text(held, text, nbytes);
}

static void append(tp_piece_table *table, tp_key key, const uint8_t *text, size_t nbytes)
{
    if (nbytes > TP_SHORT_KEY_NBYTES) {
        tp_arena *arena = &table->long_text;
        key = tp_long_key(key.low, arena->used);
        memcpy(arena->data + arena->used, &nbytes, sizeof nbytes);
        memcpy(arena->data + arena->used + sizeof nbytes, text, nbytes);
        arena->used += sizeof nbytes + nbytes;
    }
    table->pieces[table->n_pieces++] = (tp_counted_piece){key, 0};
}

/* The piece, appended with a count of 0 if it is new; there must be room for it. */
static tp_counted_piece *find_or_append(tp_piece_table *table, tp_key key, uint64_t hash, const uint8_t *text, size_t nbytes)
{
    const uint32_t numbers = number_mask(table), tag = tag_of(table, hash);
    size_t slot = home_of(table, hash);
    for (size_t step = 1; table->slots[slot] != 0; step++) {
        uint32_t held = table->slots[slot];
        tp_counted_piece *piece = table->pieces + (held & numbers) - 1;
        if ((held & ~numbers) == tag && is_piece(table, piece, key, text, nbytes)) return piece;
        slot = next_slot(table, slot, step);
    }
    append(table, key, text, nbytes);
    table->slots[slot] = (uint32_t)table->n_pieces | tag;
    return table->pieces + table->n_pieces - 1;
}

/* ---- A batch of pieces ----------------------------------------------------------------------------------------------- */

/* Consecutive pieces: piece i ends before text[ends[i]], the first one begins at `start`. */
typedef struct batch {
    const uint8_t *text;
    size_t text_nbytes;
    size_t start;
    const uint64_t *ends;
    size_t n;
    tp_key keys[BATCH];
    uint64_t hashes[BATCH];
} batch;

static inline size_t start_of(const batch *b, size_t i) { return i == 0 ? b->start : (size_t)b->ends[i - 1]; }

static tp_key padded_key(const uint8_t *text, size_t nbytes)
{
    uint8_t padded[16] = {0};
    memcpy(padded, text, nbytes);
    return tp_short_key(padded, nbytes);
}

static inline tp_key make_key(const tp_piece_table *table, const uint8_t *text, size_t nbytes, size_t readable)
{
    if (nbytes > TP_SHORT_KEY_NBYTES) return tp_long_key(tp_hash(&table->hash_key, text, nbytes), TP_MAX_TEXT_START);
    return readable >= 16 ? tp_short_key(text, nbytes) : padded_key(text, nbytes);
}

/* Makes the keys, starts to load where they lead, and returns the room in bytes that the batch's long pieces could need. */
static size_t prepare(const tp_piece_table *table, batch *b)
{
    size_t start = b->start, long_nbytes = 0;
    for (size_t i = 0; i < b->n; i++) {
        size_t nbytes = (size_t)b->ends[i] - start;
        b->keys[i] = make_key(table, b->text + start, nbytes, b->text_nbytes - start);
        b->hashes[i] = tp_key_hash(&table->hash_key, b->keys[i]);
        if (nbytes > TP_SHORT_KEY_NBYTES) long_nbytes += nbytes + sizeof nbytes;
        TP_PREFETCH(&table->slots[home_of(table, b->hashes[i])]);
        start = (size_t)b->ends[i];
    }
    return long_nbytes;
}

/* Counts a batch; false, with nothing counted, without memory. */
static bool count_batch(tp_piece_table *table, batch *b)
{
    if (!reserve(table, b->n, 0)) return false;
    if (!tp_arena_reserve(&table->long_text, prepare(table, b))) return false;
    for (size_t i = 0; i < b->n; i++) {
        size_t start = start_of(b, i), nbytes = (size_t)b->ends[i] - start;
        if (nbytes > 0) find_or_append(table, b->keys[i], b->hashes[i], b->text + start, nbytes)->count++;
    }
    return true;
}

/* Takes what a batch has counted back from the first n_pieces pieces. */
static void uncount_batch(tp_piece_table *table, batch *b, size_t n_pieces)
{
    prepare(table, b);
    for (size_t i = 0; i < b->n; i++) {
        size_t start = start_of(b, i), nbytes = (size_t)b->ends[i] - start;
        if (nbytes == 0) continue;
        tp_counted_piece *piece = find_or_append(table, b->keys[i], b->hashes[i], b->text + start, nbytes);
        if ((size_t)(piece - table->pieces) < n_pieces) piece->count--;
    }
}

/* ---- A text ---------------------------------------------------------------------------------------------------------- */

/* A text that is being counted, and where its pieces come from. */
typedef struct reading {
    const uint8_t *text;
    size_t text_nbytes;
    const uint64_t *given_ends;
    size_t n_given;
    size_t n_taken;
} reading;

/* The pieces that follow; false if there are none. */
static bool next_batch(reading *r, batch *b)
{
    b->start = r->n_taken == 0 ? 0 : (size_t)r->given_ends[r->n_taken - 1];
    b->text = r->text;
    b->text_nbytes = r->text_nbytes;
    b->ends = r->given_ends + r->n_taken;
    b->n = r->n_given - r->n_taken < BATCH ? r->n_given - r->n_taken : BATCH;
    r->n_taken += b->n;
    return b->n > 0;
}

/* Forgets the pieces from a number on. */
static void truncate(tp_piece_table *table, size_t n_pieces, size_t long_nbytes)
{
    table->n_pieces = n_pieces;
    table->long_text.used = long_nbytes;
    if (table->n_slots == 0) return;
    memset(table->slots, 0, table->n_slots * sizeof *table->slots);
    fill_index(table);
}

/* Counts all of a text, or nothing of it: false without memory. */
static bool count_text(tp_piece_table *table, reading *r)
{
    reading again = *r;
    batch b;
    const size_t n_pieces = table->n_pieces, long_nbytes = table->long_text.used;
    size_t n_counted = 0;
    for (; next_batch(r, &b); n_counted++) {
        if (!count_batch(table, &b)) break;
    }
    if (b.n == 0) return true;
    for (; n_counted > 0 && next_batch(&again, &b); n_counted--) uncount_batch(table, &b, n_pieces);
    truncate(table, n_pieces, long_nbytes);
    return false;
}

/* ---- What is public -------------------------------------------------------------------------------------------------- */

tp_status tp_pieces_new(tp_pieces **pieces, tp_error *error)
{
    tp_pieces *made = tp_allocate(sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    if (!tp_lock_init(&made->lock)) {
        tp_release(made, sizeof *made);
        return tp_fail_no_memory(error);
    }
    made->table = empty_table();
    *pieces = made;
    return TP_OK;
}

void tp_pieces_free(tp_pieces *pieces)
{
    if (pieces == NULL) return;
    free_table(&pieces->table);
    tp_lock_destroy(&pieces->lock);
    tp_release(pieces, sizeof *pieces);
}

void tp_pieces_free_at(tp_pieces **pieces)
{
    tp_pieces_free(*pieces);
    *pieces = NULL;
}

static tp_status check_ends(size_t text_nbytes, const uint64_t *ends, size_t n, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < n; i++) {
        if (ends[i] < start || ends[i] > text_nbytes) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of pieces must ascend within the text");
        }
        start = ends[i];
    }
    return TP_OK;
}

tp_status tp_pieces_add_split(tp_pieces *pieces, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_pieces,
                              tp_error *error)
{
    tp_status status = check_ends(text_nbytes, ends, n_pieces, error);
    if (status != TP_OK) return status;
    reading r = {.text = text, .text_nbytes = text_nbytes, .given_ends = ends, .n_given = n_pieces};
    tp_lock_write(&pieces->lock);
    bool is_counted = count_text(&pieces->table, &r);
    tp_unlock_write(&pieces->lock);
    return is_counted ? TP_OK : tp_fail_no_memory(error);
}
