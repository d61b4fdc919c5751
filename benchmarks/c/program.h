/* What the programs here share: memory, numbers, files, and ending with a message. */
#ifndef TEXTPROC_PROGRAM_H
#define TEXTPROC_PROGRAM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "textproc.h"

typedef struct text {
    uint8_t *bytes;
    size_t nbytes;
} text;

static inline void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static inline void *allocate(size_t n, size_t nbytes)
{
    void *memory = calloc(n == 0 ? 1 : n, nbytes);
    if (memory == NULL) fail("memory", "there is not enough");
    return memory;
}

static inline void check(tp_status status, const tp_error *error)
{
    if (status != TP_OK) fail("the core", error->message);
}

/* The value of an option, from 1 to `most`. */
static inline size_t number(const char *name, const char *digits, size_t most)
{
    char *end;
    unsigned long value = strtoul(digits, &end, 10);
    if (*end != '\0' || value < 1 || value > most) fail(name, "the number is out of range");
    return value;
}

static inline text read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail(path, "cannot be opened");
    long nbytes = ftell(file);
    if (nbytes < 0 || fseek(file, 0, SEEK_SET) != 0) fail(path, "is no ordinary file");
    text t = {allocate((size_t)nbytes, 1), (size_t)nbytes};
    if (fread(t.bytes, 1, t.nbytes, file) != t.nbytes) fail(path, "cannot be read");
    fclose(file);
    return t;
}

#endif
