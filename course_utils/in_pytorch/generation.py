"""Writing with a trained model in PyTorch: logits -> symbol -> next logits; and translating.

Shapes: ``B`` batch, ``K`` beam size, ``S`` source time, ``V`` vocabulary.
"""

import numpy as np
import torch

from course_utils.data.translation import evaluation_batches
from course_utils.model_checks import check_prompt, check_vocabularies
from course_utils.sampling import sample
from course_utils.search import BeamSearch, ForcedReading, in_order, longest_lengths, source_pairs

from .layers import _evaluation_mode


def generate(model, vocabulary, prompt, length, temperature=1.0, seed=0):
    """Return ``prompt`` and ``length`` more symbols, as one text.

    The model reads the prompt once; then each drawn symbol is its next input, and the state is
    carried along. ``temperature`` below 1 prefers likely symbols, 0 takes the likeliest. Drawing
    is done in NumPy from ``seed``: models with equal weights write equal text in both frameworks.

    Raises: TypeError, ValueError for an empty prompt, a length that is no whole number of at least
    0, a vocabulary of another size than the model's, or what ``vocabulary.encode`` and
    ``sampling.sample`` refuse.
    Source: Graves 2013, section 2 (prediction network as a generator).
    """
    ids = check_prompt(vocabulary, prompt, length, model.options["vocab_size"])
    uniforms = np.random.default_rng(seed).random(length)
    with _evaluation_mode(model):
        state = model.zero_state(1)
        for place in range(length):
            unread = ids if place == 0 else ids[-1:]
            logits, state = model(np.array([unread]), state)
            ids.append(sample(logits[0, -1].cpu().numpy(), temperature, uniforms[place]))
    return vocabulary.decode(ids)


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
