/* Long pieces, a segment at a time: what is far off hardly ever changes what merging makes of some bytes, and whether it has is
 * seen at the seams. So all that is looked at stays near, which it does not where a whole piece is merged at once. */
#ifndef TEXTPROC_BPE_SEGMENTS_H
#define TEXTPROC_BPE_SEGMENTS_H

#include "bpe/merge/merge.h"

/* Puts the tokens of a piece of any length into a sink. The parts of tokens must be known (see bpe/merge/parts.h). False, with some put,
 * if this is not the way, because tokens are nearly as long as the longest segment, or without memory. n bytes take O(n). */
bool tp_merge_by_segments(const tp_vocabulary *v, tp_merger *merger, const uint8_t *piece, size_t nbytes, tp_token_sink *sink);

#endif
