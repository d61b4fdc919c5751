/* Training a byte-level BPE: repeatedly, the pair of adjacent tokens that occurs most often becomes one token.
 *
 * The distinct pieces lie one after the other in an array of cells, one byte in each. A token fills the cells of its bytes; the
 * first and the last of them hold its number, so its neighbours are found without links. Before each piece stands a separator
 * that gives the number of occurrences of the piece, its weight.
 *
 * Each pair has a list of all places where it occurs. A pair first occurs when the later of its tokens is made, and then at
 * every place where it ever will: merging makes a token at all its places at once. So each list is written once and is
 * contiguous. A place goes out of date when a token there becomes part of another one; the cells show this. */
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "bpe/train/pairs.h"
#include "bpe/train/pieces.h"

/* A cell holds the number of a token; or that of no token, inside a token of more than two bytes; or a separator, whose other
 * bits are a weight. */
#define SEPARATOR (UINT32_C(1) << 31)
#define MAX_WEIGHT (SEPARATOR - 1)
#define WITHIN (SEPARATOR - 1)

/* Places are 32-bit numbers, and a list needs two of their bits for other purposes. */
#define MAX_CELLS ((size_t)1 << 31)

/* The cells whose separators are the bits of one number. */
enum { BLOCK = 64 };

enum { N_BYTES = 256, LOOK_AHEAD = 16 };

/* The data that a merge collects about a token that becomes a neighbour of the new one. */
typedef struct neighbour {
    uint64_t weight; /* of all these places */
    uint32_t n;      /* how many */
    uint32_t target; /* where the next place is written or, for a single one, the pair to which it belongs */
} neighbour;

/* The new token now stands beside `token`; `place` is where the pair of both begins. */
typedef struct meeting {
    uint32_t token; /* with IS_RIGHT if that is the right neighbour */
    uint32_t place;
} meeting;

#define IS_RIGHT (UINT32_C(1) << 31)

typedef struct token_list {
    uint32_t *tokens;
    size_t n, capacity;
} token_list;

struct tp_trainer {
    uint8_t bytes[N_BYTES]; /* the byte of a token below 256: these are numbered in the order of the tie-break */
    uint8_t token_of[N_BYTES]; /* the token of a byte */
    uint64_t least_count; /* the limits of tp_trainer_set_limits */
    size_t most_nbytes;
    uint32_t *cells;
    size_t n_cells;
    uint64_t *separators;    /* a bit for each cell */
    uint32_t *block_weights; /* for each block, the weight of the piece that continues from the previous block */
    /* For each token: its bytes, and the data of this merge on its left and right; all zero between merges. */
    uint32_t *lengths;
    neighbour *left, *right;
    size_t n_tokens, lengths_capacity, left_capacity, right_capacity;
    tp_pairs pairs;
    uint32_t *positions; /* the lists, one after the other */
    size_t n_positions, positions_capacity;
    size_t spare_start, spare_end; /* the list of the pair being merged, which is no longer needed */
    meeting *meetings;
    size_t n_meetings, meetings_capacity;
    token_list lefts, rights; /* those whose neighbours are not zero */
};

/* ---- The cells ------------------------------------------------------------------------------------------------------- */

/* Returns the place of the weight of the piece that contains a place, with other bits that are not part of it. */
static inline const uint32_t *find_weight(const tp_trainer *t, size_t place)
{
    uint64_t before = t->separators[place / BLOCK] & (((uint64_t)1 << place % BLOCK) - 1);
    if (before == 0) return &t->block_weights[place / BLOCK];
    return &t->cells[place / BLOCK * BLOCK + tp_highest_bit(before)];
}

/* How many copies of a piece are required so that no weight is too large: hardly ever more than one. */
static uint64_t count_copies(uint64_t count) { return count / MAX_WEIGHT + (count % MAX_WEIGHT != 0); }

/* Returns the number of cells for all pieces, with a separator after the last; MAX_CELLS + 1 if that is too many. */
static size_t measure_cells(const tp_piece_table *table)
{
    size_t n_cells = 1;
    for (size_t i = 0; i < table->n_pieces; i++) {
        size_t nbytes;
        tp_piece_text(table, &table->pieces[i], &nbytes);
        if (nbytes < 2) continue;
        uint64_t copies = count_copies(table->pieces[i].count);
        if (nbytes >= MAX_CELLS || copies > (MAX_CELLS - n_cells) / (nbytes + 1)) return MAX_CELLS + 1;
        n_cells += (size_t)copies * (nbytes + 1);
    }
    return n_cells;
}

static void put_separator(tp_trainer *t, size_t place, uint32_t weight)
{
    t->cells[place] = SEPARATOR | weight;
    t->separators[place / BLOCK] |= (uint64_t)1 << place % BLOCK;
}

/* Writes a piece into the cells from `start` on and returns where it ends. */
static size_t put_piece(tp_trainer *t, size_t start, const uint8_t *text, size_t nbytes, uint32_t weight)
{
    size_t end = start + 1 + nbytes;
    put_separator(t, start, weight);
    for (size_t i = 0; i < nbytes; i++) t->cells[start + 1 + i] = t->token_of[text[i]];
    for (size_t block = start / BLOCK + 1; block * BLOCK < end; block++) t->block_weights[block] = weight;
    return end;
}

static void fill_cells(tp_trainer *t, const tp_piece_table *table)
{
    size_t end = 0;
    for (size_t i = 0; i < table->n_pieces; i++) {
        size_t nbytes;
        const uint8_t *text = tp_piece_text(table, &table->pieces[i], &nbytes);
        if (nbytes < 2) continue;
        for (uint64_t left = table->pieces[i].count; left > 0;) {
            uint32_t weight = left < MAX_WEIGHT ? (uint32_t)left : MAX_WEIGHT;
            end = put_piece(t, end, text, nbytes, weight);
            left -= weight;
        }
    }
    put_separator(t, end, 0);
}

/* ---- Growing --------------------------------------------------------------------------------------------------------- */

static bool grow_neighbours(neighbour **neighbours, size_t *capacity, size_t needed)
{
    size_t old = *capacity;
    neighbour *moved = tp_grow(TP_FOR_TRAINING, *neighbours, capacity, needed, sizeof *moved);
    if (moved == NULL) return false;
    *neighbours = moved;
    if (*capacity > old) memset(moved + old, 0, (*capacity - old) * sizeof *moved);
    return true;
}

static bool grow_list(token_list *list, size_t needed)
{
    uint32_t *moved = tp_grow(TP_FOR_TRAINING, list->tokens, &list->capacity, needed, sizeof *moved);
    if (moved != NULL) list->tokens = moved;
    return moved != NULL;
}

static bool reserve_tokens(tp_trainer *t, size_t n_tokens)
{
    uint32_t *lengths = tp_grow(TP_FOR_TRAINING, t->lengths, &t->lengths_capacity, n_tokens, sizeof *lengths);
    if (lengths != NULL) t->lengths = lengths;
    return lengths != NULL && grow_neighbours(&t->left, &t->left_capacity, n_tokens) &&
           grow_neighbours(&t->right, &t->right_capacity, n_tokens) && grow_list(&t->lefts, n_tokens) &&
           grow_list(&t->rights, n_tokens);
}

static bool reserve_positions(tp_trainer *t, size_t n)
{
    uint32_t *positions = tp_grow(TP_FOR_TRAINING, t->positions, &t->positions_capacity, t->n_positions + n, sizeof *positions);
    if (positions != NULL) t->positions = positions;
    return positions != NULL;
}

/* Makes room for all that merging a pair at up to n places can add: then nothing can fail in the middle. */
static tp_status reserve_for_merge(tp_trainer *t, size_t n, tp_error *error)
{
    size_t n_tokens = t->n_tokens + 1, n_pairs = n < n_tokens ? 2 * n : 2 * n_tokens;
    if (n_tokens > WITHIN || n_pairs > TP_MAX_PAIRS - t->pairs.n_pairs || t->n_positions + 2 * n > UINT32_MAX) {
        return tp_fail(error, TP_TOO_LARGE, 0, "there are more tokens, pairs or places of them than can be numbered");
    }
    meeting *meetings = tp_grow(TP_FOR_TRAINING, t->meetings, &t->meetings_capacity, 2 * n, sizeof *meetings);
    if (meetings != NULL) t->meetings = meetings;
    bool is_reserved = meetings != NULL && reserve_tokens(t, n_tokens) && tp_pairs_reserve(&t->pairs, n_pairs) &&
                       reserve_positions(t, 2 * n);
    return is_reserved ? TP_OK : tp_fail_no_memory(error);
}

/* ---- Merging --------------------------------------------------------------------------------------------------------- */

/* Records that the new token stands beside another one now, in a pair that begins at `place`. */
static inline void note_meeting(tp_trainer *t, neighbour *neighbours, token_list *list, uint32_t token, uint32_t side,
                                size_t place, uint32_t weight)
{
    neighbour *beside = &neighbours[token];
    if (beside->n++ == 0) list->tokens[list->n++] = token;
    beside->weight += weight;
    t->meetings[t->n_meetings++] = (meeting){token | side, (uint32_t)place};
}

/* Merges the pair at one of its places, if it is still there. */
static inline void merge_at(tp_trainer *t, size_t place, uint32_t a, uint32_t b, uint32_t made)
{
    uint32_t *cells = t->cells;
    const size_t middle = place + t->lengths[a], end = middle + t->lengths[b];
    if (cells[place] != a || cells[middle] != b) return;
    const uint32_t before = cells[place - 1], behind = cells[end], weight = *find_weight(t, place) & MAX_WEIGHT;
    cells[middle - 1] = cells[middle] = WITHIN;
    cells[place] = cells[end - 1] = made;
    if ((before & SEPARATOR) == 0) note_meeting(t, t->left, &t->lefts, before, 0, place - t->lengths[before], weight);
    /* If the same pair follows, it is merged next and meets this token on its left. */
    bool is_followed = behind == a && cells[end + t->lengths[a]] == b;
    if ((behind & SEPARATOR) == 0 && !is_followed) note_meeting(t, t->right, &t->rights, behind, IS_RIGHT, place, weight);
}

/* The cells and separators are prefetched when a place is LOOK_AHEAD places away; at half that distance they have arrived and
 * give the place of the weight. */
static void merge_everywhere(tp_trainer *t, const tp_pair *pair, uint32_t made)
{
    const uint32_t *places = pair->n_positions == 1 ? &pair->positions : t->positions + pair->positions;
    const size_t n = pair->n_positions;
    for (size_t i = 0; i < n + LOOK_AHEAD; i++) {
        if (i < n) {
            TP_PREFETCH(&t->cells[places[i]]);
            TP_PREFETCH(&t->separators[places[i] / BLOCK]);
        }
        if (i >= LOOK_AHEAD / 2 && i < n + LOOK_AHEAD / 2) TP_PREFETCH(find_weight(t, places[i - LOOK_AHEAD / 2]));
        if (i >= LOOK_AHEAD) merge_at(t, places[i - LOOK_AHEAD], pair->left, pair->right, made);
    }
}

/* Removes the previous pairs: of a token's left neighbour with `a`, and of `b` with its right one. Where two new tokens meet,
 * that was `b` with `a`. */
static void take_away_pairs(tp_trainer *t, uint32_t a, uint32_t b, uint32_t made)
{
    const token_list *lefts = &t->lefts, *rights = &t->rights;
    for (size_t i = 0; i < lefts->n; i++) {
        uint32_t token = lefts->tokens[i];
        tp_pairs_find(&t->pairs, token == made ? b : token, a)->count -= t->left[token].weight;
    }
    for (size_t i = 0; i < rights->n; i++) {
        tp_pairs_find(&t->pairs, b, rights->tokens[i])->count -= t->right[rights->tokens[i]].weight;
    }
}

/* Makes room for a list of n places: in the list of the merged pair, as long as that suffices. */
static uint32_t allocate_positions(tp_trainer *t, size_t n)
{
    if (n <= t->spare_end - t->spare_start) {
        t->spare_start += n;
        return (uint32_t)(t->spare_start - n);
    }
    t->n_positions += n;
    return (uint32_t)(t->n_positions - n);
}

static void add_pair(tp_trainer *t, uint32_t left, uint32_t right, neighbour *beside)
{
    uint32_t positions = beside->n > 1 ? allocate_positions(t, beside->n) : 0;
    const tp_pair pair = {
        .left = left, .right = right, .count = beside->weight, .positions = positions, .n_positions = beside->n};
    uint32_t number = tp_pairs_add(&t->pairs, &pair);
    beside->target = beside->n > 1 ? positions : number;
}

static void add_new_pairs(tp_trainer *t, uint32_t made)
{
    const token_list *lefts = &t->lefts, *rights = &t->rights;
    for (size_t i = 0; i < lefts->n; i++) add_pair(t, lefts->tokens[i], made, &t->left[lefts->tokens[i]]);
    for (size_t i = 0; i < rights->n; i++) add_pair(t, made, rights->tokens[i], &t->right[rights->tokens[i]]);
}

/* Writes the places where tokens met into the lists of their new pairs. */
static void write_positions(tp_trainer *t)
{
    for (size_t i = 0; i < t->n_meetings; i++) {
        const meeting *met = &t->meetings[i];
        neighbour *beside = (met->token & IS_RIGHT) != 0 ? &t->right[met->token & ~IS_RIGHT] : &t->left[met->token];
        if (beside->n == 1) t->pairs.pairs[beside->target].positions = met->place;
        else t->positions[beside->target++] = met->place;
    }
    t->n_meetings = 0;
}

static void forget_neighbours(neighbour *neighbours, token_list *list)
{
    for (size_t i = 0; i < list->n; i++) neighbours[list->tokens[i]] = (neighbour){0};
    list->n = 0;
}

/* Merges a pair into a new token; there must be room for all that this adds. */
static void merge_pair(tp_trainer *t, uint32_t number)
{
    const tp_pair pair = t->pairs.pairs[number];
    const uint32_t made = (uint32_t)t->n_tokens++;
    t->lengths[made] = t->lengths[pair.left] + t->lengths[pair.right];
    merge_everywhere(t, &pair, made);
    take_away_pairs(t, pair.left, pair.right, made);
    t->pairs.pairs[number].count = 0;
    t->spare_start = t->spare_end = 0;
    if (pair.n_positions > 1) {
        t->spare_start = pair.positions;
        t->spare_end = t->spare_start + pair.n_positions;
    }
    add_new_pairs(t, made);
    write_positions(t);
    forget_neighbours(t->left, &t->lefts);
    forget_neighbours(t->right, &t->rights);
}

/* ---- The first pairs ------------------------------------------------------------------------------------------------- */

/* A function call for each pair of adjacent bytes would cost more than all the rest here, so the loop is written twice. */
static void count_byte_pairs(const tp_trainer *t, neighbour *found)
{
    uint32_t weight = 0;
    for (size_t i = 0; i + 1 < t->n_cells; i++) {
        uint32_t here = t->cells[i], next = t->cells[i + 1];
        if ((here & SEPARATOR) != 0) {
            weight = here & MAX_WEIGHT;
        } else if ((next & SEPARATOR) == 0) {
            found[here * N_BYTES + next].n++;
            found[here * N_BYTES + next].weight += weight;
        }
    }
}

static void write_byte_pairs(tp_trainer *t, neighbour *found)
{
    for (size_t i = 0; i + 1 < t->n_cells; i++) {
        uint32_t here = t->cells[i], next = t->cells[i + 1];
        if (((here | next) & SEPARATOR) != 0) continue;
        neighbour *both = &found[here * N_BYTES + next];
        if (both->n == 1) t->pairs.pairs[both->target].positions = (uint32_t)i;
        else t->positions[both->target++] = (uint32_t)i;
    }
}

static bool add_byte_pairs(tp_trainer *t, neighbour *found)
{
    size_t n_pairs = 0, n_places = 0;
    count_byte_pairs(t, found);
    for (size_t i = 0; i < N_BYTES * N_BYTES; i++) {
        n_pairs += found[i].n > 0;
        n_places += found[i].n;
    }
    if (n_pairs == 0) return true;
    if (!tp_pairs_reserve(&t->pairs, n_pairs) || !reserve_positions(t, n_places)) return false;
    for (uint32_t i = 0; i < N_BYTES * N_BYTES; i++) {
        if (found[i].n > 0) add_pair(t, i / N_BYTES, i % N_BYTES, &found[i]);
    }
    write_byte_pairs(t, found);
    return true;
}

static bool make_first_pairs(tp_trainer *t)
{
    const size_t nbytes = N_BYTES * N_BYTES * sizeof(neighbour);
    neighbour *found = tp_allocate_zeroed(TP_FOR_WORK, nbytes);
    if (found == NULL) return false;
    bool is_done = add_byte_pairs(t, found);
    tp_release(TP_FOR_WORK, found, nbytes);
    return is_done;
}

/* ---- Public functions ------------------------------------------------------------------------------------------------ */

/* Returns whether a byte stands for itself, as the character of that number, in Hugging Face's alphabet. */
static bool stands_for_itself(size_t byte)
{
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

/* Numbers the bytes in the order of the tie-break. */
static void number_bytes(tp_trainer *t, tp_tie_break tie_break)
{
    size_t n = 0;
    for (size_t byte = 0; byte < N_BYTES; byte++) {
        if (tie_break == TP_TIE_RUSTBPE || stands_for_itself(byte)) t->bytes[n++] = (uint8_t)byte;
    }
    for (size_t byte = 0; byte < N_BYTES && n < N_BYTES; byte++) {
        if (!stands_for_itself(byte)) t->bytes[n++] = (uint8_t)byte;
    }
    for (size_t token = 0; token < N_BYTES; token++) t->token_of[t->bytes[token]] = (uint8_t)token;
}

static bool allocate_cells(tp_trainer *t, size_t n_cells)
{
    size_t n_blocks = n_cells / BLOCK + 1;
    t->n_cells = n_cells;
    t->cells = tp_allocate(TP_FOR_TRAINING, n_cells * sizeof *t->cells);
    t->separators = tp_allocate_zeroed(TP_FOR_TRAINING, n_blocks * sizeof *t->separators);
    t->block_weights = tp_allocate_zeroed(TP_FOR_TRAINING, n_blocks * sizeof *t->block_weights);
    return t->cells != NULL && t->separators != NULL && t->block_weights != NULL;
}

static bool add_bytes(tp_trainer *t)
{
    if (!reserve_tokens(t, N_BYTES)) return false;
    for (size_t token = 0; token < N_BYTES; token++) t->lengths[token] = 1;
    t->n_tokens = N_BYTES;
    return true;
}

/* Fills a trainer from pieces that nobody changes meanwhile. */
static tp_status prepare(tp_trainer *t, const tp_piece_table *table, tp_tie_break tie_break, tp_error *error)
{
    size_t n_cells = measure_cells(table);
    if (n_cells > MAX_CELLS) return tp_fail(error, TP_TOO_LARGE, 0, "the distinct pieces have too many bytes");
    number_bytes(t, tie_break);
    if (!allocate_cells(t, n_cells) || !add_bytes(t)) return tp_fail_no_memory(error);
    fill_cells(t, table);
    return make_first_pairs(t) ? TP_OK : tp_fail_no_memory(error);
}

void tp_trainer_set_limits(tp_trainer *trainer, uint64_t least_count, size_t most_nbytes)
{
    trainer->least_count = least_count;
    trainer->most_nbytes = most_nbytes;
}

tp_status tp_trainer_new(tp_pieces *pieces, tp_tie_break tie_break, tp_trainer **trainer, tp_error *error)
{
    if (tie_break != TP_TIE_RUSTBPE && tie_break != TP_TIE_HF) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there is no such way to break ties");
    }
    tp_trainer *made = tp_allocate_zeroed(TP_FOR_TRAINING, sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    tp_object_made(TP_FOR_TRAINING);
    tp_pairs_init(&made->pairs);
    tp_trainer_set_limits(made, 0, SIZE_MAX);
    tp_lock_read(&pieces->lock);
    tp_status status = prepare(made, &pieces->table, tie_break, error);
    tp_unlock_read(&pieces->lock);
    if (status == TP_OK) *trainer = made;
    else tp_trainer_free(made);
    return status;
}

void tp_trainer_free(tp_trainer *t)
{
    if (t == NULL) return;
    const size_t n_blocks = t->n_cells / BLOCK + 1;
    tp_release(TP_FOR_TRAINING, t->cells, t->n_cells * sizeof *t->cells);
    tp_release(TP_FOR_TRAINING, t->separators, n_blocks * sizeof *t->separators);
    tp_release(TP_FOR_TRAINING, t->block_weights, n_blocks * sizeof *t->block_weights);
    tp_release(TP_FOR_TRAINING, t->lengths, t->lengths_capacity * sizeof *t->lengths);
    tp_release(TP_FOR_TRAINING, t->left, t->left_capacity * sizeof *t->left);
    tp_release(TP_FOR_TRAINING, t->right, t->right_capacity * sizeof *t->right);
    tp_release(TP_FOR_TRAINING, t->positions, t->positions_capacity * sizeof *t->positions);
    tp_release(TP_FOR_TRAINING, t->meetings, t->meetings_capacity * sizeof *t->meetings);
    tp_release(TP_FOR_TRAINING, t->lefts.tokens, t->lefts.capacity * sizeof *t->lefts.tokens);
    tp_release(TP_FOR_TRAINING, t->rights.tokens, t->rights.capacity * sizeof *t->rights.tokens);
    tp_pairs_free(&t->pairs);
    tp_object_freed(TP_FOR_TRAINING);
    tp_release(TP_FOR_TRAINING, t, sizeof *t);
}

void tp_trainer_free_at(tp_trainer **trainer)
{
    tp_trainer_free(*trainer);
    *trainer = NULL;
}

static uint32_t public_token(const tp_trainer *t, uint32_t token) { return token < N_BYTES ? t->bytes[token] : token; }

static uint32_t own_token(const tp_trainer *t, uint32_t token) { return token < N_BYTES ? t->token_of[token] : token; }

/* Makes the token of a pair that may be in no piece. It has a length that is never read if it is in none. */
static tp_status replay_merge(tp_trainer *t, tp_merge merge, tp_error *error)
{
    const uint32_t left = own_token(t, merge.left), right = own_token(t, merge.right);
    const uint32_t number = tp_pairs_look_up(&t->pairs, left, right);
    /* A pair that occurs no more may have been merged, and its list is then that of other pairs. */
    const bool is_there = number != TP_NO_PAIR && t->pairs.pairs[number].count > 0;
    tp_status status = reserve_for_merge(t, is_there ? t->pairs.pairs[number].n_positions : 1, error);
    if (status != TP_OK) return status;
    if (is_there) merge_pair(t, number);
    else t->lengths[t->n_tokens++] = t->lengths[left] + t->lengths[right];
    return TP_OK;
}

tp_status tp_trainer_replay(tp_trainer *trainer, const tp_merge *merges, size_t n, size_t *n_made, tp_error *error)
{
    for (*n_made = 0; *n_made < n; ++*n_made) {
        const tp_merge merge = merges[*n_made];
        if (merge.left >= trainer->n_tokens || merge.right >= trainer->n_tokens) {
            return tp_fail(error, TP_INVALID_ARGUMENT, *n_made, "a merge uses a token that no merge before it makes");
        }
        tp_status status = replay_merge(trainer, merge, error);
        if (status != TP_OK) return status;
    }
    return TP_OK;
}

/* Takes the pairs that would become too long out of the queue, and finds the next one as tp_pairs_peek does. */
static bool find_next(tp_trainer *t, uint32_t *number)
{
    for (;; tp_pairs_drop(&t->pairs)) {
        if (!tp_pairs_peek(&t->pairs, number)) return false;
        if (*number == TP_NO_PAIR || t->most_nbytes == SIZE_MAX) return true;
        const tp_pair *pair = &t->pairs.pairs[*number];
        if ((size_t)t->lengths[pair->left] + t->lengths[pair->right] <= t->most_nbytes) return true;
    }
}

tp_status tp_trainer_step(tp_trainer *trainer, tp_merge *merges, size_t n, size_t *n_made, tp_error *error)
{
    for (*n_made = 0; *n_made < n; ++*n_made) {
        uint32_t number;
        if (!find_next(trainer, &number)) return tp_fail_no_memory(error);
        if (number == TP_NO_PAIR) break;
        const tp_pair *pair = &trainer->pairs.pairs[number];
        if (pair->count < trainer->least_count) break;
        merges[*n_made] = (tp_merge){public_token(trainer, pair->left), public_token(trainer, pair->right)};
        tp_status status = reserve_for_merge(trainer, pair->n_positions, error);
        if (status != TP_OK) return status;
        merge_pair(trainer, number);
    }
    return TP_OK;
}
