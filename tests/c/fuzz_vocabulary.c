/* Vocabularies of hostile tokens, ids, ends and merges: refused where a naive look at them says so, and named rightly; those that
 * are taken give back what they were made of. */
#include "fuzz.h"
#include "naive_bpe.h"

enum { MOST_MERGES = 40, MOST_TEXT = 1024 };

/* Tokens as they are given to the core, sound or not. */
typedef struct made_up {
    uint8_t text[MOST_TEXT];
    size_t nbytes;
    uint64_t ends[MOST_TOKENS];
    uint32_t ids[MOST_TOKENS];
    size_t n;
    tp_merge merges[MOST_MERGES];
    size_t n_merges;
    bool may_lack_bytes;
} made_up;

static void put_token(made_up *to, const uint8_t *bytes, size_t nbytes)
{
    if (nbytes > 0) memcpy(to->text + to->nbytes, bytes, nbytes);
    to->nbytes += nbytes;
    to->ends[to->n] = to->nbytes;
    to->ids[to->n] = (uint32_t)to->n;
    to->n++;
}

static uint32_t make_up_id(input *in)
{
    uint8_t how = take_byte(in);
    return how == 0xFF ? (uint32_t)take_number(in, 4) : how >= 0xF0 ? 256 + how % 16u : how;
}

/* All bytes and some more tokens, of which then some are spoilt. */
static void make_up(made_up *made, input *in)
{
    made->n = made->nbytes = 0;
    for (unsigned b = 0; b < N_BYTES; b++) put_token(made, &(uint8_t){(uint8_t)b}, 1);
    for (size_t n = take_below(in, 24); n > 0; n--) {
        input bytes = take_bytes(in, take_below(in, 24));
        put_token(made, bytes.data, bytes.nbytes);
    }
    for (size_t n = take_below(in, 4); n > 0; n--) {
        uint8_t how = take_byte(in);
        size_t i = (size_t)take_number(in, 2) % made->n;
        if (how % 3 == 0) made->ids[i] = make_up_id(in);
        else if (how % 3 == 1) made->ends[i] = how < 128 ? made->ends[i] + how % 8 - 4 : take_number(in, 8);
        else made->text[take_number(in, 2) % made->nbytes] = take_byte(in);
    }
    made->n_merges = take_below(in, MOST_MERGES + 1);
    for (size_t i = 0; i < made->n_merges; i++) {
        made->merges[i].left = make_up_id(in);
        made->merges[i].right = make_up_id(in);
    }
    made->may_lack_bytes = take_byte(in) % 2 == 1;
}

/* ---- A naive look ------------------------------------------------------------------------------------------------ */

static uint64_t start_of(const made_up *from, size_t i) { return i == 0 ? 0 : from->ends[i - 1]; }

static size_t nbytes_of(const made_up *from, size_t i) { return (size_t)(from->ends[i] - start_of(from, i)); }

/* The first token up to here with these bytes, or `behind`. */
static size_t find_bytes(const made_up *from, size_t behind, const uint8_t *bytes, size_t nbytes)
{
    for (size_t i = 0; i < behind; i++) {
        if (nbytes_of(from, i) == nbytes && memcmp(from->text + start_of(from, i), bytes, nbytes) == 0) return i;
    }
    return behind;
}

static size_t find_id(const made_up *from, size_t behind, uint32_t id)
{
    for (size_t i = 0; i < behind; i++) {
        if (from->ids[i] == id) return i;
    }
    return behind;
}

/* Whether a token is one that the header says is refused. Several may be; which one is named is left open. */
static bool has_bad_end(const made_up *from, size_t i)
{
    return from->ends[i] < start_of(from, i) || from->ends[i] > from->nbytes;
}

static bool has_bad_ends(const made_up *from)
{
    for (size_t i = 0; i < from->n; i++) {
        if (has_bad_end(from, i)) return true;
    }
    return false;
}

static bool is_twin(const made_up *from, size_t i)
{
    size_t nbytes = nbytes_of(from, i); /* any number of tokens may be empty */
    bool has_twin = nbytes > 0 && find_bytes(from, i, from->text + start_of(from, i), nbytes) < i;
    return has_twin || find_id(from, i, from->ids[i]) < i;
}

static bool lacks_byte(const made_up *from, uint64_t byte)
{
    const uint8_t bytes[] = {(uint8_t)byte};
    return find_bytes(from, from->n, bytes, 1) == from->n;
}

/* Whether a fault at this item is there. */
static bool is_fault(const made_up *from, uint64_t item)
{
    if (has_bad_ends(from)) return item < from->n && has_bad_end(from, (size_t)item);
    if (item < from->n) return is_twin(from, (size_t)item);
    return !from->may_lack_bytes && item - from->n < N_BYTES && lacks_byte(from, item - from->n);
}

static bool has_fault(const made_up *from)
{
    for (uint64_t item = 0; item < from->n + N_BYTES; item++) {
        if (is_fault(from, item)) return true;
    }
    return false;
}

/* The first merge that cannot be, or how many there are. */
static size_t find_bad_merge(const made_up *from)
{
    for (size_t i = 0; i < from->n_merges; i++) {
        tp_merge merge = from->merges[i];
        size_t left = find_id(from, from->n, merge.left), right = find_id(from, from->n, merge.right);
        if (left == from->n || right == from->n) return i;
        if (nbytes_of(from, left) == 0 || nbytes_of(from, right) == 0) return i;
        uint8_t joined[2 * MOST_TEXT];
        memcpy(joined, from->text + start_of(from, left), nbytes_of(from, left));
        memcpy(joined + nbytes_of(from, left), from->text + start_of(from, right), nbytes_of(from, right));
        if (find_bytes(from, from->n, joined, nbytes_of(from, left) + nbytes_of(from, right)) == from->n) return i;
        for (size_t k = 0; k < i; k++) {
            if (from->merges[k].left == merge.left && from->merges[k].right == merge.right) return i;
        }
    }
    return from->n_merges;
}

/* ---- What is made ------------------------------------------------------------------------------------------------ */

static void check_tokens(const tp_vocabulary *vocabulary, const made_up *from)
{
    tp_vocabulary_tokens found;
    tp_vocabulary_get_tokens(vocabulary, &found);
    CHECK_EQ_U(found.n_tokens, from->n);
    for (size_t i = 0; i < found.n_tokens; i++) {
        size_t given = find_id(from, from->n, found.ids[i]), start = i == 0 ? 0 : (size_t)found.ends[i - 1];
        if (i > 0) CHECK(found.ids[i - 1] < found.ids[i]);
        if (!CHECK(given < from->n)) break;
        CHECK_EQ_BYTES(found.tokens + start, (size_t)found.ends[i] - start, from->text + start_of(from, given),
                       nbytes_of(from, given));
    }
}

/* Merges, one after the other, the first of a list that stands somewhere in the piece: everywhere, from the left. */
static size_t merge_by_list(const made_up *from, const uint8_t *piece, size_t nbytes, uint32_t *ids)
{
    size_t n = 0;
    for (size_t i = 0; i < nbytes; i++) {
        size_t byte = find_bytes(from, from->n, piece + i, 1);
        if (byte < from->n) ids[n++] = from->ids[byte];
    }
    for (;;) {
        size_t first = from->n_merges, at = 0;
        for (size_t i = 0; i + 1 < n; i++) {
            for (size_t m = 0; m < first; m++) {
                if (from->merges[m].left != ids[i] || from->merges[m].right != ids[i + 1]) continue;
                first = m;
                at = i;
            }
        }
        if (first == from->n_merges) return n;
        const size_t left = find_id(from, from->n, ids[at]), right = find_id(from, from->n, ids[at + 1]);
        uint8_t joined[2 * MOST_TEXT];
        memcpy(joined, from->text + start_of(from, left), nbytes_of(from, left));
        memcpy(joined + nbytes_of(from, left), from->text + start_of(from, right), nbytes_of(from, right));
        ids[at] = from->ids[find_bytes(from, from->n, joined, nbytes_of(from, left) + nbytes_of(from, right))];
        for (size_t i = at + 1; i + 1 < n; i++) ids[i] = ids[i + 1];
        n--;
    }
}

static void check_encoding(const tp_vocabulary *vocabulary, const made_up *from, input piece, bool whole_pieces)
{
    uint32_t expected[64], ids[64];
    if (piece.nbytes > 64) piece.nbytes = 64;
    if (piece.nbytes == 0) return;
    size_t n_expected = merge_by_list(from, piece.data, piece.nbytes, expected), n = 0, n_used = 0;
    size_t whole = find_bytes(from, from->n, piece.data, piece.nbytes);
    if (whole_pieces && whole < from->n) {
        n_expected = 1;
        expected[0] = from->ids[whole];
    }
    const uint64_t end = piece.nbytes;
    CHECK_EQ_U(tp_vocabulary_encode_split(vocabulary, NULL, piece.data, piece.nbytes, &end, 1, ids, 64, &n, &n_used,
                                          NULL), TP_OK);
    CHECK_EQ_BYTES(ids, n * sizeof *ids, expected, n_expected * sizeof *expected);
}

static void check_from_tokens(const made_up *from)
{
    tp_vocabulary *vocabulary = NULL;
    tp_error error = {TP_OK, UINT64_MAX, NULL};
    tp_status status = tp_vocabulary_from_tokens(from->text, from->nbytes, from->ends, from->ids, from->n, from->may_lack_bytes, &vocabulary,
                                                 &error);
    if (CHECK_EQ_U(status, has_fault(from) ? TP_INVALID_ARGUMENT : TP_OK) && status == TP_OK) check_tokens(vocabulary, from);
    if (status == TP_INVALID_ARGUMENT) CHECK(is_fault(from, error.offset));
    tp_vocabulary_free(vocabulary);
}

static void check_from_tokens_and_merges(const made_up *from, input piece, bool whole_pieces)
{
    tp_vocabulary *vocabulary = NULL;
    tp_error error = {TP_OK, UINT64_MAX, NULL};
    tp_status status = tp_vocabulary_from_tokens_and_merges(from->text, from->nbytes, from->ends, from->ids, from->n,
                                                            from->may_lack_bytes, from->merges, from->n_merges, whole_pieces, &vocabulary, &error);
    if (has_fault(from)) {
        CHECK(status == TP_INVALID_ARGUMENT && is_fault(from, error.offset));
    } else if (find_bad_merge(from) < from->n_merges) {
        CHECK_EQ_U(status, TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, from->n + N_BYTES + find_bad_merge(from));
    } else if (CHECK_EQ_U(status, TP_OK)) {
        tp_merge merges[MOST_MERGES];
        size_t n = 0;
        check_tokens(vocabulary, from);
        CHECK_EQ_U(tp_vocabulary_get_merges(vocabulary, merges, MOST_MERGES, &n, NULL), TP_OK);
        CHECK_EQ_BYTES(merges, n * sizeof *merges, from->merges, from->n_merges * sizeof *merges);
        check_encoding(vocabulary, from, piece, whole_pieces);
    }
    tp_vocabulary_free(vocabulary);
}

/* By the rule of who trains a merge takes ids that exist, no pair twice. */
static void check_from_merges(const made_up *from)
{
    tp_vocabulary *vocabulary = NULL;
    tp_error error = {TP_OK, UINT64_MAX, NULL};
    size_t bad = from->n_merges;
    uint64_t lengths[N_BYTES + MOST_MERGES];
    for (size_t i = 0; i < N_BYTES; i++) lengths[i] = 1;
    for (size_t i = 0; i < bad; i++) {
        tp_merge merge = from->merges[i];
        bool is_bad = merge.left >= N_BYTES + i || merge.right >= N_BYTES + i;
        for (size_t k = 0; k < i; k++) is_bad |= from->merges[k].left == merge.left && from->merges[k].right == merge.right;
        if (is_bad) bad = i;
        else lengths[N_BYTES + i] = lengths[merge.left] + lengths[merge.right];
    }
    uint64_t all = 0;
    for (size_t i = 0; i < bad; i++) all += lengths[N_BYTES + i];
    if (all > 1 << 20) return; /* tokens that double: memory, not answers */
    tp_status status = tp_vocabulary_from_merges(from->merges, from->n_merges, &vocabulary, &error);
    if (CHECK_EQ_U(status, bad < from->n_merges ? TP_INVALID_ARGUMENT : TP_OK) && status == TP_OK) {
        tp_merge merges[MOST_MERGES];
        size_t n = 0;
        CHECK_EQ_U(tp_vocabulary_get_merges(vocabulary, merges, MOST_MERGES, &n, NULL), TP_OK);
        CHECK_EQ_BYTES(merges, n * sizeof *merges, from->merges, from->n_merges * sizeof *merges);
    }
    if (status == TP_INVALID_ARGUMENT) CHECK(error.offset < from->n_merges);
    tp_vocabulary_free(vocabulary);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static made_up made;
    input in = fuzz_begin(data, nbytes);
    size_t way = take_below(&in, 8);
    made.may_lack_bytes = way >= 4;
    way %= 4;
    make_up(&made, &in);
    if (way == 0) check_from_tokens(&made);
    else if (way == 1) check_from_merges(&made);
    else check_from_tokens_and_merges(&made, in, way == 2);
    return fuzz_end();
}
