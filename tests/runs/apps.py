"""An app for a browser, and a stand-in for the library that serves it: its server says 200 whatever the script does."""

from __future__ import annotations

import json
from pathlib import Path

STREAMLIT = {
    "streamlit/__init__.py": """\
pressed, shown = set(), {"buttons": [], "errors": []}


def button(label):
    shown["buttons"].append(label)
    return label in pressed


def error(text):
    shown["errors"].append(text)


def title(text):
    pass
""",
    "streamlit/server.py": """\
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


def main():
    HTTPServer(("127.0.0.1", 8501), Handler).serve_forever()
""",
    "streamlit/testing/__init__.py": "",
    "streamlit/testing/v1.py": """\
import runpy, traceback
from types import SimpleNamespace as Of

import streamlit


class AppTest:
    text_input, text_area = (), ()

    @classmethod
    def from_file(cls, path, default_timeout=3):
        app = cls()
        app.path = path
        return app

    def run(self):
        streamlit.shown = {"buttons": [], "errors": []}
        self.exception = []
        try:
            runpy.run_path(self.path, run_name="__main__")
        except Exception as error:
            trace = traceback.format_exc().splitlines()[1:-1]
            self.exception = [Of(message=str(error), stack_trace=trace, proto=Of(type=type(error).__name__))]
        self.error = [Of(value=text) for text in streamlit.shown["errors"]]
        self.button = [self._button(label) for label in streamlit.shown["buttons"]]
        return self

    def _button(self, label):
        return Of(label=label, disabled=False, click=lambda: streamlit.pressed.add(label) or self)
""",
}
"""Like the real one in what an audit sees of it: scripts run only for a visitor, and `AppTest` is one."""

APP = """\
import json
from pathlib import Path

import streamlit as st

model = Path(__file__).parent / "model.json"
st.title("What is a house worth?")
if st.button("Predict the price"):
    st.title(json.loads(model.read_text())["slope"] * 120)
"""


def app(folder: Path, script: str = APP) -> Path:
    """An app with its model; no training."""
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(script)
    (folder / "model.json").write_text(json.dumps({"slope": 2.0}))
    (folder / "requirements.txt").write_text("streamlit\n")
    (folder / "README.md").write_text("# House prices\n\n    streamlit run app.py\n")
    return folder
