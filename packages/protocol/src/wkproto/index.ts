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
export { personChannelId } from './person-channel.ts';
export {
  type ConnackFields,
  FrameWriter,
  type RecvCipher,
  type RecvFields,
  recvSignText,
  type SendackFields,
  wireId,
  wireIdText,
} from './writer.ts';
