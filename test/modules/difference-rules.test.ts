import { differencesOf } from '../../src/modules/changes/difference-rules';

it.each<[string, object, object, object[]]>([
  ['nothing', { a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, []],
  ['a value', { a: 1 }, { a: 2 }, [{ path: '/a', old: 1, new: 2 }]],
  ['a type', { a: 1 }, { a: '1' }, [{ path: '/a', old: 1, new: '1' }]],
  ['a member that is new', {}, { a: null }, [{ path: '/a', old: null, new: null }]],
  ['a member that is gone', { a: { b: 1 } }, { a: {} }, [{ path: '/a/b', old: 1, new: null }]],
  [
    'a place in a list',
    { a: [1, 2] },
    { a: [1, 3, 4] },
    [
      { path: '/a/1', old: 2, new: 3 },
      { path: '/a/2', old: null, new: 4 },
    ],
  ],
  ['a list that became an object', { a: [1] }, { a: { 0: 1 } }, [{ path: '/a', old: [1], new: { 0: 1 } }]],
  ['null that became an object', { a: null }, { a: { b: 1 } }, [{ path: '/a', old: null, new: { b: 1 } }]],
  ['names with slash and tilde', { 'a/b': { 'c~d': 1 } }, { 'a/b': { 'c~d': 2 } }, [{ path: '/a~1b/c~0d', old: 1, new: 2 }]],
  ['names of the prototype', { constructor: 1 }, { constructor: 2 }, [{ path: '/constructor', old: 1, new: 2 }]],
])('describes %s', (_what, before, after, differences) => {
  expect(differencesOf(before, after)).toEqual(differences);
});
