/* Encodes a text or documents, with one thread or several. */
#include "bpe/encode/encode.h"

#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/once.h"
#include "base/thread.h"
#include "base/variants.h"
#include "bpe/split/steps.h"

enum { BYTES_A_THREAD = 1 << 16 }; /* for less, starting a thread takes longer than it saves */

static void start_encoding(tp_encoding *e, const tp_vocabulary *vocabulary, tp_cache_table *table, uint32_t *ids, size_t capacity)
{
    *e = (tp_encoding){.vocabulary = vocabulary, .table = table};
    e->sink = (tp_token_sink){.ids = vocabulary->ids, .out = ids, .capacity = ids == NULL ? 0 : capacity};
}

/* ---- A text ---------------------------------------------------------------------------------------------------------- */

static void prefetch_pieces(const tp_cache_index *index, const uint8_t *p, const uint8_t *const *ends, size_t n,
                            const uint8_t *readable_end)
{
    for (size_t i = 0; i < n; p = ends[i++]) {
        if (!tp_has_key(p, ends[i], readable_end)) continue;
        TP_PREFETCH(&index->entries[tp_cache_place(index, tp_cache_key(p, (size_t)(ends[i] - p)))]);
    }
}

/* Encodes the pieces whose ends are ready, as far as the cache has their ids, and returns where the last of them ends. */
static const uint8_t *encode_ready(tp_encoding *e, tp_split_cursor *cursor, const uint8_t *p, const uint8_t *readable_end)
{
    const tp_cache_index index = e->table->index;
    uint32_t nowhere[TP_CACHED_IDS], *out = e->sink.out == NULL ? nowhere : e->sink.out;
    size_t n = e->sink.n, is_stored = e->sink.out == NULL ? 0 : SIZE_MAX;
    for (; cursor->n_taken < cursor->n_ready; cursor->n_taken++) {
        const uint8_t *end = cursor->ready[cursor->n_taken];
        if (!tp_has_key(p, end, readable_end) || (is_stored != 0 && e->sink.capacity - n < TP_CACHED_IDS)) break;
        tp_key key = tp_cache_key(p, (size_t)(end - p));
        size_t place = tp_cache_place(&index, key);
        const tp_cache_entry *entry = &index.entries[place];
        if (!tp_cache_has(entry, key)) entry = &index.entries[place ^ 1];
        if (!tp_cache_has(entry, key)) break;
        tp_cache_get(entry, out + (n & is_stored));
        n += tp_cache_count(entry);
        p = end;
    }
    e->sink.n = n;
    return cursor->levels[0].p = p;
}

/* Encodes the certain pieces of any splitter; those of a piece of the first step together. */
static size_t encode_by_steps(tp_encoding *e, const tp_splitter *splitter, const uint8_t *text, const uint8_t *end,
                              const uint8_t *readable_end, bool is_final)
{
    tp_split_cursor cursor;
    const uint8_t *p = text, *done = text, *piece_end;
    size_t n_done = e->sink.n;
    bool is_left_out;
    tp_split_begin(&cursor, text, end, is_final);
    while (tp_split_advance(splitter, &cursor, &piece_end, &is_left_out)) {
        if (!is_left_out && !tp_encode_piece(e, p, (size_t)(piece_end - p), (size_t)(readable_end - p))) break;
        p = piece_end;
        if (!tp_split_is_between(&cursor)) continue;
        if (cursor.n_taken == 1) prefetch_pieces(&e->table->index, p, cursor.ready + 1, cursor.n_ready - 1, readable_end);
        if (cursor.n_taken < cursor.n_ready) p = encode_ready(e, &cursor, p, readable_end);
        done = p;
        n_done = e->sink.n;
    }
    if (e->n_too_many > 0 && splitter->n_steps > 1) e->n_too_many = (size_t)(cursor.levels[0].p - done);
    e->sink.n = n_done;
    tp_split_end(&cursor);
    return (size_t)(done - text);
}

size_t tp_encode_text(tp_encoding *e, const tp_splitter *splitter, const uint8_t *text, size_t nbytes,
                      size_t readable_nbytes, bool is_final)
{
    const uint8_t *end = text + tp_split_complete_nbytes(text, nbytes, is_final), *readable_end = text + readable_nbytes;
    if (splitter->rules == NULL) return encode_by_steps(e, splitter, text, end, readable_end, is_final);
    return TP_VARIANT(tp_encode)(e, splitter->rules, text, end, readable_end, is_final);
}

/* ---- Shares of a text or of documents, one for each thread ---------------------------------------------------------- */

/* A share puts its ids where its text begins: there are no more ids than bytes. */
typedef struct share {
    size_t start;
    size_t first_document; /* for a batch: up to the first document of the next share */
    size_t used;           /* for a text */
    tp_cache_table *table;
    tp_encoding encoding;
} share;

typedef struct job {
    const tp_splitter *splitter;
    const uint8_t *text;
    size_t text_nbytes;
    bool is_final;
    const uint64_t *ends; /* for documents; NULL: the text is a single one */
    size_t n_documents;
    uint64_t *id_ends;
    tp_go_on go_on; /* for a single share */
    void *user;
    size_t n_shares;
    share *shares; /* one more than the number of shares: a share begins where the previous one ends */
    share alone[2];
} job;

/* A share that ends with the text is not cut there: its last piece may go on behind it, as that of a whole text. */
static void encode_share_of_text(const job *j, share *s)
{
    bool is_cut = s[1].start < j->text_nbytes;
    s->used = tp_encode_text(&s->encoding, j->splitter, j->text + s->start, s[1].start - s->start, j->text_nbytes - s->start,
                             j->is_final || is_cut);
}

/* Returns the last share that has text, or the first one. Shares after it are empty where no cut was found. */
static const share *last_with_text(const job *j)
{
    const share *s = &j->shares[j->n_shares - 1];
    while (s > j->shares && s->start == s[1].start) s--;
    return s;
}

static size_t document_start(const job *j, size_t document)
{
    return document == 0 ? 0 : tp_start_behind(tp_end_within(j->ends, document - 1, 0, j->text_nbytes), j->text_nbytes);
}

static void encode_share_of_documents(const job *j, share *s)
{
    size_t start = s->start;
    for (size_t i = s->first_document; i < s[1].first_document && !s->encoding.has_failed; i++) {
        size_t end = tp_end_within(j->ends, i, start, j->text_nbytes);
        tp_encode_text(&s->encoding, j->splitter, j->text + start, end - start, j->text_nbytes - start, true);
        j->id_ends[i] = s->encoding.sink.n;
        start = tp_start_behind(end, j->text_nbytes);
    }
}

static void encode_share(void *shared, size_t index)
{
    job *j = shared;
    if (j->ends == NULL) encode_share_of_text(j, &j->shares[index]);
    else encode_share_of_documents(j, &j->shares[index]);
    tp_merger_free(&j->shares[index].table->merger);
}

/* Returns the first document from `low` on that begins at or after `start`. */
static size_t find_document(const job *j, size_t low, size_t start)
{
    size_t high = j->n_documents;
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
            s->first_document = i == j->n_shares ? j->n_documents : find_document(j, i == 0 ? 0 : s[-1].first_document, about);
            s->start = s->first_document < j->n_documents ? document_start(j, s->first_document) : j->text_nbytes;
        } else if (i > 0 && i < j->n_shares) {
            s->start = tp_split_find_cut(j->splitter, j->text, j->text_nbytes, about);
        }
        if (i > 0 && s->start < s[-1].start) s->start = s[-1].start;
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

/* Moves the ids of all shares together and counts them. */
static size_t join_shares(job *j)
{
    size_t n_ids = 0;
    for (size_t i = 0; i < j->n_shares; i++) {
        const share *s = &j->shares[i];
        const tp_token_sink *sink = &s->encoding.sink;
        if (sink->out != NULL && n_ids > 0) memmove(j->shares[0].encoding.sink.out + n_ids, sink->out, sink->n * sizeof *sink->out);
        for (size_t d = s->first_document; d < s[1].first_document; d++) j->id_ends[d] += n_ids;
        n_ids += sink->n;
    }
    return n_ids;
}

static void run_shares(job *j, const tp_vocabulary *vocabulary, uint32_t *ids, size_t capacity)
{
    if (j->n_shares == 1) {
        j->shares->table->merger.go_on = j->go_on;
        j->shares->table->merger.user = j->user;
    }
    for (size_t i = 0; i < j->n_shares; i++) {
        share *s = &j->shares[i];
        size_t room = j->n_shares == 1 ? capacity : s[1].start - s->start;
        start_encoding(&s->encoding, vocabulary, s->table, ids == NULL ? NULL : ids + s->start, room);
    }
    tp_fork_join(encode_share, j, j->n_shares);
}

static tp_status why_failed(const tp_cache_table *table, tp_error *error)
{
    if (!table->merger.is_stopped) return tp_fail_no_memory(error);
    return tp_fail(error, TP_CANCELLED, 0, "the callback has stopped the encoding");
}

/* Encodes all shares with tables of the cache, or with new ones. */
static tp_status run_job(job *j, const tp_vocabulary *vocabulary, tp_piece_cache *cache, size_t threads, uint32_t *ids,
                         size_t capacity, tp_error *error)
{
    tp_status status = allocate_shares(j, threads, error);
    if (status != TP_OK) return status;
    cut_into_shares(j);
    tp_cache_table own;
    bool has_tables = true;
    for (size_t i = 0; i < j->n_shares; i++) {
        bool is_temporary = cache == NULL && j->n_shares == 1; /* a short text needs no memory */
        j->shares[i].table = is_temporary ? NULL : tp_piece_cache_take(cache, vocabulary->serial);
        has_tables = has_tables && j->shares[i].table != NULL;
    }
    if (!has_tables && j->n_shares == 1) {
        tp_forget_refusal();
        tp_cache_table_init(&own, vocabulary->serial);
        j->shares->table = &own;
        has_tables = true;
    }
    if (has_tables) run_shares(j, vocabulary, ids, capacity);
    else status = tp_fail_no_memory(error);
    for (size_t i = 0; i < j->n_shares; i++) {
        const share *s = &j->shares[i];
        /* After a stop, short pieces have no ids. */
        if (status == TP_OK && (s->encoding.has_failed || s->table->merger.is_stopped)) status = why_failed(s->table, error);
        if (s->table != NULL) s->table->merger = (tp_merger){0};
        if (s->table == &own) tp_cache_table_free(&own);
        else tp_piece_cache_put(cache, s->table);
    }
    return status;
}

/* ---- Public functions ----------------------------------------------------------------------------------------------- */

static tp_status no_room(const tp_encoding *e, size_t *n_ids, tp_error *error)
{
    *n_ids = e->n_too_many;
    return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the ids of the first piece");
}

static tp_status no_splitter(tp_error *error) { return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there is no splitter"); }

static tp_status encode_job(job *j, const tp_vocabulary *vocabulary, tp_piece_cache *cache, size_t threads, uint32_t *ids,
                            size_t capacity, size_t *n_ids, size_t *used, tp_error *error)
{
    if (j->splitter == NULL) return no_splitter(error);
    tp_status status = run_job(j, vocabulary, cache, threads, ids, capacity, error);
    if (status == TP_OK) {
        const share *last = last_with_text(j);
        *n_ids = join_shares(j);
        *used = last->start + last->used;
        if (*used == 0 && last->encoding.n_too_many > 0) status = no_room(&last->encoding, n_ids, error);
    }
    free_shares(j);
    return status;
}

tp_status tp_vocabulary_encode(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                               const uint8_t *text, size_t text_nbytes, bool is_final, size_t threads, uint32_t *ids, size_t capacity,
                               size_t *n_ids, size_t *used, tp_error *error)
{
    job j = {.splitter = splitter, .text = text, .text_nbytes = text_nbytes, .is_final = is_final};
    bool can_share = ids == NULL || capacity >= text_nbytes;
    return encode_job(&j, vocabulary, cache, can_share ? threads : 1, ids, capacity, n_ids, used, error);
}

tp_status tp_vocabulary_encode_while(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                                     const uint8_t *text, size_t text_nbytes, bool is_final, uint32_t *ids, size_t capacity,
                                     size_t *n_ids, size_t *used, tp_go_on go_on, void *user, tp_error *error)
{
    job j = {.splitter = splitter, .text = text, .text_nbytes = text_nbytes, .is_final = is_final, .go_on = go_on, .user = user};
    return encode_job(&j, vocabulary, cache, 1, ids, capacity, n_ids, used, error);
}

static tp_status check_pieces(const uint64_t *ends, size_t n_pieces, size_t text_nbytes, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < n_pieces; i++) {
        uint64_t end = tp_once(ends[i]);
        if (end > text_nbytes || end < start) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of pieces must ascend within the text");
        }
        start = end;
    }
    return TP_OK;
}

/* Encodes pieces and returns their number; fewer than all if room or memory runs out. */
static size_t encode_pieces(tp_encoding *e, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_pieces)
{
    size_t start = 0, i = 0;
    for (; i < n_pieces; i++) {
        size_t end = tp_end_within(ends, i, start, text_nbytes);
        if (!tp_encode_piece(e, text + start, end - start, text_nbytes - start)) break;
        start = end;
    }
    return i;
}

tp_status tp_vocabulary_encode_split(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const uint8_t *text,
                                     size_t text_nbytes, const uint64_t *ends, size_t n_pieces, uint32_t *ids, size_t capacity,
                                     size_t *n_ids, size_t *n_used, tp_error *error)
{
    tp_status status = check_pieces(ends, n_pieces, text_nbytes, error);
    if (status != TP_OK) return status;
    tp_cache_table *table = tp_piece_cache_take(cache, vocabulary->serial);
    if (table == NULL) return tp_fail_no_memory(error);
    tp_encoding e;
    start_encoding(&e, vocabulary, table, ids, capacity);
    size_t n_done = encode_pieces(&e, text, text_nbytes, ends, n_pieces);
    tp_merger_free(&table->merger);
    tp_piece_cache_put(cache, table);
    if (e.has_failed) return tp_fail_no_memory(error);
    *n_ids = e.sink.n;
    *n_used = n_done;
    return n_done == 0 && e.n_too_many > 0 ? no_room(&e, n_ids, error) : TP_OK;
}

static tp_status check_documents(const job *j, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < j->n_documents; i++) {
        uint64_t end = tp_once(j->ends[i]);
        if (end > j->text_nbytes || end < start) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of documents must ascend within the text");
        }
        start = end + 1;
    }
    return TP_OK;
}

tp_status tp_vocabulary_encode_batch(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                                     const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                                     size_t threads, uint32_t *ids, size_t capacity, uint64_t *id_ends, size_t *n_ids,
                                     tp_error *error)
{
    job j = {.splitter = splitter, .text = text, .text_nbytes = text_nbytes, .ends = ends, .n_documents = n_documents,
             .id_ends = id_ends};
    if (ids != NULL && capacity < text_nbytes) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the ids");
    tp_status status = splitter == NULL ? no_splitter(error) : check_documents(&j, error);
    if (status == TP_OK) status = run_job(&j, vocabulary, cache, threads, ids, capacity, error);
    for (size_t i = 0; status == TP_OK && i < j.n_shares; i++) {
        if (j.shares[i].encoding.n_too_many == 0) continue;
        status = tp_fail(error, TP_INVALID_ARGUMENT, j.shares[i].first_document, "the ends of documents were changed meanwhile");
    }
    if (status == TP_OK) *n_ids = join_shares(&j);
    free_shares(&j);
    return status;
}

/* Encodes the text before each place, and puts the id of its name; returns the index of the first place that is not in order. */
static size_t encode_between(tp_encoding *e, const tp_splitter *splitter, const uint8_t *text, size_t text_nbytes, size_t first,
                             const tp_named_place *places, size_t n_places, const uint32_t *name_ids, size_t n_names)
{
    size_t done = first, i = 0;
    for (; i < n_places && !e->has_failed; i++) {
        uint64_t start = tp_once(places[i].start), end = tp_once(places[i].end), name = tp_once(places[i].name);
        if (start < done || end <= start || end > text_nbytes || name >= n_names) break;
        tp_encode_text(e, splitter, text + done, (size_t)start - done, text_nbytes - done, true);
        if (e->sink.n < e->sink.capacity) e->sink.out[e->sink.n] = name_ids[name];
        e->sink.n++;
        done = (size_t)end;
    }
    return i;
}

tp_status tp_vocabulary_encode_between(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                                       const uint8_t *text, size_t text_nbytes, size_t first, const tp_named_place *places,
                                       size_t n_places, const uint32_t *name_ids, size_t n_names, uint32_t *ids,
                                       size_t capacity, size_t *n_ids, tp_error *error)
{
    if (splitter == NULL) return no_splitter(error);
    if (ids != NULL && capacity < text_nbytes) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the ids");
    tp_cache_table *table = tp_piece_cache_take(cache, vocabulary->serial);
    if (table == NULL) return tp_fail_no_memory(error);
    tp_encoding e;
    start_encoding(&e, vocabulary, table, ids, capacity);
    size_t n_done = encode_between(&e, splitter, text, text_nbytes, first, places, n_places, name_ids, n_names);
    tp_merger_free(&table->merger);
    tp_piece_cache_put(cache, table);
    if (e.has_failed) return tp_fail_no_memory(error);
    if (n_done < n_places || e.n_too_many > 0) {
        return tp_fail(error, TP_INVALID_ARGUMENT, n_done, "the places must ascend within the text, and each have a name");
    }
    *n_ids = e.sink.n;
    return TP_OK;
}
