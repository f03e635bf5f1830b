/** The packages as compilers of all ages read them: TypeScript 5.0, the newest 5, 6 and 7, and what arethetypeswrong finds. */
import { join } from 'node:path';
import { makeHome, removeHomes } from '../../support/layout';
import { createApplicationWith, PUBLISHED, type Application } from '../support/application';
import { DISPOSING, PROGRAMS, type Program } from '../support/programs';

jest.setTimeout(600_000);

let application: Application;
beforeAll(() => {
  application = createApplicationWith(makeHome(), join(__dirname, 'tools'));
});
afterAll(removeHomes);

const VERSIONS = ['5.0', '5.9', '6', '7'] as const;
type Version = (typeof VERSIONS)[number];

const BUNDLER = { end: 'ts', module: 'esnext', moduleResolution: 'bundler' };
const KINDS: readonly {
  readonly kind: string;
  readonly end: string;
  readonly module: string;
  readonly versions: readonly Version[];
}[] = [
  { kind: 'CommonJS in Node', end: 'cts', module: 'node16', versions: VERSIONS },
  { kind: 'an ECMAScript module in Node', end: 'mts', module: 'nodenext', versions: VERSIONS },
  // TypeScript knows of it since 5.9.
  { kind: 'an ECMAScript module in Node 20', end: 'mts', module: 'node20', versions: ['5.9', '6', '7'] },
  { kind: 'what a bundler reads', ...BUNDLER, versions: VERSIONS },
  // Does not read `exports`, and is the default of TypeScript 5 for CommonJS.
  { kind: 'CommonJS of old', end: 'ts', module: 'commonjs', versions: ['5.0', '5.9'] },
];
const EACH_KIND = KINDS.flatMap(({ versions, ...kind }) => versions.map((version) => ({ version, ...kind })));

interface Compilation {
  readonly version: Version;
  readonly end: string;
  readonly programs: readonly Pick<Program, 'folder' | 'text'>[];
  /** Of tsconfig.json, beside those of every compilation. */
  readonly options: object;
}

/** Answers what the compiler has to say. It reads all declarations but those of the language. */
function compile({ version, end, programs, options }: Compilation): string {
  const files = programs.map(({ folder }) => `${folder}.${end}`);
  programs.forEach(({ text }, i) => application.write(files[i]!, text));
  const always = { noEmit: true, strict: true, exactOptionalPropertyTypes: true, skipDefaultLibCheck: true, types: [] };
  application.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...always, target: 'es2022', ...options }, files }));
  return application.run(process.execPath, [`node_modules/typescript-${version}/bin/tsc`, '-p', '.']);
}

it.each(EACH_KIND)('compiles with TypeScript $version as $kind, $module', ({ version, end, kind: _, ...options }) => {
  const page = { lib: ['es2022', 'dom', 'dom.iterable'], ...options };
  const node = { lib: ['es2022'], types: ['node'], ...options };
  const [forNode, others] = [PROGRAMS.filter(({ needs }) => needs === 'NODE'), PROGRAMS.filter(({ needs }) => needs !== 'NODE')];

  expect(compile({ version, end, programs: others, options: page })).toBe('');
  expect(compile({ version, end, programs: forNode, options: node })).toBe('');
});

const { end, ...options } = BUNDLER;

it.each(VERSIONS)('compiles with TypeScript %s where neither a browser nor Node is declared', (version) => {
  const programs = PROGRAMS.filter(({ needs }) => needs === 'NOTHING');

  expect(compile({ version, end, programs, options: { lib: ['es2022'], ...options } })).toBe('');
});

it.each(['5.9', '6', '7'] as const)('closes a client by `await using` with TypeScript %s', (version) => {
  const programs = [{ folder: 'disposing', text: DISPOSING }];

  expect(compile({ version, end, programs, options: { lib: ['esnext', 'dom'], ...options } })).toBe('');
});

it('would not compile what is wrong', () => {
  const programs = [{ folder: 'wrong', text: `import { nothing } from '@flagstaff/server-sdk'; export default nothing;` }];

  expect(() => compile({ version: '6', end, programs, options: { lib: ['es2022'], ...options } })).toThrow(
    /wrong\.ts\(1,10\): error TS2305: Module '"@flagstaff\/server-sdk"' has no exported member 'nothing'\./,
  );
});

it.each(PUBLISHED)('has nothing that arethetypeswrong finds fault with: %s', (name) => {
  const attw = 'node_modules/@arethetypeswrong/cli/dist/index.js';
  const output = application.run(process.execPath, [attw, '--pack', join(application.built, name), '--format', 'json']);

  expect(JSON.parse(output)).toMatchObject({ analysis: { packageName: `@flagstaff/${name}`, problems: [] } });
});
