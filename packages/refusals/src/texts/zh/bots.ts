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
  'onebot.wrong_end': text(
    '两端都是 OneBot 实现',
    '对方发来的是事件或调用的回答，而不是调用：它和本服务器一样是提供机器人账号的一端（另一个 Hufu、NapCat、LLOneBot、Lagrange），不是机器人框架。',
    '查看所拨地址上监听的是什么程序，或者是什么程序连到了本服务器；证据中的 frame 是它发来的内容。',
    '填写机器人框架（NoneBot、Koishi、aiocqhttp）的地址，或把本服务器的令牌交给框架；两个 OneBot 实现之间无话可说。',
  ),
  'onebot.bot_unbound': text(
    '机器人或其客户端已停用',
    '令牌正确，但该客户端被关闭，或机器人账号被封禁。',
    '查看证据中的 enabled 与 banned。',
    '在页面的机器人下启用该客户端，或在 hufu.yaml 对应条目设 enabled: true 后重启。机器人被封禁时：用管理密钥调用 POST /channel {"channel_id": "<uid>","channel_type": 1,"ban": 0}。',
  ),
  'onebot.segment_unsupported': text(
    '不支持的消息段',
    '消息中有此处不能发送的消息段类型，或其数据不可用。',
    '查看证据中的消息段（detail）。',
    '发送 text、at、reply、face 或 image 消息段；其他内容写入文字。',
  ),
  'onebot.reply_missing': text(
    '被回复的消息不存在',
    'reply 消息段中的编号未知，或属于另一个会话。',
    '将编号与事件中的 message_id 比较。',
    '原样使用事件中的 message_id，并在同一会话回复。',
  ),
  'media.too_large': text('文件过大', '上传的文件超过上限。', '查看证据中的 limitBytes。', '发送更小的文件，或先缩小图片。'),
  'media.unsupported': text(
    '不是可以发送的图片',
    '内容不是 PNG、JPEG、GIF、WebP、AVIF 或 BMP（与文件名无关），或所引用的文件是别的内容。',
    '查看证据中的 mime 与 detail。',
    '以 base64://… 发送上述类型的图片，或使用机器人在这里收到的图片的 file。',
  ),
  'media.missing': text(
    '没有该文件',
    'image 消息段引用的文件没有保存在这里。',
    '在浏览器打开文件地址（/files/<编号>）。',
    '直接以 base64://… 发送图片，或先上传（POST /api/v1/files）再使用回答中的编号。',
  ),
};
