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
  'onebot.wrong_end': text(
    'Both ends are OneBot implementations',
    'The program at the other end sent an event or an answer, and made no call: like this server it is the end that bots are run on (another Hufu, NapCat, LLOneBot, Lagrange), and no bot framework.',
    'See which program listens at the address that was dialled, or which one dialled this server; "frame" in the evidence is what it sent.',
    'Enter the address of a bot framework (NoneBot, Koishi, aiocqhttp), or give the token of this server to one. Two OneBot implementations have nothing to say to each other.',
  ),
  'onebot.bot_unbound': text(
    'The bot or its client is switched off',
    'The token is right, but the client is switched off or the bot account is banned.',
    'See "enabled" and "banned" in the evidence.',
    'Switch the client on in the page under the bot, or set enabled: true in its entry of hufu.yaml and restart. A banned bot: POST /channel {"channel_id": "<uid>","channel_type": 1,"ban": 0} with the admin secret.',
  ),
  'onebot.segment_unsupported': text(
    'A message segment is not supported',
    'The message holds a segment type that cannot be sent here, or one whose data is not usable.',
    'See the segment in the evidence ("detail").',
    'Send text, at, reply, face or image segments, and put other content into a text.',
  ),
  'onebot.reply_missing': text(
    'The message replied to does not exist',
    'The reply segment names a message id that is unknown or lies in another conversation.',
    'Compare the id with the message_id of the event.',
    'Use the message_id of the event unchanged, and reply in the same conversation.',
  ),
  'media.too_large': text(
    'The file is too large',
    'The uploaded file is longer than the limit.',
    'See "limitBytes" in the evidence.',
    'Send a smaller file or scale the image down first.',
  ),
  'media.unsupported': text(
    'The file is not a picture that can be sent',
    'The bytes are no PNG, JPEG, GIF, WebP, AVIF or BMP, whatever their name says, or the file that was named holds something else.',
    'See "mime" and "detail" in the evidence.',
    'Send a picture of these types as base64://…, or the "file" of a picture that the bot received here.',
  ),
  'media.missing': text(
    'There is no such file',
    'The image segment names a file that is not stored here.',
    'Open the address of the file (/files/<id>) in a browser.',
    'Send the picture itself as base64://…, or upload it first (POST /api/v1/files) and use the id of the answer.',
  ),
};
