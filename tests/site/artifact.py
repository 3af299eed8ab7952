"""The site as it was built before, served at the very address it was built for.

SITE_FOLDER names its folder, and SITE_URL the address that it was built for, such as
https://owner.github.io/cheatsheet/. Not a byte is changed: the browser is told that
the host of this address is this machine.
"""

import os
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Artifact:
    folder: Path
    url: str

    @property
    def path(self) -> str:
        """The path that the site lies under, without a slash at its end."""
        return urlsplit(self.url).path.rstrip("/")

    def certificate(self, folder: Path) -> ssl.SSLContext | None:
        """A certificate of one's own for an https address; None for http."""
        if urlsplit(self.url).scheme == "http":
            return None
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        command = "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256"
        command = [*command.split(), "-days", "2", "-subj", "/CN=this machine"]
        files = ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run([*command, *files], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def flags(self, port: int) -> list[str]:
        """What tells Chromium that the address of the site is served here."""
        host = urlsplit(self.url).hostname
        rules = f"--host-resolver-rules=MAP {host} 127.0.0.1:{port}"
        return [rules, "--ignore-certificate-errors"]


def find() -> Artifact | None:
    """The artifact that the environment names, if it names one.

    Raises:
        ValueError: the folder holds no site, or its address is not given.
    """
    folder, url = os.environ.get("SITE_FOLDER"), os.environ.get("SITE_URL", "")
    if not folder:
        return None
    if not Path(folder, "index.html").exists():
        problem = f"SITE_FOLDER={folder}: there is no index.html; build the site there."
        raise ValueError(problem)
    if not (urlsplit(url).hostname and url.endswith("/")):
        problem = f"SITE_URL={url}: set it to the address that the site in SITE_FOLDER"
        raise ValueError(f"{problem} was built for, with a slash at its end.")
    return Artifact(Path(folder).resolve(), url)
