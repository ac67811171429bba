"""A package index on this machine's loopback, and small packages made on the spot."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

JSON = "application/vnd.pypi.simple.v1+json"
BACKEND = """
import base64, hashlib, os, zipfile

def _requires(*_):
    return []

get_requires_for_build_wheel = get_requires_for_build_sdist = _requires

def build_wheel(folder, config_settings=None, metadata_directory=None):
    {before}
    name, version = {name!r}, {version!r}
    info = f"{{name}}-{{version}}.dist-info"
    files = {{f"{{info}}/METADATA": f"Metadata-Version: 2.1\\nName: {{name}}\\nVersion: {{version}}\\n".encode(),
             f"{{info}}/WHEEL": b"Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}}
    for path in os.listdir("src"):
        with open(os.path.join("src", path), "rb") as file:
            files[path] = file.read()
    record = []
    wheel = f"{{name}}-{{version}}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{{path}},sha256={{digest}},{{len(content)}}")
        archive.writestr(f"{{info}}/RECORD", "\\n".join([*record, f"{{info}}/RECORD,,"]))
    return wheel
"""


def wheel(name: str, version: str, text: str = "", requires: tuple[str, ...] = ()) -> tuple[str, bytes]:
    """(file name, content) of a wheel with one module of the package's name."""
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    files = {
        f"{name}.py": text or f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(content)}")
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]))
    return f"{name}-{version}-py3-none-any.whl", packed.getvalue()


def sdist(name: str, version: str, files: Mapping[str, str], before: str = "pass") -> tuple[str, bytes]:
    """(file name, content) of a source distribution that brings its own build backend, which runs `before` first."""
    content = {
        "pyproject.toml": f'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\n',
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "backend.py": BACKEND.format(name=name, version=version, before="\n    ".join(before.splitlines())),
        **files,
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, text in content.items():
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return f"{name}-{version}.tar.gz", packed.getvalue()


@dataclass
class LocalIndex:
    """An index whose every answer a test can spoil."""

    files: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    """Path -> the status to answer instead."""
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    speaks_json: bool = True
    address: str = ""

    def add(self, file: tuple[str, bytes], uploaded: str | None = "2020-01-01T00:00:00Z", **told: object) -> None:
        """Offer a file; `told` changes or adds what the listing says of it, None takes it away."""
        name, content = file
        project = name.replace(".tar.gz", "").split("-")[0].lower().replace("_", "-")
        entry: dict[str, object] = {
            "filename": name,
            "url": f"../../files/{name.replace('+', '%2B')}",
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "upload-time": uploaded,
            "size": len(content),
            **{key.replace("_", "-"): value for key, value in told.items()},
        }
        self.content[name] = content
        entry = {key: value for key, value in entry.items() if value is not None}
        self.files.setdefault(project, {})[name] = entry

    def add_pip(self) -> bool:
        """Offer the pip that this Python brings along, as every real index does; False when it brings none."""
        try:
            import ensurepip
        except ImportError:
            return False
        for bundled in sorted((Path(ensurepip.__file__).parent / "_bundled").glob("*.whl")):
            self.add((bundled.name, bundled.read_bytes()))
        for stand_in in ("setuptools", "wheel"):
            if stand_in not in self.files:
                self.add(wheel(stand_in, "60.0"))
        return "pip" in self.files


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    index: LocalIndex

    def do_GET(self) -> None:
        index = self.index
        index.asked.append(self.path)
        index.logins.append(self.headers.get("Authorization", ""))
        parts = self.path.strip("/").split("/")
        if target := index.redirects.get(self.path):
            self.send_response(302)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif status := index.status.get(self.path):
            self.reply(status, "text/plain", b"spoilt")
        elif parts[0] == "simple" and len(parts) == 2 and parts[1] in index.files:
            self.listing(parts[1])
        elif parts[0] == "files" and (content := index.content.get(parts[1].replace("%2B", "+"))) is not None:
            self.reply(200, "application/octet-stream", content)
        else:
            self.reply(404, "text/plain", b"not here")

    def listing(self, project: str) -> None:
        index = self.index
        entries = index.files[project].values()
        if index.speaks_json and JSON in self.headers.get("Accept", ""):
            said = {"meta": {"api-version": "1.1"}, "name": project, "files": list(entries), "versions": ["0"]}
            self.reply(200, JSON, json.dumps(said).encode())
            return
        links = []
        for entry in entries:
            hashes = "&".join(f"{kind}={value}" for kind, value in dict(entry.get("hashes", {})).items())  # type: ignore[call-overload]
            extra = ""
            if "requires-python" in entry:
                extra += f' data-requires-python="{html.escape(str(entry["requires-python"]))}"'
            if "yanked" in entry:
                extra += f' data-yanked="{html.escape(str(entry["yanked"]))}"'
            links.append(f'<a href="{entry["url"]}#{hashes}"{extra}>{entry["filename"]}</a>')
        self.reply(200, "text/html", f"<html><body>{''.join(links)}</body></html>".encode())

    def reply(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def local_index() -> Iterator[LocalIndex]:
    """An index on the loopback for as long as the block lasts."""
    index = LocalIndex()

    handler = type("Handler", (_Handler,), {"index": index})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        index.address = f"http://127.0.0.1:{server.server_address[1]}/simple"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()
