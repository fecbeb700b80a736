"""The launcher, run as a person would: links, other folders, a fresh or stale environment, and what stands in the way.

Installing everything takes a network; what is tried here is everything around it, with a small program as `uv`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.settings import PROJECT

LOCK = "something==1.0 \\\n    --hash=sha256:00\n"
APP = "import os, sys; print('ran', os.getcwd(), *sys.argv[1:])\n"
UV = """#!/bin/sh
echo "$*" >>"{log}"
case "$1 ${{2:-}}" in
    "--version "*) exit 0 ;;
    "pip sync") exit {sync} ;;
esac
for last in "$@"; do :; done
mkdir -p "$last/bin" && ln -sf "{python}" "$last/bin/python"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the launcher, a lock and a one-line app."""
    root = tmp_path / "the project"
    (root / "app").mkdir(parents=True)
    shutil.copy2(PROJECT / "maalem", root / "maalem")
    (root / "requirements.lock").write_text(LOCK, "utf-8")
    (root / "app" / "__main__.py").write_text(APP, "utf-8")
    return root


def _fake_uv(project: Path, sync: int = 0) -> Path:
    folder = project.parent / "bin"
    folder.mkdir(exist_ok=True)
    uv = folder / "uv"
    uv.write_text(UV.format(log=project.parent / "uv.log", sync=sync, python=sys.executable), "utf-8")
    uv.chmod(0o755)
    return folder


def _asked(project: Path) -> list[str]:
    log = project.parent / "uv.log"
    return [line for line in log.read_text("utf-8").splitlines() if line != "--version"] if log.exists() else []


def _make_fresh(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    digest = hashlib.sha256((project / "requirements.lock").read_bytes()).hexdigest()
    (project / ".venv" / ".installed").write_text(f"{digest}\n", "ascii")


def _run(
    launcher: Path, *arguments: str, path: Path | None = None, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    found = f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]
    return subprocess.run(
        [launcher, *arguments],
        cwd=cwd,
        env={"HOME": str(launcher.parent.parent), "PATH": found, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_fresh_environment_is_used_at_once(project: Path) -> None:
    """Nothing is installed and nothing said; arguments arrive as typed; the command runs in the project."""
    _make_fresh(project)
    done = _run(project / "maalem", "chat", "--sender", "two words", cwd=Path("/"))
    assert done.stdout == f"ran {project} chat --sender two words\n"
    assert done.stderr == ""


def test_it_is_found_through_links(project: Path, tmp_path: Path) -> None:
    """A link to a relative link in another folder leads to the same project."""
    _make_fresh(project)
    other = tmp_path / "other"
    other.mkdir()
    (other / "relative").symlink_to("../the project/maalem")
    (tmp_path / "absolute").symlink_to(other / "relative")
    assert _run(tmp_path / "absolute", "up", cwd=other).stdout == f"ran {project} up\n"


def test_the_environment_is_made_once(project: Path) -> None:
    """The first start makes it and says so; the second is silent."""
    path = _fake_uv(project)
    first = _run(project / "maalem", "up", path=path)
    assert first.stdout.endswith(" up\n"), first.stderr
    assert "first start" in first.stderr
    assert [line.split()[0] for line in _asked(project)] == ["venv", "pip"]
    assert "--require-hashes" in _asked(project)[1]
    second = _run(project / "maalem", "up", path=path)
    assert second.stderr == ""
    assert len(_asked(project)) == 2


def test_a_changed_lock_is_installed(project: Path) -> None:
    """The environment follows the lock; it is not made anew."""
    _make_fresh(project)
    (project / "requirements.lock").write_text(LOCK.replace("1.0", "2.0"), "utf-8")
    done = _run(project / "maalem", "up", path=_fake_uv(project))
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in _asked(project)] == ["pip"]


def test_an_installation_that_was_cut_off_is_done_again(project: Path) -> None:
    """A process that died holding the lock keeps nobody out, and what it left is not taken for whole."""
    _make_fresh(project)
    (project / ".venv" / ".installed").unlink()
    busy = project / ".venv" / ".installing"
    busy.mkdir()
    (busy / "pid").write_text("4194304999", "ascii")
    done = _run(project / "maalem", "up", path=_fake_uv(project))
    assert done.returncode == 0, done.stderr
    assert "cut off" in done.stderr
    assert not busy.exists()


def test_two_at_once_install_once(project: Path) -> None:
    """The second waits for the first and uses what it made."""
    path = _fake_uv(project)
    uv = path / "uv"
    uv.write_text(uv.read_text("utf-8").replace('"pip sync")', '"pip sync") sleep 1.5;'), "utf-8")
    environment = {"HOME": str(project.parent), "PATH": f"{path}:{os.environ['PATH']}"}
    both = [
        subprocess.Popen(
            [project / "maalem", "up"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert len([line for line in _asked(project) if line.startswith("pip")]) == 1
    assert sum("another installation is under way" in errors for _, errors in said) == 1


def test_mirrors_of_pip_hold_for_uv(project: Path) -> None:
    """What a machine says to pip about where packages are reaches uv, and the bot hears nothing of it."""
    path = _fake_uv(project)
    uv = path / "uv"
    uv.write_text(uv.read_text("utf-8").replace('echo "$*"', 'echo "$* index=${UV_DEFAULT_INDEX:-}"'), "utf-8")
    (project / "app" / "__main__.py").write_text("import os; print(os.environ.get('UV_DEFAULT_INDEX'))", "utf-8")
    done = _run(project / "maalem", "up", path=path, PIP_INDEX_URL="https://mirror.example.org/simple")
    assert done.stdout == "None\n", done.stderr
    assert "index=https://mirror.example.org/simple" in _asked(project)[-1]


def test_a_folder_that_cannot_hold_the_environment_is_told_with_a_way_out(project: Path) -> None:
    """Whatever keeps `.venv` from being made, the message names the folder and a way out."""
    (project / ".venv").write_text("", "utf-8")
    done = _run(project / "maalem", "up")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "cp -R" in done.stderr


def test_no_python_is_told_with_how_to_get_it(project: Path, tmp_path: Path) -> None:
    """A machine without Python 3.11 and without uv: the message lists the ways to it."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink", "sha256sum", "sed", "grep", "mkdir", "rm", "mv", "cat", "sleep", "tail"):
        (tools / name).symlink_to(shutil.which(name) or pytest.fail(f"{name} is missing"))
    done = subprocess.run(
        [project / "maalem", "up"], env={"PATH": str(tools)}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "Python 3.11 is needed" in done.stderr
    assert "uv python install 3.11" in done.stderr
    assert not (project / ".venv" / ".installing").exists()


def test_a_missing_lock_is_told(project: Path) -> None:
    """Half a project says so."""
    (project / "requirements.lock").unlink()
    done = _run(project / "maalem", "up")
    assert done.returncode == 1
    assert "requirements.lock is missing" in done.stderr
