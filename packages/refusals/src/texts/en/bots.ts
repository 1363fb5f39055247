import { type FamilyTexts, text } from '../operator-text.ts';

/** OneBot calls and media. */
export const bots: FamilyTexts<'onebot' | 'media'> = {
  'onebot.action_unknown': text(
    'There is no such action',
    'The bot called an action that this server does not have; the evidence lists near names.',
    'Compare the name with the OneBot 11 documentation.',
    'Correct the name in the plug-in; get_version_info tells what this server is.',
  ),
  'onebot.bad_params': text(
    'The parameters are not right',
    'A parameter of the action is missing, has the wrong type or an impossible value.',
    'See the parameter in the evidence ("detail").',
    'Correct the named parameter in the plug-in.',
  ),
  'onebot.bot_unbound': text(
    'The bot or its client is disabled',
    'The token is right, but the bot account is banned or the client is switched off.',
    'See "uid" and "enabled" in the evidence.',
    'Switch the client on in the page under the bot, or set enabled: true in hufu.yaml.',
  ),
  'onebot.segment_unsupported': text(
    'A message segment is not supported',
    'The message holds a segment type that cannot be sent here, or one whose data is not usable.',
    'See the segment in the evidence ("detail").',
    'Send text, at, reply, face or image segments; put other content into a text or a file.',
  ),
  'onebot.reply_missing': text(
    'The message replied to does not exist',
    'The reply segment names a message id that is unknown or lies in another conversation.',
    'Compare the id with the message_id of the event.',
    'Use the message_id of the event unchanged, and reply in the same conversation.',
  ),
  'media.too_large': text(
    'The file is too large',
    'The file is longer than the limit.',
    'Compare "bytes" and "limitBytes" in the evidence.',
    'Send a smaller file or scale the image down first.',
  ),
  'media.unsupported': text(
    'The file is not supported',
    'The file could not be read, or its source (scheme or address) is not allowed.',
    'See "detail" in the evidence.',
    'Send base64:// content, or an http(s) address that the server may reach.',
  ),
  'media.missing': text(
    'There is no such file',
    'No file has this id, it was removed, or its source did not answer.',
    'Open the address of the file in a browser.',
    'Upload the file again: POST /api/v1/files.',
  ),
};
