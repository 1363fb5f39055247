import { type FamilyTexts, text } from '../operator-text.ts';

const REGISTER =
  'Register the token: POST /user/token {"uid","token","device_flag","device_level"} with the admin secret in the header "token".';

export const cred: FamilyTexts<'cred'> = {
  'cred.missing': text(
    'No token arrived',
    'The request carried no credential in any place that is read here. Either the client sends none, or a proxy in between drops the Authorization header.',
    'curl -i -H "Authorization: Bearer <token>" <address>. If that works, look at what the client or the proxy sends.',
    'Set the token in the client (bots: access token; SDKs: the token option; back ends: the admin secret as header "token"). Behind nginx: proxy_set_header Authorization $http_authorization;',
  ),
  'cred.wrong_place': text(
    'The token came in a place that is not read',
    'A token was found, but in the query of the address. Addresses end up in logs and proxies, so it is read only for bot clients that allow it.',
    'See "place" in the evidence, then how the client builds its address.',
    'Send "Authorization: Bearer <token>"; a OneBot client that can only use the query needs queryToken: true in its entry of hufu.yaml.',
  ),
  'cred.malformed': text(
    'The credential is malformed',
    'A credential was sent, but not as a scheme word, one space and a value: the value is empty, too long, or the scheme is unknown.',
    'See "scheme" or "reason" in the evidence. "Bearer" with nothing behind it means that the client has no token set.',
    'Send exactly "Authorization: Bearer <token>", and set a token in the client if it sends an empty one.',
  ),
  'cred.ambiguous': text(
    'Two different credentials in one request',
    'Header and query, or two headers, hold different values. Guessing would hide the stale one.',
    'See "places" in the evidence; often an old address with access_token in it is still saved in the client.',
    'Remove one of the two, usually the access_token of the saved address.',
  ),
  'cred.rejected': text(
    'The token is not valid here',
    'The peer was told only this. The exact cause was not recorded.',
    'hufu explain <request id> on the server shows what is kept.',
    REGISTER,
  ),
  'cred.unknown': text(
    'Nothing is known by this token',
    'The token is well formed, but no account, session or bot client here has it. It was never made here, or was deleted; or the account itself does not exist.',
    'Compare "presentedFingerprint" with the fingerprints of earlier successes; check that the client talks to the right server.',
    'A person: POST /user/token with the admin secret. A bot: open the bot in the page, make a new token and paste the new snippet. A back end: the admin secret is the value of HUFU_ADMIN_SECRET, or the one printed at the first start.',
  ),
  'cred.mismatch': text(
    'The account exists, the token differs',
    'A token is registered for this account and device flag, and another value was presented. It is not one of the last three either.',
    'Ask the client for the length and the first two characters of its token and compare with what the back end registered last.',
    REGISTER,
  ),
  'cred.near_miss': text(
    'Almost the right token',
    'After removing what "nearMiss" names (white space, quotes, a second "Bearer", percent-encoding, full-width characters) the token is the right one: it was copied or configured with extra characters.',
    'See "nearMiss" in the evidence, then the line of the client\'s configuration that holds the token.',
    "Remove the extra characters in the client's configuration and connect again. Nothing has to change on the server.",
  ),
  'cred.wrong_kind': text(
    'A valid credential of another kind',
    'The value opens something else: an admin secret, a bot token, a device token or a session was used where another kind is needed ("presentedKind" in the evidence). The token of a reverse client is for the connection that this server dials itself.',
    "Look which secret the client's configuration names. An admin secret inside a client application must be treated as leaked.",
    'People need the token of POST /user/token, back ends the admin secret, bots that dial this server the token of a forward client (POST /api/v1/bots/<uid>/clients {"kind": "forward","name"}). If the admin secret was in a client, set a new HUFU_ADMIN_SECRET and restart.',
  ),
  'cred.expired': text(
    'The session has expired',
    'The token was right and its time is over ("expiredMs" in the evidence).',
    'Compare the expiry with the clocks of both sides.',
    'Sign in again: POST /api/v1/auth/login.',
  ),
  'cred.revoked': text(
    'The session was ended',
    'The connection was opened with a session that has ended since: its person signed out, or got a new password. Connections that other sessions or tokens opened stay.',
    'Did the account sign out, or change its password, at that time?',
    'Sign in again on the device that is to go on.',
  ),
  'cred.superseded': text(
    'A newer token has replaced this one',
    'The token was valid for this account and device flag until another POST /user/token for the same pair replaced it ("replacedAt"). Two devices that share one flag do this to each other.',
    'Search the back end for what called /user/token at that time, and see whether two devices use the same device_flag.',
    'Give the client the newest token, or register the second device with a device_flag of its own.',
  ),
  'cred.not_issued': text(
    'No token is registered for this device flag',
    'The account has no token for the flag of its client, or it was withdrawn (a Hufu lists under "flagsWithToken" those that have one). Often the back end registers flag 0 (APP) while the web SDK connects with flag 1 (WEB).',
    'Compare the flag of the client (0 native SDK, 1 web SDK, 2 PC; a Hufu names it "connectedWithFlag") with the device_flag that the back end sends to /user/token.',
    'POST /user/token {"uid","token","device_flag": <flag of the client>,"device_level": 1} before the client connects.',
  ),
  'cred.other_owner': text(
    'The token belongs to another account',
    'The value is right, but for the account in "ownerUid", not for the one that was claimed: the client mixed up two users, or somebody tries a token that is not theirs.',
    'Check which uid the client took the token for, especially after switching accounts.',
    'Make the client use uid and token from the same login. If the token may be stolen, register a new one for its owner with POST /user/token.',
  ),
  'cred.login_failed': text(
    'The login failed',
    'The uid is unknown, it belongs to a bot, it has no password, the password is wrong, or the account is banned: "cause" says which. The peer gets one answer for all of them.',
    'See "name" and "cause" in the evidence.',
    'Make the account or set a new password: POST /api/v1/users {"uid","name","password"} with the admin secret. For the operator\'s own login: the value of HUFU_ADMIN_SECRET, or the secret printed at the first start.',
  ),
  'cred.login_locked': text(
    'Too many failed logins',
    'Ten logins for this account failed from this address. This address waits a minute; the account stays open from everywhere else.',
    'Look at the earlier cred.login_failed decisions of the same address.',
    'Wait for the time told in Retry-After, and correct the saved password of the client that keeps trying.',
  ),
};
