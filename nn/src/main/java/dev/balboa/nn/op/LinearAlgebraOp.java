package dev.balboa.nn.op;

/** Matrix products and decompositions. */
public sealed interface LinearAlgebraOp extends Op permits Matmul, Linear, LinalgOp {}
