/* Reads the texts of one field out of JSON lines. */
#include "documents/json.h"

#include "base/error.h"
#include "base/once.h"
#include "base/variants.h"

static tp_status check_names(const tp_json_field *field, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < field->n_names; i++) {
        const uint64_t end = tp_once(field->name_ends[i]);
        if (end < start || end > field->names_nbytes) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of names must ascend within them");
        }
        start = end;
    }
    return field->n_names > 0 ? TP_OK : tp_fail(error, TP_INVALID_ARGUMENT, 0, "a field has at least one name");
}

tp_status tp_json_read_rows(const tp_json_field *field, const uint8_t *text, size_t text_nbytes, tp_json_rows *rows, size_t *used,
                            tp_error *error)
{
    tp_status status = check_names(field, error);
    if (status != TP_OK) return status;
    if (rows->text_capacity < text_nbytes || rows->capacity == 0) {
        return tp_fail(error, TP_TOO_SMALL, 0, "there must be room for the whole text, and for a row");
    }
    rows->text_nbytes = rows->n_rows = rows->n_values = rows->n_lines = 0;
    rows->is_at_other = false;
    *used = text_nbytes == 0 ? 0 : TP_VARIANT(tp_json_read)(field, text, text_nbytes, rows);
    return TP_OK;
}
