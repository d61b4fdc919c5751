/* Arrow arrays whose buffers hold anything: nothing outside of them is read, and what is joined is what a naive reader finds. */
#include "fuzz.h"
#include "naive_utf8.h"
#include "support.h"
#include "unicode/space.h"

enum { MOST_SLOTS = 32 };

/* The value of a slot; `is_there` is false for none, `is_sound` for one that points outside. */
typedef struct value {
    bool is_there, is_sound;
    const uint8_t *text;
    uint64_t nbytes;
} value;

static uint64_t number_at(tp_arrow_buffer buffer, uint64_t offset, size_t nbytes, bool *is_sound)
{
    uint64_t number = 0;
    if (offset > buffer.nbytes || nbytes > buffer.nbytes - offset) *is_sound = false;
    for (size_t i = 0; *is_sound && i < nbytes; i++) number |= (uint64_t)buffer.bytes[offset + i] << (8 * i);
    return number;
}

/* An empty text is nowhere. */
static value text_in(const tp_arrow_buffer *buffer, uint64_t start, uint64_t nbytes, bool is_sound)
{
    if (is_sound && nbytes == 0) return (value){true, true, NULL, 0};
    is_sound = is_sound && start <= buffer->nbytes && nbytes <= buffer->nbytes - start;
    return is_sound ? (value){true, true, buffer->bytes == NULL ? NULL : buffer->bytes + start, nbytes}
                    : (value){true, false, NULL, 0};
}

static value value_of(const tp_arrow_array *from, const tp_arrow_array *dictionary, uint64_t entry)
{
    static const tp_arrow_buffer nothing;
    const uint64_t slot = from->offset + entry;
    bool is_sound = entry < from->length;
    if (from->validity.bytes != NULL) {
        uint64_t bits = number_at(from->validity, slot / 8, 1, &is_sound);
        if (is_sound && (bits >> slot % 8 & 1) == 0) return (value){false, true, NULL, 0};
    }
    if (from->layout == TP_ARROW_OFFSETS_32 || from->layout == TP_ARROW_OFFSETS_64) {
        size_t width = from->layout == TP_ARROW_OFFSETS_32 ? 4 : 8;
        uint64_t start = number_at(from->slots, slot * width, width, &is_sound);
        uint64_t end = number_at(from->slots, (slot + 1) * width, width, &is_sound);
        return text_in(from->n_data > 0 ? &from->data[0] : &nothing, start, end - start, is_sound && start <= end);
    }
    if (from->layout == TP_ARROW_VIEWS) {
        uint64_t nbytes = number_at(from->slots, slot * 16, 4, &is_sound);
        if (is_sound && nbytes <= 12) return text_in(&from->slots, slot * 16 + 4, nbytes, slot * 16 + 16 <= from->slots.nbytes);
        uint64_t number = number_at(from->slots, slot * 16 + 8, 4, &is_sound);
        uint64_t start = number_at(from->slots, slot * 16 + 12, 4, &is_sound);
        if (number >= from->n_data) return (value){true, false, NULL, 0};
        return text_in(&from->data[number], start, nbytes, is_sound);
    }
    size_t width = (size_t)1 << (from->layout - TP_ARROW_INDICES_8);
    uint64_t index = number_at(from->slots, slot * width, width, &is_sound);
    return is_sound ? value_of(dictionary, NULL, index) : (value){true, false, NULL, 0};
}

/* ---- Making arrays ----------------------------------------------------------------------------------------------- */

typedef struct made_up {
    tp_arrow_array array;
    tp_arrow_buffer data[2];
    block blocks[4];
} made_up;

static tp_arrow_buffer own(block *where, input bytes)
{
    *where = exact_copy(bytes.data, bytes.nbytes);
    return (tp_arrow_buffer){where->data, where->nbytes};
}

static void make_up(made_up *made, input *in, tp_arrow_layout layout)
{
    uint8_t how = take_byte(in);
    *made = (made_up){.array = {.layout = layout, .offset = take_below(in, 4), .length = take_below(in, MOST_SLOTS)}};
    if (how == 0xFF) made->array.offset = take_number(in, 4);
    made->array.slots = own(&made->blocks[0], take_bytes(in, take_byte(in)));
    made->data[0] = own(&made->blocks[1], take_bytes(in, take_byte(in)));
    made->data[1] = own(&made->blocks[2], take_bytes(in, take_below(in, 32)));
    made->array.data = made->data;
    made->array.n_data = how % 3;
    if (how >= 0x80) made->array.validity = own(&made->blocks[3], take_bytes(in, take_below(in, 8)));
}

static void free_made_up(made_up *made)
{
    for (size_t i = 0; i < 4; i++) free(made->blocks[i].data);
}

/* ---- Joining ----------------------------------------------------------------------------------------------------- */

static bool is_blank(value each)
{
    const uint8_t *p = each.text, *end = each.nbytes == 0 ? p : p + each.nbytes;
    while (p < end && tp_space_nbytes(p, end) > 0) p += tp_space_nbytes(p, end);
    return p == end;
}

/* Holds the documents of a batch against the values from `entry` on; returns the entry behind the last of them. */
static uint64_t check_batch(const tp_arrow_array *array, const tp_arrow_array *dictionary, const tp_arrow_batch *batch,
                            uint64_t entry)
{
    size_t start = 0, n = 0;
    for (; entry < batch->next; entry++) {
        value each = value_of(array, dictionary, entry);
        if (!CHECK(each.is_sound)) break;
        if (batch->has_value == NULL && (!each.is_there || is_blank(each))) continue;
        if (batch->long_text != NULL) {
            CHECK(batch->n_ends == 0);
            CHECK_EQ_BYTES(batch->long_text, batch->long_nbytes, each.text, (size_t)each.nbytes);
            continue;
        }
        if (!CHECK(n < batch->n_ends)) break;
        if (batch->has_value != NULL) CHECK_EQ_U(batch->has_value[n], each.is_there);
        CHECK_EQ_BYTES(batch->text + start, (size_t)batch->ends[n] - start, each.text, (size_t)each.nbytes);
        CHECK(naive_validate(each.text, (size_t)each.nbytes) == each.nbytes);
        start = (size_t)batch->ends[n++] + 1;
    }
    CHECK_EQ_U(n, batch->n_ends);
    CHECK_EQ_U(start, batch->text_nbytes);
    return entry;
}

static void check_joining(const tp_arrow_array *array, const tp_arrow_array *dictionary, size_t capacity, size_t n_ends,
                          bool takes_all)
{
    block text = {must_allocate(capacity), capacity};
    uint64_t *ends = must_allocate(n_ends * sizeof *ends), entry = 0;
    uint8_t *has_value = takes_all ? must_allocate(n_ends) : NULL;
    while (entry < array->length) {
        tp_arrow_batch batch = {text.data, capacity, ends, n_ends, entry, array->length, false, has_value, 0, 0, 0, NULL, 0, false};
        tp_error error = {TP_OK, 0, NULL};
        tp_status status = tp_arrow_join(array, dictionary, &batch, &error);
        if (status != TP_OK) {
            value fault = batch.next < array->length ? value_of(array, dictionary, batch.next) : (value){0};
            CHECK(status == TP_INVALID_UTF8 || status == TP_INVALID_ARGUMENT);
            if (status == TP_INVALID_UTF8 && CHECK(fault.is_there && fault.is_sound)) {
                CHECK_EQ_U(error.offset, naive_validate(fault.text, (size_t)fault.nbytes));
            }
            break;
        }
        if (!CHECK(batch.next > entry && batch.next <= array->length)) break;
        entry = check_batch(array, dictionary, &batch, entry);
        if (entry != batch.next) break;
    }
    free(has_value);
    free(ends);
    free(text.data);
}

/* Values that point outside count as nothing. */
static void check_measuring(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t enough)
{
    uint64_t following = 0, found = 0, entry = first < array->length ? first : array->length, nbytes = 0;
    tp_status status = tp_arrow_measure(array, dictionary, entry, array->length, enough, &following, &found, NULL);
    if (status != TP_OK) {
        CHECK_EQ_U(status, TP_INVALID_ARGUMENT);
        return;
    }
    for (; entry < array->length && nbytes < enough; entry++) {
        value each = value_of(array, dictionary, entry);
        if (each.is_there && each.is_sound) nbytes += each.nbytes;
    }
    CHECK_EQ_U(following, entry);
    CHECK_EQ_U(found, nbytes);
}

/* ---- Splitting --------------------------------------------------------------------------------------------------- */

/* The texts of an array without a value missing are what was joined. */
static void check_splitting(input joined, uint64_t n, uint64_t start, tp_arrow_layout layout)
{
    block text = exact_copy(joined.data, joined.nbytes), before = exact_copy(joined.data, joined.nbytes);
    uint64_t offsets[256] = {0}, n_texts = joined.nbytes == 0 && n == 0 ? 0 : 1, most;
    const size_t width = layout == TP_ARROW_OFFSETS_32 ? 4 : 8;
    most = layout == TP_ARROW_OFFSETS_32 ? INT32_MAX : INT64_MAX;
    for (size_t i = 0; i < joined.nbytes; i++) n_texts += joined.data[i] == '\n';
    bool has_offsets = layout == TP_ARROW_OFFSETS_32 || layout == TP_ARROW_OFFSETS_64;
    tp_status expected = n != n_texts || !has_offsets ? TP_INVALID_ARGUMENT : TP_OK;
    if (has_offsets && n > 0 && n == n_texts && (start > most || joined.nbytes - (n - 1) > most - start)) expected = TP_TOO_LARGE;
    CHECK_EQ_U(tp_arrow_split(text.data, text.nbytes, n, start, layout, offsets, NULL), expected);
    if (expected != TP_OK) CHECK_EQ_BYTES(text.data, text.nbytes, before.data, before.nbytes);
    for (size_t i = 0, from = 0, at = 0; expected == TP_OK && i < n; i++) {
        bool is_sound = true;
        const tp_arrow_buffer stored = {(const uint8_t *)offsets, sizeof offsets};
        size_t end = (size_t)(number_at(stored, i * width, width, &is_sound) - start);
        if (!CHECK(end >= at && from + (end - at) <= before.nbytes)) break;
        CHECK_EQ_BYTES(text.data + at, end - at, before.data + from, end - at);
        from += end - at;
        CHECK(i + 1 < n ? from < before.nbytes && before.data[from] == '\n' : from == before.nbytes);
        from++;
        at = end;
    }
    free(before.data);
    free(text.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    tp_arrow_layout layout = (tp_arrow_layout)take_below(&in, TP_ARROW_INDICES_64 + 1);
    bool has_dictionary = layout >= TP_ARROW_INDICES_8;
    size_t capacity = take_byte(&in), n_ends = 1 + take_below(&in, 8);
    made_up array, dictionary;
    make_up(&array, &in, layout);
    make_up(&dictionary, &in, (tp_arrow_layout)take_below(&in, TP_ARROW_VIEWS + 1));
    check_joining(&array.array, has_dictionary ? &dictionary.array : NULL, capacity, n_ends, false);
    check_joining(&array.array, has_dictionary ? &dictionary.array : NULL, capacity, n_ends, true);
    check_measuring(&array.array, has_dictionary ? &dictionary.array : NULL, n_ends, capacity);
    check_splitting(take_bytes(&in, 255), n_ends, capacity < 0xF0 ? capacity : (uint64_t)INT32_MAX - capacity, layout);
    free_made_up(&array);
    free_made_up(&dictionary);
    return fuzz_end();
}
