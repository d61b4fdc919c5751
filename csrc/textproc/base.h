/* What everything stands on: versions, errors, memory, instruction sets, processes. A part of textproc.h, whose conventions hold. */
#ifndef TEXTPROC_BASE_H
#define TEXTPROC_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Version ----------------------------------------------------------------------------------------------------- */

/* The version of this header. */
#define TP_VERSION_MAJOR 0
#define TP_VERSION_MINOR 1
#define TP_VERSION_PATCH 0

/* The version of the library that is linked to, "major.minor.patch". A static string. */
const char *tp_version(void);

/* ---- Status and errors ------------------------------------------------------------------------------------------- */

/* How a call went. */
typedef enum tp_status {
    TP_OK = 0,
    TP_NO_MEMORY = 1,        /* an allocation was refused */
    TP_INVALID_ARGUMENT = 2, /* an argument breaks the function's contract; offset: the item, where there are several */
    TP_INVALID_UTF8 = 3,     /* offset: the first byte of the first ill-formed sequence */
    TP_CANCELLED = 4,        /* a callback returned 0; offset: the document it was told of */
    TP_STALE = 5,            /* the corpus has moved on from the position that the caller expected */
    TP_TOO_SMALL = 6,        /* an output buffer is too small; the size it needs was stored */
    TP_TOO_LARGE = 7,        /* a count or size is beyond what the core can hold */
    TP_DAMAGED = 8,          /* a snapshot is not what it says it is; offset: the byte where that shows */
    TP_UNKNOWN_VERSION = 9   /* a snapshot was written by a version that is not known here; offset: its version field */
} tp_status;

/* What went wrong, and where. A call that succeeds leaves it as it was. */
typedef struct tp_error {
    tp_status status;
    uint64_t offset;     /* in bytes or items, as the status says */
    const char *message; /* a static string: a clause without capital or full stop */
} tp_error;

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

/* What memory is held for. */
typedef enum tp_memory_kind {
    TP_FOR_WORK = 0,        /* what a call holds only as long as it runs, whatever it is about */
    TP_FOR_CORPUS = 1,      /* tp_corpus: itself, and room in which it counts */
    TP_FOR_TABLE = 2,       /* the tables of corpora: terms, counts, index */
    TP_FOR_LEXICON = 3,     /* tp_lexicon */
    TP_FOR_TRAINING = 4,    /* tp_pieces, tp_trainer */
    TP_FOR_VOCABULARY = 5,  /* tp_vocabulary, tp_names */
    TP_FOR_PIECE_CACHE = 6, /* tp_piece_cache, and the same of a call that was given none */
    TP_FOR_PRODUCT = 7,     /* tp_product */
    TP_FOR_SIEVE = 8,       /* tp_sieve */
    TP_FOR_WINDOW = 9       /* tp_window */
} tp_memory_kind;

/* How many these are. */
#define TP_N_MEMORY_KINDS 10

/* What is held for one of them, now. */
typedef struct tp_memory_use {
    uint64_t bytes;
    uint64_t allocations; /* blocks */
    uint64_t objects;     /* of TP_FOR_TABLE: tables that are not empty; of TP_FOR_WORK: none */
} tp_memory_use;

/* What the core holds in the whole process, in bytes as they were asked for. */
typedef struct tp_memory_stats {
    uint64_t current_bytes;    /* held now */
    uint64_t peak_bytes;       /* the most ever held at once */
    uint64_t live_allocations; /* blocks held now */
    uint64_t limit_bytes;      /* as tp_memory_set_limit has set it */
    tp_memory_use kinds[TP_N_MEMORY_KINDS];
} tp_memory_stats;

/* Stores what is held. The numbers are read one after the other, not at one instant. */
void tp_memory_get_stats(tp_memory_stats *stats);

/* As limit_bytes: whatever the system gives. */
#define TP_NO_LIMIT 0xFFFFFFFFFFFFFFFF

/* From now on the core asks the system for nothing that would make it hold more than `nbytes`: whatever would takes TP_NO_MEMORY
 * for an answer. What is held already may be more; it stays, and can be freed. At any moment, from any thread. */
void tp_memory_set_limit(uint64_t nbytes);

/* An allocation that was refused. */
typedef struct tp_memory_refusal {
    uint64_t asked_bytes; /* how large the block was to be; 0: none was refused */
    uint64_t held_bytes;  /* what the core held then */
    uint64_t limit_bytes; /* the limit that it would have gone over; TP_NO_LIMIT: the system refused */
} tp_memory_refusal;

/* Stores why a function has just returned TP_NO_MEMORY to this thread, and forgets it. */
void tp_memory_take_refusal(tp_memory_refusal *refusal);

/* Resizes a block as realloc does, to 0 bytes meaning free; `block` is NULL for a new one. Returns NULL when it refuses. */
typedef void *(*tp_resize_fn)(void *user, void *block, size_t old_nbytes, size_t new_nbytes);

/* Has every allocation of the core made by `resize` (NULL: by the C library again). Only while live_allocations is 0 and no
 * other thread is in the core; otherwise TP_INVALID_ARGUMENT. */
tp_status tp_memory_set_hook(tp_resize_fn resize, void *user, tp_error *error);

/* For tests: the nth allocation from now on (counted from 1, in any thread) is refused, once. 0 refuses none. */
void tp_memory_fail_at(uint64_t nth);

/* ---- Instruction sets -------------------------------------------------------------------------------------------- */

/* The fast paths come in variants that give equal answers: "plain", "neon", "avx2", "avx512". The best one that the machine
 * has is in use, unless the environment variable TEXTPROC_SIMD names another one that it has. */
const char *tp_simd_name(void);
bool tp_simd_is_available(const char *name);

/* For tests and measurements: puts a variant to use from the next call on; NULL chooses again as at the start. */
tp_status tp_simd_select(const char *name, tp_error *error);

/* ---- Processes --------------------------------------------------------------------------------------------------- */

/* Around fork(): no lock of the core is held by any thread between tp_before_fork and tp_after_fork_…, so the child can use
 * every object. tp_before_fork waits for calls that hold a lock (never for a callback). Between the two calls the thread that
 * forks may use the core, others wait. */
void tp_before_fork(void);
void tp_after_fork_in_parent(void);
void tp_after_fork_in_child(void);

/* For tests and measurements: replaces the process's random hash key. Only while no corpus exists. */
void tp_hash_set_key(uint64_t first, uint64_t second);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
