import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A TLS client or server on JSSE: key=value arguments, see stacks/README.md for the keys. */
public final class Endpoint {
    private static final String ANSWER =
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhello\n";
    private static final List<String> VERSIONS = List.of("1.0", "1.1", "1.2", "1.3");
    private static final char[] PASSWORD = "laboratory".toCharArray();
    private static final int TIMEOUT_MS = 8000;

    private final Map<String, String> options = new HashMap<>();

    public static void main(String[] words) throws Exception {
        Endpoint endpoint = new Endpoint();
        for (String word : words) {
            int at = word.indexOf('=');
            if (at > 0) endpoint.options.put(word.substring(0, at), word.substring(at + 1));
        }
        if (words[0].equals("server")) {
            endpoint.serve();
        } else {
            System.exit(endpoint.connect() ? 0 : 1);
        }
    }

    private List<Certificate> certificates(String key) throws Exception {
        try (InputStream in = Files.newInputStream(Path.of(options.get(key)))) {
            return new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(in));
        }
    }

    private PrivateKey privateKey() throws Exception {
        String pem = Files.readString(Path.of(options.get("key"))).replaceAll("-----[A-Z ]+-----|\\s", "");
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
        for (String algorithm : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (java.security.spec.InvalidKeySpecException next) {
                continue;
            }
        }
        return KeyFactory.getInstance("EdDSA").generatePrivate(encoded);
    }

    private SSLContext context() throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, PASSWORD);
        if (options.containsKey("trust")) trust.setCertificateEntry("root", certificates("trust").get(0));
        TrustManagerFactory trustees = TrustManagerFactory.getInstance("PKIX");
        trustees.init(trust);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, PASSWORD);
        if (options.containsKey("cert")) {
            own.setKeyEntry("own", privateKey(), PASSWORD, certificates("cert").toArray(new Certificate[0]));
        }
        keys.init(own, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trustees.getTrustManagers(), null);
        return context;
    }

    private void configure(SSLParameters parameters) {
        int low = VERSIONS.indexOf(options.getOrDefault("min", "1.2"));
        int high = VERSIONS.indexOf(options.getOrDefault("max", "1.3"));
        List<String> protocols = new ArrayList<>();
        for (int i = low; i <= high; i++) protocols.add("TLSv" + (i == 0 ? "1" : VERSIONS.get(i)));
        parameters.setProtocols(protocols.toArray(new String[0]));
        if (options.containsKey("ciphers")) parameters.setCipherSuites(options.get("ciphers").split(":"));
        if (options.containsKey("alpn")) parameters.setApplicationProtocols(options.get("alpn").split(","));
    }

    private void serve() throws Exception {
        InetAddress address = InetAddress.getByName(options.get("address"));
        int port = Integer.parseInt(options.get("port"));
        try (SSLServerSocket listener =
                 (SSLServerSocket) context().getServerSocketFactory().createServerSocket(port, 32, address)) {
            SSLParameters parameters = listener.getSSLParameters();
            configure(parameters);
            if (options.containsKey("client_auth")) parameters.setNeedClientAuth(true);
            if (options.containsKey("name")) {
                parameters.setSNIMatchers(List.of(SNIHostName.createSNIMatcher(
                    options.get("name").replace(".", "\\."))));
            }
            listener.setSSLParameters(parameters);
            while (true) {
                SSLSocket socket = (SSLSocket) listener.accept();
                new Thread(() -> answer(socket)).start();
            }
        }
    }

    private static void answer(SSLSocket socket) {
        try (socket) {
            socket.setSoTimeout(TIMEOUT_MS);
            if (socket.getInputStream().read(new byte[4096]) > 0) {
                socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException error) {
            System.out.println("server: " + error);
        }
    }

    private boolean connect() throws Exception {
        try (SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            SSLParameters parameters = socket.getSSLParameters();
            configure(parameters);
            if (options.containsKey("name")) {
                parameters.setServerNames(List.of(new SNIHostName(options.get("name"))));
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            byte[] address = InetAddress.getByName(options.get("address")).getAddress();
            InetAddress named = InetAddress.getByAddress(options.getOrDefault("name", ""), address);
            socket.connect(new InetSocketAddress(named, Integer.parseInt(options.get("port"))), TIMEOUT_MS);
            socket.startHandshake();
            System.out.println(socket.getSession().getProtocol() + " " + socket.getSession().getCipherSuite());
            if (!options.getOrDefault("request", "yes").equals("no")) {
                socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                while (socket.getInputStream().read(new byte[4096]) > 0) continue;
            }
            return true;
        } catch (IOException error) {
            System.out.println("client: " + error);
            return false;
        }
    }
}
