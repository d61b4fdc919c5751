/* Reads documents from Arrow arrays and writes terms into one. Arrow's buffers come from elsewhere: every number in them is
 * checked before it is used. */
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "textproc/documents.h"
#include "textproc/text.h"

/* The number of entries that one call reads: a few milliseconds, so that Ctrl-C interrupts even a column of nulls. */
#define MOST_ENTRIES (UINT64_C(1) << 19)

enum { VIEW_NBYTES = 16, INLINE_NBYTES = 12 };

typedef struct span {
    const uint8_t *text;
    size_t nbytes;
} span;

typedef enum entry_kind { ENTRY_OF_TEXT, ENTRY_WITHOUT_VALUE, ENTRY_OUTSIDE } entry_kind;

static bool has_indices(const tp_arrow_array *array) { return array->layout >= TP_ARROW_INDICES_8; }

/* The size of a slot, or 0 for an unknown layout. */
static size_t slot_nbytes(tp_arrow_layout layout)
{
    switch (layout) {
    case TP_ARROW_INDICES_8:
        return 1;
    case TP_ARROW_INDICES_16:
        return 2;
    case TP_ARROW_OFFSETS_32:
    case TP_ARROW_INDICES_32:
        return 4;
    case TP_ARROW_OFFSETS_64:
    case TP_ARROW_INDICES_64:
        return 8;
    case TP_ARROW_VIEWS:
        return VIEW_NBYTES;
    default:
        return 0;
    }
}

/* ---- Finding an entry ---------------------------------------------------------------------------------------------- */

/* Returns whether the buffers hold all slots of the array. */
static bool is_whole(const tp_arrow_array *array)
{
    size_t nbytes = slot_nbytes(array->layout);
    if (nbytes == 0) return false;
    if (array->length == 0) return true; /* such an array may have no offsets at all */
    if (array->length > UINT64_MAX / 2 || array->offset > UINT64_MAX / 2) return false;
    uint64_t end = array->offset + array->length;
    bool has_offsets = array->layout == TP_ARROW_OFFSETS_32 || array->layout == TP_ARROW_OFFSETS_64;
    if (array->slots.nbytes / nbytes < end + has_offsets) return false;
    return array->validity.bytes == NULL || array->validity.nbytes > (end - 1) / 8;
}

static tp_status check_entries(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t stop,
                               tp_error *error)
{
    if (has_indices(array) != (dictionary != NULL) || (dictionary != NULL && has_indices(dictionary))) {
        return tp_fail(error, TP_INVALID_ARGUMENT, first, "indices need a dictionary of texts, and nothing else has one");
    }
    if (!is_whole(array) || (dictionary != NULL && !is_whole(dictionary))) {
        return tp_fail(error, TP_INVALID_ARGUMENT, first, "a buffer of the array is too small for its length");
    }
    if (first > stop || stop > array->length) {
        return tp_fail(error, TP_INVALID_ARGUMENT, first, "there are not so many entries");
    }
    return TP_OK;
}

static int32_t read_32(const uint8_t *place)
{
    uint32_t number;
    memcpy(&number, place, sizeof number);
    return (int32_t)tp_once(number);
}

static int64_t read_64(const uint8_t *place)
{
    uint64_t number;
    memcpy(&number, place, sizeof number);
    return (int64_t)tp_once(number);
}

static bool has_value(const tp_arrow_array *array, uint64_t slot)
{
    return array->validity.bytes == NULL || (array->validity.bytes[slot / 8] >> slot % 8 & 1) != 0;
}

static entry_kind find_in_buffer(const tp_arrow_array *array, int64_t buffer, int64_t start, int64_t end, span *found)
{
    if (start < 0 || end < start) return ENTRY_OUTSIDE;
    if (start == end) {
        *found = (span){NULL, 0};
        return ENTRY_OF_TEXT;
    }
    if (buffer < 0 || (uint64_t)buffer >= array->n_data || (uint64_t)end > array->data[buffer].nbytes) return ENTRY_OUTSIDE;
    *found = (span){array->data[buffer].bytes + start, (size_t)(end - start)};
    return ENTRY_OF_TEXT;
}

static entry_kind find_text(const tp_arrow_array *array, uint64_t slot, span *found)
{
    const uint8_t *place = array->slots.bytes + slot * slot_nbytes(array->layout);
    if (array->layout == TP_ARROW_OFFSETS_32) return find_in_buffer(array, 0, read_32(place), read_32(place + 4), found);
    if (array->layout == TP_ARROW_OFFSETS_64) return find_in_buffer(array, 0, read_64(place), read_64(place + 8), found);
    int32_t nbytes = read_32(place); /* then the text, or its first bytes, the buffer number and the offset in it */
    if (nbytes > INLINE_NBYTES) {
        int32_t start = read_32(place + 12);
        return find_in_buffer(array, read_32(place + 8), start, (int64_t)start + nbytes, found);
    }
    if (nbytes < 0) return ENTRY_OUTSIDE;
    *found = (span){place + sizeof nbytes, (size_t)nbytes};
    return ENTRY_OF_TEXT;
}

static uint64_t load_index(const tp_arrow_array *array, uint64_t slot)
{
    const uint8_t *place = array->slots.bytes + slot * slot_nbytes(array->layout);
    if (array->layout == TP_ARROW_INDICES_8) return tp_once(*place);
    if (array->layout == TP_ARROW_INDICES_16) {
        uint16_t index;
        memcpy(&index, place, sizeof index);
        return tp_once(index);
    }
    return array->layout == TP_ARROW_INDICES_32 ? (uint32_t)read_32(place) : (uint64_t)read_64(place);
}

static entry_kind find_entry(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t entry, span *found)
{
    uint64_t slot = array->offset + entry;
    if (!has_value(array, slot)) return ENTRY_WITHOUT_VALUE;
    if (dictionary == NULL) return find_text(array, slot, found);
    uint64_t index = load_index(array, slot);
    if (index >= dictionary->length) return ENTRY_OUTSIDE;
    slot = dictionary->offset + index;
    return has_value(dictionary, slot) ? find_text(dictionary, slot, found) : ENTRY_WITHOUT_VALUE;
}

/* ---- Joining ------------------------------------------------------------------------------------------------------- */

/* Reads one entry into the batch. Returns false if the batch ends before it; the status tells whether that is an error. */
static bool read_entry(tp_arrow_batch *batch, entry_kind kind, span text, tp_status *status, tp_error *error)
{
    bool takes_all = batch->has_value != NULL;
    if (kind == ENTRY_WITHOUT_VALUE && !takes_all) return true;
    bool is_first = batch->n_ends == 0; /* otherwise the entries before it come first; a fault waits for the next call */
    if (kind == ENTRY_OUTSIDE) {
        if (is_first) *status = tp_fail(error, TP_INVALID_ARGUMENT, batch->next, "it points to outside of the array's buffers");
        return false;
    }
    if (!takes_all && tp_is_blank(text.text, text.nbytes)) {
        batch->is_at_blank = batch->stops_at_blank && is_first;
        if (batch->stops_at_blank) return false;
    } else if (text.nbytes < batch->text_capacity - batch->text_nbytes && batch->n_ends < batch->ends_capacity) {
        uint8_t *place = batch->text + batch->text_nbytes;
        if (text.nbytes > 0) memcpy(place, text.text, text.nbytes);
        place[text.nbytes] = '\n';
        batch->text_nbytes += text.nbytes + 1;
        if (takes_all) batch->has_value[batch->n_ends] = kind == ENTRY_OF_TEXT;
        batch->ends[batch->n_ends++] = batch->text_nbytes - 1;
    } else if (is_first) {
        batch->long_text = text.text;
        batch->long_nbytes = text.nbytes;
    } else {
        return false;
    }
    batch->read_nbytes += text.nbytes;
    return true;
}

/* Returns the entry of the document with the given number, counted from `first` on. */
static uint64_t find_document(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t stop,
                              size_t number)
{
    for (uint64_t entry = first; entry < stop; entry++) {
        span text;
        if (find_entry(array, dictionary, entry, &text) != ENTRY_OF_TEXT || tp_is_blank(text.text, text.nbytes)) continue;
        if (number-- == 0) return entry;
    }
    return stop;
}

static tp_status check_joined(const tp_arrow_array *array, const tp_arrow_array *dictionary, tp_arrow_batch *batch,
                              uint64_t first, tp_error *error)
{
    tp_error fault = {TP_OK, 0, NULL};
    if (tp_utf8_validate(batch->text, batch->text_nbytes, &fault) == TP_OK) return TP_OK;
    size_t number = 0;
    while (number + 1 < batch->n_ends && batch->ends[number] < fault.offset) number++;
    uint64_t start = number == 0 ? 0 : batch->ends[number - 1] + 1;
    batch->next = batch->has_value != NULL ? first + number : find_document(array, dictionary, first, batch->next, number);
    batch->n_ends = batch->text_nbytes = 0;
    return tp_fail(error, TP_INVALID_UTF8, fault.offset - start, fault.message);
}

tp_status tp_arrow_join(const tp_arrow_array *array, const tp_arrow_array *dictionary, tp_arrow_batch *batch, tp_error *error)
{
    batch->text_nbytes = batch->n_ends = batch->long_nbytes = 0;
    batch->read_nbytes = 0;
    batch->long_text = NULL;
    batch->is_at_blank = false;
    tp_status status = check_entries(array, dictionary, batch->next, batch->stop, error);
    if (status != TP_OK) return status;
    if (batch->has_value != NULL && (batch->text_capacity == 0 || batch->ends_capacity == 0)) {
        return tp_fail(error, TP_INVALID_ARGUMENT, batch->next, "there is no room for a document");
    }
    uint64_t first = batch->next;
    uint64_t stop = batch->stop - first > MOST_ENTRIES ? first + MOST_ENTRIES : batch->stop;
    while (batch->next < stop && batch->long_text == NULL) {
        span text = {NULL, 0};
        entry_kind kind = find_entry(array, dictionary, batch->next, &text);
        if (!read_entry(batch, kind, text, &status, error)) break;
        batch->next++;
    }
    return status == TP_OK ? check_joined(array, dictionary, batch, first, error) : status;
}

tp_status tp_arrow_measure(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t stop,
                           uint64_t enough, uint64_t *following, uint64_t *nbytes, tp_error *error)
{
    tp_status status = check_entries(array, dictionary, first, stop, error);
    if (status != TP_OK) return status;
    uint64_t sum = 0, entry = first;
    for (; entry < stop && sum < enough; entry++) {
        span text;
        if (find_entry(array, dictionary, entry, &text) == ENTRY_OF_TEXT) sum += text.nbytes;
    }
    *following = entry;
    *nbytes = sum;
    return TP_OK;
}

/* ---- Terms --------------------------------------------------------------------------------------------------------- */

static void store_offset(void *offsets, tp_arrow_layout layout, uint64_t i, uint64_t offset)
{
    if (layout == TP_ARROW_OFFSETS_32) ((int32_t *)offsets)[i] = (int32_t)offset;
    else ((int64_t *)offsets)[i] = (int64_t)offset;
}

static uint64_t count_newlines(const uint8_t *text, size_t nbytes)
{
    uint64_t n = 0;
    for (size_t i = 0; i < nbytes; i++) n += text[i] == '\n';
    return n;
}

tp_status tp_arrow_split(uint8_t *text, size_t text_nbytes, uint64_t n, uint64_t start, tp_arrow_layout layout, void *offsets,
                         tp_error *error)
{
    if (layout != TP_ARROW_OFFSETS_32 && layout != TP_ARROW_OFFSETS_64) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "the layout has no offsets");
    }
    if (n == 0 ? text_nbytes != 0 : count_newlines(text, text_nbytes) != n - 1) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there are not as many texts as were told of");
    }
    if (n == 0) return TP_OK;
    uint64_t most = layout == TP_ARROW_OFFSETS_32 ? (uint64_t)INT32_MAX : (uint64_t)INT64_MAX;
    uint64_t nbytes = text_nbytes - (n - 1);
    if (nbytes > most || start > most - nbytes) {
        return tp_fail(error, TP_TOO_LARGE, 0, "the text is too long for the offsets");
    }
    const uint8_t *from = text, *end = text + text_nbytes;
    uint8_t *to = text;
    for (uint64_t i = 0; i + 1 < n; i++) {
        const uint8_t *newline = memchr(from, '\n', (size_t)(end - from));
        if (newline == NULL) return tp_fail(error, TP_INVALID_ARGUMENT, i, "the text was changed while it was read");
        size_t length = (size_t)(newline - from);
        memmove(to, from, length);
        to += length;
        from = newline + 1;
        store_offset(offsets, layout, i, start + (uint64_t)(to - text));
    }
    if (from < end) memmove(to, from, (size_t)(end - from));
    store_offset(offsets, layout, n - 1, start + nbytes);
    return TP_OK;
}
