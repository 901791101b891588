package dev.balboa.bindings;

import static dev.balboa.bindings.OneDnn.ATTR;
import static dev.balboa.bindings.OneDnn.f32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Recurrent layers in BF16 against the same in F32, on numbers that BF16 holds exactly. */
class RnnBf16Test {
  private static final int T = 5;
  private static final int N = 3;
  private static final int I = 16;
  private static final int H = 32;

  /** States are rounded to 8 bits at every step, and the next step starts from them. */
  private static final float TOLERANCE = 0.02f;

  private final float[] x = rounded(1, T * N * I);

  @Test
  void vanilla() {
    Rnn.Cell cell = new Rnn.Cell.Vanilla(AlgKind.ELTWISE_TANH, 0f);
    assertThat(run(cell, 1, DataType.BF16)).containsExactly(run(cell, 1, DataType.F32), close());
  }

  @Test
  void lstm() {
    Rnn.Cell cell = new Rnn.Cell.Lstm();
    assertThat(run(cell, 4, DataType.BF16)).containsExactly(run(cell, 4, DataType.F32), close());
  }

  private static org.assertj.core.data.Offset<Float> close() {
    return within(TOLERANCE);
  }

  /** The states of all steps. */
  private float[] run(Rnn.Cell cell, int gates, DataType type) {
    MemoryDesc none = MemoryDesc.none();
    MemoryDesc wx = MemoryDesc.contiguous(type, 1, 1, I, gates, H);
    MemoryDesc wh = MemoryDesc.contiguous(type, 1, 1, H, gates, H);
    RnnMemory memory =
        new RnnMemory(
            MemoryDesc.contiguous(type, T, N, I),
            none,
            none,
            MemoryDesc.any(type, wx.dims()),
            MemoryDesc.any(type, wh.dims()),
            f32(1, 1, gates, H),
            MemoryDesc.contiguous(type, T, N, H),
            none,
            none);
    PrimitiveDesc desc =
        Rnn.forward(cell, PropKind.FORWARD_INFERENCE, RnnDirection.LEFT_TO_RIGHT, memory, ATTR);
    try (OneDnn run = new OneDnn();
        OneDnn layer = new OneDnn();
        OneDnn iter = new OneDnn()) {
      float[] w = scaled(rounded(2, I * gates * H));
      float[] u = scaled(rounded(3, H * gates * H));
      run.with(Arg.SRC_LAYER, stored(run, type, x)).with(Arg.BIAS, rounded(4, gates * H));
      run.with(Arg.WEIGHTS_LAYER, reordered(layer, wx, desc.md(Arg.WEIGHTS_LAYER), w));
      run.with(Arg.WEIGHTS_ITER, reordered(iter, wh, desc.md(Arg.WEIGHTS_ITER), u));
      run.run(desc, Arg.DST_LAYER);
      return read(run.segment(Arg.DST_LAYER), type, T * N * H);
    }
  }

  /** A quarter, which costs no digits and keeps gates out of saturation. */
  private static float[] scaled(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] /= 4;
    }
    return values;
  }

  private static MemorySegment reordered(
      OneDnn run, MemoryDesc plain, MemoryDesc wanted, float[] values) {
    run.with(Arg.FROM, stored(run, plain.dataType(), values));
    run.run(Reorder.create(plain, wanted, ATTR), Arg.TO);
    return run.segment(Arg.TO);
  }

  /** Random numbers of 8 significant bits. */
  private static float[] rounded(long seed, int count) {
    float[] values = OneDnn.random(seed, count);
    for (int i = 0; i < count; i++) {
      values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xFFFF0000);
    }
    return values;
  }

  private static MemorySegment stored(OneDnn run, DataType type, float[] values) {
    MemorySegment segment = run.allocate((long) values.length * type.byteSize());
    for (int i = 0; i < values.length; i++) {
      if (type == DataType.F32) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i]);
      } else {
        short half = (short) (Float.floatToRawIntBits(values[i]) >>> 16);
        segment.setAtIndex(ValueLayout.JAVA_SHORT, i, half);
      }
    }
    return segment;
  }

  private static float[] read(MemorySegment segment, DataType type, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          type == DataType.F32
              ? segment.getAtIndex(ValueLayout.JAVA_FLOAT, i)
              : Float.intBitsToFloat(segment.getAtIndex(ValueLayout.JAVA_SHORT, i) << 16);
    }
    return values;
  }
}
