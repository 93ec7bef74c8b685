"""Packages that are refused, and leave nothing behind."""

import io
import stat
import zipfile
from pathlib import Path

import pytest
from account import Account, Code, creation, refused, running, says, zipped
from apis import unique

INVALID = "InvalidParameterValueException"
UNREADABLE = "Could not unzip uploaded file."
LINK = stat.S_IFLNK | 0o777


def twice(first: str, second: str) -> bytes:
    """A package with two files of one name."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("app.py", first)
        archive.writestr("app.py", second)
    return written.getvalue()


def broken() -> bytes:
    """A package whose bytes are not those that its directory promises."""
    package = bytearray(zipped({"app.py": "".join(map(str, range(10_000)))}))
    package[len(package) // 2] ^= 0xFF
    return bytes(package)


def bomb() -> bytes:
    """A small package that would be more than 250 MB."""
    return zipped({"app.py": "", "zeros": bytes(262_144_001)})


PACKAGES = {
    "no zip": (b"no zip", UNREADABLE),
    "empty": (b"", UNREADABLE),
    "cut": (zipped({"app.py": "x"})[:-30], UNREADABLE),
    "broken": (broken(), UNREADABLE),
    "up": (zipped({"../up.py": "x"}), "leads out of the package"),
    "up inside": (zipped({"a/../../up.py": "x"}), "leads out of the package"),
    "absolute": (zipped({"/tmp/up.py": "x"}), "path is absolute"),
    "backslash": (zipped({"..\\up.py": "x"}), "backslash"),
    "link": (zipped({"link": "/etc/passwd"}, {"link": LINK}), "no links"),
    "link as folder": (
        zipped({"link": "/tmp", "link/up.py": "x"}, {"link": LINK}),
        "no links",
    ),
    "device": (zipped({"null": ""}, {"null": stat.S_IFCHR | 0o666}), "no devices"),
    "pipe": (zipped({"pipe": ""}, {"pipe": stat.S_IFIFO | 0o666}), "only files and folders"),
    "case": (zipped({"App.py": "1", "app.py": "2"}), "there twice"),
    "file and folder": (zipped({"a": "1", "a/b": "2"}), "a file is its folder"),
    "deep": (zipped({"a/" * 100 + "b": "x"}), "too deep"),
    "long": (zipped({"a" * 2000: "x"}), "too long"),
    "bomb": (bomb(), "Unzipped size must be smaller than 262144000 bytes"),
}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_refused(account: Account, package: str) -> None:
    code, words = PACKAGES[package]
    name, lax = unique("package"), account.client(validate=False)
    with refused(INVALID, 400, words):
        lax.create_function(**creation(name, Code(code, "python3.12")))
    with refused("ResourceNotFoundException", 404):
        lax.get_function(FunctionName=name)
    name = account.create(says("before"))
    with refused(INVALID, 400, words):
        lax.update_function_code(FunctionName=name, ZipFile=code)
    assert account.value(name) == "before"


def test_a_refused_package_leaves_no_file(tmp_path: Path) -> None:
    with running(tmp_path) as account:
        name = account.create(says("here"))
        before = {path for path in tmp_path.rglob("*") if "audit" not in path.name}
        for package, _ in PACKAGES.values():
            with refused(INVALID, 400):
                account.lambdas.update_function_code(FunctionName=name, ZipFile=package)
        left = {path for path in tmp_path.rglob("*") if "audit" not in path.name}
        assert left == before
    assert not Path("/tmp/up.py").exists()


def test_of_two_files_of_one_name_the_last_counts(account: Account) -> None:
    text = "def main(event, context):\n    return {!r}\n"
    package = twice(text.format("first"), text.format("second"))
    assert account.value(account.create(Code(package, "python3.12"))) == "second"


def test_folders_and_modes_are_kept(account: Account) -> None:
    text = (
        "import os, subprocess\ndef main(event, context):\n"
        "    plain = oct(os.stat('plain').st_mode & 0o7777)\n"
        "    return plain, subprocess.check_output(['./tool']).decode(), os.listdir('empty')\n"
    )
    files = {"app.py": text, "tool": "#!/bin/sh\necho ran\n", "plain": "", "empty/": ""}
    modes = {
        "tool": stat.S_IFREG | 0o755,
        "plain": stat.S_IFREG | stat.S_ISUID | 0o666,
        "empty/": stat.S_IFDIR | 0o755,
    }
    name = account.create(Code(zipped(files, modes), "python3.12"))
    assert account.value(name) == ["0o644", "ran\n", []]


def test_too_much_for_one_package(account: Account) -> None:
    package = bytes(50 * 1024 * 1024 + 1)
    with refused(INVALID, 400, "Zipped size must be smaller than 52428800 bytes"):
        account.create(Code(package, "python3.12"))
    with refused("RequestTooLargeException", 413, "for the CreateFunction operation"):
        account.create(Code(bytes(56 * 1024 * 1024), "python3.12"))
