/** WuKongIM's reason numbers (its ReasonCode enum) for what `/message/send` can refuse; the rest is 15, "system". */
const REASONS: Readonly<Record<string, number>> = {
  'im.not_member': 3,
  'im.blacklisted': 4,
  'im.channel_missing': 5,
  'im.payload_empty': 9,
  'im.payload_too_large': 9,
  'im.not_friend': 11,
  'im.muted': 11,
  'im.send_banned': 11,
  'im.not_whitelisted': 13,
  'im.channel_invalid': 16,
  'im.channel_banned': 19,
  'rate.messages': 22,
  'im.channel_type_unsupported': 23,
  'im.disbanded': 24,
};

export function reasonOf(code: string): number {
  return REASONS[code] ?? 15;
}
