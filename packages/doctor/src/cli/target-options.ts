import { type Command, Option } from 'commander';
import type { Question } from '../model/question.ts';
import type { Target, TargetOption } from '../model/target.ts';
import { UsageError } from './words.ts';

type Given = Question['given'];

/** Every option that some kind of peer brings with it; two kinds may share one. */
export function addTargetOptions(command: Command, targets: readonly Target[]): void {
  const known = new Set<string>();
  for (const option of targets.flatMap((target) => target.options ?? [])) {
    if (known.has(option.flags)) continue;
    known.add(option.flags);
    command.addOption(optionOf(option));
  }
}

/** What the person said with them. Throws a UsageError when a value cannot be taken, or the option is of another kind. */
export function givenByOptions(target: Target, values: Readonly<Record<string, unknown>>, targets: readonly Target[]): Given {
  const own = new Set((target.options ?? []).map((option) => option.flags));
  const foreign = targets.flatMap((one) => one.options ?? []).filter((option) => !own.has(option.flags));
  const misplaced = foreign.find((option) => values[optionOf(option).attributeName()] !== undefined);
  if (misplaced !== undefined)
    throw new UsageError(
      `${misplaced.flags} 不用于 ${target.name}；见 --kind`,
      `${misplaced.flags} is not for ${target.name}; see --kind`,
    );
  const given: Record<string, string | number | boolean> = {};
  for (const option of target.options ?? []) {
    const name = optionOf(option).attributeName();
    const value = values[name];
    if (value === true) given[name] = true;
    if (typeof value !== 'string') continue;
    const read = option.read === undefined ? value : option.read(value);
    if (read === null)
      throw new UsageError(
        `${option.flags} 不能是“${value.slice(0, 64)}”：${option.says}`,
        `${option.flags} cannot be "${value.slice(0, 64)}": ${option.says}`,
      );
    given[name] = read;
  }
  return given;
}

function optionOf({ flags, says, choices }: TargetOption): Option {
  const option = new Option(flags, says);
  return choices === undefined ? option : option.choices(choices);
}
