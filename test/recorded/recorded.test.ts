/**
 * Everything that a client can see of the server, as it was recorded: a story of several hundred requests over HTTP and WebSocket,
 * the schema and the tables. A change of code that is meant to change no answer proves it here.
 * `RECORD=1 npx jest test/recorded` records anew, after a change that is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSmtp } from '../support/smtp';
import { createWorld, isEmbedded, type World } from '../support/world';
import { STRICT, tellStrict } from './chapter-strict';
import { differences, render, type Recorded } from './compare';
import { readSchema } from './schema';
import { readTables } from './tables';
import { tellStory } from './requests';
import { Story, StoryClock, type Entry } from './story';

const isRecording = process.env.RECORD === '1';
/** On a machine that is busy with other things the whole story takes some minutes. */
const TIMEOUT_MS = 600_000;
const pathOf = (file: string): string => join(__dirname, file);
const recorded = (file: string): string => readFileSync(pathOf(file), 'utf8');

let entries: readonly Entry[] = [];
let tables = '';

const storyOn = ({ url }: World, clock: StoryClock): Story => new Story(`http://127.0.0.1:${new URL(url).port}`, clock);

beforeAll(async () => {
  entries = [...(await tellWhole()), ...(await tellOfStrictness())];
  if (isRecording) writeFileSync(pathOf('answers.json'), render(entries));
}, TIMEOUT_MS);

async function tellWhole(): Promise<readonly Entry[]> {
  const clock = new StoryClock();
  const smtp = await startSmtp();
  const env = {
    SMTP_URL: smtp.url,
    MAIL_FROM: 'Flagstaff <flags@example.com>',
    PUBLIC_URL: 'https://flags.example.com',
    ALLOWED_ORIGINS: 'https://app.example.com',
  };
  const world = await createWorld({ clock, env, ownerless: true });
  const story = storyOn(world, clock);
  try {
    await tellStory({ story, mails: smtp.mails, setUpToken: world.app.setUpToken });
    if (isEmbedded) tables = await readTables((sql) => world.app.database.connection.query(sql));
  } finally {
    story.close();
    await world.close();
    await smtp.close();
  }
  return story.entries;
}

async function tellOfStrictness(): Promise<readonly Entry[]> {
  const clock = new StoryClock();
  let delayMs = 0;
  const load = { delayMs: () => delayMs, close: () => undefined };
  const world = await createWorld({ clock, env: STRICT, load });
  const story = storyOn(world, clock);
  story.keep('owner', world.owner.accessToken);
  try {
    await tellStrict({ story, setDelay: (ms) => (delayMs = ms) });
  } finally {
    story.close();
    await world.close();
  }
  return story.entries;
}

it('answers each request as it was recorded', () => {
  const before = JSON.parse(recorded('answers.json')) as Recorded;
  expect(differences(before, JSON.parse(render(entries)) as Recorded).join('\n\n')).toBe('');
});

it('has the schema that was recorded', () => {
  const schema = readSchema(join(__dirname, '..', '..', 'schema'));
  if (isRecording) writeFileSync(pathOf('schema.txt'), schema);
  expect(schema).toBe(recorded('schema.txt'));
});

(isEmbedded ? it : it.skip)('has the tables that were recorded', () => {
  if (isRecording) writeFileSync(pathOf('tables.txt'), tables);
  expect(tables).toBe(recorded('tables.txt'));
});
