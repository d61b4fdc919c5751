/* Lexicons of any words, ends and weights: refused where a naive look at them says so, lowered otherwise; and looked up. */
#include <math.h>

#include "fuzz.h"
#include "naive_utf8.h"
#include "support.h"
#include "unicode/words.h"

enum { MOST_WORDS = 12, MOST_NBYTES = 4096 };

typedef struct made_up {
    uint64_t ends[MOST_WORDS];
    double weights[MOST_WORDS];
    size_t n;
} made_up;

static made_up make_up(input *in)
{
    static const double weights[] = {1, -2.5, 0, INFINITY, NAN};
    made_up made = {.n = take_below(in, MOST_WORDS + 1)};
    uint64_t end = 0;
    for (size_t i = 0; i < made.n; i++) {
        uint8_t step = take_byte(in);
        end = step == 0xFF ? take_number(in, 8) : end + step % 16;
        made.ends[i] = end;
        step = take_byte(in);
        made.weights[i] = weights[step < 250 ? step % 3 : step % 5];
    }
    return made;
}

/* The lowered words so far, each followed by '\n'. */
typedef struct lowered {
    uint8_t text[MOST_NBYTES * 2];
    uint64_t ends[MOST_WORDS];
    size_t n;
} lowered;

static size_t start_of(const lowered *all, size_t i) { return i == 0 ? 0 : (size_t)all->ends[i - 1] + 1; }

/* Appends a word; false if it is there already. */
static bool append(lowered *all, const uint8_t *word, size_t nbytes)
{
    size_t start = start_of(all, all->n), lowered_nbytes = tp_lower_word(word, nbytes, TP_UNICODE_NEWEST, all->text + start);
    all->ends[all->n++] = start + lowered_nbytes;
    all->text[start + lowered_nbytes] = '\n';
    for (size_t i = 0; i + 1 < all->n; i++) {
        bool is_as_long = all->ends[i] - start_of(all, i) == lowered_nbytes;
        if (is_as_long && memcmp(all->text + start_of(all, i), all->text + start, lowered_nbytes) == 0) return false;
    }
    return true;
}

/* The number of the first bad word, or how many there are. */
static size_t lower_naively(const made_up *from, input text, lowered *all)
{
    all->n = 0;
    for (size_t i = 0; i < from->n; i++) {
        uint64_t start = i == 0 ? 0 : from->ends[i - 1] + 1, end = from->ends[i];
        if (start > end || end > text.nbytes || start == end || !isfinite(from->weights[i])) return i;
        const uint8_t *word = text.data + start, *word_end = text.data + end;
        size_t nbytes = (size_t)(end - start);
        if (naive_validate(word, nbytes) != nbytes || tp_skip_word(word, word_end) != word_end) return i;
        if (!append(all, word, nbytes)) return i;
    }
    return from->n;
}

/* What a corpus says of the words, if the text they are from is its only document. */
static void check_counts(const tp_lexicon_entries *entries, input text)
{
    tp_corpus *corpus = new_corpus();
    const uint64_t end = text.nbytes;
    uint64_t counts[MOST_WORDS], documents = 0;
    CHECK_EQ_U(count_piece(corpus, text.data, text.nbytes, &end, 1), TP_OK);
    CHECK_EQ_U(tp_corpus_look_up(corpus, entries->words, entries->words_nbytes, entries->ends, entries->n_words, counts,
                                 &documents, NULL), TP_OK);
    CHECK_EQ_U(documents, 1);
    for (size_t i = 0; i < entries->n_words; i++) {
        size_t start = i == 0 ? 0 : (size_t)entries->ends[i - 1] + 1;
        CHECK_EQ_U(counts[i], tp_corpus_get_count(corpus, entries->words + start, (size_t)entries->ends[i] - start));
    }
    tp_corpus_free(corpus);
}

static void check_entries(const tp_lexicon *lexicon, const made_up *from, const lowered *expected, input text)
{
    tp_lexicon_entries entries;
    tp_lexicon_get_entries(lexicon, &entries);
    if (!CHECK_EQ_U(entries.n_words, from->n)) return;
    CHECK_EQ_BYTES(entries.words, entries.words_nbytes, expected->text, start_of(expected, from->n));
    CHECK_EQ_BYTES(entries.ends, from->n * sizeof *entries.ends, expected->ends, from->n * sizeof *entries.ends);
    CHECK_EQ_BYTES(entries.weights, from->n * sizeof *entries.weights, from->weights, from->n * sizeof *entries.weights);
    check_counts(&entries, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static lowered expected;
    input in = fuzz_begin(data, nbytes);
    made_up from = make_up(&in);
    if (in.nbytes > MOST_NBYTES) in.nbytes = MOST_NBYTES;
    size_t n_good = lower_naively(&from, in, &expected);
    tp_lexicon *lexicon = NULL;
    tp_error error = {TP_OK, from.n, NULL};
    block text = exact_copy(in.data, in.nbytes);
    tp_status status = tp_lexicon_new(text.data, text.nbytes, from.ends, from.weights, from.n, TP_UNICODE_NEWEST, &lexicon, &error);
    CHECK_EQ_U(status, n_good == from.n ? TP_OK : TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, n_good);
    if (CHECK_EQ_U(status == TP_OK, lexicon != NULL) && status == TP_OK) check_entries(lexicon, &from, &expected, in);
    tp_lexicon_free_at(&lexicon);
    free(text.data);
    return fuzz_end();
}
