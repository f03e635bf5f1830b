import { refusalOf } from './members';

/** The sentence for what is not there. For what cannot be the id of such a thing it says how to get the id. */
export function absenceOf(noun: string, id: string): string {
  const isId = looksLikeId(noun, id);
  const way = noun === 'API key' ? 'apiKeys lists it' : `${noun}ByKey finds it`;
  return `There is no ${noun} ${JSON.stringify(id)}.${isId ? '' : ` This wants an id; ${way}.`}`;
}

/** Awaits a query for one object by its id: null for what could be one, a refusal for everything else. */
export async function expectNothing(noun: string, id: string, query: Promise<object>): Promise<void> {
  const refusal = { code: 'BAD_USER_INPUT', message: `id: ${absenceOf(noun, id)}` };
  expect(await refusalOf(query)).toEqual(looksLikeId(noun, id) ? null : refusal);
  if (looksLikeId(noun, id)) expect(await query).toEqual({ [noun]: null });
}

function looksLikeId(noun: string, id: string): boolean {
  return new RegExp(`^${noun === 'API key' ? 'key' : noun}_[0-9a-f]{32}$`).test(id);
}
