/* The members of a tokenizer.json, sound or not: read as a naive reader reads them, or refused. */
#include "fuzz.h"

enum { MOST_TOKENS = 64, MOST_BYTES = 4096, OTHER = -2, NONE = -1 };

/* The naive reader: a text and a place. */
typedef struct naive {
    const uint8_t *text;
    size_t nbytes, at;
} naive;

static int next(const naive *n) { return n->at < n->nbytes ? n->text[n->at] : NONE; }

static bool skip(naive *n, int wanted)
{
    bool is_there = next(n) == wanted;
    n->at += is_there;
    return is_there;
}

static void skip_white(naive *n)
{
    while (next(n) == ' ' || next(n) == '\n' || next(n) == '\t' || next(n) == '\r') n->at++;
}

/* Returns the byte for a character of GPT-2's alphabet; OTHER if it stands for none. */
static int byte_of(unsigned character)
{
    unsigned written = 0x100;
    for (int byte = 0; byte < 256; byte++) {
        bool is_shown = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        if (character == (is_shown ? (unsigned)byte : written++)) return byte;
    }
    return OTHER;
}

/* Returns what stands in a string next: a byte, OTHER, or NONE for what no string has or for its end. */
static int naive_character(naive *n)
{
    int first = next(n);
    if (first < 0x20 || first == '"') return NONE;
    n->at++;
    if (first == '\\') {
        int escape = next(n);
        unsigned unit = 0;
        if (escape == NONE || escape == 0) return NONE;
        n->at++;
        if (strchr("\"\\/", escape) != NULL) return byte_of((unsigned)escape);
        if (strchr("bfnrt", escape) != NULL) return OTHER;
        if (escape != 'u') return NONE;
        for (int i = 0; i < 4; i++, n->at++) {
            const char *digits = "0123456789abcdef0123456789ABCDEF", *digit = next(n) <= 0 ? NULL : strchr(digits, next(n));
            if (digit == NULL) return NONE;
            unit = unit * 16 + (unsigned)((digit - digits) % 16);
        }
        return byte_of(unit);
    }
    if (first < 0x80) return byte_of((unsigned)first);
    int second = next(n);
    if (first < 0xC2 || first > 0xDF || second < 0x80 || second > 0xBF) return OTHER;
    n->at++;
    return byte_of((unsigned)((first & 0x1F) * 64 + (second & 0x3F)));
}

/* Reads characters up to one that is neither a byte nor, if others may be there, such a one. */
static size_t naive_bytes(naive *n, uint8_t *out, bool *has_others)
{
    size_t n_out = 0;
    *has_others = false;
    for (;;) {
        size_t before = n->at;
        int found = naive_character(n);
        if (found == NONE) {
            n->at = before;
            return n_out;
        }
        if (found == OTHER) *has_others = true;
        else out[n_out++] = (uint8_t)found;
    }
}

static bool naive_id(naive *n, uint32_t *id)
{
    size_t first = n->at;
    uint64_t number = 0;
    while (next(n) >= '0' && next(n) <= '9' && number < UINT32_MAX) number = number * 10 + (uint64_t)(n->text[n->at++] - '0');
    *id = (uint32_t)number;
    bool is_short = n->at == first + 1 || (n->at > first && n->text[first] != '0');
    return is_short && number < UINT32_MAX && next(n) > 0 && strchr(",} \n\t\r", next(n)) != NULL;
}

static void check_tokens(const uint8_t *text, size_t nbytes, size_t capacity)
{
    uint8_t bytes[MOST_BYTES], expected[MOST_BYTES];
    uint64_t ends[MOST_TOKENS];
    uint32_t ids[MOST_TOKENS];
    tp_other_name others[MOST_TOKENS];
    size_t n_tokens = 0, n_others = 0, used = 0, n = 0, n_other = 0, n_bytes = 0;
    tp_status status = tp_json_read_tokens(text, nbytes, bytes, ends, ids, others, capacity, &n_tokens, &n_others, &used, NULL);
    naive in = {text, nbytes, 0};
    bool is_sound = skip(&in, '{');
    do {
        uint32_t id;
        bool has_others;
        skip_white(&in);
        if (is_sound && n == capacity) {
            CHECK_EQ_U(status, TP_TOO_SMALL);
            return;
        }
        size_t start = in.at;
        is_sound = is_sound && skip(&in, '"');
        size_t n_read = naive_bytes(&in, expected + n_bytes, &has_others);
        is_sound = is_sound && skip(&in, '"');
        size_t end = in.at;
        skip_white(&in);
        is_sound = is_sound && skip(&in, ':');
        skip_white(&in);
        is_sound = is_sound && naive_id(&in, &id);
        skip_white(&in);
        if (!is_sound) break;
        if (!has_others) n_bytes += n_read;
        if (status == TP_OK) {
            CHECK(ids[n] == id && ends[n] == n_bytes);
            if (has_others) CHECK(others[n_other].token == n && others[n_other].start == start && others[n_other].end == end);
        }
        n_other += has_others;
        n++;
    } while (skip(&in, ','));
    is_sound = is_sound && skip(&in, '}');
    CHECK_EQ_U(status, is_sound ? TP_OK : TP_INVALID_ARGUMENT);
    if (is_sound) {
        CHECK(n_tokens == n && n_others == n_other && used == in.at);
        CHECK_EQ_BYTES(bytes, n_bytes, expected, n_bytes);
    }
}

/* ---- Merges ---------------------------------------------------------------------------------------------------------- */

/* The vocabulary: all bytes, then these. */
static const char *const LONGER[] = {"ab", "abc", "aa", "aaa", "\x20t", "abcabcabcabcabcabcabc"};
enum { N_LONGER = sizeof LONGER / sizeof *LONGER };

static uint32_t naive_token(const uint8_t *bytes, size_t nbytes)
{
    if (nbytes == 1) return bytes[0];
    for (uint32_t i = 0; i < N_LONGER; i++) {
        if (nbytes == strlen(LONGER[i]) && memcmp(bytes, LONGER[i], nbytes) == 0) return 256 + i;
    }
    return UINT32_MAX;
}

static tp_vocabulary *new_vocabulary(void)
{
    uint8_t tokens[256 + 64];
    uint64_t ends[256 + N_LONGER];
    uint32_t ids[256 + N_LONGER];
    size_t nbytes = 0;
    for (uint32_t i = 0; i < 256 + N_LONGER; i++) {
        size_t n = i < 256 ? 1 : strlen(LONGER[i - 256]);
        tokens[nbytes] = (uint8_t)i;
        if (i >= 256) memcpy(tokens + nbytes, LONGER[i - 256], n);
        ends[i] = nbytes += n;
        ids[i] = i;
    }
    tp_vocabulary *made = NULL;
    CHECK_EQ_U(tp_vocabulary_from_tokens(tokens, nbytes, ends, ids, 256 + N_LONGER, false, &made, NULL), TP_OK);
    return made;
}

/* Reads a merge into its three tokens. */
static bool naive_merge(naive *n, uint32_t found[3])
{
    uint8_t bytes[MOST_BYTES];
    bool is_list = skip(n, '['), has_others = false, is_sound;
    if (is_list) skip_white(n);
    is_sound = skip(n, '"');
    size_t middle = 0, end;
    if (is_list) {
        middle = naive_bytes(n, bytes, &has_others);
        is_sound = is_sound && !has_others && skip(n, '"');
        skip_white(n);
        is_sound = is_sound && skip(n, ',');
        skip_white(n);
        is_sound = is_sound && skip(n, '"');
    } else {
        for (int byte; next(n) != ' ' && (byte = naive_character(n)) != NONE; bytes[middle++] = (uint8_t)byte) is_sound = is_sound && byte != OTHER;
        is_sound = is_sound && skip(n, ' ');
    }
    end = middle + naive_bytes(n, bytes + middle, &has_others);
    is_sound = is_sound && !has_others && skip(n, '"');
    if (is_list) skip_white(n);
    is_sound = is_sound && (!is_list || skip(n, ']'));
    found[0] = naive_token(bytes, middle);
    found[1] = naive_token(bytes + middle, end - middle);
    found[2] = naive_token(bytes, end);
    return is_sound && found[0] != UINT32_MAX && found[1] != UINT32_MAX && found[2] != UINT32_MAX;
}

static void check_merges(const uint8_t *text, size_t nbytes, size_t capacity)
{
    tp_merge pairs[MOST_TOKENS];
    size_t n_pairs = 0, used = 0, n = 0;
    tp_vocabulary *vocabulary = new_vocabulary();
    tp_status status = tp_json_read_merges(vocabulary, text, nbytes, pairs, capacity, &n_pairs, &used, NULL), wanted = TP_OK;
    tp_vocabulary_free(vocabulary);
    naive in = {text, nbytes, 0};
    bool is_sound = skip(&in, '[');
    do {
        uint32_t found[3];
        skip_white(&in);
        if (is_sound && n == capacity) wanted = TP_TOO_SMALL;
        is_sound = is_sound && wanted == TP_OK && naive_merge(&in, found);
        skip_white(&in);
        if (is_sound && status == TP_OK) CHECK(pairs[n].left == found[0] && pairs[n].right == found[1]);
        n += is_sound;
    } while (is_sound && skip(&in, ','));
    is_sound = is_sound && skip(&in, ']');
    CHECK_EQ_U(status, wanted != TP_OK ? wanted : is_sound ? TP_OK : TP_INVALID_ARGUMENT);
    if (is_sound) CHECK(n_pairs == n && used == in.at);
}

/* The same bytes as texts to look up, cut where the text says. */
static void check_lookups(const uint8_t *text, size_t nbytes)
{
    uint64_t ends[MOST_TOKENS];
    uint32_t ids[MOST_TOKENS];
    size_t n = 0, start = 0;
    for (size_t i = 0; i < nbytes && n < MOST_TOKENS; i += 1 + text[i] % 4) ends[n++] = i;
    tp_vocabulary *vocabulary = new_vocabulary();
    CHECK_EQ_U(tp_vocabulary_find_tokens(vocabulary, text, nbytes, ends, n, ids, NULL), TP_OK);
    for (size_t i = 0; i < n; start = (size_t)ends[i++]) CHECK_EQ_U(ids[i], naive_token(text + start, (size_t)ends[i] - start));
    if (n > 0) {
        tp_error error;
        ends[n - 1] = nbytes + 1;
        CHECK_EQ_U(tp_vocabulary_find_tokens(vocabulary, text, nbytes, ends, n, ids, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, n - 1);
    }
    tp_vocabulary_free(vocabulary);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    const size_t capacity = take_below(&in, MOST_TOKENS + 1);
    if (in.nbytes > MOST_BYTES) in.nbytes = MOST_BYTES;
    check_tokens(in.data, in.nbytes, capacity);
    check_merges(in.data, in.nbytes, capacity);
    check_lookups(in.data, in.nbytes);
    return fuzz_end();
}
