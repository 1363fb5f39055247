import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  /** To be trusted with NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
  /** Lines of nginx for each kind; all but `other` are for 127.0.0.1 and localhost. */
  readonly lines: Readonly<Record<'good' | 'expired' | 'selfSigned' | 'other', string>>;
}

const HERE = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
const ELSEWHERE = 'subjectAltName=DNS:other.example';
/** What `openssl ca` needs to set any validity: OpenSSL 3.0 can do it no other way. */
const CA = `[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`;

/** An authority of our own, and certificates with each of the usual faults, made by the system's openssl. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'ca.cnf'), CA);
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'serial'), '01');
  writeFileSync(join(folder, 'here.ext'), HERE);
  writeFileSync(join(folder, 'elsewhere.ext'), ELSEWHERE);
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=authority of a test');
  openssl('req', ...key, '-keyout', 'site.key', '-out', 'site.csr', '-subj', '/CN=localhost');
  openssl('req', '-x509', '-key', 'site.key', '-out', 'selfSigned.pem', '-days', '2', '-subj', '/CN=localhost', '-addext', HERE);
  const sign = (name: string, extensions: string, from: Date, to: Date) =>
    openssl(
      ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', 'site.csr'],
      ...['-out', `${name}.pem`, '-extfile', extensions, '-startdate', stamp(from), '-enddate', stamp(to)],
    );
  const days = (count: number) => new Date(Date.now() + count * 86_400_000);
  sign('good', 'here.ext', days(-1), days(2));
  sign('expired', 'here.ext', days(-20), days(-10));
  sign('other', 'elsewhere.ext', days(-1), days(2));
  const lines = (name: string) =>
    `ssl_certificate ${join(folder, `${name}.pem`)}; ssl_certificate_key ${join(folder, 'site.key')};`;
  return {
    authority: join(folder, 'ca.pem'),
    lines: { good: lines('good'), expired: lines('expired'), selfSigned: lines('selfSigned'), other: lines('other') },
  };
}

/** 20260131235959Z */
function stamp(time: Date): string {
  return `${time.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}
