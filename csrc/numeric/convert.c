/* Converts numbers of all types to doubles, and integers to 64 bits. */
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "textproc/numeric.h"

/* Integers of up to 32 bits are doubles, and so are 64-bit integers that convert back to the same value. 2^63 and 2^64, to
 * which the largest integers round, are out of range for the conversion back; no other double to which an integer rounds is. */
#define CONVERT(type, is_the_same)                                                                                               \
    do {                                                                                                                         \
        const type *from = numbers;                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                                                         \
            items[i] = (double)from[i];                                                                                          \
            if (exactly && !(is_the_same)) return tp_fail(error, TP_INVALID_ARGUMENT, i, "an integer that no double is");          \
        }                                                                                                                        \
    } while (0)

tp_status tp_to_float64(tp_number_type type, const void *numbers, size_t n, bool exactly, double *items, tp_error *error)
{
    switch (type) {
    case TP_INT8:
        CONVERT(int8_t, true);
        break;
    case TP_UINT8:
        CONVERT(uint8_t, true);
        break;
    case TP_INT16:
        CONVERT(int16_t, true);
        break;
    case TP_UINT16:
        CONVERT(uint16_t, true);
        break;
    case TP_INT32:
        CONVERT(int32_t, true);
        break;
    case TP_UINT32:
        CONVERT(uint32_t, true);
        break;
    case TP_INT64:
        CONVERT(int64_t, items[i] < 0x1p63 && (int64_t)items[i] == from[i]);
        break;
    case TP_UINT64:
        CONVERT(uint64_t, items[i] < 0x1p64 && (uint64_t)items[i] == from[i]);
        break;
    case TP_FLOAT32:
        CONVERT(float, true);
        break;
    default:
        if (n > 0) memcpy(items, numbers, n * sizeof *items);
    }
    return TP_OK;
}

#define COPY(type)                                                                                                               \
    do {                                                                                                                         \
        const type *from = numbers;                                                                                              \
        for (size_t i = 0; i < n; i++) items[i] = from[i];                                                                       \
    } while (0)

static tp_status copy_unsigned(const uint64_t *numbers, size_t n, int64_t *items, tp_error *error)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t number = tp_once(numbers[i]);
        if (number > INT64_MAX) return tp_fail(error, TP_TOO_LARGE, i, "an integer that has no place in int64");
        items[i] = (int64_t)number;
    }
    return TP_OK;
}

tp_status tp_to_int64(tp_number_type type, const void *numbers, size_t n, int64_t *items, tp_error *error)
{
    switch (type) {
    case TP_INT8:
        COPY(int8_t);
        break;
    case TP_UINT8:
        COPY(uint8_t);
        break;
    case TP_INT16:
        COPY(int16_t);
        break;
    case TP_UINT16:
        COPY(uint16_t);
        break;
    case TP_INT32:
        COPY(int32_t);
        break;
    case TP_UINT32:
        COPY(uint32_t);
        break;
    case TP_INT64:
        COPY(int64_t);
        break;
    case TP_UINT64:
        return copy_unsigned(numbers, n, items, error);
    default:
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "floats are no integers");
    }
    return TP_OK;
}
