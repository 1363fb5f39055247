import type { Http } from './http.ts';
import type { Result } from './result.ts';
import type {
  Account,
  BotClientView,
  BotMade,
  BotView,
  ChannelRef,
  Contact,
  Conversation,
  Explanation,
  Framework,
  MemberView,
  Msg,
  RefusalRow,
  SignedIn,
  Snippet,
  UploadedFile,
} from './types.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * The answer is the server's own word in a published shape, so only the member that every caller relies on is checked;
 * a body without it is `client.bad_answer`.
 */
function shaped<T>(member: keyof T & string): (body: Body) => T | null {
  return (body) => (body[member] === undefined ? null : (body as T));
}

function listed<T>(member: string): (body: Body) => T[] | null {
  return (body) => (Array.isArray(body[member]) ? (body[member] as T[]) : null);
}

const nothing = (): true => true;
const part = encodeURIComponent;

export interface HistoryQuery extends ChannelRef {
  readonly beforeSeq?: number;
  readonly afterSeq?: number;
  readonly limit?: number;
}

export interface HistoryPage {
  readonly messages: readonly Msg[];
  readonly more: boolean;
}

export interface BotClientPatch {
  readonly url?: string;
  readonly token?: string;
  readonly rotate?: boolean;
  readonly enabled?: boolean;
}

/** Answer of a change that may have made a new token, which is told once. */
export interface BotClientChanged {
  readonly client?: BotClientView;
  readonly token?: string | null;
  /** What to paste with the new token. */
  readonly snippets?: readonly Snippet[];
}

/**
 * `/api/v1` as calls. Each resolves to a value or to a refusal and rejects only for bugs. A read that got no answer is made again twice; a change never is,
 * for it may have been done.
 */
export interface Api {
  /** A session for a person. One refusal for an unknown uid and a wrong password. Does not connect: see `Client.login`. */
  login(uid: string, password: string): Promise<Result<SignedIn>>;
  /** A session for the operator, who has no live connection. */
  loginOperator(secret: string): Promise<Result<{ readonly token: string }>>;
  /** Ends the session on the server alone: see `Client.logout`. */
  logout(): Promise<Result<true>>;
  /** Makes an account, or sets its name and password, with the admin secret instead of a session. Passwords have 8 to 256 characters. */
  createUser(
    secret: string,
    user: { uid: string; name: string; password: string },
  ): Promise<Result<{ readonly uid: string; readonly name: string }>>;
  /** Who the session belongs to. */
  me(): Promise<Result<Account>>;
  /** An account by its exact uid; `resource.hidden` when there is none. */
  user(uid: string): Promise<Result<Account>>;
  /** Friends, peers of private conversations and the caller's bots. */
  contacts(): Promise<Result<Contact[]>>;
  /** At most 1000, newest first. */
  conversations(): Promise<Result<Conversation[]>>;
  /** Messages in rising order: the page before `beforeSeq`, or after `afterSeq`, else the newest. `limit` is at most 500, 50 when left out. */
  messages(query: HistoryQuery): Promise<Result<HistoryPage>>;
  /** Moves the caller's read position forward; other connections of the account hear `conversation.changed`. */
  markRead(channel: ChannelRef, messageSeq: number): Promise<Result<true>>;
  /** A group that the caller owns; `members` are uids of existing accounts. */
  createGroup(name: string, members: readonly string[]): Promise<Result<{ readonly channelId: string; readonly name: string }>>;
  members(groupId: string): Promise<Result<MemberView[]>>;
  addMembers(groupId: string, uids: readonly string[]): Promise<Result<true>>;
  /** Removes somebody; with the caller's own uid, leaves. */
  removeMember(groupId: string, uid: string): Promise<Result<true>>;
  /** The caller's bots with their configured clients. */
  bots(): Promise<Result<BotView[]>>;
  /** A bot with one client that the server dials at `url` (left out: where programs of the framework usually listen). Its token is told this once. */
  createBot(bot: { name: string; framework: Framework; url?: string }): Promise<Result<BotMade>>;
  /** One more client: `forward` dials the server with the token, `reverse` is dialled at `url`. Its token is told this once. */
  addBotClient(
    uid: string,
    client: { kind: 'reverse' | 'forward'; name: string; url?: string },
  ): Promise<Result<BotClientChanged>>;
  /** Dials a reverse client now, whatever its back-off. */
  retryBotClient(uid: string, id: string): Promise<Result<true>>;
  /** Changes address or token, switches on or off; `rotate` answers a new token with what to paste. */
  changeBotClient(uid: string, id: string, patch: BotClientPatch): Promise<Result<BotClientChanged>>;
  removeBotClient(uid: string, id: string): Promise<Result<true>>;
  /** Puts a file on the server, at most 10 MB there; everybody who knows its `url` can read it. Waits up to two minutes. */
  upload(file: Blob, name: string): Promise<Result<UploadedFile>>;
  /** At most 200 refusals that the caller may read, newest first. */
  refusals(): Promise<Result<RefusalRow[]>>;
  /** Cause, repair and evidence of a refusal; `resource.hidden` for unknown ids and those of others. */
  explanation(requestId: string): Promise<Result<Explanation>>;
}

export function createApi(http: Http): Api {
  return {
    login: (uid, password) =>
      http.request('POST', '/auth/login', shaped<SignedIn>('token'), { body: { uid, password }, bearer: '' }),
    loginOperator: (secret) =>
      http.request('POST', '/auth/operator', shaped<{ token: string }>('token'), { body: { secret }, bearer: '' }),
    logout: () => http.request('POST', '/auth/logout', nothing),
    createUser: (secret, user) =>
      http.request('POST', '/users', shaped<{ uid: string; name: string }>('uid'), { body: user, bearer: secret }),
    me: () => http.request('GET', '/me', shaped<Account>('uid')),
    user: (uid) => http.request('GET', `/users/${part(uid)}`, shaped<Account>('uid')),
    contacts: () => http.request('GET', '/contacts', listed<Contact>('users')),
    conversations: () => http.request('GET', '/conversations', listed<Conversation>('conversations')),
    messages: (query) =>
      http.request(
        'GET',
        '/messages',
        (body) => {
          const messages = listed<Msg>('messages')(body);
          return messages === null
            ? null
            : { messages: messages.sort((a, b) => a.messageSeq - b.messageSeq), more: body['more'] === true };
        },
        { query: { ...query } },
      ),
    markRead: (channel, messageSeq) =>
      http.request('POST', '/read', nothing, {
        body: { channelId: channel.channelId, channelType: channel.channelType, messageSeq },
      }),
    createGroup: (name, members) =>
      http.request('POST', '/groups', shaped<{ channelId: string; name: string }>('channelId'), { body: { name, members } }),
    members: (groupId) => http.request('GET', `/groups/${part(groupId)}/members`, listed<MemberView>('members')),
    addMembers: (groupId, uids) => http.request('POST', `/groups/${part(groupId)}/members`, nothing, { body: { uids } }),
    removeMember: (groupId, uid) => http.request('DELETE', `/groups/${part(groupId)}/members/${part(uid)}`, nothing),
    bots: () => http.request('GET', '/bots', listed<BotView>('bots')),
    createBot: (bot) => http.request('POST', '/bots', shaped<BotMade>('bot'), { body: bot }),
    addBotClient: (uid, client) => http.request('POST', `/bots/${part(uid)}/clients`, changed, { body: client }),
    retryBotClient: (uid, id) => http.request('POST', `/bots/${part(uid)}/clients/${part(id)}/retry`, nothing, { body: {} }),
    changeBotClient: (uid, id, patch) =>
      http.request('PATCH', `/bots/${part(uid)}/clients/${part(id)}`, changed, { body: patch }),
    removeBotClient: (uid, id) => http.request('DELETE', `/bots/${part(uid)}/clients/${part(id)}`, nothing),
    upload(file, name) {
      const form = new FormData();
      form.set('file', file, name);
      return http.request('POST', '/files', shaped<UploadedFile>('url'), { form });
    },
    refusals: () => http.request('GET', '/refusals', listed<RefusalRow>('refusals')),
    explanation: (requestId) => http.request('GET', `/requests/${part(requestId)}/explanation`, shaped<Explanation>('code')),
  };
}

function changed(body: Body): BotClientChanged {
  return body as BotClientChanged;
}
