/* Counts text: the scanner splits it chunk by chunk, and the term table counts word by word. */
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "base/thread.h"
#include "corpus/corpus.h"
#include "corpus/keys.h"
#include "textproc/text.h"
#include "unicode/lower.h"
#include "unicode/space.h"
#include "unicode/words.h"

static inline void note_word(tp_counts *counts, const tp_word *word)
{
    tp_term_note(tp_table_find_or_append(&counts->table, word), tp_counts_stamp(counts));
    counts->words++;
}

/* Counts one word, whatever it contains: the state of its copy. If another thread has written white space to it, it is no
 * longer one word. */
static bool count_word(tp_counts *counts, const uint8_t *text, size_t nbytes)
{
    counts->lowered.used = 0;
    if (!tp_arena_reserve(TP_FOR_CORPUS, &counts->lowered, TP_LOWER_BOUND(nbytes))) return false;
    size_t lowered_nbytes = tp_lower_word(text, nbytes, counts->lowered.data);
    const uint8_t *end = counts->lowered.data + lowered_nbytes;
    if (lowered_nbytes == 0 || tp_skip_word(counts->lowered.data, end) != end) return true;
    if (!tp_table_reserve(&counts->table, 1, lowered_nbytes)) return false;
    tp_word word = tp_table_word(&counts->table, counts->lowered.data, lowered_nbytes);
    note_word(counts, &word);
    return true;
}

bool tp_counts_close_word(tp_counts *counts)
{
    if (counts->carry.used == 0) return true;
    if (!count_word(counts, counts->carry.data, counts->carry.used)) return false;
    counts->carry.used = 0;
    return true;
}

static bool append_to_carry(tp_counts *counts, const uint8_t *text, size_t nbytes)
{
    if (nbytes == 0) return true;
    if (!tp_arena_reserve(TP_FOR_CORPUS, &counts->carry, nbytes)) return false;
    memcpy(counts->carry.data + counts->carry.used, text, nbytes);
    counts->carry.used += nbytes;
    return true;
}

static void close_document(tp_counts *counts)
{
    if (counts->first_document_terms == UINT64_MAX) counts->first_document_terms = counts->table.n_terms;
    if ((counts->documents + 1) % TP_NO_DOCUMENT == 0) tp_counts_forget_documents(counts, TP_NO_DOCUMENT);
    counts->documents++;
    counts->has_open_document = false;
}

/* ---- A batch ----------------------------------------------------------------------------------------------------- */

/* The state of counting a batch. */
typedef struct reading {
    tp_counts *counts;
    const uint8_t *text;
    size_t nbytes;
    size_t position; /* the text before this place has been counted */
    const uint64_t *ends;
    size_t n_ends;
    size_t n_closed; /* how many of the documents that end in the batch are closed */
} reading;

/* The place is neither read nor written, so any number is safe if it was changed after the check. */
static inline uint64_t next_end(const reading *r) { return r->n_closed < r->n_ends ? r->ends[r->n_closed] : UINT64_MAX; }

/* Closes the documents that end before a place. */
static void close_documents_before(reading *r, size_t place)
{
    while (next_end(r) < place) {
        close_document(r->counts);
        r->n_closed++;
    }
}

/* Returns whether a word that ends at the end of the batch may continue in the next batch. */
static bool is_open_at_end(const reading *r) { return r->n_ends == 0 || r->ends[r->n_ends - 1] < r->nbytes; }

/* ---- A batch of words ------------------------------------------------------------------------------------------------ */

typedef struct word_batch {
    size_t n;
    const uint16_t *edges;     /* where each word begins and ends in the chunk's lower-cased text */
    uint16_t moved[2 * TP_KEYS_AT_ONCE]; /* these edges, if some words were lower-cased on the slow path */
    tp_keys made;
    uint32_t found[TP_KEYS_AT_ONCE]; /* the number plus 1 of the term that is probably the word; 0: the word is probably new */
} word_batch;

/* Lower-cases the words of the batch of words that the scanner could not, after the chunk's text. It works on the copy, not on
 * the text itself. */
static void lower_the_rest(reading *r, word_batch *b)
{
    tp_chunk *chunk = r->counts->chunk;
    memcpy(b->moved, b->edges, 2 * b->n * sizeof *b->moved);
    for (size_t i = 0; i < b->n; i++) {
        size_t start = b->moved[2 * i], end = b->moved[2 * i + 1];
        if (chunk->unlowered[chunk->n_dealt_with] >= end) continue;
        uint8_t *lowered = chunk->lowered + chunk->lowered_used;
        size_t nbytes = tp_lower_word(chunk->lowered + start, end - start, lowered);
        b->moved[2 * i] = (uint16_t)chunk->lowered_used;
        chunk->lowered_used += nbytes;
        b->moved[2 * i + 1] = (uint16_t)chunk->lowered_used;
        while (chunk->unlowered[chunk->n_dealt_with] < end) chunk->n_dealt_with++;
    }
    b->edges = b->moved;
}

/* Up to this size the table stays in the caches near the core, and prefetching it costs more than it saves. Measured with
 * tables of 1 to 20 MB on a core with 1 MB of second-level cache. */
enum { CACHED_TABLE_NBYTES = 1 << 21 };

static bool is_cached(const tp_table *table)
{
    return table->index.n_slots * sizeof *table->index.slots + table->n_terms * sizeof *table->terms <= CACHED_TABLE_NBYTES;
}

/* Makes the keys of a batch of words, which begins with word `first` of the chunk, and prefetches the slots. */
static void prepare(reading *r, size_t first, size_t n_words, word_batch *b)
{
    const tp_table *table = &r->counts->table;
    tp_chunk *chunk = r->counts->chunk;
    b->n = n_words - first < TP_KEYS_AT_ONCE ? n_words - first : TP_KEYS_AT_ONCE;
    b->edges = chunk->edges + 2 * first;
    if (b->n == 0) return;
    if (chunk->unlowered[chunk->n_dealt_with] < b->edges[2 * b->n - 1]) lower_the_rest(r, b);
    tp_make_keys(&table->hash_key, chunk->lowered, b->edges, b->n, &b->made);
    if (is_cached(table)) return;
    const uint32_t *slots = table->index.slots;
    const size_t mask = table->index.n_slots - 1;
    TP_UNROLL
    for (size_t i = 0; i < b->n; i++) TP_PREFETCH(&slots[b->made.hashes[i] & mask]);
}

/* Looks up the home slots of the hashes. */
static void find_at_home(const tp_table *table, word_batch *b)
{
    const uint32_t *slots = table->index.slots;
    const uint32_t number_mask = tp_index_number_mask(&table->index);
    const size_t mask = table->index.n_slots - 1;
    TP_UNROLL
    for (size_t i = 0; i < b->n; i++) b->found[i] = slots[b->made.hashes[i] & mask] & number_mask;
}

/* Finds the terms by their tags and prefetches them. */
static void find_by_tag(const tp_table *table, word_batch *b)
{
    const tp_index index = table->index; /* kept in registers, whatever the loop writes to */
    for (size_t i = 0; i < b->n; i++) {
        b->found[i] = tp_index_find_by_tag(&index, b->made.hashes[i]);
        TP_PREFETCH(table->terms + b->found[i] - 1);
    }
}

/* Compares the texts of long words, and gives equal ones the keys of their terms. */
static void compare_long_words(const tp_counts *counts, word_batch *b)
{
    const tp_table *table = &counts->table;
    const uint8_t *lowered = counts->chunk->lowered;
    for (size_t j = 0; j < b->made.n_long_words; j++) {
        const tp_term *term = table->terms + b->found[b->made.long_words[j]] - 1;
        TP_PREFETCH(table->text.data + (tp_key_is_long(term->key) ? tp_long_key_start(term->key) : 0));
    }
    for (size_t j = 0; j < b->made.n_long_words; j++) {
        size_t i = b->made.long_words[j], start = b->edges[2 * i], end = b->edges[2 * i + 1];
        const tp_term *term = table->terms + b->found[i] - 1;
        if (tp_table_is_long_word(table, term, b->made.hashes[i], lowered + start, end - start)) b->made.keys[i] = term->key;
    }
}

/* A word that is new, or that is not in its home slot. */
static tp_term *look_further(tp_counts *counts, const word_batch *b, size_t i)
{
    size_t start = b->edges[2 * i], end = b->edges[2 * i + 1];
    return tp_table_find_or_append(
        &counts->table, &(tp_word){b->made.keys[i], b->made.hashes[i], counts->chunk->lowered + start, end - start});
}

/* Counts the words first … end - 1 of the batch, all of them in the open document. While that is the first document, it is the
 * last document of every term. */
static inline void note(tp_counts *counts, const word_batch *b, size_t first, size_t end, bool is_first_document)
{
    const uint32_t stamp = tp_counts_stamp(counts);
    tp_term *terms = counts->table.terms;
    TP_UNROLL
    for (size_t i = first; i < end; i++) {
        tp_term *term = terms + b->found[i] - 1;
        if (((term->key.low ^ b->made.keys[i].low) | (term->key.high ^ b->made.keys[i].high)) != 0) {
            tp_term_note(look_further(counts, b, i), stamp);
        } else if (is_first_document) {
            term->packed++;
        } else {
            tp_term_note(term, stamp);
        }
    }
    counts->words += end - first;
}

/* Counts the batch of words and closes the documents between them; `edges` are the places of the words in the chunk. */
static void note_documents(reading *r, const word_batch *b, const uint16_t *edges)
{
    for (size_t first = 0, end; first < b->n; first = end) {
        close_documents_before(r, r->position + edges[2 * first]);
        uint64_t stop = next_end(r) - r->position; /* wraps around only if it is far away anyway */
        end = b->n;
        if (stop <= edges[2 * b->n - 1]) {
            end = first + 1;
            while (end < b->n && edges[2 * end] < stop) end++;
        }
        if (r->counts->first_document_terms == UINT64_MAX) note(r->counts, b, first, end, true);
        else note(r->counts, b, first, end, false);
    }
}

/* Counts the first n_words words of the chunk. */
static bool count_chunk(reading *r, size_t n_words)
{
    tp_counts *counts = r->counts;
    tp_chunk *chunk = counts->chunk;
    word_batch batches[2], *now = &batches[0], *next = &batches[1];
    /* Reserves all that the chunk can add, so that nothing moves while words are looked up. */
    size_t most_nbytes = n_words > 0 ? TP_LOWER_BOUND((size_t)chunk->edges[2 * n_words - 1]) : 0;
    if (n_words > 0 && !tp_table_reserve(&counts->table, n_words, most_nbytes)) return false;
    prepare(r, 0, n_words, now);
    for (size_t first = 0; first < n_words; first += TP_KEYS_AT_ONCE) {
        if (first + TP_KEYS_AT_ONCE < n_words) prepare(r, first + TP_KEYS_AT_ONCE, n_words, next);
        if (is_cached(&counts->table)) find_at_home(&counts->table, now);
        else find_by_tag(&counts->table, now);
        compare_long_words(counts, now);
        note_documents(r, now, chunk->edges + 2 * first);
        word_batch *done = now;
        now = next;
        next = done;
    }
    return true;
}

/* Allocates the memory for counting, except for growth of the table. */
static bool reserve_scratch(tp_counts *counts)
{
    if (counts->chunk == NULL) counts->chunk = tp_allocate(TP_FOR_CORPUS, sizeof *counts->chunk);
    return counts->chunk != NULL;
}

/* Counts a word longer than a chunk, or keeps it if the next batch may continue it. */
static bool count_giant(reading *r)
{
    const uint8_t *word = r->text + r->position, *end = tp_skip_word(word, r->text + r->nbytes);
    close_documents_before(r, r->position);
    r->position = (size_t)(end - r->text);
    if (r->position == r->nbytes && is_open_at_end(r)) return append_to_carry(r->counts, word, (size_t)(end - word));
    return count_word(r->counts, word, (size_t)(end - word));
}

/* Counts the words of the next chunk; the last word of the batch goes to the carry if the next batch may continue it. */
static bool count_next_chunk(reading *r)
{
    tp_chunk *chunk = r->counts->chunk;
    size_t dealt_with = tp_scan(r->text + r->position, r->nbytes - r->position, chunk);
    if (dealt_with == 0) return count_giant(r);
    size_t n_words = chunk->n_words;
    bool is_last = dealt_with == r->nbytes - r->position;
    bool is_carried = is_last && n_words > 0 && chunk->edges[2 * n_words - 1] == dealt_with && is_open_at_end(r);
    if (!count_chunk(r, n_words - is_carried)) return false;
    if (is_carried) {
        size_t start = r->position + chunk->edges[2 * n_words - 2];
        close_documents_before(r, start);
        if (!append_to_carry(r->counts, r->text + start, r->nbytes - start)) return false;
    }
    r->position += dealt_with;
    return true;
}

/* Completes the word in the carry with the beginning of the batch. */
static bool continue_carry(reading *r)
{
    size_t limit = r->n_ends > 0 ? tp_end_within(r->ends, 0, 0, r->nbytes) : r->nbytes;
    const uint8_t *rest = tp_skip_word(r->text, r->text + limit);
    r->position = (size_t)(rest - r->text);
    if (!append_to_carry(r->counts, r->text, r->position)) return false;
    return (r->position == r->nbytes && is_open_at_end(r)) || tp_counts_close_word(r->counts);
}

/* For a NULL text, on which C allows no arithmetic. */
static const uint8_t *text_of(const tp_batch *batch)
{
    static const uint8_t nothing[1];
    return batch->text != NULL ? batch->text : nothing;
}

/* Returns where the text after the last document begins. */
static size_t behind_documents(const tp_batch *batch)
{
    if (batch->n_ends == 0) return 0;
    return tp_start_behind(tp_end_within(batch->ends, batch->n_ends - 1, 0, batch->text_nbytes), batch->text_nbytes);
}

static bool count_batch(tp_counts *counts, const tp_batch *batch)
{
    reading r = {
        .counts = counts, .text = text_of(batch), .nbytes = batch->text_nbytes, .ends = batch->ends, .n_ends = batch->n_ends};
    if (counts->carry.used > 0 && !continue_carry(&r)) return false;
    if (!reserve_scratch(counts)) return false;
    while (r.position < r.nbytes) {
        if (!count_next_chunk(&r)) return false;
    }
    for (; r.n_closed < r.n_ends; r.n_closed++) close_document(counts);
    if (behind_documents(batch) < r.nbytes) counts->has_open_document = true;
    return true;
}

static tp_status check_batch(const tp_batch *batch, tp_error *error)
{
    const char *message = NULL;
    uint64_t start = 0, nbytes = batch->text_nbytes;
    for (size_t i = 0; i < batch->n_ends && message == NULL; i++) {
        uint64_t end = tp_once(batch->ends[i]);
        if (end > nbytes || end < start) message = "the ends of documents must ascend within the text";
        else if (end < nbytes && !tp_is_ascii_space(batch->text[end])) {
            message = "the byte behind a document must be ASCII white space";
        }
        if (message != NULL) return tp_fail(error, TP_INVALID_ARGUMENT, i, message);
        start = end + 1;
    }
    return TP_OK;
}

/* ---- Many batches at once ---------------------------------------------------------------------------------------- */

typedef struct batch_job {
    const tp_batch *batch;
    bool is_done;
} batch_job;

static void run_job(void *jobs, size_t index)
{
    batch_job *job = (batch_job *)jobs + index;
    tp_corpus *corpus = job->batch->corpus;
    tp_lock_write(&corpus->lock);
    job->is_done = count_batch(&corpus->counts, job->batch);
    tp_unlock_write(&corpus->lock);
}

static void empty_corpus(tp_corpus *corpus)
{
    tp_lock_write(&corpus->lock);
    tp_counts_free(&corpus->counts);
    corpus->counts = tp_counts_empty();
    tp_unlock_write(&corpus->lock);
}

static tp_status run_jobs(batch_job *jobs, size_t n, tp_error *error)
{
    bool is_done = true;
    tp_fork_join(run_job, jobs, n);
    for (size_t i = 0; i < n; i++) is_done = is_done && jobs[i].is_done;
    if (is_done) return TP_OK;
    for (size_t i = 0; i < n; i++) empty_corpus(jobs[i].batch->corpus);
    return tp_fail_no_memory(error);
}

tp_status tp_corpus_count(const tp_batch *batches, size_t n_batches, tp_error *error)
{
    for (size_t i = 0; i < n_batches; i++) {
        tp_status status = check_batch(&batches[i], error);
        if (status != TP_OK) return status;
    }
    if (n_batches == 1) return run_jobs(&(batch_job){.batch = batches}, 1, error);
    batch_job *jobs = tp_allocate(TP_FOR_WORK, n_batches * sizeof *jobs);
    if (jobs == NULL) return n_batches == 0 ? TP_OK : tp_fail_no_memory(error);
    for (size_t i = 0; i < n_batches; i++) jobs[i] = (batch_job){.batch = &batches[i]};
    tp_status status = run_jobs(jobs, n_batches, error);
    tp_release(TP_FOR_WORK, jobs, n_batches * sizeof *jobs);
    return status;
}

/* ---- One document at a time ------------------------------------------------------------------------------------- */

/* Counts one document under the lock; *n_words is its number of words. */
static bool count_one(tp_corpus *corpus, const uint8_t *text, size_t nbytes, uint64_t *n_words)
{
    const uint64_t end = nbytes;
    tp_lock_write(&corpus->lock);
    uint64_t before = corpus->counts.words;
    bool is_counted = count_batch(&corpus->counts, &(tp_batch){corpus, text, nbytes, &end, 1});
    *n_words = corpus->counts.words - before;
    tp_unlock_write(&corpus->lock);
    return is_counted;
}

static tp_status check_closed_batch(const tp_batch *batch, tp_error *error)
{
    tp_status status = check_batch(batch, error);
    if (status != TP_OK) return status;
    if (behind_documents(batch) == batch->text_nbytes) return TP_OK;
    return tp_fail(error, TP_INVALID_ARGUMENT, batch->n_ends, "the last document must end with the text");
}

tp_status tp_corpus_count_each(const tp_batch *batch, tp_on_document on_document, void *user, tp_error *error)
{
    tp_status status = check_closed_batch(batch, error);
    if (status != TP_OK) return status;
    const uint8_t *text = text_of(batch);
    size_t start = 0;
    for (size_t i = 0; i < batch->n_ends; i++) {
        uint64_t n_words;
        size_t end = tp_end_within(batch->ends, i, start, batch->text_nbytes);
        if (!count_one(batch->corpus, text + start, end - start, &n_words)) {
            empty_corpus(batch->corpus);
            return tp_fail_no_memory(error);
        }
        if (on_document(user, i, n_words) == 0) return tp_fail(error, TP_CANCELLED, i, "the callback asked to stop");
        start = tp_start_behind(end, batch->text_nbytes);
    }
    return TP_OK;
}
