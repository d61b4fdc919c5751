/* Numbers of all types as doubles. */
#include <string.h>

#include "base/error.h"

/* Integers of up to 32 bits are doubles, and so are those of 64 bits that come back the same. 2^63 and 2^64, to which the largest
 * round, are out of range for coming back; no other double that an integer rounds to is. */
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
