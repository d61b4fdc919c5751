/* Keys with AVX-512: four words in a register. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>
#include <stdint.h>

#include "corpus/keys.h"

#define MAKE_KEYS tp_make_keys_avx512

static inline __m128i load_16(const uint8_t *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }

static inline unsigned put_keys(const uint8_t *text, const uint16_t *edges, __m128i secret, tp_key *keys, tp_key *mixed)
{
    const __m128i places_in_word = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i length_to_all =
        _mm512_set_epi64(0x0C0C0C0C0C0C0C0C, 0x0C0C0C0C0C0C0C0C, 0x0808080808080808, 0x0808080808080808, 0x0404040404040404,
                         0x0404040404040404, 0, 0);
    __m128i pairs = _mm_loadu_si128((const __m128i *)(const void *)edges);
    __m128i lengths = _mm_sub_epi32(_mm_srli_epi32(pairs, 16), _mm_and_si128(pairs, _mm_set1_epi32(0xFFFF)));
    __m512i words = _mm512_castsi128_si512(load_16(text + edges[0]));
    words = _mm512_inserti32x4(words, load_16(text + edges[2]), 1);
    words = _mm512_inserti32x4(words, load_16(text + edges[4]), 2);
    words = _mm512_inserti32x4(words, load_16(text + edges[6]), 3);
    __m512i length = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(lengths), length_to_all);
    __mmask64 within = _mm512_cmplt_epu8_mask(_mm512_broadcast_i32x4(places_in_word), length);
    __m512i made = _mm512_mask_mov_epi8(_mm512_maskz_mov_epi8(within, words), 0x8000800080008000, length);
    _mm512_storeu_si512(keys, made);
    _mm512_storeu_si512(mixed, _mm512_xor_si512(made, _mm512_broadcast_i32x4(secret)));
    /* Without the AND, GCC 12 at -O1 keeps one byte of the mask in memory and reads four back. */
    return _mm_cmpgt_epu32_mask(lengths, _mm_set1_epi32(TP_SHORT_KEY_NBYTES)) & 0xFu;
}

#include "corpus/simd/keys_template.h"

TP_END_VARIANT
#endif
