"""The laboratory: real TLS clients and servers that fail in network namespaces while tlswhyd watches."""
