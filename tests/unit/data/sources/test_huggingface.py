import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scalinglaws.data.sources.huggingface import load
from scalinglaws.errors import DataError

datasets = pytest.importorskip("datasets")

NAMES = ["cat", "dog", "fish"]


def picture(value: int, mode: str = "RGB", size: tuple[int, int] = (12, 10)) -> Image.Image:
    return Image.new(mode, size, (value, 0, 255) if mode == "RGB" else value)


def save(
    folder: Path,
    train: list[Image.Image],
    test: list[Image.Image],
    labels: Any = None,
    names: tuple[str, str, str, str] = ("train", "test", "image", "label"),
) -> Path:
    """Save a data set with two splits to disk; labels count 0, 1, 2, 0, ... unless they are given."""
    first, second, image, label = names
    feature = datasets.ClassLabel(names=NAMES) if labels is None else datasets.Value(labels[0])
    features = datasets.Features({image: datasets.Image(), label: feature})

    def split(pictures: list[Image.Image], given: Any) -> Any:
        numbers = [k % 3 for k in range(len(pictures))] if given is None else given
        return datasets.Dataset.from_dict({image: pictures, label: numbers}, features=features)

    splits = {
        first: split(train, labels and labels[1]),
        second: split(test, labels and labels[2]),
    }
    datasets.DatasetDict(splits).save_to_disk(str(folder / "saved"))
    return folder / "saved"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be downloaded."""

    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(f"download of {arguments[0]} refused")

    monkeypatch.setattr(datasets, "load_dataset", refuse)


def test_colour(tmp_path: Path) -> None:
    saved = save(tmp_path, [picture(k) for k in range(4)], [picture(9), picture(8)])
    images = load(saved, tmp_path, name="owner/pets").check()
    assert images.train.shape == (4, 10, 12, 3)
    assert images.train[:, 0, 0].tolist() == [[0, 0, 255], [1, 0, 255], [2, 0, 255], [3, 0, 255]]
    assert images.train_labels.tolist() == [0, 1, 2, 0]
    assert images.validation[:, 0, 0, 0].tolist() == [9, 8]
    assert images.validation_labels.tolist() == [0, 1]
    assert images.classes == tuple(NAMES)
    assert images.title == "owner/pets"


def test_grey_has_one_channel(tmp_path: Path) -> None:
    saved = save(tmp_path, [picture(k, "L") for k in (5, 6)], [picture(7, "L")])
    images = load(saved, tmp_path, name="digits").check()
    assert images.train.shape == (2, 10, 12, 1)
    assert images.train[:, 0, 0, 0].tolist() == [5, 6]


def test_grey_among_coloured_ones(tmp_path: Path) -> None:
    saved = save(tmp_path, [picture(5, "L"), picture(6, "L")], [picture(7)])
    images = load(saved, tmp_path, name="mixed").check()
    assert images.train[1, 0, 0].tolist() == [6, 6, 6]
    assert images.validation[0, 0, 0].tolist() == [7, 0, 255]


def test_sixteen_bits_are_refused(tmp_path: Path) -> None:
    deep = Image.fromarray(np.full((10, 12), 1000, dtype=np.uint16))
    saved = save(tmp_path, [deep], [picture(7, "L")])
    with pytest.raises(DataError, match="more than 8 bits"):
        load(saved, tmp_path, name="deep")


def test_mixed_sizes(tmp_path: Path) -> None:
    saved = save(tmp_path, [picture(1), picture(2, size=(20, 30))], [picture(3)])
    with pytest.raises(
        DataError, match=r"split 'train', example 1: is 20 x 30 .* 12 x 10; set the option `size`"
    ):
        load(saved, tmp_path, name="mixed")
    images = load(saved, tmp_path, name="mixed", size=8).check()
    assert images.train.shape == (2, 8, 8, 3)
    assert images.train[1, 4, 4].tolist() == [2, 0, 255]


def test_names_of_splits_and_columns(tmp_path: Path) -> None:
    saved = save(tmp_path, [picture(1)], [picture(2)], names=("fit", "held out", "img", "fine"))
    options = {"train": "fit", "validation": "held out", "image": "img", "label": "fine"}
    images = load(saved, tmp_path, name="pets", **options).check()  # type: ignore[arg-type]
    assert images.validation[0, 0, 0, 0] == 2
    for option, allowed in (
        ("train", "fit, held out"),
        ("validation", "fit, held out"),
        ("image", "img, fine"),
        ("label", "img, fine"),
    ):
        with pytest.raises(DataError, match=f"{option}: .*'absent'; .* are {allowed}"):
            load(saved, tmp_path, name="pets", **{**options, option: "absent"})  # type: ignore[arg-type]


def test_integer_labels(tmp_path: Path) -> None:
    saved = save(tmp_path, [picture(1)] * 3, [picture(2)], labels=("int64", [2, 0, 1], [1]))
    images = load(saved, tmp_path, name="pets").check()
    assert images.classes == ("0", "1", "2")
    assert images.train_labels.tolist() == [2, 0, 1]


def test_text_labels(tmp_path: Path) -> None:
    saved = save(tmp_path, [picture(1)] * 3, [picture(2)], labels=("string", ["dog", "cat", "dog"], ["cat"]))
    images = load(saved, tmp_path, name="pets").check()
    assert images.classes == ("cat", "dog")
    assert images.train_labels.tolist() == [1, 0, 1]
    assert images.validation_labels.tolist() == [0]


@pytest.mark.parametrize(
    ("kind", "train", "test", "wrong"),
    [
        ("string", ["cat", "dog"], ["cow"], "'cow' is none of 2"),
        ("int64", [0, 1], [-1], "-1 is none of 2"),
        ("int64", [0, 1], [None], "None is none of 2"),
    ],
)
def test_label_that_is_not_a_class(
    tmp_path: Path, kind: str, train: list[Any], test: list[Any], wrong: str
) -> None:
    saved = save(tmp_path, [picture(1)] * 2, [picture(2)], labels=(kind, train, test))
    with pytest.raises(DataError, match=f"split 'test', example 0: label {wrong} classes"):
        load(saved, tmp_path, name="pets")


def test_undecodable_image(tmp_path: Path) -> None:
    content = {"image": [{"bytes": b"not an image", "path": None}], "label": [0]}
    features = datasets.Features({"image": datasets.Image(), "label": datasets.Value("int64")})
    broken = datasets.Dataset.from_dict(content, features=features)
    datasets.DatasetDict(train=broken, test=broken).save_to_disk(str(tmp_path / "saved"))
    with pytest.raises(DataError, match=r"pets, split 'train', example 0: cannot be decoded"):
        load(tmp_path / "saved", tmp_path, name="pets")


def test_column_without_images(tmp_path: Path) -> None:
    saved = save(tmp_path, [picture(1)], [picture(2)])
    with pytest.raises(DataError, match=r"column 'label' holds a int, not an image"):
        load(saved, tmp_path, name="pets", image="label")


def test_single_split(tmp_path: Path) -> None:
    datasets.Dataset.from_dict({"label": [0]}).save_to_disk(str(tmp_path / "one"))
    with pytest.raises(DataError, match="holds one split"):
        load(tmp_path / "one", tmp_path, name="pets")


def test_no_saved_data_set(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"pets: cannot be loaded from {tmp_path}"):
        load(tmp_path, tmp_path, name="pets")


def test_download_fails(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"owner/pets refused.*`locations` in the scale file"):
        load(None, tmp_path, name="owner/pets")


def test_downloaded_by_name_and_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = save(tmp_path, [picture(1)], [picture(2)])
    asked: list[tuple[object, ...]] = []

    def deliver(*arguments: object) -> Any:
        asked.append(arguments)
        return datasets.load_from_disk(str(saved))

    monkeypatch.setattr(datasets, "load_dataset", deliver)
    images = load(None, tmp_path, name="owner/pets", config="small").check()
    assert asked == [("owner/pets", "small")]
    assert images.title == "owner/pets (small)"


def test_library_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match=r"`datasets` is not installed"):
        load(tmp_path, tmp_path, name="pets")
