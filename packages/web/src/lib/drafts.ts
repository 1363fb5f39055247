import { reactive, watch } from 'vue';
import { remember, remembered } from './storage.ts';

/** Half-written words by conversation; they outlive a reload of the tab. */
export function createDrafts(): Map<string, string> {
  const drafts = reactive(new Map(entriesOf(remembered('drafts'))));
  watch(drafts, () => remember('drafts', drafts.size === 0 ? null : JSON.stringify([...drafts])));
  return drafts;
}

function entriesOf(text: string | null): [string, string][] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.map(([key, words]) => [String(key), String(words)]) : [];
  } catch {
    return [];
  }
}
