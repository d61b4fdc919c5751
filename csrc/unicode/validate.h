/* UTF-8 validation, 64 bytes at a time, with a variant for each instruction set. */
#ifndef TEXTPROC_UNICODE_VALIDATE_H
#define TEXTPROC_UNICODE_VALIDATE_H

#include <stddef.h>
#include <stdint.h>

/* The block size of a variant, and how far it looks back: the largest number of bytes of a character before its last one. */
enum { TP_VALIDATE_NBYTES = 64, TP_VALIDATE_BEHIND = 3 };

/* Returns the number of bytes, a multiple of 64, of the blocks in which nothing ill-formed was found. The last character may
 * continue after them, validly or not. Before `text` there must be TP_VALIDATE_BEHIND bytes, the last of well-formed text that
 * ends between characters. Only text[-3 … nbytes) is read. */
size_t tp_validate_blocks(const uint8_t *text, size_t nbytes);

#endif
