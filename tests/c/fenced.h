/* Memory whose neighbours cannot be read: an access one byte too far crashes, whatever the compiler and its flags. */
#ifndef TEXTPROC_TESTS_FENCED_H
#define TEXTPROC_TESTS_FENCED_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

/* Memory between two pages that cannot be read. */
typedef struct fenced {
    uint8_t *start;
    size_t nbytes;
    size_t page_nbytes;
} fenced;

#ifdef _WIN32

static inline fenced map_fenced(size_t least_nbytes)
{
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    size_t page = system.dwPageSize, nbytes = (least_nbytes + page - 1) / page * page;
    uint8_t *all = VirtualAlloc(NULL, nbytes + 2 * page, MEM_RESERVE, PAGE_NOACCESS);
    if (all == NULL || VirtualAlloc(all + page, nbytes, MEM_COMMIT, PAGE_READWRITE) == NULL) abort();
    return (fenced){all + page, nbytes, page};
}

static inline void unmap_fenced(const fenced *memory)
{
    VirtualFree(memory->start - memory->page_nbytes, 0, MEM_RELEASE);
}

#else

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
