package dev.balboa.bindings;

import static dev.balboa.bindings.OneDnn.ATTR;
import static dev.balboa.bindings.OneDnn.f32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NormalizationTest {

  private static final int AFFINE = NormFlags.USE_SCALE | NormFlags.USE_SHIFT;
  private static final float EPSILON = 0f;

  private final OneDnn run = new OneDnn();

  @AfterEach
  void free() {
    run.close();
  }

  @Test
  void batchNormalizationInTraining() {
    MemoryDesc md = f32(2, 2, 1, 1);
    run.with(Arg.SRC, 1, 10, 3, 30).with(Arg.SCALE, 1, 2).with(Arg.SHIFT, 0, 5);
    run.run(
        BatchNormalization.forward(PropKind.FORWARD_TRAINING, md, md, EPSILON, AFFINE, ATTR),
        Arg.DST,
        Arg.MEAN,
        Arg.VARIANCE);
    assertThat(run.floats(Arg.DST, 4)).containsExactly(new float[] {-1, 3, 1, 7}, within(1e-6f));
    assertThat(run.floats(Arg.MEAN, 2)).containsExactly(2, 20);
    assertThat(run.floats(Arg.VARIANCE, 2)).containsExactly(1, 100);
  }

  @Test
  void batchNormalizationBackward() {
    MemoryDesc md = f32(2, 1, 1, 2);
    try (PrimitiveDesc hint =
        BatchNormalization.forward(PropKind.FORWARD_TRAINING, md, md, EPSILON, AFFINE, ATTR)) {
      run.with(Arg.SRC, 1, 3, 1, 3).with(Arg.MEAN, 2).with(Arg.VARIANCE, 1).with(Arg.SCALE, 2);
      run.with(Arg.DIFF_DST, 1, 0, 0, 0);
      run.run(
          BatchNormalization.backward(PropKind.BACKWARD, md, md, md, EPSILON, AFFINE, hint, ATTR),
          Arg.DIFF_SRC,
          Arg.DIFF_SCALE,
          Arg.DIFF_SHIFT);
      assertThat(run.floats(Arg.DIFF_SCALE, 1)).containsExactly(-1);
      assertThat(run.floats(Arg.DIFF_SHIFT, 1)).containsExactly(1);
      // scale * (dy - mean(dy) - xhat * mean(dy * xhat)) with xhat = -1, 1, -1, 1
      assertThat(run.floats(Arg.DIFF_SRC, 4))
          .containsExactly(new float[] {1, 0, -1, 0}, within(1e-6f));
    }
  }

  @Test
  void layerNormalizationForwardAndBackward() {
    MemoryDesc md = f32(2, 2);
    MemoryDesc stat = f32(2);
    run.with(Arg.SRC, 1, 3, 10, 30).with(Arg.SCALE, 1, 2).with(Arg.SHIFT, 0, 5);
    run.run(
        LayerNormalization.forward(PropKind.FORWARD_TRAINING, md, md, stat, EPSILON, AFFINE, ATTR),
        Arg.DST,
        Arg.MEAN,
        Arg.VARIANCE);
    assertThat(run.floats(Arg.DST, 4)).containsExactly(new float[] {-1, 7, -1, 7}, within(1e-6f));
    assertThat(run.floats(Arg.VARIANCE, 2)).containsExactly(1, 100);
    try (OneDnn back = new OneDnn();
        PrimitiveDesc hint =
            LayerNormalization.forward(
                PropKind.FORWARD_TRAINING, md, md, stat, EPSILON, AFFINE, ATTR)) {
      back.with(Arg.SRC, 1, 3, 10, 30).with(Arg.MEAN, 2, 20).with(Arg.VARIANCE, 1, 100);
      back.with(Arg.SCALE, 1, 2).with(Arg.DIFF_DST, 1, 0, 0, 1);
      back.run(
          LayerNormalization.backward(
              PropKind.BACKWARD, md, md, md, stat, EPSILON, AFFINE, hint, ATTR),
          Arg.DIFF_SRC,
          Arg.DIFF_SCALE,
          Arg.DIFF_SHIFT);
      assertThat(back.floats(Arg.DIFF_SCALE, 2)).containsExactly(-1, 1);
      assertThat(back.floats(Arg.DIFF_SHIFT, 2)).containsExactly(1, 1);
      assertThat(back.floats(Arg.DIFF_SRC, 4))
          .containsExactly(new float[] {0, 0, 0, 0}, within(1e-6f));
    }
  }

  @Test
  void groupNormalization() {
    MemoryDesc md = f32(1, 2, 1, 2);
    run.with(Arg.SRC, 1, 3, 10, 30).with(Arg.SCALE, 1, 2).with(Arg.SHIFT, 0, 5);
    run.run(
        GroupNormalization.forward(PropKind.FORWARD_TRAINING, md, md, 2, EPSILON, AFFINE, ATTR),
        Arg.DST,
        Arg.MEAN,
        Arg.VARIANCE);
    assertThat(run.floats(Arg.DST, 4)).containsExactly(new float[] {-1, 1, 3, 7}, within(1e-6f));
    assertThat(run.floats(Arg.MEAN, 2)).containsExactly(2, 20);
  }
}
