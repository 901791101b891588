package dev.balboa.nn.op;

/** Normalisation by statistics of a batch, of rows, of groups of channels, of neighbours. */
public sealed interface NormalizationOp extends Op
    permits BatchNormTraining,
        BatchNormInference,
        BatchNormBackward,
        LayerNorm,
        LayerNormBackward,
        GroupNorm,
        GroupNormBackward,
        LocalResponseNorm,
        LocalResponseNormBackward {}
