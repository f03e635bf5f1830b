import { organizationIssues } from '../../src/modules/organizations/organization-rules';

it('accepts any name of 1 to 255 characters that is not only white space', () => {
  expect(organizationIssues({ key: 'acme', name: '株式会社 🏢' })).toEqual([]);
});

it('reports all issues together', () => {
  expect(organizationIssues({ key: 'é', name: 'a\u0000b' })).toEqual([
    {
      code: 'INVALID',
      message: 'Organization key "é" may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.',
      path: ['input', 'key'],
    },
    { code: 'INVALID', message: 'Organization name must not contain U+0000 or a lone surrogate.', path: ['input', 'name'] },
  ]);
});
