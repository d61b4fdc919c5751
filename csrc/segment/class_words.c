#include "segment/class_words.h"

#include "base/compiler.h"
#include "unicode/utf8.h"

uint64_t tp_class_mask_beyond(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, size_t start, uint64_t leads,
                              uint64_t *following)
{
    uint64_t mask = 0;
    *following = 0;
    for (; leads != 0; leads &= leads - 1) {
        size_t place = tp_lowest_bit(leads);
        uint32_t code_point;
        size_t length = tp_utf8_decode(text + start + place, text + nbytes, &code_point);
        if (!tp_character_set_has(&rule->members, code_point)) continue;
        uint64_t bytes = (UINT64_C(1) << length) - 1;
        mask |= bytes << place;
        if (place + length > 64) *following = bytes >> (64 - place);
    }
    return mask;
}

/* Whether \b matches at a place between characters. */
static bool is_boundary(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, size_t place)
{
    uint32_t before = TP_UTF8_ILL_FORMED, behind = TP_UTF8_ILL_FORMED;
    if (place > 0) tp_utf8_decode_before(text, text + place, &before);
    if (place < nbytes) tp_utf8_decode(text + place, text + nbytes, &behind);
    return tp_character_set_has(&rule->letters, before) != tp_character_set_has(&rule->letters, behind);
}

static size_t step_forward(const uint8_t *text, size_t nbytes, size_t place)
{
    uint32_t code_point;
    return place + tp_utf8_decode(text + place, text + nbytes, &code_point);
}

static size_t step_back(const uint8_t *text, size_t place)
{
    uint32_t code_point;
    return (size_t)(tp_utf8_decode_before(text, text + place, &code_point) - text);
}

bool tp_class_accepts(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, tp_span *run)
{
    if (rule->starts_at_boundary) {
        while (run->start < run->end && !is_boundary(rule, text, nbytes, run->start)) {
            run->start = step_forward(text, nbytes, run->start);
        }
    }
    if (rule->ends_at_boundary) {
        while (run->start < run->end && !is_boundary(rule, text, nbytes, run->end)) run->end = step_back(text, run->end);
    }
    return run->start < run->end && tp_utf8_count(text + run->start, text + run->end) >= rule->min_length;
}
