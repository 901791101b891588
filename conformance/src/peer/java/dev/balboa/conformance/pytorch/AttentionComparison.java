package dev.balboa.conformance.pytorch;

import dev.balboa.nn.layer.AttentionMask;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;

/**
 * What comparisons of attention and of Transformers with PyTorch share. Samples are drawn from
 * their number, which is in the message of a failure; padding is NaN on Balboa's side.
 */
final class AttentionComparison {
  private static final int SAMPLES = Math.max(8, Integer.getInteger("balboa.test.cases", 12));
  static final long POSITIONS = 16; // more than any sample has

  private AttentionComparison() {}

  /** Compares samples and tells how far they are apart at most. */
  static void compare(
      String what,
      LongFunction<AttentionSample> samples,
      BiConsumer<TorchSide, AttentionSample> torch,
      BiConsumer<BalboaSide, AttentionSample> balboa) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      AttentionSample sample = samples.apply(seed);
      agreement.checkF32(
          what + ", " + sample,
          side -> torch.accept(side, sample),
          UnaryOperator.identity(),
          side -> balboa.accept(side, sample));
    }
    System.out.println("PyTorch, " + what + ": at most " + agreement.worst());
  }

  // ---- Where positions attend to themselves, those of the padding do not count ----

  static org.bytedeco.pytorch.Tensor x(TorchSide side, AttentionSample s) {
    return side.input("x", s.x(0));
  }

  static void output(TorchSide side, AttentionSample s, org.bytedeco.pytorch.Tensor y) {
    side.output("y", y.mul(side.constant(s.counts())));
  }

  static Tensor x(BalboaSide side, AttentionSample s) {
    return side.input("x", s.x(Double.NaN));
  }

  static void output(BalboaSide side, AttentionSample s, Tensor y) {
    side.output("y", y.mul(side.constant(s.counts())));
  }

  /** A layer of an input, a memory and a mask. */
  interface OnMemory {
    Tensor apply(Tensor x, Tensor memory, AttentionMask mask);
  }

  static Tensor onZeros(AttentionSample s, OnMemory layer) {
    return layer.apply(
        Tensors.zeros(1, s.length, s.width),
        Tensors.zeros(1, s.memoryLength, s.memoryWidth),
        AttentionMask.none());
  }

  static <L extends Layer> L built(BalboaSide side, AttentionSample s, L layer) {
    layer.build(Shape.of(s.length, s.width), 1);
    return side.layer(layer, s::parameter);
  }

  static int kvHeads(AttentionSample s) {
    return s.heads % 2 == 0 ? s.heads / 2 : 1;
  }
}
