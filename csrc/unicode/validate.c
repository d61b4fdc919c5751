#include "unicode/validate.h"

#include "base/variants.h"

size_t tp_validate_blocks_plain(const uint8_t *text, size_t nbytes);
size_t tp_validate_blocks_neon(const uint8_t *text, size_t nbytes);
size_t tp_validate_blocks_avx2(const uint8_t *text, size_t nbytes);
size_t tp_validate_blocks_avx512(const uint8_t *text, size_t nbytes);

size_t tp_validate_blocks(const uint8_t *text, size_t nbytes)
{
    return TP_VARIANT(tp_validate_blocks)(text, nbytes);
}
