package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;

/**
 * The executor of {@code write_report}. It is in pipeline/report, above this module, and found by
 * {@link java.util.ServiceLoader}.
 */
public interface ReportWriter extends StageExecutor {}
