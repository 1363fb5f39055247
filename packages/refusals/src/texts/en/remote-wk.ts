import { type PrefixTexts, text } from '../operator-text.ts';

/** WuKongIM servers of others. */
export const remoteWk: PrefixTexts<'remote.wk_'> = {
  'remote.wk_token_refused': text(
    'The token is not accepted',
    'The server refuses this token for this uid under every device flag that was tried: it was never issued, was replaced by a newer one, or is another one.',
    'See in the log of your back end the last POST /user/token for this uid: same token, same device_flag, before the client connects.',
    'Call POST /user/token with the token the client uses and the device flag it connects with, before it connects.',
  ),
  'remote.wk_token_required': text(
    'The server needs a token',
    'The CONNECT carried no token, and the server checks tokens (tokenAuthOn).',
    'See what the client passes as token.',
    'Fetch a token from your back end (POST /user/token) before the client connects, and pass it to the SDK.',
  ),
  'remote.wk_flag_mismatch': text(
    'The token is registered for another device flag',
    'The token is right, and it belongs to another device flag: the web SDK connects with 1, native SDKs with 0.',
    'Compare device_flag of POST /user/token with the flag of the client.',
    'Register the token for the flag of the client too, or correct deviceFlag in the client.',
  ),
  'remote.wk_silent': text(
    'The server answers a refused CONNECT with silence',
    'WuKongIM v2 sends no CONNACK when it refuses; the client sees a plain close after some seconds and comes back for ever.',
    'The log of the server holds the cause: token verify fail, token is empty, device is ban.',
    'Read the log of the server with doctor --log; a Hufu answers with CONNACK 2 and a request id instead.',
  ),
  'remote.wk_banned': text(
    'The account is banned',
    'The server knows the account and has banned it (CONNACK 19).',
    'GET the info of the person channel of this uid, or ask who banned it.',
    'POST /channel/info {"channel_id":"<uid>","channel_type":1,"ban":0}',
  ),
  'remote.wk_server_error': text(
    'The server has a fault of its own',
    'CONNACK 14, 15 or 22: its token store fails, it has an internal error, or it limits the rate.',
    'See the log of the server at that time.',
    'Repair what its log names, then let the client connect again.',
  ),
  'remote.wk_auth_off': text(
    'The server checks no tokens',
    'A random uid with a random token was let in: anybody can connect as anybody.',
    'See tokenAuthOn in wk.yaml, WK_TOKENAUTHON in the environment.',
    'Set tokenAuthOn: true in wk.yaml and restart; in Hufu tokens.check: required is the default.',
  ),
  'remote.wk_api_open': text(
    'The HTTP API is open without a token',
    'Whoever reaches this port can issue tokens, send as anybody and delete channels.',
    'curl "http://<host>:5001/channel/whitelist?channel_id=x&channel_type=2" answers without a token.',
    'Set managerToken in wk.yaml, and let only your back end reach the port.',
  ),
  'remote.wk_manager_token_missing': text(
    'The API needs the manager token',
    'The HTTP API answers 401 to requests without the header token; browsers show this as a CORS error.',
    "curl -i http://<host>:5001/route -H 'token: <manager token>'",
    'Send the manager token (in Hufu: the admin secret) in the header token with every call of your back end.',
  ),
  'remote.wk_manager_token_wrong': text(
    'The manager token is wrong',
    'The header token was sent, and the API still answers 401: the server has another value.',
    'Compare with managerToken in wk.yaml of the server, blanks included.',
    'Use the value of managerToken of this server (in Hufu: the admin secret) in your back end.',
  ),
  'remote.wk_port_http': text(
    'HTTP is spoken here, and the client means WKProto',
    'The port answers HTTP: it is the API or the WebSocket port, not the TCP port of native SDKs.',
    'curl -i http://<host>:<port>/ answers.',
    'Use the TCP port (5100 by default) for native SDKs, the WebSocket port (5200) for the web SDK.',
  ),
  'remote.wk_port_wk': text(
    'This is not the port that is meant',
    'The port accepts and does not speak what the address says: TCP is 5100, WebSocket 5200, the HTTP API 5001.',
    'GET /route of the HTTP API tells the addresses for clients.',
    'Correct the port: tcp 5100, ws 5200, http 5001, or what GET /route says.',
  ),
  'remote.wk_refused': text(
    'Refused for a cause that cannot be told from outside',
    'The server refused the CONNECT in a way that no rule explains.',
    'See the log of the server at that time.',
    'Give its log to doctor --log.',
  ),
};
