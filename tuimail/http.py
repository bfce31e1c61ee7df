"""The one HTTP client: trust, proxies, time limits, and failures in tuimail's own words.

It is handed to msal as its `http_client` because msal's own session would let
`REQUESTS_CA_BUNDLE` beat the chosen trust, use a proxy for loopback, follow redirects with a
refresh token in the body, keep cookies, and raise exceptions that carry the request.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from tuimail.errors import (
    CertificateInvalid,
    ConnectFailed,
    ConnectionLost,
    NetworkError,
    ServerTimeout,
)
from tuimail.trust import client_context, explain

CONNECT_SECONDS: Final = 15.0
READ_SECONDS: Final = 30.0
_LARGEST_ANSWER: Final = 2 * 1024 * 1024
_BLOCK: Final = 16 * 1024

# Their debug output names tenants and paths, and nothing that tuimail's own log does not say.
for _name in ("urllib3", "requests"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class UnexpectedAnswer(NetworkError):
    """Something else than the service answered: a captive portal, a proxy's error page."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What msal needs of a response. Never printed: the text may hold tokens."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Raise for a status of 400 and above, without the body."""
        if self.status_code >= 400:
            raise NetworkError(f"The server answered with HTTP {self.status_code}.")

    def __repr__(self) -> str:
        return f"HttpAnswer({self.status_code})"


class HttpClient:
    """Requests to JSON services over TLS.

    Args:
        ca_file: A PEM file trusted instead of the system's certificates.

    Raises:
        ConfigError: The file cannot be read.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        self._session = requests.Session()
        # No netrc, no REQUESTS_CA_BUNDLE, no CURL_CA_BUNDLE; proxies are looked up per request.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("https://", _TrustingAdapter(client_context(ca_file)))

    def get(self, url: str, **options: Any) -> HttpAnswer:
        """Send a GET.

        Raises:
            NetworkError: One of its kinds; `UnexpectedAnswer` when the answer is not JSON.
        """
        return self._request("GET", url, **options)

    def post(self, url: str, **options: Any) -> HttpAnswer:
        """Send a POST; `data` is the form, or what goes as it is. Raises as `get` does."""
        return self._request("POST", url, **options)

    def announce(self, url: str, form: Mapping[str, str]) -> int:
        """Send a form to a server of which only the status counts; return it.

        Raises:
            NetworkError: It could not be sent, or there was no answer.
        """
        return self._request("POST", url, data=form, is_read=False).status_code

    def close(self) -> None:
        """Close pooled connections."""
        self._session.close()

    def _request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | MeteredBody | None = None,
        headers: Mapping[str, str] | None = None,
        read_seconds: float = 0.0,
        is_read: bool = True,
    ) -> HttpAnswer:
        host = urlsplit(url).hostname or ""
        failure: NetworkError
        try:
            with self._session.request(
                method,
                url,
                params=params,
                data=data,
                headers=headers,
                timeout=(CONNECT_SECONDS, read_seconds or READ_SECONDS),
                allow_redirects=False,
                proxies={} if is_loopback(host) else get_environ_proxies(url),
                stream=True,
            ) as response:
                if not is_read:
                    return HttpAnswer(response.status_code, "", {})
                return _checked(response, host)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            failure = _in_the_way(error, url) or _translated(error, host)
        # Not chained: a library's exception holds the request, and that holds the refresh token.
        raise failure


class MeteredBody:
    """A body that knows how much of it was taken to be sent.

    As long as that is not all, nobody can have acted on the request: its length is announced.

    Args:
        data: What is sent.
        progress: Told how many octets were taken.
    """

    def __init__(self, data: bytes, progress: Callable[[int], None]) -> None:
        self._data = data
        self._progress = progress
        self._taken = 0

    @property
    def is_taken(self) -> bool:
        """Whether the last octet may have left."""
        return self._taken >= len(self._data)

    def read(self, size: int = -1) -> bytes:
        """Return the next octets, as a file does."""
        end = len(self._data) if size < 0 else self._taken + size
        piece = self._data[self._taken : end]
        self._taken += len(piece)
        self._progress(self._taken)
        return piece

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_BLOCK):
            yield piece


class _TrustingAdapter(HTTPAdapter):
    """Uses one TLS context for everything, whatever requests thinks of certificate files."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        # One more try when no connection could be made. Never after something was sent: whether
        # to ask again is for those who know what was asked.
        super().__init__(
            max_retries=urllib3.Retry(
                1,
                read=False,
                redirect=False,
                status=False,
                other=0,
                respect_retry_after_header=False,
            )
        )

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._context}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


def proxy_for(url: str) -> str:
    """Return `host:port` of the proxy that requests to a URL go through; empty for none.

    A name and a password in the proxy's URL are left out.
    """
    return _proxy_parts(url).netloc.rpartition("@")[2]


def proxy_mistake(url: str) -> ConnectFailed | None:
    """Return why the environment's proxy for a URL can be none; None where it can."""
    try:
        proxy = urlsplit(_proxy_url(url))
        is_usable = proxy.scheme in ("", "http", "https") and proxy.port != 0
    except ValueError:
        is_usable = False
    return None if is_usable else _no_proxy()


def proxy_speaks_tls(url: str) -> bool:
    """Whether the proxy for a URL is itself reached by TLS, through which no tunnel is opened."""
    return _proxy_parts(url).scheme == "https"


def open_tunnel(host: str, port: int, seconds: float) -> socket.socket:
    """Connect to a host as requests do: through the proxy (RFC 9110, 9.3.6), if there is one.

    Args:
        seconds: How long each wait may take.

    Raises:
        NetworkError: The proxy did not connect.
        OSError: There is no proxy, and the host cannot be reached.
    """
    url = f"https://{host}:{port}"
    if mistake := proxy_mistake(url):
        raise mistake
    proxy = _proxy_parts(url)
    if not proxy.hostname:
        return socket.create_connection((host, port), seconds)
    place = (proxy.hostname, proxy.port or 80)
    headers = {}
    if proxy.username:
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    line = http.client.HTTPConnection(*place, timeout=seconds)
    line.set_tunnel(host, port, headers)
    try:
        line.connect()
    except (OSError, http.client.HTTPException) as error:
        line.close()
        raise _proxy_failure(str(error), host, proxy_for(url)) from None
    return line.sock


def _proxy_parts(url: str) -> SplitResult:
    """Return the proxy's URL in parts; empty ones for none, and for what is no URL."""
    try:
        return urlsplit(_proxy_url(url))
    except ValueError:
        return urlsplit("")


def _proxy_url(url: str) -> str:
    """Return the proxy's URL, with what it needs to let us in; empty for none."""
    if is_loopback(urlsplit(url).hostname or ""):
        return ""
    parts = urlsplit(url)
    proxies = get_environ_proxies(url)
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    return found if "//" in found or not found else f"http://{found}"


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, so that no proxy can be meant."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _checked(response: requests.Response, host: str) -> HttpAnswer:
    body = response.raw.read(_LARGEST_ANSWER + 1, decode_content=True)
    text = body[:_LARGEST_ANSWER].decode("utf-8", "replace")
    # A 5xx says enough by its status, whatever its page looks like.
    is_empty = response.status_code in (202, 204) and not body
    if response.status_code < 500 and not is_empty and not text.lstrip().startswith(("{", "[")):
        raise UnexpectedAnswer(
            f"Something else than {host} answered.",
            hint="If this network wants a sign-in on a web page, do that first.",
            detail=f"HTTP {response.status_code}, not JSON",
        )
    return HttpAnswer(response.status_code, text, dict(response.headers))


def _in_the_way(error: Exception, url: str) -> NetworkError | None:
    """Say what a proxy did; None when none did anything."""
    if isinstance(error, requests.exceptions.ProxyError):
        return _proxy_failure(str(error), urlsplit(url).hostname or "", proxy_for(url))
    is_mistake = isinstance(error, _PROXY_MISTAKES) and bool(_proxy_url(url))
    return _no_proxy() if is_mistake else None


_PROXY_MISTAKES: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    urllib3.exceptions.LocationValueError,
)


def _no_proxy() -> ConnectFailed:
    return ConnectFailed(
        "HTTPS_PROXY names no proxy that tuimail can use.",
        hint="It is an address such as http://proxy.contoso.com:3128.",
    )


def _translated(error: Exception, host: str) -> NetworkError:
    reason = _reason(error)
    if isinstance(error, requests.exceptions.SSLError):
        if "certificate" in reason.lower() or "hostname" in reason.lower():
            distrust = explain(_verify_code(error), host)
            return CertificateInvalid(distrust.words, hint=distrust.hint, detail=reason)
        return ConnectFailed(f"No secure connection to {host} could be made.", detail=reason)
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return ServerTimeout(f"{host} did not answer in time.", detail=reason)
    never_connected = "NewConnectionError" in reason or "NameResolutionError" in reason
    if isinstance(error, requests.ConnectionError) and never_connected:
        return ConnectFailed(f"No connection to {host} could be made.", detail=reason)
    return ConnectionLost(f"The connection to {host} was lost.", detail=reason)


_TUNNEL_REFUSED: Final = re.compile(r"Tunnel connection failed: (\d{3})")


def _proxy_failure(said: str, host: str, proxy: str) -> ConnectFailed:
    """Tell a proxy that refuses from one that is not there.

    Args:
        said: The library's words. Only their status is shown: the rest may hold a password.
    """
    refused = _TUNNEL_REFUSED.search(said)
    status = refused[1] if refused else ""
    if status == "407":
        return ConnectFailed(
            f"The proxy {proxy} wants a name and a password.",
            hint=f"Put them into HTTPS_PROXY, as in http://name:password@{proxy}",
            detail="HTTP 407",
        )
    if status:
        return ConnectFailed(
            f"The proxy {proxy} does not let tuimail through to {host}.",
            hint=f"Whoever runs the proxy has to allow {host}, port 443.",
            detail=f"HTTP {status}",
        )
    return ConnectFailed(
        f"The proxy {proxy} cannot be reached.",
        hint="HTTPS_PROXY names it. Check the network, and the address of the proxy.",
    )


def _reason(error: BaseException) -> str:
    """Name the kinds of the errors inside, and the words of the innermost OSError only."""
    names: list[str] = []
    words = ""
    for cause in _inside(error):
        names.append(type(cause).__name__)
        if isinstance(cause, OSError) and not isinstance(cause, requests.RequestException):
            words = getattr(cause, "verify_message", "") or cause.strerror or words
    return ", ".join(dict.fromkeys(names)) + (f": {words}" if words else "")


def _verify_code(error: BaseException) -> int | None:
    """OpenSSL's reason, from the innermost error that has one."""
    codes = [getattr(cause, "verify_code", None) for cause in _inside(error)]
    return next((code for code in reversed(codes) if isinstance(code, int)), None)


def _inside(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those it was made from, at most eight."""
    cause: BaseException | None = error
    for _ in range(8):
        if cause is None:
            return
        yield cause
        inner = getattr(cause, "reason", None) or next(
            (arg for arg in cause.args if isinstance(arg, BaseException)), None
        )
        below = inner if isinstance(inner, BaseException) else None
        cause = below or cause.__cause__ or cause.__context__
