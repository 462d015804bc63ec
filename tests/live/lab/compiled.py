"""Compiles the endpoints of stacks/ that need it."""
import os
import shutil
import subprocess

from .servers import STACKS

BUILD_SECONDS = 180
# Where Debian's packages put the sources of Rust libraries; nothing is fetched.
RUST_SOURCES = "/usr/share/cargo/registry"


def _c(stack, libraries):
    def build(folder):
        subprocess.run(["gcc", "-O1", "-o", os.path.join(folder, f"{stack}_endpoint"),
                        os.path.join(STACKS, f"{stack}_endpoint.c"), *(f"-l{name}" for name in libraries)],
                       check=True, capture_output=True, timeout=BUILD_SECONDS)
    return build


def _java(folder):
    subprocess.run(["javac", "-d", folder, os.path.join(STACKS, "Endpoint.java")], check=True, capture_output=True,
                   timeout=BUILD_SECONDS)


def _go(folder):
    environment = {**os.environ, "GOCACHE": os.path.join(folder, "go-cache"), "GOFLAGS": "-mod=mod",
                   "GO111MODULE": "off"}
    subprocess.run(["go", "build", "-o", os.path.join(folder, "endpoint"), os.path.join(STACKS, "endpoint.go")],
                   check=True, capture_output=True, timeout=BUILD_SECONDS, env=environment)


def _rustls(folder):
    sources, target = os.path.join(folder, "rustls"), os.path.join(folder, "rustls-target")
    shutil.copytree(os.path.join(STACKS, "rustls"), sources)
    subprocess.run(["cargo", "build", "--offline", "--release", "--target-dir", target,
                    "--config", 'source.crates-io.replace-with="packaged"',
                    "--config", f'source.packaged.directory="{RUST_SOURCES}"'],
                   check=True, capture_output=True, timeout=BUILD_SECONDS, cwd=sources)
    shutil.copy(os.path.join(target, "release", "rustls_endpoint"), folder)


BUILDERS = {
    "java": _java,
    "go": _go,
    "mbedtls": _c("mbedtls", ("mbedtls", "mbedx509", "mbedcrypto")),
    "wolfssl": _c("wolfssl", ("wolfssl",)),
    "rustls": _rustls,
}


def build_endpoints(folder, stacks):
    """Compiles what STACKS need; returns those that cannot be compiled, which are to be left out and named."""
    broken = []
    for name in sorted(set(stacks) & set(BUILDERS)):
        try:
            BUILDERS[name](folder)
        except (OSError, subprocess.SubprocessError):
            broken.append(name)
    return broken
