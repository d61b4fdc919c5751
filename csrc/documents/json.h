/* A field of JSON lines: what the reader of an instruction set is given, and what it fills. */
#ifndef TEXTPROC_DOCUMENTS_JSON_H
#define TEXTPROC_DOCUMENTS_JSON_H

#include "textproc/documents.h"

/* Reads lines as tp_json_read_rows does, after its checks. Returns the number of bytes that are done. */
typedef size_t tp_json_reader(const tp_json_field *field, const uint8_t *text, size_t text_nbytes, tp_json_rows *rows);

tp_json_reader tp_json_read_plain, tp_json_read_neon, tp_json_read_avx2, tp_json_read_avx512;

#endif
