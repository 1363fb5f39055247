export {
  MAX_SEGMENTS,
  SENDABLE_TYPES,
  mergeText,
  normaliseMessage,
  type MessageProblem,
  type NormaliseOptions,
  type NormalisedMessage,
  type Segment,
  type SegmentData,
  type SegmentValue,
} from './segments.ts';
export {
  encodeResponse,
  parseRequestFrame,
  splitAction,
  type CallMode,
  type OneBotRequest,
  type OneBotResponse,
  type RequestProblem,
} from './envelope.ts';
export {
  MAX_MESSAGE_ID,
  MAX_NUMERIC_ID,
  toBoolean,
  toMessageId,
  toNaturalInt,
} from './coerce.ts';
export {
  groupMessageEvent,
  heartbeatEvent,
  lifecycleEvent,
  privateMessageEvent,
  type GroupMessageEvent,
  type GroupMessageInput,
  type HeartbeatEvent,
  type LifecycleEvent,
  type MessageFormat,
  type OneBotEvent,
  type PrivateMessageEvent,
  type MessageInput,
  type Status,
} from './events.ts';
export { ALL_TEXT } from './payload.ts';
export type { Entity, ImageInfo, ImagePart, Mention, Payload, ReplyInfo } from './payload.ts';
export { contentToSegments, payloadToSegments, type ReportResolvers } from './payload-in.ts';
export { segmentsToPayload, type PayloadResult, type SendResolvers } from './payload-out.ts';
