"""An HTTP server before the S3 server: it refuses objects, speaks TLS, and hands out keys that expire, as AWS does."""

from __future__ import annotations

import datetime
import http.client
import ssl
import threading
from collections.abc import Collection, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote, urlsplit

REFUSAL = "<Error><Code>{0}</Code><Message>{1}</Message></Error>"
# What STS answers to AssumeRole.
ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>
<Expiration>{until}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""


class Front:
    """Passes requests on to an S3 server, except those that it refuses.

    Attributes:
        refused: the error code of each key that is answered with 403.
        closed: the buckets that may not be listed.
        refuse_duckdb: whether requests of DuckDB are answered with 403.
        role: the keys that AssumeRole hands out; none means that it is refused. Where
            there are some, requests without a valid token are refused.
        requests_per_token: the number of requests that a token is valid for. Its date of expiry is always close.
        uses: the number of requests with each token that was handed out.
        tokens: the session tokens of all requests.
        expired: the number of requests that were refused for their token.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.refused: Mapping[str, str] = {}
        self.closed: Collection[str] = ()
        self.refuse_duckdb = False
        self.role: tuple[str, str] | None = None
        self.requests_per_token = 1000
        self.uses: dict[str, int] = {}
        self.tokens: set[str] = set()
        self.expired = 0
        self._target = ("127.0.0.1", port)
        self._lock = threading.Lock()
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def answer(self) -> None:
                front._answer(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - the names that http.server calls

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        if b"Action=AssumeRole" in body:
            self._sign_in(request)
            return
        self.tokens.add(request.headers.get("x-amz-security-token", ""))
        key = unquote(urlsplit(request.path).path).split("/", 2)[2:]
        bucket = urlsplit(request.path).path.split("/")[1]
        is_closed = bucket in self.closed and not any(key)
        code = "AccessDenied" if is_closed else self.refused.get(key[0]) if key else None
        if self.refuse_duckdb and "duckdb" in request.headers.get("User-Agent", "").lower():
            code = "AccessDenied"
        if self.role and not self._is_valid(request.headers.get("x-amz-security-token", "")):
            code = "ExpiredToken"
        if code:
            self._send(request, 403, {}, REFUSAL.format(code, "The front says no").encode())
            return
        connection = http.client.HTTPConnection(*self._target, timeout=60)
        connection.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        headers = {name: value for name, value in answer.getheaders() if name.lower() != "transfer-encoding"}
        self._send(request, answer.status, headers, answer.read())
        connection.close()

    def _sign_in(self, request: BaseHTTPRequestHandler) -> None:
        if self.role is None:
            self._send(
                request, 403, {}, f"<ErrorResponse>{REFUSAL.format('AccessDenied', 'No')}</ErrorResponse>".encode()
            )
            return
        with self._lock:
            token = f"token-{len(self.uses)}"
            self.uses[token] = 0
        key, secret = self.role
        until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=60)
        answer = ASSUMED.format(key=key, secret=secret, token=token, until=until.isoformat())
        self._send(request, 200, {}, answer.encode())

    def _is_valid(self, token: str) -> bool:
        with self._lock:
            if self.uses.get(token, self.requests_per_token) < self.requests_per_token:
                self.uses[token] += 1
                return True
            self.expired += 1
            return False

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str], body: bytes) -> None:
        request.send_response_only(status)
        for name, value in ({"Content-Length": str(len(body))} | dict(headers)).items():
            request.send_header(name, value)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    def __enter__(self) -> Front:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
