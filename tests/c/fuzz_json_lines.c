/* A field of JSON lines, by all instruction sets, with little room or much. */
#include "fuzz.h"
#include "naive_json.h"

static const char *const fields[][3] = {{"a", NULL}, {"a", "b", NULL}, {"\xC3\xA9", NULL}, {"", NULL}};

/* All rows of a text up to a line for another reader, and how many lines and bytes that is. */
typedef struct all_rows {
    uint8_t *text, *has_value;
    uint64_t *lengths;
    size_t text_nbytes, n, n_lines, used;
} all_rows;

static all_rows room_for(size_t nbytes)
{
    return (all_rows){.text = allocate(nbytes + 1), .has_value = allocate(nbytes + 1), .lengths = allocate((nbytes + 1) * 8)};
}

static void free_rows(all_rows *all)
{
    free(all->text);
    free(all->has_value);
    free(all->lengths);
}

static void add_row(all_rows *all, const uint8_t *text, size_t nbytes, bool has_value, bool separates)
{
    if (nbytes > 0) memcpy(all->text + all->text_nbytes, text, nbytes);
    all->text_nbytes += nbytes;
    if (separates) all->text[all->text_nbytes++] = '\n';
    all->has_value[all->n] = has_value;
    all->lengths[all->n++] = nbytes;
}

static all_rows read_naively(input text, const char *const *names, bool separates)
{
    all_rows all = room_for(text.nbytes);
    while (all.used < text.nbytes) {
        const uint8_t *start = text.data + all.used, *end = memchr(start, '\n', text.nbytes - all.used);
        naive_line line = {.at = start, .end = end == NULL ? text.data + text.nbytes : end, .names = names};
        if (naive_read_line(&line)) add_row(&all, line.text.data, line.text.nbytes, line.has_value, separates);
        free(line.text.data);
        if (line.is_odd) break;
        all.n_lines += end != NULL;
        all.used = end == NULL ? text.nbytes : (size_t)(end - text.data) + 1;
    }
    return all;
}

/* Reads call by call, each with memory of exactly the size that is told. */
static all_rows read_by_calls(input text, const tp_json_field *field, tp_json_rows how)
{
    all_rows all = room_for(text.nbytes);
    bool is_done = false;
    while (!is_done) {
        size_t left = text.nbytes - all.used, used = 0, start = 0;
        tp_json_rows rows = how;
        uint8_t *copy = exact_copy(text.data + all.used, left);
        rows.text = allocate(left);
        rows.text_capacity = left;
        rows.ends = allocate(how.capacity * 8);
        rows.has_value = allocate(how.capacity);
        CHECK_EQ_U(tp_json_read_rows(field, copy, left, &rows, &used, NULL), TP_OK);
        CHECK(rows.n_rows <= how.capacity && used <= left && rows.text_nbytes <= left);
        size_t n_values = 0;
        for (size_t i = 0; i < rows.n_rows; start = rows.ends[i++] + how.separates) {
            add_row(&all, rows.text + start, rows.ends[i] - start, rows.has_value[i], how.separates);
            n_values += rows.has_value[i];
            /* Only a text that is alone, or the last one, goes beyond what is enough. */
            CHECK(start <= how.enough || i == 0);
            CHECK(i == 0 || rows.ends[i] - start <= how.enough);
        }
        CHECK_EQ_U(start, rows.text_nbytes);
        CHECK_EQ_U(n_values, rows.n_values);
        all.n_lines += rows.n_lines;
        all.used += used;
        is_done = rows.is_at_other || all.used == text.nbytes;
        CHECK(is_done || used > 0);
        if (used == 0) is_done = true;
        free(rows.text);
        free(rows.ends);
        free(rows.has_value);
        free(copy);
    }
    return all;
}

static void check_names(input in)
{
    uint64_t ends[8], start = 0;
    size_t n = take_ends(&in, ends, 8), used;
    bool is_sound = n > 0;
    for (size_t i = 0; i < n; start = ends[i++]) is_sound = is_sound && ends[i] >= start && ends[i] <= in.nbytes;
    uint8_t room, has_value;
    uint64_t end;
    tp_json_field field = {in.data, in.nbytes, ends, n};
    tp_json_rows rows = {.text = &room, .text_capacity = 1, .ends = &end, .has_value = &has_value, .capacity = 1};
    CHECK_EQ_U(tp_json_read_rows(&field, in.data, 0, &rows, &used, NULL), is_sound ? TP_OK : TP_INVALID_ARGUMENT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    const char *const *names = fields[take_below(&in, N_ITEMS(fields))];
    uint8_t joined[8];
    uint64_t ends[2];
    tp_json_field field = {joined, 0, ends, 0};
    for (; names[field.n_names] != NULL; ends[field.n_names++] = field.names_nbytes) {
        const char *name = names[field.n_names];
        memcpy(joined + field.names_nbytes, name, strlen(name));
        field.names_nbytes += strlen(name);
    }
    tp_json_rows how = {.capacity = 1 + take_below(&in, 9), .enough = take_byte(&in)};
    how.separates = take_below(&in, 2) == 1;
    if (take_below(&in, 16) == 15) check_names(in);
    all_rows expected = read_naively(in, names, how.separates);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) != TP_OK) continue;
        all_rows found = read_by_calls(in, &field, how);
        CHECK_EQ_BYTES(found.text, found.text_nbytes, expected.text, expected.text_nbytes);
        CHECK_EQ_BYTES(found.has_value, found.n, expected.has_value, expected.n);
        CHECK_EQ_BYTES(found.lengths, found.n * 8, expected.lengths, expected.n * 8);
        CHECK_EQ_U(found.n_lines, expected.n_lines);
        CHECK_EQ_U(found.used, expected.used);
        free_rows(&found);
    }
    free_rows(&expected);
    return fuzz_end();
}
