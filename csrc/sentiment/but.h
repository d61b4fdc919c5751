/* What "but" does to the values of a text. */
#ifndef TEXTPROC_SENTIMENT_BUT_H
#define TEXTPROC_SENTIMENT_BUT_H

#include "sentiment/values.h"

/* Weakens values before the first "but" of a text, which has one, and strengthens those behind it. */
tp_status tp_values_weigh(tp_values *values, const tp_tokens *tokens);

#endif
