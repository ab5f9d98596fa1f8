"""What is known of a data set before it is prepared, against what tasks say of it afterwards."""

from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]
import torch

from scalinglaws.config.modules import TASKS
from scalinglaws.config.plugins import names
from scalinglaws.config.spec import DataSpec
from scalinglaws.data.dataset import DataSet
from scalinglaws.data.language.paragraphs import Split
from scalinglaws.data.language.parallel_text import SentencePair
from scalinglaws.data.modalities.images import Images
from scalinglaws.data.modalities.pairs import pairs_of
from scalinglaws.data.modalities.text import text_of_paragraphs
from scalinglaws.data.sources import librispeech, markov
from scalinglaws.data.store import write_prepared
from scalinglaws.tasks import (
    image_classification,
    language_modelling,
    speech_attention,
    speech_ctc,
    translation,
)
from scalinglaws.tasks.core.shapes import FLOAT, TOKEN, Shapes, shapes_of
from scalinglaws.tasks.core.task import Task

CPU = torch.device("cpu")
LETTERS = "THE QUICK BROWN FOX JUMPS OVER A LAZY DOG'S"


def known(source: str, task: str, **options: Any) -> Shapes:
    found = shapes_of(DataSpec(source=source, options=options), task)
    assert found is not None
    return found


def said(task: Task) -> Shapes:
    """What an opened task says."""
    types = task.dtype if isinstance(task.dtype, tuple) else (task.dtype,)
    dtypes = tuple(str(each).removeprefix("torch.") for each in types)
    return Shapes(task.inputs, dtypes if isinstance(task.dtype, tuple) else dtypes[0], task.outputs)


def opened(open_task: Any, data: DataSet, folder: Path, modality: str) -> Shapes:
    write_prepared(data, folder, "made", modality)
    return said(open_task(folder, CPU))


def test_every_task_is_known() -> None:
    made = {
        "image-classification": known("cifar", "image-classification", classes=100),
        "language-modelling": known("billion-word", "language-modelling"),
        "speech-attention": known("fillets", "speech-attention"),
        "speech-ctc": known("festvox-ru", "speech-ctc"),
        "translation": known("wmt16", "translation"),
    }
    assert set(made) == set(names(TASKS))
    assert made["image-classification"] == Shapes((3, 32, 32), FLOAT, 100)
    assert made["language-modelling"] == Shapes((32,), TOKEN, 10_002)
    assert made["speech-attention"] == Shapes(((600, 40), (82,)), (FLOAT, TOKEN), 44)
    assert made["speech-ctc"] == Shapes((300, 40), FLOAT, 51)
    assert made["translation"] == Shapes(((50,), (51,)), (TOKEN, TOKEN), 32_000)


@pytest.mark.parametrize(
    ("source", "task"),
    [
        ("prose", "image-classification"),
        ("prose", "translation"),
        ("cifar", "speech-ctc"),
        ("cifar", "poetry"),
    ],
)
def test_data_of_another_modality(source: str, task: str) -> None:
    assert shapes_of(DataSpec(source=source), task) is None


def test_a_source_that_cannot_know() -> None:
    assert (
        shapes_of(DataSpec(source="huggingface", options={"name": "a/b", "size": 32}), "image-classification")
        is None
    )


def test_options_of_images(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(256, size=(20, 28, 28, 1), dtype=np.uint8)
    labels = np.arange(20, dtype=np.int64) % 10
    data = Images(images, labels, images, labels, tuple("abcdefghij"), "Made", "MIT", "made here").check()
    found = opened(image_classification.open_task, data, tmp_path, "images")
    assert known("fashion-mnist", "image-classification") == found
    assert known("imagenet", "image-classification", size=48) == Shapes((3, 48, 48), FLOAT, 1000)


@pytest.mark.parametrize(("tokens", "types"), [("words", 30), ("characters", 12)])
def test_text(tokens: Any, types: int, tmp_path: Path) -> None:
    paragraphs = [" ".join(chr(97 + k % 26) * (1 + k // 26) for k in range(60))] * 5
    split = Split(training=paragraphs, validation=paragraphs, repeated=0, shared=0)
    data = text_of_paragraphs(split, tokens, types, 16, title="", licence="", provenance="").check()
    found = opened(language_modelling.open_task, data, tmp_path, "text")
    for source in ("prose", "billion-word"):
        assert known(source, "language-modelling", tokens=tokens, vocabulary=types, window=16) == found


def test_text_of_known_entropy(tmp_path: Path) -> None:
    options: dict[str, Any] = {"states": 5, "order": 1, "window": 8, "windows": 20, "validation_windows": 10}
    data = markov.load(None, tmp_path, **options)
    found = opened(language_modelling.open_task, data, tmp_path, "text")
    assert known("markov", "language-modelling", **options) == found


@pytest.mark.parametrize("source", ["german-english", "wmt16"])
def test_pairs(source: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    words = ["".join(chr(97 + k) for k in rng.integers(26, size=4)) for _ in range(200)]
    sentences = [" ".join(words[k] for k in rng.integers(200, size=3)) for _ in range(400)]
    pairs = [SentencePair(one, other, "made") for one, other in pairwise(sentences)]
    options: dict[str, Any] = {"vocabulary": 128, "longest": 30}
    data = pairs_of(pairs[:300], pairs[350:], **options, title="", licence="", provenance="").check()
    assert known(source, "translation", **options) == opened(translation.open_task, data, tmp_path, "pairs")


def test_speech(tmp_path: Path) -> None:
    options: dict[str, Any] = {"seconds": 2.0, "hop_ms": 16, "bands": 8}
    text = "".join(islice(cycle(LETTERS.replace(" ", "") + " "), 36))
    rng = np.random.default_rng(0)
    for part, speaker in (("train-clean-100", "1"), ("dev-clean", "2")):
        folder = tmp_path / part / speaker / "3"
        folder.mkdir(parents=True)
        said = [f"{speaker}-3-{k} {line}\n" for k, line in enumerate((text, text[::-1]))]
        (folder / f"{speaker}-3.trans.txt").write_text("".join(said))
        for k in range(2):
            soundfile.write(folder / f"{speaker}-3-{k}.flac", rng.normal(0, 0.1, 32_000), 16_000)
    data = librispeech.load(tmp_path, tmp_path, **options).check()
    tasks = {"speech-ctc": speech_ctc.open_task, "speech-attention": speech_attention.open_task}
    for task, open_task in tasks.items():
        assert known("librispeech", task, **options) == opened(open_task, data, tmp_path / task, "speech")


def test_a_recording_without_end_holds_no_more_than_the_longest() -> None:
    assert known("festvox-ru", "speech-attention", seconds=100.0).inputs[1] == (72,)
    assert known("fillets", "speech-attention", seconds=60.0, language="nl").inputs[1] == (161,)
