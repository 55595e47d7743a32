"""Muon in TensorFlow: a step for hidden matrices that stretches all directions more equally.

PyTorch and Keras have a Muon of their own. PyTorch's rounds to bfloat16 in between, Keras's does
not, and they scale their steps in different ways; so they do not give the same curve. These do.

Shapes: ``I`` inputs, ``H`` hidden units, ``G`` gates.
"""

import keras
import tensorflow as tf

from course_utils._muon import COEFFICIENTS, MOMENTUM, STEPS, stretch


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
        return tf.transpose(orthogonalized(tf.transpose(matrix), steps))
    a, b, c = COEFFICIENTS
    matrix = tf.stop_gradient(matrix)
    x = matrix / tf.maximum(tf.norm(matrix), 1e-12)
    for _ in range(steps):
        gram = tf.matmul(x, x, transpose_b=True)
        x = a * x + tf.matmul(b * gram + c * tf.matmul(gram, gram), x)
    return x


class _OneReplica:
    """What a Keras optimizer for one replica does not do.

    Keras sums the gradients over all replicas, and the way it asks for that keeps every traced
    graph in memory for ever: about 45 MB a trained model. With one replica there is nothing to sum.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return grads_and_vars


class _Muon(_OneReplica, keras.optimizers.Adam):
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
        super().__init__(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, name="muon")
        self.build(weights)
        self._gates = {
            self._get_variable_index(matrix): gates
            for matrix, gates in matrices
            if matrix.trainable
        }

    def update_step(self, gradient, variable, learning_rate):
        """Change one weight by its gradient. Keras calls this for each weight."""
        index = self._get_variable_index(variable)
        if index not in self._gates:
            super().update_step(gradient, variable, learning_rate)
            return
        inputs, outputs = variable.shape[0], variable.shape[1] // self._gates[index]
        size = stretch(inputs, outputs) * tf.cast(learning_rate, variable.dtype)
        momentum = self._momentums[index]
        new = momentum + (1 - MOMENTUM) * (gradient - momentum)
        momentum.assign(new)
        ahead = gradient + MOMENTUM * (new - gradient)
        gates = tf.split(ahead, self._gates[index], axis=1)
        variable.assign_sub(size * tf.concat([orthogonalized(gate) for gate in gates], axis=1))
