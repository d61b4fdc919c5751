#include "unicode/scan.h"

#include "base/variants.h"

size_t tp_scan_plain(const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk);
size_t tp_scan_neon(const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk);
size_t tp_scan_avx2(const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk);
size_t tp_scan_avx512(const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk);

size_t tp_scan(const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk)
{
    return TP_VARIANT(tp_scan)(text, nbytes, chunk);
}
