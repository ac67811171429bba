"""H9: output that commands the terminal of whoever reads it."""

import sys

from attempt import done

SEQUENCES = (
    b"\x1b]0;owned\x07", b"\x1b[2J\x1b[H", b"\x1b]52;c;b3duZWQ=\x07", b"\x1bP$q\x1b\\", b"\x1b[6n", b"\x9b31m", b"\x07",
    b"\x1b]8;;https://example.org\x07link\x1b]8;;\x07", b"\rall checks passed\x1b[K", b"\x08" * 20, b"\xff\xfe\x00",
    "\u202egnp.exe".encode(), "\u2066".encode(), b"<script>alert(1)</script>", b"{{ 7*7 }}",
)  # fmt: skip
for sequence in SEQUENCES:
    sys.stdout.buffer.write(sequence + b"\n")
    sys.stderr.buffer.write(sequence + b"\n")
sys.stdout.buffer.flush()
done()
