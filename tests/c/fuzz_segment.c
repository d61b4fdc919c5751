/* Segments of any bytes, by every variant, so many at a time as the input says; and of several texts at once. */
#include "fuzz.h"
#include "naive_segment.h"

static void check_several(const uint8_t *text, size_t nbytes, uint64_t cut, tp_segments kind)
{
    const uint64_t ends[] = {cut, nbytes};
    uint64_t counts[2] = {0}, *bounds = allocate(2 * nbytes * sizeof *bounds), *copied_ends = allocate(nbytes * sizeof *bounds);
    uint8_t *copied = allocate(nbytes);
    size_t n = 0;
    tp_status status = tp_count_segments(text, nbytes, ends, 2, kind, counts, NULL);
    CHECK_EQ_U(status == TP_OK, cut < nbytes); /* the second text begins behind the byte at the cut */
    if (status == TP_OK) {
        size_t sum = (size_t)(counts[0] + counts[1]);
        CHECK_EQ_U(tp_find_segments_of_texts(text, nbytes, ends, 2, kind, true, bounds, copied, copied_ends, sum, &n, NULL), TP_OK);
        CHECK_EQ_U(n, sum);
        for (size_t i = 0; i < n; i++) {
            size_t start = i > 0 ? (size_t)copied_ends[i - 1] : 0;
            CHECK(start < copied_ends[i] && copied_ends[i] <= nbytes);
            CHECK(bounds[2 * i + 1] - bounds[2 * i] <= copied_ends[i] - start);
        }
    }
    free(copied);
    free(copied_ends);
    free(bounds);
}

/* From any place on, which may be within a character. */
static void check_from(const uint8_t *text, size_t nbytes, size_t start, tp_segments kind)
{
    uint64_t bounds[8];
    size_t n = 0;
    tp_segments_place place = {start, 0};
    tp_status status = tp_find_segments(text, nbytes, kind, false, &place, bounds, 4, &n, NULL);
    CHECK_EQ_U(status, start <= nbytes ? TP_OK : TP_INVALID_ARGUMENT);
    for (size_t i = 0; i < 2 * n; i++) CHECK(bounds[i] >= (i > 0 ? bounds[i - 1] : start) && bounds[i] <= place.nbytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    size_t capacity = 1 + take_below(&in, 100), cut = take_byte(&in);
    tp_segments kind = (tp_segments)take_below(&in, 4);
    check_segments(in.data, in.nbytes, capacity);
    check_from(in.data, in.nbytes, cut, kind);
    check_several(in.data, in.nbytes, cut, kind);
    return fuzz_end();
}
