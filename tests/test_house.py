"""The house's own rules: settings documented, layers kept, modules short, nothing of anybody's machine inside."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.settings import ENV_FILE_VARIABLE, PROJECT, Settings, variable_names

PACKAGES = ("app", "bot", "channels", "conversation", "darija", "i18n", "knowledge", "runtime", "storage")
MOST_LINES = 400
MACHINE_PATHS = re.compile(r"(?<![\w.~<>-])/(?:home|root|Users|work|tmp)/[\w.-]")
WORDS_OF_DOCUMENTS = (".py", ".md", ".yml", ".yaml", ".toml", ".html", ".css", ".js", ".po", ".example", ".json", "")


def _files() -> list[Path]:
    """Every file of the project that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - wherever git is
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:  # a copy without its history
        return [path for folder in (*PACKAGES, "tests", "docs") for path in (PROJECT / folder).rglob("*")]
    return [PROJECT / name for name in listed.stdout.split("\0") if name and (PROJECT / name).is_file()]


FILES = _files()
MODULES = [path for path in FILES if path.suffix == ".py"]


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("document", [".env.example", "docs/operations.md"])
def test_every_setting_is_documented(document: str) -> None:
    """Each variable stands in the document, and the document names no variable that is none."""
    found = set(re.findall(r"MAALEM_[A-Z0-9_]+", (PROJECT / document).read_text("utf-8")))
    assert found >= set(variable_names())
    assert found - set(variable_names()) <= {ENV_FILE_VARIABLE}


def test_the_example_shows_the_true_defaults() -> None:
    """Whoever takes the # off without changing a thing changes nothing."""
    written = dict(
        re.findall(r"^#(MAALEM_[A-Z0-9_]+)=(.*)$", (PROJECT / ".env.example").read_text("utf-8"), re.MULTILINE)
    )
    for name, field in Settings.model_fields.items():
        default = field.default
        if field.default_factory is not None or default is None:
            expected = ""
        elif isinstance(default, Path):
            expected = str(default.relative_to(PROJECT))
        else:
            expected = str(int(default)) if isinstance(default, bool) else str(default)
        assert written[f"MAALEM_{name.upper()}"] == expected


def test_every_variable_that_is_named_anywhere_exists() -> None:
    """No text, message or test tells a person to set what nobody reads."""
    known = {*variable_names(), ENV_FILE_VARIABLE}
    for path in FILES:
        if path.suffix not in {".py", ".md", ".yml", ".sh", ""} or "tests" in path.parts or path.name == "LICENSE":
            continue
        named = set(re.findall(r"MAALEM_[A-Z0-9_]*[A-Z0-9]", path.read_text("utf-8", "replace")))
        assert named <= known, f"{_name(path)} names {sorted(named - known)}"


def test_imports_go_downwards_only() -> None:
    """The layers and the other contracts of pyproject.toml are kept."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-logo", "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    """No module has more than 400 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_what_lives_there(package: str) -> None:
    """Each folder's __init__ tells what is inside and what is not."""
    for path in (PROJECT / package).rglob("__init__.py"):
        assert re.match(r'"""[^"]{40,}', path.read_text("utf-8")), f"{_name(path)} says too little"


def test_nothing_of_anybodys_machine_is_inside() -> None:
    """Paths of the machine something was written on help nobody."""
    for path in FILES:
        if path.suffix not in WORDS_OF_DOCUMENTS or path.name in {"LICENSE", ".gitignore"} or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
            assert not MACHINE_PATHS.search(line), f"{_name(path)}:{number}: {line.strip()[:100]}"


def test_the_lock_holds_no_address() -> None:
    """Where packages come from is each machine's own affair; what they are is fixed by hashes."""
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        assert "--hash=sha256:" in entry, entry.partition(" ")[0]


@pytest.mark.parametrize("name", ["maalem", ".ci/run"])
def test_what_is_started_by_hand_can_be_started(name: str) -> None:
    """The launcher and the continuous integration's script are executable."""
    assert (PROJECT / name).stat().st_mode & 0o111
