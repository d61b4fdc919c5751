/* "but" halves the values before it and adds half to those behind it. vaderSentiment means to do that with each value, but looks
 * for its place by searching for the first equal one: of values that are equal, the first one is changed again and again until
 * it is equal no more. Searching takes quadratic time there. Here all words with the same value stand in one heap, whose root is
 * the first of them. */
#include "sentiment/but.h"

#include <string.h>

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* GCC does not fuse under -std=c11 */
#endif

#define BEFORE 0.5
#define BEHIND 1.5

/* The number of no node. That of a value is its place among all values plus 1. */
enum { NONE = 0 };

/* Returns the first "but" of a text, which has one. */
static size_t find_but(const tp_tokens *tokens)
{
    size_t i = 0;
    while (!(tokens->items[i].flags & TP_VADER_BUT)) i++;
    return i;
}

/* Changes a value that does not stand at "but" itself. Returns false if memory runs out. */
static bool weigh(tp_values *values, tp_value *value, size_t but)
{
    double weighed = value->number * (value->token < but ? BEFORE : BEHIND);
    bool is_told = !values->wants_steps || value->number == 0 ||
                   tp_values_tell(values, (tp_vader_step){value->token, but, value->number, weighed, TP_VADER_BY_BUT});
    value->number = weighed;
    value->is_int = false;
    return is_told;
}

/* ---- NLTK ------------------------------------------------------------------------------------------------------------ */

static tp_status weigh_each(tp_values *values, const tp_tokens *tokens, size_t but)
{
    for (size_t k = 0; k < values->n; k++) {
        if (values->items[k].token != but && !weigh(values, &values->items[k], but)) return TP_NO_MEMORY;
    }
    size_t first = but == 0 ? 1 : 0; /* the int 0 of a word without a value has become a float as well */
    if (first < tokens->n && first < values->first_float) values->first_float = first;
    return TP_OK;
}

/* ---- vaderSentiment: heaps ------------------------------------------------------------------------------------------- */

/* The pairing heap of Fredman, Sedgewick, Sleator and Tarjan: O(log n) for each operation, amortised. */
static uint32_t merge(tp_heap_node *nodes, uint32_t one, uint32_t other)
{
    if (one == NONE || other == NONE) return one == NONE ? other : one;
    uint32_t first = one < other ? one : other, second = one < other ? other : one;
    nodes[second].next = nodes[first].child;
    nodes[first].child = second;
    return first;
}

/* Merges a row of siblings: first in pairs, then the pairs from the last to the first. */
static uint32_t merge_all(tp_heap_node *nodes, uint32_t sibling)
{
    uint32_t pairs = NONE, merged = NONE;
    while (sibling != NONE) {
        uint32_t one = sibling, other = nodes[one].next;
        sibling = other == NONE ? NONE : nodes[other].next;
        nodes[one].next = NONE;
        if (other != NONE) nodes[other].next = NONE;
        uint32_t pair = merge(nodes, one, other);
        nodes[pair].next = pairs;
        pairs = pair;
    }
    while (pairs != NONE) {
        uint32_t pair = pairs;
        pairs = nodes[pair].next;
        nodes[pair].next = NONE;
        merged = merge(nodes, merged, pair);
    }
    return merged;
}

static bool is_same_class(const void *items, uint32_t number, const void *wanted)
{
    return ((const tp_value_class *)items)[number].number == *(const double *)wanted;
}

/* The classes of values: those of the nodes that have been passed. */
typedef struct classes {
    tp_values *values;
    const tp_hash_key *key;
    size_t n;
} classes;

/* Returns the class of a number that is not 0, which is made if it is not there. There is room for it. */
static tp_value_class *class_of(classes *c, double number)
{
    uint8_t bytes[sizeof number];
    memcpy(bytes, &number, sizeof number);
    uint64_t hash = tp_hash(c->key, bytes, sizeof bytes);
    size_t slot;
    uint32_t found = tp_index_find(&c->values->index, hash, c->values->classes, is_same_class, &number, &slot);
    if (found != 0) return &c->values->classes[found - 1];
    tp_index_put(&c->values->index, slot, hash, c->n);
    c->values->classes[c->n] = (tp_value_class){number, NONE};
    return &c->values->classes[c->n++];
}

static void put_in_class(classes *c, double number, uint32_t node)
{
    tp_value_class *class = class_of(c, number);
    c->values->nodes[node] = (tp_heap_node){NONE, NONE};
    class->root = merge(c->values->nodes, class->root, node);
}

static bool make_room(tp_values *values)
{
    size_t n_nodes = values->n + 1, n_classes = 2 * values->n + 1;
    if (values->nodes_capacity < n_nodes) {
        void *grown = tp_grow(TP_FOR_WORK, values->nodes, &values->nodes_capacity, n_nodes, sizeof *values->nodes);
        if (grown == NULL) return false;
        values->nodes = grown;
    }
    if (values->classes_capacity < n_classes) {
        void *grown = tp_grow(TP_FOR_WORK, values->classes, &values->classes_capacity, n_classes, sizeof *values->classes);
        if (grown == NULL) return false;
        values->classes = grown;
    }
    return tp_values_empty_index(values, n_classes);
}

/* Returns the first word whose value is 0, or the number of all words. */
static size_t find_zero(const tp_values *values, const tp_tokens *tokens)
{
    size_t k = 0;
    while (k < values->n && values->items[k].token == k && values->items[k].number != 0) k++;
    return k < tokens->n ? k : tokens->n;
}

/* The first of the words whose value is 0 becomes a float, unless it is "but". */
static void find_first_float(tp_values *values, const tp_tokens *tokens, size_t zero, size_t but)
{
    values->first_float = zero == but ? tokens->n : zero;
    for (size_t k = 0; k < values->n; k++) {
        if (values->items[k].is_int) continue;
        if (values->items[k].token < values->first_float) values->first_float = values->items[k].token;
        break;
    }
}

static tp_status weigh_first_equals(tp_values *values, const tp_tokens *tokens, size_t but)
{
    if (!make_room(values)) return TP_NO_MEMORY;
    classes c = {values, &tokens->vader->key, 0};
    size_t zero = find_zero(values, tokens);
    for (size_t k = 0; k < values->n; k++) {
        double number = values->items[k].number;
        if (number == 0 || number != number) continue; /* half of nothing is nothing; NaN equals nothing */
        put_in_class(&c, number, (uint32_t)k + 1);
        tp_value_class *class = class_of(&c, number);
        uint32_t first = class->root;
        tp_value *value = &values->items[first - 1];
        if (value->token == but) continue;
        class->root = merge_all(values->nodes, values->nodes[first].child);
        if (!weigh(values, value, but)) return TP_NO_MEMORY;
        if (value->number != 0) put_in_class(&c, value->number, first);
    }
    find_first_float(values, tokens, zero, but);
    return TP_OK;
}

tp_status tp_values_weigh(tp_values *values, const tp_tokens *tokens)
{
    size_t but = find_but(tokens);
    return tokens->vader->dialect == TP_VADER_NLTK ? weigh_each(values, tokens, but) : weigh_first_equals(values, tokens, but);
}
