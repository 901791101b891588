package dev.balboa.nn.op;

/** What padding is filled with; examples for [1, 2, 3] padded by two on both sides. */
public enum PadMode {
  /** One value: [0, 0, 1, 2, 3, 0, 0]. */
  CONSTANT,
  /** Mirrored at the first and last element, less than a whole length: [3, 2, 1, 2, 3, 2, 1]. */
  REFLECT,
  /** The first and last element repeated: [1, 1, 1, 2, 3, 3, 3]. */
  EDGE,
  /** As if the tensor went on from its other end, at most a whole length: [2, 3, 1, 2, 3, 1, 2]. */
  CIRCULAR
}
