// node run-vectors.mjs MODULE [RE2JS]: all conformance vectors through a build, as an ECMAScript or a CommonJS module. With the path
// of `re2js` the build is given that engine. Prints how many passed, and which did not.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const [path, enginePath] = process.argv.slice(2);
const load = (file) => (file.endsWith('.cjs') ? createRequire(import.meta.url)(file) : import(pathToFileURL(file).href));
const { compileSnapshot, evaluate, useRegexEngine } = await load(path);
if (enginePath) useRegexEngine((await load(enginePath)).RE2JS);

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'conformance');
const failed = [];
let passed = 0;
for (const file of readdirSync(folder).filter((name) => /^\d\d-.*\.json$/.test(name))) {
  const { snapshot, cases } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const { compiled } = compileSnapshot(snapshot);
  for (const { description, flagKey, context, expected } of cases) {
    const actual = evaluate(compiled, flagKey, context);
    if (Object.entries(expected).every(([name, value]) => isDeepStrictEqual(actual[name], value))) passed += 1;
    else failed.push(`${file}: ${description}`);
  }
}
console.log(JSON.stringify({ passed, failed }));
