import type { TargetOption } from '../../model/target.ts';
import { parseUrl, showUrl } from '../../tools/redact.ts';

/** What a person can say about their bot program and about the way there. */
export const options: readonly TargetOption[] = [
  {
    flags: '--project <folder>',
    says: 'folder of the NoneBot project: reads .env, pyproject.toml and bot.py, tells key names and never a value',
  },
  {
    flags: '--direct <url>',
    says: 'address of the bot program past the proxy: the same probes there, so that the difference decides',
    read: (text) => {
      const url = parseUrl(text);
      return url !== null && /^(wss?|https?):$/.test(url.protocol) && url.hostname !== '' ? showUrl(url.href) : null;
    },
  },
  {
    flags: '--scheme <scheme>',
    says: 'how your own program writes the Authorization header; raw sends the value as it is',
    choices: ['Bearer', 'Token', 'raw'],
  },
  {
    flags: '--role <role>',
    says: 'the X-Client-Role that your own program sends',
    choices: ['Universal', 'API', 'Event', 'none'],
  },
  {
    flags: '--try-variants',
    says: 'with --active: also your token without blanks, without quotes and percent-decoded, at most three handshakes',
  },
];
