package dev.balboa.nn.op;

/** Scaled dot-product attention and its derivative. */
public sealed interface AttentionOp extends LinearAlgebraOp permits Attention, AttentionBackward {
  /** What products of queries and keys are multiplied by. */
  double scale();

  /** Which keys a query sees by their positions. */
  CausalMask causal();

  /** The probability with which a weight is dropped. */
  double dropout();

  /** How many inputs come before the mask. */
  int fixedInputs();

  /** The position of the mask among so many inputs, -1 if there is none. */
  default int maskInput(int inputs) {
    return inputs > fixedInputs() + (dropout() > 0 ? 1 : 0) ? fixedInputs() : -1;
  }

  /** The position of the random key among so many inputs, -1 if nothing is dropped. */
  default int keyInput(int inputs) {
    return dropout() > 0 ? inputs - 1 : -1;
  }
}
