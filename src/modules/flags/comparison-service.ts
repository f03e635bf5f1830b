import type { Database } from '../../database/transaction';
import { RequestFault } from '../../errors';
import type { Actor } from '../access/actor';
import { canonicalText } from '../changes/change-rules';
import type { EnvironmentService } from '../environments/environment-service';
import { readHeadsOfProjects } from '../changes/head-repository';
import { differencesOf, type Difference } from '../changes/difference-rules';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import { answeringConfigurations, compareFlags, type ComparedFlag, type EnvironmentConfigurations } from './flag-comparison';
import { findAllFlags, findConfigurationsByEnvironment } from './flag-repository';

export interface ComparisonServiceOptions {
  readonly database: Database;
  readonly environments: EnvironmentService;
}

/** Compares environments. */
export class ComparisonService {
  constructor(private readonly options: ComparisonServiceOptions) {}

  /** The differences of two configurations that can be answered differently; `old` is the left one. */
  differences(left: FlagConfigurationEntity, right: FlagConfigurationEntity): Difference[] {
    return differencesOf(...answeringConfigurations(left, right));
  }

  /** All flags that differ, ordered by key. Null when one of the environments does not exist or the actor may not see it. */
  async compare(actor: Actor, leftId: string, rightId: string): Promise<ComparedFlag[] | null> {
    const left = await this.options.environments.find(actor, leftId);
    const right = await this.options.environments.find(actor, rightId);
    if (!left || !right) return null;
    if (left.projectId !== right.projectId) {
      throw new RequestFault('BAD_USER_INPUT', 'leftId and rightId must be environments of the same project.');
    }
    return this.options.database.readConsistently(
      async (connection) => {
        const flags = await findAllFlags(connection, left.projectId);
        const load = async (environmentId: string): Promise<EnvironmentConfigurations> => {
          const rows = await findConfigurationsByEnvironment(connection, environmentId);
          return { environmentId, configurations: new Map(rows.map((row) => [row.flagId, row])) };
        };
        const pair = [await load(left.id), await load(right.id)] as const;
        return compareFlags(flags, pair, (a, b) => canonicalText(a) === canonicalText(b));
      },
      (connection) => readHeadsOfProjects(connection, [left.projectId]),
    );
  }
}
