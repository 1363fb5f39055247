/** Counters of one bot since the server started, as `get_status` reports them. */
export class BotStatus {
  readonly startedMs: number;
  messagesReceived = 0;
  messagesSent = 0;
  lastMessageMs = 0;
  packetsReceived = 0;
  packetsSent = 0;
  packetsLost = 0;
  disconnects = 0;

  constructor(startedMs: number) {
    this.startedMs = startedMs;
  }

  received(atMs: number): void {
    this.messagesReceived += 1;
    this.packetsSent += 1;
    this.lastMessageMs = atMs;
  }
}
