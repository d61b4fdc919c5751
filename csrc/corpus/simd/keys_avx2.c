/* Keys with AVX2: two words in a register. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>
#include <stdint.h>

#include "corpus/keys.h"

#define MAKE_KEYS tp_make_keys_avx2

static inline __m256i load_two(const uint8_t *one, const uint8_t *other)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)one)),
                                   _mm_loadu_si128((const __m128i *)(const void *)other), 1);
}

/* `length` holds the length of each word in all of its 16 bytes. */
static inline void put_two_keys(__m256i words, __m256i length, __m256i secret, tp_key *keys, tp_key *mixed)
{
    const __m128i places = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m256i last_byte = _mm256_broadcastsi128_si256(_mm_set_epi64x((long long)(UINT64_C(0xFF) << 56), 0));
    __m256i within = _mm256_cmpgt_epi8(length, _mm256_broadcastsi128_si256(places));
    __m256i made = _mm256_blendv_epi8(_mm256_and_si256(words, within), length, last_byte);
    _mm256_storeu_si256((__m256i *)(void *)keys, made);
    _mm256_storeu_si256((__m256i *)(void *)mixed, _mm256_xor_si256(made, secret));
}

static inline unsigned put_keys(const uint8_t *text, const uint16_t *edges, __m128i secret, tp_key *keys, tp_key *mixed)
{
    const __m256i first_lengths = _mm256_set_epi64x(0x0404040404040404, 0x0404040404040404, 0, 0);
    const __m256i last_lengths =
        _mm256_set_epi64x(0x0C0C0C0C0C0C0C0C, 0x0C0C0C0C0C0C0C0C, 0x0808080808080808, 0x0808080808080808);
    __m128i pairs = _mm_loadu_si128((const __m128i *)(const void *)edges);
    __m128i lengths = _mm_sub_epi32(_mm_srli_epi32(pairs, 16), _mm_and_si128(pairs, _mm_set1_epi32(0xFFFF)));
    __m256i twice = _mm256_broadcastsi128_si256(lengths), secrets = _mm256_broadcastsi128_si256(secret);
    __m256i first_words = load_two(text + edges[0], text + edges[2]), last_words = load_two(text + edges[4], text + edges[6]);
    put_two_keys(first_words, _mm256_shuffle_epi8(twice, first_lengths), secrets, keys, mixed);
    put_two_keys(last_words, _mm256_shuffle_epi8(twice, last_lengths), secrets, keys + 2, mixed + 2);
    __m128i are_long = _mm_cmpgt_epi32(lengths, _mm_set1_epi32(TP_SHORT_KEY_NBYTES));
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(are_long));
}

#include "corpus/simd/keys_template.h"

TP_END_VARIANT
#endif
