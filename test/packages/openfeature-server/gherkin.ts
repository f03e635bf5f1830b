/** Reads as much of Gherkin as OpenFeature's features use: background, scenarios, outlines with examples, tables. */

export interface Step {
  /** Without its keyword. */
  readonly text: string;
  readonly table: readonly (readonly string[])[];
}

export interface Scenario {
  readonly name: string;
  /** Those of the background first. */
  readonly steps: readonly Step[];
  /** The row of the examples by the names of its columns; empty where there are none. */
  readonly example: { readonly [column: string]: string };
}

interface Block {
  readonly name: string;
  readonly steps: { text: string; table: string[][] }[];
  readonly examples: string[][][];
}

export function readFeature(text: string): Scenario[] {
  const blocks = readBlocks(text);
  const background = blocks.find(({ name }) => name === 'Background')?.steps ?? [];
  return blocks
    .filter(({ name }) => name !== 'Background')
    .flatMap(({ name, steps, examples }) => {
      const rows = examples.flatMap(([columns = [], ...rows]) =>
        rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? '']))),
      );
      const all = [...background, ...steps];
      if (rows.length === 0) return [{ name, steps: all, example: {} }];
      return rows.map((example) => ({ name: `${name} ${JSON.stringify(example)}`, steps: fill(all, example), example }));
    });
}

function readBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let rows: string[][] = [];
  for (const line of text.split('\n').map((line) => line.trim())) {
    const [, keyword, rest = ''] =
      /^(Background|Scenario Outline|Scenario|Examples|Given|When|Then|And|But)\b:? *(.*)$/.exec(line) ?? [];
    if (line.startsWith('|')) rows.push(cellsOf(line));
    else if (keyword === 'Examples') blocks.at(-1)?.examples.push((rows = []));
    else if (keyword === 'Background') blocks.push({ name: keyword, steps: [], examples: [] });
    else if (keyword?.startsWith('Scenario')) blocks.push({ name: rest, steps: [], examples: [] });
    else if (keyword !== undefined) blocks.at(-1)?.steps.push({ text: rest, table: (rows = []) });
  }
  return blocks;
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

function fill(steps: readonly Step[], example: Scenario['example']): Step[] {
  const replace = (text: string): string => text.replace(/<(\w+)>/g, (whole, name: string) => example[name] ?? whole);
  return steps.map(({ text, table }) => ({ text: replace(text), table: table.map((row) => row.map(replace)) }));
}
