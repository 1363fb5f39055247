import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { personChannelId } from '../../src/domain/channels/channel-id.ts';
import type { Change } from '../../src/domain/model.ts';
import type { ListEntry } from '../../src/domain/ports.ts';
import { type StoreHarness, value } from './conformance.ts';

/** Roles, deny and allow lists, and many accounts at once: what any store must keep of them. */
export function listsConformance(name: string, open: () => Promise<StoreHarness>): void {
  describe(`roles and lists of the store ${name}`, () => {
    let s: StoreHarness;
    before(async () => void (s = await open()));
    after(() => s.end());

    const people = async (...uids: string[]) => value(await s.directory.ensurePeople(uids)).value.map((user) => user.u);
    const kinds = (changes: readonly Change[]) => changes.map((change) => change.kind);
    const uidsOf = (entries: readonly ListEntry[]) => entries.map((entry) => entry.uid);

    test('makes many accounts in one commit, in the order given, and each once', async () => {
      const made = value(await s.directory.ensurePeople(['pa', 'pb', 'pa', 'pc']));
      assert.deepEqual(
        made.value.map((user) => user.uid),
        ['pa', 'pb', 'pa', 'pc'],
      );
      assert.deepEqual(kinds(made.changes), ['user.saved', 'user.saved', 'user.saved']);
      assert.deepEqual(value(await s.directory.ensurePeople(['pc', 'pa'])).changes, []);
    });

    test('raises and lowers roles, and passes over who is no member', async () => {
      const [a = 0, b = 0, c = 0] = await people('ra', 'rb', 'rc');
      const { ch } = value(await s.directory.ensureChannel({ id: 'roles', type: 2, owner: 'ra' })).value;
      const members = [
        { u: a, role: 'owner' as const },
        { u: b, role: 'admin' as const },
      ];
      assert.deepEqual(kinds(value(await s.directory.addMembers(ch, members, { reset: false, actor: null })).changes), [
        'members.added',
      ]);
      const roles = [
        { u: a, role: 'member' as const },
        { u: b, role: 'owner' as const },
        { u: c, role: 'admin' as const },
      ];
      const set = value(await s.directory.setRoles(ch, roles, 'ra'));
      assert.deepEqual(kinds(set.changes), ['members.role']);
      assert.deepEqual(value(await s.directory.setRoles(ch, roles, 'ra')).changes, []);
      const state = await s.directory.loadStateByInt(ch);
      assert.deepEqual(
        [...(state?.members.values() ?? [])].map((member) => [member.u, member.role]),
        [
          [a, 'member'],
          [b, 'owner'],
        ],
      );
      const refused = await s.directory.setRoles(99_999, [], null);
      assert.equal(!refused.ok && refused.refusal.code, 'im.channel_missing');
    });

    test('a group whose owner leaves has none, by removal and by reset', async () => {
      const [a = 0, b = 0] = await people('oa', 'ob');
      const { ch } = value(await s.directory.ensureChannel({ id: 'owned', type: 2, owner: 'oa' })).value;
      const both = [
        { u: a, role: 'owner' as const },
        { u: b, role: 'member' as const },
      ];
      value(await s.directory.addMembers(ch, both, { reset: false, actor: null }));
      assert.deepEqual(kinds(value(await s.directory.removeMembers(ch, [b], null)).changes), ['members.removed']);
      assert.deepEqual(kinds(value(await s.directory.removeMembers(ch, [a], null)).changes), [
        'members.removed',
        'channel.saved',
      ]);
      assert.equal((await s.directory.channel(2, 'owned'))?.owner, null);
      value(await s.directory.ensureChannel({ id: 'owned', type: 2, owner: 'ob' }));
      value(await s.directory.addMembers(ch, [{ u: b, role: 'owner' }], { reset: false, actor: null }));
      const reset = value(await s.directory.addMembers(ch, [{ u: a, role: 'member' }], { reset: true, actor: null }));
      assert.deepEqual(kinds(reset.changes), ['members.removed', 'channel.saved', 'members.added']);
    });

    test('lists of a group and of a person are read in the order people came, with the time', async () => {
      const [a = 0, b = 0, c = 0] = await people('la', 'lb', 'lc');
      const { ch } = value(await s.directory.ensureChannel({ id: 'listed', type: 2 })).value;
      value(await s.directory.editList(ch, 'allow', 'add', [c]));
      s.sleepMs(1000);
      value(await s.directory.editList(ch, 'allow', 'add', [a, c]));
      const listed = await s.directory.groupList(ch, 'allow');
      assert.deepEqual(uidsOf(listed), ['lc', 'la']);
      assert.ok((listed[1]?.createdMs ?? 0) - (listed[0]?.createdMs ?? 0) >= 1000);
      value(await s.directory.editList(ch, 'allow', 'set', [a, b]));
      const after = await s.directory.groupList(ch, 'allow');
      assert.deepEqual(uidsOf(after), ['la', 'lb']);
      assert.equal(after[0]?.createdMs, listed[1]?.createdMs);
      assert.deepEqual(await s.directory.groupList(ch, 'deny'), []);

      const ids = ['lb', 'lc'].map((uid) => personChannelId('la', uid));
      const added = value(await s.directory.editPersonList(a, 'deny', 'add', ids));
      assert.deepEqual(kinds(added.changes), ['channel.saved', 'list.added', 'channel.saved', 'list.added']);
      assert.deepEqual(value(await s.directory.editPersonList(a, 'deny', 'add', ids)).changes, []);
      await s.restart();
      assert.deepEqual(uidsOf(await s.directory.personList(a, 'deny')), ['lb', 'lc']);
      assert.deepEqual(uidsOf(await s.directory.personList(b, 'deny')), []);
      const gone = value(await s.directory.editPersonList(a, 'deny', 'remove', [...ids, personChannelId('la', 'nobody')]));
      assert.deepEqual(kinds(gone.changes), ['list.removed', 'list.removed']);
      assert.equal(await s.directory.channel(1, personChannelId('la', 'nobody')), null);
    });
  });
}
