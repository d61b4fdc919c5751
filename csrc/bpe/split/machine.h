/* A regular expression as an automaton that is made once: it reads each character of a match once, and one character after it.
 *
 * A state is an ordered list of threads of the program, the preferred one first, as in leftmost-first matching. A match is known
 * one character late, so what the program says of the next character, or of the end of the text, is exact. */
#ifndef TEXTPROC_BPE_SPLIT_MACHINE_H
#define TEXTPROC_BPE_SPLIT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpe/split/characters.h"
#include "bpe/split/memo.h"
#include "textproc/bpe.h"

enum {
    TP_MACHINE_BLOCK_BITS = 6, /* a block of characters is what the last byte of UTF-8 tells apart */
    TP_MACHINE_N_BLOCKS = 0x110000 >> TP_MACHINE_BLOCK_BITS,
    TP_MACHINE_DEAD = 0, /* the state from which there is no match any more */
    TP_MACHINE_START = 1
};

/* What a state does with the next character, in the low bits of a move; the other bits are the next state. */
enum tp_machine_kind {
    TP_MOVE_GOES_ON = 0,
    TP_MOVE_MATCHES = 1, /* a match ends before this character, but a preferred one may follow */
    TP_MOVE_ENDS = 2,    /* the match ends before this character; the next state is that after it in a new match */
    TP_MOVE_DIES = 3,    /* no further match; the match is the last one that was found, if there was one */
    TP_MOVE_KIND_BITS = 2
};

typedef struct tp_machine {
    size_t n_classes, n_states, n_values;
    unsigned shift;      /* a row of moves has 1 << shift entries, one for each class */
    bool has_overrun;    /* a match may be followed by any length of text that is read in vain */
    bool is_over_bytes;  /* each byte is a character: that of GPT-2's alphabet */
    uint8_t bytes[256];  /* the classes of ASCII, or of all bytes */
    uint8_t other;       /* the class of what is no character */
    uint16_t *moves;     /* by state and class */
    bool *ends;          /* by state: whether the end of the text ends a match */
    bool *cuts;          /* by two neighbouring classes: whether a match always ends between them */
    uint8_t *values;     /* classes, in blocks of characters */
    uint16_t blocks[TP_MACHINE_N_BLOCKS]; /* the number of the block */
} tp_machine;

/* Makes a machine of a program; see tp_split_step. */
tp_status tp_machine_new(const uint32_t *program, size_t n_words, bool is_over_bytes, tp_machine **machine, tp_error *error);
void tp_machine_free(tp_machine *machine); /* accepts NULL */

static inline uint8_t tp_machine_class_of(const tp_machine *m, uint32_t code_point)
{
    uint32_t block = code_point >> TP_MACHINE_BLOCK_BITS;
    if (block >= TP_MACHINE_N_BLOCKS) return m->other;
    return m->values[(size_t)m->blocks[block] << TP_MACHINE_BLOCK_BITS | (code_point & ((1u << TP_MACHINE_BLOCK_BITS) - 1))];
}

/* Returns the class of the character at `p`, before `end`, and its length; what is no UTF-8 has some class and length. */
static inline uint8_t tp_machine_look(const tp_machine *m, const uint8_t *p, const uint8_t *end, size_t *nbytes)
{
    *nbytes = 1;
    if (*p < 0x80 || m->is_over_bytes) return m->bytes[*p];
    size_t n = tp_split_nbytes_of(*p);
    if (n == 1 || (size_t)(end - p) < n) return m->other;
    *nbytes = n;
    if (n == 2) return tp_machine_class_of(m, (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu));
    uint32_t three = (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return tp_machine_class_of(m, n == 3 ? (p[0] & 0x0Fu) << 12 | three : (p[0] & 0x07u) << 18 | three << 6 | (p[3] & 0x3Fu));
}

/* Returns where the match ends that begins at `p`, which is before `end`; NULL: none begins there. *met_end becomes true if the
 * text after `end` could change that; if there may be such text, the memo must not be used again. */
const uint8_t *tp_machine_match(const tp_machine *machine, tp_memo *memo, const uint8_t *p, const uint8_t *end, bool *met_end);

/* Returns the first place from `p` on where a match may begin, by the character there alone. */
const uint8_t *tp_machine_skip(const tp_machine *machine, const uint8_t *p, const uint8_t *end);

/* Stores where the next matches end, of which each begins where the one before ends, and returns their number: fewer than there
 * are where none begins, where text is read far in vain, and before the end of the text. The text after `end` cannot change
 * them. */
size_t tp_machine_matches(const tp_machine *machine, const uint8_t *p, const uint8_t *end, const uint8_t **ends, size_t capacity);

/* As tp_split_find_cut, between two matches. */
size_t tp_machine_find_cut(const tp_machine *machine, const uint8_t *text, size_t text_nbytes, size_t from);

#endif
