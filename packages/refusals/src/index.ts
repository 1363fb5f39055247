export type { Evidence, Refusal, RefusalClass } from './refusal.ts';
export { refusalCodes, type RefusalCode, type PublicCode, definitionOf, isRefusalCode } from './codes.ts';
export { type RefusalWire, wireOf, wkReasonForWeb } from './classes.ts';
