/* Reads the two large members of a tokenizer.json: the tokens and the merges. Both are JSON in which a character of GPT-2's
 * alphabet stands for each byte. What is JSON but not written as these members usually are is left to another reader. */
#include <string.h>

#include "base/error.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "base/once.h"
#include "bpe/vocabulary/vocabulary.h"

/* The characters of the alphabet lie below U+0144: the bytes from U+0100 on are those that Latin-1 has no printable character
 * for. */
enum { N_CHARACTERS = 0x100 + 68, NO_BYTE = -1 };

typedef struct reader {
    const uint8_t *start; /* of the text */
    tp_json left;
    int16_t bytes[N_CHARACTERS]; /* for each character the byte that it stands for */
} reader;

static bool is_printable(unsigned byte) { return (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD); }

static reader begin(const uint8_t *text, size_t nbytes)
{
    reader r = {.start = text, .left = {text, text + nbytes}};
    memset(r.bytes, 0xFF, sizeof r.bytes); /* NO_BYTE */
    unsigned next = 0x100;
    for (unsigned byte = 0; byte < TP_N_BYTES; byte++) r.bytes[is_printable(byte) ? byte : next++] = (int16_t)byte;
    return r;
}

static inline bool is_blank(uint8_t c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

static inline void skip_blanks(reader *r)
{
    while (is_blank(tp_json_peek(&r->left))) r->left.at++;
}

static tp_status refuse(const reader *r, tp_error *error)
{
    return tp_fail(error, TP_INVALID_ARGUMENT, (uint64_t)(r->left.at - r->start), "not as such a member is usually written");
}

/* ---- Strings --------------------------------------------------------------------------------------------------------- */

/* Reads a character; -1 if it has more than two bytes in UTF-8 or is none. */
static inline int read_character(reader *r)
{
    uint8_t first = tp_json_peek(&r->left);
    r->left.at++;
    if (first == '\\') return tp_json_read_escape(&r->left);
    if (first < 0x80) return first == '"' ? -1 : first;
    uint8_t second = tp_json_peek(&r->left);
    if (first < 0xC2 || first > 0xDF || second >> 6 != 2) return -1;
    r->left.at++;
    return (first & 0x1F) << 6 | (second & 0x3F);
}

/* Reads the bytes that characters stand for, up to the first one that stands for none, or until there is no more room. Returns
 * the place after them. */
static inline uint8_t *read_bytes(reader *r, uint8_t *out, const uint8_t *out_end)
{
    while (out < out_end) {
        const uint8_t *before = r->left.at;
        int character = r->left.at < r->left.end ? read_character(r) : -1;
        int byte = character < 0 || character >= N_CHARACTERS ? NO_BYTE : r->bytes[character];
        if (byte == NO_BYTE) {
            r->left.at = before;
            break;
        }
        *out++ = (uint8_t)byte;
    }
    return out;
}

/* Reads the rest of any string, whose UTF-8 is not checked. */
static bool skip_string(reader *r)
{
    for (uint8_t c = tp_json_peek(&r->left); c != '"'; c = tp_json_peek(&r->left)) {
        if (c < 0x20) return false;
        r->left.at++;
        if (c == '\\' && tp_json_read_escape(&r->left) < 0) return false;
    }
    r->left.at++;
    return true;
}

/* ---- Tokens ---------------------------------------------------------------------------------------------------------- */

/* Reads a number as an id is written: digits, no zero before others, no fraction. */
static bool read_id(reader *r, uint32_t *id)
{
    uint64_t number = 0;
    const uint8_t *first = r->left.at;
    bool is_zero = tp_json_peek(&r->left) == '0';
    for (uint8_t digit; (digit = (uint8_t)(tp_json_peek(&r->left) - '0')) < 10 && r->left.at - first < 10; r->left.at++) {
        number = 10 * number + digit;
    }
    *id = (uint32_t)number;
    uint8_t next = tp_json_peek(&r->left);
    bool is_whole = next == ',' || next == '}' || is_blank(next);
    return r->left.at > first && is_whole && !(is_zero && r->left.at - first > 1) && number < UINT32_MAX;
}

typedef struct tokens {
    uint8_t *bytes;
    uint64_t *ends;
    uint32_t *ids;
    size_t n, n_bytes;
    tp_other_name *others;
    size_t n_others;
} tokens;

/* Reads a name, a colon and an id. */
static bool read_token(reader *r, tokens *out)
{
    const uint8_t *start = r->left.at;
    if (!tp_json_take(&r->left, '"')) return false;
    uint8_t *first = out->bytes + out->n_bytes, *last = read_bytes(r, first, first + (r->left.end - r->left.at));
    if (!tp_json_take(&r->left, '"')) {
        if (!skip_string(r)) return false;
        out->others[out->n_others++] = (tp_other_name){out->n, (uint64_t)(start - r->start), (uint64_t)(r->left.at - r->start)};
        last = first;
    }
    out->n_bytes += (size_t)(last - first);
    skip_blanks(r);
    if (!tp_json_take(&r->left, ':')) return false;
    skip_blanks(r);
    out->ends[out->n] = out->n_bytes;
    return read_id(r, &out->ids[out->n++]);
}

tp_status tp_json_read_tokens(const uint8_t *text, size_t text_nbytes, uint8_t *bytes, uint64_t *ends, uint32_t *ids,
                              tp_other_name *others, size_t capacity, size_t *n_tokens, size_t *n_others, size_t *used,
                              tp_error *error)
{
    reader r = begin(text, text_nbytes);
    tokens out = {.bytes = bytes, .ends = ends, .ids = ids, .others = others};
    if (!tp_json_take(&r.left, '{')) return refuse(&r, error);
    do {
        skip_blanks(&r);
        if (out.n == capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the tokens");
        if (!read_token(&r, &out)) return refuse(&r, error);
        skip_blanks(&r);
    } while (tp_json_take(&r.left, ','));
    if (!tp_json_take(&r.left, '}')) return refuse(&r, error);
    *n_tokens = out.n;
    *n_others = out.n_others;
    *used = (size_t)(r.left.at - text);
    return TP_OK;
}

/* ---- Merges ---------------------------------------------------------------------------------------------------------- */

/* Where the bytes of two tokens are put, one after the other: as many as the longest token has. */
typedef struct room {
    uint8_t *start, *end;
} room;

/* Reads the two tokens of a merge, a text with a blank between them or a list of two texts. Stores the end of the first one and
 * returns that of the second; NULL: it is written otherwise, or longer than any token. */
static uint8_t *read_merge(reader *r, room in, uint8_t **middle)
{
    bool is_list = tp_json_take(&r->left, '[');
    if (is_list) skip_blanks(r);
    if (!tp_json_take(&r->left, '"')) return NULL;
    *middle = read_bytes(r, in.start, in.end);
    if (!tp_json_take(&r->left, is_list ? '"' : ' ')) return NULL;
    if (is_list) {
        skip_blanks(r);
        if (!tp_json_take(&r->left, ',')) return NULL;
        skip_blanks(r);
        if (!tp_json_take(&r->left, '"')) return NULL;
    }
    uint8_t *last = read_bytes(r, *middle, in.end);
    if (!tp_json_take(&r->left, '"')) return NULL;
    if (is_list) skip_blanks(r);
    return !is_list || tp_json_take(&r->left, ']') ? last : NULL;
}

/* Reads a merge of two tokens that make a third one. */
static bool read_pair(const tp_vocabulary *v, reader *r, room in, tp_merge *pair)
{
    uint8_t *middle, *last = read_merge(r, in, &middle);
    if (last == NULL || middle == in.start || last == middle) return false;
    uint32_t left = tp_find_piece(v, in.start, (size_t)(middle - in.start));
    uint32_t right = tp_find_piece(v, middle, (size_t)(last - middle));
    uint32_t made = tp_find_piece(v, in.start, (size_t)(last - in.start));
    if (left == TP_NO_TOKEN || right == TP_NO_TOKEN || made == TP_NO_TOKEN) return false;
    *pair = (tp_merge){v->ids[left], v->ids[right]};
    return true;
}

static tp_status read_merges(const tp_vocabulary *v, reader *r, room in, tp_merge *pairs, size_t capacity, size_t *n_pairs,
                             tp_error *error)
{
    size_t n = 0;
    if (!tp_json_take(&r->left, '[')) return refuse(r, error);
    do {
        skip_blanks(r);
        if (n == capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the merges");
        if (!read_pair(v, r, in, &pairs[n++])) return refuse(r, error);
        skip_blanks(r);
    } while (tp_json_take(&r->left, ','));
    *n_pairs = n;
    return tp_json_take(&r->left, ']') ? TP_OK : refuse(r, error);
}

static size_t longest_nbytes(const tp_vocabulary *v)
{
    size_t longest = 0;
    for (uint32_t t = 0; t < v->n_tokens; t++) longest = tp_token_nbytes(v, t) > longest ? tp_token_nbytes(v, t) : longest;
    return longest;
}

tp_status tp_json_read_merges(const tp_vocabulary *vocabulary, const uint8_t *text, size_t text_nbytes, tp_merge *pairs,
                              size_t capacity, size_t *n_pairs, size_t *used, tp_error *error)
{
    reader r = begin(text, text_nbytes);
    size_t longest = longest_nbytes(vocabulary);
    uint8_t *bytes = tp_allocate(TP_FOR_WORK, longest + 1); /* one more, as all tokens may be empty */
    if (bytes == NULL) return tp_fail_no_memory(error);
    tp_status status = read_merges(vocabulary, &r, (room){bytes, bytes + longest}, pairs, capacity, n_pairs, error);
    tp_release(TP_FOR_WORK, bytes, longest + 1);
    if (status == TP_OK) *used = (size_t)(r.left.at - text);
    return status;
}

/* ---- Tokens by their bytes ------------------------------------------------------------------------------------------- */

tp_status tp_vocabulary_find_tokens(const tp_vocabulary *vocabulary, const uint8_t *text, size_t text_nbytes, const uint64_t *ends,
                                    size_t n_texts, uint32_t *ids, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < n_texts; i++) {
        uint64_t end = tp_once(ends[i]);
        if (end < start || end > text_nbytes) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of texts must ascend within the text");
        }
        uint32_t token = end == start ? TP_NO_TOKEN : tp_find_piece(vocabulary, text + start, (size_t)(end - start));
        ids[i] = token == TP_NO_TOKEN ? TP_NO_ID : vocabulary->ids[token];
        start = end;
    }
    return TP_OK;
}
