package dev.balboa.nn.op;

/** Convolution of 1 to 3 spatial dimensions, its two adjoints, and its transpose as a layer. */
public sealed interface ConvolutionOp extends Op
    permits Conv, ConvBackwardData, ConvBackwardWeights, ConvTranspose {}
