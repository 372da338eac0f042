"""Vendored files are the ones the lock names, with their licence."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "portal/static/portal/vendor"
LOCK = json.loads((VENDOR / "vendor.lock.json").read_text())


def test_each_vendored_file_is_locked_and_unchanged():
    locked = {
        entry["path"]: entry["sha256"]
        for package in LOCK["packages"]
        for entry in package["files"]
    }
    present = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "vendor.lock.json"
    }
    assert present == locked


def test_each_package_brings_its_licence_and_its_integrity():
    for package in LOCK["packages"]:
        assert package["integrity"].startswith("sha512-")
        assert package["licence"]
        assert any(entry["path"].endswith("LICENSE") for entry in package["files"])
