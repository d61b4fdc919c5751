/* A corpus as bytes, the same on every machine. All numbers are 64-bit, little-endian:
 *
 *     0  the signature          8  version            16  documents          24  words
 *    32  terms n               40  first_document_terms (2^64 - 1: none)     48  length t of the text
 *    56  n counts, then n document frequencies, then the terms (t bytes), each followed by '\n', then the checksum.
 */
#include <string.h>

#include "base/error.h"
#include "base/stored.h"
#include "corpus/corpus.h"
#include "textproc/text.h"
#include "unicode/words.h"

/* As in PNG: a byte that is not ASCII, both line ends and a DOS end-of-file reveal the usual damage to binary files. */
static const uint8_t signature[8] = {0x89, 'T', 'P', 'C', '\r', '\n', 0x1A, '\n'};

/* The versions are 1 and up, by what a corpus is besides. Pruned: the counts add up to less than the words. A share: a term is in
 * more documents than there are, because another part has them; see tp_corpus_split. */
enum { FIRST_VERSION = 1, IS_PRUNED = 1, IS_SHARE = 2, N_VERSIONS = 4 };

enum { VERSION_OFFSET = 8, HEADER_NBYTES = 56, CHECKSUM_NBYTES = 8 };

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

/* Returns the highest document frequency. */
static uint64_t most_documents(const tp_table *table)
{
    uint64_t most = 0;
    for (size_t i = 0; i < table->n_terms; i++) {
        uint64_t frequency = tp_term_document_frequency(&table->terms[i]);
        if (frequency > most) most = frequency;
    }
    return most;
}

static uint64_t version_of(const tp_counts *counts)
{
    bool is_share = most_documents(&counts->table) > counts->documents;
    return (uint64_t)(FIRST_VERSION + (counts->pruned_words > 0 ? IS_PRUNED : 0) + (is_share ? IS_SHARE : 0));
}

static void write_counts(const tp_counts *counts, uint8_t *out, size_t nbytes)
{
    const tp_table *table = &counts->table;
    const uint64_t header[] = {version_of(counts), counts->documents,           counts->words,
                               table->n_terms,     counts->first_document_terms, table->text.used};
    memcpy(out, signature, sizeof signature);
    for (size_t i = 0; i < sizeof header / sizeof *header; i++) tp_put_number(out + VERSION_OFFSET + 8 * i, header[i]);
    uint8_t *values = out + HEADER_NBYTES;
    for (size_t i = 0; i < table->n_terms; i++) {
        tp_put_number(values + 8 * i, tp_term_count(&table->terms[i]));
        tp_put_number(values + 8 * (table->n_terms + i), tp_term_document_frequency(&table->terms[i]));
    }
    if (table->text.used > 0) memcpy(values + 16 * table->n_terms, table->text.data, table->text.used);
    tp_put_number(out + nbytes - CHECKSUM_NBYTES, tp_checksum(out, nbytes - CHECKSUM_NBYTES));
}

tp_status tp_corpus_write(tp_corpus *corpus, uint8_t *snapshot, size_t capacity, size_t *nbytes, tp_error *error)
{
    tp_status status = TP_OK;
    tp_lock_read(&corpus->lock);
    const tp_counts *counts = &corpus->counts;
    *nbytes = HEADER_NBYTES + 16 * counts->table.n_terms + counts->table.text.used + CHECKSUM_NBYTES;
    if (counts->has_open_document) {
        status = tp_fail(error, TP_INVALID_ARGUMENT, counts->documents, "the last document has not been closed");
    } else if (*nbytes > capacity) {
        status = tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the snapshot");
    } else {
        write_counts(counts, snapshot, *nbytes);
    }
    tp_unlock_read(&corpus->lock);
    return status;
}

/* ---- Reading: nothing is believed before it is checked ------------------------------------------------------------ */

typedef struct layout {
    bool is_pruned, is_share;
    uint64_t documents, words, n_terms, first_document_terms, text_nbytes;
    const uint8_t *counts, *frequencies, *text;
} layout;

static tp_status damaged(tp_error *error, uint64_t offset, const char *message)
{
    return tp_fail(error, TP_DAMAGED, offset, message);
}

static tp_status read_layout(const uint8_t *bytes, size_t nbytes, layout *found, tp_error *error)
{
    if (nbytes < sizeof signature || memcmp(bytes, signature, sizeof signature) != 0) {
        return damaged(error, 0, "this is not a snapshot of a corpus");
    }
    if (nbytes < HEADER_NBYTES + CHECKSUM_NBYTES) return damaged(error, nbytes, "the snapshot ends within its header");
    const uint64_t kind = tp_get_number(bytes + VERSION_OFFSET) - FIRST_VERSION;
    if (kind >= N_VERSIONS) {
        return tp_fail(error, TP_UNKNOWN_VERSION, VERSION_OFFSET, "the snapshot has a version that is not known here");
    }
    *found = (layout){(kind & IS_PRUNED) != 0, (kind & IS_SHARE) != 0, tp_get_number(bytes + 16), tp_get_number(bytes + 24), tp_get_number(bytes + 32),
                      tp_get_number(bytes + 40), tp_get_number(bytes + 48), NULL, NULL, NULL};
    uint64_t body = nbytes - HEADER_NBYTES - CHECKSUM_NBYTES;
    if (found->n_terms > TP_MAX_TERMS || found->n_terms > body / 16 || found->text_nbytes != body - 16 * found->n_terms) {
        return damaged(error, 32, "the sizes do not add up to the snapshot's length");
    }
    if (tp_get_number(bytes + nbytes - CHECKSUM_NBYTES) != tp_checksum(bytes, nbytes - CHECKSUM_NBYTES)) {
        return damaged(error, nbytes - CHECKSUM_NBYTES, "the checksum does not match");
    }
    if (found->documents > TP_MAX_COUNT) return damaged(error, 16, "there are more documents than can be counted");
    if (found->words > TP_MAX_COUNT) return damaged(error, 24, "there are more words than can be counted");
    found->counts = bytes + HEADER_NBYTES;
    found->frequencies = found->counts + 8 * found->n_terms;
    found->text = found->frequencies + 8 * found->n_terms;
    return TP_OK;
}

typedef bool is_term(const uint8_t *term, size_t nbytes);

/* A term must not be empty and must be one word. */
bool tp_is_word(const uint8_t *term, size_t nbytes)
{
    return nbytes > 0 && tp_skip_word(term, term + nbytes) == term + nbytes && tp_utf8_validate(term, nbytes, NULL) == TP_OK;
}

/* Of words by any rule: FF stands for a line feed, which ends a term in the table. */
static bool is_any_term(const uint8_t *term, size_t nbytes)
{
    const uint8_t *end = term + nbytes;
    for (const uint8_t *p = term; p < end;) {
        const uint8_t *hidden = memchr(p, 0xFF, (size_t)(end - p)), *stop = hidden != NULL ? hidden : end;
        if (tp_utf8_validate(p, (size_t)(stop - p), NULL) != TP_OK) return false;
        p = hidden != NULL ? hidden + 1 : end;
    }
    return nbytes > 0;
}

static bool has_terms(tp_corpus *corpus, uint64_t first, uint64_t n, is_term *is_valid)
{
    tp_lock_read(&corpus->lock);
    const tp_table *table = &corpus->counts.table;
    bool has = first <= table->n_terms && n <= table->n_terms - first;
    for (uint64_t i = 0; has && i < n; i++) {
        has = is_valid(tp_table_text(table, (size_t)(first + i)), tp_table_nbytes(table, (size_t)(first + i)));
    }
    tp_unlock_read(&corpus->lock);
    return has;
}

bool tp_corpus_has_words(tp_corpus *corpus, uint64_t first, uint64_t n) { return has_terms(corpus, first, n, tp_is_word); }

bool tp_corpus_has_terms(tp_corpus *corpus, uint64_t first, uint64_t n) { return has_terms(corpus, first, n, is_any_term); }

static tp_status read_term(tp_counts *counts, const layout *from, size_t i, const uint8_t *term, size_t nbytes, tp_error *error)
{
    uint64_t count = tp_get_number(from->counts + 8 * i), frequency = tp_get_number(from->frequencies + 8 * i);
    uint64_t offset = HEADER_NBYTES + 8 * (uint64_t)i;
    if (count == 0 || count > from->words - counts->words) {
        return damaged(error, offset, "the counts do not add up to the words");
    }
    if (frequency == 0 || frequency > count || (!from->is_share && frequency > from->documents)) {
        return damaged(error, offset + 8 * from->n_terms, "a document frequency is out of range");
    }
    tp_word word = tp_table_word(&counts->table, term, nbytes);
    if (tp_table_find(&counts->table, &word) != TP_NO_TERM) {
        return damaged(error, offset + 16 * from->n_terms, "a term occurs twice");
    }
    tp_term_set(tp_table_append(&counts->table, &word), count, frequency);
    counts->words += count;
    return TP_OK;
}

/* A copy of a term in scratch memory, because another thread may write to the memory of the snapshot. NULL if memory runs
 * out. */
static const uint8_t *copy_term(tp_counts *counts, const uint8_t *term, size_t nbytes)
{
    counts->lowered.used = 0;
    if (!tp_arena_reserve(TP_FOR_CORPUS, &counts->lowered, nbytes + 1)) return NULL;
    if (nbytes > 0) memcpy(counts->lowered.data, term, nbytes);
    return counts->lowered.data;
}

static tp_status read_terms(tp_counts *counts, const layout *from, is_term *is_valid, tp_go_on go_on, void *user, tp_error *error)
{
    const uint8_t *p = from->text, *end = p + from->text_nbytes;
    uint64_t text_offset = HEADER_NBYTES + 16 * from->n_terms;
    for (size_t i = 0; i < from->n_terms; i++) {
        const uint8_t *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
        uint64_t offset = text_offset + (uint64_t)(p - from->text);
        if (newline == NULL) return damaged(error, offset, "there are fewer terms than announced");
        if (!tp_may_read_on(go_on, user, i)) return tp_fail(error, TP_CANCELLED, offset, "reading a snapshot was stopped");
        size_t nbytes = (size_t)(newline - p);
        const uint8_t *term = copy_term(counts, p, nbytes);
        if (term == NULL) return tp_fail_no_memory(error);
        if (!is_valid(term, nbytes)) return damaged(error, offset, "a term is not one word of UTF-8");
        tp_status status = read_term(counts, from, i, term, nbytes, error);
        if (status != TP_OK) return status;
        p = newline + 1;
    }
    if (p != end) return damaged(error, text_offset + (uint64_t)(p - from->text), "there are more terms than announced");
    return TP_OK;
}

static tp_status read_counts(tp_counts *counts, const layout *from, is_term *is_valid, tp_go_on go_on, void *user,
                             tp_error *error)
{
    if (!tp_table_reserve(&counts->table, (size_t)from->n_terms, (size_t)(from->text_nbytes - from->n_terms))) {
        return tp_fail_no_memory(error);
    }
    tp_status status = read_terms(counts, from, is_valid, go_on, user, error);
    if (status != TP_OK) return status;
    if (from->is_pruned ? counts->words == from->words : counts->words != from->words) {
        return damaged(error, 24, "the counts do not add up to the words");
    }
    counts->pruned_words = from->words - counts->words;
    counts->words = from->words;
    if (from->is_share && most_documents(&counts->table) <= from->documents) {
        return damaged(error, VERSION_OFFSET, "no document is missing of what is called a part of a whole");
    }
    const uint64_t without_documents = from->is_share ? 0 : UINT64_MAX, terms = from->first_document_terms;
    if (from->documents == 0 ? terms != without_documents : terms > from->n_terms) {
        return damaged(error, 40, "the first document's terms do not fit the documents and terms there are");
    }
    counts->documents = from->documents;
    counts->first_document_terms = from->first_document_terms;
    return TP_OK;
}

static tp_status read_snapshot(const uint8_t *snapshot, size_t snapshot_nbytes, is_term *is_valid, tp_go_on go_on, void *user,
                               tp_corpus **corpus, tp_error *error)
{
    layout found = {0};
    tp_status status = read_layout(snapshot, snapshot_nbytes, &found, error);
    if (status != TP_OK) return status;
    if (found.text_nbytes < found.n_terms) return damaged(error, 48, "the text is shorter than its terms");
    tp_corpus *made;
    status = tp_corpus_new(&made, error);
    if (status != TP_OK) return status;
    status = read_counts(&made->counts, &found, is_valid, go_on, user, error);
    if (status != TP_OK) {
        tp_corpus_free(made);
        return status;
    }
    tp_counts_free_scratch(&made->counts);
    *corpus = made;
    return TP_OK;
}

tp_status tp_corpus_read(const uint8_t *snapshot, size_t snapshot_nbytes, tp_go_on go_on, void *user, tp_corpus **corpus,
                         tp_error *error)
{
    return read_snapshot(snapshot, snapshot_nbytes, tp_is_word, go_on, user, corpus, error);
}

tp_status tp_corpus_read_terms(const uint8_t *snapshot, size_t snapshot_nbytes, tp_go_on go_on, void *user, tp_corpus **corpus,
                               tp_error *error)
{
    return read_snapshot(snapshot, snapshot_nbytes, is_any_term, go_on, user, corpus, error);
}
