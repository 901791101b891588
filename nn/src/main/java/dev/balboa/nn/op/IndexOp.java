package dev.balboa.nn.op;

/**
 * Operations that pick, place or order elements: by index tensors, by position along axes, by
 * value.
 *
 * <p>Index tensors are I32 or I64. An index counts from the start of its axis, a negative one from
 * the end: it lies in [-n, n). The kernels check that; one outside is an {@link
 * IllegalArgumentException} that names it and its position, and nothing is written.
 */
public sealed interface IndexOp extends Op
    permits Gather, Scatter, ScatterAdd, IndexSelect, IndexAdd, Positions {}
