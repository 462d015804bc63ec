// A TLS client or server on Go's crypto/tls: key=value arguments, see stacks/README.md for the keys.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

const answer = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhello\n"
const patience = 8 * time.Second

var versions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11,
	"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}
var groups = map[string]tls.CurveID{"X25519": tls.X25519, "P-256": tls.CurveP256,
	"P-384": tls.CurveP384, "P-521": tls.CurveP521}

func suites(names string) (ids []uint16) {
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, name := range strings.Split(names, ":") {
			if suite.Name == name {
				ids = append(ids, suite.ID)
			}
		}
	}
	return ids
}

func configure(options map[string]string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: versions[options["min"]], MaxVersion: versions[options["max"]]}
	if options["ciphers"] != "" {
		config.CipherSuites = suites(options["ciphers"])
	}
	if options["group"] != "" {
		config.CurvePreferences = []tls.CurveID{groups[options["group"]]}
	}
	if options["alpn"] != "" {
		config.NextProtos = strings.Split(options["alpn"], ",")
	}
	if options["cert"] != "" {
		pair, err := tls.LoadX509KeyPair(options["cert"], options["key"])
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
		// A client sends its certificate even where the server's list does not name its issuer.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	if options["trust"] != "" {
		pem, err := os.ReadFile(options["trust"])
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		config.RootCAs, config.ClientCAs = pool, pool
	}
	return config, nil
}

func serveOne(connection net.Conn) {
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(patience))
	buffer := make([]byte, 4096)
	if _, err := connection.Read(buffer); err != nil {
		fmt.Println("server:", err)
		return
	}
	_, _ = connection.Write([]byte(answer))
}

func server(config *tls.Config, options map[string]string) error {
	if options["client_auth"] != "" {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if options["name"] != "" {
		config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if hello.ServerName != options["name"] {
				return nil, errors.New("no such name")
			}
			return nil, nil
		}
	}
	listener, err := tls.Listen("tcp", net.JoinHostPort(options["address"], options["port"]), config)
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go serveOne(connection)
	}
}

func client(config *tls.Config, options map[string]string) error {
	config.ServerName = options["name"]
	config.InsecureSkipVerify = options["verify"] == "no"
	dialer := &net.Dialer{Timeout: patience}
	connection, err := tls.DialWithDialer(dialer, "tcp", net.JoinHostPort(options["address"], options["port"]), config)
	if err != nil {
		return err
	}
	defer connection.Close()
	state := connection.ConnectionState()
	fmt.Printf("%#x %s\n", state.Version, tls.CipherSuiteName(state.CipherSuite))
	if options["request"] == "no" {
		return nil
	}
	_ = connection.SetDeadline(time.Now().Add(patience))
	if _, err = connection.Write([]byte("GET / HTTP/1.0\r\n\r\n")); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, connection)
	return err
}

func main() {
	options := map[string]string{}
	for _, word := range os.Args[2:] {
		key, value, _ := strings.Cut(word, "=")
		options[key] = value
	}
	config, err := configure(options)
	if err == nil && os.Args[1] == "server" {
		err = server(config, options)
	} else if err == nil {
		err = client(config, options)
	}
	if err != nil {
		fmt.Println(os.Args[1]+":", err)
		os.Exit(1)
	}
}
