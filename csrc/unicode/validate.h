/* UTF-8 validation, 64 bytes at a time, in a variant for each instruction set. */
#ifndef TEXTPROC_UNICODE_VALIDATE_H
#define TEXTPROC_UNICODE_VALIDATE_H

#include <stddef.h>
#include <stdint.h>

/* How far a variant looks at once, and how far it looks back: the most bytes that a character has before its last one. */
enum { TP_VALIDATE_NBYTES = 64, TP_VALIDATE_BEHIND = 3 };

/* The number of bytes, a multiple of 64, in whose blocks nothing ill-formed shows. The last character may go on behind them,
 * well or not. Before `text` there must be TP_VALIDATE_BEHIND bytes, the last of well-formed text that ends between characters.
 * Only text[-3 … nbytes) is read. */
size_t tp_validate_blocks(const uint8_t *text, size_t nbytes);

#endif
