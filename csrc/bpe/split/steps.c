/* Splitting in steps: each divides the pieces of the one before, which are whole texts for its pattern. */
#include "bpe/split/steps.h"

#include "base/error.h"
#include "base/memory.h"

/* ---- Making a splitter ----------------------------------------------------------------------------------------------- */

static tp_status make_step(tp_step *made, const tp_split_step *given, size_t number, tp_error *error)
{
    made->behavior = given->behavior;
    made->is_inverted = given->is_inverted;
    if ((unsigned)given->behavior > TP_SPLIT_CONTIGUOUS) {
        return tp_fail(error, TP_INVALID_ARGUMENT, number, "there is no such behavior");
    }
    if (given->pattern == TP_PATTERN_NONE) {
        return tp_machine_new(given->program, given->n_words, given->is_over_bytes, &made->machine, error);
    }
    made->rules = tp_split_rules_of(given->pattern);
    if (made->rules != NULL && !given->is_over_bytes) return TP_OK;
    return tp_fail(error, TP_INVALID_ARGUMENT, number, "there is no such pattern, or none over bytes");
}

/* Whether a step of a pattern that matches all text is only that: its matches are the pieces. */
static bool keeps_matches(const tp_step *step)
{
    return step->behavior == TP_SPLIT_ISOLATED || (step->behavior == TP_SPLIT_REMOVED && step->is_inverted);
}

tp_status tp_splitter_new(const tp_split_step *steps, size_t n_steps, tp_splitter **splitter, tp_error *error)
{
    if (n_steps > TP_MOST_SPLIT_STEPS) return tp_fail(error, TP_INVALID_ARGUMENT, n_steps, "there are too many steps");
    tp_splitter *made = tp_allocate_zeroed(TP_FOR_VOCABULARY, sizeof *made);
    tp_status status = made == NULL ? tp_fail_no_memory(error) : TP_OK;
    for (size_t i = 0; status == TP_OK && i < n_steps; i++) {
        made->n_steps = i + 1;
        status = make_step(&made->steps[i], &steps[i], i, error);
    }
    if (status != TP_OK) {
        tp_splitter_free(made);
        return status;
    }
    if (n_steps == 1 && keeps_matches(&made->steps[0])) made->rules = made->steps[0].rules;
    *splitter = made;
    return TP_OK;
}

void tp_splitter_free(tp_splitter *splitter)
{
    if (splitter == NULL) return;
    for (size_t i = 0; i < splitter->n_steps; i++) tp_machine_free(splitter->steps[i].machine);
    tp_release(TP_FOR_VOCABULARY, splitter, sizeof *splitter);
}

void tp_splitter_free_at(tp_splitter **splitter)
{
    tp_splitter_free(*splitter);
    *splitter = NULL;
}

/* ---- Matches and the stretches between them -------------------------------------------------------------------------- */

/* Returns where the match ends that begins at `p`, or NULL. */
static inline const uint8_t *match_at(const tp_step *step, tp_memo *memo, const uint8_t *p, const uint8_t *end, bool *met_end)
{
    if (step->rules != NULL) return tp_split_next(step->rules, p, end, met_end);
    return tp_machine_match(step->machine, memo, p, end, met_end);
}

/* Finds the next match if it is not known; at the end of the text there is an empty one. Returns false if the text that follows
 * decides about it; then *certain is the place before which no match begins. */
static bool find_match(const tp_step *step, tp_memo *memo, tp_split_level *level, bool is_final, const uint8_t **certain)
{
    const uint8_t *p = level->p;
    if (level->match_end > p) return true;
    while (p != level->end) {
        bool met_end = false;
        const uint8_t *match_end = match_at(step, memo, p, level->end, &met_end);
        if (met_end && !is_final) break;
        if (match_end != NULL) {
            level->match = p;
            level->match_end = match_end;
            return true;
        }
        size_t nbytes = step->machine != NULL && step->machine->is_over_bytes ? 1 : tp_split_nbytes_of(*p);
        p += (size_t)(level->end - p) < nbytes ? 1 : nbytes;
        if (step->machine != NULL) p = tp_machine_skip(step->machine, p, level->end);
    }
    *certain = p;
    level->match = level->match_end = level->end;
    if (is_final) return true;
    level->match_end = level->p;
    return false;
}

/* Whether what comes next counts as a match, if it is known. */
static bool is_match_next(const tp_step *step, const tp_split_level *level)
{
    return (level->match == level->p) != step->is_inverted;
}

static void take_next(tp_split_level *level) { level->p = level->match == level->p ? level->match_end : level->match; }

/* Whether what comes next belongs to the piece so far, whose last part was a match or not. */
static bool joins(const tp_step *step, const tp_split_level *level, bool was_match)
{
    bool is_match = is_match_next(step, level);
    switch (step->behavior) {
    case TP_SPLIT_MERGED_WITH_PREVIOUS:
        return is_match && !was_match;
    case TP_SPLIT_MERGED_WITH_NEXT:
        return was_match && !is_match;
    case TP_SPLIT_CONTIGUOUS:
        return is_match == was_match;
    default:
        return false;
    }
}

/* Takes the next piece of a step. Returns false, with nothing taken, if there is none that is certain. */
static bool take_piece(const tp_step *step, tp_memo *memo, tp_split_level *level, bool is_final, bool *is_left_out)
{
    const uint8_t *certain = level->p;
    *is_left_out = false;
    if (level->p == level->end) return false;
    if (!find_match(step, memo, level, is_final, &certain)) {
        *is_left_out = step->behavior == TP_SPLIT_REMOVED && step->is_inverted && certain != level->p;
        if (*is_left_out) level->p = level->match_end = certain;
        return *is_left_out;
    }
    const tp_split_level before = *level;
    bool was_match = is_match_next(step, level);
    take_next(level);
    *is_left_out = was_match && step->behavior == TP_SPLIT_REMOVED;
    if (step->behavior == TP_SPLIT_ISOLATED || step->behavior == TP_SPLIT_REMOVED) return true;
    for (;;) {
        if (level->p == level->end && is_final) return true;
        if (level->p == level->end || !find_match(step, memo, level, is_final, &certain)) break;
        if (!joins(step, level, was_match)) return true;
        was_match = is_match_next(step, level);
        take_next(level);
    }
    *level = before;
    return false;
}

/* ---- All steps ------------------------------------------------------------------------------------------------------- */

void tp_split_begin(tp_split_cursor *cursor, const uint8_t *text, const uint8_t *end, bool is_final)
{
    cursor->depth = 0;
    cursor->is_final = is_final;
    cursor->n_ready = cursor->n_taken = 0;
    cursor->memo = (tp_memo){.base = text};
    cursor->levels[0] = (tp_split_level){text, end, text, text};
}

void tp_split_end(tp_split_cursor *cursor) { tp_memo_free(&cursor->memo); }

/* Finds many matches at once if they are the pieces. Returns whether there are any. */
static bool make_ready(const tp_splitter *splitter, tp_split_cursor *cursor)
{
    const tp_step *step = &splitter->steps[0];
    const tp_split_level *level = &cursor->levels[0];
    if (splitter->n_steps != 1 || step->rules != NULL || level->match_end > level->p) return false;
    if (step->behavior != TP_SPLIT_ISOLATED && !(step->behavior == TP_SPLIT_REMOVED && step->is_inverted)) return false;
    cursor->n_taken = 0;
    cursor->n_ready = tp_machine_matches(step->machine, level->p, level->end, cursor->ready, TP_READY);
    return cursor->n_ready > 0;
}

bool tp_split_advance_further(const tp_splitter *splitter, tp_split_cursor *cursor, const uint8_t **end, bool *is_left_out)
{
    if (make_ready(splitter, cursor)) return tp_split_advance(splitter, cursor, end, is_left_out);
    for (;;) {
        tp_split_level *level = &cursor->levels[cursor->depth];
        const uint8_t *start = level->p;
        if (cursor->depth == splitter->n_steps) { /* there are no steps */
            *is_left_out = false;
            if (!cursor->is_final || start == level->end) return false;
            *end = level->p = level->end;
            return true;
        }
        const tp_step *step = &splitter->steps[cursor->depth];
        cursor->memo.level = (unsigned)cursor->depth;
        if (!take_piece(step, &cursor->memo, level, cursor->depth > 0 || cursor->is_final, is_left_out)) {
            if (cursor->depth == 0) return false;
            cursor->depth--;
            continue;
        }
        *end = level->p;
        if (*is_left_out || cursor->depth + 1 == splitter->n_steps) return true;
        cursor->levels[++cursor->depth] = (tp_split_level){start, *end, start, start};
    }
}
