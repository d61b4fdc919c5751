/* Any names and ends: refused where a naive look at them says so; and found in what is left, whole, in blocks, with any room. */
#include "fuzz.h"
#include "naive_names.h"

enum { MOST_NAMES = 16, MOST_NBYTES = 2048 };

/* What is certain of a block is done, the rest comes again with the next one. */
static size_t find_in_blocks(const tp_names *names, input text, size_t step, tp_named_place *places)
{
    size_t n = 0, done = 0, end = 0;
    while (done < text.nbytes) {
        end = text.nbytes - end < step ? text.nbytes : end + step;
        size_t n_more = 0, used = 0;
        block rest = exact_copy(text.data + done, end - done);
        CHECK_EQ_U(tp_names_find(names, rest.data, rest.nbytes, end == text.nbytes, places + n, text.nbytes, &n_more, &used, NULL),
                   TP_OK);
        free(rest.data);
        for (size_t i = n; i < n + n_more; i++) {
            places[i].start += done;
            places[i].end += done;
        }
        n += n_more;
        done += used;
    }
    return n;
}

static void check_places(const tp_names *names, const name_list *list, input text, size_t step)
{
    static tp_named_place expected[MOST_NBYTES], found[2 * MOST_NBYTES];
    size_t n_expected = find_naively(list, text.data, text.nbytes, text.nbytes, expected), n = 0, used = 0;
    tp_status status = tp_names_find(names, text.data, text.nbytes, true, found, step, &n, &used, NULL);
    CHECK_EQ_U(status, n_expected > step ? TP_TOO_SMALL : TP_OK);
    CHECK_EQ_U(n, n_expected);
    CHECK_EQ_U(used, text.nbytes);
    CHECK_EQ_U(tp_names_occur(names, text.data, text.nbytes), n > 0);
    size_t n_stored = n < step ? n : step;
    CHECK_EQ_BYTES(found, n_stored * sizeof *found, expected, n_stored * sizeof *found);
    n = find_in_blocks(names, text, step, found);
    CHECK_EQ_BYTES(found, n * sizeof *found, expected, n_expected * sizeof *found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    uint64_t ends[MOST_NAMES];
    input in = fuzz_begin(data, nbytes);
    size_t step = 1 + take_byte(&in), n = take_ends(&in, ends, MOST_NAMES);
    input named = take_bytes(&in, n > 0 && ends[n - 1] < 256 ? (size_t)ends[n - 1] : 16);
    if (in.nbytes > MOST_NBYTES) in.nbytes = MOST_NBYTES;
    block text = exact_copy(named.data, named.nbytes), rest = exact_copy(in.data, in.nbytes);
    name_list list = {text.data, ends, n};
    bool is_good = n > 0 && count_good_names(&list, named.nbytes) == n;
    tp_names *names = NULL;
    tp_error error;
    CHECK_EQ_U(tp_names_new(text.data, text.nbytes, ends, n, &names, &error), is_good ? TP_OK : TP_INVALID_ARGUMENT);
    if (CHECK_EQ_U(is_good, names != NULL) && is_good) check_places(names, &list, (input){rest.data, rest.nbytes}, step);
    tp_names_free_at(&names);
    free(text.data);
    free(rest.data);
    return fuzz_end();
}
