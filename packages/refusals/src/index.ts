export { type RefusalWire, wireOf, wkReasonForWeb } from './classes.ts';
export { definitionOf, isRefusalCode, type PublicCode, type RefusalCode, refusalCodes } from './codes.ts';
export type { Evidence, Refusal, RefusalClass } from './refusal.ts';
