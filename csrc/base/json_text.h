/* What the readers of JSON share: one byte at a time, and what stands for a character in a string. */
#ifndef TEXTPROC_BASE_JSON_TEXT_H
#define TEXTPROC_BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/once.h"

/* What is left of a text, whose bytes are read once: another thread may write to them. */
typedef struct tp_json {
    const uint8_t *at, *end;
} tp_json;

/* Returns the next byte; at the end 0, which JSON never has. */
static inline uint8_t tp_json_peek(const tp_json *left) { return left->at < left->end ? (uint8_t)tp_once(*left->at) : 0; }

static inline bool tp_json_take(tp_json *left, uint8_t wanted)
{
    if (tp_json_peek(left) != wanted) return false;
    left->at++;
    return true;
}

/* Reads four hexadecimal digits, a unit of UTF-16; -1 if they are none. */
static inline int tp_json_read_unit(tp_json *left)
{
    int unit = 0;
    for (int i = 0; i < 4; i++, left->at++) {
        uint8_t c = tp_json_peek(left), letter = c | 0x20;
        if (c >= '0' && c <= '9') unit = unit << 4 | (c - '0');
        else if (letter >= 'a' && letter <= 'f') unit = unit << 4 | (letter - 'a' + 10);
        else return -1;
    }
    return unit;
}

/* Reads what follows a backslash, and returns the unit of UTF-16 that it means; -1 if it is no escape. */
static inline int tp_json_read_escape(tp_json *left)
{
    int unit = tp_json_peek(left);
    switch (unit) {
    case '"':
    case '\\':
    case '/':
        break;
    case 'n':
        unit = '\n';
        break;
    case 't':
        unit = '\t';
        break;
    case 'r':
        unit = '\r';
        break;
    case 'b':
        unit = '\b';
        break;
    case 'f':
        unit = '\f';
        break;
    case 'u':
        left->at++;
        return tp_json_read_unit(left);
    default:
        return -1;
    }
    left->at++;
    return unit;
}

#endif
