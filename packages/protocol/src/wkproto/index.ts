export { type DecodeError, type DecoderOptions, FrameDecoder } from './decoder.ts';
export { encodeFrame } from './encode.ts';
export type {
  ConnackFrame,
  ConnectFrame,
  DisconnectFrame,
  EventFrame,
  Frame,
  MessageId,
  RecvackFrame,
  RecvFrame,
  SendackFrame,
  SendFrame,
  SubackFrame,
  SubFrame,
} from './frames.ts';
export {
  type ConnackFields,
  FrameWriter,
  type RecvCipher,
  type RecvFields,
  recvSignText,
  type SendackFields,
  wireIdText,
} from './writer.ts';
