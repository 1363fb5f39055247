import { type FamilyTexts, text } from '../operator-text.ts';

export const im: FamilyTexts<'im'> = {
  'im.not_member': text(
    '不是频道成员',
    '发送者不在该群的订阅者之中。',
    '请求 GET /api/v1/groups/<id>/members，或在页面查看该群。',
    '请群里的人重新添加你（成员 → 添加成员）；后端则用管理密钥调用 POST /channel/subscriber_add {"channel_id","channel_type": 2,"subscribers": ["<uid>"]}。',
  ),
  'im.blacklisted': text(
    '在拒绝名单中',
    '发送者在群的黑名单里，或被接收者拉黑。',
    '查看证据中的频道，并询问其主人或接收者。',
    '用管理密钥调用 POST /channel/blacklist_remove {"channel_id","channel_type","uids": ["<发送者>"]}（类型 1 时 channel_id 是拉黑者）。',
  ),
  'im.not_whitelisted': text(
    '不在允许名单中',
    '该频道设有允许名单而发送者不在其中：只许部分成员发言的群，或开启 messages.friendsOnly 时的个人。',
    '查看证据中的频道，以及 hufu.yaml 的 messages.friendsOnly。',
    '用管理密钥调用 POST /channel/whitelist_add {"channel_id","channel_type","uids": ["<发送者>"]}（类型 1 时 channel_id 是接收者）；不带 uids 的 POST /channel/whitelist_set 使全群都能发言。',
  ),
  'im.channel_missing': text(
    '频道不存在',
    '没有人创建过该频道，或编号、类型写错（1 个人，2 群）。',
    '将 channel_id 与 channel_type 同群列表比较。',
    '创建：用管理密钥调用 POST /channel {"channel_id","channel_type": 2,"subscribers": […]}。',
  ),
  'im.disbanded': text(
    '群已解散',
    '该群已解散，历史保留，但不能再发言。',
    '在页面查看该群。',
    '用管理密钥调用 POST /channel {"channel_id","channel_type": 2,"disband": 0} 恢复，或新建群。',
  ),
  'im.muted': text(
    '成员被禁言',
    '群主或管理员将发送者禁言至 untilMs。',
    '查看证据中的 untilMs（Unix 毫秒）。',
    '等到 untilMs 所示时间，之后自动恢复发言。',
  ),
  'im.channel_banned': text(
    '频道已被封禁',
    '管理员封禁了该频道，任何人都不能发言。',
    '查看证据中的频道。',
    '用管理密钥调用 POST /channel {"channel_id","channel_type","ban": 0}。',
  ),
  'im.send_banned': text(
    '账号被禁止发送',
    '管理员关闭了该账号的发送（send_ban），仍可接收。',
    '查看对方自称的账号。',
    '用管理密钥调用 POST /channel {"channel_id": "<uid>","channel_type": 1,"send_ban": 0}。',
  ),
  'im.not_friend': text(
    '机器人不能联系此人',
    '对方不是机器人的好友，从未给它发过消息，也没有共同的群：机器人只能联系与它有来往的人。',
    '查看对方的会话与群。',
    '请对方先给机器人发消息，或把两者加入同一个群，或加为好友：用管理密钥调用 POST /channel/whitelist_add {"channel_id": "<用户>","channel_type": 1,"uids": ["<机器人>"]}。',
  ),
  'im.payload_invalid': text(
    '消息内容无法解密',
    '内容不是用本会话密钥 AES-CBC 加密后的 Base64：两端得到的密钥不同。',
    '同一账号用未修改的 SDK 是否成功？',
    '让客户端重连，并使用新 CONNACK 中的密钥与 salt。',
  ),
  'im.msg_key': text(
    '消息校验不符',
    '包的校验值不同：包被改动，或用了别的会话密钥。',
    '同一账号用未修改的 SDK 是否成功？',
    '让客户端重连，并使用新 CONNACK 中的密钥与 salt。',
  ),
  'im.payload_empty': text(
    '消息内容为空',
    '消息没有内容。',
    '查看客户端放入 payload 的内容（HTTP：JSON 对象的 Base64；OneBot：至少一个消息段）。',
    '发送内容，例如 payload 为 {"type":1,"content":"你好"} 的 Base64。',
  ),
  'im.payload_too_large': text(
    '消息内容过大',
    '内容超过 messages.maxPayloadBytes。',
    '比较证据中的 bytes 与 limitBytes。',
    '大内容以文件发送（POST /api/v1/files），或在 hufu.yaml 提高 messages.maxPayloadBytes。',
  ),
  'im.channel_invalid': text(
    '频道编号不合法',
    '频道编号为 1 到 128 个字符，不含协议分隔符；私聊填写对方的 uid。',
    '查看证据中的 channelId。',
    '在客户端更正 channel_id。',
  ),
  'im.channel_type_unsupported': text(
    '不支持的频道类型',
    '本服务器支持个人（1）与群（2）。',
    '查看证据中的 channelType。',
    '使用 channel_type 1 或 2。',
  ),
  'im.idempotency_conflict': text(
    '消息编号重复使用',
    '24 小时内同一频道用同一 clientMsgNo 发送了不同内容，第一条有效。',
    '客户端如何生成 clientMsgNo？重启后从头计数就会这样。',
    '每条消息生成新的随机 clientMsgNo，只有重发同一条消息时才重复使用。',
  ),
  'im.user_missing': text(
    '没有该用户',
    '没有账号使用这个 uid 或号码。',
    '用管理密钥请求 GET /api/v1/users/<uid>。',
    '创建账号：用管理密钥调用 POST /api/v1/users {"uid","name","password"} 或 POST /user/token。',
  ),
  'im.message_missing': text(
    '没有该消息',
    '没有消息使用此编号，或调用者不在其频道中：对调用者来说两者相同。',
    '在页面查找该消息。',
    '使用事件或发送回答中给出的消息编号。',
  ),
};
