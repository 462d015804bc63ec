//! A TLS client or server on rustls: key=value arguments, see README.md for the keys.
use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::server::{AllowAnyAnonymousOrAuthenticatedClient, AllowAnyAuthenticatedClient, ResolvesServerCertUsingSni};
use rustls::{Certificate, ClientConfig, ClientConnection, PrivateKey, RootCertStore, ServerConfig, ServerConnection};

type Words = HashMap<String, String>;
type Outcome<T> = Result<T, Box<dyn Error>>;

const ANSWER: &[u8] = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhello\n";
const PATIENCE: Duration = Duration::from_secs(8);

fn chain(words: &Words) -> Outcome<Vec<Certificate>> {
    let mut file = BufReader::new(File::open(&words["cert"])?);
    Ok(rustls_pemfile::certs(&mut file)?.into_iter().map(Certificate).collect())
}

fn key(words: &Words) -> Outcome<PrivateKey> {
    let mut file = BufReader::new(File::open(&words["key"])?);
    let mut keys = rustls_pemfile::pkcs8_private_keys(&mut file)?;
    Ok(PrivateKey(keys.pop().ok_or("no private key")?))
}

fn roots(words: &Words) -> Outcome<RootCertStore> {
    let mut store = RootCertStore::empty();
    let mut file = BufReader::new(File::open(&words["trust"])?);
    for der in rustls_pemfile::certs(&mut file)? {
        store.add(&Certificate(der))?;
    }
    Ok(store)
}

fn versions(words: &Words) -> Vec<&'static rustls::SupportedProtocolVersion> {
    let mut listed = Vec::new();
    if words["min"].as_str() <= "1.3" && words["max"].as_str() >= "1.3" {
        listed.push(&rustls::version::TLS13);
    }
    if words["min"].as_str() <= "1.2" && words["max"].as_str() >= "1.2" {
        listed.push(&rustls::version::TLS12);
    }
    listed
}

fn protocols(words: &Words) -> Vec<Vec<u8>> {
    words.get("alpn").map_or(Vec::new(), |list| list.split(',').map(|name| name.as_bytes().to_vec()).collect())
}

fn server_config(words: &Words) -> Outcome<ServerConfig> {
    let begun = ServerConfig::builder().with_safe_default_cipher_suites().with_safe_default_kx_groups()
        .with_protocol_versions(&versions(words))?;
    let verified = match words.get("client_auth").map(String::as_str) {
        Some("require") => begun.with_client_cert_verifier(AllowAnyAuthenticatedClient::new(roots(words)?)),
        Some(_) => begun.with_client_cert_verifier(AllowAnyAnonymousOrAuthenticatedClient::new(roots(words)?)),
        None => begun.with_no_client_auth(),
    };
    let mut config = match words.get("name") {
        None => verified.with_single_cert(chain(words)?, key(words)?)?,
        Some(name) => {
            let signer = rustls::sign::any_supported_type(&key(words)?)?;
            let mut by_name = ResolvesServerCertUsingSni::new();
            by_name.add(name, rustls::sign::CertifiedKey::new(chain(words)?, signer))?;
            verified.with_cert_resolver(Arc::new(by_name))
        }
    };
    config.alpn_protocols = protocols(words);
    Ok(config)
}

fn serve_one(config: Arc<ServerConfig>, mut plain: TcpStream) -> Outcome<()> {
    let mut buffer = [0u8; 4096];
    plain.set_read_timeout(Some(PATIENCE))?;
    let mut connection = ServerConnection::new(config)?;
    let mut tls = rustls::Stream::new(&mut connection, &mut plain);
    if tls.read(&mut buffer)? > 0 {
        tls.write_all(ANSWER)?;
    }
    tls.conn.send_close_notify();
    tls.flush()?;
    Ok(())
}

fn server(words: &Words) -> Outcome<()> {
    let config = Arc::new(server_config(words)?);
    let listener = TcpListener::bind(format!("{}:{}", words["address"], words["port"]))?;
    for plain in listener.incoming() {
        let config = config.clone();
        std::thread::spawn(move || {
            if let Err(error) = plain.map_err(Into::into).and_then(|plain| serve_one(config, plain)) {
                println!("server: {error}");
            }
        });
    }
    Ok(())
}

fn client(words: &Words) -> Outcome<()> {
    let begun = ClientConfig::builder().with_safe_default_cipher_suites().with_safe_default_kx_groups()
        .with_protocol_versions(&versions(words))?.with_root_certificates(roots(words)?);
    let mut config = match words.get("cert") {
        Some(_) => begun.with_single_cert(chain(words)?, key(words)?)?,
        None => begun.with_no_client_auth(),
    };
    config.alpn_protocols = protocols(words);
    let mut plain = TcpStream::connect(format!("{}:{}", words["address"], words["port"]))?;
    plain.set_read_timeout(Some(PATIENCE))?;
    let mut connection = ClientConnection::new(Arc::new(config), words["name"].as_str().try_into()?)?;
    let mut tls = rustls::Stream::new(&mut connection, &mut plain);
    if words.get("request").map(String::as_str) == Some("no") {
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(tls.sock)?;
        }
    } else {
        tls.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
        let mut answer = Vec::new();
        tls.read_to_end(&mut answer)?;
    }
    println!("{:?}", tls.conn.protocol_version());
    tls.conn.send_close_notify();
    tls.flush()?;
    Ok(())
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let role = arguments.next().unwrap_or_default();
    let words: Words = arguments.filter_map(|word| {
        word.split_once('=').map(|(key, value)| (key.to_string(), value.to_string()))
    }).collect();
    let done = if role == "server" { server(&words) } else { client(&words) };
    if let Err(error) = done {
        println!("{role}: {error}");
        std::process::exit(1);
    }
}
