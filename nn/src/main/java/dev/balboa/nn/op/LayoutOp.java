package dev.balboa.nn.op;

/** Operations that move elements. */
public sealed interface LayoutOp extends Op permits Contiguous, Concat, SliceScatter {}
