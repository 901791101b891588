package dev.balboa.nn.op;

/** Matrix products, what is composed of them, and decompositions. */
public sealed interface LinearAlgebraOp extends Op permits Matmul, Linear, AttentionOp, LinalgOp {}
