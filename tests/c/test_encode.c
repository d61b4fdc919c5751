/* Encoding against the plainest way of merging, with vocabularies that no training could have made. */
#include "base/thread.h"
#include "bpe/encode/cache.h"
#include "bpe/merge/characters.h"
#include "bpe/merge/merge.h"
#include "naive_bpe.h"
#include <stdlib.h>

static bool is_quick; /* under tools that make everything slow */

/* ---- Making vocabularies --------------------------------------------------------------------------------------------- */

static void shuffle_ids(tokens *of, uint64_t *random)
{
    for (size_t i = of->n; i-- > 1;) {
        size_t other = (size_t)random_below(random, i + 1);
        uint32_t id = of->all[i].id;
        of->all[i].id = of->all[other].id;
        of->all[other].id = id;
    }
}

/* Tokens of few different letters, so that there is much to merge, in any order of ranks; some are too long to be reached. */
static void make_up_tokens(tokens *made, uint64_t *random)
{
    size_t n_letters = 1 + (size_t)random_below(random, 3), longest = 2 + (size_t)random_below(random, MOST_TOKEN_NBYTES - 2);
    add_all_bytes(made);
    for (size_t n = (size_t)random_below(random, 80); n > 0; n--) {
        uint8_t bytes[MOST_TOKEN_NBYTES];
        size_t nbytes = 2 + (size_t)random_below(random, longest - 1);
        for (size_t i = 0; i < nbytes; i++) bytes[i] = (uint8_t)('a' + random_below(random, n_letters));
        add_token(made, bytes, nbytes);
    }
    shuffle_ids(made, random);
    uint32_t step = random_below(random, 2) == 0 ? 1 : 1 + (uint32_t)random_below(random, 1 << 20); /* ids with gaps */
    for (size_t i = 0; i < made->n; i++) made->all[i].id *= step;
}

static tp_status make_vocabulary(const tokens *from, tp_vocabulary **vocabulary, tp_error *error)
{
    static _Thread_local laid_out laid;
    lay_out(from, &laid);
    size_t nbytes = from->n == 0 ? 0 : (size_t)laid.ends[from->n - 1];
    return tp_vocabulary_from_tokens(laid.text, nbytes, laid.ends, laid.ids, from->n, false, vocabulary, error);
}

static tp_vocabulary *vocabulary_of(const tokens *from)
{
    tp_vocabulary *made = NULL;
    if (make_vocabulary(from, &made, NULL) != TP_OK) abort();
    return made;
}

/* A small one that looks trained: words of English, and what leads to them. */
static tp_vocabulary *english(void)
{
    static const char *const words[] = {"th", " t", "the", " the", "in", "an", "and", " and", "er", "ing", " th", "  ", "    "};
    tokens made;
    add_all_bytes(&made);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) add_token(&made, words[i], strlen(words[i]));
    return vocabulary_of(&made);
}

/* ---- Encoding -------------------------------------------------------------------------------------------------------- */

typedef struct encoded {
    uint32_t *ids;
    size_t n;
} encoded;

static encoded encode_all(const tp_vocabulary *vocabulary, const uint8_t *text, size_t nbytes, size_t threads)
{
    block copy = exact_copy(text, nbytes);
    encoded result = {must_allocate((nbytes + 1) * sizeof(uint32_t)), 0};
    size_t used = 0;
    CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), copy.data, nbytes, true, threads, result.ids, nbytes,
                                    &result.n, &used, NULL), TP_OK);
    CHECK_EQ_U(used, nbytes);
    free(copy.data);
    return result;
}

#define CHECK_SAME_IDS(a, na, b, nb) CHECK_EQ_BYTES((a), (na) * sizeof(uint32_t), (b), (nb) * sizeof(uint32_t))

/* Any text of these letters, with a blank now and then, so that there are pieces of all lengths. */
static block make_up_text(size_t nbytes, uint64_t *random)
{
    block text = {must_allocate(nbytes), nbytes};
    for (size_t i = 0; i < nbytes; i++) {
        text.data[i] = random_below(random, 9) == 0 ? ' ' : (uint8_t)('a' + random_below(random, 4));
    }
    return text;
}

static void check_piece(const tokens *from, const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes)
{
    uint32_t expected[300], ids[300];
    size_t n_expected = encode_naively(from, piece, nbytes, expected), n = 0, n_used = 0;
    block copy = exact_copy(piece, nbytes);
    const uint64_t end = nbytes;
    CHECK_EQ_U(tp_vocabulary_encode_split(vocabulary, NULL, copy.data, nbytes, &end, 1, ids, nbytes, &n, &n_used, NULL), TP_OK);
    CHECK_EQ_U(n_used, 1);
    CHECK_SAME_IDS(ids, n, expected, n_expected);
    CHECK_EQ_U(tp_vocabulary_encode_split(vocabulary, NULL, copy.data, nbytes, &end, 1, NULL, 0, &n, &n_used, NULL), TP_OK);
    CHECK_EQ_U(n, n_expected);
    free(copy.data);
}

static void test_random_vocabularies_encode_as_the_plain_way_does(void)
{
    uint64_t random = 1;
    for (int round = 0; round < 200; round++) {
        tokens made;
        make_up_tokens(&made, &random);
        tp_vocabulary *vocabulary = vocabulary_of(&made);
        for (int i = 0; i < 20; i++) {
            uint8_t piece[200];
            size_t nbytes = 1 + (size_t)random_below(&random, i % 4 == 0 ? sizeof piece : 20);
            for (size_t j = 0; j < nbytes; j++) piece[j] = (uint8_t)('a' + random_below(&random, 3));
            check_piece(&made, vocabulary, piece, nbytes);
        }
        tp_vocabulary_free(vocabulary);
    }
}

/* Each token is two earlier ones: in vocabularies as training makes them, or nearly, fewer pairs are kept than may merge. */
static void make_up_merged_tokens(tokens *made, const uint8_t letters[3], uint64_t *random)
{
    size_t n_letters = 1 + (size_t)random_below(random, 3);
    add_all_bytes(made);
    for (size_t n = (size_t)random_below(random, 60); n > 0; n--) {
        const token *halves[2];
        uint8_t bytes[2 * MOST_TOKEN_NBYTES];
        for (int i = 0; i < 2; i++) {
            size_t any = (size_t)random_below(random, n_letters + made->n - N_BYTES);
            halves[i] = &made->all[any < n_letters ? letters[any] : N_BYTES + any - n_letters];
        }
        memcpy(bytes, halves[0]->bytes, halves[0]->nbytes);
        memcpy(bytes + halves[0]->nbytes, halves[1]->bytes, halves[1]->nbytes);
        size_t nbytes = halves[0]->nbytes + halves[1]->nbytes;
        if (nbytes <= MOST_TOKEN_NBYTES) add_token(made, bytes, nbytes);
    }
}

static void check_pieces(const tokens *from, const tp_vocabulary *vocabulary, const uint8_t letters[3], uint64_t *random)
{
    for (int i = 0; i < 20; i++) {
        uint8_t piece[300];
        size_t nbytes = 1 + (size_t)random_below(random, i % 8 == 0 ? sizeof piece : 100);
        for (size_t j = 0; j < nbytes; j++) piece[j] = letters[random_below(random, 3)];
        check_piece(from, vocabulary, piece, nbytes);
    }
}

/* The same vocabulary by its list of merges. */
static tp_vocabulary *with_merges(const tokens *from, const tp_merge *merges, size_t n, bool whole_pieces)
{
    static laid_out laid;
    tp_vocabulary *made = NULL;
    lay_out(from, &laid);
    CHECK_EQ_U(tp_vocabulary_from_tokens_and_merges(laid.text, (size_t)laid.ends[from->n - 1], laid.ends, laid.ids, from->n, false,
                                                    merges, n, whole_pieces, &made, NULL), TP_OK);
    return made;
}

/* With the letters of ASCII pieces are merged; with those of a Japanese one, tokens are fitted. */
static void check_merged_vocabularies(const uint8_t letters[3], unsigned *n_regular)
{
    uint64_t random = 9;
    *n_regular = 0;
    for (int round = 0; round < (is_quick ? 100 : 400); round++) {
        tokens made;
        make_up_merged_tokens(&made, letters, &random);
        tp_vocabulary *vocabulary = vocabulary_of(&made);
        check_pieces(&made, vocabulary, letters, &random);
        tp_merge merges[MOST_TOKENS];
        size_t n;
        if (tp_vocabulary_get_merges(vocabulary, merges, MOST_TOKENS, &n, NULL) == TP_OK) {
            tp_vocabulary *same = with_merges(&made, merges, n, false);
            check_pieces(&made, same, letters, &random);
            tp_vocabulary_free(same);
            ++*n_regular;
        }
        CHECK_EQ_U(tp_vocabulary_get_pairs(vocabulary, merges, MOST_TOKENS, &n, NULL), TP_OK);
        tp_vocabulary *same = with_merges(&made, merges, n, true); /* whether or not each token has a merge */
        check_pieces(&made, same, letters, &random);
        tp_vocabulary_free(same);
        tp_vocabulary_free(vocabulary);
    }
}

static void test_merged_vocabularies_encode_as_the_plain_way_does(void)
{
    unsigned n_regular;
    check_merged_vocabularies((const uint8_t[]){'a', 'b', 'c'}, &n_regular);
    CHECK(n_regular > (is_quick ? 12 : 50) && n_regular < (is_quick ? 88 : 350));
    check_merged_vocabularies((const uint8_t[]){0xE3, 0x81, 0x82}, &n_regular);
    CHECK(n_regular > (is_quick ? 12 : 50) && n_regular < (is_quick ? 88 : 350));
}

/* The merges of "aaabdaaabac" that Sennrich's paper and many lessons after it have. */
/* ---- Characters of three bytes --------------------------------------------------------------------------------------- */

/* Some that are tokens, others of which two bytes are one or none, and what stands beside them. */
static size_t make_up_characters(uint8_t *text, size_t most, uint64_t *random)
{
    static const char *const others[] = {"\xE4\xB9\x81", "\xE5\xB8\x82", "\xE5\x81\x80", "\xE3\x80\x81", " ", "a", "\xC3\xA4"};
    size_t nbytes = 0, length = 1 + (size_t)random_below(random, most - 3);
    while (nbytes < length) {
        const char *other = others[random_below(random, random_below(random, 20) == 0 ? 7 : 6)];
        const uint8_t known[] = {0xE4, 0xB8, (uint8_t)(0x80 + random_below(random, 12)), 0};
        const char *chosen = random_below(random, 3) == 0 ? other : (const char *)known;
        memcpy(text + nbytes, chosen, strlen(chosen));
        nbytes += strlen(chosen);
    }
    return nbytes;
}

/* Adds a part of a text if two tokens make it: so the vocabulary is regular. */
static void add_part(tokens *made, const uint8_t *text, size_t nbytes, uint64_t *random)
{
    uint32_t ids[MOST_TOKEN_NBYTES];
    size_t start = (size_t)random_below(random, nbytes), n = 2 + (size_t)random_below(random, 7);
    if (n > nbytes - start) n = nbytes - start;
    if (n > 1 && merge_naively(made, text + start, n, ids) == 2) add_token(made, text + start, n);
}

static void make_up_tokens_of_characters(tokens *made, uint64_t *random)
{
    uint8_t text[64];
    add_all_bytes(made);
    for (unsigned last = 0x80; last <= 0xBF; last++) {
        size_t n_reserved = 2 * (0xC0 - last); /* for the other characters */
        for (size_t n = (size_t)random_below(random, 5); n > 0 && made->n + n_reserved < MOST_TOKENS; n--) {
            add_part(made, text, make_up_characters(text, sizeof text, random), random);
        }
        const uint8_t character[] = {0xE4, 0xB8, (uint8_t)last};
        uint32_t ids[3];
        if (merge_naively(made, character, 3, ids) == 3) add_token(made, character, 2);
        add_token(made, character, 3);
    }
}

static void test_characters_are_merged_as_their_bytes_are(void)
{
    uint64_t random = 17;
    size_t n_known = 0, n_by_characters = 0, n_by_bytes = 0;
    for (int round = 0; round < 60; round++) {
        tokens made;
        make_up_tokens_of_characters(&made, &random);
        tp_vocabulary *vocabulary = vocabulary_of(&made);
        n_known += vocabulary->characters != NULL;
        for (int i = 0; i < 60; i++) {
            uint8_t piece[TP_SHORT_PIECE_NBYTES];
            uint32_t expected[TP_SHORT_PIECE_NBYTES], tokens_of[TP_SHORT_PIECE_NBYTES];
            size_t nbytes = make_up_characters(piece, sizeof piece, &random);
            check_piece(&made, vocabulary, piece, nbytes);
            if (vocabulary->characters == NULL) continue;
            size_t n = tp_merge_characters(vocabulary, piece, nbytes, tokens_of);
            size_t n_expected = merge_naively(&made, piece, nbytes, expected); /* ids are the numbers of tokens */
            if (n > 0) CHECK_SAME_IDS(tokens_of, n, expected, n_expected);
            n_by_characters += n > 0;
            n_by_bytes += n == 0;
        }
        tp_vocabulary_free(vocabulary);
    }
    CHECK(n_known == 60 && n_by_characters > 300 && n_by_bytes > 300);
}

static void test_merges_of_a_known_lesson(void)
{
    const tp_merge merges[] = {{'a', 'a'}, {256, 'a'}, {257, 'b'}};
    const uint32_t expected[] = {258, 'd', 258, 'a', 'c'};
    tp_vocabulary *vocabulary = NULL;
    CHECK_EQ_U(tp_vocabulary_from_merges(merges, 3, &vocabulary, NULL), TP_OK);
    encoded found = encode_all(vocabulary, (const uint8_t *)"aaabdaaabac", 11, 1);
    CHECK_SAME_IDS(found.ids, found.n, expected, 5);
    tp_merge given[3];
    size_t n = 0;
    CHECK_EQ_U(tp_vocabulary_get_merges(vocabulary, given, 2, &n, NULL), TP_TOO_SMALL);
    CHECK_EQ_U(n, 3);
    CHECK_EQ_U(tp_vocabulary_get_merges(vocabulary, given, 3, &n, NULL), TP_OK);
    CHECK_EQ_BYTES(given, sizeof given, merges, sizeof merges);
    free(found.ids);
    tp_vocabulary_free(vocabulary);
}

static void test_lines_of_ranks_are_read(void)
{
    static const char sound[] = "IQ== 7\nYWJj  4294967294\r\nIiI= 0", *const wrong[] = {
        "IQ== 7\n= 8\n", "IQ== 7\nIQ= 8\n", "IQ== 7\nIR== 8\n", "IQ== 7\nIQ==8\n", "IQ== 7\nIQ== \n", "IQ== 7\nIQ== 8 \n",
        "IQ== 7\nIQ== 4294967295\n", "IQ== 7\nIQ== 42949672940\n", "IQ== 7\n\n", "IQ== 7\nIQ==IQ== 8\n", "IQ== 7\nI===\n"};
    uint8_t bytes[64];
    uint64_t ends[3];
    uint32_t ids[3];
    size_t n = 0;
    tp_error error;
    CHECK_EQ_U(tp_ranks_read((const uint8_t *)sound, sizeof sound - 1, bytes, ends, ids, 3, &n, NULL), TP_OK);
    CHECK_EQ_U(n, 3);
    CHECK_EQ_BYTES(bytes, ends[2], "!abc\"\"", 6);
    CHECK(ends[0] == 1 && ends[1] == 4 && ids[0] == 7 && ids[1] == 4294967294 && ids[2] == 0);
    CHECK_EQ_U(tp_ranks_read((const uint8_t *)sound, sizeof sound - 1, bytes, ends, ids, 2, &n, NULL), TP_TOO_SMALL);
    CHECK_EQ_U(tp_ranks_read(NULL, 0, bytes, ends, ids, 0, &n, NULL), TP_OK);
    CHECK_EQ_U(n, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_EQ_U(tp_ranks_read((const uint8_t *)wrong[i], strlen(wrong[i]), bytes, ends, ids, 3, &n, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, 7);
    }
}

/* The neighbours of a byte that is no token merge, as in Hugging Face's library; a piece of such bytes becomes nothing. */
static void test_bytes_that_are_no_token_are_left_out(void)
{
    tokens all, made = {0};
    add_all_bytes(&all);
    for (size_t b = 0; b < 256; b++) {
        uint8_t byte = (uint8_t)b;
        if (byte != 'x') add_token(&made, &byte, 1);
    }
    add_token(&made, "ab", 2);
    add_token(&made, "axb", 3);
    static laid_out laid;
    lay_out(&made, &laid);
    const uint32_t ab = made.all[255].id;
    const tp_merge merges[] = {{made.all['a'].id, made.all['b'].id}};
    tp_vocabulary *vocabulary = NULL;
    tp_error error = {TP_OK, 0, NULL};
    tp_status status = tp_vocabulary_from_tokens_and_merges(laid.text, (size_t)laid.ends[made.n - 1], laid.ends, laid.ids, made.n,
                                                            false, merges, 1, false, &vocabulary, &error);
    CHECK_EQ_U(status, TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, made.n + 'x');
    status = tp_vocabulary_from_tokens_and_merges(laid.text, (size_t)laid.ends[made.n - 1], laid.ends, laid.ids, made.n, true,
                                                  merges, 1, false, &vocabulary, NULL);
    if (!CHECK_EQ_U(status, TP_OK)) return;
    uint8_t text[200];
    memset(text, 'x', sizeof text);
    for (size_t nbytes = 1; nbytes <= sizeof text; nbytes += nbytes < 20 ? 1 : 45) {
        encoded found = encode_all(vocabulary, text, nbytes, 1);
        CHECK_EQ_U(found.n, 0);
        free(found.ids);
        text[0] = 'a';
        text[nbytes - 1] = 'b';
        found = encode_all(vocabulary, text, nbytes, 1);
        if (nbytes > 1) CHECK_SAME_IDS(found.ids, found.n, &ab, 1);
        free(found.ids);
        text[0] = text[nbytes - 1] = 'x';
    }
    tp_vocabulary_free(vocabulary);
}

static void test_no_text_becomes_an_empty_token(void)
{
    tokens made;
    add_all_bytes(&made);
    add_token(&made, "ab", 2);
    add_token(&made, "", 0);
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    const uint32_t ab = 256, ids[] = {256, 257};
    encoded found = encode_all(vocabulary, (const uint8_t *)"ab", 2, 1);
    CHECK_SAME_IDS(found.ids, found.n, &ab, 1);
    free(found.ids);
    uint8_t bytes[8];
    size_t nbytes = 0;
    CHECK_EQ_U(tp_vocabulary_decode(vocabulary, NULL, ids, 2, bytes, sizeof bytes, &nbytes, NULL, NULL), TP_OK);
    CHECK_EQ_BYTES(bytes, nbytes, "ab", 2);
    tp_merge merges[2];
    size_t n_merges = 0;
    CHECK_EQ_U(tp_vocabulary_get_merges(vocabulary, merges, 2, &n_merges, NULL), TP_OK);
    CHECK_EQ_U(n_merges, 1);
    tp_vocabulary_free(vocabulary);
}

/* "abc" is a token, but no merge leads to it: "ab" comes first, and "ab" "c" is not in the list. */
static void test_a_list_of_merges_decides_what_becomes_a_token(void)
{
    tokens made;
    laid_out laid;
    add_all_bytes(&made);
    add_token(&made, "ab", 2);
    add_token(&made, "bc", 2);
    add_token(&made, "abc", 3);
    lay_out(&made, &laid);
    const tp_merge merges[] = {{'a', 'b'}, {'b', 'c'}, {'a', 257}};
    const uint32_t merged[] = {256, 'c'}, whole[] = {258};
    for (int whole_pieces = 0; whole_pieces < 2; whole_pieces++) {
        tp_vocabulary *vocabulary = NULL;
        tp_status status = tp_vocabulary_from_tokens_and_merges(laid.text, (size_t)laid.ends[258], laid.ends, laid.ids, made.n, false,
                                                                merges, 3, whole_pieces == 1, &vocabulary, NULL);
        if (!CHECK_EQ_U(status, TP_OK)) return;
        encoded found = encode_all(vocabulary, (const uint8_t *)"abc", 3, 1);
        if (whole_pieces) CHECK_SAME_IDS(found.ids, found.n, whole, 1);
        else CHECK_SAME_IDS(found.ids, found.n, merged, 2);
        tp_merge given[3];
        size_t n = 0;
        CHECK_EQ_U(tp_vocabulary_get_merges(vocabulary, given, 3, &n, NULL), TP_OK);
        CHECK_EQ_BYTES(given, sizeof given, merges, sizeof merges);
        free(found.ids);
        tp_vocabulary_free(vocabulary);
    }
}

static void test_a_token_that_two_do_not_make_has_no_merge(void)
{
    tokens made;
    add_all_bytes(&made);
    add_token(&made, "abcd", 4);
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    tp_merge merge;
    tp_error error;
    size_t n;
    CHECK_EQ_U(tp_vocabulary_get_merges(vocabulary, &merge, 1, &n, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 256);
    tp_vocabulary_free(vocabulary);
}

/* ---- Stopping and going on ------------------------------------------------------------------------------------------- */

/* Encodes with room for so many ids, or as many as one piece takes, and with text that comes bit by bit. */
static size_t encode_in_steps(const tp_vocabulary *vocabulary, tp_piece_cache *cache, block text, size_t room, size_t shown,
                              uint32_t *ids)
{
    size_t done = 0, n_all = 0, end = shown < text.nbytes ? shown : text.nbytes;
    while (done < text.nbytes) {
        size_t n = 0, used = 0;
        bool is_final = end == text.nbytes;
        block rest = exact_copy(text.data + done, end - done);
        tp_status status = tp_vocabulary_encode(vocabulary, cache, tp_splitter_of(TP_PATTERN_GPT4), rest.data, rest.nbytes, is_final, 1,
                                                ids + n_all, room, &n, &used, NULL);
        if (status == TP_TOO_SMALL) {
            CHECK(n > room);
            size_t needed = n;
            status = tp_vocabulary_encode(vocabulary, cache, tp_splitter_of(TP_PATTERN_GPT4), rest.data, rest.nbytes, is_final, 1, ids + n_all,
                                          needed, &n, &used, NULL);
            CHECK(n == needed && used > 0);
        }
        free(rest.data);
        if (!CHECK_EQ_U(status, TP_OK)) break;
        done += used;
        n_all += n;
        if (used == 0) end = end + shown < text.nbytes ? end + shown : text.nbytes;
    }
    return n_all;
}

static void test_stopping_anywhere_gives_the_same_ids(void)
{
    uint64_t random = 2;
    tokens made;
    make_up_tokens(&made, &random);
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    tp_piece_cache *cache = NULL;
    CHECK_EQ_U(tp_piece_cache_new(1, &cache, NULL), TP_OK);
    block text = make_up_text(3000, &random);
    encoded whole = encode_all(vocabulary, text.data, text.nbytes, 1);
    uint32_t *ids = must_allocate(text.nbytes * sizeof *ids);
    static const size_t rooms[] = {0, 1, 2, 3, 4, 5, 7, 100, 3000}, shown[] = {1, 3, 17, 1000, 5000};
    for (size_t r = 0; r < sizeof rooms / sizeof *rooms; r++) {
        for (size_t s = 0; s < sizeof shown / sizeof *shown; s++) {
            size_t n = encode_in_steps(vocabulary, (r + s) % 2 == 0 ? cache : NULL, text, rooms[r], shown[s], ids);
            CHECK_SAME_IDS(ids, n, whole.ids, whole.n);
        }
    }
    free(ids);
    free(whole.ids);
    free(text.data);
    tp_piece_cache_free(cache);
    tp_vocabulary_free(vocabulary);
}

static void test_a_cache_forgets_another_vocabulary(void)
{
    uint64_t random = 3;
    tp_piece_cache *cache = NULL;
    CHECK_EQ_U(tp_piece_cache_new(3, &cache, NULL), TP_OK);
    block text = make_up_text(5000, &random);
    uint32_t *ids = must_allocate(text.nbytes * sizeof *ids);
    for (int i = 0; i < 10; i++) {
        tokens made;
        make_up_tokens(&made, &random);
        tp_vocabulary *vocabulary = vocabulary_of(&made);
        encoded alone = encode_all(vocabulary, text.data, text.nbytes, 1);
        size_t n = encode_in_steps(vocabulary, cache, text, text.nbytes, text.nbytes, ids);
        CHECK_SAME_IDS(ids, n, alone.ids, alone.n);
        free(alone.ids);
        tp_vocabulary_free(vocabulary);
    }
    free(ids);
    free(text.data);
    tp_piece_cache_free(cache);
}

/* Any piece, whose bytes decide its ids; some of these are large. */
static size_t make_up_piece(uint64_t seed, tp_key *key, uint32_t *ids)
{
    uint8_t text[16] = {0};
    size_t nbytes = 1 + (size_t)random_below(&seed, TP_SHORT_KEY_NBYTES);
    for (size_t i = 0; i < nbytes; i++) text[i] = (uint8_t)random_next(&seed);
    *key = tp_short_key(text, nbytes);
    seed = key->low + 3 * key->high + 1;
    size_t n = 1 + (size_t)random_below(&seed, nbytes);
    for (size_t i = 0; i < n; i++) ids[i] = (uint32_t)random_next(&seed) >> (random_below(&seed, 2) == 0 ? 0 : 12);
    return n;
}

static void test_keys_that_are_looked_for(void)
{
    uint8_t text[TP_MOST_KEYED_NBYTES];
    memset(text, 0xFF, sizeof text);
    for (size_t nbytes = 1; nbytes <= TP_MOST_KEYED_NBYTES; nbytes++) {
        tp_key key = tp_cache_key(text, nbytes), short_key = tp_short_key(text, nbytes <= TP_SHORT_KEY_NBYTES ? nbytes : 1);
        CHECK_EQ_U(key.high >> TP_LAST_BYTE_SHIFT & 0xFF, nbytes);
        if (nbytes <= TP_SHORT_KEY_NBYTES) CHECK(key.low == short_key.low && key.high == short_key.high);
    }
}

/* No half of a line looks like the key of a piece, which ends with its length, or of a longer one that is looked for. */
static bool has_no_false_key(const tp_cache_table *table)
{
    for (size_t i = 0; i < table->n_entries; i++) {
        const uint8_t *bytes = (const uint8_t *)&table->index.entries[i].key;
        uint64_t one = tp_cache_count(&table->index.entries[i & ~(size_t)1]);
        if (one > TP_CACHED_IDS && bytes[TP_SHORT_KEY_NBYTES] <= TP_MOST_KEYED_NBYTES) return false;
    }
    return true;
}

static void test_a_cache_gives_back_what_was_put(void)
{
    enum { N_SEEDS = 40000, N_PUT = 200000 };
    uint64_t random = 7;
    size_t n_found[TP_SHORT_KEY_NBYTES + 1] = {0};
    tp_cache_table table;
    tp_cache_table_init(&table, 1);
    for (size_t i = 0; i < N_PUT; i++) {
        uint64_t seed = 1 + random_below(&random, N_SEEDS);
        uint32_t ids[TP_SHORT_KEY_NBYTES], found[TP_SHORT_KEY_NBYTES];
        tp_key key;
        size_t n = make_up_piece(seed, &key, ids), n_held = tp_cache_find(&table, key, found);
        CHECK(n_held == 0 || (n_held == n && memcmp(found, ids, n * sizeof *ids) == 0));
        n_found[n_held]++;
        if (n_held == 0) tp_cache_put(&table, key, ids, n);
    }
    CHECK(has_no_false_key(&table));
    for (size_t n = 1; n <= TP_LINE_IDS; n++) CHECK(n_found[n] > 0);
    CHECK(table.n_entries > TP_FEW_ENTRIES);
    tp_cache_table_free(&table);
}

/* A piece of 16 … 256 bytes, whose bytes decide its ids. */
static size_t make_up_cached_piece(uint64_t seed, uint8_t *text, uint32_t *ids, size_t *n_ids)
{
    size_t nbytes = 16 + (size_t)random_below(&seed, TP_MOST_LONG_NBYTES - 15);
    for (size_t i = 0; i < nbytes; i++) text[i] = (uint8_t)random_next(&seed);
    *n_ids = 1 + (size_t)random_below(&seed, nbytes);
    for (size_t i = 0; i < *n_ids; i++) ids[i] = (uint32_t)random_next(&seed);
    return nbytes;
}

/* Seeds of few pieces come again soon; those of many only after the ring has turned, so that their records are overwritten. */
static void test_long_pieces_are_found_or_forgotten_but_never_wrong(void)
{
    uint64_t random = 9;
    size_t n_found = 0, n_forgotten = 0;
    tp_long_pieces pieces = {0};
    for (size_t i = 0; i < 200000; i++) {
        uint64_t seed = 1 + random_below(&random, i % 2 == 0 ? 20 : 20000);
        uint8_t text[TP_MOST_LONG_NBYTES];
        uint32_t ids[TP_MOST_LONG_NBYTES];
        size_t n_ids, n_known = 0, nbytes = make_up_cached_piece(seed, text, ids, &n_ids);
        uint64_t hash = seed % 7 == 0 ? 7 : seed; /* some have the same */
        const uint8_t *known = tp_long_pieces_find(&pieces, text, nbytes, hash, &n_known);
        CHECK(known == NULL || (n_known == n_ids && memcmp(known, ids, n_ids * sizeof *ids) == 0));
        n_found += known != NULL;
        n_forgotten += known == NULL;
        if (known != NULL) continue;
        CHECK(memcmp(tp_long_pieces_begin(&pieces, text, nbytes), text, nbytes) == 0);
        if (i % 5 != 0) tp_long_pieces_put(&pieces, nbytes, hash, ids, n_ids); /* or what was begun is given up */
    }
    CHECK(n_found > 50000 && n_forgotten > 50000);
    tp_long_pieces_free(&pieces);
}

static void use_a_cache(void *shared, size_t index)
{
    tp_piece_cache *cache = shared;
    uint64_t random = index + 1;
    for (size_t i = 0; i < 3000; i++) {
        uint64_t serial = 1 + random_below(&random, 2);
        tp_cache_table *table = tp_piece_cache_take(cache, serial);
        uint32_t ids[TP_LINE_IDS], here = (uint32_t)serial;
        const tp_key key = {1, UINT64_C(1) << TP_LAST_BYTE_SHIFT};
        size_t n = tp_cache_find(table, key, ids);
        CHECK(n == 0 || (n == 1 && ids[0] == here)); /* it holds pieces of this vocabulary alone */
        tp_cache_put(table, key, &here, 1);
        tp_piece_cache_put(cache, table);
        if (i % 100 == 0) tp_piece_cache_clear(cache);
    }
}

static void test_no_two_threads_have_the_same_table(void)
{
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    for (size_t most = 0; most < 4; most++) {
        tp_piece_cache *cache = NULL;
        CHECK_EQ_U(tp_piece_cache_new(most, &cache, NULL), TP_OK);
        tp_fork_join(use_a_cache, cache, 4);
        tp_piece_cache_free_at(&cache);
    }
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.current_bytes, before.current_bytes);
}

static void test_a_cleared_cache_has_no_memory(void)
{
    uint64_t random = 5;
    tp_vocabulary *vocabulary = english();
    block text = make_up_text(5000, &random);
    tp_piece_cache *cache = NULL;
    CHECK_EQ_U(tp_piece_cache_new(2, &cache, NULL), TP_OK);
    tp_memory_stats before, full, after;
    tp_memory_get_stats(&before);
    uint32_t *ids = must_allocate(text.nbytes * sizeof *ids);
    encode_in_steps(vocabulary, cache, text, text.nbytes, text.nbytes, ids);
    tp_memory_get_stats(&full);
    tp_piece_cache_clear(cache);
    tp_memory_get_stats(&after);
    CHECK(full.current_bytes > before.current_bytes && after.current_bytes == before.current_bytes);
    free(ids);
    free(text.data);
    tp_piece_cache_free(cache);
    tp_vocabulary_free(vocabulary);
}

/* ---- Threads --------------------------------------------------------------------------------------------------------- */

static void test_threads_share_a_text(void)
{
    uint64_t random = 4;
    tp_vocabulary *vocabulary = english();
    block text = make_up_text(500000, &random);
    encoded alone = encode_all(vocabulary, text.data, text.nbytes, 1);
    for (size_t threads = 2; threads < 9; threads += 3) {
        encoded shared = encode_all(vocabulary, text.data, text.nbytes, threads);
        CHECK_SAME_IDS(shared.ids, shared.n, alone.ids, alone.n);
        size_t n = 0, used = 0;
        CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, true, threads, NULL, 0, &n,
                                        &used, NULL), TP_OK);
        CHECK_EQ_U(n, alone.n);
        free(shared.ids);
    }
    free(alone.ids);
    free(text.data);
    tp_vocabulary_free(vocabulary);
}

typedef struct common {
    const tp_vocabulary *vocabulary;
    block text;
    encoded expected;
} common;

static void encode_in_thread(void *shared, size_t index)
{
    const common *c = shared;
    encoded found = encode_all(c->vocabulary, c->text.data, c->text.nbytes, 1 + index % 2);
    CHECK_SAME_IDS(found.ids, found.n, c->expected.ids, c->expected.n);
    free(found.ids);
}

/* One piece, so there is no place for a cut: what may go on behind the text is left for later, whoever has it. */
static void test_threads_do_not_end_a_piece_that_may_go_on(void)
{
    tp_vocabulary *vocabulary = english();
    block text = {must_allocate(1 << 19), 1 << 19};
    memset(text.data, 'a', text.nbytes);
    for (size_t threads = 1; threads < 5; threads++) {
        size_t n = 1, used = 1;
        CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, false, threads, NULL, 0,
                                        &n, &used, NULL), TP_OK);
        CHECK_EQ_U(used, 0);
        CHECK_EQ_U(n, 0);
        text.data[1 << 18] = ' '; /* now the first half is certain */
        CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, false, threads, NULL, 0,
                                        &n, &used, NULL), TP_OK);
        CHECK_EQ_U(used, 1 << 18);
        text.data[1 << 18] = 'a';
    }
    free(text.data);
    tp_vocabulary_free(vocabulary);
}

static int stop_after(void *user)
{
    size_t *n_left = user;
    return (*n_left)-- > 0;
}

/* A piece of each kind: merged by segments, by a heap, as single bytes; and many pieces. */
static void test_long_pieces_can_be_stopped(void)
{
    uint64_t random = 1;
    tokens made;
    make_up_tokens(&made, &random);
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    enum { NBYTES = 1 << 20 };
    uint32_t *ids = must_allocate(NBYTES * sizeof *ids), *stopped = must_allocate(NBYTES * sizeof *ids);
    block text = {must_allocate(NBYTES), NBYTES};
    const tp_splitter *splitter = tp_splitter_of(TP_PATTERN_GPT4);
    for (int kind = 0; kind < 4; kind++) {
        for (size_t i = 0; i < NBYTES; i++) {
            uint8_t letter = (uint8_t)('a' + random_below(&random, 3));
            text.data[i] = kind == 0 ? 'a' : kind == 1 ? letter : kind == 2 ? (uint8_t)('q' + i % 3) : i % 7 == 0 ? ' ' : letter;
        }
        size_t n, used, n_stopped = 0, n_used = 0, n_calls = 0;
        tp_error error;
        tp_status status = tp_vocabulary_encode(vocabulary, NULL, splitter, text.data, NBYTES, true, 1, ids, NBYTES, &n, &used, NULL);
        CHECK_EQ_U(status, TP_OK);
        do {
            size_t n_left = n_calls++;
            status = tp_vocabulary_encode_while(vocabulary, NULL, splitter, text.data, NBYTES, true, stopped, NBYTES, &n_stopped,
                                                &n_used, stop_after, &n_left, &error);
        } while (status == TP_CANCELLED);
        CHECK_EQ_U(status, TP_OK);
        CHECK(kind >= 2 || n_calls > 2); /* others are looked up or passed over quickly */
        CHECK_EQ_U(n_used, NBYTES);
        CHECK_SAME_IDS(ids, n, stopped, n_stopped);
        CHECK_EQ_U(tp_vocabulary_encode_while(vocabulary, NULL, splitter, text.data, NBYTES, true, NULL, 0, &n_stopped, &n_used, NULL,
                                              NULL, &error), TP_OK);
        CHECK_EQ_U(n_stopped, n);
    }
    free(text.data);
    free(ids);
    free(stopped);
    tp_vocabulary_free(vocabulary);
}

static void test_threads_share_a_vocabulary(void)
{
    uint64_t random = 5;
    tp_vocabulary *vocabulary = english();
    common c = {vocabulary, make_up_text(200000, &random), {0}};
    c.expected = encode_all(vocabulary, c.text.data, c.text.nbytes, 1);
    tp_fork_join(encode_in_thread, &c, 6);
    free(c.expected.ids);
    free(c.text.data);
    tp_vocabulary_free(vocabulary);
}

/* Names at random places, some of them side by side; what is behind the last one is left out. */
static void test_text_between_names_is_each_stretch_alone(void)
{
    enum { MOST_PLACES = 300 };
    static const uint32_t name_ids[] = {7, 1u << 31, 9};
    uint64_t random = 11;
    tp_vocabulary *vocabulary = english();
    block text = make_up_text(20000, &random);
    uint32_t *ids = must_allocate(text.nbytes * sizeof *ids), *expected = must_allocate(text.nbytes * sizeof *expected);
    tp_named_place places[MOST_PLACES];
    size_t n_places = 0, first = 5, n_ids = 0, n_expected = 0;
    for (size_t done = first; n_places < MOST_PLACES; n_places++) {
        size_t start = done + (size_t)random_below(&random, 2) * (size_t)random_below(&random, 100);
        size_t end = start + 1 + (size_t)random_below(&random, 20);
        if (end > text.nbytes) break;
        size_t name = (size_t)random_below(&random, 3);
        encoded alone = encode_all(vocabulary, text.data + done, start - done, 1);
        memcpy(expected + n_expected, alone.ids, alone.n * sizeof *ids);
        n_expected += alone.n;
        expected[n_expected++] = name_ids[name];
        free(alone.ids);
        places[n_places] = (tp_named_place){start, end, name};
        done = end;
    }
    CHECK_EQ_U(tp_vocabulary_encode_between(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, first, places,
                                            n_places, name_ids, 3, ids, text.nbytes, &n_ids, NULL), TP_OK);
    CHECK_SAME_IDS(ids, n_ids, expected, n_expected);
    CHECK_EQ_U(tp_vocabulary_encode_between(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, first, places,
                                            n_places, name_ids, 3, NULL, 0, &n_ids, NULL), TP_OK);
    CHECK_EQ_U(n_ids, n_expected);
    const tp_named_place bad[] = {{4, 6, 0}, {6, 6, 0}, {text.nbytes, text.nbytes + 1, 0}, {6, 7, 3}, {UINT64_MAX, UINT64_MAX, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const tp_named_place two[] = {places[0], bad[i]};
        tp_error error = {0};
        CHECK_EQ_U(tp_vocabulary_encode_between(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes,
                                                i < 1 ? first : 0, i < 1 ? &bad[i] : two, i < 1 ? 1 : 2, name_ids, 3, ids,
                                                text.nbytes, &n_ids, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, i < 1 ? 0 : 1);
    }
    CHECK_EQ_U(tp_vocabulary_encode_between(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, 0, places, 1,
                                            name_ids, 3, ids, text.nbytes - 1, &n_ids, NULL), TP_TOO_SMALL);
    CHECK_EQ_U(tp_vocabulary_encode_between(vocabulary, NULL, NULL, text.data, text.nbytes, 0, places, 1, name_ids, 3, ids,
                                            text.nbytes, &n_ids, NULL), TP_INVALID_ARGUMENT);
    free(ids);
    free(expected);
    free(text.data);
    tp_vocabulary_free(vocabulary);
}

/* Lines of a text, some of them empty, each as a document. */
static void test_a_batch_is_each_document_alone(void)
{
    uint64_t random = 6;
    tp_vocabulary *vocabulary = english();
    block text = make_up_text(300000, &random);
    uint64_t *ends = must_allocate(text.nbytes * sizeof *ends), *id_ends = must_allocate(text.nbytes * sizeof *id_ends);
    uint32_t *ids = must_allocate(text.nbytes * sizeof *ids);
    size_t n = 0, n_ids = 0, start = 0;
    for (size_t i = 0; i < text.nbytes; i += 1 + (size_t)random_below(&random, 100)) ends[n++] = i;
    for (size_t threads = 1; threads < 5; threads++) {
        CHECK_EQ_U(tp_vocabulary_encode_batch(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, ends, n, threads, ids,
                                              text.nbytes, id_ends, &n_ids, NULL), TP_OK);
        start = 0;
        for (size_t i = 0; i < n; i++) {
            size_t first = i == 0 ? 0 : (size_t)id_ends[i - 1];
            encoded alone = encode_all(vocabulary, text.data + start, (size_t)ends[i] - start, 1);
            CHECK_SAME_IDS(ids + first, (size_t)id_ends[i] - first, alone.ids, alone.n);
            free(alone.ids);
            start = (size_t)ends[i] + 1;
        }
        CHECK_EQ_U(n_ids, id_ends[n - 1]);
        size_t n_counted = 0;
        CHECK_EQ_U(tp_vocabulary_encode_batch(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, ends, n, threads, NULL,
                                              0, id_ends, &n_counted, NULL), TP_OK);
        CHECK_EQ_U(n_counted, n_ids);
    }
    free(ids);
    free(id_ends);
    free(ends);
    free(text.data);
    tp_vocabulary_free(vocabulary);
}

/* One document, or a long one behind short ones, that takes an id for each byte: the threads that get none take no room from it. */
static void test_a_batch_of_one_long_document_has_room_for_all_its_ids(void)
{
    tokens made;
    add_all_bytes(&made);
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    block text = {must_allocate(400000), 400000};
    uint32_t *ids = must_allocate(text.nbytes * sizeof *ids);
    memset(text.data, 'x', text.nbytes);
    for (size_t n_short = 0; n_short < 3; n_short++) {
        uint64_t ends[3] = {0, 1, 2}, id_ends[3];
        size_t n_ids = 0;
        ends[n_short] = text.nbytes;
        for (size_t threads = 1; threads < 5; threads++) {
            CHECK_EQ_U(tp_vocabulary_encode_batch(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, ends, n_short + 1,
                                                  threads, ids, text.nbytes, id_ends, &n_ids, NULL), TP_OK);
            CHECK_EQ_U(n_ids, text.nbytes - n_short);
        }
    }
    free(ids);
    free(text.data);
    tp_vocabulary_free(vocabulary);
}

/* ---- Decoding -------------------------------------------------------------------------------------------------------- */

static void check_decodes_to(const tp_vocabulary *vocabulary, encoded from, block text)
{
    size_t nbytes = 0;
    uint64_t *ends = must_allocate((from.n + 1) * sizeof *ends);
    tp_status status = tp_vocabulary_decode(vocabulary, NULL, from.ids, from.n, NULL, 0, &nbytes, ends, NULL);
    CHECK_EQ_U(status, text.nbytes == 0 ? TP_OK : TP_TOO_SMALL);
    CHECK_EQ_U(nbytes, text.nbytes);
    block decoded = {must_allocate(nbytes), nbytes};
    CHECK_EQ_U(tp_vocabulary_decode(vocabulary, NULL, from.ids, from.n, decoded.data, nbytes, &nbytes, NULL, NULL), TP_OK);
    CHECK_EQ_BYTES(decoded.data, nbytes, text.data, text.nbytes);
    if (from.n > 0) CHECK_EQ_U(ends[from.n - 1], nbytes);
    free(decoded.data);
    free(ends);
}

static void test_decoding_gives_the_text_again(void)
{
    uint64_t random = 7;
    for (size_t nbytes = 0; nbytes < 2000; nbytes += 1 + nbytes / 3) {
        tokens made;
        make_up_tokens(&made, &random);
        tp_vocabulary *vocabulary = vocabulary_of(&made);
        block text = make_up_text(nbytes, &random);
        encoded found = encode_all(vocabulary, text.data, nbytes, 1);
        check_decodes_to(vocabulary, found, text);
        free(found.ids);
        free(text.data);
        tp_vocabulary_free(vocabulary);
    }
}

static void test_an_id_that_does_not_exist_is_named_by_its_index(void)
{
    tokens made;
    add_all_bytes(&made);
    for (size_t i = 200; i < made.n; i++) made.all[i].id += 1000;
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    static const uint32_t unknown[] = {200, 1199, 1256, UINT32_MAX};
    for (size_t i = 0; i < 4; i++) {
        const uint32_t ids[] = {1200, 3, unknown[i]};
        uint8_t bytes[3];
        size_t nbytes;
        tp_error error;
        CHECK_EQ_U(tp_vocabulary_decode(vocabulary, NULL, ids, 2, bytes, 3, &nbytes, NULL, &error), TP_OK);
        CHECK_EQ_BYTES(bytes, nbytes, "\xC8\x03", 2);
        CHECK_EQ_U(tp_vocabulary_decode(vocabulary, NULL, ids, 3, bytes, 3, &nbytes, NULL, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, 2);
    }
    tp_vocabulary_free(vocabulary);
}

static void test_special_tokens_are_decoded_among_the_others(void)
{
    tokens made;
    add_all_bytes(&made);
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    static const uint64_t ends[] = {3, 18};
    static const uint32_t special_ids[] = {1000, UINT32_MAX - 1};
    const tp_vocabulary_tokens special = {(const uint8_t *)"<s><|seventeen..|>", 18, ends, special_ids, 2};
    const uint32_t ids[] = {UINT32_MAX - 1, 'a', 1000, 1000, 'b'};
    uint8_t bytes[23];
    uint64_t found[5];
    size_t nbytes;
    tp_error error;
    CHECK_EQ_U(tp_vocabulary_decode(vocabulary, &special, ids, 5, bytes, 23, &nbytes, found, NULL), TP_OK);
    CHECK_EQ_BYTES(bytes, nbytes, "<|seventeen..|>a<s><s>b", 23);
    CHECK_EQ_U(found[0], 15);
    CHECK_EQ_U(found[3], 22);
    static const uint32_t unknown[] = {999, 1001, UINT32_MAX};
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ_U(tp_vocabulary_decode(vocabulary, &special, &unknown[i], 1, bytes, 23, &nbytes, NULL, &error),
                   TP_INVALID_ARGUMENT);
    }
    tp_vocabulary_free(vocabulary);
}

/* ---- Long pieces ----------------------------------------------------------------------------------------------------- */

/* Powers of two of one letter: everything merges with everything, level by level. */
static void test_a_piece_of_a_million_equal_bytes(void)
{
    enum { N = 1000003 };
    tp_merge merges[10] = {{'x', 'x'}};
    for (uint32_t i = 1; i < 10; i++) merges[i] = (tp_merge){255 + i, 255 + i};
    tp_vocabulary *vocabulary = NULL;
    CHECK_EQ_U(tp_vocabulary_from_merges(merges, 10, &vocabulary, NULL), TP_OK);
    block text = {must_allocate(N), N};
    memset(text.data, 'x', N);
    encoded found = encode_all(vocabulary, text.data, N, 1);
    CHECK_EQ_U(found.n, 976 + 4); /* 1000003 is 976 * 1024 + 512 + 64 + 2 + 1 */
    check_decodes_to(vocabulary, found, text);
    free(found.ids);
    free(text.data);
    tp_vocabulary_free(vocabulary);
}

/* ---- Long pieces ----------------------------------------------------------------------------------------------------- */

/* Letters in any order, and rows of one of them that are longer than any token. */
static block make_up_long_piece(size_t nbytes, const uint8_t *letters, size_t n_letters, uint64_t *random)
{
    block piece = {must_allocate(nbytes), nbytes};
    for (size_t i = 0; i < nbytes;) {
        size_t n_equal = random_below(random, 200) == 0 ? 1 + (size_t)random_below(random, 3000) : 1;
        uint8_t letter = letters[random_below(random, n_letters)];
        for (; n_equal > 0 && i < nbytes; n_equal--) piece.data[i++] = letter;
    }
    return piece;
}

/* What training on a text makes: its tokens are what merging makes of their bytes. */
static tp_vocabulary *trained_on(block text, size_t n_merges)
{
    tp_merge merges[200];
    const uint64_t end = text.nbytes;
    tp_pieces *pieces = NULL;
    tp_trainer *trainer = NULL;
    tp_vocabulary *vocabulary = NULL;
    CHECK_EQ_U(tp_pieces_new(&pieces, NULL), TP_OK);
    CHECK_EQ_U(tp_pieces_add_split(pieces, text.data, text.nbytes, &end, 1, NULL), TP_OK);
    CHECK_EQ_U(tp_trainer_new(pieces, TP_TIE_RUSTBPE, &trainer, NULL), TP_OK);
    CHECK_EQ_U(tp_trainer_step(trainer, merges, n_merges, &n_merges, NULL), TP_OK);
    CHECK_EQ_U(tp_vocabulary_from_merges(merges, n_merges, &vocabulary, NULL), TP_OK);
    tp_trainer_free(trainer);
    tp_pieces_free(pieces);
    return vocabulary;
}

/* Merging all of a piece at once, the oracle here, is held against the plainest way by tests of shorter ones. */
static void check_long_piece(const tp_vocabulary *vocabulary, block piece)
{
    tp_merger merger = {0};
    uint32_t *ids = must_allocate(piece.nbytes * sizeof *ids), *expected = must_allocate(piece.nbytes * sizeof *expected);
    tp_token_sink found = {.out = ids, .capacity = piece.nbytes}, counted = {0};
    tp_token_sink wanted = {.out = expected, .capacity = piece.nbytes};
    CHECK(tp_merge_with_heap(vocabulary, &merger, piece.data, piece.nbytes, TP_NO_RANK, &wanted));
    CHECK(tp_merge_piece(vocabulary, &merger, piece.data, piece.nbytes, TP_NO_RANK, &found));
    CHECK(tp_merge_piece(vocabulary, &merger, piece.data, piece.nbytes, TP_NO_RANK, &counted));
    CHECK_SAME_IDS(ids, found.n, expected, wanted.n);
    CHECK_EQ_U(counted.n, wanted.n);
    tp_merger_free(&merger);
    free(ids);
    free(expected);
}

static void test_long_pieces_are_merged_by_segments_as_by_the_heap(void)
{
    static const uint8_t alphabets[][4] = {"ACGT", {'a', 0xE3, 0x81, 0x82}};
    uint64_t random = 10;
    for (unsigned round = 0; round < 16; round++) {
        const uint8_t *letters = alphabets[round % 2];
        size_t n_letters = 1 + (size_t)random_below(&random, 4);
        block text = make_up_long_piece(4000, letters, n_letters, &random);
        tp_vocabulary *vocabulary = trained_on(text, 1 + (size_t)random_below(&random, 200));
        CHECK(vocabulary->parts != NULL);
        for (size_t nbytes = 65; nbytes < 20000; nbytes = 2 * nbytes + (size_t)random_below(&random, 64)) {
            block piece = make_up_long_piece(nbytes, letters, n_letters, &random);
            check_long_piece(vocabulary, piece);
            free(piece.data);
        }
        free(text.data);
        tp_vocabulary_free(vocabulary);
    }
}

/* Tokens of x, xx, xxxx … up to 2^15 bytes, more than the longest segment. */
static void test_tokens_longer_than_any_segment(void)
{
    tp_merge merges[15] = {{'x', 'x'}};
    for (uint32_t i = 1; i < 15; i++) merges[i] = (tp_merge){255 + i, 255 + i};
    uint64_t random = 11;
    for (size_t n_merges = 3; n_merges <= 15; n_merges += 3) {
        tp_vocabulary *vocabulary = NULL;
        CHECK_EQ_U(tp_vocabulary_from_merges(merges, n_merges, &vocabulary, NULL), TP_OK);
        block piece = {must_allocate(100000), 100000};
        memset(piece.data, 'x', piece.nbytes);
        for (size_t n = (size_t)random_below(&random, 4); n > 0; n--) piece.data[random_below(&random, piece.nbytes)] = 'y';
        check_long_piece(vocabulary, piece);
        free(piece.data);
        tp_vocabulary_free(vocabulary);
    }
}

/* ---- What is refused ------------------------------------------------------------------------------------------------- */

static void check_refused(const tokens *from, uint64_t item)
{
    tp_vocabulary *none = NULL;
    tp_error error = {0};
    CHECK_EQ_U(make_vocabulary(from, &none, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, item);
    CHECK(none == NULL);
}

static void test_bad_tokens_are_named(void)
{
    tokens made;
    add_all_bytes(&made);
    made.all[256] = (token){.bytes = "ab", .nbytes = 2, .id = 300};
    made.all[257] = (token){.bytes = "ab", .nbytes = 2, .id = 299};
    made.n = 258;
    check_refused(&made, 257);
    made.all[257] = (token){.bytes = "ac", .nbytes = 2, .id = 7};
    check_refused(&made, 257);
    made.n = 257;
    made.all[5] = (token){.bytes = "xyz", .nbytes = 3, .id = 5};
    check_refused(&made, 257 + 5);
    made.n = 0;
    check_refused(&made, 0);
}

static void test_bad_merges_are_named(void)
{
    const tp_merge cases[][2] = {{{'a', 'b'}, {257, 'c'}}, {{'a', 'b'}, {'a', 'b'}}, {{'a', 'b'}, {'c', UINT32_MAX}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tp_vocabulary *none = NULL;
        tp_error error;
        CHECK_EQ_U(tp_vocabulary_from_merges(cases[i], 2, &none, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, 1);
        CHECK(none == NULL);
    }
}

/* Sixty merges could make a token of 2^60 bytes. */
static void test_tokens_that_double_are_refused(void)
{
    tp_merge merges[60] = {{'x', 'x'}};
    for (uint32_t i = 1; i < 60; i++) merges[i] = (tp_merge){255 + i, 255 + i};
    tp_vocabulary *none = NULL;
    CHECK_EQ_U(tp_vocabulary_from_merges(merges, 60, &none, NULL), TP_TOO_LARGE);
}

static void test_bad_ends_and_patterns_are_refused(void)
{
    tp_vocabulary *vocabulary = english();
    const uint64_t ends[] = {1, 3, 2}, beyond[] = {1, 5};
    uint64_t id_ends[3];
    uint32_t ids[4];
    size_t n, used;
    tp_error error;
    const uint8_t *text = (const uint8_t *)"a cd";
    CHECK_EQ_U(tp_vocabulary_encode_split(vocabulary, NULL, text, 4, ends, 3, ids, 4, &n, &used, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 2);
    CHECK_EQ_U(tp_vocabulary_encode_split(vocabulary, NULL, text, 4, beyond, 2, ids, 4, &n, &used, &error),
               TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(tp_vocabulary_encode_batch(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text, 4, ends, 3, 1, ids, 4, id_ends, &n, &error),
               TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 2);
    CHECK_EQ_U(tp_vocabulary_encode_batch(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text, 4, ends, 2, 1, ids, 3, id_ends, &n, &error),
               TP_TOO_SMALL);
    static const tp_pattern none[] = {TP_PATTERN_NONE, (tp_pattern)(TP_PATTERN_DEEPSEEK3 + 1), (tp_pattern)99};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK_EQ_U(tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(none[i]), text, 4, true, 1, ids, 4, &n, &used, &error),
                   TP_INVALID_ARGUMENT);
        CHECK_EQ_U(tp_vocabulary_encode_batch(vocabulary, NULL, tp_splitter_of(none[i]), text, 4, ends, 1, 1, ids, 4, id_ends, &n, &error),
                   TP_INVALID_ARGUMENT);
    }
    tp_vocabulary_free(vocabulary);
}

/* A pattern that may match nothing gives many. */
static void test_empty_pieces_have_no_ids(void)
{
    tp_vocabulary *vocabulary = english();
    const uint64_t ends[] = {0, 0, 3, 3, 4, 4};
    uint32_t ids[4];
    size_t n, n_used;
    CHECK_EQ_U(tp_vocabulary_encode_split(vocabulary, NULL, (const uint8_t *)"thex", 4, ends, 6, ids, 4, &n, &n_used, NULL), TP_OK);
    CHECK_EQ_U(n_used, 6);
    CHECK_EQ_U(n, 2);
    CHECK_EQ_U(ids[1], 'x');
    tp_vocabulary_free(vocabulary);
}

/* ---- Memory ---------------------------------------------------------------------------------------------------------- */

/* Makes a vocabulary of each kind and encodes with it, long pieces and by threads, refusing the nth allocation: TP_NO_MEMORY,
 * or the answer. False once it was not refused. */
static bool runs_without(uint64_t nth, const tokens *from, block text, encoded expected)
{
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    tp_vocabulary *vocabulary = NULL;
    size_t n = 0, used = 0;
    uint32_t *ids = must_allocate(text.nbytes * sizeof *ids);
    tp_memory_fail_at(nth);
    tp_status status = make_vocabulary(from, &vocabulary, NULL);
    CHECK((status == TP_OK) == (vocabulary != NULL));
    if (status == TP_OK) {
        status = tp_vocabulary_encode(vocabulary, NULL, tp_splitter_of(TP_PATTERN_GPT4), text.data, text.nbytes, true, 2, ids, text.nbytes, &n,
                                      &used, NULL);
        if (status == TP_OK) CHECK_SAME_IDS(ids, n, expected.ids, expected.n);
    }
    tp_memory_fail_at(0);
    CHECK(status == TP_OK || status == TP_NO_MEMORY);
    tp_vocabulary_free(vocabulary);
    free(ids);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
    CHECK_EQ_U(after.current_bytes, before.current_bytes);
    return status != TP_OK;
}

static void test_every_refused_allocation_is_told(void)
{
    enum { MORE_THAN_THERE_ARE = 60 };
    uint64_t random = 8;
    tokens made;
    make_up_tokens(&made, &random);
    block text = make_up_text(150000, &random);
    memset(text.data + 50, 'b', 300); /* a long piece */
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    encoded expected = encode_all(vocabulary, text.data, text.nbytes, 1);
    unsigned n_refused = 0;
    for (uint64_t nth = 1; nth < MORE_THAN_THERE_ARE; nth++) n_refused += runs_without(nth, &made, text, expected);
    CHECK(n_refused >= 12);
    free(expected.ids);
    free(text.data);
    tp_vocabulary_free(vocabulary);
}

static void test_every_refused_allocation_of_a_tree_is_told(void)
{
    tokens made;
    add_all_bytes(&made);
    for (unsigned i = 0; i < 64; i++) add_token(&made, (const uint8_t[]){0xE3, 0x81, (uint8_t)(0x80 + i)}, 2 + i % 2);
    uint8_t bytes[48];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t[]){0xE3, 0x81, 0x81}[i % 3];
    for (size_t nbytes = 6; nbytes <= MOST_TOKEN_NBYTES; nbytes *= 2) add_token(&made, bytes, nbytes);
    block text = exact_copy(bytes, sizeof bytes);
    tp_vocabulary *vocabulary = vocabulary_of(&made);
    encoded expected = encode_all(vocabulary, text.data, text.nbytes, 1);
    CHECK_EQ_U(expected.n, 2);
    unsigned n_refused = 0;
    for (uint64_t nth = 1; nth < 40; nth++) n_refused += runs_without(nth, &made, text, expected);
    CHECK(n_refused > 15);
    free(expected.ids);
    free(text.data);
    tp_vocabulary_free(vocabulary);
}

static void test_every_refused_allocation_of_merges_is_told(void)
{
    const tp_merge merges[] = {{'a', 'b'}, {256, 'c'}};
    tokens made;
    laid_out laid;
    add_all_bytes(&made);
    add_token(&made, "ab", 2);
    add_token(&made, "abc", 3);
    lay_out(&made, &laid);
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    unsigned n_refused = 0;
    for (uint64_t nth = 1; nth < 40; nth++) {
        tp_vocabulary *one = NULL, *other = NULL;
        tp_piece_cache *cache = NULL;
        tp_memory_fail_at(nth);
        tp_status status = tp_vocabulary_from_merges(merges, 2, &one, NULL);
        if (status == TP_OK) {
            status = tp_vocabulary_from_tokens_and_merges(laid.text, (size_t)laid.ends[257], laid.ends, laid.ids, made.n, false,
                                                          merges, 2, false, &other, NULL);
        }
        if (status == TP_OK) status = tp_piece_cache_new(2, &cache, NULL);
        tp_memory_fail_at(0);
        CHECK(status == TP_OK || status == TP_NO_MEMORY);
        n_refused += status == TP_NO_MEMORY;
        tp_vocabulary_free_at(&one);
        tp_vocabulary_free_at(&other);
        tp_piece_cache_free_at(&cache);
        tp_memory_get_stats(&after);
        CHECK_EQ_U(after.current_bytes, before.current_bytes);
    }
    CHECK(n_refused >= 20 && n_refused < 39);
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_random_vocabularies_encode_as_the_plain_way_does);
    RUN(test_merged_vocabularies_encode_as_the_plain_way_does);
    RUN(test_characters_are_merged_as_their_bytes_are);
    RUN(test_merges_of_a_known_lesson);
    RUN(test_lines_of_ranks_are_read);
    RUN(test_bytes_that_are_no_token_are_left_out);
    RUN(test_no_text_becomes_an_empty_token);
    RUN(test_a_list_of_merges_decides_what_becomes_a_token);
    RUN(test_a_token_that_two_do_not_make_has_no_merge);
    RUN(test_stopping_anywhere_gives_the_same_ids);
    RUN(test_a_cache_forgets_another_vocabulary);
    RUN(test_a_cache_gives_back_what_was_put);
    RUN(test_long_pieces_are_found_or_forgotten_but_never_wrong);
    RUN(test_no_two_threads_have_the_same_table);
    RUN(test_a_cleared_cache_has_no_memory);
    RUN(test_threads_share_a_text);
    RUN(test_threads_do_not_end_a_piece_that_may_go_on);
    RUN(test_long_pieces_can_be_stopped);
    RUN(test_threads_share_a_vocabulary);
    RUN(test_text_between_names_is_each_stretch_alone);
    RUN(test_a_batch_is_each_document_alone);
    RUN(test_a_batch_of_one_long_document_has_room_for_all_its_ids);
    RUN(test_decoding_gives_the_text_again);
    RUN(test_an_id_that_does_not_exist_is_named_by_its_index);
    RUN(test_special_tokens_are_decoded_among_the_others);
    RUN(test_keys_that_are_looked_for);
    RUN(test_a_piece_of_a_million_equal_bytes);
    RUN(test_long_pieces_are_merged_by_segments_as_by_the_heap);
    RUN(test_tokens_longer_than_any_segment);
    RUN(test_bad_tokens_are_named);
    RUN(test_bad_merges_are_named);
    RUN(test_tokens_that_double_are_refused);
    RUN(test_bad_ends_and_patterns_are_refused);
    RUN(test_empty_pieces_have_no_ids);
    RUN(test_every_refused_allocation_is_told);
    RUN(test_every_refused_allocation_of_a_tree_is_told);
    RUN(test_every_refused_allocation_of_merges_is_told);
    return tests_done();
}
