/* Merges long pieces a segment at a time. Distant bytes hardly ever change what merging makes of some bytes, and the seams show
 * whether they did. So the data stays in the cache, which it does not if a whole piece is merged at once. */
#ifndef TEXTPROC_BPE_SEGMENTS_H
#define TEXTPROC_BPE_SEGMENTS_H

#include "bpe/merge/merge.h"

/* Puts the tokens of a piece of any length into a sink. The parts of tokens must be known (see bpe/merge/parts.h). Returns
 * false, with some tokens put, if tokens are nearly as long as the longest segment, so that this method does not apply, if memory
 * runs out, or if it may not go on. O(n) for n bytes. */
bool tp_merge_by_segments(const tp_vocabulary *v, tp_merger *merger, const uint8_t *piece, size_t nbytes, tp_token_sink *sink);

#endif
