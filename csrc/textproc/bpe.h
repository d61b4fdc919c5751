/* Byte-level BPE: splitting, training, encoding and decoding. A part of textproc.h, whose conventions hold. */
#ifndef TEXTPROC_BPE_H
#define TEXTPROC_BPE_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Splitting text into pieces, for byte-level BPE -------------------------------------------------------------- */

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

/* ---- Training: from pieces of text to merges --------------------------------------------------------------------- */

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

/* ---- Vocabulary: encoding and decoding --------------------------------------------------------------------------- */

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
 * behind that byte, as in tp_batch. Stores all ids, how many in *n_ids, and in id_ends[i] where those of document i end.
 * TP_TOO_SMALL unless `capacity` is at least text_nbytes; `ids` may be NULL, as above. TP_INVALID_ARGUMENT, with the document
 * as offset, for bad ends. */
tp_status tp_vocabulary_encode_batch(const tp_vocabulary *vocabulary, tp_piece_cache *cache, tp_pattern pattern,
                                     const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                                     size_t threads, uint32_t *ids, size_t capacity, uint64_t *id_ends, size_t *n_ids,
                                     tp_error *error);

/* Joins the bytes of tokens. Stores how many bytes these are in *nbytes and, unless `ends` is NULL, where those of each token
 * end. `special` are more tokens, by ascending id and laid out as tp_vocabulary_get_tokens gives them; NULL if there are none.
 * TP_TOO_SMALL, with *nbytes stored, if that is more than `capacity`; TP_INVALID_ARGUMENT, with the index of the first id that
 * no token has as offset. Then what `bytes` and `ends` hold is undefined. */
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

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
