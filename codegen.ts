import type { CodegenConfig } from '@graphql-codegen/cli';

/** Writes the resolvers' types from the schema. `npm run codegen`; CI checks that nothing would change. */
const config: CodegenConfig = {
  schema: 'schema/*.graphql',
  generates: {
    'src/graphql/generated/resolver-types.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        avoidOptionals: { defaultValue: true },
        scalars: {
          DateTime: 'Date',
          JSON: 'unknown',
          JSONObject: { input: '{ readonly [key: string]: unknown }', output: 'object' },
        },
        defaultScalarType: 'unknown',
        immutableTypes: true,
        contextType: '../../api#Context',
        mapperTypeSuffix: 'Row',
        mappers: {
          ApiKey: '../../modules/access/api-key-entity#ApiKeyEntity',
          Change: '../../modules/changes/change-entity#ChangeEntity',
          ChangeItem: '../../modules/changes/change-body-entity#ChangeBodyEntity',
          Condition: '../../evaluation#SnapshotCondition',
          AttributeCondition: '../../evaluation#SnapshotAttributeCondition',
          SegmentCondition: '../../evaluation#SnapshotSegmentCondition',
          ConditionGroup: '../../evaluation#SnapshotGroupCondition',
          ContextEvaluations: '../../modules/snapshots/snapshot-service#ContextOutcome',
          Environment: '../../modules/environments/environment-entity#EnvironmentEntity',
          Evaluation: '../../evaluation#Evaluation',
          Flag: '../../modules/flags/flag-entity#FlagEntity',
          FlagChange: '../../modules/changes/flag-event#FlagEvent',
          FlagChangedEvent: '../../delivery/stream#FlagChangedEvent',
          FlagConfiguration: '../../modules/flags/flag-configuration-entity#FlagConfigurationEntity',
          FlagVersion: '../../modules/changes/flag-event#LabelledFlag',
          Organization: '../../modules/organizations/organization-entity#OrganizationEntity',
          Project: '../../modules/projects/project-entity#ProjectEntity',
          Rollout: '../../modules/flags/flag-view#RolloutOfFlag',
          RolloutShare: '../../modules/flags/flag-view#ShareOfFlag',
          Rule: '../../modules/flags/flag-view#RuleOfFlag',
          Serve: '../../modules/flags/flag-view#ServeOfFlag',
          Target: '../../modules/flags/flag-view#TargetOfFlag',
          User: '../../modules/access/user-entity#UserEntity',
          UserError: '../../errors#Issue',
          InputError: '../../errors#Issue',
          StaleVersionError: '../../errors#Issue',
          InUseError: '../../errors#Issue',
          Variation: '../../modules/flags/flag-entity#StoredVariation',
          Viewer: '../../modules/access/actor#Actor',
        },
      },
    },
  },
};

export default config;
