/* The words, phrases and emoji of VADER, laid out for looking up. */
#ifndef TEXTPROC_SENTIMENT_RULES_H
#define TEXTPROC_SENTIMENT_RULES_H

#include "base/hash.h"
#include "base/index.h"
#include "base/key.h"
#include "base/memory.h"
#include "textproc/sentiment.h"

/* The number of no word of the rules, and of the beginning of a phrase. */
enum { TP_VADER_UNKNOWN = 0, TP_VADER_NO_PHRASE = 0 };

/* Beside the roles: phrases begin with the word, or have it. */
#define TP_VADER_BEGINS_UNIT 0x8000u
#define TP_VADER_IN_PHRASE 0x10000u

typedef struct tp_vader_word {
    tp_key key;
    double value;
    double boost;
    uint32_t roles;
    uint32_t nbytes; /* 0: no text has it as a word of its own */
} tp_vader_word;

/* Phrases make a tree: each node is a phrase, or the beginning of one, that the word `last` makes of its parent. */
typedef struct tp_vader_phrase {
    uint32_t parent;
    uint32_t last;
    uint32_t kinds;
    uint32_t unit; /* the word that it counts as */
    double value;
    double boost;
} tp_vader_phrase;

typedef struct tp_vader_emoji {
    uint32_t code_point;
    uint32_t nbytes;
    uint64_t start; /* in tp_vader.descriptions */
} tp_vader_emoji;

struct tp_vader {
    tp_hash_key key;
    uint32_t dialect;
    uint32_t summing;
    uint32_t unicode_version;
    tp_vader_word *words; /* the first is TP_VADER_UNKNOWN */
    size_t n_words;
    size_t words_capacity;
    tp_arena texts; /* of words of more than TP_SHORT_KEY_NBYTES */
    tp_index word_index;
    uint64_t *filter; /* a bit for each hash of a word, of which more than one may share it */
    size_t filter_mask;
    size_t longest_nbytes; /* of a word */
    tp_vader_phrase *phrases; /* the first is TP_VADER_NO_PHRASE */
    size_t n_phrases;
    size_t phrases_capacity;
    tp_index phrase_index;
    bool has_units;
    tp_vader_emoji *emojis;
    size_t n_emojis;
    tp_index emoji_index;
    tp_arena descriptions;
    bool may_begin_emoji[256]; /* by the first byte of a character */
    bool has_ascii_emoji;
};

/* As tp_vader_find_word, for a word of up to 15 bytes by its key. */
uint32_t tp_vader_find_short_word(const tp_vader *vader, tp_key key, uint64_t hash);

/* Whether a word with this hash may be one of the rules. Most words of texts are not, and the bits that say so stay in the first
 * cache, while the index and the words do not. */
static inline bool tp_vader_may_have(const tp_vader *vader, uint64_t hash)
{
    uint64_t place = hash >> 32 & vader->filter_mask;
    return vader->filter[place >> 6] >> (place & 63) & 1;
}

/* Returns the number of a word in lower case, of which 16 bytes must be readable; TP_VADER_UNKNOWN if it is not there. */
uint32_t tp_vader_find_word(const tp_vader *vader, const uint8_t *word, size_t nbytes);

/* Returns the phrase that a word makes of the beginning of one; TP_VADER_NO_PHRASE if it makes none. */
uint32_t tp_vader_find_phrase(const tp_vader *vader, uint32_t beginning, uint32_t word);

/* Returns the description that takes the place of a code point, or NULL. */
const tp_vader_emoji *tp_vader_find_emoji(const tp_vader *vader, uint32_t code_point);

#endif
