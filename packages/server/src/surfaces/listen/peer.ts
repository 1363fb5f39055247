/** Where a connection came from. `address` is the socket's own: no forwarding header is trusted. */
export interface Peer {
  readonly address: string;
  /** Name of the listener, as in the config: http, tcp, ws, onebotHttp, onebotWs. */
  readonly listener: string;
  /** Of a WebSocket handshake: a page has an origin, a program mostly a user agent. */
  readonly origin?: string;
  readonly userAgent?: string;
}
