/* Counts text: the scanner splits it chunk by chunk, and the term table counts word by word. */
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "base/thread.h"
#include "corpus/by_rule.h"
#include "corpus/corpus.h"
#include "corpus/reading.h"
#include "corpus/word_batch.h"
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
    size_t lowered_nbytes = tp_lower_word(text, nbytes, counts->unicode_version, counts->lowered.data);
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

/* ---- A batch of words ------------------------------------------------------------------------------------------------ */

/* Lower-cases the words of the batch of words that the scanner could not, after the chunk's text. It works on the copy, not on
 * the text itself. */
static void lower_the_rest(reading *r, word_batch *b)
{
    tp_scan_chunk *chunk = r->counts->chunk;
    memcpy(b->moved, b->edges, 2 * b->n * sizeof *b->moved);
    for (size_t i = 0; i < b->n; i++) {
        size_t start = b->moved[2 * i], end = b->moved[2 * i + 1];
        if (chunk->unlowered[chunk->n_dealt_with] >= end) continue;
        uint8_t *lowered = chunk->lowered + chunk->lowered_used;
        size_t nbytes = tp_lower_word(chunk->lowered + start, end - start, r->counts->unicode_version, lowered);
        b->moved[2 * i] = (uint16_t)chunk->lowered_used;
        chunk->lowered_used += nbytes;
        b->moved[2 * i + 1] = (uint16_t)chunk->lowered_used;
        while (chunk->unlowered[chunk->n_dealt_with] < end) chunk->n_dealt_with++;
    }
    b->edges = b->moved;
}

/* Makes the keys of a batch of words, which begins with word `first` of the chunk, and prefetches the slots. */
static void prepare(reading *r, size_t first, size_t n_words, word_batch *b)
{
    const tp_table *table = &r->counts->table;
    tp_scan_chunk *chunk = r->counts->chunk;
    b->n = n_words - first < TP_KEYS_AT_ONCE ? n_words - first : TP_KEYS_AT_ONCE;
    b->text = chunk->lowered;
    b->edges = chunk->edges + 2 * first;
    if (b->n == 0) return;
    if (chunk->unlowered[chunk->n_dealt_with] < b->edges[2 * b->n - 1]) lower_the_rest(r, b);
    tp_make_keys(&table->hash_key, chunk->lowered, b->edges, b->n, &b->made);
    if (is_cached(table)) return;
    prefetch_slots(table, b);
}

/* Counts the batch of words, of which some begin new documents. One loop over the words: how many there are in each of several
 * short documents is what no processor predicts. */
static void note_many_documents(reading *r, const word_batch *b, const uint16_t *edges)
{
    tp_counts *counts = r->counts;
    uint64_t stop = next_end(r) - r->position; /* wraps around only if it is far away anyway */
    uint32_t stamp = tp_counts_stamp(counts);
    for (size_t i = 0; i < b->n; i++) {
        if (edges[2 * i] > stop) {
            close_documents_before(r, r->position + edges[2 * i]);
            stop = next_end(r) - r->position;
            stamp = tp_counts_stamp(counts);
        }
        note_word_of_short(counts, b, i, stamp);
    }
    counts->words += b->n;
}

/* Counts the batch of words and closes the documents between them; `edges` are the places of the words in the chunk. */
static void note_documents(reading *r, const word_batch *b, const uint16_t *edges)
{
    if (b->n == 0) return;
    close_documents_before(r, r->position + edges[0]);
    bool is_one_document = next_end(r) - r->position > edges[2 * b->n - 1];
    if (is_one_document) note_in_document(r->counts, b, 0, b->n);
    else note_many_documents(r, b, edges);
}

/* Counts the first n_words words of the chunk. */
static bool count_chunk(reading *r, size_t n_words)
{
    tp_counts *counts = r->counts;
    tp_scan_chunk *chunk = counts->chunk;
    word_batch batches[2], *now = &batches[0], *next = &batches[1];
    /* Reserves all that the chunk can add, so that nothing moves while words are looked up. */
    size_t most_nbytes = n_words > 0 ? TP_LOWER_BOUND((size_t)chunk->edges[2 * n_words - 1]) : 0;
    if (n_words > 0 && !tp_table_reserve(&counts->table, n_words, most_nbytes)) return false;
    prepare(r, 0, n_words, now);
    for (size_t first = 0; first < n_words; first += TP_KEYS_AT_ONCE) {
        if (first + TP_KEYS_AT_ONCE < n_words) prepare(r, first + TP_KEYS_AT_ONCE, n_words, next);
        find_terms(&counts->table, now);
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
    if (r->position == r->nbytes && is_open_at_end(r)) return tp_counts_append_to_carry(r->counts, word, (size_t)(end - word));
    return count_word(r->counts, word, (size_t)(end - word));
}

/* Counts the words of the next chunk; the last word of the batch goes to the carry if the next batch may continue it. */
static bool count_next_chunk(reading *r)
{
    tp_scan_chunk *chunk = r->counts->chunk;
    size_t dealt_with = tp_scan(r->text + r->position, r->nbytes - r->position, chunk);
    if (dealt_with == 0) return count_giant(r);
    size_t n_words = chunk->n_words;
    bool is_last = dealt_with == r->nbytes - r->position;
    bool is_carried = is_last && n_words > 0 && chunk->edges[2 * n_words - 1] == dealt_with && is_open_at_end(r);
    if (!count_chunk(r, n_words - is_carried)) return false;
    if (is_carried) {
        size_t start = r->position + chunk->edges[2 * n_words - 2];
        close_documents_before(r, start);
        if (!tp_counts_append_to_carry(r->counts, r->text + start, r->nbytes - start)) return false;
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
    if (!tp_counts_append_to_carry(r->counts, r->text, r->position)) return false;
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

static bool count_between_spaces(reading *r)
{
    if (r->counts->carry.used > 0 && !continue_carry(r)) return false;
    while (r->position < r->nbytes) {
        if (!count_next_chunk(r)) return false;
    }
    for (; r->n_closed < r->n_ends; r->n_closed++) tp_counts_close_document(r->counts);
    return true;
}

static bool count_batch(tp_counts *counts, const tp_batch *batch)
{
    reading r = {
        .counts = counts, .text = text_of(batch), .nbytes = batch->text_nbytes, .ends = batch->ends, .n_ends = batch->n_ends};
    if (!reserve_scratch(counts)) return false;
    counts->unicode_version = batch->unicode_version;
    if (!(batch->words == NULL ? count_between_spaces(&r) : tp_count_by_rule(&r, batch->words))) return false;
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

/* Counts one document of a batch under the lock; *n_words is its number of words. */
static bool count_one(const tp_batch *batch, const uint8_t *text, size_t nbytes, uint64_t *n_words)
{
    const uint64_t end = nbytes;
    tp_corpus *corpus = batch->corpus;
    const tp_batch one = {corpus, text, nbytes, &end, 1, batch->words, batch->unicode_version};
    tp_lock_write(&corpus->lock);
    uint64_t before = corpus->counts.words;
    bool is_counted = count_batch(&corpus->counts, &one);
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
        if (!count_one(batch, text + start, end - start, &n_words)) {
            empty_corpus(batch->corpus);
            return tp_fail_no_memory(error);
        }
        if (on_document(user, i, n_words) == 0) return tp_fail(error, TP_CANCELLED, i, "the callback asked to stop");
        start = tp_start_behind(end, batch->text_nbytes);
    }
    return TP_OK;
}
