/* naive_names.h - finds names by trying each of them at every place. */
#ifndef NAIVE_NAMES_H
#define NAIVE_NAMES_H

#include <string.h>

#include "support.h"

typedef struct name_list {
    const uint8_t *text;
    const uint64_t *ends;
    size_t n;
} name_list;

static inline size_t name_start(const name_list *names, size_t i) { return i == 0 ? 0 : (size_t)names->ends[i - 1]; }

static inline size_t name_nbytes(const name_list *names, size_t i) { return (size_t)names->ends[i] - name_start(names, i); }

/* Returns the number of the first bad name, or the number of names if all are good. */
static inline size_t count_good_names(const name_list *names, size_t nbytes)
{
    for (size_t i = 0; i < names->n; i++) {
        if (names->ends[i] > nbytes || name_start(names, i) >= names->ends[i]) return i;
    }
    for (size_t i = 0; i < names->n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (name_nbytes(names, i) == name_nbytes(names, j) &&
                memcmp(names->text + name_start(names, i), names->text + name_start(names, j), name_nbytes(names, i)) == 0) {
                return i;
            }
        }
    }
    return names->n;
}

/* Returns the longest name that begins at a place; the number of names if none does. */
static inline size_t name_at(const name_list *names, const uint8_t *text, size_t nbytes)
{
    size_t found = names->n;
    for (size_t i = 0; i < names->n; i++) {
        size_t n = name_nbytes(names, i);
        if (n > nbytes || memcmp(text, names->text + name_start(names, i), n) != 0) continue;
        if (found == names->n || n > name_nbytes(names, found)) found = i;
    }
    return found;
}

/* Stores the places of names that begin before `certain`, and returns their number. */
static inline size_t find_naively(const name_list *names, const uint8_t *text, size_t nbytes, size_t certain,
                                  tp_named_place *places)
{
    size_t n = 0;
    for (size_t i = 0; i < certain;) {
        size_t name = name_at(names, text + i, nbytes - i);
        if (name == names->n) {
            i++;
            continue;
        }
        places[n++] = (tp_named_place){i, i + name_nbytes(names, name), name};
        i += name_nbytes(names, name);
    }
    return n;
}

#endif
