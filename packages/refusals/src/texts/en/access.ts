import { type FamilyTexts, text } from '../operator-text.ts';

/** Permissions, rates, limits and the server's own configuration. */
export const access: FamilyTexts<'scope' | 'resource' | 'rate' | 'limit' | 'config'> = {
  'scope.missing': text(
    'A scope is missing',
    'The credential is right, but this call needs a scope that it does not hold.',
    'See the needed scope in the evidence.',
    'Use a credential that holds the scope, or ask the owner of the bot to give it to this client.',
  ),
  'scope.role_required': text(
    'A higher role is needed',
    'Only the role named in "needed" may do this.',
    'See "needed" in the evidence.',
    'Ask somebody with that role, or call with the admin secret.',
  ),
  'resource.hidden': text(
    'Not found, or not for this caller',
    'The object does not exist or belongs to somebody else; the caller cannot tell which.',
    'See "reason" in the evidence.',
    'Use the account that owns the object, or the admin secret.',
  ),
  'rate.handshake': text(
    'Too many connects',
    'This address opened connections faster than is allowed. A client without a pause between its retries does this.',
    'Look at earlier decisions of the same address: the first one is the real cause.',
    'Repair the first refusal, and give the client a pause that grows between retries.',
  ),
  'rate.requests': text(
    'Too many requests',
    'The caller sent faster than its limit.',
    'See the limit in the evidence.',
    'Let the caller wait for the time in Retry-After, and spread its calls.',
  ),
  'limit.connections': text(
    'No room for another connection',
    'limits.connections of the server is reached.',
    'Count the open connections (ss -s) and look for a client that opens many.',
    'Raise limits.connections in hufu.yaml (and ulimit -n), then restart.',
  ),
  'limit.objects': text(
    'A limit is reached',
    'The call would make more objects than is allowed ("object", "limit").',
    'See "limit" in the evidence.',
    'Remove what is not used any more, or split the call into smaller ones.',
  ),
  'limit.slow_reader': text(
    'The connection read too slowly',
    'More than limits.outboxBytes waited for this connection, so it was closed; nothing stored is lost.',
    'Is the peer suspended, overloaded, or on a bad line?',
    'The client connects again and catches up by itself. Raise limits.outboxBytes in hufu.yaml if it happens to healthy peers.',
  ),
  'config.invalid': text(
    'The configuration is not right',
    'A key of the configuration is unknown or its value impossible; the server does not start with it.',
    'The message names file, line and key.',
    'Correct the named line in hufu.yaml or the named environment variable, and start again.',
  ),
};
