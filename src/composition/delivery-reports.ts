/** Tells the metrics and the traces of delivered changes. */
import type { Delivered } from '../delivery/delivered';
import type { Foundation } from './foundation';

export function createDeliveryReport({
  metrics,
  tracing,
}: Pick<Foundation, 'metrics' | 'tracing'>): (delivered: Delivered) => void {
  return ({ subscription, environmentId, revision, createdAt, traceParent, startedAt }) => {
    metrics.changeDelivered(subscription, createdAt);
    if (tracing === null || traceParent === null) return;
    const attributes = {
      'messaging.operation.type': 'send',
      'messaging.destination.name': subscription,
      'flagstaff.environment.id': environmentId,
      'flagstaff.revision': revision,
    };
    tracing.record(`send ${subscription}`, { kind: 'PRODUCER', attributes, parent: traceParent, startedAt });
  };
}
