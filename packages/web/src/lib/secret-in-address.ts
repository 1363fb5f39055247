/** The admin secret that the start-up line put behind `#`; fragments never travel to the server. */
let taken = '';

/** Reads `#<secret>` or `#secret=<secret>` once and erases it from the address bar and the history. */
export function takeSecretFromAddress(): void {
  const raw = window.location.hash.slice(1);
  if (raw === '') return;
  const value = raw.replace(/^(secret|admin|welcome)=/, '');
  try {
    taken = decodeURIComponent(value);
  } catch {
    taken = value;
  }
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
}

export function secretFromAddress(): string {
  return taken;
}

export function forgetSecret(): void {
  taken = '';
}
