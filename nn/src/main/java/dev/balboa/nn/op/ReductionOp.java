package dev.balboa.nn.op;

/** Operations along whole axes. */
public sealed interface ReductionOp extends Op
    permits Reduce, LogicalReduce, Variance, Center, ArgReduce, Softmax, SoftmaxBackward {}
