package dev.balboa.bindings;

import static dev.balboa.bindings.OneDnn.ATTR;
import static dev.balboa.bindings.OneDnn.f32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each family of primitives once, against numbers worked out by hand or by a plain loop. */
class PrimitivesTest {

  private static final PropKind TRAINING = PropKind.FORWARD_TRAINING;
  private static final PropKind INFERENCE = PropKind.FORWARD_INFERENCE;
  private static final Window STRIDE_2 =
      Window.of(new long[] {2, 2}, new long[] {1, 1}, new long[2], new long[2]);

  private final OneDnn run = new OneDnn();

  @AfterEach
  void free() {
    run.close();
  }

  @Test
  void eltwise() {
    MemoryDesc md = f32(4);
    PrimitiveDesc forward = Eltwise.forward(TRAINING, AlgKind.ELTWISE_RELU, md, md, 0.5f, 0f, ATTR);
    run.with(Arg.SRC, -2, -1, 0, 3);
    try (PrimitiveDesc hint =
        Eltwise.forward(TRAINING, AlgKind.ELTWISE_RELU, md, md, 0.5f, 0f, ATTR)) {
      assertThat(run.run(forward, Arg.DST).floats(Arg.DST, 4)).containsExactly(-1, -0.5f, 0, 3);
      PrimitiveDesc backward =
          Eltwise.backward(AlgKind.ELTWISE_RELU, md, md, md, 0.5f, 0f, hint, ATTR);
      try (OneDnn back = new OneDnn()) {
        back.with(Arg.SRC, -2, -1, 1, 3).with(Arg.DIFF_DST, 1, 2, 3, 4);
        back.run(backward, Arg.DIFF_SRC);
        assertThat(back.floats(Arg.DIFF_SRC, 4)).containsExactly(0.5f, 1, 3, 4);
      }
    }
  }

  @Test
  void maxPoolingRemembersItsChoice() {
    MemoryDesc src = f32(1, 1, 4, 4);
    MemoryDesc dst = f32(1, 1, 2, 2);
    long[] kernel = {2, 2};
    float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2};
    try (PrimitiveDesc hint =
        Pooling.forward(TRAINING, AlgKind.POOLING_MAX, src, dst, kernel, STRIDE_2, ATTR)) {
      assertThat(hint.workspaceMd().byteSize()).isPositive();
      run.with(Arg.SRC, x)
          .run(
              Pooling.forward(TRAINING, AlgKind.POOLING_MAX, src, dst, kernel, STRIDE_2, ATTR),
              Arg.DST,
              Arg.WORKSPACE);
      assertThat(run.floats(Arg.DST, 4)).containsExactly(6, 8, 9, 7);
      try (OneDnn back = new OneDnn()) {
        back.with(Arg.DIFF_DST, 1, 2, 3, 4).with(Arg.WORKSPACE, run.segment(Arg.WORKSPACE));
        back.run(
            Pooling.backward(AlgKind.POOLING_MAX, src, dst, kernel, STRIDE_2, hint, ATTR),
            Arg.DIFF_SRC);
        assertThat(back.floats(Arg.DIFF_SRC, 16))
            .containsExactly(0, 0, 0, 0, 0, 1, 0, 2, 3, 0, 4, 0, 0, 0, 0, 0);
      }
    }
  }

  @Test
  void averagePooling() {
    PrimitiveDesc desc =
        Pooling.forward(
            INFERENCE,
            AlgKind.POOLING_AVG_EXCLUDE_PADDING,
            f32(1, 1, 2, 4),
            f32(1, 1, 1, 2),
            new long[] {2, 2},
            STRIDE_2,
            ATTR);
    run.with(Arg.SRC, 1, 2, 3, 4, 5, 6, 7, 8).run(desc, Arg.DST);
    assertThat(run.floats(Arg.DST, 2)).containsExactly(3.5f, 5.5f);
  }

  @Test
  void softmaxAndItsLogarithm() {
    MemoryDesc md = f32(2, 3);
    float[] x = {1, 2, 3, 0, 0, 0};
    run.with(Arg.SRC, x)
        .run(Softmax.forward(TRAINING, AlgKind.SOFTMAX_ACCURATE, md, md, 1, ATTR), Arg.DST);
    float third = 1f / 3;
    assertThat(run.floats(Arg.DST, 6))
        .containsExactly(
            new float[] {0.09003057f, 0.24472848f, 0.66524094f, third, third, third},
            within(1e-6f));
    try (PrimitiveDesc hint = Softmax.forward(TRAINING, AlgKind.SOFTMAX_LOG, md, md, 1, ATTR);
        OneDnn back = new OneDnn()) {
      float log = (float) -Math.log(3);
      back.with(Arg.DST, log, log, log, log, log, log).with(Arg.DIFF_DST, 1, 0, 0, 0, 3, 0);
      back.run(Softmax.backward(AlgKind.SOFTMAX_LOG, md, md, md, 1, hint, ATTR), Arg.DIFF_SRC);
      assertThat(back.floats(Arg.DIFF_SRC, 6))
          .containsExactly(new float[] {2 * third, -third, -third, -1, 2, -1}, within(1e-6f));
    }
  }

  @Test
  void matMulBroadcastsTheBatchAndAddsABias() {
    PrimitiveDesc desc =
        MatMul.create(f32(2, 1, 2), f32(1, 2, 3), f32(1, 1, 3), f32(2, 1, 3), ATTR);
    run.with(Arg.SRC, 1, 2, 3, 4).with(Arg.WEIGHTS, 1, 2, 3, 4, 5, 6).with(Arg.BIAS, 10, 20, 30);
    run.run(desc, Arg.DST);
    assertThat(run.floats(Arg.DST, 6)).containsExactly(19, 32, 45, 29, 46, 63);
  }

  @Test
  void innerProductForwardAndBackward() {
    MemoryDesc src = f32(2, 2);
    MemoryDesc weights = f32(3, 2);
    MemoryDesc bias = f32(3);
    MemoryDesc dst = f32(2, 3);
    try (PrimitiveDesc hint = InnerProduct.forward(TRAINING, src, weights, bias, dst, ATTR)) {
      run.with(Arg.SRC, 1, 2, 3, 4).with(Arg.WEIGHTS, 1, 0, 0, 1, 1, 1).with(Arg.BIAS, 0, 0, 10);
      run.run(InnerProduct.forward(TRAINING, src, weights, bias, dst, ATTR), Arg.DST);
      assertThat(run.floats(Arg.DST, 6)).containsExactly(1, 2, 13, 3, 4, 17);
      try (OneDnn data = new OneDnn();
          OneDnn parameters = new OneDnn()) {
        data.with(Arg.DIFF_DST, 1, 0, 1, 0, 1, 0).with(Arg.WEIGHTS, 1, 0, 0, 1, 1, 1);
        data.run(InnerProduct.backwardData(src, weights, dst, hint, ATTR), Arg.DIFF_SRC);
        assertThat(data.floats(Arg.DIFF_SRC, 4)).containsExactly(2, 1, 0, 1);
        parameters.with(Arg.DIFF_DST, 1, 0, 1, 0, 1, 0).with(Arg.SRC, 1, 2, 3, 4);
        parameters.run(
            InnerProduct.backwardWeights(src, weights, bias, dst, hint, ATTR),
            Arg.DIFF_WEIGHTS,
            Arg.DIFF_BIAS);
        assertThat(parameters.floats(Arg.DIFF_WEIGHTS, 6)).containsExactly(1, 2, 3, 4, 1, 2);
        assertThat(parameters.floats(Arg.DIFF_BIAS, 3)).containsExactly(1, 1, 1);
      }
    }
  }

  @Test
  void binaryBroadcastsAndSelects() {
    run.with(Arg.SRC_0, 1, 2, 3, 4).with(Arg.SRC_1, 10, 20);
    run.run(Binary.create(AlgKind.BINARY_ADD, f32(2, 2), f32(1, 2), f32(2, 2), ATTR), Arg.DST);
    assertThat(run.floats(Arg.DST, 4)).containsExactly(11, 22, 13, 24);
    try (OneDnn select = new OneDnn()) {
      MemorySegment condition = select.allocate(4).fill((byte) 0);
      condition.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 1, (byte) 1);
      select.with(Arg.SRC_0, 1, 2, 3, 4).with(Arg.SRC_1, 5, 6, 7, 8).with(Arg.SRC_2, condition);
      select.run(
          Binary.select(f32(4), f32(4), MemoryDesc.contiguous(DataType.S8, 4), f32(4), ATTR),
          Arg.DST);
      assertThat(select.floats(Arg.DST, 4)).containsExactly(5, 2, 7, 8);
    }
  }

  @Test
  void reductionSumConcatReorder() {
    run.with(Arg.SRC, 1, 2, 3, 4, 5, 6);
    run.run(Reduction.create(AlgKind.REDUCTION_MEAN, f32(2, 3), f32(2, 1), 0f, 0f, ATTR), Arg.DST);
    assertThat(run.floats(Arg.DST, 2)).containsExactly(2, 5);
    try (OneDnn sum = new OneDnn();
        OneDnn concat = new OneDnn();
        OneDnn reorder = new OneDnn()) {
      sum.with(Arg.multipleSrc(0), 1, 2).with(Arg.multipleSrc(1), 3, 4);
      sum.run(Sum.create(new float[] {1, 10}, List.of(f32(2), f32(2)), f32(2), ATTR), Arg.DST);
      assertThat(sum.floats(Arg.DST, 2)).containsExactly(31, 42);
      concat.with(Arg.multipleSrc(0), 1, 2).with(Arg.multipleSrc(1), 3, 4, 5, 6);
      concat.run(Concat.create(List.of(f32(2, 1), f32(2, 2)), f32(2, 3), 1, ATTR), Arg.DST);
      assertThat(concat.floats(Arg.DST, 6)).containsExactly(1, 3, 4, 2, 5, 6);
      MemoryDesc turned = MemoryDesc.tagged(DataType.F32, new long[] {2, 3}, FormatTag.BA);
      reorder.with(Arg.FROM, 1, 2, 3, 4, 5, 6).run(Reorder.create(f32(2, 3), turned, ATTR), Arg.TO);
      assertThat(reorder.floats(Arg.TO, 6)).containsExactly(1, 4, 2, 5, 3, 6);
    }
  }

  @Test
  void sumAndConcatCheckTheirLists() {
    assertThatThrownBy(() -> Sum.create(new float[1], List.of(f32(2), f32(2)), f32(2), ATTR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sum: 2 sources but 1 scales");
    assertThatThrownBy(() -> Concat.create(List.of(f32(2), f32(3)), f32(4), 0, ATTR))
        .isInstanceOf(DnnlException.class)
        .hasMessageContaining("srcs=[f32[2]:a, f32[3]:a]");
  }

  @Test
  void preluLrnResamplingShuffle() {
    run.with(Arg.SRC, -1, 2, -3, 4).with(Arg.WEIGHTS, 0.5f, 0.1f);
    run.run(Prelu.forward(INFERENCE, f32(2, 2), f32(1, 2), f32(2, 2), ATTR), Arg.DST);
    assertThat(run.floats(Arg.DST, 4)).containsExactly(-0.5f, 2, -1.5f, 4);
    MemoryDesc one = f32(1, 1, 1, 2);
    try (OneDnn lrn = new OneDnn();
        OneDnn resampling = new OneDnn();
        OneDnn shuffle = new OneDnn()) {
      lrn.with(Arg.SRC, 1, 2);
      lrn.run(
          Lrn.forward(INFERENCE, AlgKind.LRN_ACROSS_CHANNELS, one, one, 1, 1f, 1f, 1f, ATTR),
          Arg.DST);
      assertThat(lrn.floats(Arg.DST, 2)).containsExactly(new float[] {0.5f, 0.4f}, within(1e-6f));
      resampling.with(Arg.SRC, 1, 2);
      resampling.run(
          Resampling.forward(INFERENCE, AlgKind.RESAMPLING_NEAREST, one, f32(1, 1, 1, 4), ATTR),
          Arg.DST);
      assertThat(resampling.floats(Arg.DST, 4)).containsExactly(1, 1, 2, 2);
      shuffle.with(Arg.SRC, 1, 2, 3, 4);
      shuffle.run(
          Shuffle.forward(INFERENCE, f32(1, 4, 1, 1), f32(1, 4, 1, 1), 1, 2, ATTR), Arg.DST);
      assertThat(shuffle.floats(Arg.DST, 4)).containsExactly(1, 3, 2, 4);
    }
  }

  @Test
  void deconvolutionSpreadsEachElement() {
    MemoryDesc src = f32(1, 1, 1, 2);
    MemoryDesc weights = f32(1, 1, 2, 2);
    MemoryDesc dst = f32(1, 1, 2, 4);
    PrimitiveDesc desc =
        Deconvolution.forward(
            INFERENCE,
            AlgKind.DECONVOLUTION_DIRECT,
            src,
            weights,
            MemoryDesc.none(),
            dst,
            STRIDE_2,
            ATTR);
    run.with(Arg.SRC, 1, 10).with(Arg.WEIGHTS, 1, 2, 3, 4).run(desc, Arg.DST);
    assertThat(run.floats(Arg.DST, 8)).containsExactly(1, 2, 10, 20, 3, 4, 30, 40);
  }
}
