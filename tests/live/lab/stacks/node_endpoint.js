// A TLS client or server on Node's tls module: key=value arguments, see stacks/README.md for the keys.
'use strict';
const fs = require('fs');
const tls = require('tls');

const [role, ...words] = process.argv.slice(2);
const options = Object.fromEntries(words.map((word) => {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}));
const ANSWER = 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhello\n';

function common() {
  const settings = {};
  if (options.min) settings.minVersion = 'TLSv' + options.min.replace(/^1\.0$/, '1');
  if (options.max) settings.maxVersion = 'TLSv' + options.max.replace(/^1\.0$/, '1');
  if (options.ciphers) settings.ciphers = options.ciphers;
  if (options.group) settings.ecdhCurve = options.group;
  if (options.signatures) settings.sigalgs = options.signatures;
  if (options.alpn) settings.ALPNProtocols = options.alpn.split(',');
  if (options.cert) {
    settings.cert = fs.readFileSync(options.cert);
    settings.key = fs.readFileSync(options.key);
  }
  if (options.trust) settings.ca = fs.readFileSync(options.trust);
  if (options.crl) settings.crl = fs.readFileSync(options.crl);
  return settings;
}

function server() {
  const settings = common();
  if (options.client_auth) {
    settings.requestCert = true;
    settings.rejectUnauthorized = options.client_auth === 'require';
  }
  if (options.name) {
    settings.SNICallback = (name, done) =>
      name === options.name ? done(null, tls.createSecureContext(common())) : done(new Error('unknown name'));
  }
  const listener = tls.createServer(settings, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(ANSWER));
  });
  listener.on('tlsClientError', (error) => console.log('server:', error.message));
  listener.listen(Number(options.port), options.address);
}

function client() {
  const settings = Object.assign(common(), {
    host: options.address,
    port: Number(options.port),
    servername: options.name || '',
    rejectUnauthorized: options.verify !== 'no',
  });
  if (options.check_name === 'no') settings.checkServerIdentity = () => undefined;
  const socket = tls.connect(settings, () => {
    console.log(socket.getProtocol(), socket.getCipher().name);
    if (options.request !== 'no') socket.write('GET / HTTP/1.0\r\n\r\n');
    else socket.end();
  });
  socket.setTimeout(8000, () => socket.destroy(new Error('timeout')));
  socket.on('data', () => {});
  socket.on('end', () => socket.end());
  socket.on('error', (error) => {
    console.log('client:', error.message);
    process.exitCode = 1;
  });
}

({ server, client })[role]();
