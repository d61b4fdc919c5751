/* Reads the lines of a .tiktoken file: the bytes of a token in base64, blanks, its id. */
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "textproc/bpe.h"

/* The values of the characters of base64; above them, what ends a token. */
enum { IS_PADDING = 64, IS_OTHER = 65 };

static void make_values(uint8_t values[256])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    memset(values, IS_OTHER, 256);
    for (uint8_t i = 0; i < 64; i++) values[(uint8_t)alphabet[i]] = i;
    values['='] = IS_PADDING;
}

/* What is left of a text, whose bytes are read once: another thread may write to them. */
typedef struct reader {
    const uint8_t *at, *end;
    uint8_t values[256];
} reader;

static inline uint8_t peek(const reader *r) { return r->at < r->end ? (uint8_t)tp_once(*r->at) : '\n'; }

/* Reads a token in base64 of whole groups and returns its number of bytes; 0 if it is empty or not such. */
static size_t read_token(reader *r, uint8_t *out)
{
    size_t n = 0;
    for (;;) {
        uint32_t group = 0, n_values = 0, n_padding = 0;
        for (; n_values + n_padding < 4 && r->at < r->end; r->at++) {
            uint8_t value = r->values[(uint8_t)tp_once(*r->at)];
            if (value == IS_OTHER || (value != IS_PADDING && n_padding > 0)) break;
            group = group << 6 | (value & 63u);
            if (value == IS_PADDING) n_padding++;
            else n_values++;
        }
        if (n_values + n_padding == 0) return n;
        if (n_values + n_padding < 4 || n_padding > 2) return 0;
        if ((group & ((1u << 8 * n_padding) - 1)) != 0) return 0; /* bits of no byte */
        for (uint32_t i = 0; i < 3 - n_padding; i++) out[n++] = (uint8_t)(group >> (16 - 8 * i));
        if (n_padding > 0) return n;
    }
}

static bool read_id(reader *r, uint32_t *id)
{
    uint64_t number = 0;
    size_t n_digits = 0;
    for (uint8_t digit; (digit = (uint8_t)(peek(r) - '0')) < 10 && n_digits < 10; r->at++, n_digits++) number = 10 * number + digit;
    *id = (uint32_t)number;
    return n_digits > 0 && number < UINT32_MAX;
}

static bool read_line(reader *r, uint8_t *out, size_t *nbytes, uint32_t *id)
{
    *nbytes = read_token(r, out);
    if (*nbytes == 0 || peek(r) != ' ') return false;
    while (peek(r) == ' ') r->at++;
    if (!read_id(r, id)) return false;
    if (peek(r) == '\r') r->at++;
    if (peek(r) != '\n') return false;
    if (r->at < r->end) r->at++;
    return true;
}

tp_status tp_ranks_read(const uint8_t *text, size_t text_nbytes, uint8_t *tokens, uint64_t *ends, uint32_t *ids, size_t capacity,
                        size_t *n_tokens, tp_error *error)
{
    reader r = {.at = text, .end = text + text_nbytes};
    size_t n = 0, n_bytes = 0;
    make_values(r.values);
    while (r.at < r.end) {
        const uint8_t *line = r.at;
        if (n == capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the tokens");
        size_t nbytes;
        if (!read_line(&r, tokens + n_bytes, &nbytes, &ids[n])) {
            return tp_fail(error, TP_INVALID_ARGUMENT, (uint64_t)(line - text), "not a token in base64, a blank and its id");
        }
        n_bytes += nbytes;
        ends[n++] = n_bytes;
    }
    *n_tokens = n;
    return TP_OK;
}
