/* From text to ids: pieces that were seen before are looked up, others are merged. */
#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "base/thread.h"
#include "bpe/cache.h"

enum {
    PIECES_AT_ONCE = 512,      /* their ends stay in the first-level cache */
    BYTES_A_THREAD = 1 << 16,  /* below that, starting a thread takes longer than it saves */
    READABLE_NBYTES = 16       /* what a key is made of */
};

/* One thread's work. */
typedef struct run {
    const tp_vocabulary *vocabulary;
    tp_cache_table *table;
    tp_token_sink sink;
    size_t n_too_many; /* ids of the piece for which there was no room; 0: there has been room so far */
    bool has_failed;   /* for want of memory */
} run;

static void start_run(run *r, const tp_vocabulary *vocabulary, tp_cache_table *table, uint32_t *ids, size_t capacity)
{
    *r = (run){.vocabulary = vocabulary, .table = table};
    r->sink = (tp_token_sink){.ids = vocabulary->ids, .out = ids, .capacity = ids == NULL ? 0 : capacity};
    if (table->serial != 0 && table->serial != vocabulary->serial) {
        tp_cache_table_free(table);
        tp_cache_table_init(table);
    }
    table->serial = vocabulary->serial;
}

/* ---- A piece that is not where it is looked for first --------------------------------------------------------------- */

static void put_ids(run *r, const uint32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (r->sink.n + i < r->sink.capacity) r->sink.out[r->sink.n + i] = ids[i];
    }
    r->sink.n += n;
}

static void keep(run *r, tp_key key, uint64_t hash, const uint32_t *ids, size_t n)
{
    tp_cache_entry entry = {.key = key, .last = (uint32_t)n << TP_COUNT_SHIFT};
    if (n > TP_CACHED_IDS || (n == TP_CACHED_IDS && ids[3] > TP_LAST_ID)) return;
    for (size_t i = 0; i < n && i < 3; i++) entry.ids[i] = ids[i];
    if (n == TP_CACHED_IDS) entry.last |= ids[3];
    tp_cache_put(r->table, &r->vocabulary->hash_key, &entry, hash);
}

/* Of up to 15 bytes; 16 may be read. */
static void encode_short(run *r, const uint8_t *piece, size_t nbytes)
{
    const tp_vocabulary *v = r->vocabulary;
    tp_key key = tp_short_key(piece, nbytes);
    uint64_t hash = tp_short_key_hash(&v->hash_key, key);
    for (uint64_t place = 0; place < 2; place++) {
        const tp_cache_entry *entry = tp_cache_place(r->table, hash ^ place);
        if (!tp_cache_has(entry, key)) continue;
        uint32_t ids[TP_CACHED_IDS];
        tp_cache_get(entry, ids);
        put_ids(r, ids, tp_cache_count(entry));
        return;
    }
    uint32_t tokens[TP_SHORT_KEY_NBYTES];
    size_t n = 1;
    tokens[0] = tp_find_short_piece(v, key, hash);
    if (tokens[0] == TP_NO_TOKEN) n = tp_merge_short(v, piece, nbytes, TP_NO_RANK, tokens);
    for (size_t i = 0; i < n; i++) tokens[i] = v->ids[tokens[i]];
    keep(r, key, hash, tokens, n);
    put_ids(r, tokens, n);
}

/* False if there is no room for the ids of the piece, or no memory. */
static bool encode_piece(run *r, const uint8_t *piece, size_t nbytes, size_t readable_nbytes)
{
    size_t n_before = r->sink.n;
    uint8_t padded[READABLE_NBYTES] = {0};
    if (nbytes > TP_SHORT_KEY_NBYTES) {
        uint32_t token = TP_NO_TOKEN;
        if (tp_joined_nbytes(r->vocabulary, piece, nbytes) == nbytes) token = tp_find_piece(r->vocabulary, piece, nbytes);
        if (token != TP_NO_TOKEN) tp_put_token(&r->sink, token);
        else r->has_failed = !tp_merge_piece(r->vocabulary, &r->table->merger, piece, nbytes, TP_NO_RANK, &r->sink);
    } else if (readable_nbytes >= READABLE_NBYTES) {
        encode_short(r, piece, nbytes);
    } else {
        encode_short(r, memcpy(padded, piece, nbytes), nbytes);
    }
    if (r->sink.out != NULL && r->sink.n > r->sink.capacity) {
        r->n_too_many = r->sink.n - n_before;
        r->sink.n = n_before;
    }
    return !r->has_failed && r->n_too_many == 0;
}

/* ---- Pieces ------------------------------------------------------------------------------------------------------------ */

/* Pieces whose entries are asked for before the first of them is used: so many come from the second-level cache, or from
 * beyond, at the same time. */
enum { PIECES_AHEAD = 64 };

typedef struct placed {
    tp_key keys[PIECES_AHEAD];
    uint64_t hashes[PIECES_AHEAD];
} placed;

/* Makes the keys of n pieces, behind whose beginnings 16 bytes can be read. Of a piece of more than 15 bytes all 16 are the
 * key, with a last byte that no entry has: one test less. */
static inline void place_pieces(const tp_cache_table *table, const tp_hash_key *hash_key, const uint8_t *text,
                                const uint64_t *ends, size_t start, size_t n, placed *made)
{
    for (size_t i = 0; i < n; i++) {
        size_t nbytes = (size_t)ends[i] - start;
        tp_key key = tp_short_key(text + start, nbytes < READABLE_NBYTES ? nbytes : READABLE_NBYTES);
        uint64_t hash = tp_short_key_hash(hash_key, key);
        TP_PREFETCH(tp_cache_place(table, hash));
        made->keys[i] = key;
        made->hashes[i] = hash;
        start = (size_t)ends[i];
    }
}

/* The entry of a piece, which may be in either half of a cache line, or NULL. */
static inline const tp_cache_entry *look_up(const tp_cache_table *table, tp_key key, uint64_t hash)
{
    const tp_cache_entry *one = tp_cache_place(table, hash), *other = tp_cache_place(table, hash ^ 1);
    const tp_cache_entry *found = tp_cache_has(one, key) ? one : other; /* not by a branch, which nobody could foresee */
    return tp_cache_has(found, key) ? found : NULL;
}

/* Encodes up to PIECES_AHEAD pieces of `text`, the first of which begins at `start`, and returns how many: all, but for want of
 * room or memory. `stores` is whether there is a place for the ids. */
static inline size_t encode_some(run *r, const uint8_t *text, size_t readable_nbytes, const uint64_t *ends, size_t start,
                                 size_t n_pieces, const bool stores)
{
    tp_token_sink *sink = &r->sink;
    size_t n = sink->n, i = 0;
    bool can_place = readable_nbytes - start >= READABLE_NBYTES &&
                     (n_pieces == 1 || readable_nbytes - (size_t)ends[n_pieces - 2] >= READABLE_NBYTES);
    placed at;
    if (can_place) place_pieces(r->table, &r->vocabulary->hash_key, text, ends, start, n_pieces, &at);
    for (; i < n_pieces; i++) {
        size_t nbytes = (size_t)ends[i] - start;
        const tp_cache_entry *entry = NULL;
        if (can_place && (!stores || sink->capacity - n >= TP_CACHED_IDS)) entry = look_up(r->table, at.keys[i], at.hashes[i]);
        if (entry != NULL) {
            if (stores) tp_cache_get(entry, sink->out + n);
            n += tp_cache_count(entry);
        } else {
            sink->n = n;
            if (!encode_piece(r, text + start, nbytes, readable_nbytes - start)) break;
            n = sink->n;
        }
        start += nbytes;
    }
    sink->n = n;
    return i;
}

static inline size_t encode_pieces_as(run *r, const uint8_t *text, size_t readable_nbytes, const uint64_t *ends,
                                      size_t n_pieces, const bool stores)
{
    size_t done = 0;
    while (done < n_pieces) {
        size_t some = n_pieces - done < PIECES_AHEAD ? n_pieces - done : PIECES_AHEAD;
        size_t start = done == 0 ? 0 : (size_t)ends[done - 1];
        size_t n = encode_some(r, text, readable_nbytes, ends + done, start, some, stores);
        done += n;
        if (n < some) break;
    }
    return done;
}

static size_t encode_pieces(run *r, const uint8_t *text, size_t readable_nbytes, const uint64_t *ends, size_t n_pieces)
{
    if (r->sink.out != NULL) return encode_pieces_as(r, text, readable_nbytes, ends, n_pieces, true);
    return encode_pieces_as(r, text, readable_nbytes, ends, n_pieces, false);
}

/* Encodes what is certain of a text, and returns how many bytes that was. Behind it, up to `readable_nbytes` may be read. */
static size_t encode_text(run *r, tp_pattern pattern, const uint8_t *text, size_t nbytes, size_t readable_nbytes, bool is_final)
{
    uint64_t ends[PIECES_AT_ONCE];
    size_t used = 0;
    while (used < nbytes) {
        size_t n_pieces = tp_split(pattern, text + used, nbytes - used, is_final, ends, PIECES_AT_ONCE);
        size_t n_done = encode_pieces(r, text + used, readable_nbytes - used, ends, n_pieces);
        if (n_done > 0) used += (size_t)ends[n_done - 1];
        if (n_done < n_pieces || n_pieces == 0) break;
    }
    return used;
}

/* ---- Shares of a text or of documents, one for each thread ---------------------------------------------------------- */

/* It puts its ids where its text begins: there are no more than bytes. */
typedef struct share {
    size_t start;
    size_t first_document; /* those of a batch: up to the next share's first one */
    size_t used;           /* of a text */
    run run;
} share;

typedef struct job {
    tp_pattern pattern;
    const uint8_t *text;
    size_t text_nbytes;
    bool is_final;
    const uint64_t *ends; /* of documents; NULL: the text is one */
    size_t n_documents;
    uint64_t *id_ends;
    size_t n_shares;
    share *shares; /* one more than there are: it begins where the last one ends */
    share alone[2];
} job;

static void encode_share_of_text(const job *j, share *s)
{
    bool is_last = s + 1 == j->shares + j->n_shares;
    s->used = encode_text(&s->run, j->pattern, j->text + s->start, s[1].start - s->start, j->text_nbytes - s->start,
                          j->is_final || !is_last);
}

static size_t document_start(const job *j, size_t document) { return document == 0 ? 0 : (size_t)j->ends[document - 1] + 1; }

static void encode_share_of_documents(const job *j, share *s)
{
    for (size_t i = s->first_document; i < s[1].first_document && !s->run.has_failed; i++) {
        size_t start = document_start(j, i);
        encode_text(&s->run, j->pattern, j->text + start, (size_t)j->ends[i] - start, j->text_nbytes - start, true);
        j->id_ends[i] = s->run.sink.n;
    }
}

static void encode_share(void *shared, size_t index)
{
    job *j = shared;
    if (j->ends == NULL) encode_share_of_text(j, &j->shares[index]);
    else encode_share_of_documents(j, &j->shares[index]);
    tp_merger_free(&j->shares[index].run.table->merger);
}

/* The first document that begins at `start` or behind it. */
static size_t find_document(const job *j, size_t start)
{
    size_t low = 0, high = j->n_documents;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (document_start(j, middle) < start) low = middle + 1;
        else high = middle;
    }
    return low;
}

static void cut_into_shares(job *j)
{
    for (size_t i = 0; i <= j->n_shares; i++) {
        share *s = &j->shares[i];
        size_t about = i == j->n_shares ? j->text_nbytes : j->text_nbytes / j->n_shares * i;
        *s = (share){.start = about};
        if (j->ends != NULL) {
            s->first_document = i == j->n_shares ? j->n_documents : find_document(j, about);
            if (s->first_document < j->n_documents) s->start = document_start(j, s->first_document);
        } else if (i > 0 && i < j->n_shares) {
            size_t cut = tp_split_find_cut(j->pattern, j->text, j->text_nbytes, about);
            s->start = cut > s[-1].start ? cut : s[-1].start;
        }
    }
}

static tp_status allocate_shares(job *j, size_t threads, tp_error *error)
{
    size_t most = j->text_nbytes / BYTES_A_THREAD;
    j->n_shares = threads < most ? threads : most;
    j->shares = j->alone;
    if (j->n_shares > 1) j->shares = tp_allocate(TP_FOR_WORK, (j->n_shares + 1) * sizeof *j->shares);
    else j->n_shares = 1;
    return j->shares == NULL ? tp_fail_no_memory(error) : TP_OK;
}

static void free_shares(job *j)
{
    if (j->shares != NULL && j->shares != j->alone) tp_release(TP_FOR_WORK, j->shares, (j->n_shares + 1) * sizeof *j->shares);
}

/* Moves the shares' ids together, and counts them. */
static size_t join_shares(job *j)
{
    size_t n_ids = 0;
    for (size_t i = 0; i < j->n_shares; i++) {
        const share *s = &j->shares[i];
        const tp_token_sink *sink = &s->run.sink;
        if (sink->out != NULL && n_ids > 0) memmove(j->shares[0].run.sink.out + n_ids, sink->out, sink->n * sizeof *sink->out);
        for (size_t d = s->first_document; d < s[1].first_document; d++) j->id_ends[d] += n_ids;
        n_ids += sink->n;
    }
    return n_ids;
}

static void run_shares(job *j, const tp_vocabulary *vocabulary, tp_cache_table *tables, uint32_t *ids, size_t capacity)
{
    cut_into_shares(j);
    for (size_t i = 0; i < j->n_shares; i++) {
        share *s = &j->shares[i];
        size_t room = j->n_shares == 1 ? capacity : s[1].start - s->start;
        start_run(&s->run, vocabulary, &tables[i], ids == NULL ? NULL : ids + s->start, room);
    }
    tp_fork_join(encode_share, j, j->n_shares);
}

/* Encodes all shares, with the tables of the cache or some for this call. */
static tp_status run_job(job *j, const tp_vocabulary *vocabulary, tp_piece_cache *cache, size_t threads, uint32_t *ids,
                         size_t capacity, tp_error *error)
{
    if (cache != NULL && threads > cache->n_tables) threads = cache->n_tables;
    tp_status status = allocate_shares(j, threads, error);
    if (status != TP_OK) return status;
    tp_piece_cache *made = NULL;
    tp_cache_table own;
    if (cache != NULL) {
        run_shares(j, vocabulary, cache->tables, ids, capacity);
    } else if (j->n_shares == 1) {
        tp_cache_table_init(&own);
        run_shares(j, vocabulary, &own, ids, capacity);
        tp_cache_table_free(&own);
    } else if ((status = tp_piece_cache_new(j->n_shares, &made, error)) == TP_OK) {
        run_shares(j, vocabulary, made->tables, ids, capacity);
        tp_piece_cache_free(made);
    }
    for (size_t i = 0; status == TP_OK && i < j->n_shares; i++) {
        if (j->shares[i].run.has_failed) status = tp_fail_no_memory(error);
    }
    return status;
}

/* ---- For callers ---------------------------------------------------------------------------------------------------- */

static tp_status no_room(const run *r, size_t *n_ids, tp_error *error)
{
    *n_ids = r->n_too_many;
    return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the ids of the first piece");
}

static tp_status no_pattern(tp_error *error)
{
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there is no splitter for this pattern");
}

tp_status tp_vocabulary_encode(const tp_vocabulary *vocabulary, tp_piece_cache *cache, tp_pattern pattern, const uint8_t *text,
                               size_t text_nbytes, bool is_final, size_t threads, uint32_t *ids, size_t capacity,
                               size_t *n_ids, size_t *used, tp_error *error)
{
    job j = {.pattern = pattern, .text = text, .text_nbytes = text_nbytes, .is_final = is_final};
    bool can_share = ids == NULL || capacity >= text_nbytes;
    if (pattern == TP_PATTERN_NONE) return no_pattern(error);
    tp_status status = run_job(&j, vocabulary, cache, can_share ? threads : 1, ids, capacity, error);
    if (status == TP_OK) {
        const share *last = &j.shares[j.n_shares - 1];
        *n_ids = join_shares(&j);
        *used = last->start + last->used;
        if (*used == 0 && last->run.n_too_many > 0) status = no_room(&last->run, n_ids, error);
    }
    free_shares(&j);
    return status;
}

static tp_status check_pieces(const uint64_t *ends, size_t n_pieces, size_t text_nbytes, tp_error *error)
{
    for (size_t i = 0; i < n_pieces; i++) {
        if (ends[i] > text_nbytes || (i > 0 && ends[i] < ends[i - 1])) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of pieces must ascend within the text");
        }
    }
    return TP_OK;
}

tp_status tp_vocabulary_encode_split(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const uint8_t *text,
                                     size_t text_nbytes, const uint64_t *ends, size_t n_pieces, uint32_t *ids, size_t capacity,
                                     size_t *n_ids, size_t *n_used, tp_error *error)
{
    tp_status status = check_pieces(ends, n_pieces, text_nbytes, error);
    if (status != TP_OK) return status;
    tp_cache_table own, *table = cache != NULL ? cache->tables : &own;
    if (cache == NULL) tp_cache_table_init(&own);
    run r;
    start_run(&r, vocabulary, table, ids, capacity);
    size_t n_done = encode_pieces(&r, text, text_nbytes, ends, n_pieces);
    tp_merger_free(&table->merger);
    if (cache == NULL) tp_cache_table_free(&own);
    if (r.has_failed) return tp_fail_no_memory(error);
    *n_ids = r.sink.n;
    *n_used = n_done;
    return n_done == 0 && r.n_too_many > 0 ? no_room(&r, n_ids, error) : TP_OK;
}

static tp_status check_documents(const job *j, tp_error *error)
{
    for (size_t i = 0; i < j->n_documents; i++) {
        if (j->ends[i] > j->text_nbytes || j->ends[i] < document_start(j, i)) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of documents must ascend within the text");
        }
    }
    return TP_OK;
}

tp_status tp_vocabulary_encode_batch(const tp_vocabulary *vocabulary, tp_piece_cache *cache, tp_pattern pattern,
                                     const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                                     size_t threads, uint32_t *ids, size_t capacity, uint64_t *id_ends, size_t *n_ids,
                                     tp_error *error)
{
    job j = {.pattern = pattern, .text = text, .text_nbytes = text_nbytes, .ends = ends, .n_documents = n_documents,
             .id_ends = id_ends};
    if (ids != NULL && capacity < text_nbytes) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the ids");
    tp_status status = pattern == TP_PATTERN_NONE ? no_pattern(error) : check_documents(&j, error);
    if (status == TP_OK) status = run_job(&j, vocabulary, cache, threads, ids, capacity, error);
    if (status == TP_OK) *n_ids = join_shares(&j);
    free_shares(&j);
    return status;
}
