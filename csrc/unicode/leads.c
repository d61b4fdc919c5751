#include "unicode/leads.h"

#include "base/variants.h"

void tp_mark_leads_plain(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks);
void tp_mark_leads_neon(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks);
void tp_mark_leads_avx2(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks);
void tp_mark_leads_avx512(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks);

void tp_mark_leads(const uint8_t *text, size_t n_blocks, const uint8_t leads[16], uint64_t *masks)
{
    TP_VARIANT(tp_mark_leads)(text, n_blocks, leads, masks);
}
