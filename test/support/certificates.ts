/** Certificates of a test's own. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface Certificate {
  readonly path: string;
  readonly keyPath: string;
}

/** Makes a certificate for `names` (as in subjectAltName), which is its own authority, in files of the directory. Needs openssl. */
export function makeCertificate(directory: string, name: string, names = 'DNS:localhost'): Certificate {
  const certificate = { path: join(directory, `${name}.pem`), keyPath: join(directory, `${name}.key`) };
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`];
  const files = ['-keyout', certificate.keyPath, '-out', certificate.path];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
    stdio: 'ignore',
  });
  return certificate;
}
