/** The sentence for what is not there. For what cannot be the id of such a thing it names the query that finds the id. */
export function absenceOf(noun: string, id: string): string {
  const isId = new RegExp(`^${noun}_[0-9a-f]{32}$`).test(id);
  return `There is no ${noun} ${JSON.stringify(id)}.${isId ? '' : ` This wants an id; ${noun}ByKey finds it.`}`;
}
