import type { Refusal } from '@hufu/refusals';
import { Type } from 'typebox';
import { checkName, isReservedUid } from '../../domain/users/account-rules.ts';
import { issueDeviceToken } from '../../domain/users/issue-device-token.ts';
import { saveAccount } from '../../domain/users/save-account.ts';
import { ok, type Outcome } from '../../kernel/outcome.ts';
import { endSessions } from '../../runtime/kick.ts';
import type { WukongHttpDeps } from './deps.ts';
import { byte, text } from './fields.ts';
import { type Answer, DONE, reserved, route, type WukongRoute, wrong } from './route.ts';

/** What a CONNECT can carry, and no more than a decision needs to look at. */
const MAX_TOKEN = 4096;

/** The 19 of WuKongIM comes as HTTP 200. */
export const userToken: WukongRoute = route({
  method: 'POST',
  path: '/user/token',
  doc: 'Registers the token of a user for one device flag, replacing the last one; the account is made when missing. A banned user gets HTTP 200 with `status` 19.',
  example: {
    request: { uid: 'alice', token: 'a long random text', device_flag: 1, device_level: 1, name: 'Alice' },
    answer: { status: 200 },
  },
  schema: Type.Object({
    uid: text('Required. 1 to 128 characters without `@`, `#`, `&` and control characters.'),
    token: text(`Required. What the client will present; at most ${MAX_TOKEN} characters. Only a keyed hash of it is kept.`),
    device_flag: byte('0 app, 1 web, 2 desktop, up to 255: the client has to connect with the same one.'),
    device_level: byte('1: the only live device of its flag, others are signed out; anything else: one beside others.'),
    name: text('Ours: what people see, 1 to 64 characters; absent or empty keeps the name.'),
  }),
  async handle(deps, body) {
    const { uid = '', token = '', device_flag: deviceFlag = 0 } = body;
    if (uid === '') return wrong('uid', 'uid不能为空！');
    if (token === '') return wrong('token', 'token不能为空！');
    if (token.length > MAX_TOKEN) return wrong('token', `token长度不能超过${MAX_TOKEN}！`);
    const name = givenName(body.name);
    if (!name.ok) return { refused: name.refusal };
    const deviceLevel = body.device_level === 1 ? 1 : 0;
    const issued = await issueDeviceToken(deps, {
      uid,
      hash: deps.hashToken(token),
      deviceFlag,
      deviceLevel,
      ...name.value,
    });
    if (!issued.ok) return refusedAccount(uid, issued.refusal);
    // A master is the only one of its flag: whoever holds the old token leaves, even when the token is the same.
    if (deviceLevel === 1)
      endSessions(deps.hub, issued.value.u, { refusal: { code: 'wk.kicked' }, which: (one) => one.deviceFlag === deviceFlag });
    return DONE;
  },
});

export interface PersonInfo {
  readonly uid: string;
  readonly ban: boolean;
  readonly sendBan: boolean;
  readonly disband: boolean;
  readonly name: string | undefined;
}

/** `POST /channel` with type 1: the info of a person channel is what a back end says about that user. */
export async function savePersonInfo(deps: WukongHttpDeps, info: PersonInfo): Promise<Answer> {
  const { uid, ban: banned, sendBan } = info;
  if (info.disband) return wrong('disband', 'a person cannot be disbanded: use ban');
  const name = givenName(info.name);
  if (!name.ok) return { refused: name.refusal };
  const saved = await saveAccount(deps, { uid, banned, sendBan, ...name.value });
  if (!saved.ok) return refusedAccount(uid, saved.refusal);
  if (banned) endSessions(deps.hub, saved.value.u, { refusal: { code: 'wk.banned' } });
  return DONE;
}

/** An absent or empty name keeps what is there. */
export function givenName(name: string | undefined): Outcome<{ readonly name?: string }> {
  if (name === undefined || name.trim() === '') return ok({});
  const checked = checkName('name', name);
  return checked.ok ? ok({ name: checked.value }) : checked;
}

function refusedAccount(uid: string, refused: Refusal): Answer {
  if (refused.code === 'wk.banned') return { refused, httpStatus: 200, status: 19 };
  if (refused.code === 'wk.uid_invalid') return { refused, text: 'uid不能包含特殊字符！' };
  if (refused.code === 'cred.wrong_kind') return reserved(refused, '机器人账号不能登录，请使用机器人自己的令牌！');
  return isReservedUid(uid) ? reserved(refused, '系统账号不允许更新token！') : { refused };
}
