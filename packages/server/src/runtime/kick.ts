import type { Refusal } from '@hufu/refusals';
import type { Hub } from './hub.ts';
import type { LiveSession } from './session.ts';

/** A kicked connection stays this long, so that the DISCONNECT arrives. */
export const KICK_GRACE_MS = 2000;

/**
 * WuKongIM's device rules among connections of one uid and one device flag: a master takes over every other one, a slave only its own device id.
 * Another device hears DISCONNECT 12; the same device's old socket is just closed.
 */
export function kickOthers(hub: Hub, arrived: LiveSession): void {
  for (const other of [...hub.sessionsOf(arrived.u)]) {
    if (other === arrived || other.surface === 'onebot' || other.deviceFlag !== arrived.deviceFlag) continue;
    const sameDevice = other.deviceId === arrived.deviceId;
    if (arrived.deviceLevel === 1 && !sameDevice)
      other.end({ code: 'wk.kicked', evidence: { by: 'login in other device' } }, KICK_GRACE_MS);
    else if (sameDevice) other.end({ code: 'wk.kicked', evidence: { by: 'same device connected again' } }, 0);
  }
}

/** Ends those connections of people's own programs; those of bots answer to their own rules. */
export function endSessions(
  hub: Pick<Hub, 'sessionsOf'>,
  u: number,
  how: { readonly refusal: Refusal; which?(session: LiveSession): boolean },
): void {
  const { refusal, which = () => true } = how;
  for (const session of [...hub.sessionsOf(u)])
    if (session.surface !== 'onebot' && which(session)) session.end(refusal, KICK_GRACE_MS);
}
