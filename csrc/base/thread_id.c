#include "base/thread_id.h"

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

uintptr_t tp_this_thread(void) { return GetCurrentThreadId(); }
#else
#include <pthread.h>

/* A number or a pointer on all platforms that this is built for. */
uintptr_t tp_this_thread(void) { return (uintptr_t)pthread_self(); }
#endif
