/* Any piece: cut where no merge reaches across; each run is merged in the fastest way. */
#include "base/once.h"
#include "bpe/merge/backtrack.h"
#include "bpe/merge/characters.h"
#include "bpe/merge/segments.h"

/* Any piece of more bytes than tp_merge_short takes. */
static bool merge_long(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes, uint32_t limit,
                       tp_token_sink *sink)
{
    size_t n_before = sink->n;
    bool has_seams_told = limit == TP_NO_RANK && vocabulary->parts != NULL; /* by tp_is_valid_pair */
    if (has_seams_told && tp_merge_by_segments(vocabulary, merger, piece, nbytes, sink)) return true;
    tp_forget_refusal();
    sink->n = n_before;
    return tp_merge_with_heap(vocabulary, merger, piece, nbytes, limit, sink);
}

static bool merge_run(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes,
                          uint32_t limit, tp_token_sink *sink)
{
    uint32_t tokens[TP_BACKTRACK_NBYTES];
    size_t n;
    if (limit == TP_NO_RANK && tp_can_backtrack(vocabulary, piece, nbytes)) n = tp_backtrack(vocabulary, piece, nbytes, tokens);
    else if (nbytes <= TP_SHORT_PIECE_NBYTES) n = tp_merge_short(vocabulary, piece, nbytes, limit, tokens);
    else return merge_long(vocabulary, merger, piece, nbytes, limit, sink);
    for (size_t i = 0; i < n; i++) tp_put_token(sink, tokens[i]);
    return true;
}

/* Puts the tokens of the first bytes, as many as are not joined to the byte after each, and returns their number. In a script
 * for which the vocabulary was not made, these are nearly all. */
static inline size_t put_single_bytes(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes, tp_token_sink *sink)
{
    const uint32_t *ids = sink->ids;
    size_t n = 0, n_lone = nbytes - 1;
    if (sink->out == NULL) {
        while (n < n_lone && !tp_has_bigram(v, piece[n], piece[n + 1])) n++;
    } else if (sink->n < sink->capacity) {
        uint32_t *out = sink->out + sink->n;
        if (n_lone > sink->capacity - sink->n) n_lone = sink->capacity - sink->n;
        for (; n < n_lone && !tp_has_bigram(v, piece[n], piece[n + 1]); n++) {
            uint32_t token = v->byte_tokens[piece[n]];
            out[n] = ids == NULL ? token : ids[token];
        }
    }
    sink->n += n;
    return n;
}

/* Puts the tokens of a piece all of whose bytes are tokens. */
static bool merge_present(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes, uint32_t limit,
                          tp_token_sink *sink)
{
    size_t start = 0, n_before = sink->n;
    while (start < nbytes) {
        start += put_single_bytes(vocabulary, piece + start, nbytes - start, sink);
        size_t n_joined = tp_bigram_run_nbytes(vocabulary, piece + start, nbytes - start);
        bool is_done = nbytes <= TP_SHORT_PIECE_NBYTES || tp_merger_may_go_on(merger, n_joined);
        if (n_joined == 1) tp_put_token(sink, vocabulary->byte_tokens[piece[start]]);
        else is_done = is_done && merge_run(vocabulary, merger, piece + start, n_joined, limit, sink);
        if (!is_done) {
            sink->n = n_before;
            return false;
        }
        start += n_joined;
    }
    return true;
}

/* Leaves out the bytes that are no token. The rest is copied, and each byte read once: another thread that writes to the text
 * meanwhile can bring none in. */
static bool merge_without_absent(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes,
                                 uint32_t limit, tp_token_sink *sink)
{
    uint8_t few[TP_SHORT_PIECE_NBYTES], *kept = few;
    size_t n = 0;
    if (nbytes > sizeof few) {
        merger->kept.used = 0;
        if (!tp_arena_reserve(TP_FOR_PIECE_CACHE, &merger->kept, nbytes)) return false;
        kept = merger->kept.data;
    }
    for (size_t i = 0; i < nbytes; i++) {
        uint8_t byte = (uint8_t)tp_once(piece[i]);
        if (vocabulary->byte_tokens[byte] != TP_NO_TOKEN) kept[n++] = byte;
    }
    return merge_present(vocabulary, merger, kept, n, limit, sink);
}

/* Puts the tokens of a short piece by its characters, if it begins with one of three bytes, or with a blank or the like and one;
 * returns whether that is possible. */
static bool merge_characters(const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes, tp_token_sink *sink)
{
    uint32_t tokens[TP_SHORT_PIECE_NBYTES];
    if (vocabulary->characters == NULL || nbytes <= TP_CHARACTER_NBYTES || nbytes > TP_SHORT_PIECE_NBYTES) return false;
    if (piece[0] >> 4 != 0xE && piece[1] >> 4 != 0xE) return false;
    size_t n = tp_merge_characters(vocabulary, piece, nbytes, tokens);
    for (size_t i = 0; i < n; i++) tp_put_token(sink, tokens[i]);
    return n > 0;
}

bool tp_merge_piece(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes, uint32_t limit,
                    tp_token_sink *sink)
{
    if (limit == TP_NO_RANK && merge_characters(vocabulary, piece, nbytes, sink)) return true;
    bool has_all = vocabulary->n_bytes == TP_N_BYTES;
    return (has_all ? merge_present : merge_without_absent)(vocabulary, merger, piece, nbytes, limit, sink);
}
