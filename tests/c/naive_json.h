/* naive_json.h - a field of JSON lines, byte by byte and by recursion. */
#ifndef NAIVE_JSON_H
#define NAIVE_JSON_H

#include "naive.h"
#include "naive_utf8.h"

/* A text of a line, in as much memory as a whole line needs. */
typedef struct naive_text {
    uint8_t *data;
    size_t nbytes;
} naive_text;

/* Where a line is read, and what is found in it. */
typedef struct naive_line {
    const uint8_t *at, *end;
    const char *const *names; /* those that lead to the field; NULL behind them */
    naive_text text;          /* of the field, if it has one */
    size_t depth;
    bool has_value;
    bool is_odd; /* the line is no such JSON, or left to another reader */
} naive_line;

static inline int naive_byte(naive_line *l) { return l->at < l->end ? *l->at : -1; }

static inline void naive_blanks(naive_line *l)
{
    while (naive_byte(l) == ' ' || naive_byte(l) == '\t' || naive_byte(l) == '\r') l->at++;
}

/* Passes a word, or makes the line odd. */
static inline void naive_word(naive_line *l, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(l->end - l->at) < n || memcmp(l->at, word, n) != 0) l->is_odd = true;
    else l->at += n;
}

static inline int naive_hex(naive_line *l)
{
    char digits[5] = "";
    for (int i = 0; i < 4; i++) digits[i] = (char)(naive_byte(l) < 0 ? 'x' : *l->at++);
    if (strspn(digits, "0123456789abcdefABCDEF") == 4) return (int)strtol(digits, NULL, 16);
    l->is_odd = true;
    return 0;
}

static inline void naive_escape(naive_line *l, naive_text *text, bool *has_half)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    int c = naive_byte(l);
    const char *found = c > 0 ? strchr(names, c) : NULL;
    l->at += c >= 0;
    if (found != NULL) {
        text->data[text->nbytes++] = (uint8_t)meant[found - names];
    } else if (c == 'u') {
        int point = naive_hex(l);
        if (point >> 10 == 0x36 && l->end - l->at >= 2 && memcmp(l->at, "\\u", 2) == 0) {
            naive_line second = *l;
            second.at += 2;
            int low = naive_hex(&second);
            if (!second.is_odd && low >> 10 == 0x37) {
                point = 0x10000 + ((point & 0x3FF) << 10) + (low & 0x3FF);
                l->at = second.at;
            }
        }
        if (point >> 11 == 0x1B) *has_half = true;
        text->nbytes += naive_encode((uint32_t)point, text->data + text->nbytes);
    } else {
        l->is_odd = true;
    }
}

static inline naive_text naive_string(naive_line *l, bool *has_half)
{
    naive_text text = {allocate((size_t)(l->end - l->at) + 4), 0};
    naive_word(l, "\"");
    while (!l->is_odd && naive_byte(l) != '"') {
        int c = naive_byte(l);
        l->at++;
        if (c == '\\') {
            naive_escape(l, &text, has_half);
        } else if (c < 0x20) {
            l->is_odd = true;
        } else {
            text.data[text.nbytes++] = (uint8_t)c;
        }
    }
    l->at++;
    return text;
}

static inline size_t naive_digits(naive_line *l)
{
    size_t n = 0;
    for (; naive_byte(l) >= '0' && naive_byte(l) <= '9'; n++) l->at++;
    if (n > 4300) l->is_odd = true;
    return n;
}

static inline void naive_number(naive_line *l)
{
    if (naive_byte(l) == '-') l->at++;
    bool is_zero = naive_byte(l) == '0';
    size_t n = naive_digits(l);
    if (n == 0 || (is_zero && n > 1)) l->is_odd = true;
    if (naive_byte(l) == '.') {
        l->at++;
        if (naive_digits(l) == 0) l->is_odd = true;
    }
    if (naive_byte(l) != 'e' && naive_byte(l) != 'E') return;
    l->at++;
    if (naive_byte(l) == '+' || naive_byte(l) == '-') l->at++;
    if (naive_digits(l) == 0) l->is_odd = true;
}

/* Goes into an array or object that nobody wants, unless it is empty: 256 of them may be in each other. */
static inline void naive_enter(naive_line *l, char closing)
{
    naive_blanks(l);
    if (naive_byte(l) != closing && l->depth++ == 256) l->is_odd = true;
}

/* `level` tells how many names have led here; SIZE_MAX: it was another way. */
static inline void naive_value(naive_line *l, size_t level);

static inline void naive_members(naive_line *l, size_t level)
{
    const char *wanted = level == SIZE_MAX ? NULL : l->names[level];
    bool is_first = true, is_seen = false, has_half = false;
    const size_t depth = l->depth;
    naive_word(l, "{");
    if (level == SIZE_MAX) naive_enter(l, '}');
    for (naive_blanks(l); !l->is_odd && naive_byte(l) != '}'; naive_blanks(l)) {
        if (!is_first) naive_word(l, ",");
        is_first = false;
        naive_blanks(l);
        naive_text name = naive_string(l, &has_half);
        bool is_wanted = wanted != NULL && name.nbytes == strlen(wanted) && memcmp(name.data, wanted, name.nbytes) == 0;
        free(name.data);
        if (is_wanted && is_seen) l->is_odd = true;
        is_seen = is_seen || is_wanted;
        naive_blanks(l);
        if (!l->is_odd) naive_word(l, ":");
        naive_blanks(l);
        if (!l->is_odd) naive_value(l, is_wanted ? level + 1 : SIZE_MAX);
    }
    l->depth = depth;
    l->at++;
}

static inline void naive_items(naive_line *l)
{
    const size_t depth = l->depth;
    bool is_first = true;
    naive_word(l, "[");
    naive_enter(l, ']');
    for (naive_blanks(l); !l->is_odd && naive_byte(l) != ']'; naive_blanks(l)) {
        if (!is_first) naive_word(l, ",");
        is_first = false;
        naive_blanks(l);
        if (!l->is_odd) naive_value(l, SIZE_MAX);
    }
    l->depth = depth;
    l->at++;
}

static inline void naive_value(naive_line *l, size_t level)
{
    const bool is_field = level != SIZE_MAX && l->names[level] == NULL;
    bool has_half = false;
    int c = naive_byte(l);
    if (is_field && c != '"' && c != 'n') l->is_odd = true;
    else if (c == '{') naive_members(l, level);
    else if (c == '[') naive_items(l);
    else if (c == 't') naive_word(l, "true");
    else if (c == 'f') naive_word(l, "false");
    else if (c == 'n') naive_word(l, "null");
    else if (c == 'N') naive_word(l, "NaN");
    else if (c == 'I') naive_word(l, "Infinity");
    else if (c == '-' && l->end - l->at > 1 && l->at[1] == 'I') naive_word(l, "-Infinity");
    else if (c != '"') naive_number(l);
    if (c == '"') {
        naive_text text = naive_string(l, &has_half);
        if (is_field && has_half) l->is_odd = true;
        if (!is_field) {
            free(text.data);
            return;
        }
        free(l->text.data);
        l->has_value = true;
        l->text = text;
    }
}

/* Reads a line without its line end. Returns whether it is a row; its text is to be freed in any case. */
static inline bool naive_read_line(naive_line *l)
{
    naive_blanks(l);
    if (l->at == l->end) return false;
    naive_members(l, 0);
    naive_blanks(l);
    if (l->at != l->end) l->is_odd = true;
    return !l->is_odd;
}

#endif
