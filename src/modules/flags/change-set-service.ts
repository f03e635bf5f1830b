import { UserFault, type Issue } from '../../errors';
import { notFound } from '../access/absence';
import type { Actor } from '../access/actor';
import { visibilityIn } from '../access/visibility';
import type { ChangeBodyEntity } from '../changes/change-body-entity';
import { isVisibleItem } from '../changes/change-rules';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { bodyOfItem } from '../changes/record-change';
import { lockProjectFor } from '../projects/project-service';
import type { SegmentEntity } from '../segments/segment-entity';
import { editOfSet, type ChangeOfSetInput, type SetEdit } from './change-set-edits';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { ProjectScene } from './project-scene';
import { differentIn, itemsOf, recordScene } from './scene-changes';

export interface ChangeSetServiceOptions {
  readonly changes: ChangeService;
}

export interface ApplyChangeSetInput {
  readonly projectId: string;
  readonly changes: readonly ChangeOfSetInput[];
  readonly dryRun?: boolean | null;
}

/** The things that the changes name, each once and as it is now; after a dry run nothing but the preview. */
export interface ChangeSetResult {
  readonly configurations: FlagConfigurationEntity[] | null;
  readonly flags: FlagEntity[] | null;
  readonly segments: SegmentEntity[] | null;
  /** The items that would be changed. Null when they were. */
  readonly preview: ChangeBodyEntity[] | null;
  readonly revisions: EnvironmentRevision[];
}

const CHANGES_PER_SET_MAX = 1_000;

export class ChangeSetService {
  constructor(private readonly options: ChangeSetServiceOptions) {}

  /**
   * Applies all or none, as one change with one revision per environment. A dry run does all of it but record, and takes it
   * back: it needs the same lock, and its idempotency key stays free.
   */
  async apply(actor: Actor, input: ApplyChangeSetInput): Promise<ChangeSetResult> {
    const { changes } = this.options;
    const edits = input.changes.slice(0, CHANGES_PER_SET_MAX).map(editOfSet);
    try {
      return await changes.commit(actor, async (tx) => {
        const locked = await lockProjectFor(tx.connection, actor, input, 'flag:read');
        if (!locked) throw notFound('project', input.projectId, ['input', 'projectId']);
        const issues = changeSetIssues(input.changes.length, edits);
        if (issues.length > 0) throw new UserFault(issues);
        const scene = new ProjectScene(tx.connection, locked, changes.now());
        await applyAll(scene, edits);
        if (input.dryRun) throw new DryRunDone(await previewOf(scene));
        const revisions = await recordScene(tx, changes, scene, 'CHANGE_SET_APPLIED');
        return { ...writtenIn(scene), preview: null, revisions };
      });
    } catch (error) {
      if (!(error instanceof DryRunDone)) throw error;
      return { configurations: null, flags: null, segments: null, preview: error.preview, revisions: [] };
    }
  }
}

/** Ends the transaction of a dry run, so that nothing of it is committed. */
class DryRunDone extends Error {
  constructor(readonly preview: ChangeBodyEntity[]) {
    super('The dry run is done.');
  }
}

/** Applies the edits in order; each sees the writes of those before it. The issues of all are thrown together. */
async function applyAll(scene: ProjectScene, edits: readonly SetEdit[]): Promise<void> {
  await scene.load(edits.map(({ names }) => names));
  const issues: Issue[] = [];
  const refused = new Set<string>();
  for (const edit of edits) {
    // The flag was not created, and why is said there.
    if (refused.has(edit.names.flagId ?? '')) continue;
    const found = await edit.apply(scene);
    if (found.length > 0 && edit.creates !== undefined) refused.add(`new:${edit.creates}`);
    issues.push(...found);
  }
  if (issues.length > 0) throw new UserFault(issues);
}

function changeSetIssues(count: number, edits: readonly SetEdit[]): Issue[] {
  if (count < 1 || count > CHANGES_PER_SET_MAX) {
    const message = `Changes of a change set: ${count} were given; 1 to ${CHANGES_PER_SET_MAX} are allowed.`;
    return [{ code: 'OUT_OF_RANGE', message, path: ['input', 'changes'] }];
  }
  const seen = new Set<string>();
  return edits.flatMap(({ once, path }): Issue[] => {
    if (once === null) return [];
    const name = `${once.what} ${once.id}`;
    if (seen.has(name)) return [{ code: 'DUPLICATE', message: `${once.what} may appear only once in a change set.`, path }];
    seen.add(name);
    return [];
  });
}

/** The items that would change, as far as the actor may see them. */
async function previewOf(scene: ProjectScene): Promise<ChangeBodyEntity[]> {
  const visibility = visibilityIn(scene.actor, scene.scope);
  const items = await itemsOf(scene, differentIn(scene));
  return items.map((item, position) => bodyOfItem('', position, item)).filter((body) => isVisibleItem(visibility, body));
}

function writtenIn(scene: ProjectScene): Pick<ChangeSetResult, 'configurations' | 'flags' | 'segments'> {
  const written = [...scene.written.values()];
  return {
    configurations: written.flatMap((one) => (one.subject === 'FLAG_CONFIGURATION' ? [one.after] : [])),
    flags: written.flatMap((one) => (one.subject === 'FLAG' ? [one.after] : [])),
    segments: written.flatMap((one) => (one.subject === 'SEGMENT' ? [one.after] : [])),
  };
}
