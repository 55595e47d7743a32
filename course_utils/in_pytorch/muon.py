"""Muon in PyTorch: a step for hidden matrices that stretches all directions more equally.

PyTorch and Keras have a Muon of their own. PyTorch's rounds to bfloat16 in between, Keras's does
not, and they scale their steps in different ways; so they do not give the same curve. These do.

Shapes: ``I`` inputs, ``H`` hidden units, ``G`` gates.
"""

import torch

from course_utils import _onednn
from course_utils._muon import COEFFICIENTS, MOMENTUM, STEPS, stretch


@torch.no_grad()
def orthogonalized(matrix, steps=STEPS):
    """Return a matrix with the same singular vectors and more equal singular values: [M, N].

    The matrix [M, N] is divided by its length; then each of the Newton-Schulz ``steps`` replaces X
    by a X + b (X X^T) X + c (X X^T)^2 X. That needs matrix products only. After three steps, the
    singular values above 0.03 of the length are 0.68 to 1.2. They do not go on to 1. Smaller ones
    grow up to 41 times: those below 0.013 of the length stay below 0.5. No gradient flows through.
    A matrix of more rows than columns is turned for it: X^T X has fewer numbers then.
    Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks".
    """
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonalized(matrix.t(), steps).t()
    a, b, c = COEFFICIENTS
    x = matrix / torch.clamp(torch.linalg.vector_norm(matrix), min=1e-12)
    for _ in range(steps):
        gram = _onednn.product(x, x.t())
        x = a * x + _onednn.product(b * gram + c * _onednn.product(gram, gram), x)
    return x


class _Muon:
    """Adam for most weights, Muon for a model's hidden matrices, not its ends.

    ``matrices``: pairs (matrix, G), all but the embeddings and the output map; see the model's
    ``_hidden_matrices``. The momentum of such a matrix's gradient is cut into G parts, one a gate,
    and each part, ``orthogonalized``, is the step. So the strongest directions of a gate move by
    about the same amount, and weak ones by more than their share. With I inputs and H outputs a
    gate, no direction moves by more than 1.2 times ``stretch`` = 2 sqrt(max(1, H / I)) learning
    rates, however large the gradient is.
    Source: Jordan et al. 2024 (see ``orthogonalized``), with Nesterov momentum, without weight
    decay; the cut by gates and the number of steps were chosen for this course.
    """

    def __init__(self, weights, matrices, beta_1=0.9, beta_2=0.99, epsilon=1e-12):
        self.adam = torch.optim.Adam(weights, betas=(beta_1, beta_2), eps=epsilon, fused=True)
        numbers = {id(weight): number for number, weight in enumerate(weights)}
        self.momenta = {  # the number of the weight: (weight, gates, momentum)
            numbers[id(matrix)]: (matrix, gates, torch.zeros_like(matrix))
            for matrix, gates in matrices
            if matrix.requires_grad
        }

    @property
    def param_groups(self):
        """Return Adam's groups of weights: the learning rate is set there."""
        return self.adam.param_groups

    @torch.no_grad()
    def step(self):
        """Change every weight once, by its gradient in ``weight.grad``."""
        rate = self.param_groups[0]["lr"]
        for weight, gates, momentum in self.momenta.values():
            momentum.lerp_(weight.grad, 1 - MOMENTUM)
            ahead = weight.grad.lerp(momentum, MOMENTUM)
            for gate, part in zip(weight.chunk(gates), ahead.chunk(gates), strict=True):
                outputs, inputs = gate.shape
                gate.sub_(orthogonalized(part), alpha=rate * stretch(inputs, outputs))
            weight.grad = None  # Adam leaves alone what has no gradient
        self.adam.step()

    def state_dict(self):
        """Return what is remembered, as Adam's; of a hidden matrix it is the momentum alone."""
        known = self.adam.state_dict()
        momenta = {
            number: {"momentum": momentum} for number, (*_, momentum) in self.momenta.items()
        }
        return known | {"state": known["state"] | momenta}

    def load_state_dict(self, known):
        """Take back what ``state_dict`` returned."""
        state = dict(known["state"])
        for number, (*_, momentum) in self.momenta.items():
            momentum.copy_(state.pop(number)["momentum"])
        self.adam.load_state_dict(known | {"state": state})
