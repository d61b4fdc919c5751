/* The reader of JSON lines, written once for all instruction sets. The file that includes this one has included a header with a
 * block of 64 bytes, as unicode/simd/scan_template.h describes it, and defines READ, the name of the function to define.
 *
 * It knows the JSON that Python's json module reads, `NaN` included. What it does not know, or where two members have the wanted
 * name, it leaves to another reader: it never guesses. Nothing is written beyond the output, whatever another thread does to the
 * text meanwhile: each step writes at most as many bytes as it reads. */
#include <string.h>

#include "base/compiler.h"
#include "base/json_text.h"
#include "base/once.h"
#include "documents/json.h"
#include "unicode/utf8.h"

enum {
    JSON_BLOCK_NBYTES = 64,
    /* Arrays and objects in each other. Python's reader takes several hundred more, and decides about what is deeper. */
    MOST_DEPTH = 1 << 8,
    /* Python reads no ints of more than 4,300 digits, unless it is told to. */
    MOST_DIGITS = 4300
};

typedef struct json_reader {
    tp_json left;
    uint8_t *out;   /* where the text of a string goes */
    bool has_value; /* whether the row has a text, which ends at `out` */
} json_reader;

static bool take_word(json_reader *r, const char *word)
{
    for (; *word != '\0'; word++) {
        if (!tp_json_take(&r->left, (uint8_t)*word)) return false;
    }
    return true;
}

/* Skips what may stand between the parts of JSON, but for a line end, which ends the row. */
static inline void skip_blanks(json_reader *r)
{
    for (uint8_t c; (c = tp_json_peek(&r->left)) == ' ' || c == '\t' || c == '\r';) r->left.at++;
}

/* ---- Strings --------------------------------------------------------------------------------------------------------- */

/* Copies what means itself in a string, up to a quote, a backslash or a control character. */
TP_INLINE uint8_t *copy_plain(json_reader *r, uint8_t *out)
{
    const uint8_t *p = r->left.at;
    while (r->left.end - p >= JSON_BLOCK_NBYTES) {
        tp_block block = load(p);
        uint64_t other = is_equal(block, '"') | is_equal(block, '\\') | is_between(block, 0, 0x1F);
        memcpy(out, p, JSON_BLOCK_NBYTES);
        if (other != 0) {
            size_t n = tp_lowest_bit(other);
            r->left.at = p + n;
            return out + n;
        }
        p += JSON_BLOCK_NBYTES;
        out += JSON_BLOCK_NBYTES;
    }
    for (; p < r->left.end && *p != '"' && *p != '\\' && *p >= 0x20; p++) *out++ = *p;
    r->left.at = p;
    return out;
}

/* Reads the second half of a pair after the first one. Returns the code point, or the first half if no second one follows. */
static int read_pair(json_reader *r, int first)
{
    tp_json ahead = r->left;
    int second = tp_json_take(&ahead, '\\') && tp_json_take(&ahead, 'u') ? tp_json_read_unit(&ahead) : -1;
    if (second < 0xDC00 || second > 0xDFFF) return first;
    r->left = ahead;
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

/* Reads what follows a backslash and writes what it means, with half of a pair as if it were a character. Returns NULL if it is
 * no escape. */
static uint8_t *read_escape(json_reader *r, uint8_t *out, bool *is_sound)
{
    int point = tp_json_read_escape(&r->left);
    if (point >= 0xD800 && point <= 0xDBFF) point = read_pair(r, point);
    if (point < 0) return NULL;
    *is_sound = *is_sound && (point < 0xD800 || point > 0xDFFF);
    return out + tp_utf8_encode((uint32_t)point, out);
}

/* Reads a string behind its quote, and writes its text. Returns the end of it; NULL if it is no string. */
TP_INLINE uint8_t *read_string(json_reader *r, uint8_t *out, bool *is_sound)
{
    for (;;) {
        out = copy_plain(r, out);
        uint8_t c = tp_json_peek(&r->left);
        if (c < 0x20) return NULL;
        r->left.at++;
        if (c == '"') return out;
        if (c == '\\' && (out = read_escape(r, out, is_sound)) == NULL) return NULL;
    }
}

/* Skips a string that nobody wants; what is written behind `out` is written again. */
static bool skip_string(json_reader *r)
{
    bool is_sound = true;
    return read_string(r, r->out, &is_sound) != NULL;
}

/* ---- Other values ---------------------------------------------------------------------------------------------------- */

static bool skip_digits(json_reader *r)
{
    const uint8_t *first = r->left.at;
    while ((uint8_t)(tp_json_peek(&r->left) - '0') < 10) r->left.at++;
    return r->left.at > first && r->left.at - first <= MOST_DIGITS;
}

static bool skip_number(json_reader *r)
{
    if (tp_json_take(&r->left, '-') && tp_json_peek(&r->left) == 'I') return take_word(r, "Infinity");
    if (!tp_json_take(&r->left, '0') && !skip_digits(r)) return false;
    if (tp_json_take(&r->left, '.') && !skip_digits(r)) return false;
    if (!tp_json_take(&r->left, 'e') && !tp_json_take(&r->left, 'E')) return true;
    if (!tp_json_take(&r->left, '+')) tp_json_take(&r->left, '-');
    return skip_digits(r);
}

static bool skip_simple(json_reader *r)
{
    switch (tp_json_peek(&r->left)) {
    case '"':
        r->left.at++;
        return skip_string(r);
    case 't':
        return take_word(r, "true");
    case 'f':
        return take_word(r, "false");
    case 'n':
        return take_word(r, "null");
    case 'N':
        return take_word(r, "NaN");
    case 'I':
        return take_word(r, "Infinity");
    default:
        return skip_number(r);
    }
}

/* Skips what stands between a name and its value. */
static inline bool skip_colon(json_reader *r)
{
    skip_blanks(r);
    if (!tp_json_take(&r->left, ':')) return false;
    skip_blanks(r);
    return true;
}

static bool skip_name(json_reader *r) { return tp_json_take(&r->left, '"') && skip_string(r) && skip_colon(r); }

/* For each array or object that is open, a bit that is set for an object. */
typedef struct nesting {
    size_t depth;
    uint64_t objects[MOST_DEPTH / 64];
} nesting;

static bool is_in_object(const nesting *in) { return (in->objects[(in->depth - 1) / 64] >> (in->depth - 1) % 64 & 1) != 0; }

/* Opens an array or an object, and goes to its first value. Returns false at once if it is empty, and closed again, or if it is
 * not JSON, which *is_json tells. */
static bool open_next(json_reader *r, nesting *in, bool *is_json)
{
    const uint64_t bit = UINT64_C(1) << in->depth % 64;
    uint64_t *objects = &in->objects[in->depth / 64];
    const bool is_object = tp_json_take(&r->left, '{');
    if (!is_object) r->left.at++;
    skip_blanks(r);
    if (tp_json_take(&r->left, is_object ? '}' : ']')) return false;
    *is_json = in->depth < MOST_DEPTH && (!is_object || skip_name(r));
    if (!*is_json) return false;
    /* The word may not be set yet. */
    if (in->depth % 64 == 0) *objects = 0;
    *objects = is_object ? *objects | bit : *objects & ~bit;
    in->depth++;
    return true;
}

/* Behind a value, closes what ends there. Returns whether it is JSON; if something is open still, the next value is next. */
static bool go_on(json_reader *r, nesting *in)
{
    while (in->depth > 0) {
        bool is_object = is_in_object(in);
        skip_blanks(r);
        if (tp_json_take(&r->left, ',')) {
            skip_blanks(r);
            return !is_object || skip_name(r);
        }
        if (!tp_json_take(&r->left, is_object ? '}' : ']')) return false;
        in->depth--;
    }
    return true;
}

static bool skip_nested(json_reader *r)
{
    nesting in;
    in.depth = 0;
    do {
        uint8_t c = tp_json_peek(&r->left);
        bool is_json = true;
        if (c == '{' || c == '[') {
            if (open_next(r, &in, &is_json)) continue;
        } else {
            is_json = skip_simple(r);
        }
        if (!is_json || !go_on(r, &in)) return false;
    } while (in.depth > 0);
    return true;
}

static inline bool skip_value(json_reader *r)
{
    uint8_t c = tp_json_peek(&r->left);
    return c == '{' || c == '[' ? skip_nested(r) : skip_simple(r);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------------ */

/* Reads a name, and tells whether it is that of a level of the field. */
static inline bool read_name(json_reader *r, const tp_json_field *field, size_t level, bool *is_wanted)
{
    bool is_sound = true;
    uint8_t *end = tp_json_take(&r->left, '"') ? read_string(r, r->out, &is_sound) : NULL;
    if (end == NULL) return false;
    size_t start = level == 0 ? 0 : tp_end_within(field->name_ends, level - 1, 0, field->names_nbytes);
    size_t nbytes = tp_end_within(field->name_ends, level, start, field->names_nbytes) - start;
    *is_wanted = (size_t)(end - r->out) == nbytes && (nbytes == 0 || memcmp(r->out, field->names + start, nbytes) == 0);
    return skip_colon(r);
}

/* Reads the value of the field, a text or null. */
static inline bool read_text(json_reader *r)
{
    if (tp_json_peek(&r->left) == 'n') return take_word(r, "null");
    bool is_sound = true;
    uint8_t *end = tp_json_take(&r->left, '"') ? read_string(r, r->out, &is_sound) : NULL;
    if (end == NULL || !is_sound) return false;
    r->out = end;
    return r->has_value = true;
}

/* Reads an object behind its brace, and in it the objects that lead to the field. Returns false if it is to be left to another
 * reader. */
static bool read_object(json_reader *r, const tp_json_field *field)
{
    size_t level = 0;
    bool is_first = true, is_seen = false; /* of the members of this level; those before it have all been seen */
    for (;;) {
        skip_blanks(r);
        if (tp_json_take(&r->left, '}')) {
            if (level-- == 0) return true;
            is_first = false;
            is_seen = true;
            continue;
        }
        if (!is_first && !tp_json_take(&r->left, ',')) return false;
        skip_blanks(r);
        is_first = false;
        bool is_wanted;
        if (!read_name(r, field, level, &is_wanted) || (is_wanted && is_seen)) return false;
        is_seen = is_seen || is_wanted;
        if (is_wanted && level + 1 == field->n_names) {
            if (!read_text(r)) return false;
        } else if (is_wanted && tp_json_take(&r->left, '{')) {
            level++;
            is_first = true;
            is_seen = false;
        } else if (!skip_value(r)) {
            return false;
        }
    }
}

/* Reads a line up to its end; a blank one is no row. */
static inline bool read_line(json_reader *r, const tp_json_field *field, bool *is_row)
{
    r->has_value = false;
    skip_blanks(r);
    *is_row = r->left.at < r->left.end && *r->left.at != '\n';
    if (!*is_row) return true;
    if (!tp_json_take(&r->left, '{') || !read_object(r, field)) return false;
    skip_blanks(r);
    return r->left.at == r->left.end || *r->left.at == '\n';
}

size_t READ(const tp_json_field *field, const uint8_t *text, size_t text_nbytes, tp_json_rows *rows)
{
    json_reader r = {.left = {text, text + text_nbytes}, .out = rows->text};
    size_t used = 0;
    while (r.left.at < r.left.end && rows->n_rows < rows->capacity && (rows->n_rows == 0 || rows->text_nbytes < rows->enough)) {
        bool is_row;
        if (!read_line(&r, field, &is_row)) {
            rows->is_at_other = true;
            break;
        }
        size_t nbytes = (size_t)(r.out - rows->text);
        if (rows->n_rows > 0 && nbytes - rows->text_nbytes > rows->enough) break;
        if (is_row) {
            rows->has_value[rows->n_rows] = r.has_value;
            rows->n_values += r.has_value;
            rows->ends[rows->n_rows++] = nbytes;
            if (rows->separates) *r.out++ = '\n';
        }
        rows->n_lines += r.left.at < r.left.end;
        r.left.at += r.left.at < r.left.end;
        rows->text_nbytes = (size_t)(r.out - rows->text);
        used = (size_t)(r.left.at - text);
    }
    return used;
}
