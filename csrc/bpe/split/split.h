/* Splits text into pieces: one at a time, or many at once with a variant for each instruction set. */
#ifndef TEXTPROC_BPE_SPLIT_H
#define TEXTPROC_BPE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpe/split/characters.h"
#include "bpe/split/machine.h"
#include "textproc/bpe.h"

/* The families of patterns, by the alternatives of which they consist. Kimi's is o200k's with runs of Han apart. */
typedef enum tp_split_family {
    TP_SPLIT_GPT2,
    TP_SPLIT_GPT4,
    TP_SPLIT_O200K,
    TP_SPLIT_KIMI,
    TP_SPLIT_DEEPSEEK
} tp_split_family;

/* A pattern: its family and its deviations from it; all of GPT-2's family are equal. */
typedef struct tp_split_rules {
    tp_split_family family;
    tp_split_script script;
    size_t max_numbers;   /* the maximal number of number characters in a piece: 1 to 3 */
    bool has_no_contractions; /* in o200k's family, words end before an apostrophe */
    bool keeps_blank_end; /* white space at the end of the text is one piece, even with newlines in it */
} tp_split_rules;

typedef struct tp_step {
    const tp_split_rules *rules; /* NULL: there is a machine */
    tp_machine *machine;
    tp_split_behavior behavior;
    bool is_inverted;
} tp_step;

struct tp_splitter {
    const tp_split_rules *rules; /* of the only step if that is all; else NULL */
    size_t n_steps;
    tp_step steps[TP_MOST_SPLIT_STEPS];
};


/* Returns the rules of a pattern; NULL if it has no splitter. */
const tp_split_rules *tp_split_rules_of(tp_pattern pattern);

/* Returns the length of the text that can be split. The end may be an incomplete character, which can become any character. */
size_t tp_split_complete_nbytes(const uint8_t *text, size_t nbytes, bool is_final);

/* Returns the end of the piece that begins at `p`, which is before `end`. *met_end becomes true if the text after `end` could
 * change the piece. Whatever the bytes are, only those before `end` are read, and the piece has at least one byte. */
const uint8_t *tp_split_next(const tp_split_rules *rules, const uint8_t *p, const uint8_t *end, bool *met_end);

/* tp_split for a text without a cut character at its end unless it is final. */
size_t tp_split_plain(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                      size_t capacity);
size_t tp_split_neon(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                     size_t capacity);
size_t tp_split_avx2(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                     size_t capacity);
size_t tp_split_avx512(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                       size_t capacity);

#endif
