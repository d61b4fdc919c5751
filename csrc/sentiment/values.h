/* The values of the words of a text. */
#ifndef TEXTPROC_SENTIMENT_VALUES_H
#define TEXTPROC_SENTIMENT_VALUES_H

#include "sentiment/tokens.h"

/* The value of a word of the lexicon. */
typedef struct tp_value {
    double number;
    uint32_t token; /* the number of the word in the text */
    bool is_int;    /* whether Python has an int here */
} tp_value;

/* "but" keeps the words of equal value in a heap: a tree in which each node stands in the text before its children. */
typedef struct tp_heap_node {
    uint32_t child;
    uint32_t next; /* the sibling behind it */
} tp_heap_node;

typedef struct tp_value_class {
    double number;
    uint32_t root;
} tp_value_class;

/* The values of one text, in memory that is used again for the next one. */
typedef struct tp_values {
    tp_value *items; /* of all words of the lexicon, in order; every other word has the int 0 */
    size_t n;
    size_t capacity;
    size_t first_float; /* the first word with a float, the number of all if there is none */
    tp_index index; /* NLTK: of the words that occur for the first time; then of the classes */
    size_t index_capacity;
    tp_heap_node *nodes;
    size_t nodes_capacity;
    tp_value_class *classes;
    size_t classes_capacity;
    tp_vader_step *steps; /* of an explanation, if that is wanted */
    size_t n_steps;
    size_t steps_capacity;
    bool wants_steps;
} tp_values;

/* Stores the values of all words of the lexicon in a text. On failure they are of no use. */
tp_status tp_values_find(tp_values *values, const tp_tokens *tokens);

/* Empties the index and makes room in it for n items; false if memory runs out. */
bool tp_values_empty_index(tp_values *values, size_t n);

/* Adds a step to the explanation; false if memory runs out. */
bool tp_values_tell(tp_values *values, tp_vader_step step);

void tp_values_free(tp_values *values);

#endif
