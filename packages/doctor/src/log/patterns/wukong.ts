import type { LogPattern } from '../pattern.ts';

const CAVEAT = {
  zh: '该行里 conn 的 uid、deviceFlag、deviceID 是服务器的默认值，不是客户端发来的；可靠的只有 expectToken 是否为空',
  en: 'uid, deviceFlag and deviceID in "conn" of that line are defaults of the server, not what the client sent; only whether expectToken is empty can be relied on',
};

export const wukongPatterns: readonly LogPattern[] = [
  {
    id: 'wukong.not-issued',
    software: 'WuKongIM 1, 2',
    match: /token verify fail.{0,200}?"expectToken":\s*""/,
    code: 'cred.not_issued',
    reading: CAVEAT,
  },
  {
    id: 'wukong.mismatch',
    software: 'WuKongIM 1, 2',
    match: /token verify fail.{0,200}?"expectToken":\s*"(?<secretExpected>[^"]{1,512})"/,
    code: 'cred.mismatch',
    reading: CAVEAT,
  },
  { id: 'wukong.no-device', software: 'WuKongIM 2.2.5', match: /get device token err/, code: 'cred.not_issued' },
  { id: 'wukong.empty', software: 'WuKongIM 2.2.5', match: /token is empty/, code: 'cred.missing' },
  { id: 'wukong.banned', software: 'WuKongIM 2.2.5', match: /device is ban/, code: 'wk.banned' },
  {
    id: 'wukong.jssdk-fail',
    software: 'wukongimjssdk 1.0.4',
    match: /连接失败！reasonCode:? ?(?<reason>\d{1,3})|ConnectFail/,
    code: 'cred.rejected',
    confidence: 'possible',
  },
];
