/* The method of the crate `bpe` in GitHub's rust-gems. */
#include "bpe/merge/backtrack.h"

#include <string.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "bpe/merge/parts.h"

enum {
    LABEL_NBYTES = 8,        /* at most */
    LABEL_BITS = 4,          /* of one */
    LONGEST_TOKEN = 4096,    /* a longer token means no tree: it would be deeper than pieces are long */
    OTHERS_THAN_ASCII = 16,  /* of that many tokens at least one must begin with a byte that is not ASCII */
    FILTER_BITS = 3,         /* 2^3 bits for each slot: one in ten absent edges passes the filter */
    FILTER_SHIFT = 32,       /* the bits of the hash that select them are not those that select a slot */
    MOST_NODES = 1 << 28,    /* the most node numbers for which an edge has bits */
    CHARACTER_NBYTES = 3,
    N_CHARACTERS = 1 << 16 /* that three bytes can encode */
};

/* An edge from a node to a longer one that begins with it. No label of a node's edges begins with another, so a text follows at
 * most one. A node is a token, or a place within one: if a token is more than eight bytes longer than all tokens with which it
 * begins, its edges pass places eight bytes apart. */
typedef struct edge {
    uint64_t label; /* the added bytes, padded with zeros */
    uint32_t from;  /* the node << LABEL_BITS | the length of the label */
    uint32_t to;    /* 0: a free slot; no edge leads to a byte */
} edge;

/* Nodes are numbered as tokens are, places within tokens after them. Data that is read for each node passed is kept apart from
 * data read for each token: all of it together is larger than the second-level cache. */
struct tp_token_tree {
    size_t n_tokens, n_nodes, most_nodes;
    size_t n_edges, n_slots;
    edge *edges; /* by node and label, in slots of its own: a tp_index would touch another cache line for each step */
    uint64_t *filter;        /* a bit for each edge, selected by its hash, kept close: most edges that are looked up do not
                              * exist */
    uint8_t *label_lengths;  /* for each node: bit n - 1 if an edge with a label of n bytes leaves it */
    uint16_t *lengths;       /* for each token */
    uint32_t *shorter;       /* for each token, the longest other token with which it begins; TP_NO_TOKEN: it is a byte */
    uint32_t *characters;    /* the token of a character of three bytes, by its number; 0: none */
};

/* ---- Following it ---------------------------------------------------------------------------------------------------- */

static inline uint64_t first_bytes(uint64_t text, size_t nbytes)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return text & ~UINT64_C(0) << (64 - 8 * nbytes);
#else
    return text & ~UINT64_C(0) >> (64 - 8 * nbytes);
#endif
}

static inline uint64_t hash_edge(const tp_hash_key *key, uint32_t from, uint64_t label)
{
    return tp_hash_mix(label ^ key->word[0], from ^ key->word[1]);
}

static inline uint64_t filter_bit(const tp_token_tree *tree, uint64_t hash)
{
    return hash >> FILTER_SHIFT & ((tree->n_slots << FILTER_BITS) - 1);
}

/* Returns the slot where an edge is or can be put. */
static inline edge *find_edge(const tp_token_tree *tree, uint64_t hash, uint32_t from, uint64_t label)
{
    size_t i = (size_t)hash & (tree->n_slots - 1);
    while (tree->edges[i].to != 0 && (tree->edges[i].label != label || tree->edges[i].from != from)) {
        i = tp_index_next(tree->n_slots, i, 1);
    }
    return &tree->edges[i];
}

/* Goes from a node to the one that the text leads to and returns the number of bytes consumed; 0 if there is none. */
static inline size_t follow(const tp_token_tree *tree, const tp_hash_key *key, uint32_t *at, const uint8_t *text, size_t nbytes)
{
    unsigned lengths = tree->label_lengths[*at];
    if (nbytes < LABEL_NBYTES) lengths &= (1u << nbytes) - 1;
    uint64_t ahead = tp_hash_load_8(text);
    for (; lengths != 0; lengths &= lengths - 1) {
        size_t length = tp_lowest_bit(lengths) + 1;
        uint64_t label = first_bytes(ahead, length);
        uint32_t from = *at << LABEL_BITS | (uint32_t)length;
        uint64_t hash = hash_edge(key, from, label), bit = filter_bit(tree, hash);
        if ((tree->filter[bit / 64] >> (bit % 64) & 1) == 0) continue;
        const edge *found = find_edge(tree, hash, from, label);
        if (found->to == 0) continue;
        *at = found->to;
        return length;
    }
    return 0;
}

static inline bool is_character(const uint8_t *text)
{
    return text[0] >> 4 == 0xE && text[1] >> 6 == 2 && text[2] >> 6 == 2;
}

static inline size_t character_number(const uint8_t *text)
{
    return (size_t)(text[0] & 0xF) << 12 | (size_t)(text[1] & 0x3F) << 6 | (text[2] & 0x3F);
}

/* Returns the longest token with which a text begins; LABEL_NBYTES bytes after it must be readable. */
static inline uint32_t find_longest(const tp_vocabulary *v, const uint8_t *text, size_t nbytes)
{
    const tp_token_tree *tree = v->tree;
    uint32_t at = v->byte_tokens[text[0]], character = 0;
    size_t used = 1, step;
    if (nbytes >= CHARACTER_NBYTES && is_character(text)) character = tree->characters[character_number(text)];
    if (character != 0) {
        at = character;
        used = CHARACTER_NBYTES;
    }
    uint32_t longest = at;
    while ((step = follow(tree, &v->hash_key, &at, text + used, nbytes - used)) > 0) {
        used += step;
        if (at < tree->n_tokens) longest = at;
    }
    return longest;
}

size_t tp_backtrack(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes, uint32_t *tokens)
{
    const tp_token_tree *tree = v->tree;
    uint8_t text[TP_BACKTRACK_NBYTES + LABEL_NBYTES];
    uint64_t is_dead_end[TP_BACKTRACK_NBYTES / 64 + 1] = {0}; /* a bit for each place after which no tokens fit */
    memcpy(text, piece, nbytes);
    memset(text + nbytes, 0, LABEL_NBYTES);
    size_t at = 0, n = 0;
    uint32_t token = find_longest(v, text, nbytes);
    for (;;) {
        size_t end = at + tree->lengths[token];
        if ((is_dead_end[end / 64] >> (end % 64) & 1) == 0 && (n == 0 || tp_is_valid_pair(v, tokens[n - 1], token))) {
            tokens[n++] = token;
            if (end == nbytes) return n;
            at = end;
            token = find_longest(v, text + at, nbytes - at);
        } else if (tree->shorter[token] != TP_NO_TOKEN) {
            token = tree->shorter[token];
        } else {
            is_dead_end[at / 64] |= UINT64_C(1) << (at % 64);
            token = tokens[--n]; /* it exists: the result of merging the piece is always found */
            at -= tree->lengths[token];
        }
    }
}

/* ---- Making it ------------------------------------------------------------------------------------------------------- */

static size_t filter_nbytes(const tp_token_tree *tree) { return (tree->n_slots << FILTER_BITS) / 8; }

static void free_edges(tp_token_tree *tree)
{
    tp_release(TP_FOR_VOCABULARY, tree->edges, tree->n_slots * sizeof *tree->edges);
    tp_release(TP_FOR_VOCABULARY, tree->filter, filter_nbytes(tree));
}

void tp_token_tree_free(tp_token_tree *tree)
{
    if (tree == NULL) return;
    free_edges(tree);
    tp_release(TP_FOR_VOCABULARY, tree->label_lengths, tree->most_nodes * sizeof *tree->label_lengths);
    tp_release(TP_FOR_VOCABULARY, tree->lengths, tree->n_tokens * sizeof *tree->lengths);
    tp_release(TP_FOR_VOCABULARY, tree->shorter, tree->n_tokens * sizeof *tree->shorter);
    tp_release(TP_FOR_VOCABULARY, tree->characters, N_CHARACTERS * sizeof *tree->characters);
    tp_release(TP_FOR_VOCABULARY, tree, sizeof *tree);
}

static bool allocate_edges(tp_token_tree *tree, size_t n_slots)
{
    tree->n_slots = n_slots;
    tree->edges = tp_allocate_zeroed(TP_FOR_VOCABULARY, n_slots * sizeof *tree->edges);
    tree->filter = tp_allocate_zeroed(TP_FOR_VOCABULARY, filter_nbytes(tree));
    return tree->edges != NULL && tree->filter != NULL;
}

static tp_token_tree *new_tree(const tp_vocabulary *v, size_t most_nodes)
{
    tp_token_tree *tree = tp_allocate_zeroed(TP_FOR_VOCABULARY, sizeof *tree);
    if (tree == NULL) return NULL;
    tree->n_tokens = tree->n_nodes = v->n_tokens;
    tree->most_nodes = most_nodes;
    bool has_edges = allocate_edges(tree, tp_index_size(v->n_tokens, TP_SMALLEST_TABLE));
    tree->label_lengths = tp_allocate_zeroed(TP_FOR_VOCABULARY, most_nodes * sizeof *tree->label_lengths);
    tree->lengths = tp_allocate(TP_FOR_VOCABULARY, v->n_tokens * sizeof *tree->lengths);
    tree->shorter = tp_allocate(TP_FOR_VOCABULARY, v->n_tokens * sizeof *tree->shorter);
    tree->characters = tp_allocate_zeroed(TP_FOR_VOCABULARY, N_CHARACTERS * sizeof *tree->characters);
    if (has_edges && tree->label_lengths && tree->lengths && tree->shorter && tree->characters) return tree;
    tp_token_tree_free(tree);
    return NULL;
}

static void put_edge(tp_token_tree *tree, const tp_hash_key *key, edge made)
{
    uint64_t hash = hash_edge(key, made.from, made.label), bit = filter_bit(tree, hash);
    *find_edge(tree, hash, made.from, made.label) = made;
    tree->filter[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static bool double_edges(tp_token_tree *tree, const tp_hash_key *key)
{
    tp_token_tree before = *tree;
    if (!allocate_edges(tree, 2 * before.n_slots)) {
        free_edges(tree);
        tree->edges = before.edges;
        tree->filter = before.filter;
        tree->n_slots = before.n_slots;
        return false;
    }
    for (size_t i = 0; i < before.n_slots; i++) {
        if (before.edges[i].to != 0) put_edge(tree, key, before.edges[i]);
    }
    free_edges(&before);
    return true;
}

static bool add_edge(tp_token_tree *tree, const tp_hash_key *key, uint32_t from, uint32_t to, const uint8_t *label, size_t nbytes)
{
    if (tree->n_edges >= tree->n_slots / 4 * 3 && !double_edges(tree, key)) return false;
    put_edge(tree, key, (edge){first_bytes(tp_hash_load_8(label), nbytes), from << LABEL_BITS | (uint32_t)nbytes, to});
    tree->label_lengths[from] |= (uint8_t)(1u << (nbytes - 1));
    tree->n_edges++;
    return true;
}

/* Inserts a token after all shorter ones. Returns false if memory runs out. */
static bool put_token(const tp_vocabulary *v, tp_token_tree *tree, uint32_t token)
{
    const uint8_t *bytes = v->bytes + v->starts[token]; /* after them TP_TOKEN_PADDING more bytes are readable */
    size_t nbytes = tree->lengths[token], used = 1, step;
    uint32_t at = v->byte_tokens[bytes[0]];
    tree->shorter[token] = at;
    while ((step = follow(tree, &v->hash_key, &at, bytes + used, nbytes - used)) > 0) {
        used += step;
        if (at < tree->n_tokens) tree->shorter[token] = at;
    }
    for (; used < nbytes; used += step) {
        step = nbytes - used < LABEL_NBYTES ? nbytes - used : LABEL_NBYTES;
        uint32_t to = used + step == nbytes ? token : (uint32_t)tree->n_nodes++;
        if (!add_edge(tree, &v->hash_key, at, to, bytes + used, step)) return false;
        at = to;
    }
    return true;
}

static void take_tokens(const tp_vocabulary *v, tp_token_tree *tree)
{
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        const uint8_t *bytes = v->bytes + v->starts[t];
        tree->lengths[t] = (uint16_t)tp_token_nbytes(v, t);
        tree->shorter[t] = TP_NO_TOKEN;
        if (tree->lengths[t] == CHARACTER_NBYTES && is_character(bytes)) tree->characters[character_number(bytes)] = t;
    }
}

/* Inserts all tokens, the shorter ones first. */
static bool put_tokens(const tp_vocabulary *v, tp_token_tree *tree, uint32_t *order)
{
    uint32_t n_of_length[LONGEST_TOKEN + 1] = {0}, n_shorter = 0;
    for (uint32_t t = 0; t < v->n_tokens; t++) n_of_length[tree->lengths[t]]++;
    for (size_t length = 0; length <= LONGEST_TOKEN; length++) {
        n_shorter += n_of_length[length];
        n_of_length[length] = n_shorter - n_of_length[length];
    }
    for (uint32_t t = 0; t < v->n_tokens; t++) order[n_of_length[tree->lengths[t]]++] = t;
    size_t i = v->n_empty + v->n_bytes; /* which are the shortest */
    while (i < v->n_tokens && put_token(v, tree, order[i])) i++;
    return i == v->n_tokens;
}

/* Returns whether the vocabulary may have a tree and, if so, the maximal number of its nodes. */
static bool allows_tree(const tp_vocabulary *v, size_t *most_nodes)
{
    size_t n_others = 0;
    *most_nodes = v->n_tokens;
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        size_t nbytes = tp_token_nbytes(v, t);
        if (nbytes > LONGEST_TOKEN) return false;
        n_others += v->bytes[v->starts[t]] >= 0x80;
        *most_nodes += (nbytes - 1) / LABEL_NBYTES;
    }
    if (*most_nodes > MOST_NODES) return false;
    return v->parts != NULL && n_others > TP_N_BYTES / 2 + v->n_tokens / OTHERS_THAN_ASCII;
}

bool tp_token_tree_make(tp_vocabulary *v)
{
    size_t most_nodes;
    if (!allows_tree(v, &most_nodes)) return true;
    uint32_t *order = tp_allocate(TP_FOR_VOCABULARY, v->n_tokens * sizeof *order);
    tp_token_tree *tree = new_tree(v, most_nodes);
    bool is_made = order != NULL && tree != NULL;
    if (is_made) {
        take_tokens(v, tree);
        is_made = put_tokens(v, tree, order);
    }
    tp_release(TP_FOR_VOCABULARY, order, v->n_tokens * sizeof *order);
    if (is_made) v->tree = tree;
    else tp_token_tree_free(tree);
    return is_made;
}
