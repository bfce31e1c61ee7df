"""What is shipped is what runs: the wheel and the source archive hold every file that is read."""

from __future__ import annotations

import email.parser
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.hygiene.source import ROOT

_DATA_FILES: Final = ("*.sql", "*.tcss", "*.toml", "py.typed")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(next(built.glob("tuimail-*.whl"))) as archive:
        yield archive


def _data_files() -> set[str]:
    package = ROOT / "tuimail"
    return {
        path.relative_to(ROOT).as_posix()
        for pattern in _DATA_FILES
        for path in package.rglob(pattern)
    }


def test_the_wheel_ships_the_themes(wheel: zipfile.ZipFile) -> None:
    themes = {f"tuimail/themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")}
    assert {"tuimail/themes/tuimail-dark.toml", "tuimail/themes/tuimail-light.toml"} <= themes
    assert themes <= set(wheel.namelist())


def test_the_wheel_ships_every_module_and_data_file(wheel: zipfile.ZipFile) -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tuimail").rglob("*.py")}
    assert modules | _data_files() <= set(wheel.namelist())


def test_the_wheel_ships_nothing_else(wheel: zipfile.ZipFile) -> None:
    strangers = [
        name
        for name in wheel.namelist()
        if not name.startswith(("tuimail/", "tuimail-")) or "__pycache__" in name
    ]
    assert strangers == []


def test_the_wheel_names_its_licence_and_ships_its_text(wheel: zipfile.ZipFile) -> None:
    metadata = _metadata(wheel, "METADATA")
    fields = email.parser.Parser().parsestr(metadata)
    assert fields["License-Expression"] == "GPL-3.0-or-later"
    assert fields["Requires-Python"] == ">=3.11"
    licence = next(name for name in wheel.namelist() if name.endswith("licenses/LICENSE"))
    assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_installs_one_command(wheel: zipfile.ZipFile) -> None:
    lines = _metadata(wheel, "entry_points.txt").split("\n")
    assert [line for line in lines if line] == [
        "[console_scripts]",
        "tuimail = tuimail.__main__:main",
    ]


def test_the_source_archive_can_build_and_test_what_it_holds(built: Path) -> None:
    with tarfile.open(next(built.glob("tuimail-*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    themes = {f"themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")}
    expected = {"pyproject.toml", "LICENSE", "README.md", "tests/run", "tests/conftest.py"}
    assert expected | themes | _data_files() <= names


def _metadata(wheel: zipfile.ZipFile, name: str) -> str:
    path = next(one for one in wheel.namelist() if one.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode("utf-8")
