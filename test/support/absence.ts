/** The sentence for what is not there. For what cannot be the id of such a thing it says how to get the id. */
export function absenceOf(noun: string, id: string): string {
  const [kind, way] = noun === 'API key' ? ['key', 'apiKeys lists it'] : [noun, `${noun}ByKey finds it`];
  const isId = new RegExp(`^${kind}_[0-9a-f]{32}$`).test(id);
  return `There is no ${noun} ${JSON.stringify(id)}.${isId ? '' : ` This wants an id; ${way}.`}`;
}
