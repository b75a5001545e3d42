export { createGatewayMetrics, type GatewayMetrics, measureProcess } from './gateway-metrics.ts';
export {
  type Counter,
  createMetrics,
  type Family,
  type Gauge,
  type Histogram,
  type Metrics,
  SECONDS,
} from './metrics.ts';
export { createOperationsHandler, type OperationsOptions } from './operations-handler.ts';
export { isReady, READINESS_REASONS, type ReadinessReason, type ReadinessReasonName } from './readiness.ts';
