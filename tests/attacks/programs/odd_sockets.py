"""22: families of sockets that know no network namespace, or open the kernel."""

import socket

from attempt import attempt, done

FAMILIES = {
    "VSOCK": 40, "NETLINK": 16, "PACKET": 17, "ALG": 38, "BLUETOOTH": 31, "TIPC": 30, "CAN": 29, "RDS": 21, "KCM": 41,
    "QIPCRTR": 42, "SMC": 43, "XDP": 44, "MCTP": 45, "X25": 9, "AX25": 3, "NFC": 39, "IB": 27, "KEY": 15, "VENDOR": 60,
}  # fmt: skip
for name, number in FAMILIES.items():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        attempt(f"{name} of kind {kind}", lambda number=number, kind=kind: socket.socket(number, kind))
attempt("the host by vsock", lambda: socket.socket(40, socket.SOCK_STREAM).connect((2, 22)) or True)
done()
