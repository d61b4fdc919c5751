#include "corpus/keys.h"

#include "base/cpu.h"

typedef void make_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_key *keys,
                       uint64_t *hashes);

make_keys tp_make_keys_avx2, tp_make_keys_avx512;

static void make_keys_plain(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_key *keys,
                            uint64_t *hashes)
{
    const tp_hash_key key = *hash_key; /* in registers, whatever the loop writes to */
    for (size_t i = 0; i < n; i++) {
        size_t start = edges[2 * i], end = edges[2 * i + 1];
        tp_make_key(&key, text + start, end - start, &keys[i], &hashes[i]);
    }
}

void tp_make_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_key *keys,
                  uint64_t *hashes)
{
    switch (tp_simd_in_use()) {
#ifdef TP_HAS_X86_VARIANTS
    case TP_SIMD_AVX512:
        tp_make_keys_avx512(hash_key, text, edges, n, keys, hashes);
        return;
    case TP_SIMD_AVX2:
        tp_make_keys_avx2(hash_key, text, edges, n, keys, hashes);
        return;
#endif
    default:
        make_keys_plain(hash_key, text, edges, n, keys, hashes);
    }
}
