/* The words of a text as VADER finds them. */
#ifndef TEXTPROC_SENTIMENT_TOKENS_H
#define TEXTPROC_SENTIMENT_TOKENS_H

#include "sentiment/rules.h"

/* Beside the roles of the word of the rules: what the text adds. */
#define TP_TOKEN_IS_UPPER 0x20000u /* str.isupper */
#define TP_TOKEN_HAS_UPPER 0x40000u
#define TP_TOKEN_HAS_LOWER 0x80000u
#define TP_TOKEN_HAS_NT 0x100000u /* it contains "n't", in any case */

typedef struct tp_token {
    uint32_t word;  /* of the rules */
    uint32_t flags; /* the roles of that word, and TP_TOKEN_… */
} tp_token;

typedef struct tp_token_span {
    size_t start;
    size_t end;
} tp_token_span;

/* The tokens of one text, in memory that is used again for the next one. */
typedef struct tp_tokens {
    const tp_vader *vader;
    bool wants_spans; /* they are needed for NLTK's rules and for explanations only */
    tp_arena expanded;
    const uint8_t *text; /* the given text, or `expanded` */
    size_t nbytes;
    const uint8_t *readable_end; /* of the memory that the text lies in */
    size_t n_emphasis[2]; /* how many "!" and "?" it has */
    tp_token *items;
    size_t n;
    size_t capacity;
    uint32_t any_flags; /* those that some token has */
    uint32_t all_flags; /* those that all tokens have */
    tp_token_span *spans;
    size_t spans_capacity;
    tp_arena lowered; /* for long words */
} tp_tokens;

/* Puts descriptions in place of emoji, and finds the tokens of a text. At least its bytes are readable, maybe some behind it.
 * On failure the tokens are of no use. */
tp_status tp_tokens_find(tp_tokens *tokens, const uint8_t *text, size_t nbytes, size_t readable_nbytes);

void tp_tokens_free(tp_tokens *tokens);

#endif
