/* Lines of files of tiktoken, sound or not: read as a naive reader reads them, or refused at the same line. */
#include "fuzz.h"

enum { MOST_LINES = 64, MOST_BYTES = 4096 };

/* Returns the value of a character of base64; -1 if it is none. */
static int value_of(uint8_t character)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = character == 0 ? NULL : strchr(alphabet, character);
    return found == NULL ? -1 : (int)(found - alphabet);
}

/* Reads base64 bit by bit, and returns the number of bytes; 0 if it is not such. */
static size_t read_base64(const uint8_t *text, size_t nbytes, uint8_t *out)
{
    size_t n_padding = 0, n = 0;
    while (n_padding < nbytes && text[nbytes - 1 - n_padding] == '=') n_padding++;
    if (nbytes == 0 || nbytes % 4 != 0 || n_padding > 2) return 0;
    unsigned bits = 0, n_bits = 0;
    for (size_t i = 0; i < nbytes - n_padding; i++) {
        int value = value_of(text[i]);
        if (value < 0) return 0;
        bits = (bits << 6 | (unsigned)value) & 0xFFFFu;
        n_bits += 6;
        if (n_bits < 8) continue;
        n_bits -= 8;
        out[n++] = (uint8_t)(bits >> n_bits);
    }
    return (bits & ((1u << n_bits) - 1)) == 0 ? n : 0;
}

/* Reads a line without its end; returns the number of bytes of its token, 0 if it is not as it should be. */
static size_t read_line(const uint8_t *line, size_t nbytes, uint8_t *out, uint32_t *id)
{
    size_t blank = 0, at, n_digits = 0;
    uint64_t number = 0;
    if (nbytes > 0 && line[nbytes - 1] == '\r') nbytes--;
    while (blank < nbytes && line[blank] != ' ') blank++;
    for (at = blank; at < nbytes && line[at] == ' '; at++) {}
    for (; at < nbytes && line[at] >= '0' && line[at] <= '9' && n_digits < 10; at++, n_digits++) number = 10 * number + line[at] - '0';
    if (blank == nbytes || at != nbytes || n_digits == 0 || number >= UINT32_MAX) return 0;
    *id = (uint32_t)number;
    return read_base64(line, blank, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    const size_t capacity = take_below(&in, MOST_LINES + 1);
    if (in.nbytes > MOST_BYTES) in.nbytes = MOST_BYTES;
    uint8_t *tokens = malloc(in.nbytes / 4 * 3 + 3), expected[MOST_BYTES];
    uint64_t ends[MOST_LINES];
    uint32_t ids[MOST_LINES];
    size_t n = SIZE_MAX, n_lines = 0, n_bytes = 0, start = 0;
    tp_error error = {TP_OK, UINT64_MAX, NULL};
    tp_status status = tp_ranks_read(in.data, in.nbytes, tokens, ends, ids, capacity, &n, &error), wanted = TP_OK;
    while (start < in.nbytes) {
        size_t end = start;
        uint32_t id = 0;
        while (end < in.nbytes && in.data[end] != '\n') end++;
        if (n_lines == capacity) {
            wanted = TP_TOO_SMALL;
            break;
        }
        size_t added = read_line(in.data + start, end - start, expected + n_bytes, &id);
        if (added == 0) {
            wanted = TP_INVALID_ARGUMENT;
            CHECK_EQ_U(error.offset, start);
            break;
        }
        n_bytes += added;
        if (status == TP_OK) CHECK(ids[n_lines] == id && ends[n_lines] == n_bytes);
        n_lines++;
        start = end + 1;
    }
    CHECK_EQ_U(status, wanted);
    if (status == TP_OK) {
        CHECK_EQ_U(n, n_lines);
        CHECK_EQ_BYTES(tokens, n_bytes, expected, n_bytes);
    }
    free(tokens);
    return fuzz_end();
}
