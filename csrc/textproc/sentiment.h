/* Words with weights, and VADER. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_SENTIMENT_H
#define TEXTPROC_SENTIMENT_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Lexicon: words with weights --------------------------------------------------------------------------------- */

/* An immutable list of distinct words in lower case, each with a weight. */
typedef struct tp_lexicon tp_lexicon;

/* Lower-cases n_words words, laid out as in tp_corpus_look_up, as tp_lower_word does by this version of Unicode, and makes a
 * lexicon of them. TP_INVALID_ARGUMENT, with the index of the first bad word as offset, if a word is empty, contains white
 * space, is not valid UTF-8, equals an earlier word after lower-casing, or has a weight that is not finite. */
tp_status tp_lexicon_new(const uint8_t *words, size_t words_nbytes, const uint64_t *ends, const double *weights, size_t n_words,
                         uint32_t unicode_version, tp_lexicon **lexicon, tp_error *error);
void tp_lexicon_free(tp_lexicon *lexicon);
void tp_lexicon_free_at(tp_lexicon **lexicon); /* as tp_corpus_free_at */

/* The lower-cased words, laid out for tp_corpus_look_up, and their weights, in the order given. Valid until the lexicon is
 * freed. */
typedef struct tp_lexicon_entries {
    const uint8_t *words;
    size_t words_nbytes;
    const uint64_t *ends;
    const double *weights;
    size_t n_words;
} tp_lexicon_entries;

/* Stores pointers to the entries; nothing is copied. */
void tp_lexicon_get_entries(const tp_lexicon *lexicon, tp_lexicon_entries *entries);

/* ---- VADER: sentiment of texts by words and rules ------------------------------------------------------------------ */

/* Whose rules are followed, to the last bit. */
#define TP_VADER_PACKAGE 0 /* vaderSentiment 3.3.2 */
#define TP_VADER_NLTK 1    /* nltk.sentiment.vader of NLTK 3.10 */

/* How Python's sum() adds floats; it matters in the last bit. */
#define TP_VADER_SUM_PLAIN 0       /* up to 3.11 */
#define TP_VADER_SUM_FLOATS 1      /* 3.12 and 3.13: sums of floats are compensated, ints are added as they are */
#define TP_VADER_SUM_COMPENSATED 2 /* from 3.14 on: ints are compensated too */

/* What a word is, in bits. The names are those of the English words with the role; other languages have others. */
#define TP_VADER_IN_LEXICON 1 /* it has a value */
#define TP_VADER_INT 2        /* the value is an int of Python's */
#define TP_VADER_BOOSTER 4    /* it has a boost */
#define TP_VADER_NEGATION 8
#define TP_VADER_NO 0x10
#define TP_VADER_OR 0x20 /* or, nor */
#define TP_VADER_KIND 0x40
#define TP_VADER_OF 0x80
#define TP_VADER_NEVER 0x100
#define TP_VADER_SO 0x200 /* so, this */
#define TP_VADER_WITHOUT 0x400
#define TP_VADER_DOUBT 0x800
#define TP_VADER_LEAST 0x1000
#define TP_VADER_AT 0x2000 /* at, very */
#define TP_VADER_BUT 0x4000
#define TP_VADER_ALL_ROLES 0x7FFF

/* What a phrase is, in bits. */
#define TP_VADER_IDIOM 1        /* its value takes the place of that of a word beside it */
#define TP_VADER_IDIOM_INT 2    /* that value is an int of Python's */
#define TP_VADER_PHRASE_BOOST 4 /* its boost is added to the value of a word behind it */
#define TP_VADER_UNIT 8         /* it counts as one word, which has the value */
#define TP_VADER_UNIT_INT 16    /* that value is an int of Python's */

/* The maximal number of words of a phrase, so that looking for one takes constant time. */
#define TP_VADER_MOST_PHRASE_WORDS 16

/* Words, phrases and emoji. Texts are laid out as in tp_corpus_look_up. Words are in lower case and distinct; they may be any
 * bytes, and those that no text can hold as a word are never found. A phrase is a run of words: those numbered phrase_words[j],
 * for j from phrase_ends[i - 1] (0 for i = 0) to phrase_ends[i]; the phrases are distinct. An emoji is a code point, in
 * ascending order, and the text that takes its place. All values and boosts are finite. */
typedef struct tp_vader_rules {
    uint32_t dialect; /* TP_VADER_PACKAGE or TP_VADER_NLTK */
    uint32_t summing; /* a TP_VADER_SUM_… */
    uint32_t unicode_version; /* by which characters are in capitals: as for tp_normalize */
    const uint8_t *words;
    size_t words_nbytes;
    const uint64_t *word_ends;
    const double *word_values;
    const double *word_boosts;
    const uint32_t *word_roles;
    size_t n_words;
    const uint32_t *phrase_words;
    size_t n_phrase_words;
    const uint64_t *phrase_ends;
    const double *phrase_values; /* of an idiom */
    const double *phrase_boosts;
    const double *phrase_unit_values;
    const uint32_t *phrase_kinds;
    size_t n_phrases;
    const uint32_t *emojis;
    const uint8_t *descriptions;
    size_t descriptions_nbytes;
    const uint64_t *description_ends;
    size_t n_emojis;
} tp_vader_rules;

/* Immutable; any number of threads may use it at the same time. */
typedef struct tp_vader tp_vader;

/* Copies the rules into an object that scores texts. TP_INVALID_ARGUMENT, with the index of the bad item as offset, if ends do
 * not ascend within their text, a word equals an earlier one, a word's number is too large, a phrase has fewer than 2 words or
 * more than TP_VADER_MOST_PHRASE_WORDS, or equals an earlier one, code points do not ascend, or a number is not finite.
 * TP_TOO_LARGE if there are 2^31 or more words. O(bytes of all words, phrases and descriptions). */
tp_status tp_vader_new(const tp_vader_rules *rules, tp_vader **vader, tp_error *error);
void tp_vader_free(tp_vader *vader);
void tp_vader_free_at(tp_vader **vader); /* as tp_corpus_free_at */

/* The polarity of a text: shares from 0 to 1, rounded to 3 places, and all in one number from -1 to 1, rounded to 4 places,
 * as Python rounds. A text without words has only zeros. */
typedef struct tp_vader_scores {
    double neg;
    double neu;
    double pos;
    double compound;
} tp_vader_scores;

/* Scores n texts of UTF-8, laid out as in tp_corpus_look_up, with up to `threads` threads; the result does not depend on their
 * number. Unless `scores` is NULL, scores[i] are those of text i, and unless `compounds` is NULL, compounds[i] is its compound
 * alone. Surrogates in three bytes, as Python's "surrogatepass" writes them, are characters without case; bytes that are not
 * UTF-8 do no harm. TP_INVALID_ARGUMENT, with the index of the text, if the ends do not ascend within the text; TP_TOO_LARGE if
 * a text has 2^31 or more words. On failure some results may be written. O(text_nbytes) time, with a logarithm for the words
 * that have a value in a text with "but"; memory proportional to the longest text for each thread. */
tp_status tp_vader_score(const tp_vader *vader, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n,
                         size_t threads, tp_vader_scores *scores, double *compounds, tp_error *error);

/* ---- VADER, explained ---------------------------------------------------------------------------------------------- */

/* Why a value changed. */
typedef enum tp_vader_reason {
    TP_VADER_BY_LEXICON = 0,     /* the value of the word itself */
    TP_VADER_BY_NO_BEFORE = 1,   /* it is "no" itself, before a word of the lexicon */
    TP_VADER_BY_NO = 2,          /* "no" stands before it */
    TP_VADER_BY_CAPITALS = 3,    /* it alone is in capitals */
    TP_VADER_BY_BOOSTER = 4,     /* a booster stands before it */
    TP_VADER_BY_NEGATION = 5,    /* a negation stands before it */
    TP_VADER_BY_NEVER_SO = 6,    /* "never so" stands before it */
    TP_VADER_BY_IDIOM = 7,       /* it lies in an idiom, or beside one */
    TP_VADER_BY_PHRASE_BOOST = 8, /* "kind of" stands before it */
    TP_VADER_BY_LEAST = 9,       /* "least" stands before it */
    TP_VADER_BY_BUT = 10,        /* it stands before "but", or behind it */
    TP_VADER_BY_FIRST = 11       /* NLTK: the word stands in the text before, and has the value from there */
} tp_vader_reason;

/* A change of the value of a word. */
typedef struct tp_vader_step {
    uint64_t word;   /* the number of the word in the text */
    uint64_t cause;  /* the number of the first word that is the cause, or of the word itself */
    double before;
    double after;
    uint32_t reason; /* a tp_vader_reason */
} tp_vader_step;

/* How a text came by its scores. Offsets are bytes of `expanded`, the text with descriptions in place of emoji. */
typedef struct tp_vader_explanation {
    tp_vader_scores scores;
    double sum;         /* of all values, before the punctuation */
    double punctuation; /* what "!" and "?" add to the sum, away from 0 */
    const uint8_t *expanded;
    size_t expanded_nbytes;
    const uint64_t *starts; /* of each word, without the punctuation around it */
    const uint64_t *word_ends;
    size_t n_words;
    const tp_vader_step *steps; /* in the order in which they were made; all of "but" come last */
    size_t n_steps;
} tp_vader_explanation;

/* Owns what an explanation points to. */
typedef struct tp_vader_account tp_vader_account;

/* Scores one text as tp_vader_score does, and keeps an account of it. */
tp_status tp_vader_explain(const tp_vader *vader, const uint8_t *text, size_t text_nbytes, tp_vader_account **account,
                           tp_error *error);
void tp_vader_account_free(tp_vader_account *account);
void tp_vader_account_free_at(tp_vader_account **account); /* as tp_corpus_free_at */

/* Stores pointers into the account; nothing is copied. */
void tp_vader_account_get(const tp_vader_account *account, tp_vader_explanation *explanation);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
