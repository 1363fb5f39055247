export { type DecodeError, FrameDecoder } from './decoder.ts';
export type {
  ConnackFrame, ConnectFrame, DisconnectFrame, EventFrame, Frame, MessageId, RecvackFrame, RecvFrame, SendackFrame, SendFrame, SubFrame,
} from './frames.ts';
export { type ConnackFields, FrameWriter, type RecvCipher, type RecvFields, wireId } from './writer.ts';
