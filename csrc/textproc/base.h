/* The foundation: version, errors, memory, instruction sets, processes. Part of textproc.h; its conventions apply. */
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

/* The version of the linked library, "major.minor.patch". A static string. */
const char *tp_version(void);

/* ---- Status and errors ------------------------------------------------------------------------------------------- */

/* The result of a call. */
typedef enum tp_status {
    TP_OK = 0,
    TP_NO_MEMORY = 1,        /* an allocation was refused */
    TP_INVALID_ARGUMENT = 2, /* an argument breaks the function's contract; offset: the index of the bad item, if there are
                              * several */
    TP_INVALID_UTF8 = 3,     /* offset: the first byte of the first ill-formed sequence */
    TP_CANCELLED = 4,        /* a callback returned 0; offset: the index of the document that it was called for */
    TP_STALE = 5,            /* the corpus is not at the position that the caller expected */
    TP_TOO_SMALL = 6,        /* an output buffer is too small; the call stored the required size */
    TP_TOO_LARGE = 7,        /* a count or size is larger than the core can hold */
    TP_DAMAGED = 8,          /* the snapshot is malformed; offset: the byte at which that was detected */
    TP_UNKNOWN_VERSION = 9   /* the snapshot has an unknown format version; offset: its version field */
} tp_status;

/* The kind of an error and its place. A call that succeeds leaves it unchanged. */
typedef struct tp_error {
    tp_status status;
    uint64_t offset;     /* in bytes or items, depending on the status */
    const char *message; /* a static string: a clause without a capital letter or a full stop */
} tp_error;

/* Called now and then during long work, by the calling thread, which holds no lock. Return 1 to continue, 0 to stop. */
typedef int (*tp_go_on)(void *user);

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

/* The purpose of a memory block. */
typedef enum tp_memory_kind {
    TP_FOR_WORK = 0,        /* memory that is held only during a call, for any subject */
    TP_FOR_CORPUS = 1,      /* tp_corpus: the object itself and its buffers for counting */
    TP_FOR_TABLE = 2,       /* the tables of corpora: terms, counts, index */
    TP_FOR_LEXICON = 3,     /* tp_lexicon */
    TP_FOR_TRAINING = 4,    /* tp_pieces, tp_trainer */
    TP_FOR_VOCABULARY = 5,  /* tp_vocabulary, tp_names */
    TP_FOR_PIECE_CACHE = 6, /* tp_piece_cache, and the tables of a call */
    TP_FOR_PRODUCT = 7,     /* tp_product */
    TP_FOR_SIEVE = 8,       /* tp_sieve */
    TP_FOR_WINDOW = 9,      /* tp_window */
    TP_FOR_VECTORS = 10     /* tp_vectors, but for its table of terms */
} tp_memory_kind;

/* The number of memory kinds. */
#define TP_N_MEMORY_KINDS 11

/* The memory held now for one kind. */
typedef struct tp_memory_use {
    uint64_t bytes;
    uint64_t allocations; /* blocks */
    uint64_t objects;     /* TP_FOR_TABLE: the number of tables that are not empty; TP_FOR_WORK: always 0 */
} tp_memory_use;

/* The memory that the core holds in the whole process, in bytes as requested. */
typedef struct tp_memory_stats {
    uint64_t current_bytes;    /* held now */
    uint64_t peak_bytes;       /* the largest value that current_bytes has had */
    uint64_t live_allocations; /* blocks held now */
    uint64_t limit_bytes;      /* the limit set by tp_memory_set_limit */
    tp_memory_use kinds[TP_N_MEMORY_KINDS];
} tp_memory_stats;

/* Stores the current statistics. The numbers are read one after the other, not at one instant. */
void tp_memory_get_stats(tp_memory_stats *stats);

/* A limit_bytes of this value means: no limit except the system's. */
#define TP_NO_LIMIT 0xFFFFFFFFFFFFFFFF

/* Sets the memory limit of the core in bytes. From now on the core does not ask the system for a block that would make it hold
 * more than `nbytes`; it refuses the allocation instead, and a call that cannot do without it returns TP_NO_MEMORY. Memory that
 * is already held may exceed the limit; it stays valid and can be freed. May be called at any time, from any thread. */
void tp_memory_set_limit(uint64_t nbytes);

/* A refused allocation. */
typedef struct tp_memory_refusal {
    uint64_t asked_bytes; /* the size of the requested block; 0: no allocation was refused */
    uint64_t held_bytes;  /* the bytes that the core held at that time */
    uint64_t limit_bytes; /* the limit that the block would have exceeded; TP_NO_LIMIT: the system refused the block */
} tp_memory_refusal;

/* Stores the reason why a function has just returned TP_NO_MEMORY in this thread, and clears it. */
void tp_memory_take_refusal(tp_memory_refusal *refusal);

/* Resizes a block as realloc does; a new size of 0 bytes means free. `block` is NULL for a new block. Returns NULL if it
 * refuses. */
typedef void *(*tp_resize_fn)(void *user, void *block, size_t old_nbytes, size_t new_nbytes);

/* Makes the core allocate all memory with `resize` (NULL: with the C library again). Allowed only while live_allocations is 0
 * and no other thread is in the core; otherwise TP_INVALID_ARGUMENT. */
tp_status tp_memory_set_hook(tp_resize_fn resize, void *user, tp_error *error);

/* For tests: the nth allocation from now on, counted from 1 over all threads, is refused once. 0: none is refused. */
void tp_memory_fail_at(uint64_t nth);

/* ---- Instruction sets -------------------------------------------------------------------------------------------- */

/* The fast paths have several variants that give equal results: "plain", "neon", "avx2", "avx512". The best variant that the
 * machine supports is used, unless the environment variable TEXTPROC_SIMD names another supported one. */
const char *tp_simd_name(void);
bool tp_simd_is_available(const char *name);

/* For tests and measurements: selects the variant that is used from the next call on. NULL selects as at the start. */
tp_status tp_simd_select(const char *name, tp_error *error);

/* ---- Processes --------------------------------------------------------------------------------------------------- */

/* Calls for use around fork(): between tp_before_fork and tp_after_fork_… no thread holds a lock of the core, so the child can
 * use every object. tp_before_fork waits for calls that hold a lock (never for a callback). Between the two calls the forking
 * thread may use the core; other threads wait. */
void tp_before_fork(void);
void tp_after_fork_in_parent(void);
void tp_after_fork_in_child(void);

/* For tests and measurements: replaces the random hash key of the process. Allowed only while no corpus exists. */
void tp_hash_set_key(uint64_t first, uint64_t second);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
