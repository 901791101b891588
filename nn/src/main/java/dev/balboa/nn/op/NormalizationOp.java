package dev.balboa.nn.op;

/** Batch normalisation. */
public sealed interface NormalizationOp extends Op
    permits BatchNormTraining, BatchNormInference, BatchNormBackward {}
