import { encodeResponse, type OneBotRequest, type OneBotResponse, parseRequestFrame, splitAction } from '@hufu/protocol/onebot';
import type { Refusal } from '@hufu/refusals';
import { PRESETS } from '../../domain/bots/presets.ts';
import type { BotClient } from '../../domain/model.ts';
import { type Outcome, refusalOf, Refused } from '../../kernel/outcome.ts';
import type { Action, ActionContext } from './actions/action.ts';
import { actions, findAction, nearestActions } from './actions/index.ts';
import { encodeRefusal, TIMED_OUT } from './encode-refusal.ts';

const MAX_AT_ONCE = 64;
/** A bot that answers everybody sends hundreds of calls in one breath; more than this is a loop in it. */
const MAX_WAITING = 1000;
const MAX_WAITING_CHARS = 16 * 1024 * 1024;
const MAX_ASYNC = 1000;
const ACTION_CAP_MS = 30_000;

export interface DispatchPorts {
  readonly context: ActionContext;
  /** Queues an answer; `done` is called when it has left, or cannot any more. */
  answer(text: string, done: () => void): void;
  /** Keeps the decision; answers its request id. `answer` null = nobody is told. */
  record(refusal: Refusal, action: string, answer: string | null): string;
  /** The peer sent an event or an answer: it is no framework. */
  notFramework(frame: string): void;
}

export interface Dispatcher {
  /** Calls that are being worked on. */
  readonly outstanding: number;
  /** One frame in, exactly one answer out, unless it is none that is to be answered. Never rejects. */
  dispatch(text: string): Promise<void>;
  /** A frame that is no text at all. */
  refuseFrame(detail: string): void;
}

/** The calls of one connection: at most 64 at a time, each at most 30 s; a thousand more wait for their turn. */
export function createDispatcher(ports: DispatchPorts): Dispatcher {
  const { context } = ports;
  const waiting: { readonly request: OneBotRequest; readonly chars: number }[] = [];
  let waitingChars = 0;
  let outstanding = 0;

  function refused(refusal: Refusal, action: string): OneBotResponse {
    return encodeRefusal(refusal, ports.record(refusal, action, 'failed'));
  }

  function badFrame(detail: string, echo: string | null): void {
    const refusal: Refusal = { code: 'onebot.bad_params', evidence: { detail } };
    ports.answer(encodeResponse(refused(refusal, ''), echo), nothing);
  }

  async function responseTo({ action: called, params }: OneBotRequest): Promise<OneBotResponse> {
    const { name, mode } = splitAction(called);
    const action = findAction(name);
    if (action === undefined) return refused(unknownAction(name), name);
    if (!mayCall(context.client, action.name)) return refused({ code: 'scope.missing', evidence: { action: action.name } }, name);
    if (mode === 'async') {
      const begun = beginAsync(action, params);
      return begun === null ? { ...OK, status: 'async', retcode: asyncRetcode(context.client) } : refused(begun, name);
    }
    const outcome = await run(context, action, params);
    return outcome.ok ? { ...OK, data: outcome.value } : refused(outcome.refusal, name);
  }

  /** Parameters are checked before the answer; the outcome is seen in the decisions only. null = begun. */
  function beginAsync(action: Action, params: Readonly<Record<string, unknown>>): Refusal | null {
    const checked = action.check(params);
    if (!checked.ok) return checked.refusal;
    if (context.status.asyncCalls >= MAX_ASYNC)
      return {
        code: 'rate.requests',
        evidence: { detail: `at most ${MAX_ASYNC} asynchronous calls at a time` },
        retryAfterSeconds: 1,
      };
    context.status.asyncCalls += 1;
    void run(context, action, params).then((outcome) => {
      context.status.asyncCalls -= 1;
      if (!outcome.ok) ports.record(outcome.refusal, `${action.name}_async`, null);
    });
    return null;
  }

  async function work(request: OneBotRequest): Promise<void> {
    outstanding += 1;
    const response = await responseTo(request).catch((error: unknown) => {
      context.deps.events.error({ action: request.action, error: String(error) }, 'a call could not be answered properly');
      return FAULT;
    });
    ports.answer(encodeResponse(response, request.echo), () => {
      outstanding -= 1;
      const next = waiting.shift();
      if (next === undefined) return;
      waitingChars -= next.chars;
      void work(next.request);
    });
  }

  return {
    get outstanding() {
      return outstanding;
    },
    refuseFrame: (detail) => badFrame(detail, 'null'),
    async dispatch(text) {
      const request = parseRequestFrame(text);
      if (!request.ok && request.reason === 'not_a_call') return ports.notFramework(request.detail);
      if (!request.ok) return badFrame(request.detail, request.echo);
      if (outstanding < MAX_AT_ONCE) return work(request);
      if (waiting.length >= MAX_WAITING || waitingChars + text.length > MAX_WAITING_CHARS) {
        const detail = `${MAX_AT_ONCE} calls at a time, and ${waiting.length} wait already`;
        const refusal: Refusal = { code: 'rate.requests', evidence: { detail }, retryAfterSeconds: 1 };
        return ports.answer(encodeResponse(refused(refusal, request.action), request.echo), nothing);
      }
      waiting.push({ request, chars: text.length });
      waitingChars += text.length;
    },
  };
}

const OK = { status: 'ok', retcode: 0, data: null, message: '', wording: '' } as const satisfies OneBotResponse;

/** What is left to say when even the refusal could not be recorded. */
const FAULT = {
  ...OK,
  status: 'failed',
  retcode: 1500,
  message: '服务器内部错误',
  wording: '服务器内部错误 / Something went wrong on our side.',
  reason: 'srv.fault',
} as const satisfies OneBotResponse;

async function run(context: ActionContext, action: Action, params: Readonly<Record<string, unknown>>): Promise<Outcome<unknown>> {
  let timer: NodeJS.Timeout | undefined;
  const cap = new Promise<Outcome<unknown>>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, refusal: TIMED_OUT }), ACTION_CAP_MS).unref();
  });
  try {
    return await Promise.race([action.run(context, params), cap]);
  } catch (error) {
    const stack = error instanceof Error ? error.stack : String(error);
    if (!(error instanceof Refused)) context.deps.events.error({ action: action.name, error: stack }, 'an action failed');
    return { ok: false, refusal: refusalOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** 1 by the standard. */
function asyncRetcode({ asyncRetcode: wanted, preset }: BotClient): 0 | 1 {
  return wanted ?? (preset === null ? 1 : PRESETS[preset].asyncRetcode);
}

/** By the client's patterns, in which `*` stands for any letters. */
function mayCall({ actions: patterns }: BotClient, name: string): boolean {
  if (patterns === undefined) return true;
  return patterns.some((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name));
}

function unknownAction(name: string): Refusal {
  const near = nearestActions(name);
  const detail = near.length > 0 ? near.join(', ') : actions.map((action) => action.name).join(', ');
  return { code: 'onebot.action_unknown', evidence: { action: name.slice(0, 128), detail } };
}

function nothing(): void {
  // An answer that no call waits for has nothing to settle.
}
