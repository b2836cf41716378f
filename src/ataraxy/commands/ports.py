"""Ports: are ours free, and does a process of ours answer on one."""

from __future__ import annotations

import http.client
import socket
import ssl
from urllib.parse import urlsplit

from ataraxy.clinic.env import Environment
from ataraxy.core.errors import AtaraxyError


def refuse_busy_ports(env: Environment) -> None:
    """Raise when another program holds a port this clinic was given, with the setting that moves it."""
    host, _, mllp = env.mllp_bind.rpartition(":")
    everywhere = "0.0.0.0" if env.secure else "127.0.0.1"  # noqa: S104  # nosec B104 - with TLS the front serves the tablets
    for name, address, port in (
        ("ATARAXY_PORT", everywhere, env.port),
        ("ATARAXY_WEB_PORT", "127.0.0.1", env.web_port),
        ("ATARAXY_LIVE_PORT", "127.0.0.1", env.live_port),
        ("ATARAXY_MLLP_BIND", host.strip("[]"), int(mllp)),
    ):
        reason = why_not(address, port)
        if reason:
            value = "another address:port" if name == "ATARAXY_MLLP_BIND" else "another port"
            raise AtaraxyError(
                f"Port {port} on {address} cannot be used: {reason}.",
                f"Stop the program that holds it, or set {name} to {value}.",
            )


def why_not(address: str, port: int) -> str:
    """Why ``address:port`` cannot be listened on; empty when it can."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
            trial.listen(1)
        except OSError as error:
            return (error.strerror or str(error)).lower()
    return ""


def answers_http(port: int, path: str, *, secure: bool = False, host: str = "") -> bool:
    """Whether something answers well on this port of this machine."""
    name = urlsplit(host).hostname or "localhost"
    line: http.client.HTTPConnection
    if secure:
        # Only asks whether our own front listens; a name is needed for its certificate, trust is not.
        unchecked = ssl._create_unverified_context()  # noqa: S323  # nosec B323
        line = _NamedConnection(name, port, unchecked)
    else:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", path, headers={"Host": name})
        answer = line.getresponse()
        answer.read()
        return answer.status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


class _NamedConnection(http.client.HTTPSConnection):
    """HTTPS to this machine under the clinic's name."""

    def __init__(self, name: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(name, port, timeout=2, context=context)
        self._unchecked = context

    def connect(self) -> None:
        line = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._unchecked.wrap_socket(line, server_hostname=self.host)
