package dev.balboa.nn.memory;

/**
 * A snapshot of an {@link Allocator}'s counters. Taken without stopping other threads: under load
 * the numbers may be a few allocations apart from each other.
 *
 * @param liveBytes bytes asked for by blocks that are not closed
 * @param peakBytes the most {@code liveBytes} has been since the start or the last {@link
 *     Allocator#resetPeak()}
 * @param pooledBytes mapped bytes that are free for reuse
 * @param slabBytes bytes mapped from the operating system, used or pooled
 * @param liveBlocks blocks that are not closed
 * @param allocations blocks allocated since the start
 * @param reuses how many of them got memory that a closed block had used before
 */
public record AllocatorMetrics(
    long liveBytes,
    long peakBytes,
    long pooledBytes,
    long slabBytes,
    long liveBlocks,
    long allocations,
    long reuses) {}
