package dev.balboa.nn.op;

/**
 * One step of an optimizer for one parameter. Inputs: the parameter, its state, all of which are
 * updated, the gradient, and the numbers that change from step to step.
 */
public sealed interface OptimizerStep extends InPlaceOp permits SgdStep, AdamStep, RmsPropStep {}
