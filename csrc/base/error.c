#include "base/error.h"

const char *tp_version(void) { return "0.1.0"; }

tp_status tp_fail(tp_error *error, tp_status status, uint64_t offset, const char *message)
{
    if (error != NULL) {
        error->status = status;
        error->offset = offset;
        error->message = message;
    }
    return status;
}

tp_status tp_fail_no_memory(tp_error *error) { return tp_fail(error, TP_NO_MEMORY, 0, "no memory"); }
