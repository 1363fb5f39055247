import { LoopGuard } from './loop-guard.ts';

/** Counters of one bot since the server started, as `get_status` reports them; its clients share them. */
export class BotStatus {
  readonly startedMs: number;
  readonly loops = new LoopGuard();
  messagesReceived = 0;
  messagesSent = 0;
  lastMessageMs = 0;
  packetsReceived = 0;
  packetsSent = 0;
  /** Events that could not be made. */
  packetsLost = 0;
  disconnects = 0;
  /** false while the server cannot store what the bot sends. */
  good = true;
  /** `*_async` calls that still run. */
  asyncCalls = 0;
  #lastReceived = 0;

  constructor(startedMs: number) {
    this.startedMs = startedMs;
  }

  /** A message reached one of the bot's clients; the same one at a second client, or again, is not another message. */
  received(messageId: number, atMs: number): void {
    if (messageId <= this.#lastReceived) return;
    this.#lastReceived = messageId;
    this.messagesReceived += 1;
    this.lastMessageMs = Math.max(this.lastMessageMs, atMs);
  }
}

/** The data of `get_status`, which is also the `status` of a heartbeat. A bot that can ask, or hears the heartbeat, is online. */
export function statusFields(status: BotStatus) {
  return {
    online: true,
    good: status.good,
    app_initialized: true,
    app_enabled: true,
    app_good: status.good,
    stat: {
      message_received: status.messagesReceived,
      message_sent: status.messagesSent,
      last_message_time: Math.trunc(status.lastMessageMs / 1000),
      startup_time: Math.trunc(status.startedMs / 1000),
      packet_received: status.packetsReceived,
      packet_sent: status.packetsSent,
      packet_lost: status.packetsLost,
      disconnect_times: status.disconnects,
      lost_times: status.disconnects,
    },
  };
}
