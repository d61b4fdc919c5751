/* What a document's text becomes before terms are found in it. */
#ifndef TEXTPROC_VECTORS_TEXT_H
#define TEXTPROC_VECTORS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "textproc/vectors.h"

/* A text in memory of the core, TP_READ_BEHIND bytes of which may be read behind it, and scratch memory to change it. */
typedef struct tp_text {
    tp_arena held, other;
    bool is_ascii;
} tp_text;

void tp_text_free(tp_text *text);

/* Takes a document, gives its letters their case and strips its accents. Returns false if memory runs out. */
bool tp_text_prepare(tp_text *text, const uint8_t *document, size_t nbytes, const tp_vectors_options *options);

/* Replaces two or more white-space characters by one blank, in place, and returns the new length. */
size_t tp_join_spaces(uint8_t *text, size_t nbytes);

bool tp_is_ascii_text(const uint8_t *text, size_t nbytes);

/* Copies text, with the capital letters of ASCII made small if `lowers`; returns whether all of it is ASCII, judged by the bytes
 * that were copied. */
bool tp_copy_ascii(uint8_t *to, const uint8_t *from, size_t nbytes, bool lowers);

/* Leaves the parts between white space, with one blank before, between and behind them; an empty text if there is none. Returns
 * false if memory runs out. */
bool tp_text_pad_parts(tp_text *text);

#endif
