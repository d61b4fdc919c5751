/* A vocabulary's pairs by the rule of tokens: any two tokens that together are a token merge. */
#ifndef TEXTPROC_BPE_BUILD_BY_TOKENS_H
#define TEXTPROC_BPE_BUILD_BY_TOKENS_H

#include "bpe/vocabulary/vocabulary.h"

/* Puts these pairs in. */
tp_status tp_vocabulary_pair_tokens(tp_vocabulary *v, tp_error *error);

#endif
