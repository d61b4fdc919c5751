/* Hashes of documents, by which they are shared out. */
#include "base/error.h"
#include "base/once.h"
#include "base/salted_hash.h"
#include "textproc/documents.h"

tp_status tp_hash_documents(uint64_t salt, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                            uint64_t *hashes, tp_error *error)
{
    size_t start = 0;
    for (size_t i = 0; i < n_documents; i++) {
        const uint64_t end = tp_once(ends[i]);
        if (end < start || end > text_nbytes) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of documents must ascend within the text");
        }
        hashes[i] = end == start ? tp_salted_hash(salt, NULL, 0) : tp_salted_hash(salt, text + start, (size_t)(end - start));
        start = (size_t)end + 1;
    }
    return TP_OK;
}
