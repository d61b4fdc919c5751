/* Splitting in steps, and machines of programs: what they find, what is refused, and that nothing is left when memory runs out.
 * Patterns are held against their libraries in tests/test_splitter.py. */
#include "naive_program.h"
#include "bpe/split/memo.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

/* [ab]+c|a, and sets: a and b, c, a. */
static const uint32_t letters[] = {3,          5, 1, 'a', 'b', 1, 'c', 'c', 1, 'a', 'a', /* the sets, then the instructions */
                                   NAIVE_FORK, 4, 1,                                     /* 0: the first way, or the second */
                                   NAIVE_TAKE, 0, 2,                                     /* 1 */
                                   NAIVE_FORK, 3, 1,                                     /* 2 */
                                   NAIVE_TAKE, 1, 5,                                     /* 3 */
                                   NAIVE_TAKE, 2, 5,                                     /* 4 */
                                   NAIVE_MATCH, 0, 0};

static tp_splitter *new_splitter(const tp_split_step *steps, size_t n_steps)
{
    tp_splitter *splitter = NULL;
    if (tp_splitter_new(steps, n_steps, &splitter, NULL) != TP_OK) abort();
    return splitter;
}

static uint32_t program[N_ITEMS(letters) + 3];

/* The program with as many instructions as it has. */
static tp_split_step step_of_letters(tp_split_behavior behavior, bool is_inverted)
{
    memcpy(program, letters, sizeof letters);
    program[1] = 6;
    return (tp_split_step){.program = program, .n_words = N_ITEMS(letters), .behavior = behavior, .is_inverted = is_inverted};
}

/* Checks pieces, which are divided by |; text that is left out ends with -. */
static void check_pieces(const tp_splitter *splitter, const char *expected)
{
    char text[256] = {0};
    uint64_t ends[256], wanted[256];
    size_t nbytes = 0, n_wanted = 0;
    for (const char *p = expected; *p != '\0'; p++) {
        if (*p == '|') wanted[n_wanted++] = nbytes;
        else if (*p == '-') wanted[n_wanted++] = nbytes | TP_LEFT_OUT;
        else text[nbytes++] = *p;
    }
    size_t n = tp_split(splitter, (const uint8_t *)text, nbytes, true, ends, nbytes);
    if (!CHECK_EQ_BYTES(ends, n * sizeof *ends, wanted, n_wanted * sizeof *wanted)) printf("    %s\n", expected);
}

static void test_behaviors(void)
{
    static const struct {
        tp_split_behavior behavior;
        bool is_inverted;
        const char *expected;
    } cases[] = {
        {TP_SPLIT_ISOLATED, false, "xx|abac|a|yz|a|"},       {TP_SPLIT_REMOVED, false, "xx|abac-a-yz|a-"},
        {TP_SPLIT_REMOVED, true, "xx-abac|a|yz-a|"},         {TP_SPLIT_MERGED_WITH_PREVIOUS, false, "xxabac|a|yza|"},
        {TP_SPLIT_MERGED_WITH_NEXT, false, "xx|abac|ayz|a|"}, {TP_SPLIT_CONTIGUOUS, false, "xx|abaca|yz|a|"},
        {TP_SPLIT_MERGED_WITH_PREVIOUS, true, "xx|abac|ayz|a|"},
    };
    for (size_t i = 0; i < N_ITEMS(cases); i++) {
        tp_split_step step = step_of_letters(cases[i].behavior, cases[i].is_inverted);
        tp_splitter *splitter = new_splitter(&step, 1);
        check_pieces(splitter, cases[i].expected);
        tp_splitter_free(splitter);
    }
}

static void test_steps_divide_the_pieces_of_the_step_before(void)
{
    tp_split_step steps[] = {step_of_letters(TP_SPLIT_ISOLATED, false), {.pattern = TP_PATTERN_GPT2}};
    tp_splitter *splitter = new_splitter(steps, 2);
    check_pieces(splitter, "x|abac| y|  |a|");
    uint64_t ends[3];
    CHECK_EQ_U(tp_split(splitter, (const uint8_t *)"x y abac", 8, true, ends, 2), 0); /* what is before abac takes three */
    CHECK_EQ_U(tp_split(splitter, (const uint8_t *)"x y abac", 8, true, ends, 3), 3);
    tp_splitter_free(splitter);
    splitter = new_splitter(NULL, 0);
    check_pieces(splitter, "all of it|");
    CHECK_EQ_U(tp_split(splitter, (const uint8_t *)"ab", 2, false, ends, 2), 0);
    tp_splitter_free(splitter);
}

static void test_what_is_no_step_is_refused(void)
{
    tp_splitter *splitter = NULL;
    tp_error error;
    tp_split_step step = step_of_letters(TP_SPLIT_ISOLATED, false), many[TP_MOST_SPLIT_STEPS + 1];
    for (size_t i = 0; i < N_ITEMS(many); i++) many[i] = step;
    CHECK_EQ_U(tp_splitter_new(many, N_ITEMS(many), &splitter, &error), TP_INVALID_ARGUMENT);
    step.behavior = (tp_split_behavior)5;
    CHECK_EQ_U(tp_splitter_new(&step, 1, &splitter, &error), TP_INVALID_ARGUMENT);
    step = (tp_split_step){.pattern = TP_PATTERN_GPT2, .is_over_bytes = true};
    CHECK_EQ_U(tp_splitter_new(&step, 1, &splitter, &error), TP_INVALID_ARGUMENT);
    step = (tp_split_step){.pattern = (tp_pattern)99};
    CHECK_EQ_U(tp_splitter_new(&step, 1, &splitter, &error), TP_INVALID_ARGUMENT);
    for (size_t i = 0; i < N_ITEMS(letters); i++) { /* each number in turn is too large, or the program ends there */
        step = step_of_letters(TP_SPLIT_ISOLATED, false);
        bool matters = i + 2 < N_ITEMS(letters);
        program[i] = UINT32_MAX;
        if (matters) CHECK(tp_splitter_new(&step, 1, &splitter, &error) != TP_OK);
        step = step_of_letters(TP_SPLIT_ISOLATED, false);
        step.n_words = i;
        CHECK(tp_splitter_new(&step, 1, &splitter, &error) != TP_OK);
    }
    CHECK(splitter == NULL);
    tp_splitter_free(NULL);
}

/* What is read in vain for each character is read once: [ab]+c|a with no c. */
static void test_long_text_without_the_end_that_is_sought(void)
{
    tp_split_step step = step_of_letters(TP_SPLIT_REMOVED, true);
    tp_splitter *splitter = new_splitter(&step, 1);
    size_t nbytes = 300000;
    uint8_t *text = must_allocate(nbytes);
    uint64_t *ends = must_allocate(nbytes * sizeof *ends);
    memset(text, 'a', nbytes);
    CHECK_EQ_U(tp_split(splitter, text, nbytes, true, ends, nbytes), nbytes); /* would take minutes */
    tp_memory_fail_at(1); /* without memory too, if it is short */
    CHECK_EQ_U(tp_split(splitter, text, 2000, true, ends, nbytes), 2000);
    tp_memory_fail_at(0);
    text[nbytes - 1] = 'c';
    CHECK_EQ_U(tp_split(splitter, text, nbytes, true, ends, nbytes), 1);
    free(text);
    free(ends);
    tp_splitter_free(splitter);
}

/* The places that are kept lie farther apart when there is no more room. */
static void test_a_memo_is_bounded(void)
{
    static const uint8_t text[1];
    const size_t n = 3 * TP_MEMO_SLOTS / 4, distance = 64;
    tp_memo memo = {.base = text};
    const uint8_t *base = memo.base;
    for (size_t i = 1; i < n; i++) tp_memo_put(&memo, (const uint8_t *)((uintptr_t)base + i * distance), 1, base);
    CHECK(memo.n_slots <= TP_MEMO_SLOTS && memo.doublings > 0);
    CHECK(tp_memo_has(&memo, (const uint8_t *)((uintptr_t)base + (n - n % 2 - 2) * distance), 1));
    CHECK(!tp_memo_has(&memo, (const uint8_t *)((uintptr_t)base + 2 * distance), 2));
    tp_memo_free(&memo);
}

static void test_refused_allocations(void)
{
    size_t n_refused = 0;
    for (uint64_t nth = 1; nth < 60; nth++) {
        tp_split_step steps[] = {step_of_letters(TP_SPLIT_ISOLATED, false), {.pattern = TP_PATTERN_GPT4}};
        tp_splitter *splitter = NULL;
        tp_error error;
        tp_memory_fail_at(nth);
        tp_status status = tp_splitter_new(steps, 2, &splitter, &error);
        tp_memory_fail_at(0);
        CHECK(status == TP_OK || (status == TP_NO_MEMORY && splitter == NULL));
        n_refused += status == TP_NO_MEMORY;
        if (status == TP_OK) check_pieces(splitter, "x|abac|a|y|");
        tp_splitter_free(splitter);
    }
    CHECK(n_refused > 5 && n_refused < 59);
}

int main(void)
{
    RUN(test_behaviors);
    RUN(test_steps_divide_the_pieces_of_the_step_before);
    RUN(test_what_is_no_step_is_refused);
    RUN(test_long_text_without_the_end_that_is_sought);
    RUN(test_a_memo_is_bounded);
    RUN(test_refused_allocations);
    return tests_done();
}
