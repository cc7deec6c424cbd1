"""The repaired wheel: its programs find their libraries, and do not miss those that tools/python.sh leaves out."""

from __future__ import annotations

import http.server
import os
import pathlib
import subprocess
import sysconfig
import threading

from search_server import Listening, reply, self_signed

LIMN = str(pathlib.Path(sysconfig.get_path("scripts"), "limn"))


def test_the_hub_is_asked(tmp_path: pathlib.Path) -> None:
    asked = []

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub = {"HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HUB_CACHE": str(tmp_path)}
    pull = subprocess.run([LIMN, "models", "pull", "a/b"], env={**os.environ, **hub}, capture_output=True, text=True)
    server.shutdown()
    assert asked == ["/api/models/a/b/revision/main"]
    assert pull.returncode == 1
    assert "HTTP status 404" in pull.stderr


def test_certificates_are_those_of_the_environment(tmp_path: pathlib.Path) -> None:
    """The wheel's libcurl looks for authorities where Debian has them."""
    certificate, key = self_signed(tmp_path)
    listening = Listening(lambda handler: reply(handler, 404, b"{}"), (certificate, key))
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    hub = {**plain, "HF_ENDPOINT": f"https://{listening.host}", "HF_HUB_CACHE": str(tmp_path), "SSL_CERT_FILE": str(certificate)}
    pull = subprocess.run([LIMN, "models", "pull", "a/b"], env=hub, capture_output=True, text=True)
    listening.close()
    assert pull.returncode == 1
    assert "HTTP status 404" in pull.stderr


def test_pages_of_every_encoding_are_read(tmp_path: pathlib.Path) -> None:
    """ICU, which is left out, is what libxml2 asks for encodings that iconv does not know."""
    for name, encoding in (("a", "utf-8"), ("b", "ibm-1047"), ("c", "no-such-encoding")):
        (tmp_path / f"{name}.html").write_text(f"<meta charset={encoding}><p>Anna came to Rome, {name}.</p>")
    pages = [str(path) for path in sorted(tmp_path.glob("*.html"))]
    made = subprocess.run(
        [LIMN, "index", "-o", str(tmp_path / "notes.limn"), *pages], capture_output=True, text=True, check=True
    )
    assert '"documents":3' in made.stdout.replace(" ", ""), made.stdout
