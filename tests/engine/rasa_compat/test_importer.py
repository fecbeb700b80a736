"""What is read once is what Rasa reads."""

from __future__ import annotations

import shutil
from pathlib import Path

from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter

from bot.engine.rasa_compat import patches
from bot.engine.rasa_compat.environment import known_warnings_ignored
from bot.engine.rasa_compat.importer import ReadOnce


def files(folder: Path) -> tuple[str, str, list[str]]:
    """Configuration, domain and data of a bot."""
    return str(folder / "config.yml"), str(folder / "domain.yml"), [str(folder / "data")]


def test_it_gives_what_rasas_own_reader_gives(project: Path, tmp_path: Path) -> None:
    """Domain, rules and examples of all files, synonyms and regular expressions too."""
    folder = tmp_path / "bot"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("models", ".rasa"))
    (folder / "data/more.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: enroll\n  metadata: {form: fr}\n  examples: |\n    - je veux [Fez](town)\n'
        "- synonym: Fès\n  examples: |\n    - Fez\n- regex: year\n  examples: |\n    - \\d{4}\n"
    )
    with known_warnings_ignored():
        ours, rasas = ReadOnce(*files(folder)), RasaFileImporter(*files(folder))
        assert ours.get_domain().fingerprint() == rasas.get_domain().fingerprint()
        assert ours.get_stories().fingerprint() == rasas.get_stories().fingerprint()
        assert ours.get_nlu_data().fingerprint() == rasas.get_nlu_data().fingerprint()
        assert ours.get_config() == rasas.get_config()


def test_files_are_read_once(project: Path, tmp_path: Path) -> None:
    """However it is asked for, what was read is given again: the files may be gone."""
    folder = tmp_path / "bot"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("models", ".rasa"))
    with known_warnings_ignored():
        importer = ReadOnce(*files(folder))
        domain, stories, examples = importer.get_domain(), importer.get_stories(), importer.get_nlu_data()
    shutil.rmtree(folder)
    assert importer.get_domain() is domain
    assert importer.get_stories() is stories
    assert importer.get_nlu_data("fr") is importer.get_nlu_data(language="en") is examples


def test_rasa_gets_it_after_the_patch(project: Path) -> None:
    """Rasa's own commands and trainings read by it too."""
    patches.apply()
    config, domain, data = files(project)
    with known_warnings_ignored():
        assert isinstance(TrainingDataImporter.load_from_config(config, domain, data), ReadOnce)
