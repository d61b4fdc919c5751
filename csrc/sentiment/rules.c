/* The rules of VADER are copied once, and found by hashes from then on. */
#include "sentiment/rules.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "unicode/lower.h"
#include "unicode/utf8.h"

enum { SMALLEST_INDEX = 8, LEAST_FILTER_BITS = 64 };

#define MOST_WORDS ((size_t)INT32_MAX)

/* ---- Looking up ------------------------------------------------------------------------------------------------------ */

/* A word that is looked for, and its key. */
typedef struct wanted_word {
    tp_key key;
    const uint8_t *text;
    size_t nbytes;
} wanted_word;

static tp_key key_of(const tp_hash_key *key, const uint8_t *word, size_t nbytes)
{
    if (nbytes <= TP_SHORT_KEY_NBYTES) return tp_short_key(word, nbytes);
    return tp_long_key(tp_hash(key, word, nbytes), TP_MAX_TEXT_START);
}

static bool is_same_word(const void *items, uint32_t number, const void *wanted)
{
    const tp_vader *vader = items;
    const wanted_word *looked_for = wanted;
    const tp_vader_word *word = &vader->words[number];
    if (word->key.low != looked_for->key.low) return false;
    if (!tp_key_is_long(looked_for->key)) return word->key.high == looked_for->key.high;
    return tp_key_is_long(word->key) && word->nbytes == looked_for->nbytes &&
           memcmp(vader->texts.data + tp_long_key_start(word->key), looked_for->text, looked_for->nbytes) == 0;
}

static bool is_short_word(const void *items, uint32_t number, const void *wanted)
{
    const tp_key *key = &((const tp_vader *)items)->words[number].key, *looked_for = wanted;
    return key->low == looked_for->low && key->high == looked_for->high;
}

uint32_t tp_vader_find_short_word(const tp_vader *vader, tp_key key, uint64_t hash)
{
    size_t slot;
    uint32_t found = tp_index_find(&vader->word_index, hash, vader, is_short_word, &key, &slot);
    return found == 0 ? TP_VADER_UNKNOWN : found - 1;
}

uint32_t tp_vader_find_word(const tp_vader *vader, const uint8_t *word, size_t nbytes)
{
    wanted_word wanted = {key_of(&vader->key, word, nbytes), word, nbytes};
    size_t slot;
    uint64_t hash = tp_key_hash(&vader->key, wanted.key);
    if (!tp_vader_may_have(vader, hash)) return TP_VADER_UNKNOWN;
    uint32_t found = tp_index_find(&vader->word_index, hash, vader, is_same_word, &wanted, &slot);
    return found == 0 ? TP_VADER_UNKNOWN : found - 1;
}

static uint64_t hash_of_pair(const tp_hash_key *key, uint64_t one, uint64_t other)
{
    return tp_hash_mix(one ^ key->word[1], other ^ key->word[2]);
}

static bool is_same_phrase(const void *items, uint32_t number, const void *wanted)
{
    const tp_vader_phrase *phrase = &((const tp_vader *)items)->phrases[number];
    const tp_vader_phrase *looked_for = wanted;
    return phrase->parent == looked_for->parent && phrase->last == looked_for->last;
}

static uint32_t find_phrase(const tp_vader *vader, uint32_t beginning, uint32_t word, size_t *slot)
{
    tp_vader_phrase wanted = {.parent = beginning, .last = word};
    uint64_t hash = hash_of_pair(&vader->key, beginning, word);
    return tp_index_find(&vader->phrase_index, hash, vader, is_same_phrase, &wanted, slot);
}

uint32_t tp_vader_find_phrase(const tp_vader *vader, uint32_t beginning, uint32_t word)
{
    size_t slot;
    uint32_t found = vader->phrase_index.n_slots == 0 ? 0 : find_phrase(vader, beginning, word, &slot);
    return found == 0 ? TP_VADER_NO_PHRASE : found - 1;
}

static bool is_same_emoji(const void *items, uint32_t number, const void *wanted)
{
    return ((const tp_vader *)items)->emojis[number].code_point == *(const uint32_t *)wanted;
}

const tp_vader_emoji *tp_vader_find_emoji(const tp_vader *vader, uint32_t code_point)
{
    size_t slot;
    uint64_t hash = hash_of_pair(&vader->key, code_point, 0);
    uint32_t found = tp_index_find(&vader->emoji_index, hash, vader, is_same_emoji, &code_point, &slot);
    return found == 0 ? NULL : &vader->emojis[found - 1];
}

/* ---- Words ----------------------------------------------------------------------------------------------------------- */

/* Takes over a word. Returns a status; TP_INVALID_ARGUMENT if the word is there already. */
static tp_status add_word(tp_vader *vader, const uint8_t *word, size_t nbytes, const tp_vader_word *like)
{
    if (nbytes > UINT32_MAX) return TP_TOO_LARGE;
    /* The copy is what is looked at: 16 bytes of it are readable, and no other thread writes to it. */
    if (!tp_arena_reserve(TP_FOR_LEXICON, &vader->texts, nbytes + TP_KEY_NBYTES)) return TP_NO_MEMORY;
    uint8_t *copy = vader->texts.data + vader->texts.used;
    memset(copy + nbytes, 0, TP_KEY_NBYTES);
    if (nbytes > 0) memcpy(copy, word, nbytes);
    wanted_word wanted = {key_of(&vader->key, copy, nbytes), copy, nbytes};
    uint64_t hash = tp_key_hash(&vader->key, wanted.key);
    size_t slot;
    if (tp_index_find(&vader->word_index, hash, vader, is_same_word, &wanted, &slot) != 0) return TP_INVALID_ARGUMENT;
    tp_index_put(&vader->word_index, slot, hash, vader->n_words);
    uint64_t place = hash >> 32 & vader->filter_mask;
    vader->filter[place >> 6] |= UINT64_C(1) << (place & 63);
    tp_vader_word *added = &vader->words[vader->n_words++];
    *added = *like;
    added->key = wanted.key;
    added->nbytes = (uint32_t)nbytes;
    if (nbytes > TP_SHORT_KEY_NBYTES) {
        added->key = tp_long_key(wanted.key.low, vader->texts.used);
        vader->texts.used += nbytes;
    }
    if (nbytes > vader->longest_nbytes) vader->longest_nbytes = nbytes;
    return TP_OK;
}

static tp_status fail_at(tp_error *error, tp_status status, size_t i, const char *message)
{
    return status == TP_NO_MEMORY ? tp_fail_no_memory(error) : tp_fail(error, status, i, message);
}

static tp_status add_words(tp_vader *vader, const tp_vader_rules *rules, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < rules->n_words; i++) {
        uint64_t end = tp_once(rules->word_ends[i]);
        if (end > rules->words_nbytes || start > end) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of words must ascend within the text");
        }
        tp_vader_word word = {.value = tp_once_double(rules->word_values[i]), .boost = tp_once_double(rules->word_boosts[i])};
        word.roles = rules->word_roles[i] & TP_VADER_ALL_ROLES;
        if (!isfinite(word.value) || !isfinite(word.boost)) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the value of the word is not finite");
        }
        tp_status status = add_word(vader, end == start ? NULL : rules->words + start, (size_t)(end - start), &word);
        if (status != TP_OK) return fail_at(error, status, i, "the word is too long, or equals an earlier one");
        start = end + 1;
    }
    return TP_OK;
}

/* ---- Phrases --------------------------------------------------------------------------------------------------------- */

/* Returns the node of a beginning with one word more, which is made if it is not there. There is room for it. */
static uint32_t extend_phrase(tp_vader *vader, uint32_t beginning, uint32_t word)
{
    size_t slot;
    uint32_t found = find_phrase(vader, beginning, word, &slot);
    if (found != 0) return found - 1;
    tp_index_put(&vader->phrase_index, slot, hash_of_pair(&vader->key, beginning, word), vader->n_phrases);
    vader->phrases[vader->n_phrases] = (tp_vader_phrase){.parent = beginning, .last = word};
    return (uint32_t)vader->n_phrases++;
}

/* Makes a word of a phrase that counts as one. */
static void add_unit(tp_vader *vader, tp_vader_phrase *phrase, double value, uint32_t kinds)
{
    vader->has_units = true;
    phrase->unit = (uint32_t)vader->n_words;
    vader->words[vader->n_words++] = (tp_vader_word){
        .value = value, .roles = TP_VADER_IN_LEXICON | (kinds & TP_VADER_UNIT_INT ? TP_VADER_INT : 0)};
}

static const char *add_phrase(tp_vader *vader, const tp_vader_rules *rules, size_t i, size_t start, size_t end)
{
    uint32_t node = TP_VADER_NO_PHRASE, kinds = rules->phrase_kinds[i];
    double value = tp_once_double(rules->phrase_values[i]), boost = tp_once_double(rules->phrase_boosts[i]);
    double unit_value = tp_once_double(rules->phrase_unit_values[i]);
    if (end - start < 2 || end - start > TP_VADER_MOST_PHRASE_WORDS) return "the phrase has fewer than 2 words or more than 16";
    if (!isfinite(value) || !isfinite(boost) || !isfinite(unit_value)) return "the value of the phrase is not finite";
    for (size_t j = start; j < end; j++) {
        uint64_t number = tp_once(rules->phrase_words[j]);
        if (number >= rules->n_words) return "the phrase has a word that is not there";
        tp_vader_word *word = &vader->words[number + 1];
        word->roles |= TP_VADER_IN_PHRASE | (j == start && kinds & TP_VADER_UNIT ? TP_VADER_BEGINS_UNIT : 0);
        node = extend_phrase(vader, node, (uint32_t)number + 1);
    }
    tp_vader_phrase *phrase = &vader->phrases[node];
    if (phrase->kinds != 0) return "the phrase equals an earlier one";
    phrase->kinds = kinds;
    phrase->value = value;
    phrase->boost = boost;
    if (kinds & TP_VADER_UNIT) add_unit(vader, phrase, unit_value, kinds);
    return NULL;
}

static tp_status add_phrases(tp_vader *vader, const tp_vader_rules *rules, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < rules->n_phrases; i++) {
        uint64_t end = tp_once(rules->phrase_ends[i]);
        const char *fault = end > rules->n_phrase_words || start > end ? "the ends of phrases must ascend"
                                                                       : add_phrase(vader, rules, i, (size_t)start, (size_t)end);
        if (fault != NULL) return tp_fail(error, TP_INVALID_ARGUMENT, i, fault);
        start = end;
    }
    return TP_OK;
}

/* ---- Emoji ----------------------------------------------------------------------------------------------------------- */

/* The first byte of a character; of a surrogate that of its three bytes. */
static uint8_t first_byte(uint32_t code_point)
{
    uint8_t bytes[TP_UTF8_MAX_NBYTES];
    tp_utf8_encode(code_point, bytes);
    return bytes[0];
}

static tp_status add_emojis(tp_vader *vader, const tp_vader_rules *rules, tp_error *error)
{
    uint64_t start = 0, least = 0;
    for (size_t i = 0; i < rules->n_emojis; i++) {
        uint64_t end = tp_once(rules->description_ends[i]), code_point = tp_once(rules->emojis[i]);
        if (end > rules->descriptions_nbytes || start > end || end - start > UINT32_MAX) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of descriptions must ascend within the text");
        }
        if (code_point < least || code_point > 0x10FFFF) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the code points of emoji must ascend");
        }
        size_t nbytes = (size_t)(end - start);
        vader->emojis[i] = (tp_vader_emoji){(uint32_t)code_point, (uint32_t)nbytes, vader->descriptions.used};
        if (nbytes > 0) memcpy(vader->descriptions.data + vader->descriptions.used, rules->descriptions + start, nbytes);
        vader->descriptions.used += nbytes;
        vader->may_begin_emoji[first_byte((uint32_t)code_point)] = true;
        vader->has_ascii_emoji |= code_point < 0x80;
        uint64_t hash = hash_of_pair(&vader->key, code_point, 0);
        tp_index_put(&vader->emoji_index, tp_index_find_free(&vader->emoji_index, hash), hash, i);
        start = end + 1;
        least = code_point + 1;
    }
    vader->n_emojis = rules->n_emojis;
    return TP_OK;
}

/* ---- The whole --------------------------------------------------------------------------------------------------------- */

static void free_vader(tp_vader *vader)
{
    tp_release(TP_FOR_LEXICON, vader->words, vader->words_capacity * sizeof *vader->words);
    tp_arena_free(TP_FOR_LEXICON, &vader->texts);
    tp_index_free(&vader->word_index, TP_FOR_LEXICON);
    if (vader->filter != NULL) tp_release(TP_FOR_LEXICON, vader->filter, vader->filter_mask / 8 + 1);
    tp_release(TP_FOR_LEXICON, vader->phrases, vader->phrases_capacity * sizeof *vader->phrases);
    tp_index_free(&vader->phrase_index, TP_FOR_LEXICON);
    tp_release(TP_FOR_LEXICON, vader->emojis, vader->n_emojis * sizeof *vader->emojis);
    tp_index_free(&vader->emoji_index, TP_FOR_LEXICON);
    tp_arena_free(TP_FOR_LEXICON, &vader->descriptions);
    tp_object_freed(TP_FOR_LEXICON);
    tp_release(TP_FOR_LEXICON, vader, sizeof *vader);
}

/* Makes room for all that the rules have. */
static bool make_room(tp_vader *vader, const tp_vader_rules *rules)
{
    size_t n_words = rules->n_words + rules->n_phrases + 1, n_phrases = rules->n_phrase_words + 1;
    vader->words = tp_grow(TP_FOR_LEXICON, NULL, &vader->words_capacity, n_words, sizeof *vader->words);
    vader->phrases = tp_grow(TP_FOR_LEXICON, NULL, &vader->phrases_capacity, n_phrases, sizeof *vader->phrases);
    if (vader->words == NULL || vader->phrases == NULL) return false;
    vader->words[vader->n_words++] = (tp_vader_word){.nbytes = 0};
    vader->phrases[vader->n_phrases++] = (tp_vader_phrase){.kinds = 0};
    if (!tp_index_renew(&vader->word_index, TP_FOR_LEXICON, tp_index_size(n_words, SMALLEST_INDEX)) ||
        !tp_index_renew(&vader->emoji_index, TP_FOR_LEXICON, tp_index_size(rules->n_emojis, SMALLEST_INDEX)) ||
        !tp_arena_reserve(TP_FOR_LEXICON, &vader->descriptions, rules->descriptions_nbytes)) {
        return false;
    }
    if (rules->n_phrases > 0 && !tp_index_renew(&vader->phrase_index, TP_FOR_LEXICON, tp_index_size(n_phrases, SMALLEST_INDEX))) {
        return false;
    }
    /* Eight bits for each word, so that one in eight words of texts is looked up in vain at most. */
    size_t n_bits = tp_index_size(4 * n_words, LEAST_FILTER_BITS);
    vader->filter = tp_allocate_zeroed(TP_FOR_LEXICON, n_bits / 8);
    if (vader->filter == NULL) return false;
    vader->filter_mask = n_bits - 1;
    if (rules->n_emojis == 0) return true;
    vader->emojis = tp_allocate_zeroed(TP_FOR_LEXICON, rules->n_emojis * sizeof *vader->emojis);
    if (vader->emojis == NULL) return false;
    vader->n_emojis = rules->n_emojis;
    return true;
}

static tp_status fill(tp_vader *vader, const tp_vader_rules *rules, tp_error *error)
{
    if (!make_room(vader, rules)) return tp_fail_no_memory(error);
    tp_status status = add_words(vader, rules, error);
    if (status == TP_OK) status = add_phrases(vader, rules, error);
    return status == TP_OK ? add_emojis(vader, rules, error) : status;
}

tp_status tp_vader_new(const tp_vader_rules *given, tp_vader **vader, tp_error *error)
{
    const tp_vader_rules rules = *given;
    if (rules.dialect > TP_VADER_NLTK || rules.summing > TP_VADER_SUM_COMPENSATED) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there is no such dialect, or no such way to sum");
    }
    if (rules.n_words > MOST_WORDS / 2 || rules.n_phrases > MOST_WORDS / 2 || rules.n_phrase_words >= MOST_WORDS ||
        rules.n_emojis > 0x110000) {
        return tp_fail(error, TP_TOO_LARGE, 0, "there are too many words, phrases or emoji");
    }
    tp_vader *made = tp_allocate(TP_FOR_LEXICON, sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    tp_object_made(TP_FOR_LEXICON);
    *made = (tp_vader){.key = tp_hash_get_key(), .dialect = rules.dialect, .summing = rules.summing};
    made->unicode_version = tp_version_to_ask(rules.unicode_version);
    tp_status status = fill(made, &rules, error);
    if (status != TP_OK) {
        free_vader(made);
        return status;
    }
    *vader = made;
    return TP_OK;
}

void tp_vader_free(tp_vader *vader)
{
    if (vader != NULL) free_vader(vader);
}

void tp_vader_free_at(tp_vader **vader)
{
    tp_vader_free(*vader);
    *vader = NULL;
}
