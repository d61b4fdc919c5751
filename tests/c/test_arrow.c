/* Documents out of Arrow arrays, sound and damaged, and terms into one. */
#include "support.h"

/* An array whose buffers are blocks of exactly their size. */
typedef struct owned_array {
    tp_arrow_array array;
    tp_arrow_buffer data[2];
    block blocks[4];
    size_t n_blocks;
} owned_array;

static tp_arrow_buffer own(owned_array *owned, const void *bytes, size_t nbytes)
{
    block copy = exact_copy(bytes, nbytes);
    owned->blocks[owned->n_blocks++] = copy;
    return (tp_arrow_buffer){copy.data, copy.nbytes};
}

static void free_array(owned_array *owned)
{
    for (size_t i = 0; i < owned->n_blocks; i++) free(owned->blocks[i].data);
    free(owned);
}

static owned_array *new_array(tp_arrow_layout layout, const void *slots, size_t slots_nbytes, const char *data, uint64_t length)
{
    owned_array *made = must_allocate(sizeof *made);
    *made = (owned_array){.array = {.layout = layout, .length = length}};
    made->array.slots = own(made, slots, slots_nbytes);
    if (data != NULL) made->data[0] = own(made, data, strlen(data));
    made->array.data = made->data;
    made->array.n_data = data != NULL;
    return made;
}

static void set_validity(owned_array *owned, const void *bits, size_t nbytes)
{
    owned->array.validity = own(owned, bits, nbytes);
}

/* Six entries: one, (no value), two words, (blank), (no value), a line\nand another. */
#define DATA "onegonetwo words \tnota line\nand another"
#define JOINED "one\ntwo words\na line\nand another\n"
static const uint8_t VALID = 0x2D;

static owned_array *array_of_offsets_32(void)
{
    static const int32_t offsets[] = {0, 3, 7, 16, 18, 21, 39};
    owned_array *made = new_array(TP_ARROW_OFFSETS_32, offsets, sizeof offsets, DATA, 6);
    set_validity(made, &VALID, 1);
    return made;
}

static owned_array *array_of_offsets_64(void)
{
    static const int64_t offsets[] = {0, 3, 7, 16, 18, 21, 39};
    owned_array *made = new_array(TP_ARROW_OFFSETS_64, offsets, sizeof offsets, DATA, 6);
    set_validity(made, &VALID, 1);
    return made;
}

/* A view of text that is written into it where there is room. */
static void write_view(uint8_t *view, const char *text, int32_t buffer, int32_t offset)
{
    int32_t nbytes = (int32_t)strlen(text);
    memset(view, 0, 16);
    memcpy(view, &nbytes, 4);
    memcpy(view + 4, text, nbytes <= 12 ? (size_t)nbytes : 4);
    if (nbytes > 12) {
        memcpy(view + 8, &buffer, 4);
        memcpy(view + 12, &offset, 4);
    }
}

static owned_array *array_of_views(void)
{
    static const char *const texts[] = {"one", "gone", "two words", " \t", "not", "a line\nand another"};
    uint8_t views[6 * 16];
    for (size_t i = 0; i < 6; i++) write_view(views + 16 * i, texts[i], 0, 21);
    owned_array *made = new_array(TP_ARROW_VIEWS, views, sizeof views, DATA, 6);
    set_validity(made, &VALID, 1);
    return made;
}

static owned_array *(*const MAKERS[])(void) = {array_of_offsets_32, array_of_offsets_64, array_of_views};
enum { N_MAKERS = sizeof MAKERS / sizeof *MAKERS };

/* Reads entries first … stop - 1 batch by batch and returns the documents, each with a '\n' behind it. */
static block join(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t stop, size_t capacity,
                  size_t ends_capacity)
{
    block joined = {must_allocate(10000), 0};
    block room = {must_allocate(capacity), capacity};
    uint64_t *ends = must_allocate(ends_capacity * sizeof *ends);
    tp_arrow_batch batch = {.text = room.data, .text_capacity = capacity, .ends = ends, .ends_capacity = ends_capacity};
    batch.next = first;
    batch.stop = stop;
    while (batch.next < stop) {
        uint64_t before = batch.next;
        if (!CHECK_EQ_U(tp_arrow_join(array, dictionary, &batch, NULL), TP_OK) || !CHECK(batch.next > before)) break;
        const void *text = batch.long_text != NULL ? batch.long_text : batch.text;
        size_t nbytes = batch.long_text != NULL ? batch.long_nbytes : batch.text_nbytes;
        CHECK(batch.long_text == NULL || batch.n_ends == 0);
        if (nbytes > 0) memcpy(joined.data + joined.nbytes, text, nbytes);
        joined.nbytes += nbytes;
        if (batch.long_text != NULL) joined.data[joined.nbytes++] = '\n';
        for (size_t i = 0; i < batch.n_ends; i++) CHECK(batch.text[batch.ends[i]] == '\n');
        CHECK(batch.n_ends == 0 || batch.ends[batch.n_ends - 1] == batch.text_nbytes - 1);
    }
    free(room.data);
    free(ends);
    return joined;
}

#define CHECK_JOINS(array, dictionary, first, stop, expected)                                                           \
    do {                                                                                                                \
        block joined_ = join((array), (dictionary), (first), (stop), 200, 20);                                          \
        CHECK_EQ_BYTES(joined_.data, joined_.nbytes, (expected), strlen(expected));                                     \
        free(joined_.data);                                                                                             \
    } while (0)

/* ---- Joining ----------------------------------------------------------------------------------------------------------- */

static void test_documents_of_each_layout_are_joined(void)
{
    for (size_t i = 0; i < N_MAKERS; i++) {
        owned_array *made = MAKERS[i]();
        CHECK_JOINS(&made->array, NULL, 0, 6, JOINED);
        CHECK_JOINS(&made->array, NULL, 1, 3, "two words\n");
        CHECK_JOINS(&made->array, NULL, 3, 5, "");
        free_array(made);
    }
}

static void test_no_room_is_too_small(void)
{
    for (size_t i = 0; i < N_MAKERS; i++) {
        owned_array *made = MAKERS[i]();
        for (size_t capacity = 0; capacity < 60; capacity++) {
            for (size_t ends_capacity = 0; ends_capacity < 5; ends_capacity++) {
                block joined = join(&made->array, NULL, 0, 6, capacity, ends_capacity);
                CHECK_EQ_BYTES(joined.data, joined.nbytes, JOINED, strlen(JOINED));
                free(joined.data);
            }
        }
        free_array(made);
    }
}

static void test_array_may_begin_at_any_slot(void)
{
    enum { N = 100 };
    int32_t offsets[N + 1];
    char data[N + 1] = {0};
    uint8_t validity[(N + 7) / 8] = {0};
    for (int32_t i = 0; i < N; i++) {
        offsets[i] = i;
        data[i] = (char)('a' + i % 26);
        if (i % 3 != 0) validity[i / 8] = (uint8_t)(validity[i / 8] | 1 << i % 8);
    }
    offsets[N] = N;
    owned_array *made = new_array(TP_ARROW_OFFSETS_32, offsets, sizeof offsets, data, 1);
    set_validity(made, validity, sizeof validity);
    for (uint64_t offset = 0; offset < N; offset++) {
        char expected[3] = {data[offset], '\n', '\0'};
        made->array.offset = offset;
        CHECK_JOINS(&made->array, NULL, 0, 1, offset % 3 != 0 ? expected : "");
    }
    free_array(made);
}

static void test_indices_of_each_width_are_followed(void)
{
    static const tp_arrow_layout layouts[] = {TP_ARROW_INDICES_8, TP_ARROW_INDICES_16, TP_ARROW_INDICES_32,
                                               TP_ARROW_INDICES_64};
    static const uint8_t valid = 0x3D;
    for (size_t width = 0; width < 4; width++) {
        uint8_t slots[6 * 8] = {0};
        for (size_t i = 0; i < 6; i++) {
            uint64_t index = 5 - i;
            uint8_t index_8 = (uint8_t)index;
            uint16_t index_16 = (uint16_t)index;
            uint32_t index_32 = (uint32_t)index;
            const void *sources[] = {&index_8, &index_16, &index_32, &index};
            memcpy(slots + (i << width), sources[width], (size_t)1 << width);
        }
        for (size_t i = 0; i < N_MAKERS; i++) {
            owned_array *dictionary = MAKERS[i]();
            owned_array *indices = new_array(layouts[width], slots, (size_t)6 << width, NULL, 6);
            CHECK_JOINS(&indices->array, &dictionary->array, 0, 6, "a line\nand another\ntwo words\none\n");
            set_validity(indices, &valid, 1);
            indices->array.offset = 1;
            indices->array.length = 5;
            CHECK_JOINS(&indices->array, &dictionary->array, 0, 5, "two words\none\n");
            free_array(indices);
            free_array(dictionary);
        }
    }
}

static void test_blank_documents_stop_where_that_is_asked(void)
{
    uint8_t text[100];
    uint64_t ends[10];
    owned_array *made = array_of_offsets_32();
    tp_arrow_batch batch = {.text = text, .text_capacity = 100, .ends = ends, .ends_capacity = 10, .stop = 6};
    batch.stops_at_blank = true;
    CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, NULL), TP_OK);
    CHECK(batch.n_ends == 2 && batch.next == 3 && !batch.is_at_blank && batch.read_nbytes == 12);
    CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, NULL), TP_OK);
    CHECK(batch.n_ends == 0 && batch.text_nbytes == 0 && batch.next == 3 && batch.is_at_blank);
    batch.stops_at_blank = false;
    CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, NULL), TP_OK);
    CHECK(batch.n_ends == 1 && batch.next == 6 && !batch.is_at_blank && batch.read_nbytes == 2 + 18);
    free_array(made);
}

static void test_ill_formed_document_is_named(void)
{
    static const int32_t offsets[] = {0, 3, 5, 6, 12, 16};
    static const uint8_t valid = 0x1D; /* not the second; the third is blank */
    uint8_t text[100];
    uint64_t ends[10];
    owned_array *made = new_array(TP_ARROW_OFFSETS_32, offsets, sizeof offsets, "oneno a\nbc\xE2\x82here", 5);
    set_validity(made, &valid, 1);
    tp_arrow_batch batch = {.text = text, .text_capacity = 100, .ends = ends, .ends_capacity = 10, .stop = 5};
    tp_error error;
    CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, &error), TP_INVALID_UTF8);
    CHECK(batch.next == 3 && error.offset == 4 && batch.n_ends == 0);
    batch.text_capacity = 4; /* now it is a long one, which is not looked at */
    batch.next = 3;
    CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, &error), TP_OK);
    CHECK(batch.next == 4 && batch.long_nbytes == 6);
    free_array(made);
}

/* The same six entries, of which all are documents; those without a value are empty ones. */
static void test_every_entry_is_a_document_where_that_is_asked(void)
{
    static const char expected[] = "one\n\ntwo words\n \t\n\na line\nand another\n";
    static const uint8_t values[] = {1, 0, 1, 1, 0, 1};
    for (size_t i = 0; i < N_MAKERS; i++) {
        owned_array *made = MAKERS[i]();
        for (size_t capacity = 1; capacity < 60; capacity++) {
            uint8_t text[60], has_value[3], found[6];
            uint64_t ends[3];
            char joined[100];
            size_t nbytes = 0, n = 0;
            tp_arrow_batch batch = {.text = text, .text_capacity = capacity, .ends = ends, .ends_capacity = 1 + capacity % 3};
            batch.stop = 6;
            batch.has_value = has_value;
            while (batch.next < 6 && CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, NULL), TP_OK)) {
                CHECK_EQ_U(batch.next, n + batch.n_ends + (batch.long_text != NULL));
                memcpy(joined + nbytes, text, batch.text_nbytes);
                nbytes += batch.text_nbytes;
                memcpy(found + n, has_value, batch.n_ends);
                n += batch.n_ends;
                if (batch.long_text != NULL) {
                    memcpy(joined + nbytes, batch.long_text, batch.long_nbytes);
                    nbytes += batch.long_nbytes;
                    joined[nbytes++] = '\n';
                    found[n++] = 1;
                }
            }
            CHECK_EQ_BYTES(joined, nbytes, expected, sizeof expected - 1);
            CHECK_EQ_BYTES(found, n, values, sizeof values);
        }
        free_array(made);
    }
}

static void test_every_entry_needs_room(void)
{
    uint8_t text[2], has_value[1];
    uint64_t ends[1];
    owned_array *made = array_of_offsets_32();
    tp_arrow_batch batch = {.text = text, .text_capacity = 2, .ends = ends, .next = 1, .stop = 6, .has_value = has_value};
    tp_error error;
    CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, &error), TP_INVALID_ARGUMENT);
    CHECK(batch.next == 1 && error.offset == 1);
    batch.ends_capacity = 1;
    batch.text_capacity = 0;
    CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, &error), TP_INVALID_ARGUMENT);
    CHECK(batch.next == 1 && error.offset == 1);
    free_array(made);
}

static void test_an_ill_formed_entry_is_named_among_all(void)
{
    static const int32_t offsets[] = {0, 3, 5, 6, 12, 16};
    static const uint8_t valid = 0x1D; /* not the second; the third is blank */
    uint8_t text[100], has_value[10];
    uint64_t ends[10];
    owned_array *made = new_array(TP_ARROW_OFFSETS_32, offsets, sizeof offsets, "oneno a\nbc\xE2\x82here", 5);
    set_validity(made, &valid, 1);
    tp_arrow_batch batch = {.text = text, .text_capacity = 100, .ends = ends, .ends_capacity = 10, .stop = 5};
    batch.has_value = has_value;
    tp_error error;
    CHECK_EQ_U(tp_arrow_join(&made->array, NULL, &batch, &error), TP_INVALID_UTF8);
    CHECK(batch.next == 3 && error.offset == 4 && batch.n_ends == 0);
    free_array(made);
}

static void test_one_call_does_not_read_for_ever(void)
{
    enum { N = 3 << 20 };
    uint8_t *zeros = must_allocate(N);
    memset(zeros, 0, N);
    owned_array *made = new_array(TP_ARROW_INDICES_8, zeros, N, NULL, N);
    owned_array *dictionary = new_array(TP_ARROW_OFFSETS_32, zeros, 8, "", 1);
    set_validity(made, zeros, N / 8);
    tp_arrow_batch batch = {.stop = N};
    CHECK_EQ_U(tp_arrow_join(&made->array, &dictionary->array, &batch, NULL), TP_OK);
    CHECK(batch.next > 0 && batch.next < N);
    CHECK_JOINS(&made->array, &dictionary->array, 0, N, "");
    free_array(made);
    free_array(dictionary);
    free(zeros);
}

/* ---- Damage ------------------------------------------------------------------------------------------------------------ */

static tp_error fault_of(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t stop)
{
    uint8_t text[100];
    uint64_t ends[10];
    tp_arrow_batch batch = {.text = text, .text_capacity = 100, .ends = ends, .ends_capacity = 10, .next = first, .stop = stop};
    tp_error error = {TP_OK, 99, NULL};
    while (batch.next < stop && tp_arrow_join(array, dictionary, &batch, &error) == TP_OK) continue;
    CHECK(error.status == TP_OK || (batch.n_ends == 0 && batch.text_nbytes == 0 && batch.long_text == NULL));
    return error;
}

#define CHECK_DAMAGED(array, dictionary, first, stop, entry)                                                            \
    do {                                                                                                                \
        tp_error error_ = fault_of((array), (dictionary), (first), (stop));                                             \
        CHECK_EQ_U(error_.status, TP_INVALID_ARGUMENT);                                                                 \
        CHECK_EQ_U(error_.offset, (entry));                                                                             \
    } while (0)

static void test_offsets_stay_inside(void)
{
    static const int64_t damaged[][3] = {{0, 1, 99}, {0, 2, 1}, {0, 0, -1}, {5, 5, 6}, {0, INT64_MAX, INT64_MIN}, {-1, 0, 0}};
    static const uint64_t entries[] = {1, 1, 1, 1, 0, 0};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        owned_array *made = new_array(TP_ARROW_OFFSETS_64, damaged[i], sizeof damaged[i], "abcde", 2);
        CHECK_DAMAGED(&made->array, NULL, 0, 2, entries[i]);
        free_array(made);
    }
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        int32_t offsets[3];
        for (size_t j = 0; j < 3; j++) {
            int64_t offset = damaged[i][j];
            offsets[j] = offset == INT64_MAX ? INT32_MAX : offset == INT64_MIN ? INT32_MIN : (int32_t)offset;
        }
        owned_array *made = new_array(TP_ARROW_OFFSETS_32, offsets, sizeof offsets, "abcde", 2);
        CHECK_DAMAGED(&made->array, NULL, 0, 2, entries[i]);
        free_array(made);
    }
}

static void test_views_stay_inside(void)
{
    static const int32_t damaged[][4] = {
        {-1, 0, 0, 0},  {13, 0, 1, 0}, {13, 0, -1, 0},         {13, 0, 0, -1},
        {13, 0, 0, 10}, {23, 0, 0, 0}, {INT32_MAX, 0, 0, INT32_MAX}, {INT32_MIN, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        owned_array *made = new_array(TP_ARROW_VIEWS, damaged[i], sizeof damaged[i], "0123456789012345678901", 1);
        CHECK_DAMAGED(&made->array, NULL, 0, 1, 0);
        free_array(made);
    }
}

static void test_indices_stay_inside(void)
{
    static const uint8_t indices[] = {0, 5, 6, 255};
    owned_array *dictionary = array_of_views();
    owned_array *made = new_array(TP_ARROW_INDICES_8, indices, sizeof indices, NULL, 4);
    CHECK_DAMAGED(&made->array, &dictionary->array, 0, 4, 2);
    CHECK_DAMAGED(&made->array, &dictionary->array, 3, 4, 3);
    dictionary->array.length = 0;
    CHECK_DAMAGED(&made->array, &dictionary->array, 0, 4, 0);
    free_array(made);
    free_array(dictionary);
}

static void test_buffers_hold_the_whole_array(void)
{
    for (size_t i = 0; i < N_MAKERS; i++) {
        owned_array *made = MAKERS[i]();
        tp_arrow_array array = made->array;
        array.slots.nbytes--;
        CHECK_DAMAGED(&array, NULL, 2, 6, 2);
        array = made->array;
        array.length = 7;
        CHECK_DAMAGED(&array, NULL, 0, 6, 0);
        array = made->array;
        array.offset = 1;
        CHECK_DAMAGED(&array, NULL, 0, 6, 0);
        array.offset = UINT64_MAX;
        CHECK_DAMAGED(&array, NULL, 0, 6, 0);
        array = made->array;
        array.length = UINT64_MAX;
        CHECK_DAMAGED(&array, NULL, 0, 6, 0);
        array = made->array;
        array.validity.nbytes = 0;
        CHECK_DAMAGED(&array, NULL, 0, 6, 0);
        array = made->array;
        array.layout = (tp_arrow_layout)99;
        CHECK_DAMAGED(&array, &made->array, 0, 6, 0);
        free_array(made);
    }
}

static void test_entries_and_dictionaries_are_where_they_belong(void)
{
    static const uint8_t indices[] = {0, 0};
    owned_array *texts = array_of_offsets_32(), *made = new_array(TP_ARROW_INDICES_8, indices, sizeof indices, NULL, 2);
    CHECK_DAMAGED(&texts->array, NULL, 0, 7, 0);
    CHECK_DAMAGED(&made->array, NULL, 0, 2, 0);
    CHECK_DAMAGED(&made->array, &made->array, 0, 2, 0);
    CHECK_DAMAGED(&texts->array, &texts->array, 0, 2, 0);
    tp_arrow_batch batch = {.next = 2, .stop = 1};
    CHECK_EQ_U(tp_arrow_join(&texts->array, NULL, &batch, NULL), TP_INVALID_ARGUMENT);
    texts->array.slots = (tp_arrow_buffer){NULL, 0};
    texts->array.length = 0; /* an array without entries need not have offsets */
    CHECK_EQ_U(fault_of(&texts->array, NULL, 0, 0).status, TP_OK);
    free_array(texts);
    free_array(made);
}

/* Numbers of four bytes, mostly small as a slot's are; here and there a byte is anything. */
static void fill_randomly(uint8_t *bytes, size_t nbytes, uint64_t *state)
{
    for (size_t i = 0; i < nbytes; i += 4) {
        uint32_t number = random_below(state, 2) == 0 ? (uint32_t)random_below(state, 20) : 0;
        memcpy(bytes + i, &number, sizeof number);
        if (random_below(state, 8) == 0) bytes[i + random_below(state, 4)] = (uint8_t)random_next(state);
    }
}

/* The sanitizers and valgrind watch. */
static void test_random_arrays_are_read_or_refused(void)
{
    uint64_t state = 20, n_read = 0;
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[2][64], text[40];
        uint64_t ends[4], following, sum;
        for (size_t i = 0; i < 2; i++) fill_randomly(bytes[i], sizeof bytes[i], &state);
        owned_array *arrays[2];
        for (size_t i = 0; i < 2; i++) {
            tp_arrow_layout layout = (tp_arrow_layout)random_below(&state, i == 0 ? 7 : 3);
            size_t nbytes = random_below(&state, 4) == 0 ? random_below(&state, 65) : 64;
            arrays[i] = new_array(layout, bytes[i], nbytes, "text in a buffer of some length", random_below(&state, 5));
            arrays[i]->array.offset = random_below(&state, 3);
            if (random_below(&state, 2) == 0) set_validity(arrays[i], "\xB5\x5B", random_below(&state, 3));
        }
        const tp_arrow_array *dictionary = arrays[0]->array.layout >= TP_ARROW_INDICES_8 ? &arrays[1]->array : NULL;
        tp_arrow_batch batch = {.text = text, .text_capacity = sizeof text, .ends = ends, .ends_capacity = 4};
        batch.stop = arrays[0]->array.length;
        tp_arrow_measure(&arrays[0]->array, dictionary, 0, batch.stop, 50, &following, &sum, NULL);
        while (batch.next < batch.stop && tp_arrow_join(&arrays[0]->array, dictionary, &batch, NULL) == TP_OK) {
            n_read += batch.n_ends;
            for (size_t i = 0; i < batch.long_nbytes; i++) n_read += batch.long_text[i] == '\0';
        }
        for (size_t i = 0; i < 2; i++) free_array(arrays[i]);
    }
    CHECK(n_read > 1000);
}

/* ---- Measuring --------------------------------------------------------------------------------------------------------- */

static void test_values_are_measured_up_to_what_is_enough(void)
{
    static const uint64_t enough[] = {0, 1, 3, 4, 12, 13, 14, 15, UINT64_MAX};
    static const uint64_t entry[] = {0, 1, 1, 3, 3, 4, 4, 6, 6}, sum[] = {0, 3, 3, 12, 12, 14, 14, 32, 32};
    for (size_t i = 0; i < N_MAKERS; i++) {
        owned_array *made = MAKERS[i]();
        uint64_t following = 99, nbytes = 99;
        for (size_t j = 0; j < sizeof enough / sizeof *enough; j++) {
            CHECK_EQ_U(tp_arrow_measure(&made->array, NULL, 0, 6, enough[j], &following, &nbytes, NULL), TP_OK);
            CHECK_EQ_U(following, entry[j]);
            CHECK_EQ_U(nbytes, sum[j]);
        }
        CHECK_EQ_U(tp_arrow_measure(&made->array, NULL, 2, 5, UINT64_MAX, &following, &nbytes, NULL), TP_OK);
        CHECK(following == 5 && nbytes == 11);
        CHECK_EQ_U(tp_arrow_measure(&made->array, NULL, 0, 7, 1, &following, &nbytes, NULL), TP_INVALID_ARGUMENT);
        CHECK(following == 5 && nbytes == 11);
        free_array(made);
    }
}

static void test_damaged_entries_measure_nothing(void)
{
    static const int32_t offsets[] = {0, 2, 99, 4, 5};
    owned_array *made = new_array(TP_ARROW_OFFSETS_32, offsets, sizeof offsets, "abcde", 4);
    uint64_t following, nbytes;
    CHECK_EQ_U(tp_arrow_measure(&made->array, NULL, 0, 4, UINT64_MAX, &following, &nbytes, NULL), TP_OK);
    CHECK(following == 4 && nbytes == 3);
    free_array(made);
}

/* ---- Terms ------------------------------------------------------------------------------------------------------------- */

static void test_joined_texts_are_split_in_place(void)
{
    block text = exact_copy("a\n\nbcd\nef", 9);
    int32_t offsets[5] = {0, 0, 0, 0, 77};
    CHECK_EQ_U(tp_arrow_split(text.data, 9, 4, 10, TP_ARROW_OFFSETS_32, offsets, NULL), TP_OK);
    CHECK_EQ_BYTES(text.data, 6, "abcdef", 6);
    CHECK(offsets[0] == 11 && offsets[1] == 11 && offsets[2] == 14 && offsets[3] == 16 && offsets[4] == 77);
    free(text.data);
    text = exact_copy("bcd\nef", 6);
    int64_t wide[2];
    CHECK_EQ_U(tp_arrow_split(text.data, 6, 2, UINT64_C(1) << 40, TP_ARROW_OFFSETS_64, wide, NULL), TP_OK);
    CHECK(wide[0] == (INT64_C(1) << 40) + 3 && wide[1] == (INT64_C(1) << 40) + 5);
    free(text.data);
    CHECK_EQ_U(tp_arrow_split(NULL, 0, 0, 5, TP_ARROW_OFFSETS_32, NULL, NULL), TP_OK);
    CHECK_EQ_U(tp_arrow_split(NULL, 0, 1, 5, TP_ARROW_OFFSETS_32, offsets, NULL), TP_OK);
    CHECK_EQ_U(offsets[0], 5);
}

static void test_splitting_checks_what_it_is_told(void)
{
    uint8_t text[] = "ab\nc";
    int32_t offsets[3] = {7, 7, 7};
    CHECK_EQ_U(tp_arrow_split(text, 4, 1, 0, TP_ARROW_OFFSETS_32, offsets, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_arrow_split(text, 4, 3, 0, TP_ARROW_OFFSETS_32, offsets, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_arrow_split(text, 4, 0, 0, TP_ARROW_OFFSETS_32, offsets, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_arrow_split(text, 4, 2, 0, TP_ARROW_VIEWS, offsets, NULL), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_arrow_split(text, 4, 2, INT32_MAX - 2, TP_ARROW_OFFSETS_32, offsets, NULL), TP_TOO_LARGE);
    CHECK_EQ_U(tp_arrow_split(text, 4, 2, UINT64_MAX, TP_ARROW_OFFSETS_64, offsets, NULL), TP_TOO_LARGE);
    CHECK(memcmp(text, "ab\nc", 4) == 0 && offsets[0] == 7 && offsets[1] == 7);
    CHECK_EQ_U(tp_arrow_split(text, 4, 2, INT32_MAX - 3, TP_ARROW_OFFSETS_32, offsets, NULL), TP_OK);
    CHECK(offsets[0] == INT32_MAX - 1 && offsets[1] == INT32_MAX && offsets[2] == 7);
}

static void test_both_measures_come_together(void)
{
    tp_corpus *corpus = corpus_of("a b a\nb\nb\n");
    uint64_t counts[2] = {7, 7}, frequencies[2] = {7, 7}, n = 0;
    CHECK_EQ_U(tp_corpus_get_all_frequencies(corpus, counts, frequencies, 1, &n, NULL), TP_TOO_SMALL);
    CHECK(n == 2 && counts[0] == 7 && frequencies[0] == 7);
    CHECK_EQ_U(tp_corpus_get_all_frequencies(corpus, counts, frequencies, 2, &n, NULL), TP_OK);
    CHECK(n == 2 && counts[0] == 2 && counts[1] == 3 && frequencies[0] == 1 && frequencies[1] == 3);
    tp_corpus_free(corpus);
}

int main(void)
{
    RUN(test_documents_of_each_layout_are_joined);
    RUN(test_no_room_is_too_small);
    RUN(test_array_may_begin_at_any_slot);
    RUN(test_indices_of_each_width_are_followed);
    RUN(test_blank_documents_stop_where_that_is_asked);
    RUN(test_ill_formed_document_is_named);
    RUN(test_every_entry_is_a_document_where_that_is_asked);
    RUN(test_every_entry_needs_room);
    RUN(test_an_ill_formed_entry_is_named_among_all);
    RUN(test_one_call_does_not_read_for_ever);
    RUN(test_offsets_stay_inside);
    RUN(test_views_stay_inside);
    RUN(test_indices_stay_inside);
    RUN(test_buffers_hold_the_whole_array);
    RUN(test_entries_and_dictionaries_are_where_they_belong);
    RUN(test_random_arrays_are_read_or_refused);
    RUN(test_values_are_measured_up_to_what_is_enough);
    RUN(test_damaged_entries_measure_nothing);
    RUN(test_joined_texts_are_split_in_place);
    RUN(test_splitting_checks_what_it_is_told);
    RUN(test_both_measures_come_together);
    return tests_done();
}
