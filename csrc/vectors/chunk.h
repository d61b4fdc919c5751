/* Short documents one behind the other, so that the steps of the work run over many of them. */
#ifndef TEXTPROC_VECTORS_CHUNK_H
#define TEXTPROC_VECTORS_CHUNK_H

#include <stddef.h>
#include <stdint.h>

/* A chunk stays in the caches near the core, and its places fit in 16 bits. */
enum { TP_VECTORS_CHUNK_NBYTES = 1 << 15, TP_VECTORS_CHUNK_DOCUMENTS = 1 << 12, TP_VECTORS_READ_BEHIND = 128 };

typedef struct tp_vectors_chunk {
    size_t used;
    size_t n_documents;
    uint16_t ends[TP_VECTORS_CHUNK_DOCUMENTS]; /* where each document ends; one byte of white space is behind it */
    uint16_t joined_ends[TP_VECTORS_CHUNK_DOCUMENTS];
    uint16_t edges[TP_VECTORS_CHUNK_NBYTES + TP_VECTORS_READ_BEHIND];
    uint16_t starts[TP_VECTORS_CHUNK_NBYTES + TP_VECTORS_READ_BEHIND]; /* of the characters of a document */
    uint8_t text[TP_VECTORS_CHUNK_NBYTES + TP_VECTORS_READ_BEHIND];
    uint8_t joined[TP_VECTORS_CHUNK_NBYTES + TP_VECTORS_READ_BEHIND]; /* the words, one blank apart */
} tp_vectors_chunk;

#endif
