package dev.balboa.nn.op;

/** Recurrent layers over a sequence. */
public sealed interface RecurrentOp extends Op permits Recurrent, RecurrentBackward {}
