"""An HTTP transport that a stranger's link cannot turn against us.

Every connection goes to an address that was looked up and found public a moment before: the name is not looked up
again, so that its owner can't answer differently the second time.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache as once
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

Allowed = Callable[[str, int], bool]
_PORTS = (80, 443)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RefusedError(Exception):
    """The link leads where the auditor does not go; the message says why."""


def is_public(address: str, port: int) -> bool:
    """Tell whether an address is on the public internet, at a port of the web."""
    if port not in _PORTS:
        return False
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return False  # an IPv4 address in disguise; nobody publishes a demo so
        if found in _NAT64 or found.is_site_local:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def check_shape(url: str) -> None:
    """Refuse what is not a plain web address: another scheme, credentials, no host. Raises RefusedError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedError("it is not a valid address") from None
    if parts.scheme not in ("http", "https"):
        raise RefusedError(f"it is no web address ({parts.scheme or 'no scheme'})")
    if parts.username is not None or parts.password is not None:
        raise RefusedError("it carries credentials")
    if not parts.hostname:
        raise RefusedError("it names no host")
    if port == 0:
        raise RefusedError("it names port 0")


class UnknownHostError(httpx.ConnectError):
    """The name does not exist in the DNS."""


class GuardedTransport(httpx.BaseTransport):
    """httpx's transport with the look-up in our hands. `allowed` decides by address and port.

    One read takes `seconds` at most, a connection lives for `lives`.
    """

    def __init__(self, allowed: Allowed = is_public, *, seconds: float, lives: float) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_certificates(), network_backend=_Backend(allowed, seconds, lives), max_connections=10
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request over a guarded connection."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore.Request(
            method=request.method, url=url, headers=request.headers.raw, extensions=request.extensions
        )
        try:
            answer = self._pool.handle_request(asked)
        except httpcore.TimeoutException as error:
            raise httpx.ReadTimeout(str(error), request=request) from None
        except NoSuchHostError as error:
            raise UnknownHostError(str(error), request=request) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise httpx.ConnectError(str(error), request=request) from None
        if not isinstance(answer.stream, Iterable):  # pragma: no cover - httpcore's synchronous pool answers so
            raise TypeError
        return httpx.Response(
            status_code=answer.status, headers=answer.headers, stream=_Stream(answer.stream), extensions={}
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


@once
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Stream(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise httpx.ReadError(str(error)) from None

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if callable(close):
            close()


class _Backend(httpcore.NetworkBackend):
    """Look a name up once, check every address, connect to one that was checked."""

    def __init__(self, allowed: Allowed, seconds: float, lives: float) -> None:
        self._allowed = allowed
        self._seconds = seconds
        self._lives = lives
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,  # noqa: ANN401 - httpcore's own signature
    ) -> httpcore.NetworkStream:
        """Connect to a checked address of the host. Raises RefusedError or httpcore.ConnectError."""
        addresses = _looked_up(host, port)
        refused = [address for address in addresses if not self._allowed(address, port)]
        if refused:
            raise RefusedError(f"{host} leads to an address or port that is not public")
        stream = self._inner.connect_tcp(
            addresses[0],
            port,
            timeout=timeout or self._seconds,
            local_address=local_address,
            socket_options=socket_options,
        )
        return _Ending(stream, time.monotonic() + self._lives)

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Any = None) -> Any:  # noqa: ANN401
        """Refuse: no link means a socket file."""
        del path, timeout, socket_options
        raise RefusedError("it leads to a socket of this machine")


class _Ending(httpcore.NetworkStream):
    """A connection with an end: a server that sends a byte now and then would keep every single read in its time."""

    def __init__(self, stream: httpcore.NetworkStream, ends: float) -> None:
        self._stream = stream
        self._ends = ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left if timeout is None else min(left, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Ending(self._stream.start_tls(ssl_context, server_hostname, timeout), self._ends)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        return self._stream.get_extra_info(info)


class NoSuchHostError(httpcore.ConnectError):
    """The name does not exist in the DNS: the domain's owner let it go."""


def _looked_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_NONAME:  # not EAI_NODATA: that name is still somebody's
            raise NoSuchHostError(f"there is no host {host}") from None
        raise httpcore.ConnectError(f"{host} could not be looked up") from None
    except UnicodeError:
        raise RefusedError("its host name is not valid") from None
    return [str(address[0]) for *_, address in found]
