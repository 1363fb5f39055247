/** What the doctor is asked. Holds no secret: only which ones were given, by fingerprint, so that it can be printed, saved and replayed. */
export interface Question {
  /** Name of the target, as `--kind` takes it. */
  readonly target: string;
  /** As the person configured it, without user info; values of query keys that may be secrets are replaced. */
  readonly url: string;
  /** Probes that the other side may act on are allowed (`--active`). */
  readonly active: boolean;
  /** Name of each given secret → its fingerprint; equal values have equal fingerprints within one run and mean nothing outside it. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What else the person said: selfId, saw, uid, deviceFlag, username, origin, method … */
  readonly given: Readonly<Record<string, string | number | boolean>>;
}

/** The values themselves: they go to probes only, never into facts. Names: token, password, managerToken, accessToken, secret. */
export type Secrets = Readonly<Record<string, string>>;
