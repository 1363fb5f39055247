import { type FamilyTexts, text } from '../operator-text.ts';

export const im: FamilyTexts<'im'> = {
  'im.not_member': text(
    'Not a member of the channel',
    'The sender is not among the subscribers of the group.',
    'GET /api/v1/groups/<id>/members, or see the group in the page.',
    'Ask somebody in the group to add you (Members, Add somebody); a back end calls POST /channel/subscriber_add {"channel_id","channel_type": 2,"subscribers": ["<uid>"]} with the admin secret.',
  ),
  'im.blacklisted': text(
    'On the deny list',
    'The sender stands on the deny list of the group, or the receiver has blocked the sender.',
    'See the channel in the evidence and ask its owner, or the receiver.',
    'POST /channel/blacklist_remove {"channel_id","channel_type","uids": ["<sender>"]} with the admin secret (type 1: channel_id is the person who blocked).',
  ),
  'im.not_whitelisted': text(
    'Not on the allow list',
    'The channel has an allow list and the sender is not on it: a group in which only some may speak, or a person while messages.friendsOnly is on.',
    'See the channel in the evidence, and messages.friendsOnly in hufu.yaml.',
    'POST /channel/whitelist_add {"channel_id","channel_type","uids": ["<sender>"]} with the admin secret (type 1: channel_id is the receiver); POST /channel/whitelist_set with no uids lets everybody in a group speak.',
  ),
  'im.channel_missing': text(
    'There is no such channel',
    'Nobody has made this channel, or the id or its type is mistyped (1 person, 2 group).',
    'Compare channel_id and channel_type with the group list.',
    'Make it: POST /channel {"channel_id","channel_type": 2,"subscribers": […]} with the admin secret.',
  ),
  'im.disbanded': text(
    'The group is dissolved',
    'The group was dissolved; its history stays, nobody may speak in it.',
    'See the group in the page.',
    'POST /channel {"channel_id","channel_type": 2,"disband": 0} with the admin secret brings it back; otherwise use a new group.',
  ),
  'im.muted': text(
    'The member is muted',
    'An owner or admin muted the sender until "untilMs".',
    'See "untilMs" in the evidence (Unix milliseconds).',
    'Wait until the time in "untilMs"; the member can speak again by itself.',
  ),
  'im.channel_banned': text(
    'The channel is banned',
    'An operator banned the channel; nobody may speak in it.',
    'See the channel in the evidence.',
    'POST /channel {"channel_id","channel_type","ban": 0} with the admin secret.',
  ),
  'im.send_banned': text(
    'The account may not send',
    'An operator switched sending off for this account (send_ban). It still receives.',
    'See the account in what was claimed.',
    'POST /channel {"channel_id": "<uid>","channel_type": 1,"send_ban": 0} with the admin secret.',
  ),
  'im.not_friend': text(
    'The bot may not address this person',
    'The person is no friend of the bot, has never written to it, and shares no group with it: bots write only to people who have to do with them.',
    'Look at the conversations and groups of the person.',
    'Let the person write to the bot first, or add both to a group, or make them friends: POST /channel/whitelist_add {"channel_id": "<person>","channel_type": 1,"uids": ["<bot>"]} with the admin secret.',
  ),
  'im.payload_invalid': text(
    'The payload cannot be decrypted',
    'The payload is not AES-CBC with the key of this session, in Base64: client and server derived different keys.',
    'Does an unmodified SDK succeed with the same account?',
    'Let the client reconnect and take key and salt from the new CONNACK.',
  ),
  'im.msg_key': text(
    'The message key does not match',
    'The check sum over the packet differs: the packet was changed, or another session key was used.',
    'Does an unmodified SDK succeed with the same account?',
    'Let the client reconnect and take key and salt from the new CONNACK.',
  ),
  'im.payload_empty': text(
    'The message is empty',
    'The message has no content.',
    'See what the client put into payload (HTTP: Base64 of a JSON object; OneBot: at least one segment).',
    'Send content, e.g. payload = Base64 of {"type":1,"content":"hello"}.',
  ),
  'im.payload_too_large': text(
    'The message is too large',
    'The payload is longer than messages.maxPayloadBytes.',
    'Compare "bytes" and "limitBytes" in the evidence.',
    'Send large content as a file (POST /api/v1/files), or raise messages.maxPayloadBytes in hufu.yaml.',
  ),
  'im.channel_invalid': text(
    'The channel id is not possible',
    'A channel id has 1 to 128 characters without the separators of the protocol; a private chat names the other uid.',
    'See "channelId" in the evidence.',
    'Correct channel_id in the client.',
  ),
  'im.channel_type_unsupported': text(
    'The channel type is not supported',
    'This server knows persons (1) and groups (2).',
    'See "channelType" in the evidence.',
    'Use channel_type 1 or 2.',
  ),
  'im.idempotency_conflict': text(
    'A message number was used twice',
    'clientMsgNo was used within 24 hours for another content in the same channel. The first message stands.',
    'How does the client make clientMsgNo? A counter that restarts gives this.',
    'Make a new random clientMsgNo for every message, and keep it only for repeats of the same message.',
  ),
  'im.user_missing': text(
    'There is no such user',
    'No account has this uid or number.',
    'GET /api/v1/users/<uid> with the admin secret.',
    'Make the account: POST /api/v1/users {"uid","name","password"}, or POST /user/token, with the admin secret.',
  ),
  'im.message_missing': text(
    'There is no such message',
    'No message has this id, or the caller is not in its channel: the two look the same to the caller.',
    'Look for the message in the page.',
    'Use the message id as it came in the event or in the answer of the send call.',
  ),
};
