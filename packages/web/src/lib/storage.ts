type Key = 'session' | 'language' | 'drafts';

/** What half-written words are kept in: they belong to one tab. */
const storeOf = (key: Key): Storage => (key === 'drafts' ? window.sessionStorage : window.localStorage);

/** Browsers may forbid storage (private windows): the page then forgets at reload and works otherwise. */
export function remembered(key: Key): string | null {
  try {
    return storeOf(key).getItem(`hufu.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: Key, value: string | null): void {
  try {
    if (value === null) storeOf(key).removeItem(`hufu.${key}`);
    else storeOf(key).setItem(`hufu.${key}`, value);
  } catch {
    // Nothing to do: see above.
  }
}

/** Tells when another page of this browser changes the key. */
export function onRemembered(key: Key, tell: (value: string | null) => void): void {
  window.addEventListener('storage', (event) => {
    if (event.key === `hufu.${key}`) tell(event.newValue);
  });
}
