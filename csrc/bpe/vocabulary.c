/* The vocabulary: not built yet. */
#include "base/error.h"

tp_status tp_vocabulary_from_merges(const tp_merge *merges, size_t n_merges, tp_vocabulary **vocabulary, tp_error *error)
{
    (void)merges;
    (void)n_merges;
    (void)vocabulary;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

tp_status tp_vocabulary_from_tokens(const uint8_t *tokens, size_t tokens_nbytes, const uint64_t *ends, const uint32_t *ids, size_t n_tokens, tp_vocabulary **vocabulary, tp_error *error)
{
    (void)tokens;
    (void)tokens_nbytes;
    (void)ends;
    (void)ids;
    (void)n_tokens;
    (void)vocabulary;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

tp_status tp_vocabulary_from_tokens_and_merges(const uint8_t *tokens, size_t tokens_nbytes, const uint64_t *ends, const uint32_t *ids, size_t n_tokens, const tp_merge *merges, size_t n_merges, bool whole_pieces, tp_vocabulary **vocabulary, tp_error *error)
{
    (void)tokens;
    (void)tokens_nbytes;
    (void)ends;
    (void)ids;
    (void)n_tokens;
    (void)merges;
    (void)n_merges;
    (void)whole_pieces;
    (void)vocabulary;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

void tp_vocabulary_free(tp_vocabulary *vocabulary)
{
    (void)vocabulary;
}

void tp_vocabulary_free_at(tp_vocabulary **vocabulary)
{
    (void)vocabulary;
}

void tp_vocabulary_get_tokens(const tp_vocabulary *vocabulary, tp_vocabulary_tokens *tokens)
{
    (void)vocabulary;
    (void)tokens;
}

tp_status tp_vocabulary_get_merges(const tp_vocabulary *vocabulary, tp_merge *merges, size_t capacity, size_t *n_merges, tp_error *error)
{
    (void)vocabulary;
    (void)merges;
    (void)capacity;
    (void)n_merges;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

tp_status tp_piece_cache_new(size_t threads, tp_piece_cache **cache, tp_error *error)
{
    (void)threads;
    (void)cache;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

void tp_piece_cache_free(tp_piece_cache *cache)
{
    (void)cache;
}

void tp_piece_cache_free_at(tp_piece_cache **cache)
{
    (void)cache;
}

tp_status tp_vocabulary_encode(const tp_vocabulary *vocabulary, tp_piece_cache *cache, tp_pattern pattern, const uint8_t *text, size_t text_nbytes, bool is_final, size_t threads, uint32_t *ids, size_t capacity, size_t *n_ids, size_t *used, tp_error *error)
{
    (void)vocabulary;
    (void)cache;
    (void)pattern;
    (void)text;
    (void)text_nbytes;
    (void)is_final;
    (void)threads;
    (void)ids;
    (void)capacity;
    (void)n_ids;
    (void)used;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

tp_status tp_vocabulary_encode_split(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_pieces, uint32_t *ids, size_t capacity, size_t *n_ids, size_t *n_used, tp_error *error)
{
    (void)vocabulary;
    (void)cache;
    (void)text;
    (void)text_nbytes;
    (void)ends;
    (void)n_pieces;
    (void)ids;
    (void)capacity;
    (void)n_ids;
    (void)n_used;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

tp_status tp_vocabulary_encode_batch(const tp_vocabulary *vocabulary, tp_piece_cache *cache, tp_pattern pattern, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents, size_t threads, uint32_t *ids, size_t capacity, uint64_t *id_ends, size_t *n_ids, tp_error *error)
{
    (void)vocabulary;
    (void)cache;
    (void)pattern;
    (void)text;
    (void)text_nbytes;
    (void)ends;
    (void)n_documents;
    (void)threads;
    (void)ids;
    (void)capacity;
    (void)id_ends;
    (void)n_ids;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

tp_status tp_vocabulary_decode(const tp_vocabulary *vocabulary, const uint32_t *ids, size_t n_ids, uint8_t *bytes, size_t capacity, size_t *nbytes, uint64_t *ends, tp_error *error)
{
    (void)vocabulary;
    (void)ids;
    (void)n_ids;
    (void)bytes;
    (void)capacity;
    (void)nbytes;
    (void)ends;
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "not built yet");
}

