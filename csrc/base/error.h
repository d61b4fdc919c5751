/* The functions with which the core reports errors. */
#ifndef TEXTPROC_BASE_ERROR_H
#define TEXTPROC_BASE_ERROR_H

#include "textproc/base.h"

/* Fills `error` (unless NULL) and returns `status`, so that a caller can write `return tp_fail(…)`. */
tp_status tp_fail(tp_error *error, tp_status status, uint64_t offset, const char *message);

/* Reports a refused allocation; otherwise as tp_fail. */
tp_status tp_fail_no_memory(tp_error *error);

#endif
