/* Few words of VADER: enough for every rule. */
#ifndef VADER_RULES_H
#define VADER_RULES_H

#include <string.h>

#include "textproc.h"

enum { N_RULE_WORDS = 26, N_RULE_PHRASES = 5, N_RULE_EMOJIS = 3 };

typedef struct rule_word {
    const char *text;
    double value, boost;
    uint32_t roles;
} rule_word;

/* The first words are in the phrases below, by their numbers. */
static const rule_word rule_words[N_RULE_WORDS] = {
    {"the", 0, 0, 0},
    {"shit", -2.6, 0, TP_VADER_IN_LEXICON},
    {"kiss", 1.8, 0, TP_VADER_IN_LEXICON},
    {"of", 0, 0, TP_VADER_OF},
    {"death", -2.9, 0, TP_VADER_IN_LEXICON},
    {"kind", 2.4, 0, TP_VADER_IN_LEXICON | TP_VADER_KIND},
    {"cash", 0, 0, 0},
    {"flow", 0.5, 0, TP_VADER_IN_LEXICON},
    {"good", 1.9, 0, TP_VADER_IN_LEXICON},
    {"bad", -2.5, 0, TP_VADER_IN_LEXICON},
    {"great", 3.8, 0, TP_VADER_IN_LEXICON},
    {"fine", 1, 0, TP_VADER_IN_LEXICON | TP_VADER_INT},
    {"no", -1.2, 0, TP_VADER_IN_LEXICON | TP_VADER_NO},
    {"or", 0, 0, TP_VADER_OR},
    {"very", 0, 0.293, TP_VADER_BOOSTER | TP_VADER_AT},
    {"so", 0, 0.293, TP_VADER_BOOSTER | TP_VADER_SO},
    {"barely", 0, -0.293, TP_VADER_BOOSTER},
    {"not", 0, 0, TP_VADER_NEGATION},
    {"never", 0, 0, TP_VADER_NEGATION | TP_VADER_NEVER},
    {"without", 0, 0, TP_VADER_NEGATION | TP_VADER_WITHOUT},
    {"doubt", 0, 0, TP_VADER_DOUBT},
    {"least", 0, 0, TP_VADER_LEAST},
    {"at", 0, 0, TP_VADER_AT},
    {"but", 0, 0, TP_VADER_BUT},
    {":(", -1.9, 0, TP_VADER_IN_LEXICON},
    {"disadvantageously", -1.8, 0, TP_VADER_IN_LEXICON},
};

static const uint32_t rule_phrase_words[] = {0, 1, 2, 3, 4, 5, 3, 6, 7, 6, 7, 9};
static const uint64_t rule_phrase_ends[N_RULE_PHRASES] = {2, 5, 7, 9, 12};
static const double rule_phrase_values[N_RULE_PHRASES] = {3, -1.5, 0, 0, 0};
static const double rule_phrase_boosts[N_RULE_PHRASES] = {0, 0, -0.293, 0, 0};
static const double rule_phrase_units[N_RULE_PHRASES] = {0, 0, 0, 2, -2};
static const uint32_t rule_phrase_kinds[N_RULE_PHRASES] = {TP_VADER_IDIOM | TP_VADER_IDIOM_INT, TP_VADER_IDIOM,
                                                           TP_VADER_PHRASE_BOOST, TP_VADER_UNIT, TP_VADER_UNIT | TP_VADER_UNIT_INT};

static const uint32_t rule_emojis[N_RULE_EMOJIS] = {0x2764, 0xD800, 0x1F51B};
static const char rule_descriptions[] = "red heart\ngood\nON! arrow";
static const uint64_t rule_description_ends[N_RULE_EMOJIS] = {9, 14, 24};

/* The arrays that the rules point to. */
typedef struct few_rules {
    tp_vader_rules rules;
    uint8_t words[512];
    uint64_t word_ends[N_RULE_WORDS];
    double values[N_RULE_WORDS];
    double boosts[N_RULE_WORDS];
    uint32_t roles[N_RULE_WORDS];
} few_rules;

static inline void take_few_rules(few_rules *few, uint32_t dialect, uint32_t summing)
{
    size_t nbytes = 0;
    for (size_t i = 0; i < N_RULE_WORDS; i++) {
        size_t word_nbytes = strlen(rule_words[i].text);
        memcpy(few->words + nbytes, rule_words[i].text, word_nbytes);
        few->word_ends[i] = nbytes + word_nbytes;
        few->words[few->word_ends[i]] = '\n';
        nbytes += word_nbytes + 1;
        few->values[i] = rule_words[i].value;
        few->boosts[i] = rule_words[i].boost;
        few->roles[i] = rule_words[i].roles;
    }
    few->rules = (tp_vader_rules){
        .dialect = dialect, .summing = summing, .words = few->words, .words_nbytes = nbytes, .word_ends = few->word_ends,
        .word_values = few->values, .word_boosts = few->boosts, .word_roles = few->roles, .n_words = N_RULE_WORDS,
        .phrase_words = rule_phrase_words, .n_phrase_words = 12, .phrase_ends = rule_phrase_ends,
        .phrase_values = rule_phrase_values, .phrase_boosts = rule_phrase_boosts, .phrase_unit_values = rule_phrase_units,
        .phrase_kinds = rule_phrase_kinds, .n_phrases = N_RULE_PHRASES,
    };
    if (dialect == TP_VADER_NLTK) return;
    few->rules.emojis = rule_emojis;
    few->rules.descriptions = (const uint8_t *)rule_descriptions;
    few->rules.descriptions_nbytes = sizeof rule_descriptions - 1;
    few->rules.description_ends = rule_description_ends;
    few->rules.n_emojis = N_RULE_EMOJIS;
}

#endif
