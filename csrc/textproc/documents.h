/* Documents: where they lie in a text or in the columns of another library. Nothing is counted here. Part of textproc.h; its
 * conventions apply. */
#ifndef TEXTPROC_DOCUMENTS_H
#define TEXTPROC_DOCUMENTS_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

/* Stores where each line ends and the number of lines, which is the number of '\n' plus one. A line ends at the offset of its
 * '\n'; the last line, which needs no '\n', ends at text_nbytes. TP_TOO_SMALL, with *n_lines stored, if there are more than
 * `capacity`. */
tp_status tp_find_lines(const uint8_t *text, size_t text_nbytes, uint64_t *ends, size_t capacity, size_t *n_lines,
                        tp_error *error);

/* Returns whether a line contains only white space. A text without '\n' is one line. O(lines) if few lines are indented. */
bool tp_has_blank_line(const uint8_t *text, size_t text_nbytes);

/* Returns whether the text is empty or contains only white space. */
bool tp_is_blank(const uint8_t *text, size_t text_nbytes);

/* The state of a text whose lines are read block by block. All zero before the first block. */
typedef struct tp_lines {
    uint64_t nbytes;      /* total length of the blocks so far */
    uint64_t n_ended;     /* number of lines ended so far, each by a '\n'; also the number, from 0, of the open line */
    uint64_t n_blank;     /* how many of the ended lines contain only white space */
    uint64_t first_blank; /* the number of the first such line, if any */
    uint64_t open_start;  /* where the open line begins, in bytes from the start of the first block */
    bool open_has_text;   /* whether the open line contains anything but white space so far */
} tp_lines;

/* Reads the next block, which must be valid UTF-8, cut between characters. Stores the offsets in the block of each '\n' that
 * ends a line that is not blank, and their number in *n_ends, at most text_nbytes / 2 + 1. TP_TOO_SMALL, with *n_ends stored
 * and `lines` unchanged, if there are more than `capacity`. O(lines) if few lines are indented. */
tp_status tp_find_text_lines(tp_lines *lines, const uint8_t *text, size_t text_nbytes, uint64_t *ends, size_t capacity,
                             size_t *n_ends, tp_error *error);

/* ---- Arrow columns: text that lies in the buffers of another library --------------------------------------------- */

/* How the slots of an Arrow array (a column, or a chunk of one) refer to their text; see the Arrow columnar format. */
typedef enum tp_arrow_layout {
    TP_ARROW_OFFSETS_32 = 0, /* string, binary: int32_t offsets into data[0], one more than there are slots */
    TP_ARROW_OFFSETS_64 = 1, /* large_string, large_binary: the same with int64_t */
    TP_ARROW_VIEWS = 2,      /* string_view, binary_view: 16 bytes each; a text of more than 12 bytes lies in one of data[] */
    TP_ARROW_INDICES_8 = 3,  /* dictionary: the index of a dictionary entry, unsigned, with this number of bits */
    TP_ARROW_INDICES_16 = 4,
    TP_ARROW_INDICES_32 = 5,
    TP_ARROW_INDICES_64 = 6
} tp_arrow_layout;

/* A buffer of the other library. */
typedef struct tp_arrow_buffer {
    const uint8_t *bytes; /* of any alignment */
    size_t nbytes;
} tp_arrow_buffer;

/* The entries of an array are its slots `offset` … `offset + length - 1`. The contents of the buffers may be untrusted: nothing
 * outside the buffers is read. */
typedef struct tp_arrow_array {
    tp_arrow_layout layout;
    tp_arrow_buffer validity; /* one bit for each slot, lowest bit first, 0 for a slot without a value; NULL if all slots have
                               * one */
    tp_arrow_buffer slots;
    const tp_arrow_buffer *data;
    size_t n_data;
    uint64_t offset;
    uint64_t length;
} tp_arrow_array;

/* Documents of an array, joined. */
typedef struct tp_arrow_batch {
    uint8_t *text; /* output buffer for the joined documents */
    size_t text_capacity;
    uint64_t *ends; /* as in tp_batch */
    size_t ends_capacity;
    uint64_t next; /* the next entry to read */
    uint64_t stop; /* the entry after the last one to read */
    bool stops_at_blank;
    uint8_t *has_value; /* NULL, or room for ends_capacity bytes: then every entry is a document, also a blank one, and an entry
                         * without a value is an empty document. Stores for each document 1, or 0 if it has no value. */

    size_t text_nbytes;
    size_t n_ends;
    uint64_t read_nbytes;     /* length of all values read, including blank ones */
    const uint8_t *long_text; /* a document that is too long to join, at its original place, or NULL */
    size_t long_nbytes;
    bool is_at_blank; /* whether the entry `next` is blank */
} tp_arrow_batch;

/* Joins documents, each followed by a '\n', from the entry `next` on, until `stop` is reached or the buffers are full. Moves
 * `next` past them and fills the fields from text_nbytes on. Unless `has_value` is given, entries without a value are not
 * documents; neither are blank entries, unless the batch stops there. A document that is longer than the whole buffer is
 * returned alone in `long_text`, without validation and without an entry in `has_value`. One call reads at most some hundred
 * thousand entries. For an array of indices, `dictionary` holds the texts; for other layouts it is NULL. TP_INVALID_ARGUMENT
 * also if `has_value` is given and a capacity is 0.
 * After TP_INVALID_UTF8, `next` is the invalid entry and the offset is a place within that document. After TP_INVALID_ARGUMENT,
 * `next` is the bad entry: it points outside the buffers, or the buffers are too small for the array. In both cases nothing is
 * joined. */
tp_status tp_arrow_join(const tp_arrow_array *array, const tp_arrow_array *dictionary, tp_arrow_batch *batch, tp_error *error);

/* Adds up the lengths in bytes of the values from the entry `first` on, until the sum is at least `enough` or `stop` is
 * reached. Stores where it stopped in *following and the sum in *nbytes. Values that tp_arrow_join will refuse count as 0.
 * O(stop - first). */
tp_status tp_arrow_measure(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t stop,
                           uint64_t enough, uint64_t *following, uint64_t *nbytes, tp_error *error);

/* Converts, in place, n texts joined by '\n' to the form of an Arrow array: removes the '\n's and stores the end of each text,
 * plus `start`, in offsets[0] … offsets[n - 1], which are int32_t or int64_t depending on the layout. TP_INVALID_ARGUMENT
 * unless there are n texts; TP_TOO_LARGE if an offset does not fit its type. Nothing is changed in either case. */
tp_status tp_arrow_split(uint8_t *text, size_t text_nbytes, uint64_t n, uint64_t start, tp_arrow_layout layout, void *offsets,
                         tp_error *error);

/* ---- JSON lines: the texts of one field -------------------------------------------------------------------------- */

/* The names that lead to a field: for "a.b", the field b of the object that is the field a, these are "a" and "b". */
typedef struct tp_json_field {
    const uint8_t *names; /* in UTF-8, one behind the other */
    size_t names_nbytes;
    const uint64_t *name_ends;
    size_t n_names;
} tp_json_field;

/* Rows that were read, and the room for them. */
typedef struct tp_json_rows {
    uint8_t *text; /* output buffer for the joined texts */
    size_t text_capacity;
    uint64_t *ends;     /* of the texts; as in tp_batch if they are separated */
    uint8_t *has_value; /* for each row 1, or 0 if it has no text: there is no such field, or it is null */
    size_t capacity;    /* in rows */
    size_t enough;      /* with so many bytes of text no further row is read; a longer text is read alone */
    bool separates;     /* whether a '\n' follows each text */

    size_t text_nbytes;
    size_t n_rows;
    size_t n_values; /* how many rows have a text */
    size_t n_lines;  /* how many '\n's were passed */
    bool is_at_other; /* whether the next line is left to another reader */
} tp_json_rows;

/* Reads lines, each of which is a JSON object, a row, or blank: up to the end of the text, until there is enough, or up to a line
 * that is left to another reader. Such a line is not JSON as Python's json module reads it, or no object, or has the field
 * twice, or the field is neither text nor null or has half of a surrogate pair, or the nesting is deeper than 256. Fills the
 * fields of `rows` from text_nbytes on and stores the number of bytes that are done in *used. The text is UTF-8, and begins where
 * a line begins; what is not UTF-8 in a field is not UTF-8 in the output. TP_TOO_SMALL if there is less room for text than the
 * text has, or none for a row. O(text_nbytes). */
tp_status tp_json_read_rows(const tp_json_field *field, const uint8_t *text, size_t text_nbytes, tp_json_rows *rows, size_t *used,
                            tp_error *error);

/* ---- Hashes of documents ----------------------------------------------------------------------------------------- */

/* Stores the hash of each document of a batch: XXH64 of its bytes with `salt` as the seed, the same on every machine, by which
 * documents are shared out. Document i ends before text[ends[i]]; the next one begins after that byte, as in tp_batch.
 * TP_INVALID_ARGUMENT, with the index of the document as offset, if its end is out of order or beyond the text. */
tp_status tp_hash_documents(uint64_t salt, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                            uint64_t *hashes, tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
