package dev.balboa.bindings;

import static dev.balboa.bindings.OneDnn.ATTR;
import static dev.balboa.bindings.OneDnn.f32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Convolution against plain loops: stride 2, dilation 2, unequal padding. */
class ConvolutionTest {

  private static final int N = 2;
  private static final int IC = 3;
  private static final int OC = 5;
  private static final int H = 9;
  private static final int W = 8;
  private static final int K = 3;
  private static final int OH = 4;
  private static final int OW = 3;
  private static final int STRIDE = 2;
  private static final int DILATION = 2;
  private static final int PAD_TOP = 2;
  private static final int PAD_LEFT = 1;
  private static final Window WINDOW =
      Window.of(
          new long[] {STRIDE, STRIDE},
          new long[] {DILATION, DILATION},
          new long[] {PAD_TOP, PAD_LEFT},
          new long[] {0, 0});
  private static final MemoryDesc SRC = f32(N, IC, H, W);
  private static final MemoryDesc WEIGHTS = f32(OC, IC, K, K);
  private static final MemoryDesc BIAS = f32(OC);
  private static final MemoryDesc DST = f32(N, OC, OH, OW);

  private final float[] x = OneDnn.random(1, N * IC * H * W);
  private final float[] w = OneDnn.random(2, OC * IC * K * K);
  private final float[] b = OneDnn.random(3, OC);
  private final float[] dy = OneDnn.random(4, N * OC * OH * OW);

  /** Visits every product of the convolution with the indices of source, weight and result. */
  private static void loops(Visitor visitor) {
    for (int n = 0; n < N; n++) {
      for (int o = 0; o < OC; o++) {
        for (int p = 0; p < OH * OW; p++) {
          for (int c = 0; c < IC * K * K; c++) {
            int row = p / OW * STRIDE - PAD_TOP + c / K % K * DILATION;
            int column = p % OW * STRIDE - PAD_LEFT + c % K * DILATION;
            if (row >= 0 && row < H && column >= 0 && column < W) {
              int source = ((n * IC + c / (K * K)) * H + row) * W + column;
              visitor.visit(source, o * IC * K * K + c, (n * OC + o) * OH * OW + p);
            }
          }
        }
      }
    }
  }

  private interface Visitor {
    void visit(int source, int weight, int result);
  }

  private static PrimitiveDesc forward(MemoryDesc src, MemoryDesc weights, MemoryDesc dst) {
    return Convolution.forward(
        PropKind.FORWARD_TRAINING,
        AlgKind.CONVOLUTION_DIRECT,
        src,
        weights,
        BIAS,
        dst,
        WINDOW,
        ATTR);
  }

  private float[] expectedForward() {
    float[] y = new float[dy.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = b[i / (OH * OW) % OC];
    }
    loops((source, weight, result) -> y[result] += x[source] * w[weight]);
    return y;
  }

  @Test
  void forward() {
    try (OneDnn run = new OneDnn()) {
      run.with(Arg.SRC, x).with(Arg.WEIGHTS, w).with(Arg.BIAS, b);
      float[] y = run.run(forward(SRC, WEIGHTS, DST), Arg.DST).floats(Arg.DST, dy.length);
      assertThat(y).containsExactly(expectedForward(), within(1e-5f));
    }
  }

  @Test
  void backwardData() {
    float[] expected = new float[x.length];
    loops((source, weight, result) -> expected[source] += dy[result] * w[weight]);
    try (OneDnn run = new OneDnn();
        PrimitiveDesc hint = forward(SRC, WEIGHTS, DST)) {
      PrimitiveDesc desc =
          Convolution.backwardData(
              AlgKind.CONVOLUTION_DIRECT, SRC, WEIGHTS, DST, WINDOW, hint, ATTR);
      run.with(Arg.DIFF_DST, dy).with(Arg.WEIGHTS, w).run(desc, Arg.DIFF_SRC);
      assertThat(run.floats(Arg.DIFF_SRC, x.length)).containsExactly(expected, within(1e-5f));
    }
  }

  @Test
  void backwardWeights() {
    float[] expected = new float[w.length];
    float[] expectedBias = new float[OC];
    loops((source, weight, result) -> expected[weight] += dy[result] * x[source]);
    for (int i = 0; i < dy.length; i++) {
      expectedBias[i / (OH * OW) % OC] += dy[i];
    }
    try (OneDnn run = new OneDnn();
        PrimitiveDesc hint = forward(SRC, WEIGHTS, DST)) {
      PrimitiveDesc desc =
          Convolution.backwardWeights(
              AlgKind.CONVOLUTION_DIRECT, SRC, WEIGHTS, BIAS, DST, WINDOW, hint, ATTR);
      run.with(Arg.DIFF_DST, dy).with(Arg.SRC, x).run(desc, Arg.DIFF_WEIGHTS, Arg.DIFF_BIAS);
      assertThat(run.floats(Arg.DIFF_WEIGHTS, w.length)).containsExactly(expected, within(1e-4f));
      assertThat(run.floats(Arg.DIFF_BIAS, OC)).containsExactly(expectedBias, within(1e-4f));
    }
  }

  @Test
  void layoutsThatOneDnnChoosesAreReachedByReorders() {
    try (Arena arena = Arena.ofConfined();
        PrimitiveDesc desc =
            forward(
                MemoryDesc.any(DataType.F32, SRC.dims()),
                MemoryDesc.any(DataType.F32, WEIGHTS.dims()),
                MemoryDesc.any(DataType.F32, DST.dims()));
        Primitive primitive = desc.newPrimitive();
        ExecFrame frame =
            primitive.newFrame(Arg.SRC, Arg.WEIGHTS, Arg.BIAS, Arg.DST, Arg.SCRATCHPAD)) {
      frame.set(0, reorder(arena, arena.allocateFrom(ValueLayout.JAVA_FLOAT, x), SRC, frame.md(0)));
      frame.set(
          1, reorder(arena, arena.allocateFrom(ValueLayout.JAVA_FLOAT, w), WEIGHTS, frame.md(1)));
      frame.set(2, arena.allocateFrom(ValueLayout.JAVA_FLOAT, b));
      MemorySegment y = arena.allocate(frame.md(3).byteSize(), 64);
      frame.set(3, y);
      frame.set(4, arena.allocate(Math.max(64, frame.md(4).byteSize()), 64));
      frame.execute();
      float[] result =
          reorder(arena, y, frame.md(3), DST)
              .asSlice(0, DST.byteSize())
              .toArray(ValueLayout.JAVA_FLOAT);
      assertThat(result).containsExactly(expectedForward(), within(1e-5f));
    }
  }

  private static MemorySegment reorder(
      Arena arena, MemorySegment from, MemoryDesc fromMd, MemoryDesc toMd) {
    MemorySegment to = arena.allocate(toMd.byteSize(), 64);
    try (PrimitiveDesc desc = Reorder.create(fromMd, toMd, ATTR);
        Primitive primitive = desc.newPrimitive();
        ExecFrame frame = primitive.newFrame(Arg.FROM, Arg.TO, Arg.SCRATCHPAD)) {
      frame.set(0, from);
      frame.set(1, to);
      frame.set(2, arena.allocate(Math.max(64, frame.md(2).byteSize()), 64));
      frame.execute();
    }
    return to;
  }

  @Test
  void postOpsFollowInOrder() {
    PrimitiveAttr attr =
        PrimitiveAttr.builder()
            .postSum(2f)
            .postEltwise(AlgKind.ELTWISE_RELU, 0f, 0f)
            .postBinary(AlgKind.BINARY_MUL, f32(1, OC, 1, 1))
            .build();
    PrimitiveDesc desc =
        Convolution.forward(
            PropKind.FORWARD_INFERENCE,
            AlgKind.CONVOLUTION_DIRECT,
            SRC,
            WEIGHTS,
            BIAS,
            DST,
            WINDOW,
            attr);
    float[] expected = expectedForward();
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Math.max(0, expected[i] + 2 * dy[i]) * b[i / (OH * OW) % OC];
    }
    try (OneDnn run = new OneDnn()) {
      run.with(Arg.SRC, x).with(Arg.WEIGHTS, w).with(Arg.BIAS, b).with(Arg.DST, dy);
      run.with(Arg.postOpSrc1(2), b).run(desc);
      assertThat(run.floats(Arg.DST, dy.length)).containsExactly(expected, within(1e-5f));
    }
  }

  @Test
  void wrongShapesAreRefusedWithAllThatWasAskedFor() {
    assertThatThrownBy(() -> forward(f32(N, IC + 1, H, W), WEIGHTS, DST))
        .isInstanceOfSatisfying(
            DnnlException.class,
            e -> assertThat(e.status()).isEqualTo(DnnlStatus.INVALID_ARGUMENTS))
        .hasMessageContaining("dnnl_invalid_arguments: dnnl_convolution_forward")
        .hasMessageContaining("src=f32[2, 4, 9, 8]:abcd")
        .hasMessageContaining("strides=[2, 2], dilations=[2, 2], padding=[2, 1]..[0, 0]")
        .hasMessageContaining("on " + Dnnl.effectiveIsa());
    assertThatThrownBy(() -> forward(f32(N, IC, H), WEIGHTS, DST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a window over 2 axes does not fit f32[2, 3, 9]:abc");
  }

  @Test
  void whatOneDnnDoesNotHaveIsNamed() {
    assertThatThrownBy(() ->
            Convolution.forward(
                PropKind.FORWARD_TRAINING,
                AlgKind.CONVOLUTION_DIRECT,
                MemoryDesc.contiguous(DataType.F64, N, IC, H, W),
                MemoryDesc.contiguous(DataType.F64, OC, IC, K, K),
                MemoryDesc.none(),
                MemoryDesc.contiguous(DataType.F64, N, OC, OH, OW),
                WINDOW,
                ATTR))
        .isInstanceOfSatisfying(
            DnnlException.class, e -> assertThat(e.status()).isEqualTo(DnnlStatus.UNIMPLEMENTED))
        .hasMessageContaining("dnnl_unimplemented")
        .hasMessageContaining("f64[2, 3, 9, 8]:abcd");
  }
}
