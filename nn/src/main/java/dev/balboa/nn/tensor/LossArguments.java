package dev.balboa.nn.tensor;

import static dev.balboa.nn.tensor.Facades.that;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Reduction;

/** Checks of {@link Losses}, and how single losses are put together. */
final class LossArguments {
  private LossArguments() {}

  /** Floating-point tensors of one spec: broadcasting here would hide a forgotten dimension. */
  static void same(String function, String what, Tensor first, Tensor other) {
    that(first.dtype().isFloating(), function, "a floating-point type", first.spec());
    that(other.spec().equals(first.spec()), function, what + " like " + first.spec(), other.spec());
  }

  /** Weights that are missing, or broadcast to the losses. */
  static void weight(String function, String what, Tensor like, Tensor weight) {
    if (weight != null) {
      boolean fits = weight.dtype() == like.dtype() && weight.shape().broadcastsTo(like.shape());
      that(fits, function, what + " that broadcasts to " + like.spec(), weight.spec());
    }
  }

  static void vectors(String function, Tensor first, Tensor other) {
    same(function, "a second input", first, other);
    that(first.shape().rank() >= 1, function, "inputs of rank 1 or more", first.spec());
  }

  /** Lengths and label sequences, as I32. */
  static Tensor whole(String function, String what, Tensor x) {
    boolean whole = x.dtype() == DType.I32 || x.dtype() == DType.I64;
    that(whole, function, what + " of type I32 or I64", x.spec());
    return x.cast(DType.I32);
  }

  static Tensor reduce(Tensor each, Reduction reduction) {
    return switch (reduction) {
      case NONE -> each;
      case MEAN -> each.mean();
      case SUM -> each.sum();
    };
  }

  static Tensor weighted(Tensor each, Tensor weight) {
    return weight == null ? each : each.mul(weight);
  }
}
