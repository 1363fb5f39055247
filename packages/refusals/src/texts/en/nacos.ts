import { type PrefixTexts, text } from '../operator-text.ts';

/** Nacos servers and their clients. */
export const nacos: PrefixTexts<'nacos.'> = {
  'nacos.no_token': text(
    'The call carried no token',
    'The server checks tokens, and a call without one is answered with "user not found" or "unknown user", which sounds like a wrong name and is not.',
    "curl -i '<address>/v1/cs/configs?dataId=x&group=DEFAULT_GROUP' answers 403.",
    'Log in (POST /v1/auth/users/login, 3.x: /v3/auth/user/login) and send Authorization: Bearer <accessToken> with each call.',
  ),
  'nacos.user_or_password': text(
    'The user or the password is not right',
    'The login was refused. Older lines do not say which of the two is wrong, newer ones do by status and text.',
    'Log in on the console with the same user and password.',
    'Correct user and password in the client; an administrator sets a new password on the console.',
  ),
  'nacos.default_password': text(
    'The default password is no longer accepted',
    'Since 2.4 there is no default password: the first administrator must be created once with a password of its own.',
    'The state of the server says auth_admin_request: true while there is no administrator.',
    'Create the first administrator, or use the password that was set when that was done.',
  ),
  'nacos.no_admin': text(
    'There is no administrator yet',
    'Nobody can log in, because the first administrator was never created.',
    'The state of the server says auth_admin_request: true.',
    'Create the first administrator with the call below.',
  ),
  'nacos.just_started': text(
    'The server has just started and refused good credentials for a moment',
    'Users and permissions are read into a cache some seconds after every start; until then a good password (1.4: a good token) is refused.',
    'The same login succeeded some seconds later.',
    'Let the client try again with pauses for at least 20 s after a start before it gives up.',
  ),
  'nacos.token_expired': text(
    'The token has expired',
    'Nacos tokens end after tokenTtl (18 000 s by default) and there is no refresh call: refreshing means logging in again.',
    'Decode the middle part of the token and read exp, or see the answer "token expired!".',
    'Let the client log in again before the end (at nine tenths of tokenTtl); a script that logs in once fails after tokenTtl.',
  ),
  'nacos.token_invalid': text(
    'The token was signed with another key',
    'The secret key was changed, the nodes have different keys, or another cluster made the token; a damaged token looks the same.',
    'Compare token.secret.key on all nodes, and whether it was changed lately.',
    'Log in again: a fresh token helps at once. If it keeps happening, set the same secret key on every node.',
  ),
  'nacos.no_permission': text(
    'The permission is missing',
    'The token is good, and its role may not read this namespace or config. Logging in again does not help.',
    'See on the console which role the user has and what that role may do.',
    'Give the role the permission (namespace, r or rw) on the console; it works after at most 15 s.',
  ),
  'nacos.server_identity': text(
    'The server has no identity set',
    'Authentication is on and server.identity.key/value are empty: every call is refused, good tokens too.',
    'The answer begins with "Invalid server identity key or value".',
    'Set both keys in application.properties on every node, then restart.',
  ),
  'nacos.identity_refused': text(
    'The server identity header is not accepted',
    'The header is for calls between Nacos nodes; with another name or value the call counts as one without a token.',
    'Compare header name and value with server.identity.key and .value of the server.',
    'Let clients log in instead; if it is a node, give it the same identity as the others.',
  ),
  'nacos.identity_open': text(
    "The server identity header is an administrator's credential",
    'With this header every call passes without a token, also the list of users with their password hashes.',
    'The read succeeded with the header alone.',
    'Take the header out of clients, change its value on all nodes, and let clients log in.',
  ),
  'nacos.secret_unset': text(
    'The secret key is not set or too short',
    'Tokens cannot be signed: the secret key is empty or shorter than 32 bytes.',
    'The login answers 500 with "The specified key byte array is … bits"; newer lines do not start at all.',
    'Set token.secret.key to Base64 of at least 32 bytes, the same on every node.',
  ),
  'nacos.api_removed': text(
    'This line of the server has switched that API off',
    '3.x answers 410 to console and admin paths of v1 and v2, before it looks at any token.',
    'The answer names the path to use instead.',
    'Use the v3 path, or switch compatibility on: nacos.core.api.compatibility.client.enabled=true.',
  ),
  'nacos.empty_answer': text(
    'An empty 200 is a refusal',
    '3.x swallows an error of its authentication filter (an unknown user in the call) and answers 200 with nothing: nothing was read or written.',
    'The answer has no body where a config, true or ok is due.',
    'Check the user name that the client sends with each call, or let it log in and send a token.',
  ),
  'nacos.auth_off': text(
    'The API can be read without a token',
    'Authentication of the client API is off: whoever reaches the port reads and writes configs. On 3.x the state may still say auth_enabled, which speaks of console and admin API.',
    'The read without a token succeeded.',
    'Set nacos.core.auth.enabled=true with secret key and server identity, then restart every node.',
  ),
  'nacos.ttl_short': text(
    'The life of tokens is short',
    'Clients whose refresh is slower than this fail again and again (Java 3.x on two processors never refreshes).',
    'See tokenTtl in the answer to the login.',
    'Set nacos.core.auth.plugin.nacos.token.expire.seconds to 18000, or let clients schedule from the tokenTtl of each login.',
  ),
  'nacos.login_header': text(
    'The login must not carry the old token',
    'Nacos looks at the Authorization header of the login call first: with an expired or foreign token there it refuses a good password.',
    'The same login succeeds without the header and fails with it.',
    'Leave Authorization out of the login call in your client.',
  ),
  'nacos.console_port': text(
    'This is the port of the console',
    '3.x serves its console on a port of its own (8080); clients belong on 8848 with the path /nacos.',
    'GET /v3/console/server/state answers here.',
    'Use http://<host>:8848/nacos in the client.',
  ),
  'nacos.refresh_absent': text(
    'The client never refreshes its token',
    'Refusals with "token expired!" repeat, and no login comes between them.',
    'Look for logins in the log: there is one at the start and none later.',
    'Use a client that logs in again (Java 2.5, Python 3.2), give Java 3.x more than two processors (-XX:ActiveProcessorCount=4), or log in again in your script at nine tenths of tokenTtl.',
  ),
  'nacos.never_logs_in': text(
    'The client never logs in',
    'Each call carries user and password in its address instead of a token: they stand in every access log, and on 3.x an unknown user looks like success.',
    'Look for username= and password= in the access log of the server.',
    'Change that password, and use a client that logs in and sends Authorization.',
  ),
  'nacos.unknown': text(
    'Refused for a cause that cannot be told from outside',
    'The server answered in a way that no rule explains; some causes stand in its log only.',
    'Switch the AUTH logger of Nacos to DEBUG and look at nacos.log at that time.',
    'Give its log to doctor --log, and try again with --username and --password-env.',
  ),
};
