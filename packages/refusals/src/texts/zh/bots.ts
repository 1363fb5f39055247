import { type FamilyTexts, text } from '../operator-text.ts';

/** OneBot 调用与媒体。 */
export const bots: FamilyTexts<'onebot' | 'media'> = {
  'onebot.action_unknown': text(
    '没有这个接口',
    '机器人调用了本服务器没有的接口，证据中列出相近的名字。',
    '将名字与 OneBot 11 文档比较。',
    '在插件中更正名字；get_version_info 可查看本服务器信息。',
  ),
  'onebot.bad_params': text(
    '参数不正确',
    '接口的某个参数缺失、类型不对或取值不可能。',
    '查看证据中的参数（detail）。',
    '在插件中更正所指的参数。',
  ),
  'onebot.bot_unbound': text(
    '机器人或其客户端已停用',
    '令牌正确，但机器人账号被封禁或该客户端被关闭。',
    '查看证据中的 uid 与 enabled。',
    '在页面的机器人下启用该客户端，或在 hufu.yaml 设 enabled: true。',
  ),
  'onebot.segment_unsupported': text(
    '不支持的消息段',
    '消息中有此处不能发送的消息段类型，或其数据不可用。',
    '查看证据中的消息段（detail）。',
    '发送 text、at、reply、face 或 image 消息段；其他内容放入文字或文件。',
  ),
  'onebot.reply_missing': text(
    '被回复的消息不存在',
    'reply 消息段中的编号未知，或属于另一个会话。',
    '将编号与事件中的 message_id 比较。',
    '原样使用事件中的 message_id，并在同一会话回复。',
  ),
  'media.too_large': text('文件过大', '文件超过上限。', '比较证据中的 bytes 与 limitBytes。', '发送更小的文件，或先缩小图片。'),
  'media.unsupported': text(
    '不支持的文件',
    '文件无法读取，或其来源（协议或地址）不被允许。',
    '查看证据中的 detail。',
    '发送 base64:// 内容，或服务器可以访问的 http(s) 地址。',
  ),
  'media.missing': text(
    '没有该文件',
    '没有文件使用此编号、文件已删除，或其来源没有回应。',
    '在浏览器打开文件地址。',
    '重新上传：POST /api/v1/files。',
  ),
};
