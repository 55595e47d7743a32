"""A stand-in for a trained model, for checks of generation. NumPy only."""

import numpy as np

from .expectations import as_array, convert, expect


class Machine:
    """A network of the check: it remembers all that it read, and says what comes next."""

    def __init__(self, inputs, V):
        self.inputs, self.V, self.calls = inputs, V, []

    def step(self, symbol, state=None):
        """Read one id; return (logits [V], new state)."""
        found = as_array(symbol, "What you feed to step")
        expect(
            found.size == 1,
            f"You feed back something of shape {found.shape}: logits or probabilities, perhaps. "
            "Feed the id of the chosen symbol.",
        )
        found = found.item()
        expect(
            found == int(found) and 0 <= found < self.V,
            f"You feed {found:.3g} to step. Its input is an id: 0 to {self.V - 1}.",
        )
        expect(
            state is not None or not self.calls,
            "After the first call of step, the state that it returned goes in again. Yours is "
            "None there, so all that was read before is forgotten.",
        )
        expect(
            state is None or isinstance(state, tuple),
            f"The state that you give to step is a {type(state).__name__}. Give back what step "
            "returned, as it is.",
        )
        read = (*(state or ()), int(found))
        self.calls.append(read)
        return convert(self.logits(read), self.inputs), read

    def logits(self, read):
        """Return logits [V] that depend on every symbol read so far; all are below 0."""
        best = (sum((place + 1) * (symbol + 2) for place, symbol in enumerate(read))) % self.V
        other = -2 - np.arange(self.V, dtype=np.float32)
        other[best] = -1.0
        return other
