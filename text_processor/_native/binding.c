/* The binding's own C: functions that take Python objects and hold the GIL, for work that is shorter than a crossing by cffi.
 *
 * It uses the stable ABI only and holds no state, and the core does not know it. Python calls these functions as builtins:
 * tpb_give_functions puts them into a dict once. A function that cannot do its work in this short way returns None with no
 * exception set, or raises only what the interpreter itself has raised (MemoryError); the caller then goes the long way, which
 * has the messages. So no function here checks more than it needs to be safe.
 *
 * References are counted by functions of the interpreter: the macros of CPython 3.11, inlined here, know nothing of immortal objects,
 * and would raise the count of None and of small ints with each use until it overflows. */
#include <pyconfig.h>
#if !defined(Py_GIL_DISABLED) && !defined(Py_LIMITED_API) /* a free-threaded Python has no stable ABI */
#define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>

#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "textproc.h"

void tpb_give_functions(uintptr_t functions);

/* Texts, ids and names found up to these numbers need no memory but the stack. */
enum { MOST_IDS_ON_STACK = 1024, MOST_BYTES_ON_STACK = 4096, MOST_PLACES_ON_STACK = 32 };

/* Above this the GIL would be held for too long: some 100 microseconds. */
enum { MOST_BYTES = 1 << 14 };

static PyObject *none(void)
{
    PyErr_Clear();
    Py_IncRef(Py_None);
    return Py_None;
}

/* Ints that are made once: each number below `n` at its own index. What holds them is an argument of the call. */
typedef struct ready_ints {
    PyObject *const *at;
    size_t n;
} ready_ints;

/* Takes them from a bytes object of their addresses, which `addresses_of` has made. */
static bool take_ready(ready_ints *taken, PyObject *addresses)
{
    char *at;
    Py_ssize_t nbytes;
    if (PyBytes_AsStringAndSize(addresses, &at, &nbytes) < 0) return false;
    *taken = (ready_ints){(PyObject *const *)(void *)at, (size_t)nbytes / sizeof(PyObject *)};
    return true;
}

/* addresses_of(objects): the addresses of a tuple's objects as bytes. The caller keeps the tuple as long as it uses these: an
 * address that lies in memory is found without a call of the interpreter. */
static PyObject *addresses_of(PyObject *module, PyObject *objects)
{
    (void)module;
    if (!PyTuple_CheckExact(objects)) return none();
    Py_ssize_t n = PyTuple_Size(objects);
    PyObject *addresses = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(PyObject *));
    for (Py_ssize_t i = 0; addresses != NULL && i < n; i++) {
        PyObject *object = PyTuple_GetItem(objects, i);
        memcpy(PyBytes_AsString(addresses) + i * (Py_ssize_t)sizeof object, &object, sizeof object);
    }
    return addresses;
}

/* An int is fetched so many ids before it is used: those of a vocabulary lie far apart. */
enum { INTS_AHEAD = 16 };

static PyObject *list_of(const uint32_t *ids, size_t n, PyObject *addresses)
{
    ready_ints ready;
    if (!take_ready(&ready, addresses)) return NULL;
    PyObject *list = PyList_New((Py_ssize_t)n);
    if (list == NULL) return NULL;
    for (size_t i = 0; i < n; i++) {
        if (n - i > INTS_AHEAD && ids[i + INTS_AHEAD] < ready.n) TP_PREFETCH(ready.at[ids[i + INTS_AHEAD]]);
        PyObject *number = ids[i] < ready.n ? ready.at[ids[i]] : PyLong_FromUnsignedLong(ids[i]);
        if (ids[i] < ready.n) Py_IncRef(number);
        if (number == NULL || PyList_SetItem(list, (Py_ssize_t)i, number) < 0) {
            Py_DecRef(list);
            return NULL;
        }
    }
    return list;
}

/* list_of_ids(ids, ready): the 32-bit numbers of a buffer as a list. */
static PyObject *list_of_ids(PyObject *module, PyObject *const *arguments, Py_ssize_t n_arguments)
{
    (void)module;
    Py_buffer ids;
    if (n_arguments != 2) return none();
    if (PyObject_GetBuffer(arguments[0], &ids, PyBUF_SIMPLE) < 0) return NULL;
    PyObject *list = list_of(ids.buf, (size_t)ids.len / sizeof(uint32_t), arguments[1]);
    PyBuffer_Release(&ids);
    return list;
}

/* lists_of_ids(ids, ends, ready): a list for each of the 64-bit ends, of the 32-bit numbers of a buffer between it and the end
 * before. An end that is out of order or beyond the ids counts as the nearest one that is not. */
static PyObject *lists_of_ids(PyObject *module, PyObject *const *arguments, Py_ssize_t n_arguments)
{
    (void)module;
    Py_buffer ids, ends;
    if (n_arguments != 3) return none();
    if (PyObject_GetBuffer(arguments[0], &ids, PyBUF_SIMPLE) < 0) return NULL;
    if (PyObject_GetBuffer(arguments[1], &ends, PyBUF_SIMPLE) < 0) {
        PyBuffer_Release(&ids);
        return NULL;
    }
    size_t n_ids = (size_t)ids.len / sizeof(uint32_t), n_lists = (size_t)ends.len / sizeof(uint64_t), start = 0;
    PyObject *lists = PyList_New((Py_ssize_t)n_lists);
    for (size_t i = 0; lists != NULL && i < n_lists; i++) {
        uint64_t given;
        memcpy(&given, (const char *)ends.buf + i * sizeof given, sizeof given);
        size_t end = given < start ? start : given > n_ids ? n_ids : (size_t)given;
        PyObject *list = list_of((const uint32_t *)ids.buf + start, end - start, arguments[2]);
        if (list == NULL || PyList_SetItem(lists, (Py_ssize_t)i, list) < 0) {
            Py_DecRef(lists);
            lists = NULL;
        }
        start = end;
    }
    PyBuffer_Release(&ends);
    PyBuffer_Release(&ids);
    return lists;
}

/* Where the UTF-8 of a text lies. */
typedef struct text_view {
    const char *data;
    Py_ssize_t nbytes;
} text_view;

/* Stores where the UTF-8 of a str or bytes lies; returns false for another object, or a str with lone surrogates. */
static bool view_text(PyObject *text, text_view *view)
{
    if (PyBytes_Check(text)) {
        char *data;
        if (PyBytes_AsStringAndSize(text, &data, &view->nbytes) < 0) return false;
        view->data = data;
        return true;
    }
    if (!PyUnicode_Check(text)) return false;
    view->data = PyUnicode_AsUTF8AndSize(text, &view->nbytes);
    return view->data != NULL;
}

/* Returns the pointer at an address: a handle's object. NULL once that is freed, which happens only when the interpreter ends. */
static void *object_of(PyObject *address)
{
    void **place = PyLong_AsVoidPtr(address);
    return place == NULL ? NULL : *place;
}

/* A text to encode, and with what. */
typedef struct short_text {
    const tp_vocabulary *vocabulary;
    tp_piece_cache *cache;
    const tp_splitter *splitter;
    const tp_names *names; /* NULL: there are none to find */
    const uint32_t *name_ids;
    size_t n_names;
    const uint8_t *text;
    size_t nbytes;
} short_text;

enum { N_FOR_A_TEXT = 7 };

/* Returns whether a text is in a normal form already; -1 stands for none. */
static bool is_normal(const short_text *t, long form)
{
    size_t offset;
    return form < 0 || (tp_find_unnormalized(t->text, t->nbytes, (tp_normal_form)form, TP_UNICODE_OF_TOKENIZERS, &offset, NULL) ==
                            TP_OK &&
                        offset == t->nbytes);
}

/* Takes them from the arguments: the addresses of vocabulary, cache, splitter and names (0: none), the ids of the names, the
 * normal form that the text must have (-1: any), and the text. Returns false if this is not the way. */
static bool take_text_and_way(short_text *taken, PyObject *const *arguments)
{
    text_view view;
    char *name_ids;
    Py_ssize_t name_ids_nbytes;
    if (!view_text(arguments[6], &view) || view.nbytes > MOST_BYTES) return false;
    if (PyBytes_AsStringAndSize(arguments[4], &name_ids, &name_ids_nbytes) < 0) return false;
    *taken = (short_text){object_of(arguments[0]), object_of(arguments[1]), object_of(arguments[2]), object_of(arguments[3]),
                          (const uint32_t *)(const void *)name_ids, (size_t)name_ids_nbytes / sizeof(uint32_t),
                          (const uint8_t *)view.data, (size_t)view.nbytes};
    long form = PyLong_AsLong(arguments[5]);
    if (PyErr_Occurred()) return false;
    return taken->vocabulary != NULL && taken->cache != NULL && taken->splitter != NULL && is_normal(taken, form);
}

static bool encode_rest(const short_text *t, size_t first, uint32_t *ids, size_t *n_ids)
{
    size_t nbytes = t->nbytes - first, used;
    return tp_vocabulary_encode(t->vocabulary, t->cache, t->splitter, t->text + first, nbytes, true, 1, ids, nbytes, n_ids, &used,
                                NULL) == TP_OK;
}

/* Encodes a text in which names are found. */
static bool encode_between(const short_text *t, const tp_named_place *places, size_t n_places, uint32_t *ids, size_t *n_ids)
{
    size_t first = (size_t)places[n_places - 1].end, n_before;
    if (tp_vocabulary_encode_between(t->vocabulary, t->cache, t->splitter, t->text, t->nbytes, 0, places, n_places, t->name_ids,
                                     t->n_names, ids, t->nbytes, &n_before, NULL) != TP_OK ||
        !encode_rest(t, first, ids == NULL ? NULL : ids + n_before, n_ids)) {
        return false;
    }
    *n_ids += n_before;
    return true;
}

/* Finds names, at most one for each byte, and encodes the text. */
static bool encode_with_names(const short_text *t, uint32_t *ids, size_t *n_ids)
{
    tp_named_place few[MOST_PLACES_ON_STACK], *places = few;
    size_t n_places, used;
    tp_status status = tp_names_find(t->names, t->text, t->nbytes, true, places, MOST_PLACES_ON_STACK, &n_places, &used, NULL);
    if (status == TP_TOO_SMALL) {
        size_t room = n_places;
        places = PyMem_Malloc(room * sizeof *places);
        if (places == NULL) return false;
        status = tp_names_find(t->names, t->text, t->nbytes, true, places, room, &n_places, &used, NULL);
    }
    bool is_done = status == TP_OK;
    if (is_done) is_done = n_places > 0 ? encode_between(t, places, n_places, ids, n_ids) : encode_rest(t, 0, ids, n_ids);
    if (places != few) PyMem_Free(places);
    return is_done;
}

static bool encode_text(const short_text *t, uint32_t *ids, size_t *n_ids)
{
    return t->names == NULL ? encode_rest(t, 0, ids, n_ids) : encode_with_names(t, ids, n_ids);
}

/* Returns ids as a list, or as bytes, four for each, if `ready` is None. */
static PyObject *as_wanted(const uint32_t *ids, size_t n_ids, PyObject *ready)
{
    if (ready != Py_None) return list_of(ids, n_ids, ready);
    return PyBytes_FromStringAndSize((const char *)ids, (Py_ssize_t)(n_ids * sizeof *ids));
}

/* encode_short(vocabulary, cache, splitter, names, name_ids, form, text, ready): the ids of a text. */
static PyObject *encode_short(PyObject *module, PyObject *const *arguments, Py_ssize_t n_arguments)
{
    (void)module;
    uint32_t room[MOST_IDS_ON_STACK];
    short_text taken;
    size_t n_ids;
    if (n_arguments != N_FOR_A_TEXT + 1 || !take_text_and_way(&taken, arguments)) return none();
    uint32_t *ids = taken.nbytes <= MOST_IDS_ON_STACK ? room : PyMem_Malloc(taken.nbytes * sizeof *ids);
    PyObject *made = ids != NULL && encode_text(&taken, ids, &n_ids) ? as_wanted(ids, n_ids, arguments[N_FOR_A_TEXT]) : none();
    if (ids != room) PyMem_Free(ids);
    return made;
}

/* count_short(vocabulary, cache, splitter, names, name_ids, form, text): the number of its ids. */
static PyObject *count_short(PyObject *module, PyObject *const *arguments, Py_ssize_t n_arguments)
{
    (void)module;
    short_text taken;
    size_t n_ids;
    if (n_arguments != N_FOR_A_TEXT || !take_text_and_way(&taken, arguments) || !encode_text(&taken, NULL, &n_ids)) return none();
    return PyLong_FromSize_t(n_ids);
}

/* ---- Bound functions ------------------------------------------------------------------------------------------------- */

/* What short calls need. In Python it is a bytes object of 64-bit numbers, in this order, to which the functions below are bound
 * together with a list of one item, the ints that are ready. Each handle is known by its place, which holds NULL once the
 * object is freed. */
typedef struct short_way {
    const tp_vocabulary *vocabulary;
    tp_piece_cache *cache;
    const tp_splitter *splitter; /* NULL: it only decodes */
    const tp_names *names;       /* texts with one of these names go the long way; NULL: there are none */
    const tp_vocabulary_tokens *special;
    size_t first;       /* the byte with which all names begin, or N_BYTES */
    size_t most_length; /* in characters of a str, or bytes */
    bool is_ascii;      /* whether other texts go the long way */
} short_way;

enum { N_BYTES = 256, N_NUMBERS = 8 };

static void *pointer_of(uint64_t number)
{
    return (void *)(uintptr_t)number;
}

static void *object_at(uint64_t place)
{
    return place == 0 ? NULL : *(void **)pointer_of(place);
}

static bool take_way(short_way *way, PyObject *bound)
{
    uint64_t given[N_NUMBERS];
    PyObject *content = PyTuple_GetItem(bound, 0);
    if (content == NULL || PyBytes_Size(content) != (Py_ssize_t)sizeof given) return false;
    memcpy(given, PyBytes_AsString(content), sizeof given);
    *way = (short_way){object_at(given[0]),  object_at(given[1]), object_at(given[2]), object_at(given[3]),
                       pointer_of(given[4]), (size_t)given[5],    (size_t)given[6],    given[7] != 0};
    bool is_freed = given[3] != 0 && way->names == NULL;
    return way->vocabulary != NULL && way->cache != NULL && !is_freed;
}

static bool may_hold_name(const short_way *way, const uint8_t *text, size_t nbytes)
{
    if (way->names == NULL || nbytes == 0) return false;
    if (way->first < N_BYTES && memchr(text, (int)way->first, nbytes) == NULL) return false;
    return tp_names_occur(way->names, text, nbytes);
}

/* Takes a way and a text, an exact str or bytes. Returns false if this is not the way. */
static bool take_text(short_way *way, text_view *view, PyObject *bound, PyObject *text)
{
    if (!take_way(way, bound) || way->splitter == NULL) return false;
    Py_ssize_t length = PyUnicode_CheckExact(text) ? PyUnicode_GetLength(text) : PyBytes_CheckExact(text) ? PyBytes_Size(text) : -1;
    if (length < 0 || (size_t)length > way->most_length || !view_text(text, view)) return false;
    if (view->nbytes > MOST_BYTES || (way->is_ascii && view->nbytes != length)) return false;
    return !may_hold_name(way, (const uint8_t *)view->data, (size_t)view->nbytes);
}

static bool encode_to(const short_way *way, text_view text, uint32_t *ids, size_t *n_ids)
{
    size_t used, nbytes = (size_t)text.nbytes;
    return tp_vocabulary_encode(way->vocabulary, way->cache, way->splitter, (const uint8_t *)text.data, nbytes, true, 1, ids,
                                nbytes, n_ids, &used, NULL) == TP_OK;
}

/* Returns the ids of a text, which stand in `room` or are allocated; NULL if this is not the way. */
static uint32_t *ids_of(PyObject *bound, PyObject *text, uint32_t *room, size_t *n_ids)
{
    short_way way;
    text_view view;
    if (!take_text(&way, &view, bound, text)) return NULL;
    uint32_t *ids = view.nbytes <= MOST_IDS_ON_STACK ? room : PyMem_Malloc((size_t)view.nbytes * sizeof *ids);
    if (ids != NULL && encode_to(&way, view, ids, n_ids)) return ids;
    if (ids != room) PyMem_Free(ids);
    return NULL;
}

/* Returns a new reference to the ints that are ready. */
static PyObject *ready_now(PyObject *bound)
{
    PyObject *holder = PyTuple_GetItem(bound, 1);
#ifdef Py_GIL_DISABLED
    return PyList_GetItemRef(holder, 0);
#else
    PyObject *ready = PyList_GetItem(holder, 0);
    Py_IncRef(ready);
    return ready;
#endif
}

/* encode(text): the ids of a text. */
static PyObject *encode(PyObject *bound, PyObject *text)
{
    uint32_t room[MOST_IDS_ON_STACK];
    size_t n_ids;
    uint32_t *ids = ids_of(bound, text, room, &n_ids);
    if (ids == NULL) return none();
    PyObject *ready = ready_now(bound), *list = ready == NULL ? NULL : list_of(ids, n_ids, ready);
    Py_DecRef(ready);
    if (ids != room) PyMem_Free(ids);
    return list;
}

/* encode_bytes(text): the ids as bytes, four for each. */
static PyObject *encode_bytes(PyObject *bound, PyObject *text)
{
    uint32_t room[MOST_IDS_ON_STACK];
    size_t n_ids;
    uint32_t *ids = ids_of(bound, text, room, &n_ids);
    if (ids == NULL) return none();
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)ids, (Py_ssize_t)(n_ids * sizeof *ids));
    if (ids != room) PyMem_Free(ids);
    return bytes;
}

/* count(text): the number of its ids. */
static PyObject *count(PyObject *bound, PyObject *text)
{
    short_way way;
    text_view view;
    size_t n_ids;
    if (!take_text(&way, &view, bound, text) || !encode_to(&way, view, NULL, &n_ids)) return none();
    return PyLong_FromSize_t(n_ids);
}

/* Stores the item of a list of ints; returns false if it is none of 32 bits. */
static bool take_id(PyObject *list, Py_ssize_t i, uint32_t *id)
{
#ifdef Py_GIL_DISABLED
    PyObject *item = PyList_GetItemRef(list, i); /* another thread may take it out of the list meanwhile */
#else
    PyObject *item = PyList_GetItem(list, i);
    Py_IncRef(item);
#endif
    if (item == NULL || !PyLong_CheckExact(item)) {
        Py_DecRef(item);
        return false;
    }
    unsigned long long number = PyLong_AsUnsignedLongLong(item);
    Py_DecRef(item);
    *id = (uint32_t)number;
    return number <= UINT32_MAX; /* an error is the largest number */
}

/* decode(ids, errors): the text of a list of few ids. */
static PyObject *decode(PyObject *bound, PyObject *const *arguments, Py_ssize_t n_arguments)
{
    uint32_t ids[MOST_IDS_ON_STACK];
    uint8_t bytes[MOST_BYTES_ON_STACK];
    short_way way;
    if (n_arguments != 2 || !PyList_CheckExact(arguments[0]) || !take_way(&way, bound)) return none();
    Py_ssize_t n_ids = PyList_Size(arguments[0]);
    if (n_ids > MOST_IDS_ON_STACK) return none();
    for (Py_ssize_t i = 0; i < n_ids; i++) {
        if (!take_id(arguments[0], i, &ids[i])) return none();
    }
    size_t nbytes;
    const char *errors = PyUnicode_AsUTF8AndSize(arguments[1], NULL);
    if (errors == NULL ||
        tp_vocabulary_decode(way.vocabulary, way.special, ids, (size_t)n_ids, bytes, sizeof bytes, &nbytes, NULL, NULL) != TP_OK) {
        return none();
    }
    return PyUnicode_DecodeUTF8((const char *)bytes, (Py_ssize_t)nbytes, errors);
}

/* polarity_short(vader, text, names): the scores of a text, as a dict with these four names. */
static PyObject *polarity_short(PyObject *module, PyObject *const *arguments, Py_ssize_t n_arguments)
{
    (void)module;
    text_view view;
    tp_vader_scores scores;
    if (n_arguments != 3) return none();
    unsigned long long place = PyLong_AsUnsignedLongLong(arguments[0]);
    const tp_vader *vader = PyErr_Occurred() ? NULL : object_at(place);
    if (vader == NULL || !PyUnicode_Check(arguments[1]) || !view_text(arguments[1], &view) || view.nbytes > MOST_BYTES) {
        return none();
    }
    const uint64_t end = (uint64_t)view.nbytes;
    if (tp_vader_score(vader, (const uint8_t *)view.data, (size_t)end, &end, 1, 1, &scores, NULL, NULL) != TP_OK) return none();
    const double numbers[] = {scores.neg, scores.neu, scores.pos, scores.compound};
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict != NULL && i < 4; i++) {
        PyObject *number = PyFloat_FromDouble(numbers[i]), *name = PyTuple_GetItem(arguments[2], i);
        if (number == NULL || name == NULL || PyDict_SetItem(dict, name, number) < 0) {
            Py_DecRef(dict);
            dict = NULL;
        }
        Py_DecRef(number);
    }
    return dict;
}

/* ---- Texts that are passed together ---------------------------------------------------------------------------------- */

static PyObject *joined(const text_view *views, Py_ssize_t n, size_t total)
{
    PyObject *text = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)total);
    PyObject *ends = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(uint64_t));
    PyObject *both = text == NULL || ends == NULL ? NULL : PyTuple_New(2);
    if (both == NULL) {
        Py_DecRef(text);
        Py_DecRef(ends);
        return NULL;
    }
    char *to = PyBytes_AsString(text), *end_to = PyBytes_AsString(ends);
    uint64_t end = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i > 0) to[end++] = '\n';
        memcpy(to + end, views[i].data, (size_t)views[i].nbytes);
        end += (uint64_t)views[i].nbytes;
        memcpy(end_to + i * (Py_ssize_t)sizeof end, &end, sizeof end);
    }
    PyTuple_SetItem(both, 0, text);
    PyTuple_SetItem(both, 1, ends);
    return both;
}

/* Stores where the texts lie and how many bytes they have with one more between each two; false if one is neither str without
 * lone surrogates nor bytes. */
static bool view_texts(PyObject *texts, text_view *views, Py_ssize_t n, size_t *total)
{
    *total = n > 0 ? (size_t)n - 1 : 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!view_text(PyTuple_GetItem(texts, i), &views[i])) return false;
        if ((size_t)views[i].nbytes > PY_SSIZE_T_MAX - *total) return false;
        *total += (size_t)views[i].nbytes;
    }
    return true;
}

/* join_texts(texts): for a tuple of str and bytes their UTF-8, a newline between each two, and the ends as 64-bit numbers. A str
 * that is not ASCII keeps its UTF-8 from then on. */
static PyObject *join_texts(PyObject *module, PyObject *texts)
{
    (void)module;
    if (!PyTuple_CheckExact(texts)) return none();
    Py_ssize_t n = PyTuple_Size(texts);
    text_view *views = PyMem_Malloc((size_t)(n > 0 ? n : 1) * sizeof *views);
    size_t total;
    if (views == NULL) return PyErr_NoMemory();
    PyObject *made = view_texts(texts, views, n, &total) ? joined(views, n, total) : none();
    PyMem_Free(views);
    return made;
}

/* view_documents(texts): where the UTF-8 of a tuple of str and bytes lies, as bytes of the type tp_document, and its number of
 * bytes. The caller keeps the tuple. None for objects of other classes, and for lone surrogates. A str that is not ASCII keeps
 * its UTF-8 from then on. */
static PyObject *view_documents(PyObject *module, PyObject *texts)
{
    (void)module;
    if (!PyTuple_CheckExact(texts)) return none();
    Py_ssize_t n = PyTuple_Size(texts);
    PyObject *views = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(tp_document));
    if (views == NULL) return NULL;
    char *to = PyBytes_AsString(views);
    unsigned long long total = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        text_view view;
        PyObject *text = PyTuple_GetItem(texts, i);
        if ((!PyUnicode_CheckExact(text) && !PyBytes_CheckExact(text)) || !view_text(text, &view)) {
            Py_DecRef(views);
            return none();
        }
        const tp_document document = {(const uint8_t *)view.data, (uint64_t)view.nbytes};
        memcpy(to + i * (Py_ssize_t)sizeof document, &document, sizeof document);
        total += document.nbytes;
    }
    PyObject *both = PyTuple_New(2), *number = PyLong_FromUnsignedLongLong(total);
    if (both == NULL || number == NULL) {
        Py_DecRef(views);
        Py_DecRef(both);
        Py_DecRef(number);
        return NULL;
    }
    PyTuple_SetItem(both, 0, views);
    PyTuple_SetItem(both, 1, number);
    return both;
}

/* Stores how far each of the 64-bit numbers is from the one before, if `shift` is NULL, or adds *shift to each. */
static PyObject *changed_numbers(PyObject *numbers, const uint64_t *shift)
{
    Py_buffer given;
    if (PyObject_GetBuffer(numbers, &given, PyBUF_SIMPLE) < 0) return NULL;
    Py_ssize_t n = given.len / (Py_ssize_t)sizeof(uint64_t);
    PyObject *changed = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(uint64_t));
    uint64_t before = 0;
    for (Py_ssize_t i = 0; changed != NULL && i < n; i++) {
        uint64_t number, made;
        memcpy(&number, (const char *)given.buf + i * (Py_ssize_t)sizeof number, sizeof number);
        made = shift == NULL ? number - before : number + *shift;
        before = number;
        memcpy(PyBytes_AsString(changed) + i * (Py_ssize_t)sizeof made, &made, sizeof made);
    }
    PyBuffer_Release(&given);
    return changed;
}

/* differences(numbers): of 64-bit numbers, each from the one before it, as bytes. */
static PyObject *differences(PyObject *module, PyObject *numbers)
{
    (void)module;
    return changed_numbers(numbers, NULL);
}

/* shifted(numbers, by): the 64-bit numbers with one number added to each, as bytes. */
static PyObject *shifted(PyObject *module, PyObject *const *arguments, Py_ssize_t n_arguments)
{
    (void)module;
    if (n_arguments != 2) return none();
    uint64_t shift = PyLong_AsUnsignedLongLong(arguments[1]);
    return PyErr_Occurred() ? NULL : changed_numbers(arguments[0], &shift);
}

/* has_blank(texts): whether one of a tuple of str and bytes has only white space. */
static PyObject *has_blank(PyObject *module, PyObject *texts)
{
    (void)module;
    if (!PyTuple_CheckExact(texts)) return none();
    Py_ssize_t n = PyTuple_Size(texts);
    for (Py_ssize_t i = 0; i < n; i++) {
        text_view view;
        if (!view_text(PyTuple_GetItem(texts, i), &view)) return none();
        if (tp_is_blank((const uint8_t *)view.data, (size_t)view.nbytes)) return PyBool_FromLong(1);
    }
    return PyBool_FromLong(0);
}

/* ---- Handing over ---------------------------------------------------------------------------------------------------- */

#define FAST(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}
#define ONE(name) {#name, name, METH_O, NULL}

static PyMethodDef short_calls[] = {ONE(encode), ONE(encode_bytes), ONE(count), FAST(decode)};

enum { N_SHORT_CALLS = sizeof short_calls / sizeof *short_calls };

/* short_functions(bound): encode, encode_bytes, count and decode, bound to a tuple of a way and of the ints that are ready. */
static PyObject *short_functions(PyObject *module, PyObject *bound)
{
    (void)module;
    PyObject *functions = PyTuple_New(N_SHORT_CALLS);
    for (Py_ssize_t i = 0; functions != NULL && i < N_SHORT_CALLS; i++) {
        PyObject *function = PyCFunction_NewEx(&short_calls[i], bound, NULL);
        if (function == NULL || PyTuple_SetItem(functions, i, function) < 0) {
            Py_DecRef(functions);
            functions = NULL;
        }
    }
    return functions;
}

static PyMethodDef functions_here[] = {FAST(list_of_ids),    FAST(lists_of_ids), FAST(encode_short), FAST(count_short),
                                       FAST(polarity_short), ONE(join_texts),    ONE(has_blank),     ONE(addresses_of),
                                       ONE(short_functions), ONE(differences),   FAST(shifted),    ONE(view_documents)};

void tpb_give_functions(uintptr_t functions)
{
    PyGILState_STATE state = PyGILState_Ensure();
    for (size_t i = 0; i < sizeof functions_here / sizeof *functions_here; i++) {
        PyObject *function = PyCFunction_NewEx(&functions_here[i], NULL, NULL);
        if (function != NULL) PyDict_SetItemString((PyObject *)functions, functions_here[i].ml_name, function);
        Py_DecRef(function);
        PyErr_Clear();
    }
    PyGILState_Release(state);
}
