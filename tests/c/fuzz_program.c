/* Any program: refused, or its machine finds what trying everything finds, whole and in blocks. */
#include "fuzz.h"
#include "naive_program.h"
#include "unicode/utf8.h"

enum { MOST_SETS = 4, MOST_INSTRUCTIONS = 12, MOST_WORDS = 2 + MOST_SETS * 5 + 3 * MOST_INSTRUCTIONS, MOST_CHARACTERS = 64 };

/* Few characters, so that they meet: of one to four bytes. */
static const uint32_t alphabet[] = {'a', 'b', 'c', '\n', 0xE9, 0x4E2D, 0x1F600};

enum { N_ALPHABET = sizeof alphabet / sizeof *alphabet };

/* Makes up a program; most are sound, but numbers may be anything. */
static size_t make_up(input *in, uint32_t *words)
{
    size_t n_sets = 1 + take_below(in, MOST_SETS), n_instructions = 1 + take_below(in, MOST_INSTRUCTIONS), n = 0;
    words[n++] = (uint32_t)n_sets;
    words[n++] = (uint32_t)n_instructions;
    for (size_t i = 0; i < n_sets; i++) {
        size_t first = take_below(in, N_ALPHABET), second = take_below(in, N_ALPHABET);
        bool has_two = first < second;
        words[n++] = has_two ? 2 : 1;
        words[n++] = alphabet[first];
        words[n++] = alphabet[first];
        if (!has_two) continue;
        words[n++] = alphabet[second];
        words[n++] = alphabet[second];
    }
    for (size_t i = 0; i < n_instructions; i++) {
        uint32_t operation = (uint32_t)take_below(in, 6);
        words[n++] = operation > 4 ? 1 : operation;
        words[n++] = (uint32_t)(operation == NAIVE_FORK ? take_below(in, n_instructions) : take_below(in, n_sets));
        words[n++] = (uint32_t)take_below(in, n_instructions);
    }
    return n;
}

static size_t in_bytes(const uint32_t *characters, size_t n, uint8_t *bytes, size_t *starts)
{
    size_t nbytes = 0;
    for (size_t i = 0; i < n; i++) {
        starts[i] = nbytes;
        nbytes += tp_utf8_encode(characters[i], bytes + nbytes);
    }
    starts[n] = nbytes;
    return nbytes;
}

/* Text that is left out may come in parts. */
static size_t join(uint64_t *ends, size_t n)
{
    size_t n_joined = 0;
    for (size_t i = 0; i < n; i++) {
        if (n_joined > 0 && (ends[n_joined - 1] & ends[i] & TP_LEFT_OUT) != 0) n_joined--;
        ends[n_joined++] = ends[i];
    }
    return n_joined;
}

static size_t split_in_blocks(const tp_splitter *splitter, const uint8_t *bytes, size_t nbytes, size_t step, uint64_t *ends)
{
    size_t n = 0, start = 0;
    for (size_t shown = 0; shown < nbytes;) {
        shown = nbytes - shown < step ? nbytes : shown + step;
        block rest = exact_copy(bytes + start, shown - start);
        size_t n_more = tp_split(splitter, rest.data, rest.nbytes, shown == nbytes, ends + n, rest.nbytes);
        free(rest.data);
        for (size_t i = 0; i < n_more; i++) ends[n + i] += start;
        n += n_more;
        if (n > 0) start = (size_t)(ends[n - 1] & ~TP_LEFT_OUT);
    }
    return n;
}

static void check_text(const tp_splitter *splitter, const naive_program *program, input in)
{
    uint32_t characters[MOST_CHARACTERS];
    uint8_t bytes[4 * MOST_CHARACTERS];
    size_t starts[MOST_CHARACTERS + 1], n = 0, step = 1 + take_below(&in, 16);
    uint64_t expected[MOST_CHARACTERS], ends[5 * MOST_CHARACTERS];
    while (n < MOST_CHARACTERS && in.nbytes > 0) characters[n++] = alphabet[take_below(&in, N_ALPHABET)];
    size_t nbytes = in_bytes(characters, n, bytes, starts), n_expected = naive_split(program, characters, n, expected);
    for (size_t i = 0; i < n_expected; i++) {
        expected[i] = starts[expected[i] & ~TP_LEFT_OUT] | (expected[i] & TP_LEFT_OUT);
    }
    block text = exact_copy(bytes, nbytes);
    size_t n_ends = join(ends, tp_split(splitter, text.data, nbytes, true, ends, nbytes));
    CHECK_EQ_BYTES(ends, n_ends * sizeof *ends, expected, n_expected * sizeof *expected);
    n_ends = join(ends, split_in_blocks(splitter, bytes, nbytes, step, ends));
    CHECK_EQ_BYTES(ends, n_ends * sizeof *ends, expected, n_expected * sizeof *expected);
    for (size_t from = 0; from < nbytes; from++) {
        size_t cut = tp_split_find_cut(splitter, text.data, nbytes, from);
        bool is_end = cut == nbytes;
        for (size_t i = 0; i < n_expected; i++) is_end |= expected[i] == cut;
        CHECK(cut >= from && is_end);
    }
    free(text.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    uint32_t words[MOST_WORDS];
    bool is_broken = take_byte(&in) % 8 == 0;
    size_t n = make_up(&in, words);
    if (is_broken) words[take_below(&in, n)] = (uint32_t)take_number(&in, 4);
    if (is_broken) n -= take_below(&in, 4);
    tp_splitter *splitter = NULL;
    tp_split_step step = {.program = words, .n_words = n, .behavior = TP_SPLIT_REMOVED, .is_inverted = true};
    tp_error error;
    tp_status status = tp_splitter_new(&step, 1, &splitter, &error);
    CHECK(status == TP_OK || status == TP_INVALID_ARGUMENT || status == TP_TOO_LARGE);
    CHECK_EQ_U(status == TP_OK, splitter != NULL);
    naive_program program = naive_read(words, n);
    if (status == TP_OK) check_text(splitter, &program, in);
    tp_splitter_free_at(&splitter);
    return fuzz_end();
}
