/**
 * Search by a part of a key or name, in any case and normal form (Unicode, UAX #15 and chapter 3.13). Texts are folded here and
 * not by the database, whose `lower` knows ASCII letters only under the locale C, and no normal forms.
 */

/**
 * Equal for texts that differ in case or normal form only. In capitals, because ß has no other capital than SS, and ς and σ share
 * one.
 */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');
}

/** The column `search_text` of a row with a key and a name. */
export function searchTextOf({ key, name }: { readonly key: string; readonly name: string }): string {
  return foldText(`${key}\n${name}`);
}

/**
 * SQL: whether the row `alias` has a folded text in its key or name. A row that the release before has written has no `search_text`,
 * and one that it has renamed has that of the old name. strpos instead of LIKE: a percent sign or underscore in the text means itself.
 */
export function hasSearchText(alias: string, folded: string): string {
  const ofNow = `upper(${alias}.key || chr(10) || ${alias}.name)`;
  return `(strpos(coalesce(${alias}.search_text, ''), ${folded}) > 0 OR strpos(${ofNow}, ${folded}) > 0)`;
}
