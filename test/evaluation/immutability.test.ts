/** Compiled snapshots never change: calls keep what they find out in a memory of their own. */
import { compileSnapshot, evaluateAll, type CompiledSnapshot } from '../../src/evaluation';
import { Dice, generateContext, generateSnapshot } from './support/generate';
import { makeFlag, makeRule, makeSnapshot } from './support/make';

/** Freezes flags and segments with all in them, but for the results that outcomes keep. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || 'latest' in value) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

function freezeAll({ flags, segments }: CompiledSnapshot): void {
  for (const compiled of [...flags.values(), ...segments.values()]) freeze(compiled);
}

it('decides by flags and segments that are frozen as by those that are not', () => {
  const dice = new Dice(11);

  for (let line = 0; line < 300; line += 1) {
    const snapshot = generateSnapshot(dice, 8);
    const { compiled } = compileSnapshot(snapshot);
    freezeAll(compiled);
    const next = { ...snapshot, revision: snapshot.revision + 1, flags: [...generateSnapshot(dice, 4).flags, ...snapshot.flags] };
    const after = compileSnapshot(next, compiled).compiled;
    freezeAll(after);
    const context = generateContext(dice);

    expect(evaluateAll(compiled, context)).toEqual(evaluateAll(compileSnapshot(snapshot).compiled, context));
    expect(evaluateAll(after, context)).toEqual(evaluateAll(compileSnapshot(next).compiled, context));
  }
});

it('answers a call that is interrupted by calls for other contexts as one that is not', () => {
  const dice = new Dice(12);

  for (let line = 0; line < 200; line += 1) {
    const { compiled } = compileSnapshot(generateSnapshot(dice, 8));
    const context = generateContext(dice);
    const other = generateContext(dice);
    const filter = (): boolean => {
      evaluateAll(compiled, other, { filter: () => true });
      return true;
    };

    expect(evaluateAll(compiled, context, { filter })).toEqual(evaluateAll(compiled, context));
  }
});

it('compiles a flag anew that becomes a prerequisite, once, and no other', () => {
  const isStaff = makeRule({ conditions: [{ attribute: 'plan', operator: 'EQUALS', values: ['staff'] }] });
  const flags = [makeFlag('a', { rules: [isStaff] }), makeFlag('b', { rules: [isStaff] })];
  const referring = (key: string) => makeFlag(key, { prerequisites: [{ flagKey: 'a', variation: 'yes' }] });
  const before = compileSnapshot(makeSnapshot(flags)).compiled;
  const c = referring('c');
  const first = compileSnapshot(makeSnapshot([...flags, c]), before).compiled;
  const second = compileSnapshot(makeSnapshot([...flags, c, referring('d')]), first).compiled;

  expect(first.flags.get('a')).not.toBe(before.flags.get('a'));
  expect(first.flags.get('b')).toBe(before.flags.get('b'));
  expect(second.flags.get('a')).toBe(first.flags.get('a'));
});

it('starts anew when a line of compiles has used up its slots, and answers the same', () => {
  const dice = new Dice(13);
  const snapshot = generateSnapshot(dice, 8);
  const { compiled } = compileSnapshot(snapshot);
  for (let slot = 0; slot < 1_000_001; slot += 1) compiled.memory.takeAnswerSlot();
  const next = compileSnapshot(snapshot, compiled).compiled;
  const context = generateContext(dice);

  expect(next.memory).not.toBe(compiled.memory);
  expect(evaluateAll(next, context)).toEqual(evaluateAll(compiled, context));
});
