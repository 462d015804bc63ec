"""The laboratory: real TLS clients and servers that fail in network namespaces while tlswhyd watches."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
