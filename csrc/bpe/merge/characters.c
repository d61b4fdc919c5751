/* In a vocabulary whose parts are known, a pair has a later rank than all the pairs within its tokens. So merging first makes of
 * each character what it makes of it alone, unless a token reaches from a part of the character into its neighbour and is made
 * before that part is joined to the rest. Such places are found by the bytes around them and by the two characters. */
#include "bpe/merge/characters.h"

#include <string.h>

#include "base/memory.h"
#include "bpe/merge/merge.h"
#include "bpe/vocabulary/pair_index.h"
#include "unicode/utf8.h"

/* What is known of a character: the token that it is, or a byte behind another token, or three bytes. */
enum {
    IS_TOKEN = 0,
    FIRST_TWO = 1 << TP_TOKEN_BITS, /* the number is the token of the first two bytes */
    LAST_TWO = 2 << TP_TOKEN_BITS,
    BYTES = 3 << TP_TOKEN_BITS,
    KIND = 3 << TP_TOKEN_BITS,
    /* Whether a token that begins with the last bytes of the character, or ends with its first ones, may be made before these
     * are joined to the rest. */
    IS_OPEN_BEHIND = 4 << TP_TOKEN_BITS,
    IS_OPEN_BEFORE = 8 << TP_TOKEN_BITS,
    TOKEN = (1 << TP_TOKEN_BITS) - 1
};

enum {
    FEWEST_CHARACTERS = 64, /* with fewer tokens that are characters, there is little to gain */
    N_LASTS = 256,
    N_NEXTS = 1 << 11 /* the first two bytes of a character of three, or a byte of ASCII */
};

struct tp_characters {
    uint32_t known[TP_N_CHARACTERS]; /* by the number of a character */
    /* By the last byte of a character and the beginning of the next one: a bit if a token begins within the first and reaches
     * into the second, or ends within the second. */
    uint64_t from_within[N_LASTS * N_NEXTS / 64], into[N_LASTS * N_NEXTS / 64];
};

/* `next` may be incomplete in a token: then the second byte counts as given. */
static inline size_t joint_number(uint8_t last, uint8_t first, uint8_t second)
{
    size_t next = first < 0x80 ? (size_t)first | N_NEXTS / 2 : (size_t)(first & 0xF) << 6 | (second & 0x3F);
    return last * (size_t)N_NEXTS + next;
}

static inline bool has_bit(const uint64_t *bits, size_t number) { return bits[number / 64] >> (number % 64) & 1; }

/* Whether a token may reach across the end of one character, before the bytes at `next`, and break one of the two. */
static inline bool may_break(const tp_characters *c, uint32_t before, uint32_t here, const uint8_t *next)
{
    if (((before & IS_OPEN_BEHIND) | (here & IS_OPEN_BEFORE)) == 0) return false;
    size_t number = joint_number(next[-1], next[0], next[1]);
    return ((before & IS_OPEN_BEHIND) != 0 && has_bit(c->from_within, number)) ||
           ((here & IS_OPEN_BEFORE) != 0 && has_bit(c->into, number));
}

/* ---- Merging --------------------------------------------------------------------------------------------------------- */

/* Stores the tokens of a character alone and returns their number. */
static inline size_t put_character(const tp_vocabulary *v, uint32_t known, const uint8_t *text, uint32_t *tokens)
{
    tokens[0] = known & TOKEN;
    switch (known & KIND) {
    case IS_TOKEN:
        return 1;
    case FIRST_TWO:
        tokens[1] = v->byte_tokens[text[2]];
        return 2;
    case LAST_TWO:
        tokens[1] = tokens[0];
        tokens[0] = v->byte_tokens[text[0]];
        return 2;
    default:
        for (size_t i = 0; i < TP_CHARACTER_NBYTES; i++) tokens[i] = v->byte_tokens[text[i]];
        return TP_CHARACTER_NBYTES;
    }
}

size_t tp_merge_characters(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes, uint32_t *tokens)
{
    uint8_t text[TP_SHORT_PIECE_NBYTES + TP_CHARACTER_NBYTES]; /* a copy: another thread may write to the piece */
    uint32_t ranks[TP_SHORT_PIECE_NBYTES], before = 0;
    memcpy(text, piece, nbytes);
    memset(text + nbytes, 0, TP_CHARACTER_NBYTES);
    size_t n = 0, n_made = 0, step;
    for (size_t i = 0; i < nbytes; i += step) {
        bool is_ascii = text[i] < 0x80, was_one = n_made == 1;
        if (!is_ascii && !tp_is_character(text + i)) return 0;
        step = is_ascii ? 1 : TP_CHARACTER_NBYTES;
        uint32_t here = is_ascii ? v->byte_tokens[text[i]] : v->characters->known[tp_character_number(text + i)];
        if (i > 0 && may_break(v->characters, before, here, text + i)) return 0;
        n_made = put_character(v, here, text + i, tokens + n);
        if (n > 0) ranks[n - 1] = was_one && n_made == 1 ? tp_find_pair(v, tokens[n - 1], tokens[n]) : TP_NO_RANK;
        for (size_t k = 1; k < n_made; k++) ranks[n + k - 1] = TP_NO_RANK;
        before = here;
        n += n_made;
    }
    return tp_merge_ranked(v, TP_NO_RANK, 1, tokens, ranks, n);
}

/* ---- Making them ----------------------------------------------------------------------------------------------------- */

/* The first tokens that go on with another character behind the last bytes of one, and that end with the first bytes of one. */
typedef struct reaching {
    uint32_t behind_one[1 << 6], behind_two[1 << 12], before_one[1 << 4], before_two[1 << 10];
} reaching;

static size_t pair_of_later(const uint8_t *two) { return (size_t)(two[0] & 0x3F) << 6 | (two[1] & 0x3F); }

static size_t pair_of_first(const uint8_t *two) { return (size_t)(two[0] & 0xF) << 6 | (two[1] & 0x3F); }

static void put_least(uint32_t *least, uint32_t token)
{
    if (token < *least) *least = token;
}

/* Sets the bit of the place where a token goes on with what begins at `place`. */
static void put_joint(uint64_t *bits, const uint8_t *token, size_t nbytes, size_t place)
{
    bool is_whole = token[place] < 0x80 || nbytes - place > 1;
    for (unsigned second = 0x80; second <= 0xBF; second++) {
        size_t number = joint_number(token[place - 1], token[place], is_whole ? token[place + 1] : (uint8_t)second);
        bits[number / 64] |= UINT64_C(1) << (number % 64);
        if (is_whole) return;
    }
}

/* Notes where a token goes on behind the last bytes of a character, and where it ends with the first bytes of one. */
static void put_joints(const tp_vocabulary *v, tp_characters *c, reaching *r, uint32_t token)
{
    const uint8_t *bytes = v->bytes + v->starts[token];
    size_t nbytes = tp_token_nbytes(v, token), head = 0, tail = nbytes - 1;
    while (head < nbytes && tp_utf8_is_continuation(bytes[head])) head++;
    while (tail > head && tp_utf8_is_continuation(bytes[tail])) tail--;
    if (head > 0 && head < nbytes) {
        put_joint(c->from_within, bytes, nbytes, head);
        put_least(&r->behind_one[bytes[0] & 0x3F], head == 1 ? token : TP_NO_TOKEN);
        if (head == 2) put_least(&r->behind_two[pair_of_later(bytes)], token);
    }
    if (tail > 0 && bytes[tail] >> 4 == 0xE && nbytes - tail < TP_CHARACTER_NBYTES) {
        put_joint(c->into, bytes, nbytes, tail);
        if (nbytes - tail == 1) put_least(&r->before_one[bytes[tail] & 0xF], token);
        else put_least(&r->before_two[pair_of_first(bytes + tail)], token);
    }
}

/* Finds what merging makes of a character, and whether something reaches into it before its parts are joined. */
static uint32_t know(const tp_vocabulary *v, const reaching *r, size_t number)
{
    const uint8_t text[TP_CHARACTER_NBYTES] = {(uint8_t)(0xE0 | number >> 12), (uint8_t)(0x80 | (number >> 6 & 0x3F)),
                                               (uint8_t)(0x80 | (number & 0x3F))};
    uint32_t tokens[TP_CHARACTER_NBYTES], whole = TP_NO_TOKEN, first_two = TP_NO_TOKEN, last_two = TP_NO_TOKEN;
    size_t n = tp_merge_short(v, text, TP_CHARACTER_NBYTES, TP_NO_RANK, tokens);
    if (n == 1) whole = tokens[0];
    tp_merge two = n == 1 ? v->parts[whole] : (tp_merge){tokens[0], tokens[1]};
    bool are_first = n < TP_CHARACTER_NBYTES && tp_token_nbytes(v, two.left) == 2;
    if (are_first) first_two = two.left;
    else if (n < TP_CHARACTER_NBYTES) last_two = two.right;

    uint32_t known = n == 1 ? whole : n == TP_CHARACTER_NBYTES ? BYTES : are_first ? first_two | FIRST_TWO : last_two | LAST_TWO;
    uint32_t first_joined = are_first ? first_two : whole, last_joined = are_first ? whole : last_two;
    if (n < TP_CHARACTER_NBYTES && !are_first && r->behind_two[pair_of_later(text + 1)] < whole) known |= IS_OPEN_BEHIND;
    if (are_first && r->before_two[pair_of_first(text)] < whole) known |= IS_OPEN_BEFORE;
    if (r->behind_one[text[2] & 0x3F] < last_joined) known |= IS_OPEN_BEHIND;
    if (r->before_one[text[0] & 0xF] < first_joined) known |= IS_OPEN_BEFORE;
    return known;
}

static bool has_many_characters(const tp_vocabulary *v)
{
    size_t n = 0;
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        n += tp_token_nbytes(v, t) == TP_CHARACTER_NBYTES && tp_is_character(v->bytes + v->starts[t]);
    }
    return n >= FEWEST_CHARACTERS;
}

bool tp_characters_make(tp_vocabulary *v)
{
    if (v->parts == NULL || v->n_bytes != TP_N_BYTES || !has_many_characters(v)) return true;
    tp_characters *made = tp_allocate_zeroed(TP_FOR_VOCABULARY, sizeof *made);
    reaching *r = made == NULL ? NULL : tp_allocate(TP_FOR_WORK, sizeof *r);
    if (r == NULL) {
        tp_characters_free(made);
        return false;
    }
    memset(r, 0xFF, sizeof *r);
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        if (tp_token_nbytes(v, t) > 1) put_joints(v, made, r, t);
    }
    for (size_t number = 0; number < TP_N_CHARACTERS; number++) made->known[number] = know(v, r, number);
    tp_release(TP_FOR_WORK, r, sizeof *r);
    v->characters = made;
    return true;
}

void tp_characters_free(tp_characters *characters)
{
    if (characters != NULL) tp_release(TP_FOR_VOCABULARY, characters, sizeof *characters);
}
