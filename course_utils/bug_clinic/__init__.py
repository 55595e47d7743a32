"""The bug clinic: small programs that run, look right and are wrong; each with its cure.

``bug_clinic.case("state_after_padding")`` gives a ``Case``: ``symptom()``, ``show_bug()``,
``check_test(my_test)``, ``show()``, ``cost()``. Importing this package loads no framework; a case
loads the one that it is written in.
"""

from .names import CASES, LESSONS
from .patients import Case, case, cost_table, progress

__all__ = ["CASES", "LESSONS", "Case", "case", "cost_table", "progress"]
