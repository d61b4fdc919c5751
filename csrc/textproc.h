/* textproc.h - word statistics over UTF-8 text, at memory speed: the public interface of the C core.
 *
 * Conventions
 *   - Text is UTF-8, given as pointer + length in bytes; NUL is an ordinary byte. A pointer may be NULL where its length is 0.
 *   - A function that can fail returns tp_status (0 is success) and fills the tp_error it is given; `error` may be NULL.
 *   - A function that fails changes nothing, unless its comment says otherwise.
 *   - Any function may be called from any thread. A corpus has its own lock: readers share it, writers exclude each other.
 *   - Text, numbers and the like that a function is given may be written to meanwhile: nothing beyond a buffer is read or written then,
 *     and no answer but that of the call itself depends on it.
 *   - Each part can be included by itself. Only what stands between CFFI-BEGIN and CFFI-END is read by the Python binding's
 *     builder.
 */
#ifndef TEXTPROC_H
#define TEXTPROC_H

#include "textproc/base.h"
#include "textproc/text.h"
#include "textproc/documents.h"
#include "textproc/corpus.h"
#include "textproc/sentiment.h"
#include "textproc/bpe.h"
#include "textproc/numeric.h"

#endif
