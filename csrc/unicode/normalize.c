/* Normal forms (Unicode Standard Annex #15). Most text is normal already, so the work has two parts: a quick check looks for
 * the next character that may have to change, by lead bytes, 64 at a time, and by the class of a character; the segment around
 * it is decomposed, ordered and composed.
 *
 * A segment begins with a character that never changes together with what stands before it, and ends before the next such one.
 * Nothing in it depends on what is outside. */
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/memory.h"
#include "textproc/text.h"
#include "unicode/leads.h"
#include "unicode/normal_tables.h"
#include "unicode/utf8.h"

/* What is asked for. */
typedef struct rule {
    unsigned form; /* its bit in the sets of the tables */
    bool composes, is_compatible;
    uint8_t newest_age;
} rule;

const char *tp_normal_unicode_version(void) { return TP_NORMAL_UNICODE_VERSION; }

static tp_status make_rule(rule *made, tp_normal_form form, uint32_t unicode_version, tp_error *error)
{
    if ((unsigned)form > TP_NFKD) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there is no such normal form");
    uint16_t newest = tp_normal_ages[TP_NORMAL_N_AGES - 1];
    if (unicode_version == TP_UNICODE_NEWEST) unicode_version = newest;
    if (unicode_version < TP_UNICODE_OLDEST) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 1, "normalization was not stable before Unicode 4.1");
    }
    if (unicode_version > newest) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 1, "the tables do not have so new a version of Unicode");
    }
    unsigned age = TP_NORMAL_N_AGES - 1;
    while (tp_normal_ages[age] > unicode_version) age--;
    bool composes = form == TP_NFC || form == TP_NFKC, is_compatible = form == TP_NFKC || form == TP_NFKD;
    *made = (rule){(unsigned)form, composes, is_compatible, (uint8_t)age};
    return TP_OK;
}

/* Whether a character may change, or change places, together with what stands before it. */
static inline bool joins(const rule *asked, uint32_t code_point)
{
    const tp_normal_class *found = &tp_normal_classes[tp_normal_class_of(code_point)];
    return (found->joins >> asked->form & 1) && found->age <= asked->newest_age;
}

/* ---- Quick check ------------------------------------------------------------------------------------------------------ */

/* Text with the marks of lead bytes of a few blocks of it. */
enum { BLOCK_NBYTES = 64, WINDOW_BLOCKS = 16 };

typedef struct scanner {
    const uint8_t *text;
    size_t nbytes;
    const uint8_t *leads;
    size_t first, end; /* the window: the bytes that `masks` is of */
    uint64_t masks[WINDOW_BLOCKS];
} scanner;

static scanner begin_scan(const uint8_t *text, size_t text_nbytes, const rule *asked)
{
    return (scanner){.text = text, .nbytes = text_nbytes, .leads = tp_normal_leads[asked->form]};
}

/* Moves the window to `at`, which is before the end of the text. */
static void move_window(scanner *scan, size_t at)
{
    size_t n_blocks = (scan->nbytes - at) / BLOCK_NBYTES;
    scan->first = at;
    if (n_blocks > 0) {
        if (n_blocks > WINDOW_BLOCKS) n_blocks = WINDOW_BLOCKS;
        scan->end = at + n_blocks * BLOCK_NBYTES;
        tp_mark_leads(scan->text + at, n_blocks, scan->leads, scan->masks);
        return;
    }
    uint8_t last[BLOCK_NBYTES] = {0};
    memcpy(last, scan->text + at, scan->nbytes - at);
    scan->end = scan->nbytes;
    tp_mark_leads(last, 1, scan->leads, scan->masks);
}

/* Decodes a character whose first byte is marked, so that it is no byte below 0xC0. Characters of two and three bytes are taken
 * to be well-formed, as nearly all are; of others the number of the class may be wrong. */
static inline uint8_t guess_class(const uint8_t *text, size_t available, size_t *nbytes)
{
    uint8_t lead = text[0];
    if (available < 3 || lead >= 0xF0) {
        uint32_t code_point;
        *nbytes = tp_utf8_decode(text, text + available, &code_point);
        return tp_normal_class_of(code_point);
    }
    uint32_t second = text[1] & 0x3Fu;
    if (lead < 0xE0) {
        *nbytes = 2;
        return tp_normal_class_of((lead & 0x1Fu) << 6 | second);
    }
    *nbytes = 3;
    return tp_normal_class_of((lead & 0x0Fu) << 12 | second << 6 | (text[2] & 0x3Fu));
}

/* Whether there really is a character that the tables know at the offset `at`: what is ill-formed never changes. */
static bool is_known(const scanner *scan, size_t at)
{
    uint32_t code_point;
    tp_utf8_decode(scan->text + at, scan->text + scan->nbytes, &code_point);
    return tp_normal_class_of(code_point) != 0;
}

/* Returns the offset of the first character from `at` on that the form may not have as it is, or the end of the text. What is
 * too new for the version asked for is not passed over: text that is normal by the newest version is so by all. Before `at` a
 * segment ends. */
static size_t find_suspicious(scanner *scan, size_t at, const rule *asked)
{
    size_t mark_end = SIZE_MAX; /* of the last marked character, which has this combining class: */
    uint8_t last_class = 0;
    while (at < scan->nbytes) {
        if (at < scan->first || at >= scan->end) move_window(scan, at);
        size_t within = at - scan->first, block = within / BLOCK_NBYTES;
        size_t start = scan->first + block * BLOCK_NBYTES;
        uint64_t mask = scan->masks[block] & UINT64_MAX << within % BLOCK_NBYTES;
        for (; mask != 0; mask &= mask - 1) {
            at = start + tp_lowest_bit(mask);
            size_t nbytes;
            uint8_t number = guess_class(scan->text + at, scan->nbytes - at, &nbytes);
            if (number == 0) continue;
            tp_normal_class found = tp_normal_classes[number];
            uint8_t before = at == mark_end ? last_class : 0;
            bool is_moved = found.combining_class < before && found.combining_class != 0;
            if (((found.changes >> asked->form & 1) || is_moved) && is_known(scan, at)) return at;
            mark_end = at + nbytes;
            last_class = found.combining_class;
        }
        at = start + BLOCK_NBYTES;
    }
    return scan->nbytes;
}

/* Returns where the segment begins that the character at the offset `at` belongs to; a segment ends at or before `done`. */
static size_t find_segment(const uint8_t *text, size_t text_nbytes, size_t done, size_t at, const rule *asked)
{
    const uint8_t *here = text + at;
    uint32_t code_point;
    tp_utf8_decode(here, text + text_nbytes, &code_point);
    while (here > text + done && joins(asked, code_point)) here = tp_utf8_decode_before(text + done, here, &code_point);
    return (size_t)(here - text);
}

/* ---- A segment -------------------------------------------------------------------------------------------------------- */

/* A code point, from the bit TP_NORMAL_CLASS_BIT on its combining class as in tp_normal_parts, and from the bit SOURCES_BIT on
 * the number of characters of the text that it stands for: 1 for the first part of a character, 0 for the others, their sum for
 * a composite. Ill-formed bytes are RAW plus the byte. */
typedef uint64_t item;

#define SOURCES_BIT 29
#define CODE_POINT_MASK ((UINT32_C(1) << TP_NORMAL_CLASS_BIT) - 1)
#define ITEM_MASK ((UINT64_C(1) << SOURCES_BIT) - 1)
#define RAW UINT32_C(0x110000)
#define MAX_SEGMENT_NBYTES (UINT64_C(1) << (64 - SOURCES_BIT))

/* Room for every segment of ordinary text. */
enum { SHORT_ITEMS = 64 };

typedef struct segment {
    item *items; /* `few`, or a block of `capacity` items */
    size_t n, capacity;
    uint8_t last_class;
    bool is_ordered;
    item few[SHORT_ITEMS];
} segment;

static inline uint32_t code_point_of(item each) { return (uint32_t)each & CODE_POINT_MASK; }
static inline uint8_t class_of(item each) { return (uint8_t)(each >> TP_NORMAL_CLASS_BIT); }

static void begin_segments(segment *seg) { seg->items = seg->few, seg->capacity = SHORT_ITEMS; }

static void free_segments(segment *seg)
{
    if (seg->items != seg->few) tp_release(TP_FOR_WORK, seg->items, seg->capacity * sizeof *seg->items);
}

static bool grow_segment(segment *seg)
{
    if (seg->items != seg->few) {
        item *grown = tp_grow(TP_FOR_WORK, seg->items, &seg->capacity, seg->n + 1, sizeof *seg->items);
        if (grown == NULL) return false;
        seg->items = grown;
        return true;
    }
    size_t capacity = 0;
    item *items = tp_grow(TP_FOR_WORK, NULL, &capacity, 4 * SHORT_ITEMS, sizeof *items);
    if (items == NULL) return false;
    memcpy(items, seg->few, sizeof seg->few);
    seg->items = items;
    seg->capacity = capacity;
    return true;
}

static inline bool push(segment *seg, uint32_t part, bool is_first)
{
    if (seg->n == seg->capacity && !grow_segment(seg)) return false;
    item each = (item)is_first << SOURCES_BIT | part;
    uint8_t combining_class = class_of(each);
    if (combining_class != 0 && combining_class < seg->last_class) seg->is_ordered = false;
    seg->last_class = combining_class;
    seg->items[seg->n++] = each;
    return true;
}

/* ---- Hangul syllables are computed (Unicode Standard, section 3.12) */

enum {
    S_BASE = 0xAC00,
    L_BASE = 0x1100,
    V_BASE = 0x1161,
    T_BASE = 0x11A7, /* one before the first: no trailing consonant */
    N_L = 19,
    N_V = 21,
    N_T = 28,
    N_SYLLABLES = N_L * N_V * N_T
};

static bool push_syllable(segment *seg, uint32_t number)
{
    uint32_t trailing = number % N_T;
    return push(seg, L_BASE + number / (N_V * N_T), true) && push(seg, V_BASE + number / N_T % N_V, false) &&
           (trailing == 0 || push(seg, T_BASE + trailing, false));
}

/* Returns the syllable, or 0. */
static uint32_t compose_syllable(uint32_t first, uint32_t second)
{
    if (first - L_BASE < N_L && second - V_BASE < N_V) return S_BASE + ((first - L_BASE) * N_V + second - V_BASE) * N_T;
    uint32_t number = first - S_BASE;
    if (number < N_SYLLABLES && number % N_T == 0 && second - (T_BASE + 1) < N_T - 1) return first + second - T_BASE;
    return 0;
}

/* ---- Decomposing, ordering, composing */

static bool push_decomposed(segment *seg, uint32_t code_point, const rule *asked)
{
    if (code_point - S_BASE < N_SYLLABLES) return push_syllable(seg, code_point - S_BASE);
    if (tp_normal_class_of(code_point) == 0) return push(seg, code_point, true);
    const tp_normal_record *record = tp_normal_record_of(code_point);
    if (record->age > asked->newest_age) return push(seg, code_point, true);
    const uint32_t *parts = tp_normal_parts + (asked->is_compatible ? record->compatible : record->canonical);
    size_t n = asked->is_compatible ? record->compatible_length : record->canonical_length;
    if (n == 0) return push(seg, code_point | (uint32_t)record->combining_class << TP_NORMAL_CLASS_BIT, true);
    for (size_t i = 0; i < n; i++) {
        if (!push(seg, parts[i], i == 0)) return false;
    }
    return true;
}

/* Takes in the segment that begins at `start`, decomposed. *end becomes where it ends. Returns false if memory runs out. */
static bool take_segment(segment *seg, const uint8_t *text, size_t text_nbytes, size_t start, size_t *end, const rule *asked)
{
    seg->n = 0;
    seg->last_class = 0;
    seg->is_ordered = true;
    size_t at = start;
    do {
        uint32_t code_point;
        size_t nbytes = tp_utf8_decode(text + at, text + text_nbytes, &code_point);
        if (at > start && !joins(asked, code_point)) break;
        if (at - start >= MAX_SEGMENT_NBYTES) {
            tp_refuse(SIZE_MAX);
            return false;
        }
        if (code_point != TP_UTF8_ILL_FORMED) {
            if (!push_decomposed(seg, code_point, asked)) return false;
        } else {
            for (size_t i = 0; i < nbytes; i++) {
                if (!push(seg, RAW + text[at + i], i == 0)) return false;
            }
        }
        at += nbytes;
    } while (at < text_nbytes);
    *end = at;
    return true;
}

static void order_few(item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        item each = items[i];
        size_t place = i;
        for (; place > 0 && class_of(items[place - 1]) > class_of(each); place--) items[place] = items[place - 1];
        items[place] = each;
    }
}

/* Counts classes: linear, however many marks there are. Returns false if memory runs out. */
static bool order_many(item *items, size_t n)
{
    item *ordered = n > SIZE_MAX / sizeof *items ? tp_refuse(SIZE_MAX) : tp_allocate(TP_FOR_WORK, n * sizeof *items);
    if (ordered == NULL) return false;
    size_t places[257] = {0};
    for (size_t i = 0; i < n; i++) places[class_of(items[i]) + 1]++;
    for (size_t i = 1; i < 257; i++) places[i] += places[i - 1];
    for (size_t i = 0; i < n; i++) ordered[places[class_of(items[i])]++] = items[i];
    memcpy(items, ordered, n * sizeof *items);
    tp_release(TP_FOR_WORK, ordered, n * sizeof *items);
    return true;
}

/* Sorts each run of marks by their combining class; equal ones keep their order. */
static bool order(segment *seg)
{
    enum { FEW = 32 }; /* from here on counting is quicker */
    for (size_t i = 0; i < seg->n;) {
        size_t first = i;
        while (i < seg->n && class_of(seg->items[i]) != 0) i++;
        if (i - first <= FEW) order_few(seg->items + first, i - first);
        else if (!order_many(seg->items + first, i - first)) return false;
        if (i == first) i++;
    }
    return true;
}

/* Returns what two characters become, or 0. */
static uint32_t compose_two(uint32_t first, uint32_t second, const rule *asked)
{
    uint32_t syllable = compose_syllable(first, second);
    if (syllable != 0) return syllable;
    uint8_t column = tp_normal_record_of(second)->column;
    if (column == 0) return 0;
    uint16_t row = tp_normal_record_of(first)->row;
    if (row == 0) return 0;
    tp_normal_pair pair = tp_normal_pairs[row + column];
    /* A composite is as old as the younger of its parts, so neither of these needs to be asked for its age. */
    bool is_pair = pair.first == first && pair.composite >> TP_NORMAL_AGE_BIT <= asked->newest_age;
    return is_pair ? pair.composite & CODE_POINT_MASK : 0;
}

/* Each character is composed with the last starter before it, unless one stands between that has no smaller class. */
static void compose(segment *seg, const rule *asked)
{
    size_t starter = SIZE_MAX, kept = 0;
    uint8_t last_class = 0; /* of the last character that was kept */
    for (size_t i = 0; i < seg->n; i++) {
        item each = seg->items[i];
        uint8_t combining_class = class_of(each);
        bool is_next = starter != SIZE_MAX && kept == starter + 1;
        if (is_next || (starter != SIZE_MAX && last_class < combining_class)) {
            item *first = &seg->items[starter];
            uint32_t composite = compose_two(code_point_of(*first), code_point_of(each), asked);
            if (composite != 0) {
                *first = ((*first & ~ITEM_MASK) + (each & ~ITEM_MASK)) | composite;
                continue;
            }
        }
        if (combining_class == 0) starter = kept;
        last_class = combining_class;
        seg->items[kept++] = each;
    }
    seg->n = kept;
}

/* Makes the normal form of the segment that begins at `start`. */
static bool normalize_segment(segment *seg, const uint8_t *text, size_t text_nbytes, size_t start, size_t *end,
                              const rule *asked)
{
    if (!take_segment(seg, text, text_nbytes, start, end, asked)) return false;
    if (!seg->is_ordered && !order(seg)) return false;
    if (asked->composes) compose(seg, asked);
    return true;
}

/* Writes a code point, or an ill-formed byte, and returns the number of bytes. */
static inline size_t encode_one(uint32_t code_point, uint8_t *encoded)
{
    if (code_point < RAW) return tp_utf8_encode(code_point, encoded);
    encoded[0] = (uint8_t)(code_point - RAW);
    return 1;
}

/* ---- Writing ---------------------------------------------------------------------------------------------------------- */

/* What does not fit is counted. */
typedef struct output {
    uint8_t *bytes;
    uint64_t *origins; /* or NULL */
    size_t capacity, used;
} output;

static inline bool has_room(const output *out, size_t nbytes)
{
    return out->used <= out->capacity && nbytes <= out->capacity - out->used;
}

/* Writes what stays as it is: text[first … end). */
static void write_same(output *out, const uint8_t *text, size_t first, size_t end)
{
    size_t nbytes = end - first;
    if (has_room(out, nbytes)) {
        if (nbytes > 0) memcpy(out->bytes + out->used, text + first, nbytes);
        if (out->origins != NULL) {
            size_t origin = first;
            for (size_t i = 0; i < nbytes; i++) {
                if (!tp_utf8_is_continuation(text[first + i])) origin = first + i;
                out->origins[out->used + i] = origin;
            }
        }
    }
    out->used += nbytes;
}

/* Writes a code point, or an ill-formed byte, that comes from the offset `origin`. */
static inline void write_one(output *out, uint32_t code_point, size_t origin)
{
    uint8_t encoded[TP_UTF8_MAX_NBYTES];
    bool is_roomy = has_room(out, TP_UTF8_MAX_NBYTES);
    uint8_t *place = is_roomy ? out->bytes + out->used : encoded;
    size_t nbytes = encode_one(code_point, place);
    if (!is_roomy && has_room(out, nbytes)) memcpy(out->bytes + out->used, encoded, nbytes);
    if (out->origins != NULL && has_room(out, nbytes)) {
        for (size_t i = 0; i < nbytes; i++) out->origins[out->used + i] = origin;
    }
    out->used += nbytes;
}

/* Writes a segment whose source is text[start … end). As in tokenizers, the characters of the source are given out in order: an
 * item comes from the first of those that it stands for; what stands for none comes from the last one given out. So a mark that
 * was put into another order comes from what was at its place. */
static void write_segment(output *out, const segment *seg, const uint8_t *text, size_t start, size_t end)
{
    size_t origin = start, next = start;
    for (size_t i = 0; i < seg->n; i++) {
        uint64_t n_sources = seg->items[i] >> SOURCES_BIT;
        size_t first = n_sources > 0 ? next : origin;
        write_one(out, code_point_of(seg->items[i]), first);
        if (out->origins == NULL) continue;
        for (; n_sources > 0; n_sources--) {
            uint32_t code_point;
            origin = next;
            next += tp_utf8_decode(text + next, text + end, &code_point);
        }
    }
}

/* Writes the characters from the offset `at` on, up to the first one that does not change, or not alone, and returns where that
 * one begins. For forms that do not compose. */
static size_t write_decomposed(output *out, const uint8_t *text, size_t text_nbytes, size_t at, const rule *asked)
{
    const uint8_t *end = text + text_nbytes;
    uint32_t code_point, following;
    size_t nbytes = tp_utf8_decode(text + at, end, &code_point);
    for (; at < text_nbytes; code_point = following) {
        tp_normal_class found = tp_normal_classes[tp_normal_class_of(code_point)];
        if (!(found.changes >> asked->form & 1) || (found.joins >> asked->form & 1)) break;
        size_t next = at + nbytes;
        following = 0;
        nbytes = next < text_nbytes ? tp_utf8_decode(text + next, end, &following) : 0;
        if (joins(asked, following)) break;
        if (code_point - S_BASE < N_SYLLABLES) {
            uint32_t number = code_point - S_BASE;
            write_one(out, L_BASE + number / (N_V * N_T), at);
            write_one(out, V_BASE + number / N_T % N_V, at);
            if (number % N_T != 0) write_one(out, T_BASE + number % N_T, at);
        } else {
            const tp_normal_record *record = tp_normal_record_of(code_point);
            if (record->age > asked->newest_age) break;
            const uint32_t *parts = tp_normal_parts + (asked->is_compatible ? record->compatible : record->canonical);
            size_t n = asked->is_compatible ? record->compatible_length : record->canonical_length;
            for (size_t i = 0; i < n; i++) write_one(out, parts[i] & CODE_POINT_MASK, at);
        }
        at = next;
    }
    return at;
}

/* Returns whether a segment is text[start … end). */
static bool is_same(const segment *seg, const uint8_t *text, size_t start, size_t end)
{
    for (size_t i = 0; i < seg->n; i++) {
        uint8_t encoded[TP_UTF8_MAX_NBYTES];
        size_t nbytes = encode_one(code_point_of(seg->items[i]), encoded);
        if (nbytes > end - start || memcmp(encoded, text + start, nbytes) != 0) return false;
        start += nbytes;
    }
    return start == end;
}

/* ---- Public ----------------------------------------------------------------------------------------------------------- */

tp_status tp_find_unnormalized(const uint8_t *text, size_t text_nbytes, tp_normal_form form, uint32_t unicode_version,
                               size_t *offset, tp_error *error)
{
    rule asked;
    tp_status status = make_rule(&asked, form, unicode_version, error);
    if (status != TP_OK) return status;
    scanner scan = begin_scan(text, text_nbytes, &asked);
    segment seg;
    begin_segments(&seg);
    size_t done = 0, at;
    while ((at = find_suspicious(&scan, done, &asked)) < text_nbytes) {
        size_t start = find_segment(text, text_nbytes, done, at, &asked), end;
        if (!normalize_segment(&seg, text, text_nbytes, start, &end, &asked)) {
            status = tp_fail_no_memory(error);
            break;
        }
        done = start;
        if (!is_same(&seg, text, start, end)) break;
        done = end;
    }
    free_segments(&seg);
    if (status == TP_OK) *offset = at < text_nbytes ? done : text_nbytes;
    return status;
}

tp_status tp_normalize(const uint8_t *text, size_t text_nbytes, tp_normal_form form, uint32_t unicode_version,
                       uint8_t *normalized, uint64_t *origins, size_t capacity, size_t *nbytes, tp_error *error)
{
    rule asked;
    tp_status status = make_rule(&asked, form, unicode_version, error);
    if (status != TP_OK) return status;
    scanner scan = begin_scan(text, text_nbytes, &asked);
    output out = {normalized, origins, capacity, 0};
    segment seg;
    begin_segments(&seg);
    size_t done = 0, at;
    while ((at = find_suspicious(&scan, done, &asked)) < text_nbytes) {
        size_t start = find_segment(text, text_nbytes, done, at, &asked), end;
        write_same(&out, text, done, start);
        done = start;
        if (!asked.composes && start == at) {
            done = write_decomposed(&out, text, text_nbytes, at, &asked);
            if (done > at) continue;
        }
        if (!normalize_segment(&seg, text, text_nbytes, start, &end, &asked)) {
            status = tp_fail_no_memory(error);
            break;
        }
        write_segment(&out, &seg, text, start, end);
        done = end;
    }
    free_segments(&seg);
    if (status != TP_OK) return status;
    write_same(&out, text, done, text_nbytes);
    *nbytes = out.used;
    return out.used <= capacity ? TP_OK : tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the normal form");
}

tp_status tp_find_normal_cut(const uint8_t *text, size_t text_nbytes, tp_normal_form form, uint32_t unicode_version,
                             size_t *offset, tp_error *error)
{
    rule asked;
    tp_status status = make_rule(&asked, form, unicode_version, error);
    if (status != TP_OK) return status;
    const uint8_t *here = text + tp_utf8_complete_nbytes(text, text_nbytes);
    uint32_t code_point;
    do {
        if (here > text) here = tp_utf8_decode_before(text, here, &code_point);
    } while (here > text && joins(&asked, code_point));
    *offset = (size_t)(here - text);
    return TP_OK;
}
