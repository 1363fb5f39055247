import type { RefusalCode } from '@hufu/refusals';
import type { Confidence, Edit } from '../model/target.ts';
import type { Text } from '../model/text.ts';

/** A line some software writes when it refuses or is refused, and what it means. */
export interface LogPattern {
  /** Key of the fact; unique over all files. */
  readonly id: string;
  /** Who writes it, with the version whose source or run it was taken from. */
  readonly software: string;
  /** Tried on each line without its colours; must not backtrack without bound. Named groups become values of the fact, except `secret…`: of those only whether they are empty. */
  readonly match: RegExp;
  /** null: a line that only helps to judge others. */
  readonly code: RefusalCode | null;
  readonly confidence?: Confidence;
  readonly reading?: Text;
  readonly edits?: readonly Edit[];
  /** Not a cause when a line of one of these patterns is there too: that one says it better. */
  readonly unless?: readonly string[];
}
