package dev.balboa.nn.op;

/** Max and average pooling of 1 to 3 spatial dimensions, their adjoints, and unpooling. */
public sealed interface PoolingOp extends Op
    permits MaxPool,
        MaxPoolBackward,
        MaxPoolGather,
        MaxPoolWithIndices,
        MaxUnpool,
        AvgPool,
        AvgPoolBackward,
        AdaptiveAvgPool,
        AdaptiveAvgPoolBackward,
        AdaptiveMaxPool {}
