/* The automaton of Aho and Corasick (Efficient string matching, 1975) over reversed names and a reversed text. In every state
 * it knows the longest name that begins at that place, so the leftmost names can be taken without reading any byte twice. */
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/memory.h"
#include "textproc/bpe.h"

enum {
    ROOT = 0,
    N_BYTES = 256,
    LEAST_NODES = 16,
    NODE_BITS = 28,         /* an edge is a 64-bit number: its source node, its byte, and its target node */
    WINDOW_NBYTES = 1 << 15 /* the minimal size of a stretch that is read backwards: it stays in the first-level cache */
};

#define MOST_NODES ((UINT32_C(1) << NODE_BITS) - 1)

/* A node is a string of bytes with which some name ends; the root is none. */
typedef struct node {
    uint32_t fail;    /* the longest other node with which these bytes begin */
    uint32_t longest; /* the longest name with which they begin: its number plus 1; 0: none */
} node;

struct tp_names {
    size_t n_names, longest;
    uint64_t *lengths; /* for each name */
    node *nodes;
    size_t n_nodes, most_nodes;
    uint64_t *edges; /* twice as many slots as there can be nodes, with whole edges, so that one cache miss suffices; 0 is a
                      * free slot */
    tp_hash_key hash_key;
    uint32_t last_bytes[N_BYTES]; /* the nodes of one byte; 0: no name ends with it */
};

/* ---- Edges ----------------------------------------------------------------------------------------------------------- */

static inline uint64_t *find_slot(const tp_names *names, uint32_t from, uint8_t byte)
{
    uint64_t key = (uint64_t)from << 8 | byte;
    size_t n_slots = 2 * names->most_nodes;
    size_t slot = (size_t)tp_hash_mix(key ^ names->hash_key.word[0], names->hash_key.word[1]) & (n_slots - 1);
    for (size_t step = 1; names->edges[slot] != 0 && names->edges[slot] >> NODE_BITS != key; step++) {
        slot = tp_index_next(n_slots, slot, step);
    }
    return &names->edges[slot];
}

/* Returns the target of a byte from a node; ROOT: there is no edge, because no edge leads back. */
static inline uint32_t follow(const tp_names *names, uint32_t from, uint8_t byte)
{
    return from == ROOT ? names->last_bytes[byte] : (uint32_t)*find_slot(names, from, byte) & MOST_NODES;
}

/* Returns the state of the automaton after it reads a byte in a node. */
static inline uint32_t step(const tp_names *names, uint32_t at, uint8_t byte)
{
    uint32_t to;
    while ((to = follow(names, at, byte)) == ROOT && at != ROOT) at = names->nodes[at].fail;
    return to;
}

/* ---- Making it ------------------------------------------------------------------------------------------------------- */

static void release_edges(uint64_t *edges, size_t most_nodes)
{
    tp_release(TP_FOR_VOCABULARY, edges, 2 * most_nodes * sizeof *edges);
}

/* Makes room for `most_nodes` nodes, a power of two. Returns false if memory runs out. */
static bool make_room(tp_names *names, size_t most_nodes)
{
    tp_names before = *names;
    uint64_t *edges = tp_allocate_zeroed(TP_FOR_VOCABULARY, 2 * most_nodes * sizeof *edges);
    node *nodes = edges == NULL ? NULL : tp_resize(TP_FOR_VOCABULARY, names->nodes, before.most_nodes * sizeof *nodes,
                                                   most_nodes * sizeof *nodes);
    if (nodes == NULL) {
        release_edges(edges, most_nodes);
        return false;
    }
    names->nodes = nodes;
    names->edges = edges;
    names->most_nodes = most_nodes;
    for (size_t i = 0; i < 2 * before.most_nodes; i++) {
        uint64_t edge = before.edges[i], key = edge >> NODE_BITS;
        if (edge != 0) *find_slot(names, (uint32_t)(key >> 8), (uint8_t)key) = edge;
    }
    release_edges(before.edges, before.most_nodes);
    return true;
}

/* A name being inserted into the automaton: its remaining bytes and its current node. */
typedef struct entry {
    const uint8_t *first;
    size_t n_left;
    uint32_t number;
    uint32_t at;
} entry;

/* Returns ROOT if memory runs out. */
static uint32_t add_node(tp_names *names, uint32_t from, uint8_t byte)
{
    if (names->n_nodes == names->most_nodes && !make_room(names, 2 * names->most_nodes)) return ROOT;
    uint32_t made = (uint32_t)names->n_nodes++;
    uint32_t fail = from == ROOT ? ROOT : step(names, names->nodes[from].fail, byte);
    names->nodes[made] = (node){fail, names->nodes[fail].longest};
    if (from == ROOT) names->last_bytes[byte] = made;
    else *find_slot(names, from, byte) = ((uint64_t)from << 8 | byte) << NODE_BITS | made;
    return made;
}

/* Follows or adds the edge of a name's next byte, its last byte first. */
static tp_status add_byte(tp_names *names, entry *e, tp_error *error)
{
    uint8_t byte = e->first[--e->n_left];
    uint32_t to = follow(names, e->at, byte);
    bool is_new = to == ROOT;
    if (is_new) to = add_node(names, e->at, byte);
    if (to == ROOT) return tp_fail_no_memory(error);
    e->at = to;
    if (e->n_left > 0) return TP_OK;
    uint32_t *longest = &names->nodes[to].longest;
    if (*longest != 0 && names->lengths[*longest - 1] == names->lengths[e->number]) {
        return tp_fail(error, TP_INVALID_ARGUMENT, e->number, "the name equals an earlier one");
    }
    *longest = e->number + 1;
    return TP_OK;
}

/* Inserts one byte of each name in turn: the node to which a node fails is shorter, so it is there already. */
static tp_status add_names(tp_names *names, entry *entries, tp_error *error)
{
    tp_status status = TP_OK;
    size_t n = names->n_names;
    while (n > 0 && status == TP_OK) {
        size_t n_unfinished = 0;
        for (size_t i = 0; i < n && status == TP_OK; i++) {
            entry e = entries[i];
            status = add_byte(names, &e, error);
            if (e.n_left > 0) entries[n_unfinished++] = e;
        }
        n = n_unfinished;
    }
    return status;
}

static tp_status take_names(tp_names *names, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, entry *entries,
                            tp_error *error)
{
    for (size_t i = 0; i < names->n_names; i++) {
        uint64_t start = i == 0 ? 0 : ends[i - 1], end = ends[i];
        if (end > text_nbytes || start >= end) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "a name must not be empty, and the ends must ascend within the text");
        }
        names->lengths[i] = end - start;
        if (end - start > names->longest) names->longest = (size_t)(end - start);
        entries[i] = (entry){text + start, (size_t)(end - start), (uint32_t)i, ROOT};
    }
    return add_names(names, entries, error);
}

tp_status tp_names_new(const uint8_t *names, size_t names_nbytes, const uint64_t *ends, size_t n_names, tp_names **made,
                       tp_error *error)
{
    if (names_nbytes >= MOST_NODES) return tp_fail(error, TP_TOO_LARGE, 0, "the names together are too long");
    if (n_names == 0 || n_names > names_nbytes) {
        return tp_fail(error, TP_INVALID_ARGUMENT, n_names, "there must be a name, and not more names than bytes");
    }
    tp_names *n = tp_allocate_zeroed(TP_FOR_VOCABULARY, sizeof *n);
    if (n == NULL) return tp_fail_no_memory(error);
    n->hash_key = tp_hash_get_key();
    n->n_names = n_names;
    n->n_nodes = 1;
    n->lengths = tp_allocate(TP_FOR_VOCABULARY, n_names * sizeof *n->lengths);
    entry *entries = tp_allocate(TP_FOR_WORK, n_names * sizeof *entries);
    bool has_memory = entries != NULL && n->lengths != NULL && make_room(n, LEAST_NODES);
    if (has_memory) n->nodes[ROOT] = (node){ROOT, 0};
    tp_status status = has_memory ? take_names(n, names, names_nbytes, ends, entries, error) : tp_fail_no_memory(error);
    tp_release(TP_FOR_WORK, entries, n_names * sizeof *entries);
    if (status == TP_OK) *made = n;
    else tp_names_free(n);
    return status;
}

void tp_names_free(tp_names *names)
{
    if (names == NULL) return;
    release_edges(names->edges, names->most_nodes);
    tp_release(TP_FOR_VOCABULARY, names->nodes, names->most_nodes * sizeof *names->nodes);
    tp_release(TP_FOR_VOCABULARY, names->lengths, names->n_names * sizeof *names->lengths);
    tp_release(TP_FOR_VOCABULARY, names, sizeof *names);
}

void tp_names_free_at(tp_names **names)
{
    tp_names_free(*names);
    *names = NULL;
}

/* ---- Finding --------------------------------------------------------------------------------------------------------- */

bool tp_names_occur(const tp_names *names, const uint8_t *text, size_t text_nbytes)
{
    uint32_t at = ROOT;
    for (size_t i = text_nbytes; i-- > 0;) {
        at = step(names, at, text[i]);
        if (at != ROOT && names->nodes[at].longest != 0) return true;
    }
    return false;
}

/* Returns the longest name that begins at a place. */
typedef struct beginning {
    size_t start;
    uint32_t name;
} beginning;

/* Records where names begin, the last one first, from `start` up to `end`; reads up to `read_end`. Returns false if memory runs
 * out. */
static bool find_beginnings(const tp_names *names, const uint8_t *text, size_t start, size_t end, size_t read_end,
                            tp_arena *beginnings)
{
    uint32_t at = ROOT;
    beginnings->used = 0;
    for (size_t i = read_end; i-- > start;) {
        at = step(names, at, text[i]);
        uint32_t name = at == ROOT ? 0 : names->nodes[at].longest;
        if (name == 0 || i >= end) continue;
        if (!tp_arena_reserve(TP_FOR_WORK, beginnings, sizeof(beginning))) return false;
        beginning found = {i, name - 1};
        memcpy(beginnings->data + beginnings->used, &found, sizeof found);
        beginnings->used += sizeof found;
    }
    return true;
}

/* The places found so far, of which as many are stored as there is room for, and the end of the last one. */
typedef struct places {
    tp_named_place *stored;
    size_t capacity, n;
    size_t end;
} places;

static void take_beginnings(const tp_names *names, const tp_arena *beginnings, places *out)
{
    const beginning *first = (const beginning *)(const void *)beginnings->data;
    for (size_t i = beginnings->used / sizeof *first; i-- > 0;) {
        if (first[i].start < out->end) continue;
        out->end = first[i].start + (size_t)names->lengths[first[i].name];
        if (out->n < out->capacity) out->stored[out->n] = (tp_named_place){first[i].start, out->end, first[i].name};
        out->n++;
    }
}

tp_status tp_names_find(const tp_names *names, const uint8_t *text, size_t text_nbytes, bool is_final, tp_named_place *places_found,
                        size_t capacity, size_t *n_places, size_t *used, tp_error *error)
{
    size_t overlap = names->longest - 1, window = names->longest < WINDOW_NBYTES ? WINDOW_NBYTES : names->longest;
    size_t certain = is_final ? text_nbytes : text_nbytes > overlap ? text_nbytes - overlap : 0;
    places out = {places_found, capacity, 0, 0};
    tp_arena beginnings = {0};
    bool has_memory = true;
    for (size_t start = 0, end; start < certain && has_memory; start = end) {
        end = certain - start < window ? certain : start + window;
        size_t read_end = text_nbytes - end < overlap ? text_nbytes : end + overlap;
        has_memory = find_beginnings(names, text, start, end, read_end, &beginnings);
        if (has_memory) take_beginnings(names, &beginnings, &out);
    }
    tp_arena_free(TP_FOR_WORK, &beginnings);
    if (!has_memory) return tp_fail_no_memory(error);
    *n_places = out.n;
    *used = out.end > certain ? out.end : certain;
    return out.n <= capacity ? TP_OK : tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the places");
}
