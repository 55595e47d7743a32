"""The course's models in PyTorch.

Shapes: ``B`` batch, ``T`` time, ``E`` embedding, ``H`` hidden, ``V`` vocabulary.
"""

import torch
from torch import nn

from course_utils._onednn import Linear
from course_utils.model_checks import (
    check_model_options,
    check_named_weights,
    split_names,
    spread_seeds,
    whole_numbers,
)

from .layers import RecurrentLayers, assign


class CharacterModel(nn.Module):
    """Predict the next symbol at every place of a text: embedding, recurrent layers, linear map.

    Shapes: ``ids`` [B, T] (integers below V) -> ``logits`` [B, T, V] and ``state`` (see
    ``RecurrentLayers``); ids may be a tensor or a NumPy array. ``logits[:, t]`` scores the symbol
    that follows ``ids[:, t]``.
    ``dropout`` acts between the layers and before the linear map, in training only.
    ``seed`` fixes the starting weights. The model is built on the GPU where PyTorch finds one.

    Raises: TypeError, ValueError for options that are not possible.
    Source: Mikolov et al. 2010, section 2 (recurrent language model); Sutskever et al. 2011
    (on characters).
    """

    def __init__(
        self,
        vocab_size,
        embedding_size,
        hidden_size,
        num_layers=1,
        cell="gru",
        dropout=0.0,
        seed=0,
        dtype="float32",
    ):
        super().__init__()
        check_model_options(cell, dtype, dropout)
        vocab_size, embedding_size, hidden_size, num_layers = whole_numbers(
            vocab_size=vocab_size,
            embedding_size=embedding_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
        )
        seeds = spread_seeds(seed, 4)
        self.options = dict(
            vocab_size=vocab_size,
            embedding_size=embedding_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
            cell=cell,
            dropout=dropout,
            dtype=dtype,
        )
        torch_dtype = getattr(torch, dtype)
        self.embedding = nn.Embedding(vocab_size, embedding_size, dtype=torch_dtype)
        self.recurrent = RecurrentLayers(
            embedding_size, hidden_size, num_layers, cell, dropout, seeds[2], dtype
        )
        self.dropout = nn.Dropout(dropout)
        self.projection = Linear(hidden_size, vocab_size, dtype=torch_dtype)

        # Keras's starting values, so that both sides start alike.
        generator = torch.Generator().manual_seed(seeds[0])
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05, generator=generator)
        nn.init.xavier_uniform_(self.projection.weight, generator=generator)
        nn.init.zeros_(self.projection.bias)
        self.to("cuda" if torch.cuda.is_available() else "cpu")

    def forward(self, ids, state=None):
        """Return the logits [B, T, V] for ``ids`` [B, T] and the state after the last symbol."""
        ids = torch.as_tensor(ids, device=self.embedding.weight.device)
        x = self.embedding(ids)  # [B, T, E]
        x, state = self.recurrent(x, state)  # [B, T, H]
        return self.projection(self.dropout(x)), state  # [B, T, V]

    def step(self, ids, states):
        """Read one symbol of each row: ``ids`` [B] -> (logits [B, V], new states). No dropout.

        ``states`` are those of ``recurrent.split_state(state)``, and so are the new ones. The
        numbers are those of reading ``ids[:, None]``; see ``RecurrentLayers.step``.
        """
        ids = torch.as_tensor(ids, device=self.embedding.weight.device)
        outputs, states = self.recurrent.step(self.embedding(ids), states)  # [B, E] -> [B, H]
        return self.projection(outputs), states  # [B, V]

    def zero_state(self, batch_size):
        """Return the state before the first symbol: zeros [L, B, H], a pair of them for "lstm"."""
        return self.recurrent.zero_state(batch_size)

    def count_parameters(self):
        """Return how many numbers training may change."""
        return sum(weight.numel() for weight in self.parameters() if weight.requires_grad)

    def _hidden_matrices(self):
        """Return pairs (matrix, gates): all matrices but the embedding's and the output's."""
        return self.recurrent._hidden_matrices()

    def named_weights(self):
        """Return the weights as NumPy arrays under names that no framework owns.

        ``embedding.weight`` [V, E], ``recurrent.…`` (see ``RecurrentLayers``),
        ``output.weight`` [H, V], ``output.bias`` [V].
        """
        named = {"embedding.weight": self.embedding.weight.detach().cpu().numpy().copy()}
        for name, array in self.recurrent.named_weights().items():
            named[f"recurrent.{name}"] = array
        named["output.weight"] = self.projection.weight.detach().cpu().numpy().T.copy()
        named["output.bias"] = self.projection.bias.detach().cpu().numpy().copy()
        return named

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        assign(self.embedding.weight, named["embedding.weight"])
        self.recurrent.load_named_weights(split_names(named, "recurrent"))
        assign(self.projection.weight, named["output.weight"].T)
        assign(self.projection.bias, named["output.bias"])
