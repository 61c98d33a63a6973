"""How far a batch is from what the teacher says: each vector from its own, and the texts of the batch from each other.

With the distance to its own vector alone a model that cannot know everything retreats to the mean, and French texts
come to lie closer together than they should: French on French fell. Source of the second part: likeness within a
batch as soft labels, after Park et al. (2019), Relational Knowledge Distillation. Figures:
docs/decisions/0008-tuned-model.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

OWN = 2.0  # weight of the distance to the text's own vector beside the two parts of likeness
SHARPNESS = 0.05  # differences of cosines that count, as a temperature


def distance(vectors: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Of unit vectors to the teacher's, both of shape (texts, dims); 0 where they are the same, never negative."""
    import torch

    own = (vectors - targets).square().sum(dim=1).mean()
    wanted = targets @ targets.T
    itself = torch.eye(len(targets), dtype=torch.bool, device=targets.device)
    among = _divergence((vectors @ vectors.T).masked_fill(itself, -1.0), wanted.masked_fill(itself, -1.0))
    return OWN * own + among + _divergence(vectors @ targets.T, wanted)


def _divergence(cosines: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Kullback-Leibler, row by row, of which other text each text is like."""
    from torch.nn.functional import kl_div, log_softmax

    found, right = (log_softmax(rows / SHARPNESS, dim=1) for rows in (cosines, wanted))
    return kl_div(found, right, reduction="batchmean", log_target=True)
