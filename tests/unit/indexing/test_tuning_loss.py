"""What tuning takes for near."""

from __future__ import annotations

import pytest
import torch

from indexing.tuning_loss import distance

TEACHER = torch.nn.functional.normalize(torch.tensor([[1.0, 0.2, 0.0], [0.9, 0.4, 0.1], [0.0, 0.1, 1.0]]), dim=1)


def test_the_teachers_own_vectors_are_no_distance_away() -> None:
    assert float(distance(TEACHER, TEACHER)) == pytest.approx(0.0, abs=1e-5)


def test_texts_that_all_lie_at_the_mean_are_farther_than_texts_that_keep_apart() -> None:
    middle = torch.nn.functional.normalize(TEACHER.mean(dim=0, keepdim=True), dim=1)
    apart = torch.nn.functional.normalize(TEACHER + torch.tensor([0.3, 0.0, 0.3]), dim=1)
    collapsed = torch.nn.functional.normalize(0.1 * TEACHER + middle, dim=1)

    assert float(distance(apart, TEACHER)) < float(distance(collapsed, TEACHER))


def test_two_texts_that_are_taken_for_each_other_are_farther_than_their_own_distances_say() -> None:
    exchanged = TEACHER[[2, 1, 0]]

    assert float(distance(exchanged, TEACHER)) > 2.0 * float((exchanged - TEACHER).square().sum(dim=1).mean())
