"""Ports for programs that cannot be asked which one they took."""

import contextlib
import socket


@contextlib.contextmanager
def held_ports(count):
    """Ports on loopback that nobody else is given in the meantime. Who listens on one must ask for SO_REUSEPORT, as these
    sockets do, which never listen."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            each.bind(("127.0.0.1", 0))
        yield [each.getsockname()[1] for each in sockets]
