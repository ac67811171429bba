"""A package index on loopback with what a test puts on it, so that audits build for real without a network."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from types import MappingProxyType

SEEDS = {"pip": "99.0", "setuptools": "99.0", "wheel": "99.0"}
"""What a new environment is given; empty here, since nothing in the tests calls them."""


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    modules: Mapping[str, str],
    requires: tuple[str, ...] = (),
    program: str = "",
) -> Path:
    """A pure wheel of these modules (path: source); `program` is `name = module:function`, a command that it brings."""
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {need}\n" for need in requires)
    files = {
        **modules,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if program:
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{program}\n"
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in files.items())
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as wheel:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(path, text)
    return target


def repacked(folder: Path, name: str) -> str:
    """The wheel of a package that the tests run with, made again from what is installed; gives its version."""
    package = distribution(name)
    files = [file for file in package.files or () if ".." not in file.parts and "__pycache__" not in file.parts]
    tag = next(line.split()[1] for line in (package.read_text("WHEEL") or "").splitlines() if line.startswith("Tag:"))
    with zipfile.ZipFile(folder / f"{name}-{package.version}-{tag}.whl", "w") as wheel:
        for file in files:
            at = Path(str(package.locate_file(file)))
            if at.is_file() and file.name not in ("INSTALLER", "REQUESTED"):
                entry = zipfile.ZipInfo(str(file))  # of one day for ever, so that the wheel is the same each time
                wheel.writestr(entry, at.read_bytes())
    return package.version


def _digest(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def index_of(folder: Path, days: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """The address of an index of the wheels in a folder; uploaded on 2020-01-01, where `days` does not say otherwise.

    `days` are by the beginning of a file's name: `tinystats-2`.
    """
    for name, version in SEEDS.items():
        make_wheel(folder, name, version, {f"{name}.py": 'raise SystemExit("not in the tests")\n'})

    def _day(name: str) -> str:
        return next((day for start, day in days.items() if name.startswith(start)), "2020-01-01")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = self.path.strip("/").split("/")
            if parts[0] == "simple" and len(parts) == 2:
                self._listing(parts[1])
            elif parts[0] == "files":
                self._send(200, "application/octet-stream", (folder / parts[-1]).read_bytes())
            else:
                self._send(404, "text/plain", b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _listing(self, name: str) -> None:
            found = [p for p in sorted(folder.glob("*.whl")) if p.name.split("-")[0].replace("_", "-") == name]
            files = [
                {
                    "filename": path.name,
                    "url": f"/files/{path.name}",
                    "hashes": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
                    "upload-time": f"{_day(path.name)}T00:00:00Z",
                }
                for path in found
            ]
            body = json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files, "versions": []}).encode()
            self._send(200 if found else 404, "application/vnd.pypi.simple.v1+json", body)

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple"
        finally:
            server.shutdown()
            thread.join()
