import { type PrefixTexts, text } from '../operator-text.ts';

/** OneBot programs that listen. */
export const remoteFwd: PrefixTexts<'remote.fwd_'> = {
  'remote.fwd_other_port': text(
    'Nothing listens there, and another usual port is open',
    'The OneBot program is reachable on another of the usual ports: forward WebSocket and HTTP have ports of their own.',
    'See which ports are switched on in its settings (LLOneBot and NapCat: HTTP 3000, WebSocket 3001).',
    'Use the open port in the address, or switch the listener on that you mean.',
  ),
  'remote.fwd_direction': text(
    'The direction is the wrong way round',
    'A bot framework answers there: it waits until a OneBot program dials it (reverse WebSocket), and your software dials it as if it were one.',
    'curl -i http://<host>:<port>/onebot/v11/ answers 405 with Allow: POST.',
    'Give the OneBot program the address of the framework as its reverse WebSocket, or let the framework dial the forward port of the OneBot program (NoneBot: ONEBOT_WS_URLS).',
  ),
  'remote.fwd_not_ws': text(
    'The port serves no WebSocket',
    'The handshake was answered as an ordinary request: the address is the one of the HTTP API.',
    'curl -i http://<host>:<port>/ answers as an HTTP API.',
    'Use the port of the forward WebSocket (LLOneBot and NapCat: 3001), or http:// for this one.',
  ),
  'remote.fwd_ws_only': text(
    'The port serves WebSocket only',
    'Plain HTTP requests are answered with 426: no HTTP API is served on this port.',
    'curl -i http://<host>:<port>/get_version_info answers 426.',
    'Use ws:// for this port, or the port of the HTTP API.',
  ),
  'remote.fwd_path_wrong': text(
    'The path is wrong',
    'The OneBot program knows /, /api and /event (Hufu also /onebot/v11/ on its public port), and the path of the address is none of them.',
    'Connect to the root path of the same port.',
    'Set the path to /: it serves calls and events.',
  ),
  'remote.fwd_token_required': text(
    'The OneBot program needs a token',
    'It refuses connections without a token, and none was given.',
    'See the access token in the settings of the OneBot program.',
    'Put the token into your software: Authorization: Bearer <token>.',
  ),
  'remote.fwd_token_mismatch': text(
    'The token is not the one of the OneBot program',
    'The token was sent, and the program still refuses.',
    'Compare both tokens for blanks, quotes and line ends; LLOneBot and NapCat have one token for each listener.',
    'Copy the token of this listener from the settings of the OneBot program into your software, then restart both.',
  ),
  'remote.fwd_query_ignored': text(
    'A token in the query is not read there',
    'The same token is accepted in the Authorization header and refused as ?access_token=.',
    'Connect once with the header instead of the query.',
    'Send Authorization: Bearer <token>; where only a query is possible, allow it at the OneBot program (Hufu: queryToken: true for this client).',
  ),
  'remote.fwd_event_only': text(
    '/event sends events and takes no calls',
    'The address ends in /event: calls get no answer there.',
    'Send get_status on the root path instead.',
    'Use / (calls and events), or /api for calls.',
  ),
  'remote.fwd_api_only': text(
    '/api takes calls and sends no events',
    'The address ends in /api: events never come there.',
    'Connect to the root path and wait for the lifecycle event.',
    'Use / (calls and events), or /event for events.',
  ),
  'remote.fwd_actions_fail': text(
    'Connected, and calls fail',
    'The connection stands and events may come, but a harmless call (get_status, get_version_info) failed or got no answer.',
    'Read the retcode and wording of the answer, and the log of the OneBot program.',
    'Repair what the wording names; a token may be allowed to read events only.',
  ),
  'remote.fwd_open': text(
    'The bot can be driven without a token',
    'Whoever reaches this port, also a web page in a browser on that machine, can send as the bot.',
    'Connect without Authorization: calls are answered.',
    'Set an access token in the OneBot program and in your software.',
  ),
  'remote.fwd_frame_refusal': text(
    'The refusal comes after the handshake',
    'The program accepts the socket and refuses by a frame (retcode 1403) or a close: clients that look at the handshake only believe they are connected.',
    'See the first frame after the 101.',
    'Let your software read the first frame; a status before the upgrade is safer.',
  ),
};
