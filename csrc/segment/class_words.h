/* What the variants of the scanner for classes share. */
#ifndef TEXTPROC_SEGMENT_CLASS_WORDS_H
#define TEXTPROC_SEGMENT_CLASS_WORDS_H

#include "segment/class_rule.h"

/* The type of tp_class_edges. */
typedef size_t tp_find_class_edges(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, uint16_t *edges);

/* Returns which bytes of text[start … start + 64) belong to members of the class beyond ASCII, of which `leads` are the first
 * bytes; *following are the bytes behind these 64 that belong to the last of them. */
uint64_t tp_class_mask_beyond(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, size_t start, uint64_t leads,
                              uint64_t *following);

/* Cuts a maximal run to where the rule wants boundaries. Returns whether the rest is a word, that is, not too short. */
bool tp_class_accepts(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, tp_span *run);

#endif
