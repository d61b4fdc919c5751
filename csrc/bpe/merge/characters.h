/* Merging that begins with the characters of three bytes, as in Chinese, Japanese and Korean, instead of their bytes. */
#ifndef TEXTPROC_BPE_CHARACTERS_H
#define TEXTPROC_BPE_CHARACTERS_H

#include "bpe/vocabulary/vocabulary.h"

enum { TP_CHARACTER_NBYTES = 3, TP_N_CHARACTERS = 1 << 16 /* that three bytes can encode */ };

static inline bool tp_is_character(const uint8_t *text)
{
    return text[0] >> 4 == 0xE && text[1] >> 6 == 2 && text[2] >> 6 == 2;
}

static inline size_t tp_character_number(const uint8_t *text)
{
    return (size_t)(text[0] & 0xF) << 12 | (size_t)(text[1] & 0x3F) << 6 | (text[2] & 0x3F);
}

/* Finds what merging makes of each character alone, or leaves the characters NULL. They are known if the parts of tokens are (see
 * bpe/merge/parts.h) and all bytes are tokens, and if enough tokens are characters. Returns false if memory runs out; what was
 * allocated is freed with the vocabulary. */
bool tp_characters_make(tp_vocabulary *v);
void tp_characters_free(tp_characters *characters); /* accepts NULL */

/* Stores the tokens of a piece of 1 … TP_SHORT_PIECE_NBYTES bytes and returns their number; 0 if it does not consist of ASCII and
 * of characters of three bytes, or if a token may reach from a part of one into another. The characters must be known. */
size_t tp_merge_characters(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes, uint32_t *tokens);

#endif
