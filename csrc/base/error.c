#include "base/error.h"

#define STRING_OF(number) #number
#define VERSION(major, minor, patch) STRING_OF(major) "." STRING_OF(minor) "." STRING_OF(patch)

const char *tp_version(void) { return VERSION(TP_VERSION_MAJOR, TP_VERSION_MINOR, TP_VERSION_PATCH); }

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
