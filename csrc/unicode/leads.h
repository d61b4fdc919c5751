/* The quick check's view of text: where characters may begin that a normal form does not have as they are. */
#ifndef TEXTPROC_UNICODE_LEADS_H
#define TEXTPROC_UNICODE_LEADS_H

#include <stddef.h>
#include <stdint.h>

/* Stores a mask for each block of 64 bytes: bit i tells that `leads`, a row of tp_normal_leads, has the byte i of the block. */
void tp_mark_leads(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks);

#endif
