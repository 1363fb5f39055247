import { join } from 'node:path';
import { root } from '../node24.mjs';
import { example, page, section, table, typeText } from './markdown.mjs';

const surface = join(root, 'packages/server/src/surfaces/onebot');

export async function onebotActions() {
  const { actions } = await import(join(surface, 'actions/index.ts'));
  const { refusalWords } = await import(join(surface, 'refusal-words.ts'));
  const { SENDABLE_TYPES } = await import(join(root, 'packages/protocol/src/onebot/index.ts'));
  const { encodeRefusal, TIMED_OUT } = await import(join(surface, 'encode-refusal.ts'));
  const { definitionOf } = await import(join(root, 'packages/refusals/src/index.ts'));
  const sections = actions.map((action) =>
    section(action.name, [
      `${action.doc.en} ${action.doc.zh}`,
      action.aliases.length === 0 ? '' : `Also called ${action.aliases.map((name) => `\`${name}\``).join(', ')}.`,
      paramTable(action),
      example('Call', { action: action.name, params: action.example.params, echo: 'any JSON' }),
      example('Answer', {
        status: 'ok',
        retcode: 0,
        data: action.example.data,
        message: '',
        wording: '',
        echo: 'any JSON',
      }),
    ]),
  );
  const refusals = Object.entries(refusalWords).map(([word, code]) => {
    const { publicCode, public: text } = definitionOf(code);
    const { retcode } = encodeRefusal(word === 'timed_out' ? TIMED_OUT : { code }, '');
    return [word, `\`${publicCode}\``, String(retcode), `${text.en} ${text.zh}`];
  });
  return page(
    'OneBot v11 actions',
    [
      'One JSON object a WebSocket text frame: `{"action", "params", "echo"}`. Every frame gets exactly one answer, but an event or an answer, which no framework sends: it ends the connection. `echo` comes back as it was sent, whatever JSON it is. 64 calls are worked on at a time and 1000 more wait their turn, the next is refused with retcode 1429; a frame is at most `onebot.maxFrameBytes` long, 4 MiB by default.',
      'Every parameter may come as a string; booleans also as 1, 0, "yes", "no"; null is the same as absent, and so are "" for what may be left out and 0 for an id that may. Unknown parameters are ignored. `<action>_async` is checked, answered at once with `status: async`, and done afterwards; `<action>_rate_limited` is the action itself.',
      `Messages are made of the segments ${SENDABLE_TYPES.map((type) => `\`${type}\``).join(', ')}, as a list or as a CQ string. The \`file\` of an image is \`base64://…\`, \`data:image/…;base64,…\`, or the \`file\` or \`url\` of one that was received. An at of everybody by a bot that may not do so (the group has an owner or admins, and the bot is none of them) is sent as text, and \`warnings\` in the answer says so.`,
      'A refusal is `{"status": "failed", "retcode", "data": null, "message", "wording", "msg", "reason", "requestId", "echo"}`: `reason` is the cause, and `hufu explain <requestId>` tells all about it.',
    ],
    [...sections, '## Refusals', table(['cause', 'reason', 'retcode', 'meaning'], refusals)],
  );
}

function paramTable({ params, paramAliases }) {
  const rows = paramRows(params, paramAliases, '');
  return rows.length === 0 ? 'No parameters.' : table(['parameter', 'type', '', 'meaning'], rows);
}

function paramRows({ properties = {}, required = [] }, aliases, prefix) {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const names = [name, ...(aliases[name] ?? [])].map((one) => `\`${prefix}${one}\``).join(' or ');
    const need = required.includes(name) ? 'needed' : 'optional';
    const row = [names, typeText(schema), need, schema.description ?? ''];
    return [row, ...paramRows(schema, {}, `${prefix}${name}.`)];
  });
}
