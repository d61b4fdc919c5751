/* Vocabularies that nobody has trained: encoding is held against the plainest way of merging, decoding against the text. */
#include "fuzz.h"
#include "naive_bpe.h"
#include "naive_utf8.h"

enum { MOST_NBYTES = 128 }; /* of text: the plain way is slow */

/* Tokens of few letters, some of them made of two earlier ones; ids in any order and with gaps. With many tokens that are not
 * ASCII, long pieces are not merged. */
static void make_up_tokens(tokens *made, input *in)
{
    static const uint8_t alphabets[2][11] = {"ab 'c\n1\xC3\xA4.", "\xE3\x81\x82\x84\xE6\xC3\xA4 a."};
    size_t n = take_below(in, 48), n_letters = 1 + take_below(in, sizeof *alphabets - 1);
    uint8_t order = take_byte(in);
    const uint8_t *letters = alphabets[order >> 7];
    add_all_bytes(made);
    for (size_t i = 0; i < n; i++) {
        uint8_t bytes[2 * MOST_TOKEN_NBYTES], how = take_byte(in);
        size_t nbytes = 0;
        if (how % 2 == 0) { /* two tokens, those of more than a byte first */
            for (int half = 0; half < 2; half++) {
                size_t any = take_below(in, 64), n_longer = made->n - N_BYTES;
                const token *taken = any < n_longer ? &made->all[N_BYTES + any] : &made->all[letters[any % n_letters]];
                memcpy(bytes + nbytes, taken->bytes, taken->nbytes);
                nbytes += taken->nbytes;
            }
        } else {
            size_t length = 2 + (how >> 1) % 9;
            while (nbytes < length) bytes[nbytes++] = letters[take_below(in, n_letters)];
        }
        if (nbytes <= MOST_TOKEN_NBYTES) add_token(made, bytes, nbytes);
    }
    for (size_t i = made->n; order % 2 == 1 && i-- > N_BYTES;) { /* any rank for those of more than a byte */
        size_t other = take_below(in, i + 1 < 256 ? i + 1 : 256);
        uint32_t id = made->all[i].id;
        made->all[i].id = made->all[other].id;
        made->all[other].id = id;
    }
    uint32_t step = order % 4 < 2 ? 1 : (uint32_t)order << 12 | 1;
    for (size_t i = 0; i < made->n; i++) made->all[i].id *= step;
}

/* ---- Encoding ---------------------------------------------------------------------------------------------------- */

#define CHECK_SAME_IDS(a, na, b, nb) CHECK_EQ_BYTES((a), (na) * sizeof(uint32_t), (b), (nb) * sizeof(uint32_t))

static void check_decoding(const tp_vocabulary *vocabulary, input text, const uint32_t *ids, size_t n)
{
    size_t nbytes = 0;
    uint64_t *ends = must_allocate((n + 1) * sizeof *ends);
    block decoded = {must_allocate(text.nbytes), text.nbytes};
    CHECK_EQ_U(tp_vocabulary_decode(vocabulary, NULL, ids, n, decoded.data, text.nbytes, &nbytes, ends, NULL), TP_OK);
    CHECK_EQ_BYTES(decoded.data, nbytes, text.data, text.nbytes);
    if (n > 0) CHECK_EQ_U(ends[n - 1], text.nbytes);
    free(decoded.data);
    free(ends);
}

/* With room for so many ids at a time, or what one piece needs; all that is left is shown each time. */
static size_t encode_in_steps(const tp_vocabulary *vocabulary, tp_pattern pattern, input text, size_t room, uint32_t *ids)
{
    size_t n = 0, done = 0, step = room;
    tp_piece_cache *cache = NULL;
    CHECK_EQ_U(tp_piece_cache_new(1, &cache, NULL), TP_OK);
    while (done < text.nbytes) {
        size_t n_more = 0, used = 0;
        block rest = exact_copy(text.data + done, text.nbytes - done);
        tp_status status = tp_vocabulary_encode_while(vocabulary, cache, tp_splitter_of(pattern), rest.data, rest.nbytes, true, ids + n,
                                                      step, &n_more, &used, NULL, NULL, NULL);
        free(rest.data);
        if (!CHECK(status == TP_OK ? used > 0 && n_more <= step : status == TP_TOO_SMALL && n_more > step)) break;
        step = status == TP_OK ? room : n_more;
        if (status != TP_OK) continue;
        n += n_more;
        done += used;
    }
    tp_piece_cache_free(cache);
    return n;
}

/* The pieces of a text, and the ids that they become by the plain way. */
typedef struct answer {
    uint64_t *ends;
    uint32_t *ids;
    size_t n_pieces, n;
} answer;

static answer encode_text_naively(const tokens *from, tp_pattern pattern, input text)
{
    answer found = {must_allocate(text.nbytes * sizeof(uint64_t)), must_allocate(text.nbytes * sizeof(uint32_t)), 0, 0};
    size_t start = 0;
    found.n_pieces = tp_split(tp_splitter_of(pattern), text.data, text.nbytes, true, found.ends, text.nbytes);
    for (size_t i = 0; i < found.n_pieces; start = (size_t)found.ends[i++]) {
        found.n += encode_naively(from, text.data + start, (size_t)found.ends[i] - start, found.ids + found.n);
    }
    return found;
}

/* What is not UTF-8 may be split in another way from another place on: then the ids need only stand for the same bytes. */
static void check_text(const tp_vocabulary *vocabulary, const tokens *from, tp_pattern pattern, input text, size_t room)
{
    bool is_text = naive_validate(text.data, text.nbytes) == text.nbytes;
    size_t n = 0, used = 0;
    answer expected = encode_text_naively(from, pattern, text);
    uint32_t *ids = must_allocate((text.nbytes + room) * sizeof *ids);
    CHECK_EQ_U(tp_vocabulary_encode_split(vocabulary, NULL, text.data, text.nbytes, expected.ends, expected.n_pieces, ids,
                                          text.nbytes, &n, &used, NULL), TP_OK);
    CHECK_EQ_U(used, expected.n_pieces);
    CHECK_SAME_IDS(ids, n, expected.ids, expected.n);
    CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(pattern), text.data, text.nbytes, true, 1, ids, text.nbytes, &n, &used,
                                    NULL), TP_OK);
    CHECK_EQ_U(used, text.nbytes);
    check_decoding(vocabulary, text, ids, n);
    if (is_text) {
        CHECK_SAME_IDS(ids, n, expected.ids, expected.n);
        CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(pattern), text.data, text.nbytes, true, 1, NULL, 0, &n, &used, NULL),
                   TP_OK);
        CHECK_EQ_U(n, expected.n);
        n = encode_in_steps(vocabulary, pattern, text, room, ids);
        CHECK_SAME_IDS(ids, n, expected.ids, expected.n);
    }
    free(ids);
    free(expected.ids);
    free(expected.ends);
}

/* Each line as if alone, with the id of a name in place of its end. */
static void check_between(const tp_vocabulary *vocabulary, tp_pattern pattern, input text)
{
    static const uint32_t name_ids[] = {123456};
    tp_named_place places[MOST_NBYTES];
    uint32_t ids[MOST_NBYTES], expected[MOST_NBYTES];
    size_t n_places = 0, n = 0, n_expected = 0, start = 0, used = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        if (text.data[i] != '\n') continue;
        places[n_places++] = (tp_named_place){i, i + 1, 0};
        CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(pattern), text.data + start, i - start, true, 1,
                                        expected + n_expected, MOST_NBYTES - n_expected, &n, &used, NULL), TP_OK);
        n_expected += n;
        expected[n_expected++] = name_ids[0];
        start = i + 1;
    }
    CHECK_EQ_U(tp_vocabulary_encode_between(vocabulary, NULL, tp_splitter_of(pattern), text.data, text.nbytes, 0, places, n_places,
                                            name_ids, 1, ids, MOST_NBYTES, &n, NULL), TP_OK);
    CHECK_SAME_IDS(ids, n, expected, n_expected);
}

/* Each line as if alone. */
static void check_batch(const tp_vocabulary *vocabulary, const tokens *from, tp_pattern pattern, input text, size_t threads)
{
    uint64_t ends[MOST_NBYTES + 1], id_ends[MOST_NBYTES + 1];
    uint32_t ids[MOST_NBYTES];
    size_t n_documents = 0, n = 0, start = 0, id_start = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        if (text.data[i] == '\n') ends[n_documents++] = i;
    }
    ends[n_documents++] = text.nbytes;
    CHECK_EQ_U(tp_vocabulary_encode_batch(vocabulary, NULL, tp_splitter_of(pattern), text.data, text.nbytes, ends, n_documents, threads, ids,
                                          MOST_NBYTES, id_ends, &n, NULL), TP_OK);
    for (size_t i = 0; i < n_documents; i++) {
        answer expected = encode_text_naively(from, pattern, (input){text.data + start, (size_t)ends[i] - start});
        CHECK_SAME_IDS(ids + id_start, (size_t)id_ends[i] - id_start, expected.ids, expected.n);
        free(expected.ids);
        free(expected.ends);
        start = (size_t)ends[i] + 1;
        id_start = (size_t)id_ends[i];
    }
    CHECK_EQ_U(n, id_start);
}

/* Any ids: decoded as far as all exist, and otherwise the first one that does not is named. */
static void check_any_ids(const tp_vocabulary *vocabulary, const tokens *from, input *in)
{
    uint32_t ids[8];
    uint8_t bytes[8 * MOST_TOKEN_NBYTES];
    size_t first_unknown = 8, nbytes = 0;
    for (size_t i = 0; i < 8; i++) {
        uint8_t any = take_byte(in);
        ids[i] = any == 0xFF ? (uint32_t)take_number(in, 4) : from->all[(N_BYTES + (size_t)any) % from->n].id;
        bool is_known = false;
        for (size_t t = 0; t < from->n; t++) is_known |= from->all[t].id == ids[i];
        if (!is_known && first_unknown == 8) first_unknown = i;
    }
    tp_error error = {TP_OK, 8, NULL};
    tp_status status = tp_vocabulary_decode(vocabulary, NULL, ids, 8, bytes, sizeof bytes, &nbytes, NULL, &error);
    CHECK_EQ_U(status, first_unknown == 8 ? TP_OK : TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, first_unknown);
}

/* If merges say the same as the tokens, a vocabulary of both encodes the same. */
static void check_merges(const tp_vocabulary *vocabulary, const tokens *from, const laid_out *laid, tp_pattern pattern,
                         input text, size_t room)
{
    tp_merge merges[MOST_TOKENS];
    size_t n = 0;
    tp_vocabulary *other = NULL;
    if (tp_vocabulary_get_merges(vocabulary, merges, MOST_TOKENS, &n, NULL) != TP_OK) return;
    CHECK_EQ_U(n, from->n - N_BYTES);
    CHECK_EQ_U(tp_vocabulary_from_tokens_and_merges(laid->text, (size_t)laid->ends[from->n - 1], laid->ends, laid->ids, from->n, false,
                                                    merges, n, room % 2 == 0, &other, NULL), TP_OK);
    if (other != NULL) check_text(other, from, pattern, text, room);
    tp_vocabulary_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static tokens made;
    static laid_out laid;
    input in = fuzz_begin(data, nbytes);
    make_up_tokens(&made, &in);
    lay_out(&made, &laid);
    tp_vocabulary *vocabulary = NULL;
    CHECK_EQ_U(tp_vocabulary_from_tokens(laid.text, (size_t)laid.ends[made.n - 1], laid.ends, laid.ids, made.n, false,
                                         &vocabulary, NULL), TP_OK);
    if (vocabulary != NULL) {
        tp_pattern pattern = (tp_pattern)(1 + take_below(&in, TP_PATTERN_DEEPSEEK3));
        size_t room = take_below(&in, 32);
        check_any_ids(vocabulary, &made, &in);
        if (in.nbytes > MOST_NBYTES) in.nbytes = MOST_NBYTES;
        check_text(vocabulary, &made, pattern, in, room);
        if (naive_validate(in.data, in.nbytes) == in.nbytes) {
            check_batch(vocabulary, &made, pattern, in, 1 + room % 3);
            check_between(vocabulary, pattern, in);
        }
        check_merges(vocabulary, &made, &laid, pattern, in, room);
        tp_vocabulary_free(vocabulary);
    }
    return fuzz_end();
}
