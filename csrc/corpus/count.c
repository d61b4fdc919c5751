/* From text to counts: the words of a document, one after the other, into the term table. */
#include <string.h>

#include "base/error.h"
#include "base/thread.h"
#include "corpus/corpus.h"
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

/* Words of up to so many bytes take the fast path: nearly all, and a buffer on the stack holds them. */
enum { SHORT_WORD = 64 };

/* Text of one document: from `next` to `end`, with more to come unless it closes the document. Behind the end of what closes
 * one there is white space, unless it is also the end of all that can be read. */
typedef struct stretch {
    const uint8_t *next;
    const uint8_t *end;
    const uint8_t *readable_end;
    bool closes;
} stretch;

/* Counts the next word if it is a short one in ASCII that is known to end within the stretch. */
static inline bool count_short_word(tp_counts *counts, stretch *text, bool *has_failed)
{
    uint8_t lowered[SHORT_WORD + 8];
    size_t nbytes = tp_lower_ascii_run(text->next, text->readable_end, lowered, SHORT_WORD);
    const uint8_t *end = text->next + nbytes;
    bool is_whole = end < text->readable_end ? tp_is_ascii_space(*end) && (end < text->end || text->closes) : text->closes;
    if (!is_whole || nbytes >= SHORT_WORD) return false;
    *has_failed = !note_word(counts, lowered, nbytes);
    text->next = end;
    return true;
}

/* Counts the next word, whatever it is made of; one that may go on behind the stretch is kept in the carry. */
static bool count_any_word(tp_counts *counts, stretch *text)
{
    const uint8_t *word = text->next;
    text->next = tp_skip_word(word, text->end);
    size_t nbytes = (size_t)(text->next - word);
    if (text->next == text->end && !text->closes) return append_to_carry(counts, word, nbytes);
    return count_word(counts, word, nbytes);
}

/* Finishes the word in the carry with the beginning of the stretch. */
static bool continue_carry(tp_counts *counts, stretch *text)
{
    const uint8_t *rest = tp_skip_word(text->next, text->end);
    if (!append_to_carry(counts, text->next, (size_t)(rest - text->next))) return false;
    text->next = rest;
    return (rest == text->end && !text->closes) || tp_counts_close_word(counts);
}

static bool count_stretch(tp_counts *counts, stretch text)
{
    if (counts->carry.used > 0 && !continue_carry(counts, &text)) return false;
    while ((text.next = tp_skip_space(text.next, text.end)) < text.end) {
        bool has_failed = false;
        if (count_short_word(counts, &text, &has_failed) ? has_failed : !count_any_word(counts, &text)) return false;
    }
    return true;
}

static void close_document(tp_counts *counts)
{
    if (counts->documents == 0) counts->first_document_terms = counts->table.n_terms;
    counts->documents++;
    counts->has_open_document = false;
}

static bool count_document(tp_counts *counts, const uint8_t *text, size_t nbytes, const uint8_t *readable_end)
{
    if (!count_stretch(counts, (stretch){text, text + nbytes, readable_end, true})) return false;
    close_document(counts);
    return true;
}

static tp_status check_piece(const tp_piece *piece, tp_error *error)
{
    const char *message = NULL;
    uint64_t start = 0, nbytes = piece->text_nbytes;
    for (size_t i = 0; i < piece->n_ends && message == NULL; i++) {
        if (piece->ends[i] > nbytes || piece->ends[i] < start) message = "the ends of documents must ascend within the text";
        else if (piece->ends[i] < nbytes && !tp_is_ascii_space(piece->text[piece->ends[i]])) {
            message = "the byte behind a document must be ASCII white space";
        }
        if (message != NULL) return tp_fail(error, TP_INVALID_ARGUMENT, i, message);
        start = piece->ends[i] + 1;
    }
    return TP_OK;
}

/* Where the text behind a document that ends at `end` begins; nothing need follow it. */
static size_t behind(const tp_piece *piece, uint64_t end) { return end < piece->text_nbytes ? (size_t)end + 1 : piece->text_nbytes; }

/* For a NULL text, on which C allows no arithmetic. */
static const uint8_t *text_of(const tp_piece *piece)
{
    static const uint8_t nothing[1];
    return piece->text != NULL ? piece->text : nothing;
}

static bool count_piece(tp_counts *counts, const tp_piece *piece)
{
    const uint8_t *text = text_of(piece);
    size_t start = 0;
    for (size_t i = 0; i < piece->n_ends; i++) {
        if (!count_document(counts, text + start, (size_t)piece->ends[i] - start, text + piece->text_nbytes)) return false;
        start = behind(piece, piece->ends[i]);
    }
    if (start == piece->text_nbytes) return true;
    counts->has_open_document = true;
    const uint8_t *end = text + piece->text_nbytes;
    return count_stretch(counts, (stretch){text + start, end, end, false});
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
    bool is_counted = count_document(&corpus->counts, text, nbytes, text + nbytes);
    *n_words = corpus->counts.words - before;
    tp_unlock_write(&corpus->lock);
    return is_counted;
}

static tp_status check_closed_piece(const tp_piece *piece, tp_error *error)
{
    tp_status status = check_piece(piece, error);
    if (status != TP_OK) return status;
    size_t end = piece->n_ends > 0 ? behind(piece, piece->ends[piece->n_ends - 1]) : 0;
    if (end == piece->text_nbytes) return TP_OK;
    return tp_fail(error, TP_INVALID_ARGUMENT, piece->n_ends, "the last document must end with the text");
}

tp_status tp_corpus_count_each(const tp_piece *piece, tp_on_document on_document, void *user, tp_error *error)
{
    tp_status status = check_closed_piece(piece, error);
    if (status != TP_OK) return status;
    const uint8_t *text = text_of(piece);
    size_t start = 0;
    for (size_t i = 0; i < piece->n_ends; i++) {
        uint64_t n_words;
        if (!count_one(piece->corpus, text + start, (size_t)piece->ends[i] - start, &n_words)) {
            empty_corpus(piece->corpus);
            return tp_fail_no_memory(error);
        }
        if (on_document(user, i, n_words) == 0) return tp_fail(error, TP_CANCELLED, i, "the callback asked to stop");
        start = behind(piece, piece->ends[i]);
    }
    return TP_OK;
}
