/* Encoding by one thread: of one piece, or of the pieces of a text with a variant for each instruction set. */
#ifndef TEXTPROC_BPE_ENCODE_H
#define TEXTPROC_BPE_ENCODE_H

#include "bpe/encode/cache.h"
#include "bpe/split/split.h"

typedef struct tp_encoding {
    const tp_vocabulary *vocabulary;
    tp_cache_table *table;
    tp_token_sink sink;
    size_t n_too_many; /* number of ids of the piece that did not fit; 0: everything has fitted so far */
    bool has_failed;   /* whether memory ran out */
} tp_encoding;

/* Whether a piece of so many bytes has a key, and that many bytes are readable. */
static inline bool tp_has_key(const uint8_t *piece, const uint8_t *end, const uint8_t *readable_end)
{
    return end - piece <= TP_SHORT_KEY_NBYTES && readable_end - piece >= TP_KEY_NBYTES;
}

/* Encodes one piece; `readable_nbytes` after its beginning may be read. Returns false if there is no room for all its ids (none
 * of them is kept), or no memory. */
bool tp_encode_piece(tp_encoding *e, const uint8_t *piece, size_t nbytes, size_t readable_nbytes);

/* Encodes the certain part of a text by any splitter and returns its length in bytes. Up to `readable_nbytes` may be read. */
size_t tp_encode_text(tp_encoding *e, const tp_splitter *splitter, const uint8_t *text, size_t nbytes, size_t readable_nbytes,
                      bool is_final);

/* Encodes the certain pieces of a text, as tp_split finds them, and returns their length in bytes: less if room or memory runs
 * out. Up to `readable_end`, which is not before `end`, may be read. */
size_t tp_encode_plain(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,
                       const uint8_t *readable_end, bool is_final);
size_t tp_encode_neon(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,
                      const uint8_t *readable_end, bool is_final);
size_t tp_encode_avx2(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,
                      const uint8_t *readable_end, bool is_final);
size_t tp_encode_avx512(tp_encoding *e, const tp_split_rules *rules, const uint8_t *text, const uint8_t *end,
                        const uint8_t *readable_end, bool is_final);

#endif
