/* Counting by a rule. If the rule parts words at some white space, text is taken chunk by chunk, as the scanner for white space cuts
 * and lower-cases it, and the chunk is searched for words in place. Text that changes in another way, and documents that cannot
 * be cut, are changed as a whole and then searched. */
#include "corpus/by_rule.h"

#include <string.h>

#include "base/once.h"
#include "corpus/grams.h"
#include "corpus/word_batch.h"
#include "segment/words.h"
#include "textproc/text.h"
#include "unicode/lower.h"
#include "unicode/utf8.h"
#include "unicode/words.h"

/* No text becomes longer than this many times its length when its case changes: see tp_fold. */
enum { MOST_FOLD_GROWTH = 3 };

typedef struct rule_reading {
    reading *r;
    const tp_words *words;
} rule_reading;

/* ---- Words -> terms ------------------------------------------------------------------------------------------------ */

/* Whether a text is a stop word. */
static bool is_stop_word(const tp_words *words, const uint8_t *text, size_t nbytes)
{
    tp_word word = tp_table_word(&words->stop_words, text, nbytes);
    return tp_table_find(&words->stop_words, &word) != TP_NO_TERM;
}

/* Removes the stop words from a batch with its keys. */
static void drop_stop_words(const rule_reading *q, word_batch *b)
{
    drop_words_of(&q->words->stop_words, &q->r->counts->table, b);
}

/* Counts a word that is too long for the edges of a batch. */
static bool count_one_word(tp_counts *counts, const uint8_t *text, size_t nbytes)
{
    if (!tp_table_reserve(&counts->table, 1, nbytes)) return false;
    tp_word word = tp_table_word(&counts->table, text, nbytes);
    tp_term_note(tp_table_find_or_append(&counts->table, &word), tp_counts_stamp(counts));
    counts->words++;
    return true;
}

/* Makes room for the batch's terms and finds those that are there. */
static bool find_batch(tp_counts *counts, word_batch *b)
{
    if (b->n == 0) return true;
    size_t nbytes = 0;
    for (size_t i = 0; i < b->n; i++) nbytes += (size_t)b->edges[2 * i + 1] - b->edges[2 * i];
    if (!tp_table_reserve(&counts->table, b->n, nbytes)) return false;
    if (!is_cached(&counts->table)) prefetch_slots(&counts->table, b);
    find_terms(&counts->table, b);
    return true;
}

/* ---- n-grams --------------------------------------------------------------------------------------------------------- */

static bool count_grams(tp_counts *counts, const tp_span *grams, size_t n)
{
    word_batch b;
    const uint8_t *text = counts->tokens.data;
    for (size_t first = 0, taken; first < n; first += taken) {
        taken = put_edges(&b, text, grams + first, n - first);
        if (taken == 0) {
            if (!count_one_word(counts, text + grams[first].start, grams[first].end - grams[first].start)) return false;
            taken = 1;
            continue;
        }
        tp_make_keys(&counts->table.hash_key, b.text, b.moved, b.n, &b.made);
        if (!find_batch(counts, &b)) return false;
        note_in_document(counts, &b, 0, b.n);
    }
    return true;
}

/* Counts the n-grams of the open document. */
static bool count_document_grams(tp_counts *counts, const tp_words *words)
{
    tp_span grams[TP_KEYS_AT_ONCE];
    size_t total = tp_n_tokens(&counts->token_ends);
    for (size_t n = words->least_ngram; n <= words->most_ngram && n <= total; n++) {
        size_t held = 0;
        for (size_t first = 0; first + n <= total; first++) {
            grams[held++] = tp_gram_at(&counts->token_ends, first, n);
            if (held < TP_KEYS_AT_ONCE && first + n < total) continue;
            if (!count_grams(counts, grams, held)) return false;
            held = 0;
        }
    }
    counts->tokens.used = counts->token_ends.used = 0;
    return true;
}

static bool has_grams(const tp_words *words) { return words->most_ngram > 1; }

static bool parts_at_space(const tp_words *words) { return words->rule->cuts == TP_CUTS_AT_SPACE; }

static bool wants_keys(const tp_words *words) { return !has_grams(words) || words->stop_words.n_terms > 0; }

/* ---- Documents ------------------------------------------------------------------------------------------------------- */

static bool close_next_document(const rule_reading *q)
{
    if (has_grams(q->words) && !count_document_grams(q->r->counts, q->words)) return false;
    tp_counts_close_document(q->r->counts);
    q->r->n_closed++;
    return true;
}

static bool close_before(const rule_reading *q, size_t place)
{
    while (next_end(q->r) < place) {
        if (!close_next_document(q)) return false;
    }
    return true;
}

/* Takes the words first … end - 1 of the batch, all of them in the open document. */
static bool take_words(const rule_reading *q, const word_batch *b, size_t first, size_t end)
{
    tp_counts *counts = q->r->counts;
    if (!has_grams(q->words)) {
        note_in_document(q->r->counts, b, first, end);
        return true;
    }
    for (size_t i = first; i < end; i++) {
        size_t start = b->edges[2 * i];
        size_t nbytes = b->edges[2 * i + 1] - start;
        if (!tp_keep_token(&counts->tokens, &counts->token_ends, b->text + start, nbytes)) return false;
    }
    return true;
}

/* A place that no text has: words that are all in the open document. */
#define NOWHERE SIZE_MAX

/* Takes the words of the batch, whose text begins at the place `origin` of the batch of documents, and closes the documents
 * between them. */
static bool take_batch(const rule_reading *q, const word_batch *b, size_t origin)
{
    if (origin == NOWHERE) return take_words(q, b, 0, b->n);
    for (size_t first = 0, end; first < b->n; first = end) {
        if (!close_before(q, origin + b->edges[2 * first])) return false;
        uint64_t stop = next_end(q->r);
        end = first + 1;
        while (end < b->n && origin + b->edges[2 * end] < stop) end++;
        if (!take_words(q, b, first, end)) return false;
    }
    return true;
}

/* Takes a word that is too long for the edges of a batch. */
static bool take_giant(const rule_reading *q, const uint8_t *text, size_t nbytes)
{
    tp_counts *counts = q->r->counts;
    if (is_stop_word(q->words, text, nbytes)) return true;
    return has_grams(q->words) ? tp_keep_token(&counts->tokens, &counts->token_ends, text, nbytes)
                               : count_one_word(counts, text, nbytes);
}

static size_t drop_short(const tp_words *words, const uint8_t *text, tp_span *spans, size_t n)
{
    if (words->min_length == 1) return n;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        spans[kept] = spans[i];
        kept += tp_utf8_count(text + spans[i].start, text + spans[i].end) >= words->min_length;
    }
    return kept;
}

static bool take_spans(const rule_reading *q, const uint8_t *text, const tp_span *spans, size_t n, size_t origin)
{
    word_batch b;
    tp_counts *counts = q->r->counts;
    for (size_t first = 0, taken; first < n; first += taken) {
        taken = put_edges(&b, text, spans + first, n - first);
        if (taken == 0) {
            taken = 1;
            if (!take_giant(q, text + spans[first].start, spans[first].end - spans[first].start)) return false;
            continue;
        }
        if (wants_keys(q->words)) tp_make_keys(&counts->table.hash_key, b.text, b.moved, b.n, &b.made);
        drop_stop_words(q, &b);
        if (!has_grams(q->words) && !find_batch(counts, &b)) return false;
        if (!take_batch(q, &b, origin == NOWHERE ? NOWHERE : origin + spans[first].start)) return false;
    }
    return true;
}

/* Line feeds part the terms of the table, so within a word they become a byte that no UTF-8 has. */
static void hide_line_feeds(uint8_t *text, const tp_span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = spans[i].start; j < spans[i].end; j++) {
            if (text[j] == '\n') text[j] = 0xFF;
        }
    }
}

/* Finds the words of a text and takes them. The text is the core's own, so that nobody changes it meanwhile, and TP_READ_BEHIND
 * bytes more may be read. */
static bool take_text(const rule_reading *q, uint8_t *text, size_t nbytes, size_t origin)
{
    tp_span spans[TP_KEYS_AT_ONCE];
    const tp_words_rule *rule = q->words->rule;
    size_t at = 0, n;
    while ((n = rule->next_words(rule, text, nbytes, &at, spans, TP_KEYS_AT_ONCE)) > 0) {
        if (q->words->may_hold_line_feed) hide_line_feeds(text, spans, n);
        n = drop_short(q->words, text, spans, n);
        if (!take_spans(q, text, spans, n, origin)) return false;
    }
    return true;
}

/* Makes the keys of a batch of words that begins with word `first` of the chunk, and takes stop words out. */
static void prepare(const rule_reading *q, const tp_scan_chunk *chunk, size_t first, size_t n_words, word_batch *b)
{
    const tp_table *table = &q->r->counts->table;
    b->n = n_words - first < TP_KEYS_AT_ONCE ? n_words - first : TP_KEYS_AT_ONCE;
    b->text = chunk->lowered;
    b->edges = chunk->edges + 2 * first;
    if (b->n == 0) return;
    if (wants_keys(q->words)) tp_make_keys(&table->hash_key, b->text, b->edges, b->n, &b->made);
    drop_stop_words(q, b);
    if (!has_grams(q->words) && !is_cached(table)) prefetch_slots(table, b);
}

/* Takes the words of a chunk whose text is what the rule is to search, batch by batch, the next one prepared before the last one
 * is looked up. */
static bool take_chunk(const rule_reading *q, tp_scan_chunk *chunk, size_t nbytes, size_t origin)
{
    tp_counts *counts = q->r->counts;
    word_batch batches[2], *now = &batches[0], *next = &batches[1];
    size_t n_words = tp_class_edges(q->words->own_rule, chunk->lowered, nbytes, chunk->edges);
    if (n_words == 0) return true;
    if (!has_grams(q->words) && !tp_table_reserve(&counts->table, n_words, chunk->edges[2 * n_words - 1])) return false;
    prepare(q, chunk, 0, n_words, now);
    for (size_t first = 0; first < n_words; first += TP_KEYS_AT_ONCE) {
        if (first + TP_KEYS_AT_ONCE < n_words) prepare(q, chunk, first + TP_KEYS_AT_ONCE, n_words, next);
        if (!has_grams(q->words)) find_terms(&counts->table, now);
        if (!take_batch(q, now, origin)) return false;
        word_batch *done = now;
        now = next;
        next = done;
    }
    return true;
}

/* ---- Text that changes ----------------------------------------------------------------------------------------------- */

/* Copies text into empty scratch memory. */
static bool copy_text(tp_arena *to, const uint8_t *text, size_t nbytes)
{
    to->used = 0;
    if (!tp_arena_reserve(TP_FOR_CORPUS, to, nbytes + TP_READ_BEHIND)) return false;
    if (nbytes > 0) memcpy(to->data, text, nbytes);
    to->used = nbytes;
    return true;
}

/* The steps below change the text in `lowered`, with `other` as scratch memory. */

static void swap_scratch(tp_counts *counts, size_t nbytes)
{
    tp_arena changed = counts->other;
    changed.used = nbytes;
    counts->other = counts->lowered;
    counts->lowered = changed;
}

/* Empties `other` and makes room in it. */
static bool reserve_other(tp_counts *counts, size_t nbytes)
{
    counts->other.used = 0;
    return tp_arena_reserve(TP_FOR_CORPUS, &counts->other, nbytes + TP_READ_BEHIND);
}

static bool normalize(tp_counts *counts, tp_normal_form form, uint32_t unicode_version)
{
    const tp_arena *from = &counts->lowered, *to = &counts->other;
    size_t nbytes = from->used;
    tp_status status;
    do {
        if (!reserve_other(counts, nbytes)) return false;
        status = tp_normalize(from->data, from->used, form, unicode_version, to->data, NULL, to->capacity - TP_READ_BEHIND, &nbytes,
                              NULL);
    } while (status == TP_TOO_SMALL);
    if (status != TP_OK) return false;
    swap_scratch(counts, nbytes);
    return true;
}

static bool change_case(tp_counts *counts, const tp_words *words)
{
    const tp_arena *from = &counts->lowered;
    size_t nbytes;
    if (words->letter_case == TP_CASE_KEEP) return true;
    if (from->used > SIZE_MAX / MOST_FOLD_GROWTH - TP_READ_BEHIND) return false;
    if (!reserve_other(counts, MOST_FOLD_GROWTH * from->used)) return false;
    if (words->letter_case == TP_CASE_FOLD) nbytes = tp_fold(from->data, from->used, words->unicode_version, counts->other.data);
    else nbytes = tp_lower_word(from->data, from->used, counts->unicode_version, counts->other.data);
    swap_scratch(counts, nbytes);
    return true;
}

static bool is_ascii(const uint8_t *text, size_t nbytes)
{
    uint8_t all = 0;
    for (size_t i = 0; i < nbytes; i++) all |= text[i];
    return all < 0x80;
}

static bool strip_accents(tp_counts *counts, const tp_words *words)
{
    tp_arena *text = &counts->lowered;
    if (!words->strips_accents || is_ascii(text->data, text->used)) return true;
    if (!normalize(counts, TP_NFKD, words->unicode_version)) return false;
    text->used = tp_strip_marks(text->data, text->used, words->unicode_version, text->data);
    return true;
}

/* Takes the words of a stretch of the open document, which is changed as a whole before. */
static bool take_changed(const rule_reading *q, const uint8_t *text, size_t nbytes)
{
    tp_counts *counts = q->r->counts;
    if (nbytes == 0) return true;
    if (!copy_text(&counts->lowered, text, nbytes)) return false;
    if (q->words->normalizes && !normalize(counts, q->words->form, q->words->unicode_version)) return false;
    if (!change_case(counts, q->words) || !strip_accents(counts, q->words)) return false;
    return take_text(q, counts->lowered.data, counts->lowered.used, NOWHERE);
}

/* Whether the first bytes of the chunk, lower-cased by the scanner or as they were, are what the steps before the words make of
 * `text`. */
static bool is_ready(const tp_words *words, const tp_scan_chunk *chunk, const uint8_t *text, size_t nbytes)
{
    if (words->letter_case == TP_CASE_LOWER && chunk->unlowered[0] < nbytes) return false;
    if ((words->letter_case == TP_CASE_FOLD || words->strips_accents) && !is_ascii(chunk->lowered, nbytes)) return false;
    if (!words->normalizes) return true;
    size_t offset;
    tp_status status = tp_find_unnormalized(text, nbytes, words->form, words->unicode_version, &offset, NULL);
    return status == TP_OK && offset == nbytes;
}

/* ---- Text that can be cut at white space ------------------------------------------------------------------------------ */

/* Takes text that begins at the place of the reading, without looking at the chunk, and closes the documents that end in it. */
static bool take_documents(const rule_reading *q, size_t nbytes)
{
    reading *r = q->r;
    size_t start = r->position, stop = r->position + nbytes;
    if (!close_before(q, start)) return false;
    while (next_end(r) < stop) {
        size_t end = tp_end_within(r->ends, r->n_closed, start, stop);
        if (!take_changed(q, r->text + start, end - start) || !close_next_document(q)) return false;
        start = tp_start_behind(end, stop);
    }
    return take_changed(q, r->text + start, stop - start);
}

/* Puts a line feed, which parts it from what follows for any rule, behind each document that ends in the next `nbytes` bytes. */
static void part_documents(const reading *r, size_t nbytes)
{
    for (size_t i = r->n_closed; i < r->n_ends; i++) {
        uint64_t end = tp_once(r->ends[i]);
        if (end < r->position || end - r->position >= nbytes) return;
        r->counts->chunk->lowered[end - r->position] = '\n';
    }
}

/* Takes the next `nbytes` bytes, which the chunk begins with. */
static bool take_stretch(const rule_reading *q, size_t nbytes)
{
    reading *r = q->r;
    tp_scan_chunk *chunk = r->counts->chunk;
    if (!close_before(q, r->position)) return false; /* those that end in the white space behind the words of the last chunk */
    if (q->words->letter_case == TP_CASE_KEEP) memcpy(chunk->lowered, r->text + r->position, nbytes);
    if (!is_ready(q->words, chunk, r->text + r->position, nbytes)) return take_documents(q, nbytes);
    if (q->words->own_rule != NULL && tp_class_has_edges(q->words->own_rule)) return take_chunk(q, chunk, nbytes, r->position);
    if (!parts_at_space(q->words)) part_documents(r, nbytes);
    return take_text(q, chunk->lowered, nbytes, r->position);
}

/* Keeps the last bytes of the batch, which belong to its open document, for the next batch. */
static bool hold_back(const rule_reading *q, size_t nbytes)
{
    if (nbytes == 0) return true;
    reading *r = q->r;
    return close_before(q, r->nbytes - nbytes) && tp_counts_append_to_carry(r->counts, r->text + r->nbytes - nbytes, nbytes);
}

static bool take_next_chunk(const rule_reading *q)
{
    reading *r = q->r;
    tp_scan_chunk *chunk = r->counts->chunk;
    const uint8_t *here = r->text + r->position;
    size_t dealt_with = tp_scan(here, r->nbytes - r->position, chunk), held_back = 0;
    if (dealt_with == 0) { /* no white space in a whole chunk */
        dealt_with = (size_t)(tp_skip_word(here, r->text + r->nbytes) - here);
        bool is_held_back = r->position + dealt_with == r->nbytes && is_open_at_end(r);
        if (is_held_back) held_back = dealt_with;
        else if (!take_documents(q, dealt_with)) return false;
    } else {
        size_t n_words = chunk->n_words;
        bool is_last = r->position + dealt_with == r->nbytes && is_open_at_end(r);
        if (is_last && n_words > 0 && chunk->edges[2 * n_words - 1] == dealt_with) {
            held_back = dealt_with - chunk->edges[2 * n_words - 2];
        }
        if (!take_stretch(q, dealt_with - held_back)) return false;
    }
    r->position += dealt_with;
    return hold_back(q, held_back);
}

/* ---- Text that can be cut at some white space --------------------------------------------------------------------------- */

/* Returns where the text begins that the next batch may continue: at the beginning of the document that is open at the end of the
 * batch, or at the position if that is later, or at the end. */
static size_t start_of_open(const reading *r)
{
    if (!is_open_at_end(r) || r->text[r->nbytes - 1] == '\n') return r->nbytes;
    if (r->n_ends == 0) return r->position;
    uint64_t end = tp_once(r->ends[r->n_ends - 1]);
    if (end >= r->nbytes) return r->nbytes;
    return end < r->position ? r->position : (size_t)end + 1;
}

/* Returns the last place in a chunk where it can be cut, or 0. */
static size_t last_cut(const tp_scan_chunk *chunk, size_t nbytes)
{
    size_t stop = nbytes;
    for (size_t i = chunk->n_words; i > 0; i--) {
        for (size_t place = chunk->edges[2 * i - 1]; place < stop && chunk->lowered[place] < 0x80; place++) {
            if (tp_is_cut(chunk->lowered, place)) return place;
        }
        stop = chunk->edges[2 * i - 2];
    }
    return 0;
}

/* Takes text up to the last cut in the next chunk, or to the first one behind it if there is none, or keeps it. */
static bool take_up_to_cut(const rule_reading *q)
{
    reading *r = q->r;
    size_t rest = r->nbytes - r->position, scanned = tp_scan(r->text + r->position, rest, r->counts->chunk);
    size_t open_start = start_of_open(r);
    size_t cut = r->position + last_cut(r->counts->chunk, scanned);
    bool is_last = scanned == rest;
    if (is_last && cut < open_start) cut = open_start;
    if (cut > r->position) {
        if (!take_stretch(q, cut - r->position)) return false;
    } else if (!is_last) {
        cut = tp_next_cut(r->text, r->nbytes, r->position + scanned + (scanned == 0));
        is_last = cut == r->nbytes;
        if (is_last) cut = open_start;
        if (!take_documents(q, cut - r->position)) return false;
    }
    r->position = is_last ? r->nbytes : cut;
    return !is_last || hold_back(q, r->nbytes - cut);
}

/* Completes what the carry holds with the beginning of the batch. */
static bool continue_carry(const rule_reading *q)
{
    reading *r = q->r;
    size_t limit = r->n_ends > 0 ? tp_end_within(r->ends, 0, 0, r->nbytes) : r->nbytes;
    r->position = parts_at_space(q->words) ? (size_t)(tp_skip_word(r->text, r->text + limit) - r->text)
                                           : tp_next_cut(r->text, limit, 0);
    if (!tp_counts_append_to_carry(r->counts, r->text, r->position)) return false;
    if (r->position == r->nbytes && is_open_at_end(r)) return true;
    bool is_taken = take_changed(q, r->counts->carry.data, r->counts->carry.used);
    r->counts->carry.used = 0;
    return is_taken;
}

static bool take_cuttable(const rule_reading *q)
{
    reading *r = q->r;
    if (r->counts->carry.used > 0 && !continue_carry(q)) return false;
    while (r->position < r->nbytes) {
        if (!(parts_at_space(q->words) ? take_next_chunk(q) : take_up_to_cut(q))) return false;
    }
    return true;
}

/* ---- Text that cannot ------------------------------------------------------------------------------------------------- */

static bool take_whole_documents(const rule_reading *q)
{
    reading *r = q->r;
    tp_arena *carry = &r->counts->carry;
    size_t start = 0;
    while (r->n_closed < r->n_ends) {
        size_t end = tp_end_within(r->ends, r->n_closed, start, r->nbytes);
        if (carry->used > 0) {
            if (!tp_counts_append_to_carry(r->counts, r->text + start, end - start)) return false;
            if (!take_changed(q, carry->data, carry->used)) return false;
            carry->used = 0;
        } else if (!take_changed(q, r->text + start, end - start)) {
            return false;
        }
        if (!close_next_document(q)) return false;
        start = tp_start_behind(end, r->nbytes);
    }
    return tp_counts_append_to_carry(r->counts, r->text + start, r->nbytes - start);
}

bool tp_count_by_rule(reading *r, const tp_words *words)
{
    const rule_reading q = {r, words};
    r->counts->has_rule = true;
    if (!(words->rule->cuts != TP_CUTS_NOWHERE ? take_cuttable(&q) : take_whole_documents(&q))) return false;
    while (r->n_closed < r->n_ends) {
        if (!close_next_document(&q)) return false;
    }
    return true;
}
