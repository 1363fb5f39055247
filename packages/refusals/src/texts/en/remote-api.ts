import { type PrefixTexts, text } from '../operator-text.ts';

/** HTTP APIs of others, asked with a key. */
export const remoteApi: PrefixTexts<'remote.api_'> = {
  'remote.api_key_missing': text(
    'A key is needed and none was sent',
    'The API does not know who asks: no key came with the request.',
    'Send the same request with the key: curl -i -H "Authorization: Bearer <key>" <url>',
    'Attach the key to each request in one place of your program, as Authorization: Bearer <key>.',
  ),
  'remote.api_key_place': text(
    'The key was not read',
    'The key was sent, and the API says that none came: it reads another header, or something in between removes this one.',
    'See in the documents of the API which header carries the key.',
    'Send the key in the header the API reads, e.g. X-API-Key; in a proxy pass Authorization on.',
  ),
  'remote.api_key_rejected': text(
    'The key is not accepted',
    'The answer is the one an unknown key gets: the key is mistyped, belongs to another environment, or was deleted.',
    'Compare prefix and last characters of the key with the console of the API; look for blanks and line ends.',
    'Copy the key again from the console, for the environment of this address.',
  ),
  'remote.api_key_revoked': text(
    'The key was revoked',
    'The API knows the key and says that it was withdrawn or disabled.',
    'Look at the state of the key in the console of the API.',
    'Make a new key in the console and replace the old one everywhere.',
  ),
  'remote.api_key_expired': text(
    'The key has expired',
    'The API knows the key and says that its time is over.',
    'Look at the expiry of the key in the console of the API, and at the clock of this machine.',
    'Renew the key or log in again, and let the program do so before the next expiry.',
  ),
  'remote.api_address': text(
    'The address is not on the allow list',
    'The API takes requests from listed addresses only, and the one it sees is not among them; behind NAT or a proxy it is not the address of this machine.',
    'curl -s https://<an address echo of your own> from this machine shows the outgoing address.',
    'Have the outgoing address of this machine added to the allow list of the key.',
  ),
  'remote.api_method': text(
    'The method is not taken here',
    'The address exists and takes other methods than the one that was sent.',
    'curl -i -X OPTIONS <url> and read Allow.',
    'Use the method that the documents of the API give for this address.',
  ),
  'remote.api_route': text(
    'There is no such address',
    '404 and not 403: the API answers, and nothing is at this path (or it hides what you may not see).',
    'Compare the path letter by letter with the documents, also version and trailing slash.',
    'Correct the path in your program.',
  ),
  'remote.api_scope': text(
    'The key lacks a permission',
    'The key is known, and it may not do this: a scope, role or resource is missing.',
    'Look at the scopes of the key in the console and at what this call needs in the documents.',
    'Have the scope granted to this key, or use a key that has it.',
  ),
  'remote.api_disabled': text(
    'The feature is not open to this account',
    'The key is fine; the plan or a switch of the account does not include this function.',
    'Look at the plan and the switched-on features in the console.',
    'Ask for the feature to be switched on, or move to a plan that includes it.',
  ),
  'remote.api_rate': text(
    'Too many requests',
    'The API limits how often this key or address may ask.',
    'Read Retry-After and the RateLimit headers of the answer.',
    'Wait the named time, then space the calls out and keep answers that do not change.',
  ),
  'remote.api_cors_origin': text(
    'The API does not allow this origin',
    'The browser may not show the answer to a page of this origin: the preflight is not answered with it.',
    'curl -i -X OPTIONS <url> -H "Origin: <origin>" -H "Access-Control-Request-Method: GET"',
    'Have the exact origin (scheme, host, port) allowed at the API, or call it from your own back end.',
  ),
  'remote.api_cors_method': text(
    'The method is not allowed across origins',
    'The origin is allowed, and Access-Control-Allow-Methods lacks the method of your page.',
    'Read Access-Control-Allow-Methods in the answer to the preflight.',
    'Have the method added to Access-Control-Allow-Methods.',
  ),
  'remote.api_cors_header': text(
    'A header is not allowed across origins',
    'The origin is allowed, and Access-Control-Allow-Headers lacks the header with the key; a star should not cover Authorization by the standard, and Chromium takes it.',
    'Read Access-Control-Allow-Headers in the answer to the preflight.',
    'Have the header named in Access-Control-Allow-Headers.',
  ),
  'remote.api_refused': text(
    'Refused for a cause that cannot be told from outside',
    'The API refuses and gives no reason; key, address, scope and a firewall in front look the same.',
    'Keep the time, X-Request-Id and the whole answer.',
    'Send time, request id and the prefix of the key to the other side, and ask in this order: key known, address on the list, scope, firewall.',
  ),
};
