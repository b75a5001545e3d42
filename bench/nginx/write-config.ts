/** The three configurations: the backend that serves one static answer, and both halves of the mutual-TLS pair. */

/** Requests per connection before nginx closes it: more than any run makes, so that no run pays for reconnecting. */
const ENDLESS = 1_000_000;

/** Serves `answer.json` from `root` for every path. */
export function writeBackendConfig(port: number): string {
  return wrap(`
  server {
    listen 127.0.0.1:${port} backlog=1024;
    root .;
    default_type application/json;
    location / { try_files /answer.json =404; }
  }`);
}

/** Plain HTTP in, mutual TLS out: the consumer's side. Certificates stand in the prefix folder. */
export function writeConsumerConfig(port: number, providerPort: number): string {
  return wrap(`
  upstream provider {
    server 127.0.0.1:${providerPort};
    keepalive 512;
    keepalive_requests ${ENDLESS};
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass https://provider;
      ${proxyLines}
      proxy_ssl_protocols TLSv1.3;
      proxy_ssl_certificate consumer.crt;
      proxy_ssl_certificate_key consumer.key;
      proxy_ssl_trusted_certificate authority.crt;
      proxy_ssl_verify on;
      proxy_ssl_name localhost;
      proxy_ssl_server_name on;
      proxy_ssl_session_reuse on;
    }
  }`);
}

/** Mutual TLS in, plain HTTP out to the backend: the provider's side. */
export function writeProviderConfig(port: number, backendPort: number): string {
  return wrap(`
  upstream backend {
    server 127.0.0.1:${backendPort};
    keepalive 512;
    keepalive_requests ${ENDLESS};
  }
  server {
    listen 127.0.0.1:${port} ssl backlog=1024;
    ssl_protocols TLSv1.3;
    ssl_ecdh_curve prime256v1;
    ssl_certificate provider.crt;
    ssl_certificate_key provider.key;
    ssl_client_certificate authority.crt;
    ssl_verify_client on;
    location / {
      proxy_pass http://backend;
      ${proxyLines}
    }
  }`);
}

const proxyLines = `proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;`;

function wrap(http: string): string {
  // Workers give up root for a user that cannot read a private temporary folder; these serve loopback for seconds only.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `daemon off;
${user}
worker_processes 1;
pid nginx.pid;
error_log error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  tcp_nodelay on;
  keepalive_timeout 3600s;
  keepalive_requests ${ENDLESS};
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  scgi_temp_path scgi;
  uwsgi_temp_path uwsgi;
${http}
}
`;
}
