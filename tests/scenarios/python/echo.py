"""A connection upgraded as a WebSocket is: idle between the server's pings, each answered, with a watchdog on silence."""

import socket

import plan

host, _, port = plan.text("address").rpartition(":")
with socket.create_connection((host, int(port)), timeout=5) as sock:
    sock.sendall(f"GET {plan.text('path')} HTTP/1.1\r\nHost: localhost\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n".encode())
    sock.settimeout(plan.seconds("watchdog"))
    lines = sock.makefile("rb")
    while lines.readline().strip():
        pass
    pings = 0
    for _ in lines:
        sock.sendall(b"pong\n")
        pings += 1
    plan.say(pings=pings)
