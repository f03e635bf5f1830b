import { confirmationIssues, nullIssues, patched, rangeIssues } from '../../src/validation/patch-rules';

it('refuses null where a field may only be absent', () => {
  expect(nullIssues({ name: null, color: 'x' }, { name: 'Name', color: 'Color', other: 'Other' })).toEqual([
    { code: 'INVALID', message: 'Name must not be null; leave it out to keep it as it is.', path: ['input', 'name'] },
  ]);
});

it('treats null and absent alike as the current value', () => {
  expect([patched(null, 1), patched(undefined, 1), patched(0, 1)]).toEqual([1, 1, 0]);
});

it('requires the exact key before it deletes', () => {
  expect(confirmationIssues('project', 'shop', 'shop')).toEqual([]);
  expect(confirmationIssues('project', 'shop', 'Shop')).toEqual([
    { code: 'INVALID', message: 'Confirm with the key of the project, "shop".', path: ['input', 'confirmKey'] },
  ]);
});

it.each([
  [0, false],
  [1, true],
  [3650, true],
  [3651, false],
])('judges whether %i is within 1 and 3,650', (value, isWithin) => {
  const message = `Days: ${value} was given; 1 to 3,650 are allowed.`;

  expect(rangeIssues('Days', value, { min: 1, max: 3650 }, ['input', 'days'])).toEqual(
    isWithin ? [] : [{ code: 'OUT_OF_RANGE', message, path: ['input', 'days'] }],
  );
});
