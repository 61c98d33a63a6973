"""Tuning, with the real packaged model and a handful of sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.services.parts import build_encoder
from config.settings import Settings
from indexing.encoders import SentenceEncoder
from indexing.lexicon import load_lexicon
from indexing.loaded_model import LoadedModel, packaged_model
from indexing.trainer import TuningRefused
from indexing.tuning import Plan, Tuned, tune
from matching.model import Floats

SENTENCES = [
    (
        "Les capteurs du réseau d'eau potable signalent les fuites.",
        "Sensors of the drinking water network report leaks.",
    ),
    ("La ville veut moins de bruit la nuit.", "The city wants less noise at night."),
    ("Le gestionnaire des quais compte les voyageurs.", "The platform operator counts the passengers."),
    ("Les pompes à chaleur usées doivent être remplacées.", "Worn heat pumps must be replaced."),
    ("Une facture reçue deux fois n'est payée qu'une fois.", "An invoice that came twice is paid only once."),
    ("Les dossiers des malades restent à l'hôpital.", "The files of patients stay in the hospital."),
    ("Le tri des déchets coûte trop cher.", "Sorting waste costs too much."),
    ("Des drones surveillent les forêts en été.", "Drones watch the forests in summer."),
]
PLAN = Plan(epochs=4, rate=2e-5, batch=4, english=0.5, checked=2)
LEXICON = load_lexicon()
PAIRS = [(LEXICON.gloss(french), english) for french, english in SENTENCES]


class Stopped(BaseException):
    """As a signal would end the process."""


@pytest.fixture(scope="module")
def targets(encoder: SentenceEncoder) -> Floats:
    return encoder.encode_prepared([english for _, english in PAIRS])


@pytest.fixture(scope="module")
def tuned(targets: Floats, tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    return tune(PAIRS, targets, tmp_path_factory.mktemp("tuned"), PLAN, lexicon=LEXICON.identity)


def test_a_tuned_model_moves_glosses_nearer_to_their_english(
    tuned: Tuned, encoder: SentenceEncoder, targets: Floats
) -> None:
    after = SentenceEncoder(LoadedModel(str(tuned.folder)), LEXICON)
    french = [french for french, _ in SENTENCES]

    was = (encoder.encode_prepared([LEXICON.gloss(text) for text in french]) * targets).sum(axis=1)
    now = (after.encode_prepared([after.prepare(text, "fr") for text in french]) * targets).sum(axis=1)
    english = (after.encode_prepared([english for _, english in SENTENCES]) * targets).sum(axis=1)

    assert (now[PLAN.checked :] > was[PLAN.checked :]).all()
    assert english.min() > 0.95
    assert tuned.before.english == pytest.approx(1.0, abs=0.001)
    assert tuned.before.glosses == pytest.approx(was[: PLAN.checked].mean(), abs=0.01)
    assert tuned.after.glosses == pytest.approx(now[: PLAN.checked].mean(), abs=0.01)


def test_what_was_stopped_goes_on_and_ends_at_the_same_weights(tuned: Tuned, targets: Floats, tmp_path: Path) -> None:
    told: list[int] = []

    def stop(done: int, total: int) -> None:
        told.append(done)
        if done == 5:
            raise Stopped

    def go_on(seconds: float) -> Tuned:
        return tune(PAIRS, targets, tmp_path, PLAN, lexicon="x", seconds=seconds, save_every_s=0, progress=stop)

    with pytest.raises(Stopped):
        go_on(1e6)
    out_of_time = go_on(0)
    finished = go_on(1e6)

    assert out_of_time.done == 5
    assert told == list(range(1, finished.total + 1))
    assert LoadedModel(str(finished.folder)).identity == LoadedModel(str(tuned.folder)).identity


def test_another_plan_does_not_go_on_from_this_checkpoint(tuned: Tuned, targets: Floats) -> None:
    with pytest.raises(TuningRefused, match=r"checkpoint\.pt"):
        tune(PAIRS, targets, tuned.folder.parent, replace(PLAN, rate=1e-5), lexicon="x")


def test_only_a_model_tuned_on_glosses_gets_them_when_it_is_named(tuned: Tuned, tmp_path: Path) -> None:
    def prepared(model: Path) -> str:
        settings = Settings.from_environ({"EMBEDDING_MODEL": str(model), "PASSERELLE_VAR": str(tmp_path)})
        return build_encoder(settings, LEXICON).prepare("eau potable", "fr")

    assert prepared(tuned.folder) == LEXICON.gloss("eau potable") == "drinking water"
    assert prepared(packaged_model()) == "eau potable"


def test_the_weights_are_kept_in_half_precision_and_the_folder_says_what_made_them(tuned: Tuned) -> None:
    weights = tuned.folder / "model.safetensors"
    told = json.loads((tuned.folder / "passerelle.json").read_text())

    assert weights.stat().st_size < 50_000_000
    assert told["lexicon"] == LEXICON.identity
    assert told["steps"] == tuned.total == tuned.done
    assert told["pairs"] == len(PAIRS) - PLAN.checked
