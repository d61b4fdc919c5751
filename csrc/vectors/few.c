#include "vectors/few.h"

#include "base/variants.h"

tp_rank_few_fn tp_rank_few_plain, tp_rank_few_avx2, tp_rank_few_avx512;
tp_count_equal_fn tp_count_equal_plain, tp_count_equal_avx512;
tp_hash_words_fn tp_hash_words_plain, tp_hash_words_avx2, tp_hash_words_avx512;

void tp_rank_few(const uint32_t *numbers, size_t n, uint8_t *ranks) { TP_X86_VARIANT(tp_rank_few)(numbers, n, ranks); }

size_t tp_count_equal(const uint32_t *sorted, size_t n, bool is_hashed, uint32_t *columns, int32_t *counts)
{
#ifdef TP_HAS_X86_VARIANTS
    if (tp_simd_in_use() == TP_SIMD_AVX512) return tp_count_equal_avx512(sorted, n, is_hashed, columns, counts);
#endif
    return tp_count_equal_plain(sorted, n, is_hashed, columns, counts);
}

void tp_hash_words(const tp_keys *made, const uint8_t *text, const uint16_t *edges, size_t n, uint32_t *hashes)
{
    TP_X86_VARIANT(tp_hash_words)(made, text, edges, n, hashes);
}
