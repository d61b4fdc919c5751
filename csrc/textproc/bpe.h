/* Byte-level BPE: splitting, training, encoding and decoding. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_BPE_H
#define TEXTPROC_BPE_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Splitting text into pieces, for byte-level BPE -------------------------------------------------------------- */

/* The regular expressions with which tokenizers split text before they merge; each one has a hand-written splitter here.
 * Letters, numbers and white space are those of tp_unicode_version. */
typedef enum tp_pattern {
    TP_PATTERN_NONE = 0,
    TP_PATTERN_GPT2 = 1,            /* GPT-2, as published */
    TP_PATTERN_R50K = 2,            /* the equivalent form in tiktoken */
    TP_PATTERN_GPT4 = 3,            /* GPT-4, in the form that rustbpe uses */
    TP_PATTERN_CL100K = 4,          /* GPT-4, as published */
    TP_PATTERN_CL100K_TIKTOKEN = 5, /* GPT-4 in tiktoken, where white space at the end of a text is one piece */
    TP_PATTERN_NANOCHAT = 6,        /* as TP_PATTERN_GPT4, with numbers of at most two digits */
    TP_PATTERN_O200K = 7,           /* GPT-4o */
    TP_PATTERN_QWEN2 = 8,           /* as TP_PATTERN_CL100K, with numbers of one digit; Qwen 2, 2.5 and 3 */
    TP_PATTERN_TEKKEN = 9,          /* as TP_PATTERN_O200K, with numbers of one digit and no contractions; Mistral */
    TP_PATTERN_QWEN35 = 10,         /* as TP_PATTERN_QWEN2, with marks as letters; Qwen 3.5 */
    TP_PATTERN_KIMI = 11,           /* as TP_PATTERN_O200K, with runs of Han apart and no slashes behind newlines; Kimi K2 */
    TP_PATTERN_DEEPSEEK3 = 12       /* DeepSeek V3: what its three patterns do one after the other, in one expression */
} tp_pattern;

/* Returns the regular expression, NULL for TP_PATTERN_NONE. A static string. */
const char *tp_pattern_text(tp_pattern pattern);

/* Returns the pattern with exactly this text, or TP_PATTERN_NONE. */
tp_pattern tp_pattern_find(const uint8_t *text, size_t text_nbytes);

/* What happens to the matches of a pattern and to the text between them, as in Hugging Face's tokenizers. */
typedef enum tp_split_behavior {
    TP_SPLIT_ISOLATED = 0,             /* each match, and each stretch between two, is a piece */
    TP_SPLIT_REMOVED = 1,              /* matches are left out */
    TP_SPLIT_MERGED_WITH_PREVIOUS = 2, /* a match belongs to the stretch before it */
    TP_SPLIT_MERGED_WITH_NEXT = 3,     /* a match belongs to the stretch behind it */
    TP_SPLIT_CONTIGUOUS = 4            /* consecutive matches are one piece */
} tp_split_behavior;

/* One step of splitting: a pattern that divides each piece of the step before, which is a whole text for the pattern.
 *
 * The program of a regular expression is a list of numbers: the number of sets of characters and the number of instructions;
 * for each set the number of its ranges, and the first and the last code point of each, in ascending order without overlap;
 * then the instructions, of three numbers each: the operation, an argument, and the instruction that comes next. The first
 * instruction is the beginning. Operations: 0 ends a match; 1 takes a character of the set `argument`; 2 goes on at `next`, or
 * else at `argument`; 3 goes on if the next character is in the set `argument`; 4 also at the end of the text. */
typedef struct tp_split_step {
    tp_pattern pattern; /* one that is written by hand, or TP_PATTERN_NONE: then there is a program */
    const uint32_t *program;
    size_t n_words;
    tp_split_behavior behavior;
    bool is_inverted;  /* matches and stretches change their roles; with TP_SPLIT_REMOVED only matches are pieces */
    bool is_over_bytes; /* each byte is a character, that of GPT-2's alphabet; so it is in all further steps */
} tp_split_step;

/* The maximal number of steps. */
#define TP_MOST_SPLIT_STEPS 8

/* Steps, one after the other. Immutable: any number of threads may use a splitter at the same time, without a lock. */
typedef struct tp_splitter tp_splitter;

/* Makes a splitter; without steps, a text is one piece. TP_TOO_LARGE if a program goes beyond the bounds on its size, on the
 * states that it needs, or on the length of text that is read in vain after a match (256 characters). Within them it takes time
 * linear in any text. TP_INVALID_ARGUMENT if there are too many steps, a step is invalid, or a pattern may match no text. */
tp_status tp_splitter_new(const tp_split_step *steps, size_t n_steps, tp_splitter **splitter, tp_error *error);
void tp_splitter_free(tp_splitter *splitter); /* accepts NULL */
void tp_splitter_free_at(tp_splitter **splitter); /* as tp_corpus_free_at */

/* Returns the splitter of a pattern that is written by hand, which lives for ever; NULL for TP_PATTERN_NONE. */
const tp_splitter *tp_splitter_of(tp_pattern pattern);

/* A piece that is text left out: this bit of its end is set. */
#define TP_LEFT_OUT 0x8000000000000000

/* Splits `text` into consecutive pieces, which together cover the whole text. Stores where the first pieces end, at most
 * `capacity`, and returns their number. The next piece begins where the last one ends; another call from there continues.
 * Text that is no piece of the last step is given as one with TP_LEFT_OUT. Of several steps, the pieces into which a piece of
 * the first step is divided are returned together or not at all: `capacity` should be as large as the text has bytes.
 * Unless `is_final`, the function returns only pieces that do not depend on the text that follows; pass the rest
 * again, with more text.
 * The text should be valid UTF-8 (a cut character at the end is left over if the text is not final). The split of other bytes
 * is safe but unspecified. O(text_nbytes). */
size_t tp_split(const tp_splitter *splitter, const uint8_t *text, size_t text_nbytes, bool is_final, uint64_t *ends,
                size_t capacity);

/* Returns the first place at or after `from`, and after the start of the text, before which a piece ends, whatever precedes and
 * follows the text; for example, before the white space that follows a word. Only places that two neighbouring characters can
 * prove are found. Returns text_nbytes if there is none. Callers use it to divide a text among threads. */
size_t tp_split_find_cut(const tp_splitter *splitter, const uint8_t *text, size_t text_nbytes, size_t from);

/* ---- Training: from pieces of text to merges --------------------------------------------------------------------- */

/* The distinct pieces into which text is split, each with its number of occurrences. */
typedef struct tp_pieces tp_pieces;

/* Makes an empty set of pieces. */
tp_status tp_pieces_new(tp_pieces **pieces, tp_error *error);
void tp_pieces_free(tp_pieces *pieces); /* accepts NULL */
void tp_pieces_free_at(tp_pieces **pieces); /* as tp_corpus_free_at */

/* Counts the pieces into which `splitter` divides a text of valid UTF-8 (see tp_split, also for `is_final`). Stores in *used
 * the number of bytes in those pieces; pass the bytes after them again, with more text. At most `threads` threads share the
 * work. */
tp_status tp_pieces_add(tp_pieces *pieces, const tp_splitter *splitter, const uint8_t *text, size_t text_nbytes, bool is_final,
                        size_t threads, size_t *used, tp_error *error);

/* Counts the pieces of documents, each one split separately. Document i ends before text[ends[i]]; the next one begins after
 * that byte, whatever the byte is. The text after the last end is not counted. TP_INVALID_ARGUMENT, with the index of the
 * document as offset, if a document ends before it begins or beyond the text. */
tp_status tp_pieces_add_documents(tp_pieces *pieces, const tp_splitter *splitter, const uint8_t *text,
                                  size_t text_nbytes, const uint64_t *ends, size_t n_documents, size_t threads, tp_error *error);

/* Counts pieces that are already split, which may be any bytes: piece i ends before text[ends[i]], and the next one begins
 * there. The ends ascend. Empty pieces and the text after the last end are not counted. TP_INVALID_ARGUMENT, with the index of
 * the piece as offset, if a piece ends before it begins or beyond the text. */
tp_status tp_pieces_add_split(tp_pieces *pieces, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_pieces,
                              tp_error *error);

/* What a set of pieces holds. */
typedef struct tp_pieces_totals {
    uint64_t pieces;      /* distinct ones */
    uint64_t occurrences; /* of all pieces */
    uint64_t nbytes;      /* of all occurrences */
} tp_pieces_totals;

/* Stores all totals, read at one instant. O(pieces). */
void tp_pieces_get_totals(tp_pieces *pieces, tp_pieces_totals *totals);

/* Adds the counts of `other`, which stays unchanged, as if the same texts had been counted into `pieces`, each of them `times`
 * times. TP_INVALID_ARGUMENT if both are the same; TP_TOO_LARGE if all text together has 2^48 bytes. O(pieces of `other`). */
tp_status tp_pieces_merge(tp_pieces *pieces, tp_pieces *other, uint64_t times, tp_error *error);

/* Shares out the pieces among `parts`, which are empty and different, and which no other thread may use meanwhile, by the same
 * rule as tp_corpus_split. The set stays unchanged. TP_INVALID_ARGUMENT, with the number of the part as offset, if a part is
 * not empty; also unless there are 1 to 65536 parts. O(bytes of the distinct pieces + parts). */
tp_status tp_pieces_split(tp_pieces *pieces, uint64_t salt, tp_pieces *const *parts, size_t n_parts, tp_error *error);

/* Writes a snapshot: versioned, checksummed, the same bytes on every machine, with the pieces in order of first occurrence.
 * Stores its length in bytes in *nbytes; TP_TOO_SMALL, with *nbytes stored, if it is more than `capacity`. */
tp_status tp_pieces_write(tp_pieces *pieces, uint8_t *snapshot, size_t capacity, size_t *nbytes, tp_error *error);

/* Makes a set of pieces from a snapshot, which may come from an untrusted source. TP_DAMAGED or TP_UNKNOWN_VERSION if it is not
 * a valid snapshot. */
tp_status tp_pieces_read(const uint8_t *snapshot, size_t snapshot_nbytes, tp_pieces **pieces, tp_error *error);

/* Two adjacent tokens that become one. Tokens 0 … 255 are the bytes; merge i, counted from 0, makes token 256 + i. */
typedef struct tp_merge {
    uint32_t left, right;
} tp_merge;

/* How a tie between the most frequent pairs is broken; the counts of pairs include overlapping occurrences. The pair with the
 * smallest left token is merged first; among those, the pair with the smallest right token. The constants define the order of
 * tokens. */
typedef enum tp_tie_break {
    TP_TIE_RUSTBPE = 0, /* tokens are ordered by number */
    TP_TIE_HF = 1       /* the same, except that bytes are ordered as their characters in Hugging Face's byte-level alphabet: 33
                         * … 126, 161 … 172, 174 … 255, then the others */
} tp_tie_break;

/* The state of a training: the merges made so far and the text in the resulting tokens. Only one thread at a time may use
 * it. */
typedef struct tp_trainer tp_trainer;

/* Makes a trainer that has made no merges. It keeps no reference to `pieces`, which may be freed. TP_TOO_LARGE if the distinct
 * pieces have more than about two thousand million bytes. O(bytes of the distinct pieces) time and memory. */
tp_status tp_trainer_new(tp_pieces *pieces, tp_tie_break tie_break, tp_trainer **trainer, tp_error *error);
void tp_trainer_free(tp_trainer *trainer); /* accepts NULL */
void tp_trainer_free_at(tp_trainer **trainer); /* as tp_corpus_free_at */

/* Sets what tp_trainer_step leaves out from now on: pairs that occur less than `least_count` times, and pairs that would become
 * a token of more than `most_nbytes` bytes. The second limit may only be lowered: what it has left out once stays left out. */
void tp_trainer_set_limits(tp_trainer *trainer, uint64_t least_count, size_t most_nbytes);

/* Makes n merges that are given, such as those of an earlier training on another text, and stores how many are made. A pair
 * that is not in the pieces becomes a token too. TP_INVALID_ARGUMENT, with the index of the merge as offset, if a merge uses a
 * token that does not exist yet. After TP_NO_MEMORY or TP_TOO_LARGE *n_made merges have been made; another call continues with
 * the others. O(occurrences of the pairs in the distinct pieces + n). */
tp_status tp_trainer_replay(tp_trainer *trainer, const tp_merge *merges, size_t n, size_t *n_made, tp_error *error);

/* Makes up to n more merges and stores them and their number. *n_made < n, with TP_OK, means that no two tokens are adjacent
 * any more, or that the limits leave out all pairs. The merges depend only on the pieces and their counts. After TP_NO_MEMORY
 * or TP_TOO_LARGE the *n_made stored merges have been made; another call continues after them. The time of a merge is
 * proportional to the number of occurrences of its pair in the distinct pieces: microseconds, but milliseconds for each of the
 * first merges of a large text. */
tp_status tp_trainer_step(tp_trainer *trainer, tp_merge *merges, size_t n, size_t *n_made, tp_error *error);

/* ---- Vocabulary: encoding and decoding --------------------------------------------------------------------------- */

/* The tokens of a byte-level BPE, their ids, and the rule that turns a piece of text into ids. Immutable: any number of threads
 * may use a vocabulary at the same time, without a lock. */
typedef struct tp_vocabulary tp_vocabulary;

/* Makes a vocabulary with the rule of the training: pairs of tokens are merged in the order of the merges, for each merge the
 * leftmost pair first. Ids 0 … 255 are the bytes; merge i makes id 256 + i. TP_INVALID_ARGUMENT, with the index of the merge as
 * offset, if a merge uses an id that does not exist yet, or repeats a pair. */
tp_status tp_vocabulary_from_merges(const tp_merge *merges, size_t n_merges, tp_vocabulary **vocabulary, tp_error *error);

/* Makes a vocabulary with tiktoken's rule: a piece that is a token becomes that token. In any other piece, the pair whose
 * joined bytes are the token with the lowest id is merged, leftmost first, as long as there is such a pair. Token i is
 * tokens[ends[i - 1] … ends[i]) (the first one begins at 0), and its id is ids[i]. The ids may be any distinct numbers, in any
 * order. No text becomes a token that is empty. Bytes of a text that are no token alone are left out of a piece before it is
 * merged, if the vocabulary `may_lack_bytes`. TP_INVALID_ARGUMENT, with the index of the token as offset, if its end is out of
 * order or beyond the text, or if its bytes or its id equal those of an earlier token; with n_tokens + b as offset if byte b
 * alone is not a token and may not lack. */
tp_status tp_vocabulary_from_tokens(const uint8_t *tokens, size_t tokens_nbytes, const uint64_t *ends, const uint32_t *ids,
                                    size_t n_tokens, bool may_lack_bytes, tp_vocabulary **vocabulary, tp_error *error);

/* Makes a vocabulary with Hugging Face's rule: pairs are merged in the order of a list, the leftmost first. A merge makes the
 * token with the bytes of both. With `whole_pieces` (their ignore_merges), a piece that is a token becomes that token, whatever
 * the merges are. The tokens are passed as above, the merges as ids. TP_INVALID_ARGUMENT also, with n_tokens + 256 + the index
 * of the merge as offset, if a merge uses an id that does not exist, is repeated, or makes no token. */
tp_status tp_vocabulary_from_tokens_and_merges(const uint8_t *tokens, size_t tokens_nbytes, const uint64_t *ends,
                                               const uint32_t *ids, size_t n_tokens, bool may_lack_bytes, const tp_merge *merges,
                                               size_t n_merges, bool whole_pieces, tp_vocabulary **vocabulary, tp_error *error);

/* Reads tokens and their ids from the lines of a file of tiktoken, laid out as tp_vocabulary_from_tokens takes them: the bytes
 * of a token in base64 (whole groups of four, none left out), blanks, its id in decimal, and the end of the line or of the
 * text. `tokens` must have room for 3/4 of the bytes of the text, and three more; `ends` and `ids` for `capacity` tokens.
 * Stores the number of tokens. TP_TOO_SMALL if there are more lines. TP_INVALID_ARGUMENT, with the place of the line as offset,
 * for any other line, also for an empty token, an empty line, and an id above 4294967294. O(text_nbytes). */
tp_status tp_ranks_read(const uint8_t *text, size_t text_nbytes, uint8_t *tokens, uint64_t *ends, uint32_t *ids, size_t capacity,
                        size_t *n_tokens, tp_error *error);

/* A token whose name has a character that stands for no byte, and where the name stands in the text, quotes and all. */
typedef struct tp_other_name {
    uint64_t token; /* the index of the token, which has no bytes */
    uint64_t start;
    uint64_t end;
} tp_other_name;

/* Reads the object "vocab" of a tokenizer.json, with which `text` begins: names of tokens with their ids. The characters of a
 * name stand for bytes, by GPT-2's alphabet; a name with others is stored in `others`. Tokens are laid out as
 * tp_vocabulary_from_tokens takes them. `bytes` must have room for as many bytes as the text has; `ends`, `ids` and `others`
 * for `capacity` tokens. Stores both numbers, and in *used where the object ends. Names that are there twice are not noticed,
 * nor is UTF-8 that is wrong in `others`. TP_TOO_SMALL if there are more tokens. TP_INVALID_ARGUMENT, with the place as offset,
 * for whatever is not written in this way: no JSON, no object, an empty one, ids with a sign or a fraction, or above
 * 4294967294. O(bytes of the object). */
tp_status tp_json_read_tokens(const uint8_t *text, size_t text_nbytes, uint8_t *bytes, uint64_t *ends, uint32_t *ids,
                              tp_other_name *others, size_t capacity, size_t *n_tokens, size_t *n_others, size_t *used,
                              tp_error *error);

/* Reads the list "merges" of a tokenizer.json, with which `text` begins: texts of two tokens with a blank between them, or
 * lists of two texts, in the same alphabet. Stores the ids of the two tokens of each, their number, and in *used where the list
 * ends. The vocabulary must be one of tp_vocabulary_from_tokens; in others some tokens are not found. TP_TOO_SMALL if there are
 * more than `capacity`. TP_INVALID_ARGUMENT, with the place as offset, for what is not written in this way, for an empty list,
 * and for a merge that takes or makes bytes that are no token. O(bytes of the list + number of tokens). */
tp_status tp_json_read_merges(const tp_vocabulary *vocabulary, const uint8_t *text, size_t text_nbytes, tp_merge *pairs,
                              size_t capacity, size_t *n_pairs, size_t *used, tp_error *error);

/* The id of what is no token. */
#define TP_NO_ID 4294967295

/* Stores the id of the token that has exactly the bytes of a text, for each of several texts, or TP_NO_ID. Text i is
 * text[ends[i - 1] … ends[i]); the first one begins at 0. The vocabulary must be one of tp_vocabulary_from_tokens; in others
 * some tokens are not found. An empty text is none. TP_INVALID_ARGUMENT, with the index of the text as offset, if its end is
 * out of order or beyond the text. */
tp_status tp_vocabulary_find_tokens(const tp_vocabulary *vocabulary, const uint8_t *text, size_t text_nbytes, const uint64_t *ends,
                                    size_t n_texts, uint32_t *ids, tp_error *error);

void tp_vocabulary_free(tp_vocabulary *vocabulary); /* accepts NULL */
void tp_vocabulary_free_at(tp_vocabulary **vocabulary); /* as tp_corpus_free_at */

/* All tokens in ascending order of id, laid out as tp_vocabulary_from_tokens takes them. Valid until the vocabulary is
 * freed. */
typedef struct tp_vocabulary_tokens {
    const uint8_t *tokens;
    size_t tokens_nbytes;
    const uint64_t *ends;
    const uint32_t *ids;
    size_t n_tokens;
} tp_vocabulary_tokens;

/* Stores pointers to the tokens; nothing is copied. */
void tp_vocabulary_get_tokens(const tp_vocabulary *vocabulary, tp_vocabulary_tokens *tokens);

/* Stores the merges as ids, in order, and their number in *n_merges. TP_TOO_SMALL, with *n_merges stored, if there are more
 * than `capacity`. For a vocabulary made from tokens alone, there is one merge for each token of more than one byte: the two
 * tokens that remain of its bytes after all merges with lower ids. TP_INVALID_ARGUMENT, with the id of the token as offset, if
 * more than two remain; then no list of merges is equivalent to the vocabulary. */
tp_status tp_vocabulary_get_merges(const tp_vocabulary *vocabulary, tp_merge *merges, size_t capacity, size_t *n_merges,
                                   tp_error *error);

/* Stores the pairs of ids that merging ever joins, the one that is preferred first, and their number in *n_pairs. TP_TOO_SMALL,
 * with *n_pairs stored, if there are more than `capacity`. They are those of tp_vocabulary_get_merges where that succeeds.
 * Otherwise there is none for a token that no two others become: only a piece that is the token as a whole becomes it. Then
 * this list together with whole pieces is equivalent to the vocabulary. */
tp_status tp_vocabulary_get_pairs(const tp_vocabulary *vocabulary, tp_merge *pairs, size_t capacity, size_t *n_pairs,
                                  tp_error *error);

/* A cache of recently encoded pieces and their ids, kept across calls: most pieces of a text have occurred in earlier ones. Any
 * number of calls may use it at the same time: each of their threads takes a table out of it, or makes one, and puts it back.
 * At most `most_tables` are kept, and none while there is a limit of memory. Each grows with use, up to 2 MB. A call with
 * another vocabulary empties the tables that it takes. Answers never depend on the cache. */
typedef struct tp_piece_cache tp_piece_cache;
tp_status tp_piece_cache_new(size_t most_tables, tp_piece_cache **cache, tp_error *error);
void tp_piece_cache_clear(tp_piece_cache *cache); /* frees all tables that are not in use at the moment */
void tp_piece_cache_free(tp_piece_cache *cache); /* accepts NULL; no call may use it */
void tp_piece_cache_free_at(tp_piece_cache **cache);

/* Encodes the pieces into which `splitter` divides a text; see tp_split, also for `is_final`. Stores the ids, their number in
 * *n_ids, and in *used the number of bytes that they encode, always whole pieces. It stops when no certain piece is left, or
 * before a piece whose ids no longer fit; the caller continues from there with more text. TP_TOO_SMALL, with the number of ids
 * of the first piece in *n_ids, if even that piece does not fit; a `capacity` of as many ids as the piece has bytes always
 * suffices. Of several steps, a piece is here one of the first step. TP_INVALID_ARGUMENT if the splitter is NULL.
 * `ids` may be NULL: then the ids are only counted, whatever `capacity` is. `cache` may be NULL: then the call makes its own.
 * At most `threads` threads share a long text, if the ids are only counted or if there is room for one id for each byte of
 * it. */
tp_status tp_vocabulary_encode(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                               const uint8_t *text, size_t text_nbytes, bool is_final, size_t threads, uint32_t *ids, size_t capacity,
                               size_t *n_ids, size_t *used, tp_error *error);

/* The same with the calling thread alone, for text that may have long pieces: one of many megabytes takes seconds. It calls
 * `go_on` after the merging of each 64 K bytes or so; the result is TP_CANCELLED if that returns 0. `go_on` may be NULL. */
tp_status tp_vocabulary_encode_while(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                                     const uint8_t *text, size_t text_nbytes, bool is_final, uint32_t *ids, size_t capacity,
                                     size_t *n_ids, size_t *used, tp_go_on go_on, void *user, tp_error *error);

/* Encodes pieces that are already split; otherwise as tp_vocabulary_encode. Piece i is text[ends[i - 1] … ends[i]); the first
 * one begins at 0. Stores in *n_used the number of pieces that the ids encode. TP_INVALID_ARGUMENT, with the index of the piece
 * as offset, if its end is out of order or beyond the text. */
tp_status tp_vocabulary_encode_split(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const uint8_t *text,
                                     size_t text_nbytes, const uint64_t *ends, size_t n_pieces, uint32_t *ids, size_t capacity,
                                     size_t *n_ids, size_t *n_used, tp_error *error);

/* Encodes documents, each one separately, with at most `threads` threads. Document i ends before text[ends[i]]; the next one
 * begins after that byte, as in tp_batch. Stores all ids, their number in *n_ids, and in id_ends[i] where the ids of document i
 * end. TP_TOO_SMALL unless `capacity` is at least text_nbytes; `ids` may be NULL, as above. TP_INVALID_ARGUMENT, with the index
 * of the document as offset, for invalid ends. */
tp_status tp_vocabulary_encode_batch(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                                     const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                                     size_t threads, uint32_t *ids, size_t capacity, uint64_t *id_ends, size_t *n_ids,
                                     tp_error *error);

/* Joins the bytes of tokens. Stores their number of bytes in *nbytes and, unless `ends` is NULL, where the bytes of each token
 * end. `special` holds additional tokens in ascending order of id, laid out as tp_vocabulary_get_tokens gives them; NULL if
 * there are none. TP_TOO_SMALL, with *nbytes stored, if that is more than `capacity`; TP_INVALID_ARGUMENT, with the index of
 * the first unknown id as offset. After an error the contents of `bytes` and `ends` are undefined. */
tp_status tp_vocabulary_decode(const tp_vocabulary *vocabulary, const tp_vocabulary_tokens *special, const uint32_t *ids,
                               size_t n_ids, uint8_t *bytes, size_t capacity, size_t *nbytes, uint64_t *ends, tp_error *error);

/* ---- Names in a text ---------------------------------------------------------------------------------------------------- */

/* A set of names to find in texts, for example those of special tokens. Immutable, as a vocabulary is. */
typedef struct tp_names tp_names;

/* Makes a set of names. Name i is names[ends[i - 1] … ends[i]) (the first one begins at 0). TP_INVALID_ARGUMENT, with i as
 * offset, if a name is empty, equals an earlier one, or has an end that is out of order or beyond the text; also if there are
 * no names. O(names_nbytes). */
tp_status tp_names_new(const uint8_t *names, size_t names_nbytes, const uint64_t *ends, size_t n_names, tp_names **made,
                       tp_error *error);
void tp_names_free(tp_names *names); /* accepts NULL */
void tp_names_free_at(tp_names **names); /* as tp_corpus_free_at */

/* Returns whether any of the names occurs in a text. O(text_nbytes). */
bool tp_names_occur(const tp_names *names, const uint8_t *text, size_t text_nbytes);

/* An occurrence of a name in a text. */
typedef struct tp_named_place {
    uint64_t start;
    uint64_t end;
    uint64_t name; /* the index of the name */
} tp_named_place;

/* Finds the names in a text from left to right, without overlaps: the leftmost occurrence and, among those that begin at the
 * same place, the longest. The search continues from its end. Stores the places, their number in *n_places, and in *used the
 * number of bytes whose result is certain: all bytes if the text is final; otherwise the text that follows may change the names
 * in the rest. TP_TOO_SMALL, with both numbers stored, if there are more places than `capacity`. O(text_nbytes + length of the
 * longest name), independent of the number of names and of their places. */
tp_status tp_names_find(const tp_names *names, const uint8_t *text, size_t text_nbytes, bool is_final, tp_named_place *places,
                        size_t capacity, size_t *n_places, size_t *used, tp_error *error);

/* Encodes a text in which names were found: the text before each place as a text of its own, then name_ids[name]. It begins at
 * the byte `first`; the text after the last place is not encoded. Stores the ids and their number in *n_ids. TP_TOO_SMALL
 * unless `capacity` is at least text_nbytes; `ids` may be NULL, as for tp_vocabulary_encode. TP_INVALID_ARGUMENT, with the
 * index of the place as offset, if a place is empty, begins before the one before it ends, ends beyond the text, or has no name
 * among n_names; also if the splitter is NULL. */
tp_status tp_vocabulary_encode_between(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                                       const uint8_t *text, size_t text_nbytes, size_t first, const tp_named_place *places,
                                       size_t n_places, const uint32_t *name_ids, size_t n_names, uint32_t *ids,
                                       size_t capacity, size_t *n_ids, tp_error *error);

/* ---- Ids for files ------------------------------------------------------------------------------------------------------ */

/* How the ids of documents are stored in a file. */
typedef struct tp_packing {
    uint32_t id_nbytes; /* 2 or 4: the bytes of an id, the lowest first on every machine */
    bool has_first;     /* whether `first` stands before the ids of each document */
    bool has_last;      /* whether `last` stands after them */
    uint32_t first;
    uint32_t last;
    uint8_t part;    /* the part whose documents are stored, where documents have parts */
    uint64_t enough; /* the number of ids after which no further document is stored */
} tp_packing;

/* What tp_ids_pack has stored so far. */
typedef struct tp_packed {
    size_t n_read;      /* documents that were looked at, those of other parts included: the next one to look at */
    size_t n_documents; /* documents that are stored */
    size_t n_ids;       /* their ids, with `first` and `last` */
} tp_packed;

/* Stores the ids of documents one after the other, as they stand in a file. Document i has the ids from ids[ends[i - 1]] (the
 * first one from ids[0]) to before ids[ends[i]]. Goes on from document packed->n_read, and stops after the document with which
 * the call has stored `enough` ids, or after the last one. `parts` has the part of each document; NULL stores all documents.
 * Stores in packed_ends[k] how many ids there are up to the end of the k-th document that is stored. At first *packed is all
 * zero; n_documents and n_ids count what one call stores. TP_TOO_SMALL if `capacity` bytes do not hold the ids: as many as
 * there are, and one for each mark of each document, always suffice. TP_TOO_LARGE, with the index of the id as offset, if an id
 * or a mark needs more than id_nbytes. TP_INVALID_ARGUMENT, with the index of the document as offset, if its end is out of
 * order or beyond n_ids, or if id_nbytes is neither 2 nor 4. After an error *packed is unchanged, and the contents of the
 * buffers are undefined. */
tp_status tp_ids_pack(const tp_packing *packing, const uint32_t *ids, size_t n_ids, const uint64_t *ends, size_t n_documents,
                      const uint8_t *parts, uint8_t *bytes, size_t capacity, uint64_t *packed_ends, tp_packed *packed,
                      tp_error *error);
/* ---- Chunks of a text ---------------------------------------------------------------------------------------------------- */

/* Where a chunk should begin and end. */
typedef enum tp_boundary {
    TP_BOUNDARY_PARAGRAPH = 0, /* behind blank lines, which hold white space of ASCII alone */
    TP_BOUNDARY_LINE = 1,      /* behind a line feed */
    TP_BOUNDARY_SENTENCE = 2,  /* as TP_SENTENCES, TP_WORD_SEGMENTS and TP_GRAPHEMES of textproc/segment.h */
    TP_BOUNDARY_WORD = 3,
    TP_BOUNDARY_GRAPHEME = 4
} tp_boundary;

/* The number of kinds of boundaries. */
#define TP_N_BOUNDARIES 5

/* How texts are cut into chunks. Each has at most `size` ids, as a text of its own, and where that is possible it begins within
 * the last `overlap` ids of the one before; `overlap` is less than `size`. It ends at the last boundary, of the first kind that
 * has one within the first `size` ids of the rest of the text, at which it has at most so many ids: cutting may change how the
 * text before is split. If there is none of any kind, it ends with the last id that ends within them, or the character before.
 * The overlap begins in the same way, at the first boundary within the last ids of the chunk. If many boundaries in a row do
 * not fit, not all of those that follow are tried. */
typedef struct tp_chunking {
    uint64_t size;
    uint64_t overlap;
    const tp_boundary *boundaries; /* different kinds; those that come first are preferred */
    size_t n_boundaries;
    bool in_characters; /* whether places are given in characters instead of bytes */
} tp_chunking;

/* A part of a text: where it begins and ends, from the start of the text, and how many ids it has as a text of its own. */
typedef struct tp_chunk {
    uint64_t text; /* the index of the text */
    uint64_t start;
    uint64_t end;
    uint64_t n_ids;
} tp_chunk;

/* How far texts have been cut. Zeros mean the start of the first one; a `text` that is the number of texts, the end. */
typedef struct tp_chunks_place {
    uint64_t text;
    uint64_t start; /* in bytes of the text, as the following: where the next chunk begins, */
    uint64_t end;   /* and where the last one ends */
    uint64_t n_characters;           /* before `start`, if places are given in characters */
    uint64_t known[TP_N_BOUNDARIES]; /* a boundary of each kind, from which further ones are found */
} tp_chunks_place;

/* Cuts the next chunks, at most `capacity`, and moves *place. The texts end at `ends`, and one byte is between neighbours, as
 * in tp_batch; a text without bytes has no chunk. TP_INVALID_ARGUMENT if `size` is 0 or not more than `overlap`, if the ends or
 * the place are not within the text, for unknown or repeated boundaries, and without a splitter; also, with the place of the
 * character in all of `text` as offset, if a character alone has more ids than `size`. After an error the place is as before.
 * O(bytes passed × (1 + overlap / (size - overlap))), however the texts are built. Of a piece that is longer than
 * 1024 + 8 * `size` bytes, only as much is looked at as the chunk takes. */
tp_status tp_vocabulary_find_chunks(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                                    const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_texts,
                                    const tp_chunking *how, tp_chunks_place *place, tp_chunk *chunks, size_t capacity,
                                    size_t *n_chunks, tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
