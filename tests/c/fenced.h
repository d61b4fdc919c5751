/* Memory whose neighbours cannot be read: a byte too far is a crash, whichever compiler and flags. */
#ifndef TEXTPROC_TESTS_FENCED_H
#define TEXTPROC_TESTS_FENCED_H

#ifndef _WIN32

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory between two pages that cannot be read. */
typedef struct fenced {
    uint8_t *start;
    size_t nbytes;
    size_t page_nbytes;
} fenced;

static inline fenced map_fenced(size_t least_nbytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), nbytes = (least_nbytes + page - 1) / page * page;
    uint8_t *all = mmap(NULL, nbytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all + page, nbytes, PROT_READ | PROT_WRITE) != 0) abort();
    return (fenced){all + page, nbytes, page};
}

static inline void unmap_fenced(const fenced *memory)
{
    munmap(memory->start - memory->page_nbytes, memory->nbytes + 2 * memory->page_nbytes);
}

#endif

#endif
