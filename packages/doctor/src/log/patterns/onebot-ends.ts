import type { LogPattern } from '../pattern.ts';

const STATUS_ONLY = {
  zh: '握手被拒绝，日志里只有状态码；请对这个地址运行 doctor',
  en: 'the handshake was refused and the log holds only the status; run the doctor on that address',
};

/** Programs that speak OneBot and dial a framework, and frameworks other than NoneBot. */
export const onebotPatterns: readonly LogPattern[] = [
  {
    id: 'lagrange.status',
    software: 'Lagrange.OneBot',
    match: /The server returned status code '(?<status>\d{3})' when status code '101' was expected/,
    code: 'remote.unknown_403',
    confidence: 'possible',
    reading: STATUS_ONLY,
  },
  {
    id: 'node.status',
    software: 'LLOneBot, NapCat (Node ws)',
    match: /Unexpected server response: (?<status>\d{3})/,
    code: 'remote.unknown_403',
    confidence: 'possible',
    reading: STATUS_ONLY,
  },
  {
    id: 'go.handshake',
    software: 'go-cqhttp, Gensokyo (gorilla)',
    match: /websocket: bad handshake/,
    code: 'remote.unknown_403',
    confidence: 'possible',
    reading: STATUS_ONLY,
  },
  {
    id: 'lagrange.reconnecting',
    software: 'Lagrange.OneBot',
    match: /Reconnecting .{0,80} at interval/,
    code: 'remote.refused',
    confidence: 'possible',
    reading: {
      zh: '新版 Lagrange 在连接被拒绝时只写这一行；把 Logging:LogLevel 设为 Trace 才能看到每次连接',
      en: 'newer Lagrange writes only this line when a connection is refused; Logging:LogLevel Trace shows each attempt',
    },
    unless: ['lagrange.status'],
  },
  {
    id: 'node.refused',
    software: 'LLOneBot, NapCat, Koishi (Node)',
    match: /connect ECONNREFUSED (?<address>[\w.:]{1,64})/,
    code: 'remote.refused',
  },
  {
    id: 'node.timeout',
    software: 'LLOneBot, NapCat, Koishi (Node)',
    match: /connect ETIMEDOUT (?<address>[\w.:]{1,64})/,
    code: 'remote.timeout',
  },
  { id: 'node.dns', software: 'Node', match: /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]{1,253})/, code: 'remote.dns' },
  { id: 'node.reset', software: 'Node', match: /socket hang up|read ECONNRESET/, code: 'remote.reset', confidence: 'likely' },
  {
    id: 'node.self-signed',
    software: 'Node',
    match: /self[- ]signed certificate|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE/i,
    code: 'remote.tls_cert',
  },
  { id: 'node.expired', software: 'Node', match: /certificate has expired|CERT_HAS_EXPIRED/i, code: 'remote.tls_cert' },
  {
    id: 'node.not-tls',
    software: 'Node',
    match: /wrong version number|packet length too long|EPROTO/,
    code: 'remote.tls_mismatch',
    confidence: 'likely',
  },
  { id: 'koishi.self-id', software: 'Koishi adapter-onebot 6', match: /invalid x-self-id/, code: 'remote.self_id_unknown' },
  { id: 'koishi.role', software: 'Koishi adapter-onebot 6', match: /invalid x-client-role/, code: 'remote.role_header' },
  {
    id: 'napcat.verify',
    software: 'NapCat',
    match: /token verify failed!/,
    code: 'remote.token_mismatch',
    confidence: 'likely',
    reading: { zh: 'NapCat 对缺少令牌和令牌错误给出同样的回答', en: 'NapCat answers a missing and a wrong token alike' },
  },
  {
    id: 'onebot.1403',
    software: 'LLOneBot, NapCat',
    match: /"retcode"\s*:\s*1403/,
    code: 'remote.token_mismatch',
    confidence: 'likely',
    reading: {
      zh: '1403 帧：缺少令牌或令牌错误，两者回答相同',
      en: 'a 1403 frame: the token is missing or wrong, both are answered alike',
    },
  },
  {
    id: 'browser.cors',
    software: 'Chromium',
    match: /from origin '(?<origin>[^']{1,200})' has been blocked by CORS policy/,
    code: 'cors.origin_not_allowed',
    confidence: 'likely',
  },
];
