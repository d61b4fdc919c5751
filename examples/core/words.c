/* Counts the words of its first argument. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <textproc.h>

#if TP_VERSION_MAJOR == 0 && TP_VERSION_MINOR < 1
#error "textproc 0.1 or later is needed"
#endif

static void check(tp_status status, const tp_error *error)
{
    if (status == TP_OK) return;
    fprintf(stderr, "words: at %" PRIu64 ": %s\n", error->offset, error->message);
    exit(1);
}

int main(int n_arguments, char **arguments)
{
    const char *text = n_arguments > 1 ? arguments[1] : "";
    const uint64_t end = strlen(text);
    tp_error error;
    tp_corpus *corpus;
    check(tp_utf8_validate((const uint8_t *)text, (size_t)end, &error), &error);
    check(tp_corpus_new(&corpus, &error), &error);
    tp_batch document = {.corpus = corpus, .text = (const uint8_t *)text, .text_nbytes = (size_t)end, .ends = &end, .n_ends = 1};
    check(tp_corpus_count(&document, 1, &error), &error);

    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    printf("textproc %s: %" PRIu64 " words, %" PRIu64 " distinct\n", tp_version(), totals.words, totals.terms);
    tp_corpus_free(corpus);
    return 0;
}
