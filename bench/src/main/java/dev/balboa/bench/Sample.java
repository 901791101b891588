package dev.balboa.bench;

import java.util.List;

/**
 * What one contender took for one task in one round.
 *
 * @param micros the time of a run in each of the measured iterations, in microseconds
 * @param checksum {@link Workload#checksum}, or NaN if the contender has none
 * @param note how the task was done, or empty
 * @param heapBytes bytes that one run allocates on the Java heap, in the thread that runs it; NaN
 *     if that was not measured
 */
record Sample(
    String contender,
    Task task,
    int round,
    List<Double> micros,
    double checksum,
    String note,
    double heapBytes) {}
