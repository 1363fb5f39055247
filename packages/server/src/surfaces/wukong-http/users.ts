import { Type } from 'typebox';
import { isReservedUid } from '../../domain/users/account-rules.ts';
import { issueDeviceToken } from '../../domain/users/issue-device-token.ts';
import type { User } from '../../domain/model.ts';
import type { Hub } from '../../runtime/hub.ts';
import { byte, DONE, reserved, route, text, type WukongRoute, wrong } from './route.ts';

const KICK_GRACE_MS = 2000;

/** The 19 and 24 of WuKongIM come as HTTP 200. */
export const userToken: WukongRoute = route({
  method: 'POST',
  path: '/user/token',
  doc: 'Registers the token of a user for one device flag; the account is made when missing. Level 1 ends live connections of the same flag.',
  example: { uid: 'alice', token: 'a long random text', device_flag: 1, device_level: 1, name: 'Alice' },
  schema: Type.Object({ uid: text, token: text, device_flag: byte, device_level: byte, name: text }),
  async handle(deps, body) {
    const { uid = '', token = '', device_flag: deviceFlag = 0, name } = body;
    if (uid === '') return wrong('uid', 'uid不能为空！');
    if (token === '') return wrong('token', 'token不能为空！');
    const deviceLevel = body.device_level === 1 ? 1 : 0;
    const issued = await issueDeviceToken(deps, {
      uid,
      hash: deps.hashToken(token),
      deviceFlag,
      deviceLevel,
      ...(name === undefined || name.trim() === '' ? {} : { name: name.trim().slice(0, 128) }),
    });
    if (issued.ok) {
      if (deviceLevel === 1) kick(deps.hub, issued.value, deviceFlag);
      return DONE;
    }
    const refused = issued.refusal;
    if (refused.code === 'wk.banned') return { refused, httpStatus: 200, status: 19 };
    if (refused.code === 'wk.uid_invalid') return { refused, text: 'uid不能包含特殊字符！' };
    return isReservedUid(uid) ? reserved(refused, '系统账号不允许更新token！') : { refused };
  },
});

/** A master device is the only one of its flag: whoever holds the old token leaves, even when the token is the same. */
function kick(hub: Pick<Hub, 'sessionsOf'>, user: User, deviceFlag: number): void {
  for (const session of [...hub.sessionsOf(user.u)]) {
    if (session.surface !== 'onebot' && session.deviceFlag === deviceFlag) session.end({ code: 'wk.kicked' }, KICK_GRACE_MS);
  }
}
