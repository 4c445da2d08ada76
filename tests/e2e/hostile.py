"""Endpoints and name servers that misbehave. Plain sockets, since no HTTP server can be talked into most of it."""

import select
import selectors
import socket
import ssl
import struct
import threading

FOR_EVER = 1_000_000_000


class Peer:
    """The endpoint's end of one connection, as its script sees it. False, None: the sender has gone."""

    def __init__(self, connection):
        self.socket = connection
        self._unread = b""

    def read_request(self):
        """One whole request by its Content-Length; None when the stream ended before."""
        while True:
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if end:
                fields = [line.split(b":", 1) for line in head.split(b"\r\n")[1:]]
                length = next((int(value) for name, value in fields if name.lower() == b"content-length"), 0)
                if len(rest) >= length:
                    self._unread = rest[length:]
                    return head + end + rest[:length]
            got = self._read()
            if not got:
                return None
            self._unread += got

    def _read(self):
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""

    def write(self, data):
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def repeat(self, data, times=FOR_EVER, pause=0.0):
        """Writes again and again until the sender has gone; with a pause it looks for the sender's end in between."""
        for _ in range(times):
            if not self.write(data) or (pause and self._gone_within(pause)):
                return

    def _gone_within(self, seconds):
        try:
            readable, _, _ = select.select([self.socket], [], [], seconds)
        except (OSError, ValueError):
            return True
        return bool(readable) and not self._read()

    def wait_until_gone(self):
        while self._read():
            pass

    def close(self):
        """Ends the stream in order; with TLS by a close_notify."""
        try:
            if isinstance(self.socket, ssl.SSLSocket):
                self.socket.unwrap()
            else:
                self.socket.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):
            pass

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Spot:
    """Somewhere that a webhook can point to."""

    def __init__(self, url):
        self._url = url

    def url(self, path="/hooks", host=None):
        return self._url

    def trust(self, secret, path="/hooks"):
        pass  # nothing here can be trusted


def listener(address=("127.0.0.1", 0), backlog=64):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(address)
    if backlog is not None:
        made.listen(backlog)
    return made


class HostileEndpoints:
    """Listeners that each do to every connection what their script says; one thread a connection."""

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._lock = threading.Lock()
        self._open = set()
        self._silent = []
        self._counts = {}
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def serve(self, script, tls=None, address=("127.0.0.1", 0)):
        """Starts a listener; its port. `tls`: an ssl.SSLContext whose handshake comes before the script."""
        made = listener(address)
        port = made.getsockname()[1]
        with self._lock:
            self._counts[port] = 0
        self._selector.register(made, selectors.EVENT_READ, (script, tls, port))
        self._wake.send(b"x")
        return port

    def refuse(self):
        """A port that is taken but where nobody listens."""
        made = listener(backlog=None)
        self._silent.append(made)
        return made.getsockname()[1]

    def blackhole(self, address=("127.0.0.1", 0)):
        """A port where connecting gets no answer: its backlog is full."""
        made = listener(address, backlog=0)
        self._silent.append(made)
        for _ in range(16):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(made.getsockname())
            self._silent.append(filler)
            _, writable, _ = select.select([], [filler], [], 0.1)
            if not writable:
                break
        return made.getsockname()[1]

    def connections(self, port):
        with self._lock:
            return self._counts[port]

    def close(self):
        self._wake.close()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        with self._lock:
            left = list(self._open)
        for connection in left:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for made in self._silent:
            made.close()

    def _accept(self):
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    if not self._woken.recv(64):
                        return
                    continue
                connection, _ = key.fileobj.accept()
                with self._lock:
                    self._counts[key.data[2]] += 1
                    self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection, *key.data[:2]), daemon=True).start()

    def _serve(self, connection, script, tls):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            served = tls.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True) if tls else connection
            with served:
                script(Peer(served))
        except (OSError, ValueError):
            pass  # the sender hung up, which is what most of this is about
        finally:
            connection.close()
            with self._lock:
                self._open.discard(connection)


class NameServer:
    """Answers on a loopback UDP port what `answer(name, is_v6)` says: a list of addresses, a response code, or None for
    silence."""

    def __init__(self, answer):
        self._answer = answer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            query, client = self._socket.recvfrom(1500)
            if not query:
                return
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1 : at + 1 + query[at]].decode())
                at += query[at] + 1
            name, is_v6 = ".".join(labels).lower(), query[at + 2] == 28
            said = self._answer(name, is_v6)
            if said is None:
                continue
            code, addresses = (said, []) if isinstance(said, int) else (0, said)
            family = socket.AF_INET6 if is_v6 else socket.AF_INET
            reply = query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(addresses), 0, 0) + query[12 : at + 5]
            for address in addresses:
                data = socket.inet_pton(family, address)
                reply += struct.pack("!HHHIH", 0xC00C, 28 if is_v6 else 1, 1, 0, len(data)) + data
            self._socket.sendto(reply, client)
