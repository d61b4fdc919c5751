"""Going on with a training: merges after those of a vocabulary, in which each token keeps its id."""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import accumulate

from text_processor._common.messages import quoted
from text_processor._native.bpe import Encoder, Pieces, Tokens, Vocabulary
from text_processor.bpe import _training
from text_processor.bpe._files import writing
from text_processor.bpe._files.vocabularies import new_vocabulary
from text_processor.bpe._model import Model
from text_processor.bpe._stages.special_names import checked_id
from text_processor.bpe._training import Plan

N_BYTES = 256


class Earlier:
    """The merges of a vocabulary as a training numbers them: the bytes are 0 to 255, and merge i makes 256 + i.

    ``ids`` has the id of each of these tokens, ``texts`` its bytes.
    """

    def __init__(self, model: Model) -> None:
        merges = writing.merges_of(model)
        texts = dict(zip(model.tokens.ids, model.tokens.each(), strict=True))
        ids = {text: number for number, text in texts.items()}
        self.texts = [bytes([byte]) for byte in range(N_BYTES)]
        self.texts += [texts[left] + texts[right] for left, right in zip(merges[::2], merges[1::2], strict=True)]
        _check_all_made(self.texts, ids)
        _check_all_found(model, merges)
        self.ids = [ids[text] for text in self.texts]
        numbers = {number: index for index, number in enumerate(self.ids)}
        self.merges = array("I", map(numbers.__getitem__, merges))
        _check_order(self.merges, self.texts)


def _check_all_made(texts: list[bytes], ids: dict[bytes, int]) -> None:
    """Check that the bytes and the merges make each token of a vocabulary once."""
    made = set(texts)
    if missing := [byte for byte in texts[:N_BYTES] if byte not in ids]:
        raise ValueError(f"a vocabulary without a token for each byte cannot be extended: {quoted(missing[0])} has none")
    if others := [text for text in ids if text not in made]:
        raise ValueError(f"a vocabulary with a token that no merge makes cannot be extended: {quoted(others[0])}")
    if len(made) < len(texts):
        twice, _ = Counter(texts).most_common(1)[0]
        raise ValueError(f"a vocabulary in which two merges make one token cannot be extended: {quoted(twice)}")


def _check_order(merges: array[int], texts: list[bytes]) -> None:
    """Check that each merge takes tokens that are there before it."""
    for index, highest in enumerate(map(max, merges[::2], merges[1::2]), N_BYTES):
        if highest >= index:
            raise ValueError(
                f"a vocabulary in which a merge takes a token that is made later cannot be extended: {quoted(texts[index])}"
            )


def _check_all_found(model: Model, merges: array[int]) -> None:
    """Check that each token is what merging makes of its bytes: then no further merge makes a token that is there."""
    if model.merges is None:
        return
    vocabulary, texts = Vocabulary.of_tokens(model.tokens, merges), list(model.tokens.each())
    encoder = Encoder(vocabulary, None, array("I"))
    encoder.feed_split(texts)
    if encoder.n_ids == len(texts):
        return
    for text in texts:
        encoder = Encoder(vocabulary, None, array("I"))
        encoder.feed_split([text])
        if encoder.n_ids > 1:
            raise ValueError(
                f"a vocabulary in which merging does not make a token of its bytes cannot be extended: {quoted(text)}"
            )


def plan_for(model: Model, plan: Plan) -> Plan:
    """Return a plan for the merges that a vocabulary still lacks; ``vocab_size`` counts its tokens too."""
    n_tokens = len(model.tokens_ids)
    if plan.n_merges + N_BYTES < n_tokens:
        raise ValueError(
            f"vocab_size must be at least {n_tokens}, the number of tokens that are there, not {plan.n_merges + N_BYTES}"
        )
    return plan._replace(n_merges=plan.n_merges + N_BYTES - n_tokens)


def extended(model: Model, earlier: Earlier, pieces: Pieces, plan: Plan) -> Model:
    """Return a model with further merges from counted pieces; the new tokens get the ids after all others."""
    made = _training.merge(pieces, plan, earlier.merges)
    first, n_new = model.n_vocab, len(made) // 2
    if n_new:
        checked_id(first + n_new - 1, "the highest id")
    ids, texts = [*earlier.ids, *range(first, first + n_new)], list(earlier.texts)
    for left, right in zip(made[::2], made[1::2], strict=True):
        texts.append(texts[left] + texts[right])
    merges = None if model.merges is None else model.merges + array("I", map(ids.__getitem__, made))
    return Model(
        model.splitter,
        new_vocabulary(_with_new(model.tokens, texts[len(earlier.texts) :], first), merges, whole_pieces=model.whole_pieces),
        model.added,
        merges=merges,
        whole_pieces=model.whole_pieces,
        normalizer=model.normalizer,
        prefix_space=model.prefix_space,
        post_processor=model.post_processor,
        kept=model.kept,
    )


def _with_new(tokens: Tokens, texts: list[bytes], first: int) -> Tokens:
    """Return tokens with new ones behind them."""
    ends = tokens.ends + array("Q", (len(tokens.text) + end for end in accumulate(map(len, texts))))
    return Tokens(tokens.text + b"".join(texts), ends, tokens.ids + array("I", range(first, first + len(texts))))
