package dev.balboa.nn.op;

/** Operations that make data: constants and random numbers. */
public sealed interface SourceOp extends Op
    permits Fill,
        Arange,
        CosineWindow,
        RandomUniform,
        RandomNormal,
        RandomBernoulli,
        RandomIntegers,
        RandomPermutation {
  /** Shape of the output. */
  Shape shape();
}
