/** docs/PERMISSIONS.md agrees with src/modules/access/permissions.ts and actor.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { permissionsOfKey } from '../../src/modules/access/actor';
import type { ApiKeyKind } from '../../src/modules/access/api-key-format';
import { PERMISSIONS, READS_UPWARD, ROLE_PERMISSIONS, type Role } from '../../src/modules/access/permissions';
import { PACKAGE_ROOT } from '../../src/package-root';

const document = readFileSync(join(PACKAGE_ROOT, 'docs', 'PERMISSIONS.md'), 'utf8');

/** The rows of the table under a heading, each as its cells. */
function tableUnder(heading: string): string[][] {
  const section = document.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('|---'));
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it('lists the permissions of each role, in the order of the code', () => {
  const roles: Role[] = ['VIEWER', 'EDITOR', 'ADMIN', 'OWNER'];
  const [head, ...rows] = tableUnder('Roles');

  expect(head).toEqual(['Permission', 'What it allows', ...roles]);
  expect(rows.map(([permission, _what, ...cells]) => [permission, ...cells])).toEqual(
    PERMISSIONS.map((permission) => [
      `\`${permission}\``,
      ...roles.map((role) => (ROLE_PERMISSIONS[role].has(permission) ? 'yes' : '–')),
    ]),
  );
  expect(rows.filter(([, what]) => !what?.endsWith('.'))).toEqual([]);
});

it('lists the permissions that a role gives upwards', () => {
  const sentence = /^(.*) also hold on what is around/m.exec(document)?.[1] ?? '';

  expect([...sentence.matchAll(/`([a-z:]+)`/g)].map((match) => match[1])).toEqual([...READS_UPWARD]);
});

it('lists what each kind of key may do', () => {
  const kinds: ApiKeyKind[] = ['SERVER', 'CLIENT', 'MOBILE', 'ADMIN'];
  const mayDo = (kind: ApiKeyKind, permission: string): string => {
    if (kind === 'ADMIN') return 'by its role';
    return [...permissionsOfKey({ kind, role: null })].some((known) => known === permission) ? 'yes' : '–';
  };
  const [head, ...rows] = tableUnder('API keys');

  const documented = rows.slice(0, -1).map(([permission]) => permission!.replaceAll('`', ''));
  const granted = PERMISSIONS.filter((permission) =>
    kinds.some((kind) => permissionsOfKey({ kind, role: null }).has(permission)),
  );

  expect(head).toEqual(['Permission', ...kinds]);
  expect(documented).toEqual(granted);
  expect(rows.slice(0, -1)).toEqual(
    documented.map((permission) => [`\`${permission}\``, ...kinds.map((kind) => mayDo(kind, permission))]),
  );
  expect(rows.at(-1)).toEqual(['all others', '–', '–', '–', 'by its role']);
});
