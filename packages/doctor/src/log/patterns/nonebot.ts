import type { LogPattern } from '../pattern.ts';

const NONEBOT = 'NoneBot 2.5.0, adapter-onebot 2.4.6';
const UVICORN = 'uvicorn 0.54.0';
const EXPLAINED = ['nonebot.no-auth', 'nonebot.bad-auth', 'nonebot.no-id', 'nonebot.duplicate'];

export const nonebotPatterns: readonly LogPattern[] = [
  {
    id: 'nonebot.no-auth',
    software: NONEBOT,
    match: /OneBot V11 \| Missing Authorization Header/,
    code: 'remote.token_required',
    reading: {
      zh: 'NoneBot 设置了令牌，而连接它的一端没有发送 Authorization 头（空的 Bearer、写在查询参数里、被代理去掉也是如此）',
      en: 'NoneBot has a token, and who dials it sent no Authorization header (an empty Bearer, a token in the query or a proxy that removes it look the same)',
    },
  },
  {
    id: 'nonebot.bad-auth',
    software: NONEBOT,
    match: /OneBot V11 \| Authorization Header is invalid/,
    code: 'remote.token_mismatch',
    reading: { zh: '令牌送达了，但与 NoneBot 的不同', en: 'a token arrived, and it is not the one of NoneBot' },
  },
  {
    // A harmless probe of this doctor leaves the same line: with another cause beside it, that one counts.
    id: 'nonebot.no-id',
    software: NONEBOT,
    match: /OneBot V11 \| Missing X-Self-ID Header/,
    code: 'remote.self_id_missing',
    confidence: 'likely',
    unless: ['nonebot.no-auth', 'nonebot.bad-auth', 'nonebot.duplicate'],
  },
  {
    id: 'nonebot.duplicate',
    software: NONEBOT,
    match: /OneBot V11 \| There's already a bot (?<selfId>\d{1,20}), ignored/,
    code: 'remote.self_id_duplicate',
  },
  {
    id: 'nonebot.no-signature',
    software: NONEBOT,
    match: /OneBot V11 \| Missing Signature Header/,
    code: 'remote.signature_missing',
  },
  {
    id: 'nonebot.bad-signature',
    software: NONEBOT,
    match: /OneBot V11 \| Signature Header is invalid/,
    code: 'remote.signature_mismatch',
  },
  { id: 'nonebot.adapters', software: NONEBOT, match: /Loaded adapters: ?(?<adapters>[^\n]{0,200})/, code: null },
  { id: 'nonebot.connected', software: NONEBOT, match: /OneBot V11 \| Bot (?<selfId>\d{1,20}) connected/, code: null },
  {
    id: 'uvicorn.ws403',
    software: UVICORN,
    match: /"WebSocket (?<path>\/[^\s"?]{0,200})(?:\?[^"]*)?" 403/,
    code: null,
  },
  {
    id: 'uvicorn.no-ws-library',
    software: UVICORN,
    match: /No supported WebSocket library detected/,
    code: 'remote.ws_lib_missing',
  },
  {
    id: 'uvicorn.bind',
    software: UVICORN,
    match: /error while attempting to bind on address \('(?<host>[^']{1,64})', (?<port>\d{1,5})\)/,
    code: 'remote.port_taken',
  },
  { id: 'uvicorn.running', software: UVICORN, match: /Uvicorn running on (?<url>https?:\/\/[\w.:[\]-]{1,100})/, code: null },
  {
    id: 'python.ws403',
    software: 'Python websockets 17',
    match: /server rejected WebSocket connection: HTTP 403/,
    code: 'remote.unknown_403',
    confidence: 'possible',
    unless: EXPLAINED,
  },
];
