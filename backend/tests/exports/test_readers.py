"""Programs that people have open the export: those that read a ZIP from its start to its end, and spreadsheets."""

import csv
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.exports.opened import export_of
from tests.support.files import make_attachment
from tests.support.practice import Practice

SECONDS = 120.0
PHONE, NAME = "0525550148", "דנה"
# What Android, Java and their libraries read an archive with that is still being loaded.
JAVA = """
import java.util.zip.*;
public class Read {
    public static void main(String[] given) throws Exception {
        var zip = new ZipInputStream(System.in);
        for (ZipEntry entry; (entry = zip.getNextEntry()) != null; )
            System.out.println(entry.getName() + " " + zip.readAllBytes().length);
    }
}
"""
UTF_8 = "CSV:44,34,76,1,,0,false,true"  # a comma, a quotation mark, UTF-8: what the README says to choose


@pytest.fixture
async def archive(practice: Practice, tmp_path: Path) -> Path:
    """The export of a practice with a file."""
    client = await practice.make_client(first_name=NAME, last_name="=1+1", phone=PHONE, notes="עלה:\n- שינה")
    note = await practice.make_session((await practice.make_appointment(client["id"]))["id"])
    await make_attachment(practice, note["id"])
    file = tmp_path / "export.zip"
    file.write_bytes((await practice.get("/workspace/export")).content)
    return file


def _run(*command: str, cwd: Path, read: Path | None = None) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    given = read.read_bytes() if read else b""
    ran = subprocess.run(command, cwd=cwd, input=given, capture_output=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, (ran.stdout + ran.stderr).decode(errors="replace")[-2000:]
    return ran.stdout.decode()


def _sizes(archive: Path) -> dict[str, int]:
    with zipfile.ZipFile(archive) as opened:
        sizes = {item.filename: item.file_size for item in opened.infolist()}
    assert any(name.startswith("files/") for name in sizes)
    return sizes


async def test_java_reads_it_as_a_stream(archive: Path, tmp_path: Path) -> None:
    """It refuses files that are stored without a length: "only DEFLATED entries can have EXT descriptor"."""
    (tmp_path / "Read.java").write_text(JAVA)
    lines = _run("java", "Read.java", cwd=tmp_path, read=archive).splitlines()
    assert {line.split()[0]: int(line.split()[1]) for line in lines} == _sizes(archive)


async def test_bsdtar_reads_it_as_a_stream(archive: Path, tmp_path: Path) -> None:
    """The library behind it is in macOS, FreeBSD and Windows."""
    to = tmp_path / "out"
    to.mkdir()
    _run("bsdtar", "-x", "-f", "-", cwd=to, read=archive)
    assert {str(file.relative_to(to)): file.stat().st_size for file in to.rglob("*.*")} == _sizes(archive)


async def test_unzip_finds_no_fault(archive: Path, tmp_path: Path) -> None:
    assert "No errors detected" in _run("unzip", "-t", str(archive), cwd=tmp_path)


async def test_every_file_is_deflated(archive: Path) -> None:
    """Whichever readers are here."""
    with zipfile.ZipFile(archive) as opened:
        assert {item.compress_type for item in opened.infolist()} == {zipfile.ZIP_DEFLATED}


async def test_a_spreadsheet_shows_it(practice: Practice, archive: Path, tmp_path: Path) -> None:
    """LibreOffice, told what the README says, keeps Hebrew, zeros and lines, takes no cell for a formula."""
    (tmp_path / "clients.csv").write_bytes((await export_of(practice)).read("clients.csv"))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    told = ("--headless", f"--infilter={UTF_8}", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76")
    _run("soffice", home, *told, "--outdir", str(tmp_path / "out"), "clients.csv", cwd=tmp_path)
    shown = (tmp_path / "out" / "clients.csv").read_bytes().decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(shown, newline=""))
    found = dict(zip(head, row, strict=True))
    assert (found["first_name"], found["last_name"], found["phone"]) == (NAME, "'=1+1", "052-555-0148")
    assert found["notes"].splitlines() == ["עלה:", "- שינה"]
    assert found["created_at_local"][:4] == found["created_at"][:4]
