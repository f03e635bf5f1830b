import { planProject, planProjectUpdate } from '../../src/modules/projects/project-rules';

const made = { id: 'project_1', createdAt: new Date(0) };
const input = { organizationId: 'organization_1', key: 'shop', name: 'Shop' };
const current = { ...made, ...input, description: 'All of it', staleAfterDays: 30, version: 4 };

it('plans a project with defaults', () => {
  expect(planProject(input, made)).toEqual({
    project: { ...made, ...input, description: '', staleAfterDays: 30, version: 1 },
  });
});

it('treats explicit nulls of a new project as the defaults', () => {
  expect(planProject({ ...input, description: null, staleAfterDays: null }, made)).toEqual(planProject(input, made));
});

it('reports all issues of a new project together', () => {
  const bad = { ...input, key: 'a b', name: ' ', description: 'x'.repeat(2001), staleAfterDays: 0 };

  expect(planProject(bad, made).issues?.map(({ code, path }) => [code, path?.at(-1)])).toEqual([
    ['INVALID', 'key'],
    ['BLANK', 'name'],
    ['TOO_LONG', 'description'],
    ['OUT_OF_RANGE', 'staleAfterDays'],
  ]);
});

it.each([{ name: 'Store' }, { description: '' }, { staleAfterDays: 3650 }])('changes only given fields: %j', (patch) => {
  expect(planProjectUpdate(current, patch)).toEqual({ project: { ...current, ...patch, version: 5 } });
});

it('returns the same row when nothing changes', () => {
  const patch = { name: 'Shop', description: 'All of it', staleAfterDays: 30 };

  expect(planProjectUpdate(current, patch).project).toBe(current);
  expect(planProjectUpdate(current, {}).project).toBe(current);
});

it('reports nulls in an update together with all other issues', () => {
  const patch = { name: null, description: null, staleAfterDays: 3651 };

  expect(planProjectUpdate(current, patch).issues?.map(({ code, path }) => [code, path?.at(-1)])).toEqual([
    ['INVALID', 'name'],
    ['INVALID', 'description'],
    ['OUT_OF_RANGE', 'staleAfterDays'],
  ]);
});
