"""Kafka for a test session: one KRaft broker from Maven Central, fetched once and kept in the user's cache."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

from tests.services.ports import free_port, is_open, wait_for
from tests.services.process import Missing, Process, scratch_folder

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
START_S = 120  # three on an idle machine
# A short life: what makes the JVM start quickly counts more than what makes it fast later.
JVM = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def version() -> str:
    """Return the broker's version, as the POM pins it."""
    found = re.search(r"kafka_2\.13</artifactId>\s*<version>(.+?)</version>", POM.read_text())
    assert found
    return found[1]


def libraries() -> Path:
    """Return the folder of the broker's jars, fetched from Maven Central at first use."""
    cache = Path(os.environ.get("HUB_TEST_CACHE") or Path.home() / ".cache" / "data-lineage-hub")
    folder = cache / f"kafka-{version()}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        fetch_into(folder)
    return folder


def fetch_into(folder: Path) -> None:
    """Fetch beside it and rename, so that a broken download or a second session leaves no half folder."""
    if shutil.which("mvn") is None:
        raise Missing("Maven is not installed, it fetches Kafka. On Debian: apt-get install maven")
    print(f"Fetching Kafka {version()} (44 MB) from Maven Central into {folder} …", flush=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        shutil.copy(POM, scratch)
        fetched = Path(scratch, "libs")
        command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={fetched}"]
        ran = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise Missing(f"Maven could not fetch Kafka {version()}: {(ran.stdout + ran.stderr)[-1000:]}")
        if not folder.is_dir():
            fetched.rename(folder)


class Kafka:
    """One broker on 127.0.0.1, or the way to one that another process started (`Kafka(bootstrap)`).

    Stopped or killed and started again, it has the same address and the same data.
    """

    def __init__(self, bootstrap: str = "") -> None:
        self.port = int(bootstrap.rpartition(":")[2]) if bootstrap else free_port()
        self.bootstrap = bootstrap or f"127.0.0.1:{self.port}"
        self._process: Process | None = None

    def start(self) -> None:
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start without waiting."""
        self._process = self._process or self._prepare()
        self._process.start()

    def wait_until_ready(self) -> None:
        """The port opens when the broker has caught up with its own metadata: then it can serve."""
        if self._process:
            self._process.wait_until(lambda: is_open(self.port), within_s=START_S)
        else:
            wait_for(self.port, within_s=START_S)

    def stop(self) -> None:
        if self._process:
            self._process.stop()

    def kill(self) -> None:
        if self._process:
            self._process.kill()

    def remove(self) -> None:
        """End it and forget its data."""
        self.kill()
        if self._process:
            shutil.rmtree(self._process.log_path.parent, ignore_errors=True)
            self._process = None

    def _prepare(self) -> Process:
        java = shutil.which("java")
        if java is None:
            raise Missing(
                "Java is not installed, Kafka runs on it. On Debian: apt-get install default-jre-headless maven"
            )
        classes = f"{libraries()}/*"
        folder = scratch_folder("kafka")
        properties, data = folder / "server.properties", folder / "data"
        template = (HERE / "server.properties").read_text().replace("{…}", "Each brace")
        properties.write_text(template.format(port=self.port, controller_port=free_port(), data=data))
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        format_ = f"{java} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '{classes}' kafka.tools.StorageTool format --standalone -t {cluster} -c {properties}"
        log4j = f"-Dlog4j2.configurationFile={HERE / 'log4j2.yaml'}"
        serve = f"exec {java} {' '.join(JVM)} {log4j} -cp '{classes}' kafka.Kafka {properties}"
        once = f"[ -e {data}/meta.properties ] || {format_} >/dev/null"
        return Process(["sh", "-c", f"{{ {once}; }} && {serve}"], log=folder / "log")
