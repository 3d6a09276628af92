from __future__ import annotations

import os
import subprocess
import sys

import pytest
from attachments.samples import BAD, PDF

from engine.attachments.storing import receive, sized
from engine.config import Settings
from engine.errors import NoSpace, Refused, TooLarge

MB = 1_000_000


def kept(folder):
    return [file for file in folder.rglob("*") if file.is_file()]


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_what_is_refused_leaves_nothing(tmp_path, case):
    name, content, _, code = case
    with pytest.raises(Refused) as refusal:
        receive(Settings(attachments_dir=tmp_path), name, [content])
    assert refusal.value.code == code
    assert kept(tmp_path) == []


def test_what_is_too_large_or_breaks_off_leaves_nothing(tmp_path):
    settings = Settings(attachments_dir=tmp_path, attachment_max_bytes=100_000)
    with pytest.raises(TooLarge) as refusal:
        receive(settings, "laudo.pdf", [PDF, bytes(100_000)])
    assert refusal.value.extra == {"limit_bytes": 100_000}
    assert "no máximo 97 KB." in refusal.value.detail

    def broken():
        yield PDF
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        receive(settings, "laudo.pdf", broken())
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "0 bytes"), (1_023, "1023 bytes"), (1_024, "1 KB"), (1_048_575, "1023 KB"), (1_048_576, "1 MB"),
     (4_000_000, "3,8 MB"), (26_214_400, "25 MB"), (10 << 30, "10240 MB")],
)  # fmt: skip
def test_a_size_is_told_as_people_say_it_and_never_as_more_than_it_is(number, told):
    assert sized(number) == told


def test_what_is_kept_reads_for_nobody_else_and_runs_for_nobody(tmp_path):
    one = receive(Settings(attachments_dir=tmp_path / "a"), "../../../laudo.pdf", [PDF])
    (file,) = kept(tmp_path)
    assert file == tmp_path / "a" / one.digest[:2] / one.digest[2:4] / one.digest
    assert (file.read_bytes(), file.stat().st_mode & 0o177) == (PDF, 0)


def apart(code, *arguments):
    """Run it in an interpreter of its own, so that its limits and its memory are its own."""
    head = (
        "import os, resource, sys\nfrom pathlib import Path\nfrom engine.attachments.storing import receive\n"
        "from engine.config import Settings\nfrom engine.errors import Refused\n"
        "folder = Path(sys.argv[1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", head + code, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout.split()


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    """No file may grow beyond two megabytes: what the kernel then says is what a quota says."""
    code = (
        "settings = Settings(attachments_dir=folder)\n"
        "receive(settings, 'laudo.pdf', [b'%PDF-1.4\\n%%EOF\\n'])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "try:\n"
        "    receive(settings, 'grande.pdf', [b'%PDF-1.4\\n', *([bytes(65536)] * 40), b'%%EOF\\n'])\n"
        "except Refused as refused: print(refused.status, refused.code)\n"
        "print(sum(file.is_file() for file in folder.rglob('*')))\n"
        "receive(settings, 'outro.pdf', [b'%PDF-1.5\\n%%EOF\\n'])\n"
        "print(sum(file.is_file() for file in folder.rglob('*')))\n"
    )
    assert apart(code, tmp_path / "a") == ["507", "no_space", "1", "2"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a megabyte, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_really_full_is_told_and_comes_back(small_disk):
    settings = Settings(attachments_dir=small_disk / "a")
    filler = small_disk / "filler"
    filler.write_bytes(bytes(900_000))
    with pytest.raises(NoSpace):
        receive(settings, "grande.pdf", [b"%PDF-1.4\n", bytes(500_000), b"%%EOF\n"])
    assert kept(small_disk / "a") == []
    filler.unlink()
    assert receive(settings, "grande.pdf", [b"%PDF-1.4\n", bytes(500_000), b"%%EOF\n"]).size == 500_015


def test_a_folder_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "a").write_text("no folder")
    with pytest.raises(NoSpace) as refusal:
        receive(Settings(attachments_dir=tmp_path / "a"), "laudo.pdf", [PDF])
    assert "TRAMITA_ATTACHMENTS_DIR" in refusal.value.detail
    assert str(tmp_path) not in refusal.value.detail


def test_memory_stays_flat_whatever_the_size(tmp_path):
    code = (
        "settings = Settings(attachments_dir=folder, attachment_max_bytes=300_000_000)\n"
        "piece = bytes(65536)\n"
        "def chunks(n):\n"
        "    yield b'%PDF-1.4\\n'\n"
        "    for _ in range(n): yield piece\n"
        "    yield b'%%EOF\\n'\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "receive(settings, 'um.pdf', chunks(1))\n"
        "before = peak()\n"
        "print(receive(settings, 'grande.pdf', chunks(3200)).size)\n"
        "print(peak() - before)\n"
    )
    size, grown_kib = map(int, apart(code, tmp_path / "a"))
    assert size > 200 * MB
    assert grown_kib < 8_192
