/* Counts distinct pieces, a batch at a time, so that memory accesses of one piece overlap with the work on others. */
#include "bpe/train/pieces.h"

#include <assert.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/once.h"
#include "base/thread.h"
#include "bpe/split/steps.h"
#include "textproc/text.h"

/* A batch and its data stay in the first-level cache. Splitting is slow with less room than a window of 64 bytes can need. */
enum { BATCH = 256, LEAST_ROOM = 64 };

enum { SMALLEST_INDEX = 256, MAX_PIECES = INT32_MAX };

/* ---- The table ------------------------------------------------------------------------------------------------------- */

tp_piece_table tp_piece_table_empty(void) { return (tp_piece_table){.hash_key = tp_hash_get_key()}; }

void tp_piece_table_free(tp_piece_table *table)
{
    tp_index_free(&table->index, TP_FOR_TRAINING);
    tp_release(TP_FOR_TRAINING, table->pieces, table->capacity * sizeof *table->pieces);
    tp_arena_free(TP_FOR_TRAINING, &table->long_text);
    *table = tp_piece_table_empty();
}

static uint64_t hash_of(const void *items, size_t number)
{
    const tp_piece_table *table = items;
    return tp_key_hash(&table->hash_key, table->pieces[number].key);
}

static bool grow_index(tp_piece_table *table, size_t n_pieces)
{
    size_t n_slots = tp_index_size(n_pieces, table->index.n_slots != 0 ? table->index.n_slots : SMALLEST_INDEX);
    if (n_slots == table->index.n_slots) return true;
    if (!tp_index_renew(&table->index, TP_FOR_TRAINING, n_slots)) return false;
    tp_index_fill(&table->index, table, table->n_pieces, 0, hash_of);
    return true;
}

static bool grow_pieces(tp_piece_table *table, size_t needed)
{
    tp_counted_piece *pieces = tp_grow(TP_FOR_TRAINING, table->pieces, &table->capacity, needed, sizeof *pieces);
    if (pieces != NULL) table->pieces = pieces;
    return needed == 0 || pieces != NULL;
}

bool tp_piece_table_reserve(tp_piece_table *table, size_t n_pieces, size_t long_nbytes)
{
    if (n_pieces > MAX_PIECES - table->n_pieces) return false;
    size_t needed = table->n_pieces + n_pieces;
    return grow_pieces(table, needed) && tp_arena_reserve(TP_FOR_TRAINING, &table->long_text, long_nbytes) &&
           grow_index(table, needed);
}

static inline bool is_piece(const tp_piece_table *table, const tp_counted_piece *piece, tp_key key, const uint8_t *text,
                            size_t nbytes)
{
    if (nbytes <= TP_SHORT_KEY_NBYTES) return piece->key.low == key.low && piece->key.high == key.high;
    if (piece->key.low != key.low || !tp_key_is_long(piece->key)) return false;
    size_t held_nbytes;
    const uint8_t *held = tp_piece_text(table, piece, &held_nbytes);
    return held_nbytes == nbytes && tp_is_same_long_text(held, text, nbytes);
}

/* A piece to be looked up. */
typedef struct wanted_piece {
    tp_key key;
    const uint8_t *text;
    size_t nbytes;
} wanted_piece;

static inline bool is_wanted(const void *items, uint32_t number, const void *wanted)
{
    const tp_piece_table *table = items;
    const wanted_piece *w = wanted;
    return is_piece(table, &table->pieces[number], w->key, w->text, w->nbytes);
}

static void append(tp_piece_table *table, tp_key key, const uint8_t *text, size_t nbytes)
{
    assert(table->n_pieces < table->capacity);
    if (nbytes > TP_SHORT_KEY_NBYTES) {
        tp_arena *arena = &table->long_text;
        assert(sizeof nbytes + nbytes <= arena->capacity - arena->used);
        key = tp_long_key(key.low, arena->used);
        memcpy(arena->data + arena->used, &nbytes, sizeof nbytes);
        memcpy(arena->data + arena->used + sizeof nbytes, text, nbytes);
        arena->used += sizeof nbytes + nbytes;
    }
    table->pieces[table->n_pieces++] = (tp_counted_piece){key, 0};
}

/* Returns the piece, appended with a count of 0 if it is new; there must be room for it. */
static tp_counted_piece *find_or_append(tp_piece_table *table, tp_key key, uint64_t hash, const uint8_t *text, size_t nbytes)
{
    const wanted_piece wanted = {key, text, nbytes};
    size_t slot;
    uint32_t number = tp_index_find(&table->index, hash, table, is_wanted, &wanted, &slot);
    if (number == 0) {
        append(table, key, text, nbytes);
        number = (uint32_t)table->n_pieces;
        tp_index_put(&table->index, slot, hash, number - 1);
    }
    return table->pieces + number - 1;
}

uint32_t tp_piece_table_find(const tp_piece_table *table, tp_key key, const uint8_t *text, size_t nbytes)
{
    const wanted_piece wanted = {key, text, nbytes};
    size_t slot;
    if (table->index.n_slots == 0) return 0;
    return tp_index_find(&table->index, tp_key_hash(&table->hash_key, key), table, is_wanted, &wanted, &slot);
}

void tp_piece_table_append(tp_piece_table *table, tp_key key, const uint8_t *text, size_t nbytes, uint64_t count)
{
    uint64_t hash = tp_key_hash(&table->hash_key, key);
    append(table, key, text, nbytes);
    table->pieces[table->n_pieces - 1].count = count;
    tp_index_put(&table->index, tp_index_find_free(&table->index, hash), hash, table->n_pieces - 1);
}

/* ---- A batch of pieces ----------------------------------------------------------------------------------------------- */

/* Consecutive pieces of a text, none across the end of a document. A batch may span several documents, because many are shorter
 * than a batch. */
typedef struct batch {
    const uint8_t *text;
    size_t text_nbytes;
    size_t n;
    uint64_t starts[BATCH];
    uint64_t ends[BATCH];
    tp_key keys[BATCH];
    uint64_t hashes[BATCH];
    uint32_t found[BATCH]; /* the number plus 1 of the piece that this probably is; 0: it is probably new */
} batch;

static inline const uint8_t *piece_of(const batch *b, size_t i, size_t *nbytes)
{
    *nbytes = (size_t)(b->ends[i] - b->starts[i]);
    return b->text + b->starts[i];
}

static tp_key padded_key(const uint8_t *text, size_t nbytes)
{
    uint8_t padded[TP_KEY_NBYTES] = {0};
    memcpy(padded, text, nbytes);
    return tp_short_key(padded, nbytes);
}

static inline tp_key make_key(const tp_piece_table *table, const uint8_t *text, size_t nbytes, size_t readable)
{
    if (nbytes > TP_SHORT_KEY_NBYTES) return tp_long_key(tp_hash(&table->hash_key, text, nbytes), TP_MAX_TEXT_START);
    return readable >= TP_KEY_NBYTES ? tp_short_key(text, nbytes) : padded_key(text, nbytes);
}

tp_key tp_piece_key(const tp_piece_table *table, const uint8_t *text, size_t nbytes)
{
    return make_key(table, text, nbytes, 0);
}

/* Makes the keys, prefetches their slots, and returns the number of bytes that the long pieces of the batch could need. */
static size_t prepare(const tp_piece_table *table, batch *b)
{
    size_t long_nbytes = 0, nbytes;
    for (size_t i = 0; i < b->n; i++) {
        const uint8_t *text = piece_of(b, i, &nbytes);
        b->keys[i] = make_key(table, text, nbytes, b->text_nbytes - (size_t)b->starts[i]);
        b->hashes[i] = tp_key_hash(&table->hash_key, b->keys[i]);
        long_nbytes += tp_long_piece_nbytes(nbytes);
        TP_PREFETCH(&table->index.slots[tp_index_home(&table->index, b->hashes[i])]);
    }
    return long_nbytes;
}

/* Finds the pieces by their tags and prefetches them. */
static void find_by_tag(const tp_piece_table *table, batch *b)
{
    const tp_index index = table->index; /* kept in registers, whatever the loop writes to */
    for (size_t i = 0; i < b->n; i++) {
        b->found[i] = tp_index_find_by_tag(&index, b->hashes[i]);
        TP_PREFETCH(table->pieces + b->found[i] - (b->found[i] != 0));
    }
}

/* Counts a batch. Returns false, with nothing counted, if memory runs out. */
static bool count_batch(tp_piece_table *table, batch *b)
{
    if (!tp_piece_table_reserve(table, b->n, 0)) return false;
    if (!tp_arena_reserve(TP_FOR_TRAINING, &table->long_text, prepare(table, b))) return false;
    find_by_tag(table, b);
    size_t nbytes;
    for (size_t i = 0; i < b->n; i++) {
        const uint8_t *text = piece_of(b, i, &nbytes);
        tp_counted_piece *piece = table->pieces + b->found[i] - 1;
        if (b->found[i] == 0 || !is_piece(table, piece, b->keys[i], text, nbytes)) {
            if (nbytes == 0) continue;
            piece = find_or_append(table, b->keys[i], b->hashes[i], text, nbytes);
        }
        piece->count++;
    }
    return true;
}

/* Undoes the counts of a batch in the first n_pieces pieces, as far as they are still found, because the text may have been
 * written to. */
static void uncount_batch(tp_piece_table *table, batch *b, size_t n_pieces)
{
    size_t nbytes, slot;
    prepare(table, b);
    for (size_t i = 0; i < b->n; i++) {
        const uint8_t *text = piece_of(b, i, &nbytes);
        const wanted_piece wanted = {b->keys[i], text, nbytes};
        uint32_t number = nbytes == 0 ? 0 : tp_index_find(&table->index, b->hashes[i], table, is_wanted, &wanted, &slot);
        if (number > 0 && number <= n_pieces && table->pieces[number - 1].count > 1) table->pieces[number - 1].count--;
    }
}

/* ---- A text ---------------------------------------------------------------------------------------------------------- */

/* A text that is being counted, and the source of its pieces. */
typedef struct reading {
    const uint8_t *text;
    size_t text_nbytes;
    const tp_splitter *splitter; /* NULL: `ends` are the ends of pieces */
    bool is_final;        /* whether the text is complete */
    const uint64_t *ends; /* of documents: each begins one byte after the previous one */
    size_t n_ends;
    size_t n_taken; /* number of ends processed */
    size_t position, stop; /* the rest of the document; for given pieces, where the next one begins */
    tp_split_cursor cursor; /* in the document, if it has begun; of a splitter without rules */
    bool has_begun;
} reading;

static void take_given(reading *r, batch *b)
{
    for (; b->n < BATCH && r->n_taken < r->n_ends; b->n++, r->n_taken++) {
        b->starts[b->n] = r->position;
        b->ends[b->n] = r->position = tp_end_within(r->ends, r->n_taken, r->position, r->text_nbytes);
    }
}

/* Frees what splitting the document needed. */
static void end_document(reading *r)
{
    if (r->has_begun) tp_split_end(&r->cursor);
    r->has_begun = false;
}

/* Goes to the next non-empty document if the current one is done. Returns false if there is none. */
static bool find_document(reading *r)
{
    while (r->position == r->stop) {
        if (r->n_taken >= r->n_ends) return false;
        size_t before = r->n_taken == 0 ? 0 : tp_end_within(r->ends, r->n_taken - 1, 0, r->text_nbytes);
        r->position = r->n_taken == 0 ? 0 : tp_start_behind(before, r->text_nbytes);
        r->stop = tp_end_within(r->ends, r->n_taken++, r->position, r->text_nbytes);
        end_document(r);
    }
    return true;
}

/* Splits the rest of the document as far as there is room, and leaves out what is no piece. Returns whether there is more. */
static bool split_in_steps(reading *r, batch *b)
{
    const uint8_t *start = r->text + r->position, *end;
    const size_t n_before = b->n;
    bool is_left_out;
    if (!r->has_begun) {
        tp_split_begin(&r->cursor, start, start + tp_split_complete_nbytes(start, r->stop - r->position, r->is_final), r->is_final);
    }
    r->has_begun = true;
    while (b->n < BATCH && tp_split_advance(r->splitter, &r->cursor, &end, &is_left_out)) {
        b->starts[b->n] = r->position;
        b->ends[b->n] = r->position = (size_t)(end - r->text);
        if (!is_left_out) b->n++;
    }
    return b->n > n_before || r->position == r->stop;
}

/* The same by rules. */
static bool split_by_rules(reading *r, batch *b)
{
    uint64_t *ends = b->ends + b->n, *starts = b->starts + b->n, start = r->position;
    size_t n = tp_split(r->splitter, r->text + start, r->stop - start, r->is_final, ends, BATCH - b->n);
    for (size_t i = 0; i < n; i++) {
        starts[i] = r->position;
        r->position = ends[i] += start;
    }
    b->n += n;
    return n > 0;
}

static void split(reading *r, batch *b)
{
    while (BATCH - b->n >= LEAST_ROOM && find_document(r)) {
        if (!(r->splitter->rules != NULL ? split_by_rules(r, b) : split_in_steps(r, b))) break;
    }
}

/* Returns the following pieces; false if there are none. */
static bool next_batch(reading *r, batch *b)
{
    b->text = r->text;
    b->text_nbytes = r->text_nbytes;
    b->n = 0;
    if (r->splitter == NULL) take_given(r, b);
    else split(r, b);
    return b->n > 0;
}

/* Removes the pieces from a number on. */
static void truncate(tp_piece_table *table, size_t n_pieces, size_t long_nbytes)
{
    table->n_pieces = n_pieces;
    table->long_text.used = long_nbytes;
    if (table->index.n_slots == 0) return;
    memset(table->index.slots, 0, table->index.n_slots * sizeof *table->index.slots);
    tp_index_fill(&table->index, table, table->n_pieces, 0, hash_of);
}

/* Counts all of a text, or nothing of it: returns false if memory runs out. */
static bool count_text(tp_piece_table *table, reading *r)
{
    reading again = *r;
    batch b;
    const size_t n_pieces = table->n_pieces, long_nbytes = table->long_text.used;
    size_t n_counted = 0;
    for (; next_batch(r, &b); n_counted++) {
        if (!count_batch(table, &b)) break;
    }
    end_document(r);
    if (b.n == 0) return true;
    for (; n_counted > 0 && next_batch(&again, &b); n_counted--) uncount_batch(table, &b, n_pieces);
    end_document(&again);
    truncate(table, n_pieces, long_nbytes);
    return false;
}

/* ---- Many threads ---------------------------------------------------------------------------------------------------- */

/* What one thread counts, into a table of its own. */
typedef struct job {
    reading r;
    uint64_t end; /* of its text, if it has one */
    tp_piece_table table;
    bool is_done;
} job;

static void run_job(void *jobs, size_t index)
{
    job *mine = (job *)jobs + index;
    mine->is_done = count_text(&mine->table, &mine->r);
}

/* Adds the counts of another table; there must be room for its pieces. */
static void add_counts(tp_piece_table *table, const tp_piece_table *other)
{
    for (size_t i = 0; i < other->n_pieces; i++) {
        const tp_counted_piece *piece = &other->pieces[i];
        size_t nbytes;
        const uint8_t *text = tp_piece_text(other, piece, &nbytes);
        find_or_append(table, piece->key, tp_key_hash(&table->hash_key, piece->key), text, nbytes)->count += piece->count;
    }
}

/* Joins all tables and adds the result, so that nothing is added while anything can still fail. */
static bool add_jobs(tp_piece_table *table, job *jobs, size_t n)
{
    tp_piece_table *all = &jobs[0].table;
    for (size_t i = 0; i < n; i++) {
        if (!jobs[i].is_done) return false;
    }
    for (size_t i = 1; i < n; i++) {
        if (!tp_piece_table_reserve(all, jobs[i].table.n_pieces, jobs[i].table.long_text.used)) return false;
        add_counts(all, &jobs[i].table);
        tp_piece_table_free(&jobs[i].table);
    }
    if (!tp_piece_table_reserve(table, all->n_pieces, all->long_text.used)) return false;
    add_counts(table, all);
    return true;
}

/* Divides one text among at most n threads, at places where no piece continues; returns the number of threads that have a
 * part. */
static size_t share_text(const reading *r, job *jobs, size_t n)
{
    const uint64_t only_end = tp_once(r->ends[0]); /* more text may follow it */
    const size_t nbytes = only_end < r->text_nbytes ? (size_t)only_end : r->text_nbytes;
    size_t start = 0, n_jobs = 0;
    for (size_t i = 1; i <= n && start < nbytes; i++) {
        size_t aim = nbytes / n * i, end = nbytes;
        if (aim <= start && i < n) continue;
        if (i < n) end = tp_split_find_cut(r->splitter, r->text, nbytes, aim);
        job *next = &jobs[n_jobs++];
        next->end = end - start;
        next->r = (reading){.text = r->text + start,
                            .text_nbytes = end - start,
                            .splitter = r->splitter,
                             .is_final = r->is_final || end < nbytes,
                            .ends = &next->end,
                            .n_ends = 1};
        start = end;
    }
    return n_jobs;
}

/* Returns the first document that ends after a place. */
static size_t find_end(const reading *r, size_t place)
{
    size_t low = 0, high = r->n_ends;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->ends[middle] < place) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Divides documents among n threads. */
static size_t share_documents(const reading *r, job *jobs, size_t n)
{
    size_t first = 0;
    for (size_t i = 1; i <= n; i++) {
        size_t last = i < n ? find_end(r, r->text_nbytes / n * i) : r->n_ends;
        jobs[i - 1].r = *r;
        jobs[i - 1].r.n_taken = first;
        jobs[i - 1].r.n_ends = last;
        first = last;
    }
    return n;
}

/* Counts with several threads: all, or nothing if memory runs out. */
static bool count_in_parallel(tp_piece_table *table, reading *r, size_t n)
{
    job *jobs = n <= SIZE_MAX / sizeof *jobs ? tp_allocate_zeroed(TP_FOR_WORK, n * sizeof *jobs) : tp_refuse(SIZE_MAX);
    if (jobs == NULL) return false;
    size_t n_jobs = r->n_ends == 1 ? share_text(r, jobs, n) : share_documents(r, jobs, n);
    for (size_t i = 0; i < n_jobs; i++) jobs[i].table = tp_piece_table_empty();
    tp_fork_join(run_job, jobs, n_jobs);
    bool is_done = n_jobs == 0 || add_jobs(table, jobs, n_jobs);
    if (is_done && r->n_ends == 1 && n_jobs > 0) {
        const reading *last = &jobs[n_jobs - 1].r;
        r->position = (size_t)(last->text - r->text) + last->position;
    }
    for (size_t i = 0; i < n_jobs; i++) tp_piece_table_free(&jobs[i].table);
    tp_release(TP_FOR_WORK, jobs, n * sizeof *jobs);
    return is_done;
}

/* ---- Public functions ------------------------------------------------------------------------------------------------ */

tp_status tp_pieces_new(tp_pieces **pieces, tp_error *error)
{
    tp_pieces *made = tp_allocate(TP_FOR_TRAINING, sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    if (!tp_lock_init(&made->lock)) {
        tp_release(TP_FOR_TRAINING, made, sizeof *made);
        return tp_fail_no_memory(error);
    }
    tp_object_made(TP_FOR_TRAINING);
    made->table = tp_piece_table_empty();
    made->most_nbytes = 0;
    *pieces = made;
    return TP_OK;
}

void tp_pieces_free(tp_pieces *pieces)
{
    if (pieces == NULL) return;
    tp_piece_table_free(&pieces->table);
    tp_lock_destroy(&pieces->lock);
    tp_object_freed(TP_FOR_TRAINING);
    tp_release(TP_FOR_TRAINING, pieces, sizeof *pieces);
}

void tp_pieces_free_at(tp_pieces **pieces)
{
    tp_pieces_free(*pieces);
    *pieces = NULL;
}

/* Each begins `between` bytes after the end of the previous one. */
static tp_status check_ends(size_t text_nbytes, const uint64_t *ends, size_t n, size_t between, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t end = tp_once(ends[i]);
        if (end < start || end > text_nbytes) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends must ascend within the text");
        }
        start = end + between;
    }
    return TP_OK;
}

static tp_status count_reading(tp_pieces *pieces, reading *r, size_t threads, tp_error *error)
{
    tp_lock_write(&pieces->lock);
    bool is_counted =
        threads > 1 ? count_in_parallel(&pieces->table, r, threads) : count_text(&pieces->table, r);
    if (is_counted) pieces->most_nbytes += r->text_nbytes;
    tp_unlock_write(&pieces->lock);
    return is_counted ? TP_OK : tp_fail_no_memory(error);
}

tp_status tp_pieces_add_split(tp_pieces *pieces, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_pieces,
                              tp_error *error)
{
    tp_status status = check_ends(text_nbytes, ends, n_pieces, 0, error);
    if (status != TP_OK) return status;
    reading r = {.text = text, .text_nbytes = text_nbytes, .ends = ends, .n_ends = n_pieces};
    return count_reading(pieces, &r, 1, error);
}

static tp_status check_text(const tp_splitter *splitter, const uint8_t *text, size_t text_nbytes, tp_error *error)
{
    if (splitter == NULL) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there is no splitter");
    return tp_utf8_validate(text, text_nbytes, error);
}

tp_status tp_pieces_add(tp_pieces *pieces, const tp_splitter *splitter, const uint8_t *text, size_t text_nbytes, bool is_final,
                        size_t threads, size_t *used, tp_error *error)
{
    const uint64_t end = text_nbytes;
    *used = 0;
    tp_status status = check_text(splitter, text, text_nbytes, error);
    if (status != TP_OK || text_nbytes == 0) return status;
    reading r = {
        .text = text, .text_nbytes = text_nbytes, .splitter = splitter, .is_final = is_final, .ends = &end, .n_ends = 1};
    status = count_reading(pieces, &r, threads, error);
    if (status == TP_OK) *used = r.position;
    return status;
}

tp_status tp_pieces_add_documents(tp_pieces *pieces, const tp_splitter *splitter, const uint8_t *text,
                                  size_t text_nbytes, const uint64_t *ends, size_t n_documents, size_t threads, tp_error *error)
{
    tp_status status = check_text(splitter, text, text_nbytes, error);
    if (status == TP_OK) status = check_ends(text_nbytes, ends, n_documents, 1, error);
    if (status != TP_OK || text_nbytes == 0) return status;
    reading r = {
        .text = text, .text_nbytes = text_nbytes, .splitter = splitter, .is_final = true, .ends = ends, .n_ends = n_documents};
    return count_reading(pieces, &r, threads, error);
}
