/* One document: its terms, and the row that they make. */
#ifndef TEXTPROC_VECTORS_DOCUMENT_H
#define TEXTPROC_VECTORS_DOCUMENT_H

#include "vectors/rows.h"

/* Adds the row of a document, for which there is room. Returns false if memory runs out, or there are too many terms; what was
 * added so far stays then. */
bool tp_vectors_add_document(tp_vectors *vectors, const uint8_t *document, size_t nbytes);

#endif
