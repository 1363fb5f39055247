import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isRefusalCode } from '@hufu/refusals';
import { actions, nearestActions } from '../../src/surfaces/onebot/actions/index.ts';
import { refusalWords } from '../../src/surfaces/onebot/refusal-words.ts';
import { Turns } from '../../src/surfaces/onebot/turns.ts';
import { BotStatus } from '../../src/surfaces/onebot/status.ts';
import { onebotWorld, START_MS } from './support/world.ts';

describe('every action', () => {
  for (const action of actions) {
    test(`${action.name} answers its own example`, async (t) => {
      const w = await onebotWorld(t);
      const client = w.addClient('raw');
      if (action.name === 'get_msg') await w.say(w.ann, { type: 1, content: 'hi' });
      w.group.channel = { ...w.group.channel, name: 'ops' };
      const context = {
        deps: w.deps,
        bot: w.bot,
        client,
        connectionId: 'c',
        status: new BotStatus(START_MS),
        sending: new Turns(),
      };
      const outcome = await action.run(context, action.example.params);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      assert.deepEqual(JSON.parse(JSON.stringify(outcome.value)), action.example.data);
    });
  }

  test('has a name of its own and a doc in both languages', () => {
    const names = actions.flatMap((action) => [action.name, ...action.aliases]);
    assert.equal(new Set(names).size, names.length);
    for (const { doc } of actions) assert.ok(doc.zh !== '' && doc.en !== '');
  });
  test('is suggested for a mistyped name', () => assert.deepEqual(nearestActions('get_grop_info').at(0), 'get_group_info'));
});

test('every descriptive refusal name has a code', () => {
  for (const code of Object.values(refusalWords)) assert.ok(isRefusalCode(code));
});
