export { type Client, type ClientEvents, type ClientOptions, createClient } from './client.ts';
export type { Api, BotClientChanged, BotClientPatch, HistoryPage, HistoryQuery } from './api.ts';
export type { LiveState } from './live.ts';
export type { Sent } from './wire.ts';
export { type Backoff, createBackoff } from './backoff.ts';
export { type ClientRefusal, isFromServer, type Result } from './result.ts';
export { decodePayload, encodePayload } from './payload.ts';
export * from './types.ts';
