import type { RefusalCode } from '../codes.ts';
import { access as accessEn } from './en/access.ts';
import { bots as botsEn } from './en/bots.ts';
import { cred as credEn } from './en/cred.ts';
import { http as httpEn } from './en/http.ts';
import { im as imEn } from './en/im.ts';
import { nacos as nacosEn } from './en/nacos.ts';
import { remote as remoteEn } from './en/remote.ts';
import { remoteApi as remoteApiEn } from './en/remote-api.ts';
import { remoteFwd as remoteFwdEn } from './en/remote-fwd.ts';
import { remoteWk as remoteWkEn } from './en/remote-wk.ts';
import { srv as srvEn } from './en/srv.ts';
import { wk as wkEn } from './en/wk.ts';
import type { OperatorText } from './operator-text.ts';
import { personWords } from './person.ts';
import { access as accessZh } from './zh/access.ts';
import { bots as botsZh } from './zh/bots.ts';
import { cred as credZh } from './zh/cred.ts';
import { http as httpZh } from './zh/http.ts';
import { im as imZh } from './zh/im.ts';
import { nacos as nacosZh } from './zh/nacos.ts';
import { remote as remoteZh } from './zh/remote.ts';
import { remoteApi as remoteApiZh } from './zh/remote-api.ts';
import { remoteFwd as remoteFwdZh } from './zh/remote-fwd.ts';
import { remoteWk as remoteWkZh } from './zh/remote-wk.ts';
import { srv as srvZh } from './zh/srv.ts';
import { wk as wkZh } from './zh/wk.ts';

export type { OperatorText } from './operator-text.ts';

const en: Readonly<Record<RefusalCode, OperatorText>> = {
  ...credEn,
  ...wkEn,
  ...httpEn,
  ...accessEn,
  ...imEn,
  ...botsEn,
  ...nacosEn,
  ...remoteEn,
  ...remoteApiEn,
  ...remoteFwdEn,
  ...remoteWkEn,
  ...srvEn,
};
const zh: Readonly<Record<RefusalCode, OperatorText>> = {
  ...credZh,
  ...wkZh,
  ...httpZh,
  ...accessZh,
  ...imZh,
  ...botsZh,
  ...nacosZh,
  ...remoteZh,
  ...remoteApiZh,
  ...remoteFwdZh,
  ...remoteWkZh,
  ...srvZh,
};

/** Title, meaning, check and fix in both languages, for the operator. */
export function operatorText(code: RefusalCode): { readonly zh: OperatorText; readonly en: OperatorText } {
  return { zh: zh[code], en: en[code] };
}

/** The same for the person whom the refusal happened to: what that person can do (never for strangers). */
export function personText(code: RefusalCode): { readonly zh: OperatorText; readonly en: OperatorText } {
  const words = personWords[code];
  return { zh: { ...zh[code], ...words?.zh }, en: { ...en[code], ...words?.en } };
}
