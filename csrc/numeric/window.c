/* The last numbers of a sequence, in a ring of fixed size. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/once.h"
#include "numeric/sliding_sum.h"
#include "textproc/numeric.h"

/* The part that two windows of the same capacity exchange. */
typedef struct contents {
    double *ring;
    size_t count;
    size_t next; /* the place of the next number; in a full ring, of the oldest one */
    bool sums;
    tp_sliding_sum sum;
} contents;

struct tp_window {
    size_t capacity; /* never changes */
    tp_lock lock;    /* of the following fields */
    uint64_t version;
    contents held;
};

/* ---- Beginning and end -------------------------------------------------------------------------------------------- */

tp_status tp_window_new(size_t capacity, bool sums, tp_window **window, tp_error *error)
{
    if (capacity == 0) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "a window of nothing");
    if (capacity > SIZE_MAX / sizeof(double)) {
        tp_refuse(SIZE_MAX);
        return tp_fail_no_memory(error);
    }
    tp_window *w = tp_allocate_zeroed(TP_FOR_WINDOW, sizeof *w);
    if (w == NULL) return tp_fail_no_memory(error);
    w->held.ring = tp_allocate(TP_FOR_WINDOW, capacity * sizeof(double));
    if (w->held.ring == NULL || !tp_lock_init(&w->lock)) {
        tp_release(TP_FOR_WINDOW, w->held.ring, capacity * sizeof(double));
        tp_release(TP_FOR_WINDOW, w, sizeof *w);
        return tp_fail_no_memory(error);
    }
    tp_object_made(TP_FOR_WINDOW);
    w->capacity = capacity;
    w->held.sums = sums;
    *window = w;
    return TP_OK;
}

void tp_window_free(tp_window *window)
{
    if (window == NULL) return;
    tp_lock_destroy(&window->lock);
    tp_object_freed(TP_FOR_WINDOW);
    tp_release(TP_FOR_WINDOW, window->held.ring, window->capacity * sizeof(double));
    tp_release(TP_FOR_WINDOW, window, sizeof *window);
}

void tp_window_free_at(tp_window **window)
{
    tp_window_free(*window);
    *window = NULL;
}

/* ---- Adding ------------------------------------------------------------------------------------------------------- */

static void push(tp_window *window, double number)
{
    contents *held = &window->held;
    if (held->count == window->capacity) {
        if (held->sums) tp_sum_add(&held->sum, held->ring[held->next], -1);
    } else {
        held->count++;
    }
    held->ring[held->next] = number;
    if (++held->next == window->capacity) held->next = 0;
    if (held->sums) {
        tp_sum_add(&held->sum, number, 1);
        tp_sum_carry(&held->sum);
    }
}

/* Without a sum, copies whole runs and leaves out numbers that would be overwritten again. */
static void push_all(tp_window *window, const double *numbers, size_t n)
{
    contents *held = &window->held;
    if (n > window->capacity) {
        numbers += n - window->capacity;
        n = window->capacity;
    }
    size_t to_end = window->capacity - held->next, first = n < to_end ? n : to_end;
    memcpy(held->ring + held->next, numbers, first * sizeof *numbers);
    memcpy(held->ring, numbers + first, (n - first) * sizeof *numbers);
    held->next = n < to_end ? held->next + n : n - to_end;
    held->count = n < window->capacity - held->count ? held->count + n : window->capacity;
}

static double average(const contents *held)
{
    if (!held->sums) return NAN;
    return held->count == 0 ? 0.0 : tp_sum_mean(&held->sum, held->count);
}

void tp_window_push(tp_window *window, const double *numbers, size_t n, double *averages)
{
    if (n == 0) return;
    tp_lock_write(&window->lock);
    window->version++;
    if (!window->held.sums) {
        push_all(window, numbers, n);
    } else {
        for (size_t i = 0; i < n; i++) {
            push(window, tp_once_double(numbers[i])); /* the sum and the ring must agree */
            if (averages != NULL) averages[i] = average(&window->held);
        }
    }
    tp_unlock_write(&window->lock);
}

double tp_window_push_one(tp_window *window, double number)
{
    tp_lock_write(&window->lock);
    window->version++;
    push(window, number);
    double mean = average(&window->held);
    tp_unlock_write(&window->lock);
    return mean;
}

void tp_window_clear(tp_window *window)
{
    tp_lock_write(&window->lock);
    window->version++;
    window->held.count = window->held.next = 0;
    window->held.sum = (tp_sliding_sum){0};
    tp_unlock_write(&window->lock);
}

tp_status tp_window_exchange(tp_window *window, tp_window *other, uint64_t expected_version, tp_error *error)
{
    if (window->capacity != other->capacity) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "windows of different capacities");
    }
    tp_lock_write_two(&window->lock, &other->lock);
    bool is_expected = window->version == expected_version;
    if (is_expected) {
        contents held = window->held;
        window->held = other->held;
        other->held = held;
        window->version++;
        other->version++;
    }
    tp_unlock_write_two(&window->lock, &other->lock);
    return is_expected ? TP_OK : tp_fail(error, TP_STALE, 0, "the window has moved on");
}

/* ---- Results ------------------------------------------------------------------------------------------------------ */

void tp_window_get_state(tp_window *window, tp_window_state *state)
{
    tp_lock_read(&window->lock);
    const contents *held = &window->held;
    double latest = held->count == 0 ? NAN : held->ring[(held->next == 0 ? window->capacity : held->next) - 1];
    *state = (tp_window_state){window->capacity, held->count, latest, average(held), window->version};
    tp_unlock_read(&window->lock);
}

/* Copies the oldest first: a ring that is not full begins at 0. */
static void copy_numbers(const tp_window *window, double *numbers)
{
    const contents *held = &window->held;
    size_t oldest = held->count == window->capacity ? held->next : 0, to_end = held->count - oldest;
    memcpy(numbers, held->ring + oldest, to_end * sizeof *numbers);
    memcpy(numbers + to_end, held->ring, oldest * sizeof *numbers);
}

tp_status tp_window_get_numbers(tp_window *window, double *numbers, size_t capacity, size_t *n, tp_error *error)
{
    tp_lock_read(&window->lock);
    *n = window->held.count;
    bool fits = *n <= capacity;
    if (fits && *n > 0) copy_numbers(window, numbers);
    tp_unlock_read(&window->lock);
    return fits ? TP_OK : tp_fail(error, TP_TOO_SMALL, 0, "there are more numbers");
}

tp_status tp_window_copy(tp_window *window, tp_window **copy, tp_error *error)
{
    tp_window *made = NULL;
    tp_status status = tp_window_new(window->capacity, false, &made, error);
    if (status != TP_OK) return status;
    double *ring = made->held.ring;
    tp_lock_read(&window->lock);
    made->held = window->held;
    made->version = window->version;
    if (made->held.count > 0) memcpy(ring, window->held.ring, made->held.count * sizeof *ring);
    tp_unlock_read(&window->lock);
    made->held.ring = ring;
    *copy = made;
    return TP_OK;
}
