package dev.balboa.nn.op;

/** Matrix products. */
public sealed interface LinearAlgebraOp extends Op permits Matmul, Linear {}
