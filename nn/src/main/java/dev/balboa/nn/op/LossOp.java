package dev.balboa.nn.op;

/** Fused losses on class labels and label sequences. */
public sealed interface LossOp extends Op
    permits CrossEntropy, CrossEntropyBackward, Nll, NllBackward, Ctc, CtcBackward, OneHot {}
