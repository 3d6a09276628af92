from __future__ import annotations

from reliability.apart import apart

UPLOAD = {"before open", "before fsync", "after fsync", "before os.mkdir", "before os.rename", "before SELECT"}
CLEAN = {"before os.rename", "before os.remove", "before os.utime", "before SELECT"}
DONE = {"before commit", "after commit"}


def test_worker_that_dies_between_file_and_row_leaves_neither_an_orphan_that_stays_nor_a_row_alone(
    database_url, tmp_path
):
    reports = apart("uploading:die_at_every_boundary", url=database_url, folder=str(tmp_path / "attachments"))
    assert not any(report["wrong"] for report in reports.values()), reports
    for deed, boundaries in {"upload": UPLOAD | DONE, "attach": UPLOAD | DONE, "clean": CLEAN | DONE}.items():
        assert boundaries <= set(reports[deed]["boundaries"]), deed
