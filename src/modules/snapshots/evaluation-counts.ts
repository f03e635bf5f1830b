/** Counts evaluations by reason and error code. One loop runs for each answer, so it compares and adds, and nothing else. */
import type { Evaluation } from '../../evaluation';
import { LabelledCounts, type MetricReading } from '../../telemetry/labelled-counts';

export class EvaluationCounts {
  readonly errors = new LabelledCounts('error_code');
  private disabled = 0;
  private prerequisiteFailed = 0;
  private targetMatch = 0;
  private ruleMatch = 0;
  private split = 0;
  private fallthrough = 0;
  private error = 0;

  add(evaluations: readonly Evaluation[]): void {
    for (const evaluation of evaluations) this.addOne(evaluation);
  }

  get reading(): MetricReading {
    const counts = {
      DISABLED: this.disabled,
      PREREQUISITE_FAILED: this.prerequisiteFailed,
      TARGET_MATCH: this.targetMatch,
      RULE_MATCH: this.ruleMatch,
      SPLIT: this.split,
      FALLTHROUGH: this.fallthrough,
      ERROR: this.error,
    };
    return Object.entries(counts).map(([reason, value]) => ({ labels: { reason }, value }));
  }

  private addOne({ reason, errorCode }: Evaluation): void {
    switch (reason) {
      case 'FALLTHROUGH':
        this.fallthrough++;
        break;
      case 'RULE_MATCH':
        this.ruleMatch++;
        break;
      case 'SPLIT':
        this.split++;
        break;
      case 'DISABLED':
        this.disabled++;
        break;
      case 'TARGET_MATCH':
        this.targetMatch++;
        break;
      case 'PREREQUISITE_FAILED':
        this.prerequisiteFailed++;
        break;
      case 'ERROR':
        this.error++;
        this.errors.add(errorCode ?? 'GENERAL');
    }
  }
}
