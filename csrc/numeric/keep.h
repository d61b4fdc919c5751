/* Filters without vectors: every number is stored, and overwritten by the next one unless it is kept. Integers are doubled in
 * an unsigned type, since one that is not kept may be too large. Returns how many were kept: fewer than n_kept if the numbers
 * were written to since they were counted. */
#define DEFINE_PLAIN_KEEP(type, sum)                                                                                           \
    static size_t keep_##type(const void *numbers, const void *least, size_t n_kept, const void *end, void *kept)              \
    {                                                                                                                          \
        const type *items = numbers, *items_end = end, from = *(const type *)least;                                            \
        type *out = kept, *out_end = out + n_kept;                                                                             \
        for (; out < out_end && items < items_end; items++) {                                                                  \
            const type number = *items;                                                                                        \
            *out = (type)((sum)number + (sum)number);                                                                          \
            out += number >= from;                                                                                             \
        }                                                                                                                      \
        return (size_t)(out - (type *)kept);                                                                                   \
    }
