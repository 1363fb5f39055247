export { escapeCqText, escapeCqValue, parseCq, toCqString, unescapeCqText, unescapeCqValue } from './cq-code.ts';
export {
  MAX_SEGMENTS,
  SENDABLE_TYPES,
  mergeText,
  normaliseMessage,
  presentValues,
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
  readParams,
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
  toNumericId,
  toPositiveInt,
  toText,
} from './coerce.ts';
export {
  groupMessageEvent,
  groupSender,
  heartbeatEvent,
  lifecycleEvent,
  messageFields,
  personSender,
  privateMessageEvent,
  reportSegments,
  type GroupMessageEvent,
  type GroupMessageInput,
  type GroupSender,
  type HeartbeatEvent,
  type LifecycleEvent,
  type MessageFormat,
  type OneBotEvent,
  type PrivateMessageEvent,
  type PrivateMessageInput,
  type Status,
} from './events.ts';
export { UNKNOWN_FACE, faceText } from './faces.ts';
export { ALL_TEXT } from './payload.ts';
export type { Entity, ImageInfo, ImagePart, Mention, Payload, ReplyInfo } from './payload.ts';
export { contentToSegments, payloadToSegments, type ReportResolvers } from './payload-in.ts';
export { segmentsToPayload, type PayloadResult, type SendResolvers } from './payload-out.ts';
