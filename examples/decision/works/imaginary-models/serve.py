"""The LeadRank service."""

import json
import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from leadrank import BadLead, chance, load

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger("leadrank.serve")
MODEL = load()
LARGEST = 10_000


class Handler(BaseHTTPRequestHandler):
    def answer(self, status: int, content: dict) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        else:
            self.answer(404, {"error": "no such path"})

    def do_POST(self) -> None:
        if self.path != "/predict":
            self.answer(404, {"error": "no such path"})
            return
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.answer(413, {"error": "too large"})
            return
        try:
            lead = json.loads(self.rfile.read(length))
            self.answer(200, {"chance": round(chance(MODEL, lead), 4)})
        except (BadLead, json.JSONDecodeError, UnicodeDecodeError) as error:
            self.answer(422, {"error": str(error)})
        except Exception:
            logger.exception("a lead could not be ranked")
            self.answer(500, {"error": "internal error"})


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
