"""What tuning takes for near."""

from __future__ import annotations

import pytest
import torch

from indexing.tuning_loss import distance

TEACHER = torch.nn.functional.normalize(torch.tensor([[1.0, 0.2, 0.0], [0.9, 0.4, 0.1], [0.0, 0.1, 1.0]]), dim=1)


def test_the_teachers_own_vectors_are_no_distance_away() -> None:
    assert float(distance(TEACHER, TEACHER)) == pytest.approx(0.0, abs=1e-5)


def test_texts_drawn_to_their_mean_are_farther_than_texts_that_keep_apart_even_where_each_is_nearer_its_own() -> None:
    apart = _unit(TEACHER + torch.tensor([1.5, 0.0, 1.5]))
    drawn = _unit(0.5 * TEACHER + _unit(TEACHER.mean(dim=0, keepdim=True)))

    assert _own(drawn) < _own(apart)
    assert float(distance(apart, TEACHER)) < float(distance(drawn, TEACHER))


def test_two_texts_that_are_taken_for_each_other_are_farther_than_their_own_distances_say() -> None:
    exchanged = TEACHER[[2, 1, 0]]

    assert float(distance(exchanged, TEACHER)) > 2.0 * _own(exchanged)


def _own(vectors: torch.Tensor) -> float:
    return float((vectors - TEACHER).square().sum(dim=1).mean())


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(vectors, dim=1)
