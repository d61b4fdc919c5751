/* Words with weights, lower-cased and checked once, so that scoring needs only their counts. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/once.h"
#include "textproc/sentiment.h"
#include "textproc/text.h"
#include "unicode/lower.h"
#include "unicode/words.h"

enum { SMALLEST_INDEX = 8 };

/* The limits of numbering and of addressing. */
#define MOST_WORDS (SIZE_MAX / 8 / sizeof(uint64_t) < TP_INDEX_MAX_ITEMS ? SIZE_MAX / 8 / sizeof(uint64_t) : TP_INDEX_MAX_ITEMS)

struct tp_lexicon {
    tp_arena words; /* lower-cased, each followed by '\n' */
    uint64_t *ends;
    double *weights;
    size_t n_words;
};

/* The data needed only while a lexicon is made: an index of the words so far. */
typedef struct word_index {
    tp_hash_key key;
    tp_index index;
} word_index;

static size_t start_of(const tp_lexicon *lexicon, size_t i) { return i == 0 ? 0 : (size_t)lexicon->ends[i - 1] + 1; }

static bool is_same_word(const void *items, uint32_t number, const void *wanted)
{
    const tp_lexicon *lexicon = items;
    size_t other = *(const size_t *)wanted, start = start_of(lexicon, number), other_start = start_of(lexicon, other);
    size_t nbytes = (size_t)lexicon->ends[number] - start;
    return nbytes == (size_t)lexicon->ends[other] - other_start &&
           memcmp(lexicon->words.data + start, lexicon->words.data + other_start, nbytes) == 0;
}

/* Returns false if an earlier word equals word i. */
static bool put_in_index(word_index *words, const tp_lexicon *lexicon, size_t i)
{
    size_t start = start_of(lexicon, i), slot;
    uint64_t hash = tp_hash(&words->key, lexicon->words.data + start, (size_t)lexicon->ends[i] - start);
    if (tp_index_find(&words->index, hash, lexicon, is_same_word, &i, &slot) != 0) return false;
    tp_index_put(&words->index, slot, hash, i);
    return true;
}

/* Checks a lower-cased word. Lower-casing does not make ill-formed text well-formed, nor does it remove white space. */
static const char *fault_of(const uint8_t *word, size_t nbytes, double weight)
{
    if (nbytes == 0) return "the word is empty";
    if (tp_utf8_validate(word, nbytes, NULL) != TP_OK) return "the word is not valid UTF-8";
    if (tp_skip_word(word, word + nbytes) != word + nbytes) return "the word holds white space";
    if (!isfinite(weight)) return "the weight is not finite";
    return NULL;
}

/* Appends a word, lower-cased, with its weight, and checks the result: another thread may write to the input meanwhile. */
static tp_status append_lowered(tp_lexicon *lexicon, const uint8_t *word, size_t nbytes, double weight,
                                uint32_t unicode_version, tp_error *error)
{
    const size_t i = lexicon->n_words;
    if (!tp_arena_reserve(TP_FOR_LEXICON, &lexicon->words, TP_LOWER_BOUND(nbytes) + 1)) return tp_fail_no_memory(error);
    uint8_t *out = lexicon->words.data + lexicon->words.used;
    size_t lowered_nbytes = nbytes == 0 ? 0 : tp_lower_word(word, nbytes, unicode_version, out);
    const char *fault = fault_of(out, lowered_nbytes, weight);
    if (fault != NULL) return tp_fail(error, TP_INVALID_ARGUMENT, i, fault);
    out[lowered_nbytes] = '\n';
    lexicon->words.used += lowered_nbytes + 1;
    lexicon->ends[i] = lexicon->words.used - 1;
    lexicon->weights[i] = weight;
    lexicon->n_words++;
    return TP_OK;
}

static tp_status fill(tp_lexicon *lexicon, word_index *index, const tp_lexicon_entries *from, uint32_t unicode_version,
                      tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < from->n_words; i++) {
        uint64_t end = tp_once(from->ends[i]);
        if (end > from->words_nbytes || start > end) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of words must ascend within the text");
        }
        const uint8_t *word = end == start ? NULL : from->words + start; /* C allows no arithmetic on NULL */
        tp_status status = append_lowered(lexicon, word, (size_t)(end - start), tp_once_double(from->weights[i]),
                                          unicode_version, error);
        if (status != TP_OK) return status;
        start = end + 1;
        if (!put_in_index(index, lexicon, i)) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the word equals an earlier one once lowered");
        }
    }
    return TP_OK;
}

static tp_status fill_with_index(tp_lexicon *lexicon, const tp_lexicon_entries *from, uint32_t unicode_version,
                                 tp_error *error)
{
    word_index words = {.key = tp_hash_get_key()};
    if (!tp_index_renew(&words.index, TP_FOR_WORK, tp_index_size(from->n_words, SMALLEST_INDEX))) return tp_fail_no_memory(error);
    tp_status status = fill(lexicon, &words, from, unicode_version, error);
    tp_index_free(&words.index, TP_FOR_WORK);
    return status;
}

/* Frees a lexicon that was made for `capacity` words. */
static void free_lexicon(tp_lexicon *lexicon, size_t capacity)
{
    tp_arena_free(TP_FOR_LEXICON, &lexicon->words);
    tp_release(TP_FOR_LEXICON, lexicon->ends, capacity * sizeof *lexicon->ends);
    tp_release(TP_FOR_LEXICON, lexicon->weights, capacity * sizeof *lexicon->weights);
    tp_object_freed(TP_FOR_LEXICON);
    tp_release(TP_FOR_LEXICON, lexicon, sizeof *lexicon);
}

tp_status tp_lexicon_new(const uint8_t *words, size_t words_nbytes, const uint64_t *ends, const double *weights, size_t n_words,
                         uint32_t unicode_version, tp_lexicon **lexicon, tp_error *error)
{
    if (n_words > MOST_WORDS) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many words");
    tp_lexicon *made = tp_allocate(TP_FOR_LEXICON, sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    tp_object_made(TP_FOR_LEXICON);
    *made = (tp_lexicon){0};
    made->ends = n_words > 0 ? tp_allocate(TP_FOR_LEXICON, n_words * sizeof *made->ends) : NULL;
    made->weights = n_words > 0 ? tp_allocate(TP_FOR_LEXICON, n_words * sizeof *made->weights) : NULL;
    tp_status status = n_words > 0 && (made->ends == NULL || made->weights == NULL)
                           ? tp_fail_no_memory(error)
                           : fill_with_index(made, &(tp_lexicon_entries){words, words_nbytes, ends, weights, n_words},
                                             unicode_version, error);
    if (status != TP_OK) {
        free_lexicon(made, n_words);
        return status;
    }
    *lexicon = made;
    return TP_OK;
}

void tp_lexicon_free(tp_lexicon *lexicon)
{
    if (lexicon != NULL) free_lexicon(lexicon, lexicon->n_words);
}

void tp_lexicon_free_at(tp_lexicon **lexicon)
{
    tp_lexicon_free(*lexicon);
    *lexicon = NULL;
}

void tp_lexicon_get_entries(const tp_lexicon *lexicon, tp_lexicon_entries *entries)
{
    *entries = (tp_lexicon_entries){lexicon->words.data, lexicon->words.used, lexicon->ends, lexicon->weights, lexicon->n_words};
}
