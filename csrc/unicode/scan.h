/* The scanner: finds the words of a chunk of text and lower-cases it, 64 bytes at a time. */
#ifndef TEXTPROC_UNICODE_SCAN_H
#define TEXTPROC_UNICODE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "unicode/lower.h"

/* A chunk and all that is found in it stay in the first-level cache (32 KB or more); offsets fit into 16 bits. */
enum { TP_CHUNK_NBYTES = 16384, TP_BLOCK_NBYTES = 64 };

enum { TP_SCANNED_NBYTES = TP_CHUNK_NBYTES + 2 * TP_BLOCK_NBYTES };

typedef struct tp_scan_chunk {
    /* The text, with ASCII letters and U+00C0 … U+00DE lower-cased. After it there is room for the words that the scanner
     * leaves to other code, and 16 bytes more that may be read after any word. */
    uint8_t lowered[TP_SCANNED_NBYTES + TP_LOWER_BOUND(TP_SCANNED_NBYTES) + 16];
    size_t lowered_used;
    /* Where words begin and end, alternately: 2 * n_words offsets. A block may write all of its 64 edges at once. */
    uint16_t edges[TP_SCANNED_NBYTES];
    size_t n_words;
    /* Ascending: the first bytes of the characters that lower-casing may change and that are not yet lower-cased; then
     * UINT16_MAX. */
    uint16_t unlowered[TP_SCANNED_NBYTES + 1];
    size_t n_unlowered;
    size_t n_dealt_with; /* how many of these have been lower-cased since */
} tp_scan_chunk;

/* Finds the words of text[0 … nbytes) that end in its first TP_CHUNK_NBYTES bytes or, if it is no longer than that, at its end.
 * Returns the number of bytes processed: the next chunk begins there. 0 means that a word fills the chunk and continues. The
 * text must follow white space or be the beginning. Only text[0 … nbytes) is read. */
size_t tp_scan(const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk);

#endif
