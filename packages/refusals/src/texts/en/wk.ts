import { type FamilyTexts, text } from '../operator-text.ts';

export const wk: FamilyTexts<'wk'> = {
  'wk.flag_mismatch': text(
    'The token is registered for another device flag',
    'The client holds a live token of this account, registered under "registeredForFlag", and connected with "connectedWithFlag" (0 APP, 1 WEB, 2 PC). Tokens count per account and flag.',
    "Compare device_flag in the back end's POST /user/token with the flag of the SDK: the web SDK always connects with 1, phones with 0.",
    'POST /user/token {"uid","token": "<the same token>","device_flag": <connectedWithFlag>,"device_level": 1}, or set the other flag in the client.',
  ),
  'wk.client_key': text(
    'The key in CONNECT cannot be used',
    'CONNECT carried no key, or not 32 bytes of Curve25519 in Base64, so no encrypted session can be made.',
    'See "keyLength" in the evidence: 44 characters are right.',
    'Use an unmodified WuKongIM SDK, or send the Base64 of the 32 byte public key as clientKey.',
  ),
  'wk.uid_invalid': text(
    'This uid is not possible',
    'A uid has 1 to 128 characters and none of @ # &, which the protocol uses to build channel ids.',
    'See the uid in the evidence; an empty one usually means that the client connected before its login had finished.',
    'Map the ids of your accounts to uids without these characters before calling POST /user/token.',
  ),
  'wk.reserved_identity': text(
    'A reserved identity was claimed',
    'The uid or device id is one that WuKongIM trusts without a token (____device, ____manager, ____system, …____vstr). Nobody may connect as one of them here.',
    'See "uid" and "deviceId" in the evidence. From a stranger this is an attack; from your own back end it is the old way to act as the system.',
    'Back ends use the HTTP API with the admin secret instead: POST /message/send without from_uid speaks as the system.',
  ),
  'wk.auth_timeout': text(
    'No CONNECT in time',
    'The connection was open for 10 seconds and no CONNECT packet arrived. Health checks of load balancers and clients that speak another protocol look like this.',
    'See the peer address: is it a load balancer? 5100 speaks WKProto over TCP, 5200 WebSocket, 5001 HTTP.',
    'Point the client at the right port, or let the health check ask GET /health on 5001 with the admin secret in the header "token".',
  ),
  'wk.protocol': text(
    'The bytes do not follow the protocol',
    'A packet came before CONNECT, CONNECT came twice, or a packet was cut, oversized or of an unknown type.',
    'See "problem" in the evidence: HTTP or TLS sent to the TCP port ends here, too.',
    'Use the right port for the protocol (TCP 5100, WebSocket 5200, HTTP 5001) and an unmodified SDK.',
  ),
  'wk.banned': text(
    'The account is banned',
    'An operator banned the account; it can neither connect nor sign in.',
    'Ask the operator who banned the account, and why.',
    'POST /channel {"channel_id": "<uid>","channel_type": 1,"ban": 0} with the admin secret lifts the ban.',
  ),
  'wk.kicked': text(
    'Signed in on another device',
    'A newer connection of the same account and device flag has taken its place, or its token was replaced or withdrawn.',
    'Look for another device or a second copy of the client with the same device_flag.',
    'Register the second device with device_level 0 (slave) or with a device_flag of its own in POST /user/token.',
  ),
};
