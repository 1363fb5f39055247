/** Structured log port; `app` wires it to pino. Fields never hold a secret. */
export interface Log {
  info(fields: Record<string, unknown>, text: string): void;
  warn(fields: Record<string, unknown>, text: string): void;
  error(fields: Record<string, unknown>, text: string): void;
}
