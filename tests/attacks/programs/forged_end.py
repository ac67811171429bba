"""H12: end badly and say that it went well, by every line that leads out."""

import json
import os

from attempt import attempt, done, leads_out, put

said = json.dumps({"exit-code": 0}).encode() + b"\n"
for pid in (name for name in os.listdir("/proc") if name.isdigit()):
    for handle in os.listdir(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{handle}"
        try:
            out = leads_out(path)
        except FileNotFoundError:
            continue  # the one by which this folder is listed
        if out:
            attempt(f"write to {path}", lambda path=path: put(path, said))
for handle in range(3, 64):
    try:
        os.write(handle, said)
    except OSError:
        continue
    print("ESCAPED: wrote to", handle)
print(said.decode(), end="")
done()
os._exit(3)
