/* The default rules of Unicode Standard Annex #29. */
#ifndef TEXTPROC_SEGMENT_UAX29_H
#define TEXTPROC_SEGMENT_UAX29_H

#include "segment/segment.h"

/* The segments between word boundaries that hold a letter or a number: property Alphabetic or general category N. A line feed
 * always parts words, but not all white space does: a mark after it belongs to it, and some marks are Alphabetic. */
extern const tp_words_rule tp_uax29_words;

/* All segments between word boundaries: white space and punctuation, too. */
extern const tp_words_rule tp_uax29_word_segments;

/* Sentences, with the white space behind them. */
extern const tp_words_rule tp_uax29_sentences;

/* Extended grapheme clusters. */
extern const tp_words_rule tp_uax29_graphemes;

#endif
