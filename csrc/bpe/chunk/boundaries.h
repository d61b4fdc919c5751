/* Where the parts of a text end: its paragraphs, lines, sentences, words or graphemes. They are found as far as they are asked
 * for. */
#ifndef TEXTPROC_BPE_BOUNDARIES_H
#define TEXTPROC_BPE_BOUNDARIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "textproc/bpe.h"

/* The boundaries of one kind that lie before a reader of a text: places[first … n), in ascending order. */
typedef struct tp_boundary_queue {
    tp_boundary kind;
    size_t at; /* the last one that was found; those behind it are not known */
    size_t *places;
    size_t first, n, capacity;
} tp_boundary_queue;

/* Begins at a boundary, which is the start of the text or one that tp_boundaries_resume returned. The memory of the queue is
 * kept. Returns false if memory runs out. */
bool tp_boundaries_begin(tp_boundary_queue *queue, tp_boundary kind, size_t known);

/* Returns the boundary at which another queue can begin and find all those that lie before the reader. */
size_t tp_boundaries_resume(const tp_boundary_queue *queue);

/* Drops the boundaries that are not behind `start`, and finds all others up to `limit`; there may be further ones in the queue. The
 * end of the text is a boundary. `start` never decreases. Returns false if memory runs out. O(bytes passed) over all calls. */
bool tp_boundaries_find(tp_boundary_queue *queue, const uint8_t *text, size_t nbytes, size_t start, size_t limit);

/* Whether boundaries of this kind can be found from any place backwards: those of lines and paragraphs. */
static inline bool tp_boundary_is_of_lines(tp_boundary kind) { return kind == TP_BOUNDARY_PARAGRAPH || kind == TP_BOUNDARY_LINE; }

/* Returns the last boundary of such a kind in floor < … <= place; `floor` if there is none. */
size_t tp_boundary_before(tp_boundary kind, const uint8_t *text, size_t nbytes, size_t floor, size_t place);

/* Returns the start of a line a little before `limit`, at which a queue of another kind can begin, too; SIZE_MAX if none is near,
 * and behind `floor`. */
size_t tp_boundary_of_line_near(const uint8_t *text, size_t floor, size_t limit);

void tp_boundaries_free(tp_boundary_queue *queue);

#endif
