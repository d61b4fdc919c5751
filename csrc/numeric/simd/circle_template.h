/* The counter of points outside the circle, in plain C that compilers turn into vector instructions. The file that includes
 * this one defines COUNT_BEYOND, the name of the function to define. */
#include "numeric/circle.h"

/* The radius is 2^32; the coordinates x and y are odd and below it. So x^2 and y^2 leave 1 when divided by 8, and half of x^2 +
 * y^2 - 2 is a whole number, which reaches 2^63 when x^2 + y^2 reaches 2^64: they cannot be equal, nor differ by less than 2.
 * Its highest bit gives the result without a comparison. */
uint64_t COUNT_BEYOND(uint64_t state, uint64_t n)
{
    uint64_t beyond = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t z = state + (i + 1) * TP_SPLITMIX_STEP;
        z = (z ^ z >> 30) * TP_SPLITMIX_FIRST_FACTOR;
        z = (z ^ z >> 27) * TP_SPLITMIX_SECOND_FACTOR;
        z ^= z >> 31;
        uint64_t x = z >> 32 | 1, y = (z & 0xFFFFFFFF) | 1;
        beyond += ((x * x >> 1) + (y * y >> 1)) >> 63;
    }
    return beyond;
}
