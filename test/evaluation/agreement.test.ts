import { compileSnapshot, evaluate, evaluateAll, segmentsOf } from '../../src/evaluation';

import { recomputeFromTrace } from './support/check-trace';
import { Dice, generateContext, generateSnapshot } from './support/generate';
import { LiteralInterpreter } from './support/literal-interpreter';

jest.setTimeout(240_000);

describe('given generated flag sets', () => {
  it('agrees with the literal interpreter on 100,000 cases', () => {
    const dice = new Dice(20_261_121);
    let caseCount = 0;

    while (caseCount < 100_000) {
      const snapshot = generateSnapshot(dice, 5);
      const { compiled, problems } = compileSnapshot(snapshot);
      expect(problems).toEqual([]);
      const interpreter = new LiteralInterpreter(snapshot);
      for (let round = 0; round < 20; round += 1) {
        const context = generateContext(dice);
        for (const flag of snapshot.flags) {
          const { value, variationKey, reason, ruleId, prerequisiteKey, errorCode, inExperiment } = evaluate(
            compiled,
            flag.key,
            context,
          );
          const ours = { value, variationKey, reason, ruleId, prerequisiteKey, errorCode, inExperiment };
          const theirs = interpreter.evaluate(flag.key, context);
          // Comparing texts first: the matcher is too slow for 100,000 rounds and only needed to tell a difference.
          if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
            expect({ flag, context, answer: ours }).toEqual({ flag, context, answer: theirs });
          }
          caseCount += 1;
        }
      }
    }

    expect(caseCount).toBe(100_000);
  });

  it('finds the segments of a context as the literal interpreter does', () => {
    const dice = new Dice(3);

    for (let round = 0; round < 2_000; round += 1) {
      const snapshot = generateSnapshot(dice, 1);
      const context = generateContext(dice);
      const interpreter = new LiteralInterpreter(snapshot);
      const expected = snapshot.segments.map(({ key }) => key).filter((key) => interpreter.isInSegment(key, context));
      expect(segmentsOf(compileSnapshot(snapshot).compiled, context)).toEqual(expected);
    }
  });

  it('answers all flags at once as it answers them one by one', () => {
    const dice = new Dice(4);

    for (let round = 0; round < 1_000; round += 1) {
      const snapshot = generateSnapshot(dice, 8);
      const { compiled } = compileSnapshot(snapshot);
      const context = generateContext(dice);
      const keys = snapshot.flags.filter(({ isArchived }) => !isArchived).map(({ key }) => key);
      expect(evaluateAll(compiled, context)).toEqual(keys.map((key) => evaluate(compiled, key, context)));
    }
  });

  it('tells a trace from which an independent checker recomputes each value, on 10,000 flag sets', () => {
    const dice = new Dice(5);
    let traceCount = 0;

    for (let round = 0; round < 10_000; round += 1) {
      const snapshot = generateSnapshot(dice, 3);
      const { compiled } = compileSnapshot(snapshot);
      const context = generateContext(dice);
      for (const { key } of snapshot.flags) {
        const plain = evaluate(compiled, key, context);
        const traced = evaluate(compiled, key, context, { trace: true });
        const { variationKey, value, trace } = traced;
        const recomputed = recomputeFromTrace(JSON.parse(JSON.stringify(trace)));
        if (JSON.stringify(recomputed) !== JSON.stringify({ variationKey, value })) {
          expect({ trace, ...recomputed }).toEqual({ trace, variationKey, value });
        }
        if (JSON.stringify({ ...traced, trace: null }) !== JSON.stringify(plain))
          expect({ ...traced, trace: null }).toEqual(plain);
        traceCount += 1;
      }
    }

    expect(traceCount).toBe(30_000);
  });
});
