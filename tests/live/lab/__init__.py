"""The laboratory: real TLS clients and servers that fail in network namespaces while tlswhyd watches."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))

# Servers, and the daemon itself, read as other users what is written here, whatever the caller's umask is.
os.umask(0o022)
