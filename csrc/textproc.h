/* textproc.h - word statistics over UTF-8 text at memory speed: the public interface of the C core.
 *
 * Conventions
 *   - Text is UTF-8, passed as a pointer and a length in bytes; NUL is an ordinary byte. A pointer whose length is 0 may be NULL.
 *   - A function that can fail returns tp_status (0 is success) and fills the given tp_error; `error` may be NULL.
 *   - A function that fails changes nothing, unless its comment says otherwise.
 *   - Any function may be called from any thread. A corpus has its own lock: readers share it, writers exclude each other.
 *   - Another thread may write to an input buffer (text, numbers, …) during a call. The call still reads and writes only within
 *     the buffers, and only its own result depends on what the other thread wrote.
 *   - Each part can be included by itself. The builder of the Python binding reads only the text between CFFI-BEGIN and
 *     CFFI-END.
 */
#ifndef TEXTPROC_H
#define TEXTPROC_H

#include "textproc/base.h"
#include "textproc/text.h"
#include "textproc/segment.h"
#include "textproc/documents.h"
#include "textproc/corpus.h"
#include "textproc/vectors.h"
#include "textproc/sentiment.h"
#include "textproc/bpe.h"
#include "textproc/numeric.h"

#endif
