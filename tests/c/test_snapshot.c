/* A corpus as bytes: what is written, and that nothing is read which is not just that. */
#include "corpus/table.h"
#include "support.h"

/* ---- Writing and reading ----------------------------------------------------------------------------------------------- */

static tp_corpus *read_back(const void *bytes, size_t nbytes)
{
    tp_corpus *corpus = NULL;
    block copy = exact_copy(bytes, nbytes);
    tp_error error = {TP_OK, 0, "fine"};
    if (!CHECK_EQ_U(tp_corpus_read(copy.data, nbytes, NULL, NULL, &corpus, &error), TP_OK)) {
        printf("    %s\n", error.message);
        abort();
    }
    free(copy.data);
    return corpus;
}

/* The corpus that the snapshot of `source` gives. */
static tp_corpus *round_trip(tp_corpus *source)
{
    block snapshot = snapshot_of(source);
    tp_corpus *corpus = read_back(snapshot.data, snapshot.nbytes);
    free(snapshot.data);
    return corpus;
}

static void test_what_is_read_is_what_was_written(void)
{
    static const char *const texts[] = {"", "\n", "\n\n", "a\n", "a b a\nb\n\nc\n", "ÉCOLE ΣΆΣ İ \xF0\x9F\x8C\x8D\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        tp_corpus *source = corpus_of(texts[i]), *corpus = round_trip(source);
        CHECK(is_same(corpus, source));
        CHECK_SAME_SNAPSHOT(corpus, source);
        tp_corpus_free(source);
        tp_corpus_free(corpus);
    }
}

static void test_corpus_that_was_read_goes_on_counting(void)
{
    tp_corpus *source = corpus_of("a b a\nb c\n"), *corpus = round_trip(source);
    count_lines(source, "c d\na");
    count_lines(corpus, "c d\na");
    CHECK(is_same(corpus, source));
    count_lines(corpus, "b a\n");
    CHECK_HOLDS(corpus, "4 documents, 9 words: a 3/2, b 2/2, c 2/2, d 1/1, ab 1/1");
    tp_corpus_free(source);
    tp_corpus_free(corpus);
}

static void test_corpus_that_was_read_continues_an_open_document(void)
{
    tp_corpus *part = corpus_of("a b\nb c\n"), *corpus = corpus_of("x\nb c ");
    CHECK_EQ_U(append_and_free(corpus, round_trip(part)), TP_OK);
    CHECK_HOLDS(corpus, "3 documents, 7 words: x 1/1, b 3/2, c 2/2, a 1/1");
    tp_corpus_free(part);
    tp_corpus_free(corpus);
}

static void test_position_is_not_written(void)
{
    tp_corpus *source = corpus_of("a\n"), *part = new_corpus();
    tp_totals totals;
    tp_corpus_append(source, part, 0, 5, NULL);
    tp_corpus *corpus = round_trip(source);
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.position, 0);
    tp_corpus_free(source);
    tp_corpus_free(part);
    tp_corpus_free(corpus);
}

static void test_equal_corpora_give_equal_bytes(void)
{
    tp_corpus *at_once = corpus_of("a b\n\nb c\na\n"), *in_parts = corpus_of("A"), *copy = NULL;
    append_and_free(in_parts, corpus_of("b\n\nb"));
    count_lines(in_parts, " c\n");
    append_and_free(in_parts, corpus_of("a\n"));
    CHECK_SAME_SNAPSHOT(at_once, in_parts);
    CHECK_EQ_U(tp_corpus_copy(in_parts, &copy, NULL), TP_OK);
    CHECK_SAME_SNAPSHOT(at_once, copy);
    tp_corpus_free(at_once);
    tp_corpus_free(in_parts);
    tp_corpus_free(copy);
}

static void test_writing_needs_room(void)
{
    tp_corpus *corpus = corpus_of("a b\n");
    size_t nbytes = 0;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_corpus_write(corpus, NULL, 0, &nbytes, &error), TP_TOO_SMALL);
    CHECK_EQ_U(error.status, TP_TOO_SMALL);
    CHECK_EQ_U(nbytes, 56 + 2 * 16 + 4 + 8);
    uint8_t *snapshot = must_allocate(nbytes);
    memset(snapshot, 7, nbytes);
    CHECK_EQ_U(tp_corpus_write(corpus, snapshot, nbytes - 1, &nbytes, NULL), TP_TOO_SMALL);
    CHECK_EQ_U(snapshot[0], 7);
    CHECK_EQ_U(tp_corpus_write(corpus, snapshot, nbytes, &nbytes, NULL), TP_OK);
    free(snapshot);
    tp_corpus_free(corpus);
}

static void test_open_document_cannot_be_written(void)
{
    tp_corpus *corpus = corpus_of("a\n\nb");
    uint8_t snapshot[200];
    size_t nbytes;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_corpus_write(corpus, snapshot, sizeof snapshot, &nbytes, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 2);
    close_document(corpus);
    CHECK_EQ_U(tp_corpus_write(corpus, snapshot, sizeof snapshot, &nbytes, NULL), TP_OK);
    tp_corpus_free(corpus);
}

/* ---- The format, byte by byte ------------------------------------------------------------------------------------------ */

/* The snapshot of "a\nÉ a\n". It must never change: such bytes are in people's files. */
static const uint8_t golden[] = {
    0x89, 'T',  'P',  'C',  '\r', '\n', 0x1A, '\n', /* signature */
    1,    0,    0,    0,    0,    0,    0,    0,    /* version */
    2,    0,    0,    0,    0,    0,    0,    0,    /* documents */
    3,    0,    0,    0,    0,    0,    0,    0,    /* words */
    2,    0,    0,    0,    0,    0,    0,    0,    /* terms */
    1,    0,    0,    0,    0,    0,    0,    0,    /* of which in the first document */
    5,    0,    0,    0,    0,    0,    0,    0,    /* bytes of text */
    2,    0,    0,    0,    0,    0,    0,    0,    /* counts */
    1,    0,    0,    0,    0,    0,    0,    0,
    2,    0,    0,    0,    0,    0,    0,    0,    /* document frequencies */
    1,    0,    0,    0,    0,    0,    0,    0,
    'a',  '\n', 0xC3, 0xA9, '\n',                   /* text */
    0xD2, 0x91, 0x69, 0xA9, 0x6B, 0x20, 0x31, 0x5B, /* checksum */
};

static void test_format_is_written(void)
{
    tp_corpus *corpus = corpus_of("a\nÉ a\n");
    block snapshot = snapshot_of(corpus);
    CHECK_EQ_BYTES(snapshot.data, snapshot.nbytes, golden, sizeof golden);
    free(snapshot.data);
    tp_corpus_free(corpus);
}

static void test_format_is_read(void)
{
    tp_corpus *corpus = read_back(golden, sizeof golden);
    CHECK_HOLDS(corpus, "2 documents, 3 words: a 2/2, é 1/1");
    tp_corpus_free(corpus);
}

/* As the format has it: FNV-1a over eight bytes a step, the last ones padded with zeros, with a fold after each step. */
static uint64_t checksum_of(const uint8_t *bytes, size_t nbytes)
{
    uint64_t sum = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < nbytes; i += 8) {
        uint64_t eight = 0;
        for (size_t k = 0; k < 8 && i + k < nbytes; k++) eight |= (uint64_t)bytes[i + k] << (8 * k);
        sum = (sum ^ eight) * UINT64_C(0x100000001B3);
        sum ^= sum >> 32;
    }
    return sum;
}

/* Documents of words of one to six syllables: lowering makes some of them longer and some shorter. */
static tp_corpus *corpus_of_syllables(void)
{
    static const char *const syllables[] = {"ba", "DO", "\xC3\x89", "\xC3\x9F", "\xC4\xB0", "\xE1\xBA\x9E",
                                            "\xE2\x84\xAA", "\xF0\x90\x90\x80", "x", "7"};
    tp_corpus *corpus = new_corpus();
    uint64_t state = 11;
    for (int document = 0; document < 300; document++) {
        char line[2000] = "";
        for (uint64_t n_words = random_below(&state, 60); n_words > 0; n_words--) {
            for (uint64_t n = 1 + random_below(&state, 6); n > 0; n--) strcat(line, syllables[random_below(&state, 10)]);
            strcat(line, n_words > 1 ? " " : "");
        }
        strcat(line, "\n");
        if (count_lines(corpus, line) != TP_OK) abort();
    }
    return corpus;
}

/* What one machine writes, another one reads: whichever order of bytes and size of addresses they have, the bytes are these. */
static void test_every_machine_writes_the_same_bytes(void)
{
    tp_corpus *corpus = corpus_of_syllables();
    block snapshot = snapshot_of(corpus);
    CHECK_EQ_U(snapshot.nbytes, 125617);
    CHECK_EQ_U(checksum_of(snapshot.data, snapshot.nbytes), UINT64_C(1771990502263237187));
    tp_corpus *again = read_back(snapshot.data, snapshot.nbytes);
    CHECK(is_same(again, corpus));
    free(snapshot.data);
    tp_corpus_free(corpus);
    tp_corpus_free(again);
}

/* ---- Stopping ---------------------------------------------------------------------------------------------------------- */

static int stop_at_once(void *n_calls)
{
    ++*(int *)n_calls;
    return 0;
}

static int count_calls(void *n_calls)
{
    ++*(int *)n_calls;
    return 1;
}

static tp_status read_and_ask(block snapshot, tp_go_on go_on, int *n_calls)
{
    tp_corpus *corpus = NULL;
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    tp_status status = tp_corpus_read(snapshot.data, snapshot.nbytes, go_on, n_calls, &corpus, NULL);
    CHECK((corpus != NULL) == (status == TP_OK));
    tp_corpus_free(corpus);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
    return status;
}

static void test_reading_is_stopped_and_leaves_nothing(void)
{
    enum { N = 10000 };
    tp_corpus *corpus = new_corpus();
    char word[16];
    for (int i = 0; i < N; i++) {
        (void)snprintf(word, sizeof word, "%d\n", i);
        if (count_lines(corpus, word) != TP_OK) abort();
    }
    block snapshot = snapshot_of(corpus);
    int n_calls = 0;
    CHECK_EQ_U(read_and_ask(snapshot, stop_at_once, &n_calls), TP_CANCELLED);
    CHECK_EQ_U(n_calls, 1);
    CHECK_EQ_U(read_and_ask(snapshot, count_calls, &n_calls), TP_OK);
    CHECK_EQ_U(n_calls, 1 + N / 4096);
    free(snapshot.data);
    tp_corpus_free(corpus);
}

/* ---- Damage ------------------------------------------------------------------------------------------------------------ */

/* What reading a block of just these bytes says; nothing may be made of them or stay allocated. */
static tp_error error_of_reading(const uint8_t *bytes, size_t nbytes)
{
    tp_corpus *corpus = NULL;
    tp_error error = {TP_OK, 0, "fine"};
    tp_memory_stats before, after;
    block copy = exact_copy(bytes, nbytes);
    tp_memory_get_stats(&before);
    tp_status status = tp_corpus_read(copy.data, nbytes, NULL, NULL, &corpus, &error);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(status, error.status);
    CHECK(corpus == NULL);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
    free(copy.data);
    tp_corpus_free(corpus);
    return error;
}

static void test_nothing_is_no_snapshot(void)
{
    tp_corpus *corpus = NULL;
    CHECK_EQ_U(tp_corpus_read(NULL, 0, NULL, NULL, &corpus, NULL), TP_DAMAGED);
    const uint8_t text[] = "no snapshot at all, but long enough to be one, which takes 64 bytes";
    CHECK_EQ_U(error_of_reading(text, sizeof text).status, TP_DAMAGED);
}

static void test_every_truncation_is_seen(void)
{
    for (size_t nbytes = 0; nbytes < sizeof golden; nbytes++) {
        CHECK_EQ_U(error_of_reading(golden, nbytes).status, TP_DAMAGED);
    }
}

static void test_bytes_behind_are_seen(void)
{
    uint8_t longer[sizeof golden + 8] = {0};
    memcpy(longer, golden, sizeof golden);
    for (size_t n = 1; n <= 8; n++) CHECK_EQ_U(error_of_reading(longer, sizeof golden + n).status, TP_DAMAGED);
}

static void test_every_changed_byte_is_seen(void)
{
    for (size_t i = 0; i < sizeof golden; i++) {
        uint8_t changed[sizeof golden];
        memcpy(changed, golden, sizeof golden);
        for (unsigned flip = 1; flip < 256; flip++) {
            changed[i] = (uint8_t)(golden[i] ^ flip);
            bool is_unknown = i / 8 == 1 && !(i == 8 && changed[i] >= 1 && changed[i] <= 4); /* all known versions */
            CHECK_EQ_U(error_of_reading(changed, sizeof changed).status, is_unknown ? TP_UNKNOWN_VERSION : TP_DAMAGED);
        }
    }
}

/* ---- Malice: whatever is wrong, the checksum is right ------------------------------------------------------------------ */

/* The fields of a snapshot, which may contradict each other. */
typedef struct draft {
    uint64_t version, documents, words, n_terms, first_document_terms, text_nbytes;
    uint64_t values[4]; /* counts, then document frequencies */
    size_t n_values;
    const char *text;
    size_t actual_text_nbytes;
} draft;

static size_t put_number(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (8 * i));
    return 8;
}

static size_t assemble(const draft *d, uint8_t *out)
{
    size_t nbytes = 8;
    memcpy(out, golden, 8);
    const uint64_t header[] = {d->version, d->documents, d->words, d->n_terms, d->first_document_terms, d->text_nbytes};
    for (size_t i = 0; i < 6; i++) nbytes += put_number(out + nbytes, header[i]);
    for (size_t i = 0; i < d->n_values; i++) nbytes += put_number(out + nbytes, d->values[i]);
    memcpy(out + nbytes, d->text, d->actual_text_nbytes);
    nbytes += d->actual_text_nbytes;
    return nbytes + put_number(out + nbytes, checksum_of(out, nbytes));
}

static const draft sound = {.version = 1, .documents = 2, .words = 3, .n_terms = 2, .first_document_terms = 1, .text_nbytes = 4,
                            .values = {2, 1, 2, 1}, .n_values = 4, .text = "a\nb\n", .actual_text_nbytes = 4};

/* The sound draft with another text. */
static draft with_text(const char *text)
{
    draft d = sound;
    d.text = text;
    d.text_nbytes = d.actual_text_nbytes = strlen(text);
    return d;
}

static void check_refused(draft d, tp_status status, uint64_t offset)
{
    uint8_t bytes[200];
    size_t nbytes = assemble(&d, bytes);
    tp_error error = error_of_reading(bytes, nbytes);
    if (!CHECK_EQ_U(error.status, status) || !CHECK_EQ_U(error.offset, offset)) printf("    %s\n", error.message);
}

enum { AT_VERSION = 8, AT_DOCUMENTS = 16, AT_WORDS = 24, AT_N_TERMS = 32, AT_FIRST_DOCUMENT_TERMS = 40, AT_TEXT_NBYTES = 48,
       AT_COUNTS = 56, AT_FREQUENCIES = 72, AT_TEXT = 88 };

static void test_sound_draft_is_read(void)
{
    uint8_t bytes[200];
    tp_corpus *corpus = read_back(bytes, assemble(&sound, bytes));
    CHECK_HOLDS(corpus, "2 documents, 3 words: a 2/2, b 1/1");
    tp_corpus_free(corpus);
}

static void test_unknown_versions_are_refused(void)
{
    const uint64_t versions[] = {0, 5, (uint64_t)1 << 32 | 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        draft d = sound;
        d.version = versions[i];
        check_refused(d, TP_UNKNOWN_VERSION, AT_VERSION);
    }
}

static void test_sizes_that_do_not_add_up_are_refused(void)
{
    const uint64_t n_terms[] = {0, 1, 3, 4, UINT32_MAX, (uint64_t)1 << 60, UINT64_MAX, UINT64_MAX - 1};
    for (size_t i = 0; i < sizeof n_terms / sizeof *n_terms; i++) {
        draft d = sound;
        d.n_terms = n_terms[i];
        check_refused(d, TP_DAMAGED, AT_N_TERMS);
    }
    const uint64_t text_nbytes[] = {0, 3, 5, 36, UINT64_MAX, UINT64_MAX - 35};
    for (size_t i = 0; i < sizeof text_nbytes / sizeof *text_nbytes; i++) {
        draft d = sound;
        d.text_nbytes = text_nbytes[i];
        check_refused(d, TP_DAMAGED, AT_N_TERMS);
    }
}

/* 16 bytes a term times a number beyond 2^60 wraps round to just the right size. */
static void test_sizes_that_add_up_modulo_2_to_64_are_refused(void)
{
    draft d = sound;
    d.n_terms += (uint64_t)1 << 60;
    check_refused(d, TP_DAMAGED, AT_N_TERMS);
    d = sound;
    d.n_terms = 3;
    d.text_nbytes = 4 - (uint64_t)16;
    check_refused(d, TP_DAMAGED, AT_N_TERMS);
}

static void test_text_with_too_few_or_many_terms_is_refused(void)
{
    check_refused(with_text("a"), TP_DAMAGED, AT_TEXT_NBYTES); /* less than a byte a term */
    check_refused(with_text("ab\n"), TP_DAMAGED, AT_TEXT + 3);
    check_refused(with_text("abc"), TP_DAMAGED, AT_TEXT);
    check_refused(with_text("a\nbb"), TP_DAMAGED, AT_TEXT + 2); /* no '\n' at the end */
    check_refused(with_text("a\nb\nc\n"), TP_DAMAGED, AT_TEXT + 4);
    check_refused(with_text("a\nb\nc"), TP_DAMAGED, AT_TEXT + 4);
}

static void test_terms_that_are_no_words_are_refused(void)
{
    static const char *const first_bad[] = {
        "\nb\n",     "a c\nb\n",  " \nb\n",        "a\x1F" "c\nb\n",         "a\xC2\xA0\nb\n", "\xE3\x80\x80" "a\nb\n",
        "\xFF\nb\n", "\xC3\nb\n", "\xC0\xAF\nb\n", "\xED\xA0\x80\nb\n", "\xF4\x90\x80\x80\nb\n",
    };
    for (size_t i = 0; i < sizeof first_bad / sizeof *first_bad; i++) {
        check_refused(with_text(first_bad[i]), TP_DAMAGED, AT_TEXT);
    }
    check_refused(with_text("a\n\n"), TP_DAMAGED, AT_TEXT + 2);
}

static void test_term_that_occurs_twice_is_refused(void)
{
    check_refused(with_text("a\na\n"), TP_DAMAGED, AT_COUNTS + 8 + 2 * 16);
}

static void test_counts_that_do_not_add_up_are_refused(void)
{
    const struct {
        uint64_t words, counts[2];
        uint64_t offset;
    } cases[] = {
        {3, {0, 3}, AT_COUNTS},
        {2, {2, 0}, AT_COUNTS + 8},
        {3, {4, 1}, AT_COUNTS},
        {3, {2, 2}, AT_COUNTS + 8},
        {4, {2, 1}, AT_WORDS},
        {TP_MAX_COUNT, {2, 1}, AT_WORDS},
        {3, {UINT64_MAX, 4}, AT_COUNTS}, /* 3 modulo 2^64 */
        {TP_MAX_COUNT, {TP_MAX_COUNT, 1}, AT_COUNTS + 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        draft d = sound;
        d.words = cases[i].words;
        d.values[0] = cases[i].counts[0];
        d.values[1] = cases[i].counts[1];
        d.values[2] = d.values[3] = 1;
        check_refused(d, TP_DAMAGED, cases[i].offset);
    }
}

static void test_document_frequencies_out_of_range_are_refused(void)
{
    const struct {
        uint64_t documents, frequencies[2];
        uint64_t offset;
    } cases[] = {
        {2, {0, 1}, AT_FREQUENCIES},
        {2, {2, 0}, AT_FREQUENCIES + 8},
        {9, {3, 1}, AT_FREQUENCIES},     /* a occurs twice in all */
        {9, {2, 2}, AT_FREQUENCIES + 8},
        {1, {2, 1}, AT_FREQUENCIES},
        {0, {1, 1}, AT_FREQUENCIES},
        {9, {UINT64_MAX, 1}, AT_FREQUENCIES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        draft d = sound;
        d.documents = cases[i].documents;
        d.values[2] = cases[i].frequencies[0];
        d.values[3] = cases[i].frequencies[1];
        check_refused(d, TP_DAMAGED, cases[i].offset);
    }
}

/* The version says that another part has the documents, so there must be a term that lacks some. */
static void test_parts_of_a_whole_lack_documents(void)
{
    draft d = sound;
    uint8_t bytes[200];
    d.version = 3;
    check_refused(d, TP_DAMAGED, AT_VERSION);
    d.documents = 1;
    tp_corpus *corpus = read_back(bytes, assemble(&d, bytes));
    CHECK_HOLDS(corpus, "1 documents, 3 words: a 2/2, b 1/1");
    tp_corpus_free(corpus);
    d.documents = 0;
    check_refused(d, TP_DAMAGED, AT_FIRST_DOCUMENT_TERMS);
    d.first_document_terms = 0;
    tp_corpus_free(read_back(bytes, assemble(&d, bytes)));
    d.version = 4; /* pruned, too */
    check_refused(d, TP_DAMAGED, AT_WORDS);
    d.words++;
    corpus = read_back(bytes, assemble(&d, bytes));
    CHECK_HOLDS(corpus, "0 documents, 4 words: a 2/2, b 1/1");
    tp_corpus_free(corpus);
    d.values[2] = 3;
    check_refused(d, TP_DAMAGED, AT_FREQUENCIES);
}

static void test_first_document_cannot_have_more_terms_than_there_are(void)
{
    draft d = sound, empty = {.version = 1, .text = "", .first_document_terms = UINT64_MAX};
    const uint64_t numbers[] = {3, UINT64_MAX};
    for (size_t i = 0; i < 2; i++) {
        d.first_document_terms = numbers[i];
        check_refused(d, TP_DAMAGED, AT_FIRST_DOCUMENT_TERMS);
    }
    uint8_t bytes[200];
    tp_corpus_free(read_back(bytes, assemble(&empty, bytes)));
    empty.first_document_terms = 0; /* there is no first document */
    check_refused(empty, TP_DAMAGED, AT_FIRST_DOCUMENT_TERMS);
}

/* Beyond what can ever be counted, so that what is added to them does not overflow. */
static void test_totals_beyond_2_to_63_are_refused(void)
{
    draft d = sound;
    d.documents = (uint64_t)1 << 63;
    check_refused(d, TP_DAMAGED, AT_DOCUMENTS);
    d.documents = UINT64_MAX;
    check_refused(d, TP_DAMAGED, AT_DOCUMENTS);
    d = sound;
    d.words = d.values[0] = (uint64_t)1 << 63;
    d.words += d.values[1];
    check_refused(d, TP_DAMAGED, AT_WORDS);
}

/* Changes a byte or two of a sound snapshot at random and makes the checksum right again. What can be read at all must then be
 * written as just these bytes. */
static void test_random_changes_are_refused_or_kept(void)
{
    uint64_t state = 7;
    unsigned n_read = 0;
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[200];
        size_t nbytes = assemble(&sound, bytes);
        for (uint64_t n = 1 + random_below(&state, 2); n > 0; n--) {
            unsigned n_bits = random_below(&state, 2) == 0 ? 3 : 8; /* small numbers are more often possible ones */
            bytes[8 + random_below(&state, nbytes - 16)] = (uint8_t)(random_next(&state) >> (64 - n_bits));
        }
        put_number(bytes + nbytes - 8, checksum_of(bytes, nbytes - 8));
        block copy = exact_copy(bytes, nbytes);
        tp_corpus *corpus = NULL;
        tp_status status = tp_corpus_read(copy.data, nbytes, NULL, NULL, &corpus, NULL);
        if (status == TP_OK) {
            block again = snapshot_of(corpus);
            CHECK_EQ_BYTES(again.data, again.nbytes, bytes, nbytes);
            free(again.data);
            n_read++;
        } else {
            CHECK(status == TP_DAMAGED || status == TP_UNKNOWN_VERSION);
        }
        tp_corpus_free(corpus);
        free(copy.data);
    }
    CHECK(n_read > 100);
}

int main(void)
{
    RUN(test_what_is_read_is_what_was_written);
    RUN(test_corpus_that_was_read_goes_on_counting);
    RUN(test_corpus_that_was_read_continues_an_open_document);
    RUN(test_position_is_not_written);
    RUN(test_equal_corpora_give_equal_bytes);
    RUN(test_writing_needs_room);
    RUN(test_open_document_cannot_be_written);
    RUN(test_format_is_written);
    RUN(test_format_is_read);
    RUN(test_every_machine_writes_the_same_bytes);
    RUN(test_reading_is_stopped_and_leaves_nothing);
    RUN(test_nothing_is_no_snapshot);
    RUN(test_every_truncation_is_seen);
    RUN(test_bytes_behind_are_seen);
    RUN(test_every_changed_byte_is_seen);
    RUN(test_sound_draft_is_read);
    RUN(test_unknown_versions_are_refused);
    RUN(test_sizes_that_do_not_add_up_are_refused);
    RUN(test_sizes_that_add_up_modulo_2_to_64_are_refused);
    RUN(test_text_with_too_few_or_many_terms_is_refused);
    RUN(test_terms_that_are_no_words_are_refused);
    RUN(test_term_that_occurs_twice_is_refused);
    RUN(test_counts_that_do_not_add_up_are_refused);
    RUN(test_document_frequencies_out_of_range_are_refused);
    RUN(test_parts_of_a_whole_lack_documents);
    RUN(test_first_document_cannot_have_more_terms_than_there_are);
    RUN(test_totals_beyond_2_to_63_are_refused);
    RUN(test_random_changes_are_refused_or_kept);
    return tests_done();
}
