package dev.balboa.nn.op;

/**
 * Operations that compute each output element from the elements at the same (broadcast) position.
 */
public sealed interface ElementwiseOp extends Op
    permits Unary,
        UnaryBackward,
        Binary,
        Compare,
        Logical,
        Where,
        Lerp,
        ElementwiseChain,
        NanToNum,
        Cast,
        Dropout,
        Prelu,
        PreluBackward {}
