/* A vocabulary as the encoder sees it: tokens by number, pairs by rank. */
#ifndef TEXTPROC_BPE_VOCABULARY_H
#define TEXTPROC_BPE_VOCABULARY_H

#include "base/index.h"
#include "base/key.h"
#include "textproc/bpe.h"

/* Tokens are numbered from 0 in ascending order of id. Of two pairs, the one with the lower rank is merged first; a rank is the
 * number of the token made, unless `merged_tokens` says otherwise. */
enum { TP_TOKEN_BITS = 21, TP_RANK_BITS = 22 };

#define TP_MAX_TOKENS ((UINT32_C(1) << TP_TOKEN_BITS) - 2)
#define TP_MAX_MERGES ((UINT32_C(1) << TP_RANK_BITS) - 1)
#define TP_NO_RANK UINT32_MAX
#define TP_NO_TOKEN UINT32_MAX

enum { TP_N_BYTES = 256, TP_N_BYTE_PAIRS = 65536, TP_SMALLEST_TABLE = 16 };

/* The number of readable bytes after the bytes of all tokens. */
enum { TP_TOKEN_PADDING = 16 };

typedef enum tp_rule {
    TP_RULE_TOKENS,      /* any two tokens whose joined bytes are a token merge */
    TP_RULE_MERGES,      /* the pairs in a list merge */
    TP_RULE_WHOLE_PIECES /* the same, but a piece that is a token stays one */
} tp_rule;

typedef struct tp_token_tree tp_token_tree;
typedef struct tp_characters tp_characters;

struct tp_vocabulary {
    uint64_t serial; /* differs from the id of any other vocabulary of the process */
    tp_rule rule;
    tp_hash_key hash_key;

    size_t n_tokens;
    size_t n_dense; /* the number of tokens, from the first on, whose id is their number */
    uint32_t *ids;
    uint64_t *starts; /* one more than there are tokens */
    uint8_t *bytes;
    tp_key *keys;

    tp_index index; /* tokens by their bytes, except those that no piece becomes: their own merges make something else of
                     * them */

    /* Pairs by their two tokens: (left << TP_TOKEN_BITS | right) + 1, followed by the rank. 0 is a free slot. Not a tp_index:
     * these are looked up for each byte of a merged piece, so the rank stands in the slot. */
    uint64_t *pairs;
    size_t n_pair_slots;
    uint64_t pair_multiplier;
    unsigned pair_shift;
    /* A bit for each pair, selected by its hash, small enough to stay in the cache: most pairs that are looked up do not
     * merge. */
    uint64_t *pair_filter;
    size_t n_pairs;
    size_t n_merges;
    uint32_t *merged_tokens; /* the token that a merge of this rank makes; NULL: the one whose number is the rank */

    /* Whether each token is what merging makes of its bytes, from two that all earlier merges leave. With the rule of tokens,
     * if not, the first token that is not. Not determined for the rule of whole pieces. */
    bool is_regular;
    uint32_t irregular_id;
    tp_merge *parts;     /* for each token, the two of which it is made, for a byte itself; NULL: see bpe/merge/parts.h */
    tp_token_tree *tree; /* see bpe/merge/backtrack.h; NULL: there is none */
    tp_characters *characters; /* see bpe/merge/characters.h; NULL: they are not known */

    size_t n_bytes; /* the number of tokens of one byte: if fewer than TP_N_BYTES, the other bytes become no token */
    size_t n_empty; /* the number of tokens without bytes, which no text becomes */
    uint32_t byte_tokens[256]; /* TP_NO_TOKEN: the byte is none */
    uint32_t *byte_pairs;        /* ranks of pairs of bytes, at first << 8 | second */
    uint64_t bigrams[65536 / 64]; /* a bit for each two bytes that are adjacent within some token */
};

static inline size_t tp_token_nbytes(const tp_vocabulary *vocabulary, uint32_t token)
{
    return (size_t)(vocabulary->starts[token + 1] - vocabulary->starts[token]);
}

/* Returns whether a text has a byte that is no token. */
static inline bool tp_has_absent(const tp_vocabulary *vocabulary, const uint8_t *text, size_t nbytes)
{
    if (vocabulary->n_bytes == TP_N_BYTES) return false;
    for (size_t i = 0; i < nbytes; i++) {
        if (vocabulary->byte_tokens[text[i]] == TP_NO_TOKEN) return true;
    }
    return false;
}

/* Returns whether two bytes are adjacent within a token. If they are not, no merge reaches across. */
static inline bool tp_has_bigram(const tp_vocabulary *vocabulary, uint8_t first, uint8_t second)
{
    size_t pair = (size_t)first << 8 | second;
    return vocabulary->bigrams[pair / 64] >> (pair % 64) & 1;
}

/* Returns how many of the first bytes are joined; if fewer than `nbytes`, the piece is not a token. */
static inline size_t tp_bigram_run_nbytes(const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes)
{
    size_t n = 1;
    while (n < nbytes && tp_has_bigram(vocabulary, piece[n - 1], piece[n])) n++;
    return n;
}

static inline uint32_t tp_merged_token(const tp_vocabulary *vocabulary, uint32_t rank)
{
    return vocabulary->merged_tokens == NULL ? rank : vocabulary->merged_tokens[rank];
}

static inline bool tp_has_short_key(const void *vocabulary, uint32_t token, const void *wanted)
{
    const tp_key *key = wanted, *held = &((const tp_vocabulary *)vocabulary)->keys[token];
    return held->low == key->low && held->high == key->high;
}

/* Returns the token that a whole piece of up to 15 bytes with this key and hash is; TP_NO_TOKEN if none. */
static inline uint32_t tp_find_short_piece(const tp_vocabulary *vocabulary, tp_key key, uint64_t hash)
{
    size_t slot;
    return tp_index_find(&vocabulary->index, hash, vocabulary, tp_has_short_key, &key, &slot) - 1; /* 0 - 1 is TP_NO_TOKEN */
}

/* The same for any piece. */
uint32_t tp_find_piece(const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes);

/* Returns the number of the token with this id; TP_NO_TOKEN if none has it. */
uint32_t tp_find_id(const tp_vocabulary *vocabulary, uint32_t id);

#endif
