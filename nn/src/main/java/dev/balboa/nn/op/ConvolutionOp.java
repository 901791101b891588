package dev.balboa.nn.op;

/** Convolution of 1 to 3 spatial dimensions and its two adjoints. */
public sealed interface ConvolutionOp extends Op
    permits Conv, ConvBackwardData, ConvBackwardWeights {}
