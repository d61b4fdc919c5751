/* From text to counts: the words of a document, one after the other, into the term table. */
#include <string.h>

#include "base/error.h"
#include "base/thread.h"
#include "corpus/corpus.h"
#include "unicode/lower.h"
#include "unicode/words.h"

static bool note_word(tp_counts *counts, const uint8_t *lowered, size_t nbytes)
{
    tp_term *term = tp_table_find_or_append(&counts->table, lowered, nbytes);
    if (term == NULL) return false;
    term->count++;
    counts->words++;
    if (term->last_document != counts->documents) {
        term->last_document = counts->documents;
        term->document_frequency++;
    }
    return true;
}

static bool count_word(tp_counts *counts, const uint8_t *word, size_t nbytes)
{
    if (!tp_arena_reserve(&counts->lowered, TP_LOWER_BOUND(nbytes))) return false;
    size_t lowered_nbytes = tp_lower_word(word, nbytes, counts->lowered.data);
    return note_word(counts, counts->lowered.data, lowered_nbytes);
}

static bool count_ascii_word(tp_counts *counts, const uint8_t *word, size_t nbytes)
{
    if (!tp_arena_reserve(&counts->lowered, nbytes)) return false;
    uint8_t *lowered = counts->lowered.data;
    for (size_t i = 0; i < nbytes; i++) lowered[i] = tp_ascii_lower(word[i]);
    return note_word(counts, lowered, nbytes);
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
    if (!tp_arena_reserve(&counts->carry, nbytes)) return false;
    memcpy(counts->carry.data + counts->carry.used, text, nbytes);
    counts->carry.used += nbytes;
    return true;
}

/* Counts a stretch of the open document; a word that reaches its end is kept in the carry. */
static bool count_stretch(tp_counts *counts, const uint8_t *p, const uint8_t *end)
{
    bool is_ascii = true;
    if (counts->carry.used > 0) {
        const uint8_t *rest = tp_skip_word(p, end, &is_ascii);
        if (!append_to_carry(counts, p, (size_t)(rest - p))) return false;
        if (rest == end) return true;
        if (!tp_counts_close_word(counts)) return false;
        p = rest;
    }
    for (;;) {
        const uint8_t *word = tp_skip_space(p, end);
        is_ascii = true;
        p = tp_skip_word(word, end, &is_ascii);
        if (p == end) return append_to_carry(counts, word, (size_t)(end - word));
        if (!(is_ascii ? count_ascii_word : count_word)(counts, word, (size_t)(p - word))) return false;
    }
}

static void close_document(tp_counts *counts)
{
    if (counts->documents == 0) counts->first_document_terms = counts->table.n_terms;
    counts->documents++;
    counts->has_open_document = false;
}

static bool count_document(tp_counts *counts, const uint8_t *text, size_t nbytes)
{
    if (!count_stretch(counts, text, text + nbytes) || !tp_counts_close_word(counts)) return false;
    close_document(counts);
    return true;
}

static tp_status check_piece(const tp_piece *piece, tp_error *error)
{
    const char *message = NULL;
    uint64_t start = 0, nbytes = piece->text_nbytes;
    for (size_t i = 0; i < piece->n_ends && message == NULL; i++) {
        if (piece->ends[i] > nbytes || piece->ends[i] < start) message = "the ends of documents must ascend within the text";
        else if (piece->ends[i] < nbytes && tp_skip_space(piece->text + piece->ends[i], piece->text + piece->ends[i] + 1) ==
                                                piece->text + piece->ends[i]) {
            message = "the byte behind a document must be ASCII white space";
        }
        if (message != NULL) return tp_fail(error, TP_INVALID_ARGUMENT, i, message);
        start = piece->ends[i] + 1;
    }
    return TP_OK;
}

/* Where the text behind a document that ends at `end` begins; nothing need follow it. */
static size_t behind(const tp_piece *piece, uint64_t end) { return end < piece->text_nbytes ? (size_t)end + 1 : piece->text_nbytes; }

static bool count_piece(tp_counts *counts, const tp_piece *piece)
{
    static const uint8_t nothing[1]; /* for a NULL text, on which C allows no arithmetic */
    const uint8_t *text = piece->text != NULL ? piece->text : nothing;
    size_t start = 0;
    for (size_t i = 0; i < piece->n_ends; i++) {
        if (!count_document(counts, text + start, (size_t)piece->ends[i] - start)) return false;
        start = behind(piece, piece->ends[i]);
    }
    if (start == piece->text_nbytes) return true;
    counts->has_open_document = true;
    return count_stretch(counts, text + start, text + piece->text_nbytes);
}

/* ---- Many pieces at once ---------------------------------------------------------------------------------------- */

typedef struct piece_job {
    const tp_piece *piece;
    bool is_done;
} piece_job;

static void run_job(void *jobs, size_t index)
{
    piece_job *job = (piece_job *)jobs + index;
    tp_corpus *corpus = job->piece->corpus;
    tp_lock_write(&corpus->lock);
    job->is_done = count_piece(&corpus->counts, job->piece);
    tp_unlock_write(&corpus->lock);
}

static void empty_corpus(tp_corpus *corpus)
{
    tp_lock_write(&corpus->lock);
    tp_counts_free(&corpus->counts);
    corpus->counts = tp_counts_empty();
    tp_unlock_write(&corpus->lock);
}

static tp_status run_jobs(piece_job *jobs, size_t n, tp_error *error)
{
    bool is_done = true;
    tp_fork_join(run_job, jobs, n);
    for (size_t i = 0; i < n; i++) is_done = is_done && jobs[i].is_done;
    if (is_done) return TP_OK;
    for (size_t i = 0; i < n; i++) empty_corpus(jobs[i].piece->corpus);
    return tp_fail_no_memory(error);
}

tp_status tp_corpus_count(const tp_piece *pieces, size_t n_pieces, tp_error *error)
{
    for (size_t i = 0; i < n_pieces; i++) {
        tp_status status = check_piece(&pieces[i], error);
        if (status != TP_OK) return status;
    }
    if (n_pieces == 1) return run_jobs(&(piece_job){.piece = pieces}, 1, error);
    piece_job *jobs = tp_allocate(n_pieces * sizeof *jobs);
    if (jobs == NULL) return n_pieces == 0 ? TP_OK : tp_fail_no_memory(error);
    for (size_t i = 0; i < n_pieces; i++) jobs[i] = (piece_job){.piece = &pieces[i]};
    tp_status status = run_jobs(jobs, n_pieces, error);
    tp_release(jobs, n_pieces * sizeof *jobs);
    return status;
}

/* ---- One document at a time ------------------------------------------------------------------------------------- */

/* Counts one document under the lock; *n_words is how many words it has. */
static bool count_one(tp_corpus *corpus, const uint8_t *text, size_t nbytes, uint64_t *n_words)
{
    tp_lock_write(&corpus->lock);
    uint64_t before = corpus->counts.words;
    bool is_counted = count_document(&corpus->counts, text, nbytes);
    *n_words = corpus->counts.words - before;
    tp_unlock_write(&corpus->lock);
    return is_counted;
}

tp_status tp_corpus_count_each(const tp_piece *piece, tp_on_document on_document, void *user, tp_error *error)
{
    tp_status status = check_piece(piece, error);
    if (status != TP_OK) return status;
    size_t start = 0;
    for (size_t i = 0; i < piece->n_ends; i++) {
        uint64_t n_words;
        if (!count_one(piece->corpus, piece->text + start, (size_t)piece->ends[i] - start, &n_words)) {
            empty_corpus(piece->corpus);
            return tp_fail_no_memory(error);
        }
        if (on_document(user, i, n_words) == 0) return tp_fail(error, TP_CANCELLED, i, "the callback asked to stop");
        start = behind(piece, piece->ends[i]);
    }
    return TP_OK;
}
