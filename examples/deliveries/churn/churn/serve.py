"""Answers POST /predict with the chance that one customer leaves."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import joblib
import pandas as pd

MODEL = joblib.load("models/churn.joblib")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        row = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chance = MODEL.predict_proba(pd.DataFrame([row]))[0, 1]
        body = json.dumps({"chance_of_leaving": round(float(chance), 4)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
