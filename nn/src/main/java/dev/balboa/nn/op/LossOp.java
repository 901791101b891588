package dev.balboa.nn.op;

/** Fused losses on class labels and label sequences, and element by element. */
public sealed interface LossOp extends Op
    permits CrossEntropy,
        CrossEntropyBackward,
        Nll,
        NllBackward,
        MultiMargin,
        MultiMarginBackward,
        PointwiseLoss,
        PointwiseLossBackward,
        Ctc,
        CtcBackward,
        OneHot {}
