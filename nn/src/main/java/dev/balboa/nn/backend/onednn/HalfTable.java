package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A function of one variable on BF16 by a table of its 65,536 values: the bits that computing in
 * F32 and rounding once would give, for the price of a look-up whichever function it is, on half
 * the bytes and without scratch memory. 0.52 ms instead of 1.55 for the GELU of 1.6 million
 * elements.
 */
record HalfTable(Arena arena, MemorySegment table, long n) implements Step.Factory {
  private static final int SIZE = 1 << 16;

  /** Whether there are enough elements to pay for a table. */
  static boolean serves(TensorSpec x) {
    return x.shape().size() >= SIZE;
  }

  /** The table of a function, for {@code n} elements at a time. */
  @SuppressWarnings("MustBeClosedChecker") // closed with the plan
  static HalfTable of(Unary op, long n) {
    Arena arena = Arena.ofShared();
    MemorySegment table = arena.allocate(SIZE * (long) Short.BYTES, 64);
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment wide = scratch.allocate(SIZE * (long) Float.BYTES, 64);
      for (int i = 0; i < SIZE; i++) {
        wide.setAtIndex(ValueLayout.JAVA_INT, i, i << 16);
      }
      KernelKinds.Unary kind = Kinds.of(op.kind());
      Kernels.unary(KernelKinds.Type.F32, kind, SIZE, wide, wide, op.alpha(), op.beta());
      Kernels.cast(SIZE, KernelKinds.Type.F32, wide, KernelKinds.Type.BF16, table);
    }
    return new HalfTable(arena, table, n);
  }

  @Override
  public Step newStep() {
    return s -> Kernels.lookup16(n, table, s[0], s[1]);
  }

  @Override
  public void close() {
    arena.close();
  }
}
