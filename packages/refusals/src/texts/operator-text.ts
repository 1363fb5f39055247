import type { RefusalCode } from '../codes.ts';

/** What the operator reads about one cause; the person whom it happened to reads the same where nothing else stands in `person.ts`. */
export interface OperatorText {
  readonly title: string;
  /** What happened, in one or two sentences. */
  readonly meaning: string;
  /** How to see it by hand. */
  readonly check: string;
  /** The one step that repairs it: a command, a request, or a key of a file. */
  readonly fix: string;
}

/** Every code of the named families: a missing or a surplus text does not compile. */
export type FamilyTexts<Family extends string> = Readonly<Record<Extract<RefusalCode, `${Family}.${string}`>, OperatorText>>;

/** Codes of one kind of peer have a file of their own: `remote.wk_…`, `remote.api_…`, `remote.fwd_…`, `nacos.…`. */
export type PrefixTexts<Prefix extends string> = Readonly<Record<Extract<RefusalCode, `${Prefix}${string}`>, OperatorText>>;

/** What is left of `remote.…`: the way there, and frameworks that we dial. */
export type RemoteTexts = Readonly<
  Record<
    Exclude<Extract<RefusalCode, `remote.${string}`>, `remote.wk_${string}` | `remote.api_${string}` | `remote.fwd_${string}`>,
    OperatorText
  >
>;

export function text(title: string, meaning: string, check: string, fix: string): OperatorText {
  return { title, meaning, check, fix };
}
