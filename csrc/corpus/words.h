/* How the words of a document are found and what becomes of them, for counting. */
#ifndef TEXTPROC_CORPUS_WORDS_H
#define TEXTPROC_CORPUS_WORDS_H

#include "corpus/table.h"
#include "segment/classes.h"
#include "textproc/corpus.h"

/* The most words in an n-gram. */
enum { TP_MOST_NGRAM_WORDS = 1 << 16 };

/* Immutable. */
struct tp_words {
    const tp_words_rule *rule;
    tp_class_rule *own_rule; /* the same rule if it is one of a class; otherwise NULL */
    tp_case letter_case;
    bool normalizes;
    tp_normal_form form;
    bool strips_accents;
    uint32_t unicode_version;
    size_t min_length; /* in characters */
    size_t least_ngram, most_ngram;
    bool may_hold_line_feed;
    tp_table stop_words;
};

#endif
