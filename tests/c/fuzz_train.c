/* Training on any pieces, in steps, by both ways to break ties, against the plain way; and a vocabulary of its merges, which
 * encodes each piece as the training left it. */
#define MAX_TOKENS 300
#define MAX_TEXT 512

#include "fuzz.h"
#include "naive_trainer.h"
#include "naive_utf8.h"

enum { MOST_MERGES = MAX_TOKENS - 256 };

/* A piece behind each byte that says how long it is; the last one has the rest. */
static void make_up_pieces(sample *made, input in)
{
    memset(made, 0, sizeof *made);
    while (in.nbytes > 0 && made->nbytes + 40 < MAX_TEXT) {
        input piece = take_bytes(&in, take_below(&in, 40));
        if (piece.nbytes > 0) add_piece(made, piece.data, piece.nbytes);
    }
}

/* The lines of a text, each a document, and the pieces into which a pattern splits them. */
static void split_lines(sample *made, input text, tp_pattern pattern, uint64_t *line_ends, size_t *n_lines)
{
    size_t start = 0;
    memset(made, 0, sizeof *made);
    *n_lines = 0;
    for (size_t i = 0; i <= text.nbytes; i++) {
        if (i < text.nbytes && text.data[i] != '\n') continue;
        uint64_t ends[MAX_TEXT];
        size_t n = tp_split(tp_splitter_of(pattern), text.data + start, i - start, true, ends, i - start), from = 0;
        for (size_t k = 0; k < n; from = (size_t)ends[k++]) {
            add_piece(made, text.data + start + from, (size_t)ends[k] - from);
        }
        line_ends[(*n_lines)++] = i;
        start = i + 1;
    }
}

/* ---- Training ---------------------------------------------------------------------------------------------------- */

static size_t train(tp_pieces *pieces, tp_tie_break tie_break, size_t step, tp_merge *merges)
{
    tp_trainer *trainer = NULL;
    size_t n = 0, n_made = step;
    CHECK_EQ_U(tp_trainer_new(pieces, tie_break, &trainer, NULL), TP_OK);
    while (trainer != NULL && n < MOST_MERGES && n_made == step) {
        if (step > MOST_MERGES - n) step = MOST_MERGES - n;
        if (!CHECK_EQ_U(tp_trainer_step(trainer, merges + n, step, &n_made, NULL), TP_OK)) break;
        n += n_made;
    }
    tp_trainer_free(trainer);
    return n;
}

/* All pieces in the tokens that the merges, done one after the other everywhere, turn them into. */
static void check_encoding(const sample *from, const tp_merge *merges, size_t n_merges)
{
    static naive all;
    tp_vocabulary *vocabulary = NULL;
    naive_fill(&all, from);
    for (size_t i = 0; i < n_merges; i++) naive_merge(&all, merges[i]);
    if (!CHECK_EQ_U(tp_vocabulary_from_merges(merges, n_merges, &vocabulary, NULL), TP_OK)) return;
    uint32_t ids[MAX_TEXT];
    size_t n = 0, n_used = 0, n_expected = 0;
    CHECK_EQ_U(tp_vocabulary_encode_split(vocabulary, NULL, from->text, from->nbytes, from->ends, from->n, ids, MAX_TEXT, &n,
                                          &n_used, NULL), TP_OK);
    for (size_t i = 0; i < all.n; i++) {
        if (all.tokens[i] != NOTHING) all.tokens[n_expected++] = all.tokens[i];
    }
    CHECK_EQ_BYTES(ids, n * sizeof *ids, all.tokens, n_expected * sizeof *ids);
    tp_vocabulary_free(vocabulary);
}

static void check_training(tp_pieces *pieces, const sample *from, tp_tie_break tie_break, size_t step)
{
    tp_merge expected[MOST_MERGES], made[MOST_MERGES];
    size_t n_expected = naive_train(from, tie_break, expected, MOST_MERGES), n = train(pieces, tie_break, step, made);
    if (CHECK_EQ_BYTES(made, n * sizeof *made, expected, n_expected * sizeof *expected)) check_encoding(from, made, n);
}

/* Merges that need not be those of a training, and limits. */
static void check_training_on(tp_pieces *pieces, const sample *from, tp_tie_break tie_break, input in)
{
    tp_merge expected[MOST_MERGES], made[MOST_MERGES];
    naive_limits limits = {take_below(&in, 8), 1 + take_below(&in, 16)};
    size_t n_given = take_below(&in, MOST_MERGES), n_made = 0, n_further = 0;
    for (size_t i = 0; i < n_given; i++) {
        uint32_t left = (uint32_t)(take_number(&in, 2) % (256 + i)), right = (uint32_t)(take_number(&in, 2) % (256 + i));
        expected[i] = made[i] = (tp_merge){left, right};
    }
    size_t n_expected = naive_train_on(from, tie_break, limits, expected, n_given, MOST_MERGES);
    tp_trainer *trainer = NULL;
    if (!CHECK_EQ_U(tp_trainer_new(pieces, tie_break, &trainer, NULL), TP_OK)) return;
    CHECK_EQ_U(tp_trainer_replay(trainer, made, n_given, &n_made, NULL), TP_OK);
    tp_trainer_set_limits(trainer, limits.least_count, limits.most_nbytes);
    CHECK_EQ_U(tp_trainer_step(trainer, made + n_given, MOST_MERGES - n_given, &n_further, NULL), TP_OK);
    CHECK_EQ_BYTES(made, (n_made + n_further) * sizeof *made, expected, n_expected * sizeof *expected);
    tp_trainer_free(trainer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static sample made;
    input in = fuzz_begin(data, nbytes);
    size_t way = take_below(&in, 3), step = 1 + take_below(&in, MOST_MERGES);
    tp_pattern pattern = (tp_pattern)(1 + take_below(&in, TP_PATTERN_DEEPSEEK3));
    tp_pieces *pieces = NULL;
    uint64_t line_ends[MAX_TEXT];
    size_t n_lines, used = 0;
    CHECK_EQ_U(tp_pieces_new(&pieces, NULL), TP_OK);
    if (in.nbytes > MAX_TEXT / 2) in.nbytes = MAX_TEXT / 2;
    if (way == 0 || naive_validate(in.data, in.nbytes) != in.nbytes) {
        make_up_pieces(&made, in);
        CHECK_EQ_U(tp_pieces_add_split(pieces, made.text, made.nbytes, made.ends, made.n, NULL), TP_OK);
    } else if (way == 1) {
        split_lines(&made, in, pattern, line_ends, &n_lines);
        CHECK_EQ_U(tp_pieces_add_documents(pieces, tp_splitter_of(pattern), in.data, in.nbytes, line_ends, n_lines, 1, NULL), TP_OK);
    } else {
        memset(&made, 0, sizeof made);
        made.nbytes = in.nbytes;
        if (in.nbytes > 0) memcpy(made.text, in.data, in.nbytes);
        made.n = tp_split(tp_splitter_of(pattern), made.text, made.nbytes, true, made.ends, MAX_TEXT);
        CHECK_EQ_U(tp_pieces_add(pieces, tp_splitter_of(pattern), in.data, in.nbytes, true, 1, &used, NULL), TP_OK);
        CHECK_EQ_U(used, in.nbytes);
    }
    const tp_tie_break tie_break = step % 2 == 0 ? TP_TIE_RUSTBPE : TP_TIE_HF;
    check_training(pieces, &made, tie_break, step);
    check_training_on(pieces, &made, tie_break, in);
    tp_pieces_free(pieces);
    return fuzz_end();
}
