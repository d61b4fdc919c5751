#include "corpus/keys.h"

#include "base/variants.h"

typedef void make_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_keys *made);

make_keys tp_make_keys_plain, tp_make_keys_avx2, tp_make_keys_avx512;

void tp_make_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_keys *made)
{
    TP_X86_VARIANT(tp_make_keys)(hash_key, text, edges, n, made);
}
