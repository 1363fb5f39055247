/** The admin secret that the start-up line put behind `#`; fragments never travel to the server. */
let taken = '';

/** Reads `#secret=<secret>` once and erases it from the address bar and the history. */
export function takeSecretFromAddress(): void {
  const secret = inAddress();
  if (secret === null) return;
  taken = secret;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
}

/** The link may be opened where the page stands already: then only the fragment changes, and nothing would read it. */
export function watchAddressForSecret(): void {
  window.addEventListener('hashchange', () => {
    if (inAddress() !== null) window.location.reload();
  });
}

export function secretFromAddress(): string {
  return taken;
}

export function forgetSecret(): void {
  taken = '';
}

function inAddress(): string | null {
  return new URLSearchParams(window.location.hash.slice(1)).get('secret');
}
