/* Makes the machine of a program, ahead of time and within bounds: a stranger may have written the pattern. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/memory.h"
#include "base/once.h"
#include "bpe/split/machine.h"

/* Published patterns have up to 200 instructions, 20 classes of characters and 100 states. Within these bounds a machine takes
 * some tenths of a second and two megabytes at most. */
enum {
    MOST_INSTRUCTIONS = 1 << 12,
    MOST_SETS = 250,
    MOST_RANGES = 1 << 16,
    MOST_CLASSES = 250,
    MOST_STATES = 1 << 12,
    MOST_MOVES = 1 << 19,
    MOST_THREADS = 1 << 20, /* of all states together */
    MOST_STEPS = 1 << 25,   /* instructions that are looked at */
    MOST_PASSES = 64,
    /* After a match, so many characters may be read in vain each time; or any number, for which there is a memo, if no more
     * states than these can read them. */
    MOST_OVERRUN = 256,
    MOST_OVERRUN_STATES = 64
};

enum { SMALLEST_INDEX = 256, BLOCK_SIZE = 1 << TP_MACHINE_BLOCK_BITS, END_OF_TEXT = 0x110000 };

typedef enum operation { MATCH, TAKE, FORK, IF_NEXT, IF_NEXT_OR_END, N_OPERATIONS } operation;

typedef struct instruction {
    uint32_t operation;
    uint32_t argument; /* the set, or of FORK the second way */
    uint32_t next;
} instruction;

/* Where a set begins or ends. */
typedef struct boundary {
    uint32_t place, set;
} boundary;

typedef struct membership {
    uint64_t words[4]; /* bit i: whether the characters are in set i */
} membership;

typedef struct compiler {
    tp_machine *machine;
    const uint32_t *program; /* a copy: the caller's may change */
    size_t n_words;
    size_t n_sets, n_instructions;
    const uint32_t *sets, *instructions;
    boundary *boundaries;
    size_t n_boundaries;
    membership classes[MOST_CLASSES];
    /* The threads of state i are threads[starts[i] … starts[i + 1]). */
    uint16_t *threads;
    size_t n_threads, threads_capacity;
    uint32_t *starts;
    size_t starts_capacity, n_states;
    tp_index index;
    tp_hash_key hash_key;
    size_t n_steps;
    /* For following the instructions that take no character. */
    uint32_t round;
    uint32_t seen[MOST_INSTRUCTIONS], added[MOST_INSTRUCTIONS];
    uint16_t stack[2 * MOST_INSTRUCTIONS];
    uint16_t *moves; /* with room for all states */
    size_t moves_capacity;
    bool ends[MOST_STATES], live[MOST_STATES];
    uint32_t waiting[MOST_STATES], depth[MOST_STATES];
    uint16_t queue[MOST_STATES];
} compiler;

static tp_status too_large(const char *what, tp_error *error) { return tp_fail(error, TP_TOO_LARGE, 0, what); }

static tp_status damaged(size_t place, tp_error *error)
{
    return tp_fail(error, TP_INVALID_ARGUMENT, place, "the program of a pattern is damaged");
}

static instruction instruction_at(const compiler *c, size_t i)
{
    const uint32_t *words = c->instructions + 3 * i;
    return (instruction){words[0], words[1], words[2]};
}

/* ---- Reading the program --------------------------------------------------------------------------------------------- */

/* Checks the ranges of one set and goes behind them. */
static tp_status read_set(compiler *c, size_t set, size_t *at, size_t *n_ranges, tp_error *error)
{
    if (*at >= c->n_words) return damaged(*at, error);
    size_t n = c->program[(*at)++];
    if (n > (c->n_words - *at) / 2) return damaged(*at, error);
    if (n > MOST_RANGES - *n_ranges) return too_large("the sets of a pattern have too many ranges", error);
    *n_ranges += n;
    uint32_t least = 0;
    for (size_t i = 0; i < n; i++, *at += 2) {
        uint32_t first = c->program[*at], last = c->program[*at + 1];
        if (first < least || last < first || last >= END_OF_TEXT) return damaged(*at, error);
        c->boundaries[c->n_boundaries++] = (boundary){first, (uint32_t)set};
        c->boundaries[c->n_boundaries++] = (boundary){last + 1, (uint32_t)set};
        least = last + 1;
    }
    return TP_OK;
}

static tp_status check_instructions(const compiler *c, tp_error *error)
{
    for (size_t i = 0; i < c->n_instructions; i++) {
        instruction each = instruction_at(c, i);
        size_t place = (size_t)(c->instructions - c->program) + 3 * i;
        if (each.operation >= N_OPERATIONS || each.next >= c->n_instructions) return damaged(place, error);
        size_t most = each.operation == FORK ? c->n_instructions : each.operation == MATCH ? SIZE_MAX : c->n_sets;
        if (each.argument >= most) return damaged(place, error);
    }
    return TP_OK;
}

static tp_status read_program(compiler *c, tp_error *error)
{
    if (c->n_words < 2) return damaged(0, error);
    c->n_sets = c->program[0];
    c->n_instructions = c->program[1];
    if (c->n_sets > MOST_SETS) return too_large("a pattern has too many different sets", error);
    if (c->n_instructions > MOST_INSTRUCTIONS) return too_large("a pattern is too long", error);
    c->boundaries = tp_allocate(TP_FOR_WORK, c->n_words * sizeof *c->boundaries);
    if (c->boundaries == NULL) return tp_fail_no_memory(error);
    c->sets = c->program + 2;
    size_t at = 2, n_ranges = 0;
    for (size_t set = 0; set < c->n_sets; set++) {
        tp_status status = read_set(c, set, &at, &n_ranges, error);
        if (status != TP_OK) return status;
    }
    c->instructions = c->program + at;
    if (c->n_instructions == 0 || c->n_words - at != 3 * c->n_instructions) return damaged(at, error);
    return check_instructions(c, error);
}

/* ---- Classes of characters ------------------------------------------------------------------------------------------- */

static int compare_boundaries(const void *a, const void *b)
{
    const boundary *first = a, *second = b;
    return (first->place > second->place) - (first->place < second->place);
}

/* Returns the number of the class with this membership, a new one if need be; MOST_CLASSES if there are too many. */
static size_t class_of_membership(compiler *c, const membership *wanted)
{
    tp_machine *m = c->machine;
    for (size_t i = 0; i < m->n_classes; i++) {
        if (memcmp(&c->classes[i], wanted, sizeof *wanted) == 0) return i;
    }
    if (m->n_classes == MOST_CLASSES) return MOST_CLASSES;
    c->classes[m->n_classes] = *wanted;
    return m->n_classes++;
}

/* The blocks of characters that are stored so far. */
typedef struct block_table {
    tp_machine *machine;
    tp_index index;
    size_t capacity;
    tp_hash_key key;
    uint32_t uniform[MOST_CLASSES]; /* the number plus 1 of the block in which all have this class */
    uint8_t current[BLOCK_SIZE];
    size_t block; /* the number of the current one */
    size_t n;     /* how many characters of it are known */
} block_table;

static bool is_block(const void *items, uint32_t number, const void *wanted)
{
    return memcmp((const uint8_t *)items + (size_t)number * BLOCK_SIZE, wanted, BLOCK_SIZE) == 0;
}

static uint64_t hash_of_block(const void *items, size_t number)
{
    const block_table *t = items;
    return tp_hash(&t->key, t->machine->values + number * BLOCK_SIZE, BLOCK_SIZE);
}

/* Returns the number of the current block, which is stored if it is new; SIZE_MAX if memory runs out. */
static size_t store_block(block_table *t)
{
    tp_machine *m = t->machine;
    uint64_t hash = tp_hash(&t->key, t->current, BLOCK_SIZE);
    size_t slot, n_stored = m->n_values / BLOCK_SIZE;
    uint32_t number = tp_index_find(&t->index, hash, m->values, is_block, t->current, &slot);
    if (number != 0) return number - 1;
    if (m->n_values == t->capacity) {
        size_t capacity = t->capacity == 0 ? 64 * BLOCK_SIZE : 2 * t->capacity;
        uint8_t *values = tp_resize(TP_FOR_VOCABULARY, m->values, t->capacity, capacity);
        if (values == NULL) return SIZE_MAX;
        m->values = values;
        t->capacity = capacity;
        if (!tp_index_renew(&t->index, TP_FOR_WORK, tp_index_size(2 * n_stored + 2, SMALLEST_INDEX))) return SIZE_MAX;
        tp_index_fill(&t->index, t, n_stored, 0, hash_of_block);
        slot = tp_index_find_free(&t->index, hash);
    }
    memcpy(m->values + m->n_values, t->current, BLOCK_SIZE);
    m->n_values += BLOCK_SIZE;
    tp_index_put(&t->index, slot, hash, n_stored);
    return n_stored;
}

/* Gives a class to the characters from the last ones to `end`. Returns false if memory runs out. */
static bool put_characters(block_table *t, size_t class, size_t end)
{
    tp_machine *m = t->machine;
    while (t->block < end / BLOCK_SIZE || t->n < end % BLOCK_SIZE) {
        size_t n = t->block < end / BLOCK_SIZE ? BLOCK_SIZE : end % BLOCK_SIZE;
        bool is_uniform = t->n == 0 && n == BLOCK_SIZE;
        memset(t->current + t->n, (int)class, n - t->n);
        t->n = n;
        if (n < BLOCK_SIZE) break;
        size_t number = is_uniform && t->uniform[class] != 0 ? t->uniform[class] - 1 : store_block(t);
        if (number == SIZE_MAX) return false;
        if (is_uniform) t->uniform[class] = (uint32_t)number + 1;
        m->blocks[t->block++] = (uint16_t)number;
        t->n = 0;
    }
    return true;
}

static tp_status put_classes(compiler *c, block_table *t, tp_error *error)
{
    membership inside = {{0}};
    for (size_t i = 0; i <= c->n_boundaries; i++) {
        size_t place = i < c->n_boundaries ? c->boundaries[i].place : END_OF_TEXT;
        if (place > t->block * BLOCK_SIZE + t->n) {
            size_t class = class_of_membership(c, &inside);
            if (class == MOST_CLASSES) return too_large("the sets of a pattern tell too many kinds of characters apart", error);
            if (!put_characters(t, class, place)) return tp_fail_no_memory(error);
        }
        if (i < c->n_boundaries) inside.words[c->boundaries[i].set / 64] ^= UINT64_C(1) << c->boundaries[i].set % 64;
    }
    return TP_OK;
}

/* The character by which GPT-2's alphabet stands for a byte. */
static uint32_t character_of_byte(uint32_t byte)
{
    if ((byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD)) return byte;
    if (byte <= 0x20) return 0x100 + byte;
    return byte == 0xAD ? 0x143 : 0x121 + (byte - 0x7F);
}

static tp_status make_classes(compiler *c, tp_error *error)
{
    tp_machine *m = c->machine;
    qsort(c->boundaries, c->n_boundaries, sizeof *c->boundaries, compare_boundaries);
    block_table t = {.machine = m, .key = c->hash_key};
    tp_status status = tp_index_renew(&t.index, TP_FOR_WORK, SMALLEST_INDEX) ? TP_OK : tp_fail_no_memory(error);
    if (status == TP_OK) status = put_classes(c, &t, error);
    tp_index_free(&t.index, TP_FOR_WORK);
    if (status != TP_OK) {
        m->n_values = t.capacity; /* for the release */
        return status;
    }
    uint8_t *values = tp_resize(TP_FOR_VOCABULARY, m->values, t.capacity, m->n_values);
    if (values == NULL) m->n_values = t.capacity;
    if (values == NULL) return tp_fail_no_memory(error);
    m->values = values;
    m->other = tp_machine_class_of(m, 0xFFFD);
    for (uint32_t byte = 0; byte < 256; byte++) {
        m->bytes[byte] = tp_machine_class_of(m, m->is_over_bytes ? character_of_byte(byte) : byte);
    }
    while (m->n_classes > (size_t)1 << m->shift) m->shift++;
    return TP_OK;
}

/* ---- States ---------------------------------------------------------------------------------------------------------- */

typedef struct thread_list {
    const uint16_t *threads;
    size_t n;
} thread_list;

static bool is_state(const void *items, uint32_t number, const void *wanted)
{
    const compiler *c = items;
    const thread_list *list = wanted;
    size_t start = c->starts[number], n = c->starts[number + 1] - start;
    return n == list->n && memcmp(c->threads + start, list->threads, n * sizeof *list->threads) == 0;
}

static uint64_t hash_of_state(const void *items, size_t number)
{
    const compiler *c = items;
    size_t start = c->starts[number], n = c->starts[number + 1] - start;
    return tp_hash(&c->hash_key, (const uint8_t *)(c->threads + start), n * sizeof *c->threads);
}

/* Makes room for one more state, with all threads there can be. Returns false if memory runs out. */
static bool reserve_state(compiler *c)
{
    uint16_t *threads = tp_grow(TP_FOR_WORK, c->threads, &c->threads_capacity, c->n_threads + c->n_instructions, sizeof *threads);
    if (threads == NULL) return false;
    c->threads = threads;
    uint32_t *starts = tp_grow(TP_FOR_WORK, c->starts, &c->starts_capacity, c->n_states + 2, sizeof *starts);
    if (starts == NULL) return false;
    c->starts = starts;
    size_t n_moves = (c->n_states + 1) << c->machine->shift;
    uint16_t *moves = tp_grow(TP_FOR_WORK, c->moves, &c->moves_capacity, n_moves, sizeof *moves);
    if (moves == NULL) return false;
    c->moves = moves;
    if (c->index.n_slots >= 2 * (c->n_states + 1)) return true;
    if (!tp_index_renew(&c->index, TP_FOR_WORK, tp_index_size(2 * c->n_states + 2, SMALLEST_INDEX))) return false;
    tp_index_fill(&c->index, c, c->n_states, 0, hash_of_state);
    return true;
}

/* Follows the threads of a state up to the next character, which is of a class; n_classes is the end of the text. Stores the
 * threads behind it after those of all states, and returns their number; *matches becomes whether a match ends here. */
static size_t follow(compiler *c, size_t state, size_t class, bool *matches)
{
    uint16_t *found = c->threads + c->n_threads;
    const bool is_end = class == c->machine->n_classes;
    size_t n_found = 0;
    c->round++;
    *matches = false;
    for (size_t i = c->starts[state]; i < c->starts[state + 1]; i++) {
        size_t height = 0;
        c->stack[height++] = c->threads[i];
        while (height > 0) {
            size_t at = c->stack[--height];
            if (c->seen[at] == c->round) continue;
            c->seen[at] = c->round;
            c->n_steps++;
            instruction each = instruction_at(c, at);
            if (each.operation == MATCH) {
                *matches = true;
                return n_found;
            }
            if (each.operation == FORK) {
                c->stack[height++] = (uint16_t)each.argument;
                c->stack[height++] = (uint16_t)each.next;
                continue;
            }
            bool is_in = !is_end && (c->classes[class].words[each.argument / 64] >> each.argument % 64 & 1) != 0;
            if (each.operation == TAKE) {
                if (is_in && c->added[each.next] != c->round) {
                    c->added[each.next] = c->round;
                    found[n_found++] = (uint16_t)each.next;
                }
            } else if (is_in || (is_end && each.operation == IF_NEXT_OR_END)) {
                c->stack[height++] = (uint16_t)each.next;
            }
        }
    }
    return n_found;
}

/* Returns the number of the state with the `n` threads after those of all states, a new one if need be. */
static size_t state_of(compiler *c, size_t n)
{
    const thread_list wanted = {c->threads + c->n_threads, n};
    uint64_t hash = tp_hash(&c->hash_key, (const uint8_t *)wanted.threads, n * sizeof *wanted.threads);
    size_t slot;
    uint32_t number = tp_index_find(&c->index, hash, c, is_state, &wanted, &slot);
    if (number != 0) return number - 1;
    tp_index_put(&c->index, slot, hash, c->n_states);
    c->n_threads += n;
    c->starts[++c->n_states] = (uint32_t)c->n_threads;
    return c->n_states - 1;
}

/* Returns whether the bounds allow for one more state. */
static bool has_bounds(const compiler *c)
{
    return c->n_states < MOST_STATES && (c->n_states + 1) << c->machine->shift <= MOST_MOVES && c->n_threads <= MOST_THREADS &&
           c->n_steps <= MOST_STEPS;
}

static tp_status add_moves(compiler *c, size_t state, tp_error *error)
{
    tp_machine *m = c->machine;
    bool is_empty = false, matches;
    for (size_t class = 0; class < m->n_classes; class++) {
        if (!has_bounds(c)) return too_large("a pattern needs too many states", error);
        if (!reserve_state(c)) return tp_fail_no_memory(error);
        size_t n = follow(c, state, class, &matches), next = state_of(c, n);
        unsigned kind = matches ? TP_MOVE_MATCHES : TP_MOVE_GOES_ON;
        c->moves[state << m->shift | class] = (uint16_t)(next << TP_MOVE_KIND_BITS | kind);
        is_empty |= matches;
    }
    if (!reserve_state(c)) return tp_fail_no_memory(error);
    follow(c, state, m->n_classes, &matches);
    c->ends[state] = matches;
    if (state != TP_MACHINE_START || !(is_empty || matches)) return TP_OK;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "a pattern may match no text");
}

static tp_status make_states(compiler *c, tp_error *error)
{
    if (!reserve_state(c)) return tp_fail_no_memory(error);
    c->starts[0] = 0;
    state_of(c, 0); /* dead */
    if (!reserve_state(c)) return tp_fail_no_memory(error);
    c->threads[0] = 0;
    state_of(c, 1);
    tp_status status = TP_OK;
    for (size_t state = TP_MACHINE_DEAD; status == TP_OK && state < c->n_states; state++) status = add_moves(c, state, error);
    return status;
}

/* ---- What is known of the states ------------------------------------------------------------------------------------- */

static uint16_t move_of(const compiler *c, size_t state, size_t class) { return c->moves[state << c->machine->shift | class]; }

static bool leads_to_match(const compiler *c, size_t state)
{
    if (c->ends[state]) return true;
    for (size_t class = 0; class < c->machine->n_classes; class++) {
        uint16_t move = move_of(c, state, class);
        if ((move & 3) == TP_MOVE_MATCHES || c->live[move >> TP_MOVE_KIND_BITS]) return true;
    }
    return false;
}

/* Finds the states from which a match can still be found. Later states are mostly nearer to the end, so few passes do it; after
 * MOST_PASSES, the other states are taken for such, which only costs time. */
static void find_live(compiler *c)
{
    bool has_changed = true;
    for (size_t i = 0; has_changed; i++) {
        if (i == MOST_PASSES) memset(c->live + TP_MACHINE_START, true, c->n_states - TP_MACHINE_START);
        has_changed = false;
        for (size_t state = c->n_states; state-- > 0;) {
            if (c->live[state] || !leads_to_match(c, state)) continue;
            c->live[state] = has_changed = true;
        }
    }
}

/* Says of each move whether the match ends with it. */
static void settle_moves(compiler *c)
{
    tp_machine *m = c->machine;
    for (size_t state = 0; state < c->n_states; state++) {
        for (size_t class = 0; class < m->n_classes; class++) {
            uint16_t *move = &c->moves[state << m->shift | class];
            size_t next = *move >> TP_MOVE_KIND_BITS;
            bool matches = (*move & 3) == TP_MOVE_MATCHES;
            if (!c->live[next]) *move = (uint16_t)(matches ? TP_MOVE_ENDS : TP_MOVE_DIES);
        }
    }
    /* A new match begins with the character before which the last one ends. */
    for (size_t state = 0; state < c->n_states; state++) {
        for (size_t class = 0; class < m->n_classes; class++) {
            uint16_t *move = &c->moves[state << m->shift | class];
            if ((*move & 3) == TP_MOVE_ENDS) *move |= (uint16_t)(move_of(c, TP_MACHINE_START, class) & ~3u);
        }
    }
}

/* Finds out how much may be read after a match without finding another one; returns whether that is within the bounds. */
static bool is_overrun_bounded(compiler *c)
{
    tp_machine *m = c->machine;
    size_t n_queued = 0, n_done = 0;
    for (size_t state = 0; state < c->n_states; state++) {
        for (size_t class = 0; c->live[state] && class < m->n_classes; class++) {
            uint16_t move = move_of(c, state, class);
            if ((move & 3) == TP_MOVE_GOES_ON) c->waiting[move >> TP_MOVE_KIND_BITS]++;
        }
    }
    for (size_t state = 0; state < c->n_states; state++) {
        if (c->waiting[state] == 0) c->queue[n_queued++] = (uint16_t)state;
    }
    while (n_done < n_queued) {
        size_t state = c->queue[n_done++];
        if (c->depth[state] > MOST_OVERRUN) return false;
        for (size_t class = 0; c->live[state] && class < m->n_classes; class++) {
            uint16_t move = move_of(c, state, class);
            if ((move & 3) != TP_MOVE_GOES_ON) continue;
            size_t next = move >> TP_MOVE_KIND_BITS;
            if (c->depth[next] <= c->depth[state]) c->depth[next] = c->depth[state] + 1;
            if (--c->waiting[next] == 0) c->queue[n_queued++] = (uint16_t)next;
        }
    }
    m->has_overrun = n_done < c->n_states; /* the others can follow one another in a circle */
    return c->n_states - n_done <= MOST_OVERRUN_STATES;
}

/* Finds the pairs of classes between which a match always ends, whatever precedes: in each state that may follow the first
 * class, a match ends before the second, as it does at the end of a text. */
static void find_cuts(const compiler *c)
{
    const tp_machine *m = c->machine;
    const size_t n = m->n_classes;
    memset(m->cuts, true, n * n * sizeof *m->cuts);
    for (size_t state = TP_MACHINE_START; state < c->n_states; state++) {
        if (!c->live[state] && state != TP_MACHINE_START) continue;
        for (size_t class = 0; class < n; class++) {
            uint16_t move = move_of(c, state, class);
            size_t behind = move >> TP_MOVE_KIND_BITS;
            bool *cuts = m->cuts + class * n;
            if ((move & 3) == TP_MOVE_DIES || (move & 3) == TP_MOVE_ENDS) {
                /* What follows is that of a new match, which the start's own moves tell; alone, it is not in a match. */
                if (state == TP_MACHINE_START) memset(cuts, false, n * sizeof *cuts);
                continue;
            }
            for (size_t next = 0; next < n; next++) {
                if ((move_of(c, behind, next) & 3) != TP_MOVE_ENDS || !c->ends[behind]) cuts[next] = false;
            }
        }
    }
}

/* ---- All of it ------------------------------------------------------------------------------------------------------- */

static tp_status keep_states(compiler *c, tp_error *error)
{
    tp_machine *m = c->machine;
    size_t n_moves = c->n_states << m->shift;
    m->moves = tp_allocate(TP_FOR_VOCABULARY, n_moves * sizeof *m->moves);
    m->ends = tp_allocate(TP_FOR_VOCABULARY, c->n_states * sizeof *m->ends);
    m->cuts = tp_allocate(TP_FOR_VOCABULARY, m->n_classes * m->n_classes * sizeof *m->cuts);
    m->n_states = c->n_states;
    if (m->moves == NULL || m->ends == NULL || m->cuts == NULL) return tp_fail_no_memory(error);
    memcpy(m->moves, c->moves, n_moves * sizeof *m->moves);
    memcpy(m->ends, c->ends, c->n_states * sizeof *m->ends);
    find_cuts(c);
    return TP_OK;
}

static tp_status compile(compiler *c, tp_error *error)
{
    tp_status status = read_program(c, error);
    if (status == TP_OK) status = make_classes(c, error);
    if (status == TP_OK) status = make_states(c, error);
    if (status != TP_OK) return status;
    find_live(c);
    settle_moves(c);
    if (!is_overrun_bounded(c)) {
        return too_large("after a match, a pattern may read too much text in vain, again and again", error);
    }
    return keep_states(c, error);
}

static void free_compiler(compiler *c)
{
    tp_release(TP_FOR_WORK, c->boundaries, c->n_words * sizeof *c->boundaries);
    tp_release(TP_FOR_WORK, c->threads, c->threads_capacity * sizeof *c->threads);
    tp_release(TP_FOR_WORK, c->starts, c->starts_capacity * sizeof *c->starts);
    tp_release(TP_FOR_WORK, c->moves, c->moves_capacity * sizeof *c->moves);
    tp_index_free(&c->index, TP_FOR_WORK);
    tp_release(TP_FOR_WORK, c, sizeof *c);
}

void tp_machine_free(tp_machine *m)
{
    if (m == NULL) return;
    tp_release(TP_FOR_VOCABULARY, m->values, m->n_values);
    if (m->moves != NULL) tp_release(TP_FOR_VOCABULARY, m->moves, (m->n_states << m->shift) * sizeof *m->moves);
    if (m->ends != NULL) tp_release(TP_FOR_VOCABULARY, m->ends, m->n_states * sizeof *m->ends);
    if (m->cuts != NULL) tp_release(TP_FOR_VOCABULARY, m->cuts, m->n_classes * m->n_classes * sizeof *m->cuts);
    tp_release(TP_FOR_VOCABULARY, m, sizeof *m);
}

/* The most words that a program within the bounds has. */
#define MOST_WORDS ((size_t)(2 + MOST_SETS + 2 * MOST_RANGES + 3 * MOST_INSTRUCTIONS))

tp_status tp_machine_new(const uint32_t *program, size_t n_words, bool is_over_bytes, tp_machine **machine, tp_error *error)
{
    if (n_words > MOST_WORDS) return too_large("a pattern is too long", error);
    tp_machine *made = tp_allocate_zeroed(TP_FOR_VOCABULARY, sizeof *made);
    compiler *c = made == NULL ? NULL : tp_allocate_zeroed(TP_FOR_WORK, sizeof *c);
    uint32_t *copy = c == NULL || n_words == 0 ? NULL : tp_allocate(TP_FOR_WORK, n_words * sizeof *copy);
    tp_status status = TP_OK;
    if (c == NULL || (copy == NULL && n_words != 0)) {
        status = tp_fail_no_memory(error);
    } else {
        for (size_t i = 0; i < n_words; i++) copy[i] = (uint32_t)tp_once(program[i]);
        made->is_over_bytes = is_over_bytes;
        c->machine = made;
        c->program = copy;
        c->n_words = n_words;
        c->hash_key = tp_hash_get_key();
        status = compile(c, error);
    }
    if (copy != NULL) tp_release(TP_FOR_WORK, copy, n_words * sizeof *copy);
    if (c != NULL) free_compiler(c);
    if (status != TP_OK) tp_machine_free(made);
    else *machine = made;
    return status;
}
