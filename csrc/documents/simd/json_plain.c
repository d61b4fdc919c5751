/* The reader of JSON lines in plain C. */
#include "base/simd/block_plain.h"

#define READ tp_json_read_plain

#include "documents/simd/json_template.h"
