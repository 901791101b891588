package dev.balboa.nn.profile;

import dev.balboa.nn.exec.Origin;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.util.List;

/**
 * One operation.
 *
 * @param start since the profiler was started or reset
 * @param liveBytes off-heap memory in use after it
 */
record TraceEvent(
    Op op, List<TensorSpec> inputs, Origin origin, long start, long nanos, long liveBytes) {}
