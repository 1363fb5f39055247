import { type FamilyTexts, text } from '../operator-text.ts';

export const http: FamilyTexts<'http' | 'cors' | 'ws' | 'net'> = {
  'http.route_unknown': text(
    'There is no such address',
    'No route has this path. Often a proxy adds or removes a prefix, or the call is for another version of the API.',
    'curl -i <address>/health: an answer with X-Request-Id comes from this server. Then compare "call" in the evidence letter by letter with the documentation.',
    'Correct the path in the client, or let the proxy pass the path unchanged (nginx: proxy_pass without a path behind the host).',
  ),
  'http.method_not_allowed': text(
    'The method is not accepted',
    'The path exists, the method does not.',
    'The Allow header of the answer lists the right methods.',
    'Send the request with one of the methods of the Allow header; a redirect may have turned POST into GET.',
  ),
  'http.bad_media_type': text(
    'The content type is not supported',
    'The body came with another Content-Type than the route reads.',
    'See "expected" in the evidence.',
    'Send Content-Type: application/json (uploads: multipart/form-data).',
  ),
  'http.bad_body': text(
    'The request cannot be understood',
    'What came is no HTTP request, its body is not JSON, or a field is missing, has the wrong type or an impossible value.',
    'See "field", "pointer", "reason" and "looksLike" in the evidence.',
    'Correct what the evidence names and send again. TLS or WKProto at this port: use the http:// and ws:// addresses printed at the start, TCP clients port 5100.',
  ),
  'http.body_too_large': text(
    'The request is too large',
    'The body is longer than the limit of the route, or a OneBot frame longer than onebot.maxFrameBytes ("limitBytes").',
    'See "limitBytes" in the evidence.',
    'Send fewer or smaller items per request; files go to POST /api/v1/files. A bot that sends large pictures as base64:// needs a larger onebot.maxFrameBytes in hufu.yaml (a third more than the file).',
  ),
  'http.upgrade_missing': text(
    'No WebSocket upgrade arrived',
    'The path serves WebSocket only, and an ordinary HTTP request came. Proxies drop Upgrade unless told otherwise.',
    'Connect directly, without the proxy. If that works, the proxy drops the header.',
    'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; — Caddy needs nothing.',
  ),
  'http.upgrade_bad': text(
    'The WebSocket handshake is not right',
    'Sec-WebSocket-Key or Sec-WebSocket-Version is missing or impossible.',
    'See "reason" in the evidence: version 13 and a key of 24 characters are needed.',
    'Use a WebSocket library of the present (RFC 6455); a proxy must pass Sec-WebSocket-* unchanged.',
  ),
  'http.host_not_allowed': text(
    'This Host is not served here',
    'The Host header names neither this machine nor an address of "external". The check keeps foreign web pages from reaching the server through a rebound name.',
    'See the Host in the evidence: is it the name by which people reach the server?',
    'Put the public address into hufu.yaml, e.g. external: {http: "https://chat.example.com"}, and restart.',
  ),
  'cors.origin_not_allowed': text(
    'A web page of another origin asked',
    'The page that sent this is neither served by this server nor at an address of "external".',
    'See "origin" in the evidence, with scheme and port.',
    'If the page is yours, add its origin to hufu.yaml, e.g. external: {origins: "https://app.example.com"}, and restart. A page opened from a file has the origin "null" and cannot be allowed: serve it over http.',
  ),
  'ws.origin_not_allowed': text(
    'A web page of another origin connected',
    'The WebSocket handshake came from a page of a foreign origin; browsers do not protect WebSockets themselves. Pages of others use port 5200, while tokens are required.',
    'See "origin" in the evidence, with scheme and port.',
    'If the page is yours, add its origin to hufu.yaml, e.g. external: {origins: "https://app.example.com"}, and restart. Programs that are no browser should send no Origin.',
  ),
  'net.private_target': text(
    'Private addresses may not be dialled',
    'The address of this client lies in a private or loopback range. Only bots of the operator and clients of hufu.yaml may dial there, so that nobody scans the network through the server.',
    "Resolve the host name of the client's url on the server.",
    'Declare the client in hufu.yaml (bots: … clients: …), or make the account as operator: POST /api/v1/users {"uid","name","password"} with the admin secret lets its bots dial there.',
  ),
};
