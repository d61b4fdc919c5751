/* Reads text for the rules of UAX #29, which ask of each character what the tables know of it. */
#ifndef TEXTPROC_SEGMENT_TAKE_H
#define TEXTPROC_SEGMENT_TAKE_H

#include "unicode/breaks.h"
#include "unicode/utf8.h"

/* Passes the character at *at, which is before `end`. An ill-formed one has no properties. */
static inline tp_breaks tp_take(const uint8_t **at, const uint8_t *end)
{
    uint32_t code_point;
    *at += tp_utf8_decode(*at, end, &code_point);
    return tp_breaks_of(code_point);
}

#endif
