import fc from 'fast-check';
import { planEnvironment, planEnvironmentUpdate, reordered } from '../../src/modules/environments/environment-rules';

const made = { id: 'environment_1', createdAt: new Date(0) };
const input = { projectId: 'project_1', key: 'staging', name: 'Staging' };
const current = { ...made, ...input, color: '#808080', isProduction: false, requiredRole: null, position: 1, version: 2 };

it('plans an environment at the end of the order, with defaults', () => {
  expect(planEnvironment(input, 3, made)).toEqual({
    environment: { ...made, ...input, color: '#808080', isProduction: false, requiredRole: null, position: 3, version: 1 },
  });
});

it('writes colors in lower case', () => {
  expect(planEnvironment({ ...input, color: '#ABCDEF', isProduction: true }, 0, made).environment).toMatchObject({
    color: '#abcdef',
    isProduction: true,
  });
});

it('reports all issues of a new environment together', () => {
  const plan = planEnvironment({ ...input, key: '', name: 'x'.repeat(256), color: 'red' }, 100, made);

  expect(plan.issues).toEqual([
    { code: 'BLANK', message: 'Environment key must not be empty.', path: ['input', 'key'] },
    { code: 'TOO_LONG', message: 'Environment name has 256 characters; at most 255 are allowed.', path: ['input', 'name'] },
    { code: 'INVALID', message: 'Environment color "red" must have the form #rrggbb.', path: ['input', 'color'] },
    { code: 'OUT_OF_RANGE', message: 'The project has 100 environments; at most 100 are allowed.', path: null },
  ]);
});

it.each([{ name: 'QA' }, { color: '#000000' }, { isProduction: true }, { position: 0 }])(
  'changes only given fields: %j',
  (patch) => {
    expect(planEnvironmentUpdate(current, patch, 3)).toEqual({ environment: { ...current, ...patch, version: 3 } });
  },
);

it('returns the same row when nothing changes', () => {
  const same = { name: 'Staging', color: '#808080', isProduction: false, position: 1 };

  expect(planEnvironmentUpdate(current, same, 3).environment).toBe(current);
});

it('refuses nulls and positions outside the order', () => {
  const nulls = { name: null, color: null, isProduction: null, position: null };

  expect(planEnvironmentUpdate(current, nulls, 3).issues?.map(({ path }) => path?.at(-1))).toEqual(Object.keys(nulls));
  expect(planEnvironmentUpdate(current, { position: 3 }, 3).issues).toEqual([
    { code: 'OUT_OF_RANGE', message: 'Environment position: 3 was given; 0 to 2 are allowed.', path: ['input', 'position'] },
  ]);
});

it('moves one id to its position and keeps the order of the others', () => {
  expect(reordered(['a', 'b', 'c'], 'a', 2)).toEqual(['b', 'c', 'a']);

  const someIds = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(someIds, fc.nat(), fc.nat(), (ids, which, where) => {
      const id = ids[which % ids.length]!;
      const moved = reordered(ids, id, where % ids.length);
      expect(moved[where % ids.length]).toBe(id);
      expect(moved.filter((other) => other !== id)).toEqual(ids.filter((other) => other !== id));
    }),
  );
});
