/* Encoding by one thread: of one piece, or of the pieces of a text in a variant for each instruction set. */
#ifndef TEXTPROC_BPE_ENCODE_H
#define TEXTPROC_BPE_ENCODE_H

#include "bpe/encode/cache.h"
#include "bpe/split/split.h"

typedef struct tp_encoding {
    const tp_vocabulary *vocabulary;
    tp_cache_table *table;
    tp_token_sink sink;
    size_t n_too_many; /* ids of the piece for which there was no room; 0: there has been room so far */
    bool has_failed;   /* for want of memory */
} tp_encoding;

/* Encodes one piece, behind whose beginning `readable_nbytes` may be read. False if there is no room for all its ids, and none of
 * them counts, or no memory. */
bool tp_encode_piece(tp_encoding *e, const uint8_t *piece, size_t nbytes, size_t readable_nbytes);

/* Encodes the pieces that are certain of a text, as tp_split finds them, and returns how many bytes that was: fewer for want of
 * room or memory. Up to `readable_end` may be read, which is not before `end`. */
size_t tp_encode_plain(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,
                       const uint8_t *readable_end, bool is_final);
size_t tp_encode_neon(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,
                      const uint8_t *readable_end, bool is_final);
size_t tp_encode_avx2(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,
                      const uint8_t *readable_end, bool is_final);
size_t tp_encode_avx512(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,
                        const uint8_t *readable_end, bool is_final);

#endif
