import { type FamilyTexts, text } from '../operator-text.ts';

/** Roles, rates, limits and addresses that cannot be dialled. */
export const access: FamilyTexts<'scope' | 'resource' | 'rate' | 'limit' | 'config'> = {
  'scope.missing': text(
    'This client may not call that action',
    'The token is right, but the list "actions" of this bot client does not hold the action.',
    'See "action" in the evidence, then actions of the client in hufu.yaml.',
    'Add the name, or a pattern such as get_*, to actions of the client in hufu.yaml and restart; without the key every action is allowed.',
  ),
  'scope.role_required': text(
    'A higher role is needed',
    'The credential is right, but only the role named in "needed" may do this.',
    'See "needed" in the evidence.',
    'operator: call with the admin secret. person: sign in with POST /api/v1/auth/login and use that session. owner or admin of the group: let one of them do it, or use the calls for back ends (POST /channel/subscriber_remove) with the admin secret.',
  ),
  'resource.hidden': text(
    'Not found, or not for this caller',
    'The object does not exist or belongs to somebody else; the caller cannot tell which.',
    'See "reason" in the evidence.',
    'Use the account that owns the object, or the admin secret.',
  ),
  'rate.requests': text(
    'Too many calls at the same time',
    'The connection sent far more OneBot calls than are worked on side by side: those that wait have no room for another.',
    'See "detail" in the evidence, and count how many calls the plug-in starts in one loop.',
    'Let the plug-in wait for the answer of a call (its echo) before it starts the next ones, and repeat the refused call after a second.',
  ),
  'rate.handshake': text(
    'Too many accounts failed to sign in from this address',
    'Fifty accounts failed to sign in from this address within a quarter of an hour: somebody tries one password on many accounts. Accounts that have signed in from there before still may, and so may everybody from other addresses.',
    'Look at the earlier cred.login_failed decisions of the same address: do their names have anything to do with each other?',
    'Wait for the time told in Retry-After. If the address is that of a proxy in front of everybody, let the proxy limit POST /api/v1/auth/login per client.',
  ),
  'limit.connections': text(
    'No room for another connection',
    'limits.connections of the server is reached, or one account or one OneBot token has as many connections as it may have ("limit").',
    'Count the open connections (ss -s) and look for a client that opens many, for example one that reconnects without closing.',
    'Repair the client that opens too many. For the whole server: raise limits.connections in hufu.yaml (and ulimit -n), then restart. For a bot: make one more client, each has its own connections.',
  ),
  'limit.objects': text(
    'A limit is reached',
    'The call would make, or names, more objects than is allowed ("limit").',
    'See "object", "given" and "limit" in the evidence.',
    'Split a long list of uids or members into several calls. Bots and their clients: remove clients that are not used (in the page, or DELETE /api/v1/bots/<uid>/clients/<id>), or let another account own the next bot.',
  ),
  'limit.slow_reader': text(
    'The connection read too slowly',
    'More than limits.outboxBytes waited for this connection, or nothing of what waited for a bot has left for 30 s, so it was closed; nothing stored is lost.',
    'Is the peer suspended, overloaded, or on a bad line?',
    'The client connects again and catches up by itself. Raise limits.outboxBytes in hufu.yaml if it happens to healthy peers.',
  ),
  'config.invalid': text(
    'The address or the token of a reverse client cannot be used',
    'The client is not dialled: its address is no ws:// or wss:// address, is this server itself, or is the address of another client of the same bot (two connections would throw each other out); or its stored token cannot be opened, because data/keys holds another master key than the one it was sealed with.',
    'See "reason" in the evidence.',
    'Give the client the address of the framework: PATCH /api/v1/bots/<uid>/clients/<id> {"url": "ws://host:port/path"}, or url in its entry of hufu.yaml; remove the client that is there twice. A token that cannot be opened: put the old data/keys back, or PATCH {"rotate": true} and give the framework the new token.',
  ),
};
