export type { Evidence, Refusal, RefusalClass } from './refusal.ts';
export { refusalCodes, type RefusalCode, type PublicCode, definitionOf } from './codes.ts';
