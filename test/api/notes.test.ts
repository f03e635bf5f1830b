import { make, makeProject, type MadeProject } from '../support/make';
import { createWorld, type World } from '../support/world';

let world: World;
let project: MadeProject;
beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
});
afterAll(() => world.close());

const createNote = (text: string): Promise<{ note: { id: string; text: string } }> =>
  make(project.client, 'createNote', { projectId: project.id, text }, 'note { id text }');

it('leaves a note that its own query, node and the history of the project answer', async () => {
  const { note } = await createNote('Ask Ada before you delete this.');

  const answer = await project.client.request(
    `query ($id: ID!, $p: ID!) {
      note(id: $id) { text project { id } }
      node(id: $id) { __typename id }
      changes(projectId: $p, filter: { kinds: [NOTE_CREATED] }) { nodes { kind items { subjectKind subjectId before after } } }
    }`,
    { id: note.id, p: project.id },
  );

  expect(answer).toEqual({
    note: { text: note.text, project: { id: project.id } },
    node: { __typename: 'Note', id: note.id },
    changes: {
      nodes: [
        { kind: 'NOTE_CREATED', items: [{ subjectKind: 'NOTE', subjectId: note.id, before: null, after: { text: note.text } }] },
      ],
    },
  });
});

it.each([
  ['', 'BLANK', 'Note must not be empty.'],
  ['a'.repeat(2_001), 'TOO_LONG', 'Note has 2001 characters; at most 2000 are allowed.'],
])('refuses a text that is empty or too long', async (text, code, message) => {
  const { createNote: refused } = await project.client.request<{ createNote: unknown }>(
    `mutation ($input: CreateNoteInput!) { createNote(input: $input) { note { id } userErrors { code message path } } }`,
    { input: { projectId: project.id, text } },
  );

  expect(refused).toEqual({ note: null, userErrors: [{ code, message, path: ['input', 'text'] }] });
});
