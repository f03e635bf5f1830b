import { compileSnapshot, evaluate } from '../../src/evaluation';

import { readTopics } from './support/vectors';

const topics = readTopics();

it('has at least 400 vectors over at least 20 topics, each described once', () => {
  const descriptions = topics.flatMap(({ file, cases }) => cases.map(({ description }) => `${file}: ${description}`));

  expect(topics.length).toBeGreaterThanOrEqual(20);
  expect(descriptions.length).toBeGreaterThanOrEqual(400);
  expect(new Set(descriptions).size).toBe(descriptions.length);
});

describe.each(topics)('given $file', ({ snapshot, cases }) => {
  const { compiled } = compileSnapshot(snapshot);

  it.each(cases)('$description', ({ flagKey, context, expected }) => {
    expect(evaluate(compiled, flagKey, context)).toMatchObject(expected);
  });
});
