export {
  encodeConnected,
  encodeDisconnect,
  encodeError,
  encodeEvent,
  encodeRecv,
  encodeResult,
  encodeSent,
  type RpcConnected,
  type RpcEvent,
  type RpcRecv,
  type RpcSent,
} from './encode.ts';
export {
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  type RpcConnectParams,
  type RpcDisconnectParams,
  type RpcError,
  type RpcId,
  type RpcMessage,
  type RpcParsed,
  type RpcProblem,
  type RpcRecvackParams,
  type RpcSendParams,
  type RpcSubscribeParams,
} from './messages.ts';
export { ObjectStream } from './object-stream.ts';
export { parseRpcObject, parseRpcText } from './parse.ts';
