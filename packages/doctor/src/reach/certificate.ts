import type { Facts, TlsSeen } from '../model/facts.ts';
import type { Text } from '../model/text.ts';
import { placeOf } from './probes.ts';

/** The error names one thing only: an expired certificate may be self-signed as well. */
export function complaintsOf(facts: Facts, tls: TlsSeen): Text[] {
  const error = tls.certificateError ?? '';
  const { clockMs } = facts.question.given;
  const nowMs = typeof clockMs === 'number' ? clockMs : Number.NaN;
  const found = [
    ...(error === 'CERT_HAS_EXPIRED' || Date.parse(tls.validTo) < nowMs ? [EXPIRED] : []),
    ...(error === 'CERT_NOT_YET_VALID' || Date.parse(tls.validFrom) > nowMs ? [NOT_YET] : []),
    ...(/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(error) || (tls.issuer ?? '') === tls.subject ? [UNTRUSTED] : []),
    ...(/ALTNAME/.test(error) || !isNamed(placeOf(facts).host, tls.names) ? [OTHER_NAME] : []),
  ];
  return found.length > 0 ? found : [{ zh: `证书不被信任：${error}`, en: `the certificate is not trusted: ${error}` }];
}

const EXPIRED: Text = { zh: '证书已过期', en: 'the certificate has expired' };
const NOT_YET: Text = { zh: '证书尚未生效', en: 'the certificate is not valid yet' };
const UNTRUSTED: Text = {
  zh: '证书是自签名的，没有受信任的签发者',
  en: 'the certificate is self-signed or its issuer is not trusted',
};
const OTHER_NAME: Text = { zh: '证书是给别的域名的', en: 'the certificate is for another name' };

/** Whether `DNS:a.example, DNS:*.b.example, IP Address:127.0.0.1` covers the host; true when the list is not known. */
function isNamed(host: string, names: string): boolean {
  const listed = [...names.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map((match) => (match[1] ?? '').toLowerCase());
  const wildcard = host.toLowerCase().replace(/^[^.]+/, '*');
  return listed.length === 0 || listed.some((name) => name === host.toLowerCase() || name === wildcard);
}
