/** What an operator reads about one cause, in one language. */
export interface OperatorText {
  readonly title: string;
  readonly meaning: string;
  readonly check: string;
  readonly fix: string;
}

export function text(title: string, meaning: string, check: string, fix: string): OperatorText {
  return { title, meaning, check, fix };
}
