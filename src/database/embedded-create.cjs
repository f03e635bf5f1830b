'use strict';
// A program that makes a new database in a directory: node embedded-create.cjs DIRECTORY. It takes some 800 MB, which only the end of
// a process gives back, or 150 MB with the archive that the build makes: node embedded-create.cjs --archive
const { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { gunzipSync, gzipSync } = require('node:zlib');
const { messageOf, openDatabase } = require('./embedded-open.cjs');

const ARCHIVE = join(__dirname, 'embedded-create.gz');

async function main(argument) {
  if (argument === '--archive') await writeArchive();
  else if (existsSync(ARCHIVE)) unpack(argument);
  else await make(argument);
}

async function make(directory) {
  const database = await openDatabase(directory);
  await database.close();
}

/** A line of JSON with the names of all entries and the sizes of the files, then their contents; null: a directory. */
async function writeArchive() {
  const home = mkdtempSync(join(tmpdir(), 'flagstaff-new-database-'));
  try {
    await make(join(home, 'postgres'));
    const entries = entriesBelow(join(home, 'postgres'), '');
    const head = JSON.stringify(entries.map(([name, content]) => [name, content?.length ?? null]));
    writeFileSync(
      ARCHIVE,
      gzipSync(Buffer.concat([Buffer.from(`${head}\n`), ...entries.flatMap(([, content]) => content ?? [])])),
    );
  } finally {
    rmSync(home, { recursive: true });
  }
}

function entriesBelow(directory, prefix) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const name = prefix + entry.name;
    const path = join(directory, entry.name);
    return entry.isDirectory() ? [[name, null], ...entriesBelow(path, `${name}/`)] : [[name, readFileSync(path)]];
  });
}

function unpack(directory) {
  const bytes = gunzipSync(readFileSync(ARCHIVE));
  const end = bytes.indexOf('\n');
  // PostgreSQL refuses a directory that others may write to.
  mkdirSync(directory, { mode: 0o700 });
  let offset = end + 1;
  for (const [name, size] of JSON.parse(bytes.toString('utf8', 0, end))) {
    const path = join(directory, name);
    if (size === null) mkdirSync(path, { mode: 0o700 });
    else writeFileSync(path, bytes.subarray(offset, offset + size), { mode: 0o600 });
    offset += size ?? 0;
  }
}

main(process.argv[2]).catch((error) => {
  process.stderr.write(messageOf(error));
  process.exitCode = 1;
});
