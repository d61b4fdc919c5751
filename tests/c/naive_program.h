/* naive_program.h - what a program of tp_split_step matches, found by trying everything in order. */
#ifndef NAIVE_PROGRAM_H
#define NAIVE_PROGRAM_H

#include "naive_utf8.h"
#include "support.h"

enum { NAIVE_MATCH, NAIVE_TAKE, NAIVE_FORK, NAIVE_IF, NAIVE_IF_OR_END };

typedef struct naive_program {
    const uint32_t *words;
    const uint32_t *instructions;
    size_t n_instructions;
} naive_program;

static inline naive_program naive_read(const uint32_t *words, size_t n_words)
{
    naive_program made = {.words = words, .n_instructions = words[1]};
    made.instructions = words + n_words - 3 * (size_t)words[1];
    return made;
}

static inline bool naive_has(const naive_program *program, uint32_t set, uint32_t code_point)
{
    const uint32_t *at = program->words + 2;
    for (; set > 0; set--) at += 1 + 2 * (size_t)*at;
    for (uint32_t i = 0; i < *at; i++) {
        if (at[1 + 2 * i] <= code_point && code_point <= at[2 + 2 * i]) return true;
    }
    return false;
}

/* A text of code points, and which instructions failed at which place: from there they fail again. */
typedef struct naive_text {
    const uint32_t *characters;
    size_t n;
    bool *has_failed;
} naive_text;

/* Returns the place of the preferred match, or SIZE_MAX. */
static size_t naive_match(const naive_program *program, naive_text *text, uint32_t instruction, size_t place)
{
    bool *has_failed = &text->has_failed[place * program->n_instructions + instruction];
    if (*has_failed) return SIZE_MAX;
    *has_failed = true; /* also while it is tried: a circle that takes nothing finds nothing new */
    const uint32_t *i = program->instructions + 3 * (size_t)instruction;
    bool is_end = place == text->n;
    bool is_in = i[0] != NAIVE_MATCH && i[0] != NAIVE_FORK && !is_end && naive_has(program, i[1], text->characters[place]);
    switch (i[0]) {
    case NAIVE_MATCH:
        return place;
    case NAIVE_TAKE:
        return is_in ? naive_match(program, text, i[2], place + 1) : SIZE_MAX;
    case NAIVE_FORK: {
        size_t found = naive_match(program, text, i[2], place);
        return found != SIZE_MAX ? found : naive_match(program, text, i[1], place);
    }
    default:
        return is_in || (is_end && i[0] == NAIVE_IF_OR_END) ? naive_match(program, text, i[2], place) : SIZE_MAX;
    }
}

/* Stores where the matches and the stretches between them end, in characters, with TP_LEFT_OUT for a stretch, and returns their
 * number. */
static inline size_t naive_split(const naive_program *program, const uint32_t *characters, size_t n, uint64_t *ends)
{
    naive_text text = {characters, n, must_allocate((n + 1) * program->n_instructions)};
    size_t n_ends = 0, place = 0;
    bool is_in_stretch = false;
    while (place < n) {
        memset(text.has_failed, 0, (n + 1) * program->n_instructions);
        size_t found = naive_match(program, &text, 0, place);
        if (found != SIZE_MAX) {
            ends[n_ends++] = place = found;
        } else {
            place++;
            n_ends -= is_in_stretch;
            ends[n_ends++] = place | TP_LEFT_OUT;
        }
        is_in_stretch = found == SIZE_MAX;
    }
    free(text.has_failed);
    return n_ends;
}

#endif
