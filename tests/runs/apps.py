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


GRADIO = {
    "gradio/__init__.py": """\
import json
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer


class Interface:
    def __init__(self, fn, inputs):
        self.fn, self.inputs, self.events = fn, inputs, []

    def launch(self):
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/gradio_api/info":
                    kinds = {"number": ({"type": "number"}, 3), "text": ({"type": "string"}, "Hello!!")}
                    asked = [{"type": kinds[one][0], "example_input": kinds[one][1]} for one in app.inputs]
                    return self.say(json.dumps({"named_endpoints": {"/price": {"parameters": asked}}}))
                event = self.path.removeprefix("/gradio_api/call/price/")
                if event.isdigit():
                    return self.say(app.events[int(event)])
                return self.say("<html>An app</html>")

            def do_POST(self):
                given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
                try:
                    came = "event: complete\\ndata: " + json.dumps([app.fn(*given)]) + "\\n\\n"
                except Exception:
                    traceback.print_exc()
                    came = "event: error\\ndata: null\\n\\n"
                app.events.append(came)
                self.say(json.dumps({"event_id": str(len(app.events) - 1)}))

            def say(self, text):
                self.send_response(200)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

        HTTPServer(("127.0.0.1", 7860), Handler).serve_forever()
""",
}
"""Like the real one in what an audit sees of it: its page comes up whatever its function does; calls have two parts."""


def called(folder: Path, inputs: str, model: bool = True) -> Path:
    """An app that calls a function with fields of these kinds, with or without the model that it reads."""
    script = (
        "import json\nimport gradio as gr\n\n\ndef price(size):\n"
        '    return json.load(open("model.json"))["slope"] * float(size)\n\n\n'
        f"gr.Interface(price, {inputs}).launch()\n"
    )
    app(folder, script)
    (folder / "requirements.txt").write_text("gradio\n")
    (folder / "README.md").write_text("# House prices\n\n    python app.py\n")
    if not model:
        (folder / "model.json").unlink()
    return folder
