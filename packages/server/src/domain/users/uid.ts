/**
 * A uid that can be addressed: 1 to 128 characters of well-formed text, without WuKongIM's separators (@ # &), control characters and U+FFFD, which stands for
 * bytes that were no text: two different uids could become one.
 */
export function isUid(uid: string): boolean {
  return uid.length > 0 && uid.length <= 128 && uid.isWellFormed() && !/[@#&\p{Cc}\ufffd]/u.test(uid);
}
