/* Documents: their terms, and the rows that they make. */
#ifndef TEXTPROC_VECTORS_DOCUMENT_H
#define TEXTPROC_VECTORS_DOCUMENT_H

#include "vectors/rows.h"

/* Takes a document, for whose row there is room; the row may be added later. Returns false if memory runs out, or there are too
 * many terms; what was added so far stays then. */
bool tp_vectors_put_document(tp_vectors *vectors, const uint8_t *document, size_t nbytes);

/* Adds the rows of all documents that were taken. Returns false as above. */
bool tp_vectors_flush(tp_vectors *vectors);

#endif
