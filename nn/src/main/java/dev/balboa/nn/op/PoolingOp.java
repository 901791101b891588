package dev.balboa.nn.op;

/** Max and average pooling of 1 to 3 spatial dimensions and their adjoints. */
public sealed interface PoolingOp extends Op
    permits MaxPool,
        MaxPoolBackward,
        MaxPoolGather,
        MaxPoolWithIndices,
        AvgPool,
        AvgPoolBackward,
        AdaptiveAvgPool,
        AdaptiveAvgPoolBackward,
        AdaptiveMaxPool {}
