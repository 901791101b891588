package dev.balboa.nn.op;

/** Fused losses on integer labels. */
public sealed interface LossOp extends Op permits CrossEntropy, CrossEntropyBackward, OneHot {}
