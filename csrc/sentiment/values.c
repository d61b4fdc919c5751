/* The rules of VADER for the value of a word, step by step in the order of the originals: each step rounds. */
#include "sentiment/values.h"

#include <string.h>

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* GCC does not fuse under -std=c11 */
#endif

/* What the originals found empirically. */
#define CAPITALS 0.733
#define NEGATED (-0.74)

enum { SMALLEST_INDEX = 8 };

/* The value of one word in the making. */
typedef struct making {
    const tp_tokens *tokens;
    tp_values *values;
    size_t i; /* the word */
    double number;
    bool is_int;
    bool is_nltk;
    bool is_some_upper; /* some words of the text are in capitals, others are not */
    bool has_memory;
} making;

/* The flags of the word that stands so far before. */
static uint32_t before(const making *m, size_t distance) { return m->tokens->items[m->i - distance].flags; }

static void change(making *m, double number, bool is_int, uint32_t reason, size_t cause)
{
    if (m->values->wants_steps && m->has_memory) {
        m->has_memory = tp_values_tell(m->values, (tp_vader_step){m->i, cause, m->number, number, reason});
    }
    m->number = number;
    m->is_int = is_int;
}

static void negate(making *m, uint32_t reason, size_t distance) { change(m, m->number * NEGATED, false, reason, m->i - distance); }

/* ---- The rules ------------------------------------------------------------------------------------------------------- */

static void begin(making *m, const tp_vader_word *word)
{
    m->number = 0;
    change(m, word->value, word->roles & TP_VADER_INT, TP_VADER_BY_LEXICON, m->i);
}

/* "no" is a word of the lexicon, and a negation before others. */
static void heed_no(making *m, double value)
{
    const tp_tokens *tokens = m->tokens;
    if (before(m, 0) & TP_VADER_NO && m->i + 1 < tokens->n && tokens->items[m->i + 1].flags & TP_VADER_IN_LEXICON) {
        change(m, 0, false, TP_VADER_BY_NO_BEFORE, m->i + 1);
    }
    size_t distance = m->i > 0 && before(m, 1) & TP_VADER_NO                               ? 1
                      : m->i > 1 && before(m, 2) & TP_VADER_NO                             ? 2
                      : m->i > 2 && before(m, 3) & TP_VADER_NO && before(m, 1) & TP_VADER_OR ? 3
                                                                                             : 0;
    if (distance > 0) change(m, value * NEGATED, false, TP_VADER_BY_NO, m->i - distance);
}

static void heed_capitals(making *m)
{
    if (!(before(m, 0) & TP_TOKEN_IS_UPPER) || !m->is_some_upper) return;
    change(m, m->number > 0 ? m->number + CAPITALS : m->number - CAPITALS, false, TP_VADER_BY_CAPITALS, m->i);
}

/* A booster counts less the farther it stands before the word. A word that is none adds 0.0, which makes an int a float. */
static void heed_booster(making *m, size_t distance)
{
    uint32_t flags = before(m, distance);
    double boost = 0.0;
    if (!(flags & TP_VADER_BOOSTER)) {
        m->number = m->number + boost;
        m->is_int = false;
        return;
    }
    boost = m->tokens->vader->words[m->tokens->items[m->i - distance].word].boost;
    if (m->number < 0) boost *= -1;
    if (flags & TP_TOKEN_IS_UPPER && m->is_some_upper) boost = m->number > 0 ? boost + CAPITALS : boost - CAPITALS;
    if (distance == 2 && boost != 0) boost = boost * 0.95;
    if (distance == 3 && boost != 0) boost = boost * 0.9;
    change(m, m->number + boost, false, TP_VADER_BY_BOOSTER, m->i - distance);
}

static bool is_negation(uint32_t flags) { return flags & (TP_VADER_NEGATION | TP_TOKEN_HAS_NT); }

/* Whether "never so" stands before the word, or what the originals take for it. */
static bool is_after_never_so(const making *m, size_t distance)
{
    if (distance == 2) return before(m, 2) & TP_VADER_NEVER && before(m, 1) & TP_VADER_SO;
    return (before(m, 3) & TP_VADER_NEVER && before(m, 2) & TP_VADER_SO) || before(m, 1) & TP_VADER_SO;
}

static bool is_after_without_doubt(const making *m, size_t distance)
{
    if (m->is_nltk || !(before(m, distance) & TP_VADER_WITHOUT)) return false;
    return before(m, 1) & TP_VADER_DOUBT || (distance == 3 && before(m, 2) & TP_VADER_DOUBT);
}

static void heed_negation(making *m, size_t distance)
{
    if (distance > 1 && is_after_never_so(m, distance)) {
        change(m, m->number * (m->is_nltk && distance == 2 ? 1.5 : 1.25), false, TP_VADER_BY_NEVER_SO, m->i - distance);
    } else if (distance > 1 && is_after_without_doubt(m, distance)) {
        return;
    } else if (is_negation(before(m, distance))) {
        negate(m, TP_VADER_BY_NEGATION, distance);
    }
}

/* The phrase of the tokens from `first` to `last`, or NULL. */
static const tp_vader_phrase *phrase_at(const tp_tokens *tokens, size_t first, size_t last, uint32_t kind)
{
    uint32_t phrase = TP_VADER_NO_PHRASE;
    if (last >= tokens->n) return NULL;
    for (size_t i = first; i <= last; i++) {
        if (!(tokens->items[i].flags & TP_VADER_IN_PHRASE)) return NULL;
        phrase = tp_vader_find_phrase(tokens->vader, phrase, tokens->items[i].word);
        if (phrase == TP_VADER_NO_PHRASE) return NULL;
    }
    return tokens->vader->phrases[phrase].kinds & kind ? &tokens->vader->phrases[phrase] : NULL;
}

static bool take_idiom(making *m, size_t first, size_t last)
{
    const tp_vader_phrase *idiom = phrase_at(m->tokens, first, last, TP_VADER_IDIOM);
    if (idiom != NULL) change(m, idiom->value, idiom->kinds & TP_VADER_IDIOM_INT, TP_VADER_BY_IDIOM, first);
    return idiom != NULL;
}

static bool take_boost(making *m, size_t first, size_t last)
{
    const tp_vader_phrase *phrase = phrase_at(m->tokens, first, last, TP_VADER_PHRASE_BOOST);
    if (phrase != NULL) change(m, m->number + phrase->boost, false, TP_VADER_BY_PHRASE_BOOST, first);
    return phrase != NULL;
}

/* Idioms that the word lies in, or that stand before it: the first one found, then one that begins with it. Then "kind of". */
static void heed_phrases(making *m)
{
    size_t i = m->i;
    uint32_t flags = 0;
    for (size_t j = i - 3; j < m->tokens->n && j <= i + 2; j++) flags |= m->tokens->items[j].flags;
    if (!(flags & TP_VADER_IN_PHRASE)) return;
    (void)(take_idiom(m, i - 1, i) || take_idiom(m, i - 2, i) || take_idiom(m, i - 2, i - 1) || take_idiom(m, i - 3, i - 1) ||
           take_idiom(m, i - 3, i - 2));
    take_idiom(m, i, i + 1);
    take_idiom(m, i, i + 2);
    if (m->is_nltk) {
        (void)(take_boost(m, i - 3, i - 2) || take_boost(m, i - 2, i - 1));
        return;
    }
    take_boost(m, i - 3, i - 1);
    take_boost(m, i - 3, i - 2);
    take_boost(m, i - 2, i - 1);
}

static void heed_least(making *m)
{
    if (m->i == 0 || before(m, 1) & TP_VADER_IN_LEXICON || !(before(m, 1) & TP_VADER_LEAST)) return;
    if (m->i > 1 && before(m, 2) & TP_VADER_AT) return;
    negate(m, TP_VADER_BY_LEAST, 1);
}

static void make(making *m)
{
    const tp_vader_word *word = &m->tokens->vader->words[m->tokens->items[m->i].word];
    begin(m, word);
    if (!m->is_nltk) heed_no(m, word->value);
    heed_capitals(m);
    for (size_t distance = 1; distance <= 3 && distance <= m->i; distance++) {
        if (before(m, distance) & TP_VADER_IN_LEXICON) continue;
        heed_booster(m, distance);
        heed_negation(m, distance);
        if (distance == 3) heed_phrases(m);
    }
    heed_least(m);
}

/* ---- All words --------------------------------------------------------------------------------------------------------- */

bool tp_values_empty_index(tp_values *values, size_t n)
{
    size_t n_slots = tp_index_size(n, SMALLEST_INDEX);
    if (n_slots > values->index_capacity) {
        values->index.n_slots = values->index_capacity;
        bool has_memory = tp_index_renew(&values->index, TP_FOR_WORK, n_slots);
        if (has_memory) values->index_capacity = n_slots;
        return has_memory;
    }
    values->index.n_slots = n_slots;
    memset(values->index.slots, 0, n_slots * sizeof *values->index.slots);
    return true;
}

bool tp_values_tell(tp_values *values, tp_vader_step step)
{
    if (values->n_steps == values->steps_capacity) {
        void *grown = tp_grow(TP_FOR_LEXICON, values->steps, &values->steps_capacity, values->n_steps + 1, sizeof *values->steps);
        if (grown == NULL) return false;
        values->steps = grown;
    }
    values->steps[values->n_steps++] = step;
    return true;
}

/* Whether the word at i has a value, and is no modifier itself. */
static bool has_value(const tp_tokens *tokens, size_t i)
{
    uint32_t flags = tokens->items[i].flags;
    if (!(flags & TP_VADER_IN_LEXICON) || flags & TP_VADER_BOOSTER) return false;
    return !(flags & TP_VADER_KIND && i + 1 < tokens->n && tokens->items[i + 1].flags & TP_VADER_OF);
}

static bool append(tp_values *values, double number, size_t token, bool is_int)
{
    if (values->n == values->capacity) {
        void *grown = tp_grow(TP_FOR_WORK, values->items, &values->capacity, values->n < 8 ? 16 : values->n + 1,
                              sizeof *values->items);
        if (grown == NULL) return false;
        values->items = grown;
    }
    values->items[values->n++] = (tp_value){number, (uint32_t)token, is_int};
    if (!is_int && token < values->first_float) values->first_float = token;
    return true;
}

/* ---- NLTK: a word that occurred before has the place of its first occurrence ------------------------------------------- */

static bool is_same_text(const void *items, uint32_t number, const void *wanted)
{
    const tp_tokens *tokens = ((const making *)items)->tokens;
    const tp_values *values = ((const making *)items)->values;
    const tp_token_span *one = &tokens->spans[values->items[number].token], *other = &tokens->spans[*(const size_t *)wanted];
    size_t nbytes = one->end - one->start;
    return nbytes == other->end - other->start && memcmp(tokens->text + one->start, tokens->text + other->start, nbytes) == 0;
}

static size_t count_words_of_lexicon(const tp_tokens *tokens)
{
    size_t n = 0;
    for (size_t i = 0; i < tokens->n; i++) n += tokens->items[i].flags & TP_VADER_IN_LEXICON;
    return n;
}

static tp_status find_as_nltk(making *m)
{
    const tp_tokens *tokens = m->tokens;
    tp_values *values = m->values;
    if (!tp_values_empty_index(values, count_words_of_lexicon(tokens))) return TP_NO_MEMORY;
    for (size_t i = 0; i < tokens->n; i++) {
        if (!(tokens->items[i].flags & TP_VADER_IN_LEXICON)) continue;
        const tp_token_span *span = &tokens->spans[i];
        uint64_t hash = tp_hash(&tokens->vader->key, tokens->text + span->start, span->end - span->start);
        size_t slot;
        uint32_t found = tp_index_find(&values->index, hash, m, is_same_text, &i, &slot);
        if (found != 0) {
            tp_value first = values->items[found - 1];
            if (!append(values, first.number, i, first.is_int)) return TP_NO_MEMORY;
            m->i = i;
            m->number = 0;
            change(m, first.number, first.is_int, TP_VADER_BY_FIRST, first.token);
            continue;
        }
        m->i = i;
        m->number = 0;
        m->is_int = true;
        if (has_value(tokens, i)) make(m);
        tp_index_put(&values->index, slot, hash, values->n);
        if (!append(values, m->number, i, m->is_int)) return TP_NO_MEMORY;
    }
    return TP_OK;
}

/* ---- The values ---------------------------------------------------------------------------------------------------------- */

static tp_status find_in_turn(making *m)
{
    for (size_t i = 0; i < m->tokens->n; i++) {
        if (!has_value(m->tokens, i)) continue;
        m->i = i;
        make(m);
        if (!append(m->values, m->number, i, m->is_int)) return TP_NO_MEMORY;
    }
    return TP_OK;
}

tp_status tp_values_find(tp_values *values, const tp_tokens *tokens)
{
    making m = {.tokens = tokens, .values = values, .has_memory = true};
    m.is_nltk = tokens->vader->dialect == TP_VADER_NLTK;
    m.is_some_upper = tokens->any_flags & TP_TOKEN_IS_UPPER && !(tokens->all_flags & TP_TOKEN_IS_UPPER);
    values->n = values->n_steps = 0;
    values->first_float = tokens->n;
    if (tokens->n == 0) return TP_OK;
    tp_status status = m.is_nltk ? find_as_nltk(&m) : find_in_turn(&m);
    return m.has_memory ? status : TP_NO_MEMORY;
}

void tp_values_free(tp_values *values)
{
    tp_release(TP_FOR_WORK, values->items, values->capacity * sizeof *values->items);
    tp_release(TP_FOR_WORK, values->index.slots, values->index_capacity * sizeof *values->index.slots);
    tp_release(TP_FOR_WORK, values->nodes, values->nodes_capacity * sizeof *values->nodes);
    tp_release(TP_FOR_WORK, values->classes, values->classes_capacity * sizeof *values->classes);
    tp_release(TP_FOR_LEXICON, values->steps, values->steps_capacity * sizeof *values->steps);
}
