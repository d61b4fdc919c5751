/* Documents: where they are in a text or in the columns of another library. Nothing here counts. A part of textproc.h, whose conventions hold. */
#ifndef TEXTPROC_DOCUMENTS_H
#define TEXTPROC_DOCUMENTS_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

/* Stores where each line ends (the offset of its '\n'; for the last one, which need not have one, text_nbytes) and how many
 * lines there are: one more than there are '\n'. TP_TOO_SMALL, with *n_lines stored, if that is more than `capacity`. */
tp_status tp_find_lines(const uint8_t *text, size_t text_nbytes, uint64_t *ends, size_t capacity, size_t *n_lines,
                        tp_error *error);

/* Whether there is a line of nothing but white space; text without '\n' is one line. O(lines) where few are indented. */
bool tp_has_blank_line(const uint8_t *text, size_t text_nbytes);

/* Whether there is nothing but white space, or nothing at all. */
bool tp_is_blank(const uint8_t *text, size_t text_nbytes);

/* What is known of the lines of a text that comes in blocks; all zero before the first one. */
typedef struct tp_lines {
    uint64_t nbytes;      /* of the blocks so far */
    uint64_t n_ended;     /* lines that have ended, each by a '\n'; so the number, from 0, of the one that is open */
    uint64_t n_blank;     /* how many of these have nothing but white space */
    uint64_t first_blank; /* the number of the first such line, if there is one */
    uint64_t open_start;  /* where the open line begins, in bytes from the start of the first block */
    bool open_has_text;   /* whether it has anything but white space yet */
} tp_lines;

/* Looks at the next block, valid UTF-8 that is cut between characters. Stores the offsets in it of those '\n' that end a line
 * with something in it, and how many these are: at most text_nbytes / 2 + 1. TP_TOO_SMALL, with *n_ends stored and `lines` as
 * it was, if that is more than `capacity`. O(lines) where few are indented. */
tp_status tp_find_text_lines(tp_lines *lines, const uint8_t *text, size_t text_nbytes, uint64_t *ends, size_t capacity,
                             size_t *n_ends, tp_error *error);

/* ---- Arrow columns: text that lies in the buffers of another library --------------------------------------------- */

/* How the slots of an Arrow array (a column, or a chunk of one) tell where their text is; see the Arrow columnar format. */
typedef enum tp_arrow_layout {
    TP_ARROW_OFFSETS_32 = 0, /* string, binary: int32_t offsets into data[0], one more than there are slots */
    TP_ARROW_OFFSETS_64 = 1, /* large_string, large_binary: the same with int64_t */
    TP_ARROW_VIEWS = 2,      /* string_view, binary_view: 16 bytes each, a text of more than 12 being in one of data[] */
    TP_ARROW_INDICES_8 = 3,  /* dictionary: the number of an entry of the dictionary, unsigned, of so many bits */
    TP_ARROW_INDICES_16 = 4,
    TP_ARROW_INDICES_32 = 5,
    TP_ARROW_INDICES_64 = 6
} tp_arrow_layout;

/* Memory of the other library. */
typedef struct tp_arrow_buffer {
    const uint8_t *bytes; /* not aligned to anything */
    size_t nbytes;
} tp_arrow_buffer;

/* The entries of an array are its slots `offset` … `offset + length - 1`. What the buffers hold need not be trusted: nothing
 * outside of them is read. */
typedef struct tp_arrow_array {
    tp_arrow_layout layout;
    tp_arrow_buffer validity; /* a bit for each slot, the lowest first, 0 where there is no value; NULL where all have one */
    tp_arrow_buffer slots;
    const tp_arrow_buffer *data;
    size_t n_data;
    uint64_t offset;
    uint64_t length;
} tp_arrow_array;

/* Documents of an array, joined. */
typedef struct tp_arrow_batch {
    uint8_t *text; /* where to join them */
    size_t text_capacity;
    uint64_t *ends; /* as in tp_batch */
    size_t ends_capacity;
    uint64_t next; /* the next entry to read */
    uint64_t stop; /* the one behind the last to be read */
    bool stops_at_blank;

    size_t text_nbytes;
    size_t n_ends;
    uint64_t read_nbytes;     /* of all values read, blank ones too */
    const uint8_t *long_text; /* a document too long to be joined, where it lies, or NULL */
    size_t long_nbytes;
    bool is_at_blank; /* the entry `next` is blank */
} tp_arrow_batch;

/* Joins documents, each with a '\n' behind it, from the entry `next` on, up to `stop` or what there is room for, moves `next`
 * behind them, and fills what stands below. Entries without a value are no documents, nor are blank ones, unless the batch
 * stops there. A document that is too long for all of the room is told of alone, and is not validated. One call reads at most
 * some hundred thousand entries. `dictionary`, of an array of indices, has texts; for others it is NULL.
 * `next` is the entry at fault after TP_INVALID_UTF8, whose offset is within the document, and after TP_INVALID_ARGUMENT: it
 * points to outside of the buffers, or these are too small for the array. Nothing is joined then. */
tp_status tp_arrow_join(const tp_arrow_array *array, const tp_arrow_array *dictionary, tp_arrow_batch *batch, tp_error *error);

/* Adds up the bytes of the values from the entry `first` on, until they are at least `enough`, or up to `stop`, and stores
 * where that was in *following and the sum in *nbytes. What tp_arrow_join will refuse counts as nothing. O(stop - first). */
tp_status tp_arrow_measure(const tp_arrow_array *array, const tp_arrow_array *dictionary, uint64_t first, uint64_t stop,
                           uint64_t enough, uint64_t *following, uint64_t *nbytes, tp_error *error);

/* Makes of n texts joined by '\n', in the same place, what an Arrow array has: takes the '\n's out, and stores where each text
 * ends, plus `start`, in offsets[0] … offsets[n - 1], which are int32_t or int64_t as the layout says. TP_INVALID_ARGUMENT
 * unless there are n texts; TP_TOO_LARGE, in both cases with nothing changed, if an offset is. */
tp_status tp_arrow_split(uint8_t *text, size_t text_nbytes, uint64_t n, uint64_t start, tp_arrow_layout layout, void *offsets,
                         tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
