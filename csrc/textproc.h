/* textproc.h - word statistics over UTF-8 text, at memory speed: the public interface of the C core.
 *
 * Conventions
 *   - Text is UTF-8, given as pointer + length in bytes; NUL is an ordinary byte. A pointer may be NULL where its length is 0.
 *   - A function that can fail returns tp_status (0 is success) and fills the tp_error it is given; `error` may be NULL.
 *   - A function that fails changes nothing, unless its comment says otherwise.
 *   - Any function may be called from any thread. A corpus has its own lock: readers share it, writers exclude each other.
 *   - Only the part between CFFI-BEGIN and CFFI-END is read by the Python binding's builder.
 */
#ifndef TEXTPROC_H
#define TEXTPROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Version --------------------------------------------------------------------------------------------------- */

/* The version of this library, "major.minor.patch". A static string. */
const char *tp_version(void);

/* The version of the Unicode Standard that the tables were generated from. A static string. */
const char *tp_unicode_version(void);

/* ---- Status and errors ----------------------------------------------------------------------------------------- */

/* How a call went. */
typedef enum tp_status {
    TP_OK = 0,
    TP_NO_MEMORY = 1,        /* an allocation was refused */
    TP_INVALID_ARGUMENT = 2, /* an argument breaks the function's contract; offset: the item, where there are several */
    TP_INVALID_UTF8 = 3,     /* offset: the first byte of the first ill-formed sequence */
    TP_CANCELLED = 4,        /* a callback returned 0; offset: the document it was told of */
    TP_STALE = 5,            /* the corpus has moved on from the position that the caller expected */
    TP_TOO_SMALL = 6,        /* an output buffer is too small; the size it needs was stored */
    TP_TOO_LARGE = 7,        /* a count or size is beyond what the core can hold */
    TP_DAMAGED = 8,          /* a snapshot is not what it says it is; offset: the byte where that shows */
    TP_UNKNOWN_VERSION = 9   /* a snapshot was written by a version that is not known here; offset: its version field */
} tp_status;

/* What went wrong, and where. A call that succeeds leaves it as it was. */
typedef struct tp_error {
    tp_status status;
    uint64_t offset;     /* in bytes or items, as the status says */
    const char *message; /* a static string: a clause without capital or full stop */
} tp_error;

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

/* What memory is held for. */
typedef enum tp_memory_kind {
    TP_FOR_WORK = 0,        /* what a call holds only as long as it runs, whatever it is about */
    TP_FOR_CORPUS = 1,      /* tp_corpus: itself, and room in which it counts */
    TP_FOR_TABLE = 2,       /* the tables of corpora: terms, counts, index */
    TP_FOR_LEXICON = 3,     /* tp_lexicon */
    TP_FOR_TRAINING = 4,    /* tp_pieces, tp_trainer */
    TP_FOR_VOCABULARY = 5,  /* tp_vocabulary, tp_names */
    TP_FOR_PIECE_CACHE = 6, /* tp_piece_cache, and the same of a call that was given none */
    TP_FOR_PRODUCT = 7,     /* tp_product */
    TP_FOR_SIEVE = 8,       /* tp_sieve */
    TP_FOR_WINDOW = 9       /* tp_window */
} tp_memory_kind;

/* How many these are. */
#define TP_N_MEMORY_KINDS 10

/* What is held for one of them, now. */
typedef struct tp_memory_use {
    uint64_t bytes;
    uint64_t allocations; /* blocks */
    uint64_t objects;     /* of TP_FOR_TABLE: tables that are not empty; of TP_FOR_WORK: none */
} tp_memory_use;

/* What the core holds in the whole process, in bytes as they were asked for. */
typedef struct tp_memory_stats {
    uint64_t current_bytes;    /* held now */
    uint64_t peak_bytes;       /* the most ever held at once */
    uint64_t live_allocations; /* blocks held now */
    uint64_t limit_bytes;      /* as tp_memory_set_limit has set it */
    tp_memory_use kinds[TP_N_MEMORY_KINDS];
} tp_memory_stats;

/* Stores what is held. The numbers are read one after the other, not at one instant. */
void tp_memory_get_stats(tp_memory_stats *stats);

/* As limit_bytes: whatever the system gives. */
#define TP_NO_LIMIT 0xFFFFFFFFFFFFFFFF

/* From now on the core asks the system for nothing that would make it hold more than `nbytes`: whatever would takes TP_NO_MEMORY
 * for an answer. What is held already may be more; it stays, and can be freed. At any moment, from any thread. */
void tp_memory_set_limit(uint64_t nbytes);

/* An allocation that was refused. */
typedef struct tp_memory_refusal {
    uint64_t asked_bytes; /* how large the block was to be; 0: none was refused */
    uint64_t held_bytes;  /* what the core held then */
    uint64_t limit_bytes; /* the limit that it would have gone over; TP_NO_LIMIT: the system refused */
} tp_memory_refusal;

/* Stores why a function has just returned TP_NO_MEMORY to this thread, and forgets it. */
void tp_memory_take_refusal(tp_memory_refusal *refusal);

/* Resizes a block as realloc does, to 0 bytes meaning free; `block` is NULL for a new one. Returns NULL when it refuses. */
typedef void *(*tp_resize_fn)(void *user, void *block, size_t old_nbytes, size_t new_nbytes);

/* Has every allocation of the core made by `resize` (NULL: by the C library again). Only while live_allocations is 0 and no
 * other thread is in the core; otherwise TP_INVALID_ARGUMENT. */
tp_status tp_memory_set_hook(tp_resize_fn resize, void *user, tp_error *error);

/* For tests: the nth allocation from now on (counted from 1, in any thread) is refused, once. 0 refuses none. */
void tp_memory_fail_at(uint64_t nth);

/* ---- Instruction sets ------------------------------------------------------------------------------------------ */

/* The fast paths come in variants that give equal answers: "plain", "neon", "avx2", "avx512". The best one that the machine
 * has is in use, unless the environment variable TEXTPROC_SIMD names another one that it has. */
const char *tp_simd_name(void);
bool tp_simd_is_available(const char *name);

/* For tests and measurements: puts a variant to use from the next call on; NULL chooses again as at the start. */
tp_status tp_simd_select(const char *name, tp_error *error);

/* ---- Processes ------------------------------------------------------------------------------------------------- */

/* Around fork(): no lock of the core is held by any thread between tp_before_fork and tp_after_fork_…, so the child can use
 * every object. tp_before_fork waits for calls that hold a lock (never for a callback). Between the two calls the thread that
 * forks may use the core, others wait. */
void tp_before_fork(void);
void tp_after_fork_in_parent(void);
void tp_after_fork_in_child(void);

/* For tests and measurements: replaces the process's random hash key. Only while no corpus exists. */
void tp_hash_set_key(uint64_t first, uint64_t second);

/* ---- Text ------------------------------------------------------------------------------------------------------ */

/* TP_INVALID_UTF8, with the offset, unless `text` is well-formed UTF-8 (Unicode Standard, table 3-7: no surrogates). */
tp_status tp_utf8_validate(const uint8_t *text, size_t text_nbytes, tp_error *error);

/* Writes the lower-cased form of one word of valid UTF-8 to `lowered` and returns its length in bytes, as Python's str.lower
 * would: full mapping, final sigma by the word alone. `lowered` must hold 3/2 of word_nbytes and not overlap with `word`. */
size_t tp_lower_word(const uint8_t *word, size_t word_nbytes, uint8_t *lowered);

/* Stores where each line ends (the offset of its '\n'; for the last one, which need not have one, text_nbytes) and how many
 * lines there are: one more than there are '\n'. TP_TOO_SMALL, with *n_lines stored, if that is more than `capacity`. */
tp_status tp_find_lines(const uint8_t *text, size_t text_nbytes, uint64_t *ends, size_t capacity, size_t *n_lines,
                        tp_error *error);

/* Stores where each of n texts ends that were joined with one byte between two of them, the last one at text_nbytes, from their
 * lengths: in bytes if these add up to the text, which is valid UTF-8, and otherwise in characters. TP_INVALID_ARGUMENT, with
 * the number of the text as offset, if a length leads beyond the end, with n if there is more. O(text_nbytes), O(n) from
 * bytes. */
tp_status tp_utf8_find_ends(const uint8_t *text, size_t text_nbytes, const uint64_t *lengths, uint64_t *ends, size_t n,
                            tp_error *error);

/* Whether there is a line of nothing but white space; text without '\n' is one line. O(lines) where few are indented. */
bool tp_has_blank_line(const uint8_t *text, size_t text_nbytes);

/* Whether there is nothing but white space, or nothing at all. */
bool tp_is_blank(const uint8_t *text, size_t text_nbytes);

/* The length of `text` without the beginning of a character at its end, which what follows may complete. Bytes that no
 * character begins with are left for tp_utf8_validate to refuse. */
size_t tp_utf8_complete_nbytes(const uint8_t *text, size_t text_nbytes);

/* What is known of the lines of a text that comes in blocks; all zero before the first one. */
typedef struct tp_lines {
    uint64_t nbytes;      /* of the blocks so far */
    uint64_t n_ended;     /* lines that have ended, each by a '\n'; so the number, from 0, of the one that is open */
    uint64_t n_blank;     /* how many of these have nothing but white space */
    uint64_t first_blank; /* the number of the first such line, if there is one */
    uint64_t open_start;  /* where the open line begins, in bytes from the start of the first block */
    bool open_has_text;   /* whether it has anything but white space yet */
} tp_lines;

/* Looks at the next block, valid UTF-8 that is cut between characters. Stores the offsets in it of those '\n' that end a line
 * with something in it, and how many these are: at most text_nbytes / 2 + 1. TP_TOO_SMALL, with *n_ends stored and `lines` as
 * it was, if that is more than `capacity`. O(lines) where few are indented. */
tp_status tp_find_text_lines(tp_lines *lines, const uint8_t *text, size_t text_nbytes, uint64_t *ends, size_t capacity,
                             size_t *n_ends, tp_error *error);

/* ---- Corpus: what was counted ---------------------------------------------------------------------------------- */

/* Totals and a table of terms with their counts. A term is a white-space separated word, lower-cased: what Python gives by
 * `w.lower() for w in text.split()`. Terms are numbered from 0 in the order in which they were first seen. */
typedef struct tp_corpus tp_corpus;

/* A new, empty corpus; tp_corpus_free accepts NULL. */
tp_status tp_corpus_new(tp_corpus **corpus, tp_error *error);
void tp_corpus_free(tp_corpus *corpus);

/* Frees *corpus, which becomes NULL: a destructor for who must own the place for the pointer before there is a corpus, so that nothing can
 * come between making one and owning it. */
void tp_corpus_free_at(tp_corpus **corpus);

/* A new corpus equal to `source`, its position included. */
tp_status tp_corpus_copy(tp_corpus *source, tp_corpus **copy, tp_error *error);

/* A piece of text for one corpus.
 *
 * Document i of the piece ends before text[ends[i]]; the next one begins behind that byte, which must be ASCII white space
 * (or the end of the piece). What lies behind the last end belongs to a document that stays open: the next piece given to
 * the same corpus continues it, in the middle of a word too. So a piece without ends is one slice of a long document.
 * The text should be valid UTF-8, cut between characters; anything else is counted as some words or other, safely. */
typedef struct tp_piece {
    tp_corpus *corpus;
    const uint8_t *text;
    size_t text_nbytes;
    const uint64_t *ends; /* ascending, each at most text_nbytes */
    size_t n_ends;
} tp_piece;

/* Counts every piece into its own corpus, all at the same time: one thread a piece, of which the caller is one; no thread is
 * started for a single piece, and none outlives the call. The corpora must differ from each other. When memory runs out while it
 * counts, they are left empty: count into a private corpus, then tp_corpus_append it to the one that others read. */
tp_status tp_corpus_count(const tp_piece *pieces, size_t n_pieces, tp_error *error);

/* Called for a document that has been counted: its index in the piece and its number of words. 1 goes on, 0 stops. */
typedef int (*tp_on_document)(void *user, uint64_t index, uint64_t n_words);

/* Counts the documents of one piece (all closed: nothing may lie behind the last end) one after the other and tells
 * `on_document` of each, holding no lock meanwhile. When that returns 0: TP_CANCELLED; the documents told of so far, the
 * last one included, stay counted. When memory runs out the corpus is left empty, as by tp_corpus_count. */
tp_status tp_corpus_count_each(const tp_piece *piece, tp_on_document on_document, void *user, tp_error *error);

/* Adds what `part` counted behind what `corpus` holds, as if the same documents had been counted into it, and leaves `part`
 * empty. Where `corpus` holds an open document, the first one of `part` continues it (in a new word).
 * A corpus keeps a number for its owner, the position (0 at first), such as how far a log has been counted. If it is not
 * `from_position`: TP_STALE. Otherwise it becomes `to_position` together with the new counts. */
tp_status tp_corpus_append(tp_corpus *corpus, tp_corpus *part, uint64_t from_position, uint64_t to_position, tp_error *error);

/* Appends all the others to corpora[0], in order, by up to as many threads as there are corpora: what tp_corpus_count has
 * counted in parts becomes one. Their positions do not matter. When memory runs out, those not yet appended are as they were. */
tp_status tp_corpus_join(tp_corpus *const *corpora, size_t n_corpora, tp_error *error);

/* What a corpus holds. */
typedef struct tp_totals {
    uint64_t documents;
    uint64_t words;
    uint64_t terms;
    uint64_t position;
} tp_totals;

/* All totals at one instant. */
void tp_corpus_get_totals(tp_corpus *corpus, tp_totals *totals);

typedef enum tp_measure {
    TP_COUNT = 0,             /* how often the term occurs */
    TP_DOCUMENT_FREQUENCY = 1 /* in how many documents it occurs */
} tp_measure;

/* Stores the measure of every term, in order of their numbers, at one instant, and how many there are in *n_terms.
 * TP_TOO_SMALL, with *n_terms stored, if there are more than `capacity`. */
tp_status tp_corpus_get_measure(tp_corpus *corpus, tp_measure measure, uint64_t *values, uint64_t capacity, uint64_t *n_terms,
                                tp_error *error);

/* Both measures of every term, at the same instant; otherwise as tp_corpus_get_measure. */
tp_status tp_corpus_get_measures(tp_corpus *corpus, uint64_t *counts, uint64_t *document_frequencies, uint64_t capacity,
                                 uint64_t *n_terms, tp_error *error);

/* Stores the counts of the terms `first` … `first + n - 1`, at one instant. TP_INVALID_ARGUMENT if there are not so many. */
tp_status tp_corpus_get_counts(tp_corpus *corpus, uint64_t first, uint64_t n, uint64_t *counts, tp_error *error);

/* The count of one word, looked up as it is, not lowered; 0 if it was not seen. O(length of the word). */
uint64_t tp_corpus_get_count(tp_corpus *corpus, const uint8_t *word, size_t word_nbytes);

/* Stores the terms `first` … `first + n - 1`, joined by '\n', and the length in *nbytes. Terms and their numbers never change
 * as long as the corpus is only added to. TP_TOO_SMALL, with *nbytes stored, if that is more than `capacity` bytes;
 * TP_INVALID_ARGUMENT if there are not so many terms. */
tp_status tp_corpus_get_terms(tp_corpus *corpus, uint64_t first, uint64_t n, uint8_t *text, size_t capacity, size_t *nbytes,
                              tp_error *error);

/* The same for the terms with the numbers ids[0] … ids[n - 1], in that order. */
tp_status tp_corpus_pick_terms(tp_corpus *corpus, const uint64_t *ids, uint64_t n, uint8_t *text, size_t capacity,
                               size_t *nbytes, tp_error *error);

/* Stores the numbers and counts of the min(n, terms) most frequent terms, the most frequent first, of equal ones the first
 * seen first, and how many these are in *n_given. O(terms + n log n) for a small n; O(terms) more memory for a large one. */
tp_status tp_corpus_get_top(tp_corpus *corpus, uint64_t n, uint64_t *ids, uint64_t *counts, uint64_t *n_given, tp_error *error);

/* Stores the counts of n_words given words (0 where a word was not seen) and the number of documents, at one instant.
 * Word i ends before words[ends[i]], the next one begins behind that byte. They are looked up as they are, not lowered. */
tp_status tp_corpus_look_up(tp_corpus *corpus, const uint8_t *words, size_t words_nbytes, const uint64_t *ends, size_t n_words,
                            uint64_t *counts, uint64_t *documents, tp_error *error);

/* Writes a snapshot: versioned, checksummed, the same bytes on every machine. Its length goes to *nbytes; TP_TOO_SMALL, with
 * that stored, if it is more than `capacity`. The position is not part of it. A document left open is TP_INVALID_ARGUMENT. */
tp_status tp_corpus_write(tp_corpus *corpus, uint8_t *snapshot, size_t capacity, size_t *nbytes, tp_error *error);

/* Makes a corpus of a snapshot, which need not be trusted: TP_DAMAGED or TP_UNKNOWN_VERSION says that it is not one. */
tp_status tp_corpus_read(const uint8_t *snapshot, size_t snapshot_nbytes, tp_corpus **corpus, tp_error *error);

/* ---- Arrow columns: text that lies in the buffers of another library ------------------------------------------------ */

/* How the slots of an Arrow array (a column, or a chunk of one) tell where their text is; see the Arrow columnar format. */
typedef enum tp_arrow_layout {
    TP_ARROW_OFFSETS_32 = 0, /* string, binary: int32_t offsets into data[0], one more than there are slots */
    TP_ARROW_OFFSETS_64 = 1, /* large_string, large_binary: the same with int64_t */
    TP_ARROW_VIEWS = 2,      /* string_view, binary_view: 16 bytes each, a text of more than 12 being in one of data[] */
    TP_ARROW_INDICES_8 = 3,  /* dictionary: the number of an entry of the dictionary, unsigned, of so many bits */
    TP_ARROW_INDICES_16 = 4,
    TP_ARROW_INDICES_32 = 5,
    TP_ARROW_INDICES_64 = 6
} tp_arrow_layout;

/* Memory of the other library. */
typedef struct tp_arrow_buffer {
    const uint8_t *bytes; /* not aligned to anything */
    size_t nbytes;
} tp_arrow_buffer;

/* The entries of an array are its slots `offset` … `offset + length - 1`. What the buffers hold need not be trusted: nothing
 * outside of them is read. */
typedef struct tp_arrow_array {
    tp_arrow_layout layout;
    tp_arrow_buffer validity; /* a bit for each slot, the lowest first, 0 where there is no value; NULL where all have one */
    tp_arrow_buffer slots;
    const tp_arrow_buffer *data;
    size_t n_data;
    uint64_t offset;
    uint64_t length;
} tp_arrow_array;

/* Documents of an array, joined. */
typedef struct tp_arrow_batch {
    uint8_t *text; /* where to join them */
    size_t text_capacity;
    uint64_t *ends; /* as in tp_piece */
    size_t ends_capacity;
    uint64_t next; /* the next entry to read */
    uint64_t stop; /* the one behind the last to be read */
    bool stops_at_blank;

    size_t text_nbytes;
    size_t n_ends;
    uint64_t read_nbytes;     /* of all values read, blank ones too */
    const uint8_t *long_text; /* a document too long to be joined, where it lies, or NULL */
    size_t long_nbytes;
    bool is_at_blank; /* the entry `next` is blank */
} tp_arrow_batch;

/* Joins documents, each with a '\n' behind it, from the entry `next` on, up to `stop` or what there is room for, moves `next`
 * behind them, and fills what stands below. Entries without a value are no documents, nor are blank ones, unless the batch
 * stops there. A document that is too long for all of the room is told of alone, and is not validated. One call reads at most
 * some hundred thousand entries. `dictionary`, of an array of indices, has texts; for others it is NULL.
 * `next` is the entry at fault after TP_INVALID_UTF8, whose offset is within the document, and after TP_INVALID_ARGUMENT: it
 * points to outside of the buffers, or these are too small for the array. Nothing is joined then. */
tp_status tp_arrow_join(const tp_arrow_array *array, const tp_arrow_array *dictionary, tp_arrow_batch *batch, tp_error *error);

/* Adds up the bytes of the values from the entry `first` on, until they are at least `enough`, or up to `stop`, and stores
 * where that was in *following and the sum in *nbytes. What tp_arrow_join will refuse counts as nothing. O(stop - first). */
tp_status tp_arrow_measure(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t stop,
                           uint64_t enough, uint64_t *following, uint64_t *nbytes, tp_error *error);

/* Makes of n texts joined by '\n', in the same place, what an Arrow array has: takes the '\n's out, and stores where each text
 * ends, plus `start`, in offsets[0] … offsets[n - 1], which are int32_t or int64_t as the layout says. TP_INVALID_ARGUMENT
 * unless there are n texts; TP_TOO_LARGE, in both cases with nothing changed, if an offset is. */
tp_status tp_arrow_split(uint8_t *text, size_t text_nbytes, uint64_t n, uint64_t start, tp_arrow_layout layout, void *offsets,
                         tp_error *error);

/* ---- Lexicon: words with weights ------------------------------------------------------------------------------- */

/* An immutable list of distinct lower-cased words, each with a weight. */
typedef struct tp_lexicon tp_lexicon;

/* Makes a lexicon of n_words words, laid out as in tp_corpus_look_up, after lowering them. TP_INVALID_ARGUMENT, with the
 * number of the first bad word as offset, if a word is empty, holds white space, is not valid UTF-8, equals an earlier one
 * once lowered, or has a weight that is not finite. */
tp_status tp_lexicon_new(const uint8_t *words, size_t words_nbytes, const uint64_t *ends, const double *weights, size_t n_words,
                         tp_lexicon **lexicon, tp_error *error);
void tp_lexicon_free(tp_lexicon *lexicon);
void tp_lexicon_free_at(tp_lexicon **lexicon); /* as tp_corpus_free_at */

/* The lowered words, laid out for tp_corpus_look_up, and their weights, in the order given; valid until it is freed. */
typedef struct tp_lexicon_entries {
    const uint8_t *words;
    size_t words_nbytes;
    const uint64_t *ends;
    const double *weights;
    size_t n_words;
} tp_lexicon_entries;

/* Stores where the entries lie; nothing is copied. */
void tp_lexicon_get_entries(const tp_lexicon *lexicon, tp_lexicon_entries *entries);

/* ---- Splitting text into pieces, for byte-level BPE --------------------------------------------------------------------- */

/* Regular expressions by which tokenizers split text before they merge, with a splitter written by hand for each. Letters,
 * numbers and white space are those of tp_unicode_version. */
typedef enum tp_pattern {
    TP_PATTERN_NONE = 0,
    TP_PATTERN_GPT2 = 1,            /* GPT-2, as published */
    TP_PATTERN_R50K = 2,            /* the same in tiktoken */
    TP_PATTERN_GPT4 = 3,            /* GPT-4, as rustbpe has it */
    TP_PATTERN_CL100K = 4,          /* GPT-4, as published */
    TP_PATTERN_CL100K_TIKTOKEN = 5, /* GPT-4 in tiktoken, where white space at the end of a text is one piece */
    TP_PATTERN_NANOCHAT = 6,        /* as rustbpe's, with numbers of at most two digits */
    TP_PATTERN_O200K = 7            /* GPT-4o */
} tp_pattern;

/* The regular expression; NULL where there is none. A static string. */
const char *tp_pattern_text(tp_pattern pattern);

/* The pattern with exactly this text, or TP_PATTERN_NONE. */
tp_pattern tp_pattern_find(const uint8_t *text, size_t text_nbytes);

/* Splits `text` into the pieces that the pattern matches one after the other, which together are all of it. Stores where the
 * first ones end, at most `capacity`, and returns how many these are; the next piece begins where the last one ends, and can be
 * found by another call from there. Unless `is_final`, only pieces are given that are the same whatever text follows; what lies
 * behind the last of them is to be given again, with more text. 0 for TP_PATTERN_NONE.
 * Text should be valid UTF-8 (a cut character at the end is left over where it is not final); anything else is split
 * somehow, safely. O(text_nbytes). */
size_t tp_split(tp_pattern pattern, const uint8_t *text, size_t text_nbytes, bool is_final, uint64_t *ends, size_t capacity);

/* The first place at or behind `from`, and not at the start of the text, before which a piece ends, whatever stands before the
 * text and behind it, as far as two neighbouring characters tell: say, before the white space that follows a word. If there is
 * none, text_nbytes. So text can be shared out among threads. */
size_t tp_split_find_cut(tp_pattern pattern, const uint8_t *text, size_t text_nbytes, size_t from);

/* ---- Training: from pieces of text to merges --------------------------------------------------------------------------- */

/* Distinct pieces of text, as a pattern splits it, each with how often it occurs. */
typedef struct tp_pieces tp_pieces;

/* No pieces yet. */
tp_status tp_pieces_new(tp_pieces **pieces, tp_error *error);
void tp_pieces_free(tp_pieces *pieces); /* accepts NULL */
void tp_pieces_free_at(tp_pieces **pieces); /* as tp_corpus_free_at */

/* Counts the pieces into which `pattern` splits a text of valid UTF-8 (tp_split, also for `is_final`), and stores how many
 * bytes that were in *used: what lies behind them is to be given again, with more text. Up to `threads` threads share a text. */
tp_status tp_pieces_add(tp_pieces *pieces, tp_pattern pattern, const uint8_t *text, size_t text_nbytes, bool is_final,
                        size_t threads, size_t *used, tp_error *error);

/* Counts the pieces of documents, each split as if alone. Document i ends before text[ends[i]]; the next one begins behind that
 * byte, whatever it is. What lies behind the last end counts as nothing. TP_INVALID_ARGUMENT, with the number of the document,
 * if one ends before it begins or behind the text. */
tp_status tp_pieces_add_documents(tp_pieces *pieces, tp_pattern pattern, const uint8_t *text, size_t text_nbytes,
                                  const uint64_t *ends, size_t n_documents, size_t threads, tp_error *error);

/* Counts pieces that are given, of any bytes: piece i ends before text[ends[i]], where the next one begins. The ends ascend; an
 * empty piece counts as nothing, and so does what lies behind the last end. TP_INVALID_ARGUMENT, with the number of the piece,
 * if one ends before it begins or behind the text. */
tp_status tp_pieces_add_split(tp_pieces *pieces, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_pieces,
                              tp_error *error);

/* Two adjacent tokens that become one. Tokens 0 … 255 are the bytes; the i-th merge, from 0, makes token 256 + i. */
typedef struct tp_merge {
    uint32_t left, right;
} tp_merge;

/* Which of the pairs that occur most often, counting those that overlap, is merged first. Either way it is the one with the
 * smallest left token, of these the one with the smallest right one. */
typedef enum tp_tie_break {
    TP_TIE_RUSTBPE = 0, /* a token is as small as its number */
    TP_TIE_HF = 1       /* the same, but the bytes come in the order of the characters that stand for them in Hugging Face's
                         * byte-level alphabet: 33 … 126, 161 … 172, 174 … 255, then the others */
} tp_tie_break;

/* One training: what it has made so far, and the text in its tokens. Used by one thread at a time. */
typedef struct tp_trainer tp_trainer;

/* A trainer that has merged nothing. It keeps nothing of `pieces`, which may be freed. TP_TOO_LARGE if the distinct pieces have
 * more than some two thousand million bytes. O(bytes of the distinct pieces), in memory too. */
tp_status tp_trainer_new(tp_pieces *pieces, tp_tie_break tie_break, tp_trainer **trainer, tp_error *error);
void tp_trainer_free(tp_trainer *trainer); /* accepts NULL */
void tp_trainer_free_at(tp_trainer **trainer); /* as tp_corpus_free_at */

/* Makes up to n more merges, stores them and how many these are: *n_made < n, with TP_OK, when no two tokens are adjacent any
 * more. What it makes depends on nothing but the pieces and their counts. After TP_NO_MEMORY or TP_TOO_LARGE the *n_made merges
 * that were stored are made; another call goes on behind them. A merge takes time in proportion to how often its pair occurs in
 * the distinct pieces: microseconds, but the first ones of a large text milliseconds each. */
tp_status tp_trainer_step(tp_trainer *trainer, tp_merge *merges, size_t n, size_t *n_made, tp_error *error);

/* ---- Vocabulary: encoding and decoding --------------------------------------------------------------------------------- */

/* The tokens of a byte-level BPE, their ids, and the rule by which a piece of text becomes ids. Immutable: any number of
 * threads may use one at the same time, and no lock is taken. */
typedef struct tp_vocabulary tp_vocabulary;

/* The rule of who trains: a pair of tokens that was merged in training is merged, the earliest merge first, the leftmost pair
 * first. Ids 0 … 255 are the bytes, merge i makes id 256 + i. TP_INVALID_ARGUMENT, with the number of the merge as offset, if
 * it takes an id that does not exist yet, or a pair that was merged already. */
tp_status tp_vocabulary_from_merges(const tp_merge *merges, size_t n_merges, tp_vocabulary **vocabulary, tp_error *error);

/* tiktoken's rule: a piece that is a token is that token; otherwise the pair whose bytes together are the token of the lowest
 * id is merged, the leftmost first, for as long as there is one.
 * Token i is tokens[ends[i - 1] … ends[i]) (the first one begins at 0), its id is ids[i]; ids may be any distinct numbers, in
 * any order. TP_INVALID_ARGUMENT, with the number of the token as offset, if one is empty or its end is out of order or out of
 * the text, if its bytes or its id are those of an earlier one; with n_tokens + b as offset if byte b is no token by itself. */
tp_status tp_vocabulary_from_tokens(const uint8_t *tokens, size_t tokens_nbytes, const uint64_t *ends, const uint32_t *ids,
                                    size_t n_tokens, tp_vocabulary **vocabulary, tp_error *error);

/* Hugging Face's rule: pairs are merged as they stand in a list, the first one in it first, the leftmost first; the token made
 * is the one with the bytes of both. With `whole_pieces` (their ignore_merges) a piece that is a token is that token whatever
 * its merges are. Tokens as above; merges are given by ids. TP_INVALID_ARGUMENT also, with n_tokens + 256 + the number of the
 * merge as offset, if one has an id that does not exist, is given twice, or makes no token. */
tp_status tp_vocabulary_from_tokens_and_merges(const uint8_t *tokens, size_t tokens_nbytes, const uint64_t *ends,
                                               const uint32_t *ids, size_t n_tokens, const tp_merge *merges, size_t n_merges,
                                               bool whole_pieces, tp_vocabulary **vocabulary, tp_error *error);

void tp_vocabulary_free(tp_vocabulary *vocabulary); /* accepts NULL */
void tp_vocabulary_free_at(tp_vocabulary **vocabulary); /* as tp_corpus_free_at */

/* All tokens, by ascending id; valid until the vocabulary is freed. Laid out as they are given to tp_vocabulary_from_tokens. */
typedef struct tp_vocabulary_tokens {
    const uint8_t *tokens;
    size_t tokens_nbytes;
    const uint64_t *ends;
    const uint32_t *ids;
    size_t n_tokens;
} tp_vocabulary_tokens;

/* Stores where the tokens lie; nothing is copied. */
void tp_vocabulary_get_tokens(const tp_vocabulary *vocabulary, tp_vocabulary_tokens *tokens);

/* Stores the merges, by ids, in their order, and how many there are in *n_merges; TP_TOO_SMALL, with that stored, if these are
 * more than `capacity`. Made of tokens alone, it has one for each token of more than a byte: the two tokens into which all
 * merges of lower ids turn it. TP_INVALID_ARGUMENT, with the id as offset, if these are more than two: no list of merges says
 * the same. */
tp_status tp_vocabulary_get_merges(const tp_vocabulary *vocabulary, tp_merge *merges, size_t capacity, size_t *n_merges,
                                   tp_error *error);

/* The pieces that were encoded lately, with their ids, for up to so many threads: kept from call to call, it saves a text that
 * comes in blocks from being looked up anew. It grows with use, up to 2 MB a thread, and may be used by one call at a time. A
 * call with another vocabulary begins with it empty. */
typedef struct tp_piece_cache tp_piece_cache;
tp_status tp_piece_cache_new(size_t threads, tp_piece_cache **cache, tp_error *error);
void tp_piece_cache_free(tp_piece_cache *cache);
void tp_piece_cache_free_at(tp_piece_cache **cache);

/* Encodes the pieces into which `pattern` splits a text, as tp_split does, also for `is_final`. Stores ids, how many in *n_ids,
 * and in *used how many bytes they stand for: all of whole pieces. It stops where there is nothing left that is certain, or
 * before a piece for whose ids there is no room left; the caller goes on from there with what follows. TP_TOO_SMALL, with
 * *n_ids what the very first piece takes, if there is no room for that alone: never with as much room as the piece has bytes.
 * TP_INVALID_ARGUMENT for TP_PATTERN_NONE.
 * `ids` may be NULL: then they are only counted, whatever `capacity` is. `cache` may be NULL: one is made for this call. Up to
 * `threads` threads, or as many as the cache is for, share a long text, if the ids are only counted or if there is room for as
 * many as it has bytes. */
tp_status tp_vocabulary_encode(const tp_vocabulary *vocabulary, tp_piece_cache *cache, tp_pattern pattern, const uint8_t *text,
                               size_t text_nbytes, bool is_final, size_t threads, uint32_t *ids, size_t capacity,
                               size_t *n_ids, size_t *used, tp_error *error);

/* The same for pieces that something else has split: piece i is text[ends[i - 1] … ends[i]), the first one begins at 0.
 * *n_used is how many pieces the ids stand for. TP_INVALID_ARGUMENT, with the piece as offset, if its end is out of order or
 * of the text. */
tp_status tp_vocabulary_encode_split(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const uint8_t *text,
                                     size_t text_nbytes, const uint64_t *ends, size_t n_pieces, uint32_t *ids, size_t capacity,
                                     size_t *n_ids, size_t *n_used, tp_error *error);

/* Encodes documents, each as if alone, by up to `threads` threads. Document i ends before text[ends[i]]; the next one begins
 * behind that byte, as in tp_piece. Stores all ids, how many in *n_ids, and in id_ends[i] where those of document i end.
 * TP_TOO_SMALL unless `capacity` is at least text_nbytes; `ids` may be NULL, as above. TP_INVALID_ARGUMENT, with the document
 * as offset, for bad ends. */
tp_status tp_vocabulary_encode_batch(const tp_vocabulary *vocabulary, tp_piece_cache *cache, tp_pattern pattern,
                                     const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                                     size_t threads, uint32_t *ids, size_t capacity, uint64_t *id_ends, size_t *n_ids,
                                     tp_error *error);

/* Joins the bytes of tokens. Stores how many bytes these are in *nbytes and, unless `ends` is NULL, where those of each token
 * end. `special` are more tokens, by ascending id and laid out as tp_vocabulary_get_tokens gives them; NULL if there are none.
 * TP_TOO_SMALL, with *nbytes stored, if that is more than `capacity`; TP_INVALID_ARGUMENT, with the index of the first id that
 * no token has as offset. */
tp_status tp_vocabulary_decode(const tp_vocabulary *vocabulary, const tp_vocabulary_tokens *special, const uint32_t *ids,
                               size_t n_ids, uint8_t *bytes, size_t capacity, size_t *nbytes, uint64_t *ends, tp_error *error);

/* ---- Names in a text ---------------------------------------------------------------------------------------------------- */

/* Some names that are looked for in texts, as those of special tokens are. Immutable, as a vocabulary is. */
typedef struct tp_names tp_names;

/* Name i is names[ends[i - 1] … ends[i]) (the first one begins at 0). TP_INVALID_ARGUMENT, with i as offset, if it is empty, equals
 * an earlier one, or has an end that is out of order or out of the text, and if there is none. O(names_nbytes). */
tp_status tp_names_new(const uint8_t *names, size_t names_nbytes, const uint64_t *ends, size_t n_names, tp_names **made,
                       tp_error *error);
void tp_names_free(tp_names *names); /* accepts NULL */
void tp_names_free_at(tp_names **names); /* as tp_corpus_free_at */

/* Whether any of the names is in a text. O(text_nbytes). */
bool tp_names_occur(const tp_names *names, const uint8_t *text, size_t text_nbytes);

/* Where a name stands in a text. */
typedef struct tp_named_place {
    uint64_t start;
    uint64_t end;
    uint64_t name; /* its number */
} tp_named_place;

/* Finds the names in a text: the leftmost one, of those that begin there the longest, then on from its end. Stores their places,
 * how many in *n_places, and in *used how many bytes are certain: all if the text is final; otherwise what follows may make another
 * name of those behind. TP_TOO_SMALL, with both stored, if there are more places than `capacity`. O(text_nbytes + length of the
 * longest name), however many names there are and wherever they stand. */
tp_status tp_names_find(const tp_names *names, const uint8_t *text, size_t text_nbytes, bool is_final, tp_named_place *places,
                        size_t capacity, size_t *n_places, size_t *used, tp_error *error);

/* ---- Numbers --------------------------------------------------------------------------------------------------- */

/* What numbers in memory are: `const void *numbers`, in native byte order, aligned as their type wants it. */
typedef enum tp_number_type {
    TP_INT8 = 0,
    TP_UINT8 = 1,
    TP_INT16 = 2,
    TP_UINT16 = 3,
    TP_INT32 = 4,
    TP_UINT32 = 5,
    TP_INT64 = 6,
    TP_UINT64 = 7,
    TP_FLOAT32 = 8,
    TP_FLOAT64 = 9
} tp_number_type;

/* A sum of ints: high * 2^64 + low. */
typedef struct tp_int_sum {
    int64_t high;
    uint64_t low;
} tp_int_sum;

/* Adds n ints to *sum, all zero before the first ones, by up to `threads` threads. TP_INVALID_ARGUMENT for a type of floats.
 * O(n), at the speed of memory. */
tp_status tp_sum_ints(const void *numbers, tp_number_type type, size_t n, size_t threads, tp_int_sum *sum, tp_error *error);

/* What a sum of floats has met that is no number. */
typedef enum tp_specials {
    TP_HAS_POSITIVE_INFINITY = 1,
    TP_HAS_NEGATIVE_INFINITY = 2,
    TP_HAS_NAN = 4
} tp_specials;

/* A sum of floats: a fixed-point number that holds every sum of them exactly, and by how much that may be wrong. All zero is
 * the sum of nothing. */
typedef struct tp_float_sum {
    int64_t digits[70];   /* times 2^32 for each place, in units of 2^-1074 */
    uint64_t n_uncarried; /* how many numbers were added since the digits were last below 2^32 */
    double bound;         /* the sum is wrong by no more than that */
    uint32_t specials;    /* the tp_specials that were among the numbers, or 0 */
} tp_float_sum;

/* Adds n floats to *sum by up to `threads` threads: at the speed of memory, with the error bound that goes with it or, if
 * `is_exact`, without any error and ten times as slowly. TP_INVALID_ARGUMENT for a type of ints. */
tp_status tp_sum_floats(const void *numbers, tp_number_type type, size_t n, bool is_exact, size_t threads, tp_float_sum *sum,
                        tp_error *error);

/* Stores the double nearest to the sum times 2 to the power of `exponent`, to the even one of two, infinite where that is, or
 * else NaN, as IEEE 754 has it. False where the sum is not known well enough to tell: add the same numbers exactly. An exact
 * sum is always known. */
bool tp_float_sum_get(const tp_float_sum *sum, int exponent, double *value);

/* Filtering works on blocks of so many numbers. */
#define TP_FILTER_BLOCK 4096

/* Stores, for each block (the last one may be shorter), how many numbers are at least *least, a number of the same type that is
 * neither NaN nor minus infinity. TP_TOO_LARGE, with the index of the first of these as offset, if twice that number has no place
 * in the type; then the counts are undefined. Infinity has its place. O(n), by up to `threads` threads. */
tp_status tp_filter_count(const void *numbers, tp_number_type type, size_t n, const void *least, size_t threads,
                          uint64_t *counts, tp_error *error);

/* Stores twice each of those numbers in their order, as many as tp_filter_count has counted. */
void tp_filter_double(const void *numbers, tp_number_type type, size_t n, const void *least, size_t threads,
                      const uint64_t *counts, void *kept);

/* Stores a[i] * b[i] for n pairs of numbers of the same type; of floats as IEEE 754 rounds it. TP_TOO_LARGE, with the index of
 * the first such pair as offset, if a product of ints has no place in the type; then the products are undefined. */
tp_status tp_multiply(const void *a, const void *b, tp_number_type type, size_t n, size_t threads, void *products,
                      tp_error *error);

/* What is known of the distribution of some numbers; all zero is that of none. */
typedef struct tp_stats {
    uint64_t n;
    tp_int_sum int_sum;     /* of ints */
    tp_float_sum float_sum; /* of floats */
    double mean_high;       /* the mean is the sum of both; of numbers times the scale */
    double mean_low;
    double squares_high;    /* the sum of squared differences from the mean, likewise */
    double squares_low;
    double least;           /* of floats; if there is NaN among them, it means nothing */
    double greatest;
    int64_t int_least;      /* of ints; for uint64 the same bits */
    int64_t int_greatest;
} tp_stats;

/* Adds n numbers. `scale`, a power of two, is 1 unless squares would overflow or vanish; then the numbers are multiplied by it
 * for mean and squares, and for nothing else. Squares mean nothing where a number is not finite, or too large for its square.
 * Numbers that come in several calls should come in multiples of TP_FILTER_BLOCK: then neither the cuts between these nor the
 * number of threads changes a bit of the answer. */
tp_status tp_stats_add(tp_stats *stats, const void *numbers, tp_number_type type, size_t n, double scale, size_t threads,
                       tp_error *error);

/* Stores the mean of each of n_chunks chunks of `chunk` > 0 doubles, rounded once from their exact sum and once by division. */
void tp_chunk_means(const double *numbers, size_t chunk, size_t n_chunks, size_t threads, double *means);

/* Stores `n` numbers of any type as the nearest doubles. With `exactly`, TP_INVALID_ARGUMENT, with the index of the first one as
 * offset, if an integer is not the same as a double: not all beyond 2^53 are. `items` must not overlap with `numbers`. */
tp_status tp_to_float64(tp_number_type type, const void *numbers, size_t n, bool exactly, double *items, tp_error *error);

/* Stores `n` integers of any type as int64. TP_TOO_LARGE, with the index of the first one as offset, if one has no place there;
 * TP_INVALID_ARGUMENT for floats. `items` must not overlap with `numbers`. */
tp_status tp_to_int64(tp_number_type type, const void *numbers, size_t n, int64_t *items, tp_error *error);

/* ---- Numbers: matrices ------------------------------------------------------------------------------------------- */

/* Numbers in rows and columns: that of row i and column j is items[i * row_stride + j * column_stride]. `items` may be NULL if
 * there are none. */
typedef struct tp_matrix {
    const double *items;
    size_t n_rows;
    size_t n_columns;
    size_t row_stride;
    size_t column_stride;
} tp_matrix;

/* A matrix product that is worked out step by step. One call at a time may use it. */
typedef struct tp_product tp_product;

/* Begins the product of two matrices, for up to `threads` threads. It is stored in `items`, row by row without gaps, which must
 * not overlap with the matrices; all three must last as long as steps are made. TP_INVALID_ARGUMENT unless left.n_columns is
 * right.n_rows; TP_NO_MEMORY for the panels into which both are packed, some 4 MB and less than 1 MB a thread.
 *
 * Every element is the sum, in double precision, of left[i][j] * right[j][k] in order of j, in blocks whose sums are added in
 * their order. So it is the same for any number of threads. Whether a product is rounded before it is added depends on the
 * variant in use (see tp_simd_name): with avx512, avx2 and neon it is not. With any of them an element differs from the exact one
 * by at most n 2^-53 / (1 - n 2^-53) times the sum of the absolute products, n = left.n_columns (N. Higham, Accuracy and
 * Stability of Numerical Algorithms, 3.5), unless it overflows or products are subnormal. NaN and infinities go where they go
 * in that sum. */
tp_status tp_product_new(const tp_matrix *left, const tp_matrix *right, double *items, size_t threads, tp_product **product,
                         tp_error *error);

/* Makes about `n` more multiplications, fewer where there are only some for each element, but at least those of a row of tiles, and
 * stores how many are done so far. Returns whether any are left; when none are, all elements are stored. At least one step is
 * needed, also where there is nothing to multiply. */
bool tp_product_step(tp_product *product, uint64_t n, uint64_t *n_done);

void tp_product_free(tp_product *product); /* accepts NULL */
void tp_product_free_at(tp_product **product); /* as tp_corpus_free_at */

/* ---- Numbers: random points, primes ------------------------------------------------------------------------------- */

/* Throws points at a square and returns how many lie within the quarter of a circle that touches two of its sides and has its
 * centre at the corner of the other two: those numbered from `first` on, modulo 2^64, `n` of an endless sequence, which `key`
 * chooses. Up to `threads` threads share them.
 *
 * Point i is the ith output of SplitMix64 begun with `key` (G. Steele, D. Lea, C. Flood, Fast Splittable Pseudorandom Number
 * Generators, 2014): 31 bits for each coordinate, in the middle of a cell of the grid that they make. All is done in integers. */
uint64_t tp_count_points_in_circle(uint64_t key, uint64_t first, uint64_t n, size_t threads);

/* The primes up to a limit, found from the smallest to the greatest step by step. One call at a time may use it. */
typedef struct tp_sieve tp_sieve;

/* Begins to look for the primes up to `limit`, with up to `threads` threads. TP_NO_MEMORY also where there is no memory for a
 * copy of all primes, though that is the caller's: none is taken here beyond some 4 MB and less than 100 KB a thread. */
tp_status tp_sieve_new(uint32_t limit, size_t threads, tp_sieve **sieve, tp_error *error);

/* Looks at some millions of numbers more. Stores where the primes among them are, until the next step, how many these are, and
 * how many numbers have been looked at: of limit + 1, from 0 on. */
tp_status tp_sieve_step(tp_sieve *sieve, const uint32_t **primes, size_t *n_primes, uint64_t *n_done, tp_error *error);

void tp_sieve_free(tp_sieve *sieve); /* accepts NULL */
void tp_sieve_free_at(tp_sieve **sieve); /* as tp_corpus_free_at */

/* ---- Numbers: windows -------------------------------------------------------------------------------------------- */

/* The last numbers of a sequence and, if wanted, their exact sum. It has a lock: readers share it, writers exclude each
 * other. */
typedef struct tp_window tp_window;

/* An empty window of `capacity` numbers, for all of which memory is reserved. TP_INVALID_ARGUMENT if that is 0. */
tp_status tp_window_new(size_t capacity, bool sums, tp_window **window, tp_error *error);

/* A window with the same contents. */
tp_status tp_window_copy(tp_window *window, tp_window **copy, tp_error *error);

void tp_window_free(tp_window *window); /* accepts NULL */
void tp_window_free_at(tp_window **window); /* as tp_corpus_free_at */

/* Adds numbers; each one drops the oldest if the window is full. With `averages`, of a window that sums, stores the average after
 * each: the sum rounded to double, correctly, divided by how many there are. So it is what Python's math.fsum(w) / len(w) is,
 * also where that overflows; NaN if there is a NaN in the window or infinities of both signs, an infinity if there are such of
 * one sign alone. `averages` may be `numbers`. O(1) a number: the sum is kept in fixed point, all 2098 bits that doubles reach
 * and 64 more, from which what is dropped is subtracted without error. */
void tp_window_push(tp_window *window, const double *numbers, size_t n, double *averages);

/* The same for one number; returns the average. */
double tp_window_push_one(tp_window *window, double number);

/* What is in a window. */
typedef struct tp_window_state {
    size_t capacity;
    size_t count;
    double latest;    /* of the numbers; NaN if there is none */
    double average;   /* NaN unless it sums; 0 if there is none */
    uint64_t version; /* changes with the contents */
} tp_window_state;

/* Stores all of it at one instant. */
void tp_window_get_state(tp_window *window, tp_window_state *state);

/* Stores the numbers, the oldest first, and how many there are; TP_TOO_SMALL, with that stored, if these are more than
 * `capacity`. */
tp_status tp_window_get_numbers(tp_window *window, double *numbers, size_t capacity, size_t *n, tp_error *error);

/* Drops all numbers; the capacity stays. */
void tp_window_clear(tp_window *window);

/* Exchanges what is in two different windows of the same capacity; otherwise TP_INVALID_ARGUMENT. TP_STALE unless the version of
 * `window` is the expected one. */
tp_status tp_window_exchange(tp_window *window, tp_window *other, uint64_t expected_version, tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
