"""Writing with a trained model in PyTorch: logits -> symbol -> next logits; and translating.

Shapes: ``B`` batch, ``K`` beam size, ``S`` source time, ``V`` vocabulary.
"""

import numpy as np
import torch

from course_utils.data.translation import evaluation_batches
from course_utils.model_checks import check_vocabularies
from course_utils.search import BeamSearch, ForcedReading, in_order, longest_lengths, source_pairs
from course_utils.writing import Writing, encode_texts, equal_lengths, reading_windows

from .layers import _evaluation_mode


def generate(
    model,
    vocabulary,
    prompt,
    length,
    temperature=1.0,
    seed=0,
    top_k=None,
    top_p=None,
    typical_p=None,
    repetition_penalty=1.0,
    penalty_window=None,
    uniforms=None,
):
    """Return ``prompt`` and ``length`` more symbols, as one text; or a list of such texts.

    A list or tuple of prompts is written on as one batch; they may differ in length. The model
    reads each prompt once; then each drawn symbol is its next input, and the state is carried
    along. ``temperature`` below 1 prefers likely symbols, 0 takes the likeliest. For the other
    settings, and their order, see ``sampling.Sampler``; the penalty sees the prompt, too.

    Drawing is done in NumPy: models with equal weights write equal text in both frameworks. Symbol
    t of prompt b is drawn with the number ``uniforms[b, t]`` in [0, 1); for one prompt
    ``uniforms[t]``. If None, they are ``numpy.random.default_rng(seed).random((B, length))``. So
    each row has its own numbers, and row 0 writes what its prompt alone would write.

    Raises: TypeError, ValueError for an empty prompt, a length that is no whole number of at least
    0, a vocabulary of another size than the model's, uniforms of another shape, or what
    ``vocabulary.encode`` and ``sampling.Sampler`` refuse.
    Source: Graves 2013, section 2 (prediction network as a generator).
    """
    settings = dict(
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        typical_p=typical_p,
        repetition_penalty=repetition_penalty,
        penalty_window=penalty_window,
    )
    vocab_size = model.options["vocab_size"]
    writing = Writing(vocabulary, prompt, length, vocab_size, uniforms, seed, settings)
    if writing.done:
        return writing.result()
    with _evaluation_mode(model):
        logits, state = _read(model, writing.prompts)
        ids, states = writing.advance(logits.cpu().numpy()), model.recurrent.split_state(state)
        while not writing.done:
            logits, states = model.step(ids, states)
            ids = writing.advance(logits.cpu().numpy())
    return writing.result()


def next_logits(model, vocabulary, prompts):
    """Return what the model says of the symbol after each prompt: logits [B, V], a NumPy array.

    ``prompts`` is a list or tuple of texts, which may differ in length; or one text, and B is 1.
    Raises: TypeError, ValueError for prompts or a vocabulary that are not possible.
    """
    prompts = encode_texts(vocabulary, prompts, model.options["vocab_size"])
    with _evaluation_mode(model):
        return _read(model, prompts)[0].cpu().numpy()


def text_nats(model, vocabulary, text):
    """Return -ln p of each symbol of a text but the first, given all before it: [N - 1], float64.

    For a list or tuple of texts a list of such arrays. The model is taken as it is, at temperature
    1 and with nothing cut. The mean is the loss in nats per symbol.
    Raises: TypeError, ValueError for a text of fewer than 2 symbols, or a vocabulary that is not
    possible.
    """
    texts = encode_texts(vocabulary, text, model.options["vocab_size"], minimum=2)
    nats = [None] * len(texts)
    with _evaluation_mode(model):
        for places, ids in equal_lengths(texts):
            state, parts = model.zero_state(len(ids)), []
            for inputs, targets in reading_windows(ids):
                logits, state = model(inputs, state)
                targets = torch.as_tensor(targets, device=logits.device).long().unsqueeze(2)
                parts.append(-torch.log_softmax(logits, dim=-1).gather(2, targets).squeeze(2))
            for place, row in zip(places, torch.cat(parts, dim=1).cpu().double(), strict=True):
                nats[place] = row.numpy()
    return nats[0] if isinstance(text, str) else nats


def _read(model, prompts):
    """Read arrays of ids [T]; return the logits after each [B, V], and the state of all.

    Each length that occurs is read on its own; then the rows are put in order again.
    """
    places, logits, states = [], [], []
    for own_places, ids in equal_lengths(prompts):
        own_logits, state = model(ids)
        places += own_places
        logits.append(own_logits[:, -1])
        states.append(state)
    order = np.argsort(places)
    if model.options["cell"] == "lstm":
        state = tuple(torch.cat(parts, dim=1) for parts in zip(*states, strict=True))
    else:
        state = torch.cat(states, dim=1)
    return torch.cat(logits)[torch.as_tensor(order)], _choose(state, order)


def translate(
    model,
    sentences,
    vocabularies,
    beam_size=1,
    length_power=1.0,
    longest=None,
    batch_size=64,
):
    """Return the ``Translation`` of each sentence, as a list in the same order.

    ``sentences`` are tuples or lists of words; ``vocabularies`` is (source, target). With
    ``beam_size=1`` the likeliest word is taken at every place, else a beam is searched (see
    ``BeamSearch``, also for ``length_power``). A translation stops at ``<eos>``, or at ``longest``
    words; without that number at 2 * (source words) + 10.

    Raises: TypeError, ValueError for sentences, sizes or vocabularies that are not possible.
    """
    check_vocabularies(vocabularies, model.options)
    pairs, places, translations = source_pairs(sentences), [], []
    with _evaluation_mode(model):
        for batch in evaluation_batches(pairs, *vocabularies, batch_size):
            limits = longest_lengths(batch.source_lengths, longest)
            search = BeamSearch(limits, beam_size, length_power)
            memory, mask, state = model.encode(batch.source, batch.source_lengths)
            memory = memory.repeat_interleave(beam_size, dim=0)  # [B * K, S, H]
            mask = mask.repeat_interleave(beam_size, dim=0)
            state = _choose(state, np.repeat(np.arange(len(limits)), beam_size))
            while not search.done:
                logits, state, weights = model.decoder(search.words[:, None], state, memory, mask)
                parents = search.advance(
                    logits[:, 0].cpu().numpy(),
                    None if weights is None else weights[:, 0].cpu().numpy(),
                )
                state = _choose(state, parents)
            translations += search.best(vocabularies[1], batch.source_lengths)
            places += batch.places.tolist()
    return in_order(translations, places)


def read_references(model, pairs, vocabularies, batch_size=128):
    """Return, for each pair, what the model expects while the true target words are fed to it.

    A list of ``ForcedReading`` in the order of the pairs. Its attention belongs to the reference's
    own words, so it can be compared with gold links.
    Raises: TypeError, ValueError for pairs or vocabularies that are not possible.
    """
    check_vocabularies(vocabularies, model.options)
    readings, places = [], []
    with _evaluation_mode(model):
        for batch in evaluation_batches(pairs, *vocabularies, batch_size):
            logits, weights = model(batch.source, batch.source_lengths, batch.target_inputs)
            targets = torch.as_tensor(batch.targets, device=logits.device).long()
            nats = -torch.log_softmax(logits, dim=-1).gather(2, targets.unsqueeze(2)).squeeze(2)
            readings += ForcedReading.from_batch(
                batch,
                vocabularies[1],
                logits.argmax(-1).cpu().numpy(),
                nats.cpu().numpy(),
                None if weights is None else weights.cpu().numpy(),
            )
            places += batch.places.tolist()
    return in_order(readings, places)


def _choose(state, places):
    """Return the rows of a state [L, N, H], or of a pair of them, that stand at ``places``."""
    if isinstance(state, tuple):
        return tuple(_choose(part, places) for part in state)
    return state[:, torch.as_tensor(places, device=state.device)]
