/* The pairs of a vocabulary with the rule of tokens: any two tokens whose joined bytes are a token merge. */
#ifndef TEXTPROC_BPE_BUILD_BY_TOKENS_H
#define TEXTPROC_BPE_BUILD_BY_TOKENS_H

#include "bpe/vocabulary/vocabulary.h"

/* Puts these pairs into the vocabulary. */
tp_status tp_vocabulary_pair_tokens(tp_vocabulary *v, tp_error *error);

#endif
