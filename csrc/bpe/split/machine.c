#include "bpe/split/machine.h"

#include "textproc/text.h"
#include "unicode/utf8.h"

/* Keeps what was read in vain from a place up to another one. */
static void keep(const tp_machine *machine, tp_memo *memo, const uint8_t *p, size_t state, const uint8_t *dead, const uint8_t *end)
{
    const uint8_t *start = p;
    size_t next = tp_memo_next(memo, p, TP_MEMO_LEAST);
    for (size_t nbytes; p < dead; p += nbytes) {
        if ((size_t)(p - memo->base) >= next) {
            tp_memo_put(memo, p, state, start);
            next = tp_memo_next(memo, p, 1);
        }
        uint8_t class = tp_machine_look(machine, p, end, &nbytes);
        state = machine->moves[state << machine->shift | class] >> TP_MOVE_KIND_BITS;
    }
}

const uint8_t *tp_machine_match(const tp_machine *machine, tp_memo *memo, const uint8_t *p, const uint8_t *end, bool *met_end)
{
    const uint8_t *match = NULL, *from = p;
    size_t state = TP_MACHINE_START, from_state = state, nbytes;
    size_t next = machine->has_overrun ? tp_memo_next(memo, p, TP_MEMO_LEAST) : SIZE_MAX;
    for (;; p += nbytes) {
        if (p == end) {
            *met_end = true;
            if (machine->ends[state]) return p;
            break;
        }
        if ((size_t)(p - memo->base) >= next) {
            if (tp_memo_has(memo, p, state)) break;
            next = tp_memo_next(memo, p, 1);
        }
        uint8_t class = tp_machine_look(machine, p, end, &nbytes);
        unsigned move = machine->moves[state << machine->shift | class], kind = move & 3;
        if (kind == TP_MOVE_ENDS) return p;
        if (kind == TP_MOVE_DIES) break;
        if (kind == TP_MOVE_MATCHES) {
            match = from = p;
            from_state = state;
        }
        state = move >> TP_MOVE_KIND_BITS;
    }
    if (machine->has_overrun && p - from > 2 * TP_MEMO_LEAST) keep(machine, memo, from, from_state, p, end);
    return match;
}

const uint8_t *tp_machine_skip(const tp_machine *machine, const uint8_t *p, const uint8_t *end)
{
    const uint16_t *moves = machine->moves + (TP_MACHINE_START << machine->shift);
    size_t nbytes;
    for (; p != end; p += nbytes) {
        if ((moves[tp_machine_look(machine, p, end, &nbytes)] & 3) != TP_MOVE_DIES) break;
    }
    return p;
}

size_t tp_machine_matches(const tp_machine *machine, const uint8_t *p, const uint8_t *end, const uint8_t **ends, size_t capacity)
{
    const uint16_t *moves = machine->moves;
    const unsigned shift = machine->shift;
    const uint8_t *start = p, *match = NULL, *limit = p;
    size_t state = TP_MACHINE_START, n = 0, nbytes;
    for (;; p += nbytes) {
        if (p >= limit) {
            if (p == end || p - (match != NULL ? match : start) > TP_MEMO_LEAST) return n;
            limit = end - p > TP_MEMO_LEAST ? p + TP_MEMO_LEAST : end;
        }
        nbytes = 1;
        uint8_t class = *p < 0x80 ? machine->bytes[*p] : tp_machine_look(machine, p, end, &nbytes);
        unsigned move = moves[state << shift | class], kind = move & 3;
        state = move >> TP_MOVE_KIND_BITS;
        if (kind <= TP_MOVE_MATCHES) { /* without a branch that depends on which: it is hard to predict */
            match = kind == TP_MOVE_MATCHES ? p : match;
        } else if (kind == TP_MOVE_ENDS) {
            ends[n++] = start = p;
            if (n == capacity || state == TP_MACHINE_DEAD) return n;
            match = NULL;
        } else {
            if (match == NULL) return n;
            ends[n++] = start = p = match;
            if (n == capacity) return n;
            state = TP_MACHINE_START;
            match = NULL;
            nbytes = 0;
        }
    }
}

size_t tp_machine_find_cut(const tp_machine *machine, const uint8_t *text, size_t text_nbytes, size_t from)
{
    if (machine->is_over_bytes) return text_nbytes;
    const uint8_t *end = text + tp_utf8_complete_nbytes(text, text_nbytes), *p = text + from;
    while (p > text && tp_utf8_is_continuation(*p) && (size_t)(text + from - p) < TP_UTF8_MAX_NBYTES - 1) p--;
    if (p >= end) return text_nbytes;
    size_t nbytes;
    uint8_t before = tp_machine_look(machine, p, end, &nbytes);
    for (p += nbytes; p < end; p += nbytes) {
        uint8_t class = tp_machine_look(machine, p, end, &nbytes);
        if ((size_t)(p - text) >= from && machine->cuts[before * machine->n_classes + class]) return (size_t)(p - text);
        before = class;
    }
    return text_nbytes;
}
